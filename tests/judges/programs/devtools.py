"""Has Chromium load pages, by its DevTools protocol over a pair of pipes.

devtools.py FOLDER PROXY URL...: prints, page by page, "PAGE" and its title or the code of the error that kept
it from being shown. FOLDER is the user's data; every connection goes by the proxy on that port of the loopback.
"""

import json
import os
import subprocess
import sys

# Run by root it has no sandbox of its own; and it is to ask nobody but the test's server.
OPTIONS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-breakpad --remote-debugging-pipe""".split()

TITLE = """
new Promise(done => document.readyState == "complete" ? done(document.title)
    : addEventListener("load", () => done(document.title)))
"""


class DevTools:
    """Messages are JSON and end with NUL; Chromium reads them from descriptor 3 and writes them to 4."""

    def __init__(self, options):
        read_by_it, self.write_end = os.pipe()
        read_end, written_by_it = os.pipe()
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec chromium "$@" 3<&{read_by_it} 4>&{written_by_it}', "sh", *options],
            pass_fds=(read_by_it, written_by_it),
            stdout=sys.stderr,
        )
        os.close(read_by_it)
        os.close(written_by_it)
        self.file = os.fdopen(read_end, "rb")
        self.sent = 0

    def receive(self):
        message = b""
        while not message.endswith(b"\0"):
            byte = self.file.read(1)
            if not byte:
                sys.exit("Chromium has hung up")
            message += byte
        return json.loads(message[:-1])

    def send(self, method, session=None, **parameters):
        self.sent += 1
        message = {"id": self.sent, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        return self.sent

    def ask(self, method, session=None, **parameters):
        number = self.send(method, session, **parameters)
        while (answer := self.receive()).get("id") != number:
            pass
        return answer["result"]

    def load(self, session, url):
        """The error of the request is told at once; the page of the error may come three seconds later."""
        self.send("Page.navigate", session, url=url)
        requests = set()
        while True:
            message = self.receive()
            told = message.get("params", {})
            match message.get("method"):
                case "Network.requestWillBeSent" if told["request"]["url"] == url:
                    requests.add(told["requestId"])
                case "Network.loadingFailed" if told["requestId"] in requests:
                    return told["errorText"]
                case "Network.loadingFinished" if told["requestId"] in requests:
                    break
        shown = self.ask("Runtime.evaluate", session, expression=TITLE, awaitPromise=True)
        return shown["result"]["value"]


folder, proxy, *urls = sys.argv[1:]
browser = DevTools([*OPTIONS, f"--user-data-dir={folder}", f"--proxy-server=127.0.0.1:{proxy}", "about:blank"])
try:
    target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    browser.ask("Network.enable", session)
    for url in urls:
        print("PAGE", browser.load(session, url), flush=True)
    browser.ask("Browser.close")
    browser.process.wait(20)
finally:
    browser.process.kill()
