"""The site: build/docs/html, which Doxygen makes from the pages and from the sources' comments.

    site.py PLAYGROUND      builds it, with the playground in that folder (make docs)
    site.py --filter FILE   prints a page in Doxygen's Markdown (FILTER_PATTERNS in docs/Doxyfile)

The pages are written for a Git host. The filter says anew what Doxygen 1.9.4 does not understand:
formulas between dollars, links to pages, headings and sources, pictures with captions, folded
answers, advanced parts. Lines keep their numbers, so that Doxygen's warnings point to the page.
"""
import glob
import html
import os
import re
import shutil
import subprocess
import sys

import finish
import pages
import quotes
from pages import read_text as read, write
from quotes import marks

OUT = "build/docs"
HTML = f"{OUT}/html"
STAMP = f"{OUT}/made-of.txt"


# ---- the filter ----------------------------------------------------------------------------------
def source_files():
    """What docs/Doxyfile reads: not the inner parts of the tests, nor those with others' names."""
    left_out = re.compile(r"tests/(bench|trust|course|common|07_lenet5|.*\.h$)")
    return [path for path in quotes.sources() if not left_out.match(path)]


def file_page(path):
    """Doxygen's name of a file: as much of its path as tells it from its namesakes, escaped."""
    alike = [one for one in source_files() if os.path.basename(one) == os.path.basename(path)]
    shared = os.path.commonpath(alike) if len(alike) > 1 else os.path.dirname(path)
    name = os.path.relpath(path, shared or ".")
    return name.replace("_", "__").replace(".", "_8").replace("/", "_2")


def struct_names():
    names = set()
    for path in source_files():
        if path.endswith(".h"):
            with open(path, encoding="utf8") as file:
                names.update(re.findall(r"^typedef struct (\w+)", file.read(), re.M))
    return "|".join(sorted(names))


def raw(markup):
    """HTML for Doxygen to leave alone; two underscores would be emphasis even there."""
    return "\\htmlonly " + markup.replace("_", "&#95;") + " \\endhtmlonly "


def term_id(term):
    return "term-" + pages.slug(term)


class Filter(pages.Translator):
    """A page in Doxygen's Markdown."""

    DISPLAY = "\\f[", "\\f]"

    def __init__(self, page):
        super().__init__(page)
        # Words that are also names of structs, as in "Table I", must not become links.
        self.word = re.compile(rf"(?<![\w%(#.])({struct_names()})(?!\w)")
        self.advanced = 0  # level of the heading of the advanced part that is open
        self.lines_due = 0  # lines that were joined and are made up for after the paragraph

    def whole(self):
        super().whole()
        self.close_advanced(1)
        return self.out

    def text(self, text):
        if self.lines_due and "\n\n" in text:
            text = text.replace("\n\n", "\n\n" + "\n" * self.lines_due, 1)
            self.lines_due = 0
        return self.word.sub(r"%\1", super().text(text))

    def code(self, token):
        # A ' ends Doxygen's code spans of one backtick.
        return f"``{token['code']}``" if "'" in token["code"] else token[0]

    def math(self, token):
        return f"\\f${token['math']}\\f$"

    def heading(self, token):
        level, title = len(token["hashes"]), token["heading"]
        self.close_advanced(level)
        if title.endswith("(advanced)") and not self.advanced:
            self.advanced = level
            self.insert_line(raw('<div class="advanced">'))
        if level == 1 and self.page.path == pages.FRONT:
            return token[0]
        label = self.page.label(pages.slug(title) if level > 1 else "")
        return f"{token['hashes']} {self.inline(title)} {{#{label}}}"

    def close_advanced(self, level):
        if self.advanced and level <= self.advanced:
            self.insert_line(raw("</div>"))
            self.advanced = 0

    def insert_line(self, line):
        """On the empty line above, if there is one: then no line below moves."""
        if self.out.endswith("\n\n"):
            self.out = self.out[:-1]
        self.out += line + "\n"

    def figure(self, token):
        path, _ = self.page.resolve(token["figure"])
        alt = html.escape(super().text(pages.plain(token["alt"])))
        caption = self.inline(token["caption"] or token["alt"])
        self.lines_due += token[0].count("\n") - caption.count("\n")
        size = ' width="{}" height="{}"'.format(*pages.size(path))
        picture = f'<img src="{path}" alt="{alt}"{size}>'
        begin = raw(f'<figure id="{pages.figure_label(path)}">{picture}<figcaption>')
        return f"{begin}{caption} {raw('</figcaption></figure>')}"

    def fold(self, token):
        self.lines_due += token[0].count("\n")
        return raw(token["fold"].replace("\n", " "))

    def comment(self, token):
        words = pages.words(token)
        lines, order = "\n" * token[0].count("\n"), ""
        if words == "navigation":
            return raw('<span class="neighbours"></span>') + lines
        if words.startswith("quote"):
            path, mark = marks.QUOTE.fullmatch(words).group("path", "mark")
            line = marks.places(read(path))[mark][0] + 1
            origin = f'<a href="{file_page(path)}_source.html#l{line:05}">{path}</a>'
            origin = origin if path in source_files() else path
        elif words.startswith("output"):
            origin = "printed by " + html.escape(quotes.ORDER.match(words)["command"])
            order = f' data-order="{html.escape(words)}"'  # by which live.js finds the block
        elif words.startswith("answer:"):
            numbers = html.escape(words.removeprefix("answer: "))
            return raw(f'<span class="answer" data-answer="{numbers}"></span>') + lines
        elif words.startswith("index:"):
            return raw("".join(f'<a id="{term_id(t)}"></a>' for t in pages.terms(words))) + lines
        else:
            return lines
        return raw(f'<div class="origin"{order}>{origin}</div>') + lines

    def link(self, token):
        # The words of a link to a @ref on one line: Doxygen loses count of its quotes otherwise.
        text, to = self.inline(token["text"].replace("\n", " ")), token["link"]
        self.lines_due += token["text"].count("\n")
        if re.match(r"[a-z]+:", to):
            return f"[{text}]({to})"
        path, anchor = self.page.resolve(to)
        if path.endswith(".svg"):
            return raw(f'<a href="#{pages.figure_label(path)}">') + text + raw("</a>")
        if path in (pages.FRONT, "README.md"):
            return f"[{text}](@ref index)"
        if path in pages.site():
            return f"[{text}](@ref {pages.Page(path).label(anchor)})"
        if path not in source_files():
            return text
        if function := re.fullmatch(r"`(\w+)\(\)`", text):
            return f'@ref {function[1]}() "{function[1]}()"'
        return f"[{text}]({file_page(path)}{'' if path.endswith('.h') else '_source'}.html)"


# ---- what Doxygen is given -----------------------------------------------------------------------
def tabs(paths):
    """A line of the tree for each page."""
    tab = '<tab type="user" url="@ref {}" title="{}"/>\n'
    return "".join(tab.format(p.label(), html.escape(p.title())) for p in pages.read(paths))


def layout():
    """Doxygen's layout with the lessons first in the tree, and a group's text before its list."""
    ask = ["doxygen", "-l", "/dev/stdout"]
    text = subprocess.run(ask, stdout=subprocess.PIPE, text=True, check=True).stdout
    first = '<tab type="mainpage" visible="yes" title="Contents"/>\n' + tabs(pages.lessons())
    more = [*pages.extras(), *pages.more()]
    for title, paths in (("Solutions", pages.solutions()), ("More", more)):
        first += f'<tab type="usergroup" url="[none]" title="{title}">\n{tabs(paths)}</tab>\n'
    text = re.sub(r'<tab type="mainpage".*\n', lambda _: first, text)
    text = re.sub(r'(<tab type="(?:pages|examples)") visible="yes"', r'\1 visible="no"', text)
    text = re.sub(r'(<tab type="modules" visible="yes") title=""', r'\1 title="Reference"', text)
    begin, end = text.index("<group>"), text.index("</group>")
    group = re.sub(r".*<detaileddescription.*\n", "", text[begin:end])
    brief_then_text = r'\1    <detaileddescription title=""/>\n'
    group = re.sub(r"(.*<briefdescription.*\n)", brief_then_text, group)
    return text[:begin] + group + text[end:]


def lesson_links():
    """From the reference of a chapter to its lesson."""
    links = ""
    for page in pages.read(pages.book()):
        if number := re.match(r"chapters/(\d+)", page.path):
            links += f"/** @addtogroup ch{number[1]}\n * **Lesson:** @ref {page.label()} */\n"
    return links


def run_doxygen():
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(HTML)
    write(f"{OUT}/layout.xml", layout())
    write(f"{OUT}/lessons.dox", lesson_links())
    parts = [f"{OUT}/{name}" for name in ("header.html", "footer.html", "doxygen.css")]
    subprocess.run(["doxygen", "-w", "html", *parts], check=True)
    licence = re.sub(r"\[(.*?)\]\((.*?)\)", r'<a href="\2">\1</a>', pages.LICENCE)
    foot = f'<li class="footer">{licence}</li>'
    write(parts[1], re.sub(r'<li class="footer">.*</li>', lambda _: foot, read(parts[1])))
    script = (
        '<link rel="icon" href="$relpath^favicon.svg" type="image/svg+xml"/>\n'
        '<script src="$relpath^doxygen-awesome-darkmode-toggle.js"></script>\n'
        "<script>DoxygenAwesomeDarkModeToggle.init()</script>\n"
        '<script src="$relpath^site.js" defer></script>\n</head>'
    )
    head = read(parts[0]).replace("</head>", script).replace("$mathjax", "")
    write(parts[0], head)
    settings = read("docs/Doxyfile") + f"INPUT += {' '.join(pages.site())}\n"
    if subprocess.run(["doxygen", "-"], input=settings, text=True).returncode != 0:
        sys.exit("error: warnings of Doxygen, above")


# ---- what is added to Doxygen's pages ------------------------------------------------------------
def add_picture(path):
    """Copies a picture into the site, once; returns its place there."""
    place = path.removeprefix("build/")
    if not os.path.exists(f"{HTML}/{place}"):
        os.makedirs(os.path.dirname(f"{HTML}/{place}"), exist_ok=True)
        shutil.copy(path, f"{HTML}/{place}")
    return place


def add_pictures():
    for page in pages.read(pages.site()):
        for figure in page.of_kind("figure"):
            path, _ = page.resolve(figure["figure"])
            if not os.path.exists(path):
                sys.exit(f"error: {page.path}:{page.line(figure.start())}: there is no {path}")
            add_picture(path)


def link_marks():
    """In the page of a source, from a mark to the lesson that quotes it."""
    for page in pages.read(pages.book()):
        for words in map(pages.words, page.of_kind("comment")):
            quote = marks.QUOTE.fullmatch(words)
            if quote and quote["path"] in source_files():
                path, mark = quote.group("path", "mark")
                name = f"{HTML}/{file_page(path)}_source.html"
                link = f'// <a href="{page.label()}.html">[{mark}]</a>'
                write(name, read(name).replace(f"// [{mark}]", link))


# What a lesson's link to the playground says; the prologue is 0.
PLAY = [
    "Playground: a rate that is too large, on the network",
    "Playground: a window of the image and its value in C1",
    "Playground: a value of C3 and its 150 products",
    "Playground: a window of 2x2 and its largest entry",
    "Playground: a unit of F6 and its 120 products",
    "Playground: what a wrong answer passes back",
    "Playground: train the network with each optimizer",
    "Playground: the whole network, live",
]


def add_playground(folder):
    """The page itself, and links to it: from the front page and from the top of every lesson."""
    home = '<a href="index.html" data-say="lessons"></a>'
    page = read(f"{folder}/index.html").replace("<!-- lessons -->", home)
    write(f"{HTML}/playground.html", page)
    for name in ("mnist.js", "live.js"):
        shutil.copy(f"{folder}/{name}", HTML)
    links = {"index": ("", "Draw a digit, and watch this network read it")}
    for number, page in enumerate(pages.read(pages.lessons())[: len(PLAY)]):
        links[page.label()] = (f"#chapter={number}", PLAY[number])
    for label, (state, text) in links.items():
        link = f'<p class="play"><a href="playground.html{state}">{text}</a></p>'
        name, begin = f"{HTML}/{label}.html", '<div class="textblock">'
        script = '<script src="live.js" defer></script></head>' if state else "</head>"
        write(name, read(name).replace(begin, begin + link, 1).replace("</head>", script, 1))


def add_to_search():
    """The terms of the book's index, so that a search finds more than names and titles."""
    letters = re.search(r'0: "(.*)"', read(f"{HTML}/search/searchdata.js"))[1]
    for page in pages.read(pages.book()):
        for words in map(pages.words, page.of_kind("comment")):
            for term in pages.terms(words) if words.startswith("index:") else []:
                name = f"{HTML}/search/all_{letters.find(term[0].lower()):x}.js"
                if not os.path.exists(name):
                    continue  # no other name begins with this letter
                key = re.sub(r"[^a-z0-9]", lambda sign: f"_{ord(sign[0]):02x}", term.lower())
                place = f"../{page.label()}.html#{term_id(term)}"
                entry = f"  ['{key}_',['{term}',['{place}',1,'{page.title()}']]],\n"
                write(name, read(name).replace("[\n", "[\n" + entry, 1))


def dead_links():
    """Local addresses in the site that lead nowhere."""
    text = {name: read(name) for name in glob.glob(f"{HTML}/*.html")}
    places = {name: set(re.findall(r'\b(?:id|name)="([^"]+)"', text[name])) for name in text}
    for name in text:
        for address in set(re.findall(r'\b(?:href|src)="([^"]+)"', text[name])):
            path, _, anchor = html.unescape(address).partition("#")
            target = f"{HTML}/{path}" if path else name
            if re.match(r"[a-z]+:", address):
                continue
            known = places.get(target, [anchor])
            if path == "playground.html":
                known = [anchor]  # there it is a state of the page
            if not os.path.exists(target) or anchor and anchor not in known:
                yield f"{name}: dead link to {address}"


def gallery():
    """(picture, caption, address, page) of all pictures: of lessons, and of runs, if drawn."""
    for page in pages.read(pages.book()):
        for figure in page.of_kind("figure"):
            path, _ = page.resolve(figure["figure"])
            words = Filter(page).inline(figure["caption"] or figure["alt"])
            words = re.sub(r"\\f\$|[%`*]", "", words.replace("\\htmlonly", ""))
            link = f"{page.label()}.html#{pages.figure_label(path)}"
            yield path, html.escape(words), link, page.title()
    shown = re.findall(r"^\| (\w+) \|(?: `[^|]*\|)? (.*) \|$", read("docs/pictures.md"), re.M)
    folder = next((f for f in ("build/plots", "build/quick/plots") if os.path.isdir(f)), "")
    for name, words in shown:
        for path in sorted(glob.glob(f"{folder}/{name}.svg") + glob.glob(f"{folder}/{name}-*.svg")):
            yield path, html.escape(f"{name}: {words}"), "", "make plot-" + name


def add_gallery():
    """All pictures with their captions, below the table of the page Pictures."""
    figures, heading = "", '<h1><a class="anchor" id="gallery"></a>\nAll of them</h1>\n'
    for path, words, link, title in gallery():
        place = add_picture(path)
        width, height = pages.size(path)
        source = f'<a href="{link}">{html.escape(title)}</a>' if link else f"<code>{title}</code>"
        figures += (
            f'<figure><img src="{place}" alt="{words}" width="{width}" height="{height}" '
            f'loading="lazy"><figcaption>{words} {source}</figcaption></figure>\n'
        )
    name = f"{HTML}/pictures.html"
    end = "</div></div><!-- contents -->"
    text = f'{heading}<div class="gallery">\n{figures}</div>\n{end}'
    write(name, read(name).replace(end, text, 1))


def make(playground):
    run_doxygen()
    add_pictures()
    add_gallery()
    add_playground(playground)
    link_marks()
    add_to_search()
    titles = {f"{page.label()}.html": page.title() for page in pages.read(pages.site()[1:])}
    finish.finish(HTML, {"index.html": "LeNet-5 in C, layer by layer", **titles})
    return sorted(dead_links())


def main():
    if sys.argv[1:2] == ["--filter"]:
        print(Filter(pages.Page(os.path.relpath(sys.argv[2]))).whole(), end="")
        return 0
    drawn = sorted(glob.glob("build/plots/*.svg") + glob.glob("build/quick/plots/*.svg"))
    now = pages.state(f"{os.stat(sys.argv[1] + '/index.html').st_mtime_ns} {' '.join(drawn)}")
    if pages.same(STAMP, now):
        print(f"nothing to do: {HTML}/index.html is made of what is there")
        return 0
    dead = make(sys.argv[1])
    for one in dead:
        print("error:", one, file=sys.stderr)
    if not dead:
        write(STAMP, now)
    if pages.missing():
        print("not written yet:", ", ".join(pages.missing()))
    print(f"open {HTML}/index.html")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
