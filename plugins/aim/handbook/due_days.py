"""Which files are due on which days of a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from aim.contracts.calendar import Period, declared_due_day, due_on, periods_between
from aim.contracts.models import Obligation, ProviderKind
from aim.handbook.sources import Sources

_YEARS_BACK = 2
"""How long before its due day a period may begin: a school year due in February after it began the year before."""


@dataclass(frozen=True)
class DueDay:
    """One slice of one kind. declared: the day before it was moved to a working day."""

    kind: str
    dataset: str
    period: Period
    due_on: date
    declared: date

    @property
    def is_moved(self) -> bool:
        """Whether the declared day was one off work."""
        return self.due_on != self.declared


def due_days_of(sources: Sources, kind: ProviderKind, owed: Obligation, year: int) -> Iterator[DueDay]:
    """The due days in `year` of one obligation, in order."""
    first = date(year - _YEARS_BACK, 1, 1)
    for period in periods_between(first, date(year, 12, 31), sources.grain(owed.dataset)):
        due = due_on(owed, period)
        if due.year == year and sources.is_owed(kind, owed, period):
            yield DueDay(kind.kind, owed.dataset, period, due, declared_due_day(owed, period))


def due_days(sources: Sources, kind: ProviderKind, year: int) -> list[tuple[date, list[DueDay]]]:
    """All that a kind owes in `year` by day, in order."""
    days = [day for owed in kind.delivers for day in due_days_of(sources, kind, owed, year)]
    days.sort(key=lambda day: (day.due_on, day.period))
    return [(day, list(those)) for day, those in groupby(days, key=lambda day: day.due_on)]


def next_due_day(sources: Sources, kind: ProviderKind, owed: Obligation) -> DueDay | None:
    """The first due day not past."""
    for year in (sources.today.year, sources.today.year + 1):
        for day in due_days_of(sources, kind, owed, year):
            if day.due_on >= sources.today:
                return day
    return None
