"""One delivery: what became of it, what is wrong with it and where, how to mend it. No value of a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from aim.orchestration.page.reading import rows
from aim.warehouse import sql

ROWS_SHOWN = 40
"""Row numbers told of each finding; the rest is counted."""


@dataclass(frozen=True)
class Delivery:
    """A delivery as the ledger has it, with the state of its slice (None: nothing is expected there)."""

    delivery_id: int
    provider_code: str | None
    dataset: str | None
    period: str | None
    version: int | None
    channel: str
    file_name: str | None
    received_at: datetime
    judged_at: datetime | None
    verdict: str
    reason_code: str | None
    reason_detail: str | None
    is_nil: bool
    rows_received: int
    rows_loaded: int | None
    rows_quarantined: int | None
    rows_duplicate: int | None
    due_on: date | None
    status: str | None


@dataclass(frozen=True)
class Version:
    """A delivery of the same slice."""

    delivery_id: int
    received_at: datetime
    verdict: str
    rows_received: int
    rows_loaded: int | None


@dataclass(frozen=True)
class Finding:
    """A rule broken in one field (empty: the row or the file as a whole), or one of ours that crashed (`errored`).

    first_rows: row numbers of the provider's own file, or of the earlier file `stood_in`, from which rows are missing.
    """

    rule_code: str
    field: str
    stood_in: str | None
    row_count: int
    quarantined: int
    answered: int
    first_rows: list[int]
    status: str
    severity: str | None
    responsibility: str

    @property
    def more(self) -> int:
        """Rows beyond those named."""
        return self.row_count - len(self.first_rows) if self.first_rows else 0

    @property
    def is_ours(self) -> bool:
        """Whether the provider can do nothing about it."""
        return self.status == "errored" or self.responsibility != "provider"


@dataclass(frozen=True)
class DeliveryTold:
    """A delivery, the others of its slice, its findings, and its checks by outcome."""

    delivery: Delivery
    versions: list[Version]
    findings: list[Finding]
    checks: dict[str, int]

    @property
    def ours(self) -> list[Finding]:
        """What is ours to look into."""
        return [one for one in self.findings if one.is_ours]

    @property
    def theirs(self) -> list[Finding]:
        """What the provider is to mend or to explain."""
        return [one for one in self.findings if not one.is_ours]


def delivery_of(connection: psycopg.Connection[Any], delivery_id: int) -> DeliveryTold | None:
    """The delivery of that number; None where there is none."""
    asked = {"delivery_id": delivery_id, "shown": ROWS_SHOWN}
    found = rows(connection, Delivery, __file__, "delivery.sql", asked)
    if not found:
        return None
    counted = connection.execute(sql.load(__file__, "checks_of_delivery.sql"), asked).fetchall()
    return DeliveryTold(
        delivery=found[0],
        versions=rows(connection, Version, __file__, "same_slice.sql", asked),
        findings=rows(connection, Finding, __file__, "findings.sql", asked),
        checks={str(status): int(checks) for status, checks in counted},
    )
