"""Superset brought to what is declared and served: `aim bi up`, `aim bi provision`."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aim.bi.accounts import ADMINISTRATOR, SCHEMAS, accounts, password_file, roles_file
from aim.bi.assets import DATABASE
from aim.bi.bundle import make_bundle
from aim.orchestration.airflow_server import stopped_by_signals
from aim.orchestration.processes import die_with
from aim.private_file import write_new
from aim.settings import Settings, SettingsError
from aim.warehouse.connect import Warehouse, warehouse
from aim.warehouse.keeper import free_port, port_is_free

START_SECONDS = 120
STOP_SECONDS = 20


class SupersetError(RuntimeError):
    """Superset could not be brought up, or ended by itself; one sentence for the person at the terminal."""


def provision(settings: Settings, house: Warehouse) -> None:
    """Bring Superset's tables, roles, accounts and assets to what is declared; safe to repeat.

    Raises SettingsError (a wrong declaration, no Superset here, a warehouse never built), SupersetError.
    """
    home = _home(settings)
    env = environment(settings)
    plan = {
        "database": DATABASE,
        "schemas": SCHEMAS,
        "accounts": [account.as_dict() for account in accounts(settings)],
        "assets": make_bundle(settings.project_root / "bi", house),
    }
    with _alone(home):
        file = home / f"plan-{os.getpid()}.json"
        try:
            # It holds passwords, and is gone when it was read.
            write_new(file, json.dumps(plan))
            script = settings.project_root / "bi" / "provision.py"
            log = _log(settings, "provision")
            with log.open("ab") as out:
                ended = subprocess.run(
                    [_python(settings), script, file], env=env, cwd=home, stdout=out, stderr=out, check=False
                )
        finally:
            file.unlink(missing_ok=True)
    if ended.returncode != 0:
        raise SupersetError(f"Superset could not be brought to what bi/ declares: see {log}.")


def serve(settings: Settings, host: str, port: int | None, ready: Callable[[str, str, Path], None]) -> None:
    """`aim bi up`: the warehouse and Superset, provisioned, until SIGINT or SIGTERM.

    `ready` is told URL, the administrator's name and the file of all passwords. Raises as `provision` does.
    """
    with stopped_by_signals() as stop, warehouse(settings) as house:
        provision(settings, house)
        with running(settings, host, port) as (url, ended):
            ready(url, ADMINISTRATOR, password_file(settings))
            while not stop.wait(1):
                if ended():
                    raise SupersetError(f"Superset ended by itself: see {_log(settings, 'superset')}.")


@contextmanager
def running(settings: Settings, host: str, port: int | None) -> Iterator[tuple[str, Callable[[], bool]]]:
    """Hold a Superset that answers: its URL, and whether it has ended. The kernel ends it with its parent.

    Raises SettingsError where the port is taken, SupersetError where it does not come up.
    """
    if port is not None and not port_is_free(port):
        raise SettingsError(f"Port {port} is taken: give another with --port.")
    chosen = port or _former_port(settings)
    log = _log(settings, "superset")
    with log.open("ab") as out:
        process = subprocess.Popen(
            [
                *(_python(settings), "-m", "gunicorn"),
                *("--bind", f"{host}:{chosen}", "--workers", "1", "--worker-class", "gthread", "--threads", "8"),
                *("--timeout", "120", "--graceful-timeout", "5", "--worker-tmp-dir", "/dev/shm"),
                "superset.app:create_app()",
            ],
            env=environment(settings),
            cwd=_home(settings),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=die_with(os.getpid(), signal.SIGTERM),
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(host, chosen):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SupersetError(f"Superset does not come up: see {log}.")
            time.sleep(0.2)
        reached = "127.0.0.1" if host in ("0.0.0.0", "localhost") else host
        yield f"http://{reached}:{chosen}", lambda: process.poll() is not None
    finally:
        _end(process)


def environment(settings: Settings) -> dict[str, str]:
    """The environment of Superset: what bi/superset_config.py reads, its secret key made on first use; no telemetry."""
    home = _home(settings)
    write_new(home / "secret_key", secrets.token_urlsafe(48))
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SUPERSET", "FLASK", "AIM_", "PG", "PYTHON", "VIRTUAL_ENV"))
    }
    ours = {
        "SUPERSET_CONFIG_PATH": str(settings.project_root / "bi" / "superset_config.py"),
        "AIM_BI_HOME": str(home),
        "SUPERSET_HOME": str(home),
        "AIM_BI_ROLES": str(roles_file(settings)),
        "SCARF_ANALYTICS": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    metadata = os.environ.get("AIM_BI_METADATA")
    return kept | ours | ({"AIM_BI_METADATA": metadata} if metadata else {})


def _home(settings: Settings) -> Path:
    home = settings.home / "bi"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home


def _log(settings: Settings, name: str) -> Path:
    folder = settings.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"bi-{name}.log"


def _python(settings: Settings) -> Path:
    python = settings.project_root / ".venv-bi" / "bin" / "python"
    if not python.exists():
        raise SettingsError("Superset is not installed here: run `make bi`.")
    return python


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One command at a time changes what Superset holds."""
    mutex = os.open(home / "provisioning", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        yield
    finally:
        os.close(mutex)


def _former_port(settings: Settings) -> int:
    """A free port, the one of last time if it may be: bookmarks stay good."""
    file = _home(settings) / "port"
    try:
        former = int(file.read_text("ascii"))
    except (FileNotFoundError, ValueError):
        former = 0
    chosen = former if former and port_is_free(former) else free_port()
    file.write_text(str(chosen), "ascii")
    return chosen


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
