#!/usr/bin/python3
"""Makes the report, in English and in Chinese, as HTML and as PDF.

    /usr/bin/python3 docs/report.py DATA PICTURES REPORT PROGRAM    (make report)
    /usr/bin/python3 docs/report.py --check                         its own checks, without a run

docs/report.md and docs/report.zh.md are Jinja2 templates. Their numbers come from the tables of the
run in DATA, from PROGRAM and from this machine: values() reads them all. A name that does not exist
is an error, and so is a value that a template does not use, a figure or a source that the text
does not mention, a formula that KaTeX cannot read. pandoc makes HTML of the result, and WeasyPrint
a PDF.

In a template:

    {{ figure("loss", "caption") }}   the panels of that picture; {{ fig("loss") }} is its number
    {{ table("log", "caption") }}     after a table; {{ tab("log") }} is its number
    {{ source("adam") }}              in the references; {{ cite("adam") }} is its number
    {{ code("FILE", "region") }}      the lines between two marks "// [region]" of a source file
"""
import csv
import datetime
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unicodedata

import jinja2
import jinja2.meta

sys.path.append("common/tools")
import marks

TEMPLATES = {"en": "docs/report.md", "zh": "docs/report.zh.md"}
LETTERS = {"en": ("Figure", "Table", " "), "zh": ("图", "表", " ")}
KATEX = "/usr/share/javascript/katex"
PIXELS = 200_000  # an SVG of more bytes consists of pixels: its PNG is smaller


class Problem(Exception):
    """What is wrong, in one line; main() prints it."""


def run(command, **options):
    """The output of a command; a failure is a Problem with its last lines."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise Problem(f"{command[0]}: {done.stderr.strip()[-400:] or 'failed'}")
    return done.stdout


# ---- the tables of the run ----------------------------------------------------------------------


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


def uncertainty(accuracy, images):
    """Half the width of the 95 % interval of a share that was counted among so many images."""
    return 1.96 * math.sqrt(accuracy * (1 - accuracy) / images)


def wrapped(line):
    """A long line of a terminal, for a page."""
    return textwrap.fill(
        line, 88, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def settings_of(output):
    """What a run prints about itself: its recipe, its network, its last line."""
    words = re.findall(r"([a-z-]+) (\S+)", output.split("\nlenet5:")[0])
    said = {key: value for key, value in words if key in ("optimizer", "lr", "batch", "epochs")}
    line = re.search(
        r"^lenet5: (\S+) parameters, (\d+) training images, (\d+) threads?, " r"seed (\d+)",
        output,
        re.M,
    )
    result = re.search(r"^result .*$", output, re.M)
    if not line or not result:
        raise Problem('the run\'s output has no line "lenet5: ..." or no result')
    said.update(zip(("parameters", "train_images", "threads", "seed"), line.groups()))
    said["result"] = wrapped(result.group(0))
    said["memory_mb"] = re.search(r"peak_rss_mb=(\d+)", result.group(0)).group(1)
    said["seconds"] = re.search(r" seconds=([\d.]+)", result.group(0)).group(1)
    return said


def values_of_log(log):
    """Accuracy and loss of the run."""
    test = [row["test_accuracy"] for row in log.epochs]
    best = max(range(len(test)), key=lambda k: test[k])
    # the first epoch from which on the accuracy stays within 0.005 of its last value
    stable = len(test) - 1
    while stable > 0 and abs(test[stable - 1] - test[-1]) <= 0.005:
        stable -= 1
    losses = log.batches_of_last_epoch()
    least = min(row["test_loss"] for row in log.epochs)
    return {
        "iterations": int(log.batches[-1]["iteration"]),
        "test_accuracy": four(log.last("test_accuracy")),
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
        "first_loss": four(log.batches[0]["loss"]),
        "last_loss": four(sum(losses) / len(losses)),
        "small_share": round(100 * sum(loss < 0.05 for loss in losses) / len(losses)),
        "epoch_rows": [
            {
                "epoch": int(row["epoch"]),
                "train_accuracy": four(row["train_accuracy"]),
                "train_loss": four(row["train_loss"]),
                "test_accuracy": four(row["test_accuracy"]),
                "test_loss": four(row["test_loss"]),
            }
            for row in log.epochs
        ],
        # the claims of the first report: do they hold here?
        "claim_jump": test[0] < 0.15 and test[1] >= 0.9,
        "claim_stable": stable <= 6 and stable < len(test) - 1,
        "claim_accuracy": test[-1] >= 0.9829,
        "claim_start": 2.2 < log.batches[0]["loss"] < 2.4,
        "claim_loss": log.last("train_loss") < 0.05,
    }


def values_of_seeds(rows):
    """The last epoch of five seeds."""
    last = max(row["epoch"] for row in rows)
    end = [row["test_accuracy"] for row in rows if row["epoch"] == last]
    mean = sum(end) / len(end)
    spread = math.sqrt(sum((accuracy - mean) ** 2 for accuracy in end) / (len(end) - 1))
    return {
        "seeds": " ".join(four(accuracy) for accuracy in end),
        "seeds_mean": four(mean),
        "seeds_spread": four(spread),
    }


def row_of(name, log, **more):
    """A line of a table that compares runs."""
    return {
        "name": name,
        "first": four(log.epochs[1]["test_accuracy"]),
        "accuracy": four(log.last("test_accuracy")),
        "test_loss": four(log.last("test_loss")),
        "train_loss": four(log.last("train_loss")),
        **more,
    }


def values_of_comparisons(folder, log):
    """Other activations and other optimizers."""
    activations = [row_of("relu", log)]
    for name in ("sigmoid", "tanh"):
        activations.append(row_of(name, Log(rows_of(f"{folder}/{name}.tsv"))))
    rows = rows_of(f"{folder}/optimizers.tsv")
    optimizers = []
    for name in dict.fromkeys(row["optimizer"] for row in rows):
        own = [row for row in rows if row["optimizer"] == name]
        optimizers.append(row_of(name, Log(own), lr=f"{own[0]['lr']:g}"))
    best = max(optimizers, key=lambda row: row["accuracy"])
    by_name = {row["name"]: row for row in optimizers}
    return {
        "activations": activations,
        "best_activation": max(activations, key=lambda row: row["accuracy"]),
        "sigmoid_gradients": gradient_ratio(f"{folder}/sigmoid/histograms.tsv"),
        "relu_gradients": gradient_ratio(f"{folder}/histograms.tsv"),
        "optimizers": optimizers,
        "optimizer_epochs": int(rows[-1]["epoch"]),
        "best_optimizer": best,
        "adam": by_name["adam"],
        "adam_twice": by_name["adam-twice"],
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
                "images": sum(line),
                "correct": line[digit],
                "share": four(line[digit] / sum(line)),
                "taken_for": taken_for,
                "times": line[taken_for],
            }
        )
    images = sum(row["images"] for row in rows)
    correct = sum(row["correct"] for row in rows)
    return {
        "test_images": images,
        "errors": images - correct,
        "test_uncertainty": four(uncertainty(correct / images, images)),
        "classes": rows,
        "gain_is_clear": correct / images - 0.9829 > uncertainty(correct / images, images),
        "best_class": max(rows, key=lambda row: row["share"]),
        "worst_class": min(rows, key=lambda row: row["share"]),
        "confusion": max(rows, key=lambda row: row["times"]),
    }


def values_of_lessons(folder):
    """Figures of chapters 2 and 5 for captions."""
    c3 = [
        row
        for row in rows_of(f"{folder}/02_time.tsv")
        if row["layer"] == "C3" and row["side"] == 14
    ][0]
    fastest = min(c3[way] for way in ("im2col", "blas", "direct") if not math.isnan(c3[way]))

    def least(kind):
        errors = [row["error"] for row in rows_of(f"{folder}/05_step_{kind}.tsv")]
        mantissa, power = f"{min(e for e in errors if not math.isnan(e)):.0e}".split("e")
        return f"${mantissa} \\cdot 10^{{{int(power)}}}$"

    return {
        "conv_gain": f"{c3['loops'] / fastest:.0f}",
        "gradcheck_float": least("float"),
        "gradcheck_double": least("double"),
    }


def layers_of(program, net):
    """The table of layers, as `info` prints it."""
    rows = []
    for line in run([program, "info", "--net", net]).splitlines():
        found = re.match(r"(\S+) +(.*?) +\S+ -> (\S+) +(\S+) +(\S+)$", line)
        if found:
            keys = ("name", "kind", "out", "trainable", "connections")
            rows.append(dict(zip(keys, found.groups())))
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
    return {
        "os": system["PRETTY_NAME"].strip('"'),
        "kernel": run(["uname", "-srm"]).strip(),
        "processor": model.group(1) if model else os.uname().machine,
        "cores": len(os.sched_getaffinity(0)),
        "compiler": run([compiler, "--version"]).splitlines()[0],
        "blas": re.sub(r"^libopenblas[a-z]*-r(.*)\.so$", r"OpenBLAS \1", blas),
        "gnuplot": run(["gnuplot", "--version"]).strip(),
        "pandoc": run(["pandoc", "--version"]).splitlines()[0],
        "commit": commit,
        "changed": changed,
    }


def values(folder, program):
    """All that the templates may use, by name."""
    log = Log(rows_of(f"{folder}/report.tsv"))
    written = datetime.date.fromtimestamp(os.path.getmtime(f"{folder}/report.tsv"))
    return {
        **settings_of(text_of(f"{folder}/report.tsv.out")),
        **values_of_log(log),
        **values_of_seeds(rows_of(f"{folder}/seeds.tsv")),
        **values_of_comparisons(folder, log),
        **values_of_confusion(f"{folder}/confusion.tsv"),
        **values_of_lessons(folder),
        "layers": layers_of(program, "modern"),
        "layers_1998": layers_of(program, "1998"),
        "command": wrapped(text_of(f"{folder}/report.tsv.command")),
        "data": folder,
        "date": written.isoformat(),
        "quick": "/quick/" in folder,
        **values_of_machine(program),
    }


# ---- figures, tables, sources, code --------------------------------------------------------------


class Numbers:
    """Numbers for what a text shows; a first pass over a template collects them, in order."""

    def __init__(self):
        self.shown = {"figure": [], "table": [], "source": []}
        self.named = {"figure": set(), "table": set(), "source": set()}

    def show(self, kind, name):
        if name not in self.shown[kind]:
            self.shown[kind].append(name)
        return self.shown[kind].index(name) + 1

    def name(self, kind, name):
        self.named[kind].add(name)
        return self.shown[kind].index(name) + 1 if name in self.shown[kind] else 0

    def check(self, template):
        for kind, shown in self.shown.items():
            for name in self.named[kind].symmetric_difference(shown):
                what = "is not mentioned" if name in shown else "does not exist"
                raise Problem(f"{template}: {kind} {name} {what}")


def panels_of(folder, name):
    """The files of a picture's panels: SVG, or PNG for a picture that is made of pixels."""

    def exists(ending):
        return [file for file in [f"{folder}/{name}{ending}"] if os.path.exists(file)]

    files = exists(".svg") or [file for k in range(1, 10) for file in exists(f"-{k}.svg")]
    if sum(os.path.getsize(file) for file in files) > PIXELS:
        files = [file[:-3] + "png" for file in files]
    return files


def width_of(file):
    """The width of an SVG as it was drawn, in pixels; of a PNG, which has twice as many."""
    if file.endswith(".png"):
        with open(file, "rb") as image:
            return int.from_bytes(image.read(20)[16:], "big") / 2
    return float(re.search(r'viewBox="0 0 ([\d.]+)', text_of(file)).group(1))


def figure_html(number, name, caption, folder, lang):
    """A figure with its panels side by side; a picture that is not there says what to do."""
    word, _, blank = LETTERS[lang]
    files = panels_of(folder, name)
    wide = "third" if len(files) == 3 and width_of(files[0]) < 400 else f"of{len(files)}"
    if not files:
        with open(f"plots/{name}.gp", encoding="utf-8") as script:
            command = re.search(r"^# data: \S+ +(.*)$", script.read(), re.M).group(1)
        said = {
            "en": f"*Not drawn in this copy: `{command}` writes its data, then `make report`.*",
            "zh": f"*本次未绘制：`{command}` 生成数据，再运行 `make report`。*",
        }[lang]
        inside = f"\n{said}\n"
    else:
        inside = "".join(f'<img src="{file}" alt="{name}" class="{wide}">' for file in files)
    origin = ""
    if files and os.path.exists(f"{folder}/{name}.txt"):
        origin = (
            '<span class="origin">'
            + "; ".join(f"`{line}`" for line in text_of(f"{folder}/{name}.txt").splitlines())
            + "</span>"
        )
    return (
        f'<figure id="figure-{name}">\n<div class="panels">{inside}</div>\n<figcaption>\n'
        f"**{word}{blank}{number}.** {caption} {origin}\n</figcaption>\n</figure>\n"
    )


def code_of(path, region):
    """The lines between two marks of a source file."""
    try:
        return "```c\n" + marks.piece(text_of(path), region) + "```"
    except marks.Missing as reason:
        raise Problem(f"{path}: {reason}") from reason


def functions(numbers, folder, lang):
    """What a template can call."""
    figure_word, table_word, blank = LETTERS[lang]

    def name(kind, word):
        def call(what):
            number = numbers.name(kind, what)
            return f"[{word}{blank}{number}](#{kind}-{what})"

        return call

    def table(what, caption):
        number = numbers.show("table", what)
        return f": **[{table_word}{blank}{number}.]{{#table-{what}}}** {caption}"

    return {
        "figure": lambda what, caption: figure_html(
            numbers.show("figure", what), what, caption, folder, lang
        ),
        "fig": name("figure", figure_word),
        "table": table,
        "tab": name("table", table_word),
        "source": lambda what: f"[\\[{numbers.show('source', what)}\\]]{{#source-{what}}}",
        "cite": lambda what: f"[\\[{numbers.name('source', what)}\\]](#source-{what})",
        "code": code_of,
    }


# ---- from template to text -----------------------------------------------------------------------


def fill(template, text, known, folder, lang):
    """The template with its values. Every value is used, and everything shown is mentioned."""
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    numbers = Numbers()
    calls = functions(numbers, folder, lang)
    try:
        used = jinja2.meta.find_undeclared_variables(environment.parse(text))
        for name in sorted(set(known) - used):
            raise Problem(f"{template}: does not use the value {name}")
        for name in sorted(used - set(known) - set(calls)):
            raise Problem(f"{template}: there is no value {name}")
        compiled = environment.from_string(text)
        compiled.render(**known, **calls)  # collects the numbers
        result = compiled.render(**known, **calls)
    except jinja2.TemplateError as error:
        raise Problem(f"{template}: {error}") from error
    numbers.check(template)
    return result


def set_formulas(document):
    """Replaces the formulas of pandoc's document by what KaTeX makes of them."""
    found = []

    def walk(node):
        if isinstance(node, dict) and node.get("t") == "Math":
            found.append(node)
        elif isinstance(node, (dict, list)):
            for child in node.values() if isinstance(node, dict) else node:
                walk(child)

    walk(document)
    asked = [[node["c"][1], node["c"][0]["t"] == "DisplayMath"] for node in found]
    answers = json.loads(run(["node", "docs/book/katex.js"], input=json.dumps(asked)))
    for node, answer in zip(found, answers):
        if "error" in answer:
            raise Problem(f"formula {node['c'][1]}: {answer['error']}")
        node["t"], node["c"] = "RawInline", ["html", answer["html"]]


def katex_css(path):
    """KaTeX's style with its fonts in one format, at their full address."""
    css = text_of(f"{KATEX}/katex.min.css")
    css = re.sub(r",url\(fonts/[^)]*\.(woff|ttf)\) format\('[a-z]*'\)", "", css)
    with open(path, "w", encoding="utf-8") as file:
        file.write(css.replace("url(fonts/", f"url({KATEX}/fonts/"))


def page(markdown, output, lang, work):
    """One HTML file with all that belongs to it."""
    document = json.loads(
        run(["pandoc", "--from", "markdown+east_asian_line_breaks", "--to", "json"], input=markdown)
    )
    set_formulas(document)
    katex_css(f"{work}/katex.css")
    run(
        [
            "pandoc",
            "--from",
            "json",
            "--to",
            "html5",
            "--standalone",
            "--self-contained",
            "--fail-if-warnings",
            "--toc",
            "--toc-depth",
            "2",
            "--number-sections",
            "--css",
            f"{work}/katex.css",
            "--css",
            "docs/report.css",
            "--variable",
            f"lang={'zh-Hans' if lang == 'zh' else 'en'}",
            "--output",
            output,
        ],
        input=json.dumps(document),
    )


def for_print(markdown, work):
    """The same with SVG that WeasyPrint can read: letters become outlines."""
    for file in sorted(set(re.findall(r'<img src="([^"]*\.svg)"', markdown))):
        simple = f"{work}/{file.replace('/', '-')}"
        run(["rsvg-convert", "-f", "svg", "-o", simple, file])
        markdown = markdown.replace(f'src="{file}"', f'src="{simple}"')
    return markdown


def make(data, pictures, report, program):
    """Both languages, HTML and PDF. What cannot be made again is not left."""
    shutil.rmtree(report, ignore_errors=True)
    os.makedirs(report)
    known = values(data, program)
    for lang, template in TEMPLATES.items():
        folder = pictures if lang == "en" else f"{pictures}/{lang}"
        name = os.path.basename(template)[:-3]
        with tempfile.TemporaryDirectory(dir=report) as work:
            markdown = fill(template, text_of(template), known, folder, lang)
            page(markdown, f"{work}/{name}.html", lang, work)
            page(for_print(markdown, work), f"{work}/print.html", lang, work)
            # Fonts carry a date: the same pages are the same bytes.
            run(
                ["weasyprint", "--quiet", f"{work}/print.html", f"{work}/{name}.pdf"],
                env={**os.environ, "SOURCE_DATE_EPOCH": "315532800", "PYTHONHASHSEED": "0"},
            )
            for ending in ("html", "pdf"):
                shutil.move(f"{work}/{name}.{ending}", f"{report}/{name}.{ending}")
                print(f"  MADE {report}/{name}.{ending}")


# ---- checks --------------------------------------------------------------------------------------


def refused(words, call, *arguments):
    """The call must end in a Problem with these words."""
    try:
        call(*arguments)
    except Problem as problem:
        if words not in str(problem):
            raise Problem(f'refused without "{words}": {problem}') from problem
        return
    raise Problem(f"not refused: {words}")


def check_templates():
    """Both languages show the same in the same order, mention all of it, and fit 100 columns."""
    shown = {}
    for template in TEMPLATES.values():
        text = text_of(template)
        calls = {
            kind: re.findall(r'\b%s\("([^"]*)"' % kind, text)
            for kind in ("figure", "fig", "table", "tab", "source", "cite", "code")
        }
        for kind, mention in (("figure", "fig"), ("table", "tab"), ("source", "cite")):
            for name in set(calls[kind]).symmetric_difference(calls.pop(mention)):
                raise Problem(f"{template}: {kind} {name} is not mentioned, or does not exist")
        shown[template] = calls
        for number, line in enumerate(text.splitlines(), 1):
            wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in line)
            if len(line) + wide > 100 and not line.startswith("|"):
                raise Problem(f"{template}:{number}: {len(line) + wide} columns")
    first, second = shown.values()
    for kind, names in first.items():
        if not names or names != second[kind]:
            raise Problem(f"the templates differ: {kind} {names}, {second[kind]}")


def check_refusals(work):
    """What must be refused, is."""

    def trial(text, **known):
        return lambda: fill("t", text, known, work, "en")

    refused("there is no value nothing", trial("{{ nothing }}"))
    refused("there is no value nothing", trial("{% if yes %}{{ nothing }}{% endif %}", yes=False))
    refused("does not use the value spare", trial("text", spare=1))
    refused("has no attribute 'b'", trial("{{ a.b }}", a={"c": 1}))
    refused("figure loss is not mentioned", trial('{{ figure("loss", "c") }}'))
    refused("figure loss does not exist", trial('{{ fig("loss") }}'))
    refused("source adam is not mentioned", trial('{{ source("adam") }}'))
    refused("0 lines with the mark [none]", trial('{{ code("docs/report.py", "none") }}'))
    refused("formula \\fraq", page, "$\\fraq{1}{2}$", f"{work}/page.html", "en", work)
    refused("report.tsv is missing: make", values, work, "build/07_lenet5")
    late = trial('{{ figure("speed", "c") }}{{ fig("speed") }}')
    if "make bench-scaling" not in late():
        raise Problem("a picture of a long run is missing without a word")


def check_drawing(work):
    """draw.sh leaves no picture when gnuplot complains or a curve has no points."""
    for folder in ("plots", "data", "pictures"):
        os.makedirs(f"{work}/{folder}")
    for file in ("style.gp", "words.tsv", "ends.gp"):
        shutil.copy(f"plots/{file}", f"{work}/plots")
    with open(f"{work}/data/t.tsv", "w", encoding="utf-8") as file:
        file.write("x\ty\tnone\n1\t1\tnan\n2\t2\tnan\n")
    head = "# data: t.tsv  make t\nw = 520; h = 380\nload 'plots/style.gp'\n"
    drawn = {"'x':'y'": True, "'x':'other'": False, "'x':'none'": False}
    for columns, good in drawn.items():
        with open(f"{work}/plots/t.gp", "w", encoding="utf-8") as file:
            file.write(
                f"{head}plot D.'/t.tsv' using 'x':'y' with lines, "
                f"D.'/t.tsv' using {columns} with lines title T_epoch\n"
            )
        done = subprocess.run(
            ["sh", os.path.abspath("plots/draw.sh"), "t", "data", "pictures"],
            cwd=work,
            capture_output=True,
            text=True,
            check=False,
        )
        there = os.path.exists(f"{work}/pictures/t.svg")
        if (done.returncode == 0, there) != (good, good):
            raise Problem(f"draw.sh, {columns}: {done.returncode}, {there}, {done.stderr}")


def check():
    check_templates()
    with tempfile.TemporaryDirectory() as work:
        check_refusals(work)
        check_drawing(work)
    print("docs/report.py: all checks passed")


def main(arguments):
    try:
        if arguments == ["--check"]:
            check()
        elif len(arguments) == 4:
            make(*arguments)
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except (Problem, OSError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
