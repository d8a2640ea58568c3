"""Sums of 4 and of 8 ReLUs that follow the sine."""
from math import pi, sin

from svg import BLUE, GREY, INK, RED, Axes, Picture, columns, printed

printed("build/04_affine")  # which writes the table
x, four, eight = columns("build/data/04_pieces.tsv", "x", "four", "eight")

p = Picture(250)
axes = Axes(p, (40, 14, 420, 200), (0, 2 * pi), (-1.1, 1.1))
axes.ticks(range(0, 7), (-1, 0, 1))
axes.curve([(v, sin(v)) for v in x], GREY, 1)
axes.curve(list(zip(x, four)), RED, 2, stroke_dasharray="7,4")
axes.curve(list(zip(x, eight)), BLUE, 2)
for k in range(8):
    px, py = axes.at(k * pi / 4, sin(k * pi / 4))
    p.add("circle", cx=px, cy=py, r=3.5, fill=BLUE)
p.text(*axes.at(2.75, 0.75), "8 units", BLUE, 14, "start")
p.text(*axes.at(2.75, -0.45), "4 units", RED, 14, "end")
p.line(axes.at(2.8, -0.45), axes.at(3.75, -0.45), color=RED, thick=1)
p.text(*axes.at(0.75, 0.97), "sin x", INK, 14, "end")
p.line(axes.at(0.8, 0.95), axes.at(1.12, 0.9), color=GREY, thick=1)
p.print()
