#!/usr/bin/env python3
"""Is the grader fair? Correct solutions pass, and a mistake costs as much as with a teacher.

    fair.py honest [SEEDS]   honest.toml: correct solutions that are written otherwise, and some
                             that are wrong by little, each with many seeds (20)
    fair.py half [NAME ...]  half.toml: half-finished trees, in the sandbox, within two points;
    fair.py half --short     without those that train the network

Prints a line for each; exit code 1 if one is not as it should be.
"""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib

COURSE = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(COURSE), str(COURSE / "grade")]
import exercises as listed  # noqa: E402
import judge  # noqa: E402
import pieces  # noqa: E402
import sandbox  # noqa: E402
import wrong as known  # noqa: E402
from submission import Submission  # noqa: E402

TOP, KIT = listed.TOP, listed.TOP / "build" / "kit"
NEAR = 2  # points
CORES = len(os.sched_getaffinity(0))


def read(name, kind):
    return tomllib.loads((COURSE / "attacks" / name).read_text())[kind]


def with_body(text, function, change):
    """The source with another body of one function, or with more in it."""
    for head, name, _, brace, end in listed.functions(text):
        if name == function:
            body = change.get("body", text[brace + 1 : end - 1])
            parts = [change.get("before", ""), body, change.get("after", "")]
            return text[:brace] + "{\n" + "\n".join(parts) + "\n}" + text[end:]
    raise known.Failure(f"there is no function {function}")


def replaced(text, change, start=0, end=None):
    """The source with `new` for `old`, within a part of it."""
    part, old = text[start:end], change["old"].lstrip("\n")
    if change.get("last"):
        at = part.rfind(old)
    else:
        at = part.find(old)
        if part.count(old) != 1:
            raise known.Failure(f"{old!r} occurs {part.count(old)} times")
    new = part[:at] + change["new"].lstrip("\n") + part[at + len(old) :]
    return text[:start] + new + (text[end:] if end is not None else "")


# ---- correct solutions ---------------------------------------------------------------------------


def try_honest(build, honest, seeds):
    """Which seeds refuse a correct solution, and why."""
    exercise = next(e for e in listed.exercises() if e["id"] == honest["exercise"])
    text = (TOP / exercise["file"]).read_text()
    start, end = listed.region(text, exercise["mark"])
    names = [name for _, name, _, _, _ in listed.functions(text[start:end])]
    text = with_body(text, honest.get("function", names[-1]), honest)
    name = "honest/" + "".join(c if c.isalnum() else "-" for c in honest["name"])
    texts = {exercise["file"]: text}
    program = build.program(exercise["chapter"], name, texts, of="examined")
    items, refused = listed.items(exercise), []
    for seed in range(1, seeds + 1):
        command = [str(program), "-v", "-s", str(seed), *items]
        done = subprocess.run(command, capture_output=True, text=True, cwd=TOP)
        passed = [line for line in done.stdout.splitlines() if "\tPASS\t" in line]
        if done.returncode or len(passed) != len(items):
            refused.append((seed, " ".join(done.stderr.split())[:300]))
    return refused


def run_honest(seeds):
    build, problems = known.Build("build"), 0
    listing = read("honest.toml", "honest")
    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        waiting = [(h, pool.submit(try_honest, build, h, seeds)) for h in listing]
        for honest, future in waiting:
            refused = future.result()
            problems += bool(refused)
            why = f", e.g. {refused[0][0]}: {refused[0][1]}" if refused else ""
            print(
                f"  {honest['exercise']} {honest['name']}: passes {seeds - len(refused)} of "
                f"{seeds} seeds{why}"
            )
        print(f"{len(listing)} correct solutions that are written otherwise, {problems} refused")
        listing = read("honest.toml", "near")
        waiting = [(near, pool.submit(try_honest, build, near, 3)) for near in listing]
        passed = [near["name"] for near, future in waiting if len(future.result()) < 3]
    print(
        f"{len(listing)} that are wrong by little, {len(passed)} pass{': ' * bool(passed)}"
        f"{', '.join(passed)}"
    )
    return problems == 0 and not passed


# ---- half-finished trees -------------------------------------------------------------------------


def make(half, kit, folder):
    """Writes the tree; returns the sources that are not the reference's."""
    touched = set()
    for name in listed.files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOP / name, folder / name)
    for exercise in unwritten(half):
        if "file" not in exercise:
            continue
        place, given = folder / exercise["file"], kit.given(exercise["file"])
        text = place.read_text()
        start, end = listed.region(text, exercise["mark"])
        place.write_text(text[:start] + pieces.region_of(given, exercise) + text[end:])
        touched.add(exercise["file"])
    for name in touched:
        place = folder / name
        place.write_text('#include "todo.h"\n' + place.read_text())
    for change in half.get("changes", []):
        place = folder / change["file"]
        if place.exists() or (TOP / change["file"]).exists():
            text = (place if place.exists() else TOP / change["file"]).read_text()
        if "text" in change:
            text = change["text"]
        elif "copy" in change:
            text = (TOP / change["copy"]).read_text()
        elif "body" in change:
            text = with_body(text, change["function"], change)
        else:
            bounds = listed.region(text, change["mark"]) if "mark" in change else (0, None)
            text = replaced(text, change, *bounds)
        place.write_text(text)
        chapter = change["file"].split("/")[1]
        touched |= {name for name in listed.files() if name.split("/")[1] == chapter}
    return touched


def unwritten(half):
    names = half.get("unwritten", [])
    return [e for e in listed.exercises() if e["id"] in names or e["id"][:2] in names]


def try_half(kit, box, half):
    """The points of a tree: only items that its changes may cost are judged."""
    whole = half.get("whole", False)
    with tempfile.TemporaryDirectory(prefix="half-") as place:
        folder = pathlib.Path(place)
        touched = make(half, kit, folder)
        names = [e["id"] for e in listed.exercises() if e.get("file") in touched]
        names += [e["id"] for e in listed.exercises() if "file" not in e and whole is True]
        grading = judge.Grading(kit, box, Submission(folder, kit), 7, 1, names).run()
    lost = grading.points - grading.score
    lost += sum(
        row.points
        for row in judge.all_rows()
        if "file" not in row.exercise and whole == "lost" and row.name[:4] not in names
    )
    return 100 - lost, [
        f"{row.verdict} {row.name}" for row in grading.rows if row.verdict != "PASS"
    ]


def fair_points(half):
    if "fair" in half:
        return half["fair"]
    gone = sum(item["points"] for e in unwritten(half) for item in e["items"])
    last = sum(item["points"] for e in listed.exercises() if "file" not in e for item in e["items"])
    return 100 - gone - (last if all("file" in e for e in unwritten(half)) else 0)


def run_half(names, short=False):
    kit = judge.Kit(KIT)
    box = sandbox.best(kit.cage, kit.secrets())
    listing = [h for h in read("half.toml", "half") if not names or h["name"] in names]
    if short:
        listing = [half for half in listing if half.get("whole") is not True]
    problems = 0
    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        waiting = [(half, pool.submit(try_half, kit, box, half)) for half in listing]
        for half, future in waiting:
            points, lost = future.result()
            fair = fair_points(half)
            near = abs(points - fair) <= half.get("within", NEAR)
            problems += not near
            print(
                f"  {'fair' if near else 'NOT FAIR':8} {points:3} of {fair:3}  {half['name']}"
                f"{'' if near else ': ' + ', '.join(lost)}",
                flush=True,
            )
    print(f"{len(listing)} half-finished trees, {problems} too far from fair")
    return problems == 0


def main(arguments):
    os.umask(0o022)
    if arguments[:1] == ["honest"]:
        return 0 if run_honest(int(arguments[1]) if arguments[1:] else 20) else 1
    if arguments[:1] == ["half"]:
        names = [word for word in arguments[1:] if word != "--short"]
        return 0 if run_half(names, "--short" in arguments) else 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
