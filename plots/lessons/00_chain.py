"""The chain rule on one weight, y = w x and L = (y - t)^2 / 2: numbers forward, slopes backward."""
from svg import BLUE, INK, LIGHT_BLUE, LIGHT_RED, RED, Picture, printed

x, t, w = 2, 6, 1  # as in the prologue's program
y = w * x
dy = y - t
dw, dx = dy * x, dy * w
after_one_step = printed("build/prologue").split("0.01 ")[1].split()[1]
assert after_one_step == f"{w - 0.01 * dw:.4f}", after_one_step

p = Picture(250)
p.text(12, 18, "forward: numbers", BLUE, 14, "start")
p.text(468, 18, "backward: slopes", RED, 14, "end")
for left, top, width, words in (
    (12, 50, 62, f"w = {w}"),
    (12, 160, 62, f"x = {x}"),
    (212, 105, 62, f"y = {y}"),
    (406, 105, 62, f"L = {dy * dy // 2}"),
):
    p.box(left, top, width, 32, LIGHT_BLUE, BLUE)
    p.text(left + width / 2, top + 16, words)
for left, width, words in ((118, 44, "w x"), (300, 82, f"(y-{t})²/2")):
    p.box(left, 105, width, 32, color=INK)
    p.text(left + width / 2, 121, words)
for points in (
    ((74, 72), (116, 112)),
    ((74, 170), (116, 130)),
    ((162, 115), (210, 115)),
    ((274, 115), (298, 115)),
    ((382, 121), (404, 121)),
):
    p.arrow(*points, color=BLUE, thick=2)
for points in (
    ((210, 129), (164, 129)),
    ((298, 129), (276, 129)),
    ((134, 103), (78, 55)),
    ((134, 139), (78, 187)),
):
    p.arrow(*points, color=RED, thick=2)
for left, top, words in (
    (118, 56, f"dw = dy x = {dw}"),
    (118, 162, f"dx = dy w = {dx}"),
    (252, 148, f"dy = y - {t} = {dy}"),
):
    p.box(left, top, 128, 26, LIGHT_RED, RED)
    p.text(left + 64, top + 13, words, size=13)
p.text(240, 228, f"L grows by {dw} times a small step of w, and {dx} times one of x", size=13)
p.print()
