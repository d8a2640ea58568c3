#!/usr/bin/env python3
"""The list of exercises (NN/exercises.toml), as other tools read it.

    exercises.py table          the list as C, for tests/course/examine/rubric.c
    exercises.py check          compares it with the sources
    exercises.py items CHAPTER  the items of a chapter and their points
    exercises.py empty FILE     the source with the bodies of its exercises taken out
    exercises.py hint ID LEVEL  the first hints of an exercise, up to that level
"""
import ast
import copy
import pathlib
import re
import sys
import textwrap

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(TOP / "common" / "tools"))
import marks

LISTS = TOP / "tests" / "course"


class Problem(Exception):
    """Something in the list or in a source that is not as it should be."""


def read_simple(text):
    """A list like ours without Python 3.11's tomllib: tables of strings, numbers, arrays and
    inline tables, which are Python's own once `key =` in a table is written `"key":`."""
    string = r'"""(?:\\.|(?!""").)*"""|"(?:\\.|[^"\\\n])*"'
    seen = re.sub(rf"{string}|#[^\n]*", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S)
    keys = list(re.finditer(r"^(?:\[\[exercise\]\]|(\w+) =)", seen, re.M)) + [None]
    found = []
    for here, after in zip(keys, keys[1:]):
        if not here[1]:
            found.append({})
            continue
        value = text[here.end() : after.start() if after else None]
        value = re.sub(rf"({string})|#[^\n]*|(\w+) =", pythonic, value, flags=re.S)
        found[-1][here[1]] = ast.literal_eval(value.strip())
    return {"exercise": found}


def pythonic(match):
    return match[1] or (f'"{match[2]}":' if match[2] else "")


def read_list(path):
    try:
        import tomllib
    except ModuleNotFoundError:
        return read_simple(path.read_text())["exercise"]
    return tomllib.loads(path.read_text())["exercise"]


def toml(path):
    """A file that read_simple() cannot read, for uses that students do not have."""
    try:
        import tomllib
    except ModuleNotFoundError:
        sys.exit(f"error: Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def read_lists():
    found = []
    for path in sorted(LISTS.glob("0*/exercises.toml")):
        found += read_list(path)
    folders = {path.name[:2]: path.name for path in (TOP / "chapters").iterdir()}
    for exercise in found:
        exercise["chapter"] = folders[exercise["id"][:2]]
        exercise.setdefault("needs", [])
        exercise["hints"] = [" ".join(hint.split()) for hint in exercise["hints"]]
    return found


known = []  # the list in use


def use(listing):
    """Takes this list of exercises for all that is asked later: the one of a kit."""
    known[:] = listing


def exercises():
    """All exercises, each a dictionary; `chapter` is the folder of its chapter."""
    if not known:
        use(read_lists())
    return copy.deepcopy(known)


def items(exercise):
    """The names of an exercise's items: 02.4-exact."""
    return [f'{exercise["id"]}-{item["name"]}' for item in exercise["items"]]


def files():
    """The sources that have exercises, in order."""
    return list(dict.fromkeys(e["file"] for e in exercises() if "file" in e))


# ---- regions -------------------------------------------------------------------------------------


def region(text, mark):
    """Where the lines between the two marks begin and end."""
    try:
        return marks.region(text, mark)
    except marks.Missing as reason:
        raise Problem(str(reason)) from reason


def closing(text, at):
    """The place after the partner of the brace or parenthesis at `at`; text without comments."""
    opens, depth = text[at], 0
    closes = {"{": "}", "(": ")"}[opens]
    for i in range(at, len(text)):
        depth += {opens: 1, closes: -1}.get(text[i], 0)
        if depth == 0:
            return i + 1
    raise Problem(f"a {opens} is not closed")


def blind(text):
    """The text with comments, strings and letters in quotes blanked out, at the same length."""
    # An unclosed one ends with the line, or the text: so nothing is looked at twice.
    pattern = (
        r"/\*.*?(?:\*/|\Z)|//[^\n]*"
        r'|"(?:\\.|[^"\\\n])*(?:"|(?=\n)|\Z)|\'(?:\\.|[^\'\\\n])*(?:\'|(?=\n)|\Z)'
    )
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)


def functions(text):
    """Functions defined in a piece of source: (head, name, parameters, start of body, end)."""
    seen, found, at = blind(text), [], 0
    while (brace := seen.find("{", at)) >= 0:
        head = seen[at:brace]
        start = at + len(head) - len(head.lstrip())
        end = closing(seen, brace)
        match = re.search(r"(\w+)\s*\(([^()]*)\)\s*$", head[-2000:])
        if match:
            found.append((text[start:brace].strip(), match[1], match[2], brace, end))
        at = end
    return found


def names(parameters):
    """The names of parameters: "int n, const real *x" gives n and x."""
    found = [re.search(r"(\w+)\s*(?:\[[^]]*\])*$", p.strip()) for p in parameters.split(",")]
    return [m[1] for m in found if m and m[1] != "void"]


def emptied(text, mark, body):
    """The source with every function body of a region replaced by body(head, name, parameters)."""
    start, end = region(text, mark)
    piece, out, at = text[start:end], "", 0
    for head, name, parameters, brace, stop in functions(piece):
        out += piece[at:brace] + body(head, name, names(parameters))
        at = stop
    return text[:start] + out + piece[at:] + text[end:]


def returns(head):
    """The return statement of a function without a body: nothing, or all zero."""
    kind = head.split("(")[0].split()[:-1]
    kind = [word for word in kind if word not in ("static", "inline", "const")]
    pointer = "*" in head.split("(")[0]
    if kind == ["void"] and not pointer:
        return ""
    return f'return ({" ".join(kind)}{" *" if pointer else ""}){{0}};'


def nothing(head, name, parameters):
    """A body that does nothing."""
    return f"{{ {returns(head)} }}"


# ---- commands ------------------------------------------------------------------------------------


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def table():
    """The list as C."""
    listed = exercises()
    for exercise in listed:
        for name in items(exercise):
            print(f'CaseList item_{re.sub("[.-]", "_", name)} __attribute__((weak));')
    print("\nconst Exercise exercises[] = {")
    for exercise in listed:
        lesson = f'chapters/{exercise["chapter"]}/README.md, "{exercise["section"]}"'
        needs = "".join(f"{quoted(need)}, " for need in exercise["needs"])
        print(f'    {{{quoted(exercise["id"])}, {quoted(exercise["title"])},')
        print(f"     {quoted(lesson)}, {{{needs}0}}}},")
    print("};\n\nconst Item items[] = {")
    for i, exercise in enumerate(listed):
        for item, name in zip(exercise["items"], items(exercise)):
            function = f'item_{re.sub("[.-]", "_", name)}'
            text = f'{quoted(name)}, {quoted(item["title"])}'
            print(f'    {{{text}, {i}, {item["points"]}, {function}}},')
    print("};")


def check():
    """The errors in the list, one line each."""
    wrong, points, known = [], 0, set()
    for exercise in exercises():
        where = f'exercise {exercise["id"]}'
        points += sum(item["points"] for item in exercise["items"])
        later = [need for need in exercise["needs"] if need not in known]
        wrong += [f"{where} needs {need}, which is not before it" for need in later]
        known.add(exercise["id"])
        if len(exercise["hints"]) != 3:
            wrong.append(f"{where} has {len(exercise['hints'])} hints, want 3")
        lesson = TOP / "chapters" / exercise["chapter"] / "README.md"
        if lesson.exists() and f'\n## {exercise["section"]}\n' not in lesson.read_text():
            wrong.append(f'{where}: the lesson has no section "{exercise["section"]}"')
        if "mark" not in exercise:
            continue
        try:
            text = (TOP / exercise["file"]).read_text()
            start, end = region(text, exercise["mark"])
            if not functions(text[start:end]):
                wrong.append(f'{where}: no function in [{exercise["mark"]}]')
        except (Problem, OSError) as problem:
            wrong.append(f'{where}: {exercise["file"]}: {problem}')
    if points != 100:
        wrong.append(f"{points} points in all, want 100")
    return wrong


def empty(path):
    """A source without its exercises."""
    text = (TOP / path).read_text()
    for exercise in exercises():
        if exercise.get("file") == path:
            text = emptied(text, exercise["mark"], nothing)
    return text


def hint(number, level):
    """Prints an exercise's hints up to a level; returns the exit code."""
    number = number.zfill(4)  # 2.3 is 02.3
    found = [exercise for exercise in exercises() if exercise["id"] == number]
    if not found or level not in ("1", "2", "3"):
        print(
            "error: want make hint ID=02.3, or ID=02.3 LEVEL=2; the exercises are "
            + " ".join(exercise["id"] for exercise in exercises()),
            file=sys.stderr,
        )
        return 2
    exercise, last = found[0], int(level)
    lesson = f'chapters/{exercise["chapter"]}/README.md, "{exercise["section"]}"'
    print(f'{number} {exercise["title"]}\nread: {lesson}\n')
    for k, text in enumerate(exercise["hints"][:last], 1):
        print(textwrap.fill(text, 96, initial_indent=f"{k}. ", subsequent_indent="   "))
    if last < 3:
        print(f"\nmore: make hint ID={number} LEVEL={last + 1}")
    return 0


def main(arguments):
    if arguments == ["table"]:
        table()
    elif arguments == ["check"]:
        wrong = check()
        print("\n".join(wrong) or "the list agrees with the sources: 100 points")
        return 1 if wrong else 0
    elif len(arguments) == 2 and arguments[0] == "items":
        for exercise in exercises():
            for item, name in zip(exercise["items"], items(exercise)):
                if exercise["chapter"] == arguments[1]:
                    print(f'{name}\t{item["points"]}')
    elif len(arguments) == 3 and arguments[0] == "hint":
        return hint(*arguments[1:])
    elif len(arguments) == 2 and arguments[0] == "empty":
        print(empty(arguments[1]), end="")
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
