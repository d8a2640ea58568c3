"""A mini-batch of 100 images as micro-batches: two threads, and one order of the sum."""
import re

from svg import INK, LIGHT_BLUE, LIGHT_RED, LIGHT_YELLOW, Picture

with open("chapters/07_lenet5/network.h", encoding="utf8") as file:
    size = int(re.search(r"MICRO_BATCH = (\d+)", file.read())[1])
BATCH = 100
count = BATCH // size
width = 440 // count
fills = (LIGHT_BLUE, LIGHT_YELLOW)

p = Picture(440)
p.text(240, 16, f"a mini-batch of {BATCH} images, {count} micro-batches of {size}")
for i in range(count):
    left, middle = 20 + i * width, 20 + (i + 0.5) * width
    lane = 108 + 78 * (i % 2)
    p.box(left, 32, width, 28, fills[i % 2])
    p.text(middle, 46, f"{i * size} .. {i * size + size - 1}", size=13)
    p.arrow((middle, 60), (middle, lane))
    p.box(left, lane, width, 44, fills[i % 2])
    p.text(middle, lane + 14, "forward, loss,", size=13)
    p.text(middle, lane + 31, "backward", size=13)
    p.arrow((middle, lane + 44), (middle, 272))
    p.box(left + 25, 272, width - 50, 28, LIGHT_RED)
    p.text(middle, 286, f"g{i}")
    p.arrow((middle, 300), (middle, 336))
for thread in (0, 1):
    p.text(8, 92 + 78 * thread, f"thread {thread}", INK, 13, "start")
p.box(20, 336, 440, 28)
total = " + ".join(f"(g{i} + g{i + 1})" for i in range(0, count, 2))
p.text(240, 350, f"{total}, always in this order")
p.arrow((240, 364), (240, 396))
p.box(20, 396, 440, 28)
p.text(240, 410, "one step of the optimizer")
p.print()
