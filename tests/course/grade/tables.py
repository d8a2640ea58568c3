"""The results of a class: grades, difficulty and causes as tables, and a page."""
import datetime
import re
import urllib.parse

import exercises as listed
import judge


def item_of(test):
    return test["extra_data"]["item"]


def day(when):
    return datetime.datetime.fromtimestamp(when).strftime("%Y-%m-%d %H:%M") if when else ""


def chapters(names):
    """{chapter: its items and their points}"""
    found = {}
    for row in judge.all_rows(names):
        found.setdefault(row.chapter, {})[row.name] = row.points
    return found


def grades(course):
    """One row per entry; no score where there is none, and why."""
    parts = chapters(course.exercises)
    items = {name: points for part in parts.values() for name, points in part.items()}
    head = ["student", "score", "of", "note", "isolation", "handed in", "days late"]
    head += [f"{chapter} ({sum(part.values())})" for chapter, part in parts.items()]
    rows = [[*head, *(f"{name} ({points})" for name, points in items.items())]]
    for entry in course.entries:
        found = course.results.get(entry.label)
        late = course.days_late(entry)
        start = [
            entry.label,
            "",
            sum(items.values()),
            course.note(entry),
            "",
            day(entry.when),
            late,
        ]
        if not found:
            rows.append(start + [""] * (len(parts) + len(items)))
            continue
        won = {item_of(test): test["score"] for test in found["tests"]}
        start[1], start[4] = found["score"], found["extra_data"]["isolation"]
        sums = [sum(won.get(name, 0) for name in part) for part in parts.values()]
        rows.append([*start, *sums, *(won.get(name, "") for name in items)])
    return rows


def difficulty(course):
    """One row per item: who passes it, and whether those score well otherwise."""
    rows = [["item", "points", "pass", "fail", "todo", "blocked", "passed %", "discrimination"]]
    totals = {label: found["score"] for label, found in course.results.items()}
    for row in judge.all_rows(course.exercises):
        verdicts = {
            label: test["extra_data"]["verdict"]
            for label, found in course.results.items()
            for test in found["tests"]
            if item_of(test) == row.name
        }
        counts = [sum(v == word for v in verdicts.values()) for word in judge.VERDICTS]
        share = round(100 * counts[0] / max(len(verdicts), 1))
        rest = {s: totals[s] - row.points * (v == "PASS") for s, v in verdicts.items()}
        rows.append([row.name, row.points, *counts, share, discrimination(verdicts, rest)])
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


def causes(course):
    """One row per likely cause of an exercise, the most frequent first: what to teach next week."""
    students, words = {}, {}
    for label, found in course.results.items():
        for test in found["tests"]:
            told = re.findall(r"likely cause: (.*)", test["output"])
            named = [c for c in test["extra_data"]["causes"] if not c.startswith("~")]
            for cause, text in zip(named, told):
                key = (test["number"], cause)
                words[key] = text
                students.setdefault(key, set()).add(label)
    total = max(len(course.results), 1)
    order = sorted(students, key=lambda key: (-len(students[key]), key))
    titles = {e["id"]: e["title"].split(" (")[0] for e in listed.exercises()}
    rows = [["exercise", "likely cause", "students", "of all %"]]
    for key in order:
        count = len(students[key])
        share = round(100 * count / total)
        rows.append([f"{key[0]} {titles[key[0]]}", words[key], count, share])
    return rows


# ---- the page ------------------------------------------------------------------------------------


def safe(text):
    """A name inside a Markdown table."""
    return re.sub(r"[|<>`&\[\]*_\\]", lambda m: f"&#{ord(m[0])};", str(text))


def markdown(rows):
    head, *body = rows
    lines = ["| " + " | ".join(map(safe, head)) + " |", "|" + " --- |" * len(head)]
    return lines + ["| " + " | ".join(map(safe, row)) + " |" for row in body]


def section(title, lines):
    return ["", f"## {title}", "", *lines] if lines else []


def distribution(course):
    scores = sorted(found["score"] for found in course.results.values())
    if not scores:
        return []
    points = sum(row.points for row in judge.all_rows(course.exercises))
    mean, step = sum(scores) / len(scores), max(1, round(points / 10))
    lines = [
        f"Points: {scores[0]} to {scores[-1]} of {points}, mean {mean:.1f}, "
        f"median {scores[len(scores) // 2]}.",
        "",
        "| points | students |",
        "| --- | --- |",
    ]
    for low in range(0, points + 1, step):
        count = sum(low <= score < low + step for score in scores)
        lines.append(f"| {low} to {min(low + step - 1, points)} | {count} {'#' * count} |")
    lines += ["", "| chapter | points | mean |", "| --- | --- | --- |"]
    for chapter, part in chapters(course.exercises).items():
        won = [
            sum(test["score"] for test in found["tests"] if item_of(test) in part)
            for found in course.results.values()
        ]
        lines.append(f"| {chapter} | {sum(part.values())} | {sum(won) / len(won):.1f} |")
    return lines


def page(course, items, found_causes, alike):
    """The instructor's page; `alike` are lines about similar submissions."""
    count = len(course.entries)
    lines = [f"# {count} submission{'' if count == 1 else 's'}", ""]
    lines += [f"Isolation: {course.isolation}.", f"Seed {course.seed}, kit {course.kit.hash}.", ""]
    lines += [f"{course.graded} graded now, {course.kept} kept from earlier runs.", ""]
    lines += distribution(course)
    lines += section("Not graded", [f"- {safe(text)}" for text in course.not_graded()])
    untouched = [
        label for label, found in course.results.items() if found["extra_data"].get("untouched")
    ]
    lines += section(
        "As handed out, no exercise is written", [f"- {safe(label)}" for label in untouched]
    )
    late = [f"- {safe(text)}" for text in course.too_late()]
    lines += section("Too late", late)
    if course.roster:
        told = [f"- {safe(text)}" for text in course.roster.lines]
        lines += section(f"Not clear in {safe(course.roster.path.name)}", told)
    lines += section("Likely causes", markdown(found_causes) if found_causes[1:] else [])
    lines += section(
        "Items",
        [
            "Discrimination: the correlation with the points of all other items.",
            "",
            *markdown(items),
        ],
    )
    lines += section("Similar submissions", alike)
    lines += section(
        "Students", ["| student | points | note | page |", "| --- | --- | --- | --- |"]
    )
    for entry in course.entries:
        found = course.results.get(entry.label)
        link = f"students/{urllib.parse.quote(entry.place)}/feedback.md"
        where = f"[feedback](<{link}>)" if found else ""
        score = found["score"] if found else "none"
        lines.append(f"| {safe(entry.label)} | {score} | {safe(course.note(entry))} | {where} |")
    return "\n".join(lines) + "\n"
