"""Chromium, driven by its own protocol: what look.py and the tests of the playground ask it."""
import base64
import json
import os
import subprocess
import sys
import tempfile

FLAGS = """--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking
           --disable-component-update --disable-sync --hide-scrollbars""".split()
SIZES = {"desk": (1280, 800), "phone": (390, 844)}


class Browser:
    """Chromium, which speaks its own protocol over two pipes: JSON with a 0 after each message."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        read_end, self.to = os.pipe()
        self.back, write_end = os.pipe()
        flags = " ".join(
            [*FLAGS, "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}"]
        )
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

    def open(self, path, fragment=""):
        """Loads a file, and waits until it is there."""
        self.go(f"file://{os.path.abspath(path)}{fragment}")

    def go(self, address):
        self.events.clear()
        self.ask("Page.navigate", url=address)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.receive())

    def resize(self, size, height=0):
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=SIZES[size][0],
            height=height or SIZES[size][1],
            deviceScaleFactor=1,
            mobile=size == "phone",
        )

    def prefer(self, **features):
        """Media features, such as prefers-color-scheme: underscores stand for hyphens."""
        wanted = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        self.ask("Emulation.setEmulatedMedia", features=wanted)

    def shoot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))

    def errors(self):
        """What scripts complained about since the page was opened."""
        for event in self.events:
            method, said = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                details = said["exceptionDetails"]
                yield details.get("exception", {}).get("description", details["text"])
            elif method == "Log.entryAdded" and said["entry"]["level"] == "error":
                yield said["entry"]["text"] + " " + said["entry"].get("url", "")
            elif method == "Runtime.consoleAPICalled" and said["type"] == "error":
                yield " ".join(str(argument.get("value")) for argument in said["args"])

    def close(self):
        self.ask("Browser.close")
        self.process.wait()
        self.profile.cleanup()
