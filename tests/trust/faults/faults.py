"""What if the system says no?  faults.py BUILD STEP   (make trust-faults)

Runs build/07_lenet5 again and again on a small data set, and lets one call fail each time: the
first malloc, the second, ..., every STEP-th from a different one on; and every read, write, open,
sync and rename of our files, by strace. Each time the program must end well with the right files,
or with exit code 1 and one line on stderr; no file may be half-written or left over, and an older
file must be as it was. In a build with sanitizers (SANITIZE=1) there must be no leak, either;
strace and the leak checker exclude each other, so that it is malloc only.
"""
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ERRORS = {  # the calls that fail, and how
    "openat": "EMFILE",
    "read": "EIO",
    "write": "ENOSPC",
    "fsync": "EIO",
    "rename": "EACCES",
    "ftruncate": "EIO",
    "fcntl": "ENOLCK",
}
TRAIN = "train --data data --batch 50 --epochs 1 --evaluate end --threads 1 "
SCENARIOS = {  # name: arguments, output files
    "train": (TRAIN + "--log log --save save --checkpoint point", ["log", "save", "point"]),
    "resume": (
        "train --data data --threads 1 --resume half --log halflog --save save",
        ["halflog", "save", "half"],
    ),
    "test": ("test --data data --threads 1 --load save --dir .", ["outputs.tsv", "rejection.tsv"]),
    "predict": ("predict --load save four.png again.png", []),
    "predict --json": ("predict --load save --json four.png again.png", []),
}


class Bench:
    """The program that is tried, where, and every how many of its allocations fail."""

    def __init__(self, build, step):
        self.program, self.library = build / "07_lenet5", build / "faults/malloc.so"
        self.sanitized, self.step = "sanitize" in str(build), step
        self.work = Path(tempfile.mkdtemp(prefix="tmp-faults-", dir=build))

    def run(self, folder, arguments, before=(), env=()):
        return subprocess.run(
            [*before, self.program, *arguments.split()],
            cwd=folder,
            text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **dict(env)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=300,
        )

    def fresh(self, template):
        """A new copy of the folder that a run begins with."""
        folder = self.work / "now"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, folder)
        return folder


class Case:
    """One scenario: its command, the files it writes, and the result of a run without failures."""

    def __init__(self, bench, name, template):
        self.name, self.template = name, template
        self.arguments, self.outputs = SCENARIOS[name]
        self.good = bench.work / f"good-{name}"
        shutil.copytree(template, self.good)
        first = bench.run(self.good, self.arguments)
        if first.returncode != 0:
            sys.exit(f"{name} fails by itself: {first.stderr}")
        self.said = first.stdout


def start(work):
    """A folder with 100 images per set, a saved network, and a run that was stopped half-way."""
    folder = work / "start"
    (folder / "data").mkdir(parents=True)
    for name, head in (("images-idx3-ubyte", 16), ("labels-idx1-ubyte", 8)):
        data = gzip.open(f"common/mnist/t10k-{name}.gz").read()
        size = 784 if head == 16 else 1
        some = data[:4] + (100).to_bytes(4, "big") + data[8:head] + data[head : head + 100 * size]
        (folder / f"data/train-{name}").write_bytes(some)
        (folder / f"data/t10k-{name}.gz").write_bytes(gzip.compress(some))
    shutil.copy("docs/four.png", folder)
    shutil.copy("docs/four.png", folder / "again.png")
    # older files of the same kind, which a failure must spare: others are never replaced
    (folder / "log").write_text(
        "iteration\tepoch\tloss\ttrain_accuracy\ttrain_loss\t"
        "test_accuracy\ttest_loss\tseconds\tlearning_accuracy\n"
    )
    (folder / "save").write_bytes((2).to_bytes(8, "little") + b"{}")
    (folder / "point").write_bytes(b"")
    return folder


def content(folder, name):
    """A file without the times in it."""
    if not (folder / name).exists():
        return None
    data = (folder / name).read_bytes()
    if name.endswith("log"):
        data = re.sub(rb"(?m)^((?:[^\t\n]*\t){7})[^\t]*", rb"\1", data)
    return data


def complaints(case, folder, result):
    """Everything that is not as it should be."""
    found, lines = [], result.stderr.splitlines()
    if "Sanitizer: CHECK failed" in result.stderr:
        return []  # it was the sanitizer's own memory
    if result.returncode not in (0, 1):
        found.append(f"exit code {result.returncode}")
    if result.returncode == 1 and (len(lines) != 1 or not lines[0].startswith("error: ")):
        found.append("not one line")
    if result.returncode == 0 and "predict" in case.name and result.stdout != case.said:
        found.append("it says something else")
    names = {p.name for p in folder.iterdir()}
    known = {p.name for p in case.template.iterdir()} | set(case.outputs)
    # a trained network that cannot be saved under its name is rescued under another one
    rescued = {name for name in names if "-rescued" in name and name in result.stderr}
    found += [f"{name} is left" for name in sorted(names - known - rescued)]
    for name in case.outputs:
        now, old, new = (content(f, name) for f in (folder, case.template, case.good))
        if result.returncode == 0 and now != new:
            found.append(f"{name} is not as it should be, but the exit code is 0")
        # a log grows line by line; all others are complete or as they were
        whole = name.endswith("log") or now in (old, new) or (name == "half" and now is not None)
        if not whole:
            found.append(f"{name} is half-written")
    return found


def report(case, what, result, found):
    print(f"{case.name}: {what}: {'; '.join(found)}\n    {result.stderr.strip()[:1500]}")


def judged(bench, case, what, before=(), env=()):
    """Runs a case with one failure; 1 if it was not survived."""
    folder = bench.fresh(case.template)
    result = bench.run(folder, case.arguments, before, env)
    found = complaints(case, folder, result)
    if found:
        report(case, what, result, found)
    return 1 if found else 0


def malloc_faults(bench, case):
    """How many were injected, and how many were not survived."""
    count = bench.work / "count"
    env = {
        "LD_PRELOAD": str(bench.library),
        "FAULT_COUNT": str(count),
        "ASAN_OPTIONS": "verify_asan_link_order=0:allocator_may_return_null=1",
    }
    bench.run(bench.fresh(case.template), case.arguments, env=env)
    ks = range(1, int(count.read_text()) + 1, bench.step)
    bad = [judged(bench, case, f"allocation {k}", env={**env, "FAULT": str(k)}) for k in ks]
    return len(bad), sum(bad)


def places(bench, case, call):
    """Which calls of one kind are about our files, not the loader's: their numbers, from 1."""
    folder, trace = bench.fresh(case.template), bench.work / "trace"
    bench.run(folder, case.arguments, ["strace", "-qq", "-y", "-o", trace, "-e", f"trace={call}"])
    lines = [
        line for line in trace.read_text(errors="replace").splitlines() if line.startswith(call)
    ]
    name = re.escape(str(folder))
    ours = {"openat": rf'^openat\([^"]*"(?!/)|^openat\([^"]*"{name}', "rename": "^rename"}
    pattern = re.compile(ours.get(call, rf"^{call}\(\d+<{name}/"))
    return [k for k, line in enumerate(lines, 1) if pattern.search(line)]


def injected(call, how):
    """The command before the program that lets a call fail, or brings a signal with it."""
    trace = ["-e", f"trace={call}", "-e", f"inject={call}:{how}"]
    return ["strace", "-qq", "-o", "/dev/null", *trace]


def call_faults(bench, case):
    bad = [
        judged(bench, case, f"{call} {k}", injected(call, f"error={error}:when={k}"))
        for call, error in ERRORS.items()
        for k in places(bench, case, call)[:: max(1, bench.step // 20)]
    ]
    return len(bad), sum(bad)


def half_way(bench, template):
    """Two epochs, stopped after the first: its checkpoint's rename brings a SIGTERM."""
    folder = bench.fresh(template)
    two = TRAIN.replace("--epochs 1", "--epochs 2") + "--log halflog --checkpoint half"
    bench.run(folder, two, injected("rename", "signal=TERM:when=1"))
    for name in ("half", "halflog"):
        shutil.copy(folder / name, template)


def survived(bench):
    """Tries every scenario; whether all failures were survived."""
    template, worst = start(bench.work), 0
    half_way(bench, template)
    for name in SCENARIOS:
        if name not in ("train", "resume"):
            shutil.copy(bench.work / "good-train/save", template)
        case = Case(bench, name, template)
        allocations, bad = malloc_faults(bench, case)
        calls, worse = (0, 0) if bench.sanitized else call_faults(bench, case)
        worst = max(worst, bad + worse)
        print(
            f"{name}: {allocations} allocations and {calls} calls failed, "
            f"{bad + worse} not survived",
            flush=True,
        )
    return worst == 0


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    bench = Bench(Path(arguments[0]).resolve(), int(arguments[1]))
    try:
        return 0 if survived(bench) else 1
    finally:
        shutil.rmtree(bench.work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
