"""A Superset over a small warehouse, for tests that ask it by REST as its accounts would."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass
class Session:
    """One account of Superset, logged in by its REST API."""

    url: str
    _headers: dict[str, str] = field(default_factory=dict, repr=False)
    _opener: urllib.request.OpenerDirector = field(
        default_factory=lambda: urllib.request.build_opener(urllib.request.HTTPCookieProcessor()), repr=False
    )

    @classmethod
    def of(cls, url: str, username: str, password: str) -> Session:
        """Log in. Raises HTTPError where Superset refuses."""
        session = cls(url)
        credentials = {"username": username, "password": password, "provider": "db", "refresh": False}
        token = session.post("/api/v1/security/login", credentials)["access_token"]
        session._headers["Authorization"] = f"Bearer {token}"
        # It goes with a cookie, which the opener keeps.
        session._headers["X-CSRFToken"] = session.get("/api/v1/security/csrf_token/")["result"]
        session._headers["Referer"] = url
        return session

    def get(self, path: str) -> Any:
        return json.loads(self.get_bytes(path))

    def get_bytes(self, path: str) -> bytes:
        return self._send(urllib.request.Request(f"{self.url}{path}", headers=self._headers))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self.url}{path}",
            data=json.dumps(body).encode(),
            headers={**self._headers, "Content-Type": "application/json"},
            method="POST",
        )
        return json.loads(self._send(request))

    def all_of(self, kind: str) -> list[Row]:
        """Everything of a kind (dataset, chart, dashboard) that the account sees."""
        found: list[Row] = self.get(f"/api/v1/{kind}/?q=(page_size:500)")["result"]
        return found

    def ask(
        self,
        dataset: int,
        columns: Sequence[str] = (),
        metrics: Sequence[str] = (),
        where: Mapping[str, Any] | None = None,
    ) -> list[Row]:
        """What a chart of these columns and metrics over the dataset would be given."""
        return self.ask_as_chart(
            dataset,
            {
                "columns": list(columns),
                "metrics": list(metrics),
                "filters": [
                    {"col": column, "op": "IN" if isinstance(value, list) else "==", "val": value}
                    for column, value in (where or {}).items()
                ],
            },
        )

    def ask_as_chart(self, dataset: int, query: Mapping[str, Any]) -> list[Row]:
        """What a chart with this query over the dataset would be given."""
        body = {
            "datasource": {"id": dataset, "type": "table"},
            "queries": [{"row_limit": 10000, **query}],
            "result_format": "json",
            "result_type": "full",
        }
        rows: list[Row] = self.post("/api/v1/chart/data", body)["result"][0]["data"]
        return rows

    def run(self, database: int, statement: str, schema: str = "marts") -> list[Row]:
        """What SQL Lab answers to an ad-hoc statement."""
        body = {"database_id": database, "sql": statement, "schema": schema, "runAsync": False}
        rows: list[Row] = self.post("/api/v1/sqllab/execute/", body)["data"]
        return rows

    def refused(self, database: int, statement: str, schema: str = "marts") -> str:
        """Superset's words where it does not answer an ad-hoc statement; fails where it does."""
        try:
            rows = self.run(database, statement, schema)
        except urllib.error.HTTPError as error:
            return error.read().decode()
        raise AssertionError(f"{statement} was answered with {len(rows)} rows")

    def _send(self, request: urllib.request.Request) -> bytes:
        with self._opener.open(request, timeout=60) as answer:
            content: bytes = answer.read()
        return content
