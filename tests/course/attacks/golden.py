#!/usr/bin/env python3
"""A small class whose results are known: is everything that is written about it right?

    golden.py [--viva]

Grades it, again after nothing changed, again after one submission changed and one exercise was to
be judged again, under the names of three platforms, and with graders that are broken; looks into
results.json, feedback.md, junit.xml, every table and the rosters; --viva: also at questions. Exit
code 1 if something is not as it should be.
"""
import csv
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from xml.etree import ElementTree

COURSE = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(COURSE), str(COURSE / "grade")]
import exercises as listed  # noqa: E402

TOP, KIT = listed.TOP, listed.TOP / "build" / "kit"
FILE = "chapters/06_optimizers/optimizer.c"
POINTS = sum(i["points"] for e in listed.exercises() if e.get("file") == FILE for i in e["items"])
ADAM = "        v[i] = beta2 * v[i] + fresh2 * g[i] * g[i];"
problems = []


def expect(fact, what):
    if not fact:
        problems.append(what)
        print(f"  NOT AS IT SHOULD BE: {what}", flush=True)


# ---- the class -----------------------------------------------------------------------------------


def reference():
    return (TOP / FILE).read_text()


def with_mistake():
    """Adam's second moment without the square: two items of 06 know nothing of it."""
    text = reference()
    assert text.count(ADAM) == 1
    return text.replace(ADAM, ADAM.replace("g[i] * g[i]", "g[i]"))


def renamed():
    """The published solution in other words."""
    text = reference()
    for old, new in (("state", "memory"), ("fresh", "share"), ("correct", "factor")):
        text = re.sub(rf"\b{old}(\d?)\b", rf"{new}\1", text)
    return text


def hand_in(folder, text, name=FILE):
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def make_class(folder):
    """{label: points, or None} of a class."""
    hand_in(folder / "ada", reference())
    hand_in(folder / "ben", with_mistake())
    hand_in(folder / "cem", renamed())
    hand_in(folder / "dan", renamed() + "\n/* mine */\n")
    hand_in(folder / "untouched", (KIT / "given" / FILE).read_text())
    hand_in(folder / "O'Brien $(touch x) \"é", reference())
    hand_in(folder / "=1+1", reference())
    hand_in(folder / "-rf", reference())
    hand_in(folder / os.fsdecode(b"M\xfcller"), reference())
    hand_in(folder / "two\nlines", reference())
    (folder / "empty").mkdir()
    with zipfile.ZipFile(folder / "fay.zip", "w") as packed:
        packed.writestr(f"lenet/lenet/{FILE}", reference())
        packed.writestr("__MACOSX/x", "x")
    (folder / "notes.txt").write_text("nothing")
    (folder / "link").symlink_to(folder / "ada")
    wrong = POINTS - 3
    return {
        "ada": POINTS,
        "ben": wrong,
        "cem": POINTS,
        "dan": POINTS,
        "untouched": 0,
        "O'Brien $(touch x) \"é": POINTS,
        "=1+1": POINTS,
        "-rf": POINTS,
        "M\ufffdller": POINTS,
        "two\ufffdlines": POINTS,
        "empty": None,
        "fay": POINTS,
        "notes.txt": None,
        "link": None,
    }


def grade(*words, code=0, env=None):
    """Runs course.py; returns its output."""
    command = [sys.executable, str(COURSE / "grade" / "course.py"), "--seed=11", *map(str, words)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **(env or {})}, cwd="/"
    )
    expect(
        done.returncode == code, f"exit code {done.returncode}, not {code}: {done.stderr[-500:]}"
    )
    return done.stdout + done.stderr


def read(path):
    """The rows of a CSV file that any spreadsheet can open."""
    data = path.read_bytes()
    expect(data.startswith(b"\xef\xbb\xbf"), f"{path.name} has no mark of UTF-8")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    formulas = [cell for row in rows for cell in row if cell[:1] in "=+@\t\r" and cell]
    expect(not formulas, f"{path.name} has formulas: {formulas[:3]}")
    return rows


# ---- expectations --------------------------------------------------------------------------------


def look_at_grades(out, wanted):
    rows = read(out / "grades.csv")
    head, body = rows[0], {row[0].lstrip("'"): row for row in rows[1:]}
    expect(set(body) == set(wanted), f"grades.csv has {sorted(body)}")
    for label, points in wanted.items():
        row = dict(zip(head, body.get(label, [])))
        score = row.get("score")
        expect(
            score == ("" if points is None else str(points)), f"{label} has {score}, not {points}"
        )
        if points is None:
            expect("not graded" in row.get("note", ""), f"{label}: {row.get('note')}")
            continue
        items = [int(v) for k, v in row.items() if re.match(r"\d\d\.\d-", k) and v]
        sums = [int(v) for k, v in row.items() if re.match(r"\d\d_", k)]
        expect(sum(items) == sum(sums) == points, f"{label}: items and chapters do not add up")
        expect(row["isolation"] in ("bwrap", "user", "limits"), f"{label}: no isolation")
    adam = next(k for k in head if k.startswith("06.5-"))
    expect(body["ben"][head.index(adam)] == "0", "ben has points for Adam")
    expect(body["ada"][head.index(adam)] == "3", "ada has none for Adam")
    expect("as handed out" in body["untouched"], "who handed in nothing new is not named")
    expect("(10)" in next(k for k in head if k.startswith("06_")), "no maximum in the head")


def look_at_tables(out, wanted):
    judged = sum(points is not None for points in wanted.values())
    rows = {row[0]: row for row in read(out / "difficulty.csv")}
    adam = rows[next(name for name in rows if name.startswith("06.5-"))]
    expect(adam[2:5] == [str(judged - 2), "1", "1"], f"difficulty of Adam: {adam}")
    expect(adam[6] == str(round(100 * (judged - 2) / judged)), f"share who pass Adam: {adam}")
    sgd = rows[next(name for name in rows if name.startswith("06.1-"))]
    expect(float(sgd[7]) > 0.5, f"who writes nothing fails all: discrimination {sgd[7]}")
    told = read(out / "causes.csv")
    expect(any("06.5" in row[0] and row[2] == "1" for row in told), f"causes.csv: {told}")
    page = (out / "class.md").read_text()
    for word in (
        "## Likely causes",
        "## Not graded",
        "not graded: notes.txt",
        "not graded: link",
        "nothing of the 11 sources found in empty",
        "As handed out",
        "- untouched",
        "Isolation: ",
        f"Points: 0 to {POINTS} of 100",
    ):
        expect(word in page, f'class.md does not say "{word}"')
    pairs = read(out / "similar.csv")
    named = {frozenset((row[0], row[2])) for row in pairs[1:]}
    expect(frozenset(("cem", "dan")) in named, f"cem and dan are not found: {pairs}")
    expect(not any("untouched" in pair or "empty" in pair for pair in named), "the empty accused")
    expect("side by side" in page and (out / "similar" / "1.html").exists(), "no page of a cluster")


def look_at_pages(out):
    found = json.loads((out / "students" / "ben" / "results.json").read_text())
    tests = found["tests"]
    expect(found["score"] == sum(t["score"] for t in tests) == POINTS - 3, "results.json: sum")
    expect(sum(t["max_score"] for t in tests) == 100, "results.json: maximum")
    lost = [
        t["extra_data"]["item"]
        for t in tests
        if t["status"] == "failed" and t["number"] < "07" and t["number"] >= "06"
    ]
    expect(lost == ["06.5-steps"], f"results.json: failed {lost}")
    adam = next(t for t in tests if t["number"] == "06.5")
    expect(
        "no-square" in str(adam["extra_data"]["causes"]) and "likely cause" in adam["output"],
        f"results.json: cause of {adam['output'][:200]}",
    )
    expect(found["extra_data"]["seed"] == 11, "results.json: seed")
    page = (out / "students" / "ben" / "feedback.md").read_text()
    expect(page.startswith(f"# {POINTS - 3} of 100 points"), "feedback.md: title")
    expect(0 < page.find("likely cause") < page.find("## All items"), "feedback.md: order")
    expect(f"| 06_optimizers | {POINTS - 3}/{POINTS} | 4/5 |" in page, "feedback.md: chapters")
    expect("| 06.5-steps | FAIL | 0/3 |" in page, "feedback.md: items")
    suites = ElementTree.parse(out / "students" / "ben" / "junit.xml").getroot()
    six = next(s for s in suites if s.get("name") == "06_optimizers")
    expect((six.get("tests"), six.get("failures"), six.get("skipped")) == ("5", "1", "0"), "junit")
    one = json.loads((out / "students" / "ada" / "results.json").read_text())
    expect(one["score"] == POINTS, "results.json of ada")
    packed = zipfile.ZipFile(out / "feedback.zip").namelist()
    expect("ben/feedback.md" in packed and len(packed) == 11, f"feedback.zip: {packed}")


# ---- again ---------------------------------------------------------------------------------------


def try_again(folder, out):
    """Some entries are judged again, the others kept."""
    said = grade("--out", out, folder)
    expect("0 graded now and 11 kept" in said, f"again: {said[-300:]}")
    hand_in(folder / "ada", with_mistake())
    said = grade("--out", out, folder)
    expect("1 graded now and 10 kept" in said, f"ada changed: {said[-300:]}")
    score = json.loads((out / "students" / "ada" / "results.json").read_text())["score"]
    expect(score == POINTS - 3, f"ada changed, and has {score}")
    key = out / "students" / "ada" / "key.json"
    words = json.loads(key.read_text())
    key.write_text(json.dumps({**words, "kit": "another"}))
    said = grade("--out", out, "--regrade", "06.5", "--student", "ada", folder)
    expect("1 graded now and 0 kept" in said, f"--regrade: {said[-300:]}")
    found = json.loads((out / "students" / "ada" / "results.json").read_text())
    expect(found["score"] == POINTS - 3 and len(found["tests"]) > 50, "--regrade lost something")
    hand_in(folder / "ada", reference())
    grade("--out", out, folder)


def try_seeds(folder, place):
    """Other seeds are other numbers; the same seed is the same."""
    told = []
    for number, seed in enumerate((21, 22, 21)):
        out = place / f"seed-{number}"
        words = ["--out", out, "--student", "ben", "--exercises", "06.5"]
        grade(*words, f"--seed={seed}", folder)
        found = json.loads((out / "students" / "ben" / "results.json").read_text())
        told.append(found["tests"][0]["output"])
    expect(told[0] != told[1], "another seed has the same numbers")
    expect(told[0] == told[2], "the same seed has other numbers")


def try_viva(place):
    """Five questions, each with an answer; the same seed asks the same."""
    asked = []
    hand_in(place / "viva", reference())
    for seed in (3, 4, 3):
        command = [sys.executable, str(COURSE / "grade" / "viva.py"), f"--seed={seed}"]
        command += [f"--out={place / 'viva-out'}", "--exercises=06", str(place / "viva")]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/")
        expect(done.returncode == 0, f"viva: {done.stderr[-300:]}")
        asked.append((place / "viva-out" / "questions.md").read_text())
        told = (place / "viva-out" / "answers.md").read_text()
        answers = re.findall(r"^\*\*(.+)\*\*$", told, re.M)
        expect(
            len(answers) == told.count("Checked: ") == asked[-1].count("\n## ") == 5, "viva: five"
        )
    expect(asked[0] == asked[2] != asked[1], "viva: the seed chooses the questions")


def try_subset(folder, out):
    said = grade("--out", out, "--exercises", "06.5 06.1", folder)
    expect("written to" in said, "--exercises")
    rows = read(out / "grades.csv")
    of = {row[0]: (row[1], row[2]) for row in rows}
    expect(of["ada"] == ("4", "4") and of["ben"] == ("1", "4"), f"--exercises: {of}")
    expect(len(rows[0]) == 7 + 1 + 2, f"--exercises: {rows[0]}")


# ---- platforms -----------------------------------------------------------------------------------

MOODLE = "\ufeff" + "".join(
    line + "\r\n"
    for line in (
        'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade",'
        '"Grade can be changed","Last modified (submission)","Feedback comments"',
        'Participant 1001,"Ada Lovelace",ada@uni.example,"Submitted for grading - ",,20.00,Yes,'
        '"Monday, 2 November 2026, 10:15 AM",',
        'Participant 1002,"Müller, Ben",Ben@Uni.example,Submitted,3.00,20.00,Yes,-,"old, ""so"""',
        "Participant 1003,Cem Ö.,cem@uni.example,No submission,,20.00,Yes,-,",
    )
)
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,LeNet (77),Final Score
    Points Possible,,,,,50,(read only)
"Lovelace, Ada",501,S1,ada,A,,12.5
"Müller, Ben",502,S2,ben,A,7,0
"Test, Student",599,,x,A,,
"""
GRADESCOPE = "".join(
    line + "\r\n"
    for line in (
        "Name,SID,Email,Role",
        "Ada Lovelace,1,ada@uni.example,Student",
        "Ben M.,2,Ben@Uni.example,Student",
        "Cem,3,cem@uni.example,Student",
    )
)
METADATA = """---
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: '1'
    :email: ada@uni.example
  - :name: Cem
    :sid: '3'
    :email: cem@uni.example
  :created_at: 2026-11-02 10:15:00 Z
submission_2:
  :submitters:
  - :name: Ben M.
    :sid: '2'
    :email: ben@uni.example
  :created_at: 2026-11-05 10:15:00 Z
"""


def packed(place, files):
    with zipfile.ZipFile(place, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return place


def zip_of(text):
    data = io.BytesIO()
    packed(data, {f"lenet/{FILE}": text})
    return data.getvalue()


def roster_cells(before, after, comma=","):
    """The cells that differ, and whether all else has the same bytes."""
    expect(before.count(b"\r\n") == after.count(b"\r\n"), "the roster has other ends of lines")
    old = list(csv.reader(io.StringIO(before.decode(), newline=""), delimiter=comma))
    new = list(csv.reader(io.StringIO(after.decode(), newline=""), delimiter=comma))
    return {
        (r, c): cell
        for r, row in enumerate(new)
        for c, cell in enumerate(row)
        if r >= len(old) or c >= len(old[r]) or old[r][c] != cell
    }


def try_moodle(place):
    archive = packed(
        place / "moodle.zip",
        {
            "Ada Lovelace_1001_assignsubmission_file_/lenet.zip": zip_of(reference()),
            "Müller, Ben_1002_assignsubmission_file_optimizer.c": with_mistake(),
            "Eve_1009_assignsubmission_file_/lenet.zip": zip_of(reference()),
        },
    )
    roster, out = place / "Grades-LeNet.csv", place / "out-moodle"
    roster.write_bytes(MOODLE.encode())
    said = grade("--out", out, "--exercises", "06", "--roster", roster, archive)
    cells = roster_cells(MOODLE.encode(), (out / roster.name).read_bytes())
    grades = {key: text for key, text in cells.items() if key[1] == 4}
    expect(grades == {(1, 4): "20.00", (2, 4): "14.00"}, f"Moodle: {cells}")
    expect({key[1] for key in cells} == {4, 8}, f"Moodle: other cells changed: {cells}")
    expect("7 of 10 points" in cells.get((2, 8), ""), f"Moodle: feedback {cells.get((2, 8))}")
    expect("Eve: no row" in said and "(Participant 1003): no submission" in said, f"Moodle: {said}")
    names = zipfile.ZipFile(out / "feedback.zip").namelist()
    expect("Ada Lovelace_1001_assignsubmission_file_/feedback.md" in names, f"Moodle: {names}")


def try_canvas(place):
    archive = packed(
        place / "canvas.zip",
        {
            "lovelaceada_501_9001_lenet.zip": zip_of(reference()),
            "mullerben_LATE_502_9002_optimizer-2.c": with_mistake(),
        },
    )
    roster, out = place / "gradebook.csv", place / "out-canvas"
    roster.write_bytes(CANVAS.encode())
    said = grade("--out", out, "--exercises", "06", "--roster", roster, archive)
    cells = roster_cells(CANVAS.encode(), (out / roster.name).read_bytes())
    expect(cells == {(2, 5): "50", (3, 5): "35"}, f"Canvas: {cells}")
    expect("row 5 (Test, Student): no submission" in said, f"Canvas: {said}")


def try_gradescope(place):
    files = {
        f"assignment_1_export/submission_1/{FILE}": reference(),
        f"assignment_1_export/submission_2/{FILE}": with_mistake(),
        "assignment_1_export/submission_metadata.yml": METADATA,
    }
    archive = packed(place / "export.zip", files)
    roster, out, late = place / "roster.csv", place / "out-gradescope", place / "late.csv"
    roster.write_bytes(GRADESCOPE.encode())
    late.write_text("student,days\n2,1\n")
    words = ["--out", out, "--exercises", "06", "--roster", roster]
    said = grade(*words, archive)
    cells = roster_cells(GRADESCOPE.encode(), (out / roster.name).read_bytes())
    scores = {key: text for key, text in cells.items() if key[1] == 4}
    expect(scores == {(0, 4): "Score", (1, 4): "10", (2, 4): "7", (3, 4): "10"}, f"{cells}")
    expect("other capitals" in said, f"Gradescope: another case of an e-mail is not said: {said}")
    said = grade(*words, "--before", "2026-11-03 00:00+00:00", "--late", late, archive)
    expect("3 days late, 1 granted" in said, f"late days: {said}")
    cells = roster_cells(GRADESCOPE.encode(), (out / roster.name).read_bytes())
    expect((2, 4) not in cells or cells[(2, 4)] == "", f"late, and entered: {cells}")
    expect("0 graded now and 2 kept" in said, "late days cost another grading")


def try_unclear(place):
    """Rows that do not tell who is who."""
    folder, roster = place / "unclear", place / "list.csv"
    hand_in(folder / "ada", reference())
    hand_in(folder / "ben", reference())
    text = "login;grade\nada;\nada;\nBen;\n"
    roster.write_text(text)
    said = grade("--out", place / "out-list", "--exercises", "06", "--roster", roster, folder)
    expect("ada: 2 rows" in said and "ben: no row" in said, f"unclear: {said}")
    expect((place / "out-list" / roster.name).read_text() == text, "unclear, and entered")


# ---- graders that are broken ---------------------------------------------------------------------


def try_fault(place):
    """A missing compiler costs no student a point."""
    kit = place / "kit"
    shutil.copytree(KIT, kit, ignore=shutil.ignore_patterns("objects"))
    words = json.loads((kit / "kit.json").read_text())
    (kit / "kit.json").write_text(json.dumps({**words, "compiler": "gcc-99"}))
    folder, out = place / "fault", place / "out-fault"
    hand_in(folder / "ada", reference())
    said = grade("--out", out, "--kit", kit, folder, code=3)
    expect("the grader failed" in said and "gcc-99" in said, f"no compiler: {said}")
    found = json.loads((out / "students" / "ada" / "results.json").read_text())
    expect("score" not in found and "tests" not in found, "a score without a compiler")
    expect("does not compile in the sandbox" in found["output"], f"no reason: {found}")
    rows = read(out / "grades.csv")
    expect(rows[1][1] == "" and "grader failed" in rows[1][3], f"no compiler: {rows[1]}")


def main(arguments):
    with tempfile.TemporaryDirectory(prefix="golden O'Brien $(touch x) ") as name:
        place = pathlib.Path(name)
        folder, out = place / "class", place / "o ut"
        wanted = make_class(folder)
        grade("--out", out, folder)
        look_at_grades(out, wanted)
        look_at_tables(out, wanted)
        look_at_pages(out)
        try_again(folder, out)
        try_subset(folder, place / "subset")
        try_seeds(folder, place)
        try_moodle(place)
        try_canvas(place)
        try_gradescope(place)
        try_unclear(place)
        try_fault(place)
        if "--viva" in arguments:
            try_viva(place)
    expect(not (pathlib.Path("/") / "x").exists(), "a name was run by a shell")
    print(f"a class of {len(wanted)}: {'as it should be' if not problems else 'see above'}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
