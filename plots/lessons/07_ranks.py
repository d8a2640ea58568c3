"""Images per second on many machines, by the model of the lesson, and as measured on two."""
import csv
from math import log2, log10

from svg import BLUE, GREY, INK, PALE, PURPLE, RED, Axes, Picture

with open("docs/data/ranks.tsv", encoding="utf8") as file:
    rows = list(csv.DictReader(file, delimiter="\t"))
alone = {row["batch"]: float(row["ms"]) for row in rows if row["where"] == "one thread"}
wire = [row for row in rows if row["where"] == "two hosts, 50 us"]
IMAGE = alone["800"] / 800  # milliseconds
SHORT = float(wire[0]["short_us"]) / 1000
SIZE, PASSED = 246.824, 125  # kilobytes of the gradient, and in a millisecond


def message(size):
    return (3 if size > 64 else 1) * SHORT + size / PASSED


def step(batch, ranks):
    """Milliseconds: the lesson's formula."""
    if ranks == 1:
        return batch * IMAGE
    messages = log2(ranks) * SHORT + message(SIZE * (ranks - 1) / ranks)
    return batch * IMAGE / ranks + messages + (ranks - 1) * message(SIZE / ranks)


p = Picture(330)
p.text(240, 12, "images per second; between the machines a gigabit")
axes = Axes(p, (84, 28, 296, 250), (0, 9), (4, 7))
for k in range(10):
    x = axes.at(k, 0)[0]
    p.line((x, 28), (x, 278), color=PALE, thick=0.5)
    p.text(x, 290, 2**k, GREY, 13)
for k in range(4, 8):
    y = axes.at(0, k)[1]
    p.line((84, y), (380, y), color=PALE, thick=0.5)
    p.text(78, y, f"{10**k:,}", GREY, 13, "end")
p.line((84, 28), (84, 278), (380, 278))
ideal = [(k, log10(1000 * 2**k / IMAGE)) for k in range(8)]
axes.curve(ideal, GREY, 1.5, stroke_dasharray="6,4")
p.text(*axes.at(5.2, 6.75), "without messages", GREY, 13, "end")
for batch, color in ((100, BLUE), (800, RED), (6400, PURPLE), (51200, INK)):
    # a rank has a micro-batch of 25 at least
    curve = [
        (k, log10(1000 * batch / step(batch, 2**k))) for k in range(10) if 25 * 2**k <= batch
    ]
    axes.curve(curve, color, 2.5)
    x, y = axes.at(*curve[-1])
    p.text(x + 6, y, f"batch {batch:,}", color, 13, "start")
for row in wire:
    x, y = axes.at(1, log10(1000 * float(row["batch"]) / float(row["ms"])))
    p.add("circle", cx=x, cy=y, r=5, fill="none", stroke=INK, stroke_width=1.5)
p.text(232, 314, "ranks; rings are measured", GREY, 13)
p.print()
