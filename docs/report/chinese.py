"""Blanks in Chinese text, in pandoc's document: none at the end of a source line or beside Chinese
punctuation, one between Chinese and Latin letters, numbers, code or formulas."""

import re

HAN = "\u4e00-\u9fff"
MARKS = "，。；：、！？（）“”《》…"
# What begins and ends like a word without being one: code, a formula.
SOLID = ("Code", "Math", "RawInline")


def edge(node, last):
    """The first or last letter of an inline; of code or a formula, a letter in its place."""
    kind, content = node["t"], node.get("c")
    if kind == "Str":
        return content[-1 if last else 0]
    if kind in SOLID:
        return "a"
    if kind in ("Emph", "Strong", "Link", "Span"):
        inner = content if kind in ("Emph", "Strong") else content[1]
        return edge(inner[-1 if last else 0], last) if inner else ""
    return ""


def is_han(letter):
    return bool(re.match(f"[{HAN}]", letter))


def is_latin(letter):
    return bool(re.match(r"[A-Za-z0-9%±\[]", letter))


def between(left, right):
    """Whether a blank belongs between two letters: yes, no, or None, as it was."""
    if left in MARKS or right in MARKS or (is_han(left) and is_han(right)):
        return False
    if (is_han(left) and is_latin(right)) or (is_latin(left) and is_han(right)):
        return True
    return None


def spaced(inlines):
    """A list of inlines with the blanks that belong there."""
    result, blank = [], None
    for node in inlines:
        if node["t"] in ("Space", "SoftBreak"):
            blank = {"t": "Space"}
            continue
        if node["t"] == "Str":
            text = re.sub(f"([{HAN}])([A-Za-z0-9])", "\\1 \\2", node["c"])
            node["c"] = re.sub(f"([A-Za-z0-9%])([{HAN}])", "\\1 \\2", text)
        if result:
            left, right = edge(result[-1], True), edge(node, False)
            wanted = between(left, right) if left and right else None
            if wanted or (wanted is None and blank):
                result.append({"t": "Space"})
        result.append(node)
        blank = None
    return result


def walk(node):
    """Spaces all lists of inlines, the innermost first."""
    if isinstance(node, list):
        for child in node:
            walk(child)
        if any(isinstance(child, dict) and child.get("t") == "Str" for child in node):
            node[:] = spaced(node)
    elif isinstance(node, dict):
        for child in node.values():
            walk(child)
