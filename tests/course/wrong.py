#!/usr/bin/env python3
"""Known-wrong solutions (NN/wrong.toml): are they found, named, and told in few words?

    wrong.py run BUILD [NAME ...]   runs all, prints the kill matrix; exit code 1 if one does not
                                    lose exactly what it declares, or is told in too many lines
    wrong.py message NN NAME        the first message for a student who made this mistake

A known-wrong solution is one piece of a source, `old`, replaced by `new`. It declares the items
that it must fail, `fails`, and the cause that must be given, `cause`: a name or a list of names, ""
where the examination cannot know. A name that begins with ~ is a fact about the place, not a cause.
Items of exercises that are built on a failed one are BLOCKED, and those only. Only the changed file
is compiled; then the chapter's suite runs as `make test N` runs it, and its lines are counted.

Two more solutions per chapter are made here: all its exercises emptied, which must score 0, and all
of them left as TODO.
"""
import concurrent.futures
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys

import exercises as listed

TOP = listed.TOP
LISTS = TOP / "tests" / "course"


class Failure(Exception):
    """A known-wrong solution that cannot be tried."""


# ---- the list ------------------------------------------------------------------------------------

FILES = {
    "01": "chapters/01_im2col/im2col.c",
    "02": "chapters/02_conv/conv.c",
    "03": "chapters/03_pool/pool.c",
    "04": "chapters/04_affine/affine.c",
    "05": "chapters/05_softmax_ce/softmax_ce.c",
    "06": "chapters/06_optimizers/optimizer.c",
    "07": "chapters/07_lenet5/network.c",
}


def wrongs():
    """All known-wrong solutions, in order."""
    found = []
    for path in sorted(LISTS.glob("0*/wrong.toml")):
        for wrong in listed.toml(path)["wrong"]:
            cause = wrong["cause"]
            wrong["causes"] = [cause] if isinstance(cause, str) else cause
            wrong["number"] = path.parent.name
            wrong.setdefault("file", FILES[path.parent.name])
            wrong["id"] = f'{path.parent.name}/{wrong["name"]}'
            found.append(wrong)
    return found


def changed(wrong):
    """The source with the mistake in it; comments on separate lines do not matter."""
    text = (TOP / wrong["file"]).read_text()
    between = r"\n(?:[ \t]*/\*(?:(?!\*/).)*\*/\n)*"
    pattern = between.join(re.escape(line) for line in wrong["old"].split("\n"))
    places = list(re.finditer(pattern, text, re.S))
    if len(places) != 1:
        raise Failure(f'old occurs {len(places)} times in {wrong["file"]}')
    return text[: places[0].start()] + wrong["new"] + text[places[0].end() :]


def todo(exercise):
    """A maker of the body of an unfinished exercise."""

    def body(head, name, parameters):
        voids = " ".join(f"(void){parameter};" for parameter in parameters)
        return f'{{ {voids} TODO("{exercise["id"]}", "its lesson"); }}'

    return body


def blank(chapter, body_of):
    """All sources of a chapter with the bodies of its exercises replaced: {file: text}."""
    texts = {}
    for exercise in listed.exercises():
        if exercise["chapter"] != chapter or "mark" not in exercise:
            continue
        file = exercise["file"]
        text = texts.get(file) or (TOP / file).read_text()
        texts[file] = listed.emptied(text, exercise["mark"], body_of(exercise))
    return texts


# ---- building and running ------------------------------------------------------------------------


PROGRAM = r"/tests/07_lenet5/(?!items|support)"


class Build:
    """Compiles one changed chapter against the objects of a build folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        flags = (self.folder / "flags").read_text().split()
        self.compiler, self.flags = flags[0], [flag for flag in flags[1:] if flag != "-g"]
        self.jobs = len(os.sched_getaffinity(0))

    @functools.lru_cache
    def objects(self, chapter, of):
        """The objects of a chapter's suite, `tested`, or examination, `examined`."""
        words = ["make", "-s", "--no-print-directory", "linked"]
        command = [*words, f"CHAPTER={chapter}", f"OF={of}"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=TOP)
        # of chapter 7's suite only a student's part
        return [word for word in done.stdout.split() if not re.search(PROGRAM, word)]

    def program(self, chapter, name, texts, extra=(), of="tested"):
        """The suite or examination of a chapter with changed sources; returns the program."""
        place = self.folder / "wrong" / name
        replaced = {}
        for file, text in texts.items():
            source = place / file
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_text(text)
            object_file = source.with_suffix(".o")
            replaced[f'{self.folder}/float/{file.removesuffix(".c")}.o'] = str(object_file)
            self.compile(source, object_file, extra)
        program = place / chapter
        objects = [replaced.get(word, word) for word in self.objects(chapter, of)]
        suite = ["-lcriterion"] if of == "tested" else []
        self.call([self.compiler, *objects, *self.flags, *suite, "-o", str(program)])
        return program

    def compile(self, source, object_file, extra):
        """Compiles one source, without warnings and quickly."""
        flags = [flag for flag in self.flags if not flag.startswith(("-l", "-W", "-O"))]
        own = ["-O1", "-w", f'-DBUILD="{self.folder}"', *extra]
        self.call([self.compiler, *flags, *own, "-c", str(source), "-o", str(object_file)])

    @staticmethod
    def call(command):
        done = subprocess.run(command, capture_output=True, text=True, cwd=TOP)
        if done.returncode != 0:
            raise Failure(f'{" ".join(command[:1])}: {done.stderr[:2000]}')


ENVIRONMENT = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1"}


def examine(program):
    """Runs a suite; verdicts of its items, {item: (verdict, points, causes)}, and lines printed."""
    notes = program.parent / "notes"
    shutil.rmtree(notes, ignore_errors=True)
    notes.mkdir()
    command = ["sh", "tests/support/run.sh", "-k", str(notes), str(program)]
    environment = {**os.environ, **ENVIRONMENT}
    done = subprocess.run(command, capture_output=True, text=True, cwd=TOP, env=environment)
    rows = [line.split("\t") for line in (notes / "items.tsv").read_text().splitlines()]
    own = {line.split("\t")[0] for line in (notes / "score.tsv").read_text().splitlines()}
    verdicts = {row[0]: (row[1], int(row[2]), row[4].split(",")) for row in rows if row[0] in own}
    order = [name for exercise in listed.exercises() for name in listed.items(exercise)]
    ordered = {name: verdicts[name] for name in order if name in verdicts}
    return ordered, len((done.stdout + done.stderr).splitlines())


def report(program, item):
    """The examination's report on one item."""
    command = [str(program), "-v", item]
    environment = {**os.environ, **ENVIRONMENT}
    done = subprocess.run(command, capture_output=True, text=True, cwd=TOP, env=environment)
    if done.returncode != 0:
        raise Failure(f"{program}: exit code {done.returncode}: {done.stderr[:500]}")
    return done.stderr


# ---- judging -------------------------------------------------------------------------------------


def is_fact(cause):
    """Whether it only describes the results, and so cannot be wrong."""
    return cause.startswith(("~", "writes-", "reads-")) or cause == "factor"


LINES = 20  # of a run with one mistake; make adds the files that it compiles, and its last line


class Trial:
    """One known-wrong solution and its outcome."""

    def __init__(self, wrong, verdicts, lines):
        self.wrong, self.verdicts, self.lines = wrong, verdicts, lines
        self.failed = [item for item, row in verdicts.items() if row[0] == "FAIL"]
        self.blocked = [item for item, row in verdicts.items() if row[0] == "BLOCKED"]
        self.named = {cause for item in self.failed for cause in verdicts[item][2]} - {"-", ""}

    def misnamed(self):
        """Causes that were given and are not the declared ones; facts are never wrong."""
        return {
            cause
            for cause in self.named
            if cause not in self.wrong["causes"] and not is_fact(cause)
        }

    def is_named(self):
        """Whether the cause was named, and rightly."""
        right = [cause for cause in self.wrong["causes"] if cause and not cause.startswith("~")]
        return bool(self.named & set(right)) and not self.misnamed()

    def problems(self):
        """Differences from the declaration."""
        found, wrong = [], self.wrong
        if sorted(self.failed) != sorted(wrong["fails"]):
            found.append(
                f'fails {" ".join(self.failed) or "nothing"}, not {" ".join(wrong["fails"])}'
            )
        if sorted(self.blocked) != sorted(should_block(self.failed, self.verdicts)):
            found.append(f'blocks {" ".join(self.blocked) or "nothing"}')
        if any(row[0] in ("TODO", "ERROR") for row in self.verdicts.values()):
            found.append("an item is TODO or could not be examined")
        if self.misnamed():
            found.append(f'the cause is called {", ".join(sorted(self.misnamed()))}')
        if wrong["causes"] != [""] and not self.named & set(wrong["causes"]):
            found.append(f'the cause is not named: want {", ".join(wrong["causes"])}')
        if self.lines > LINES:
            found.append(f"make test prints {self.lines} lines, at most {LINES} are read")
        return found


def should_block(failed, verdicts):
    """The items that are built on an exercise with a failed graded item."""
    listed_exercises, graded = listed.exercises(), set()
    for exercise in listed_exercises:
        for item, name in zip(exercise["items"], listed.items(exercise)):
            if item["points"] > 0 and name in failed:
                graded.add(exercise["id"])
    return [
        name
        for exercise in listed_exercises
        if graded & set(exercise["needs"])
        for name in listed.items(exercise)
        if name in verdicts
    ]


def chapter_of(number):
    return next(e["chapter"] for e in listed.exercises() if e["id"].startswith(number))


def try_wrong(build, wrong):
    """Builds and examines one known-wrong solution."""
    program = build.program(
        chapter_of(wrong["number"]), wrong["id"], {wrong["file"]: changed(wrong)}
    )
    return Trial(wrong, *examine(program))


def try_blank(build, chapter, name, body_of):
    """A chapter without its exercises: errors in the verdicts."""
    extra = ["-include", str(TOP / "common" / "todo.h")]
    program = build.program(chapter, f"{chapter}/{name}", blank(chapter, body_of), extra)
    verdicts, _ = examine(program)
    points = sum(row[1] for row in verdicts.values())
    found = [f"{points} points for nothing"] if points else []
    if name == "todo":
        allowed = ("TODO", "BLOCKED")
        found += [f"{item} is {row[0]}" for item, row in verdicts.items() if row[0] not in allowed]
    return found


# ---- the matrix ----------------------------------------------------------------------------------


def print_chapter(number, trials):
    """One chapter's part of the kill matrix."""
    columns = list(trials[0].verdicts)
    width = max(len(trial.wrong["name"]) for trial in trials)
    exercise_of = [column.split("-")[0] for column in columns]
    letters = [column.split("-")[1][0] for column in columns]
    print(f'\n{chapter_of(number)}: {" ".join(columns)}')
    print(" " * (width + 2) + " ".join(e[3:] + l for e, l in zip(exercise_of, letters)))
    signs = {"FAIL": "X", "PASS": ".", "BLOCKED": "b", "TODO": "t", "ERROR": "?"}
    for trial in trials:
        row = "  ".join(signs[trial.verdicts[column][0]] for column in columns)
        cause = ", ".join(sorted(trial.named)) or "-"
        print(f'{trial.wrong["name"]:{width}}   {row}   {cause}')


def summary(trials):
    """How many, and how many are named."""
    named = sum(trial.is_named() for trial in trials)
    misnamed = sum(bool(trial.misnamed()) for trial in trials)
    found = sum(bool(trial.failed) for trial in trials)
    lines = sorted(trial.lines for trial in trials)
    print(
        f"\n{len(trials)} known-wrong solutions, {found} found; cause named rightly {named}, "
        f"wrongly {misnamed}, not {len(trials) - named - misnamed}"
    )
    if lines:
        middle = lines[len(lines) // 2]
        print(f"lines of make test for one mistake: {middle} in the middle, {lines[-1]} at most")


def never_failed(trials):
    """Items that no known-wrong solution fails: perhaps they cannot fail."""
    failed = {item for trial in trials for item in trial.failed}
    names = [name for exercise in listed.exercises() for name in listed.items(exercise)]
    return [f"no known-wrong solution fails {name}" for name in names if name not in failed]


def run(folder, chosen):
    """Tries everything; returns whether all is as declared."""
    build, trials, problems = Build(folder), [], []
    picked = [wrong for wrong in wrongs() if not chosen or wrong["id"] in chosen]
    chapters = sorted({e["chapter"] for e in listed.exercises()}) if not chosen else []
    with concurrent.futures.ThreadPoolExecutor(build.jobs) as pool:
        waiting = [(wrong, pool.submit(try_wrong, build, wrong)) for wrong in picked]
        empties = [
            (chapter, name, pool.submit(try_blank, build, chapter, name, body))
            for chapter in chapters
            for name, body in (("nothing", lambda e: listed.nothing), ("todo", todo))
        ]
        for wrong, future in waiting:
            try:
                trials.append(future.result())
                problems += [f'{wrong["id"]}: {text}' for text in trials[-1].problems()]
            except Failure as failure:
                problems.append(f'{wrong["id"]}: {failure}')
        for chapter, name, future in empties:
            problems += [f"{chapter} with {name}: {text}" for text in future.result()]
    problems += never_failed(trials) if not chosen else []
    for number in sorted({trial.wrong["number"] for trial in trials}):
        print_chapter(number, [trial for trial in trials if trial.wrong["number"] == number])
    summary(trials)
    for chapter in chapters:
        print(f"{chapter}: emptied it scores 0, and unwritten it is TODO")
    if problems:
        print("\n" + "\n".join(problems), file=sys.stderr)
    return not problems


def message(number, name):
    """The report of the first item that one known-wrong solution fails."""
    wrong = next((w for w in wrongs() if w["id"] == f"{number}/{name}"), None)
    if wrong is None:
        raise Failure(f"there is no known-wrong solution {number}/{name}")
    chapter, folder = chapter_of(number), os.environ.get("B", "build")
    Build.call(["make", "-s", f"{folder}/exam/{chapter}"])
    texts = {wrong["file"]: changed(wrong)}
    program = Build(folder).program(chapter, wrong["id"], texts, of="examined")
    return report(program, wrong["fails"][0])


def main(arguments):
    try:
        if len(arguments) >= 2 and arguments[0] == "run":
            return 0 if run(arguments[1], arguments[2:]) else 1
        if len(arguments) == 3 and arguments[0] == "message":
            print(message(*arguments[1:]), end="")
            return 0
    except (Failure, listed.Problem) as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
