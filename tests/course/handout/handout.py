#!/usr/bin/env python3
"""The tree for students: this tree without its solutions.

    handout.py make PARTS OUT     makes it in OUT, a folder that is empty or not there; PARTS is
                                  built by course.mk: table of answers, objects to borrow
    handout.py leaks DIR          searches a tree for solutions; exit code 1 if there are some
    handout.py paste DIR [ID ..]  writes the solutions of some exercises, or of all, into a handout

handout.toml lists the tree's files. The regions of the exercises become a TODO, code that pages
quote from them a note. EXERCISES="02 06.5" in the environment chooses chapters and exercises; the
others are given.
"""
import os
import pathlib
import platform
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import exercises as listed
import leaks
import marks

TOP = listed.TOP
HERE = TOP / "tests" / "course" / "handout"
INCLUDE = '#include "todo.h"\n'
WIDTH = 100


class Failure(Exception):
    """A tree that cannot be made."""


def rules():
    return listed.toml(HERE / "handout.toml")


def chosen():
    """The exercises to be written, in order."""
    wanted = os.environ.get("EXERCISES", "").split()
    found = [
        e
        for e in listed.exercises()
        if "mark" in e and (not wanted or e["id"] in wanted or e["id"][:2] in wanted)
    ]
    known = {e["id"] for e in listed.exercises()} | {e["id"][:2] for e in listed.exercises()}
    if unknown := set(wanted) - known:
        raise Failure(f'EXERCISES names none: {" ".join(sorted(unknown))}')
    return found


# ---- files ---------------------------------------------------------------------------------------


def pattern(glob):
    """A pattern of handout.toml as a regular expression."""
    parts = re.split(r"(\*\*|\*)", glob)
    return "".join({"**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)


def kept():
    """The files that are handed out, in order, as paths below the top."""
    wanted = re.compile("|".join(pattern(glob) for glob in rules()["keep"]))
    found = []
    for folder, folders, files in os.walk(TOP):
        folders[:] = [name for name in folders if name not in ("build", ".git", "__pycache__")]
        below = pathlib.Path(folder).relative_to(TOP)
        found += [str(below / name) for name in files]
    return sorted(path for path in found if wanted.fullmatch(path))


# ---- sources -------------------------------------------------------------------------------------


def without_marked(text):
    """The text without the parts between two lines [not for students]."""
    mark = r"[ \t]*(?://|#) \[not for students\]\n"
    pieces = re.split(rf"^{mark}", text, flags=re.M)
    if len(pieces) % 2 == 0:
        raise Failure("a line [not for students] has no second one")
    kept_text = "".join(pieces[::2])
    return re.sub(r"\n{3,}", "\n\n", kept_text).rstrip("\n") + "\n" if len(pieces) > 1 else text


def voids(names):
    """Lines that use names, so that no compiler calls them unused."""
    lines, line = [], "   "
    for name in names:
        if len(line) + len(f" (void){name},") > WIDTH:
            lines.append(line.rstrip(",") + ";\n")
            line = "   "
        line += f" (void){name},"
    return "".join(lines) + (line.rstrip(",") + ";\n" if line.strip() else "")


def todo(number, lesson):
    """The call that names a missing function."""
    text = lesson.replace('"', '\\"')
    line = f'    TODO("{number}", "{text}");\n'
    return line if len(line) <= WIDTH + 1 else f'    TODO("{number}",\n         "{text}");\n'


def called(names, text):
    """Those of some names that a piece of source uses."""
    return [name for name in names if re.search(rf"\b{name}\b", listed.blind(text))]


def statics(text):
    """The names of the file's own functions."""
    seen = listed.blind(text)
    return re.findall(r"^static [^;={]*?\b(\w+)\([^;{]*\{", seen, re.M)


def stub(exercise, lonely):
    """A maker of bodies for unwritten functions; lonely: names that no other code would use."""

    def body(head, name, parameters):
        own = [other for other in lonely.get(name, ()) if other != name]
        return "{\n" + voids(parameters + own) + todo(*exercise) + "}"

    return body


def blanked(text, functions, body):
    """The source with some functions' bodies replaced, wherever they are."""
    found = {
        name: (head, names, start, end) for head, name, names, start, end in listed.functions(text)
    }
    places = sorted((found[name][2], found[name][3], name) for name in functions)
    for start, end, name in reversed(places):
        text = text[:start] + body(found[name][0], name, listed.names(found[name][1])) + text[end:]
    return text


def functions_of(text, exercise):
    start, end = listed.region(text, exercise["mark"])
    return listed.functions(text[start:end])


def tasks(path):
    """The parts taken out of a source: (functions, exercise number, lesson) in the file's order."""
    text, found = (TOP / path).read_text(), []
    for exercise in chosen():
        if exercise["file"] == path:
            names = [name for _, name, _, _, _ in functions_of(text, exercise)]
            lesson = f'chapters/{exercise["chapter"]}/README.md, "{exercise["section"]}"'
            found.append((names, exercise["id"], lesson))
    for blank in rules()["blank"]:
        if blank["file"] == path:
            lesson = blank.get("lesson", f'chapters/{path.split("/")[1]}/README.md')
            found.append((blank["functions"], "advanced", lesson))
    return found


def lonely_names(text, functions):
    """{function: names}: the file's own functions that would be unused without its body."""
    bodies = {name: text[start:end] for _, name, _, start, end in listed.functions(text)}
    rest = listed.blind(blanked(text, functions, lambda head, name, names: "{}"))
    lonely = [name for name in statics(text) if len(re.findall(rf"\b{name}\b", rest)) == 1]
    users, told = {}, set()
    for function in functions:
        own = [
            name
            for name in called(lonely, bodies[function])
            if name not in told and name != function
        ]
        users[function] = own
        told.update(own)
    return users


def with_include(text):
    """The source with todo.h among its own headers."""
    head = text[: text.find("#if ")] if "#if " in text else text
    quoted = list(re.finditer(r'^#include "([^"]+)"\n', head, re.M))
    if len(quoted) == 1:
        return text[: quoted[0].end()] + "\n" + INCLUDE + text[quoted[0].end() :]
    group = [quoted[-1]]
    for match in reversed(quoted[:-1]):
        if match.end() != group[0].start():
            break
        group.insert(0, match)
    after = [match for match in group if match[1] < "todo.h"]
    place = after[-1].end() if after else group[0].start()
    return text[:place] + INCLUDE + text[place:]


def without_include(text):
    """The inverse of with_include()."""
    return text.replace("\n\n" + INCLUDE + "\n", "\n\n").replace(INCLUDE, "")


def unwritten(path, text):
    """A source without its exercises."""
    todos = tasks(path)
    if not todos:
        return text
    lonely = lonely_names(text, [name for names, _, _ in todos for name in names])
    for names, number, lesson in todos:
        text = blanked(text, names, stub((number, lesson), lonely))
    return with_include(text)


def emptied(path, text):
    """A source whose functions that show a solution do nothing."""

    def body(head, name, parameters):
        return "{\n" + voids(parameters) + "    /* not part of this tree */\n}"

    for rule in rules()["empty"]:
        if rule["file"] == path:
            text = blanked(text, rule["functions"], body)
    return text


def written(path, text, ids, reference):
    """A source of a handout with the reference's solutions of some exercises; all: everything."""
    if not ids and any(number == "advanced" for _, number, _ in tasks(path)):
        return without_marked(reference)
    for exercise in listed.exercises():
        if exercise.get("file") == path and (not ids or exercise["id"] in ids):
            start, end = listed.region(reference, exercise["mark"])
            old_start, old_end = listed.region(text, exercise["mark"])
            text = text[:old_start] + reference[start:end] + text[old_end:]
    return text if "TODO(" in text else without_include(text)


# ---- pages ---------------------------------------------------------------------------------------


def note(exercise, path):
    """A page's note where the solution was quoted."""
    name = exercise["title"].split(" (")[0].replace(" and ", "`, `")
    link = os.path.relpath(exercise["file"], os.path.dirname(path))
    return (
        f'> **{exercise["id"]} is yours to write:** `{name}`,\n'
        f'> in [{os.path.basename(link)}]({link}). `make hint ID={exercise["id"]}` helps.\n'
    )


def unquoted(path, text):
    """A page without the solutions that it quotes: a note where the first part of one was."""
    by_mark = {(e["file"], e["mark"]): e for e in chosen()}
    taken = {blank["file"] for blank in rules()["blank"]}
    pages_may_quote = set(kept())
    seen = set()

    def replacement(match):
        place = (match["path"], match["mark"])
        if place not in by_mark and place[0] in pages_may_quote and place[0] not in taken:
            return match[0]
        if place in seen:
            return ".\n" if match["colon"] else "\n"  # the sentence before now ends
        seen.add(place)
        words = "> (The code is not part of this tree.)\n"
        if place in by_mark:
            words = note(by_mark[place], path)
        return (match["colon"] or "") + "\n\n" + words

    quote = rf"(?P<colon>:)?\n\n<!--\s*{marks.QUOTE.pattern}\s*-->\n```c\n(?s:.*?)^```\n"
    return re.sub(quote, replacement, text, flags=re.M)


def check_notes(files):
    """Every exercise has its note in the pages, once."""
    pages = b"".join(data for path, data in files.items() if path.endswith(".md"))
    for exercise in chosen():
        found = pages.count(f'> **{exercise["id"]} is yours'.encode())
        if found != 1:
            raise Failure(f'{exercise["id"]} has {found} notes in the pages, want 1')


def unlinked(path, text, files):
    """A page whose links to files that are not there are words."""
    folders = {str(parent) for file in files for parent in pathlib.PurePath(file).parents}

    def replacement(match):
        target = match[2].split("#")[0]
        if not target or "://" in target or target.startswith("mailto:"):
            return match[0]
        there = os.path.normpath(os.path.join(os.path.dirname(path), target))
        return match[0] if there in files or there in folders else match[1]

    return re.sub(r"(?<!!)\[([^]\[]+)\]\(([^()\s]+)\)", replacement, text)


def page(path, text, files):
    text = unquoted(path, text)
    for rule in rules()["replace"]:
        text = re.sub(rule["old"], rule["new"].strip(), text, flags=re.I | re.S)
    return unlinked(path, text, files)


def front_page():
    """README.md of the handout, with the list of exercises."""
    rows = []
    last = [e for e in listed.exercises() if "mark" not in e]
    for exercise in chosen() + last:
        points = sum(item["points"] for item in exercise["items"])
        where = f'[{exercise["file"]}]({exercise["file"]})' if "file" in exercise else ""
        rows.append(f'| {exercise["id"]} | {exercise["title"]} | {points} | {where} |')
    text = (HERE / "README.md").read_text()
    return text.replace("<!-- exercises -->\n", "\n".join(rows) + "\n")


def section(text, title):
    """A section of a page, with its heading."""
    match = re.search(rf"^## {title}\n.*?(?=^## |\Z)", text, re.M | re.S)
    if not match:
        raise Failure(f"docs/coursework.md has no section {title}")
    return match[0].rstrip("\n") + "\n"


def students_page():
    text = (TOP / "docs" / "coursework.md").read_text()
    return "# Coursework\n\n" + section(text, "For students")


# ---- the tree ------------------------------------------------------------------------------------


def contents(path, files):
    """A file's content in the handout."""
    data = (TOP / path).read_bytes()
    if path.endswith((".c", ".h", ".mk", "Makefile")):
        text = without_marked(data.decode())
        return (unwritten(path, emptied(path, text)) if path.endswith(".c") else text).encode()
    if path.endswith(".md"):
        return page(path, data.decode(), files).encode()
    return data


def tree(parts):
    """The whole handout: {path: bytes}, and which of its files may be run."""
    files = {path: b"" for path in kept()}
    made = {"README.md": front_page, "docs/coursework.md": students_page}
    answers = {"tests/course/examine/answers/expected.txt": parts / "expected.txt"}
    for kind in ("float", "double"):
        for path in sorted((parts / kind).glob("*.o")):
            answers[f"tests/reference/{platform.machine()}/{kind}/{path.name}"] = path
    names = set(files) | set(made) | set(answers)
    for path in files:
        files[path] = contents(path, names)
    for path, text in made.items():
        files[path] = unlinked(path, text(), names).encode()
    for path, source in answers.items():
        files[path] = source.read_bytes()
    check_notes(files)
    return files


def make(parts, out):
    out = pathlib.Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Failure(f"{out} is not empty")
    for path, data in sorted(tree(pathlib.Path(parts)).items()):
        place = out / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        if (TOP / path).exists():
            shutil.copymode(TOP / path, place)
    found = leaked(out)
    if found:
        raise Failure("solutions in " + str(out) + ":\n" + "\n".join(found))
    print(f"{out}: {len(chosen())} exercises, no solution in it")


def bodies(exercises):
    """{exercise and function: source of its body}."""
    found = {}
    for exercise in exercises:
        text = (TOP / exercise["file"]).read_text()
        start, end = listed.region(text, exercise["mark"])
        for _, name, _, begin, stop in functions_of(text, exercise):
            found[f'{exercise["id"]} {name}()'] = text[start:end][begin:stop]
    return found


def leaked(folder):
    """The solutions found in a tree; code that given exercises share with them does not count."""
    ids = {exercise["id"] for exercise in chosen()}
    given = bodies(e for e in listed.exercises() if "mark" in e and e["id"] not in ids)
    return leaks.search(pathlib.Path(folder), bodies(chosen()), rules()["shared"], given)


def paste(folder, ids, others=()):
    """Writes solutions into a handout: this tree's, or those of other sources, {path: text}."""
    folder, others = pathlib.Path(folder), dict(others)
    for path in kept():
        if path.endswith(".c") and tasks(path):
            place = folder / path
            text = place.read_text()
            new = written(path, text, ids, others.get(path) or (TOP / path).read_text())
            if new != text:
                place.write_text(new)


def main(arguments):
    try:
        if len(arguments) == 3 and arguments[0] == "make":
            if not arguments[2]:
                raise Failure("where to? make handout OUT=dir")
            make(*arguments[1:])
        elif len(arguments) == 2 and arguments[0] == "leaks":
            found = leaked(arguments[1])
            print("\n".join(found) or f"no solution in {arguments[1]}")
            return 1 if found else 0
        elif len(arguments) >= 2 and arguments[0] == "paste":
            paste(arguments[1], arguments[2:])
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except (Failure, listed.Problem, OSError) as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
