"""What the pictures of the lessons share: paper, pens, colours, and numbers from the programs.

A picture is 480 pixels wide and its letters are at least 13 pixels high: a phone shows it 358
pixels wide, with letters of 9.7. Colours are Okabe and Ito's, darkened where letters use them.
Whatever is coloured has a name or a number too, because print may be grey.
"""
import re
import sys
from xml.sax.saxutils import escape

sys.path.append("docs/book")
from quotes import printed  # what a command prints; it runs only when its program has changed

INK, GREY, PALE, WHITE = "#202020", "#606060", "#d8d8d8", "#ffffff"
BLUE, RED, PURPLE = "#0072b2", "#c24e00", "#a3457e"
LIGHT_BLUE, LIGHT_RED, LIGHT_YELLOW = "#b5d8ec", "#f7c9ad", "#f5eca8"
FONT = "DejaVu Sans, Verdana, Helvetica, sans-serif"


def short(number):
    """A coordinate, with at most one decimal."""
    return f"{number:.1f}".removesuffix(".0") if isinstance(number, float) else number


class Picture:
    """An SVG under construction; coordinates count from the upper left corner."""

    def __init__(self, height, width=480):
        size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        self.parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}">']
        self.add("rect", width=width, height=height, fill=WHITE)

    def add(self, tag, text=None, **attributes):
        named = [f'{key.replace("_", "-")}="{short(value)}"' for key, value in attributes.items()]
        end = "/>" if text is None else f">{escape(text)}</{tag}>"
        self.parts.append(f'<{tag} {" ".join(named)}{end}')

    def text(self, x, y, words, color=INK, size=14, anchor="middle", **more):
        """Words centred on height y."""
        more.update(fill=color, font_size=size, text_anchor=anchor)
        self.add("text", str(words), x=float(x), y=y + 0.36 * size, **more)

    def box(self, x, y, width, height, fill=WHITE, color=GREY, thick=1, **more):
        more.update(fill=fill, stroke=color, stroke_width=thick)
        self.add("rect", x=float(x), y=float(y), width=float(width), height=float(height), **more)

    def line(self, *points, color=GREY, thick=1.5, **more):
        more.update(fill="none", stroke=color, stroke_width=thick)
        places = " ".join(f"{short(float(x))},{short(float(y))}" for x, y in points)
        self.add("polyline", points=places, **more)

    def arrow(self, *points, color=GREY, thick=1.5, head=8):
        """A line with a head at its last point."""
        (x0, y0), (x, y) = points[-2:]
        length = ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5
        dx, dy = (x - x0) / length * head, (y - y0) / length * head
        self.line(*points[:-1], (x - dx, y - dy), color=color, thick=thick)
        corners = (x, y, x - dx - dy / 2, y - dy + dx / 2, x - dx + dy / 2, y - dy - dx / 2)
        self.add("polygon", points=" ".join(str(short(float(v))) for v in corners), fill=color)

    def matrix(self, x, y, rows, cell=30, fill=None, color=None, size=14):
        """Numbers in cells; fill and color are {(row, column): colour} for some of them."""
        for i, row in enumerate(rows):
            for j, number in enumerate(row):
                left, top, pen = x + j * cell, y + i * cell, (color or {}).get((i, j), INK)
                self.box(left, top, cell, cell, (fill or {}).get((i, j), WHITE))
                self.text(left + cell / 2, top + cell / 2, number, pen, size)

    def tiles(self, left, top, rows, side, shade):
        """Numbers as squares; shade(number) is a colour of theirs. White is left out."""
        paths = {}  # neighbours of one colour in one piece, all pieces of one colour in one path
        for i, row in enumerate(rows):
            shades = [shade(number) for number in row] + [None]
            begin = 0
            for j in range(1, len(shades)):
                if shades[j] != shades[begin]:
                    x, y, width = left + side * begin, top + side * i, side * (j - begin)
                    piece = f"M{x} {y}h{width}v{side}h-{width}z"
                    paths.setdefault(shades[begin], []).append(piece)
                    begin = j
        for colour in sorted(set(paths) - {WHITE}):
            self.add("path", d="".join(paths[colour]), fill=colour)
        self.box(left, top, side * len(rows[0]), side * len(rows), "none")

    def print(self):
        print("\n".join([*self.parts, "</svg>"]))


class Axes:
    """A frame for curves: (left, top, width, height) in pixels, the ranges of x and y."""

    def __init__(self, picture, frame, x_range, y_range):
        self.picture, self.frame, self.x_range, self.y_range = picture, frame, x_range, y_range

    def at(self, x, y):
        (left, top, width, height), (x0, x1), (y0, y1) = self.frame, self.x_range, self.y_range
        return left + (x - x0) / (x1 - x0) * width, top + (y1 - y) / (y1 - y0) * height

    def ticks(self, xs, ys):
        """Lines at these numbers, which are written beside them."""
        left, top, width, height = self.frame
        for x in xs:
            at = self.at(x, 0)[0]
            self.picture.line((at, top), (at, top + height), color=PALE, thick=0.5)
            self.picture.text(at, top + height + 12, f"{x:g}", GREY, 13)
        for y in ys:
            at = self.at(0, y)[1]
            self.picture.line((left, at), (left + width, at), color=PALE, thick=0.5)
            self.picture.text(left - 6, at, f"{y:g}", GREY, 13, "end")
        self.picture.line((left, top), (left, top + height), (left + width, top + height))

    def curve(self, points, color, thick=2, **more):
        """Through the points; one whose y is beyond the range ends it."""
        inside = [self.at(x, y) for x, y in points if self.y_range[0] <= y <= self.y_range[1]]
        self.picture.line(*inside, color=color, thick=thick, **more)


def columns(path, *names):
    """Columns of a table that a program has written, as lists of numbers."""
    with open(path, encoding="utf8") as file:
        head, *lines = [line.split("\t") for line in file.read().splitlines()]
    return [[float(line[head.index(name)]) for line in lines] for name in names]


def blocks(path, name):
    """The blocks of a table that are headed by a name and a number, as lists of rows."""
    with open(path, encoding="utf8") as file:
        found = re.findall(rf"^# {name} ?\d+\n((?:.+\n)+)", file.read(), re.M)
    return [[[float(v) for v in row.split("\t")] for row in rows.splitlines()] for rows in found]


def numbers(command, heading, rows, after=""):
    """The matrix that a program prints below the line that begins with heading.

    With after: the first such line below the one that begins with after.
    """
    lines = printed(command).split("\n")
    for beginning in (after, heading):
        while lines and not lines[0].startswith(beginning):
            lines.pop(0)
    found = []
    for line in lines[1:]:
        try:
            found.append([f"{float(word):g}" for word in line.split()])
        except ValueError:
            continue  # a heading may have a second line
        if len(found) == rows:
            return found
    sys.exit(f"error: {command} prints no {rows} rows below {heading}")
