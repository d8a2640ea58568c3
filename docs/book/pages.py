"""The pages of the book and the site: which there are, their order, and how their Markdown is read.

A page is read as a sequence of tokens. Nothing is lost: joined together, they are the page again.
quotes.py checks them; site.py and book.py translate them for Doxygen and for pandoc. All paths
start at the project's top folder, which is where these programs run.
"""
import glob
import json
import os
import re
import subprocess

FRONT = "docs/index.md"
PREFACE, PROLOGUE = "docs/preface.md", "docs/prologue.md"
APPENDICES = "original record speed bits files names".split()
GLOSSARY, BIBLIOGRAPHY = "docs/glossary.md", "docs/bibliography.md"
TEMPLATES = "docs/report*.md"  # not pages
# README, the foot of every page and the book's imprint say the same.
LICENCE = (
    "Text and pictures: [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/). "
    "Code: [MIT](https://opensource.org/license/mit). Code in the text: both."
)
LANGUAGES = ("zh",)  # of other editions: README.zh.md beside README.md

PARTS = r"""
    ^(?P<indent>\ *)(?P<ticks>```+)\ *(?P<fence>[^`\n]*)\n      # ```c
     (?P<body>(?:.*\n)*?)(?P=indent)(?P=ticks)\ *$              # ```
  | ^(?P<hashes>\#+)\ +(?P<heading>.*?)(?:\ *\{\#(?P<id>\w+)\})?\ *$
  | ^!\[(?P<alt>[^\]]*)\]\((?P<figure>[^)\s]+)\)$               # a picture, a paragraph of its own
     (?:\n\n\*(?=[^\s*])(?P<caption>(?:(?!\n\n)[^*])+)\*$)?     # and then its caption, in italics
  | ^(?P<fold></?details>|<summary>(?:(?!\n\n)[^\0])*?</summary>)$
  | <!--\ *(?P<comment>[^\0]*?)\ *-->
  | (?P<tick>`+)(?P<code>[^`](?:(?!\n\n)[^\0])*?)(?<!`)(?P=tick)(?!`)
  | (?<![\\$\w])\$(?P<math>[^\s$](?:[^$]*[^\s$\\])?)\$(?![$\d])
  | !\[(?P<alternative>[^\]]*)\]\((?P<image>[^)\s]+)\)
  | \[(?P<text>(?:[^][`]|`[^`]+`)*)\]\((?P<link>[^)\s]+)\)
    """
# 5x5, 1,024 x 4,704, k x k, 3 \\* 4: between numbers it is a multiplication sign.
TIMES = re.compile(
    r"(?<=\d)(?<!\b0)x(?=[\dk])|(?<=[\dk] )x(?= [\dk]\b)|(?<=\d )x(?= \d)"
    r"|(?<=[\d)])\\\*(?=[\d(])|(?<=[\d)] )\\\*(?= [\d(])"
)
TOKEN = re.compile(PARTS, re.X | re.M)
WITH_INDENTED = re.compile(r"(?<=\n\n)(?P<indented>(?:\ {4}.*\n)+)|" + PARTS, re.X | re.M)
KINDS = "indented fence heading figure fold comment code math image link".split()


def tokens(text, pattern=WITH_INDENTED, begin=0, end=None):
    """Yields (kind, match, place); for what is none of KINDS, ("text", the text, place)."""
    end = len(text) if end is None else end
    for match in pattern.finditer(text, begin, end):
        if match.start() > begin:
            yield "text", text[begin : match.start()], begin
        found = match.groupdict()
        kind = next(kind for kind in KINDS if found.get(kind) is not None)
        if kind == "indented" and in_list(text, match.start()):
            yield from tokens(text, TOKEN, match.start(), match.end())
        else:
            yield kind, match, match.start()
        begin = match.end()
    if begin < end:
        yield "text", text[begin:end], begin


def in_list(text, place):
    """Whether an indented paragraph continues a list; otherwise it is code."""
    last = text[:place].rstrip().split("\n")[-1]
    return bool(re.match(r" |\d+\. |[-*] ", last))


def plain(markdown):
    """A heading or a description without its markup."""
    return re.sub(r"[*`$]|\]\([^)]*\)|\[", "", markdown)


def slug(heading):
    """The anchor that a Git host gives to a heading."""
    return re.sub(r"[^\w\- ]", "", plain(heading).lower()).replace(" ", "-")


def words(comment):
    """The words of a comment, whatever its line breaks."""
    return " ".join(comment["comment"].split())


def terms(words):
    """The terms of a comment "index: im2col; matrix product"."""
    return [term.strip() for term in words.removeprefix("index:").split(";")]


class Page:
    """One Markdown file."""

    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf8") as file:
            self.text = file.read()
        self.tokens = list(tokens(self.text))

    def line(self, place):
        return self.text.count("\n", 0, place) + 1

    def of_kind(self, kind):
        return [token for one, token, _ in self.tokens if one == kind]

    def title(self):
        headings = self.of_kind("heading")
        return plain(headings[0]["heading"]) if headings else self.path

    def anchors(self):
        return [slug(heading["heading"]) for heading in self.of_kind("heading")]

    def label(self, anchor=""):
        """The name of the page, or of a heading in it, unique in the site and in the book."""
        first = self.of_kind("heading")[:1]
        lesson = re.match(r"chapters/(\w+)(?:/(\w+))?/README", self.path)
        answers = re.match(r"docs/solutions/\w+", self.path)
        if first and first[0]["id"]:  # "# Title {#name}"
            name = first[0]["id"]
        elif lesson:
            name = "lesson_" + (lesson[2] or lesson[1])
        elif answers:
            name = "solutions_" + os.path.basename(self.path).split(".")[0]
        else:
            name = "page_" + os.path.basename(self.path).split(".")[0]
        return f"{name}_{anchor}" if anchor else name

    def resolve(self, to):
        """(file, anchor) that a relative link leads to."""
        path, _, anchor = to.partition("#")
        if not path:
            return self.path, anchor
        return os.path.normpath(os.path.join(os.path.dirname(self.path), path)), anchor


class Translator:
    """Says a page in another dialect. Each kind of token has a method; here most change nothing."""

    DISPLAY = None  # how the dialect begins and ends a formula between paragraphs

    def __init__(self, page):
        self.page = page
        self.out = ""

    def whole(self):
        for kind, token, _ in self.page.tokens:
            new = self.one(kind, token)  # which may change what is there already
            self.out += new
        return self.out

    def inline(self, markdown):
        return "".join(self.one(kind, token) for kind, token, _ in tokens(markdown))

    def one(self, kind, token):
        return self.text(token) if kind == "text" else getattr(self, kind)(token)

    def text(self, text):
        return TIMES.sub("×", text)

    def same(self, token):
        return token[0]

    def fence(self, token):
        if token["fence"] != "math" or not self.DISPLAY:
            return token[0]
        begin, end = self.DISPLAY
        return f"{token['indent']}{begin}\n{token['body']}{token['indent']}{end}"

    indented = heading = figure = fold = comment = code = math = image = link = same


# ---- which pages there are -----------------------------------------------------------------------
def chapters():
    return sorted(os.path.basename(path) for path in glob.glob("chapters/0*"))


def wanted_lessons(ending=".md"):
    """The lessons in reading order, whether they are written or not."""
    lessons = [f"chapters/{name}/README{ending}" for name in chapters()]
    last = f"chapters/{chapters()[-1]}"
    advanced = [f"{last}/advanced{ending}", f"{last}/ranks/README{ending}"]
    return [PROLOGUE.replace(".md", ending), *lessons, *advanced, f"docs/epilogue{ending}"]


def wanted_solutions(ending=".md"):
    return [f"docs/solutions/{name}{ending}" for name in ("00_prologue", *chapters())]


def written(paths):
    return [path for path in paths if os.path.exists(path)]


def lessons():
    return written(wanted_lessons())


def solutions():
    return written(wanted_solutions())


def appendices():
    return [f"docs/{name}.md" for name in APPENDICES]


def extras():
    """The book's pages that are neither lessons nor solutions."""
    return [PREFACE, *appendices(), GLOSSARY, BIBLIOGRAPHY]


def book():
    return [PREFACE, *lessons(), *appendices(), *solutions(), GLOSSARY, BIBLIOGRAPHY]


def missing():
    return sorted({*wanted_lessons(), *wanted_solutions()} - {*lessons(), *solutions()})


def editions():
    """What there is of the book in other languages."""
    endings = [f".{language}.md" for language in LANGUAGES]
    return [p for e in endings for p in written(wanted_lessons(e) + wanted_solutions(e))]


def more():
    """The site's pages that are not in the book."""
    others = {FRONT, *book(), *editions(), *glob.glob(TEMPLATES)}
    return [path for path in sorted(glob.glob("docs/*.md")) if path not in others]


def site():
    return [FRONT, *book(), *more()]


def read(paths):
    return [Page(path) for path in paths]


def sources():
    """{address: number} of the bibliography, which is a numbered list with one link an entry."""
    addresses = [link["link"] for link in Page(BIBLIOGRAPHY).of_kind("link")]
    return {address: number for number, address in enumerate(addresses, 1)}


KATEX = "/usr/share/javascript/katex"


def katex_css():
    """KaTeX's style sheet with fonts in the one format that every browser since 2016 knows."""
    css = read_text(f"{KATEX}/katex.min.css")
    return re.sub(r",url\(fonts/[^)]*\.(?:woff|ttf)\) format\('[a-z]*'\)", "", css)


def formulas(pairs, output="html"):
    """For every [TeX, display] KaTeX's {"html": ...}, or {"error": ...} if it cannot read it."""
    katex = ["node", "docs/book/katex.js", output]
    asked = json.dumps(pairs)
    run = subprocess.run(katex, input=asked, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(run.stdout)


def figure_label(path):
    """The anchor of a picture in the page that shows it."""
    return "figure-" + re.sub(r"\W|_", "-", os.path.basename(path).rpartition(".")[0])


def size(path):
    """Width and height of an SVG."""
    with open(path, encoding="utf8") as file:
        head = file.read(1000)
    return [
        round(float(re.search(rf'\b{side}="([\d.]+)', head)[1])) for side in ("width", "height")
    ]


def read_text(path):
    with open(path, encoding="utf8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf8") as file:
        file.write(text)


# ---- whether there is anything to do -------------------------------------------------------------
def state(more=""):
    """What pages, site and book are made of: names, times and sizes of the files, as one text."""
    lines = [more]
    for top in ("docs", "chapters", "common", "tests", "plots", "CITATION.cff"):
        for path in [top, *sorted(glob.glob(f"{top}/**", recursive=True))]:
            if os.path.isfile(path):
                about = os.stat(path)
                lines.append(f"{path} {about.st_mtime_ns} {about.st_size}")
    return "\n".join(lines)


def same(stamp, now):
    """Whether a file says that all was as now when it was written."""
    return os.path.exists(stamp) and read_text(stamp) == now
