"""What is taken from a submission: the sources that have exercises, and nothing else."""
import os
import pathlib
import re
import stat

import exercises as listed

LARGEST = 256 * 1024  # bytes of a source
SHOWN = 30  # entries of the list of what is ignored
SKIPPED = {"build", "data", "docs", "plots", "tests", "__pycache__"}  # never looked at


class Submission:
    """The sources of a submission, and what was left where it was."""

    def __init__(self, folder):
        self.root = find_root(pathlib.Path(folder))
        self.sources, self.refused, self.ignored = {}, {}, []
        for name in listed.files():
            self.take(name)
        self.list_ignored()

    def take(self, name):
        """Reads one source; links are not followed, not even in the folders on the way."""
        try:
            data = read_plain(self.root, name)
        except FileNotFoundError:
            self.refused[name] = "was not handed in"
        except (OSError, ValueError) as problem:
            self.refused[name] = f"was not taken: {problem}"
        else:
            self.sources[name] = data

    def list_ignored(self):
        """Whatever is unknown, is oddly named, is a link, or is changed although it is given."""
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(f for f in folders if f not in SKIPPED and f[0] != ".")
            for name in sorted(files) + [f for f in folders if is_link(folder, f)]:
                path = os.path.relpath(os.path.join(folder, name), self.root)
                why = self.reason(path)
                if why:
                    found.append(f"{plain(path)}: {why}")
            if len(found) > 1000:
                break
        self.ignored = found[:SHOWN]
        if len(found) > SHOWN:
            self.ignored.append(f"and {len(found) - SHOWN} more")

    def reason(self, path):
        """Why a file is not used, None when nobody expects it to be."""
        if path in self.sources or path in self.refused:
            return None
        if is_link(self.root, path):
            return "a link"
        if os.path.basename(path)[0] == ".":
            return None
        if plain(path) != path or " " in path:
            return "an odd name"
        original = listed.TOP / path
        if not original.exists():
            return "not a file of the tree"
        return changed(self.root / path, original) if path.endswith(".h") else None


def find_root(folder):
    """The folder that holds chapters/: this one, or the only one in it."""
    inside = [entry for entry in folder.iterdir() if entry.is_dir() and not entry.is_symlink()]
    if not (folder / "chapters").exists() and len(inside) == 1:
        return inside[0]
    return folder


def read_plain(root, name):
    """The content of a plain file whose path has no links in it."""
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        *folders, last = name.split("/")
        for part in folders:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = below
        if not stat.S_ISREG(os.stat(last, dir_fd=at, follow_symlinks=False).st_mode):
            raise ValueError("it is not a plain file")
        with os.fdopen(os.open(last, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=at), "rb") as file:
            data = file.read(LARGEST + 1)
    finally:
        os.close(at)
    if len(data) > LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 1024} KiB")
    return data


def is_link(folder, name):
    return os.path.islink(os.path.join(folder, name))


def code(data):
    """A header without comments and blanks, which the handout may change."""
    return re.sub(r"\s+", "", listed.blind(data.decode("utf-8", "replace")))


def changed(path, original):
    """A header that is given in the handout."""
    try:
        with open(path, "rb") as file:
            same = code(file.read(LARGEST)) == code(original.read_bytes())
    except OSError:
        same = False
    return None if same else "changed; the original is used"


def plain(text):
    """A name that can be printed anywhere."""
    return "".join(
        c if c.isascii() and c.isprintable() and c not in "<>&`|" else "?" for c in text
    )[:200]
