#!/usr/bin/python3
"""Makes the report, in English and in Chinese, as HTML and as PDF.

    /usr/bin/python3 docs/report.py DATA PICTURES REPORT PROGRAM    (make report)
    /usr/bin/python3 docs/report.py --check                         its own checks, without a run

docs/report.md and docs/report.zh.md are Jinja2 templates. Their numbers come from the tables of the
run in DATA, from PROGRAM and from this machine: docs/report/values.py and studies.py read them all.
A name that does not exist is an error, and so is a value that no template uses, a figure, listing
or source that the text does not mention, a formula that KaTeX cannot read. pandoc makes HTML of the
result, and WeasyPrint a PDF.

In a template:

    {{ figure("loss", "caption") }}   the panels of that picture; {{ fig("loss") }} is its number
    {{ table("log", "caption") }}     after a table; {{ tab("log") }} is its number
    {{ code("FILE", "region") }}      the lines between two marks "// [region]" of a source file;
                                      {{ lst("region") }} is its number
    {{ cite("adam") }}                the number of a source of docs/bibliography.bib
    {{ references() }}                all that were cited
    {{ origins() }}                   the files of all pictures, and the commands that wrote them
"""
import datetime
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import jinja2
import jinja2.meta

sys.path[:0] = ["docs/report", "docs/book", "common/tools"]
import chinese
import marks
import pages
import slim
import studies
from values import (
    Log,
    Problem,
    layers_of,
    rows_of,
    run,
    settings_of,
    text_of,
    values_of_activations,
    values_of_claims,
    values_of_confusion,
    values_of_lessons,
    values_of_log,
    values_of_losses,
    values_of_machine,
    values_of_optimizers,
    values_of_seeds,
    wrapped,
)

TEMPLATES = {"en": "docs/report.md", "zh": "docs/report.zh.md"}
LETTERS = {
    "en": {"figure": "Figure", "table": "Table", "listing": "Listing"},
    "zh": {"figure": "图", "table": "表", "listing": "代码"},
}
BIBLIOGRAPHY = "docs/bibliography.bib"
PIXELS = 300_000  # an SVG of more bytes consists of pixels: its PNG is smaller


def values(folder, program):
    """All that the templates may use, by name."""
    log = Log(rows_of(f"{folder}/report.tsv"))
    written = datetime.date.fromtimestamp(os.path.getmtime(f"{folder}/report.tsv"))
    settings = settings_of(folder, text_of(f"{folder}/report.tsv.out"))
    return {
        **settings,
        **values_of_log(log, studies.TEST_IMAGES),
        **values_of_losses(log),
        **values_of_claims(folder, log),
        **values_of_seeds(rows_of(f"{folder}/seeds.tsv")),
        **values_of_activations(folder, log),
        **values_of_optimizers(folder, settings["constants"]),
        **values_of_confusion(f"{folder}/confusion.tsv"),
        **values_of_lessons(folder),
        **studies.values_of_studies(folder),
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
    """Numbers for what a text shows; a first pass over a template collects them, in order. Sources
    are numbered as they are cited."""

    def __init__(self):
        self.shown = {"figure": [], "table": [], "listing": []}
        self.named = {"figure": set(), "table": set(), "listing": set()}
        self.cited = []
        self.origins = {}

    def show(self, kind, name):
        if name not in self.shown[kind]:
            self.shown[kind].append(name)
        return self.shown[kind].index(name) + 1

    def name(self, kind, name):
        self.named[kind].add(name)
        return self.shown[kind].index(name) + 1 if name in self.shown[kind] else 0

    def cite(self, name):
        if name not in self.cited:
            self.cited.append(name)
        return self.cited.index(name) + 1

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


def plain(caption):
    """A caption as text, for those who hear it."""
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", caption)
    return html.escape(" ".join(re.sub(r"[*`$\\{}]", "", words).split()))


def figure_html(number, name, caption, folder, lang, origins):
    """A figure with its panels side by side, and the names of its files."""
    files = panels_of(folder, name)
    if not files:
        raise Problem(f"{folder}/{name}: no such picture; make plot-{name} draws it")
    wide = "third" if len(files) == 3 and width_of(files[0]) < 400 else f"of{len(files)}"
    inside = "".join(
        f'<img src="{file}" alt="{"" if k else plain(caption)}" class="{wide}">'
        for k, file in enumerate(files)
    )
    lines = text_of(f"{folder}/{name}.txt").splitlines()
    own = dict(line.rstrip(")").split(" (", 1) for line in lines)
    origins.update(own)
    said = ", ".join(f"`{os.path.relpath(file, 'build')}`" for file in own)
    return (
        f'<figure id="figure-{name}">\n<div class="panels">{inside}</div>\n<figcaption>\n'
        f"**{LETTERS[lang]['figure']}\u00a0{number}.** {caption} "
        f'<span class="origin">{said}</span>\n</figcaption>\n</figure>\n'
    )


def code_of(path, region):
    """The lines between two marks of a source file."""
    try:
        return "```c\n" + marks.piece(text_of(path), region) + "```"
    except marks.Missing as reason:
        raise Problem(f"{path}: {reason}") from reason


def entries():
    """The bibliography, by key: one line of Markdown each, with an address that can be clicked."""
    found = {}
    for item in json.loads(run(["pandoc", "-f", "biblatex", "-t", "csljson", BIBLIOGRAPHY])):
        names = [
            " ".join(filter(None, (person.get("given"), person.get("family"))))
            or person.get("literal", "")
            for person in item.get("author", [])
        ]
        where = item.get("container-title") or item.get("publisher", "")
        volume = item.get("volume", "") + (f"({item['issue']})" if "issue" in item else "")
        pages = item.get("page", "").replace("-", "–")
        parts = [f"*{where}* {volume}".strip() if where else "", pages, item.get("note", "")]
        parts.insert(1, str(item["issued"]["date-parts"][0][0]) if "issued" in item else "")
        address = f"https://doi.org/{item['DOI']}" if "DOI" in item else item.get("URL", "")
        shown = f"doi:{item['DOI']}" if "DOI" in item else address
        line = f"{', '.join(names)}: {item['title']}. " if names else f"{item['title']}. "
        said = ", ".join(part for part in parts if part)
        line += f"{said}." if said else ""
        found[item["id"]] = line + (f" [{shown}]({address})" if address else "")
    return found


def references(numbers, known):
    """The list of all that were cited."""
    missing = [name for name in numbers.cited if name not in known]
    if missing:
        raise Problem(f"{BIBLIOGRAPHY} has no {missing[0]}")
    lines = [
        f"[\\[{k}\\]]{{#source-{name}}} {known[name]}" for k, name in enumerate(numbers.cited, 1)
    ]
    return "\n\n".join(lines)


def row_names():
    """The Chinese names of the studies' rows, as the pictures have them."""
    with open("plots/words.tsv", encoding="utf8") as file:
        words = [line.rstrip("\n").split("\t") for line in file if line.startswith("row_")]
    return {english: chinese for _, english, chinese in words}


def functions(numbers, folder, lang):
    """The functions of a template."""
    words = LETTERS[lang]
    known = entries()

    def name(kind):
        return lambda what: (f"[{words[kind]}\u00a0{numbers.name(kind, what)}](#{kind}-{what})")

    def table(what, caption):
        number = numbers.show("table", what)
        return f": **[{words['table']}\u00a0{number}.]{{#table-{what}}}** {caption}"

    def code(path, region):
        number = numbers.show("listing", region)
        said = f"**{words['listing']}\u00a0{number}.** `{path}`"
        return f"{code_of(path, region)}\n\n::: {{#listing-{region} .listing}}\n{said}\n:::\n"

    return {
        "row_name": row_names(),
        "figure": lambda what, caption: figure_html(
            numbers.show("figure", what), what, caption, folder, lang, numbers.origins
        ),
        "fig": name("figure"),
        "table": table,
        "tab": name("table"),
        "code": code,
        "lst": name("listing"),
        "cite": lambda what: f"[\\[{numbers.cite(what)}\\]](#source-{what})",
        "references": lambda: references(numbers, known),
        "origins": lambda: "\n".join(
            f"| `{os.path.basename(file)}` | `{command}` |"
            for file, command in sorted(numbers.origins.items())
        ),
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
    for node, answer in zip(found, pages.formulas(asked)):
        if "error" in answer:
            raise Problem(f"formula {node['c'][1]}: {answer['error']}")
        node["t"], node["c"] = "RawInline", ["html", answer["html"]]


# KaTeX's fonts beyond the usual ones, and the class of a letter that is set in each.
RARE = {
    "Caligraphic": "mathcal",
    "Fraktur": "mathfrak",
    "SansSerif": "mathsf",
    "Script": "mathscr",
    "Typewriter": "mathtt",
    "Main-Bold": "mathbf",
    "Math-BoldItalic": "boldsymbol",
    "AMS": "amsrm",
    "Size3": "size3",
    "Size4": "size4",
}


def katex_css(path, formulas):
    """KaTeX's style with those of its fonts that the formulas need, at their full address."""
    css = pages.katex_css()
    for font, letters in RARE.items():
        if not re.search(rf'class="[^"]*\b{letters}\b', formulas):
            css = re.sub(r"@font-face\{[^}]*KaTeX_" + font + r"[^}]*\}", "", css)
    with open(path, "w", encoding="utf-8") as file:
        file.write(css.replace("url(fonts/", f"url({pages.KATEX}/fonts/"))


def set_widths(document):
    """Columns of tables as wide as their content; pandoc goes by the width of the source."""
    for block in document["blocks"]:
        if block["t"] == "Table":
            block["c"][2] = [[align, {"t": "ColWidthDefault"}] for align, _ in block["c"][2]]


def page(markdown, output, lang, work):
    """One HTML file with all that belongs to it."""
    document = json.loads(run(["pandoc", "--from", "markdown", "--to", "json"], input=markdown))
    if lang == "zh":
        chinese.walk(document)
        chinese.check(document["blocks"])
    set_widths(document)
    set_formulas(document)
    katex_css(f"{work}/katex.css", json.dumps(document).replace('\\"', '"'))
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
    """The same with SVG that WeasyPrint can read: letters become outlines. Pixels would be blurred,
    so that a picture with pixels is a PNG."""
    for file in sorted(set(re.findall(r'<img src="([^"]*\.svg)"', markdown))):
        if "<image" in text_of(file):
            markdown = markdown.replace(f'src="{file}"', f'src="{file[:-3]}png"')
            continue
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
            text = slim.slim_page(text_of(f"{work}/{name}.html"))
            with open(f"{work}/{name}.html", "w", encoding="utf-8") as file:
                file.write(text)
            for ending in ("html", "pdf"):
                shutil.move(f"{work}/{name}.{ending}", f"{report}/{name}.{ending}")
                print(f"  MADE {report}/{name}.{ending}")


def main(arguments):
    try:
        if arguments == ["--check"]:
            import checks  # which imports this file

            checks.check()
        elif len(arguments) == 4:
            make(*arguments)
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except (Problem, OSError, subprocess.CalledProcessError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
