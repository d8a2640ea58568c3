"""Two layers in a row: numbers go right, slopes come back, and each layer keeps its dw."""
from svg import BLUE, GREY, INK, LIGHT_BLUE, LIGHT_RED, RED, Picture

x, weights, t = 4, (2, 3), 25  # the prologue's example
forward = [x]
for w in weights:
    forward.append(forward[-1] * w)
backward = [forward[-1] - t]  # dy of the last layer, then of those before it
for w in reversed(weights):
    backward.insert(0, backward[0] * w)

p = Picture(216)
p.text(240, 16, "forward: y = w x", BLUE, 14)
p.text(240, 200, "backward: dx = dy w, and dw = dy x stays", RED, 14)
for i, left in enumerate((70, 212, 354)):
    last = i == len(weights)
    p.box(left, 50, 80, 70, LIGHT_BLUE if not last else "#ffffff", INK)
    words = ("loss", f"t = {t}") if last else (f"layer {i}", f"w = {weights[i]}")
    p.text(left + 40, 74, words[0], size=13)
    p.text(left + 40, 96, words[1])
    p.arrow((left - 58, 68), (left - 3, 68), color=BLUE, thick=2)
    p.text(left - 32, 54, forward[i], BLUE)
    p.arrow((left - 3, 104), (left - 58, 104), color=RED, thick=2)
    p.text(left - 32, 120, backward[i], RED)
    if not last:
        p.arrow((left + 40, 120), (left + 40, 146), color=RED, thick=2)
        p.box(left + 2, 148, 76, 26, LIGHT_RED, RED)
        p.text(left + 40, 161, f"dw = {backward[i + 1] * forward[i]}", size=13)
p.text(460, 85, "L", GREY)
p.arrow((434, 85), (452, 85), color=GREY)
p.print()
