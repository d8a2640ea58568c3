"""Looks at the site as its readers do: in Chromium, on a desk and on a phone, by day and by night.

    look.py [--shots FOLDER] [PAGE.html ...]

Without pages: all of the book, and some of the reference. An error for whatever look.js finds in a
page; for what axe-core finds serious; for a page that moves while it is loaded on a phone, or loads
more than 500 KB, compressed; for an error of a script. With --shots it leaves pictures in FOLDER.
"""
import glob
import gzip
import os
import sys
from urllib.parse import unquote, urlparse

import pages
from browser import SIZES, Browser

HTML = "build/docs/html"
AXE = "build/npm/axe/node_modules/axe-core/axe.min.js"  # which make trust-book installs
AT_ONCE = "<style>* { transition: none !important; }</style>"  # colours fade otherwise
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


def open_page(browser, name):
    browser.open(f"{HTML}/{name}")
    browser.value(f"document.head.insertAdjacentHTML('beforeend', '{AT_ONCE}')")


SHIFT = """new Promise(done => new PerformanceObserver(list => done(list.getEntries()
    .filter(one => !one.hadRecentInput).reduce((sum, one) => sum + one.value, 0)))
    .observe({ type: 'layout-shift', buffered: true }) || setTimeout(() => done(0), 300))"""
# Pictures that wait until they are seen.
SHOW_ALL = """Promise.all([...document.images].map(one => {
    one.loading = 'eager';
    return one.complete || new Promise(done => { one.onload = one.onerror = done; });
})).then(() => null)"""
REQUEST = "Network.requestWillBeSent"
HEAVIEST, MOST_SHIFT = 500_000, 0.1


def sent(path):
    """A file's bytes as a server sends them: compressed, unless it is so already."""
    with open(path, "rb") as file:
        content = file.read()
    return len(content) if path.endswith((".woff2", ".png")) else len(gzip.compress(content))


def weight(browser):
    """Bytes of the files that a page has asked for."""
    asked = [one["params"] for one in browser.events if one.get("method") == REQUEST]
    paths = {unquote(urlparse(one["request"]["url"]).path) for one in asked}
    return sum(sent(path) for path in paths if os.path.isfile(path))


def load(browser, name):
    """A page's cost on a phone."""
    browser.resize("phone")
    open_page(browser, name)
    shift, bytes_loaded = browser.value(SHIFT), weight(browser)
    if bytes_loaded > HEAVIEST:
        yield f"{name}: loads {bytes_loaded:,} bytes"
    if shift > MOST_SHIFT:
        yield f"{name}: moves by {shift:.3f} while it is loaded on a phone"
    browser.value(SHOW_ALL)


def accessible(browser, axe):
    """axe-core's serious and critical findings."""
    browser.value(axe + "; null")
    for one in browser.value("axe.run({preload: false}).then(result => result.violations)"):
        if one["impact"] in ("serious", "critical"):
            nodes = ", ".join(node["target"][0] for node in one["nodes"][:3])
            yield f"axe: {one['id']}: {len(one['nodes'])} times: {nodes}"


def shoot_whole(browser, path, size):
    content = "document.querySelector('#doc-content .contents').scrollHeight"
    browser.resize(size, min(browser.value(content) + 400, 6000))
    browser.shoot(path)
    browser.resize(size)


def look(browser, scripts, name, shots):
    examine, axe = scripts
    yield from load(browser, name)
    for size in SIZES:
        browser.resize(size)
        for scheme in ("light", "dark"):
            browser.prefer(prefers_color_scheme=scheme)
            browser.value(DRAWN)
            for problem in browser.value(examine):
                yield f"{name}, {size}, {scheme}: {problem}"
            if size == "desk":
                for problem in accessible(browser, axe):
                    yield f"{name}, {scheme}: {problem}"
            if shots:
                shoot_whole(browser, f"{shots}/{name[:-5]}-{size}-{scheme}.png", size)
    for problem in browser.errors():
        yield f"{name}: {problem}"


def default_names():
    groups = [os.path.basename(path) for path in sorted(glob.glob(f"{HTML}/group__ch*.html"))]
    own = [page.label() + ".html" for page in pages.read(pages.site()[1:])]
    others = ["search.html", "layer_8h.html", "im2col_8c_source.html", "files.html"]
    return ["index.html", *own, *groups, *others]


def main():
    names, shots = sys.argv[1:], None
    if names[:1] == ["--shots"]:
        shots, names = names[1], names[2:]
        os.makedirs(shots, exist_ok=True)
    names = names or default_names()
    scripts = []
    for path in ("docs/book/look.js", AXE):
        with open(path, encoding="utf8") as file:
            scripts.append(file.read())
    browser = Browser()
    browser.ask("Network.enable")
    problems = [problem for name in names for problem in look(browser, scripts, name, shots)]
    browser.close()
    for problem in problems:
        print("error:", problem, file=sys.stderr)
    print(f"looked at {len(names)} pages, wide and narrow, light and dark")
    return 1 if problems else 0


sys.exit(main())
