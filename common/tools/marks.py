"""Marks in sources: the lines between two lines // [NAME] have a name (# [NAME] in scripts).

Pages and the report quote it, exercises empty it. A part of a text, marked or printed:

    "A" to "B"     from the first line that begins with A to before one that begins with B
    "A" to end     from that line to the end
    "A"            from that line to the next empty line; of a source, that line and its block
"""
import re
import textwrap

MARK = re.compile(r"^[ \t]*(?://|#) \[([\w-]+)\]\n", re.M)
PART = r'"(?P<first>[^"]*)"(?:\s+to\s+(?:"(?P<last>[^"]*)"|(?P<end>end)))?'
# A quote in a page: a comment of HTML, which may take several lines.
QUOTE = re.compile(rf"quote\s+(?P<path>\S+)\s+(?P<mark>[\w-]+)(?:,\s+{PART})?")


class Missing(Exception):
    """There is no such mark, or no such line."""


def places(text):
    """{mark: its lines, counted from 1}; each should have two."""
    found = {}
    for match in MARK.finditer(text):
        found.setdefault(match[1], []).append(text.count("\n", 0, match.start()) + 1)
    return found


def region(text, mark):
    """Where the lines between the two marks begin and end."""
    lines = [match for match in MARK.finditer(text) if match[1] == mark]
    if len(lines) != 2:
        raise Missing(f"{len(lines)} lines with the mark [{mark}], want 2")
    return lines[0].end(), lines[1].start()


def piece(text, mark):
    """The lines between the two marks, without other marks and the indentation of all."""
    start, end = region(text, mark)
    return textwrap.dedent(MARK.sub("", text[start:end])).strip("\n") + "\n"


def find(lines, beginning):
    for i, line in enumerate(lines):
        if line.lstrip().startswith(beginning):
            return i
    raise Missing(f'no line begins with "{beginning}"')


def block(lines):
    """How many lines the first one's block has: those further in, and a closing brace."""

    def depth(line):
        return len(line) - len(line.lstrip())

    i = 1
    while i < len(lines) and depth(lines[i]) > depth(lines[0]):
        i += 1
    closes = i < len(lines) and depth(lines[i]) == depth(lines[0]) and lines[i].strip()[:1] == "}"
    return i + 1 if closes and i > 1 else i


def part(text, first, last, to_end, source=False):
    """A part of a text, as at the top of this file."""
    lines = text.rstrip("\n").split("\n")
    lines = lines[find(lines, first) :]
    if last is not None:
        lines = lines[: 1 + find(lines[1:], last)]
    elif source and not to_end:
        lines = lines[: block(lines)]
    elif not to_end and "" in lines:
        lines = lines[: lines.index("")]
    return textwrap.dedent("\n".join(lines)) if source else "\n".join(lines)


def quoted(path, match):
    """The lines of the source at path that a quote, a match of QUOTE, should show."""
    with open(path, encoding="utf8") as file:
        text = piece(file.read(), match["mark"])
    if match["first"] is not None:
        text = part(text, match["first"], match["last"], match["end"], source=True)
    return text.rstrip("\n") + "\n"
