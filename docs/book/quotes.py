"""Keeps the pages true: what they quote is what the sources say and what the programs print.

    quotes.py           rewrites every quoted part in place (make quotes)
    quotes.py --check   rewrites nothing; prints FILE:LINE for everything that is wrong, exit code 1

A comment before a fenced block says what belongs in the block:

    <!-- quote FILE MARK -->       the lines of FILE between its two lines // [MARK], at most 20
    <!-- output COMMAND -->        what COMMAND prints
    <!-- message NN NAME -->       what the tests say about a solution of tests/course/NN/wrong.toml
    <!-- run -->                   shell commands: nothing is rewritten, the check runs them
    <!-- run: short COMMAND -->    ... or runs this command instead
    <!-- run: skip REASON -->      ... or does not run them, for this reason

A part of it, after a comma, is , "A" to "B" or , "A" to end or , "A" as in common/tools/marks.py:

    <!-- quote chapters/02_conv/conv.c conv-forward, "/* y = w * col" to "x +=" -->

With output~ and message~ numbers may differ from run to run, or only what the patterns at the end
of the comment match; then a new measurement alone changes no page:

    <!-- output~ build/02_conv, "3. " to end, /[0-9.]+ us/, /[0-9.]+ times/ -->

Other comments: <!-- navigation --> before the line of links to the neighbouring lessons, which is
written here too, in English; <!-- index: TERM; TERM --> for the book's index and the site's search;
<!-- answer: 14 196 --> in the fold of a question, the numbers of its text that a prediction should
have (the site asks for one); <!-- note: ... --> for authors.
"""
import concurrent.futures
import glob
import hashlib
import os
import re
import subprocess
import sys
import textwrap

import pages

sys.path.append("common/tools")
import marks

CACHE = "build/quotes"
MESSAGE = "python3 tests/course/wrong.py message "
MOST = 20  # lines of a quote: longer ones are shown in parts, with words in between
ORDER = re.compile(
    rf"(?P<verb>output|message)(?P<loose>~?) (?P<command>.*?)(?:, {marks.PART})?"
    r"(?P<patterns>(?:, /[^/]+/)*)$"
)
NUMBER = r"-?\d[\d.,]*(e[-+]?\d+)?"

problems = []


def complain(page, place, text):
    problems.append((page.path, page.line(place), text))


class Wrong(Exception):
    """A comment asks for something that cannot be had."""


# ---- what belongs in a block ---------------------------------------------------------------------
def sources():
    tops = ("docs", "chapters", "common", "tests")
    return [path for top in tops for path in sorted(glob.glob(f"{top}/**/*.[ch]", recursive=True))]


def quoted(order):
    asked = marks.QUOTE.fullmatch(order)
    if not asked:
        raise Wrong('it should be: quote FILE MARK, or quote FILE MARK, "A" to "B"')
    try:
        text = marks.quoted(asked["path"], asked)
    except (marks.Missing, OSError) as reason:
        raise Wrong(f'{asked["path"]}: {reason}') from reason
    return text


def newest_source():
    tops = ("chapters", "common", "tests", "plots")
    kinds = (".c", ".h", ".sh", ".py", ".mk", ".gp")
    names = (os.path.join(at, n) for top in tops for at, _, files in os.walk(top) for n in files)
    return max(os.path.getmtime(name) for name in names if name.endswith(kinds))


def printed(command):
    """A command's stdout; it runs only if its program is newer than the kept output."""
    program = command.split()[0]
    changed = os.path.getmtime(program) if os.path.isfile(program) else newest_source()
    kept = os.path.join(CACHE, hashlib.sha1(command.encode()).hexdigest()[:16])
    if not os.path.exists(kept) or os.path.getmtime(kept) <= changed:
        print("  RUN ", command.strip().replace("\n", "; "), file=sys.stderr, flush=True)
        pipe = subprocess.PIPE
        shell = ["sh", "-e", "-c", command]
        run = subprocess.run(shell, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)
        if run.returncode != 0:
            last = (run.stderr.strip() or run.stdout.strip()).split("\n")[-1]
            raise Wrong(f"exit code {run.returncode} of {command}: {last}")
        os.makedirs(CACHE, exist_ok=True)
        with open(kept, "w", encoding="utf8") as file:
            file.write(run.stdout)
    with open(kept, encoding="utf8") as file:
        return "".join(line.rstrip() + "\n" for line in file)


def section(text, asked):
    """The part of an output that is asked for."""
    try:
        found = marks.part(text, asked["first"], asked["last"], asked["end"])
    except marks.Missing as reason:
        raise Wrong(f"of the output {reason}") from reason
    return found.rstrip("\n") + "\n"


def form(text, patterns):
    """The text without what may differ; columns may move with it."""
    for pattern in patterns:
        text = re.sub(pattern, "#", text)
    return re.sub(r" *# *| +", lambda found: found[0].strip() or " ", text)


def command_of(asked):
    return (MESSAGE if asked["verb"] == "message" else "") + asked["command"]


def wanted(order, old):
    """The text that the block after this comment should hold; old is the present one."""
    if order.startswith("quote"):
        return quoted(order)
    asked = ORDER.match(order)
    if not asked:
        raise Wrong(f"not understood: {order}")
    new = printed(command_of(asked))
    if asked["first"] is not None:
        new = section(new, asked)
    patterns = re.findall(r", /([^/]+)/", asked["patterns"]) or [NUMBER]
    return old if asked["loose"] and form(old, patterns) == form(new, patterns) else new


def to_run(order, commands):
    """Of a block of shell commands what can be run unattended, None if nothing can."""
    how = re.fullmatch(r"run(?:: (?P<how>short|skip) (?P<rest>.+))?", order)
    if not how:
        raise Wrong("it should be: run, run: short COMMAND or run: skip REASON")
    return None if how["how"] == "skip" else how["rest"] or commands


def navigation(page):
    """The line of links between a lesson and its neighbours."""
    order = pages.lessons()
    here = order.index(page.path)

    def link(text, path):
        return f"[{text}]({os.path.relpath(path, os.path.dirname(page.path))})"

    links = [link("Contents", pages.FRONT)]
    if here > 0:
        links.insert(0, link("Previous: " + pages.Page(order[here - 1]).title(), order[here - 1]))
    if here + 1 < len(order):
        links.append(link("Next: " + pages.Page(order[here + 1]).title(), order[here + 1]))
    return " · ".join(links)


# ---- the quoted parts of a page ------------------------------------------------------------------
def bare(fence):
    """The text of a block, without the indentation that it has inside a list."""
    return re.sub("^" + fence["indent"], "", fence["body"], flags=re.M)


def fence_after(page, i):
    """The block that follows the comment that is token i, if one follows at once."""
    following = page.tokens[i + 1 : i + 3]
    if len(following) == 2 and following[0][1] == "\n" and following[1][0] == "fence":
        return following[1][1]
    return None


def shell(page):
    """Yields (place, commands) for the blocks of shell commands that can be run."""
    for i, (kind, token, place) in enumerate(page.tokens):
        if kind == "comment" and re.match(r"run\b", pages.words(token)):
            commands = to_run(pages.words(token), bare(fence_after(page, i)))
            if commands:
                yield place, commands


def check_answer(page, order, place):
    """A prediction's numbers stand in the fold that explains them."""
    fold = page.text[place : page.text.find("</details>", place)]
    numbers = re.findall(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", fold)
    for number in order.removeprefix("answer:").split():
        if number not in numbers:
            raise Wrong(f"the fold does not hold the answer {number}")


def update(page, i, comment, check):
    """The changes for a comment: [(begin, end, new text)], none if the page is true already."""
    order = pages.words(comment)
    verb = re.match(r"\w*", order)[0]
    if verb in ("index", "note") or verb == "navigation" and page.path in pages.editions():
        return []
    if verb == "navigation":
        begin, new = comment.end() + 1, navigation(page)
        end = page.text.find("\n", begin)
        return [(begin, end, new)] if page.text[begin:end] != new else []
    if verb == "answer":
        check_answer(page, order, comment.end())
        return []
    if verb not in ("quote", "output", "message", "run"):
        raise Wrong(f"not understood: {order}")
    fence = fence_after(page, i)
    if not fence:
        raise Wrong(f"a fenced block must follow: {order}")
    if verb == "run":
        commands = to_run(order, bare(fence))
        if check and commands:
            printed(commands)
        return []
    new = wanted(order, bare(fence))
    lines = new.count("\n")
    if verb == "quote" and lines > MOST:
        complain(page, comment.start(), f"a quote of {lines} lines, more than {MOST}: {order}")
    if new == bare(fence):
        return []
    return [(fence.start("body"), fence.end("body"), textwrap.indent(new, fence["indent"]))]


def updates(page, check):
    """All changes that make the page true; what cannot be had is a problem."""
    changes = []
    for i, (kind, token, place) in enumerate(page.tokens):
        if kind != "comment":
            continue
        try:
            here = update(page, i, token, check)
        except Wrong as reason:
            complain(page, place, str(reason))
            continue
        if here and check:
            complain(page, place, f"no longer true: <!-- {pages.words(token)} -->; make quotes")
        changes += here
    return changes


def rewrite(page):
    text = page.text
    for begin, end, new in reversed(updates(page, False)):
        text = text[:begin] + new + text[end:]
    if text != page.text:
        with open(page.path, "w", encoding="utf8") as file:
            file.write(text)
        print("  QUOTE", page.path)


# ---- the prose of a page -------------------------------------------------------------------------
def check_link(page, place, to):
    if re.match(r"[a-z]+:", to):
        return
    path, anchor = page.resolve(to)
    if path in pages.missing():
        return  # the table at the end names it
    if not os.path.exists(path):
        complain(page, place, f"a dead link: {to}")
    elif anchor and anchor not in pages.Page(path).anchors():
        complain(page, place, f"a dead link, there is no such heading: {to}")


def check_shell(page, i, place):
    before = page.tokens[i - 2] if i > 1 and page.tokens[i - 1][1] == "\n" else ("text", "", 0)
    if before[0] != "comment" or not before[1]["comment"].startswith("run"):
        complain(page, place, "shell commands need <!-- run --> on the line before")


def check_text(page, place, text):
    for sign, rule in (
        (r"(?<!\\)\$", "a $ without a formula; for a dollar, `$` or \\$"),
        (r"`", "a ` without its pair"),
        (r"\[\^", "a footnote, which the site does not know"),
    ):
        if found := re.search(sign, text):
            complain(page, place + found.start(), rule)


def check_token(page, i, kind, token, place):
    line = page.text[page.text.rfind("\n", 0, place) + 1 :].split("\n")[0]
    if kind in ("link", "image", "figure"):
        check_link(page, place, token[kind])
    if kind == "math" and (eaten := re.search(r"\\[^\sA-Za-z]|\*", token["math"])):
        better = "\\lbrace, \\cdot, \\ast, ..., or a ```math block"
        complain(page, place, f"a Git host eats the {eaten[0]} of this formula; {better}")
    if kind in ("math", "code") and "|" in token[kind] and line.startswith("|"):
        complain(page, place, "a | within a table's cell; \\lvert, \\mid, or a word")
    if kind in ("heading", "fold") and "$" in token[0]:
        complain(page, place, "a formula in a heading or a summary")
    if kind == "fence" and token["fence"] == "sh":
        check_shell(page, i, place)
    if kind == "text":
        check_text(page, place, token)


def check_lines(page):
    """Width, outside blocks and tables and without addresses; the empty lines that folds need."""
    blocks = [fence.span() for fence in page.of_kind("fence")]
    place = 0
    for line in page.text.split("\n"):
        shown = re.sub(r"\]\([^)\s]+\)|<?https?://[^\s>]+>?", "]", line)
        inside = any(begin <= place < end for begin, end in blocks)
        if len(shown) > 100 and not inside and not line.startswith("|"):
            complain(page, place, f"{len(shown)} columns, more than 100")
        place += len(line) + 1
    for found in re.finditer(r"</summary>\n(?!\n)|[^\n]\n</details>", page.text):
        complain(page, found.end() - 1, "no empty line after </summary> or before </details>")


def check_page(page):
    for i, (kind, token, place) in enumerate(page.tokens):
        check_token(page, i, kind, token, place)
    anchors = page.anchors()
    for heading in page.of_kind("heading"):
        if anchors.count(pages.slug(heading["heading"])) > 1:
            complain(page, heading.start(), "another heading has the same anchor")
    check_lines(page)


def prepare_messages(all_pages):
    """Tries the known-wrong solutions side by side: each compiles a file, which takes seconds."""

    def prepare(words):
        try:
            printed(command_of(ORDER.match(words)))
        except Wrong:
            pass  # it is reported where it is quoted

    comments = [pages.words(comment) for page in all_pages for comment in page.of_kind("comment")]
    messages = dict.fromkeys(words for words in comments if re.match(r"message~? .", words))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(prepare, messages))


# ---- all pages together --------------------------------------------------------------------------
def check_formulas(all_pages):
    asked = []
    for page in all_pages:
        asked += [(page, m.start(), m["math"], False) for m in page.of_kind("math")]
        blocks = [fence for fence in page.of_kind("fence") if fence["fence"] == "math"]
        asked += [(page, fence.start(), fence["body"], True) for fence in blocks]
    for (page, place, *_), answer in zip(asked, pages.formulas([one[2:] for one in asked])):
        if "error" in answer:
            complain(page, place, answer["error"])


def check_marks(all_pages):
    """Every mark is a pair, and some page quotes it as soon as its chapter has a lesson."""
    comments = [pages.words(comment) for page in all_pages for comment in page.of_kind("comment")]
    quotes = filter(None, map(marks.QUOTE.fullmatch, comments))
    used = {(quote["path"], quote["mark"]) for quote in quotes}
    for path in sources():
        chapter = re.match(r"chapters/\w+/", path)
        due = os.path.exists(chapter[0] + "README.md") if chapter else not pages.missing()
        with open(path, encoding="utf8") as file:
            found = marks.places(file.read())
        for mark, lines in found.items():
            if len(lines) != 2:
                problems.append((path, lines[0], f"the mark [{mark}] is there {len(lines)} times"))
            elif due and (path, mark) not in used:
                problems.append((path, lines[0], f"no page quotes the mark [{mark}]"))


def exercises(page):
    """{number: place} of the list after the heading Exercises."""
    begin = page.text.find("\n## Exercises\n")
    end = page.text.find("\n## ", begin + 1) if begin >= 0 else begin
    listed = re.compile(r"^(\d+)\. \*\*", re.M).finditer(page.text, begin, end)
    return {found[1]: found.start() for found in listed} if begin >= 0 else {}


def check_solutions():
    """Every exercise of a lesson has its solution, and vice versa."""
    for lesson, path in zip(pages.wanted_lessons(), pages.wanted_solutions()):
        if not os.path.exists(lesson) or not os.path.exists(path):
            continue
        page, kept = pages.read([lesson, path])
        asked = exercises(page)
        answer = re.compile(r"^(?:## (?:Exercise )?|\*\*)(\d+)\b", re.M)
        solved = {found[1]: found.start() for found in answer.finditer(kept.text)}
        for number in asked.keys() - solved.keys():
            complain(page, asked[number], f"exercise {number} has no solution in {path}")
        for number in solved.keys() - asked.keys():
            complain(kept, solved[number], f"{lesson} has no exercise {number}")


def check_names(all_pages):
    """A chapter has one name, its lesson's, in links that say "1: NAME" and in the reference."""
    names = {
        page.path: page.title().removeprefix("Chapter ") for page in pages.read(pages.lessons())
    }
    for page in all_pages:
        for link in page.of_kind("link"):
            name = names.get(page.resolve(link["link"])[0], link["text"])
            if re.match(r"\d: ", link["text"]) and link["text"] != name:
                complain(page, link.start(), f"{name} is the name of that lesson")
    for path in sources():
        with open(path, encoding="utf8") as file:
            group = re.search(r"@defgroup ch\d+ (.*)", file.read())
        if group and group[1] not in names.values():
            problems.append((path, 1, f"no lesson has the name of its group: {group[1]}"))


def check_figures():
    """Every picture of the book is linked by a sentence of its page."""
    for page in pages.read(pages.book()):
        linked = {page.resolve(link["link"])[0] for link in page.of_kind("link")}
        for figure in page.of_kind("figure"):
            if page.resolve(figure["figure"])[0] not in linked:
                complain(page, figure.start(), f"no sentence links to {figure['figure']}")


def check_sources(all_pages):
    """Addresses of works, by DOI, are those of the bibliography."""
    known = pages.sources()
    for page in all_pages:
        for link in page.of_kind("link"):
            if "//doi.org/" in link["link"] and link["link"] not in known:
                complain(page, link.start(), f"not in {pages.BIBLIOGRAPHY}: {link['link']}")


def check_editions(all_pages):
    """A lesson in another language has the English one's quotes, in the same order."""

    def orders(page):
        all_words = [pages.words(comment) for comment in page.of_kind("comment")]
        return [words for words in all_words if not re.match("index|note", words)]

    for page in all_pages:
        english = re.sub(r"\.\w\w\.md$", ".md", page.path)
        if english != page.path and orders(page) != orders(pages.Page(english)):
            complain(page, 0, f"does not quote the same as {english}")


def count(page):
    """A row of the table that the check prints."""
    shown = {"heading": "heading", "figure": "caption", "link": "text", "code": "code"}
    prose = []
    for kind, token, _ in page.tokens:
        if kind == "text":
            prose.append(token)
        elif kind in shown:
            prose.append(token[shown[kind]] or "")
    verbs = [re.match(r"\w*", comment["comment"])[0] for comment in page.of_kind("comment")]
    displays = [fence for fence in page.of_kind("fence") if fence["fence"] == "math"]
    return [
        len(re.findall(r"[^\W_][\w'-]*", " ".join(prose))),
        *(verbs.count(verb) for verb in ("quote", "output", "message", "run")),
        len(page.of_kind("math")) + len(displays),
        len(page.of_kind("figure")),
        page.text.count("<summary>"),
        len(exercises(page)),
    ]


def code(page):
    """The blocks that quote a source."""
    for i, (kind, token, _) in enumerate(page.tokens):
        if kind == "comment" and pages.words(token).startswith("quote"):
            yield fence_after(page, i)


def print_counts(all_pages):
    columns = "words quotes outputs messages runs formulas pictures answers exercises".split()
    print(f"{'':32}", *columns)
    for page in all_pages:
        if page.path in pages.book():
            cells = [f"{n:{len(column)}}" for n, column in zip(count(page), columns)]
            print(f"{page.path:32}", *cells)
    quotes = [fence for page in all_pages if page.path in pages.lessons() for fence in code(page)]
    lines = sorted(bare(fence).count("\n") for fence in quotes)
    print(
        f"{len(lines)} quotes of code, median {lines[len(lines) // 2]} lines, longest {lines[-1]}"
    )
    if pages.missing():
        print("not written yet:", ", ".join(pages.missing()))


def main():
    check = "--check" in sys.argv[1:]
    os.makedirs("build/data", exist_ok=True)  # where the lessons' programs write
    paths = ["README.md", *pages.site(), *pages.editions()]
    all_pages = pages.read(paths)
    prepare_messages(all_pages)
    for page in all_pages:
        if check:
            updates(page, True)
            check_page(page)
        else:
            rewrite(page)
    if check:
        check_formulas(all_pages)
        check_marks(all_pages)
        check_solutions()
        check_editions(all_pages)
        check_names(all_pages)
        check_figures()
        check_sources(all_pages)
        print_counts(all_pages)
    for path, line, text in sorted(problems):
        print(f"{path}:{line}: {text}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
