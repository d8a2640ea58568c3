"""What is written about a submission: results.json, junit.xml, feedback.md, a log per chapter."""
import json
import os
import pathlib
from xml.etree import ElementTree

LEVELS = {
    "bwrap": "bubblewrap (no network, no other files) and limits",
    "user": "another user and limits, without namespaces",
    "limits": "limits only: the submission could read files of the grader",
}


def write(grading, folder):
    """Writes all, each file in one piece; called only when there is a score."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("0*.log"):
        path.unlink()
    for chapter, pieces in grading.logs.items():
        replace(folder / f"{chapter}.log", "\n".join(pieces))
    replace(folder / "feedback.md", feedback(grading))
    replace(folder / "junit.xml", junit(grading))
    replace(folder / "results.json", json.dumps(gradescope(grading), indent=1) + "\n")


def replace(path, text):
    """Writes a file so that nobody ever sees half of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


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
            "visibility": "visible",
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
        "tests": tests,
        "extra_data": {
            "seed": grading.seed,
            "isolation": grading.sandbox.level,
            "ignored": grading.submission.ignored,
        },
    }


def notes(grading):
    """What concerns all items."""
    lines = [f"isolation: {LEVELS[grading.sandbox.level]}"]
    if grading.submission.ignored:
        lines += ["ignored:", *("  " + text for text in grading.submission.ignored)]
    for chapter, pieces in grading.logs.items():
        lines += ["", f"{chapter} does not build:", *(clip(piece) for piece in pieces)]
    return "\n".join(lines)


def clip(text, most=4000):
    """The head and the tail of what is too long."""
    if len(text) <= most:
        return text
    half, gone = most // 2, len(text) - most
    return f"{text[:half]}\n... {gone} characters are left out ...\n{text[-half:]}"


def clean(text):
    """Without what XML 1.0 cannot hold."""
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() and c < "\ufffe"))


def junit(grading):
    """One suite per chapter; what is TODO or BLOCKED counts as skipped."""
    root = ElementTree.Element("testsuites", name="LeNet-5 in C")
    for chapter in dict.fromkeys(row.chapter for row in grading.rows):
        rows = [row for row in grading.rows if row.chapter == chapter]
        failures = sum(row.verdict == "FAIL" for row in rows)
        skipped = sum(row.verdict in ("TODO", "BLOCKED") for row in rows)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=chapter,
            tests=str(len(rows)),
            failures=str(failures),
            skipped=str(skipped),
            errors="0",
        )
        for row in rows:
            case = ElementTree.SubElement(suite, "testcase", classname=chapter, name=row.name)
            first = clean(row.text).split("\n")[0]
            if row.verdict == "FAIL":
                ElementTree.SubElement(case, "failure", message=first).text = clean(row.text)
            elif row.verdict != "PASS":
                ElementTree.SubElement(case, "skipped", message=f"{row.verdict}: {first}")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def fenced(text):
    """A block of Markdown that its own content cannot end."""
    return "\n".join("    " + line for line in clean(clip(text)).rstrip().split("\n"))


def feedback(grading):
    """The student's page."""
    lines = [
        f"# {grading.score} of {sum(row.points for row in grading.rows)} points",
        "",
        f"Seed {grading.seed}. Isolation: {LEVELS[grading.sandbox.level]}.",
        "",
        "| item | verdict | points | |",
        "| --- | --- | --- | --- |",
    ]
    for row in grading.rows:
        title = f"{row.exercise['title']}: {row.item['title']}".replace("|", "/")
        lines.append(f"| {row.name} | {row.verdict} | {row.won}/{row.points} | {title} |")
    lines += section("What is wrong", [row.text for row in grading.rows if row.verdict == "FAIL"])
    lines += section(
        "What is not judged yet",
        [
            f"{row.name} {row.verdict}: {row.text}"
            for row in grading.rows
            if row.verdict in ("TODO", "BLOCKED")
        ],
    )
    lines += section(
        "What does not build", [piece for pieces in grading.logs.values() for piece in pieces]
    )
    lines += section(
        "What it printed", [f"{name}:\n{text}" for name, text in grading.printed.items()]
    )
    lines += section("What was ignored", grading.submission.ignored)
    return "\n".join(lines) + "\n"


def section(title, texts):
    """A heading and its texts, nothing when there are none."""
    if not texts:
        return []
    return ["", f"## {title}", "", fenced("\n".join(text.rstrip() for text in texts))]


def summary(grading):
    """What is printed: a line per chapter, and what did not pass."""
    lines = ["chapter              items    points"]
    for chapter in dict.fromkeys(row.chapter for row in grading.rows):
        rows = [row for row in grading.rows if row.chapter == chapter]
        passed = sum(row.verdict == "PASS" for row in rows)
        won, points = sum(row.won for row in rows), sum(row.points for row in rows)
        note = "  does not build" if chapter in grading.logs else ""
        lines.append(f"{chapter:18} {passed:3}/{len(rows):<3}   {won:3}/{points:<3}{note}")
        lines += [
            f"    {row.verdict:8} {row.name} ({row.points})"
            for row in rows
            if row.verdict != "PASS"
        ]
    points = sum(row.points for row in grading.rows)
    lines.append(f"{'total':18}           {grading.score:3}/{points}")
    lines += [f"ignored: {text}" for text in grading.submission.ignored]
    return "\n".join(lines)
