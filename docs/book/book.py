"""The book: build/book/lenet5.pdf for print and lenet5.epub for e-readers (make book).

pandoc makes both from the lessons. The formulas of the PDF are set by KaTeX, its pages by
WeasyPrint; the formulas of the EPUB are MathML.
"""
import glob
import html
import os
import re
import subprocess
import sys
import time
import zipfile

import manuscript
import pages
import poster

OUT = "build/book"
STAMP = f"{OUT}/made-of.txt"
TITLE, SUBTITLE = "LeNet-5 in C, layer by layer", "Seven lessons that run"


def git(*arguments):
    run = subprocess.run(["git", *arguments], stdout=-1, stderr=subprocess.DEVNULL, text=True)
    return run.stdout.strip()


# The commit's time, or 1 January 1980, the first that a zip file knows: the same commit gives the
# same bytes.
DATE = int(os.environ.get("SOURCE_DATE_EPOCH") or git("log", "-1", "--format=%ct") or "315532800")
ENVIRONMENT = {**os.environ, "SOURCE_DATE_EPOCH": str(DATE), "PYTHONHASHSEED": "0"}


def cited():
    """The fields of CITATION.cff that stand on one line."""
    with open("CITATION.cff", encoding="utf8") as file:
        return dict(re.findall(r'^([\w-]+): "?([^"\n]+)"?$', file.read(), re.M))


def commit():
    return git("describe", "--always", "--dirty") or "of a tree without git"


def colophon():
    """Which edition this is, where its sources are, and what readers may do with it."""
    about = cited()
    released = about.get(
        "date-released", f"not released; of {time.strftime('%F', time.gmtime(DATE))}"
    )
    address = about.get("repository-code") or about.get("url")
    return f"""# Colophon {{#colophon .unlisted}}

*{TITLE}. {SUBTITLE}.* By the maintainers.

Edition {about['version']}, {released}. Commit {commit()}{f", <{address}>" if address else ""}.

{pages.LICENCE} The images of digits are from MNIST, by Yann LeCun and Corinna Cortes:
[CC BY-SA 3.0](https://creativecommons.org/licenses/by-sa/3.0/).

Every listing is a part of a file that is compiled and tested, and every output was printed by the
program named above it. `make book` made these pages of the same text that `make docs` makes a site
of. Set in Liberation Serif, DejaVu Sans Mono and KaTeX's Computer Modern by pandoc and WeasyPrint.
"""


def pandoc(text, *arguments, toc=True):
    reader = "gfm+smart+tex_math_dollars+attributes+bracketed_spans+fenced_divs"
    command = ["pandoc", "--fail-if-warnings", "-s", "-f", reader]
    command += ["--toc", "--toc-depth=2"] if toc else []
    about = {
        "title": TITLE,
        "subtitle": SUBTITLE,
        "lang": "en",
        "toc-title": "Contents",
        "identifier": "lenet5-in-c",
        "author": "The maintainers",
        "rights": "CC BY 4.0, code also MIT",
        "date": time.strftime("%F", time.gmtime(DATE)),
        "subject": "convolutional neural networks",
        "description": "Seven lessons in C, from the first window of an image to a network that "
        "reads digits.",
    }
    for field, value in about.items():
        command += ["-M", f"{field}={value}"]
    command += ["--section-divs", "--highlight-style=monochrome", "-c", "docs/book/book.css"]
    if subprocess.run([*command, *arguments], input=text, text=True, env=ENVIRONMENT).returncode:
        sys.exit("error: pandoc, above")


# ---- the PDF -------------------------------------------------------------------------------------
def typeset(text):
    """A page of HTML with KaTeX's formulas instead of pandoc's TeX."""
    found = re.compile(r'<span\s+class="math (inline|display)">(.*?)</span>', re.S)
    asked = [(html.unescape(m[2]), m[1] == "display") for m in found.finditer(text)]
    answers = iter(pages.formulas(asked))
    return found.sub(lambda _: next(answers)["html"], text)


def lighten(text):
    """Without those marks of pandoc's highlighter that print does not show: a third of the time."""
    text = re.sub(r'<a\s+href="#cb[\d-]+"\s+aria-hidden="true"\s+tabindex="-1"></a>', "", text)
    text = re.sub(r'<span\s+class="(?!kw|cf|co)[a-z]{2}">([^<]*)</span>', r"\1", text)
    return re.sub(r'<span\s+id="cb[\d-]+">', "<span>", text)


def mark_long_code(text):
    """Blocks of more than 24 lines, which may be broken over two pages; no others are."""

    def mark(found):
        long = found[0].count("\n") > 24
        return found[0].replace("<pre", '<pre data-long="1"', 1) if long else found[0]

    return re.sub(r"<pre.*?</pre>", mark, text, flags=re.S)


def colophon_first(text):
    """The colophon between the title and the contents, where pandoc puts nothing of the text."""
    section = re.search(r'<section\s+id="colophon".*?</section>', text, re.S)[0]
    text = re.sub(r'<li><a\s+href="#colophon".*?</li>', "", text.replace(section, ""), flags=re.S)
    return text.replace("<nav ", section + "\n<nav ", 1)


def print_pdf(text, edition="", name="lenet5"):
    """For editions other than A4, print-EDITION.css comes last."""
    path = f"{OUT}/{name}{edition}"
    style = f'<link rel="stylesheet" href="docs/book/print{edition}.css" />\n</head>'
    pages.write(f"{path}.html", text.replace("</head>", style) if edition else text)
    command = ["weasyprint", "-q", "-u", os.getcwd() + "/", f"{path}.html", f"{path}.pdf"]
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    # Its library for fonts does not believe the date of KaTeX's.
    said = [line for line in run.stderr.splitlines() if "timestamp seems very low" not in line]
    if run.returncode != 0 or said:
        sys.exit("\n".join([*said, "error: weasyprint, above"]))


def make_pdfs():
    """A4, and unless SHORT=1, 17 x 24 cm."""
    source = f"{OUT}/lenet5.html"
    pandoc(
        manuscript.whole(True, "", colophon()),
        *("-t", "html5", f"--katex={pages.KATEX}/", "-c", "docs/book/print.css", "-o", source),
    )
    with open(source, encoding="utf8") as file:
        text = colophon_first(typeset(mark_long_code(lighten(file.read()))))
    print_pdf(text)
    for old in glob.glob(f"{OUT}/lenet5-17x24.*"):
        os.remove(old)
    if os.environ.get("SHORT", "0") in ("", "0"):
        print_pdf(text, "-17x24")


def make_poster():
    source = f"{OUT}/poster.html"
    styles = ["-c", "docs/book/poster.css"]
    pandoc(
        poster.text(), "-t", "html5", f"--katex={pages.KATEX}/", *styles, "-o", source, toc=False
    )
    with open(source, encoding="utf8") as file:
        text = re.sub(r"<header.*?</header>", "", file.read(), flags=re.S)
    print_pdf(typeset(text), name="poster")


# ---- the EPUB ------------------------------------------------------------------------------------
def cover():
    """The title page of the EPUB: title and network."""
    with open("docs/figures/network.svg", encoding="utf8") as file:
        picture = file.read()
    width, height = (
        float(re.search(rf'{side}="([\d.]+)"', picture)[1]) for side in ("width", "height")
    )
    picture = re.sub(r"<svg [^>]*>", "", picture, count=1).replace("</svg>", "")
    scale = min(1300 / width, 1500 / height)
    words = "\n".join(
        f'<text x="800" y="{y}" font-size="{size}" text-anchor="middle" '
        f'font-family="Liberation Sans, Arial, sans-serif">{html.escape(text)}</text>'
        for y, size, text in (
            (330, 150, TITLE.split(",")[0]),
            (480, 90, TITLE.split(", ")[1]),
            (640, 60, SUBTITLE),
        )
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="2560" '
        'viewBox="0 0 1600 2560"><rect width="1600" height="2560" fill="#ffffff"/>\n'
        f'{words}\n<g font-family="DejaVu Sans, Arial, sans-serif" '
        f'transform="translate({800 - scale * width / 2:.0f},800) '
        f'scale({scale:.3f})">{picture}</g></svg>\n'
    )


ACCESSIBILITY = """
    <meta property="schema:accessMode">textual</meta>
    <meta property="schema:accessMode">visual</meta>
    <meta property="schema:accessModeSufficient">textual</meta>
    <meta property="schema:accessibilityFeature">alternativeText</meta>
    <meta property="schema:accessibilityFeature">MathML</meta>
    <meta property="schema:accessibilityFeature">structuralNavigation</meta>
    <meta property="schema:accessibilityHazard">none</meta>
    <meta property="schema:accessibilitySummary">Pictures have descriptions.</meta>
  """


def finish_parts(path):
    """Gives all parts of an EPUB the book's date; pandoc gives them the present time."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(path + ".part", "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename.endswith("content.opf"):
                data = data.replace(b"</metadata>", ACCESSIBILITY.encode() + b"</metadata>")
            part.date_time = time.gmtime(DATE)[:6]
            new.writestr(part, data, part.compress_type, 9)
    os.replace(path + ".part", path)


def make_epub():
    pages.write(f"{OUT}/cover.svg", cover())
    name = f"{OUT}/lenet5.epub"
    pandoc(
        manuscript.whole(False, colophon(), ""),
        *("-t", "epub3", "--mathml", "--epub-chapter-level=1", "-o", name),
        f"--epub-cover-image={OUT}/cover.svg",
    )
    finish_parts(name)


def main():
    now = pages.state(f"{commit()} {DATE} {os.environ.get('SHORT')}")
    if pages.same(STAMP, now):
        print(f"nothing to do: {OUT}/lenet5.pdf is made of what is there")
        return
    os.makedirs(OUT, exist_ok=True)
    make_pdfs()
    make_poster()
    make_epub()
    pages.write(STAMP, now)
    if pages.missing():
        print("not written yet:", ", ".join(pages.missing()))
    print(f"open {OUT}/lenet5.pdf, lenet5-17x24.pdf, lenet5.epub or poster.pdf")


main()
