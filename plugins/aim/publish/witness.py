"""Other numbers that an attacker must hold possible: what shows that a hidden number is safe.

A witness is a set of deviations from the truth that keeps every identity and bound, moves nothing that is told, and
moves one hidden number by the threshold, away from nothing. He who must hold the truth and the witness possible
cannot tell the two apart. It is looked for by linear programming (HiGHS), near the number first and wherever numbers
hang together last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from scipy.sparse import hstack

from aim.publish.unknowns import NOBODY, Flags, Floats, Integers, Unknowns

NEAR = 1e-6
"""Smaller differences are the solver's."""


@dataclass(frozen=True)
class Witness:
    """places: the values that differ from the truth; moved: by how much."""

    places: Integers
    moved: Floats


@dataclass(frozen=True)
class Room:
    """The lowest and the highest value an attacker must hold possible."""

    lowest: float
    highest: float


@dataclass(frozen=True)
class Region:
    """Where to look for a witness: up to so many identities away from the number.

    upward: instead, all at the places and times of the sums an addition to the number may go through, up to the year of
    the nation.
    most: not looked at where it holds more values than this: it would take too long.
    """

    hops: int = 0
    upward: bool = False
    most: int | None = None


NEAR_BY = Region(2)
"""The sums a number stands in, and the sums of its neighbours."""
FAR = Region(4, most=1_500)
"""Far enough to hide one county's number for another's."""
UPWARD = Region(upward=True)
"""An addition to a number goes through all the sums it is part of."""
EVERYWHERE = Region(1_000)
"""All that hangs together."""


_DUAL, _PRIMAL = 1, 4
"""Simplex strategies of HiGHS: that nothing moves always costs least (dual), and is always possible (primal)."""


class Witnesses:
    """Looks for witnesses in one system."""

    def __init__(self, system: Unknowns, threshold: float) -> None:
        """threshold: by how much a witness moves the number it is for."""
        self._system = system
        self._threshold = threshold
        self._by_row = system.binding.tocsr()
        self._by_value = system.binding.tocsc()
        self._row_of = np.zeros(system.row_least.size, dtype=np.int32)
        self._by_place = np.argsort(system.place, kind="stable")
        self._places = system.place[self._by_place]
        self._whole_of_row = _wholes(self._by_row, system.row_is_equal)
        self._highs = _solver()
        self._anywhere: _Anywhere | None = None

    def find(
        self, value: int, cost: Floats, movable: Flags, known_to: Iterable[int] = (), region: Region = EVERYWHERE
    ) -> Witness | None:
        """The cheapest witness for `value` that leaves alone what the municipalities `known_to` know, or None.

        cost: of moving each value by one. movable: what may move. region: where to look.
        """
        free = movable & ~np.isin(self._system.owner, [owner for owner in known_to if owner != NOBODY])
        if not free[value]:
            return None
        places = self._around(value, free, region)
        if region.most is not None and places.size > region.most:
            return None
        return self._cheapest(value, cost, places)

    def find_anywhere(self, value: int, movable: Flags, known_to: Iterable[int]) -> Witness | None:
        """A witness of any kind, looked for wherever numbers hang together; None: there is none. As `find`."""
        anywhere = self._all_of(movable)
        moved = anywhere.moved(value, self._threshold, known_to)
        if moved is None:
            return None
        kept = np.flatnonzero(np.abs(moved) > NEAR)
        return Witness(anywhere.places[kept], moved[kept])

    def room(self, value: int, movable: Flags, known_to: int) -> Room:
        """How far an attacker narrows `value` down, exactly."""
        number = float(self._system.number[value])
        lowest, highest = self._all_of(movable).ends(value, known_to)
        return Room(number + lowest, number + highest)

    def _all_of(self, movable: Flags) -> _Anywhere:
        if self._anywhere is None or not np.array_equal(self._anywhere.movable, movable):
            self._anywhere = _Anywhere(self._system, movable)
        return self._anywhere

    def region(self, value: int, movable: Flags, region: Region) -> Integers:
        """Everything movable in a region around `value`."""
        return self._around(value, movable, region)

    def _around(self, value: int, free: Flags, region: Region) -> Integers:
        """The free values of the region around `value`, itself among them; in order."""
        reached = np.zeros(self._system.size, dtype=bool)
        reached[value] = True
        if region.upward:
            places = np.unique(self._system.place[self._carried_by(value, free)])
            first, last = np.searchsorted(self._places, places), np.searchsorted(self._places, places, side="right")
            there = np.concatenate([self._by_place[a:b] for a, b in zip(first, last, strict=True)])
            reached[there[free[there]]] = True
            return np.flatnonzero(reached)
        seen = np.zeros(self._row_of.size, dtype=bool)
        fresh = np.array([value])
        for _ in range(region.hops):
            rows = _entries(self._by_value, fresh)
            rows = rows[~seen[rows]]
            seen[rows] = True
            around = _entries(self._by_row, np.flatnonzero(_marked(rows, seen.size)))
            around = around[free[around] & ~reached[around]]
            if around.size == 0:
                break
            reached[around] = True
            fresh = np.flatnonzero(_marked(around, reached.size))
        return np.flatnonzero(reached)

    def _carried_by(self, value: int, free: Flags) -> Integers:
        """What an addition to `value` may go through: the sums it is part of, and of each sum one part that moves.

        Of the parts the greatest: there is most likely room beside it.
        """
        found = {value: None}
        queue = [value]
        for one in queue:
            first, last = self._by_value.indptr[one], self._by_value.indptr[one + 1]
            for row, coefficient in zip(
                self._by_value.indices[first:last].tolist(), self._by_value.data[first:last].tolist(), strict=True
            ):
                whole = int(self._whole_of_row[row])
                if whole < 0:
                    continue
                if coefficient > 0:
                    carrier = whole
                else:
                    parts = self._by_row.indices[self._by_row.indptr[row] : self._by_row.indptr[row + 1]]
                    parts = parts[free[parts] & (parts != whole)]
                    if parts.size == 0 or any(int(part) in found for part in parts):
                        continue
                    carrier = int(parts[np.argmax(self._system.number[parts])])
                if carrier not in found:
                    found[carrier] = None
                    queue.append(carrier)
        return np.array(queue)

    def _cheapest(self, value: int, cost: Floats, places: Integers) -> Witness | None:
        size = places.size
        at = int(np.flatnonzero(places == value)[0])
        # One column for going up and one for going down, so that each way has its cost.
        least = np.zeros(2 * size)
        most = np.concatenate([np.full(size, np.inf), -self._system.least[places]])
        # Away from nothing: a sum of differences that is below it goes further down.
        away, back = (at, at + size) if self._system.number[value] >= 0 else (at + size, at)
        least[away] = most[away] = self._threshold
        least[back] = most[back] = 0.0
        found = self._solve(places, np.concatenate([cost[places]] * 2), least, most, both_ways=True)
        if found is None:
            return None
        moved = found[:size] - found[size:]
        kept = np.flatnonzero(np.abs(moved) > NEAR)
        return Witness(places[kept], moved[kept])

    def _solve(
        self, places: Integers, cost: Floats, least: Floats, most: Floats, both_ways: bool = False
    ) -> Floats | None:
        """The cheapest deviations of `places`; None: there are none (or, without a way's end, no cheapest)."""
        columns = self._by_value[:, places]
        rows = np.flatnonzero(_marked(columns.indices, self._row_of.size))
        self._row_of[rows] = np.arange(rows.size)
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = rows.size, cost.size
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, least, most
        lp.row_lower_ = self._system.row_least[rows]
        lp.row_upper_ = np.where(self._system.row_is_equal[rows], 0.0, np.inf)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        indices, data = self._row_of[columns.indices], columns.data
        start = columns.indptr
        if both_ways:
            start = np.concatenate([start, start[-1] + start[1:]])
            indices, data = np.concatenate([indices, indices]), np.concatenate([data, -data])
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = start, indices, data
        self._highs.passModel(lp)
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.asarray(self._highs.getSolution().col_value)


class _Anywhere:
    """All that may move in one program, kept for question after question: making it takes longer than answering."""

    def __init__(self, system: Unknowns, movable: Flags) -> None:
        self.movable = movable.copy()
        self.places = np.flatnonzero(movable)
        self._owner = system.owner[self.places]
        self._number = system.number[self.places]
        columns = system.binding.tocsc()[:, self.places].tocsr()
        rows = np.flatnonzero(np.diff(columns.indptr))
        matrix = hstack([columns[rows], -columns[rows]]).tocsc()
        size = self.places.size
        self._least = system.least[self.places]
        self._most = np.concatenate([np.full(size, np.inf), -self._least])
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = matrix.shape
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = np.ones(2 * size), np.zeros(2 * size), self._most
        lp.row_lower_ = system.row_least[rows]
        lp.row_upper_ = np.where(system.row_is_equal[rows], 0.0, np.inf)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        self._highs = _solver()
        self._highs.passModel(lp)
        lp.num_col_ = size
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = np.zeros(size), self._least, np.full(size, np.inf)
        matrix = matrix[:, :size]
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        self._both_ways = _solver()
        self._both_ways.setOptionValue("simplex_strategy", _PRIMAL)
        self._both_ways.passModel(lp)

    def ends(self, value: int, known_to: int) -> tuple[float, float]:
        """The least and the greatest deviation of `value` that an attacker must hold possible; infinite: no end."""
        at = int(np.searchsorted(self.places, value))
        known = np.flatnonzero((self._owner == known_to) & (known_to != NOBODY)).astype(np.int32)
        none = np.zeros(known.size)
        self._both_ways.changeColsBounds(known.size, known, none, none)
        ends = []
        for sign in (1.0, -1.0):
            self._both_ways.changeColCost(at, sign)
            self._both_ways.clearSolver()
            self._both_ways.run()
            is_found = self._both_ways.getModelStatus() == highspy.HighsModelStatus.kOptimal
            ends.append(float(self._both_ways.getSolution().col_value[at]) if is_found else -sign * np.inf)
        self._both_ways.changeColCost(at, 0.0)
        self._both_ways.changeColsBounds(known.size, known, self._least[known], np.full(known.size, np.inf))
        return ends[0], ends[1]

    def moved(self, value: int, threshold: float, known_to: Iterable[int]) -> Floats | None:
        """By how much each place is moved, `value` by the threshold; None: there is no way."""
        size = self.places.size
        at = int(np.searchsorted(self.places, value))
        known = np.flatnonzero(np.isin(self._owner, [owner for owner in known_to if owner != NOBODY]))
        if at in known:
            return None
        away, back = (at, at + size) if self._number[at] >= 0 else (at + size, at)
        fixed = np.concatenate([known, known + size, [away, back]]).astype(np.int32)
        least = np.zeros(fixed.size)
        least[-2] = threshold
        most = least.copy()
        self._highs.changeColsBounds(fixed.size, fixed, least, most)
        # From nothing moved anew: the last answer is farther away than that.
        self._highs.clearSolver()
        self._highs.run()
        is_found = self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found = np.asarray(self._highs.getSolution().col_value) if is_found else None
        self._highs.changeColsBounds(fixed.size, fixed, np.zeros(fixed.size), self._most[fixed])
        return None if found is None else found[:size] - found[size:]


def _solver() -> Any:
    """HiGHS, silent, without presolve: thousands of small questions would pay for it each time."""
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # it ships types for all but this
    for option, value in (("output_flag", False), ("presolve", "off"), ("threads", 1), ("simplex_strategy", _DUAL)):
        highs.setOptionValue(option, value)
    return highs


def _wholes(by_row: Any, is_equal: Flags) -> Integers:
    """The one value each sum is the sum of; -1 for what is no sum."""
    negative = by_row.data < 0
    row_of_entry = np.repeat(np.arange(is_equal.size), np.diff(by_row.indptr))
    counts = np.bincount(row_of_entry[negative], minlength=is_equal.size)
    whole = np.full(is_equal.size, -1)
    whole[row_of_entry[negative]] = by_row.indices[negative]
    return np.where(is_equal & (counts == 1), whole, -1)


def _marked(places: Integers, size: int) -> Flags:
    marked = np.zeros(size, dtype=bool)
    marked[places] = True
    return marked


def _entries(matrix: object, lines: Integers) -> Integers:
    """The indices that stand in some lines of a compressed matrix."""
    first, last = matrix.indptr[lines], matrix.indptr[lines + 1]  # type: ignore[attr-defined]
    lengths = last - first
    total = int(lengths.sum())
    if total == 0:
        return np.zeros(0, dtype=np.int64)
    offsets = np.repeat(first - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return matrix.indices[np.arange(total) + offsets].astype(np.int64)  # type: ignore[attr-defined,no-any-return]
