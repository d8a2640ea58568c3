"""The network on one page of A4, put together from parts of the lessons."""
import sys

import pages

# (name, lesson, {section: which of its formulas}): forward, then backward.
FORMULAS = (
    ("Convolution", "02_conv", {"The definition": [0], "Backward, in indices": [0, 1, 2]}),
    ("Max pooling", "03_pool", {"The definition": [0], "Backward, in letters": [1]}),
    ("ReLU", "04_affine", {"ReLU": [0]}),
    ("Full connection", "04_affine", {"The definition": [0], "Backward, in indices": [0]}),
    ("Softmax, loss", "05_softmax_ce", {"The definition": [0], "Backward, in letters": [1]}),
)


def blocks(lesson, section, kind):
    """The fenced blocks of a kind in a section of a lesson."""
    here, found = False, []
    for token_kind, token, _ in pages.Page(f"chapters/{lesson}/README.md").tokens:
        if token_kind == "heading":
            here = token["heading"] == section
        elif token_kind == "fence" and here and token["fence"] == kind:
            found.append(token["body"])
    if not found:
        sys.exit(f"error: poster.py: {lesson} has no such blocks in its section {section}")
    return found


def formulas():
    for name, lesson, sections in FORMULAS:
        yield f"**{name}** (chapter {lesson[1]})"
        for section, which in sections.items():
            found = blocks(lesson, section, "math")
            parts = [part for k in which for part in found[k].split("\\qquad")]
            yield "\n\n".join(f"$$\n{part.strip()}\n$$" for part in parts)


def text():
    """The poster in pandoc's Markdown."""
    layers = blocks("07_lenet5", "The table of layers", "text")[0]
    averages, step, *_ = blocks("06_optimizers", "Adam: both, and corrected", "text")
    averages = "".join(averages.splitlines(True)[:2])  # the third line is the one that is corrected
    parts = [
        "# LeNet-5 on one page",
        '<img src="docs/figures/network.svg" alt="The network to scale"/>',
        f"```text\n{layers}```",
        "dx, dy, dw, db are the derivatives of the loss with respect to x, y, w, b.",
        *("::: formulas", *formulas(), ":::"),
        "**Adam** (chapter 6), for every parameter w and its gradient g",
        f"```text\n{averages}{step}```",
    ]
    return "\n\n".join(parts)
