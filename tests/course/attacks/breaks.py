#!/usr/bin/env python3
"""Would it be noticed if the grader were broken? (part of make selftest ALL=1)

    breaks.py [NAME ...]

Breaks a copy of this tree in the ways of breaks.toml, one after another, and runs the check that
must notice; on a tree that is whole, make selftest ran them before. Exit code 1 if one does not.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib

COURSE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(COURSE))
import exercises as listed  # noqa: E402

TOP = listed.TOP
BUILT = {"kit", "float", "exam", "flags", "borrowed", "rubric.inc"}  # saves compiling


class Stale(Exception):
    """A break that does not fit the sources."""


def left_out(folder, names):
    """The names that a copy of the tree leaves out."""
    if pathlib.Path(folder) == TOP / "build":
        return set(names) - BUILT
    return {name for name in names if name in (".git", "__pycache__")}


def checks(broken):
    """The command that must notice."""
    kind, _, rest = broken["notices"].partition(" ")
    place = "tests/course/attacks"
    if kind == "hostile":
        level = broken.get("level", "bwrap")
        return ["make -s kit", f"python3 {place}/attacks.py --level {level} {rest}"]
    if kind == "half":
        return ["make -s kit", f'python3 {place}/fair.py half "{rest}"']
    if kind == "honest":
        exams = " ".join(f"build/exam/{folder.name}" for folder in chapters())
        return [f"make -s {exams}", f"python3 {place}/fair.py honest 3"]
    return ["make -s kit", f"python3 {place}/golden.py"]


def chapters():
    return sorted(path for path in (TOP / "chapters").glob("0*") if path.is_dir())


def run(commands, tree):
    """Whether a check finds nothing wrong; building must work."""
    *builds, check = commands
    environment = {**os.environ, "SKIP_SETUP": "1"}
    for command in builds:
        subprocess.run(
            command, shell=True, cwd=tree, check=True, env=environment, stdout=subprocess.DEVNULL
        )
    done = subprocess.run(check, shell=True, cwd=tree, capture_output=True, env=environment)
    return done.returncode == 0


def change(tree, changes):
    """Breaks the tree; returns the texts that mend it."""
    kept = {}
    for one in changes:
        path = tree / one["file"]
        text = path.read_text()
        kept.setdefault(path, text)
        if text.count(one["old"]) != 1:
            raise Stale(f'{one["file"]}: {one["old"]!r} occurs {text.count(one["old"])} times')
        path.write_text(text.replace(one["old"], one["new"]))
    return kept


def main(names):
    listing = tomllib.loads((COURSE / "attacks" / "breaks.toml").read_text())["break"]
    listing = [b for b in listing if not names or b["name"] in names]
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="breaks-") as place:
        os.chmod(place, 0o755)  # only the sandbox hides the tree
        tree = pathlib.Path(place) / "tree"
        shutil.copytree(TOP, tree, symlinks=True, ignore=left_out)
        for broken in listing:
            kept = {}
            try:
                kept = change(tree, broken["changes"])
                seen = not run(checks(broken), tree)
                word = "noticed" if seen else "NOT NOTICED"
            except (Stale, subprocess.CalledProcessError) as problem:
                seen, word = False, f"NOT TRIED ({problem})"
            finally:
                for path, text in kept.items():
                    path.write_text(text)
            unnoticed += not seen
            print(f"  {word:12} {broken['name']} ({broken['notices']})", flush=True)
    print(f"{len(listing)} ways to break the grader, {unnoticed} not noticed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
