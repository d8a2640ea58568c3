"""The submissions of a class: every entry of a folder or of a platform's archive is one, or is
named with the reason why it is not.

The names of three platforms are understood:

    Moodle       Ada Lovelace_12345_assignsubmission_file_/..., or files that begin so
    Canvas       lovelaceada_LATE_1234_567890_lenet.zip
    Gradescope   submission_123/..., with submission_metadata.yml in the same folder

All other folders and archives have the names of the students who handed them in.
"""
import datetime
import os
import pathlib
import re
import shutil
import stat
import time
import zipfile

from submission import ARCHIVES, NoSubmission

MOODLE = re.compile(
    r"(?P<who>[^/]+)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)"
)
CANVAS = re.compile(r"(?P<who>[^_/]+)(?P<late>_LATE)?_(?P<id>\d+)_\d+_(?P<file>.+)")
WHOLE = 4 << 30  # bytes of an archive of all submissions


class Entry:
    """A submission, or something else; `names` are those that a roster may know it by."""

    def __init__(self, path, name, names, platform=None):
        self.path, self.names, self.platform = path, names, platform
        self.label = shown(name)
        self.why = None  # it is not judged
        self.when = 0.0  # seconds of the epoch at which it was handed in
        self.place = ""  # the folder of its results


def shown(name):
    """A name as it can be shown anywhere: bytes that are not text are replaced."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def person(name):
    """The name of a folder or an archive, without the archive's ending."""
    for ending in sorted(ARCHIVES, key=len, reverse=True):
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return name


def collect(place, out):
    """All entries of a folder, or of an archive, which is unpacked in `out`."""
    place = pathlib.Path(place)
    if place.is_file():
        place = unpack(place, out / "unpacked")
    inside = sorted(os.scandir(place), key=lambda entry: os.fsencode(entry.name))
    if len(inside) == 1 and inside[0].is_dir(follow_symlinks=False):  # Gradescope's export
        below = pathlib.Path(inside[0].path)
        if (below / "submission_metadata.yml").is_file():
            place, inside = below, sorted(os.scandir(below), key=lambda e: e.name)
    known = metadata(place / "submission_metadata.yml")
    found = []
    for entry in inside:
        if entry.name != "submission_metadata.yml" or not known:
            add(found, entry, known, out)
    label_all(found)
    return found


def add(found, entry, known, out):
    """Adds one entry of the folder, by its kind."""
    name, folder = entry.name, entry.is_dir(follow_symlinks=False)
    for platform, pattern in (("moodle", MOODLE), ("canvas", CANVAS)):
        match = pattern.fullmatch(name)
        if match and (platform == "moodle" or not folder):
            add_part(found, entry, match, platform, out)
            return
    title = name if folder else person(name)
    one = Entry(pathlib.Path(entry.path), title, [title])
    found.append(one)
    if name in known:
        one.platform, (one.names, one.when) = "gradescope", known[name]
        one.label = f"{one.names[0]} ({name})" if one.names else name
    if entry.is_symlink():
        one.why = "it is a link"
    elif name[0] == "." or name == "__MACOSX":
        one.why = "it is hidden"
    elif not folder and not entry.is_file(follow_symlinks=False):
        one.why = "it is not a plain file"
    elif not folder and not name.lower().endswith(ARCHIVES):
        one.why = "it is neither a folder nor a zip or tar archive"


def add_part(found, entry, match, platform, out):
    """A platform's folder, or one of the files that it keeps of a student."""
    number, file = match["id"], match["file"]
    if entry.is_dir(follow_symlinks=False) or file.lower().endswith(ARCHIVES):
        one = Entry(pathlib.Path(entry.path), match["who"], [number, match["who"]], platform)
        found.append(one)
        return
    file = re.sub(r"-\d+(\.\w+)$", r"\1", file)  # Canvas counts repeated submissions
    for one in found:
        if one.platform == platform and one.names[0] == number and one.path.parent == out / "parts":
            break
    else:
        one = Entry(out / "parts" / number, match["who"], [number, match["who"]], platform)
        shutil.rmtree(one.path, ignore_errors=True)
        one.path.mkdir(parents=True)
        found.append(one)
    if entry.is_file(follow_symlinks=False):
        shutil.copy2(entry.path, one.path / file)


def label_all(found):
    """Gives every entry a unique label, and a folder name that any system takes."""
    labels, places = set(), set()
    for one in found:
        label, number = one.label, 1
        while one.label in labels:
            number += 1
            one.label = f"{label} ({number})"
        labels.add(one.label)
        place = re.sub(r"[^\w.@+,= -]", "_", one.label).strip(". ")[:80] or "_"
        if place[0] == "-":
            place = "_" + place[1:]
        one.place, number = place, 1
        while one.place.lower() in places:
            number += 1
            one.place = f"{place}~{number}"
        places.add(one.place.lower())


def unpack(archive, place):
    """Unpacks a platform's archive of all submissions; links and odd paths are left out."""
    mark = place / ".from"
    entry = archive.stat()
    stamp = f"{archive.name} {entry.st_size} {entry.st_mtime_ns}\n"
    if mark.exists() and mark.read_text(errors="replace") == stamp:
        return place / "all"
    shutil.rmtree(place, ignore_errors=True)
    (place / "all").mkdir(parents=True)
    total = 0
    try:
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                parts = [part for part in info.filename.split("/") if part not in ("", ".")]
                total += info.file_size
                if total > WHOLE:
                    raise NoSubmission(f"{shown(archive.name)} is larger than 4 GiB unpacked")
                link = stat.S_ISLNK(info.external_attr >> 16)
                if not parts or ".." in parts or link or parts[0] == "__MACOSX":
                    continue
                target = place / "all" / "/".join(parts)
                if info.is_dir():
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(info) as source, open(target, "wb") as copy:
                    shutil.copyfileobj(source, copy)
                when = time.mktime((*info.date_time, 0, 0, -1))
                os.utime(target, (when, when))
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError, OverflowError) as problem:
        raise NoSubmission(f"{shown(archive.name)} cannot be unpacked: {problem}") from problem
    mark.write_text(stamp, errors="replace")
    return place / "all"


def metadata(path):
    """{folder: ([e-mail, number, name, ...], time)} of Gradescope's submission_metadata.yml: of all
    who handed it in together."""
    if not path.is_file():
        return {}
    known, names = {}, None
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if match := re.fullmatch(r"(submission_\d+):\s*", line):
            names = known.setdefault(match[1], [[], 0.0])
        elif names and (match := re.match(r"\s+(?:- )?:(name|sid|email): (.+)", line)):
            names[0].append(match[2].strip().strip("'\""))
        elif names and (match := re.match(r"\s+:created_at: (.+)", line)):
            names[1] = moment(match[1].strip().strip("'\""))
    return {folder: tuple(found) for folder, found in known.items()}


def moment(text):
    """2026-11-30 23:59, with seconds and time zone if there are any, as seconds of the epoch."""
    text = re.sub(r"\.\d+", "", text.strip()).replace(" UTC", "+00:00").replace("Z", "+00:00")
    text = re.sub(r" ([+-]\d\d):?(\d\d)$", r"\1:\2", text)
    return datetime.datetime.fromisoformat(text).timestamp()
