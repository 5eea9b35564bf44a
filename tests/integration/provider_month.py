"""A provider's month in the ledger, for tests of reports: deliveries with what was found in them, no rows landed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from aim.clock import VILNIUS, Clock
from aim.contracts.calendar import Period
from aim.contracts.load import contracts
from aim.contracts.reference import read_reference
from aim.contracts.registry import Provider, read_registry
from aim.ledger import deliveries, obligations
from aim.ledger.deliveries import Head, Judged
from aim.settings import Settings
from aim.warehouse.connect import Warehouse

SPC = "902330016"
"""The social service centre of Alytus district."""


def clock(today: str, hour: int = 20) -> Clock:
    day = date.fromisoformat(today)
    return Clock(day, datetime(day.year, day.month, day.day, hour, tzinfo=VILNIUS))


@dataclass(frozen=True)
class Found:
    """Rows of a delivery that break a rule."""

    rule: str
    rows: Iterable[int]
    field: str = ""
    out: bool = True
    of_delivery: int | None = None


@dataclass
class ProviderMonth:
    """Deliveries of a provider, each judged at once."""

    house: Any
    provider: str = SPC
    _count: int = field(default=0)

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.house.url, self.house.url)

    @property
    def settings(self) -> Settings:
        settings: Settings = self.house.settings
        return settings

    @property
    def registry(self) -> dict[str, Provider]:
        return read_registry(self.settings.registry)

    def night(self, today: str) -> int:
        """Open a run on that day and bring the obligations up to it; returns its id."""
        connection, now = self.house.connection, clock(today)
        found = connection.execute(
            "insert into ops.runs (clock_date, instant) values (%s, %s) returning run_id", (now.today, now.instant)
        ).fetchone()
        one = {self.provider: self.registry[self.provider]}
        with connection.transaction():
            obligations.refresh(connection, contracts(), one, now)
        return int(found[0])

    def deliver(
        self,
        dataset: str,
        rows: int,
        *found: Found,
        period: str = "2018-12",
        received: str = "2019-01-09 14:05",
        duplicate: int = 0,
        reject: str | None = None,
        detail: str | None = None,
        nil: bool = False,
        notes: dict[str, Any] | None = None,
        name: str | None = None,
    ) -> int:
        """A delivery, taken and judged; returns its id."""
        connection = self.house.connection
        self._count += 1
        head = Head(
            channel="upload",
            file_name=name or f"{dataset}_{self.provider}_{period}.csv",
            sha256=f"{self._count:064}",
            received_at=datetime.fromisoformat(received).replace(tzinfo=VILNIUS),
            provider_code=self.provider,
            dataset=dataset,
            period=Period.parse(period),
            municipality_code="33",
        )
        with connection.transaction():
            delivery_id = deliveries.next_delivery_id(connection)
            deliveries.record_received(connection, delivery_id, head, rows, nil, "archive", notes)
            for issue in found:
                for row in issue.rows:
                    connection.execute(
                        "insert into quality.row_issues (delivery_id, row_number, rule_code, field, out, of_delivery)"
                        " values (%s, %s, %s, %s, %s, %s)",
                        (delivery_id, row, issue.rule, issue.field, issue.out, issue.of_delivery),
                    )
            deliveries.settle(
                connection,
                Judged(
                    delivery_id=delivery_id,
                    load_id=deliveries.next_load_id(connection),
                    rows_quarantined=len({row for issue in found if issue.out for row in issue.rows}),
                    rows_duplicate=duplicate,
                    has_findings=bool(found or duplicate),
                    reject_reason=reject,
                    reject_detail=detail,
                ),
            )
        return delivery_id

    def check_result(self, delivery_id: int, rule: str, status: str, run_id: int) -> None:
        """What a check of a delivery as a whole came to."""
        self.house.connection.execute(
            "insert into quality.check_results (run_id, delivery_id, rule_code, status, severity, responsibility,"
            " dimension) values (%s, %s, %s, %s, 'file', 'provider', 'completeness')",
            (run_id, delivery_id, rule, status),
        )

    def answered(self, delivery_id: int, *rows: int) -> None:
        """What was found in these rows is answered with a reason."""
        self.house.connection.execute(
            "update quality.row_issues set answered = true where delivery_id = %s and row_number = any(%s)",
            (delivery_id, list(rows)),
        )

    def contact(self, email: str = "spc@example.invalid", **columns: Any) -> None:
        """Somebody to write to."""
        plain = {"role": "provider", "dataset": None, "substitute_email": None, "is_valid": True}
        row = {"email": email} | plain | columns
        self.house.connection.execute(
            "insert into ops.contacts (provider_code, email, role, dataset, substitute_email, is_valid)"
            " values (%s, %s, %s, %s, %s, %s)",
            (self.provider, *(row[name] for name in ("email", "role", "dataset", "substitute_email", "is_valid"))),
        )

    def reference(self) -> Any:
        return read_reference(self.settings.reference)
