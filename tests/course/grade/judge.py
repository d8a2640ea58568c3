"""Compiles a submission in the sandbox and has it judged; see judge.c and probe.c."""
import concurrent.futures
import json
import pathlib
import subprocess
import time

import exercises as listed
from sandbox import Box, GraderFault, Limits, MIB

COMPILING = Limits(20)
RUNNING = Limits(200, memory=256 * MIB, output=64 * 1024)
TRAINING = Limits(200, memory=768 * MIB, output=64 * 1024)  # OpenBLAS hangs where memory is short
OVERALL = 900  # seconds for the judge of one source


class Kit:
    """What submissions are compiled and linked with; `make kit` builds it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        try:
            lines = (self.folder / "flags").read_text().splitlines()
        except OSError as problem:
            raise GraderFault(f"no kit to compile with: {problem}") from problem
        self.compiler = lines[0]
        self.flags, self.libraries = lines[1].split(), lines[2].split()
        self.judge = self.folder / "judge"

    def fill(self, box):
        """Copies into a box what the sandbox may see, part by part."""
        box.copy(self.folder / "include", "include")
        box.copy(self.folder / "driver.o", "driver.o")
        for archive in self.folder.glob("chapters/*/*.a"):
            box.copy(archive, str(archive.relative_to(self.folder)))
        box.copy(self.folder / "whole.a", "whole.a")


class Row:
    """An item and what became of it."""

    def __init__(self, exercise, item, name):
        self.exercise, self.item, self.name = exercise, item, name
        self.chapter, self.points = exercise["chapter"], item["points"]
        self.verdict, self.text, self.causes = None, "", []

    def settle(self, verdict, text, causes=""):
        self.verdict, self.text = verdict, text
        self.causes = [cause for cause in causes.split(",") if cause not in ("", "-")]

    @property
    def won(self):
        return self.points if self.verdict == "PASS" else 0


def all_rows():
    """All items, in the order of the list."""
    return [
        Row(exercise, item, name)
        for exercise in listed.exercises()
        for item, name in zip(exercise["items"], listed.items(exercise))
    ]


class Grading:
    """One submission on its way to a score."""

    def __init__(self, kit, sandbox, submission, seed, jobs=1):
        self.kit, self.sandbox, self.submission = kit, sandbox, submission
        self.seed, self.jobs = seed, jobs
        self.rows, self.logs, self.printed = all_rows(), {}, {}
        self.objects, self.seconds = {}, 0.0

    def run(self, only=None):
        """Judges every source on its own, then all together; or only one source."""
        began = time.monotonic()
        if only:
            self.rows = [row for row in self.rows if row.exercise.get("file") == only]
        with Box() as box:
            self.kit.fill(box)
            with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
                names = [only] if only else listed.files()
                list(pool.map(lambda name: self.judge_source(box, name), names))
            if not only:
                self.judge_whole(box)
        for row in self.rows:
            if row.verdict not in ("PASS", "FAIL", "TODO", "BLOCKED"):
                raise GraderFault(f"{row.name} has no verdict")
        self.seconds = time.monotonic() - began
        return self

    @property
    def score(self):
        return sum(row.won for row in self.rows)

    # ---- one source ------------------------------------------------------------------------------

    def judge_source(self, box, name):
        rows = [row for row in self.rows if row.exercise.get("file") == name]
        if name in self.submission.refused:
            self.settle(rows, "TODO", f"{name} {self.submission.refused[name]}")
        elif not self.compile(box, name):
            self.settle(rows, "FAIL", f"{name} does not compile: see its chapter's log")
        else:
            archive = name.removesuffix(".c") + ".a"
            program = self.link(box, name, [name.removesuffix(".c") + ".o"], archive)
            if program is None:
                self.settle(rows, "FAIL", f"{name} does not link: see its chapter's log")
            else:
                self.judge(box, name, program, rows)

    @staticmethod
    def settle(rows, verdict, text):
        for row in rows:
            row.settle(verdict, text)

    def compile(self, box, name):
        """Compiles a source in the sandbox, which sees the headers and this source only."""
        box.write(name, self.submission.sources[name])
        command = [
            self.kit.compiler,
            *self.kit.flags,
            '-DBUILD="build"',
            "-Iinclude/common",
            "-Iinclude/chapters",
            "-fmax-errors=20",
            "-c",
            name,
        ]
        data = self.make(box, name, ["include", name], command)
        if data is not None:
            self.objects[name] = name.removesuffix(".c") + ".o"
            box.write(self.objects[name], data)
        return data is not None

    def link(self, box, name, objects, archive):
        """Links a probe in the sandbox, which sees no reference of what the submission wrote."""
        command = [
            self.kit.compiler,
            "-pthread",
            *objects,
            "driver.o",
            archive,
            *self.kit.libraries,
        ]
        data = self.make(box, name, [*objects, "driver.o", archive], command)
        if data is None:
            return None
        program = f"probes/{name.replace('/', '.')}"
        box.write(program, data, 0o755)
        return program

    def make(self, box, name, names, command):
        """Runs a compiler; its product comes through a pipe. None, and a log, if there is none."""
        script = 'f=$T/$$; "$@" -o "$f" && cat "$f"; code=$?; rm -f "$f"; exit $code'
        words = ["sh", "-c", script, "sh", *command]
        code, data, complaint = self.sandbox.run(box, names, words, COMPILING)
        if code == 0 and data:
            return data
        text = complaint.decode("ascii", "replace")
        if code is None:
            text += "\nthe compiler took too long\n"
        elif not text.strip():
            text = f"the compiler ended with code {code}\n"
        self.logs.setdefault(name.split("/")[1], []).append(f"{name}:\n{text}")
        return None

    # ---- judging ---------------------------------------------------------------------------------

    def judge(self, box, name, program, rows, limits=RUNNING):
        """Has the items judged by the judge's process, which starts the probe in the sandbox."""
        probe = self.sandbox.command(box, [program], [f"./{program}"], limits)
        command = [
            str(self.kit.judge),
            "-s",
            str(self.seed),
            *(row.name for row in rows),
            "--",
            *probe,
        ]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                cwd=listed.TOP,
                timeout=OVERALL,
                stdin=subprocess.DEVNULL,
                check=True,
            )
            found = json.loads(done.stdout)
        except (subprocess.SubprocessError, OSError, ValueError) as problem:
            raise GraderFault(f"judging {name}: {problem}") from problem
        for row, verdict in zip(rows, found["items"], strict=True):
            row.settle(verdict["verdict"], verdict["text"], verdict["causes"])
        if found["printed"].strip():
            self.printed[name] = found["printed"]

    def judge_whole(self, box):
        """All of the student's code together, once everything that it needs passes."""
        rows = [row for row in self.rows if "file" not in row.exercise]
        for row in rows:
            needs = set(row.exercise["needs"])
            missing = [
                other
                for other in self.rows
                if other.exercise["id"] in needs and other.points > 0 and other.verdict != "PASS"
            ]
            unwritten = all(other.verdict == "TODO" for other in missing)
            if missing:
                row.settle(
                    "TODO" if unwritten else "BLOCKED",
                    f"{missing[0].name} comes first: it does not pass yet",
                )
        ready = [row for row in rows if row.verdict is None]
        absent = [name for name in listed.files() if name not in self.objects]
        if ready and absent:
            self.settle(ready, "BLOCKED", f"{absent[0]} comes first: it does not compile")
        elif ready:
            objects = list(self.objects.values())
            program = self.link(box, "chapters/07_lenet5/all", objects, "whole.a")
            if program:
                self.judge(box, "all together", program, ready, TRAINING)
            else:
                self.settle(ready, "FAIL", "the sources do not link together: see the log")
