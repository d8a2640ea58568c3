#!/usr/bin/env python3
"""The kit: all that grading needs, built once; the tree itself is not needed afterwards.

    kit.py COMPILER BLAS CHAPTER:USED,USED ...

Writes build/kit/:

    judge, cage     the judge of answers; the sandbox's own program (static: they run anywhere)
    include/        headers that submissions are compiled with
    drivers/        the callers of a chapter's functions, one object for each, and one for all
    viva/, ask      programs that run one call under a debugger, and write such a call
    chapters/       for every source with exercises, an archive of the code that it may use:
                    common/, its own chapter's other sources, the chapters before it, no later one
    whole.a         the archive that all sources together are linked with
    neighbours/     the functions of one exercise that others of the same source call
    given/          the sources as they are handed out
    canary.c        a source of the reference, judged before every submission
    kit.json        compiler, flags, lists of exercises and files, and a hash of it all

Only changed files are compiled again. For any processor of this kind, so that every machine of a
class gives the same points.
"""
import concurrent.futures
import gzip
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "handout")]
import exercises as listed  # noqa: E402
import handout  # noqa: E402

TOP = listed.TOP
KIT = TOP / "build" / "kit"
FLAGS = (
    "-std=c11 -D_POSIX_C_SOURCE=200809L -O2 -pthread -fno-math-errno -fno-trapping-math "
    '-ffp-contract=fast -DBUILD="build"'
).split()
CANARY = "chapters/04_affine/activation.c"
COURSE = "tests/course"
TRAINED = 6000  # images, as in tests/course/07/items.c


class Failure(Exception):
    """A kit that cannot be built."""


def call(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=TOP)
    if done.returncode != 0:
        raise Failure(f'{" ".join(map(str, words[:1]))}: {done.stderr.strip()[:3000]}')


def wanted(pattern, *but):
    """Sources of the tree, relative, in order."""
    found = sorted(str(path.relative_to(TOP)) for path in TOP.glob(pattern))
    return [name for name in found if re.fullmatch(r"[\w./]+", name) and name not in but]


def place(path, data):
    """Writes a file if it has another content; returns its path."""
    data = data.encode() if isinstance(data, str) else data
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return path


# ---- sources -------------------------------------------------------------------------------------


class Sources:
    """The purpose of each file."""

    def __init__(self):
        self.exercised = listed.files()
        self.common = wanted("common/*.c")
        self.chapters = [name for name in wanted("chapters/*/*.c") if not name.endswith("/main.c")]
        self.heres = wanted(f"{COURSE}/0*/here.c")
        self.driver = [
            f"{COURSE}/{name}.c" for name in ("grade/probe", "examine/port", "examine/call")
        ] + [f"{COURSE}/examine/here.c"]
        self.exam = (
            wanted(f"{COURSE}/examine/*.c", *self.driver, f"{COURSE}/examine/main.c")
            + [f"{COURSE}/examine/call.c"]
            + wanted(f"{COURSE}/examine/oracle/*.c")
            + wanted(f"{COURSE}/0*/oracle.c")
            + wanted(f"{COURSE}/0*/items.c")
        )
        self.judge = [f"{COURSE}/grade/judge.c", f"{COURSE}/grade/channel.c"]
        self.viva = [f"{COURSE}/grade/viva.c", f"{COURSE}/grade/ask.c"]
        self.cage = [f"{COURSE}/grade/cage.c", f"{COURSE}/grade/filter.c"]
        self.headers = wanted("common/*.h") + wanted("chapters/*/*.h")

    def all(self):
        lists = (self.common, self.chapters, self.heres, self.driver, self.exam)
        return list(dict.fromkeys(sum(lists, self.judge + self.viva + self.cage)))


def neighbours():
    """Exercises whose functions are called in their own source: by other exercises, or by the code
    that is given (conv_backward_naive, of two exercises)."""
    found = described()
    needed = {need for e in found for need in e["needs"]}
    return [e for e in found if "mark" in e and (e["called"] or e["id"] in needed & same_file(e))]


def same_file(exercise):
    """The exercises that other exercises of this one's source need."""
    return {
        need
        for e in listed.exercises()
        if e.get("file") == exercise.get("file")
        for need in e["needs"]
    }


def opened(text):
    """Whole functions, those that are `static` visible to other sources."""
    return re.sub(r"^static\s+(?:inline\s+)?", "", text, flags=re.M)


# ---- building ------------------------------------------------------------------------------------


class Builder:
    """Compiles every file that is older than anything that it depends on."""

    def __init__(self, compiler):
        self.compiler, self.sources = compiler, Sources()
        flags = place(KIT / "flags", " ".join([compiler, *FLAGS]) + "\n")
        everywhere = wanted("common/*.h") + wanted("chapters/*/*.h") + wanted(f"{COURSE}/**/*.h")
        everywhere += wanted(f"{COURSE}/0*/exercises.toml")
        self.newest = max((TOP / name).stat().st_mtime for name in everywhere)
        self.newest = max(self.newest, flags.stat().st_mtime)

    def compile(self, name, source=None, target=None):
        """One source; `source` stands in for it."""
        source = source or TOP / name
        target = target or KIT / "objects" / (name[:-2] + ".o")
        newest = max(self.newest, source.stat().st_mtime)
        if not target.exists() or target.stat().st_mtime <= newest:
            target.parent.mkdir(parents=True, exist_ok=True)
            print(f"  CC   {name} (kit)", flush=True)
            # Not the tree's own folders: the faster functions in them hold solutions.
            folders = [
                f"-I{KIT}/include/common",
                f"-I{KIT}/include/chapters",
                "-Itests",
                f"-I{KIT}",
            ]
            call(self.compiler, *FLAGS, *folders, "-c", source, "-o", target)
        return target

    def compile_all(self):
        listing = subprocess.run(
            [sys.executable, HERE.parent / "exercises.py", "table"],
            capture_output=True,
            check=True,
        )
        place(KIT / "rubric.inc", listing.stdout)
        with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            list(pool.map(self.compile, self.sources.all()))

    @staticmethod
    def objects(names):
        return [KIT / "objects" / (name[:-2] + ".o") for name in names]

    def archive(self, target, names):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        call("ar", "rcs", target, *self.objects(names))

    def archives(self, uses):
        """The objects that each source may be linked with."""
        sources = self.sources
        for name in sources.exercised:
            chapter = name.split("/")[1]
            folders = tuple(f"chapters/{c}/" for c in [chapter, *uses[chapter]])
            allowed = [c for c in sources.chapters if c.startswith(folders) and c != name]
            self.archive(KIT / (name[:-2] + ".a"), sources.common + allowed)
        rest = [name for name in sources.chapters if name not in sources.exercised]
        self.archive(KIT / "whole.a", sources.common + rest)

    def drivers(self):
        (KIT / "drivers").mkdir(exist_ok=True)
        (KIT / "viva").mkdir(exist_ok=True)
        for here in self.sources.heres:
            name = f'{here.split("/")[-2]}.o'
            asked = [self.sources.viva[0], *self.sources.driver[2:], here]
            for folder, parts in (("drivers", [*self.sources.driver, here]), ("viva", asked)):
                call("ld", "-r", *self.objects(parts), "-o", KIT / folder / name)
        everything = self.objects([*self.sources.driver, *self.sources.heres])
        call("ld", "-r", *everything, "-o", KIT / "drivers" / "whole.o")

    def neighbours(self):
        """The functions of single exercises, as objects in which nothing else has a name."""
        (KIT / "neighbours").mkdir(exist_ok=True)
        for exercise in neighbours():
            text = (TOP / exercise["file"]).read_text()
            start, end = listed.region(text, exercise["mark"])
            text = text[:start] + opened(text[start:end]) + text[end:]
            source = place(KIT / "objects" / "neighbours" / f'{exercise["id"]}.c', text)
            target = KIT / "neighbours" / f'{exercise["id"]}.o'
            self.compile(exercise["id"], source, target)
            names = [name for _, name, _, _, _ in listed.functions(text[start:end])]
            call("objcopy", *(f"--keep-global-symbol={name}" for name in names), target)

    def programs(self):
        """The programs outside the sandbox, and the cage."""
        common = KIT / "objects" / "common.a"
        self.archive(common, self.sources.common)
        exam = [*self.objects(self.sources.exam), common, "-ljansson", "-lz", "-lm"]
        for name, parts in (
            ("judge", [*self.objects(self.sources.judge), *exam]),
            ("ask", [*self.objects(self.sources.viva[1:]), *exam]),
            ("cage", self.objects(self.sources.cage)),
        ):
            call(self.compiler, "-static", "-pthread", *parts, "-o", KIT / name)

    def texts(self):
        """Headers, sources as they are handed out, and the canary."""
        shutil.rmtree(KIT / "given", ignore_errors=True)
        shutil.rmtree(KIT / "include", ignore_errors=True)
        for name in self.sources.headers:
            place(KIT / "include" / name, (TOP / name).read_bytes())
        for name in self.sources.chapters + wanted("chapters/*/*/*.c"):
            text = handout.without_marked((TOP / name).read_text())
            place(KIT / "given" / name, handout.unwritten(name, text))
        place(KIT / "canary.c", (TOP / CANARY).read_bytes())

    @staticmethod
    def digits():
        """As much of MNIST as the last item takes, unpacked: the judge reads it in no time."""
        for name, head, size in (
            ("train-images-idx3-ubyte", 16, 784),
            ("train-labels-idx1-ubyte", 8, 1),
            ("t10k-images-idx3-ubyte", 16, 784),
            ("t10k-labels-idx1-ubyte", 8, 1),
        ):
            with gzip.open(TOP / "common" / "mnist" / f"{name}.gz") as packed:
                data = packed.read()
            if name.startswith("train"):
                count = TRAINED.to_bytes(4, "big")
                data = data[:4] + count + data[8:head] + data[head : head + TRAINED * size]
            place(KIT / "common" / "mnist" / name, data)


def tree():
    """The files that a submission may have without being asked about them."""
    found = [path for path in TOP.iterdir() if path.is_file()]
    for folder in ("chapters", "common"):
        found += [path for path in (TOP / folder).rglob("*") if path.is_file()]
    return sorted(str(path.relative_to(TOP)) for path in found)


def described():
    """The exercises, with the heads of their functions, and whether given code calls them."""
    found = listed.exercises()
    for exercise in found:
        if "mark" not in exercise:
            continue
        text = (TOP / exercise["file"]).read_text()
        start, end = listed.region(text, exercise["mark"])
        functions = listed.functions(text[start:end])
        exercise["functions"] = {name: head for head, name, _, _, _ in functions}
        rest = text
        for other in found:
            if other.get("file") == exercise["file"]:
                start, end = listed.region(rest, other["mark"])
                rest = rest[:start] + rest[end:]
        calls = "|".join(exercise["functions"])
        exercise["called"] = bool(re.search(rf"\b(?:{calls})\(", listed.blind(rest)))
    return found


def fingerprint(builder):
    """A hash of everything that a score depends on."""
    total = hashlib.sha256(" ".join([builder.compiler, *FLAGS]).encode())
    names = builder.sources.all() + builder.sources.headers + wanted(f"{COURSE}/grade/*.py")
    for name in sorted(names + wanted(f"{COURSE}/0*/exercises.toml")):
        total.update(name.encode() + b"\0" + (TOP / name).read_bytes() + b"\0")
    return total.hexdigest()[:16]


def build(compiler, blas, uses):
    KIT.mkdir(parents=True, exist_ok=True)
    builder = Builder(compiler)
    mark, hashed = KIT / "kit.json", fingerprint(builder)
    if mark.exists() and json.loads(mark.read_text())["hash"] == hashed:
        return
    mark.unlink(missing_ok=True)
    builder.texts()
    builder.digits()
    builder.compile_all()
    builder.archives(uses)
    builder.drivers()
    builder.neighbours()
    builder.programs()
    words = {
        "hash": hashed,
        "compiler": compiler,
        "flags": FLAGS,
        "libraries": ["-Wl,--as-needed", *blas.split(), "-lz", "-lm"],
        "canary": CANARY,
        "exercises": described(),
        "tree": tree(),
    }
    place(mark, json.dumps(words, indent=1) + "\n")


def main(arguments):
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    compiler, blas, *rest = arguments
    uses = {
        chapter: used.split(",") if used else []
        for chapter, used in (word.split(":") for word in rest)
    }
    os.umask(0o022)
    try:
        build(compiler, blas, uses)
    except (Failure, OSError, listed.Problem, handout.Failure) as failure:
        print(f"error: no kit: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
