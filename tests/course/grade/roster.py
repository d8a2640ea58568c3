"""A platform's own list of students: read, and written back with grades and feedback entered.

Known are Moodle's grading worksheet, Canvas' gradebook and Gradescope's roster; of other lists, a
column `grade` (or the one that is named) and any column that holds the names of submissions. Every
cell that is not entered here keeps its bytes. Nothing is guessed: a submission with no row, or more
than one, is named and not entered.
"""
import csv
import html
import re

GRADES = ("grade", "score", "points", "bewertung", "note", "calificación", "nota", "punkte")
FEEDBACK = (
    "feedback comments",
    "feedback",
    "feedback als kommentar",
    "comentarios de retroalimentación",
)
FULL = ("maximum grade", "bestwertung", "note maximale", "calificación máxima")
POINTS = "points possible"  # the first cell of Canvas' second row


class Problem(Exception):
    """A list that cannot be used."""


class Table:
    """The cells of a CSV file, each with the bytes that stand for it."""

    def __init__(self, data):
        self.encoding, self.mark = "utf-8", b""
        for mark, encoding in (
            (b"\xef\xbb\xbf", "utf-8"),
            (b"\xff\xfe", "utf-16-le"),
            (b"\xfe\xff", "utf-16-be"),
        ):
            if data.startswith(mark):
                self.mark, self.encoding, data = mark, encoding, data[len(mark) :]
                break
        else:
            try:
                data.decode("utf-8")
            except UnicodeDecodeError:
                self.encoding = "cp1252"
        text = data.decode(
            self.encoding, "surrogateescape" if self.encoding == "utf-8" else "replace"
        )
        first = text.split("\n")[0]
        self.comma = max(",;\t", key=first.count)
        self.rows = list(self.split(text))

    def split(self, text):
        """Rows of raw cells; a row's last element is its end of line."""
        cell = re.compile(rf'("(?:[^"]|"")*"[^{self.comma}\r\n]*|[^{self.comma}\r\n]*)')
        at, row = 0, []
        while at < len(text):
            match = cell.match(text, at)
            row.append(match[0])
            at = match.end()
            if text.startswith(self.comma, at):
                at += 1
                continue
            end = "\r\n" if text.startswith("\r\n", at) else text[at : at + 1]
            at += len(end)
            yield [*row, end]
            row = []
        if row:
            yield [*row, "", ""]

    @staticmethod
    def value(raw):
        return raw[1:-1].replace('""', '"') if raw[:1] == raw[-1:] == '"' and len(raw) > 1 else raw

    def values(self, number):
        return [self.value(raw).strip() for raw in self.rows[number][:-1]]

    def enter(self, number, column, text):
        """Writes a cell as the file writes them: quoted where it must be, or where it was."""
        row = self.rows[number]
        while len(row) - 1 <= column:
            row.insert(len(row) - 1, "")
        quoted = row[column][:1] == '"' or re.search(rf'["\r\n{self.comma}]', text)
        row[column] = '"' + text.replace('"', '""') + '"' if quoted else text

    def data(self):
        text = "".join(self.comma.join(row[:-1]) + row[-1] for row in self.rows)
        errors = "surrogateescape" if self.encoding == "utf-8" else "xmlcharrefreplace"
        return self.mark + text.encode(self.encoding, errors)


class Roster:
    """A list of students, and their submissions."""

    def __init__(self, path, column=""):
        self.path, self.lines = path, []
        self.table = Table(path.read_bytes())
        if len(self.table.rows) < 2:
            raise Problem(f"{path.name} has no rows")
        self.head = self.table.values(0)
        self.lower = [cell.lower() for cell in self.head]
        self.kind, self.first = self.recognise(), 1
        self.full, self.grade, self.feedback = None, None, None
        self.find_columns(column)
        self.students = [
            number
            for number in range(self.first, len(self.table.rows))
            if any(self.table.values(number))
        ]
        self.known = self.index()

    def recognise(self):
        if (
            any(cell in self.lower for cell in FULL)
            or re.match(r"\D+ \d+$", (self.table.values(1) or [""])[0])
            and any(cell in self.lower for cell in FEEDBACK)
        ):
            return "moodle"
        if self.head[0] == "Student" and "ID" in self.head:
            return "canvas"
        if "sid" in self.lower and "email" in self.lower:
            return "gradescope"
        return "list"

    def find_columns(self, column):
        """Where grades and feedback go."""
        self.feedback = self.column_of(FEEDBACK)
        self.full = self.column_of(FULL)
        if column:
            if column not in self.head:
                raise Problem(f'{self.path.name} has no column "{column}"')
            self.grade = self.head.index(column)
        elif self.kind == "canvas":
            found = [k for k, cell in enumerate(self.head) if re.search(r" \(\d+\)$", cell)]
            if len(found) != 1:
                names = ", ".join(f'"{self.head[k]}"' for k in found) or "none"
                raise Problem(f"which assignment? COLUMN= names one of {names}")
            self.grade = found[0]
        else:
            self.grade = self.column_of(GRADES)
        if self.kind == "canvas":
            while self.first < len(self.table.rows) and self.is_note(self.first):
                self.first += 1
        if self.grade is None and self.kind == "gradescope":
            self.grade = self.append("Score")
            self.feedback = self.append("Feedback") if self.feedback is None else self.feedback
        if self.grade is None:
            raise Problem(f"{self.path.name} has no column for grades; COLUMN= names it")

    def column_of(self, names):
        found = [k for k, cell in enumerate(self.lower) if cell in names]
        return found[0] if len(found) == 1 else None

    def is_note(self, number):
        """Whether a row of Canvas' is not a student: points possible, manual posting."""
        values = self.table.values(number)
        return values[0].lower() == POINTS or not any(values[:2])

    def append(self, title):
        column = len(self.table.rows[0]) - 1
        self.table.enter(0, column, title)
        return column

    def index(self):
        """{a name that a submission may have: rows}."""
        left_out = {self.grade, self.feedback, self.full}
        known = {}
        for number in self.students:
            for column, value in enumerate(self.table.values(number)):
                if value and column not in left_out:
                    known.setdefault(value, set()).add(number)
        return known

    # ---- who is who ------------------------------------------------------------------------------

    def rows_of(self, entry):
        """The rows of those who handed something in: one, or all of a group."""
        if entry.platform == "moodle" and self.kind == "moodle":
            number = entry.names[0]
            found = [
                n for n in self.students if re.fullmatch(rf"\D*{number}", self.table.values(n)[0])
            ]
            return self.single(entry, found)
        if entry.platform == "canvas" and self.kind == "canvas":
            column = self.head.index("ID")
            found = [n for n in self.students if self.table.values(n)[column] == entry.names[0]]
            return self.single(entry, found)
        if entry.platform == "gradescope":
            mails = [name for name in entry.names if "@" in name] or entry.names[:1]
            return sum((self.single(entry, self.called(entry, mail)) for mail in mails), [])
        return self.single(entry, self.called(entry, entry.names[-1]))

    def called(self, entry, name):
        """The rows that have a name, in this case or, of an e-mail, in any."""
        if name in self.known:
            return sorted(self.known[name])
        if "@" not in name:
            return []
        found = sorted(
            {n for known, rows in self.known.items() if known.lower() == name.lower() for n in rows}
        )
        if len(found) == 1:
            self.lines.append(
                f"{entry.label}: entered in row {found[0] + 1}, which writes the "
                "e-mail with other capitals"
            )
        return found

    def single(self, entry, found):
        if len(found) == 1:
            return found
        if found:
            rows = ", ".join(str(number + 1) for number in found)
            self.lines.append(
                f"{entry.label}: {len(found)} rows of {self.path.name} fit "
                f"({rows}), none was changed"
            )
        else:
            self.lines.append(f"{entry.label}: no row of {self.path.name} fits")
        return []

    def match(self, entries):
        """{row: entry}, as far as it is clear."""
        found = {}
        for entry in entries:
            for number in self.rows_of(entry):
                found.setdefault(number, []).append(entry)
        for number, several in list(found.items()):
            if len(several) > 1:
                names = ", ".join(entry.label for entry in several)
                self.lines.append(f"row {number + 1}: {names} all fit, it was not changed")
                del found[number]
        return {number: several[0] for number, several in found.items()}

    # ---- entering --------------------------------------------------------------------------------

    def scaled(self, number, score, points):
        """A score in the platform's own measure, as the platform writes numbers."""
        text = ""
        if self.full is not None:
            text = self.table.values(number)[self.full]
        elif self.kind == "canvas" and self.first > 1:
            row = next(
                (
                    self.table.values(k)
                    for k in range(1, self.first)
                    if self.table.values(k)[0].lower() == POINTS
                ),
                [],
            )
            text = row[self.grade] if len(row) > self.grade else ""
        full = re.fullmatch(r"(\d+)(?:[.,](\d+))?", text)
        if not full:
            return str(score)
        most = float(f"{full[1]}.{full[2] or 0}")
        value = f"{score * most / points:.2f}" if most != points else f"{score:.2f}"
        value = re.sub(r"\.?0+$", "", value) if full[2] is None else value
        return value.replace(".", ",") if "," in text else value

    def enter(self, number, score, points, feedback):
        self.table.enter(number, self.grade, self.scaled(number, score, points))
        if self.feedback is not None:
            text = defused(feedback)
            self.table.enter(
                number,
                self.feedback,
                html.escape(text, quote=False) if self.kind == "moodle" else text,
            )

    def absent(self, entered):
        """A line for every student without a submission."""
        for number in self.students:
            if number not in entered:
                who = next((v for v in self.table.values(number)[:3] if v), "")
                self.lines.append(f"row {number + 1} ({who}): no submission")


def defused(text):
    """A cell that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_table(path, rows):
    """A CSV file for any spreadsheet, in one piece: UTF-8 with a mark, and no formulas."""
    part = path.with_name(path.name + ".part")
    with open(part, "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        for row in rows:
            writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in row])
    part.replace(path)


def late_days(path):
    """{name: days} of a table of two columns, the first of which has the names of submissions."""
    found = {}
    table = Table(path.read_bytes())
    for number in range(len(table.rows)):
        values = table.values(number)
        if len(values) >= 2 and values[0] and re.fullmatch(r"\d+", values[1]):
            found[values[0]] = int(values[1])
        elif number and any(values):
            raise Problem(f"{path.name}, row {number + 1}: want a name and a number of days")
    return found
