"""The files about a submission: results.json, junit.xml, feedback.md, a log per chapter."""
import json
import os
import pathlib
from xml.etree import ElementTree

LEVELS = {
    "bwrap": "bubblewrap: no network, no other files, another user",
    "user": "another user: no network, no other files",
    "limits": "the grader's own user: no network, no other files",
}
WRITTEN = ("feedback.md", "junit.xml", "results.json")


def isolation(box):
    """The level that was reached, in words."""
    words = LEVELS[box.level]
    if not box.fenced:
        words = words.replace("no other files", "other files only by permission (no Landlock)")
    return f"{box.level}, {words}"


def write(grading, folder):
    """Writes all, each file in one piece; called only when there is a score."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("0*.log"):
        path.unlink()
    for chapter, pieces in grading.logs.items():
        replace(folder / f"{chapter}.log", clean("\n".join(pieces)))
    replace(folder / "feedback.md", feedback(grading))
    replace(folder / "junit.xml", junit(grading))
    replace(folder / "results.json", json.dumps(gradescope(grading), indent=1) + "\n")


def write_fault(folder, message, empty):
    """The message, and no score: an earlier one must not be taken for this submission's. `empty`:
    nothing was handed in that can be judged."""
    folder = pathlib.Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in WRITTEN:
            (folder / name).unlink(missing_ok=True)
        words = {
            "output": clean(message),
            "output_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "extra_data": {"empty": empty},
        }
        replace(folder / "results.json", json.dumps(words, indent=1) + "\n")
    except OSError:
        pass  # the exit code says it


def earlier(folder):
    """An earlier grading: {item: its entry in results.json}."""
    words = json.loads((pathlib.Path(folder) / "results.json").read_text())
    return {test["extra_data"]["item"]: test for test in words["tests"]}


def replace(path, text):
    """Writes a file so that no reader ever sees half of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8", errors="replace")
    os.replace(part, path)


# ---- results.json --------------------------------------------------------------------------------


def gradescope(grading):
    """Gradescope's format; `score` is the sum of the tests'."""
    tests = [
        {
            "name": f"{row.name} {row.exercise['title']}",
            "number": row.exercise["id"],
            "score": row.won,
            "max_score": row.points,
            "status": "passed" if row.verdict == "PASS" else "failed",
            "output": row.text,
            "output_format": "text",
            "tags": [row.chapter],
            "visibility": row.item.get("visibility", "visible"),
            "extra_data": {"item": row.name, "verdict": row.verdict, "causes": row.causes},
        }
        for row in grading.rows
    ]
    return {
        "score": grading.score,
        "execution_time": round(grading.seconds, 2),
        "output": notes(grading),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "leaderboard": leaderboard(grading),
        "tests": tests,
        "extra_data": {
            "seed": grading.seed,
            "kit": grading.kit.hash,
            "isolation": grading.sandbox.level,
            "untouched": grading.submission.untouched,
            "handed in": grading.submission.when,
            "ignored": grading.submission.ignored,
        },
    }


def leaderboard(grading):
    """Who trains fastest: for students who continue after all points."""
    board = [{"name": "points", "value": grading.score, "order": "desc"}]
    trained = [row for row in grading.rows if "file" not in row.exercise]
    if trained and trained[0].verdict == "PASS":
        seconds = round(trained[0].seconds, 2)
        board.append({"name": "seconds to train", "value": seconds, "order": "asc"})
    return board


def notes(grading):
    """Notes on all items."""
    lines = [f"isolation: {isolation(grading.sandbox)}"]
    if grading.submission.untouched:
        lines.append("no exercise is written: the sources are those of the handout")
    if grading.submission.ignored:
        lines += ["other files:", *("  " + text for text in grading.submission.ignored)]
    for chapter, pieces in grading.logs.items():
        lines += ["", f"{chapter} does not build:", *(clean(clip(piece)) for piece in pieces)]
    return "\n".join(lines)


def clip(text, most=4000):
    """The head and the tail of a text that is too long."""
    if len(text) <= most:
        return text
    half, gone = most // 2, len(text) - most
    return f"{text[:half]}\n... {gone} characters are left out ...\n{text[-half:]}"


def clean(text):
    """The text without characters that XML 1.0 cannot hold or that a terminal would obey."""
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() and c < "\ufffe"))


# ---- junit.xml -----------------------------------------------------------------------------------


def chapters(grading):
    """The rows of each chapter, in order."""
    found = {}
    for row in grading.rows:
        found.setdefault(row.chapter, []).append(row)
    return found


def junit(grading):
    """One suite per chapter; items that are TODO or BLOCKED count as skipped."""
    root = ElementTree.Element("testsuites", name="LeNet-5 in C")
    for chapter, rows in chapters(grading).items():
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=chapter,
            tests=str(len(rows)),
            failures=str(sum(row.verdict == "FAIL" for row in rows)),
            skipped=str(sum(row.verdict in ("TODO", "BLOCKED") for row in rows)),
            errors="0",
        )
        for row in rows:
            case = ElementTree.SubElement(
                suite, "testcase", classname=chapter, name=row.name, time=f"{row.seconds:.2f}"
            )
            first = clean(row.text).split("\n")[0]
            if row.verdict == "FAIL":
                ElementTree.SubElement(case, "failure", message=first).text = clean(row.text)
            elif row.verdict != "PASS":
                ElementTree.SubElement(case, "skipped", message=f"{row.verdict}: {first}")
    return ElementTree.tostring(root, encoding="unicode") + "\n"


# ---- feedback.md ---------------------------------------------------------------------------------


def fenced(text):
    """A block of Markdown that its own content cannot end."""
    return "\n".join("    " + line for line in clean(clip(text)).rstrip().split("\n"))


def feedback(grading):
    """The student's page: the errors first, then the points."""
    lines = [f"# {grading.score} of {grading.points} points", ""]
    lines += ["| chapter | points | passed |", "| --- | --- | --- |"]
    for chapter, rows in chapters(grading).items():
        won, points = sum(row.won for row in rows), sum(row.points for row in rows)
        passed = sum(row.verdict == "PASS" for row in rows)
        lines.append(f"| {chapter} | {won}/{points} | {passed}/{len(rows)} |")
    if grading.submission.untouched:
        lines += ["", "No exercise is written: the sources are those of the handout."]
    lines += section("Errors", [row.text for row in grading.rows if row.verdict == "FAIL"])
    lines += section("Sources that do not build", unique(sum(grading.logs.values(), [])))
    lines += section("Not judged yet", waiting(grading))
    lines += ["", "## All items", "", "| item | verdict | points | |", "| --- | --- | --- | --- |"]
    for row in grading.rows:
        title = f"{row.exercise['title']}: {row.item['title']}".replace("|", "/")
        lines.append(f"| {row.name} | {row.verdict} | {row.won}/{row.points} | {title} |")
    printed = [f"{name}:\n{text}" for name, text in grading.printed.items()]
    lines += section("Output", printed)
    lines += section("Other files, used and ignored", grading.submission.ignored)
    where = isolation(grading.sandbox)
    lines += ["", f"Seed {grading.seed}, kit {grading.kit.hash}. Isolation: {where}."]
    return "\n".join(lines) + "\n"


def waiting(grading):
    """The items that are TODO or BLOCKED, those with the same reason in one line."""
    found = {}
    for row in grading.rows:
        if row.verdict in ("TODO", "BLOCKED"):
            found.setdefault((row.verdict, row.text), []).append(row.name)
    return [
        f"{names[0]}{' to ' + names[-1] if names[1:] else ''} {verdict}: {text}"
        for (verdict, text), names in found.items()
    ]


def unique(texts):
    return list(dict.fromkeys(texts))


def section(title, texts):
    """A heading and its texts, nothing when there are none."""
    if not texts:
        return []
    return ["", f"## {title}", "", fenced("\n".join(text.rstrip() for text in unique(texts)))]


def summary(grading):
    """The printed summary: a line per chapter, and the items that did not pass."""
    lines = ["chapter              items    points"]
    for chapter, rows in chapters(grading).items():
        passed = sum(row.verdict == "PASS" for row in rows)
        won, points = sum(row.won for row in rows), sum(row.points for row in rows)
        note = "  does not build" if chapter in grading.logs else ""
        lines.append(f"{chapter:18} {passed:3}/{len(rows):<3}   {won:3}/{points:<3}{note}")
        lines += [
            f"    {row.verdict:8} {row.name} ({row.points})"
            for row in rows
            if row.verdict != "PASS"
        ]
    lines.append(f"{'total':18}           {grading.score:3}/{grading.points}")
    if grading.submission.untouched:
        lines.append("no exercise is written: the sources are those of the handout")
    lines += [f"note: {text}" for text in grading.submission.ignored]
    return "\n".join(lines)
