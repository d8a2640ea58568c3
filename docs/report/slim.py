"""Makes a page smaller: gnuplot's SVG says much that is the default, and base64 adds a third."""

import base64
import re

# What stands in every group and changes nothing, and what only makes a file readable.
IDLE = (
    r"<!--.*?-->",
    r"<(title|desc)>.*?</\1>",
    r' stroke-linecap="butt"| stroke-linejoin="miter"| class="gridline"',
    r"<\?xml.*?\?>",
)


def path_of(path):
    """A path in fewer letters: after M, a further pair of numbers is an L."""
    return re.sub(r"(?<=\d)L", " ", re.sub(r" ([LM])", r"\1", path))


def slim(svg):
    """The same picture in fewer letters."""
    for idle in IDLE:
        svg = re.sub(idle, "", svg, flags=re.S)
    svg = re.sub(r"(\d\.\d)\d+", r"\1", svg)  # tenths of a pixel
    svg = re.sub(r"\s+", " ", svg).replace("> <", "><").replace(" '", "'")
    svg = re.sub(r" d='[^']*'", lambda path: path_of(path.group(0)), svg)
    svg = re.sub(r'<tspan font-family="[^"]*" ?>([^<]*)</tspan>(?=</text>)', r"\1", svg)
    used = set(re.findall(r"href='#(gpPt\d+|gpDot)'", svg))
    for mark in re.findall(r"id='(gpPt\d+|gpDot)'", svg):
        if mark not in used:
            svg = re.sub(rf"<(?:path|rect|circle|use)[^>]* id='{mark}'[^>]*/>", "", svg)
            svg = re.sub(rf"<(?:path|rect|circle|use) id='{mark}'[^>]*/>", "", svg)
    if "url(#greybox)" not in svg and "url(#textbox)" not in svg:
        svg = re.sub(r"<filter.*?</filter>", "", svg)
    svg = re.sub(r"(\d)\.0(?=[^\d])", r"\1", svg)
    fonts = set(re.findall(r' font-family="([^"]*)"', svg))
    if len(fonts) == 1:  # once for all
        svg = re.sub(r' font-family="[^"]*"', "", svg)
        svg = svg.replace("<svg ", f'<svg font-family="{fonts.pop()}" ', 1)
    before = None
    while before != svg:
        before = svg
        svg = re.sub(r"<g(?: [^>]*)?></g>", "", svg)
    return svg


def slim_page(html):
    """A page with its SVGs slim, and written as text."""

    def embedded(found):
        svg = slim(base64.b64decode(found.group(1)).decode())
        for letter, code in (("%", "%25"), ("#", "%23"), ('"', "'")):
            svg = svg.replace(letter, code)
        return f'"data:image/svg+xml,{svg}"'

    return re.sub(r'"data:image/svg\+xml;base64,([^"]*)"', embedded, html)
