"""Which processes of a home live, and waiting for what comes soon."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from aim.orchestration.processes import marked
from aim.settings import Settings


def eventually(holds: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False


def processes(settings: Settings) -> dict[int, str]:
    """Command lines of everything that bears this home's mark or names it."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(settings.home) in line or int(entry.name) in marked(settings.home):
                found[int(entry.name)] = line
    return found
