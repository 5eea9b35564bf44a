"""An invented part of the country: who is hurt or at social risk, and when the warehouse gets to know of it.

Everything follows from a seed. A municipality sends a month's file in the days after it, late now and then, and some
files once more, corrected: persons had been forgotten, or were none of theirs. A child is hurt once a year at most and
lives in one place, so that all sums hold and nothing is left that an attacker could be misled by.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from indicators_released import Value

from aim.contracts.calendar import Period, add_working_days, periods_between
from aim.contracts.models import Grain

COUNTIES = {"A1": ("11", "33", "38"), "A3": ("21", "23", "25")}
CHILDREN = {"11": 9000, "33": 4100, "38": 3000, "21": 29000, "23": 545, "25": 2800}
"""Population by municipality; 23 is Neringa."""
NATION = "00"
BREAKDOWNS = {
    "sex": ("male", "female"),
    "disability": ("yes", "no"),
}
_RARE = (1, 9)
_LATE, _CORRECTED, _FORGOTTEN = 0.1, 0.2, 0.8
_WORKING_DAYS_UNTIL_DUE = 6


@dataclass(frozen=True)
class Person:
    """A child with what it is counted by. hurt: not only a witness of violence."""

    groups: tuple[tuple[str, str], ...]
    hurt: bool


@dataclass(frozen=True)
class Delivery:
    """What a municipality says of one month, on one night."""

    night: date
    dataset: str
    municipality: str
    month: Period
    persons: tuple[Person, ...]


class Country:
    """The deliveries of `months`, by night."""

    def __init__(self, seed: int, months: Iterable[Period]) -> None:
        self._random = random.Random(seed)
        self._at_risk: dict[str, list[Person]] = {}
        self.deliveries: dict[date, list[Delivery]] = {}
        for month in months:
            for municipality, children in CHILDREN.items():
                self._sends("violence", municipality, month, self._hurt_in_a_month(children))
                self._sends("status", municipality, month, self._at_risk_now(municipality, children))

    def _sends(self, dataset: str, municipality: str, month: Period, persons: list[Person]) -> None:
        night = month.end + timedelta(days=self._random.randint(2, 10))
        if self._random.random() < _LATE:
            night += timedelta(days=self._random.randint(10, 80))
        self._delivers(Delivery(night, dataset, municipality, month, tuple(persons)))
        if self._random.random() < _CORRECTED:
            night += timedelta(days=self._random.randint(3, 150))
            if self._random.random() < _FORGOTTEN:
                persons = persons + [self._person() for _ in range(self._random.randint(1, 3))]
            else:
                persons = persons[self._random.randint(1, 2) :]
            self._delivers(Delivery(night, dataset, municipality, month, tuple(persons)))

    def _delivers(self, delivery: Delivery) -> None:
        self.deliveries.setdefault(delivery.night, []).append(delivery)

    def _hurt_in_a_month(self, children: int) -> list[Person]:
        return [self._person() for _ in range(self._about(children / 400))]

    def _at_risk_now(self, municipality: str, children: int) -> list[Person]:
        """Most of last month's are so still."""
        before = self._at_risk.get(municipality, [])
        wanted = self._about(children / 150)
        stayed = [person for person in before if self._random.random() > 0.1]
        self._at_risk[municipality] = (stayed + [self._person() for _ in range(wanted)])[:wanted]
        return self._at_risk[municipality]

    def _about(self, mean: float) -> int:
        return (
            sum(self._random.random() < mean / 20 for _ in range(20))
            if mean < 20
            else round(self._random.gauss(mean, mean**0.5))
        )

    def _person(self) -> Person:
        groups = (
            ("sex", self._random.choice(BREAKDOWNS["sex"])),
            ("disability", self._random.choices(BREAKDOWNS["disability"], _RARE)[0]),
        )
        return Person(groups, self._random.random() < 0.7)


@dataclass(frozen=True)
class _Slice:
    dataset: str
    municipality: str
    month: Period


class Known:
    """What the warehouse has computed of the deliveries so far."""

    def __init__(self, country: Country, first: Period) -> None:
        self._country = country
        self._first = first
        self._persons: dict[_Slice, tuple[Person, ...]] = {}

    def on(self, night: date) -> list[Value]:
        """The values of every period that is over for the first time, or of which something came that night."""
        touched: set[tuple[str, Period]] = set()
        for delivery in self._country.deliveries.get(night, []):
            self._persons[_Slice(delivery.dataset, delivery.municipality, delivery.month)] = delivery.persons
            touched |= {(delivery.dataset, period) for period in _periods_of(delivery.month) if period.end < night}
        for period in _periods_of(Period.holding(night - timedelta(days=1), Grain.MONTH)):
            if period.end == night - timedelta(days=1) and period.start >= self._first.start:
                touched |= {(dataset, period) for dataset in _QUANTITIES}
        return [value for dataset, period in sorted(touched) for value in self._values(dataset, period)]

    def _values(self, dataset: str, period: Period) -> Iterator[Value]:
        if dataset == "violence":
            months = list(periods_between(period.start, period.end, Grain.MONTH))
        else:
            months = [Period.holding(period.end, Grain.MONTH)]
        due = add_working_days(period.end, _WORKING_DAYS_UNTIL_DUE)
        for level, territory, municipalities in _TERRITORIES:
            slices = [
                self._persons.get(_Slice(dataset, municipality, month))
                for municipality in municipalities
                for month in months
            ]
            come = [persons for persons in slices if persons is not None]
            coverage = 100 * len(come) / len(slices)
            children = sum(CHILDREN[municipality] for municipality in municipalities)
            for indicator, measure, counts in _QUANTITIES[dataset]:
                counted = Counter(
                    group
                    for persons in come
                    for person in filter(counts, persons)
                    for group in (_TOTAL, *person.groups)
                )
                for group in _GROUPS:
                    yield Value(
                        numerator=counted[group] if come else None,
                        denominator=children if come and group == _TOTAL else None,
                        indicator=indicator,
                        measure=measure,
                        version="v1",
                        grain=period.grain.value,
                        start=period.start,
                        end=period.end,
                        level=level,
                        territory=territory,
                        breakdown=group[0],
                        breakdown_value=group[1],
                        coverage=coverage,
                        status="A" if coverage == 100 else "P" if come else "M",
                        due=due,
                    )


_TOTAL = ("total", "total")
_GROUPS = (_TOTAL, *((breakdown, value) for breakdown, values in BREAKDOWNS.items() for value in values))
_TERRITORIES = (
    *(("municipality", municipality, (municipality,)) for municipality in CHILDREN),
    *(("county", county, parts) for county, parts in COUNTIES.items()),
    ("nation", NATION, tuple(CHILDREN)),
)
# Indicator, measure and what of a file counts in it.
_QUANTITIES: Mapping[str, tuple[tuple[str, str, Callable[[Person], bool]], ...]] = {
    "violence": (("S02", "main", lambda person: person.hurt), ("S02", "with_witnesses", lambda _: True)),
    "status": (("S05", "main", lambda _: True),),
}


def _periods_of(month: Period) -> list[Period]:
    return [Period.holding(month.end, grain) for grain in (Grain.MONTH, Grain.QUARTER, Grain.YEAR)]
