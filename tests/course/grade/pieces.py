"""One exercise of a source, cut out of a submission and put among the reference's functions."""
import dataclasses
import re

import exercises as listed


@dataclasses.dataclass
class Piece:
    """A source to compile, and the exercises whose functions come as objects."""

    text: str
    neighbours: list


def held_back(mine, rows):
    """Whether items of an exercise do not pass, and one that it needs in the same source does not
    either: then it may be right all the same."""
    if all(row.verdict in ("PASS", "TODO") for row in mine):
        return False
    needs = all_needs(mine[0].exercise)
    return any(
        row.exercise["id"] in needs and row.points > 0 and row.verdict != "PASS" for row in rows
    )


def all_needs(exercise):
    """The exercises of the same source that one needs, and those that these need."""
    by_id = {e["id"]: e for e in listed.exercises() if e.get("file") == exercise["file"]}
    found, waiting = set(), list(exercise["needs"])
    while waiting:
        number = waiting.pop()
        if number in by_id and number not in found:
            found.add(number)
            waiting += by_id[number]["needs"]
    return found


def pieces(kit, submission, exercise, alone=False):
    """The ways to have an exercise compiled, the one nearest to the submission first: in its
    source, with the other exercises taken out; or alone in the source as it was handed out."""
    given = kit.given(exercise["file"])
    text = text_of(submission, exercise["file"])
    own, home = places(text, exercise), places(given, exercise)
    found = [] if alone else [without_others(text, given, exercise)]
    if own is not None:
        lines = "".join(f"{line_at(text, start)}{text[start:end]}\n" for start, end in own)
        found.append(without_others(given, given, exercise, [(*home[0], lines)]))
    return [piece for piece in found if piece]


def without_one(kit, submission, name):
    """A source with each of its exercises emptied in turn: (exercise, text)."""
    given, text = kit.given(name), text_of(submission, name)
    for exercise in listed.exercises():
        if exercise.get("file") == name:
            found, new = places(text, exercise), region_of(given, exercise)
            edits = [(start, end, "" if k else new) for k, (start, end) in enumerate(found or [])]
            yield exercise, edited(text, edits, name) if edits else None


def text_of(submission, name):
    return submission.sources[name].decode("utf-8", "surrogateescape").replace("\r\n", "\n")


def edited(text, edits, name):
    """The text with some places replaced; the compiler still names the lines of the source."""
    out, at = [f'#line 1 "{name}"\n'], 0
    for start, end, new in sorted(edits):
        out += [text[at:start], new, line_at(text, end)]
        at = end
    return "".join([*out, text[at:]])


def line_at(text, place):
    """Tells the compiler the line of the source that comes next."""
    return f"\n#line {text.count(chr(10), 0, place) + 1}\n"


def without_others(text, given, exercise, edits=()):
    """A source in which only one exercise is left; `edits` are further (start, end, new)."""
    needs, neighbours, edits = all_needs(exercise), [], list(edits)
    for other in listed.exercises():
        if other.get("file") != exercise["file"] or other["id"] == exercise["id"]:
            continue
        found = places(text, other)
        if found is None:
            return None
        if other["id"] in needs or (other["called"] and exercise["called"]):
            new = declarations(other)
            neighbours.append(other["id"])
        else:
            new = region_of(given, other)
        edits += [(start, end, "" if k else new) for k, (start, end) in enumerate(found)]
    return Piece(edited(text, edits, exercise["file"]), neighbours)


def declarations(exercise):
    """Declarations of functions that come as objects."""
    heads = (re.sub(r"^static\s+(inline\s+)?", "", head) for head in exercise["functions"].values())
    return "".join(f"{head};\n" for head in heads)


def places(text, exercise):
    """Where the functions of an exercise are: between its marks, or where their names are."""
    try:
        return [listed.region(text, exercise["mark"])]
    except listed.Problem:
        pass
    try:
        found = [
            (text.rfind(head, 0, brace), end)
            for head, name, _, brace, end in listed.functions(text)
            if name in exercise["functions"]
        ]
    except (listed.Problem, ValueError):
        return None
    return found if len(found) == len(exercise["functions"]) else None


def region_of(text, exercise):
    """An exercise's functions in a source; None if they cannot be found."""
    found = places(text, exercise)
    return None if found is None else "\n".join(text[start:end] for start, end in found) + "\n"


def take_better(rows, trial, piece):
    """Takes over the results for a piece."""
    others = f" with the reference's {', '.join(piece.neighbours)}" if piece.neighbours else ""
    for row, tried in zip(rows, trial):
        if row.verdict == "PASS":
            continue
        if tried.verdict == "PASS":
            tried.text = f"judged alone{others}\n"
        row.settle(tried.verdict, tried.text, ",".join(tried.causes))
        row.seconds = tried.seconds
