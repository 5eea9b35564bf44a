"""How far a delivery may reach into the values: which indicators, places, periods; nothing else may change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from naive_indicators import MUNICIPALITIES

NUMBERS = frozenset({"numerator", "denominator", "value", "obs_status"})
COVERAGE = frozenset({"coverage_pct", "obs_status"})
EVERYTHING = NUMBERS | COVERAGE
ALWAYS = (date.min, date.max)


@dataclass(frozen=True)
class Change:
    """A value that is another than before: what it is of, and which columns differ."""

    indicator: str
    measure: str
    grain: str
    start: date
    end: date
    territory: str
    breakdown: str
    breakdown_value: str
    columns: frozenset[str]


@dataclass(frozen=True)
class Reach:
    """The values of `indicators` that may change, in their `columns`.

    territories: None for all. span: days that the period must hold one of, or with `at_end` must end on one of.
    """

    indicators: frozenset[str]
    territories: frozenset[str] | None
    span: tuple[date, date]
    at_end: bool = False
    measures: frozenset[str] | None = None
    breakdowns: frozenset[str] | None = None
    columns: frozenset[str] = EVERYTHING

    def holds(self, change: Change) -> bool:
        """Whether that change was to be expected."""
        first, last = self.span
        return (
            change.indicator in self.indicators
            and (self.territories is None or change.territory in self.territories)
            and (first <= change.end <= last if self.at_end else change.start <= last and first <= change.end)
            and (self.measures is None or change.measure in self.measures)
            and (self.breakdowns is None or change.breakdown in self.breakdowns)
            and change.columns <= self.columns
        )


def around(municipalities: Iterable[str]) -> frozenset[str]:
    """These, their counties, and the nation."""
    return frozenset(code for one in municipalities for code in (one, MUNICIPALITIES[one], "00"))


def beyond(changes: Iterable[Change], reaches: Iterable[Reach]) -> list[Change]:
    """The changes that none of the reaches holds."""
    known = list(reaches)
    return [change for change in changes if not any(reach.holds(change) for reach in known)]
