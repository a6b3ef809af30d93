"""A headless Chromium, driven over the DevTools protocol through two pipes."""

import base64
import collections
import json
import os
import select
import subprocess
import time

LIMIT = 60  # seconds for anything that is waited for


class Browser:
    """The process. Ends with the block that opened it."""

    def __init__(self, program, folder):
        to_us, from_it = os.pipe()
        to_it, from_us = os.pipe()
        flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-extensions",
            "--disable-sync",
            "--no-first-run",
            "--no-default-browser-check",
            "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            f"--user-data-dir={folder}",
            "--remote-debugging-pipe",
        ]

        def pipes():
            # It reads from 3 and writes to 4. Out of the way first: they may have these numbers.
            read, written = os.dup(to_it), os.dup(from_it)
            while read in (3, 4):
                read = os.dup(read)
            while written in (3, 4):
                written = os.dup(written)
            os.dup2(read, 3)
            os.dup2(written, 4)

        self.process = subprocess.Popen(
            [program, *flags, "about:blank"],
            preexec_fn=pipes,
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_it)
        os.close(from_it)
        self.read, self.write = to_us, from_us
        self.rest = b""
        self.last = 0
        self.events = collections.deque()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.write)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def receive(self, until):
        while b"\0" not in self.rest:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.read], [], [], left)[0]:
                raise TimeoutError("Chromium said nothing in time")
            part = os.read(self.read, 1 << 20)
            if not part:
                raise EOFError("Chromium ended")
            self.rest += part
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + LIMIT
        while True:
            answer = self.receive(until)
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)

    def page(self, width=1280, height=800, dark=False):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Page(self, session, width, height, dark)


class Page:
    """One tab."""

    def __init__(self, browser, session, width, height, dark):
        self.browser, self.session = browser, session
        self.complaints = []  # console errors, exceptions, violations of the policy
        self.requests = {}  # by id: address
        self.loads = 0  # documents that were loaded whole
        self.received = 0  # bytes of bodies and heads
        for domain in ["Page", "Runtime", "Log", "Network", "Audits", "Accessibility", "DOM"]:
            self.call(f"{domain}.enable")
        self.look(width, height, dark)

    def look(self, width, height, dark=False):
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.call("Emulation.setEmulatedMedia", features=[scheme, still])

    def call(self, method, **parameters):
        answer = self.browser.call(method, session=self.session, **parameters)
        self.hear()
        return answer

    def hear(self):
        """Takes in what the tab said without having been asked."""
        for _ in range(len(self.browser.events)):
            event = self.browser.events.popleft()
            if event.get("sessionId") != self.session:
                self.browser.events.append(event)
                continue
            what, told = event["method"], event["params"]
            if what == "Runtime.exceptionThrown":
                self.complaints.append(f"exception: {told['exceptionDetails']}")
            elif what == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning"):
                self.complaints.append(f"console: {told['args']}")
            elif what == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
                self.complaints.append(f"log: {told['entry']['text']} {told['entry'].get('url', '')}")
            elif what == "Page.loadEventFired":
                self.loads += 1
            elif what == "Audits.issueAdded":
                self.complaints.append(f"issue: {told['issue']['code']} {told['issue']['details']}")
            elif what == "Network.requestWillBeSent":
                self.requests[told["requestId"]] = told["request"]["url"]
            elif what == "Network.responseReceived":
                self.received += len(str(told["response"]["headers"]))
            elif what == "Network.dataReceived":
                self.received += told["dataLength"]

    def run(self, script):
        """The value of a JavaScript expression, a promise's when it is one."""
        answer = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, condition, limit=LIMIT // 2):
        """Until a JavaScript expression is true: looked at whenever the page is drawn or changes."""
        script = f"""new Promise((done, failed) => {{
            const look = () => {{ if ({condition}) {{ watch.disconnect(); done(true); }} }};
            document.addEventListener('load', look, true);
            const watch = new MutationObserver(look);
            watch.observe(document, {{ subtree: true, childList: true, attributes: true, characterData: true }});
            setTimeout(() => failed(new Error('not in time')), {limit * 1000});
            look();
        }})"""
        try:
            self.run(script)
        except RuntimeError as error:
            raise AssertionError(f"never true: {condition}") from error

    def open(self, address):
        before = self.loads
        self.call("Page.navigate", url=address)
        self.loaded(before)

    def loaded(self, before):
        """Until a document was loaded since there were `before`."""
        until = time.monotonic() + LIMIT
        while self.loads == before:
            self.browser.events.append(self.browser.receive(until))
            self.hear()

    def key(self, name, text=""):
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "ArrowRight": 39, "ArrowLeft": 37}
        code = codes.get(name, 0)
        text = {"Enter": "\r", " ": " "}.get(name, text)
        modifiers = 0
        if name == "Shift+Tab":
            name, code, modifiers = "Tab", 9, 8
        about = {"key": name, "code": "Space" if name == " " else name, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **about)
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def focused(self):
        return self.run("document.activeElement.id || document.activeElement.tagName")

    def tab_to(self, ident, limit=60):
        """Walks there by the keyboard alone."""
        for _ in range(limit):
            if self.focused() == ident:
                return
            self.key("Tab")
        raise AssertionError(f"the Tab key never comes to {ident}")

    def picture(self, file=None, whole=False):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        data = base64.b64decode(data)
        if file:
            with open(file, "wb") as out:
                out.write(data)
        return data

    def picture_of(self, ident, file):
        box = self.run(
            f"(() => {{ const e = document.getElementById('{ident}'); e.scrollIntoView({{block: 'center'}}); "
            "const b = e.getBoundingClientRect(); "
            "return {x: b.x + scrollX, y: b.y + scrollY, width: b.width, height: b.height}; })()"
        )
        clip = {**box, "scale": 3}
        data = self.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(data))

    def tree(self):
        """The accessibility tree's nodes that a screen reader meets: (role, name)."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node["ignored"]
        ]
