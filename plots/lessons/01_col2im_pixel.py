"""One pixel is copied to four entries of col; the four entries of dcol add up to its gradient."""
from svg import BLUE, LIGHT_BLUE, LIGHT_RED, RED, Picture, numbers

PROGRAM = "build/01_im2col"
x, col = numbers(PROGRAM, "x (3, 4)", 3), numbers(PROGRAM, "col (4, 6), stride 1", 4)
dcol, dx = numbers(PROGRAM, "dcol (4, 6)", 4), numbers(PROGRAM, "dx (3, 4)", 3)
r, s = 1, 1
# Row (p,q) and column (i,j) of every copy: i + p = r and j + q = s.
copies = [(2 * p + q, 3 * (r - p) + s - q) for p in (0, 1) for q in (0, 1)]
assert all(col[row][column] == x[r][s] for row, column in copies)
parts = [dcol[row][column] for row, column in copies]
assert sum(map(int, parts)) == int(dx[r][s])

p = Picture(330)
halves = (
    (30, x, col, ("x", "col"), LIGHT_BLUE, BLUE),
    (186, dx, dcol, ("dx", "dcol"), LIGHT_RED, RED),
)
for top, small, large, names, fill, color in halves:
    p.text(76, top - 14, names[0])
    p.text(366, top - 14, names[1])
    p.matrix(20, top + 14, small, 28, {(r, s): fill})
    p.matrix(282, top, large, 28, dict.fromkeys(copies, fill))
    p.box(20 + 28 * s, top + 14 + 28 * r, 28, 28, "none", color, 3)
    for row, column in copies:
        p.box(282 + 28 * column, top + 28 * row, 28, 28, "none", color, 2.5)
p.arrow((138, 86), (272, 86), color=BLUE, thick=2)
p.text(205, 68, "im2col copies", BLUE, 13)
p.text(205, 102, f"{x[r][s]} four times", BLUE, 13)
p.arrow((272, 242), (138, 242), color=RED, thick=2)
p.text(205, 224, "col2im adds", RED, 13)
total = " + ".join(part if int(part) >= 0 else f"({part})" for part in parts)
p.text(240, 318, f"dx[{r},{s}] = {total} = {dx[r][s]}", RED)
p.text(205, 258, "the four up", RED, 13)
p.print()
