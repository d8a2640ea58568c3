"""docs/report.py --check: what must hold of the templates, and what must be refused."""

import os
import re
import shutil
import subprocess
import tempfile
import unicodedata
import xml.dom.minidom

import chinese
import evidence
import report
import slim
from values import Problem, text_of

CONSTANTS = "docs/report/constants.tsv"


def refused(words, call, *arguments):
    """The call must end in a Problem with these words."""
    try:
        call(*arguments)
    except Problem as problem:
        if words not in str(problem):
            raise Problem(f'refused without "{words}": {problem}') from problem
        return
    raise Problem(f"not refused: {words}")


def shown_by(template, text):
    """Everything that a template shows, by kind, in its order; all of it must be mentioned."""
    calls = {
        kind: re.findall(r'\b%s\((?:"[^"]*", )?"([^"]*)"' % kind, text)
        for kind in ("fig", "tab", "code", "lst", "cite")
    }
    for kind in ("figure", "table"):
        calls[kind] = re.findall(r'\b%s\("([^"]*)"' % kind, text)
    for kind, mention in (("figure", "fig"), ("table", "tab"), ("code", "lst")):
        for name in set(calls[kind]).symmetric_difference(calls.pop(mention)):
            raise Problem(f"{template}: {kind} {name} is not mentioned, or does not exist")
    calls["cite"] = sorted(set(calls["cite"]))
    return calls


def check_templates():
    """Both languages show the same in the same order, mention all of it, and fit 100 columns."""
    shown = {}
    for template in report.TEMPLATES.values():
        text = text_of(template)
        shown[template] = shown_by(template, text)
        for number, line in enumerate(text.splitlines(), 1):
            wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in line)
            if len(line) + wide > 100 and not line.startswith("|"):
                raise Problem(f"{template}:{number}: {len(line) + wide} columns")
    first, second = shown.values()
    for kind, names in first.items():
        if not names or names != second[kind]:
            raise Problem(f"the templates differ: {kind} {names}, {second[kind]}")


def typed_numbers(text):
    """The numbers that stand in a template as such: not in an expression, a formula or code, and
    not a part of a name such as C1."""
    text = re.sub(
        r"\{\{.*?\}\}|\{%.*?%\}", lambda found: captions(found.group(0)), text, flags=re.S
    )
    text = re.sub(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\{[.#][^}]*\}", " ", text, flags=re.S)
    return re.findall(r"(?<![A-Za-z\d.,-])\d+(?:[.,]\d+)*", text)


def captions(expression):
    """The text of a figure's or table's caption, which is read as text too."""
    if not re.match(r"\{\{ *(figure|table)\(", expression):
        return " "
    return " ".join(re.findall(r'"([^"]*)"', expression)[1:])


def check_numbers(texts):
    """A number in the text is in the list of constants, and nothing there is without use."""
    lines = [line.split("\t") for line in text_of(CONSTANTS).splitlines()[1:]]
    known = {line[0] for line in lines}
    for name, text in texts.items():
        for number in typed_numbers(text):
            if number not in known:
                raise Problem(
                    f"{name}: {number} is typed; take it from a table, or say in "
                    f"{CONSTANTS} why it is a constant"
                )
    used = {number for text in texts.values() for number in typed_numbers(text)}
    for number in sorted(known - used):
        raise Problem(f"{CONSTANTS}: nothing uses {number}")


def check_evidence():
    """Against figures from tables of statistics."""
    low, high = evidence.wilson(9890, 10000)
    assert (round(low, 5), round(high, 5)) == (0.98676, 0.99086), (low, high)
    for df, expected in ((1, 12.7062), (2, 4.3027), (4, 2.7764), (30, 2.0423)):
        assert abs(evidence.t_quantile(df) - expected) < 1e-3, df
    both = [True] * 10 + [False] * 3, [False] * 10 + [True] * 3
    assert evidence.mcnemar(*both)[:2] == (10, 3)
    assert abs(evidence.mcnemar(*both)[2] - 0.0923) < 1e-4
    difference, half = evidence.contrast([([0.9, 0.92], [0.8, 0.82])])
    assert abs(difference - 0.1) < 1e-12 and abs(half - 4.3027 * 0.0141421) < 1e-4
    assert evidence.separable(0.1, 0.2) == "not separable"
    assert evidence.separable(-0.3, 0.2) == "worse"
    assert evidence.verdict(0.989, 0.9829, 10000) == "exceeded"
    assert evidence.verdict(0.984, 0.9829, 10000) == "reproduced"
    assert evidence.verdict(0.97, 0.9829, 10000) == "not reproduced"


def check_slim():
    """A slim picture is still one: the same letters, markers and lines, no declaration."""
    svg = (
        '<?xml version="1.0" standalone="no"?>\n<svg viewBox="0 0 9 9"\n '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">\n'
        "<defs><path id='gpPt1' d='M0,0 h1'/><path id='gpPt2' d='M0,0 h2'/></defs>\n<g>\n</g>\n"
        '<g font-family="Serif" stroke-linecap="butt"><text>10 %</text>'
        "<path d='M1.25,2.00 L3.10,4.55 '/><image xlink:href='data:,2L3 Lx'/>"
        "<use xlink:href='#gpPt2'/></g></svg>"
    )
    small = slim.slim(svg)
    root = xml.dom.minidom.parseString(small).documentElement
    paths = [path.getAttribute("d") for path in root.getElementsByTagName("path")]
    if (
        paths != ["M0,0 h2", "M1.2,2 3.1,4.5"]
        or "<text>10 %</text>" not in small
        or "2L3 Lx" not in small
    ):
        raise Problem(f"slim: {small}")
    if small.startswith("<?xml") or root.getAttribute("font-family") != "Serif":
        raise Problem(f"slim: {small}")


def check_refusals(work):
    """What must be refused, is."""

    def trial(text, **known):
        return lambda: report.fill("t", text, known, work, "en")

    refused("there is no value nothing", trial("{{ nothing }}"))
    refused("there is no value nothing", trial("{% if yes %}{{ nothing }}{% endif %}", yes=False))
    refused("does not use the value spare", trial("text", spare=1))
    refused("has no attribute 'b'", trial("{{ a.b }}", a={"c": 1}))
    refused("no such picture; make plot-loss", trial('{{ figure("loss", "c") }}'))
    refused("table log is not mentioned", trial('{{ table("log", "c") }}'))
    refused("figure loss does not exist", trial('{{ fig("loss") }}'))
    refused("bibliography.bib has no x", trial('{{ cite("x") }}{{ references() }}'))
    refused("0 lines with the mark [none]", trial('{{ code("docs/report.py", "none") }}'))
    refused("formula \\fraq", report.page, "$\\fraq{1}{2}$", f"{work}/page.html", "en", work)
    refused("report.tsv is missing: make", report.values, work, "build/07_lenet5")
    refused("0.123 is typed", check_numbers, {"t": "so 0.123 of C1"})
    refused("0.123 is typed", check_numbers, {"t": '{{ figure("loss", "so 0.123") }}'})
    refused("a blank next to Chinese", chinese.check_text, "时， F6")
    refused("no blank between", chinese.check_text, "图 4把它")
    refused("a blank before %", chinese.check_text, "63 %")


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
    check_numbers({template: text_of(template) for template in report.TEMPLATES.values()})
    check_evidence()
    check_slim()
    with tempfile.TemporaryDirectory() as work:
        check_refusals(work)
        check_drawing(work)
    print("docs/report.py: all checks passed")
