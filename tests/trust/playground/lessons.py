"""Changes the worked examples of the lessons, in the site, in Chromium.

    lessons.py SITE      (make trust-playground)

Every example must begin with the numbers of its page and compute the page's results; a change must
change them; a wrong shape must be answered by the contract's own words. One line per finding, exit
code 1 if there is any.
"""
import json
import re
import sys
import time

sys.path.insert(0, "docs/book")
from browser import SIZES, Browser

# How many examples a page has.
EXAMPLES = {
    "page_prologue": 2,
    "lesson_01_im2col": 1,
    "lesson_02_conv": 1,
    "lesson_03_pool": 3,
    "lesson_04_affine": 2,
    "lesson_05_softmax_ce": 1,
    "lesson_06_optimizers": 1,
}
READY = "document.documentElement.dataset.live"
# The numbers of every printed line of the page, before anything is changed.
PRINTED = """[...document.querySelectorAll('.fragment .line, pre.fragment')].map(one =>
    (one.textContent.match(/-?\\d+(\\.\\d+)?/g) || []).map(Number))"""
OPEN = """(() => {
    const buttons = [...document.querySelectorAll('.live-button')];
    for (const button of buttons) button.click();
    return buttons.map(button => button.live.results);
})()"""
TYPE = """(() => {
    const input = document.querySelector(%s);
    input.value = %s;
    input.dispatchEvent(new Event('input'));
})()"""

# Answers the first question that is not answered yet, with a mistake if wanted.
ASK = """(mistake => {
    const form = document.querySelector('.live-ask'), details = form.previousElementSibling;
    const input = form.querySelector('input'), button = form.querySelector('button');
    const answer = details.querySelector('.answer')?.dataset.answer || '';
    button.click();
    const empty = form.querySelector('[role=status]').textContent !== '';
    input.value = answer && !mistake ? answer : 'perhaps 31415';
    button.click();
    const verdict = details.nextElementSibling.querySelector('b')?.className || '';
    return { answer, empty, given: input.value, verdict, open: details.open };
})(%s)"""

problems = []


def expect(holds, text):
    if not holds:
        problems.append(text)
    return holds


def set_value(browser, selector, value):
    browser.value(TYPE % (json.dumps(selector), json.dumps(value)))


def stands_in(row, lines):
    """Whether some line has these numbers, one after the other, to four places."""
    for line in lines:
        for k in range(len(line) - len(row) + 1):
            if all(abs(a - b) < 6e-5 for a, b in zip(row, line[k:])):
                return True
    return False


def rows_of(results):
    """(name, row) of every array that an example has computed."""
    for name, array in results.items():
        wide = array["columns"]
        for r in range(array["rows"]):
            yield name, array["values"][r * wide : (r + 1) * wide]


def examine_arrays(page, results, lines):
    for name, row in rows_of(results):
        expect(stands_in(row, lines), f"{page}: no line of the page has {name} {row}")


def examine_printed(page, printed, text):
    """The prologue's output for a rate: every line is in the page."""
    for line in printed:
        expect(line.strip() in text, f"{page}: the page does not print: {line}")


def examine_ravine(browser, page, text):
    """Every optimizer at its rate: the steps that the page prints, two numbers for each."""
    lines = text.split("\n")
    names = browser.value("[...document.querySelector('.live select').options].map(o => o.value)")
    head = next(k for k, line in enumerate(lines) if line.split() == ["step", *names])
    for column, name in enumerate(names):
        browser.value(
            f"(() => {{ const one = document.querySelector('.live select'); one.value = '{name}';"
            "one.dispatchEvent(new Event('change')); })()"
        )
        printed = browser.value("document.querySelector('.live-printed').textContent").split("\n")
        for ours, theirs in zip(printed, lines[head + 1 :]):
            numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", theirs)]
            wanted = numbers[2 * column : 2 * column + 2]
            got = [float(n) for n in re.findall(r"-?\d+\.\d+", ours)]
            close = all(abs(a - b) < 0.011 for a, b in zip(got, wanted))
            expect(len(got) == 2 and close, f"{page}: {name}, {ours}; the page has {wanted}")


def examine(browser, page, count):
    lines = browser.value(PRINTED)
    text = browser.value("document.querySelector('.contents').textContent")
    results = browser.value(OPEN)
    if not expect(len(results) == count, f"{page}: {len(results)} examples run, not {count}"):
        return
    for one in results:
        if isinstance(one, dict):
            examine_arrays(page, one, lines)
        elif isinstance(one[0], str):
            examine_printed(page, one, text)
        else:
            expect(len(one) > 10, f"{page}: a path of {len(one)} points")
    if page == "lesson_06_optimizers":
        examine_ravine(browser, page, text)


def change_numbers(browser, page):
    """Another number in the first field changes a result; too large a window breaks a contract."""
    results = "JSON.stringify(document.querySelector('.live-button').live.results)"
    before = browser.value(results)
    field = ".live table input" if page.startswith("lesson_0") else ".live input"
    if page == "lesson_06_optimizers":
        field = ".live input[type=range]"
    set_value(browser, field, "50" if "table" in field else "0.33")
    expect(browser.value(results) != before, f"{page}: another number changes nothing")
    if not browser.value("document.querySelector('.live-row').textContent.includes('window')"):
        return
    set_value(browser, ".live-setting:nth-child(3) input", "9")
    said = browser.value("document.querySelector('.live-message').textContent")
    hidden = browser.value("document.querySelector('.live-message').hidden")
    broken = not hidden and said.startswith("broken contract: window 9 does not fit")
    expect(broken, f'{page}: a window of 9 is answered by "{said}"')
    set_value(browser, ".live-setting:nth-child(3) input", "2")
    expect(
        browser.value("document.querySelector('.live-message').hidden")
        and browser.value(results) != "null",
        f"{page}: after a broken contract the example does not live on",
    )


def predict(browser, page):
    """Every question asks before it unfolds; numbers that a page names are checked."""
    count = browser.value("document.querySelectorAll('.live-ask').length")
    for k in range(count):
        asked = browser.value(ASK % json.dumps(k % 2 == 1))
        expect(asked["empty"], f"{page}: an empty prediction is taken")
        expect(asked["open"], f"{page}: a question stays folded")
        wanted = ("right" if k % 2 == 0 else "wrong") if asked["answer"] else ""
        got = asked["verdict"]
        expect(got == wanted, f'{page}: {asked["given"]} for {asked["answer"]} is "{got}"')
    return count


def look(browser, page, script):
    """With its examples open, the page still fits, and its letters can be read."""
    for size in SIZES:
        browser.resize(size)
        for scheme in ("light", "dark"):
            browser.prefer(prefers_color_scheme=scheme)
            browser.value("new Promise(done => setTimeout(done, 300))")
            for problem in browser.value(script):
                problems.append(f"{page}, {size}, {scheme}: {problem}")
    browser.resize("desk")


def main():
    site = sys.argv[1]
    with open("docs/book/look.js", encoding="utf8") as file:
        script = file.read()
    browser, asked = Browser(), 0
    for page, count in EXAMPLES.items():
        browser.open(f"{site}/{page}.html")
        end = time.monotonic() + 60
        while not browser.value(READY) and time.monotonic() < end:
            time.sleep(0.05)
        examine(browser, page, count)
        change_numbers(browser, page)
        look(browser, page, script)
        asked += predict(browser, page)
        for error in browser.errors():
            problems.append(f"{page}: the console says: {error}")
    browser.close()
    print(f"{sum(EXAMPLES.values())} examples, {asked} predictions")
    for problem in problems:
        print("error:", problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
