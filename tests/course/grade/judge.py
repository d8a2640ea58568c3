"""Compiles a submission in the sandbox and has it judged; see judge.c and probe.c.

Each source is judged on its own, among the reference's. An exercise that does not pass because
something else in its source is wrong, or because the source does not compile, is judged once more
as a piece: the exercise as it was handed in, among the reference's functions that it may call.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import time

import exercises as listed
import pieces
import sandbox
from sandbox import Box, GraderFault, Limits

COMPILING = Limits("compile", 20, 1024, 16, 24)
RUNNING = Limits("run", 200, 256, 0, 5)
RUNNING_ALONE = Limits("compile", 20, 256, 1, 5)  # its output goes into a file
TRAINING = Limits("run", 200, 768, 0, 5)  # OpenBLAS hangs where memory is short
BUDGET = 300  # seconds for a submission; up to three times as many on a busy machine
SLOW = 10  # seconds for a compiler: it is not asked about every exercise of such a source
VERDICTS = ("PASS", "FAIL", "TODO", "BLOCKED")


class Kit:
    """The files that submissions are compiled and linked with; `make kit` builds them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        try:
            words = json.loads((self.folder / "kit.json").read_text())
        except (OSError, ValueError) as problem:
            raise GraderFault(f"no kit to compile with: {problem}") from problem
        self.hash, self.compiler, self.flags = words["hash"], words["compiler"], words["flags"]
        self.libraries, self.canary = words["libraries"], words["canary"]
        self.tree, self.exercises = set(words["tree"]), words["exercises"]
        self.basenames = {name.split("/")[-1] for name in self.tree}
        self.folders = {name.rpartition("/")[0] for name in self.tree}
        self.judge, self.cage = self.folder / "judge", self.folder / "cage"
        listed.use(self.exercises)

    def given(self, name):
        """A source as it is handed out; None for one that the tree does not have."""
        path = self.folder / "given" / name
        return path.read_text() if path.exists() else None

    def secrets(self):
        """The files that no submission may read."""
        found = [self.judge, self.folder / "whole.a", self.folder / "canary.c"]
        tree = listed.TOP / self.canary
        return found + [tree] if tree.exists() else found

    def fill(self, box):
        """Copies into a box the files that the sandbox may see, part by part."""
        for name in ("include", "drivers", "neighbours", "whole.a"):
            box.add(self.folder / name, name)
        for archive in self.folder.glob("chapters/*/*.a"):
            box.add(archive, f"archives/{archive.parent.name}/{archive.name}")


class Row:
    """An item and its outcome."""

    def __init__(self, exercise, item, name):
        self.exercise, self.item, self.name = exercise, item, name
        self.chapter, self.points = exercise["chapter"], item["points"]
        self.verdict, self.text, self.causes = None, "", []
        self.seconds = 0.0

    def settle(self, verdict, text, causes=""):
        self.verdict, self.text = verdict, text
        self.causes = [cause for cause in causes.split(",") if cause not in ("", "-")]

    @property
    def won(self):
        return self.points if self.verdict == "PASS" else 0


def chosen(names):
    """Whether an exercise is among chapters and exercises, "02 06.5"; all are in none."""
    names = set(names)
    return lambda e: not names or e["id"] in names or e["id"][:2] in names


def all_rows(names=()):
    """All items, or those of some chapters and exercises, in the order of the list."""
    wanted = chosen(names)
    return [
        Row(exercise, item, name)
        for exercise in listed.exercises()
        if wanted(exercise)
        for item, name in zip(exercise["items"], listed.items(exercise))
    ]


class Budget:
    """The time of one submission, however it is spent; more of it while others use the machine."""

    def __init__(self, seconds=BUDGET):
        self.seconds, self.began = seconds, time.monotonic()

    def left(self):
        crowd = os.getloadavg()[0] / len(os.sched_getaffinity(0))
        return self.seconds * min(max(crowd, 1), 3) - (time.monotonic() - self.began)


class Nothing:
    """A submission without anything."""

    @staticmethod
    def helpers(_):
        return {}


class Grading:
    """One submission on its way to a score."""

    def __init__(self, kit, box, submission, seed, jobs=1, names=()):
        self.kit, self.sandbox, self.submission = kit, box, submission
        self.seed, self.jobs, self.names = seed, jobs, list(names)
        self.rows, self.logs, self.printed = all_rows(names), {}, {}
        self.objects, self.helpers = {}, {}
        self.slow = set()  # sources that took long to compile
        self.seconds, self.budget = 0.0, Budget()
        self.canary = True  # whether the grader itself is tried

    def run(self, only=None):
        """Judges every source on its own, then all together; or only one source."""
        began = time.monotonic()
        if only:
            self.rows = [row for row in self.rows if row.exercise.get("file") == only]
        with Box() as box:
            self.kit.fill(box)
            self.try_canary(box)
            whole = [row for row in self.rows if "file" not in row.exercise]
            used = {row.exercise.get("file") for row in self.rows}
            names = [name for name in listed.files() if name in used or whole]
            with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
                list(pool.map(lambda name: self.judge_source(box, name), names))
            self.judge_whole(box, whole)
            if self.logs or any(row.verdict == "FAIL" for row in self.rows):
                self.try_canary(box)  # was it perhaps the grader's fault?
        for row in self.rows:
            if row.verdict not in VERDICTS:
                raise GraderFault(f"{row.name} has no verdict")
        self.seconds = time.monotonic() - began
        return self

    @property
    def score(self):
        return sum(row.won for row in self.rows)

    @property
    def points(self):
        return sum(row.points for row in self.rows)

    def keep(self, earlier, names):
        """Adds an earlier grading's results for all other items."""
        again, rows = {row.name: row for row in self.rows}, all_rows(names)
        for row in rows:
            if row.name not in again and row.name not in earlier:
                raise GraderFault(f"the earlier results know nothing of {row.name}")
            if row.name not in again:
                test = earlier[row.name]
                known = test["extra_data"]
                row.settle(known["verdict"], test["output"], ",".join(known["causes"]))
        self.rows = [again.get(row.name, row) for row in rows]

    # ---- the grader itself -----------------------------------------------------------------------

    def try_canary(self, box):
        """The reference's smallest source must compile and pass, in the same box."""
        if not self.canary:
            return
        trial = Grading.__new__(Grading)
        trial.__dict__.update(self.__dict__, logs={}, printed={}, budget=Budget())
        trial.submission = Nothing()
        source = (self.kit.folder / "canary.c").read_bytes()
        rows = [row for row in all_rows() if row.exercise.get("file") == self.kit.canary][:1]
        compiled = trial.compile(box, "canary/canary.c", source, self.kit.canary)
        program = compiled and trial.link(box, self.kit.canary, [compiled])
        if not program:
            said = " ".join(" ".join(sum(trial.logs.values(), [])).split())
            raise GraderFault(f"the reference does not compile in the sandbox: {said[-600:]}")
        trial.judge(box, "canary", program, rows)
        if rows[0].verdict != "PASS":
            said = " ".join(rows[0].text.split())
            raise GraderFault(f"the reference fails {rows[0].name} in the sandbox: {said[:600]}")

    # ---- one source ------------------------------------------------------------------------------

    def judge_source(self, box, name):
        """Judges a source as it was handed in; if it does not build, without the exercise that does
        not; and exercises that are left among the reference's functions."""
        rows = [row for row in self.rows if row.exercise.get("file") == name]
        if name in self.submission.refused:
            settle(rows, "TODO", f"{name} {self.submission.refused[name]}")
            return
        if self.submission.unwritten(name):
            for row in rows:
                lesson = f'chapters/{row.chapter}/README.md, "{row.exercise["section"]}"'
                row.settle("TODO", f"{row.exercise['id']} is not written yet: read {lesson}\n")
            return
        self.place(box, name)
        program, broken = self.build(box, name), set()
        if not program and rows:
            program, broken = self.build_without(box, name)
        sound = [row for row in rows if row.exercise["id"] not in broken]
        if program and sound:
            self.judge(box, name, program, sound)
        by_exercise = {}
        for row in rows:
            by_exercise.setdefault(row.exercise["id"], []).append(row)
        for number, mine in by_exercise.items():
            if not program or number in broken or pieces.held_back(mine, rows):
                why = self.judge_piece(box, name, mine)
                unjudged = [row for row in mine if row.verdict is None]
                settle(unjudged, "FAIL", f"{name} does not build: {why}\n")

    def build_without(self, box, name):
        """A probe of a source in which one exercise is emptied, and which that is."""
        kept, self.logs = self.logs, {}
        try:
            for exercise, text in pieces.without_one(self.kit, self.submission, name):
                if name in self.slow or not text:
                    continue
                place = f"pieces/without-{exercise['id']}/{name}"
                made = self.compile(box, place, encoded(text), name, ["-includetodo.h"])
                helpers = self.helpers.get(name, [])
                program = made and self.link(box, name, [made], helpers, tag=place)
                if program:
                    return program, {exercise["id"]}
            return None, set()
        finally:
            self.logs = kept

    def place(self, box, name):
        """Puts a source into the box, and its chapter's headers and further sources."""
        box.write(name, self.submission.sources[name])
        for helper, data in self.submission.helpers(name).items():
            box.write(helper, data)

    def build(self, box, name):
        """Compiles and links a source as it was handed in; returns the probe, or None."""
        main = self.compile(box, name, self.submission.sources[name], name)
        self.helpers[name] = self.compile_helpers(box, name)
        program = main and self.link(box, name, [main], self.helpers[name])
        if program:
            self.objects[name] = main
        return program

    def compile_helpers(self, box, name):
        """The objects of the chapter's further sources, as far as they compile."""
        kept, self.logs, found = self.logs, {}, []
        for helper, data in self.submission.helpers(name).items():
            made = helper.endswith(".c") and self.compile(box, helper, data, name)
            found += [made] if made else []
        self.logs = kept
        return found

    def compile(self, box, name, source, origin, extra=()):
        """Compiles a source in the sandbox, which sees the headers and this source only; returns
        the object's name. `origin` is the source that the handout knows it by."""
        box.write(name, source)
        headers = [h for h in self.submission.helpers(origin) if h.endswith(".h")]
        command = [self.kit.compiler, *self.kit.flags]
        folders = ["-Iinclude/common", "-Iinclude/chapters", *extra]
        tail = ["-fmax-errors=20", "-fdiagnostics-color=never", "-c", name]
        data = None
        if headers:  # the student's own first, which at home would have been used
            words = [*command, "-Ichapters", *folders, *tail]
            data = self.make(box, origin, ["include", name, *headers], words, quiet=True)
        data = data or self.make(box, origin, ["include", name], [*command, *folders, *tail])
        if data is None:
            return None
        made = f"objects/{name.removesuffix('.c')}.o"
        box.write(made, data)
        return made

    def link(self, box, name, objects, helpers=(), neighbours=(), tag="whole"):
        """Links a probe in the sandbox, which sees the files that the chapter may use and nothing
        else. If its helpers do not fit, it is linked without them."""
        if helpers:
            kept, self.logs = self.logs, {}
            program = self.link(box, name, [*objects, *helpers], (), neighbours, tag)
            self.logs = kept
            if program:
                return program
        chapter = name.split("/")[1]
        driver, archive = f"drivers/{chapter[:2]}.o", f"archives/{name[9:-2]}.a"
        if name == "chapters/all":
            driver, archive = "drivers/whole.o", "whole.a"
        parts = [*objects, driver, *neighbours, archive]
        command = [self.kit.compiler, "-pthread", *parts, *self.kit.libraries]
        data = self.make(box, name, parts, command)
        if data is None:
            return None
        program = f"probes/{tag}/{name}.{len(objects)}"
        box.write(program, data, 0o755)
        return program

    def make(self, box, name, names, command, quiet=False):
        """Runs a compiler; its product comes through a pipe. None, and a log, if there is none."""
        if self.budget.left() <= 0:
            return None
        script = 'f=$T/$$; "$@" -o "$f" && cat "$f"; code=$?; rm -f "$f"; exit $code'
        words = ["sh", "-c", script, "sh", *command]
        began = time.monotonic()
        code, data, complaint = self.sandbox.run(box, names, words, COMPILING)
        if time.monotonic() - began > SLOW:
            self.slow.add(name)
        if code == 0 and data:
            return data
        text = complaint.decode("ascii", "replace")
        if code is None:
            text += "\nthe compiler took too long\n"
        elif not text.strip():
            text = f"the compiler ended with code {code}\n"
        if not quiet:
            self.logs.setdefault(name.split("/")[1], []).append(f"{name}:\n{text}")
        return None

    # ---- a piece ---------------------------------------------------------------------------------

    def judge_piece(self, box, name, rows):
        """Judges one exercise of a source among the reference's functions that it may call; returns
        the compiler's messages if that is not possible."""
        exercise, first = rows[0].exercise, ""
        kept, self.logs = self.logs, {}
        found = pieces.pieces(self.kit, self.submission, exercise, name in self.slow)
        for number, piece in enumerate(found):
            place = f"pieces/{exercise['id']}-{number}/{name}"
            made = self.compile(box, place, encoded(piece.text), name, ["-includetodo.h"])
            around = [f"neighbours/{number}.o" for number in piece.neighbours]
            helpers = self.helpers.get(name, [])
            program = made and self.link(box, name, [made], helpers, around, place)
            if program:
                trial = [Row(row.exercise, row.item, row.name) for row in rows]
                self.judge(box, f"{name}, {exercise['id']} alone", program, trial)
                pieces.take_better(rows, trial, piece)
                break
            first = first or first_error(sum(self.logs.values(), []))
        own, self.logs = self.logs, kept
        return first or first_error(sum(own.values(), []) + sum(kept.values(), []))

    # ---- judging ---------------------------------------------------------------------------------

    def judge(self, box, name, program, rows, limits=RUNNING):
        """Has the items judged by the judge's process, which starts the probe in the sandbox."""
        left = int(self.budget.left())
        if left <= 0:
            settle(rows, "FAIL", f"not judged: all of it together took more than {BUDGET} s")
            return
        words = [f"./{program}"]
        with self.sandbox.ready(box, [program], words, limits, channel=True) as probe:
            items = [row.name for row in rows]
            command = [str(self.kit.judge), f"-s{self.seed}", f"-b{left}", *items, "--", *probe]
            found = self.ask(name, command, left)
        for row, verdict in zip(rows, found["items"]):
            row.settle(verdict["verdict"], verdict["text"], verdict["causes"])
            row.seconds = verdict["seconds"]
        if found["printed"].strip():
            self.printed[name] = found["printed"]

    def ask(self, name, command, seconds):
        """The judge's answer."""
        child = sandbox.running.start(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.kit.folder,
        )
        try:
            out, complaint = child.communicate(timeout=seconds + 120)
            if child.returncode != 0:
                said = complaint.decode("ascii", "replace").strip()[-300:]
                raise GraderFault(f"judging {name}: code {child.returncode}: {said}")
            found = json.loads(out)
            if len(found["items"]) == command.index("--") - 3:
                return found
            raise ValueError("items are missing")
        except (subprocess.SubprocessError, OSError, ValueError, KeyError) as problem:
            raise GraderFault(f"judging {name}: {problem}") from problem
        finally:
            sandbox.running.end(child)

    def judge_whole(self, box, rows):
        """All of the student's code together, once it links."""
        if not rows:
            return
        row = rows[0]
        needs = set(row.exercise["needs"])
        open_ones = [
            other
            for other in self.rows
            if other.exercise["id"] in needs and other.points > 0 and other.verdict != "PASS"
        ]
        if any(other.verdict == "TODO" for other in open_ones):
            first = next(other for other in open_ones if other.verdict == "TODO")
            settle(rows, "TODO", f"{first.name} comes first: it is not written yet")
            return
        absent = [name for name in listed.files() if name not in self.objects]
        if absent:
            settle(rows, "BLOCKED", f"{absent[0]} comes first: it does not build")
            return
        objects = [self.objects[name] for name in listed.files()]
        helpers = list(dict.fromkeys(sum(self.helpers.values(), [])))
        program = self.link(box, "chapters/all", objects, helpers)
        if not program:
            settle(rows, "FAIL", "the sources do not link together: see the log")
            return
        self.judge(box, "all together", program, rows, TRAINING)
        if row.verdict != "PASS" and open_ones:
            settle(rows, "BLOCKED", f"{open_ones[0].name} comes first: it does not pass yet")


def first_error(logs):
    """The line of a compiler's complaints that says most."""
    lines = [line.strip() for line in "\n".join(logs).split("\n")]
    for word in ("error:", "undefined reference", "multiple definition", "cannot", ""):
        for line in lines:
            if word in line and line and not line.endswith((".c:", "':")):
                return line[:300]
    return "the compiler said nothing"


def encoded(text):
    return text.encode("utf-8", "surrogateescape")


def settle(rows, verdict, text):
    for row in rows:
        row.settle(verdict, text)
