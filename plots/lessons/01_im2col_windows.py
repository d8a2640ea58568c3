"""im2col on a 3x4 image with 2x2 windows: two of the six windows, and the columns they become."""
from svg import BLUE, GREY, LIGHT_BLUE, LIGHT_RED, RED, Picture, numbers

x = numbers("build/01_im2col", "x (3, 4)", 3)
col = numbers("build/01_im2col", "col (4, 6), stride 1", 4)
first, last = [(0, 0), (0, 1), (1, 0), (1, 1)], [(1, 2), (1, 3), (2, 2), (2, 3)]

p = Picture(330)
p.text(80, 18, "x (3, 4)")
p.matrix(20, 32, x, fill={**dict.fromkeys(first, LIGHT_BLUE), **dict.fromkeys(last, LIGHT_RED)})
p.box(20, 32, 60, 60, "none", BLUE, 3)
p.box(80, 62, 60, 60, "none", RED, 3)
p.text(150, 47, "window (0,0)", BLUE, 13, "start")
p.text(150, 107, "window (1,2)", RED, 13, "start")

p.text(290, 168, "col (4, 6)")
columns = {(i, j): {0: LIGHT_BLUE, 5: LIGHT_RED}[j] for i in range(4) for j in (0, 5)}
p.matrix(200, 186, col, fill=columns)
p.box(200, 186, 30, 120, "none", BLUE, 3)
p.box(350, 186, 30, 120, "none", RED, 3)
for i, place in enumerate(("(p,q) = (0,0)", "(0,1)", "(1,0)", "(1,1)")):
    p.text(192, 201 + 30 * i, place, GREY, 13, "end")
p.text(192, 318, "window (i,j) =", GREY, 13, "end")
p.text(215, 318, "(0,0)", BLUE, 13)
p.text(365, 318, "(1,2)", RED, 13)
p.arrow((50, 94), (50, 150), (215, 150), (215, 184), color=BLUE, thick=2)
p.arrow((120, 124), (120, 140), (365, 140), (365, 184), color=RED, thick=2)
p.print()
