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

build, step = Path(sys.argv[1]).resolve(), int(sys.argv[2])
program, library = build / "07_lenet5", build / "faults/malloc.so"
sanitized = "sanitize" in str(build)
CALLS = ("openat", "read", "write", "fsync", "rename", "ftruncate", "fcntl")
ERRORS = {
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
work = Path(tempfile.mkdtemp(prefix="tmp-faults-", dir=build))


def start():
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


def run(folder, arguments, before=(), env={}):
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", **env}
    return subprocess.run(
        [*before, program, *arguments.split()],
        cwd=folder,
        text=True,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=300,
    )


def fresh(template):
    folder = work / "now"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder)
    return folder


def content(folder, name):
    """A file without the times in it."""
    if not (folder / name).exists():
        return None
    data = (folder / name).read_bytes()
    if name.endswith("log"):
        data = re.sub(rb"(?m)^((?:[^\t\n]*\t){7})[^\t]*", rb"\1", data)
    return data


def complaints(folder, result, template, good, outputs, said):
    """Everything that is not as it should be."""
    found, lines = [], result.stderr.splitlines()
    if "Sanitizer: CHECK failed" in result.stderr:
        return []  # it was the sanitizer's own memory
    if result.returncode not in (0, 1):
        found.append(f"exit code {result.returncode}")
    if result.returncode == 1 and (len(lines) != 1 or not lines[0].startswith("error: ")):
        found.append("not one line")
    if result.returncode == 0 and "predict" in str(good) and result.stdout != said:
        found.append("it says something else")
    names = {p.name for p in folder.iterdir()}
    known = {p.name for p in template.iterdir()} | set(outputs)
    # a trained network that cannot be saved under its name is rescued under another one
    rescued = {name for name in names if "-rescued" in name and name in result.stderr}
    found += [f"{name} is left" for name in sorted(names - known - rescued)]
    for name in outputs:
        now, old, new = (content(f, name) for f in (folder, template, good))
        if result.returncode == 0 and now != new:
            found.append(f"{name} is not as it should be, but the exit code is 0")
        # a log grows line by line; all others are complete or as they were
        whole = name.endswith("log") or now in (old, new) or (name == "half" and now is not None)
        if not whole:
            found.append(f"{name} is half-written")
    return found


def report(scenario, what, result, found):
    print(f"{scenario}: {what}: {'; '.join(found)}\n    {result.stderr.strip()[:1500]}")


def malloc_faults(scenario, arguments, outputs, template, good, said):
    """How many were injected, and how many were not survived."""
    count, bad = work / "count", 0
    env = {
        "LD_PRELOAD": str(library),
        "FAULT_COUNT": str(count),
        "ASAN_OPTIONS": "verify_asan_link_order=0:allocator_may_return_null=1",
    }
    run(fresh(template), arguments, env=env)
    ks = range(1, int(count.read_text()) + 1, step)
    for k in ks:
        folder = fresh(template)
        result = run(folder, arguments, env={**env, "FAULT": str(k)})
        found = complaints(folder, result, template, good, outputs, said)
        if found:
            bad += 1
            report(scenario, f"allocation {k}", result, found)
    return len(ks), bad


def places(folder, arguments, call):
    """Which calls of one kind are about our files, not the loader's: their numbers, from 1."""
    trace = folder.parent / "trace"
    run(folder, arguments, ["strace", "-qq", "-y", "-o", trace, "-e", f"trace={call}"])
    lines = [
        line for line in trace.read_text(errors="replace").splitlines() if line.startswith(call)
    ]
    name = re.escape(str(folder))
    ours = {"openat": rf'^openat\([^"]*"(?!/)|^openat\([^"]*"{name}', "rename": "^rename"}
    pattern = re.compile(ours.get(call, rf"^{call}\(\d+<{name}/"))
    return [k for k, line in enumerate(lines, 1) if pattern.search(line)]


def call_faults(scenario, arguments, outputs, template, good, said):
    number, bad = 0, 0
    for call in CALLS:
        for k in places(fresh(template), arguments, call)[:: max(1, step // 20)]:
            folder = fresh(template)
            inject = f"inject={call}:error={ERRORS[call]}:when={k}"
            result = run(
                folder,
                arguments,
                ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject],
            )
            found = complaints(folder, result, template, good, outputs, said)
            number += 1
            if found:
                bad += 1
                report(scenario, f"{call} {k}", result, found)
    return number, bad


def half_way(template):
    """Two epochs, stopped after the first: its checkpoint's rename brings a SIGTERM."""
    folder = fresh(template)
    run(
        folder,
        TRAIN.replace("--epochs 1", "--epochs 2") + "--log halflog --checkpoint half",
        [
            "strace",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=rename",
            "-e",
            "inject=rename:signal=TERM:when=1",
        ],
    )
    for name in ("half", "halflog"):
        shutil.copy(folder / name, template)


template = start()
failed = False
half_way(template)
try:
    for name, (arguments, outputs) in SCENARIOS.items():
        good = work / f"good-{name}"
        if name not in ("train", "resume"):
            shutil.copy(work / "good-train/save", template)
        shutil.copytree(template, good)
        first = run(good, arguments)
        if first.returncode != 0:
            sys.exit(f"{name} fails by itself: {first.stderr}")
        case = (name, arguments, outputs, template, good, first.stdout)
        allocations, bad = malloc_faults(*case)
        calls, worse = (0, 0) if sanitized else call_faults(*case)
        failed = failed or bad + worse > 0
        print(
            f"{name}: {allocations} allocations and {calls} calls failed, "
            f"{bad + worse} not survived",
            flush=True,
        )
finally:
    shutil.rmtree(work)
sys.exit(failed)
