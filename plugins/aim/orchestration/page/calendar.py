"""Who delivered what, month by month: rows of providers, municipalities or datasets, a cell a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import psycopg

from aim.contracts.calendar import Period
from aim.contracts.models import Grain
from aim.handbook.words import in_alphabet
from aim.orchestration.page.names import Names
from aim.orchestration.page.reading import rows
from aim.warehouse import sql

MONTHS = 24
"""Columns."""


class By(StrEnum):
    """What a row stands for; `series` is one dataset of one provider."""

    MUNICIPALITY = "municipality"
    DATASET = "dataset"
    PROVIDER = "provider"
    SERIES = "series"


@dataclass(frozen=True)
class Asked:
    """What the calendar is to show. `until`: its last month; None: the last with something in it."""

    by: By = By.MUNICIPALITY
    municipality: str | None = None
    dataset: str | None = None
    provider: str | None = None
    only_gaps: bool = False
    until: date | None = None


@dataclass(frozen=True)
class Cell:
    """The slices of one row whose periods end in one month, by what became of them. delivery_id: of a single one."""

    code: str
    dataset: str
    municipality_code: str
    month: date
    period: str
    delivery_id: int | None
    on_time: int
    late: int
    confirmed_empty: int
    rejected: int
    not_received: int
    not_due: int
    waived: int

    @property
    def gaps(self) -> int:
        """Slices past due that did not come, or were refused."""
        return self.rejected + self.not_received

    @property
    def due(self) -> int:
        """Slices that came or should have; waived ones are not asked for."""
        return self.on_time + self.late + self.confirmed_empty + self.gaps

    @property
    def state(self) -> str:
        """The state of all its slices where they share one; else `gaps`, `most_gaps`, `late` or `on_time`."""
        counts = {
            "on_time": self.on_time,
            "late": self.late,
            "confirmed_empty": self.confirmed_empty,
            "rejected": self.rejected,
            "not_received": self.not_received,
            "not_due": self.not_due,
            "waived": self.waived,
        }
        there = [state for state, count in counts.items() if count]
        if sum(counts.values()) == 1:
            return there[0]
        if self.gaps:
            return "most_gaps" if 2 * self.gaps >= self.due else "gaps"
        if self.due:
            return "late" if self.late else "on_time"
        return "not_due" if self.not_due else "waived"

    @property
    def is_counted(self) -> bool:
        """Whether it stands for several slices, some of which are missing: then their number is shown."""
        return self.state in ("gaps", "most_gaps")


@dataclass(frozen=True)
class Row:
    """One row with a cell a month; None: nothing is expected of that month."""

    code: str
    dataset: str
    cells: tuple[Cell | None, ...]

    @property
    def gaps(self) -> int:
        """Over all months shown."""
        return sum(cell.gaps for cell in self.cells if cell)

    @property
    def due(self) -> int:
        """Over all months shown."""
        return sum(cell.due for cell in self.cells if cell)


@dataclass(frozen=True)
class Group:
    """Rows under one heading; its municipality's code, None where there is no heading."""

    municipality: str | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Calendar:
    """The months of the columns and the rows. left_out: rows without a gap, where only gaps were asked for.

    earlier, later: last month of the calendar a year before and after; None where there is nothing.
    """

    asked: Asked
    months: tuple[date, ...] = ()
    groups: tuple[Group, ...] = ()
    left_out: int = 0
    earlier: date | None = None
    later: date | None = None

    @property
    def years(self) -> list[tuple[int, int]]:
        """Each year with how many of its months are shown."""
        shown = [month.year for month in self.months]
        return [(year, shown.count(year)) for year in dict.fromkeys(shown)]


def calendar_of(connection: psycopg.Connection[Any], names: Names, asked: Asked) -> Calendar:
    """The calendar asked for; without any slice it has no months."""
    span = _span(connection)
    if span is None:
        return Calendar(asked)
    first, last = span
    until = max(first, min(asked.until or last, last))
    months = tuple(month for month in _months(until) if month >= first)
    found = rows(
        connection,
        Cell,
        __file__,
        "calendar_cells.sql",
        {
            "by": asked.by.value,
            "municipality": asked.municipality,
            "dataset": asked.dataset,
            "provider": asked.provider,
            "first": months[0],
            "after": Period.holding(months[-1], Grain.MONTH).next().start,
        },
    )
    by_row: dict[tuple[str, str], dict[date, Cell]] = {}
    places: dict[tuple[str, str], str] = {}
    for cell in found:
        by_row.setdefault((cell.code, cell.dataset), {})[cell.month] = cell
        places[cell.code, cell.dataset] = cell.municipality_code
    made = [
        (Row(code, dataset, tuple(cells.get(month) for month in months)), places[code, dataset])
        for (code, dataset), cells in by_row.items()
    ]
    shown = [(row, place) for row, place in made if row.gaps or not asked.only_gaps]
    return Calendar(
        asked,
        months,
        _grouped(shown, names, asked.by),
        left_out=len(made) - len(shown),
        earlier=until.replace(year=until.year - 1) if first < months[0] else None,
        later=min(until.replace(year=until.year + 1), last) if until < last else None,
    )


def _span(connection: psycopg.Connection[Any]) -> tuple[date, date] | None:
    """First and last month in which something was due or came; None before that."""
    found = connection.execute(sql.load(__file__, "months_with_slices.sql")).fetchone()
    return None if found is None or found[0] is None else (found[0], found[1])


def _months(until: date) -> tuple[date, ...]:
    period = Period.holding(until, Grain.MONTH)
    months = [period.start]
    while len(months) < MONTHS:
        period = period.previous()
        months.append(period.start)
    return tuple(reversed(months))


def _grouped(found: Sequence[tuple[Row, str]], names: Names, by: By) -> tuple[Group, ...]:
    """Under their municipalities, in the order of the alphabet; rows that are themselves places or datasets in one."""
    if by is By.MUNICIPALITY:
        order = {code: place for place, (code, _) in enumerate(names.municipalities)}
        listed = sorted((row for row, _ in found), key=lambda row: order.get(row.code, len(order)))
        return (Group(None, tuple(listed)),) if listed else ()
    if by is By.DATASET:
        listed = sorted((row for row, _ in found), key=lambda row: in_alphabet(names.dataset(row.code)))
        return (Group(None, tuple(listed)),) if listed else ()
    of_place: dict[str, list[Row]] = {}
    for row, place in found:
        of_place.setdefault(place, []).append(row)

    def by_name(row: Row) -> tuple[tuple[int, ...], ...]:
        return in_alphabet(names.provider(row.code)), in_alphabet(names.dataset(row.dataset))

    known = [code for code, _ in names.municipalities]
    return tuple(
        Group(place, tuple(sorted(of_place[place], key=by_name)))
        for place in sorted(of_place, key=lambda code: known.index(code) if code in known else len(known))
    )
