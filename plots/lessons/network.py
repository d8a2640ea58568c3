"""The table of layers as `07_lenet5 info` prints it, and a network drawn from it to scale."""
import re

from svg import BLUE, GREY, LIGHT_BLUE, LIGHT_RED, RED, Picture, printed

SCALE = 1.5  # pixels of the picture per pixel of a map


class Row:
    """A layer; an activation after it is part of its kind."""

    def __init__(self, name, kind, shape_in, shape_out, trainable, connections):
        self.name, self.kind = name, kind
        self.inside = [int(side) for side in shape_in.split("x")]
        self.outside = [int(side) for side in shape_out.split("x")]
        self.trainable, self.connections = trainable, connections


def table(command):
    rows = []
    line = r"(\S+) +(\S.*?)  +(\d+x\d+x\d+) -> (\d+x\d+x\d+) +([\d,]+) +([\d,]+)"
    for fields in re.findall(line, printed(command)):
        if "." in fields[0]:
            rows[-1].kind += ", " + fields[1].replace("relu", "ReLU")
        else:
            rows.append(Row(*fields))
    return rows


def total(command):
    """The sum of all parameters."""
    return re.search(r"^sum .*? ([\d,]+) +[\d,]+$", printed(command), re.M)[1]


def maps(p, x, y, shape):
    """All maps of a shape in a row, with their middle at height y; a vector is a row of units."""
    c, h, w = shape
    if h == w == 1:
        for i in range(c):
            p.box(x + i * SCALE, y - 5, SCALE, 10, LIGHT_BLUE, BLUE, 0.4)
        return
    gap = 2.5 if h == 10 else 4 if h > 5 else 8
    for i in range(c):
        left = x + i * (w * SCALE + gap)
        p.box(left, y - h * SCALE / 2, w * SCALE, h * SCALE, LIGHT_BLUE, BLUE)


def draw(command):
    rows = table(command)
    p = Picture(534)
    layers = [("input", "", rows[0].inside, "")]
    layers += [(row.name, row.kind, row.outside, row.trainable) for row in rows]
    y, left, places = 36, 116, []
    for name, kind, (c, h, w), trainable in layers:
        places.append(y)
        maps(p, left, y, (c, h, w))
        words = kind.split(", ")
        above = 9 * len(words) if kind else 0
        p.text(8, y - above, name, anchor="start", font_weight="bold")
        for i, word in enumerate(words if kind else []):
            p.text(8, y + 8 + 16 * i - 9 * (len(words) - 1), word, GREY, 13, "start")
        p.text(
            472,
            y - (8 if trainable not in ("", "0") else 0),
            f"{c}x{h}x{w}" if h > 1 else str(c),
            size=13,
            anchor="end",
        )
        if trainable not in ("", "0"):
            p.text(472, y + 9, trainable, RED, 13, "end")
        y += 68 if h >= 28 else 58
    window(p, left, places)
    p.text(472, y - 16, f"{total(command)} parameters", RED, 13, "end")
    p.print()


def window(p, left, places):
    """A 5x5 window of the input, and the one number of C1 that it becomes."""
    x, y = left + 20 * SCALE, places[0] - 6 * SCALE
    to_x, to_y = left + 20 * SCALE, places[1] - 4 * SCALE
    p.line((x, y + 5 * SCALE), (to_x, to_y), color=RED, thick=1)
    p.line((x + 5 * SCALE, y + 5 * SCALE), (to_x + SCALE, to_y), color=RED, thick=1)
    p.box(x, y, 5 * SCALE, 5 * SCALE, LIGHT_RED, RED, 1.5)
    p.box(to_x, to_y, SCALE, SCALE, RED, RED, 1)
