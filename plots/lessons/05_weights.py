"""The weights of the linear classifier, an image for each digit."""
from svg import BLUE, LIGHT_BLUE, LIGHT_RED, RED, WHITE, Picture, printed

SIDE, STRONG, WEAK = 3, 0.3, 0.06  # pixels of a weight; from here on a weight is strong, or weak

printed("build/05_softmax_ce")  # which writes the table
with open("build/data/05_weights.tsv", encoding="utf8") as file:
    blocks = [block.strip().split("\n")[1:] for block in file.read().strip().split("\n\n\n")]
images = [[[float(v) for v in row.split("\t")] for row in block] for block in blocks]


def shade(weight):
    if abs(weight) < WEAK:
        return WHITE
    strong = abs(weight) >= STRONG
    return (RED if strong else LIGHT_RED) if weight > 0 else (BLUE if strong else LIGHT_BLUE)


def image(p, left, top, rows):
    """Neighbours of one colour in one path, all paths of one colour together."""
    paths = {}
    for i, row in enumerate(rows):
        shades = [shade(weight) for weight in row] + [None]
        begin = 0
        for j in range(1, len(shades)):
            if shades[j] != shades[begin]:
                x, y, width = left + SIDE * begin, top + SIDE * i, SIDE * (j - begin)
                paths.setdefault(shades[begin], []).append(f"M{x} {y}h{width}v{SIDE}h-{width}z")
                begin = j
    for colour in (LIGHT_BLUE, LIGHT_RED, BLUE, RED):
        if colour in paths:
            p.add("path", d="".join(paths[colour]), fill=colour)
    p.box(left, top, SIDE * len(rows), SIDE * len(rows), "none")


p = Picture(262)
for digit, rows in enumerate(images):
    left, top = 10 + 94 * (digit % 5), 8 + 108 * (digit // 5)
    image(p, left, top, rows)
    p.text(left + 42, top + 94, digit)
legend = ((RED, "ink speaks for it"), (BLUE, "ink speaks against it"))
for k, (colour, words) in enumerate(legend):
    p.box(40 + 230 * k, 240, 13, 13, colour, colour)
    p.text(62 + 230 * k, 247, words, size=13, anchor="start")
p.print()
