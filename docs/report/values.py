"""A run as values for the templates: its tables, its settings, this machine."""

import csv
import glob
import json
import math
import os
import re
import statistics
import subprocess
import textwrap

import evidence

OPTIMIZERS = "chapters/06_optimizers/optimizer.c"
ROUND = 1000  # test images of one evaluation in the first report
FIRST_REPORT = 0.9829


class Problem(Exception):
    """An error in one line; main() prints it."""


def run(command, **options):
    """The output of a command; a failure is a Problem with its last lines."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise Problem(f"{command[0]}: {done.stderr.strip()[-400:] or 'failed'}")
    return done.stdout


def text_of(path):
    """A file of the run, or a Problem with the command that writes it."""
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        quick = "QUICK=1 " if "build/quick" in path else ""
        raise Problem(f"{path} is missing: make {quick}report writes it")
    with open(path, encoding="utf-8") as file:
        return file.read()


def rows_of(path):
    """The lines of a table: dictionaries of the columns, numbers as numbers."""

    def number(text):
        try:
            return float(text)
        except ValueError:
            return text

    lines = csv.DictReader(text_of(path).splitlines(), delimiter="\t")
    return [{key: number(value) for key, value in line.items()} for line in lines]


class Log:
    """A training log: the lines of its epochs and those of its mini-batches."""

    def __init__(self, rows):
        self.epochs = [row for row in rows if not math.isnan(row["test_accuracy"])]
        self.batches = [row for row in rows if not math.isnan(row["loss"])]

    def last(self, column):
        return self.epochs[-1][column]

    def batches_of_last_epoch(self):
        last = self.batches[-1]["epoch"]
        return [row["loss"] for row in self.batches if row["epoch"] == last]


def four(number):
    return f"{number:.4f}"


def interval(share, images):
    """The 95 % interval of a share that was counted among so many images, for a table."""
    low, high = evidence.wilson(round(share * images), images)
    return f"[{low:.4f},\u00a0{high:.4f}]"


def probability(p):
    return f"{p:.3f}" if p >= 0.001 else "<\u00a00.001"


def wrapped(line):
    """A long line of a terminal, for a page."""
    return textwrap.fill(
        line, 76, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


# ---- the run ------------------------------------------------------------------------------------


def recipe_of(path):
    """The settings that a saved network carries; those of rules that did not run are left out."""
    with open(path, "rb") as file:
        head = json.loads(file.read(int.from_bytes(file.read(8), "little")))["__metadata__"]
    return {key.replace("-", "_"): value for key, value in head.items()}


def constants_of_optimizers():
    """The constants of every rule, from the table in the source."""
    table = text_of(OPTIMIZERS).split("optimizers[] = {")[1].split("};")[0]
    return {
        name: {key: f"{float(value):g}" for key, value in re.findall(r"\.(\w+) = ([\d.e-]+)", rest)}
        for name, rest in re.findall(r'\{\.name = "([^"]+)",(.*?)\}', table, re.S)
    }


def cpu_of(path):
    return float(text_of(f"{path}.cpu"))


def settings_of(folder, output):
    """A run's own output: its network, its last line."""
    line = re.search(
        r"^lenet5: (\S+) parameters, (\d+) training images, (\d+) threads?, seed (\d+)",
        output,
        re.M,
    )
    result = re.search(r"^result .*$", output, re.M)
    if not line or not result:
        raise Problem('the run\'s output has no line "lenet5: ..." or no result')
    said = dict(zip(("parameters", "train_images", "threads", "seed"), line.groups()))
    said["train_images"] = f"{int(said['train_images']):,}"
    # wall time on a busy machine says nothing: processor seconds are printed elsewhere
    said["result"] = wrapped(re.sub(r" seconds(_per_epoch)?=\S+", "", result.group(0)))
    said["memory_mb"] = re.search(r"peak_rss_mb=(\d+)", result.group(0)).group(1)
    said["cpu_run"] = f"{cpu_of(f'{folder}/report.tsv'):.0f}"
    spent = [cpu_of(path[:-4]) for path in glob.glob(f"{folder}/**/*.cpu", recursive=True)]
    said["cpu_all"] = f"{sum(spent):.0f}"
    said["recipe"] = recipe_of(f"{folder}/report.safetensors")
    said["constants"] = constants_of_optimizers()
    return said


def stable_epoch(accuracies):
    """The first epoch from which on the accuracy stays within 0.005 of its last value."""
    last = len(accuracies) - 1
    while last > 0 and abs(accuracies[last - 1] - accuracies[-1]) <= 0.005:
        last -= 1
    return last


def values_of_log(log, images):
    """Accuracy and loss of the run."""
    test = [row["test_accuracy"] for row in log.epochs]
    best = max(range(len(test)), key=lambda k: test[k])
    stable = stable_epoch(test)
    least = min(row["test_loss"] for row in log.epochs)
    return {
        "iterations": f"{int(log.batches[-1]['iteration']):,}",
        "test_accuracy": four(log.last("test_accuracy")),
        "test_interval": interval(log.last("test_accuracy"), images),
        "train_accuracy": four(log.last("train_accuracy")),
        "test_loss": four(log.last("test_loss")),
        "train_loss": four(log.last("train_loss")),
        "test_accuracy_0": four(test[0]),
        "test_accuracy_1": four(test[1]),
        "best_accuracy": four(test[best]),
        "best_epoch": best,
        "best_is_last": best == len(test) - 1,
        "least_test_loss": four(least),
        "test_loss_rises": log.last("test_loss") > least,
        "gap": four(log.last("train_accuracy") - log.last("test_accuracy")),
        "settled": stable < len(test) - 1,
        "stable_epoch": stable,
        "stable_low": four(min(test[stable:])),
        "stable_high": four(max(test[stable:])),
        "epoch_rows": [
            {
                "epoch": int(row["epoch"]),
                "train_accuracy": four(row["train_accuracy"]),
                "train_loss": four(row["train_loss"]),
                "test_accuracy": four(row["test_accuracy"]),
                "test_interval": interval(row["test_accuracy"], images),
                "test_loss": four(row["test_loss"]),
            }
            for row in log.epochs
        ],
    }


def values_of_losses(log):
    """The losses of mini-batches, which the first report prints."""
    losses = log.batches_of_last_epoch()
    return {
        "first_loss": four(log.batches[0]["loss"]),
        "mean_loss": four(sum(losses) / len(losses)),
        "final_loss": four(losses[-1]),
        "small_share": round(100 * sum(loss < 0.05 for loss in losses) / len(losses)),
    }


def right_of(path):
    """Which test images a network reads right, in their order."""
    lines = text_of(path).splitlines()[1:]
    return [label == digit for label, digit in (line.split("\t", 2)[:2] for line in lines)]


def values_of_claims(folder, log):
    """The claims of the first report: like with like, and whether they hold here."""
    right = right_of(f"{folder}/report/outputs.tsv")
    first = right_of(f"{folder}/start/outputs.tsv")
    accuracy = sum(right) / len(right)
    losses = log.batches_of_last_epoch()
    test = [row["test_accuracy"] for row in log.epochs]
    last = sum(right[:ROUND]) / ROUND
    stable = stable_epoch(test)
    return {
        "round_1": four(sum(first[:ROUND]) / ROUND),
        "round_1_interval": interval(sum(first[:ROUND]) / ROUND, ROUND),
        "round_last": four(last),
        "round_last_interval": interval(last, ROUND),
        "first_report_interval": interval(FIRST_REPORT, len(right)),
        "claim_jump": held(test[0] < 0.15 and sum(first[:ROUND]) >= 0.9 * ROUND),
        "claim_stable": held(stable <= 6 and stable < len(test) - 1),
        "claim_accuracy": evidence.verdict(accuracy, FIRST_REPORT, len(right)),
        "claim_start": held(2.25 < log.batches[0]["loss"] < 2.35),
        "claim_loss": held(sum(losses) / len(losses) < 0.05),
    }


def held(yes):
    return "reproduced" if yes else "not reproduced"


def values_of_seeds(rows):
    """The last epoch of five seeds."""
    last = max(row["epoch"] for row in rows)
    end = [row["test_accuracy"] for row in rows if row["epoch"] == last]
    return {
        "seeds": " ".join(four(accuracy) for accuracy in end),
        "seeds_mean": four(statistics.fmean(end)),
        "seeds_spread": four(statistics.stdev(end)),
    }


# ---- several runs on the same images ------------------------------------------------------------


def row_of(name, log, right, base):
    """A line of a table that compares runs, with a paired test against the base of the table."""
    only_here, only_base, p = evidence.mcnemar(right, base)
    worse = "better" if only_here > only_base else "worse"
    return {
        "name": name,
        "first": four(log.epochs[1]["test_accuracy"]),
        "accuracy": four(log.last("test_accuracy")),
        "interval": interval(log.last("test_accuracy"), len(right)),
        "test_loss": four(log.last("test_loss")),
        "train_loss": four(log.last("train_loss")),
        "only_here": only_here,
        "only_base": only_base,
        "p": probability(p),
        "verdict": "base" if right is base else worse if p < 0.05 else "not separable",
    }


def values_of_activations(folder, log):
    """Other activations, each against ReLU on the same images."""
    base = right_of(f"{folder}/report/outputs.tsv")
    rows = [row_of("relu", log, base, base)]
    for name in ("sigmoid", "tanh"):
        own = Log(rows_of(f"{folder}/{name}.tsv"))
        rows.append(row_of(name, own, right_of(f"{folder}/{name}/outputs.tsv"), base))
    return {
        "activations": rows,
        "sigmoid": rows[1],
        "tanh": rows[2],
        "sigmoid_gradients": gradient_ratio(f"{folder}/sigmoid/histograms.tsv"),
        "relu_gradients": gradient_ratio(f"{folder}/histograms.tsv"),
    }


def values_of_optimizers(folder, constants):
    """Other optimizers, each against Adam on the same images."""
    rows = rows_of(f"{folder}/optimizers.tsv")
    base = right_of(f"{folder}/optimizer-adam/outputs.tsv")
    optimizers = []
    for name in dict.fromkeys(row["optimizer"] for row in rows):
        own = Log([row for row in rows if row["optimizer"] == name])
        right = base if name == "adam" else right_of(f"{folder}/optimizer-{name}/outputs.tsv")
        optimizers.append(row_of(name, own, right, base))
        optimizers[-1]["lr"] = constants[name]["lr"]
    return {
        "optimizers": optimizers,
        "optimizer_epochs": int(rows[-1]["epoch"]),
        "like_adam": [row["name"] for row in optimizers if row["verdict"] == "not separable"],
        "above_adam": [row["name"] for row in optimizers if row["verdict"] == "better"],
        "below_adam": [row["name"] for row in optimizers if row["verdict"] == "worse"],
    }


def gradient_ratio(path):
    """How many times larger OUT's gradients are than C1's before the first step, two digits."""
    mean = {"C1": 0, "OUT": 0}
    for row in rows_of(path):
        if row["what"] == "gradient initial" and row["layer"] in mean:
            mean[row["layer"]] += row["share"] * 10 ** row["value"]
    ratio = mean["OUT"] / mean["C1"]
    digits = 1 - math.floor(math.log10(ratio))
    return f"{round(ratio, digits):,g}" if ratio < 1e5 else f"{ratio:,.0f}"


def values_of_confusion(path):
    """Digit by digit."""
    counts = [[int(n) for n in line.split("\t")] for line in text_of(path).splitlines()]
    rows = []
    for digit, line in enumerate(counts):
        taken_for = max((k for k in range(10) if k != digit), key=lambda k: line[k])
        rows.append(
            {
                "digit": digit,
                "images": f"{sum(line):,}",
                "correct": f"{line[digit]:,}",
                "share": four(line[digit] / sum(line)),
                "interval": interval(line[digit] / sum(line), sum(line)),
                "taken_for": taken_for,
                "times": line[taken_for],
            }
        )
    images = sum(sum(line) for line in counts)
    return {
        "test_images": f"{images:,}",
        "errors": images - sum(counts[k][k] for k in range(10)),
        "classes": rows,
        "best_class": max(rows, key=lambda row: row["share"]),
        "worst_class": min(rows, key=lambda row: row["share"]),
        "confusion": max(rows, key=lambda row: row["times"]),
    }


def values_of_lessons(folder):
    """Figures of chapters 1, 2 and 5 for captions."""
    c3 = [
        row
        for row in rows_of(f"{folder}/02_time.tsv")
        if row["layer"] == "C3" and row["side"] == 14
    ][0]
    fastest = min(c3[way] for way in ("im2col", "blas", "direct") if not math.isnan(c3[way]))
    copied = [row["stride1"] for row in rows_of(f"{folder}/01_memory.tsv") if row["size"] == 5]

    def least(kind):
        errors = [row["error"] for row in rows_of(f"{folder}/05_step_{kind}.tsv")]
        mantissa, power = f"{min(e for e in errors if not math.isnan(e)):.0e}".split("e")
        return f"${mantissa} \\cdot 10^{{{int(power)}}}$"

    return {
        "conv_gain": f"{c3['loops'] / fastest:.0f}",
        "im2col_times": f"{copied[0]:.0f}",
        "gradcheck_float": least("float"),
        "gradcheck_double": least("double"),
    }


# ---- this machine -------------------------------------------------------------------------------


def layers_of(program, net):
    """The layers with parameters or connections, as `info` prints them."""
    rows = []
    for line in run([program, "info", "--net", net]).splitlines():
        found = re.match(r"(\S+) +(.*?) +\S+ -> (\S+) +(\S+) +(\S+)$", line)
        if found and found.group(5) != "0":
            keys = ("name", "kind", "out", "trainable", "connections")
            rows.append(dict(zip(keys, found.groups())))
            rows[-1]["out"] = rows[-1]["out"].replace("x1x1", "").replace("x", "×")
    return rows


def values_of_machine(program):
    """This machine, and the commit of these files."""
    with open("/etc/os-release", encoding="utf-8") as file:
        system = dict(line.rstrip().split("=", 1) for line in file if "=" in line)
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"^model name[^:]*: (.*)$", file.read(), re.M)
    with open(os.path.join(os.path.dirname(program), "flags"), encoding="utf-8") as file:
        compiler = file.read().split()[0]
    blas = re.search(r"=> (\S*blas\S*)", run(["ldd", program]))
    blas = os.path.basename(os.path.realpath(blas.group(1))) if blas else "?"
    try:
        commit = run(["git", "log", "-1", "--format=%h (%cs)"]).strip()
        changed = bool(run(["git", "status", "--porcelain", "--untracked-files=no"]).strip())
    except (Problem, FileNotFoundError):
        commit, changed = "?", False
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "os": system["PRETTY_NAME"].strip('"'),
        "kernel": run(["uname", "-srm"]).strip(),
        "processor": model.group(1) if model else os.uname().machine,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": f"{memory:.1f}",
        "compiler": run([compiler, "--version"]).splitlines()[0],
        "blas": re.sub(r"^libopenblas[a-z]*-r(.*)\.so$", r"OpenBLAS \1", blas),
        "gnuplot": run(["gnuplot", "--version"]).strip(),
        "pandoc": run(["pandoc", "--version"]).splitlines()[0],
        "commit": commit,
        "changed": changed,
    }
