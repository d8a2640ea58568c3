"""What the studies say: differences with their intervals, and the claims of 1998.

The tables are those of build/data, or the ones kept in docs/data (plots/kept.sh)."""

import math
from statistics import fmean

import evidence
from values import four, interval, rows_of, text_of

TEST_IMAGES = 10_000
TRAINING_IMAGES = 60_000

# Rows of ablation.tsv that differ in one thing: (with the departure, without it). The subsampling
# of ReLU is left out: its maps may die, which is a matter of initial weights (docs/original.md).
DEPARTURES = {
    "relu": [("report", "tanh"), ("table", "tanh table")],
    "max": [("tanh", "tanh subsample"), ("tanh table", "tanh subsample table")],
    "full": [
        ("report", "table"),
        ("tanh", "tanh table"),
        ("tanh subsample", "tanh subsample table"),
    ],
    "softmax": [("tanh", "tanh rbf"), ("tanh subsample table", "all four, loss (8)")],
}

FIG5 = "chapters/07_lenet5/original/fig5.tsv"

# What LeCun et al. 1998 say, in percent where nothing else is said. Their learning curve is
# FIG5, read off the vectors of their Fig. 5.
PAPER_DISTORTED = 0.8  # section III-C
PAPER_UNCERTAINTY = 0.1  # of every rate, section III-B
PAPER_SETTLED = 10  # pass from which on the test error is stable
PAPER_REJECTED_TO = 0.5  # the error that rejection is to reach


def percent(share):
    return f"{share:.2f}"


def percents(share, images):
    """An error in percent with its interval."""
    low, high = evidence.wilson(round(share / 100 * images), images)
    return f"{share:.2f} [{100 * low:.2f},\u00a0{100 * high:.2f}]"


def signed(points):
    """A difference with its sign; no minus before zero."""
    return f"{round(points, 2) + 0.0:+.2f}".replace("-", "−")


def seeds_of(row):
    return [row[key] for key in row if key.startswith("seed_")]


def study_of(folder, name):
    return {row["name"]: row for row in rows_of(f"{folder}/{name}.tsv")}


def origin_of(folder, name):
    """When and where a study was measured: command; date, commit, processor."""
    return text_of(f"{folder}/{name}.tsv.command").strip()


def difference(pairs):
    """A contrast of groups of accuracies, in percentage points."""
    found, half = evidence.contrast(pairs)
    if math.isinf(half):
        return {"difference": signed(100 * found), "interval": "", "verdict": "not separable"}
    low, high = 100 * (found - half), 100 * (found + half)
    return {
        "difference": signed(100 * found),
        "interval": f"[{signed(low)},\u00a0{signed(high)}]",
        "verdict": evidence.separable(found, half),
    }


def values_of_ablation(folder):
    """What each departure from the network of 1998 brings, and what sigmoid costs."""
    study = study_of(folder, "ablation")

    def compared(pairs):
        return difference([(seeds_of(study[a]), seeds_of(study[b])) for a, b in pairs])

    departures = {name: compared(pairs) for name, pairs in DEPARTURES.items()}
    return {
        "ablation_origin": origin_of(folder, "ablation"),
        "ablation_seeds": len(seeds_of(study["report"])),
        "departures": departures,
        "departures_count": len(departures),
        "departures_clear": [k for k, row in departures.items() if row["verdict"] == "better"],
        "departures_open": [k for k, row in departures.items() if row["verdict"] != "better"],
        "by_chance": round(100 * (1 - 0.95 ** len(departures))),
        "sigmoid_costs": compared([("sigmoid", "report")]),
    }


def steps_of(study, base_of):
    """The rows of a study, each with its difference from the row that base_of names."""
    rows = []
    for name, row in study.items():
        base = base_of(name, [above["name"] for above in rows])
        mean = fmean(seeds_of(row))
        compared = {"difference": "", "interval": "", "verdict": ""}
        if base:
            compared = difference([(seeds_of(row), seeds_of(study[base]))])
        interval_of = interval(mean, TEST_IMAGES)
        rows.append({"name": name, "mean": four(mean), "of_mean": interval_of, **compared})
        rows[-1]["error"] = percent(100 * (1 - mean))
    return rows


def values_of_ladder(folder):
    """The ladder: every step against the one before; below the record, against its neighbour."""
    study = study_of(folder, "ladder")
    names = list(study)
    record = next(k for k, name in enumerate(names) if "(record)" in name)

    def base_of(_, above):
        if not above:
            return None
        return above[-1] if len(above) <= record else names[record - 1]

    rows = steps_of(study, base_of)
    return {
        "ladder_origin": origin_of(folder, "ladder"),
        "ladder_steps": rows[: record + 1],
        "ladder_variants": rows[record + 1 :],
        "ladder_first": rows[0]["error"],
        "ladder_best": rows[record]["error"],
        "ladder_clear": [row["name"] for row in rows[1 : record + 1] if row["verdict"] == "better"],
    }


def values_of_choices(folder):
    """The choices that the paper leaves open, each against the one that was made."""
    rows = steps_of(study_of(folder, "choices"), lambda _, above: above[0] if above else None)
    return {
        "choices_origin": origin_of(folder, "choices"),
        "choices_count": len(rows) - 1,
        "choices_clear": [row["name"] for row in rows[1:] if row["verdict"] != "not separable"],
    }


def runs_of(row, distorted, learning=""):
    """The runs of original.tsv of one kind, in one of its lines."""
    return [
        row[key]
        for key in row
        if key.startswith("1998-")
        and ("distorted" in key) == distorted
        and key.endswith("_learning") == bool(learning)
    ]


def rejected_for(rows, kind):
    """The share of images, in percent, to reject until a run's error is low enough: their mean."""
    shares = []
    for run in [key for key in rows[0] if key.startswith("1998") and kind == ("distorted" in key)]:
        before = rows[0]
        for row in rows:
            if row[run] * 100 <= PAPER_REJECTED_TO:
                part = (before[run] * 100 - PAPER_REJECTED_TO) / (before[run] - row[run] or 1) / 100
                shares.append(before["rejected"] + part * (row["rejected"] - before["rejected"]))
                break
            before = row
    return 100 * fmean(shares) if shares else math.nan


def values_of_original(folder):
    """The network of 1998: its claims, and what was found. Errors in percent."""
    rows = rows_of(f"{folder}/original.tsv")
    last = rows[-1]
    curve = [fmean(runs_of(row, False)) for row in rows]
    settled = [row for row in rows if row["pass"] >= PAPER_SETTLED]
    moved = max(abs(fmean(runs_of(row, False)) - curve[-1]) for row in settled)
    paper = [row["test"] for row in rows_of(FIG5) if row["pass"] <= last["pass"]]
    paper_moved = max(abs(error - paper[-1]) for error in paper[PAPER_SETTLED - 1 :])
    plain, distorted = curve[-1], fmean(runs_of(last, True))
    learning = fmean(runs_of(last, False, "learning"))
    rejection = rows_of(f"{folder}/rejection.tsv")
    helped = difference([([1 - x / 100 for x in runs_of(last, kind)] for kind in (True, False))])
    within = PAPER_UNCERTAINTY
    return {
        "original_origin": origin_of(folder, "original"),
        "original_seeds": len(runs_of(last, False)),
        "original_passes": int(last["pass"]),
        "paper": {
            "test": percents(paper[-1], TEST_IMAGES),
            "distorted": percents(PAPER_DISTORTED, TEST_IMAGES),
            "helped": signed(paper[-1] - PAPER_DISTORTED),
            "learning": percents(last["paper_train"], TRAINING_IMAGES),
            "moved": percent(paper_moved),
            "rose": percent(paper[-1] - min(paper)),
            "settled": PAPER_SETTLED,
            "to": PAPER_REJECTED_TO,
            "uncertainty": PAPER_UNCERTAINTY,
        },
        "ours": {
            "test": percents(plain, TEST_IMAGES),
            "distorted": percents(distorted, TEST_IMAGES),
            "helped": helped,
            "learning": percents(learning, TRAINING_IMAGES),
            "moved": percent(moved),
            "rose": percent(plain - min(curve)),
            "rejected": percent(rejected_for(rejection, False)),
            "rejected_distorted": percent(rejected_for(rejection, True)),
        },
        "held": {
            "test": evidence.verdict(1 - plain / 100, 1 - paper[-1] / 100, TEST_IMAGES),
            "distorted": evidence.verdict(
                1 - distorted / 100, 1 - PAPER_DISTORTED / 100, TEST_IMAGES
            ),
            "helped": "reproduced" if helped["verdict"] == "better" else helped["verdict"],
            "learning": evidence.verdict(
                1 - learning / 100, 1 - last["paper_train"] / 100, TRAINING_IMAGES
            ),
            "moved": "reproduced" if moved <= within else "not reproduced",
            "rose": "reproduced" if plain - min(curve) <= within else "not reproduced",
        },
    }


def values_of_studies(folder):
    return {
        **values_of_ablation(folder),
        **values_of_ladder(folder),
        **values_of_choices(folder),
        **values_of_original(folder),
    }
