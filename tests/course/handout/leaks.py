"""Searches a tree for pieces of code that were taken out of it.

Texts are compared as tokens of C, so that other line breaks, comments, or a page around the code
do not hide anything: RUN tokens of a solution in a row are a leak. Passed over are plain loops over
all of something, braces, (void) lines, and the lines that handout.toml lists as shared.
"""
import re

RUN = 12

TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|\d[\w.]*|\w+|->|\+\+|--|<=|>=|==|!=|&&|\|\||[-+*/%&|]=|\S')
LOOP = re.compile(r"for \((?:int|size_t) (\w+) = 0; \1 < [^;()]*(?:\(\w+\))?[^;()]*; \1\+\+\)")
VOID = re.compile(r"\(void\)\w+[,;]")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


def tokens(text, shared=()):
    """A text as tokens, without comments and the passages in shared."""
    text = re.sub(r"\s+", " ", COMMENT.sub(" ", text))
    for piece in shared:
        text = text.replace(piece, " ")
    text = VOID.sub(" ", LOOP.sub(" ", text))
    return [token for token in TOKEN.findall(text) if token not in "{}"]


def runs(words):
    return (tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1))


def search(folder, removed, shared, given):
    """A line for each piece of removed code, {what: source}, in a tree that is not also given."""
    wanted = {}
    for what, source in removed.items():
        for run in runs(tokens(source, shared)):
            wanted.setdefault(run, what)
    for source in given.values():
        for run in runs(tokens(source, shared)):
            wanted.pop(run, None)
    found = []
    for path in sorted(folder.rglob("*")):
        if "build" in path.relative_to(folder).parts[:1] or not path.is_file():
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        told = set()
        for run in runs(tokens(text, shared)):
            what = wanted.get(run)
            if what and what not in told:
                told.add(what)
                found.append(f"{path.relative_to(folder)}: {what}: {' '.join(run)}")
    return found
