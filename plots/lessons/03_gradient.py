"""Where max pooling sends its gradient, on numbers with ties."""
from svg import BLUE, GREY, INK, LIGHT_BLUE, LIGHT_RED, RED, Picture, numbers

PROGRAM, SECTION = "build/03_pool", "2. Ties"
x = numbers(PROGRAM, "x", 4, SECTION)
y = numbers(PROGRAM, "y = ", 2, SECTION)
dy = numbers(PROGRAM, "dy", 2, SECTION)
dx = numbers(PROGRAM, "dx", 4, SECTION)
windows = [(0, 0), (0, 2), (2, 0), (2, 2)]


def first_maximum(i, j):
    places = [(i + p, j + q) for p in (0, 1) for q in (0, 1)]
    return max(places, key=lambda at: float(x[at[0]][at[1]]))  # the first of equals


def big(p, left, top, matrix, fill):
    """A 4x4 matrix with its windows outlined."""
    p.matrix(left, top, matrix, fill=fill)
    for i, j in windows:
        p.box(left + 30 * j, top + 30 * i, 60, 60, "none", INK, 2.5)


winners = [first_maximum(i, j) for i, j in windows]
p = Picture(400)
for top, sides, fill, small in ((40, ("x", "y"), LIGHT_BLUE, y), (240, ("dx", "dy"), LIGHT_RED, dy)):
    p.text(110, top - 18, sides[0])
    p.text(380, top + 12, sides[1])
    big(p, 50, top, x if sides[0] == "x" else dx, dict.fromkeys(winners, fill))
    p.matrix(350, top + 30, small, fill=dict.fromkeys([(0, 0), (0, 1), (1, 0), (1, 1)], fill))
p.arrow((182, 85), (338, 85), color=BLUE, thick=2)
p.text(260, 68, "forward:", BLUE, 13)
p.text(260, 102, "the largest", BLUE, 13)
p.arrow((338, 285), (182, 285), color=RED, thick=2)
p.text(260, 268, "backward:", RED, 13)
p.text(260, 302, "to where it was", RED, 13)
p.text(240, 185, "3 is there twice, 2 three times: the first one counts", GREY, 13)
p.text(240, 385, "all other pixels get 0", GREY, 13)
p.print()
