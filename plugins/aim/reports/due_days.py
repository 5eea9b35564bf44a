"""What a provider owes next, and by when what is wrong is to be mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg

from aim.clock import Clock
from aim.contracts.calendar import next_working_day
from aim.contracts.reference import Reference
from aim.reports.findings import read


@dataclass(frozen=True)
class SliceName:
    """A slice of the provider and the day it is (was) due."""

    dataset: str
    period: str
    due_on: date


@dataclass(frozen=True)
class Slice(SliceName):
    """A slice with its status in the ledger."""

    status: str


@dataclass(frozen=True)
class Upcoming:
    """What is owed next. mend_by: the next due day, or a fixed number of days on where that is far."""

    mend_by: date
    slices: tuple[SliceName, ...]


def upcoming(connection: psycopg.Connection[Any], reference: Reference, provider_code: str, clock: Clock) -> Upcoming:
    """The provider's next due days, as far ahead as they are announced, so that one file may answer two letters."""
    due = read(connection, SliceName, "next_due.sql", {"provider_code": provider_code, "today": clock.today})
    announced = days(reference, "report_next_due_days", clock)
    latest = next_working_day(clock.today + days(reference, "report_correction_days", clock))
    return Upcoming(
        mend_by=min([latest, *(one.due_on for one in due)]),
        slices=tuple(one for one in due if one.due_on <= due[0].due_on + announced),
    )


def days(reference: Reference, parameter: str, clock: Clock) -> timedelta:
    """A parameter that counts days, as valid on the clock's day."""
    return timedelta(days=int(reference.parameter(parameter, clock.today)))
