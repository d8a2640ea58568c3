"""The nine mistakes of the first epoch that the network was surest of."""
from svg import GREY, INK, PALE, WHITE, Picture, blocks, printed

SIDE, ACROSS, COUNT = 4, 3, 9
LEVELS = (WHITE, PALE, "#9a9a9a", GREY, INK)

printed("build/07_lenet5")  # which writes the table
TABLE = "build/data/07_fast_pictures.tsv"


def grey(ink):
    """From white to black in five steps."""
    return LEVELS[round(4 * ink)]


with open(TABLE, encoding="utf8") as file:
    lines = file.read().split("# image\t")[1].split("\n")[1 : COUNT + 1]
answers = [line.split("\t") for line in lines]

p = Picture(440)
for k, (picture, (_, truth, answer, sure, _)) in enumerate(zip(blocks(TABLE, "mistake"), answers)):
    left, top = 24 + 160 * (k % ACROSS), 4 + 146 * (k // ACROSS)
    p.tiles(left, top, picture, SIDE, grey)
    words = f"{truth}, read as {answer}: {100 * float(sure):.0f} %"
    p.text(left + 14 * SIDE, top + 28 * SIDE + 13, words)
p.print()
