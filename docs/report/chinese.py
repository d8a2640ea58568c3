"""Blanks in Chinese text, in pandoc's document: none at the end of a source line or next to
Chinese punctuation, one between Chinese and Latin letters, numbers, code or formulas."""

import re

from values import Problem

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


def said(inlines):
    """The text of inlines; letters in the places of code and formulas."""
    text = ""
    for node in inlines:
        kind, content = node["t"], node.get("c")
        if kind == "Str":
            text += content
        elif kind in ("Space", "SoftBreak"):
            text += " "
        elif kind in SOLID:
            text += "a"
        elif kind in ("Emph", "Strong", "Link", "Span", "Quoted"):
            text += said(content if kind in ("Emph", "Strong") else content[1])
    return text


def check_text(text):
    """Refuses a stray or a missing blank."""
    for what, pattern in {
        "a blank next to Chinese punctuation": f"[{MARKS}] | [{MARKS}]",
        "a blank between Chinese letters": f"[{HAN}] [{HAN}]",
        "a blank before %": "[0-9] %",
        "no blank between Chinese and other letters": f"[{HAN}][A-Za-z0-9]|[A-Za-z0-9%][{HAN}]",
    }.items():
        found = re.search(pattern, text)
        if found:
            near = text[max(0, found.start() - 12) : found.end() + 8]
            raise Problem(f"{what}: {near!r}")


def check(node):
    """Checks every paragraph, heading and cell of a document."""
    if isinstance(node, list):
        for child in node:
            check(child)
    elif isinstance(node, dict):
        if node.get("t") in ("Para", "Plain", "Header"):
            check_text(said(node["c"][2] if node["t"] == "Header" else node["c"]))
        else:
            for child in node.values():
                check(child)
