"""Airflow over its REST API: trigger a run, follow it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

UNFINISHED = ("queued", "running")


class AirflowUnreachableError(RuntimeError):
    """Airflow gives no answer, or not the one asked for; one sentence."""


class AirflowApi:
    """A logged-in client of one Airflow."""

    def __init__(self, url: str, user: str, password: str) -> None:
        """Logs in on first use. `url` as http://127.0.0.1:8080."""
        self._url = url
        self._login = {"username": user, "password": password}
        self._token: str | None = None
        # Never by a proxy: the address is this machine's.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def dag_is_known(self, dag_id: str) -> bool:
        """Whether Airflow has read the DAG."""
        return self._ask("GET", f"dags/{quote(dag_id)}", missing_ok=True) is not None

    def unfinished_runs(self, dag_id: str) -> list[str]:
        """Ids of the DAG's runs that are queued or running."""
        states = "&".join(f"state={state}" for state in UNFINISHED)
        answer = self._ask("GET", f"dags/{quote(dag_id)}/dagRuns?{states}&limit=100")
        return [run["dag_run_id"] for run in answer["dag_runs"]]

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Start a run with `conf`; its id."""
        body = {"logical_date": None, "conf": conf}
        return str(self._ask("POST", f"dags/{quote(dag_id)}/dagRuns", body)["dag_run_id"])

    def state(self, dag_id: str, dag_run_id: str) -> str:
        """queued, running, success or failed."""
        return str(self._ask("GET", f"dags/{quote(dag_id)}/dagRuns/{quote(dag_run_id, safe='')}")["state"])

    def task_states(self, dag_id: str, dag_run_id: str) -> dict[str, str]:
        """State of each task of the run that has one, in the order in which they started."""
        path = f"dags/{quote(dag_id)}/dagRuns/{quote(dag_run_id, safe='')}/taskInstances?limit=100"
        instances = self._ask("GET", path)["task_instances"]
        instances.sort(key=lambda task: (task["start_date"] or "~", task["task_id"]))
        return {task["task_id"]: task["state"] for task in instances if task["state"]}

    def fail(self, dag_id: str, dag_run_id: str) -> None:
        """End a run as failed, its running tasks too."""
        self._ask("PATCH", f"dags/{quote(dag_id)}/dagRuns/{quote(dag_run_id, safe='')}", {"state": "failed"})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None, *, missing_ok: bool = False) -> Any:
        if self._token is None:
            self._token = self._send("POST", f"{self._url}/auth/token", self._login)["access_token"]
        try:
            return self._send(method, f"{self._url}/api/v2/{path}", body, self._token)
        except urllib.error.HTTPError as error:
            if error.code == 404 and missing_ok:
                return None
            if error.code == 401:
                # It lasts a day; `aim up` may last longer.
                self._token = None
                return self._ask(method, path, body, missing_ok=missing_ok)
            raise AirflowUnreachableError(f"Airflow refused {method} {path}: {error.code} {error.reason}.") from None

    def _send(self, method: str, url: str, body: dict[str, Any] | None, token: str | None = None) -> Any:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            if url.endswith("/auth/token"):
                raise AirflowUnreachableError(f"Airflow refused the login: {error.code} {error.reason}.") from None
            raise
        except (OSError, ValueError) as error:
            raise AirflowUnreachableError(f"Airflow at {self._url} does not answer: {error}.") from None
