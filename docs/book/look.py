"""Looks at the site as its readers do: in Chromium, on a desk and on a phone, by day and by night.

    look.py [--shots FOLDER] [PAGE.html ...]

Without pages: all of the book, and some of the reference. An error for whatever look.js finds in a
page, and for an error of a script. With --shots it leaves pictures in FOLDER.
"""
import base64
import glob
import json
import os
import subprocess
import sys
import tempfile

import pages

HTML = "build/docs/html"
SIZES = {"desk": (1280, 800), "phone": (390, 844)}
FLAGS = """--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking
           --disable-component-update --disable-sync --hide-scrollbars""".split()
TYPESET = "new Promise(done => window.MathJax ? MathJax.Hub.Queue(() => done()) : done())"
AT_ONCE = "<style>* { transition: none !important; }</style>"  # colours fade otherwise
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


class Browser:
    """Chromium, which speaks its own protocol over two pipes: JSON with a 0 after each message."""

    def __init__(self, profile):
        read_end, self.to = os.pipe()
        self.back, write_end = os.pipe()
        flags = " ".join([*FLAGS, "--remote-debugging-pipe", f"--user-data-dir={profile}"])
        self.process = subprocess.Popen(
            ["sh", "-c", f"exec chromium {flags} 3<&{read_end} 4>&{write_end}"],
            pass_fds=(read_end, write_end),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_end)
        os.close(write_end)
        self.rest, self.number, self.session, self.events = b"", 0, {}, []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.session = {"sessionId": session}
        for domain in ("Page", "Runtime", "Log"):
            self.ask(domain + ".enable")

    def receive(self):
        while b"\0" not in self.rest:
            piece = os.read(self.back, 1 << 16)
            if not piece:
                sys.exit("error: Chromium has ended")
            self.rest += piece
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def ask(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters, **self.session}
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") != self.number:
                self.events.append(answer)
            elif "error" in answer:
                sys.exit(f"error: Chromium: {method}: {answer['error']['message']}")
            else:
                return answer["result"]

    def value(self, script):
        result = self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in result:
            sys.exit("error: " + result["exceptionDetails"]["exception"]["description"])
        return result["result"].get("value")

    def open(self, name):
        self.events.clear()
        self.ask("Page.navigate", url=f"file://{os.path.abspath(HTML)}/{name}")
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.receive())
        self.value(f"document.head.insertAdjacentHTML('beforeend', '{AT_ONCE}')")
        self.value(TYPESET)

    def resize(self, size, height=0):
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=SIZES[size][0],
            height=height or SIZES[size][1],
            deviceScaleFactor=1,
            mobile=size == "phone",
        )

    def shoot(self, path, size):
        content = "document.querySelector('#doc-content .contents').scrollHeight"
        self.resize(size, min(self.value(content) + 400, 6000))
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))
        self.resize(size)

    def errors(self):
        """What scripts complained about since the page was opened."""
        for event in self.events:
            method, said = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                yield said["exceptionDetails"]["exception"]["description"]
            elif method == "Log.entryAdded" and said["entry"]["level"] == "error":
                yield said["entry"]["text"] + " " + said["entry"].get("url", "")
            elif method == "Runtime.consoleAPICalled" and said["type"] == "error":
                yield " ".join(str(argument.get("value")) for argument in said["args"])

    def close(self):
        self.ask("Browser.close")
        self.process.wait()


def look(browser, examine, name, shots):
    browser.open(name)
    for size in SIZES:
        browser.resize(size)
        for scheme in ("light", "dark"):
            feature = {"name": "prefers-color-scheme", "value": scheme}
            browser.ask("Emulation.setEmulatedMedia", features=[feature])
            browser.value(DRAWN)
            for problem in browser.value(examine):
                yield f"{name}, {size}, {scheme}: {problem}"
            if shots:
                browser.shoot(f"{shots}/{name[:-5]}-{size}-{scheme}.png", size)
    for problem in browser.errors():
        yield f"{name}: {problem}"


def default_names():
    groups = [os.path.basename(path) for path in sorted(glob.glob(f"{HTML}/group__ch*.html"))]
    own = [page.label() + ".html" for page in pages.read(pages.site()[1:])]
    return ["index.html", *own, *groups, "layer_8h.html", "conv_8c_source.html", "files.html"]


def main():
    names, shots = sys.argv[1:], None
    if names[:1] == ["--shots"]:
        shots, names = names[1], names[2:]
        os.makedirs(shots, exist_ok=True)
    names = names or default_names()
    with open("docs/book/look.js", encoding="utf8") as file:
        examine = file.read()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile)
        problems = [problem for name in names for problem in look(browser, examine, name, shots)]
        browser.close()
    for problem in problems:
        print("error:", problem, file=sys.stderr)
    print(f"looked at {len(names)} pages, wide and narrow, light and dark")
    return 1 if problems else 0


sys.exit(main())
