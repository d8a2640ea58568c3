#!/usr/bin/env python3
"""Grades a class: every folder in SUBMISSIONS is a student's submission.

    course.py [options] SUBMISSIONS

    --out DIR         where everything goes (build/class)
    --jobs N          submissions at a time on each machine (one per processor)
    --sshlogin LIST   also on these machines, as GNU parallel's option; this tree, built, and the
                      submissions have the same paths there
    --seed N          of the judge's inputs, the same for all; without, one that nobody knows

A run that was stopped resumes: what has a score is not graded again, what the grader failed at is.
Writes, in DIR: students/NAME/ as make grade does, grades.csv, difficulty.csv, similar.csv and
class.md.
Exit code 0 when every submission has a score, 3 when the grader failed at some: a score that such a
submission had before stays.
"""
import argparse
import csv
import json
import os
import pathlib
import re
import secrets
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import exercises as listed  # noqa: E402
from results import replace  # noqa: E402
from submission import Submission  # noqa: E402

TIMEOUT = 1800  # seconds for a submission
ALIKE = 70  # percent of a submission that is found in another one, to be named
RUN = 40  # tokens in a row that count as the same
OWN = 200  # tokens, roughly, that a submission must have of its own to be compared


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument("--out", default="build/class")
    parser.add_argument("--jobs", default="100%")
    parser.add_argument("--sshlogin", default="")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("submissions")
    chosen = parser.parse_args()
    if not os.path.isdir(chosen.submissions):
        parser.error(f"there is no folder {chosen.submissions}")
    return chosen


class Course:
    """A class on its way to its grades."""

    def __init__(self, chosen):
        self.submissions = pathlib.Path(chosen.submissions).resolve()
        self.out = pathlib.Path(chosen.out).resolve()
        self.jobs, self.sshlogin = chosen.jobs, chosen.sshlogin
        self.out.mkdir(parents=True, exist_ok=True)
        self.seed = self.remembered_seed(chosen.seed)
        self.students = self.remembered_students()

    def remembered_seed(self, seed):
        """The seed of the run that is resumed, or a new one."""
        path = self.out / "seed"
        if seed is None and path.exists():
            return int(path.read_text())
        seed = secrets.randbits(48) if seed is None else seed
        replace(path, f"{seed}\n")
        return seed

    def remembered_students(self):
        """All students in the order of the job log; new ones come last."""
        path = self.out / "students.txt"
        known = path.read_text().splitlines() if path.exists() else []
        found = sorted(
            entry.name
            for entry in self.submissions.iterdir()
            if entry.is_dir()
            and not entry.is_symlink()
            and entry.name[0] not in ".-"
            and entry.name.isprintable()
        )
        students = known + [name for name in found if name not in known]
        replace(path, "".join(f"{name}\n" for name in students))
        return students

    # ---- grading ---------------------------------------------------------------------------------

    def grade(self):
        """GNU parallel does it; its job log knows what is done."""
        machines = []
        if self.sshlogin:
            machines = ["--sshlogin", self.sshlogin, "--workdir", str(listed.TOP)]
        bar = ["--bar"] if sys.stderr.isatty() else []
        command = [
            "parallel",
            "--will-cite",
            "--joblog",
            str(self.out / "jobs.tsv"),
            "--resume-failed",
            "--retries",
            "2",
            "--timeout",
            str(TIMEOUT),
            "-j",
            self.jobs,
            *machines,
            *bar,
            "python3",
            "tests/course/grade/grade.py",
            "--brief",
            "--jobs",
            "1",
            "--seed",
            str(self.seed),
            "--out",
            str(self.out / "students") + "/{}",
            str(self.submissions) + "/{}",
        ]
        with open(self.out / "students.txt", encoding="utf-8") as names:
            subprocess.run(command, stdin=names, cwd=listed.TOP, check=False)

    def failures(self):
        """Students whose last job had no score as its end."""
        last = {}
        try:
            with open(self.out / "jobs.tsv", encoding="utf-8") as log:
                for row in csv.DictReader(log, delimiter="\t", quoting=csv.QUOTE_NONE):
                    last[int(row["Seq"])] = row["Exitval"] == "0" and row["Signal"] == "0"
        except OSError:
            pass
        return [name for seq, name in enumerate(self.students, 1) if not last.get(seq, False)]

    def results(self):
        """{student: results.json}, of all that have one."""
        found = {}
        for name in self.students:
            path = self.out / "students" / name / "results.json"
            if path.exists():
                found[name] = json.loads(path.read_text())
        return found


# ---- tables --------------------------------------------------------------------------------------


def write_table(path, rows):
    """A CSV file, in one piece."""
    part = path.with_name(path.name + ".part")
    with open(part, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    os.replace(part, path)


def item_of(test):
    return test["extra_data"]["item"]


def grades(course, results, failures):
    """One row per student; no score where there is none."""
    names = [item for exercise in listed.exercises() for item in listed.items(exercise)]
    rows = [["student", "score", "isolation", "grader", *names]]
    for student in course.students:
        found = results.get(student)
        note = "failed" if student in failures else "ok"
        if found is None:
            rows.append([student, "", "", note, *[""] * len(names)])
            continue
        points = {item_of(test): test["score"] for test in found["tests"]}
        rows.append(
            [
                student,
                found["score"],
                found["extra_data"]["isolation"],
                note,
                *(points.get(name, "") for name in names),
            ]
        )
    return rows


def difficulty(results):
    """One row per item: who passes it, and whether those are who score well otherwise."""
    rows = [["item", "points", "pass", "fail", "todo", "blocked", "passed %", "discrimination"]]
    totals = {student: found["score"] for student, found in results.items()}
    for exercise in listed.exercises():
        for item, name in zip(exercise["items"], listed.items(exercise)):
            verdicts = {
                student: test["extra_data"]["verdict"]
                for student, found in results.items()
                for test in found["tests"]
                if item_of(test) == name
            }
            counts = [
                sum(v == word for v in verdicts.values())
                for word in ("PASS", "FAIL", "TODO", "BLOCKED")
            ]
            share = 100 * counts[0] / max(len(verdicts), 1)
            rest = {s: totals[s] - item["points"] * (v == "PASS") for s, v in verdicts.items()}
            rows.append(
                [name, item["points"], *counts, round(share), discrimination(verdicts, rest)]
            )
    return rows


def discrimination(verdicts, rest):
    """Correlation of an item with the points of all others; empty where it means nothing."""
    x = [float(verdict == "PASS") for verdict in verdicts.values()]
    y = [float(rest[student]) for student in verdicts]
    n = max(len(x), 1)
    mx, my = sum(x) / n, sum(y) / n
    sxx, syy = sum((a - mx) ** 2 for a in x), sum((b - my) ** 2 for b in y)
    if sxx == 0 or syy == 0:
        return ""
    return round(sum((a - mx) * (b - my) for a, b in zip(x, y)) / (sxx * syy) ** 0.5, 2)


# ---- similar submissions -------------------------------------------------------------------------


def given_lines():
    """{source: its lines outside the exercises}: what the handout gave."""
    given = {}
    for name in listed.files():
        text = (listed.TOP / name).read_text()
        for exercise in listed.exercises():
            if exercise.get("file") == name:
                text = listed.emptied(text, exercise["mark"], lambda *_: "{}")
        given[name] = {squeezed(line) for line in text.splitlines()}
    return given


def squeezed(line):
    return re.sub(r"\s+", "", line)


def own_lines(submission, given):
    """What a student wrote."""
    lines = []
    for name, data in submission.sources.items():
        text = data.decode("utf-8", "replace")
        lines += [
            line
            for line in text.splitlines()
            if squeezed(line) not in given[name] and "TODO(" not in line
        ]
    return lines


def similar(course):
    """Pairs of students whose own lines are alike, by similarity-tester's sim_c."""
    folder, given = course.out / "similar", given_lines()
    folder.mkdir(exist_ok=True)
    files = {}
    folders = {name: course.submissions / name for name in course.students}
    folders["(the published solution)"] = listed.TOP
    for number, (student, place) in enumerate(folders.items()):
        path = folder / f"{number}.c"
        try:
            lines = own_lines(Submission(place), given)
        except OSError:
            continue
        path.write_text("\n".join(lines) + "\n")
        if len(re.findall(r"\w+|[^\w\s]", "\n".join(lines))) >= OWN:
            files[f"{number}.c"] = student
    command = ["sim_c", "-p", "-a", "-r", str(RUN), "-t", str(ALIKE), *files]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, errors="replace", check=False
    )
    rows = [["student", "percent", "of"]]
    for match in re.finditer(r"^(\d+\.c) consists for (\d+) % of (\d+\.c) ", done.stdout, re.M):
        rows.append([files[match[1]], int(match[2]), files[match[3]]])
    return rows[:1] + sorted(rows[1:], key=lambda row: -row[1])


# ---- the page ------------------------------------------------------------------------------------


def safe(text):
    """A name inside a Markdown table."""
    return re.sub(r"[|<>`&\[\]*_\\]", lambda m: f"&#{ord(m[0])};", str(text))


def markdown(rows):
    head, *body = rows
    lines = ["| " + " | ".join(map(safe, head)) + " |", "|" + " --- |" * len(head)]
    return lines + ["| " + " | ".join(map(safe, row)) + " |" for row in body]


def page(course, results, failures, items, pairs):
    """The instructor's page."""
    scores = sorted(found["score"] for found in results.values())
    lines = [f"# {len(course.students)} submissions", "", f"Seed {course.seed}."]
    if scores:
        mean = sum(scores) / len(scores)
        lines += [
            "",
            f"Points: {scores[0]} to {scores[-1]}, mean {mean:.1f}, median "
            f"{scores[len(scores) // 2]}.",
            "",
            "| points | students |",
            "| --- | --- |",
        ]
        for low in range(0, 101, 10):
            count = sum(low <= score < low + 10 for score in scores)
            lines.append(f"| {low} to {min(low + 9, 100)} | {count} {'#' * count} |")
    if failures:
        lines += ["", "## The grader failed at", "", *(f"- {safe(name)}" for name in failures)]
    lines += [
        "",
        "## Items",
        "",
        "Discrimination: the correlation with the points of all other " "items.",
        "",
        *markdown(items),
    ]
    lines += [
        "",
        "## Similar submissions",
        "",
        "A reason to look, not a proof: some loops can be " "written in few ways.",
        "",
        *(markdown(pairs[:101]) if pairs[1:] else ["None."]),
    ]
    table = [["student", "points", "page"]]
    lines += ["", "## Students", "", *markdown(table)]
    for name in course.students:
        score = results[name]["score"] if name in results else "none"
        link = "students/" + name.replace(" ", "%20") + "/feedback.md"
        lines.append(f"| {safe(name)} | {score} | [feedback](<{link}>) |")
    return "\n".join(lines) + "\n"


def main():
    course = Course(arguments())
    course.grade()
    results, failures = course.results(), course.failures()
    items, pairs = difficulty(results), similar(course)
    write_table(course.out / "grades.csv", grades(course, results, failures))
    write_table(course.out / "difficulty.csv", items)
    write_table(course.out / "similar.csv", pairs)
    replace(course.out / "class.md", page(course, results, failures, items, pairs))
    print(
        f"{len(results)} of {len(course.students)} submissions have a score, the grader failed "
        f"at {len(failures)}, {len(pairs) - 1} are similar to another"
    )
    print(f"written to {course.out}/class.md")
    return 3 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
