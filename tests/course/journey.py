#!/usr/bin/env python3
"""Plays a student, from the handout to a network that reads:  journey.py PARTS [short]

    nothing is written: 0 of 100 points, and what is next
    lesson after lesson, the commands that its page tells to type, each where it stands: they end
      with exit code 0, or before everything is written with the TODO of an exercise that is open
    exercise after exercise, while all that comes later is open: first the mistake that the page
      tells first, which must fail as it declares, with its cause, in the words of the page; then
      the solution: verdict, points, what is next and where
    the small program prints what the page says; the network learns and reads a drawn digit

A row of the table is what the student did; seconds are from a saved file to the last line. short:
chapters 1 and 2, then all is given but the last exercise. PARTS is what course.mk builds.
"""
import contextlib
import io
import os
import pathlib
import re
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(TOP / "docs" / "book"), str(TOP / "tests" / "course" / "handout")]
import exercises as listed
import handout
import pages
import quotes
import verify
import wrong

# Commands to type within a sentence of a page; other commands there are for the curious.
TOLD = re.compile(r"make (chapter \d|hint ID=[\d.]+)")
ENVIRONMENT = {
    "SKIP_SETUP": "1",
    "MAKEFLAGS": f"-j{len(os.sched_getaffinity(0))}",
    **{
        f"GIT_{who}_{what}": "ada@localhost"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
}
ROW = re.compile(r"^  ([A-Z]+) +(\d\d\.\d(?:-\w+)?) +(?:(\d+) of \d+|-) ", re.M)
LAST = re.compile(r"^(\d+) of (\d+) points; (.*)$", re.M)
WAITS = re.compile(r"^TODO: (\S+) is not written yet: (\S+):(\d+), read (\S+), \"(.*)\"$", re.M)


class Said:
    """A command's output, and how it ended."""

    def __init__(self, command):
        began = time.monotonic()
        self.command = command
        self.code, self.text = verify.attempt(".", "sh", "-e", "-c", command, **ENVIRONMENT)
        self.seconds = time.monotonic() - began

    def rows(self):
        """{exercise or item: verdict}"""
        return {name: verdict for verdict, name, _ in ROW.findall(self.text)}

    def score(self):
        """(points won, points, text of the last line)"""
        found = LAST.findall(self.text)
        return (int(found[-1][0]), int(found[-1][1]), found[-1][2]) if found else (-1, -1, "")

    def last_line(self):
        return (self.text.strip().splitlines() or [""])[-1]

    def report(self):
        """The failures, except items that a second suite waits for; "" if none."""
        found = re.search(r"\n\n(\d\d\.\d-.*?)\n\n\d+ of ", self.text, re.S)
        return re.sub(r"\n  \d+ other tests? waits? for these", "", found[1]) if found else ""


class Journey:
    """The student's way: the exercises written by now, and the promises broken."""

    def __init__(self):
        self.written, self.ended, self.problems, self.lesson = set(), set(), [], "-"

    def row(self, exercise, tried, verdict, said, message):
        """A line of the table."""
        won, of, _ = said.score()
        points = f"{won}/{of}" if of > 0 else ""
        line = f"{self.lesson:1}  {exercise:5} {tried:26.26}  {verdict:7} {points:>6}"
        print(f"{line} {said.seconds:6.1f}  {message}"[:100].rstrip(), flush=True)

    def expect(self, right, text, said=None):
        """Notes a broken promise."""
        if right:
            return
        self.problems.append(f"lesson {self.lesson}: {text}")
        print(f"   NOT AS PROMISED: {text}", flush=True)
        if said:
            print(said.text[-2000:], flush=True)

    def is_open(self, exercise):
        """Whether it is not written; without a function it waits for others."""
        if "mark" in exercise:
            return exercise["id"] not in self.written
        return not set(exercise["needs"]) <= self.written


# ---- promises ------------------------------------------------------------------------------------


def points(some):
    return sum(item["points"] for exercise in some for item in exercise["items"])


def open_place(file, line, number):
    """Whether a place is the TODO of this exercise."""
    lines = pathlib.Path(file).read_text().splitlines()
    return f'TODO("{number}"' in lines[int(line) - 1]


def check_next(journey, some, said):
    """The last line: points so far, the first open exercise and its place."""
    won, of, then = said.score()
    want = points(e for e in some if not journey.is_open(e))
    journey.expect(won == want and of == points(some), f"{won}/{of} points, want {want}", said)
    first = next((e for e in some if journey.is_open(e) and "mark" in e), None)
    if first is None:
        journey.expect(then == "all tests pass", f"all is written: {then}", said)
        return
    name = first["title"].split()[0]
    place = re.fullmatch(rf'next: {first["id"]} {re.escape(name)} \(([\w/.]+):(\d+)\)', then)
    right = place and place[1] == first["file"] and open_place(*place.groups(), first["id"])
    journey.expect(right, f'"{then}" is not where {first["id"]} is written', said)
    if len(some) < len(listed.exercises()):
        read = f'read chapters/{first["chapter"]}/README.md, "{first["section"]}", or: make hint'
        journey.expect(read in said.text, f"make test does not say: {read}", said)


def check_verdicts(journey, some, said, tried=None):
    """Written exercises pass, the others are open; the exercise that is tried may fail."""
    for name, verdict in said.rows().items():
        exercise = next(e for e in some if e["id"] == name.split("-")[0])
        if exercise is tried:
            continue
        good = ("TODO", "BLOCKED") if journey.is_open(exercise) else ("PASS",)
        journey.expect(verdict in good, f"{name} is {verdict}", said)
    missing = {e["id"] for e in some} - {name.split("-")[0] for name in said.rows()}
    journey.expect(not missing, f"make test lists no {sorted(missing)}", said)


# ---- the student's actions -----------------------------------------------------------------------


def chapter_exercises(number):
    return [e for e in listed.exercises() if e["id"].startswith(f"{number:02}")]


def test(journey, some, exercise, tried):
    """make test of the lesson, or with all exercises of everything."""
    said = Said(
        f"make test {journey.lesson}" if len(some) < len(listed.exercises()) else "make test"
    )
    journey.expect(said.code == 0, f"{said.command}: exit code {said.code}", said)
    if said.command != "make test":
        check_verdicts(journey, some, said)
    check_next(journey, some, said)
    rows = said.rows().get(exercise, "")
    journey.row(exercise, tried or said.command, rows, said, said.score()[2])


def type_command(journey, command):
    """Types a command of the page; returns whether it ended well, and not at a TODO."""
    said = Said(command)
    waits = WAITS.search(said.text)
    if said.code and waits:
        still = [e["id"] for e in listed.exercises() if journey.is_open(e)]
        right = waits[1] in still and open_place(waits[2], waits[3], waits[1])
        journey.expect(right, f"{command}: {waits[1]} is not open there", said)
        journey.row("", command, "TODO", said, f"{waits[1]} is not written yet")
        return False
    journey.expect(said.code == 0, f"{command}: exit code {said.code}", said)
    journey.row("", command, "ok" if said.code == 0 else "ERROR", said, said.last_line())
    journey.ended.add(command)
    if tests := re.fullmatch(r"make test (\d)", command):
        check_next(journey, chapter_exercises(int(tests[1])), said)
    return True


def lines(commands):
    """Commands one by one, without comments."""
    found = re.sub(r"\\\n", "", commands).splitlines()
    return [words for line in found if (words := re.sub(r"\s+# .*", "", line).strip())]


def told(page):
    """(place, commands) that a page tells to type, in order."""
    found = [(place, lines(block)) for place, block in quotes.shell(page)]
    for kind, token, place in page.tokens:
        if kind == "code" and TOLD.fullmatch(words := " ".join(token["code"].split())):
            found.append((place, [words]))
    return sorted(found)


def commands_of(page):
    """[(exercises whose boxes stand before it, commands)], in order; nothing twice at a place."""
    boxes = [(m.start(), m[1]) for m in re.finditer(r"^> \*\*(\d\d\.\d) is yours", page.text, re.M)]
    found = []
    for place, commands in told(page):
        # a box offers a hint for its open exercise
        before = {number for start, number in boxes if start < place and number not in commands[0]}
        if (before, commands) not in found:
            found.append((before, commands))
    return found


# ---- mistakes ------------------------------------------------------------------------------------


def messages(page):
    """{known-wrong solution: its message} of a page, in order."""
    found = {}
    for i, (kind, token, _) in enumerate(page.tokens):
        words = pages.words(token) if kind == "comment" else ""
        asked = re.match(r"message (\d\d) ([\w-]+)$", words)
        if asked:
            found[f"{asked[1]}/{asked[2]}"] = quotes.bare(quotes.fence_after(page, i)).rstrip()
    return found


def mistake_of(exercise, page):
    """The known-wrong solution of an exercise that its page tells first, or the first with a cause;
    None if every mistake is made elsewhere. With the source that has the mistake."""
    order = list(messages(page))
    known = [w for w in wrong.wrongs() if w["causes"] != [""] and own_items(w, exercise)]
    known.sort(key=lambda w: order.index(w["id"]) if w["id"] in order else len(order))
    right = (TOP / exercise["file"]).read_text()
    start, end = listed.region(right, exercise["mark"])
    for one in known:
        if one["file"] == exercise["file"]:
            text = wrong.changed(one)
            first, last = listed.region(text, exercise["mark"])
            # nothing else is changed
            if (text[:first], text[last:]) == (right[:start], right[end:]):
                return one, text
    return None, None


def own_items(one, exercise):
    """The items of this exercise that a known-wrong solution fails."""
    return [item for item in one["fails"] if item in listed.items(exercise)]


def causes(exercise, items):
    """The causes that the examination names for some items."""
    program = f'build/exam/{exercise["chapter"]}'
    Said(f"make {program}")
    return {
        cause
        for line in verify.run(".", program, *items).splitlines()
        for cause in line.split("\t")[4].split(",")
    }


def make_mistake(journey, some, exercise, page):
    """Tries a mistake: it costs the declared points, its cause is named, in the page's words."""
    one, text = mistake_of(exercise, page)
    if one is None:
        return
    handout.paste(".", [exercise["id"]], {exercise["file"]: text})
    said, fails = Said(f"make test {journey.lesson}"), own_items(one, exercise)
    won, _, then = said.score()
    items = [item for item in exercise["items"] if f'{exercise["id"]}-{item["name"]}' not in fails]
    want = points([e for e in some if not journey.is_open(e)] + [{"items": items}])
    journey.expect(won == want, f'{one["id"]}: {won} points, want {want}', said)
    journey.expect(said.code == 2, f'{one["id"]}: exit code {said.code}', said)
    check_verdicts(journey, some, said, exercise)
    journey.expect(then == f'FAILED: {" ".join(fails)}', f'{one["id"]}: {then}, not {fails}', said)
    promised = messages(page).get(one["id"])
    journey.expect(
        said.report() and promised in (None, said.report()),
        f'{one["id"]}: the page says\n{promised}\nand not\n{said.report()}',
    )
    named = causes(exercise, fails)
    journey.expect(named & set(one["causes"]), f'{one["id"]}: the cause is {sorted(named)}', said)
    verdict = "FAIL" if then.startswith("FAILED") else "?"
    journey.row(exercise["id"], one["name"], verdict, said, said.report().split("\n")[0])


# ---- the way -------------------------------------------------------------------------------------


def partial():
    """The programs that have fewer sections in a handout than the pages quote."""
    # chapter 7 runs once more on the faster functions, where there are some
    return {rule["file"] for rule in handout.rules()["empty"]} | {"chapters/07_lenet5/main.c"}


def check_outputs(journey, page):
    """The lesson's program prints what its page says that it prints."""
    program = f"build/{pathlib.Path(page.path).parent.name}"
    for i, (kind, token, place) in enumerate(page.tokens):
        order = pages.words(token) if kind == "comment" else ""
        if not re.match(rf"output~? {program}\b(?!\.)", order):
            continue
        where, old = f"{page.path}:{page.line(place)}", quotes.bare(quotes.fence_after(page, i))
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                new = quotes.wanted(order, old)
            journey.expect(new == old, f"{where}: it prints something else:\n{new}")
        except quotes.Wrong as reason:
            whole = page.path.replace("README.md", "main.c") not in partial()
            journey.expect(not whole, f"{where}: {reason}")


def type_block(journey, commands):
    """Types commands up to the first that stops at a TODO; returns the others and that one."""
    for k, command in enumerate(commands):
        if not type_command(journey, command):
            return commands[k:]
    return []


def lesson(journey, number):
    """One chapter: commands and exercises in the page's order."""
    journey.lesson = str(number)
    some = chapter_exercises(number)
    page = pages.Page(f'chapters/{some[0]["chapter"]}/README.md')
    due, waiting = commands_of(page), []
    for exercise in [*some, None]:
        here = [one for one in due if exercise is None or one[0] <= journey.written]
        due = [one for one in due if one not in here]
        waiting += filter(None, [type_block(journey, commands) for _, commands in here])
        if exercise and "mark" in exercise:
            make_mistake(journey, some, exercise, page)
            handout.paste(".", [exercise["id"]])
            journey.written.add(exercise["id"])
            test(journey, some, exercise["id"], "solution")
    waiting.append([f"make chapter {number}"])  # which every lesson has
    for commands in waiting:
        left = [] if set(commands) <= journey.ended else type_block(journey, commands)
        journey.expect(not left, f"all is written, and this ends at a TODO: {left}")
    check_outputs(journey, page)


def begin(journey):
    """The handout's first page, and the prologue."""
    front = pages.Page("README.md")
    for fence in front.of_kind("fence"):
        type_block(journey, lines(fence["body"]) if fence["fence"] == "sh" else [])
    for _, commands in commands_of(pages.Page("docs/prologue.md")):
        type_block(journey, commands)


def last_step(journey):
    """Everything is given but the last exercise."""
    some = chapter_exercises(7)
    last = [e for e in some if "mark" in e][-1]
    given = [e["id"] for e in listed.exercises() if "mark" in e and e["id"] != last["id"]]
    handout.paste(".", given)
    journey.lesson, journey.written = "7", set(given)
    test(journey, some, last["id"], "all but this")
    make_mistake(journey, some, last, pages.Page(f'chapters/{last["chapter"]}/README.md'))
    handout.paste(".", [last["id"]])
    journey.written.add(last["id"])
    test(journey, some, last["id"], "solution")


def read_digits(journey):
    """The network learns for an epoch, and reads a drawn digit."""
    said = Said('make run ARGS="--epochs 1 --evaluate test"')
    found = re.search(r"^result test_accuracy=([\d.]+)", said.text, re.M)
    right = said.code == 0 and found and float(found[1]) > 0.95
    journey.expect(right, "after an epoch the network does not read 95 of 100 digits", said)
    journey.row("", "make run", "ok" if right else "ERROR", said, found[0] if found else "")
    said = Said("build/07_lenet5 predict --load build/lenet5.safetensors docs/four.png")
    last = said.last_line()
    right = said.code == 0 and last.startswith("docs/four.png: 4 ")
    journey.expect(right, f"the drawn 4 is read as: {last}", said)
    journey.row("", "predict", "ok" if right else "ERROR", said, last)


def travel(short):
    """The whole way, in the handout; returns what was not as promised."""
    journey = Journey()
    begin(journey)
    if not short:
        test(journey, listed.exercises(), "", "")
    for number in (1, 2) if short else range(1, 8):
        lesson(journey, number)
    if short:
        last_step(journey)
    else:
        test(journey, listed.exercises(), "", "")
    read_digits(journey)
    return journey.problems


def main(arguments):
    if not 1 <= len(arguments) <= 2 or arguments[1:] not in ([], ["short"]):
        print(__doc__, file=sys.stderr)
        return 2
    parts, began = pathlib.Path(arguments[0]).resolve(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="journey-") as folder:
        try:
            handout.make(parts, folder)
            os.chdir(folder)
            problems = travel(len(arguments) == 2)
        except (verify.Failure, handout.Failure, wrong.Failure, listed.Problem) as failure:
            problems = [str(failure)]
        os.chdir(TOP)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if not problems:
        print(f"everything as promised, in {time.monotonic() - began:.0f} s")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
