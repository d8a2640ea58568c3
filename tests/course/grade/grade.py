#!/usr/bin/env python3
"""Grades one submission: a tree with chapters/, or some of its sources.

    python3 tests/course/grade/grade.py [options] SUBMISSION

    --out DIR          where results.json, junit.xml, feedback.md and logs go (build/grade)
    --seed N           of the judge's inputs; without, one that nobody knows
    --isolation LEVEL  bwrap, user or limits; without, the best that works here
    --jobs N           sources judged at a time (all processors)
    --brief            print one line

Exit code 0 when there is a score, whatever it is; 2 for a wrong command line; 3 when the grader
itself failed: then no score is written, and an earlier one stays.
"""
import argparse
import os
import pathlib
import secrets
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import judge  # noqa: E402
import results  # noqa: E402
import sandbox  # noqa: E402
from submission import Submission  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument("--out", default="build/grade")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--isolation", choices=sandbox.LEVELS)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("submission")
    chosen = parser.parse_args()
    if not os.path.isdir(chosen.submission):
        parser.error(f"there is no folder {chosen.submission}")
    if chosen.seed is not None and not 0 <= chosen.seed < 1 << 64:
        parser.error("a seed is between 0 and 2^64 - 1")
    return chosen


def grade(folder, seed=None, isolation=None, jobs=1, kit="build/kit"):
    """Grades a submission; returns the finished judge.Grading."""
    if seed is None:
        seed = secrets.randbits(48)
    box = sandbox.best(isolation)
    return judge.Grading(judge.Kit(kit), box, Submission(folder), seed, jobs).run()


def main():
    chosen = arguments()
    try:
        grading = grade(chosen.submission, chosen.seed, chosen.isolation, max(chosen.jobs, 1))
        results.write(grading, chosen.out)
    except Exception as problem:  # whatever it is, it must not look like a score
        print(f"error: the grader failed, there is no score: {problem}", file=sys.stderr)
        return 3
    if chosen.brief:
        print(f"{grading.score:3} {grading.seconds:5.1f} s  {chosen.submission}")
        return 0
    print(results.summary(grading))
    print(f"\nisolation: {results.LEVELS[grading.sandbox.level]}")
    print(f"seed {grading.seed}; written to {chosen.out}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
