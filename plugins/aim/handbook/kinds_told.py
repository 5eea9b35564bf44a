"""A kind of provider as its clerk reads of it: what it delivers, and on which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from aim.contracts.models import ProviderKind
from aim.handbook.due_days import due_days, due_days_of, next_due_day
from aim.handbook.sources import Sources
from aim.handbook.words import Words, in_alphabet

MONTHS = range(1, 13)


@dataclass(frozen=True)
class DatasetLink:
    """A dataset's page and title."""

    name: str
    title: str


@dataclass(frozen=True)
class Owed:
    """Datasets of a kind that are due alike."""

    datasets: tuple[DatasetLink, ...]
    cadence: str
    due: str
    bounds: str
    next_due: str


@dataclass(frozen=True)
class DueLine:
    """What is due on one day: datasets by their period. moved_from: the day off work it was moved from, in words."""

    day: str
    moved_from: str
    what: tuple[tuple[tuple[DatasetLink, ...], str], ...]


@dataclass(frozen=True)
class YearOfDueDays:
    """The due days of one year."""

    year: int
    lines: tuple[DueLine, ...]


@dataclass(frozen=True)
class KindTold:
    """All that its page says of a kind."""

    kind: str
    title: str
    owed: tuple[Owed, ...]
    years: tuple[YearOfDueDays, ...]


@dataclass(frozen=True)
class MonthsRow:
    """Datasets of a kind that are due on the same days of a year; cells: for each month `10`, `12*` or nothing."""

    kind: str
    title: str
    datasets: tuple[DatasetLink, ...]
    cells: tuple[str, ...]

    @property
    def is_seldom(self) -> bool:
        """Whether most months are empty, and need no place where there is little."""
        return sum(1 for cell in self.cells if cell) <= len(self.cells) // 2


def years_told(sources: Sources) -> tuple[int, int]:
    """This year and the next."""
    return sources.today.year, sources.today.year + 1


def kinds_told(sources: Sources, words: Words) -> list[KindTold]:
    """Every kind that delivers anything, in alphabetical order of the language."""
    kinds = [kind for kind in sources.contracts.kinds.values() if kind.delivers]
    return [_kind(kind, sources, words) for kind in sorted(kinds, key=lambda kind: in_alphabet(words.text(kind.title)))]


def _kind(kind: ProviderKind, sources: Sources, words: Words) -> KindTold:
    return KindTold(
        kind=kind.kind,
        title=words.text(kind.title),
        owed=tuple(_owed(kind, sources, words)),
        years=tuple(
            YearOfDueDays(year, lines)
            for year in years_told(sources)
            if (lines := tuple(_lines(kind, year, sources, words)))
        ),
    )


def _link(dataset: str, sources: Sources, words: Words) -> DatasetLink:
    return DatasetLink(dataset, words.text(sources.contracts.datasets[dataset].title))


def _owed(kind: ProviderKind, sources: Sources, words: Words) -> list[Owed]:
    told = [
        (
            words.cadence(owed, sources.grain(owed.dataset)),
            words.due(owed, sources.grain(owed.dataset)),
            words.bounds(owed),
            words.next_due(next_due_day(sources, kind, owed)),
            _link(owed.dataset, sources, words),
        )
        for owed in kind.delivers
    ]
    return [Owed(tuple(one[-1] for one in alike), *said) for said, alike in groupby(told, key=lambda one: one[:-1])]


def _lines(kind: ProviderKind, year: int, sources: Sources, words: Words) -> list[DueLine]:
    return [
        DueLine(
            day=words.day(day),
            moved_from=next((words.say("moved", date=one.declared) for one in those if one.is_moved), ""),
            what=tuple(
                (tuple(_link(one.dataset, sources, words) for one in alike), words.say("for_period", period=period))
                for period, alike in groupby(those, key=lambda one: one.period.text)
            ),
        )
        for day, those in due_days(sources, kind, year)
    ]


def months_table(year: int, sources: Sources, words: Words) -> list[MonthsRow]:
    """The due days of all kinds in `year`, month by month; kinds that owe nothing then are left out."""
    rows = []
    for kind in sorted(sources.contracts.kinds.values(), key=lambda kind: in_alphabet(words.text(kind.title))):
        told = []
        for owed in kind.delivers:
            days = {day.due_on.month: day for day in due_days_of(sources, kind, owed, year)}
            cells = tuple(_mark(days[month].due_on, days[month].is_moved) if month in days else "" for month in MONTHS)
            if days:
                told.append((cells, _link(owed.dataset, sources, words)))
        rows += [
            MonthsRow(kind.kind, words.text(kind.title), tuple(one[1] for one in alike), cells)
            for cells, alike in groupby(told, key=lambda one: one[0])
        ]
    return rows


def _mark(day: date, is_moved: bool) -> str:
    return f"{day.day}*" if is_moved else str(day.day)
