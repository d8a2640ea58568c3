"""Do the tests notice?  mutants.py SEED COUNT [FILE ...]   (make trust-mutants)

Changes one operator, constant, statement or condition of the library at a time, COUNT times in
every chapter and in common/, and runs the suites of that chapter. A change that no suite notices
has survived: either a test is missing, or no test can notice it (equivalent.tsv says why).

    mutants.py --fixed                    only those of fixed.tsv, which must all die
    GROUPS="common 07_lenet5" ...         only these groups

Works in a copy of the tree, build/mutants/tree, where make compiles the one changed file. A change
that gives the same machine code, or that does not compile, does not count and is replaced by
another. (Leaks are for SANITIZE=1 to find.) The exit code is 1 when a change of fixed.tsv survived.
"""
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "course"))
import exercises

HERE = Path("tests/trust/mutants")
TREE = Path(os.environ.get("TREE", "build/mutants/tree"))
FLAGS = [
    "SKIP_SETUP=1",
    "Q=@",
    "OPTIMIZE=-O1 -g0 -march=native -fno-math-errno -fno-trapping-math -ffp-contract=off",
]
GROUPS = [
    "01_im2col",
    "02_conv",
    "03_pool",
    "04_affine",
    "05_softmax_ce",
    "06_optimizers",
    "07_lenet5",
    "common",
]
DOUBLES = ["04_affine", "05_softmax_ce", "07_lenet5", "guard"]  # suites that have a double half
# What tests a file of common/ or tests/support/, where suite common is not all.
USED = {
    "gradcheck": ["guard"],
    "layer": ["02_conv", "guard"],
    "shape": ["01_im2col", "02_conv"],
    "init": ["common", "07_lenet5"],
    "gemm": ["common", "02_conv"],
    "todo": ["guard"],
}
USED |= {
    stem: ["common", "07_lenet5"]
    for stem in (
        "measure",
        "picture",
        "progress",
        "team",
        "dataset",
        "lesson",
        "fail",
        "file",
        "safetensors",
        "image",
    )
}
FASTER = ("direct", "rows", "tiles", "rational", "fast")  # folders whose tests are in tests/fast/
PER_TEST, PER_SUITE = 40, 400  # seconds, after which a change counts as noticed

# ---- what can be changed -------------------------------------------------------------------------
OPERATORS = {
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "&&": "||",
    "||": "&&",
    "+=": "-=",
    "-=": "+=",
    "*=": "/=",
    "/=": "*=",
    "<<": ">>",
    ">>": "<<",
    "&": "|",
    "|": "&",
}
DIRECTIVE = re.compile(r"^[ \t]*#[^\n]*(?:(?<=\\)\n[^\n]*)*", re.M)
TOKEN = re.compile(r"(?<= )(?:[-+*/]=|<=|>=|==|!=|&&|\|\||<<|>>|[-+*/<>&|])(?= )")
NUMBER = re.compile(r"(?<![\w.])(?:0x[0-9a-fA-F]+|\d+\.?\d*(?:e[-+]?\d+)?)(?![\w.])")
CONDITION = re.compile(r"\bif \(")
STATEMENT = re.compile(
    r"^ +(?!\w*free\(|(?:return|break|continue|goto|else|if|for|while|case)\b)"
    r"(?:\*?[\w.>\[\]()*+ -]+? [-+*/|]?= [^;{}]*|[\w.>-]+\+\+|[a-z_]\w*\([^;{}]*\));$",
    re.M,
)
TEXTS = re.compile(r'(?:static )?char (?:\w+(?:\[\w+\])+(?:, )?)+(?: = "")?;')
DECLARATION = re.compile(
    r"^ +(?:static |const |struct |unsigned |enum )*[A-Za-z_]\w*[ *]+\w+"
    r"(?:\[[^\]]*\])*(?: =|,|;)"
)


def changes(text):
    """Every possible change: (begin, end, new text)."""
    code = DIRECTIVE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), exercises.blind(text))
    found = []
    body = code.find("{")  # nothing above the first brace
    for m in TOKEN.finditer(code):
        if m.group() == "*" and re.search(r"\w \*$", code[: m.end()]) is None:
            continue
        found.append((m.start(), m.end(), OPERATORS[m.group()]))
    for m in NUMBER.finditer(code):
        number = m.group()
        whole = re.fullmatch(r"\d+", number)
        found.append((m.start(), m.end(), str(int(number) + 1) if whole else f"(2 * {number})"))
    for m in CONDITION.finditer(code):
        end = exercises.closing(code, m.end() - 1) - 1
        found.append((m.end(), end, f"!({text[m.end():end]})"))
    for m in STATEMENT.finditer(code):
        if not DECLARATION.match(m.group()):
            blank = len(m.group()) - len(m.group().lstrip())
            found.append((m.start() + blank, m.end(), ";"))
    return [c for c in found if c[0] > body]


class Change:
    def __init__(self, path, text, begin, end, new):
        self.path, self.begin, self.end, self.new = path, begin, end, new
        self.line = text.count("\n", 0, begin) + 1
        self.source = " ".join(text.splitlines()[self.line - 1].split())
        self.old = " ".join(text[begin:end].split())
        column = begin - (text.rfind("\n", 0, begin) + 1)
        same = [
            m
            for m in re.finditer(
                re.escape(text[begin:end].split("\n")[0]), text.splitlines()[self.line - 1]
            )
        ]
        self.nth = 1 + [m.start() for m in same].index(column) if len(same) > 1 else 1
        self.text = text[:begin] + new + "\n" * text.count("\n", begin, end) + text[end:]

    def key(self):
        """Its name in a list: the file, its line's text, what becomes what, and which one."""
        new = "!(...)" if self.new.startswith("!(") else self.new
        old = "..." if new == "!(...)" else self.old if new != ";" else "statement"
        return (
            str(self.path),
            self.source,
            f"{old} -> {new}"
            + (f" #{self.nth}" if self.nth > 1 and new not in (";", "!(...)") else ""),
        )

    def is_known(self, known):
        """Whether no test can notice it: it is listed, or a text has room for one byte more."""
        return (
            self.key() in known
            or (*self.key()[:2], "any") in known
            or self.old.isdigit()
            and TEXTS.fullmatch(self.source) is not None
        )

    def __str__(self):
        path, source, what = self.key()
        return f"{path}:{self.line}: {what}\n        {source}"


def changes_of(path):
    text = Path(path).read_text()
    return [Change(path, text, *c) for c in changes(text)]


def listed(name):
    """A table of changes: file, line's text, change, reason."""
    lines = (HERE / name).read_text().splitlines()
    return {
        tuple(f[:3]): f[3] if len(f) > 3 else ""
        for f in (line.split("\t") for line in lines if line and not line.startswith("#"))
    }


# ---- the copy, and the suites --------------------------------------------------------------------
def copy_tree():
    files = subprocess.run(["git", "ls-files", "-z"], check=True, stdout=subprocess.PIPE, text=True)
    for name in filter(None, files.stdout.split("\0")):
        target = TREE / name
        if Path(name).is_file() and not (
            target.is_file() and target.read_bytes() == Path(name).read_bytes()
        ):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(name, target)


def suites_of(path):
    if path.startswith("chapters/"):
        faster = Path(path).parts[2] in FASTER
        return ["fast"] if faster else [Path(path).parts[1]]
    return USED.get(Path(path).stem, ["common"])


def binaries(suites):
    names = [s + half for s in suites for half in ("", ".double") if not half or s in DOUBLES]
    return [f"build/tests/{name}" for name in names]


def make(targets):
    return (
        subprocess.run(
            ["make", "-s", "-j2", *FLAGS, *targets],
            cwd=TREE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode
        == 0
    )


def passes(binary, select):
    """Whether a suite passes. A failure must happen twice, as a busy machine may also fail a test;
    a suite that takes too long has failed."""
    return outcome(binary, select) or outcome(binary, select)


def outcome(binary, select):
    command = [binary, "-j1", "--timeout", str(PER_TEST), *select]
    run = subprocess.Popen(
        command,
        cwd=TREE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return run.wait(PER_SUITE) == 0
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        return False
    finally:
        for left in (TREE / "build/tests").glob("tmp-*"):
            shutil.rmtree(left, ignore_errors=True)


def noticed(change, suites):
    """Who noticed: the suite that bears the file's name first, as it is the likeliest."""
    stem = Path(change.path).stem
    tests = TREE / "tests" / suites[0]
    if (tests / f"{stem}.c").is_file():
        prefix = "ch07_" if suites[0] == "07_lenet5" else "common_"
        if not passes(f"build/tests/{suites[0]}", ["--filter", f"{prefix}{stem}/*"]):
            return f"{suites[0]}, {stem}.c"
    for binary in binaries(suites):
        # ch07_student builds whole trees, and finds nothing that the others do not
        quick = ["--filter", "!(ch07_student)/*"] if binary.endswith("07_lenet5") else []
        if not passes(binary, ["--fail-fast", *quick]):
            return Path(binary).name
    return None


def objects(path):
    return b"".join(
        (TREE / f"build/{kind}" / path).with_suffix(".o").read_bytes()
        if (TREE / f"build/{kind}" / path).with_suffix(".o").is_file()
        else b""
        for kind in ("float", "double")
    )


def attempt(change):
    """ "same" (machine code), "broken" (does not compile), None (survived), or who noticed."""
    path, suites = str(change.path), suites_of(str(change.path))
    targets, copy = binaries(suites), TREE / path
    if not make(targets):
        sys.exit("mutants: the tree itself does not build")
    before, original = objects(path), copy.read_text()
    copy.write_text(change.text)
    try:
        if not make(targets):
            return "broken"
        return "same" if objects(path) == before else noticed(change, suites)
    finally:
        copy.write_text(original)


# ---- the groups to change ------------------------------------------------------------------------
def sources(group):
    folder = Path("common") if group == "common" else Path("chapters") / group
    return sorted(str(p) for p in folder.rglob("*.c") if p.name != "main.c")


def try_some(group, candidates, seed, count, known):
    """Tries changes in random order until count of them compiled and differ."""
    random.Random(f"{seed} {group}").shuffle(candidates)
    killed, survivors, equivalent = 0, [], 0
    for change in candidates:
        if killed + len(survivors) + equivalent >= count:
            break
        if change.is_known(known):
            equivalent += 1
            continue
        verdict = attempt(change)
        if verdict in ("same", "broken"):
            continue
        if verdict:
            killed += 1
        else:
            survivors.append(change)
            print(f"    survived: {change}", flush=True)
    of = killed + len(survivors)
    print(
        f"{group:14} {killed:4} of {of:4} noticed"
        f" {100 * killed / of if of else 100:6.1f} %   {equivalent} equivalent",
        flush=True,
    )
    return killed, of


def fixed():
    missing = 0
    for key in listed("fixed.tsv"):
        change = next((c for c in changes_of(key[0]) if c.key() == key), None)
        verdict = attempt(change) if change else "gone"
        if verdict in ("gone", "same", "broken", None):
            print(f"{key}: {verdict or 'survived'}")
            missing += 1
    count = len(listed("fixed.tsv"))
    print(f"{count - missing} of {count} fixed changes noticed")
    return missing == 0


def sampled(seed, count, files):
    """COUNT changes in each group, or in each file named."""
    known, killed, total = listed("equivalent.tsv"), 0, 0
    wanted = os.environ.get("GROUPS", " ".join(GROUPS)).split()
    groups = {f: [f] for f in files} or {g: sources(g) for g in GROUPS if g in wanted}
    for name, paths in groups.items():
        candidates = [c for p in paths for c in changes_of(p)]
        found, of = try_some(name, candidates, seed, count, known)
        killed, total = killed + found, total + of
    print(f"all            {killed:4} of {total:4} noticed")


def main(arguments):
    if arguments != ["--fixed"] and len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    copy_tree()
    if arguments == ["--fixed"]:
        return 0 if fixed() else 1
    sampled(arguments[0], int(arguments[1]), arguments[2:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
