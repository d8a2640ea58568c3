#!/usr/bin/env python3
"""Grading in other people's containers.

    gradescope.py pack KIT OUT          writes autograder.zip into OUT: setup.sh, run_autograder,
                                        gitlab-ci.yml, the kit and the programs that use it
    gradescope.py --results FILE ...    grades as grade.py does, and writes Gradescope's file

EXERCISES and ISOLATION in the environment of `pack` go with it, as options of every grading.
When the grader fails, FILE has the message and no score; when nothing was handed in that can be
judged, it has the message and 0.
"""
import json
import os
import pathlib
import platform
import shutil
import stat
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import grade  # noqa: E402
import judge  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = ("grade.py", "judge.py", "pieces.py", "results.py", "sandbox.py", "submission.py")
LEFT_OUT = ("objects", "flags", "rubric.inc")  # of the kit


def pack(kit, out):
    """Writes autograder.zip, each file with the rights that it needs."""
    grade.names_of(os.environ.get("EXERCISES", ""), judge.Kit(kit))  # wrong ones end it here
    target = pathlib.Path(out) / "autograder.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    options = [
        f"--{name.lower()}={os.environ[name]}"
        for name in ("EXERCISES", "ISOLATION")
        if os.environ.get(name)
    ]
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted((HERE / "elsewhere").iterdir()):
            add(packed, path, path.name)
        for name in (*PROGRAMS, "gradescope.py"):
            add(packed, HERE / name, f"grader/grade/{name}")
        add(packed, HERE.parent / "exercises.py", "grader/exercises.py")
        add(packed, HERE.parents[2] / "common" / "tools" / "marks.py", "grader/marks.py")
        packed.writestr("kit/options.json", json.dumps(options))
        packed.writestr("kit/machine", platform.machine() + "\n")
        for path in sorted(pathlib.Path(kit).rglob("*")):
            name = path.relative_to(kit)
            if path.is_file() and name.parts[0] not in LEFT_OUT:
                add(packed, path, f"kit/{name}")
    os.replace(part, target)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


def add(packed, path, name):
    info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    program = path.stat().st_mode & stat.S_IXUSR or name.startswith(("run_", "setup"))
    info.external_attr = (0o100755 if program else 0o100644) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    packed.writestr(info, path.read_bytes())


def judge_here(words):
    """Grades, and leaves one file where Gradescope looks for it."""
    target, rest = pathlib.Path(words[0]), words[1:]
    out = pathlib.Path(rest[rest.index("--out") + 1])
    options = json.loads((pathlib.Path(rest[rest.index("--kit") + 1]) / "options.json").read_text())
    code = grade.main([*options, *rest])
    found = json.loads((out / "results.json").read_text())
    if "score" not in found and found.get("extra_data", {}).get("empty"):
        found["score"] = 0
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(found, indent=1) + "\n")
    shutil.rmtree(out, ignore_errors=True)  # logs and pages are in the file
    return code


def main(words):
    if len(words) == 3 and words[0] == "pack":
        try:
            pack(words[1], words[2])
        except grade.Usage as problem:
            print(f"error: {problem}", file=sys.stderr)
            return 2
        return 0
    if "--results" in words:
        place = words.index("--results")
        return judge_here([words[place + 1], *words[:place], *words[place + 2 :]])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
