"""Which submissions are alike: the students' own code, compared by similarity-tester.

The handout's own code is taken out first: whole lines of it, the lines of an unwritten exercise,
and exercises that were not to be written. sim_c compares every text with every other one (-e), so
that three who hand in the same do not hide each other.
"""
import html
import re
import shutil
import subprocess

import exercises as listed

ALIKE = 70  # percent of a submission that is found in another one, to be named
RUN = 40  # tokens in a row that count as the same
OWN = 200  # own tokens, roughly, that a submission must have to be compared
SECONDS = 120  # for the comparison
LARGEST = 20_000  # tokens that are compared of one submission
PUBLISHED = "(the published solution)"


def squeezed(line):
    return re.sub(r"\s+", "", line)


def given_lines(kit, names):
    """{source: lines that are not the student's}"""
    given = {}
    for name in listed.files():
        text = kit.given(name)
        lines = {squeezed(line) for line in text.splitlines()}
        reference = (listed.TOP / name).read_text()
        for exercise in listed.exercises():
            if exercise.get("file") != name:
                continue
            chosen = not names or exercise["id"] in names or exercise["id"][:2] in names
            start, end = listed.region(reference, exercise["mark"])
            if not chosen:
                lines |= {squeezed(line) for line in reference[start:end].splitlines()}
            reference = reference[:start] + reference[end:] if chosen else reference
        given[name] = lines
    return given


def own_lines(sources, given):
    """The student's lines: no given line, no unwritten exercise."""
    lines = []
    for name, data in sources.items():
        text = data.decode("utf-8", "replace")
        text = re.sub(r"(?:\(void\)\s*\w+\s*,\s*)*\(void\)\s*\w+\s*;", "", text)
        text = re.sub(r"\bTODO\s*\([^;]{0,400};", "", text)
        lines += [
            line
            for line in text.splitlines()
            if squeezed(line) not in given.get(name, ()) and squeezed(line)
        ]
    return lines


def tokens(text):
    return re.findall(r"\w+|[^\w\s]", text)


class Similar:
    """Pairs and clusters of submissions."""

    def __init__(self, kit, names, folder):
        self.given, self.folder = given_lines(kit, names), folder
        self.texts, self.pairs, self.clusters, self.problem = {}, [], [], None

    def add(self, label, sources):
        text = "\n".join(own_lines(sources, self.given))
        found = tokens(text)
        if len(found) >= OWN:
            self.texts[label] = text if len(found) < LARGEST else " ".join(found[:LARGEST])

    def compare(self):
        """Finds the pairs and the clusters."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        labels = list(self.texts)
        for number, label in enumerate(labels):
            (self.folder / f"{number}.c").write_text(self.texts[label] + "\n", errors="replace")
        files = [f"{number}.c" for number in range(len(labels))]
        command = ["sim_c", "-p", "-e", "-r", str(RUN), "-t", str(ALIKE), *files]
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            self.problem = f"the comparison took more than {SECONDS} s and was given up"
            return
        except OSError as problem:
            self.problem = f"nothing was compared: {problem}"
            return
        pattern = r"^(\d+)\.c consists for (\d+) % of (\d+)\.c "
        for match in re.finditer(pattern, done.stdout, re.M):
            self.pairs.append((labels[int(match[1])], int(match[2]), labels[int(match[3])]))
        self.pairs.sort(key=lambda pair: (-pair[1], pair[0], pair[2]))
        self.join()

    def join(self):
        """Groups the similar ones, directly or through others; the published solution joins no
        group."""
        group = {label: {label} for label in self.texts}
        for one, _, other in self.pairs:
            if PUBLISHED not in (one, other) and group[one] is not group[other]:
                group[one] |= group[other]
                for label in group[other]:
                    group[label] = group[one]
        unique = {id(found): found for found in group.values() if len(found) > 1}
        self.clusters = sorted(map(sorted, unique.values()), key=lambda c: (-len(c), c))

    # ---- pages -----------------------------------------------------------------------------------

    def rows(self):
        return [["student", "percent", "of"], *map(list, self.pairs)]

    def lines(self, safe):
        """For the page: clusters, then each student's share of the published solution."""
        if self.problem:
            return [self.problem]
        lines = []
        for number, cluster in enumerate(self.clusters, 1):
            most = max(p for one, p, other in self.pairs if one in cluster and other in cluster)
            names = ", ".join(map(safe, cluster))
            lines.append(f"- {names}: up to {most} %, [side by side](<similar/{number}.html>)")
        for one, percent, other in self.pairs:
            if other == PUBLISHED:
                lines.append(f"- {safe(one)}: {percent} % of the published solution")
        if not lines:
            return ["None."]
        return ["A reason to look, not a proof: some loops can be written in few ways.", "", *lines]

    def write_clusters(self):
        """A page for every cluster: the texts side by side, shared lines marked."""
        for number, cluster in enumerate(self.clusters, 1):
            sets = {
                label: {squeezed(t) for t in self.texts[label].splitlines()} for label in cluster
            }
            cells = []
            for label in cluster:
                others = set().union(*(sets[other] for other in cluster if other != label))
                shown = [
                    f"<mark>{html.escape(line)}</mark>"
                    if squeezed(line) in others
                    else html.escape(line)
                    for line in self.texts[label].splitlines()
                ]
                cells.append("<td><pre>" + "\n".join(shown) + "</pre></td>")
            heads = "".join(f"<th>{html.escape(label)}</th>" for label in cluster)
            page = (
                '<!DOCTYPE html><meta charset="utf-8"><title>Similar submissions</title>'
                "<style>td{vertical-align:top}pre{font-size:12px}</style>"
                f"<table><tr>{heads}</tr><tr>{''.join(cells)}</tr></table>\n"
            )
            (self.folder / f"{number}.html").write_text(page, encoding="utf-8", errors="replace")
        for path in self.folder.glob("*.c"):
            path.unlink()
