"""Keeps Airflow's processes together: `python -m aim.orchestration.airflow_keeper HOME PLAN`.

One keeper per AIM_HOME. It prepares Airflow, starts its components, says when they answer, and watches
`airflow.lock`: every command that uses this Airflow holds a shared lock on that file, which the kernel drops when
the command ends, however it ends. When nobody holds one any more, or a component ends by itself, the keeper ends
all of them, LocalExecutor's workers and running tasks included, and leaves.

It runs in Airflow's environment, whose secrets its children inherit. Imports only what is quick to import.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from aim.orchestration.processes import children, die_with, sweep
from aim.warehouse.keeper import USERS_LOCK as POSTGRES_USERS_LOCK

USERS_LOCK = "airflow.lock"
"""Held shared by every user of this Airflow."""
STATE_FILE = "airflow.json"
"""Held exclusively by the keeper for its life; its text says how far Airflow is, and its port."""

POLL_SECONDS = 0.2
GRACE_SECONDS = 4.0
"""How long components may take to end by themselves; a running task is not waited for, it can be run again."""

WORKER_TITLE = b"airflow worker -- LocalExecutor"


class ComponentEndedError(RuntimeError):
    """A part of Airflow ended by itself; one sentence for the person at the terminal."""


class NobodyIsLeftError(RuntimeError):
    """Every user has gone."""


@dataclass(frozen=True)
class Plan:
    """What to run. `preparations` run one after the other before the components, `besides` while they start."""

    host: str
    port: int
    web: bool
    preparations: list[list[str]]
    besides: list[list[str]]
    components: list[list[str]]

    def to_text(self) -> str:
        """The plan as a command line argument."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Plan:
        """The plan of a command line argument."""
        return cls(**json.loads(text))


class Keeper:
    """The Airflow of one AIM_HOME while it runs."""

    def __init__(self, home: Path, plan: Plan) -> None:
        """Opens the locks of `home`; takes none yet."""
        self.home = home
        self.plan = plan
        self.logs = home / "logs"
        self.state_fd = os.open(home / STATE_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        self.users_fd = os.open(home / USERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        self.components: dict[str, subprocess.Popen[bytes]] = {}
        self.workers: set[int] = set()
        self.asked_to_stop = False

    def run(self) -> int:
        """Keep Airflow until nobody uses it; 0 when it was stopped, 1 when it ended by itself."""
        try:
            fcntl.flock(self.state_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        signal.signal(signal.SIGTERM, self._stop_soon)
        signal.signal(signal.SIGINT, self._stop_soon)
        # The embedded Postgres stays as long as we do, also after a killed command.
        postgres = os.open(self.home / POSTGRES_USERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(postgres, fcntl.LOCK_SH)
        last: dict[str, object] = {"state": "stopped"}
        try:
            self._say({"state": "starting"})
            self._keep()
        except NobodyIsLeftError:
            self._say({"state": "stopping"})
        except (ComponentEndedError, OSError) as error:
            last = {"state": "failed", "reason": str(error)}
        self._end_all()
        self._say(last)
        os.close(postgres)
        # First: whoever gets the users' lock next must not take this keeper for a living one.
        os.close(self.state_fd)
        return 0 if last["state"] == "stopped" else 1

    def _stop_soon(self, _signum: int, _frame: FrameType | None) -> None:
        self.asked_to_stop = True

    def _say(self, said: dict[str, object]) -> None:
        said |= {"pid": os.getpid(), "host": self.plan.host, "port": self.plan.port, "web": self.plan.web}
        os.pwrite(self.state_fd, json.dumps(said).encode().ljust(4096), 0)

    def _keep(self) -> None:
        for arguments in self.plan.preparations:
            self._finish(self._start(arguments), arguments)
        for arguments in self.plan.components:
            self.components[arguments[0]] = self._start(arguments)
        besides = [(self._start(arguments), arguments) for arguments in self.plan.besides]
        for process, arguments in besides:
            self._finish(process, arguments)
        while not self._answers():
            self._look_after()
        self._say({"state": "ready"})
        while True:
            self._look_after()

    def _start(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        log = self.logs / f"airflow-{arguments[0]}.log"
        if log.exists() and log.stat().st_size > 20 * 2**20:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as log_file:
            return subprocess.Popen(
                [sys.executable, "-m", "airflow", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                cwd=self.home,
                start_new_session=True,
                preexec_fn=die_with(os.getpid(), signal.SIGTERM),
            )

    def _finish(self, process: subprocess.Popen[bytes], arguments: list[str]) -> None:
        name = arguments[0]
        self.components[name] = process
        while process.poll() is None:
            self._look_after(passing=name)
        del self.components[name]
        if process.returncode != 0:
            raise ComponentEndedError(f"airflow {' '.join(arguments)} failed: see {self.logs}/airflow-{name}.log.")

    def _look_after(self, passing: str | None = None) -> None:
        """One look: who has gone, what has ended; then a short rest."""
        if self.asked_to_stop or self._nobody_is_left():
            raise NobodyIsLeftError
        for name, process in self.components.items():
            if name != passing and process.poll() is not None:
                raise ComponentEndedError(f"Airflow's {name} ended by itself: see {self.logs}/airflow-{name}.log.")
        self._look_after_workers()
        time.sleep(POLL_SECONDS)

    def _look_after_workers(self) -> None:
        # LocalExecutor does not: one killed while it waited leaves its queue locked and the night waiting for
        # ever, and what a killed one was working on goes on beside its own retry.
        scheduler = self.components.get("scheduler")
        if scheduler is None:
            return
        workers = children(scheduler.pid, WORKER_TITLE)
        if self.workers - workers:
            raise ComponentEndedError("A worker of Airflow was killed; run the command again.")
        self.workers = workers

    def _nobody_is_left(self) -> bool:
        try:
            fcntl.flock(self.users_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _answers(self) -> bool:
        host = "127.0.0.1" if self.plan.host in ("0.0.0.0", "localhost") else self.plan.host
        connection = http.client.HTTPConnection(host, self.plan.port, timeout=5)
        try:
            connection.request("GET", "/api/v2/monitor/health")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _end_all(self) -> None:
        for process in self.components.values():
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and any(p.poll() is None for p in self.components.values()):
            time.sleep(0.02)
        sweep(self.home)
        for process in self.components.values():
            process.wait()


if __name__ == "__main__":
    sys.exit(Keeper(Path(sys.argv[1]), Plan.from_text(sys.argv[2])).run())
