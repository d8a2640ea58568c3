"""Looks at the site as its readers do: in Chromium, on a desk and on a phone, by day and by night.

    look.py [--shots FOLDER] [PAGE.html ...]

Without pages: all of the book, and some of the reference. An error for whatever look.js finds in a
page, and for an error of a script. With --shots it leaves pictures in FOLDER.
"""
import glob
import os
import sys

import pages
from browser import SIZES, Browser

HTML = "build/docs/html"
TYPESET = "new Promise(done => window.MathJax ? MathJax.Hub.Queue(() => done()) : done())"
AT_ONCE = "<style>* { transition: none !important; }</style>"  # colours fade otherwise
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


def open_page(browser, name):
    browser.open(f"{HTML}/{name}")
    browser.value(f"document.head.insertAdjacentHTML('beforeend', '{AT_ONCE}')")
    browser.value(TYPESET)


def shoot_whole(browser, path, size):
    content = "document.querySelector('#doc-content .contents').scrollHeight"
    browser.resize(size, min(browser.value(content) + 400, 6000))
    browser.shoot(path)
    browser.resize(size)


def look(browser, examine, name, shots):
    open_page(browser, name)
    for size in SIZES:
        browser.resize(size)
        for scheme in ("light", "dark"):
            browser.prefer(prefers_color_scheme=scheme)
            browser.value(DRAWN)
            for problem in browser.value(examine):
                yield f"{name}, {size}, {scheme}: {problem}"
            if shots:
                shoot_whole(browser, f"{shots}/{name[:-5]}-{size}-{scheme}.png", size)
    for problem in browser.errors():
        yield f"{name}: {problem}"


def default_names():
    groups = [os.path.basename(path) for path in sorted(glob.glob(f"{HTML}/group__ch*.html"))]
    own = [page.label() + ".html" for page in pages.read(pages.site()[1:])]
    return ["index.html", *own, *groups, "layer_8h.html", "im2col_8c_source.html", "files.html"]


def main():
    names, shots = sys.argv[1:], None
    if names[:1] == ["--shots"]:
        shots, names = names[1], names[2:]
        os.makedirs(shots, exist_ok=True)
    names = names or default_names()
    with open("docs/book/look.js", encoding="utf8") as file:
        examine = file.read()
    browser = Browser()
    problems = [problem for name in names for problem in look(browser, examine, name, shots)]
    browser.close()
    for problem in problems:
        print("error:", problem, file=sys.stderr)
    print(f"looked at {len(names)} pages, wide and narrow, light and dark")
    return 1 if problems else 0


sys.exit(main())
