"""Airflow started for a command and stopped after it: environment, secrets, processes.

`running` is what others use: it joins the Airflow of this AIM_HOME or starts one. `serve` is `aim up`. What keeps
the processes together and ends them, whoever is killed, is `airflow_keeper.py`.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import importlib.metadata
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from aim.ledger import jobs
from aim.orchestration.airflow_api import AirflowApi
from aim.orchestration.airflow_keeper import STATE_FILE, USERS_LOCK, Plan
from aim.orchestration.first_sample import began_with_sample
from aim.orchestration.processes import MARK, sweep
from aim.orchestration.schedules import SCHEDULES, SWITCH
from aim.private_file import write_new
from aim.settings import Settings, SettingsError
from aim.warehouse import connect
from aim.warehouse.keeper import free_port, port_is_free
from aim.warehouse.sql import load

ADMIN = "admin"
PARTS_LOCK = "airflow.parts"
"""Held shared by every part of an Airflow that runs part by part (`airflow_parts.py`)."""
PREPARED_FILE = Path("airflow", "prepared.json")
"""Which tables Airflow has and which DAGs it has read, so that neither is done again in vain."""
START_SECONDS = 300
STOP_SECONDS = 60
RESTART_AFTER_SECONDS = 60
"""`aim up` starts an Airflow that ended by itself anew, unless it lasted less than this."""


class AirflowError(RuntimeError):
    """Airflow could not be had, or ended by itself; one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Airflow:
    """An Airflow that answers. `joined`: somebody else started it."""

    url: str
    password_file: Path
    joined: bool
    home: Path
    user: str = ADMIN
    password: str = field(repr=False, default="")

    def api(self) -> AirflowApi:
        """A client with the rights of its administrator."""
        return AirflowApi(self.url, self.user, self.password)

    def check(self) -> None:
        """Raise AirflowError when it has ended by itself."""
        if _keeper_state(self.home) is None:
            raise AirflowError(_last_words(self.home))


@contextmanager
def running(
    settings: Settings,
    *,
    dags: Path | None = None,
    web: bool = False,
    host: str = "127.0.0.1",
    port: int | None = None,
) -> Iterator[Airflow]:
    """Hold this home's Airflow, joined or started; its last holder waits until it has stopped.

    `web`: with the DAG processor and the DAGs' schedules, as `aim up` runs it; otherwise DAGs (folder `dags`,
    default the project's) run when triggered. Raises AirflowError, SettingsError, and what `connect.metadata` does.
    """
    home = settings.home
    home.mkdir(parents=True, exist_ok=True)
    with connect.metadata(settings) as metadata_url:
        users = os.open(home / USERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            # Waits while a keeper is ending its processes.
            fcntl.flock(users, fcntl.LOCK_SH)
            folder = dags or settings.project_root / "dags"
            joined = _ensure_started(settings, metadata_url, folder, web, host, port)
            state = _await_ready(home)
            if not joined:
                _remember(home, metadata_url, None if web else _reading_of(folder))
            yield Airflow(
                url=f"http://{_reached(str(state['host']))}:{state['port']}",
                password_file=password_file(home),
                joined=joined,
                home=home,
                password=_secrets(home)["admin_password"],
            )
        finally:
            _leave(home, users)


def serve(
    settings: Settings,
    host: str,
    port: int | None,
    ready: Callable[[str, str, Path], None],
    *,
    dags: Path | None = None,
) -> None:
    """`aim up`: warehouse and Airflow with its web page until SIGINT or SIGTERM.

    `ready` is told URL, user and the file of the password. Waits for a night that runs without a web page. Raises
    SettingsError where this home's Airflow is up already, AirflowError where it does not stay up.
    """
    with stopped_by_signals() as stop, connect.warehouse(settings) as house:
        while not stop.is_set():
            state = _keeper_state(settings.home)
            if state is not None and state.get("web"):
                raise SettingsError(f"Airflow is up already, at http://127.0.0.1:{state['port']}.")
            if state is not None:
                stop.wait(1)
                continue
            began = time.monotonic()
            expect_scheduled_runs(house, settings)
            try:
                with running(settings, dags=dags, web=True, host=host, port=port) as airflow:
                    ready(airflow.url, airflow.user, airflow.password_file)
                    while not stop.wait(1):
                        airflow.check()
            except AirflowError:
                if time.monotonic() - began < RESTART_AFTER_SECONDS:
                    raise


def expect_scheduled_runs(house: connect.Warehouse, settings: Settings) -> None:
    """Note in the ledger which jobs run by themselves from now on, so that a run that does not take place is missed."""
    with house.connect() as connection:
        jobs.put_in_force(connection, () if began_with_sample(settings) else SCHEDULES)


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set; while starting (nobody waits on it) they interrupt as Ctrl-C does."""
    stop = threading.Event()

    def asked(_signum: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            return
        stop.set()
        raise KeyboardInterrupt

    # Also where a shell started us in the background and had SIGINT ignored.
    former = {signum: signal.signal(signum, asked) for signum in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    except KeyboardInterrupt:
        if not stop.is_set():
            raise
    finally:
        for signum, handler in former.items():
            signal.signal(signum, handler)


def environment(
    settings: Settings, *, metadata_url: str, dags: Path, web: bool, host: str, port: int
) -> dict[str, str]:
    """The environment in which Airflow and its tasks run: ours, Airflow's settings, and AIM's as they are here."""
    own = _secrets(settings.home)
    home = settings.home / "airflow"
    logs = settings.home / "logs" / "airflow"
    reached = _reached(host)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "_AIRFLOW", "AIM_", "PG")) and name not in ("PYTHONSTARTUP", "DEBUG")
    }
    airflow = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW_CONFIG": str(home / "airflow.cfg"),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(settings.project_root / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Europe/Vilnius",
        "AIRFLOW__CORE__FERNET_KEY": own["fernet_key"],
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(password_file(settings.home)),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{reached}:{port}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _for_sqlalchemy(metadata_url),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(logs),
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(logs / "dag_processor"),
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",
        "AIRFLOW__API__HOST": host,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://{reached}:{port}",
        "AIRFLOW__API__SECRET_KEY": own["api_secret"],
        "AIRFLOW__API__INSTANCE_NAME": "AIM",
        "AIRFLOW__API_AUTH__JWT_SECRET": own["jwt_secret"],
        # A task of a long night must still be believed at its end.
        "AIRFLOW__EXECUTION_API__JWT_EXPIRATION_TIME": "86400",
        # An idle scheduler that turns five times a second takes a quarter of a processor that a step could use.
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        # Between heartbeats; a worker also sleeps this long before it sees that its task has ended.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    }
    ours = {
        MARK: str(settings.home),
        "AIM_HOME": str(settings.home),
        "AIM_INBOX": settings.inbox,
        "AIM_REGISTRY": str(settings.registry),
        "AIM_REFERENCE": str(settings.reference),
        "AIM_OUTBOX": str(settings.outbox),
        "AIM_SECRET_FILE": str(settings.secret_file),
        "AIM_LANG": settings.lang,
        "AIM_SETTLE_SECONDS": str(settings.settle_seconds),
        "AIM_PRODUCTION": "1" if settings.is_production else "0",
        "AIM_MAIL_ALLOW": ",".join(settings.mail_allow),
    }
    given = {
        "AIM_WAREHOUSE": settings.warehouse_url,
        "AIM_METADATA": settings.metadata_url,
        "AIM_SMTP": settings.smtp_url,
    }
    ours |= {name: value for name, value in given.items() if value is not None}
    if web and not began_with_sample(settings):
        # The DAG files read it: without it they have no schedule, so that a night by hand runs nothing else, and the
        # sample of 2018 is not met with today's clock.
        ours[SWITCH] = "1"
    others = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "LC_ALL": "C.UTF-8",
        # Titles of processes are written over the environment otherwise, and the mark is no longer found.
        "SPT_NOENV": "1",
        "SCARF_ANALYTICS": "false",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "False",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
    }
    return kept | others | airflow | ours


def component(name: str, host: str, port: int) -> list[str]:
    """The Airflow command line of a component; the API server listens on `host` and `port`."""
    options = {
        "api-server": ["--host", host, "--port", str(port), "--workers", "1"],
        # The web page reads the tasks' logs from the folder they are written to.
        "scheduler": ["--skip-serve-logs"],
        "dag-processor": [],
    }
    return [name, *options[name]]


def hold_as_part(home: Path) -> None:
    """Say, until this process and what it becomes by exec has ended, that this home's Airflow runs part by part.

    Raises SettingsError where an Airflow that `aim nightly` or `aim up` started is running in this home.
    """
    with _alone(home):
        if _keeper_state(home) is not None:
            raise SettingsError(f"Airflow runs in {home} already, started by another aim command: wait for its end.")
        parts = os.open(home / PARTS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        os.set_inheritable(parts, True)
        fcntl.flock(parts, fcntl.LOCK_SH)


def airflow_lives(home: Path) -> bool:
    """Whether an Airflow of this home runs on this machine, in whatever way it was started."""
    return _keeper_state(home) is not None or _runs_part_by_part(home)


def refuse_beside_parts(home: Path) -> None:
    """Raise SettingsError while this home's Airflow runs part by part.

    A second scheduler would take the running tasks of the first for left-overs of a killed one.
    """
    if _runs_part_by_part(home):
        raise SettingsError("Airflow runs part by part here: run the night from its web page.")


def _runs_part_by_part(home: Path) -> bool:
    try:
        parts = os.open(home / PARTS_LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(parts, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(parts)
    return False


def _ensure_started(settings: Settings, metadata_url: str, dags: Path, web: bool, host: str, port: int | None) -> bool:
    """Launch a keeper unless one lives; whether it lived."""
    home = settings.home
    with _alone(home):
        if _keeper_state(home) is not None:
            return True
        refuse_beside_parts(home)
        # Without a keeper whatever bears our mark is left over from a killed one.
        sweep(home)
        for folder in (home / "airflow", home / "logs" / "airflow"):
            folder.mkdir(parents=True, exist_ok=True)
        chosen = _port(home, port)
        preparations, besides = _what_to_prepare(home, metadata_url, dags, web)
        components = [
            component("api-server", host, chosen),
            component("scheduler", host, chosen),
            *([component("dag-processor", host, chosen)] if web else []),
        ]
        # What a killed keeper said must not be taken for the words of the new one.
        (home / STATE_FILE).write_bytes(b"")
        plan = Plan(host, chosen, web, preparations, besides, components)
        keeper = _launch(
            home, plan, environment(settings, metadata_url=metadata_url, dags=dags, web=web, host=host, port=chosen)
        )
        while _keeper_state(home) is None and keeper.poll() is None:
            time.sleep(0.01)
        return False


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One command at a time launches a keeper or clears up after one."""
    mutex = os.open(home / "airflow.starting", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        yield
    finally:
        os.close(mutex)


def _launch(home: Path, plan: Plan, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with (home / "logs" / "airflow-keeper.log").open("ab") as log_file:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "aim.orchestration.airflow_keeper", str(home), plan.to_text()],
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            env=dict(env),
            cwd="/",
            start_new_session=True,
        )
    _launched[:] = [earlier for earlier in _launched if earlier.poll() is None] + [keeper]
    return keeper


_launched: list[subprocess.Popen[bytes]] = []
"""Keepers of this process that may live on; kept so that those that ended are reaped."""


def _what_to_prepare(home: Path, metadata_url: str, dags: Path, web: bool) -> tuple[list[list[str]], list[list[str]]]:
    """Airflow commands before the components (its tables) and beside them (reading the DAGs), where needed."""
    try:
        remembered = json.loads((home / PREPARED_FILE).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        remembered = {}
    revision = _revision(metadata_url)
    migrated = revision is not None and remembered.get("migrated") == [_version(), revision]
    if revision is not None:
        with connect.connect(metadata_url) as connection:
            connection.execute(load(__file__, "leftover_runs.sql"))
    read = migrated and not web and remembered.get("dags") == _reading_of(dags)
    if not read:
        # Before anything is read anew: a start that is killed on the way leaves nobody knows which DAGs.
        (home / PREPARED_FILE).unlink(missing_ok=True)
    # The DAG processor of `aim up` reads them by itself.
    return ([] if migrated else [["db", "migrate"]]), ([] if read or web else [["dags", "reserialize"]])


def _remember(home: Path, metadata_url: str, dags: str | None) -> None:
    told = {"migrated": [_version(), _revision(metadata_url)], "dags": dags}
    fresh = home / PREPARED_FILE.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(told), "utf-8")
    fresh.replace(home / PREPARED_FILE)


def _version() -> str:
    return importlib.metadata.version("apache-airflow-core")


def _revision(metadata_url: str) -> str | None:
    """Of Airflow's tables; None where there are none yet."""
    with connect.connect(metadata_url) as connection:
        there = connection.execute("select 1 from pg_tables where tablename = 'alembic_version'").fetchone()
        row = connection.execute("select version_num from alembic_version").fetchone() if there else None
    return None if row is None else str(row[0])


def _reading_of(dags: Path) -> str:
    """What reading the folder depends on; a change of the package behind it is not seen, nor does it matter."""
    digest = hashlib.sha256(str(dags).encode())
    for file in sorted(dags.rglob("*.py")):
        digest.update(str(file.relative_to(dags)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _await_ready(home: Path) -> Mapping[str, object]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        state = _keeper_state(home)
        if state is None:
            raise AirflowError(_last_words(home))
        if state.get("state") == "ready":
            return state
        time.sleep(0.05)
    raise AirflowError(f"Airflow did not answer within {START_SECONDS} seconds: see {home}/logs.")


def _leave(home: Path, users: int) -> None:
    """Give the lock back; its last holder waits until the keeper has ended everything."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    finally:
        os.close(users)
    deadline = time.monotonic() + STOP_SECONDS
    while _keeper_state(home) is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    with _alone(home):
        if _keeper_state(home) is None:
            # Nothing, unless the keeper was killed.
            sweep(home)
    _launched[:] = [keeper for keeper in _launched if keeper.poll() is None]


def _keeper_state(home: Path) -> Mapping[str, object] | None:
    """What the living keeper says; None without a living keeper."""
    try:
        fd = os.open(home / STATE_FILE, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _said(home)
    finally:
        os.close(fd)
    return None


def _said(home: Path) -> Mapping[str, object]:
    try:
        said = json.loads((home / STATE_FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _last_words(home: Path) -> str:
    return str(_said(home).get("reason") or f"Airflow ended by itself: see {home}/logs.")


def _port(home: Path, asked: int | None) -> int:
    if asked is not None:
        if not port_is_free(asked):
            raise SettingsError(f"Port {asked} is taken: give another with --port.")
        return asked
    former = _said(home).get("port")
    return former if isinstance(former, int) and port_is_free(former) else free_port()


def _reached(host: str) -> str:
    """The address at which a server that listens on `host` is met from this machine."""
    return "127.0.0.1" if host in ("0.0.0.0", "localhost") else host


def _for_sqlalchemy(url: str) -> str:
    return "postgresql+psycopg2://" + url.split("://", 1)[1]


def password_file(home: Path) -> Path:
    """Where the administrator's password lies; made with `environment`."""
    return home / "airflow" / "passwords.json"


def _secrets(home: Path) -> dict[str, str]:
    """Airflow's secrets, made on first use; file of mode 600."""
    file = home / "airflow" / "secrets.json"
    if not file.exists():
        made = {
            "fernet_key": base64.urlsafe_b64encode(os.urandom(32)).decode(),
            "jwt_secret": secrets.token_urlsafe(48),
            "api_secret": secrets.token_urlsafe(48),
            "admin_password": secrets.token_urlsafe(18),
        }
        write_new(file, json.dumps(made))
    known: dict[str, str] = json.loads(file.read_text("utf-8"))
    if not password_file(home).exists():
        write_new(password_file(home), json.dumps({ADMIN: known["admin_password"]}))
    return known
