#!/usr/bin/env python3
"""Grades a class: every folder and every archive in SUBMISSIONS is a submission.

    course.py [options] SUBMISSIONS

SUBMISSIONS is a folder, or the archive in which a platform hands out all of them.

    --out DIR         where everything goes (build/class)
    --jobs N          submissions at a time on each machine (one per processor)
    --sshlogin LIST   also on these machines, ":,grader2"; the colon is this one. This tree, with
                      its kit, and the submissions have the same paths there
    --seed N          of the judge's inputs, the same for all; without, a random one
    --exercises LIST  only these chapters and exercises, "02 06.5"
    --isolation LEVEL bwrap, user or limits: chosen once, for all
    --roster FILE     a platform's list of students: the same file is written with grades in it
    --column NAME     of the roster, for grades, where it is not clear
    --before TIME     "2026-11-30 23:59": later submissions are late
    --late FILE       a table "student,days" of how many days are granted
    --regrade LIST    judges these exercises again for all, or everything: "all"
    --student NAME    looks at this submission only; the others keep what they have
    --anonymous       also writes everything without names, for assistants

A submission with a score for the same content, seed, kit and exercises keeps it; a stopped run
resumes where it was. Exit code 0 when every submission has a score, 3 when the grader failed at
some.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import queue
import random
import re
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import time
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import entries as handed  # noqa: E402
import exercises as listed  # noqa: E402
import grade as single  # noqa: E402
import judge  # noqa: E402
import results  # noqa: E402
import roster  # noqa: E402
import sandbox  # noqa: E402
import similar  # noqa: E402
import tables  # noqa: E402
from results import replace  # noqa: E402
from submission import NoSubmission, Submission  # noqa: E402

TIMEOUT = 3 * judge.BUDGET + 300  # seconds for a submission
TRIES = 2
DAY = 86400


def arguments():
    parser = single.command_line(__doc__, "build/class")
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--sshlogin", default=":")
    parser.add_argument("--roster")
    parser.add_argument("--column", default="")
    parser.add_argument("--before")
    parser.add_argument("--late")
    parser.add_argument("--regrade", default="")
    parser.add_argument("--student")
    parser.add_argument("--anonymous", action="store_true")
    parser.add_argument("submissions")
    chosen = parser.parse_args()
    for path in (chosen.submissions, chosen.roster, chosen.late):
        if path and not os.path.exists(path):
            parser.error(f"there is no {path}")
    if chosen.jobs < 0:
        parser.error("JOBS is a number of submissions at a time")
    try:
        chosen.before = handed.moment(chosen.before) if chosen.before else None
    except ValueError:
        parser.error('a time is written "2026-11-30 23:59"')
    return chosen


class Course:
    """A class on its way to its grades."""

    def __init__(self, chosen):
        self.chosen, self.out = chosen, pathlib.Path(chosen.out).resolve()
        self.out.mkdir(parents=True, exist_ok=True)
        self.kit = judge.Kit(chosen.kit)
        self.exercises = single.names_of(chosen.exercises, self.kit)
        every = chosen.regrade == "all"
        self.again = [] if every else single.names_of(chosen.regrade, self.kit)
        self.seed = self.remembered_seed(chosen.seed)
        box = sandbox.best(self.kit.cage, self.kit.secrets(), chosen.isolation)
        self.level, self.isolation = box.level, results.isolation(box)
        path = pathlib.Path(chosen.roster) if chosen.roster else None
        self.roster = roster.Roster(path, chosen.column) if path else None
        self.granted = roster.late_days(pathlib.Path(chosen.late)) if chosen.late else {}
        self.entries = handed.collect(chosen.submissions, self.out)
        self.results, self.faults, self.sources = {}, {}, {}
        self.graded = self.kept = 0

    def remembered_seed(self, seed):
        """The seed of the run that is resumed, or a new one."""
        path = self.out / "seed"
        if seed is None and path.exists():
            return int(path.read_text())
        seed = secrets.randbits(48) if seed is None else seed
        replace(path, f"{seed}\n")
        return seed

    def place(self, entry):
        return self.out / "students" / entry.place

    # ---- the work to do --------------------------------------------------------------------------

    def look(self, entry):
        """Reads a submission; returns the prerequisites of its score, None if it cannot be
        judged."""
        if entry.why:
            return None
        try:
            submission = Submission(entry.path, self.kit)
        except NoSubmission as problem:
            entry.why = str(problem)
            return None
        except (OSError, ValueError) as problem:
            self.faults[entry.label] = f"it cannot be read: {problem}"
            return None
        if not entry.when:
            archive = entry.path.is_file()
            entry.when = entry.path.stat().st_mtime if archive else submission.when
        self.sources[entry.label] = submission.sources
        total = hashlib.sha256()
        for name in listed.files():
            total.update(f"{name}\0{submission.refused.get(name)}\0".encode())
            total.update(submission.sources.get(name, b"") + b"\0")
            for helper, data in sorted(submission.helpers(name).items()):
                total.update(helper.encode() + b"\0" + data + b"\0")
        return {
            "content": total.hexdigest(),
            "seed": self.seed,
            "kit": self.kit.hash,
            "exercises": self.exercises,
            "isolation": self.level,
        }

    def earlier(self, entry):
        """The prerequisites of a submission's earlier score; None without one."""
        try:
            key = json.loads((self.place(entry) / "key.json").read_text())
            found = json.loads((self.place(entry) / "results.json").read_text())
            return key if "score" in found else None
        except (OSError, ValueError):
            return None

    def jobs(self):
        """The submissions that must be judged, each with its key and further options."""
        found = []
        for entry in self.entries:
            key, known = self.look(entry), self.earlier(entry)
            if not key or (self.chosen.student and entry.label != self.chosen.student):
                continue
            same = known and {**known, "kit": ""} == {**key, "kit": ""}
            if same and self.again:
                found.append((entry, key, ["--again", " ".join(self.again)]))
            elif known == key and not self.chosen.regrade:
                self.kept += 1
            else:
                found.append((entry, key, []))
        return found

    # ---- doing it --------------------------------------------------------------------------------

    def command(self, entry, options):
        return [
            sys.executable,
            str(pathlib.Path(single.__file__).resolve()),
            "--brief",
            "--jobs=1",
            f"--seed={self.seed}",
            f"--isolation={self.level}",
            f"--exercises={' '.join(self.exercises)}",
            f"--kit={self.kit.folder}",
            *options,
            f"--out={self.place(entry)}",
            "--",
            str(entry.path.resolve()),
        ]

    def judge(self, job, hosts):
        """Judges one submission on a machine that is free."""
        entry, key, options = job
        (self.place(entry) / "key.json").unlink(missing_ok=True)
        for _ in range(TRIES):
            host = hosts.get()
            command = self.command(entry, options)
            if host != ":":
                command = ["ssh", "-o", "BatchMode=yes", host, shlex.join(command)]
            try:
                code, said = run(command)
            finally:
                hosts.put(host)
            if code == 0:
                replace(self.place(entry) / "key.json", json.dumps(key) + "\n")
                self.faults.pop(entry.label, None)
                self.graded += 1
                return
            self.faults[entry.label] = said or f"exit code {code}"

    def grade(self):
        """Judges the submissions without a score, and shows its progress."""
        found = self.jobs()
        print(f"isolation: {self.isolation}", flush=True)
        print(f"{len(found)} to grade, {self.kept} kept from earlier runs", flush=True)
        each = self.chosen.jobs or len(os.sched_getaffinity(0))
        machines = [host for host in re.split(r"[,\s]+", self.chosen.sshlogin) if host]
        hosts = queue.Queue()
        for host in machines * each:
            hosts.put(host)
        began, done = time.monotonic(), 0
        with concurrent.futures.ThreadPoolExecutor(each * len(machines)) as pool:
            waiting = [pool.submit(self.judge, job, hosts) for job in found]
            for future in concurrent.futures.as_completed(waiting):
                future.result()
                done += 1
                self.tell(done, len(found), time.monotonic() - began)

    @staticmethod
    def tell(done, total, seconds):
        """A line that is overwritten on a terminal; elsewhere one now and then."""
        left = seconds / done * (total - done)
        text = f"{done} of {total}, {left / 60:.0f} min left" if left > 90 else f"{done} of {total}"
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(f"\r{text}{' ' * 20}", end=end, file=sys.stderr, flush=True)
        elif done == total or done % 10 == 0:
            print(text, file=sys.stderr, flush=True)

    def collect(self):
        """Reads the results of all that have a score."""
        for entry in self.entries:
            if entry.why or entry.label in self.faults:
                continue
            try:
                found = json.loads((self.place(entry) / "results.json").read_text())
            except (OSError, ValueError):
                continue
            if "score" in found:
                self.results[entry.label] = found

    # ---- messages --------------------------------------------------------------------------------

    def days_late(self, entry):
        """Whole days, begun ones included, after --before; empty without that."""
        if self.chosen.before is None or not entry.when:
            return ""
        return max(0, -int(-(entry.when - self.chosen.before) // DAY))

    def granted_to(self, entry):
        return max((self.granted.get(name, 0) for name in [*entry.names, entry.label]), default=0)

    def too_late(self):
        """A line for every submission that is later than was granted."""
        return [
            f"{entry.label}: {self.days_late(entry)} days late, {self.granted_to(entry)} granted"
            for entry in self.entries
            if (self.days_late(entry) or 0) > self.granted_to(entry)
        ]

    def not_graded(self):
        found = [f"not graded: {e.label}, because {e.why}" for e in self.entries if e.why]
        return found + [
            f"not graded: {label}, because the grader failed: {text}"
            for label, text in self.faults.items()
        ]

    def note(self, entry):
        if entry.why:
            return f"not graded: {entry.why}"
        if entry.label in self.faults:
            return "the grader failed"
        if entry.label not in self.results:
            return "not graded yet"
        found = self.results[entry.label]["extra_data"]
        return "as handed out" if found.get("untouched") else "ok"

    # ---- tables ----------------------------------------------------------------------------------

    def feedback(self, entry):
        """The text of a cell: the points, and the first line of the errors."""
        found = self.results[entry.label]
        points = sum(test["max_score"] for test in found["tests"])
        wrong = [
            test["output"].split("\n")
            for test in found["tests"]
            if test["max_score"] and test["extra_data"]["verdict"] == "FAIL"
        ]
        lines = [": ".join(part.strip() for part in lines[:3] if part.strip()) for lines in wrong]
        return "; ".join([f"{found['score']} of {points} points", *lines])[:3000]

    def write_roster(self):
        """The roster with grades, and a zip with everybody's page."""
        judged = [entry for entry in self.entries if entry.label in self.results]
        late = {text.split(":")[0] for text in self.too_late()}
        counted = [entry for entry in judged if entry.label not in late]
        rows = self.roster.match(counted)
        for number, entry in rows.items():
            found = self.results[entry.label]
            points = sum(test["max_score"] for test in found["tests"])
            self.roster.enter(number, found["score"], points, self.feedback(entry))
        self.roster.absent(rows)
        target = self.out / self.roster.path.name
        part = target.with_name(target.name + ".part")
        part.write_bytes(self.roster.table.data())
        os.replace(part, target)
        return len(rows)

    def write_feedback(self):
        """A zip in the form in which Moodle takes feedback files."""
        part = self.out / "feedback.zip.part"
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
            for entry in self.entries:
                page = self.place(entry) / "feedback.md"
                if entry.label in self.results and page.exists():
                    folder = entry.place
                    if entry.platform == "moodle":
                        folder = f"{entry.names[1]}_{entry.names[0]}_assignsubmission_file_"
                    packed.writestr(f"{folder}/feedback.md", page.read_bytes())
        os.replace(part, self.out / "feedback.zip")

    def write_anonymous(self):
        """Pages and sources under numbers; who is who stands outside, in names.csv."""
        folder = self.out / "anonymous"
        shutil.rmtree(folder, ignore_errors=True)
        order = [entry for entry in self.entries if entry.label in self.results]
        random.Random(self.seed).shuffle(order)
        who, rows = [["number", "student"]], [["number", "score"]]
        for number, entry in enumerate(order, 1):
            place = folder / f"{number:03}"
            place.mkdir(parents=True)
            who.append([f"{number:03}", entry.label])
            rows.append([f"{number:03}", self.results[entry.label]["score"]])
            names = sorted({entry.label, *entry.names}, key=len, reverse=True)
            hide = re.compile("|".join(re.escape(name) for name in names if len(name) > 2) or "$^")
            page = (self.place(entry) / "feedback.md").read_text()
            replace(place / "feedback.md", hide.sub("(name)", page))
            for name, data in self.sources.get(entry.label, {}).items():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                text = data.decode("utf-8", "replace")
                (place / name).write_text(hide.sub("(name)", text), errors="replace")
        roster.write_table(folder / "grades.csv", rows) if order else None
        roster.write_table(self.out / "names.csv", who)

    def write(self):
        """Tables first; steps that may take long or fail come after them."""
        items, told = tables.difficulty(self), tables.causes(self)
        roster.write_table(self.out / "grades.csv", tables.grades(self))
        roster.write_table(self.out / "difficulty.csv", items)
        roster.write_table(self.out / "causes.csv", told)
        entered = self.write_roster() if self.roster else None
        self.write_feedback()
        if self.chosen.anonymous:
            self.write_anonymous()
        replace(self.out / "class.md", tables.page(self, items, told, ["Not compared yet."]))
        alike = similar.Similar(self.kit, self.exercises, self.out / "similar")
        alike.add(similar.PUBLISHED, {f: (listed.TOP / f).read_bytes() for f in listed.files()})
        for label, sources in self.sources.items():
            alike.add(label, sources)
        alike.compare()
        alike.write_clusters()
        roster.write_table(self.out / "similar.csv", alike.rows())
        lines = alike.lines(tables.safe)
        replace(self.out / "class.md", tables.page(self, items, told, lines))
        return entered, alike


def run(command):
    """Runs a grader; returns exit code and the last line that it complained of."""
    child = sandbox.running.start(
        command,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _, said = child.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return None, f"no score after {TIMEOUT} s"
    finally:
        sandbox.running.end(child, gently=True)
    lines = said.decode("utf-8", "replace").strip().split("\n")
    return child.returncode, lines[-1].removeprefix("error: ")


def main():
    chosen = arguments()
    os.umask(0o022)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, single.interrupted)
    try:
        course = Course(chosen)
        course.grade()
    except KeyboardInterrupt:
        print("\nstopped; the same command resumes from here", file=sys.stderr)
        return 130
    except single.Usage as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except (judge.GraderFault, roster.Problem) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 3
    course.collect()
    entered, alike = course.write()
    for text in course.not_graded() + course.too_late():
        print(text)
    if course.roster:
        for text in course.roster.lines:
            print(text)
        print(f"{entered} grades entered in {course.out / course.roster.path.name}")
    count = len(course.entries)
    print(
        f"{len(course.results)} of {count} entries have a score, {course.graded} graded now and "
        f"{course.kept} kept; the grader failed at {len(course.faults)}; "
        f"{len(alike.clusters)} clusters of similar submissions"
    )
    print(f"written to {course.out}/class.md")
    return 3 if course.faults else 0


if __name__ == "__main__":
    sys.exit(main())
