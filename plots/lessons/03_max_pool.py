"""Where max pooling sends its gradient: to the maximum, and to the first of equals."""
from svg import BLUE, GREY, INK, LIGHT_BLUE, LIGHT_RED, RED, Picture, numbers

PROGRAM = "build/03_pool"
WINDOWS = [(0, 0), (0, 2), (2, 0), (2, 2)]
CELL = 26


def first_maximum(x, i, j):
    places = [(i + p, j + q) for p in (0, 1) for q in (0, 1)]
    return max(places, key=lambda at: float(x[at[0]][at[1]]))  # the first of equals


def example(p, top, section, title):
    """x and y, then dy and dx, in one row."""
    x, y = numbers(PROGRAM, "x", 4, section), numbers(PROGRAM, "y = ", 2, section)
    dy, dx = numbers(PROGRAM, "dy", 2, section), numbers(PROGRAM, "dx", 4, section)
    winners = [first_maximum(x, i, j) for i, j in WINDOWS]
    assert [dx[r][s] for r, s in winners] == dy[0] + dy[1]
    four = [(0, 0), (0, 1), (1, 0), (1, 1)]
    p.text(10, top, title, INK, 14, "start", font_weight="bold")
    for left, name, matrix, fill in (
        (10, "x", x, dict.fromkeys(winners, LIGHT_BLUE)),
        (148, "y", y, dict.fromkeys(four, LIGHT_BLUE)),
        (228, "dy", dy, dict.fromkeys(four, LIGHT_RED)),
        (366, "dx", dx, dict.fromkeys(winners, LIGHT_RED)),
    ):
        side = CELL * len(matrix)
        p.text(left + side / 2, top + 26 + (52 - side / 2), name, GREY)
        p.matrix(left, top + 92 - side / 2, matrix, CELL, fill)
        if side > 2 * CELL:
            for i, j in WINDOWS:
                p.box(left + CELL * j, top + 40 + CELL * i, 2 * CELL, 2 * CELL, "none", INK, 2.5)
    p.arrow((118, top + 92), (144, top + 92), color=BLUE, thick=2)
    p.arrow((284, top + 92), (360, top + 92), color=RED, thick=2)


p = Picture(330)
example(p, 16, "1. ", "Every dy goes to the maximum of its window")
example(p, 176, "2. Ties", "3 is there twice, 2 three times: the first one counts")
p.print()
