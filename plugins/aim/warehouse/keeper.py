"""Keeps the embedded Postgres alive as long as somebody uses it: `python -m aim.warehouse.keeper HOME`.

One keeper per AIM_HOME. It starts `postgres` as its child and watches `postgres.lock`: every command that
uses the server holds a shared lock on that file, which the kernel drops when the command ends, however it
ends. When nobody holds one any more the keeper shuts the server down and leaves. Should the keeper itself be
killed, the kernel sends the server SIGINT (fast, clean shutdown).

Imports only what is quick to import: a command waits for it.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

USERS_LOCK = "postgres.lock"
"""Held shared by every user of the server."""
STATE_FILE = "postgres.state"
"""Held exclusively by the keeper for its life; its text says how far the server is."""
ADDRESS_FILE = "postgres.json"
"""Port, password and place of the server; mode 600."""

SUPERUSER = "aim"
POLL_SECONDS = 0.1
SHUTDOWN_SECONDS = 120
LASTED_SECONDS = 60
"""A server that dies sooner than this after its start is not started again."""

_PR_SET_PDEATHSIG = 1


class CannotStartError(RuntimeError):
    """The server did not start; the text is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Cluster:
    """What the address file says about one embedded server."""

    port: int
    password: str
    folder: Path
    programs: Path
    os_user: str | None
    settings: Mapping[str, str]

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"


def read_cluster(home: Path) -> Cluster:
    """The cluster described in AIM_HOME's address file."""
    saved = json.loads((home / ADDRESS_FILE).read_text("utf-8"))
    return Cluster(
        port=saved["port"],
        password=saved["password"],
        folder=Path(saved["folder"]),
        programs=Path(saved["programs"]),
        os_user=saved["os_user"],
        settings=saved["settings"],
    )


def write_cluster(home: Path, cluster: Cluster) -> None:
    """Write the address file, whole or not at all, readable by its owner alone."""
    fresh = home / f"{ADDRESS_FILE}.{os.getpid()}"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(
            {
                "port": cluster.port,
                "password": cluster.password,
                "folder": str(cluster.folder),
                "programs": str(cluster.programs),
                "os_user": cluster.os_user,
                "settings": dict(cluster.settings),
            },
            file,
            indent=2,
        )
    fresh.replace(home / ADDRESS_FILE)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Whether a server could listen on `port` of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As Postgres does: connections of a former life in TIME_WAIT do not block the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _as_user(os_user: str | None) -> dict[str, Any]:
    if os_user is None:
        return {}
    entry = pwd.getpwnam(os_user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _quiet_environment() -> dict[str, str]:
    # Nothing of the command's environment (secrets, PG* variables) reaches the server.
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _memory_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def server_settings(memory_mb: int) -> dict[str, str]:
    """The server's settings on a machine of `memory_mb` MiB; the address file's `settings` override them."""
    chosen = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": f"{max(64, min(2048, memory_mb // 12))}MB",
        "effective_cache_size": f"{max(256, memory_mb // 2)}MB",
        # Four tables of indicators are made at once, each with a few hash tables of this size, or twice it.
        "work_mem": f"{max(16, min(256, memory_mb // 96))}MB",
        "maintenance_work_mem": f"{max(64, min(512, memory_mb // 16))}MB",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "8GB",
        "min_wal_size": "512MB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "max_locks_per_transaction": "256",
        "timezone": "Europe/Vilnius",
        "log_timezone": "Europe/Vilnius",
        # An error's text may quote a row ("invalid input syntax ... : value"), so errors of statements stay
        # out of the log: they go to the client, who may not print them either. LOG, FATAL, PANIC are kept.
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_statement": "none",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }
    shared_memory = Path("/dev/shm")
    room = os.statvfs(shared_memory) if shared_memory.is_dir() else None
    if room is None or room.f_frsize * room.f_blocks < 2**30:
        # Containers give 64 MB there: too little for a parallel hash join.
        chosen["dynamic_shared_memory_type"] = "mmap"
    return chosen


def _make_data(cluster: Cluster) -> None:
    if (cluster.data / "PG_VERSION").exists():
        return
    # Made beside and renamed, so that a killed initdb leaves nothing that looks finished.
    making = cluster.folder / "data.new"
    password_file = cluster.folder / "password"
    identity = _as_user(cluster.os_user)
    shutil.rmtree(making, ignore_errors=True)
    password_file.unlink(missing_ok=True)
    with os.fdopen(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(cluster.password)
    if identity:
        os.chown(password_file, identity["user"], identity["group"])
    try:
        made = subprocess.run(
            [
                str(cluster.programs / "initdb"),
                f"--pgdata={making}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-locale",
                "--no-instructions",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=_quiet_environment(),
            cwd="/",
            check=False,
            **identity,
        )
    finally:
        password_file.unlink(missing_ok=True)
    if made.returncode != 0:
        raise CannotStartError(f"initdb failed: {made.stderr.strip()[-500:]}")
    making.rename(cluster.data)


def _processes_of(data: Path) -> list[int]:
    """Postgres processes that work in `data`, the server's own first: a former server's, or its orphans."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if (entry / "cwd").readlink() == data and b"postgres" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return sorted(found)


def _send(pids: list[int], signum: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, signum)
        except ProcessLookupError:
            continue


def _clear_former_server(data: Path) -> None:
    """Wait until nothing of an earlier server runs in `data`; ask harder as time passes."""
    began = time.monotonic()
    asked = 0
    while remaining := _processes_of(data):
        waited = time.monotonic() - began
        if asked == 0:
            _send(remaining, signal.SIGINT)
            asked = 1
        elif asked == 1 and waited > SHUTDOWN_SECONDS:
            _send(remaining, signal.SIGQUIT)
            asked = 2
        elif waited > SHUTDOWN_SECONDS + 20:
            _send(remaining, signal.SIGKILL)
        time.sleep(0.05)


def _die_with_keeper(keeper: int) -> None:
    # Set after the change of user, which would clear it.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != keeper:
        os.kill(os.getpid(), signal.SIGINT)


class Keeper:
    """The server of one AIM_HOME while it runs."""

    def __init__(self, home: Path) -> None:
        """Opens the locks of `home`; takes none yet."""
        self.home = home
        self.state_fd = os.open(home / STATE_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        self.users_fd = os.open(home / USERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        self.asked_to_stop = False

    def run(self) -> int:
        """Keep the server until nobody uses it; 0 when it was shut down, 1 when it could not be kept."""
        try:
            fcntl.flock(self.state_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        signal.signal(signal.SIGTERM, self._stop_soon)
        signal.signal(signal.SIGINT, self._stop_soon)
        try:
            self._say("starting")
            while not self._keep_one_server():
                self._say("starting")
        except (CannotStartError, OSError) as error:
            self._say("failed", reason=str(error))
            return 1
        self._say("stopped")
        # First: whoever gets the users' lock next must not take this keeper for a living one.
        os.close(self.state_fd)
        return 0

    def _stop_soon(self, _signum: int, _frame: FrameType | None) -> None:
        self.asked_to_stop = True

    def _say(self, state: str, **more: object) -> None:
        text = json.dumps({"state": state, "pid": os.getpid(), **more}).encode()
        os.pwrite(self.state_fd, text.ljust(4096), 0)

    def _nobody_is_left(self) -> bool:
        try:
            fcntl.flock(self.users_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _keep_one_server(self) -> bool:
        """Start a server and stay with it. True: shut down, done. False: it was killed, start another."""
        cluster = read_cluster(self.home)
        _make_data(cluster)
        _clear_former_server(cluster.data)
        # It is a lock by process number, and that number may be somebody else's by now.
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        if not port_is_free(cluster.port):
            cluster = Cluster(**{**cluster.__dict__, "port": free_port()})
            write_cluster(self.home, cluster)
        began = time.monotonic()
        server = self._start(cluster)
        self._say("ready", port=cluster.port, server=server.pid)
        while server.poll() is None:
            if self.asked_to_stop or self._nobody_is_left():
                self._shut_down(server)
                return True
            time.sleep(POLL_SECONDS)
        if time.monotonic() - began < LASTED_SECONDS:
            raise CannotStartError("Postgres was killed soon after its start; run the command again.")
        return False

    def _start(self, cluster: Cluster) -> subprocess.Popen[bytes]:
        settings = server_settings(_memory_mb()) | {"port": str(cluster.port)} | dict(cluster.settings)
        log = self.home / "logs" / "postgres.log"
        log.parent.mkdir(exist_ok=True)
        if log.exists() and log.stat().st_size > 10 * 2**20:
            log.replace(log.with_suffix(".log.1"))
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as log_file:
            keeper = os.getpid()
            server = subprocess.Popen(
                [
                    str(cluster.programs / "postgres"),
                    "-D",
                    str(cluster.data),
                    *(f"--{name}={value}" for name, value in settings.items()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                env=_quiet_environment(),
                cwd="/",
                start_new_session=True,
                preexec_fn=lambda: _die_with_keeper(keeper),
                **_as_user(cluster.os_user),
            )
        while not _is_ready(cluster.data, server.pid):
            if server.poll() is not None:
                raise CannotStartError(f"Postgres did not start; {log} says why.")
            if self.asked_to_stop:
                self._shut_down(server)
                raise CannotStartError("Postgres was stopped while it was starting.")
            time.sleep(0.02)
        return server

    def _shut_down(self, server: subprocess.Popen[bytes]) -> None:
        for signum, seconds in (
            (signal.SIGINT, SHUTDOWN_SECONDS),
            (signal.SIGQUIT, 20),
            (signal.SIGKILL, 20),
        ):
            server.send_signal(signum)
            try:
                server.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
            return


def _is_ready(data: Path, pid: int) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text("ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


if __name__ == "__main__":
    sys.exit(Keeper(Path(sys.argv[1])).run())
