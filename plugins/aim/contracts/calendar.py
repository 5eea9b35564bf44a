"""Which slices are expected, from when they may come, and by when they are due."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

from aim.contracts.models import DatasetContract, DueAfterEnd, Grain, Obligation

_FORMS: tuple[tuple[Grain, re.Pattern[str]], ...] = (
    (Grain.MONTH, re.compile(r"(?P<year>[12]\d{3})-(?P<part>0[1-9]|1[0-2])")),
    (Grain.QUARTER, re.compile(r"(?P<year>[12]\d{3})-K(?P<part>[1-4])")),
    (Grain.HALF_YEAR, re.compile(r"(?P<year>[12]\d{3})-P(?P<part>[12])")),
    (Grain.YEAR, re.compile(r"(?P<year>[12]\d{3})")),
    (Grain.SCHOOL_YEAR, re.compile(r"(?P<year>[12]\d{3})-(?P<part>\d{4})")),
)
_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF_YEAR: 6, Grain.YEAR: 12, Grain.SCHOOL_YEAR: 12}
_SCHOOL_YEAR_BEGINS = 9
_FIRST_YEAR, _LAST_YEAR = 1990, 2050


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _month_after(year: int, month: int, months: int) -> tuple[int, int]:
    index = year * 12 + month - 1 + months
    return index // 12, index % 12 + 1


@dataclass(frozen=True, order=True)
class Period:
    """A period as files name it: `2018-10`, `2018-K3`, `2018-P2`, `2018`, school year `2017-2018`."""

    start: date
    end: date
    text: str
    grain: Grain

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period written `text`; ValueError where it is written in none of the five ways."""
        for grain, form in _FORMS:
            match = form.fullmatch(text)
            if match is None:
                continue
            year, part = int(match["year"]), match.groupdict().get("part")
            if grain is Grain.SCHOOL_YEAR:
                if int(str(part)) != year + 1:
                    break
                first_month = _SCHOOL_YEAR_BEGINS
            else:
                first_month = 1 if part is None else (int(part) - 1) * _MONTHS[grain] + 1
            return cls._from(grain, year, first_month, text)
        raise ValueError("not a period")

    @classmethod
    def holding(cls, day: date, grain: Grain) -> Period:
        """The period of that grain that `day` lies in."""
        if grain is Grain.SCHOOL_YEAR:
            year = day.year if day.month >= _SCHOOL_YEAR_BEGINS else day.year - 1
            return cls._from(grain, year, _SCHOOL_YEAR_BEGINS, f"{year}-{year + 1}")
        months = _MONTHS[grain]
        part = (day.month - 1) // months + 1
        text = {
            Grain.MONTH: f"{day.year}-{part:02}",
            Grain.QUARTER: f"{day.year}-K{part}",
            Grain.HALF_YEAR: f"{day.year}-P{part}",
        }.get(grain, str(day.year))
        return cls._from(grain, day.year, (part - 1) * months + 1, text)

    @classmethod
    def _from(cls, grain: Grain, year: int, first_month: int, text: str) -> Period:
        last_year, last_month = _month_after(year, first_month, _MONTHS[grain] - 1)
        return cls(date(year, first_month, 1), _last_day(last_year, last_month), text, grain)

    def next(self) -> Period:
        """The period after this one."""
        return Period.holding(self.end + timedelta(days=1), self.grain)

    def previous(self) -> Period:
        """The period before this one."""
        return Period.holding(self.start - timedelta(days=1), self.grain)


def periods_between(first: date, last: date, grain: Grain) -> Iterator[Period]:
    """The periods that begin on or before `last` and end on or after `first`, in order."""
    period = Period.holding(first, grain)
    while period.start <= last:
        yield period
        period = period.next()


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("LT", years=year))


@cache
def public_holidays() -> tuple[date, ...]:
    """Every Lithuanian public holiday that a record may fall near, in order; later ones as the law stands now."""
    return tuple(sorted(day for year in range(_FIRST_YEAR, _LAST_YEAR + 1) for day in _holidays(year)))


def is_working_day(day: date) -> bool:
    """Neither weekend nor Lithuanian public holiday (Good Friday works; 2 November is off from 2020)."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def next_working_day(day: date) -> date:
    """`day` itself where it is a working day, else the next one."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`, which is not counted itself."""
    for _ in range(count):
        day = next_working_day(day + timedelta(days=1))
    return day


def ready_on(dataset: DatasetContract, period: Period) -> date:
    """The first day on which a delivery of the slice may come."""
    if dataset.ready is not None:
        return date(period.end.year, dataset.ready.month, dataset.ready.day)
    return period.end + timedelta(days=1)


def due_on(obligation: Obligation, period: Period) -> date:
    """The last day on which the slice is on time, moved to a working day."""
    return next_working_day(declared_due_day(obligation, period))


def declared_due_day(obligation: Obligation, period: Period) -> date:
    """The due day as the contract says it, whether anyone works on it or not."""
    due = obligation.due
    if isinstance(due, DueAfterEnd):
        year, month = _month_after(period.end.year, period.end.month, due.months_after_end)
    else:
        year, month = period.end.year, due.month
    return date(year, month, min(due.day, monthrange(year, month)[1]))


def is_expected(obligation: Obligation, period: Period, valid_from: date, valid_to: date | None) -> bool:
    """Whether a provider valid from..to (inclusive) owes the slice: both valid on the period's last day."""
    if period.grain is Grain.MONTH and period.end.month in obligation.except_months:
        return False
    return (
        valid_from <= period.end
        and (valid_to is None or period.end <= valid_to)
        and (obligation.valid_from is None or obligation.valid_from <= period.end)
        and (obligation.valid_to is None or period.end <= obligation.valid_to)
    )
