"""The weights of the linear classifier, an image for each digit."""
from svg import BLUE, LIGHT_BLUE, LIGHT_RED, RED, WHITE, Picture, blocks, printed

SIDE, STRONG, WEAK = 3, 0.3, 0.06  # pixels of a weight; from here on a weight is strong, or weak

printed("build/05_softmax_ce")  # which writes the table
images = blocks("build/data/05_weights.tsv", "")


def shade(weight):
    if abs(weight) < WEAK:
        return WHITE
    strong = abs(weight) >= STRONG
    return (RED if strong else LIGHT_RED) if weight > 0 else (BLUE if strong else LIGHT_BLUE)


p = Picture(262)
for digit, rows in enumerate(images):
    left, top = 10 + 94 * (digit % 5), 8 + 108 * (digit // 5)
    p.tiles(left, top, rows, SIDE, shade)
    p.text(left + 42, top + 94, digit)
legend = ((RED, "ink speaks for it"), (BLUE, "ink speaks against it"))
for k, (colour, words) in enumerate(legend):
    p.box(40 + 230 * k, 240, 13, 13, colour, colour)
    p.text(62 + 230 * k, 247, words, size=13, anchor="start")
p.print()
