"""Makes the playground one file: style, scripts, WebAssembly, parameters and images inside.

    build.py DATA FOLDER PROGRAM      (make playground)

DATA holds the parameters of the report's run and of 1998's, and the list of mistakes; PROGRAM is
the native program. In FOLDER are lenet5.wasm and bits.txt. Written there: index.html; mnist.js
with all images; live.js, which makes the lessons' examples run; and the parameters as the page has
them, rounded to 16 bits.
"""
import base64
import csv
import gzip
import json
import os
import re
import struct
import subprocess
import sys
import textwrap

sys.path.append("common/tools")
import marks

HERE = "docs/playground"
IMAGES = {"train": 1500, "test": 500}
IDX = {"train": "train", "test": "t10k"}
AROUND = 6  # lines of C above and below the one that is pointed at
LIMIT = 1_000_000


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf8") as file:
        file.write(text)


def packed(data):
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()


# ---- images --------------------------------------------------------------------------------------
def idx(name, header):
    return gzip.decompress(read(f"common/mnist/{name}-ubyte.gz"))[header:]


def image_set(kind, numbers):
    """Images and then their labels, as the page wants them."""
    images, labels = idx(IDX[kind] + "-images-idx3", 16), idx(IDX[kind] + "-labels-idx1", 8)
    chosen = [images[i * 784 : (i + 1) * 784] for i in numbers]
    return b"".join(chosen) + bytes(labels[i] for i in numbers)


def mistakes(path):
    """Image, answer and probability of the worst mistakes of the report's network."""
    with open(path, encoding="utf8") as file:
        lines = [line for line in file.read().split("\n\n")[0].split("\n")[1:] if line]
    rows = list(csv.reader(lines, delimiter="\t"))
    return [int(row[0]) for row in rows], [
        {"answer": int(row[2]), "probability": float(row[3])} for row in rows
    ]


# ---- parameters ----------------------------------------------------------------------------------
def halved(path):
    """A safetensors file whose F32 numbers are rounded to 16 bits."""
    data = read(path)
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"].pop("checksum")  # it is that of the numbers before they are rounded
    for name, tensor in header.items():
        if name != "__metadata__":
            tensor["dtype"] = "F16"
            tensor["data_offsets"] = [place // 2 for place in tensor["data_offsets"]]
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    count = (len(data) - 8 - length) // 4
    numbers = struct.unpack(f"<{count}f", data[8 + length :])
    return struct.pack("<Q", len(text)) + text + struct.pack(f"<{count}e", *numbers)


def accuracy(program, path):
    """The native program's accuracy with the parameters that are in the page."""
    command = [program, "test", "--load", path]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(re.search(r"test_accuracy=([\d.]+)", run.stdout)[1])


# ---- words ---------------------------------------------------------------------------------------
def words():
    """{language: {key: text}} of words.tsv, whose columns are the languages."""
    with open(f"{HERE}/words.tsv", encoding="utf8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    return {name: {row[0]: row[k] for row in rows[1:]} for k, name in enumerate(rows[0]) if k}


# ---- lines of C ----------------------------------------------------------------------------------
def lines_of_code():
    """For each key of code.tsv the lines of C to show, and which of them to point at."""
    code = {}
    with open(f"{HERE}/code.tsv", encoding="utf8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    for key, path, mark, text in rows:
        source = read(path).decode()
        begin, end = marks.places(source)[mark]
        region = list(enumerate(source.split("\n"), 1))[begin : end - 1]
        region = [(n, line) for n, line in region if not marks.MARK.match(line + "\n")]
        strong = [i for i, (_, line) in enumerate(region) if text in line]
        if not strong:
            sys.exit(f"error: {HERE}/code.tsv: no line of [{mark}] in {path} has: {text}")
        first = max(0, strong[0] - AROUND)
        shown = region[first : strong[-1] + AROUND // 2 + 1]
        lines = textwrap.dedent("\n".join(line for _, line in shown)).strip("\n").split("\n")
        places = [i - first for i in strong]
        code[key] = {"path": path, "first": region[strong[0]][0], "lines": lines, "strong": places}
    return code


# ---- the page ------------------------------------------------------------------------------------
def inlined(page):
    """The page with its style sheet and its scripts inside."""

    def style(match):
        return f"<style>\n{read(f'{HERE}/{match[1]}').decode()}</style>"

    def script(match):
        text = read(f"{HERE}/{match[1]}").decode()
        if "</script" in text:
            sys.exit(f"error: {match[1]} holds the end of a script")
        return f"<script{match[2]}>\n{text}</script>"

    page = re.sub(r'<link rel="stylesheet" href="([^"]+)">', style, page)
    return re.sub(r'<script src="([^"]+)"([^>]*)></script>', script, page)


def live_script(wasm):
    """The script for the lessons on the site, in a separate scope."""
    names = ("say", "machine", "live")
    parts = [read(f"{HERE}/js/{name}.js").decode().replace("'use strict';\n", "") for name in names]
    texts = json.dumps(words(), ensure_ascii=False)
    data = f"const WORDS = {texts};\nconst WASM = '{packed(wasm)}';\n"
    return "'use strict';\n(() => {\n" + data + "\n".join(parts) + "})();\n"


def main():
    data, folder, program = sys.argv[1:]
    runs = {"report": f"{data}/report.safetensors", "original": f"{data}/1998/3.safetensors"}
    numbers, about = mistakes(f"{data}/mistakes.tsv")
    pieces = {
        "wasm": read(f"{folder}/lenet5.wasm"),
        "train": image_set("train", range(IMAGES["train"])),
        "test": image_set("test", range(IMAGES["test"])),
        "mistakes": image_set("test", numbers),
    }
    facts = {"code": lines_of_code(), "mistakes": about, "accuracy": {}}
    facts["checksum"] = read(f"{folder}/bits.txt").decode().split()[0]
    for name, path in runs.items():
        pieces[name] = halved(path)
        kept = f"{folder}/{name}.safetensors"
        with open(kept, "wb") as file:
            file.write(pieces[name])
        facts["accuracy"][name] = accuracy(program, kept)
    tags = f'<script type="application/json" id="data-facts">{json.dumps(facts)}</script>\n'
    for name, content in pieces.items():
        tags += f'<script type="text/plain" id="data-{name}">{packed(content)}</script>\n'
    page = read(f"{HERE}/index.html").decode()
    tags += f"<script>const WORDS = {json.dumps(words(), ensure_ascii=False)};</script>\n"
    page = inlined(page.replace("<!-- data -->\n", tags))
    write(f"{folder}/index.html", page)
    write(f"{folder}/live.js", live_script(pieces["wasm"]))
    write(f"{folder}/mnist.js", f"window.MNIST = '{packed(image_set('train', range(60000)))}';\n")
    size = os.path.getsize(f"{folder}/index.html")
    print(f"{folder}/index.html: {size:,} bytes; open it in a browser")
    if size > LIMIT:
        sys.exit(f"error: more than {LIMIT:,} bytes")


if __name__ == "__main__":
    main()
