"""The same network in the same Chromium: ours, ConvNetJS and TensorFlow.js, in turn.

    peers_browser.py MODULES WASM      (make bench-browser)

MODULES is npm's folder with the peers, WASM the playground's module. The same layers, random
parameters, Adam at 0.001, batches of 100, IMAGES=10000 images of 32x32; one thread. A page is
opened again for every measurement, from a server on this machine. ROUNDS=3 rounds, medians.
TensorFlow.js has no gradient of a convolution in its WebAssembly backend, which only runs forwards.
"""
import functools
import gzip
import http.server
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading

sys.path.insert(0, "docs/book")
from browser import Browser

IMAGES = int(os.environ.get("IMAGES", "10000"))
TRAINED = {"ours": True, "ConvNetJS": True, "tfjs cpu": True, "tfjs wasm": False}
ROWS = {
    "loaded": ("bytes loaded", "{:,.0f}", 1),
    "first": ("until the first prediction, ms", "{:.0f}", 1),
    "one": ("one image forwards, ms", "{:.2f}", 1),
    "forward": (f"{IMAGES:,} images forwards, s", "{:.2f}", 1e-3),
    "train": (f"an epoch of {IMAGES:,} images, s", "{:.1f}", 1e-3),
}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, without a line for every request, to a browser that may keep nothing."""

    def log_message(self, format, *args):
        pass

    def end_headers(self):
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


def serve(folder):
    handler = functools.partial(Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def fill(folder, modules, wasm):
    files = [
        wasm,
        "docs/playground/js/machine.js",
        "tests/bench/peers_browser.js",
        f"{modules}/convnetjs/build/convnet-min.js",
        f"{modules}/@tensorflow/tfjs/dist/tf.min.js",
        f"{modules}/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
        f"{modules}/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
    ]
    for path in files:
        shutil.copy(path, folder)
    with open(f"{folder}/index.html", "w", encoding="utf8") as file:
        file.write("<!DOCTYPE html><meta charset=utf-8><script src=peers_browser.js></script>")
    with open(f"{folder}/images.bin", "wb") as out:
        for name, header, size in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
            with gzip.open(f"common/mnist/train-{name}-ubyte.gz") as file:
                out.write(file.read(header + IMAGES * size)[header:])


def measure(browser, port, name):
    browser.go(f"http://127.0.0.1:{port}/")
    return browser.value(f"measure({json.dumps(name)}, {IMAGES}, {json.dumps(TRAINED[name])})")


def print_table(figures):
    """A row of medians for each figure; in parentheses, as a multiple of ours."""
    print("| | " + " | ".join(figures) + " |\n|---|" + "---:|" * len(figures))
    for key, (title, form, factor) in ROWS.items():
        cells = []
        for name, rounds in figures.items():
            if key not in rounds[0]:
                cells.append("")
                continue
            value = statistics.median(one[key] for one in rounds)
            ours = statistics.median(one[key] for one in figures["ours"])
            ratio = f"{value / ours:.0f}" if value > 9.5 * ours else f"{value / ours:.1f}"
            times = "" if name == "ours" else f" ({ratio})"
            cells.append(form.format(value * factor) + times)
        print(f"| {title} | " + " | ".join(cells) + " |")


def main():
    modules, wasm = sys.argv[1:]
    figures = {name: [] for name in TRAINED}
    browser = Browser()
    with tempfile.TemporaryDirectory() as folder:
        fill(folder, modules, wasm)
        server = serve(folder)
        for k in range(int(os.environ.get("ROUNDS", "3"))):
            for name in figures:
                figures[name].append(measure(browser, server.server_address[1], name))
                print(f"round {k + 1}, {name}: {figures[name][-1]}", file=sys.stderr)
        server.shutdown()
    browser.close()
    print_table(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
