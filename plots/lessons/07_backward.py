"""forward goes down, dy travels back up: the dx of a layer is the dy of the layer before it."""
from math import prod

from network import table
from svg import BLUE, GREY, INK, LIGHT_BLUE, RED, Picture

rows = table("build/07_lenet5 info")
p = Picture(500)
y = 34
p.text(118, 14, "forward: x to y", BLUE, 14)
p.text(362, 14, "backward: dy to dx", RED, 14)


def shape(sides):
    return "x".join(map(str, sides)) if prod(sides[1:]) > 1 else str(sides[0])


for i, row in enumerate(rows):
    p.text(152, y + 12, shape(row.inside), BLUE, 13, "end")
    p.arrow((165, y), (165, y + 24), color=BLUE, thick=2)
    if i > 0:
        p.arrow((315, y + 24), (315, y), color=RED, thick=2)
        p.text(328, y + 12, shape(row.inside), RED, 13, "start")
    else:
        p.text(328, y + 12, "dx is not wanted", GREY, 13, "start")
    p.box(140, y + 26, 200, 26, LIGHT_BLUE, GREY)
    p.text(240, y + 39, f"{row.name}  {row.kind}", INK, 13)
    if row.trainable != "0":
        p.arrow((342, y + 39), (372, y + 39), color=RED, thick=2)
        p.text(378, y + 39, f"dw, db: {row.trainable}", RED, 13, "start")
    y += 58
p.text(152, y + 12, "10 scores", BLUE, 13, "end")
p.arrow((165, y), (165, y + 24), color=BLUE, thick=2)
p.arrow((315, y + 24), (315, y), color=RED, thick=2)
p.text(328, y + 12, "p - truth", RED, 13, "start")
p.box(140, y + 26, 200, 26, "#ffffff", INK, 1.5)
p.text(240, y + 39, "softmax, cross-entropy: L", INK, 13)
p.print()
