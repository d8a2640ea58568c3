"""Forty steps of the optimizers down the ravine x^2/20 + y^2 from (-7, 2)."""
from math import cos, pi, sin

from svg import BLUE, GREY, INK, PALE, RED, Picture, printed

printed("build/06_optimizers")  # which writes the table
with open("build/data/06_paths.tsv", encoding="utf8") as file:
    head, *lines = [line.split("\t") for line in file.read().splitlines()]
UNIT = 13.0  # pixels


def path(name):
    i = head.index(name + "_x")
    return [(float(line[i]), float(line[i + 1])) for line in lines]


def panel(p, left, top, name, title):
    def at(x, y):
        return left + 115 + UNIT * x, top + 68 + UNIT * y * 1.25

    for height in (0.35 * i**1.6 for i in range(1, 8)):
        angles = [2 * pi * i / 60 for i in range(61)]
        ring = [at((20 * height) ** 0.5 * cos(a), height**0.5 * sin(a)) for a in angles]
        if all(left <= x <= left + 230 and top + 22 <= y <= top + 116 for x, y in ring):
            p.line(*ring, color=PALE, thick=1)
    steps = path(name)
    points = [at(x, -y) for x, y in steps]
    p.line(*points, color=BLUE, thick=1.2)
    for x, y in points:
        p.add("circle", cx=x, cy=y, r=2, fill=BLUE)
    x, y = at(0, 0)
    p.line((x - 5, y), (x + 5, y), color=RED, thick=2)
    p.line((x, y - 5), (x, y + 5), color=RED, thick=2)
    p.text(left + 115, top + 10, title, INK, 14)
    last = ", ".join(f"{v:.2f}".replace("-0.00", "0.00") for v in steps[-1])
    p.text(left + 115, top + 128, f"after 40 steps: ({last})", GREY, 13)


p = Picture(436)
shown = (
    ("sgd", "SGD"),
    ("momentum", "Momentum"),
    ("adagrad", "AdaGrad"),
    ("rmsprop", "RMSprop"),
    ("adam", "Adam"),
    ("sdlm", "1998 (advanced)"),
)
for i, (name, title) in enumerate(shown):
    panel(p, 240 * (i % 2) + 5, 145 * (i // 2) + 4, name, title)
p.print()
