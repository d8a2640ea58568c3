"""A digit, its maxima, and the pixels that get a gradient back."""
from svg import GREY, INK, PALE, RED, WHITE, Picture, printed

printed("build/03_pool")  # which writes the table
with open("build/data/03_pool.tsv", encoding="utf8") as file:
    blocks = [block.split("\n") for block in file.read().strip().split("\n\n") if block.strip()]
tables = {
    block[0].strip("# "): [[float(v) for v in line.split("\t")] for line in block[1:]]
    for block in ([line for line in block if line] for block in blocks)
}
LEVELS = (WHITE, PALE, "#9a9a9a", GREY, INK)


def grey(ink):
    """From white to black in five steps."""
    return LEVELS[round(4 * ink)]


p = Picture(206)
for left, words in ((10, "x, 28x28"), (170, "y, 14x14"), (330, "dx of the digit's pixels")):
    p.text(left + 70, 16, words if left < 330 else "where dy goes", size=13)
p.tiles(10, 34, tables["x"], 5, grey)
p.tiles(170, 34, tables["y"], 10, grey)
p.tiles(330, 34, tables["x"], 5, grey)
for i, row in enumerate(tables["dx"]):
    for j, dx in enumerate(row):
        if dx > 0 and tables["x"][i][j] > 0:
            p.add("circle", cx=330 + 5 * j + 2.5, cy=34 + 5 * i + 2.5, r=2, fill=RED)
p.text(240, 192, "one pixel of every four gets a gradient (red), the darkest", size=13)
p.print()
