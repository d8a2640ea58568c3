"""Convolution's three products on the numbers of lesson 2: one entry each of y, dw and dx."""
from svg import (
    BLUE,
    GREY,
    INK,
    LIGHT_BLUE,
    LIGHT_RED,
    LIGHT_YELLOW,
    PALE,
    RED,
    WHITE,
    Picture,
    numbers,
)

PROGRAM = "build/02_conv"
x, w = numbers(PROGRAM, "x (3, 3)", 3), numbers(PROGRAM, "w (2, 2)", 2)
y, dy = numbers(PROGRAM, "y (2, 2)", 2), numbers(PROGRAM, "dy (2, 2)", 2)
dw, dx = numbers(PROGRAM, "dw (2, 2)", 2), numbers(PROGRAM, "dx (3, 3)", 3)
BIAS = 1
FOUR = [(0, 0), (0, 1), (1, 0), (1, 1)]
PAIRS = [LIGHT_BLUE, LIGHT_YELLOW, PALE, WHITE]  # of dx: factors of one product share a colour


def sum_of(pairs, more, wanted):
    """The sum written out; it must be what the program printed."""
    value = sum(int(a) * int(b) for a, b in pairs) + (more or 0)
    assert value == int(wanted), (pairs, value, wanted)
    signed = [[f"({n})" if n.startswith("-") else n for n in pair] for pair in pairs]
    terms = [f"{a}·{b}" for a, b in signed]
    return " + ".join(terms) + (f" + {more}" if more else "") + f" = {wanted}"


def row(p, top, title, left, middle, right, equals, line):
    """Two matrices, what they give, and the sum; each is (name, numbers, {place: colour})."""
    p.text(10, top, title, size=14, anchor="start", font_weight="bold")
    at = 34
    for (name, matrix, fill), after in zip((left, middle, right), ("·", equals, "")):
        height = len(matrix) * 26
        p.text(at + height / 2, top + 26, name, GREY, 13)
        p.matrix(at, top + 78 - height / 2, matrix, 26, fill)
        at += height + 36
        p.text(at - 2, top + 78, after, INK, 16)
        at += 32
    p.text(240, top + 132, line, RED, 14)


p = Picture(480)
row(
    p,
    14,
    "y: every window of x times w, plus b",
    ("x", x, dict.fromkeys(FOUR, LIGHT_BLUE)),
    ("w", w, dict.fromkeys(FOUR, LIGHT_BLUE)),
    ("y", y, {(0, 0): LIGHT_RED}),
    f"+ {BIAS} =",
    sum_of([(x[i][j], w[i][j]) for i, j in FOUR], BIAS, y[0][0]),
)
row(
    p,
    174,
    "dw: the pixels that a weight met, times dy",
    ("x", x, dict.fromkeys(FOUR, LIGHT_BLUE)),
    ("dy", dy, dict.fromkeys(FOUR, LIGHT_BLUE)),
    ("dw", dw, {(0, 0): LIGHT_RED}),
    "=",
    sum_of([(x[i][j], dy[i][j]) for i, j in FOUR], 0, dw[0][0]),
)
row(
    p,
    334,
    "dx: every dy times the weight that the pixel met",
    ("dy", dy, dict(zip(FOUR, PAIRS))),
    ("w", w, dict(zip(FOUR, PAIRS[::-1]))),
    ("dx", dx, {(1, 1): LIGHT_RED}),
    "=",
    sum_of([(dy[i][j], w[1 - i][1 - j]) for i, j in FOUR], 0, dx[1][1]),
)
for top in (160, 320):
    p.line((10, top), (470, top), color=BLUE, thick=0.5)
p.print()
