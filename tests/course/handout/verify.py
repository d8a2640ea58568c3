#!/usr/bin/env python3
"""Examines the handout:  verify.py PARTS [short]

    made twice it is the same, byte for byte
    it compiles without a warning; short: with gcc only
    every item is TODO or waits for one, and all together score 0
    the solutions pasted back are the reference's files, and score 100
    known-wrong solutions lose the same items, for the same causes, as in the reference's tree, and
      are told in few lines; short: those of two chapters
    a solution that is planted anywhere is found
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import handout
import exercises as listed
import wrong

TOP = listed.TOP
COURSE = listed.LISTS
# Items that have no exercise, or that run another exercise's function before their own.
MAY_WAIT = ("02.3", "07.7")


class Failure(Exception):
    """Something about the handout is not as it should be."""


def attempt(folder, *command, **environment):
    """Runs a command; returns its exit code and its output."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**plain, **environment},
    )
    return done.returncode, done.stdout


def run(folder, *command, code=0):
    """Runs a command; returns its output."""
    found, printed = attempt(folder, *command)
    if found != code:
        raise Failure(f'{" ".join(command)}: exit code {found}\n{printed[-6000:]}')
    return printed


def same_twice(parts, first, second):
    handout.make(parts, second)
    run(TOP, "diff", "-r", str(first), str(second))
    shutil.rmtree(second)


# The flags make it quick; which warnings there are does not depend on them.
QUICK = ("-s", f"-j{len(os.sched_getaffinity(0))}", "DEBUG=1", "SKIP_SETUP=1")


EXAMS = [f"build/debug/exam/{c}" for c in sorted({e["chapter"] for e in listed.exercises()})]


def warnings(folder, compilers):
    """Compiles everything, programs and tests."""
    for compiler in compilers:
        for goal in (["build"], EXAMS, ["suites"]):
            printed = run(folder, "make", *QUICK, f"CC={compiler}", *goal)
            if "warning" in printed:
                raise Failure(f"{compiler} warns: {printed}")


def verdicts(folder, *items):
    """The examination's verdicts: {item: (verdict, points)}; programs are those of QUICK."""
    found = {}
    for program in EXAMS:
        printed = run(folder, program, *items)
        for line in printed.splitlines():
            name, verdict, won = line.split("\t")[:3]
            found[name] = (verdict, int(won))
    return found


def all_todo(folder):
    found = verdicts(folder)
    wrong = [
        f"{name} is {verdict}, {won} points"
        for name, (verdict, won) in found.items()
        if won != 0
        or verdict != "TODO"
        and not name.startswith(MAY_WAIT)
        or verdict not in ("TODO", "BLOCKED")
    ]
    if wrong or len(found) != sum(len(e["items"]) for e in listed.exercises()):
        raise Failure("\n".join(wrong) or f"{len(found)} items only")


def tests_say_todo(folder):
    """A student's first view."""
    printed = run(folder, "make", *QUICK, "test", "1")
    last = printed.strip().splitlines()[-1]
    if "TODO     01.1 " not in printed or not last.startswith("0 of 12 points; next: 01.1 im2col"):
        raise Failure(f"make test 1 says: {printed}")


def pasted_scores_all(folder):
    """Solutions back in: the same files, and all points, with answers from the table."""
    handout.paste(folder, [])
    for path in handout.kept():
        if path.endswith(".c") and handout.tasks(path):
            want = handout.without_marked((TOP / path).read_text())
            if (folder / path).read_text() != want:
                raise Failure(f"{path} is not the reference's after the solutions are pasted back")
    run(folder, "make", *QUICK, *EXAMS, "suites")
    found = verdicts(folder)
    points = sum(won for _, won in found.values())
    if points != 100:
        raise Failure(f"{points} points: {found}")


def one_exercise(folder, number):
    """One solution pasted makes the items of its exercise pass; make test says so."""
    handout.paste(folder, [number])
    printed = run(folder, "make", *QUICK, "test", number[1:2])
    if not re.search(rf"PASS +{number} ", printed):
        raise Failure(f"with the solution of {number}: {printed}")


def borrowed(folder):
    """Chapter 2 on the reference's chapter 1: items that need im2col are no longer blocked."""
    handout.paste(folder, ["02.4"])
    printed = run(folder, "make", *QUICK, "test", "2", "BORROW=1")
    if not re.search(r"PASS +02.4 ", printed):
        raise Failure(f"with a borrowed chapter 1: {printed}")
    printed = run(folder, "make", *QUICK, "test", "2", "BORROW=2", code=2)
    if "would test the reference" not in printed:
        raise Failure(f"BORROW=2 for chapter 2: {printed}")


def same_causes(folder, short):
    """The table names the causes that the oracles name. The handout is whole by now."""
    for path in ["wrong.py", *(str(p.relative_to(COURSE)) for p in COURSE.glob("0*/wrong.toml"))]:
        shutil.copy(COURSE / path, folder / "tests" / "course" / path)

    names = [
        w["id"]
        for w in wrong.wrongs()
        if (w["number"] in ("03", "06") or not short) and (folder / w["file"]).exists()
    ]
    os.environ["DEBUG"] = "1"  # as in QUICK, for the make that wrong.py calls
    printed = run(folder, "python3", "-B", "tests/course/wrong.py", "run", "build/debug", *names)
    return "; ".join(printed.strip().splitlines()[-2:])


# ---- planted solutions ---------------------------------------------------------------------------


def plants():
    """{how: (file, text)} of solutions that were left in."""
    conv = (TOP / "chapters/02_conv/conv.c").read_text()
    start, end = listed.region(conv, "conv-forward")
    body = conv[start:end]
    adam = (TOP / "chapters/06_optimizers/optimizer.c").read_text()
    line = next(line for line in adam.splitlines() if "m[i] * correct1" in line)
    return {
        "a copy": ("chapters/02_conv/old.c", body),
        "in a page": ("chapters/02_conv/README.md", f"\n```c\n{body}```\n"),
        "in a comment's neighbourhood": ("docs/names.md", f"Text. {body} Text."),
        "in other lines": ("common/shape.c", re.sub(r"\s+", "\n", body)),
        "one line": ("chapters/06_optimizers/main.c", line),
        "with comments in between": ("tests/note.txt", body.replace(";", "; /* here */")),
    }


def planted_are_found(folder):
    if handout.leaked(folder):
        raise Failure("there are leaks before anything is planted")
    for how, (path, text) in plants().items():
        place = folder / path
        old = place.read_text() if place.exists() else None
        place.write_text((old or "") + text)
        found = handout.leaked(folder)
        if old is None:
            place.unlink()
        else:
            place.write_text(old)
        if not any(line.startswith(path) for line in found):
            raise Failure(f"a planted solution is not found: {how}")


def check(parts, short):
    with tempfile.TemporaryDirectory(prefix="handout-") as top:
        top = pathlib.Path(top)
        tree = top / "handout"
        handout.make(parts, tree)
        same_twice(parts, tree, top / "second")
        print("made twice it is the same")
        planted_are_found(tree)
        print(f"{len(plants())} planted solutions are found")
        compilers = ("gcc",) if short else ("gcc", "clang")
        warnings(tree, compilers)
        print(f'{" and ".join(compilers)}: no warnings')
        all_todo(tree)
        tests_say_todo(tree)
        print("every item is TODO: 0 points")
        one_exercise(tree, "04.1")
        borrowed(tree)
        print("04.1 alone passes; 02.4 passes on a borrowed chapter 1")
        pasted_scores_all(tree)
        print("with its solutions it is the reference: 100 points")
        print("the table names the same causes: " + same_causes(tree, short))


def main(arguments):
    if not 1 <= len(arguments) <= 2 or arguments[1:] not in ([], ["short"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        check(pathlib.Path(arguments[0]), len(arguments) == 2)
    except (Failure, handout.Failure, listed.Problem) as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
