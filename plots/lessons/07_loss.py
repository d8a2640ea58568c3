"""The loss of every mini-batch of two epochs, and the losses over all images after each of ten."""
from math import log, log10

from svg import BLUE, GREY, PALE, RED, Axes, Picture, columns, printed

LOG = "build/data/07_ten.tsv"
printed(f"build/07_lenet5 train --seed 1 --log {LOG}")
NAMES = ("iteration", "epoch", "loss", "train_loss", "test_loss")
rows = list(zip(*columns(LOG, *NAMES)))
steps = [(i, loss) for i, epoch, loss, _, _ in rows if loss == loss and epoch <= 2]
ends = [(epoch, train, test) for _, epoch, _, train, test in rows if test == test and epoch > 0]
EPOCH, MEAN = 600, 50

p = Picture(500)
p.text(240, 12, "the first two epochs: loss of each mini-batch, mean of 50")
axes = Axes(p, (44, 28, 416, 190), (0, 2 * EPOCH), (log10(0.005), log10(4)))
axes.ticks(range(0, 2 * EPOCH + 1, 200), ())
for loss in (0.01, 0.1, 1):
    y = axes.at(0, log10(loss))[1]
    p.line((44, y), (460, y), color=PALE, thick=0.5)
    p.text(38, y, f"{loss:g}", GREY, 13, "end")
axes.curve([(i, max(log10(loss), log10(0.005))) for i, loss in steps], "#9a9a9a", 0.7)
means = [
    (steps[k][0] + MEAN / 2, sum(loss for _, loss in steps[k : k + MEAN]) / MEAN)
    for k in range(0, len(steps), MEAN)
]
axes.curve([(i, log10(loss)) for i, loss in means], BLUE, 2.5)
guess = axes.at(0, log10(log(10)))[1]
p.line((44, guess), (460, guess), color=RED, thick=1.5, stroke_dasharray="6,4")
p.text(452, guess + 13, "ten equal guesses: log 10 = 2.3026", RED, 13, "end")
p.text(252, 250, "mini-batches; an epoch has 600", GREY, 13)

p.text(240, 282, "after each epoch: loss over all images of a set")
axes = Axes(p, (44, 298, 416, 150), (1, len(ends)), (0, 0.12))
axes.ticks(range(1, len(ends) + 1), (0, 0.04, 0.08, 0.12))
train = [(epoch, train) for epoch, train, _ in ends]
test = [(epoch, test) for epoch, _, test in ends]
axes.curve(train, BLUE, 2.5)
axes.curve(test, RED, 2.5, stroke_dasharray="6,3")
p.text(*axes.at(len(ends) - 0.2, test[-1][1] + 0.014), "10,000 test images", RED, 13, "end")
p.text(*axes.at(len(ends) - 0.2, train[-1][1] - 0.011), "60,000 training images", BLUE, 13, "end")
p.text(252, 480, "epochs", GREY, 13)
p.print()
