"""Cross-entropy where scores are large: the formula, with 1e-7 added, and the shifted one."""
from svg import BLUE, GREY, LIGHT_BLUE, PURPLE, RED, Axes, Picture, columns, printed

printed("build/05_softmax_ce")  # which writes the table
TABLE = "build/data/05_loss_float.tsv"


def pairs(name, lowest=-1e9):
    return [(x, y) for x, y in zip(*columns(TABLE, "score", name)) if y == y and x >= lowest]


def end(axes, points):
    """A dot where a curve ends, because what comes next is not a number."""
    x, y = axes.at(*points)
    axes.picture.add("circle", cx=x, cy=y, r=4, fill=RED)


p = Picture(430)
formula = pairs("shift_formula")
low, high = formula[0][0], formula[-1][0]
p.text(240, 12, "scores (1, 2, 3), all shifted: the loss of class 1")
axes = Axes(p, (44, 28, 416, 130), (-1000, 1000), (1, 2))
axes.ticks(range(-1000, 1001, 500), (1, 1.5, 2))
axes.curve(pairs("shift_stable"), LIGHT_BLUE, 7)
axes.curve(formula, RED, 2)
end(axes, formula[0])
end(axes, formula[-1])
p.text(*axes.at(0, 1.58), f"the formula ends at {low:g} and {high:g}", RED, 13)
p.text(*axes.at(0, 1.24), "first shifted back to 0: never", BLUE, 13)

p.text(240, 206, "the true score is lower by a gap: the loss")
axes = Axes(p, (44, 222, 416, 160), (0, 1000), (0, 1000))
axes.ticks(range(0, 1001, 250), range(0, 1001, 250))
axes.curve(pairs("gap_stable", 0), LIGHT_BLUE, 7)
axes.curve(pairs("gap_formula", 0), RED, 2)
end(axes, pairs("gap_formula", 0)[-1])
axes.curve(pairs("gap_report", 0), PURPLE, 2)
p.text(*axes.at(640, 100), "-log(p + 1e-7) stays at 16", PURPLE, 13)
p.text(*axes.at(700, 800), "log-sum-exp", BLUE, 13, "end")
last = pairs("gap_formula", 0)[-1][0]
p.text(*axes.at(985, 560), f"the formula ends at {last:g}", RED, 13, "end")
p.text(252, 418, "gap", GREY, 13)
p.print()
