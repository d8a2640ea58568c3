"""What C1 would cost as a full layer, with windows only, and as a convolution: areas to scale."""
from math import prod

from network import table
from svg import BLUE, GREY, LIGHT_BLUE, RED, Picture

c1 = table("build/07_lenet5 info")[0]
pixels, outputs = prod(c1.inside), prod(c1.outside)
side = 250 / (pixels * outputs + outputs) ** 0.5  # of the square of one parameter
rows = (
    (pixels * outputs + outputs, "every output", "sees every pixel"),
    (int(c1.connections.replace(",", "")), "every output sees", "its own 5x5 window"),
    (int(c1.trainable.replace(",", "")), "and all outputs of a map", "share one filter"),
)

p = Picture(408)
y = 10
for count, *words in rows:
    length = side * count**0.5
    p.box(10, y, length, length, LIGHT_BLUE, BLUE)
    middle = y + max(length / 2, 20) if count < rows[0][0] else y + 40
    at = 275
    p.text(at, middle - 18, f"{count:,} parameters", RED, 14, "start", font_weight="bold")
    p.text(at, middle, words[0], size=13, anchor="start")
    p.text(at, middle + 17, words[1], size=13, anchor="start")
    if count < rows[0][0]:
        p.line((14 + length, y + length / 2), (at - 6, y + length / 2), color=GREY, thick=1)
    y += length + 30
p.print()
