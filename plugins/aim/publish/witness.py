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
    """Where to look for a witness: up to so many identities away from the number, or from it and all it is part of."""

    hops: int
    of_wholes: bool = False
    most: int | None = None
    """Not looked at where it holds more values than this: it would take too long."""


NEAR_BY = Region(2)
"""The sums a number stands in, and the sums of its neighbours."""
FAR = Region(4, most=1_500)
"""Far enough to hide one county's number for another's."""
UPWARD = Region(1, of_wholes=True)
"""The sums a number is part of, up to the year of the nation, and what stands in them: an addition goes through all."""
EVERYWHERE = Region(1_000)
"""All that hangs together."""


class Witnesses:
    """Looks for witnesses in one system."""

    def __init__(self, system: Unknowns, threshold: float) -> None:
        """threshold: by how much a witness moves the number it is for."""
        self._system = system
        self._threshold = threshold
        self._by_row = system.binding.tocsr()
        self._by_value = system.binding.tocsc()
        self._row_of = np.zeros(system.row_least.size, dtype=np.int32)
        self._whole_of_row = _wholes(self._by_row, system.row_is_equal)
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # it ships types for all but this
        for option, value in (("output_flag", False), ("presolve", "off"), ("threads", 1), ("simplex_strategy", 1)):
            self._highs.setOptionValue(option, value)

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

    def room(self, value: int, movable: Flags, known_to: int) -> Room:
        """How far an attacker narrows `value` down, exactly."""
        free = movable & (self._system.owner != known_to) if known_to != NOBODY else movable
        places = self._around(value, free, EVERYWHERE)
        number = float(self._system.number[value])
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(places.size)
            cost[np.flatnonzero(places == value)] = sign
            found = self._solve(places, cost, self._system.least[places], np.full(places.size, np.inf))
            ends.append(-sign * np.inf if found is None else float(found[np.flatnonzero(places == value)[0]]))
        return Room(number + ends[0], number + ends[1])

    def region(self, value: int, movable: Flags, region: Region) -> Integers:
        """Everything movable in a region around `value`."""
        return self._around(value, movable, region)

    def _around(self, value: int, free: Flags, region: Region) -> Integers:
        """The free values of the region around `value`, itself among them; in order."""
        reached = np.zeros(self._system.size, dtype=bool)
        reached[value] = True
        seen = np.zeros(self._row_of.size, dtype=bool)
        fresh = np.array([value])
        if region.of_wholes:
            fresh = self._and_its_wholes(value)
            reached[fresh[free[fresh]]] = True
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

    def _and_its_wholes(self, value: int) -> Integers:
        """`value`, the sums it is part of, the sums those are part of, and so on."""
        found = [value]
        for one in found:
            first, last = self._by_value.indptr[one], self._by_value.indptr[one + 1]
            rows = self._by_value.indices[first:last][self._by_value.data[first:last] > 0]
            found += [int(whole) for whole in self._whole_of_row[rows] if whole >= 0 and whole not in found]
        return np.array(found)

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
