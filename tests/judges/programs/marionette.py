"""Has Firefox load pages, by its Marionette protocol.

marionette.py PROFILE [--proxy PORT] URL...: prints, page by page, "PAGE" and its title or the code of the error
that kept it from being shown. With --proxy, every connection goes by that proxy of the loopback. geckodriver is
no use here: it tells Firefox to put up with every certificate.
"""

import json
import pathlib
import socket
import subprocess
import sys
import time

WAIT = 40

# The page that tells of a bad certificate has the first, the one of a failed handshake the second; others
# tell by their address.
CODE = """
for (const tell of ["getFailedCertSecurityInfo", "getNetErrorInfo"]) {
    try {
        return document[tell]().errorCodeString || document.documentURI;
    } catch {}
}
return document.documentURI;
"""


class Marionette:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT)
        self.file = self.socket.makefile("rb")
        self.sent = 0
        self.receive()

    def receive(self):
        """A message is its length, a colon and JSON."""
        length = b""
        while not length.endswith(b":"):
            byte = self.file.read(1)
            if not byte:
                sys.exit("Firefox has hung up")
            length += byte
        return json.loads(self.file.read(int(length[:-1])))

    def ask(self, command, **parameters):
        """Returns the error, if there is one, and the result."""
        self.sent += 1
        message = json.dumps([0, self.sent, command, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self.receive()
        return error, result

    def load(self, url):
        error, _ = self.ask("WebDriver:Navigate", url=url)
        if error is None:
            _, result = self.ask("WebDriver:GetTitle")
        else:
            _, result = self.ask("WebDriver:ExecuteScript", script=CODE, args=[])
        return result["value"]


def preferences(profile, proxy):
    """Firefox takes a free port, and writes it into the profile."""
    values = {
        "marionette.port": 0,
        "app.update.enabled": False,
        "datareporting.policy.dataSubmissionEnabled": False,
    }
    if proxy:
        values |= {
            "network.proxy.type": 1,
            "network.proxy.ssl": "127.0.0.1",
            "network.proxy.ssl_port": int(proxy),
        }
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in values.items()]
    (profile / "user.js").write_text("".join(lines))


def port(profile, process):
    place = profile / "MarionetteActivePort"
    end = time.monotonic() + WAIT
    while time.monotonic() < end and process.poll() is None:
        if place.exists() and place.read_text():
            return int(place.read_text())
        time.sleep(0.05)
    sys.exit(f"Firefox does not listen; it has ended with {process.poll()}")


profile, *urls = sys.argv[1:]
proxy = None
if urls[0] == "--proxy":
    _, proxy, *urls = urls
profile = pathlib.Path(profile)
preferences(profile, proxy)
(profile / "MarionetteActivePort").unlink(missing_ok=True)
options = ["--headless", "--marionette", "--no-remote", "--profile"]
process = subprocess.Popen(["firefox-esr", *options, profile], stdout=sys.stderr)
try:
    firefox = Marionette(port(profile, process))
    firefox.ask("WebDriver:NewSession", capabilities={"alwaysMatch": {"acceptInsecureCerts": False}})
    for url in urls:
        print("PAGE", firefox.load(url), flush=True)
    firefox.ask("Marionette:Quit", flags=["eForceQuit"])
    process.wait(WAIT)
finally:
    process.kill()
