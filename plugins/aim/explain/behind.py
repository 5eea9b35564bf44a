"""Which slices a number is counted from, which deliveries speak for them, and who is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import psycopg
from psycopg.rows import class_row

from aim.explain.definition import Definition
from aim.explain.number import PeriodName
from aim.explain.territories import Territory
from aim.warehouse import sql


@dataclass(frozen=True)
class Slice:
    """An expected slice behind the number and, where one speaks for it, its delivery.

    role: numerator (it counts in the coverage) or denominator. status: as in the ledger when the number was built.
    verdict: the delivery's now. refused_id, reason_code: the delivery that was rejected, where none speaks.
    waiting: deliveries of the slice that came since and are not judged yet.
    """

    role: str
    provider_code: str
    provider_name: str | None
    dataset: str
    period: str
    due_on: date
    status: str
    is_accepted: bool
    delivery_id: int | None
    file_name: str | None
    channel: str | None
    verdict: str | None
    received_at: datetime | None
    rows_loaded: int | None
    refused_id: int | None
    reason_code: str | None
    waiting: int

    @property
    def is_missing(self) -> bool:
        """Expected, and nothing accepted speaks for it."""
        return not self.is_accepted and self.status != "waived"


@dataclass(frozen=True)
class DatasetCount:
    """The slices of one dataset behind the number: expected = accepted + missing; waived ones are not expected.

    on_time, late, confirmed_empty are the accepted; rejected, not_received and not_due the missing.
    """

    role: str
    dataset: str
    expected: int
    accepted: int
    on_time: int
    late: int
    confirmed_empty: int
    missing: int
    rejected: int
    not_received: int
    not_due: int
    waived: int


def slices_behind(
    connection: psycopg.Connection, definition: Definition, period: PeriodName, territory: Territory
) -> list[Slice]:
    """The slices that the coverage of the definition's measure counts, and those its denominator may come from.

    Of an indicator of the ledger: all that fell due in the period. Numerators first, the latest periods first.
    """
    asked = {
        "indicator": definition.indicator_code,
        "measure": definition.measure,
        "version": definition.definition_version,
        "is_of_ledger": definition.is_of_ledger,
        "start": period.start,
        "end": period.end,
        # A stock takes the population of the day after its last, a flow that of the year's end too.
        "latest_year": (period.end + timedelta(days=1)).year if definition.kind == "stock" else period.end.year + 1,
        "territory": territory.code,
    }
    with connection.cursor(row_factory=class_row(Slice)) as cursor:
        return cursor.execute(sql.load(__file__, "slices_behind.sql"), asked).fetchall()


def counts(slices: Iterable[Slice]) -> list[DatasetCount]:
    """The same by role and dataset, in the order they come."""
    by_dataset: dict[tuple[str, str], list[Slice]] = {}
    for one in slices:
        by_dataset.setdefault((one.role, one.dataset), []).append(one)
    return [_counted(role, dataset, found) for (role, dataset), found in by_dataset.items()]


def _counted(role: str, dataset: str, slices: Sequence[Slice]) -> DatasetCount:
    def number(status: str) -> int:
        return sum(one.status == status for one in slices)

    accepted = sum(one.is_accepted for one in slices)
    missing = sum(one.is_missing for one in slices)
    return DatasetCount(
        role=role,
        dataset=dataset,
        expected=accepted + missing,
        accepted=accepted,
        on_time=number("on_time"),
        late=number("late"),
        confirmed_empty=number("confirmed_empty"),
        missing=missing,
        rejected=number("rejected"),
        not_received=number("not_received"),
        not_due=number("not_due"),
        waived=number("waived"),
    )
