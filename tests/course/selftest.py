#!/usr/bin/env python3
"""Does the course keep its promises?  selftest.py BUILD [--all]   (make selftest)

    the lists agree with the sources, and the points add up to 100
    every known-wrong solution loses its declared items, its cause is named, and `make test` tells
      it in few lines; with its exercises emptied a chapter scores 0
    in the sandbox the reference scores 100, and attacks do not pay
    correct solutions pass, a mistake costs as much as with a teacher (--all: more)
    the tables, pages and rosters of a class are right
    --all: breaking the grader is noticed
"""
import subprocess
import sys

import exercises
import wrong

sys.path.insert(0, str(exercises.LISTS / "attacks"))
import breaks  # noqa: E402
import fair  # noqa: E402
import golden  # noqa: E402


def wrongs_and_attacks(build, complete):
    """Both at once: attackers mostly sleep, until a limit ends them. Whether all is well."""
    command = [sys.executable, "-B", str(exercises.LISTS / "attacks" / "attacks.py"), *complete]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as attacks:
        found = wrong.run(build, [])
        print(attacks.communicate()[0], end="", flush=True)
    return found and attacks.returncode == 0


def main(arguments):
    if not arguments or arguments[1:] not in ([], ["--all"]):
        print(__doc__, file=sys.stderr)
        return 2
    problems = exercises.check()
    print("\n".join(problems) or "the list agrees with the sources: 100 points", flush=True)
    complete = arguments[1:]
    if not wrongs_and_attacks(arguments[0], complete) or problems:
        return 1
    if fair.main(["honest", "20" if complete else "1"]):
        return 1
    if fair.main(["half"] if complete else ["half", "--short"]):
        return 1
    if golden.main(["--viva"] if complete else []):
        return 1
    return breaks.main([]) if complete else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
