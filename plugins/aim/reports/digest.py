"""What a municipality's coordinator is told of a month: the 22 indicators as published, and who is missing what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import class_row

from aim.clock import Clock
from aim.contracts.calendar import Period
from aim.contracts.models import Grain
from aim.contracts.reference import Reference
from aim.ledger import status
from aim.ledger.deliveries import LedgerError
from aim.reports.due_days import days
from aim.reports.findings import read
from aim.warehouse import sql

_ACCEPTED = ("on_time", "late", "confirmed_empty")
_WANTING = ("not_received", "rejected")


@dataclass(frozen=True)
class Published:
    """An indicator's latest published value of the municipality, and what it was the period before.

    Hidden (conf_status C): no number. is_comparable: the former value was published under the same definition.
    """

    indicator_code: str
    period_grain: str
    period_start: date
    period_end: date
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    unit: str
    coverage_pct: Decimal | None
    obs_status: str
    conf_status: str
    former_value: Decimal | None
    former_start: date | None
    is_comparable: bool | None

    @property
    def period(self) -> str:
        """The period as files name it."""
        return Period.holding(self.period_start, Grain(self.period_grain)).text

    @property
    def former_period(self) -> str | None:
        """The one before it."""
        return None if self.former_start is None else Period.holding(self.former_start, Grain(self.period_grain)).text

    @property
    def change(self) -> Decimal | None:
        """Value less the former one; None where they cannot be compared."""
        if not self.is_comparable or self.value is None or self.former_value is None:
            return None
        return self.value - self.former_value


@dataclass(frozen=True)
class OwedSlice:
    """A slice of one provider of the municipality with its status."""

    provider_code: str
    dataset: str
    period: str
    due_on: date
    status: str


@dataclass(frozen=True)
class ProviderScore:
    """A provider's score and letter as last built."""

    provider_code: str
    score: Decimal | None
    letter: str | None


@dataclass(frozen=True)
class DueCount:
    """How many files are due on a day."""

    due_on: date
    files: int


@dataclass(frozen=True)
class Digest:
    """A municipality's month. values: indicator -> what is published of it; one without any is not there.

    slices: those that fell due in the month after it. without_contact: providers that no mail reaches.
    """

    municipality: str
    period: Period
    values: dict[str, Published]
    slices: tuple[OwedSlice, ...]
    scores: tuple[ProviderScore, ...]
    next_due: tuple[DueCount, ...]
    without_contact: tuple[str, ...]

    @property
    def expected(self) -> tuple[OwedSlice, ...]:
        """Slices past due and not waived."""
        return tuple(one for one in self.slices if one.status in (*_ACCEPTED, *_WANTING))

    @property
    def accepted(self) -> int:
        """How many of them came."""
        return sum(one.status in _ACCEPTED for one in self.expected)

    @property
    def wanting(self) -> dict[str, tuple[OwedSlice, ...]]:
        """Provider -> what it is missing or was refused."""
        codes = dict.fromkeys(one.provider_code for one in self.slices if one.status in _WANTING)
        return {
            code: tuple(one for one in self.slices if one.provider_code == code and one.status in _WANTING)
            for code in codes
        }


def digest_of(
    connection: psycopg.Connection[Any],
    reference: Reference,
    municipality: str,
    period: Period,
    clock: Clock,
) -> Digest:
    """Everything there is to tell of the municipality (two-digit code) and month. Published numbers alone.

    LedgerError: no such municipality.
    """
    if municipality not in reference.municipalities:
        raise LedgerError(f"There is no municipality {municipality}: give its two-digit code, 33 for example.")
    due_month = period.next()
    place = {"municipality": municipality}
    slices = read(
        connection, OwedSlice, "digest_slices.sql", place | {"due_from": due_month.start, "due_until": due_month.end}
    )
    until = clock.today + days(reference, "report_next_due_days", clock)
    there = {one.provider_code for one in slices}
    return Digest(
        municipality=municipality,
        period=period,
        values={
            one.indicator_code: one
            for one in _built(
                connection, Published, "digest_values.sql", place | {"until": period.end}, "marts.indicator_values"
            )
        },
        slices=tuple(slices),
        scores=tuple(_built(connection, ProviderScore, "digest_scores.sql", place, "marts.provider_scorecard")),
        next_due=tuple(read(connection, DueCount, "digest_next.sql", place | {"today": clock.today, "until": until})),
        without_contact=tuple(code for code in status.without_contact(connection) if code in there),
    )


def _built(
    connection: psycopg.Connection[Any], shape: type[Any], name: str, asked: Mapping[str, object], table: str
) -> list[Any]:
    """Rows of a table that a build makes; none before the first."""
    found = connection.execute("select to_regclass(%s) is not null", (table,)).fetchone()
    if found is None or not found[0]:
        return []
    with connection.cursor(row_factory=class_row(shape)) as cursor:
        return cursor.execute(sql.load(__file__, name), asked).fetchall()
