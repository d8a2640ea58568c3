"""The files taken from a submission: sources that have exercises, and those that these need.

A submission is a folder or an archive (zip, tar). Its sources may lie anywhere in it: they are
known by the end of their path, chapters/02_conv/conv.c, 02_conv/conv.c or conv.c, if only one file
ends so. Links are not followed, and nothing but plain files is ever opened.
"""
import collections
import datetime
import io
import os
import pathlib
import re
import stat
import tarfile
import zipfile

import exercises as listed
import pieces
from sandbox import GraderFault

LARGEST = 256 * 1024  # bytes of a source
PACKED = 64 << 20  # bytes of an archive, and of its content
ENTRIES, FOLDERS, DEPTH = 5_000, 2_000, 40  # of a submission: more is not looked at
HELPERS = 20  # further sources of a chapter
SHOWN = 30  # entries of the list of ignored files
SKIPPED = {"build", "data", "docs", "plots", "tests", "__pycache__", "__MACOSX", "node_modules"}
ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
FOREIGN = (".rar", ".7z", ".gz", ".xz", ".zst")


class NoSubmission(GraderFault):
    """Nothing that can be judged: the message lists the files found."""


# ---- where files come from -----------------------------------------------------------------------


class Folder:
    """A folder on the disk: {path: "file" or why it is not used}."""

    def __init__(self, root):
        self.root, self.entries, self.cut = str(root), {}, False
        sources = {name.split("/")[-1] for name in listed.files()}
        waiting, folders = [("", 0)], 0
        while waiting and folders < FOLDERS:
            below, depth = waiting.pop()
            try:
                inside = sorted(os.scandir(os.path.join(self.root, below)), key=lambda e: e.name)
            except OSError as problem:
                self.entries[below] = f"cannot be read: {problem.strerror}"
                continue
            for entry in inside:
                path = f"{below}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in SKIPPED and entry.name[0] != "." and depth < DEPTH:
                        waiting.append((path + "/", depth + 1))
                elif len(self.entries) < ENTRIES or entry.name.lower() in sources:
                    plain_file = entry.is_file(follow_symlinks=False)
                    kind = "a link" if entry.is_symlink() else "not a plain file"
                    self.entries[path] = "file" if plain_file else kind
                else:
                    self.cut = True
            folders += 1

    def read(self, path, most=LARGEST):
        """The content of a plain file whose path has no links in it, and its time."""
        at = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            *folders, last = path.split("/")
            for part in folders:
                below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
                os.close(at)
                at = below
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe would wait
            with os.fdopen(os.open(last, flags, dir_fd=at), "rb") as file:
                entry = os.fstat(file.fileno())
                if not stat.S_ISREG(entry.st_mode):
                    raise ValueError("it is not a plain file")
                data = file.read(most + 1)
        finally:
            os.close(at)
        return limited(data, most), entry.st_mtime


class Archive:
    """A zip or tar file in memory; only C sources and headers are kept."""

    def __init__(self, data, name):
        self.entries, self.content, self.cut, size = {}, {}, False, 0
        try:
            for path, length, when, read in members(data):
                path = "/".join(part for part in path.split("/") if part not in ("", "."))
                folders = path.split("/")[:-1]
                hidden = any(part in SKIPPED or part[:1] in ("", ".") for part in folders)
                if ".." in path.split("/") or hidden or not path:
                    continue
                self.entries[path] = "file" if read else "not a plain file"
                kept = path.lower().endswith((".c", ".h", *ARCHIVES))
                if read and kept and length <= PACKED:
                    size += length
                    self.content[path] = (read(), when)
                self.cut = len(self.entries) > ENTRIES or size > PACKED
                if self.cut:
                    break
        except (
            zipfile.BadZipFile,
            tarfile.TarError,
            RuntimeError,
            OSError,
            EOFError,
            NotImplementedError,
            ValueError,
        ) as problem:
            raise NoSubmission(f"{plain(name)} cannot be unpacked: {problem}") from problem

    def read(self, path, most=LARGEST):
        if path not in self.content:
            raise ValueError("it was left out")
        data, when = self.content[path]
        return limited(data, most), when


def members(data):
    """The files of an archive: path, length, time, and how to read them (None: not a file)."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                link = stat.S_ISLNK(info.external_attr >> 16)
                yield (
                    info.filename.replace("\\", "/"),
                    info.file_size,
                    stamp(info.date_time),
                    None if link else lambda info=info: whole(archive, info),
                )
        return
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive:
            if not info.isdir():
                read = (
                    (lambda info=info: archive.extractfile(info).read()) if info.isreg() else None
                )
                yield info.name, info.size, info.mtime, read


def whole(archive, info):
    """A member of a zip, which may be longer than it says."""
    with archive.open(info) as file:
        return limited(file.read(PACKED + 1), PACKED)


def stamp(moment):
    try:
        return datetime.datetime(*moment).timestamp()
    except ValueError:
        return 0.0


def limited(data, most):
    if len(data) > most:
        raise ValueError(f"it is larger than {most // 1024} KiB")
    return data


def opened(path):
    """A folder, or the content of an archive."""
    path = pathlib.Path(path)
    if path.is_dir():
        return Folder(path)
    data, _ = Folder(path.parent).read(path.name, PACKED)
    return Archive(data, path.name)


# ---- which file is which -------------------------------------------------------------------------


def endings(name):
    """chapters/02_conv/conv.c, 02_conv/conv.c, conv.c"""
    parts = name.split("/")
    return ["/".join(parts[k:]) for k in range(len(parts))]


def matches(paths, name):
    """{path: how many folders of the name it has}"""
    found = {}
    for path in paths:
        lower = "/" + path.lower()
        for length, ending in enumerate(endings(name)):
            if lower.endswith("/" + ending):
                found[path] = 2 - length
                break
    return found


def located(paths, names):
    """{name: its paths}: one path where it is clear, several where it is not."""
    matching = {name: matches(paths, name) for name in names}
    roots = collections.Counter(
        path[: -len(name)]
        for name, found in matching.items()
        for path, folders in found.items()
        if folders == 2
    )
    order = sorted(roots, key=lambda root: (-roots[root], root.count("/")))
    rivals = [
        r for r in order if (roots[r], r.count("/")) == (roots[order[0]], order[0].count("/"))
    ]
    where = {}
    for name, found in matching.items():
        home = [p for p, n in found.items() if n == 2 and p[: -len(name)] in rivals]
        best = max(found.values(), default=0)
        where[name] = home or [path for path, folders in found.items() if folders == best]
    return where


class Submission:
    """The sources of a submission, and its other files."""

    def __init__(self, path, kit):
        self.kit, self.name = kit, os.path.basename(os.path.abspath(path))
        self.sources, self.refused, self.paths, self.further = {}, {}, {}, {}
        self.notes, self.when = [], 0.0
        self.files = opened(path)
        if not self.find():
            self.look_inside()
        if not any(self.paths.values()):
            raise NoSubmission(self.nothing())
        twice = [f"{name} {why}" for name, why in self.refused.items() if "several" in why]
        if not self.sources and twice:
            raise NoSubmission(twice[0])
        for name in self.sources:
            self.find_helpers(name)
        self.ignored = self.list_ignored()

    # ---- sources -----------------------------------------------------------------------------

    def find(self):
        """Takes the sources; whether there is at least one."""
        plain_files = [path for path, kind in self.files.entries.items() if kind == "file"]
        where = located(self.files.entries, listed.files())
        for name, paths in where.items():
            real = [path for path in paths if path in set(plain_files)]
            self.paths[name] = (real or paths)[:1]
            self.take(name, real or paths)
        return any(self.paths.values())

    def take(self, name, paths):
        """Reads one source."""
        try:
            if not paths:
                raise FileNotFoundError
            found = {self.files.read(path) for path in paths}
            if len({data for data, _ in found}) > 1:
                raise ValueError(f"there are several: {', '.join(map(plain, sorted(paths)[:3]))}")
            data, when = max(found, key=lambda pair: pair[1])
        except FileNotFoundError:
            self.refused[name] = "was not handed in"
        except (OSError, ValueError) as problem:
            why = "it is a link" if self.files.entries.get(paths[0]) == "a link" else problem
            self.refused[name] = f"was not taken: {why}"
        else:
            self.sources[name] = self.decoded(name, data)
            self.when = max(self.when, when)

    def decoded(self, name, data):
        """UTF-16, as Windows' Notepad may write it, becomes UTF-8."""
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            self.notes.append(f"{name}: read as UTF-16")
            return data.decode("utf-16", "replace").encode()
        return data

    def look_inside(self):
        """An archive in a folder, or in an archive, which is all that was handed in."""
        packed = [path for path in self.files.entries if path.lower().endswith(ARCHIVES)]
        if len(packed) == 1:
            try:
                data, _ = self.files.read(packed[0], PACKED)
            except (OSError, ValueError):
                return
            self.notes.append(f"unpacked: {plain(packed[0])}")
            self.files = Archive(data, packed[0])
            self.refused.clear()
            self.find()

    def nothing(self):
        """The content of a folder that is not a submission."""
        count = len(listed.files())
        entries = sorted(self.files.entries)
        foreign = [path for path in entries if path.lower().endswith(FOREIGN + ARCHIVES)]
        shown = [
            plain(path) + ("" if self.files.entries[path] == "file" else f" ({kind})")
            for path in dict.fromkeys(foreign + entries)
            for kind in [self.files.entries[path]]
        ]
        what = ", ".join(shown[:3]) or "nothing"
        what += f" and {len(shown) - 3} more" if len(shown) > 3 else ""
        advice = f"; unpack {plain(foreign[0])}, or hand in a zip" if foreign else ""
        return (
            f"nothing of the {count} sources found in {plain(self.name)}; it holds {what}{advice}"
        )

    # ---- further sources of a chapter ------------------------------------------------------------

    def helpers(self, name):
        """{path: content} of the files that the student added to a source's chapter, or changed."""
        return self.further.get(name, {})

    def find_helpers(self, name):
        """Headers and sources next to a source that are not the handout's."""
        place, found = os.path.dirname(self.paths[name][0]), {}
        chapter = os.path.dirname(name)
        for path, kind in self.files.entries.items():
            inside = path[len(place) :].lstrip("/")
            below = path.startswith(f"{place}/") if place else "/" not in path
            if kind != "file" or not below or inside.count("/") > 1:
                continue
            home = f"{chapter}/{inside}"
            if not re.fullmatch(r"[A-Za-z0-9_/]+\.[ch]", inside) or not self.wanted(home, path):
                continue
            try:
                found[home], _ = self.files.read(path)
            except (OSError, ValueError):
                continue
            if len(found) == HELPERS:
                break
        self.further[name] = found

    def wanted(self, home, path):
        """Whether a file next to a source is the student's own."""
        if home in listed.files() or os.path.basename(home) == "main.c":
            return False
        if any(path in paths for paths in self.paths.values()):
            return False
        if home.count("/") > 2 and os.path.dirname(home) in self.kit.folders:
            return False  # of the program, which is not linked here
        if home not in self.kit.tree:
            return os.path.basename(home) not in self.kit.basenames
        return self.differs(home, path)

    def differs(self, home, path):
        """Whether a given file was changed, comments and blanks apart."""
        given = self.kit.folder / "include" / home
        given = given if home.endswith(".h") else self.kit.folder / "given" / home
        try:
            return code(self.files.read(path)[0]) != code(given.read_bytes())
        except (OSError, ValueError):
            return False

    # ---- the other files -------------------------------------------------------------------------

    def list_ignored(self):
        """Whatever is unknown, is oddly named, is a link, or is changed although it is given."""
        roots = [p[: -len(n)] for n, ps in self.paths.items() for p in ps if p.endswith(n)]
        root = max(set(roots), key=roots.count) if roots else ""
        taken = {path for paths in self.paths.values() for path in paths if path}
        found = []
        for path, kind in sorted(self.files.entries.items()):
            why = None if path in taken else self.reason(path, path[len(root) :], kind)
            if why:
                found.append(f"{plain(path)}: {why}")
        if self.files.cut:
            found.append("and more files, too many to look at")
        more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
        return self.notes + found[:SHOWN] + more

    def reason(self, path, home, kind):
        """Why a file is not used, or that it is; None when no student expects it to be."""
        if kind != "file":
            return kind
        if any(home in found for found in self.further.values()):
            return "changed, and used" if home in self.kit.tree else "used with its chapter"
        if os.path.basename(path)[0] == ".":
            return None
        if plain(path) != path or " " in path:
            return "an odd name"
        if home not in self.kit.tree:
            return "not a file of the tree"
        if home.startswith("common/") and home.endswith(".h") and self.differs(home, path):
            return "changed; the original is used"
        return None

    @property
    def untouched(self):
        """Whether no exercise is written, although the sources are there."""
        return bool(self.sources) and all(map(self.unwritten, self.sources))

    def unwritten(self, name):
        """Whether a source's exercises are as they were handed out."""
        return all(
            same(self.sources[name], self.kit.given(name), e)
            for e in listed.exercises()
            if e.get("file") == name
        )


def same(data, given, exercise):
    """Whether an exercise is as it was handed out."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    own, theirs = pieces.region_of(text, exercise), pieces.region_of(given, exercise)
    return own is not None and code(own.encode()) == code(theirs.encode())


def code(data):
    """A source without comments and blanks."""
    return re.sub(r"\s+", "", listed.blind(data.decode("utf-8", "replace")))


def plain(text):
    """A name that can be printed anywhere."""
    return "".join(
        c if c.isascii() and c.isprintable() and c not in "<>&`|" else "?" for c in text
    )[:200]
