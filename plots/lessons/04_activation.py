"""The activations and their slopes."""
from svg import BLUE, INK, PURPLE, RED, Axes, Picture, columns, printed

printed("build/04_affine")  # which writes the table
TABLE = "build/data/04_activation.tsv"
CURVES = (
    ("relu", "ReLU", BLUE),
    ("sigmoid", "sigmoid", RED),
    ("squash", "1.7159 tanh(2/3 x)", PURPLE),
)


def panel(p, top, slope, y_range, ys, places):
    axes = Axes(p, (40, top + 24, 420, 150), (-6, 6), y_range)
    p.text(250, top + 8, "dy/dx" if slope else "y", INK, 14)
    axes.ticks(range(-6, 7, 2), ys)
    for (name, words, color), (x, y, anchor) in zip(CURVES, places):
        points = list(zip(*columns(TABLE, "x", name + slope)))
        axes.curve(points, color)
        p.text(*axes.at(x, y), words, color, 13, anchor)


p = Picture(410)
panel(
    p,
    4,
    "",
    (-2, 4),
    (-2, 0, 2, 4),
    ((3.4, 2.6, "start"), (5.9, 0.6, "end"), (-5.9, -1.1, "start")),
)
panel(
    p,
    208,
    "_slope",
    (0, 1.25),
    (0, 0.25, 0.5, 1),
    ((5.9, 1.1, "end"), (-3.2, 0.14, "end"), (1.3, 0.75, "start")),
)
p.print()
