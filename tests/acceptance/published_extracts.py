"""Extracts as providers would have made them of what was published: invented children, published counts.

A December's file of guardianships holds what a real one holds besides the children counted: guardianships at the
parents' request, those that ended, a youth who came of age, children who changed places within the month.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from random import Random

import numpy as np

from aim.clock import VILNIUS
from aim.contracts.calendar import Period
from aim.contracts.load import contracts
from aim.sample.cases import largest_remainder
from aim.sample.personal_codes import draw_codes
from tests.acceptance.real_population import real_population

FIRST_DAYS = {"vtas": date(2010, 12, 1), "ird": date(2005, 1, 1), "vda": date(2005, 1, 1)}
"""From when on providers of these kinds deliver in the registry of the test."""
BIRZAI = "36"
IN_CARE = {2010: 11_130, 2011: 10_813, 2012: 10_542, 2013: 10_146}
"""Children without parental care in Lithuania at the end of the year."""
IN_CARE_IN_BIRZAI = 94
"""On 31 December 2017."""
AT_PARENTS_REQUEST_IN_BIRZAI = 56
PLACED_AGAIN_IN_BIRZAI = 7
"""Children for whom guardianship was established again within the year."""
ACTS_OF_2005 = 4_759
"""Acts of minors aged 14-17."""

_COMES_OF_AGE = 18
_YEARS_BACK = 5
_GROUNDS = ("NETEKO", "APRIBOTA", "APRIBOTA", "KITA")
_PLACES = ("SEIMA", "SEIMA", "SEIMYNA", "INSTITUCIJA")
_ACT_GROUPS = {"VAGYSTE": 5.0, "SMURTAS": 3.0, "KITA": 2.0}


@dataclass(frozen=True)
class Child:
    """An invented child: number in the order of invention, month of birth."""

    number: int
    male: bool
    born: date


@dataclass(frozen=True)
class Episode:
    """A guardianship as the municipality's unit tells of it."""

    number: str
    child: Child
    ground: str
    place: str
    begun: date
    ended: date | None = None


class Guardianships:
    """What one municipality's unit tells of, from December to December."""

    def __init__(self, municipality: str, chance: Random, children: Iterator[int]) -> None:
        """children: numbers not given to a child yet."""
        self._municipality = municipality
        self._chance = chance
        self._children = children
        self._numbers = count(1)
        self._in_care: list[Episode] = []
        self._at_request: list[Episode] = []

    def december(self, year: int, in_care: int, at_request: int, placed_again: int) -> list[Episode]:
        """The episodes open at any time in the month. At its end `in_care` children are in care, and `at_request`
        under guardianship at the parents' request.
        """
        self._in_care = self._of_so_many(self._in_care, in_care, year)
        self._at_request = self._of_so_many(self._at_request, at_request, year, "TEVU_PRASYMU")
        begun = date(year, 12, 10)
        former = [
            replace(one, number=self._number(), place="BUDINTIS", ended=begun)
            for one in self._in_care
            if one.begun < date(year, 12, 1)
        ][:placed_again]
        moved = {one.child.number for one in former}
        self._in_care = [replace(one, begun=begun) if one.child.number in moved else one for one in self._in_care]
        left = [replace(self._of_last_year(year, 10), ended=date(year, 12, day)) for day in (2, 15, 31)]
        come_of_age = self._of_last_year(year, _COMES_OF_AGE)
        return [*self._in_care, *self._at_request, *former, *left, come_of_age]

    def _of_so_many(self, known: Sequence[Episode], wanted: int, year: int, ground: str | None = None) -> list[Episode]:
        """Those known who are children still, the youngest where they are more than wanted, and new ones."""
        minors = [one for one in known if year - one.child.born.year < _COMES_OF_AGE]
        minors = sorted(minors, key=lambda one: one.child.born, reverse=True)[:wanted]
        return minors + [self._begun(year, ground) for _ in range(wanted - len(minors))]

    def _of_last_year(self, year: int, age: int) -> Episode:
        """An episode begun in the year before, of one who is of that age since December."""
        child = Child(next(self._children), True, date(year - age, 12, 1))
        return Episode(self._number(), child, "NETEKO", "SEIMA", date(year - 1, 5, 4))

    def _begun(self, year: int, ground: str | None = None) -> Episode:
        child = invented(self._municipality, year, self._chance, self._children)
        first = max(child.born, date(year - _YEARS_BACK, 1, 1))
        return Episode(
            number=self._number(),
            child=child,
            ground=ground or self._chance.choice(_GROUNDS),
            place=self._chance.choice(_PLACES),
            begun=first + timedelta(days=self._chance.randint(0, (date(year, 12, 31) - first).days)),
        )

    def _number(self) -> str:
        return f"G-{next(self._numbers):04}"


def invented(municipality: str, year: int, chance: Random, numbers: Iterator[int]) -> Child:
    """A child on 31 December of the year, by the ages and sexes of those who really lived there."""
    ages = [real_population(year + 1)[municipality, age] for age in range(_COMES_OF_AGE)]
    cell = chance.choices(range(2 * _COMES_OF_AGE), [size for sexes in ages for size in sexes])[0]
    return Child(next(numbers), cell % 2 == 0, date(year - cell // 2, chance.randint(1, 12), 1))


def write_guardianships(inbox: Path, units: Mapping[str, str]) -> None:
    """`globa` of the Decembers of IN_CARE, a file a unit (municipality -> its provider code)."""
    chance, children = Random(IN_CARE[2010]), count()
    told_by = {municipality: Guardianships(municipality, chance, children) for municipality in units}
    slices = {
        (municipality, year): told_by[municipality].december(year, part, part // 8, part // 40)
        for year, total in IN_CARE.items()
        for municipality, part in shared_out(total, year + 1).items()
    }
    codes = _codes_of({one.child for told in slices.values() for one in told})
    for (municipality, year), told in slices.items():
        _write_december(inbox, units[municipality], municipality, year, told, codes)


def write_guardianships_of_birzai(inbox: Path, unit: str) -> None:
    """`globa` of December 2017, of the one unit."""
    told_by = Guardianships(BIRZAI, Random(IN_CARE_IN_BIRZAI), count())
    told = told_by.december(2017, IN_CARE_IN_BIRZAI, AT_PARENTS_REQUEST_IN_BIRZAI, PLACED_AGAIN_IN_BIRZAI)
    _write_december(inbox, unit, BIRZAI, 2017, told, _codes_of({one.child for one in told}))


def _write_december(
    inbox: Path, unit: str, municipality: str, year: int, told: Sequence[Episode], codes: Mapping[Child, int]
) -> None:
    rows = [
        (one.number, codes[one.child], municipality, "NUOLATINE", one.place, one.ground, one.begun, one.ended)
        for one in told
    ]
    write_delivery(inbox, "globa", unit, f"{year}-12", rows)


def _codes_of(children: set[Child]) -> dict[Child, int]:
    ordered = sorted(children, key=lambda one: one.number)
    codes, _ = draw_codes(
        np.random.default_rng(len(ordered)),
        np.array([one.male for one in ordered]),
        np.array([one.born for one in ordered], dtype="datetime64[M]"),
    )
    return dict(zip(ordered, codes.tolist(), strict=True))


def write_acts(inbox: Path, provider: str) -> None:
    """`nepilnameciu_veikos` of the quarters of 2005: the acts published, and beside them acts of those below 14."""
    boys_act_more = 6.0
    ages = {cell: sexes for cell, sexes in real_population(2005).items() if cell[1] >= 14}
    cells = [(*cell, sex) for cell in ages for sex in "VM"]
    weights = np.array([float(size) for sexes in ages.values() for size in sexes])
    weights[::2] *= boys_act_more
    year = Counter(dict(zip(cells, largest_remainder(ACTS_OF_2005, weights).tolist(), strict=True)))
    told = Counter[tuple[str, int, str]]()
    for quarter in range(1, 5):
        # What the quarters hold so far is the year's part of them, cell by cell.
        acts = {cell: year[cell] * quarter // 4 - told[cell] for cell in cells}
        told.update(acts)
        acts |= {(municipality, 13, "V"): 2 for municipality, _, _ in cells}
        rows = [row for cell, number in acts.items() for row in _rows_of_cell(cell, number)]
        write_delivery(inbox, "nepilnameciu_veikos", provider, f"2005-K{quarter}", rows)


def _rows_of_cell(cell: tuple[str, int, str], acts: int) -> Iterator[tuple[object, ...]]:
    """`VISO` and its groups; one in three acts is another one of the same person, in another group."""
    parts = largest_remainder(acts, np.array(list(_ACT_GROUPS.values()))).tolist()
    yield (*cell, "VISO", acts, max(acts - acts // 3, *parts))
    for group, number in zip(_ACT_GROUPS, parts, strict=True):
        if number:
            yield (*cell, group, number, number)


def shared_out(total: int, year: int) -> dict[str, int]:
    """Municipality -> its part of `total` by its children on 1 January of `year`, in whole numbers.

    Only the nation's total was published.
    """
    children = Counter[str]()
    for (municipality, _), sexes in real_population(year).items():
        children[municipality] += sum(sexes)
    parts = largest_remainder(total, np.array(list(children.values()), dtype=float))
    return dict(zip(children, parts.tolist(), strict=True))


def write_delivery(inbox: Path, dataset: str, provider: str, period: str, rows: Sequence[Sequence[object]]) -> None:
    """A file with the contract's header, come on the fifth day after the period's end."""
    path = inbox / "sftp" / f"{dataset}_{provider}_{period}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(field.name for field in contracts().datasets[dataset].fields)
        table.writerows(rows)
    come = datetime.combine(Period.parse(period).end + timedelta(days=5), time(9), VILNIUS).timestamp()
    os.utime(path, (come, come))
