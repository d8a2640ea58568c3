#!/usr/bin/env python3
"""Five questions about a submission that only who understands it can answer, and the answers.

    viva.py [--out DIR] [--seed N] [--isolation LEVEL] [--kit DIR] [--exercises LIST] SUBMISSION

Writes DIR/questions.md for the student and DIR/answers.md for the examiner (build/viva). Every
answer is computed from this submission by running it in the sandbox, and confirmed by another run:
a debugger's by the program without it and by a second debugging run, a mutation's with other data.
Another seed gives other questions. Exit code 3 when no exercise passes, or the grader failed.
"""
import dataclasses
import json
import os
import pathlib
import random
import re
import secrets
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import exercises as listed  # noqa: E402
import grade as single  # noqa: E402
import judge  # noqa: E402
import pieces  # noqa: E402
import sandbox  # noqa: E402
from results import replace  # noqa: E402
from submission import Submission  # noqa: E402

QUESTIONS = 5
SMALL = 90  # numbers that a question may give
TRIES = 60
DEBUGGING = sandbox.Limits("debug", 60, 2048, 8, 40)
REALS, GIVEN, RESULT, SUM = 0, 0, 1, 2  # as call.h counts them
CHANGES = (
    (" < ", " <= "),
    (" <= ", " < "),
    (" > ", " >= "),
    (" += ", " = "),
    (" + ", " - "),
    (" - ", " + "),
    (" * ", " + "),
    ("stride", "1"),
    ("pad", "0"),
)


@dataclasses.dataclass
class Question:
    """A question, its answer, and how the answer was found."""

    exercise: dict
    text: str
    answer: str
    checked: str


class Viva:
    """A submission that is asked about."""

    def __init__(self, kit, box, submission, seed, names):
        self.kit, self.sandbox, self.submission = kit, box, submission
        self.seed, self.names, self.dice = seed, names, random.Random(seed)

    def questions(self):
        """Five, of different kinds and as far as possible about different exercises."""
        rows = judge.Grading(self.kit, self.sandbox, self.submission, self.seed, 2, self.names)
        rows = [row for row in rows.run().rows if "file" in row.exercise]
        passed = {row.exercise["id"] for row in rows}
        passed -= {row.exercise["id"] for row in rows if row.verdict != "PASS"}
        able = [e for e in listed.exercises() if e["id"] in passed]
        if not able:
            raise judge.GraderFault("no exercise passes: there is nothing to ask about")
        kinds = [self.ask_line, self.ask_deleted, self.ask_count, self.ask_changed, self.ask_value]
        found, asked = [], set()
        with sandbox.Box() as self.box:
            for name in ("include", "drivers", "neighbours", "whole.a", "viva"):
                self.box.add(self.kit.folder / name, name)
            self.kit.fill(self.box)
            for turn in range(TRIES):
                kind = (
                    kinds[len(found) % len(kinds)] if turn < TRIES // 2 else self.dice.choice(kinds)
                )
                fresh = [e for e in able if e["id"] not in asked] or able
                question = kind(self.dice.choice(fresh))
                if question and question.text not in {q.text for q in found}:
                    found.append(question)
                    asked.add(question.exercise["id"])
                if len(found) == QUESTIONS:
                    return found
        raise judge.GraderFault(f"only {len(found)} questions could be made")

    # ---- the source ------------------------------------------------------------------------------

    def text(self, exercise):
        return pieces.text_of(self.submission, exercise["file"])

    def lines(self, exercise):
        """[(number, line)] of an exercise in the student's source."""
        text, found = self.text(exercise), []
        for start, end in pieces.places(text, exercise) or []:
            first = text.count("\n", 0, start) + 1
            found += enumerate(text[start:end].rstrip("\n").split("\n"), first)
        return found

    def statements(self, exercise):
        """The lines in which something is done."""
        seen = listed.blind("\n".join(line for _, line in self.lines(exercise))).split("\n")
        numbers = [number for number, _ in self.lines(exercise)]
        return [
            n for n, line in zip(numbers, seen) if line.rstrip().endswith(";") and line[:1] == " "
        ]

    @staticmethod
    def name(exercise):
        return " and ".join(f"`{name}()`" for name in exercise["functions"])

    # ---- one call under the debugger -------------------------------------------------------------

    def program(self, exercise):
        """The submission's source, for a debugger."""
        name = exercise["file"]
        helpers = self.submission.helpers(name)
        for path, data in {**helpers, name: self.submission.sources[name]}.items():
            self.box.write(path, data)
        flags = [flag for flag in self.kit.flags if not flag.startswith("-O")] + ["-O0", "-g"]
        folders = ["-Ichapters", "-Iinclude/common", "-Iinclude/chapters"]
        chapter = name.split("/")[1]
        parts = [f"viva/{chapter[:2]}.o", f"archives/{name[9:-2]}.a"]
        sources = [name, *(path for path in helpers if path.endswith(".c"))]
        script = 'f=$T/$$; "$@" -o "$f" && cat "$f"'
        command = [self.kit.compiler, *flags, "-w", *folders, *sources, *parts, *self.kit.libraries]
        names = ["include", *sources, *(p for p in helpers if p.endswith(".h")), *parts]
        words = ["sh", "-c", script, "sh", *command]
        code, data, _ = self.sandbox.run(self.box, names, words, judge.COMPILING)
        if code != 0:
            return None
        self.box.write("program", data, 0o755)
        return "program"

    def call(self, exercise):
        """A small case of an exercise: (its description, an array, an entry of it)."""
        item = self.dice.choice(listed.items(exercise))
        for case in range(4):
            path = self.box.store / "call"
            command = [self.kit.folder / "ask", str(self.seed), item, str(case), path]
            done = subprocess.run(command, stdout=subprocess.PIPE, env={}, cwd=self.kit.folder)
            if done.returncode != 0:
                return None
            path.chmod(0o644)
            told = json.loads(done.stdout)
            given = sum(len(a["values"]) for a in told["arrays"] if a["role"] == GIVEN)
            results = [
                a
                for a in told["arrays"]
                if a["role"] in (RESULT, SUM) and a["kind"] == REALS and len(a["values"]) > 1
            ]
            if results and given <= SMALL:
                array = self.dice.choice(results)
                return told, array, self.dice.randrange(len(array["values"]))
        return None

    def debug(self, commands, array, entry):
        """The output of gdb."""
        script = "set pagination off\nset width 0\nset debuginfod enabled off\n"
        script += "maint set worker-threads 0\nbreak viva_begin\nrun\n" + commands
        self.box.write("script", script.encode())
        words = [
            "gdb",
            "-nx",
            "-batch",
            "-x",
            "script",
            "--args",
            "./program",
            "call",
            str(array["slot"]),
            str(entry),
        ]
        names = ["program", "call", "script"]
        code, out, _ = self.sandbox.run(self.box, names, words, DEBUGGING)
        return out.decode("ascii", "replace") if code == 0 else ""

    def value(self, array, entry):
        """The entry after the call, without a debugger."""
        words = ["./program", "call", str(array["slot"]), str(entry)]
        code, out, _ = self.sandbox.run(self.box, ["program", "call"], words, judge.RUNNING_ALONE)
        return out.decode().strip() if code == 0 else None

    def scene(self, exercise):
        """A program and a call of it, ready to be looked at; None if there is no small one."""
        if exercise["id"][:2] == "07" or not self.program(exercise):
            return None
        return self.call(exercise)

    # ---- kinds of questions ----------------------------------------------------------------------

    def ask_line(self, exercise):
        """Which line makes an entry, and with which value?"""
        scene = self.scene(exercise)
        if not scene:
            return None
        told, array, entry = scene
        commands = (
            'watch -l *(float *)viva_entry\ncommands\nsilent\nprintf "\\nHIT\\n"\n'
            "info line *($pc - 1)\nbt 6\ncontinue\nend\nbreak viva_end\ncontinue\n"
        )
        out = self.debug(commands, array, entry)
        hits = out.split("\nHIT\n")[1:]
        number = self.line_of(hits[-1], exercise) if hits else None
        value = self.value(array, entry)
        again = self.debug(commands, array, entry).split("\nHIT\n")[1:]
        before = array["values"][entry]
        if number not in dict(self.lines(exercise)) or value is None or float(value) == before:
            return None
        if not again or self.line_of(again[-1], exercise) != number:
            return None
        held = f" It held {before:g} before the call." if array["role"] == SUM else ""
        return Question(
            exercise,
            f"In this call, which line writes {where(array, entry)} last, and with which value?"
            f"{held}\n\n{data(told)}",
            f"line {number}; it is {value}",
            f"a watchpoint in gdb, twice ({len(hits)} changes in all); the value also without it",
        )

    def line_of(self, hit, exercise):
        """The line of the student's source that was at work when a watchpoint was hit."""
        file = re.escape(exercise["file"])
        innermost = re.match(rf'Line (\d+) of "{file}"', hit)
        if innermost:
            return int(innermost[1])
        frames = re.findall(rf" at {file}:(\d+)", hit)
        return int(frames[0]) if frames else None

    def ask_count(self, exercise):
        """How often does a line run?"""
        scene = self.scene(exercise)
        if not scene or not self.statements(exercise):
            return None
        told, array, entry = scene
        number = self.dice.choice(self.statements(exercise))
        place = f"break {exercise['file']}:{number}"
        out = self.debug(
            f"{place}\nignore 2 100000000\nbreak viva_end\ncontinue\ninfo breakpoints\n",
            array,
            entry,
        )
        count = re.search(r"^2 .*\n(?:.*\n)*?\s+breakpoint already hit (\d+) times", out, re.M)
        if not count or int(count[1]) < 3 or f":{number}\n" not in out:
            return None
        times = int(count[1])
        # It must stop when one time less is passed over, and not when all are.
        stops = [
            "SEEN"
            in self.debug(
                f'{place}\nignore 2 {passed}\ncommands 2\nprintf "SEEN\\n"\nend\n'
                "break viva_end\ncontinue\n",
                array,
                entry,
            )
            for passed in (times - 1, times)
        ]
        if stops != [True, False]:
            return None
        return Question(
            exercise,
            f"In this call, how often does line {number} run?\n\n{data(told)}",
            f"{times} times",
            "counted by a breakpoint in gdb; passing over one less stops there, over all does not",
        )

    def ask_value(self, exercise):
        """Which value does a variable have when a line runs for the k-th time?"""
        scene = self.scene(exercise)
        shown = "\n".join(line for _, line in self.lines(exercise))
        names = sorted(
            set(re.findall(r"\bint (\w+) =", shown)) | set(re.findall(r", (\w+) = ", shown))
        )
        if not scene or not names or not self.statements(exercise):
            return None
        told, array, entry = scene
        number, name = self.dice.choice(self.statements(exercise)), self.dice.choice(names)
        times = self.dice.randrange(2, 6)
        place = f"break {exercise['file']}:{number}"
        show = f'printf "SEEN %d\\n", (int)({name})\n'
        found = [
            re.search(r"^SEEN (-?\d+)$", self.debug(commands, array, entry), re.M)
            for commands in (
                f"{place}\nignore 2 {times - 1}\ncontinue\n{show}",
                f"{place}\n" + "continue\n" * times + show,
            )
        ]
        line = dict(self.lines(exercise))[number]
        if not all(found) or found[0][1] != found[1][1] or not re.search(rf"\b{name}\b", line):
            return None
        return Question(
            exercise,
            f"In this call, when line {number} runs for time number {times}, which value does "
            f"`{name}` have just before?\n\n{data(told)}",
            f"`{name}` is {found[0][1]}",
            "looked at in gdb, by passing over and by stopping each time",
        )

    def ask_deleted(self, exercise):
        statements = self.statements(exercise)
        if not statements:
            return None
        number = self.dice.choice(statements)
        lines = self.text(exercise).split("\n")
        lines[number - 1] = ""
        return self.ask_mutant(exercise, "\n".join(lines), f"Line {number} is deleted.")

    def ask_changed(self, exercise):
        number, line = self.dice.choice(self.lines(exercise))
        able = [(old, new) for old, new in CHANGES if line.count(old) == 1 and "/*" not in line]
        if not able:
            return None
        old, new = self.dice.choice(able)
        lines = self.text(exercise).split("\n")
        lines[number - 1] = line.replace(old, new)
        change = (
            f"In line {number}, `{old.strip()}` becomes `{new.strip()}`:\n\n"
            f"    {lines[number - 1].strip()}\n"
        )
        return self.ask_mutant(exercise, "\n".join(lines), change)

    def ask_mutant(self, exercise, text, change):
        """Which item fails first when the source is changed?"""
        first = [self.first_failing(exercise, text, seed) for seed in (self.seed, self.seed + 1)]
        if not all(first) or first[0][0] != first[1][0]:
            return None
        items = ", ".join(
            f"{name} ({item['title']})"
            for name, item in zip(listed.items(exercise), exercise["items"])
        )
        return Question(
            exercise,
            f"{change}\n\nWhich item of this exercise fails first, and why? They are: {items}.",
            f"{first[0][0]}: {''.join(first[0][1])}",
            "compiled, and judged with two seeds",
        )

    def first_failing(self, exercise, text, seed):
        """(item, its message) of a changed source; None if all pass or it does not compile."""
        submission = Mutant(self.submission, exercise["file"], text)
        grading = judge.Grading(self.kit, self.sandbox, submission, seed, 1, [exercise["id"]])
        grading.canary = False  # the submission itself has passed here
        for row in grading.run().rows:
            if row.verdict != "PASS":
                lines = [line.strip() for line in row.text.split("\n")]
                return None if "does not build" in row.text else (row.name, lines[2:3])
        return None


class Mutant:
    """A submission with another source."""

    def __init__(self, submission, name, text):
        self.sources = {**submission.sources, name: judge.encoded(text)}
        self.refused, self.ignored, self.helpers = submission.refused, [], submission.helpers
        self.untouched, self.when = False, 0.0

    @staticmethod
    def unwritten(_):
        return False


# ---- words ---------------------------------------------------------------------------------------


def where(array, entry):
    """`dw` (f,ch,p,q) = (0,0,1,0)"""
    index = []
    for extent in reversed(array["extent"]):
        index.insert(0, entry % extent)
        entry //= extent
    axes = array["axis"].replace("|", ",")
    return f"`{array['name']}` ({axes}) = ({','.join(map(str, index))})"


def data(told):
    """The arguments of a call: a line for each row of numbers."""
    lines = [f"    {told['text']}"]
    for array in told["arrays"]:
        if array["role"] != GIVEN:
            continue
        width, values = array["extent"][-1], [
            f"{v:g}" if v is not None else "NaN" for v in array["values"]
        ]
        rows = ["  ".join(values[i : i + width]) for i in range(0, len(values), width)]
        axes = array["axis"].replace("|", ",")
        lines.append(f"    {array['name']} ({axes}), {'x'.join(map(str, array['extent']))}:")
        lines += [f"        {row}" for row in rows]
    return "\n".join(lines)


def pages(viva, questions):
    """The student's page and the examiner's."""
    head = [f"# Questions about {viva.submission.name}", "", f"Seed {viva.seed}.", ""]
    asked, told = list(head), [head[0].replace("Questions", "Answers"), *head[1:]]
    for number, question in enumerate(questions, 1):
        exercise = question.exercise
        title = f"## {number}. {exercise['id']}, {viva.name(exercise)}"
        source = [f"    {n:4} {line}" for n, line in viva.lines(exercise)]
        asked += [title, "", question.text, "", f"Your {exercise['file']}:", "", *source, ""]
        told += [
            title,
            "",
            question.text.split("\n\n")[0],
            "",
            f"**{question.answer}**",
            "",
            f"Checked: {question.checked}.",
            "",
        ]
    return "\n".join(asked), "\n".join(told)


def main():
    parser = single.command_line(__doc__, "build/viva")
    parser.add_argument("submission")
    chosen = parser.parse_args()
    os.umask(0o022)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, single.interrupted)
    try:
        kit = judge.Kit(chosen.kit)
        box = sandbox.best(kit.cage, kit.secrets(), chosen.isolation)
        seed = secrets.randbits(32) if chosen.seed is None else chosen.seed
        submission = Submission(chosen.submission, kit)
        viva = Viva(kit, box, submission, seed, single.names_of(chosen.exercises, kit))
        asked, told = pages(viva, viva.questions())
    except KeyboardInterrupt:
        return 130
    except single.Usage as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except (judge.GraderFault, OSError, subprocess.SubprocessError) as problem:
        print(f"error: no questions: {problem}", file=sys.stderr)
        return 3
    out = pathlib.Path(chosen.out)
    out.mkdir(parents=True, exist_ok=True)
    replace(out / "questions.md", asked)
    replace(out / "answers.md", told)
    print(told)
    print(f"written to {out}/questions.md and {out}/answers.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
