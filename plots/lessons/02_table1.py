"""Table I of LeCun et al. 1998: which maps of S2 each filter of C3 sees."""
import re

from svg import BLUE, GREY, INK, PURPLE, RED, WHITE, Picture, printed

out = printed("build/02_conv")
sees = [line.split()[2:] for line in out.split("\n") if re.match(r" *map \d ", line)]
full, part = re.findall(r"(\d+) trainable parameters, \d+ connections", out)
groups = (
    (0, 6, "three", "neighbours", BLUE),
    (6, 12, "four", "neighbours", RED),
    (12, 15, "two", "pairs", INK),
    (15, 16, "", "all", PURPLE),
)

p = Picture(290)
cell, left, top = 24, 84, 66
p.text(240, 16, "which maps of S2 each filter of C3 sees")
p.text(left - 8, 50, "filter", GREY, 13, "end")
for f in range(16):
    p.text(left + (f + 0.5) * cell, 50, f, GREY, 13)
for ch, row in enumerate(sees):
    p.text(left - 8, top + (ch + 0.5) * cell, f"map {ch}", GREY, 13, "end")
    for first, last, *_, color in groups:
        for f in range(first, last):
            x, y = left + f * cell, top + ch * cell
            p.box(x, y, cell, cell, color if row[f] == "X" else WHITE, GREY)
            if row[f] == "X":
                p.text(x + cell / 2, y + cell / 2, "X", WHITE, 13)
for first, last, *words, color in groups:
    begin, end = left + first * cell + 3, left + last * cell - 3
    p.line((begin, 222), (begin, 228), (end, 228), (end, 222), color=color, thick=2)
    for i, word in enumerate(words):
        p.text((begin + end) / 2, 242 + 16 * i, word, color, 13)
p.text(240, 280, f"{int(part):,} parameters instead of {int(full):,}", INK, 13)
p.print()
