"""The pictures of the lessons: plots/lessons/NN_NAME.py prints chapters/NN_*/figures/NAME.svg.

    figures.py           draws all of them anew (make quotes); 00_NAME.py: docs/figures/NAME.svg
    figures.py --check   draws nothing; an error if a picture is not what its script prints, or is
                         hard to read in print, on a phone or for a colour-blind reader
"""
import glob
import itertools
import os
import re
import subprocess
import sys

PHONE = 358  # pixels that a phone of 390 leaves for a picture
PAPER = 482  # points that an A4 page leaves for it; there, a pixel has at most 0.75 of them
# What colour-blind people see of linear red, green and blue (Machado et al. 2009, full strength).
EYES = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.1523, 1.0526, -0.2049), (0.1145, 0.7863, 0.0992), (-0.0039, -0.0481, 1.0520)),
    "deutan": ((0.3673, 0.8606, -0.2280), (0.2801, 0.6725, 0.0474), (-0.0118, 0.0429, 0.9689)),
    "tritan": ((1.2555, -0.0767, -0.1788), (-0.0784, 0.9308, 0.1476), (0.0047, 0.6914, 0.3039)),
}
XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))


# ---- colours -------------------------------------------------------------------------------------
def times(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector)) for row in matrix]


def linear(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]


def lab(rgb):
    """CIE L*a*b*, in which distances are about as large as they look."""
    x, y, z = times(XYZ, [min(1, max(0, v)) for v in rgb])
    f = [v ** (1 / 3) if v > 0.0089 else 7.787 * v + 0.1379 for v in (x / 0.9505, y, z / 1.089)]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def distance(one, other, eyes):
    seen = [lab(times(eyes, linear(colour))) for colour in (one, other)]
    return sum((a - b) ** 2 for a, b in zip(*seen)) ** 0.5


def contrast_with_white(colour):
    return 1.05 / (0.05 + times(XYZ, linear(colour))[1])


# ---- pictures ------------------------------------------------------------------------------------
def hard_to_read(svg):
    width = float(re.search(r'<svg [^>]*\bwidth="([\d.]+)"', svg)[1])
    letters = min((float(size) for size in re.findall(r'font-size="([\d.]+)', svg)), default=99)
    if letters * PHONE / width < 9:
        yield f"letters of {letters * PHONE / width:.1f} pixels on a phone, not 9"
    if letters * min(0.75, PAPER / width) < 7:
        yield f"letters of {letters * PAPER / width:.1f} points in print, not 7"
    if not re.search(r'<svg[^>]*>\s*<rect[^>]*fill="#ffffff"', svg):
        yield "no white ground: a dark page shows through"
    for colour in set(re.findall(r'<text [^>]*fill="(#\w{6})"', svg)) - {"#ffffff"}:
        if contrast_with_white(colour) < 4.5:
            yield f"letters in {colour}: too pale on white"
    colours = sorted(set(re.findall(r'(?:fill|stroke)="(#\w{6})"', svg)))
    for one, other in itertools.combinations(colours, 2):
        for name, eyes in EYES.items():
            if distance(one, other, eyes) < 8:
                yield f"{one} and {other} look alike to {name} eyes"


def target(script):
    number, name = os.path.basename(script).removesuffix(".py").split("_", 1)
    folder = "docs" if number == "00" else glob.glob(f"chapters/{number}_*")[0]
    return f"{folder}/figures/{name}.svg"


def update(path, svg):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf8") as file:
        file.write(svg)
    print("  DRAW", path)


def main():
    check = "--check" in sys.argv[1:]
    problems = []
    scripts = sorted(glob.glob("plots/lessons/[0-9]*.py"))
    for script in scripts:
        path = target(script)
        run = subprocess.run([sys.executable, "-B", script], stdout=subprocess.PIPE, text=True)
        if run.returncode != 0:
            problems.append(f"{script}: exit code {run.returncode}")
            continue
        old = ""
        if os.path.exists(path):
            with open(path, encoding="utf8") as file:
                old = file.read()
        if old != run.stdout and check:
            problems.append(f"{path}: not what {script} prints; make quotes")
        elif old != run.stdout:
            update(path, run.stdout)
        problems += [f"{path}: {what}" for what in hard_to_read(run.stdout)]
    drawn = set(map(target, scripts))
    for path in glob.glob("chapters/*/figures/*.svg") + glob.glob("docs/figures/*.svg"):
        if path not in drawn:
            problems.append(f"{path}: no script in plots/lessons prints it")
    for problem in problems:
        print("error:", problem, file=sys.stderr)
    print(f"{len(scripts)} pictures of lessons")
    return 1 if problems else 0


sys.exit(main())
