#!/usr/bin/env python3
"""Grades one submission: a folder or an archive with chapters/, or with some of its sources.

    python3 tests/course/grade/grade.py [options] SUBMISSION

    --out DIR          where results.json, junit.xml, feedback.md and logs go (build/grade)
    --seed N           of the judge's inputs; without, a random one
    --exercises LIST   only these chapters and exercises, "02 06.5"; points are theirs
    --again LIST       judges these again and keeps DIR's results for the others
    --isolation LEVEL  bwrap, user or limits; without, the best that works here
    --jobs N           sources judged at a time (all processors)
    --kit DIR          the result of `make kit` (build/kit)
    --brief            print one line

Exit code 0 when there is a score, whatever it is; 2 for a wrong command line; 3 when there is none,
because the grader failed or because nothing was found that could be judged: results.json then has
the message and no score.
"""
import argparse
import os
import pathlib
import secrets
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import exercises as listed  # noqa: E402
import judge  # noqa: E402
import results  # noqa: E402
import sandbox  # noqa: E402
from submission import NoSubmission, Submission  # noqa: E402

KIT = listed.TOP / "build" / "kit"


def command_line(usage, out):
    """The options that grade, grade-class and viva share."""
    parser = argparse.ArgumentParser(usage=usage, add_help=False)
    parser.add_argument("--out", default=out)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--exercises", default="")
    parser.add_argument("--isolation", choices=sandbox.LEVELS)
    parser.add_argument("--kit", default=str(KIT))
    return parser


def arguments(words=None):
    parser = command_line(__doc__, "build/grade")
    parser.add_argument("--again", default="")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("submission")
    chosen = parser.parse_args(words)
    if not os.path.exists(chosen.submission):
        parser.error(f"there is no folder or archive {chosen.submission}")
    if chosen.seed is not None and not 0 <= chosen.seed < 1 << 64:
        parser.error("a seed is between 0 and 2^64 - 1")
    return chosen


class Usage(Exception):
    """A wrong command line."""


def names_of(text, kit):
    """Chapters and exercises of a list; all must exist."""
    ids = {exercise["id"] for exercise in kit.exercises}
    names = text.split()
    unknown = [name for name in names if name not in ids | {number[:2] for number in ids}]
    if unknown:
        raise Usage(f"there is no chapter or exercise {' '.join(unknown)}; say \"02 06.5\"")
    return names


def grade(chosen):
    """Grades a submission; returns the finished judge.Grading."""
    kit = judge.Kit(chosen.kit)
    names = names_of(chosen.exercises, kit)
    again = names_of(chosen.again, kit)
    earlier = results.earlier(chosen.out) if again else None
    seed = secrets.randbits(48) if chosen.seed is None else chosen.seed
    box = sandbox.best(kit.cage, kit.secrets(), chosen.isolation)
    submission = Submission(chosen.submission, kit)
    grading = judge.Grading(kit, box, submission, seed, max(chosen.jobs, 1), again or names).run()
    if earlier:
        grading.keep(earlier, names)
    return grading


def interrupted(*_):
    sandbox.running.stop()
    raise KeyboardInterrupt


def main(words=None):
    chosen = arguments(words)
    os.umask(0o022)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        grading = grade(chosen)
        results.write(grading, chosen.out)
    except KeyboardInterrupt:
        print("stopped: there is no score", file=sys.stderr)
        return 130
    except Usage as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except Exception as problem:  # whatever it is, it must not look like a score
        said = str(problem) or type(problem).__name__
        empty = isinstance(problem, NoSubmission)
        what = "" if empty else "the grader failed, "
        if not chosen.again:  # then the earlier score is of this submission, and stays
            results.write_fault(chosen.out, f"{what}there is no score: {said}", empty)
        print(f"error: {what}there is no score: {said}", file=sys.stderr)
        return 3
    if chosen.brief:
        where = os.fsencode(chosen.submission).decode("utf-8", "replace")
        print(f"{grading.score:3} {grading.seconds:5.1f} s  {where}")
        return 0
    print(results.summary(grading))
    print(f"\nisolation: {results.isolation(grading.sandbox)}")
    print(f"seed {grading.seed}; written to {chosen.out}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
