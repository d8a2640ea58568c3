"""The gradient of softmax and cross-entropy on three scores, for two true classes."""
import re

from svg import BLUE, GREY, INK, LIGHT_BLUE, LIGHT_RED, RED, Picture, printed

out = printed("build/05_softmax_ce")
scores = re.search(r"^ +x +(.*)", out, re.M)[1].split()
prob = re.search(r"p = e\^x / sum +(.*)", out)[1].split()
cases = {
    m[0]: (m[1], m[2].split())
    for m in re.findall(r"^ +(\d) +(\d\.\d{4}) +(-?\d.*)$", out.split("2. ")[0], re.M)
}


def bars(p, left, top, values, fill, color):
    """Three bars up or down from a line, with their numbers."""
    p.line((left - 6, top), (left + 186, top), color=INK, thick=1)
    for i, value in enumerate(values):
        height = float(value) * 62
        x = left + 62 * i
        p.box(x, top - max(height, 0), 56, abs(height), fill, color)
        p.text(x + 28, top - height + (-11 if height >= 0 else 12), value, size=13)


p = Picture(470)
for row, truth in enumerate(("0", "2")):
    loss, dx = cases[truth]
    top = 240 * row
    p.text(10, top + 18, f"true class {truth}: loss {loss}", anchor="start", font_weight="bold")
    p.text(120, top + 44, "p", GREY, 13)
    p.text(350, top + 44, "dx = p - truth", GREY, 13)
    bars(p, 30, top + 130, prob, LIGHT_BLUE, BLUE)
    bars(p, 260, top + 130, dx, LIGHT_RED, RED)
    for i, score in enumerate(scores):
        bold = {"font_weight": "bold"} if str(i) == truth else {}
        p.text(62 * i + 58, top + 142, f"x[{i}] =", size=13, **bold)
        p.text(62 * i + 58, top + 159, score, size=13, **bold)
        p.text(62 * i + 288, top + 218, f"dx[{i}]", size=13, **bold)
p.print()
