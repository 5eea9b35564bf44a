"""A real mail server in a process of its own, so that it can be killed, and what it took."""

from __future__ import annotations

import email
import email.policy
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from aim.warehouse.keeper import free_port

SERVER = """
import sys, time
from pathlib import Path
from aiosmtpd.controller import Controller
folder, port, behaviour = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if behaviour == "later" and len(list(folder.glob("try.*"))) < 2:
            (folder / f"try.{time.monotonic_ns()}").touch()
            return "451 4.7.1 greylisted, come again"
        if address.startswith("gone"):
            return "550 5.1.1 no such user"
        if address.startswith("policy"):
            return "550 5.7.1 not from you"
        envelope.rcpt_tos.append(address)
        return "250 OK"
    async def handle_DATA(self, server, session, envelope):
        # Under its name only when whole: whoever waits for it may kill this server at once.
        part = folder / f"{time.monotonic_ns()}.part"
        part.write_bytes(envelope.content)
        part.rename(part.with_suffix(".eml"))
        if behaviour == "no answer":
            time.sleep(60)
        return "250 OK"
controller = Controller(Handler(), hostname="127.0.0.1", port=port)
controller.start()
(folder / "ready").touch()
time.sleep(600)
"""


@dataclass
class MailServer:
    """What it took lies in `folder`."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self, behaviour: str = "") -> None:
        (self.folder / "ready").unlink(missing_ok=True)
        self.process = subprocess.Popen([sys.executable, "-c", SERVER, str(self.folder), str(self.port), behaviour])
        until(lambda: (self.folder / "ready").exists())

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.process = None

    @property
    def taken(self) -> list[EmailMessage]:
        found = []
        for file in sorted(self.folder.glob("*.eml")):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            found.append(message)
        return found


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def mail_server_in(folder: Path) -> Iterator[MailServer]:
    """One not started yet, gone afterwards; `folder` is made."""
    folder.mkdir()
    server = MailServer(folder, free_port())
    try:
        yield server
    finally:
        server.kill()
