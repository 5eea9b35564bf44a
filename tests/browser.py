"""A headless Chromium led by its own protocol: what a person sees and reaches with the keyboard."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""Chromium's program; None on a machine that has none."""


class Browser:
    """One tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    def ask(self, method: str, **values: Any) -> Any:
        """The answer to one command of the protocol."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": values}))
        while True:
            said = json.loads(self._socket.recv(timeout=30))
            if said.get("id") == number:
                assert "error" not in said, said
                return said["result"]

    def read(self, script: str) -> Any:
        """What a line of the page's own language comes to."""
        return self.ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def open(self, url: str) -> None:
        self.ask("Page.navigate", url=url)
        self.until(lambda: self.read("document.readyState") == "complete")

    def until(self, holds: Callable[[], Any], seconds: float = 30) -> Any:
        """What `holds` says once it says something."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = holds()
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"did not come to be: {self.read('document.body.innerText')}")

    def press(self, key: str) -> None:
        """Tab or Enter, down and up."""
        told = {"key": key, "code": key, "windowsVirtualKeyCode": {"Tab": 9, "Enter": 13}[key]}
        text = {"text": "\r"} if key == "Enter" else {}
        self.ask("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **told, **text)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **told)

    def picture(self, width: int, height: int) -> bytes:
        """The page as it looks at that width, PNG."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        time.sleep(0.5)
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])


@contextmanager
def browser() -> Iterator[Browser]:
    """A fresh Chromium, gone afterwards."""
    assert PROGRAM is not None
    folder = tempfile.mkdtemp(prefix="aim-browser-")
    process = subprocess.Popen(
        [PROGRAM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-proxy-server",
         "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        told = Path(folder, "DevToolsActivePort")
        deadline = time.monotonic() + 30
        while not (told.exists() and told.read_text("utf-8")) and time.monotonic() < deadline:
            time.sleep(0.05)
        port = told.read_text("utf-8").splitlines()[0]
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{port}/json/list") as answer:
            tab = next(one for one in json.load(answer) if one["type"] == "page")
        with connect(tab["webSocketDebuggerUrl"], max_size=None, proxy=None) as socket:
            made = Browser(socket)
            made.ask("Page.enable")
            yield made
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
