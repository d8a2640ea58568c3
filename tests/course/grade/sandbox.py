"""Runs commands that nobody trusts: compiling a submission, and the probe that it becomes.

Levels, from the safest. A report names the level that was reached.

    bwrap    bubblewrap: no network, no files but the named ones, process and user namespaces of its
             own; memory and processes limited, and as root another user, too
    user     as root, without user namespaces: another user, limits on memory, processes and time
    limits   limits on memory and time only: files of whoever grades can be read
"""
import os
import pathlib
import shutil
import subprocess
import tempfile

LEVELS = ("bwrap", "user", "limits")
NOBODY = "65534"
MIB = 1 << 20


class GraderFault(Exception):
    """Something that is no fault of the submission: no score may come of it."""


class Limits:
    """What a command may use."""

    def __init__(self, seconds, memory=1024 * MIB, output=16 * MIB, processes=48):
        self.seconds, self.memory = seconds, memory
        self.output, self.processes = output, processes

    def command(self, processes):
        """prlimit sets them, just before the command itself."""
        limits = [
            f"--cpu={self.seconds}",
            f"--as={self.memory}",
            f"--fsize={self.output}",
            "--core=0",
            "--nofile=64",
            f"--stack={8 * MIB}",
        ]
        if processes:
            limits.append(f"--nproc={self.processes}")
        return ["prlimit", *limits]


class Box:
    """A folder in /tmp with what may be seen in the sandbox; names are relative to it."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="grade-"))
        self.folder.chmod(0o755)  # also for another user
        (self.folder / "tmp").mkdir()
        (self.folder / "tmp").chmod(0o1777)

    def write(self, name, data, mode=0o644):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)

    def copy(self, source, name):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)


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


class Sandbox:
    """A level at which commands run."""

    def __init__(self, level):
        self.level, self.root = level, os.geteuid() == 0

    def command(self, box, names, words, limits):
        """The whole command line: `words`, which see `names` of the box, read-only."""
        other = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        if self.level == "bwrap":
            return [
                *(other if self.root else []),
                *self.bubble(box, names),
                *limits.command(processes=True),
                *words,
            ]
        scratch = str(box.folder / "tmp")
        told = [f"{name}={value}" for name, value in environment(scratch).items()]
        inside = ["env", "-i", "-C", str(box.folder), *told]
        if self.level == "user":
            return [*other, "--no-new-privs", *inside, *limits.command(processes=True), *words]
        return [*inside, *limits.command(processes=False), *words]

    @staticmethod
    def bubble(box, names):
        """bubblewrap: the system's programs and the named files, nothing else."""
        words = [
            "bwrap",
            "--unshare-all",
            "--die-with-parent",
            "--new-session",
            "--uid",
            NOBODY,
            "--gid",
            NOBODY,
            "--hostname",
            "sandbox",
            "--ro-bind",
            "/usr",
            "/usr",
            "--symlink",
            "usr/lib",
            "/lib",
            "--symlink",
            "usr/bin",
            "/bin",
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "--size",
            str(64 * MIB),
            "--tmpfs",
            "/tmp",
            "--clearenv",
        ]
        if os.path.exists("/usr/lib64"):
            words += ["--symlink", "usr/lib64", "/lib64"]
        if os.path.exists("/etc/alternatives"):  # which BLAS
            words += ["--ro-bind", "/etc/alternatives", "/etc/alternatives"]
        for name in names:
            words += ["--ro-bind", str(box.folder / name), f"/box/{name}"]
        for name, value in environment("/tmp").items():
            words += ["--setenv", name, value]
        return [*words, "--chdir", "/box"]

    def run(self, box, names, words, limits):
        """Runs a command; returns exit code (None: too slow), output and what it complained of."""
        command = self.command(box, names, words, limits)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
            )
            try:
                code = child.wait(timeout=3 * limits.seconds)  # a busy machine is no offence
            except subprocess.TimeoutExpired:
                code = None
            finally:
                kill_group(child)
            out.seek(0)
            err.seek(0)
            return code, out.read(limits.output), err.read(64 * 1024)


def kill_group(child):
    """Ends a child and all that it started and that did not leave its group."""
    try:
        os.killpg(child.pid, 9)
    except ProcessLookupError:
        pass
    child.kill()
    child.wait()


def works(level):
    """Whether commands can be run at a level."""
    if level == "user" and os.geteuid() != 0:
        return False
    try:
        with Box() as box:
            box.write("word", b"ready")
            code, out, _ = Sandbox(level).run(box, ["word"], ["cat", "word"], Limits(5))
            return code == 0 and out == b"ready"
    except OSError:
        return False


def best(wanted=None):
    """The sandbox at the wanted level, or at the best one that works here."""
    for level in [wanted] if wanted else LEVELS:
        if works(level):
            return Sandbox(level)
    raise GraderFault(f"no sandbox at level {wanted or 'limits'}")
