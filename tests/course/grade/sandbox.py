"""Runs commands that are not trusted: compiling a submission, and the probe that it becomes.

Levels, from the safest. A report names the level that was reached.

    bwrap    bubblewrap: separate namespaces, so no network, no processes and no files but the
             named ones; as root another user as well
    user     as root, where there are no namespaces (an ordinary container): another user for every
             command, and files fenced by Landlock or, without that, by permissions
    limits   for a user who is not root and has no namespaces: files fenced by Landlock

All have the same limits and the same seccomp filter, see cage.c and filter.h.
"""
import contextlib
import fcntl
import itertools
import os
import pathlib
import random
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time

LEVELS = ("bwrap", "user", "limits")
USERS = range(60600, 61184)  # of commands; no distribution gives these numbers to anybody
SHOWN = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/alternatives", "/etc/ld.so.cache")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
MIB = 1 << 20


class GraderFault(Exception):
    """A failure that is not the submission's fault: it must not give a score."""


class Limits:
    """A command's limits: seconds of processor time, MiB, processes, and system calls."""

    def __init__(self, kind, seconds, memory, file, processes):
        self.kind, self.seconds, self.memory = kind, seconds, memory
        self.file, self.processes = file, processes

    def options(self, processes):
        """As the cage wants them."""
        words = [
            f"-s{self.kind}",
            f"-t{self.seconds}",
            f"-m{self.memory}",
            f"-f{self.file}",
        ]
        return words + [f"-p{self.processes}"] if processes else words


# ---- folders -------------------------------------------------------------------------------------


def open_to_all(folder):
    """Whether every user can get into a folder."""
    path = pathlib.Path(folder).resolve()
    return all(part.stat().st_mode & stat.S_IXOTH for part in (path, *path.parents))


def usable(folder):
    """Whether programs can be put there, and run by the user that a command becomes."""
    try:
        noexec = os.statvfs(folder).f_flag & os.ST_NOEXEC
        fine = os.access(folder, os.W_OK | os.X_OK) and not noexec
        return fine and (os.geteuid() != 0 or open_to_all(folder))
    except OSError:
        return False


def place_for_boxes():
    tried = [tempfile.gettempdir(), "/tmp", "/var/tmp", "/run", "/dev/shm"]
    for folder in dict.fromkeys(tried):
        if usable(folder):
            return pathlib.Path(folder)
    raise GraderFault(f'no folder for programs that other users can run: {", ".join(tried)}')


def remove_left(place):
    """Removes boxes of graders that were killed: their locks are free."""
    for folder in place.glob("lenet-grade-*"):
        with contextlib.suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            with open(folder / "lock", "rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)


class Box:
    """A folder with all that the steps of one grading need, in `store`, which only the grader can
    read; names are relative to that. A step sees second names of its files in a separate folder.
    """

    def __init__(self):
        place = place_for_boxes()
        remove_left(place)
        self.lock = self.make(place)
        while os.fstat(self.lock.fileno()).st_nlink == 0:  # another grader was quicker: removed
            self.lock.close()
            self.lock = self.make(place)
        self.folder.chmod(0o711)  # a step's own folder can be reached, this one not listed
        self.store = self.folder / "store"
        self.store.mkdir(mode=0o700)
        self.number = itertools.count()

    def make(self, place):
        """Makes the folder, and holds its lock."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lenet-grade-", dir=place))
        lock = open(os.open(self.folder / "lock", os.O_CREAT | os.O_WRONLY, 0o600), "wb")
        fcntl.flock(lock, fcntl.LOCK_EX)
        return lock

    def write(self, name, data, mode=0o644):
        path = self.store / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)

    def add(self, source, name):
        """Copies a file, or a folder of files."""
        if source.is_dir():
            for entry in sorted(source.iterdir()):
                self.add(entry, f"{name}/{entry.name}")
        else:
            self.write(name, source.read_bytes(), stat.S_IMODE(source.stat().st_mode) | 0o444)

    @contextlib.contextmanager
    def step(self, names, user):
        """A folder with the named files, for this user's eyes only, and one to write to."""
        step = self.folder / f"step-{next(self.number)}"
        seen, scratch = step / "seen", step / "scratch"
        try:
            for folder in (step, seen, scratch):
                folder.mkdir()
                folder.chmod(0o750)
                if user:
                    os.chown(folder, user if folder == scratch else 0, user)
            for name in names:
                link(self.store / name, seen / name)
            yield seen, scratch
        finally:
            shutil.rmtree(step, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()


def link(source, target):
    """A second name for a file, or for all files of a folder."""
    if source.is_dir():
        target.mkdir(parents=True, mode=0o755, exist_ok=True)
        target.chmod(0o755)
        for entry in source.iterdir():
            link(entry, target / entry.name)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    os.link(source, target)


# ---- users ---------------------------------------------------------------------------------------


class Users:
    """Lends user numbers, each to one command at a time on the whole machine."""

    def __init__(self, cage):
        self.cage = cage
        self.folder = pathlib.Path("/run" if os.path.isdir("/run") else "/tmp") / "lenet-grade"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        entry = self.folder.lstat()
        if not stat.S_ISDIR(entry.st_mode) or entry.st_uid != 0 or entry.st_mode & 0o077:
            raise GraderFault(f"{self.folder} is not root's own")

    def kill(self, user):
        """Ends all that this user started, wherever it went."""
        subprocess.run([self.cage, "-k", f"-u{user}"], check=False)

    @contextlib.contextmanager
    def one(self):
        # Any of them: another container of this machine may have a different list.
        for user in random.sample(USERS, len(USERS)):
            lock = open(self.folder / str(user), "wb")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.close()
                continue
            with lock:
                self.kill(user)  # of a grader that was killed
                try:
                    yield user
                finally:
                    self.kill(user)
                return
        raise GraderFault("all users for commands are taken")


# ---- commands ------------------------------------------------------------------------------------


class Running:
    """The processes of this grader that are at work, so that it can end at once."""

    def __init__(self):
        self.children, self.guard, self.over = set(), threading.RLock(), False

    def start(self, command, **options):
        with self.guard:
            if self.over:
                raise GraderFault("it was interrupted")
            options.setdefault("env", {})
            child = subprocess.Popen(command, start_new_session=True, **options)
            self.children.add(child)
        return child

    def end(self, child, gently=False):
        """Kills the rest of a child's group; gently, so that it may clear up."""
        if gently and child.poll() is None:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=20)
        kill_group(child)
        with self.guard:
            self.children.discard(child)

    def stop(self):
        """Ends them all; those that can clear up are given a moment."""
        with self.guard:
            self.over = True
            for child in self.children:
                child.terminate()
            until = time.monotonic() + 5
            while time.monotonic() < until and any(c.poll() is None for c in self.children):
                time.sleep(0.05)
            for child in self.children:
                kill_group(child)


def kill_group(child):
    """Ends a child and all that it started and that did not leave its group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.wait()


running = Running()


def environment(scratch):
    """All that a command in the sandbox is told; gcc and OpenBLAS look at it."""
    return {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C",
        "TMPDIR": scratch,
        "T": scratch,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def settings(scratch):
    return [f"-e{name}={value}" for name, value in environment(scratch).items()]


class Sandbox:
    """A level at which commands run."""

    def __init__(self, level, cage):
        self.level, self.cage = level, str(cage)
        self.landlock = int(subprocess.run([cage, "-l"], stdout=subprocess.PIPE, check=True).stdout)
        self.users = Users(self.cage) if os.geteuid() == 0 and level != "limits" else None

    @property
    def fenced(self):
        """Whether files are hidden, and not only protected by permissions."""
        return self.level == "bwrap" or self.landlock > 0

    @contextlib.contextmanager
    def ready(self, box, names, words, limits, channel=False):
        """The command line of `words`, which see `names` of the box, read-only."""
        lent = self.users.one() if self.users else contextlib.nullcontext(0)
        with lent as user, box.step(names, user) as (seen, scratch):
            cage = [self.cage, *(["-3"] if channel else []), *([f"-u{user}"] if user else [])]
            if self.level == "bwrap":
                yield [
                    *cage,
                    "-ePATH=/usr/bin:/bin",
                    "--",
                    *self.bubble(seen, limits),
                    "/cage",
                    *(["-3"] if channel else []),
                    *settings("/tmp"),
                    *limits.options(True),
                    "--",
                    *words,
                ]
            else:
                yield [
                    *cage,
                    f"-d{seen}",
                    *settings(str(scratch)),
                    *self.fence(seen, scratch, limits),
                    *limits.options(self.level == "user"),
                    "--",
                    *words,
                ]
            if user and not self.fenced:
                sweep(user)

    def fence(self, seen, scratch, limits):
        """The visible files, where the kernel can hide the rest."""
        if not self.landlock:
            return []
        shown = [path for path in SHOWN if os.path.exists(path)]
        shown += ["/proc"] if limits.kind == "debug" else []
        words = [f"-r{path}" for path in (*shown, seen)] + ["-w/dev/null"]
        return words + ([f"-w{scratch}"] if limits.file else [])

    def bubble(self, seen, limits):
        """bubblewrap: the system's programs and the step's files, all read-only."""
        words = [
            "bwrap",
            "--unshare-all",
            "--die-with-parent",
            "--new-session",
            "--hostname",
            "sandbox",
        ]
        for path in SHOWN:
            if os.path.islink(path):
                words += ["--symlink", os.readlink(path), path]
            elif os.path.exists(path):
                words += ["--ro-bind", path, path]
        for device in DEVICES:
            words += ["--dev-bind", device, device]
        if limits.kind == "debug":
            words += ["--proc", "/proc"]
        words += ["--ro-bind", self.cage, "/cage", "--ro-bind", str(seen), "/box"]
        if limits.file:
            words += ["--size", str(64 * MIB), "--tmpfs", "/tmp"]
        return [*words, "--remount-ro", "/", "--chdir", "/box"]

    def run(self, box, names, words, limits, patience=3):
        """Runs a command; returns exit code (None: too slow), output and complaints."""
        with self.ready(
            box, names, words, limits
        ) as command, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = running.start(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            try:
                code = child.wait(timeout=patience * limits.seconds)  # busy is no offence
            except subprocess.TimeoutExpired:
                code = None
            finally:
                running.end(child)
            out.seek(0)
            err.seek(0)
            return code, out.read(limits.file * MIB), err.read(64 * 1024)


def sweep(user):
    """Removes a user's leftovers where everybody may write."""
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock", "/dev/mqueue"):
        if os.path.isdir(folder):
            subprocess.run(
                ["find", folder, "-xdev", "-user", str(user), "-delete"],
                stderr=subprocess.DEVNULL,
                check=False,
            )


# ---- which level ---------------------------------------------------------------------------------

LOOK = Limits("compile", 5, 256, 1, 16)


def trouble(box, secrets):
    """Why commands cannot be run at a level, or None."""
    if box.level == "user" and os.geteuid() != 0:
        return "it is for root"
    try:
        with Box() as folder:
            folder.write("word", b"ready")
            code, out, complaint = box.run(folder, ["word"], ["cat", "word"], LOOK)
            if code != 0 or out != b"ready":
                last = complaint.decode("ascii", "replace").strip().split("\n")[-1]
                return last or f"a command ended with code {code}"
            for path in secrets:
                code, _, _ = box.run(folder, [], ["head", "-c1", str(path)], LOOK)
                if code == 0:
                    return f"a submission could read {path} (chmod 700 its folder)"
    except (OSError, subprocess.SubprocessError) as problem:
        return str(problem)
    return None


def best(cage, secrets, wanted=None):
    """The sandbox at the wanted level, or at the best one that keeps secrets here."""
    reasons = []
    levels = [wanted] if wanted else ["bwrap", "user" if os.geteuid() == 0 else "limits"]
    for level in levels:
        try:
            box = Sandbox(level, cage)
        except (OSError, subprocess.SubprocessError) as problem:
            raise GraderFault(f"the sandbox does not start: {problem}") from problem
        why = trouble(box, [] if wanted == "limits" else secrets)
        if not why:
            return box
        reasons.append(f"{level}: {why}")
    raise GraderFault("no sandbox works here; " + "; ".join(reasons))
