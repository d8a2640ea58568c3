"""The loss of every mini-batch in the lesson's epoch."""
from math import log

from svg import BLUE, INK, PALE, RED, Axes, Picture, columns, printed

printed("build/07_lenet5")  # which writes the table
step, loss = columns("build/data/07_textbook.tsv", "iteration", "loss")
points = [(x, y) for x, y in zip(step, loss) if y == y]

p = Picture(250)
p.tolerate(12)
axes = Axes(p, (40, 26, 420, 170), (0, 600), (0, 2.5))
axes.ticks(range(0, 601, 100), (0, 0.5, 1, 1.5, 2, 2.5))
axes.curve(points, BLUE, 1)
axes.picture.line(axes.at(0, log(10)), axes.at(600, log(10)), color=RED, thick=1.5)
p.text(*axes.at(595, 2.12), "log 10: every digit is as likely as any other", RED, 13, "end")
p.text(40, 12, "loss", INK, 13, "start")
p.text(250, 232, "mini-batch", INK, 13)
p.print()
