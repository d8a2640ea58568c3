#!/usr/bin/env python3
"""The grader against what it must withstand, through the sandbox and the judge.

    python3 tests/course/attacks/attacks.py [--all]

The reference must score 100. Known-wrong solutions (NN/wrong.toml) must lose the same items as in
process: every eighth, with --all all of them. Each hostile submission (*.toml here) must have the
outcome that it declares, at every isolation level that works here; without --all the lower levels
try only those that declare another outcome there, and a few more.

A hostile submission is the reference with one source spoilt, FILE below:

    head, tail   put before and after the source
    body         replaces the body of im2col()
    text         replaces the source; line_ends, remove, pipe: what else becomes of it
    links, extra other entries of the submission: {path: target} and {path: content}
    loses        the items that it must not get: 01.3-exact if it says nothing, a list, "source" for
                 all of its source, or "any" for 01.3-exact and perhaps more
    only         levels at which it may be tried at all
    at.LEVEL     another outcome there; `damage` says in words what that level does not prevent
    ignored      what must be listed as ignored
"""
import concurrent.futures
import os
import pathlib
import sys
import tempfile
import time
import tomllib

COURSE = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(COURSE), str(COURSE / "grade")]
import exercises as listed  # noqa: E402
import judge  # noqa: E402
import results  # noqa: E402
import sandbox  # noqa: E402
import wrong as known  # noqa: E402
from submission import Submission  # noqa: E402

FILE = "chapters/01_im2col/im2col.c"
VICTIM = listed.TOP / "build" / "hostile" / "victim"
EVERYWHERE = {"crash", "loop", "outlives", "hang-before-main", "writes-descriptors"}
SEED = 20240607


# ---- hostile submissions -------------------------------------------------------------------------


def hostiles():
    """All of them, in order."""
    found = []
    for path in sorted((COURSE / "attacks").glob("*.toml")):
        found += tomllib.loads(path.read_text())["hostile"]
    return found


def expand(text):
    return text.replace("{TOP}", str(listed.TOP)).replace("{MEGABYTE}", "x" * (1 << 20))


def spoilt(hostile):
    """The source as this submission has it."""
    text = (listed.TOP / FILE).read_text()
    if "text" in hostile:
        return expand(hostile["text"])
    if "body" in hostile:
        start, end = listed.region(text, "im2col")
        piece = text[start:end]
        *_, (_, _, parameters, brace, stop) = listed.functions(piece)
        unused = "".join(f"(void){name};" for name in listed.names(parameters))
        body = "{" + unused + "\n" + expand(hostile["body"]) + "\n}"
        text = text[:start] + piece[:brace] + body + piece[stop:] + text[end:]
    head, tail = expand(hostile.get("head", "")), expand(hostile.get("tail", ""))
    return f"#define _GNU_SOURCE\n{head}\n{text}\n{tail}\n"


def make(hostile, folder):
    """Writes the submission."""
    path, links = folder / FILE, hostile.get("links", {})
    if "chapters/01_im2col" not in links:
        path.parent.mkdir(parents=True)
    if hostile.get("pipe"):
        os.mkfifo(path)
    elif path.parent.exists() and FILE not in links and "remove" not in hostile:
        path.write_text(spoilt(hostile), newline=hostile.get("line_ends", "\n"))
    for name, target in links.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(expand(target))
    for name, content in hostile.get("extra", {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def try_hostile(kit, box, hostile):
    """Grades it at one level: (rows, problems, seconds)."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hostile-") as place:
        folder = pathlib.Path(place) / "submission"
        folder.mkdir()
        make(hostile, folder)
        submission = Submission(folder)
        grading = judge.Grading(kit, box, submission, SEED).run(only=FILE)
        results.write(grading, pathlib.Path(place) / "results")
    problems = outcome(hostile, box.level, grading.rows)
    listing = "\n".join(submission.ignored)
    problems += [
        f"{text} is not listed" for text in hostile.get("ignored", []) if text not in listing
    ]
    return grading.rows, problems, time.monotonic() - began


def outcome(hostile, level, rows):
    """What is not as declared."""
    declared = {**hostile, **hostile.get("at", {}).get(level, {})}
    loses = declared.get("loses", ["01.3-exact"])
    lost = [row.name for row in rows if row.verdict != "PASS"]
    if loses == "any":
        return [] if "01.3-exact" in lost else ["01.3-exact passes"]
    want = [row.name for row in rows] if loses == "source" else loses
    return [] if lost == want else [f"loses {' '.join(lost) or 'nothing'}, not {' '.join(want)}"]


def tried(level, complete):
    """The hostile submissions that are tried at a level."""
    best = level == sandbox.LEVELS[0]
    return [
        h
        for h in hostiles()
        if level in h.get("only", sandbox.LEVELS)
        and (best or complete or level in h.get("at", {}) or h["name"] in EVERYWHERE)
    ]


def stray():
    """Processes that outlived their submission."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"98765" in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def run_hostiles(pool, kit, box, complete):
    """All at one level; prints the table, returns problems."""
    VICTIM.mkdir(parents=True, exist_ok=True)
    (VICTIM / "results.json").write_text("untouched")
    listing, problems = tried(box.level, complete), []
    print(f"\nhostile submissions, isolation {box.level}: {results.LEVELS[box.level]}")
    waiting = [(h, pool.submit(try_hostile, kit, box, h)) for h in listing]
    for hostile, future in waiting:
        rows, wrong, seconds = future.result()
        lost = sum(row.verdict != "PASS" for row in rows)
        first = next((row.text.strip() for row in rows if row.verdict != "PASS"), "")
        words = results.clean(first).split("\n") + ["", "", ""]
        why = words[2].strip() if words[1].startswith("  case") else words[0]
        print(
            f"  {'as declared' if not wrong else 'NOT AS DECLARED':12} {hostile['name']:19}"
            f"lost {lost}/{len(rows)} {seconds:5.1f} s  {why[:70]}"
        )
        problems += [f"{hostile['name']} ({box.level}): {text}" for text in wrong]
    allowed = any("damage" in h.get("at", {}).get(box.level, {}) for h in listing)
    if (VICTIM / "results.json").read_text() != "untouched" and not allowed:
        problems.append(f"results.json was rewritten ({box.level})")
    if stray():
        problems.append(f"processes are left: {' '.join(stray())} ({box.level})")
    return problems


# ---- reference and known-wrong solutions ---------------------------------------------------------


class Changed:
    """A submission of one source."""

    def __init__(self, name, text):
        self.sources, self.refused, self.ignored = {name: text.encode()}, {}, []


def try_wrong(kit, box, wrong):
    """What a known-wrong solution loses of its source, and what it should lose."""
    submission = Changed(wrong["file"], known.changed(wrong))
    rows = judge.Grading(kit, box, submission, SEED).run(only=wrong["file"]).rows
    failed = [row.name for row in rows if row.verdict == "FAIL"]
    blocked = [row.name for row in rows if row.verdict == "BLOCKED"]
    should_fail = [row.name for row in rows if row.name in wrong["fails"]]
    should_block = known.should_block(failed, {row.name for row in rows})
    problems = []
    if sorted(failed) != sorted(should_fail):
        problems.append(f"fails {' '.join(failed) or 'nothing'}, not {' '.join(should_fail)}")
    if sorted(blocked) != sorted(should_block):
        problems.append(f"blocks {' '.join(blocked) or 'nothing'}, not {' '.join(should_block)}")
    return [f"{wrong['id']} in the sandbox: {text}" for text in problems]


def run_wrongs(pool, kit, box, complete):
    """Known-wrong solutions at one level."""
    listing = known.wrongs()[:: 1 if complete else 8]
    problems = sum(pool.map(lambda wrong: try_wrong(kit, box, wrong), listing), [])
    print(
        f"{len(listing)} known-wrong solutions in the sandbox: "
        f"{len(listing) - len(problems)} lose what they declare"
    )
    return problems


def run_reference(kit, box):
    """The tree itself, with a seed that nobody knows."""
    grading = judge.Grading(kit, box, Submission(listed.TOP), int(time.time()), 2).run()
    print(f"the reference in the sandbox: {grading.score} points")
    return [
        f"the reference: {row.name} is {row.verdict}: {row.text}"
        for row in grading.rows
        if row.verdict != "PASS"
    ]


def main(arguments):
    if arguments not in ([], ["--all"]):
        print(__doc__, file=sys.stderr)
        return 2
    kit = judge.Kit(listed.TOP / "build" / "kit")
    boxes = [sandbox.Sandbox(level) for level in sandbox.LEVELS if sandbox.works(level)]
    complete = arguments == ["--all"]
    cores = len(os.sched_getaffinity(0))
    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        problems = run_reference(kit, boxes[0])
        problems += run_wrongs(pool, kit, boxes[0], complete)
    # Hostile submissions mostly wait for the end of a limit.
    with concurrent.futures.ThreadPoolExecutor(2 * cores) as pool:
        for box in boxes:
            problems += run_hostiles(pool, kit, box, complete)
    for level in set(sandbox.LEVELS) - {box.level for box in boxes}:
        print(f"isolation {level} does not work here")
    print("\n" + "\n".join(problems) if problems else "\nall as declared")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
