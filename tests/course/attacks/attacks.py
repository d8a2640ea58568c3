#!/usr/bin/env python3
"""The grader against attacks, through the sandbox and the judge.

    python3 tests/course/attacks/attacks.py [--all] [--level LEVEL] [NAME ...]

The reference must score 100. Known-wrong solutions (NN/wrong.toml) must lose the same items as in
process: every eighth, with --all all of them. Each hostile submission (*.toml here) must have the
outcome that it declares, at every isolation level that works here; without --all the lower levels
try only those that declare another outcome there, and a few more.

A hostile submission is the reference with one source spoilt, FILE below:

    head, tail   put before and after the source
    body         replaces the body of im2col(); most are right only if an attack succeeds
    text         replaces the source; line_ends, encoding, remove, pipe: other changes to it
    links, extra other entries of the submission: {path: target} and {path: content}
    pipe         true, or the path of a named pipe
    deep, many   folders in folders, and files
    below, pack  where the source lies; how it is packed
    budget       seconds that the submission may take, and soon after which it must be over
    loses        the items that it must not get: 01.3-exact if it says nothing, a list, "source" for
                 all of its source, or "any" for 01.3-exact and perhaps more
    refused      it is not a submission, and the message says this
    only         levels at which it may be tried at all
    at.LEVEL     another outcome there
    ignored      files that must be listed as ignored
"""
import concurrent.futures
import io
import os
import pathlib
import socket

import sys
import tempfile
import time
import tomllib
import zipfile

COURSE = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(COURSE), str(COURSE / "grade")]
import exercises as listed  # noqa: E402
import judge  # noqa: E402
import results  # noqa: E402
import sandbox  # noqa: E402
import wrong as known  # noqa: E402
from submission import NoSubmission, Submission  # noqa: E402

FILE = "chapters/01_im2col/im2col.c"
KIT = listed.TOP / "build" / "kit"
VICTIM = listed.TOP / "build" / "hostile" / "victim"
LOWER = {  # tried at every level
    "crash",
    "loop",
    "outlives",
    "hang-before-main",
    "writes-descriptors",
    "network",
    "socket",
    "environment",
    "reads-files",
    "memory-limit",
    "memory-elsewhere",
    "children",
    "include-reference",
    "incbin-judge",
    "incbin-archive",
    "results-file",
    "parent-memory",
    "kill-all",
    "disk",
    "fork-bomb",
    "later-chapter",
}
SEED = 20240607
SECRET = "token-of-the-grader-98765"


# ---- hostile submissions -------------------------------------------------------------------------


def hostiles():
    """All of them, in order."""
    found = []
    for path in sorted((COURSE / "attacks").glob("*.toml")):
        found += tomllib.loads(path.read_text()).get("hostile", [])
    return found


class Server:
    """A listener: an open network is seen by the answer."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = str(self.socket.getsockname()[1])


server = Server()


def expand(text):
    words = {
        "{TOP}": str(listed.TOP),
        "{PORT}": server.port,
        "{MEGABYTE}": "x" * (1 << 20),
        "{COMMENTS}": "/* " * 87_000,
        "{QUOTES}": '"\\"' * 87_000,
    }
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


def spoilt(hostile):
    """The source of this submission."""
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
    path, links = folder / hostile.get("below", "") / FILE, hostile.get("links", {})
    if "chapters/01_im2col" not in links:
        path.parent.mkdir(parents=True)
    if hostile.get("pipe") is True:
        os.mkfifo(path)
    elif path.parent.exists() and FILE not in links and "remove" not in hostile:
        text, ends = spoilt(hostile), hostile.get("line_ends", "\n")
        path.write_text(text, newline=ends, encoding=hostile.get("encoding", "utf-8"))
    for name, target in links.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(expand(target))
    for name, content in hostile.get("extra", {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(expand(content))
    if isinstance(hostile.get("pipe"), str):
        (folder / hostile["pipe"]).parent.mkdir(parents=True)
        os.mkfifo(folder / hostile["pipe"])
    for number in range(hostile.get("many", 0)):
        (folder / f"{number}.c").touch()
    dig(folder, hostile.get("deep", 0))
    if "pack" in hostile:
        pack(hostile["pack"], folder)


def dig(folder, depth):
    """Folders in folders, deeper than any path may be long."""
    at = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("in", dir_fd=at)
        below = os.open("in", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)


def pack(how, folder):
    """Puts the source into an archive, and removes it."""
    source = (folder / FILE).read_bytes()
    (folder / FILE).unlink()
    names = {"inside": FILE, "mac": f"lenet/{FILE}", "slip": f"../../{FILE}", "bomb": FILE}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        if how == "bomb":
            source = b"/" * (200 << 20)
        packed.writestr(names.get(how, FILE), source)
        if how == "mac":
            packed.writestr(f"__MACOSX/lenet/{FILE}", b"resource")
    content = data.getvalue()
    if how == "bomb":  # the directory at the end claims another length
        length = len(source).to_bytes(4, "little")
        content = content.replace(length, (1000).to_bytes(4, "little"))
    if how == "broken":
        content = b"PK\x03\x04" + b"?" * 100
    (folder / "all.zip").write_bytes(content)


def try_hostile(kit, box, hostile):
    """Grades it at one level: (rows, problems, seconds)."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hostile-", ignore_cleanup_errors=True) as place:
        folder = pathlib.Path(place) / "submission"
        folder.mkdir()
        make(hostile, folder)
        began, rows = time.monotonic(), []
        try:
            submission = Submission(folder, kit)
            grading = judge.Grading(kit, box, submission, SEED)
            if "budget" in hostile:
                grading.budget = judge.Budget(hostile["budget"])
            grading.run(only=FILE)
            results.write(grading, pathlib.Path(place) / "results")
            rows, problems = grading.rows, outcome(hostile, box.level, grading.rows)
            listing = "\n".join(submission.ignored)
            wanted = hostile.get("ignored", [])
            problems += [f"{text} is not listed" for text in wanted if text not in listing]
            problems += told(pathlib.Path(place) / "results")
        except NoSubmission as why:
            problems = [] if hostile.get("refused", "?") in str(why) else [f"refused: {why}"]
        seconds = time.monotonic() - began
        os.system(f"rm -rf '{folder}'")  # too deep for Python to remove
    if "budget" in hostile and seconds > 3 * hostile["budget"] + 30:
        problems.append(f"took {seconds:.0f} s")
    return rows, problems, seconds


def told(folder):
    """The results that hold the grader's own environment."""
    return [
        f"{path.name} holds the grader's environment"
        for path in folder.iterdir()
        if SECRET in path.read_text()
    ]


def outcome(hostile, level, rows):
    """Differences from the declaration."""
    if "refused" in hostile:
        return ["it is judged"]
    declared = {**hostile, **hostile.get("at", {}).get(level, {})}
    loses = declared.get("loses", ["01.3-exact"])
    lost = [row.name for row in rows if row.verdict != "PASS"]
    if loses == "any":
        return [] if "01.3-exact" in lost else ["01.3-exact passes"]
    want = [row.name for row in rows] if loses == "source" else loses
    return [] if lost == want else [f"loses {' '.join(lost) or 'nothing'}, not {' '.join(want)}"]


def tried(level, complete, names):
    """The hostile submissions that are tried at a level."""
    best = level == sandbox.LEVELS[0]
    return [
        h
        for h in hostiles()
        if level in h.get("only", sandbox.LEVELS)
        and (h["name"] in names if names else best or complete or h["name"] in LOWER)
    ]


# ---- leftovers -----------------------------------------------------------------------------------


def left():
    """The leftovers of submissions on this machine: processes, segments, files."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words, user = (path / "cmdline").read_bytes(), path.stat().st_uid
            state = (path / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if state != "Z" and (b"98765" in words or user in sandbox.USERS):
            found.append(f"process {path.name}")
    for kind in ("shm", "msg", "sem"):
        try:
            for line in pathlib.Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:]:
                if set(map(int, line.split()[1:10])) & set(sandbox.USERS):
                    found.append(f"{kind} {line.split()[1]}")
        except OSError:
            pass
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock"):
        for entry in os.scandir(folder) if os.path.isdir(folder) else ():
            mine = entry.stat(follow_symlinks=False).st_uid in sandbox.USERS
            if mine or entry.name.startswith("lenet-"):
                found.append(entry.path)
    return found


def run_hostiles(pool, kit, box, complete, names):
    """All at one level; prints the table, returns problems."""
    VICTIM.mkdir(parents=True, exist_ok=True)
    (VICTIM / "results.json").write_text("untouched")
    listing, problems = tried(box.level, complete, names), []
    print(f"\nhostile submissions, isolation {results.isolation(box)}")
    waiting = [(h, pool.submit(try_hostile, kit, box, h)) for h in listing]
    for hostile, future in waiting:
        try:
            rows, wrong, seconds = future.result()
        except (judge.GraderFault, OSError) as fault:
            rows, wrong, seconds = [], [f"the grader failed: {fault}"], 0
        lost = sum(row.verdict != "PASS" for row in rows)
        first = next((row.text.strip() for row in rows if row.verdict != "PASS"), "")
        words = results.clean(first).split("\n") + ["", "", ""]
        why = words[2].strip() if words[1].startswith("  case") else words[0]
        print(
            f"  {'as declared' if not wrong else 'NOT AS DECLARED':12} {hostile['name']:19}"
            f"lost {lost}/{len(rows)} {seconds:5.1f} s  {why[:70]}",
            flush=True,
        )
        problems += [f"{hostile['name']} ({box.level}): {text}" for text in wrong]
    if (VICTIM / "results.json").read_text() != "untouched":
        problems.append(f"results.json was rewritten ({box.level})")
    problems += [f"{what} is left ({box.level})" for what in left()]
    return problems


# ---- reference and known-wrong solutions ---------------------------------------------------------


class Changed:
    """A submission of one source."""

    def __init__(self, name, text):
        self.sources, self.refused, self.ignored = {name: text.encode()}, {}, []

    @staticmethod
    def helpers(_):
        return {}

    @staticmethod
    def unwritten(_):
        return False


def try_wrong(kit, box, wrong):
    """Runs a known-wrong solution; compares its losses with those that it declares."""
    submission = Changed(wrong["file"], known.changed(wrong))
    rows = judge.Grading(kit, box, submission, SEED).run(only=wrong["file"]).rows
    failed = [row.name for row in rows if row.verdict != "PASS"]
    should_fail = [row.name for row in rows if row.name in wrong["fails"]]
    if failed == should_fail:
        return []
    found = f"loses {' '.join(failed) or 'nothing'}, not {' '.join(should_fail)}"
    return [f"{wrong['id']} in the sandbox: {found}"]


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
    """The tree itself, with a seed from the clock."""
    grading = judge.Grading(kit, box, Submission(listed.TOP, kit), int(time.time()), 2).run()
    print(f"the reference in the sandbox: {grading.score} points")
    return [
        f"the reference: {row.name} is {row.verdict}: {row.text}"
        for row in grading.rows
        if row.verdict != "PASS"
    ]


def boxes(kit, wanted):
    """The sandboxes that work here; a line for those that do not."""
    found = []
    for level in [wanted] if wanted else sandbox.LEVELS:
        try:
            found.append(sandbox.best(kit.cage, kit.secrets(), level))
        except judge.GraderFault as why:
            print(f"isolation {level} does not work here: {why}")
    return found


def main(arguments):
    complete, names = "--all" in arguments, [word for word in arguments if word[0] != "-"]
    level = names.pop(0) if "--level" in arguments else None
    if level not in (None, *sandbox.LEVELS) or set(names) - {h["name"] for h in hostiles()}:
        print(__doc__, file=sys.stderr)
        return 2
    os.umask(0o022)
    os.environ["COURSE_TOKEN"] = SECRET
    kit = judge.Kit(KIT)
    found, problems = boxes(kit, level), []
    cores = len(os.sched_getaffinity(0))
    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        if not names and found:
            problems += run_reference(kit, found[0])
            problems += run_wrongs(pool, kit, found[0], complete)
    # Hostile submissions mostly wait for the end of a limit.
    with concurrent.futures.ThreadPoolExecutor(2 * cores) as pool:
        for box in found:
            problems += run_hostiles(pool, kit, box, complete, names)
    if not found:
        problems.append("no sandbox works here")
    print("\n" + "\n".join(problems) if problems else "\nall as declared")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
