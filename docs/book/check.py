"""Are the PDFs and the EPUB in build/book fit for print and for e-readers?  (make trust-book)

An error for: what epubcheck finds; letters outside the margins, or of a font that is not embedded;
figures that are not numbered 1 to n, or that no sentence names; a line of code that is wrapped;
lines of text that are too long; a page with much white that does not end a chapter.
"""
import html
import os
import re
import subprocess
import sys
import zipfile

NAME = "build/book/lenet5"
# Width, height, margins at the side and above in points; how much of a page may be empty.
PAPER = {"": (595.28, 841.89, 56, 62, 0.40), "-17x24": (481.89, 680.32, 39, 51, 0.45)}
LONGEST = 92  # characters in a line of text; most have at most 80
problems = []


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


class Pdf:
    """The words of a PDF, as pages of lines: (left, top, right, bottom, text)."""

    def __init__(self, path):
        self.path = path
        sides = " ".join(rf'{side}="([\d.-]+)"' for side in ("xMin", "yMin", "xMax", "yMax"))
        word = re.compile(rf"<word {sides}>(.*?)</word>")
        self.pages = []
        for page in output("pdftotext", "-bbox", path, "-").split("<page ")[1:]:
            words = [
                (*map(float, m.groups()[:4]), html.unescape(m[5])) for m in word.finditer(page)
            ]
            self.pages.append(words)

    def lines(self, page):
        """Words that stand on one line, whose middles are at about the same height."""
        row, height = [], 0
        for word in sorted(self.pages[page], key=lambda word: word[1] + word[3]):
            middle = (word[1] + word[3]) / 2
            if row and middle > height + 2:
                yield sorted(row)
                row = []
            height = middle
            row.append(word)
        yield sorted(row)


def check_fonts(pdf):
    for line in output("pdffonts", pdf.path).splitlines()[2:]:
        if line.split()[-5] != "yes":
            yield f"does not embed {line.split()[0]}"


def check_margins(pdf, paper):
    width, height, side, *_ = paper
    size = re.search(r"Page size: +([\d.]+) x ([\d.]+)", output("pdfinfo", pdf.path))
    if abs(float(size[1]) - width) > 1 or abs(float(size[2]) - height) > 1:
        yield f"its pages are {size[1]} x {size[2]}"
    for number, words in enumerate(pdf.pages, 1):
        for left, _, right, _, text in words:
            if left < side - 1 or right > width - side + 2:
                yield f"page {number}: outside the margins: {text}"


def check_code(pdf, source):
    """Every line of code stands on one line of the page."""
    text = re.sub(r"<(?!/?pre)[^>]*>", "", source)
    asked = re.findall(r"<pre[^>]*>(.*?)</pre>", text, re.S)
    there = set()
    for page in range(len(pdf.pages)):
        there |= {"".join(word[4] for word in line) for line in pdf.lines(page)}
    for line in html.unescape("\n".join(asked)).split("\n"):
        words = "".join(line.split())
        if len(line) > 60 and words not in there:
            yield f"wrapped, or lost: {line.strip()[:60]} ..."


def check_measure(pdf, source):
    """Lines of running text, which are those of the paragraphs' words."""
    text = re.sub(r"<pre.*?</pre>|<table.*?</table>|<nav.*?</nav>", "", source, flags=re.S)
    prose = "".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())
    lengths = []
    for page in range(len(pdf.pages)):
        for line in pdf.lines(page):
            words = " ".join(word[4] for word in line)
            if len(words) > 50 and words.replace(" ", "").rstrip("-\u2010") in prose:
                lengths.append(len(words))
                if len(words) > LONGEST:
                    yield f"page {page + 1}: {len(words)} characters in: {words[:50]} ..."
    lengths.sort()
    middle, most = lengths[len(lengths) // 2], lengths[len(lengths) * 95 // 100]
    print(f"{pdf.path}: lines of {middle} characters, 95 % at most {most}, {lengths[-1]} in one")


def check_white(pdf, paper):
    """How much of a page's height is empty, unless a chapter ends on it."""
    _, height, _, edge, most = paper
    begins = [page for page in range(len(pdf.pages)) if begins_chapter(pdf, page)]
    for page in range(begins[0], len(pdf.pages) - 1):
        words = [word for word in pdf.pages[page] if word[3] < height - edge + 2]
        white = (height - edge - max(word[3] for word in words)) / (height - 2 * edge)
        if page + 1 not in begins and white > most:
            yield f"page {page + 1} is {white:.0%} empty"


def begins_chapter(pdf, page):
    """Titles are the largest letters, right below the running head."""
    tall = [word for word in pdf.pages[page] if word[3] - word[1] > 20]
    return (
        bool(tall) and min(word[1] for word in pdf.pages[page][1:]) >= min(w[1] for w in tall) - 70
    )


def check_figures(text, source):
    """Captions say Figure 1, 2, ... n; other sentences name each of them."""
    references = {int(n) for n in re.findall(r'href="#figure-(\d+)"', source)}
    numbers = [int(n) for n in re.findall(r"Figure\s+(\d+)\.(?!\w)", text)]
    captions = [n for i, n in enumerate(numbers) if n not in numbers[:i]]
    if captions != list(range(1, source.count("<figure") + 1)):
        yield f"its figures are numbered {captions}"
    for number in sorted(set(captions) - references):
        yield f"no sentence names Figure {number}"


def check_pictures(pdf, source):
    """On the page of a caption stand the words that are in its picture."""
    for number, path in re.findall(
        r'<figure id="figure-(\d+)">.*?<img\s+src="([^"]+)"', source, re.S
    ):
        with open(path, encoding="utf8") as file:
            wanted = set(" ".join(re.findall(r"<text[^>]*>([^<]+)", file.read())).split())
        for words in pdf.pages:
            there = [word[4] for word in words]
            caption = any(a == "Figure" and b == number + "." for a, b in zip(there, there[1:]))
            if caption and len(wanted & {*there}) < len(wanted) / 2:
                yield f"Figure {number} is not drawn"


def check_epub(path):
    # (The command epubcheck needs binfmt support, which a container lacks.)
    java = ["java", "-jar", "/usr/share/java/epubcheck.jar", "--failonwarnings", "-q", path]
    run = subprocess.run(java, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode != 0:
        yield "epubcheck: " + run.stdout[:2000]
    with zipfile.ZipFile(path) as book:
        names = [name for name in book.namelist() if name.endswith((".xhtml", ".css", ".opf"))]
        parts = {name: book.read(name).decode() for name in names}
    package = next(text for name, text in parts.items() if name.endswith(".opf"))
    for part in ("cover-image", "dc:creator", "dc:rights", "dc:description", "schema:accessMode"):
        if part not in package:
            yield f"its package has no {part}"
    if not any(re.search(r"sourceCode \{ white-space: pre-wrap !", t) for t in parts.values()):
        yield "its code is not wrapped, and would be cut off"


def check(path, found):
    problems.extend(f"{path}: {problem}" for problem in found)


def main():
    with open(f"{NAME}.html", encoding="utf8") as file:
        source = file.read()
    for edition, paper in PAPER.items():
        path = f"{NAME}{edition}.pdf"
        if not os.path.exists(path):
            continue  # make book SHORT=1
        pdf = Pdf(path)
        check(path, check_fonts(pdf))
        check(path, check_margins(pdf, paper))
        check(path, check_code(pdf, source))
        check(path, check_measure(pdf, source))
        check(path, check_white(pdf, paper))
        check(path, check_figures(output("pdftotext", path, "-"), source))
        check(path, check_pictures(pdf, source))
        print(f"{path}: {len(pdf.pages)} pages")
    check(f"{NAME}.epub", check_epub(f"{NAME}.epub"))
    for problem in problems:
        print("error:", problem, file=sys.stderr)
    return 1 if problems else 0


sys.exit(main())
