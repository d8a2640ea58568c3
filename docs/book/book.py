"""The book: build/book/lenet5.pdf for print and lenet5.epub for e-readers (make book).

pandoc makes both from the lessons. The formulas of the PDF are set by KaTeX, its pages by
WeasyPrint; the formulas of the EPUB are MathML.
"""
import html
import os
import re
import subprocess
import sys
import time
import zipfile

import pages
import quotes

OUT = "build/book"
TITLE, SUBTITLE = "LeNet-5 in C, layer by layer", "Seven lessons that run"
KATEX = "/usr/share/javascript/katex/"
# The paragraph that leads to the lessons before and after.
FOR_SCREENS = re.compile(r"^\[(?:Previous: |Contents\])(?:.+\n)+", re.M)
# A release has its date, any other book that of 1 January 1980, the first that a zip file knows:
# the same lessons give the same bytes.
DATE = int(os.environ.get("SOURCE_DATE_EPOCH", "315532800"))
ENVIRONMENT = {**os.environ, "SOURCE_DATE_EPOCH": str(DATE), "PYTHONHASHSEED": "0"}


class Chapter(pages.Translator):
    """A lesson as a chapter of the book, in pandoc's Markdown."""

    def __init__(self, page, terms):
        super().__init__(page)
        self.terms = terms  # {term: [ids of its places]} of the book's index, which grows

    def text(self, text):
        # The line break after a comment with terms would be a space before the paragraph.
        after_terms = text.startswith("\n") and re.search(r"\[\]\{#term\S+\}$", self.out)
        return text[1:] if after_terms else text

    def fence(self, token):
        if token["fence"] == "math":
            return f"{token['indent']}$$\n{token['body']}{token['indent']}$$"
        return token[0]

    def heading(self, token):
        level, title = len(token["hashes"]), token["heading"]
        below = "#" if self.page.path in pages.solutions() else ""  # all in one chapter
        label = self.page.label(pages.slug(title) if level > 1 else "")
        kind = " .advanced" if title.endswith("(advanced)") else ""
        return f"{below}{token['hashes']} {title} {{#{label}{kind}}}"

    def figure(self, token):
        path, _ = self.page.resolve(token["figure"])
        alt = html.escape(pages.plain(token["alt"]))
        caption = self.inline(token["caption"] or token["alt"])
        begin = f'<figure><img src="{path}" alt="{alt}"/><figcaption>'
        return f"{begin}\n\n{caption}\n\n</figcaption></figure>"

    def fold(self, token):
        if token["fold"] == "<details>":
            return '<div class="answer">\n'
        if token["fold"] == "</details>":
            return "</div>"
        question = re.sub(r"<[^>]*>", "", token["fold"]).strip()
        return f"\n**{question}{'' if question[-1] in '.?!' else '.'}**"

    def comment(self, token):
        words = pages.words(token)
        if words.startswith("quote"):
            return f'<div class="origin">{words.split()[1]}</div>\n'
        if words.startswith("output"):
            command = html.escape(quotes.ORDER.match(words)["command"])
            return f'<div class="origin">printed by {command}</div>\n'
        if words.startswith("index:"):
            return "".join(map(self.term, pages.terms(words)))
        return ""

    def term(self, term):
        places = self.terms.setdefault(term, [])
        places.append(f"term-{list(self.terms).index(term)}-{len(places)}")
        return f"[]{{#{places[-1]}}}"

    def link(self, token):
        text, to = self.inline(token["text"]), token["link"]
        if re.match(r"[a-z]+:", to):
            return f"[{text}]({to})"
        path, anchor = self.page.resolve(to)
        if path not in pages.book():
            return text
        kind = "" if path == self.page.path else "{.page}"
        return f"[{text}](#{pages.Page(path).label(anchor)}){kind}"


def index(terms, in_print):
    """The last chapter: every term with the pages that it is on, or with links in an EPUB."""
    lines = ["# Index {#index}", "", "::: index"]
    for term in sorted(terms, key=str.lower):
        words = range(1, len(terms[term]) + 1) if not in_print else [""] * len(terms[term])
        links = [f"[{word}](#{place}){{.at}}" for word, place in zip(words, terms[term])]
        lines.append(f"- {term} " + (" " if in_print else ", ").join(links))
    return "\n".join([*lines, ":::", ""])


def imprint():
    """The page after the index: which version this is, and what readers may do with it."""
    with open("CITATION.cff", encoding="utf8") as file:
        cited = dict(re.findall(r'^([\w-]+): "?([^"\n]+)"?$', file.read(), re.M))
    released = cited.get("date-released", "not released yet")
    return (
        f"# Imprint {{#imprint}}\n\n*{TITLE}*, version {cited['version']}, {released}. By the "
        f"maintainers.\n\n{pages.LICENCE} The images of digits are from MNIST, by Yann LeCun and "
        "Corinna Cortes: [CC BY-SA 3.0](https://creativecommons.org/licenses/by-sa/3.0/).\n"
    )


def manuscript(in_print):
    terms = {}
    chapters = []
    for page in pages.read(pages.book()):
        text = FOR_SCREENS.sub("", page.text)
        page.tokens = list(pages.tokens(text))
        if page.path in pages.solutions()[:1]:
            chapters.append("# Solutions {#solutions}")
        chapters.append(Chapter(page, terms).whole())
    return "\n\n".join([*chapters, index(terms, in_print), imprint()])


def pandoc(text, *arguments):
    reader = "gfm+tex_math_dollars+attributes+bracketed_spans+fenced_divs"
    command = ["pandoc", "--fail-if-warnings", "-s", "-f", reader, "--toc", "--toc-depth=2"]
    command += ["-M", f"title={TITLE}", "-M", f"subtitle={SUBTITLE}"]
    command += ["-M", "lang=en", "-M", "identifier=lenet5-in-c"]
    command += ["-M", "author=The maintainers", "-M", "rights=CC BY 4.0, code also MIT"]
    command += ["--section-divs", "--highlight-style=monochrome", "-c", "docs/book/book.css"]
    if subprocess.run([*command, *arguments], input=text, text=True, env=ENVIRONMENT).returncode:
        sys.exit("error: pandoc, above")


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


def print_pdf(name):
    command = ["weasyprint", "-q", "-u", os.getcwd() + "/", f"{name}.html", f"{name}.pdf"]
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    # Its library for fonts does not believe the date of KaTeX's.
    said = [line for line in run.stderr.splitlines() if "timestamp seems very low" not in line]
    if run.returncode != 0 or said:
        sys.exit("\n".join([*said, "error: weasyprint, above"]))


def date_parts(path):
    """Gives all parts of an EPUB the book's date; pandoc gives them the present time."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(path + ".part", "w") as new:
        for part in old.infolist():
            data = old.read(part)
            part.date_time = time.gmtime(DATE)[:6]
            new.writestr(part, data, part.compress_type, 9)
    os.replace(path + ".part", path)


def main():
    os.makedirs(OUT, exist_ok=True)
    name = f"{OUT}/lenet5"
    pandoc(
        manuscript(True),
        "-t",
        "html5",
        f"--katex={KATEX}",
        "-c",
        "docs/book/print.css",
        "-o",
        f"{name}.html",
    )
    with open(f"{name}.html", encoding="utf8") as file:
        text = typeset(lighten(file.read()))
    with open(f"{name}.html", "w", encoding="utf8") as file:
        file.write(text)
    print_pdf(name)
    pandoc(
        manuscript(False), "-t", "epub3", "--mathml", "--epub-chapter-level=1", "-o", f"{name}.epub"
    )
    date_parts(f"{name}.epub")
    if pages.missing():
        print("not written yet:", ", ".join(pages.missing()))
    print(f"open {name}.pdf or {name}.epub")


main()
