"""Uses the playground as its readers do, in Chromium, and compares its numbers with this machine's.

    playground.py FOLDER AXE [IMAGES]      (make trust-playground)

FOLDER holds the built page and the program of native.c, AXE is axe-core's script. The first IMAGES
test images (100) must have the same numbers in every layer, forwards and backwards. One line per
finding, exit code 1 if there is any.
"""
import array
import base64
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
import zlib

sys.path.insert(0, "docs/book")
from browser import Browser

BATCHES, ENOUGH = 30, 0.9
KEYS = {"Tab": 9, "Enter": 13, " ": 32, "PageDown": 34, "ArrowLeft": 37, "ArrowUp": 38}
KEYS.update({"ArrowRight": 39, "ArrowDown": 40, "Delete": 46, "Backspace": 8})
# Strokes on the pad, in shares of its side.
DIGITS = {
    1: [[(0.5, 0.15), (0.5, 0.85)]],
    7: [[(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]],
    0: [[(0.5, 0.15), (0.3, 0.3), (0.25, 0.5), (0.3, 0.72), (0.5, 0.85), (0.7, 0.72)]
        + [(0.75, 0.5), (0.7, 0.3), (0.5, 0.15)]],
    4: [[(0.35, 0.15), (0.25, 0.55), (0.8, 0.55)], [(0.68, 0.3), (0.65, 0.9)]],
}  # fmt: skip

READY = "document.documentElement.dataset.ready"  # milliseconds

problems = []


def expect(holds, text):
    if not holds:
        problems.append(text)
    return holds


class Reader:
    """A reader with a mouse and a keyboard."""

    def __init__(self, browser, page):
        self.browser, self.page = browser, page
        self.value = browser.value

    def open(self, fragment="", width=1280, height=900, **preferences):
        wide = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.browser.ask("Emulation.setDeviceMetricsOverride", **wide)
        self.browser.prefer(**preferences)
        self.browser.open("/dev/null")  # or a fragment alone would load nothing
        self.browser.open(self.page, fragment)
        self.until(READY, "the page is ready")

    def until(self, condition, what, seconds=60):
        end = time.monotonic() + seconds
        while not self.value(f"Boolean({condition})"):
            if time.monotonic() > end:
                problems.append(f"after {seconds} s it is not so that {what}")
                return False
            time.sleep(0.05)
        return True

    def place(self, selector):
        """The rectangle of an element, which is scrolled into sight."""
        return self.value(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)});"
            "one.scrollIntoView({block: 'center'}); const box = one.getBoundingClientRect();"
            "return [box.left, box.top, box.width, box.height]; })()"
        )

    def mouse(self, kind, x, y, buttons=0):
        self.browser.ask(
            "Input.dispatchMouseEvent",
            type=kind,
            x=x,
            y=y,
            button="left" if buttons or kind == "mouseReleased" else "none",
            buttons=buttons,
            clickCount=0 if kind == "mouseMoved" else 1,
        )

    def stroke(self, box, points):
        left, top, width, height = box
        places = [(left + x * width, top + y * height) for x, y in points]
        self.mouse("mouseMoved", *places[0])
        self.mouse("mousePressed", *places[0], 1)
        for (x0, y0), (x1, y1) in zip(places, places[1:]):
            for k in range(1, 9):
                self.mouse("mouseMoved", x0 + (x1 - x0) * k / 8, y0 + (y1 - y0) * k / 8, 1)
        self.mouse("mouseReleased", *places[-1])

    def click(self, selector):
        left, top, width, height = self.place(selector)
        for kind, buttons in (("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)):
            self.mouse(kind, left + width / 2, top + height / 2, buttons)

    def press(self, key, times=1):
        code = {"key": key, "code": "Space" if key == " " else key}
        code["windowsVirtualKeyCode"] = KEYS[key]
        text = {" ": " ", "Enter": "\r"}.get(key, "")
        for _ in range(times):
            down = "keyDown" if text else "rawKeyDown"
            self.browser.ask("Input.dispatchKeyEvent", type=down, text=text, **code)
            self.browser.ask("Input.dispatchKeyEvent", type="keyUp", **code)

    def text(self, selector):
        return self.value(f"document.querySelector({json.dumps(selector)}).textContent")

    def complaints(self, where):
        for error in self.browser.errors():
            problems.append(f"{where}: the console says: {error}")
        self.browser.events.clear()


# ---- drawing -------------------------------------------------------------------------------------
def draw_digits(reader):
    for digit, strokes in DIGITS.items():
        reader.click("#clear")
        box = reader.place("#pad")
        for points in strokes:
            reader.stroke(box, points)
        reader.value("new Promise(done => setTimeout(done, 200))")
        answer = reader.text("#answer")
        expect(answer == str(digit), f"a drawn {digit} was read as {answer}")
    for _ in DIGITS[4]:
        reader.click("#undo")
    reader.value("new Promise(done => setTimeout(done, 200))")
    expect(reader.text("#answer") not in "0123456789", "undo leaves something of the 4")


def frame_rate(reader):
    """Frames per second while a long stroke is drawn: every one computes the whole network."""
    reader.click("#clear")
    return reader.value(
        """new Promise(done => {
            const begin = performance.now(), first = page.frames;
            const stroke = () => {
                const t = performance.now() - begin, a = t / 300;
                const point = { x: 140 + 80 * Math.cos(a), y: 140 + 100 * Math.sin(a) };
                if (t < 16) page.pad.begin(point); else page.pad.add(point);
                if (t < 2000) requestAnimationFrame(stroke);
                else done((page.frames - first) / t * 1000);
            };
            stroke();
        })"""
    )


# ---- numbers -------------------------------------------------------------------------------------
NUMBERS = """(() => {
    const { net, data } = page, parts = [];
    net.setImage(data.test.image(%d));
    net.forward();
    net.backward(data.test.label(%d));
    for (let i = 0; i <= net.layers.length; i++) parts.push(net.y(i).slice(), net.dy(i).slice());
    parts.push(net.scores().slice());
    const bytes = new Uint8Array(parts.reduce((n, part) => n + part.byteLength, 0));
    let place = 0;
    for (const part of parts) {
        bytes.set(new Uint8Array(part.buffer), place);
        place += part.byteLength;
    }
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192)
        text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return btoa(text);
})()"""


def compare_layers(reader, folder, name, count, tolerance=0.0):
    """All numbers of all layers; 0 as the tolerance: the same bits."""
    command = [f"{folder}/native", name, str(count), folder]
    made = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    size, differing, worst = len(made) // count, 0, 0.0
    for i in range(count):
        ours = array.array("f", made[i * size : (i + 1) * size])
        theirs = array.array("f", base64.b64decode(reader.value(NUMBERS % (i, i))))
        if not expect(len(ours) == len(theirs), f"{name}, image {i}: not as many numbers"):
            break
        if ours.tobytes() == theirs.tobytes():
            continue
        for x, y in zip(ours, theirs):
            if x != y:
                differing += 1
                worst = max(worst, abs(x - y) / max(1e-3, abs(x)))
    expect(worst <= tolerance, f"{name}: numbers differ by up to {worst:.2g} of their size")
    print(f"{name}: {count * size // 4} numbers of {count} images, {differing} with different bits")


# The terms that the page shows for a value must add up to the value, forwards and backwards: tries
# units of every layer, and returns those whose sums are wrong.
TERMS = """(() => {
    const net = page.net, wrong = [];
    const sum = (parts, what) => parts.reduce((total, part) => total + part[what], 0);
    const close = (a, b, name) => Math.abs(a - b) <= 1e-4 * (1 + Math.abs(b)) || wrong.push(name);
    net.backward(3);
    for (let k = 0; k < 300; k++) {
        const layer = net.layers[(7 * k) % net.layers.length], { c, h, w } = layer.out;
        const unit = unitAt(layer.out, (k * 7919) % (c * h * w));
        const y = net.y(layer.index + 1)[at(layer.out, unit.c, unit.r, unit.s)];
        const name = `${layer.name} ${unit.c},${unit.r},${unit.s}`;
        const bias = layer.bias ? biasOf(net, layer, unit) : 0;
        if (layer.kind === 'conv') close(sum(convParts(net, layer, unit), 'sum') + bias, y, name);
        if (layer.kind === 'affine')
            close(sum(affineTerms(net, layer, unit), 'product') + bias, y, name);
        if (layer.kind === 'max pool') close(Math.max(...poolValues(net, layer, unit)), y, name);
        const inputs = layer.in.c * layer.in.h * layer.in.w, place = (k * 6007) % inputs;
        const below = unitAt(layer.in, place), dx = net.dy(layer.index)[place];
        if (layer.kind === 'conv')
            close(sum(convBackParts(net, layer, below), 'sum'), dx, 'dx of ' + name);
        if (layer.kind === 'affine')
            close(sum(affineBackTerms(net, layer, place), 'product'), dx, 'dx of ' + name);
    }
    return wrong;
})()"""


def add_up(reader, network):
    reader.value(f"page.useImage('m0'); page.useNetwork('{network}')")
    for name in reader.value(TERMS)[:3]:
        problems.append(f"{network}: the terms that are shown do not add up to {name}")


def hover(reader):
    reader.open("#tab=inside")
    left, top, *_ = reader.place('[data-layer="C3"] canvas')
    # map 1 (the second in the first row), row 4, column 6: a map is 40 pixels and 6 to the next
    reader.mouse("mouseMoved", left + 46 + 6 * 4 + 2, top + 4 * 4 + 2)
    shown = reader.text("#account-inside .value-title")
    value = reader.value("format(page.net.y(page.net.column('C3').at)[1 * 100 + 4 * 10 + 6])")
    wanted = f"C3, map 1, row 4, column 6= {value}"
    expect(shown == wanted, f'pointing at C3 shows "{shown}", not "{wanted}"')
    quote = reader.text("#account-inside .line.strong")
    expect("sum +=" in quote, f"C3 does not quote its line of C, but: {quote}")
    reader.click('[data-layer="OUT"] .output:nth-child(8)')
    expect("output 7" in reader.text("#account-inside .value-title"), "a click keeps no output")


def train(reader, bits):
    reader.open("#tab=train")
    reader.click(".check summary")
    reader.click("#practice-check")
    if reader.until("document.querySelector('#checksum').dataset.checksum", "30 batches are done"):
        checksum = reader.value("document.querySelector('#checksum').dataset.checksum")
        expect(
            checksum == bits, f"after {BATCHES} batches {checksum}, the native program has {bits}"
        )
        print(f"after {BATCHES} batches: {checksum}, native {bits}")
    reader.click("#practice-run")
    enough = f"page.practice.runs[0].right > {ENOUGH} * page.data.test.n"
    reader.until(enough, f"{ENOUGH:.0%} of the test images are correct", 300)
    reader.click("#practice-run")
    batches = reader.value("page.practice.runs[0].batch")
    print(f"trained to {ENOUGH:.0%} of the test images in {batches} batches")
    reader.value("page.practice.imagesControl.value = 'all'; page.practice.chooseImages()")
    reader.until("page.practice.train.n === 60000", "mnist.js is read")
    reader.click("#practice-batch-step")
    reader.until("page.practice.runs[0].batch === 1", "a batch of all images is trained")


def walk(reader):
    """One batch layer by layer: forwards through eight columns, backwards, then the step."""
    reader.open("#tab=train")
    reader.until("page.practice.runs[0].params", "the worker has begun")
    for step in range(1, 16):
        reader.click("#practice-layer-step")
        reader.until(
            f"document.querySelector('#practice-status').textContent.startsWith('Step {step} ')",
            f"step {step} of a batch is shown",
        )
    reader.click("#practice-layer-step")
    reader.until("page.practice.runs[0].batch === 1", "the walk ends with one batch")


def break_it(reader):
    names = reader.value("DAMAGES.slice(1)")
    for name in names:
        reader.open(f"#tab=break&damage={name}")
        reader.until(
            "page.practice.runs.length === 2 && page.practice.runs[1].batch > 3",
            f'"{name}" trains alongside a healthy run',
        )
        same = reader.value(
            "page.practice.runs[0].losses.every((one, k) => page.practice.runs[1].losses[k] && "
            "one[1] === page.practice.runs[1].losses[k][1])"
        )
        expect(not same, f'"{name}" changes nothing')


# ---- files ---------------------------------------------------------------------------------------
def give_file(reader, path):
    node = reader.browser.ask("Runtime.evaluate", expression="document.getElementById('file')")
    reader.browser.ask("DOM.enable")
    reader.browser.ask(
        "DOM.setFileInputFiles", files=[os.path.abspath(path)], objectId=node["result"]["objectId"]
    )


def png(bytes_, side):
    """A grey picture, as small as a file can be."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(b"\0" + bytes_[r * side : (r + 1) * side] for r in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def picture_file(reader, scratch):
    """The first test image, a 7, as dark ink on a larger sheet."""
    with gzip.open("common/mnist/t10k-images-idx3-ubyte.gz") as file:
        image = file.read(16 + 784)[16:]
    sheet = bytes(255 - image[r // 4 * 28 + s // 4] for r in range(112) for s in range(112))
    with open(f"{scratch}/seven.png", "wb") as file:
        file.write(png(sheet, 112))
    reader.click("#clear")
    give_file(reader, f"{scratch}/seven.png")
    reader.until(
        "document.querySelector('#answer').textContent === '7'", "a picture of a 7 is read"
    )


def files(reader, folder, scratch):
    reader.open()
    picture_file(reader, scratch)
    give_file(reader, f"{folder}/original.safetensors")
    reader.until("page.network === 'own'", "a file of parameters is used")
    expect(reader.value("page.net.rbf"), "parameters of 1998 do not switch to its network")
    expect(reader.text("#answer") == "7", "with them a 7 is not read as a 7")
    with open(f"{folder}/report.safetensors", "rb") as file:
        good = file.read()
    broken = {
        "short": good[:5],
        "cut": good[:-1000],
        "kind": b"\x89PNG\r\n\x1a\n" * 1000,
        "nan": good[:-4] + b"\xff\xff\xff\xff",
        "name": good.replace(b"C3.weight", b"C9.weight"),
    }
    for name, content in broken.items():
        path = f"{scratch}/{name}.safetensors"
        with open(path, "wb") as file:
            file.write(content)
        reader.value("page.message('')")
        give_file(reader, path)
        if reader.until("!document.querySelector('#message').hidden", f"{name} is refused", 10):
            said = reader.text("#message")
            expect(said.count("\n") == 0 and len(said) < 200, f"{name}: no single sentence: {said}")
    reader.click('[data-image="t0"]')
    expect(reader.text("#answer") == "7", "the page does not live on after a broken file")


# ---- other readers -------------------------------------------------------------------------------
def phone(reader):
    for tab in ("inside", "back", "train", "break"):
        reader.open(f"#tab={tab}", width=390, height=844)
        wide = reader.value("document.documentElement.scrollWidth")
        expect(wide <= 390, f"on a phone {tab} scrolls sideways: {wide} pixels")


def by_keyboard(reader):
    """From the top of the page: clear, draw a 1, look at a value, change the tab."""

    def tab_to(selector):
        for _ in range(60):
            reader.press("Tab")
            if reader.value(f"document.activeElement.matches({json.dumps(selector)})"):
                return True
        return expect(False, f"Tab does not lead to {selector}")

    reader.open()
    tab_to("#pad")
    reader.press("Delete")
    reader.press("ArrowUp", 10)
    reader.press(" ")
    reader.press("ArrowDown", 20)
    reader.press(" ")
    reader.value("new Promise(done => setTimeout(done, 200))")
    expect(
        reader.text("#answer") == "1", "a 1 drawn with the keyboard is " + reader.text("#answer")
    )
    tab_to('[data-layer="C3"] canvas')
    reader.press("PageDown")
    reader.press("ArrowDown", 2)
    reader.press("ArrowRight")
    shown = reader.text("#account-inside .value-title")
    expect(shown.startswith("C3, map 1, row 2, column 1"), f"the arrow keys lead to {shown}")
    tab_to("#tab-inside")
    reader.press("ArrowRight")
    expect(not reader.value("document.querySelector('#panel-back').hidden"), "no next tab")


def accessible(reader, axe):
    """axe-core, by day and by night; serious and critical findings count."""
    for scheme in ("light", "dark"):
        for tab in ("inside", "back", "train", "break"):
            reader.open(f"#tab={tab}", prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
            reader.value(axe + "; null")
            found = reader.value("axe.run().then(result => result.violations)")
            for one in found:
                if one["impact"] in ("serious", "critical"):
                    nodes = ", ".join(node["target"][0] for node in one["nodes"][:3])
                    problems.append(f"{tab}, {scheme}: axe: {one['id']}: {nodes}")


def main():
    folder, axe = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    with open(axe, encoding="utf8") as file:
        axe = file.read()
    with open(f"{folder}/bits.txt", encoding="utf8") as file:
        bits = file.read().split()[0]
    reader = Reader(Browser(), f"{folder}/index.html")
    with tempfile.TemporaryDirectory() as scratch:
        steps = {
            "drawing": lambda: draw_digits(reader),
            "layers": lambda: compare_layers(reader, folder, "report", count),
            "terms": lambda: add_up(reader, "report"),
            "pointing": lambda: hover(reader),
            "training": lambda: train(reader, bits),
            "layer by layer": lambda: walk(reader),
            "breaking": lambda: break_it(reader),
            "files": lambda: files(reader, folder, scratch),
            "phone": lambda: phone(reader),
            "keyboard": lambda: by_keyboard(reader),
            "accessibility": lambda: accessible(reader, axe),
        }
        reader.open()
        size, ready = os.path.getsize(reader.page), reader.value(READY)
        print(f"{size} bytes; the first prediction after {ready} ms")
        for name, step in steps.items():
            step()
            reader.complaints(name)
        reader.open()
        print(f"{frame_rate(reader):.0f} frames per second while drawing")
        add_up(reader, "original")
        # its tanh is the C library's, which has other code here
        compare_layers(reader, folder, "original", count, 1e-3)
        reader.complaints("1998")
    reader.browser.close()
    for problem in problems:
        print("error:", problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
