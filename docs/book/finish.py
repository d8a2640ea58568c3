"""What Doxygen's pages lack, written into their HTML: formulas, sections, contents, a search.

Doxygen 1.9.4 makes every section of a page an <h1>, has no contents beside the page, leaves
formulas to a script, names no language and no main part, and its search knows names only.
"""
import glob
import html
import json
import os
import re
import shutil
import sys

import pages
from pages import read_text as read, write

FONTS = "/usr/share/fonts/truetype/katex"
# A formula as Doxygen leaves it for MathJax.
FORMULA = re.compile(r'<p class="formulaDsp">\s*\\\[(.*?)\\\]\s*</p>|\\\((.*?)\\\)', re.S)
HEADING = re.compile(r'<h([1-4])([^>]*)><a class="anchor" id="([^"]+)"></a>\s*(.*?)</h\1>', re.S)
EVERYWHERE = (
    ('<html xmlns="http://www.w3.org/1999/xhtml">', '<html lang="en">'),
    ('<div id="doc-content">', '<div id="doc-content" role="main">'),
    (r'<div class="title">(.*?)</div></div>', r'<h1 class="title">\1</h1></div>'),
    (r'<th class="markdownTableHead(\w+)">\s*</th>', r'<td class="markdownTableHead\1"></td>'),
    # What scrolls can be reached by keyboard.
    (
        '<div class="fragment">',
        '<div class="fragment" tabindex="0" role="group" aria-label="code">',
    ),
    ('<pre class="fragment">', '<pre class="fragment" tabindex="0">'),
    (r'<a href="([^"]+)">(<span class="icondoc"></span>)</a>', r"\2"),
    (r'<img src="(closed|open)\.png" alt="[^"]*"/>', r'<img src="\1.png" alt=""/>'),
)


def words_of(markup):
    """A piece of HTML as its words."""
    bare = re.sub(r'<span class="katex-html".*?</span></span></span>', " ", markup, flags=re.S)
    bare = re.sub(r"<annotation.*?</annotation>", "", bare, flags=re.S)
    bare = re.sub(r"</?(?:a|b|code|em|i|span|strong)\b[^>]*>", "", bare)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", bare)).split())


# ---- formulas ------------------------------------------------------------------------------------
def set_formulas(texts):
    """KaTeX's HTML for every formula of all pages, and MathML for those who listen."""
    asked = []
    for text in texts.values():
        for found in FORMULA.finditer(text):
            asked.append((html.unescape(found[1] or found[2]), bool(found[1])))
    answers = pages.formulas(asked, "htmlAndMathml")
    wrong = [f"{tex}: {one['error']}" for (tex, _), one in zip(asked, answers) if "error" in one]
    if wrong:
        sys.exit("error: a formula: " + "\n".join(wrong))
    set_ones = iter(answers)

    def one(found):
        text = next(set_ones)["html"]
        return f'<p class="formulaDsp" tabindex="0">{text}</p>' if found[1] else text

    for name, text in texts.items():
        texts[name] = FORMULA.sub(one, text)
        if "katex" in texts[name]:
            link = '<link href="katex/katex.min.css" rel="stylesheet"/>\n</head>'
            texts[name] = texts[name].replace("</head>", link, 1)


def copy_katex(folder):
    """Its style sheet, and the fonts that this asks for."""
    os.makedirs(f"{folder}/katex/fonts", exist_ok=True)
    write(f"{folder}/katex/katex.min.css", pages.katex_css())
    for font in glob.glob(f"{FONTS}/*.woff2"):
        shutil.copy(font, f"{folder}/katex/fonts")


# ---- sections ------------------------------------------------------------------------------------
def sections(text):
    """(text, contents) of a page: sections are <h2> and below, and each links to itself."""
    contents = []

    def heading(found):
        level, label, title = int(found[1]) + 1, found[3], found[4].strip()
        if level == 2:
            contents.append((label, words_of(title)))
        name = html.escape(words_of(title))
        link = f'<a class="here" href="#{label}" aria-label="Link to {name}">#</a>'
        return f'<h{level}{found[2]} id="{label}">{title} {link}</h{level}>'

    return HEADING.sub(heading, text), contents


def contents_beside(contents):
    if len(contents) < 3:
        return ""
    lines = "\n".join(f'<li><a href="#{label}">{html.escape(t)}</a></li>' for label, t in contents)
    return (
        '<nav class="on-page" aria-label="On this page"><details><summary>On this page</summary>'
        f"<ul>\n{lines}\n</ul></details></nav>"
    )


def description(text):
    """The first paragraph of a page, for those who find it by a search engine."""
    for found in re.findall(r"<p\b[^>]*>(.*?)</p>", text.partition('class="contents"')[2], re.S):
        words = words_of(found)
        if len(words) > 60 and "·" not in words:
            return words if len(words) < 160 else words[:157].rpartition(" ")[0] + " ..."
    return "LeNet-5 in C, layer by layer: lessons, sources and reference."


# ---- search --------------------------------------------------------------------------------------
def index_of(name, title, text):
    """[title, section, address, words] of every section of a page."""
    body = text.partition('<div class="contents">')[2].partition("<!-- contents -->")[0]
    body = re.sub(r'<nav class="on-page".*?</nav>', "", body, flags=re.S)
    parts = re.split(r'<h[23][^>]* id="([^"]+)">(.*?)<a class="here".*?</h[23]>', body, flags=re.S)
    yield [title, "", name, words_of(parts[0])]
    for label, heading, words in zip(parts[1::3], parts[2::3], parts[3::3]):
        yield [title, words_of(heading), f"{name}#{label}", words_of(words)]


def add_search(folder, texts, own):
    """search.html: every section of every page that we wrote, as one script."""
    entries = []
    for name, title in own.items():
        entries += index_of(name, title, texts[name])
    write(f"{folder}/sections.js", "const SECTIONS = " + json.dumps(entries, ensure_ascii=False))
    page = texts["index.html"]
    head, _, rest = page.partition('<div class="contents">')
    foot = rest.partition("<!-- contents -->")[2]
    head = re.sub(r"<title>.*?</title>", "<title>Search</title>", head, flags=re.S)
    head = re.sub(r'<h1 class="title">.*?</h1>', '<h1 class="title">Search</h1>', head, flags=re.S)
    form = (
        '<div class="contents"><div class="textblock"><form class="search" role="search">'
        '<label>All pages, by words: <input type="search" name="q" autofocus/></label></form>\n'
        '<p class="found" role="status"></p><ol class="found"></ol>\n'
        '<script src="sections.js"></script><script src="search.js"></script>\n</div></div>'
    )
    texts["search.html"] = head + form + foot


def label_search(folder):
    """The field that Doxygen's script writes, with a name."""
    path = f"{folder}/menu.js"
    field = '<input type="text" id="MSearchField"'
    text = read(path)
    if field not in text:
        sys.exit("error: Doxygen's menu.js has no search field where it used to be")
    write(path, text.replace(field, field + ' aria-label="Search"'))


# ---- all pages -----------------------------------------------------------------------------------
def finish(folder, own):
    """own: {file: title} of the pages that are ours; the others are the reference."""
    names = map(os.path.basename, glob.glob(f"{folder}/*.html"))
    texts = {name: read(f"{folder}/{name}") for name in names if name != "playground.html"}
    set_formulas(texts)
    copy_katex(folder)
    for name, text in texts.items():
        for old, new in EVERYWHERE:
            text = re.sub(old, new, text, flags=re.S) if "(" in old else text.replace(old, new)
        if name.startswith("group__"):
            text = text.replace('<h2 class="groupheader">Detailed Description</h2>', "")
        if name in own:
            text, contents = sections(text)
            begin = '<div class="contents">'
            text = text.replace(begin, begin + contents_beside(contents), 1)
        about = f'<meta name="description" content="{html.escape(description(text))}"/>\n</head>'
        texts[name] = text.replace("</head>", about, 1)
    add_search(folder, texts, own)
    label_search(folder)
    for name, text in texts.items():
        write(f"{folder}/{name}", text)
