"""An image of shape (2, 3, 4), and the same 24 numbers in one row of memory."""
from svg import BLUE, GREY, INK, LIGHT_BLUE, LIGHT_RED, RED, Picture, numbers

channels = [numbers("build/01_im2col", f"channel {ch}", 3) for ch in (0, 1)]
memory = sum(numbers("build/01_im2col", "the same 24 numbers", 3), [])
assert memory == sum(sum(channels, []), [])
ch, r, s = 0, 2, 1  # the entry that is followed
index = (ch * 3 + r) * 4 + s
fills, colors = (LIGHT_BLUE, LIGHT_RED), (BLUE, RED)

p = Picture(250)
for c, left in ((0, 40), (1, 270)):
    p.text(left + 80, 14, f"channel {c}", colors[c])
    all_places = [(i, j) for i in range(3) for j in range(4)]
    p.matrix(left, 28, channels[c], 40, dict.fromkeys(all_places, fills[c]), size=13)
p.box(40 + 40 * s, 28 + 40 * r, 40, 40, "none", INK, 3)
cell = 19
for i in range(24):
    p.box(12 + cell * i, 190, cell, 26, fills[i // 12])
for i in range(0, 25, 4):  # the ends of the rows
    p.line((12 + cell * i, 184), (12 + cell * i, 222), color=INK, thick=2 if i % 12 == 0 else 1)
    if i < 24:
        p.text(12 + cell * i, 234, f"x[{i}]", GREY, 13, "start")
at = 12 + cell * (index + 0.5)
p.box(at - cell / 2, 190, cell, 26, "none", INK, 3)
p.arrow((60 + 40 * s, 70 + 40 * r), (60 + 40 * s, 166), (at, 166), (at, 188), color=INK, thick=2)
where = f"entry ({ch},{r},{s}) is x[{ch}·12 + {r}·4 + {s}] = x[{index}]"
p.text(at + 20, 166, where, INK, 13, "start")
p.print()
