"""Somebody who has kept every number that was ever published, and works out what was hidden of them.

Written apart from what the product hides by. He knows all versions of all published values and when each stood; that
of a hidden number is at least one; whether a number is still what it was; and every sum that is true: municipalities
of a county, counties of the nation, values of a breakdown, months of a quarter, quarters of a year, and that who
suffered violence is among those who suffered or saw it. A municipality knows its own numbers too. What he has left for
a hidden number is asked of a general solver.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import psycopg
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack

THRESHOLD = 5
NEAR = 1e-6
OUTSIDER = "outsider"
NATION = "00"

Cell = tuple[str, str, str, str, str]
"""What is counted (indicator and measure), its time, territory, breakdown, breakdown value."""
Places = Mapping[str, tuple[str, ...]]
"""Each territory that is a sum, and its parts."""


@dataclass(frozen=True)
class Standing:
    """A number of a cell from one moment to another, as it is and whether it was told at any time of it."""

    cell: Cell
    since: int
    until: int
    number: float
    told: bool


@dataclass(frozen=True)
class Narrowed:
    """A small number of which an attacker is left with the whole numbers lowest to highest."""

    attacker: str
    standing: Standing
    lowest: float
    highest: float


class History:
    """cells: what was published, by cell and moment: the number as it was, and whether it was told. computed: all
    numbers there were, those that are not published too. moments: how many rounds there were.
    """

    def __init__(
        self, cells: dict[Cell, dict[int, tuple[float, bool]]], computed: dict[Cell, dict[int, float]], moments: int
    ) -> None:
        self.cells = cells
        self.computed = computed
        self.moments = moments

    @classmethod
    def published(cls, connection: psycopg.Connection[Any]) -> History:
        """What marts tells and told; what is hidden there as core has it."""
        rounds = connection.execute(
            "select known_from from core.indicator_values union select known_from from marts.indicator_values"
        ).fetchall()
        moments = sorted(row[0] for row in rounds)
        computed: dict[Cell, dict[int, float]] = {}
        for *key, number, known_from, known_to in connection.execute(_COMPUTED):
            stood = computed.setdefault(_cell(*key), {})
            for moment in _standing(moments, known_from, known_to):
                assert stood.setdefault(moment, float(number or 0)) == float(number or 0), "one cell, two numbers"
        cells: dict[Cell, dict[int, tuple[float, bool]]] = {}
        for *key, number, known_from, known_to, hidden in connection.execute(_PUBLISHED):
            cell = _cell(*key)
            for moment in _standing(moments, known_from, known_to):
                true = computed[cell][moment]
                assert hidden or float(number or 0) == true, "what is told is what is computed"
                before = cells.setdefault(cell, {}).get(moment)
                cells[cell][moment] = true, not hidden or (before is not None and before[1])
        return cls(cells, computed, len(moments))

    def hidden_otherwise(self, hides: Iterable[set[Cell]]) -> History:
        """The same numbers, at each moment the cells of `hides` hidden and no others."""
        cells: dict[Cell, dict[int, tuple[float, bool]]] = {cell: {} for cell in self.cells}
        for moment, hidden in enumerate(hides):
            for cell, stood in self.cells.items():
                if moment in stood:
                    cells[cell][moment] = (stood[moment][0], cell not in hidden)
        return History(cells, self.computed, self.moments)

    def standings(self) -> Iterator[Standing]:
        """Numbers that stayed the same are one: what was told of it once is known for all that time."""
        for cell, stood in self.cells.items():
            since: int | None = None
            told = False
            for moment in sorted(stood):
                number, is_told = stood[moment]
                if since is not None and stood[since][0] != number:
                    yield Standing(cell, since, moment, stood[since][0], told)
                    since, told = None, False
                since = moment if since is None else since
                told |= is_told
            if since is not None:
                yield Standing(cell, since, self.moments, stood[since][0], told)


_KEY = "indicator_code, measure, period_grain, period_start, period_end, territory_code, breakdown, breakdown_value"
_COMPUTED = f"select {_KEY}, numerator, known_from, known_to from core.indicator_values"  # noqa: S608 - words of ours
_PUBLISHED = (
    f"select {_KEY}, numerator, known_from, known_to, conf_status = 'C'"  # noqa: S608 - words of ours
    " from marts.indicator_values"
)
_STOCKS = ("S05",)


def _cell(
    indicator: str, measure: str, grain: str, start: date, end: date, territory: str, breakdown: str, value: str
) -> Cell:
    time = f"at {end}" if indicator in _STOCKS else f"{grain} {start}"
    return f"{indicator} {measure}", time, territory, breakdown, value


def _standing(moments: list[datetime], known_from: datetime, known_to: datetime | None) -> Iterator[int]:
    return (
        number
        for number, moment in enumerate(moments)
        if known_from <= moment and (known_to is None or moment < known_to)
    )


def sums(cells: Iterable[Cell], places: Places) -> Iterator[tuple[Cell, tuple[Cell, ...]]]:
    """Every cell that is the sum of others, with these: by territory, by breakdown, by period."""
    known = set(cells)
    values: dict[tuple[str, str, str, str], list[Cell]] = {}
    for cell in known:
        values.setdefault((*cell[:3], cell[3]), []).append(cell)
    for cell in sorted(known):
        quantity, time, territory, breakdown, value = cell
        ways = [[(quantity, time, part, breakdown, value) for part in places.get(territory, ())]]
        ways += [[(quantity, part, territory, breakdown, value) for part in _parts_of(time)]]
        if breakdown == "total":
            ways += [
                values[key] for key in sorted(values) if key[:3] == (quantity, time, territory) and key[3] != "total"
            ]
        for way in ways:
            if way and known.issuperset(way):
                yield cell, tuple(way)


def _parts_of(time: str) -> list[str]:
    grain, first = time.split()
    if grain not in ("quarter", "year"):
        return []
    start = date.fromisoformat(first)
    if grain == "quarter":
        return [f"month {start.replace(month=start.month + step)}" for step in range(3)]
    return [f"quarter {start.replace(month=month)}" for month in (1, 4, 7, 10)]


class Attacker:
    """Attacks history after history; of what hangs together as it did before, the answer is known."""

    def __init__(self, places: Places, municipalities: Mapping[str, str]) -> None:
        """municipalities: each with its county."""
        self._places = places
        self._municipalities = municipalities
        self._answers: dict[Any, list[Narrowed]] = {}

    def narrows(self, history: History) -> list[Narrowed]:
        """Every hidden number from 1 to 4 of which somebody is left with fewer than THRESHOLD steps."""
        standings = list(history.standings())
        rows = self._rows(history, standings)
        found = [
            Narrowed(OUTSIDER, small, small.number, small.number)
            for small in standings
            if 0 < small.number < THRESHOLD and small.told
        ]
        owners = self._owners(history, standings)
        for places, together in _hanging_together(standings, rows):
            at = {place: number for number, place in enumerate(places)}
            situation = (
                tuple((standings[place].cell, standings[place].number, owners[place]) for place in places),
                tuple((tuple((at[one], sign) for one, sign in row if one in at), is_sum) for row, is_sum in together),
            )
            if situation not in self._answers:
                question = _Question(standings, owners, places, together, self._municipalities)
                self._answers[situation] = question.narrowed()
            found += self._answers[situation]
        return found

    def _rows(self, history: History, standings: list[Standing]) -> list[tuple[tuple[tuple[int, int], ...], bool]]:
        """Every sum (True) and bound (False: at least 0) that was true at some moment, over places in `standings`."""
        at: dict[Cell, dict[int, int]] = {}
        for place, one in enumerate(standings):
            for moment in range(one.since, one.until):
                at.setdefault(one.cell, {})[moment] = place
        found: dict[tuple[tuple[tuple[int, int], ...], bool], None] = {}
        for whole, parts in sums(history.cells, self._places):
            for moment, place in at[whole].items():
                if all(moment in at[part] for part in parts):
                    row = ((place, -1), *((at[part][moment], 1) for part in parts))
                    if abs(sum(sign * standings[one].number for one, sign in row)) < NEAR:
                        found[row, True] = None
        for cell in history.cells:
            if cell[0] == "S02 main":
                more = ("S02 with_witnesses", *cell[1:])
                for moment, place in at[cell].items():
                    found[((place, -1), (at[more][moment], 1)), False] = None
        return list(found)

    def _owners(self, history: History, standings: list[Standing]) -> list[str]:
        """The municipality that knows a number: its own, and a sum that is all its own."""
        owners = []
        for one in standings:
            quantity, time, territory, breakdown, value = one.cell
            if territory in self._municipalities:
                owners.append(territory)
                continue
            parts = [
                (name, history.computed[quantity, time, name, breakdown, value].get(one.since))
                for name, county in self._municipalities.items()
                if territory in (county, NATION)
            ]
            adding = [name for name, part in parts if part]
            owners.append(adding[0] if len(adding) == 1 else "")
        return owners


def _hanging_together(
    standings: list[Standing], rows: list[tuple[tuple[tuple[int, int], ...], bool]]
) -> Iterator[tuple[list[int], list[tuple[tuple[tuple[int, int], ...], bool]]]]:
    """Hidden numbers that some row binds to one another, and those rows."""
    leader = list(range(len(standings)))

    def lead(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    hidden_of = [[place for place, _ in row if not standings[place].told] for row, _ in rows]
    for hidden in hidden_of:
        for place in hidden[1:]:
            leader[lead(place)] = lead(hidden[0])
    members: dict[int, list[int]] = {}
    for place, one in enumerate(standings):
        if not one.told:
            members.setdefault(lead(place), []).append(place)
    bound: dict[int, list[tuple[tuple[tuple[int, int], ...], bool]]] = {}
    for hidden, row in zip(hidden_of, rows, strict=True):
        if hidden:
            bound.setdefault(lead(hidden[0]), []).append(row)
    for first, places in members.items():
        yield places, bound.get(first, [])


class _Question:
    """What everybody makes of hidden numbers that hang together."""

    def __init__(
        self,
        standings: list[Standing],
        owners: list[str],
        places: list[int],
        rows: list[tuple[tuple[tuple[int, int], ...], bool]],
        municipalities: Mapping[str, str],
    ) -> None:
        self._standings = [standings[place] for place in places]
        self._truth = np.array([one.number for one in self._standings])
        self._owner = np.array([owners[place] for place in places])
        at = {place: number for number, place in enumerate(places)}
        self._equal, self._is = _matrix([row for row, is_sum in rows if is_sum], standings, at)
        more, least = _matrix([row for row, is_sum in rows if not is_sum], standings, at)
        self._less, self._most = -more, -least
        self._small = np.flatnonzero((self._truth > 0) & (self._truth < THRESHOLD))
        counties = sorted(set(municipalities.values()))
        self._attackers = [OUTSIDER, *(name for name in municipalities if (self._owner == name).any())]
        self._crowds = [
            *({name for name in self._attackers if municipalities.get(name) == county} for county in counties),
            *({name} for name in self._attackers),
        ]
        self._seen = {name: (self._truth.copy(), self._truth.copy()) for name in self._attackers}

    def narrowed(self) -> list[Narrowed]:
        """In questions for many numbers at once, and one by one where that leaves any."""
        found = []
        for crowd in self._crowds:
            asked = self._left(crowd)
            while asked.size:
                self._take(self._moves(asked, crowd))
                left = self._left(crowd)
                if left.size == asked.size:
                    break
                asked = left
            if len(crowd) == 1:
                (attacker,) = crowd
                for place in self._left(crowd).tolist():
                    for sign in (1.0, -1.0):
                        self._take(self._furthest(place, sign, attacker))
                    lowest, highest = (float(end[place]) for end in self._seen[attacker])
                    if not self._is_wide(attacker)[place]:
                        found.append(Narrowed(attacker, self._standings[place], lowest, highest))
        return found

    def _left(self, crowd: set[str]) -> np.ndarray[Any, Any]:
        left = np.zeros(self._truth.size, dtype=bool)
        for attacker in crowd:
            left |= ~self._is_wide(attacker) & (self._owner != attacker)
        return self._small[left[self._small]]

    def _is_wide(self, attacker: str) -> np.ndarray[Any, Any]:
        lowest, highest = self._seen[attacker]
        wide: np.ndarray[Any, Any] = np.floor(highest + NEAR) - np.ceil(lowest - NEAR) >= THRESHOLD
        return wide

    def _take(self, possible: np.ndarray[Any, Any]) -> None:
        """Numbers that are possible for everybody whose own numbers they leave as they are."""
        differs = np.abs(possible - self._truth) > NEAR
        for attacker, (lowest, highest) in self._seen.items():
            if not (differs & (self._owner == attacker)).any():
                np.minimum(lowest, possible, out=lowest)
                np.maximum(highest, possible, out=highest)

    def _bounds(self, crowd: set[str]) -> list[tuple[float, float | None]]:
        return [
            (number, number) if owner in crowd else (1.0, None)
            for number, owner in zip(self._truth.tolist(), self._owner.tolist(), strict=True)
        ]

    def _moves(self, asked: np.ndarray[Any, Any], crowd: set[str]) -> np.ndarray[Any, Any]:
        """Possible numbers in which as many of `asked` as can be are THRESHOLD above what they are."""
        asked = asked[~np.isin(self._owner[asked], list(crowd))]
        size, count = self._truth.size, asked.size
        pick = csr_array((np.full(count, -1.0), (np.arange(count), asked)), shape=(count, size))
        above = vstack([self._less, pick]).tocsr()
        gained = csr_array(
            (np.ones(count), (self._less.shape[0] + np.arange(count), np.arange(count))),
            shape=(above.shape[0], count),
        )
        return self._solved(
            np.concatenate([np.zeros(size), np.full(count, -1.0)]),
            hstack([above, gained]).tocsr(),
            np.concatenate([self._most, -self._truth[asked]]),
            hstack([self._equal, csr_array((self._equal.shape[0], count))]).tocsr(),
            [*self._bounds(crowd), *[(0.0, float(THRESHOLD))] * count],
        )[:size]

    def _furthest(self, place: int, sign: float, attacker: str) -> np.ndarray[Any, Any]:
        """Possible numbers with the highest (sign 1) or lowest of one; far is far enough."""
        cost = np.zeros(self._truth.size)
        cost[place] = -sign
        bounds = self._bounds({attacker})
        bounds[place] = (1.0, float(self._truth[place]) + 2 * THRESHOLD)
        return self._solved(cost, self._less, self._most, self._equal, bounds)

    def _solved(
        self, cost: Any, less: Any, most: Any, equal: Any, bounds: list[tuple[float, float | None]]
    ) -> np.ndarray[Any, Any]:
        answer = linprog(cost, A_ub=less, b_ub=most, A_eq=equal, b_eq=self._is, bounds=bounds, method="highs")
        assert answer.status == 0, answer.message
        solved: np.ndarray[Any, Any] = answer.x
        assert np.abs(equal @ solved - self._is).max(initial=0) < NEAR
        return solved


def _matrix(
    rows: list[tuple[tuple[int, int], ...]], standings: list[Standing], at: Mapping[int, int]
) -> tuple[Any, np.ndarray[Any, Any]]:
    """The rows over hidden numbers, and what the told ones leave for them."""
    where = [
        (number, at[place], sign) for number, row in enumerate(rows) for place, sign in row if not standings[place].told
    ]
    sums = [-math.fsum(sign * standings[place].number for place, sign in row if standings[place].told) for row in rows]
    numbers, columns, signs = zip(*where, strict=True) if where else ((), (), ())
    return csr_array((np.array(signs, dtype=float), (numbers, columns)), shape=(len(rows), len(at))), np.array(sums)
