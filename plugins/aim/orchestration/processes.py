"""Processes that must not outlive what started them: marked, found again, ended. Standard library only."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

MARK = "AIM_KEEPER"
"""Environment variable that every process of an AIM_HOME's Airflow bears; its value is that home."""

_PR_SET_PDEATHSIG = 1


def die_with(parent: int, signum: int) -> Callable[[], None]:
    """What a child of `parent` runs before its program: the kernel sends it `signum` when its parent dies."""
    prctl = ctypes.CDLL(None).prctl

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, signum)
        if os.getppid() != parent:
            os.kill(os.getpid(), signum)

    return arrange


def marked(home: Path) -> list[int]:
    """Living processes, this one apart, that bear the mark of `home`."""
    mark = f"{MARK}={home}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            # Empty for a process that has ended and waits for its parent.
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def children(parent: int, title: bytes) -> set[int]:
    """Living children of `parent` whose title (command line) begins with `title`."""
    try:
        pids = (Path("/proc") / str(parent) / "task" / str(parent) / "children").read_text("ascii").split()
    except OSError:
        return set()
    found = set()
    for pid in pids:
        try:
            # Empty for a process that has ended and waits for its parent.
            if (Path("/proc") / pid / "cmdline").read_bytes().startswith(title):
                found.add(int(pid))
        except OSError:
            continue
    return found


def send(pids: list[int], signum: int) -> None:
    """Send `signum` to each process that is still there."""
    for pid in pids:
        try:
            os.kill(pid, signum)
        except ProcessLookupError:
            continue


def sweep(home: Path, seconds: float = 20) -> int:
    """Kill whatever bears the mark of `home`, those it starts meanwhile too; how many there were at first."""
    deadline = time.monotonic() + seconds
    left = marked(home)
    count = len(left)
    while left and time.monotonic() < deadline:
        send(left, signal.SIGKILL)
        time.sleep(0.02)
        left = marked(home)
    return count
