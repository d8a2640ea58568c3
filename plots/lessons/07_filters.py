"""The six filters of C1 before and after an epoch."""
from svg import BLUE, GREY, LIGHT_BLUE, LIGHT_RED, RED, WHITE, Picture, blocks, printed

SIDE = 13  # pixels of a weight
STEPS = ((0.21, BLUE, RED), (0.13, "#4f9bcb", "#e2875a"), (0.05, LIGHT_BLUE, LIGHT_RED))

printed("build/07_lenet5")  # which writes the table
TABLE = "build/data/07_fast_pictures.tsv"


def shade(weight):
    for least, negative, positive in STEPS:
        if abs(weight) >= least:
            return positive if weight > 0 else negative
    return WHITE


p = Picture(236)
for row, (when, words) in enumerate(
    (("initial", "initial weights"), ("trained", "after one epoch"))
):
    top = 24 + 98 * row
    p.text(10, top - 12, words, anchor="start")
    for f, filter_of_one in enumerate(blocks(TABLE, f"{when} C1")):
        p.tiles(10 + 79 * f, top, filter_of_one, SIDE, shade)
for k, (colour, words) in enumerate(((RED, "positive"), (WHITE, "near 0"), (BLUE, "negative"))):
    p.box(80 + 120 * k, 214, 13, 13, colour, GREY)
    p.text(102 + 120 * k, 221, words, size=13, anchor="start")
p.print()
