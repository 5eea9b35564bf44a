"""Other numbers that an attacker must hold possible: what shows that hidden numbers are safe.

A witness is a set of deviations from the truth that keeps every identity and bound and moves nothing that is told.
Whoever must hold it possible cannot tell a number that it moves by the threshold from what it is. Witnesses are looked
for by linear programming (HiGHS), for many numbers in one question: that all move at once is more than each needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from scipy.sparse import hstack

from aim.publish.moves import NONE, moves
from aim.publish.unknowns import NOBODY, Flags, Floats, Integers, Unknowns

NEAR = 1e-6
"""Smaller differences are the solver's."""
_REWARD = 1e5
"""What it is worth to move a number that is asked for: more than any way costs."""
_MANY = 8
"""A question for more numbers is worth simplifying before it is solved; for fewer it takes longer than solving."""
_BUNDLE = 256
"""Parts are put together until they have about as many numbers."""
_DUAL = 1
"""Simplex strategy of HiGHS: that nothing moves always costs least."""


class NoAnswerError(RuntimeError):
    """The solver gave up: whether a number is safe is not known, and nothing is released on that."""


@dataclass(frozen=True)
class Witness:
    """places: the values that differ from the truth; moved: by how much."""

    places: Integers
    moved: Floats


@dataclass(frozen=True)
class Room:
    """The lowest and the highest value an attacker must hold possible; neither is looked for beyond the threshold."""

    lowest: float
    highest: float


class Program:
    """All that could move in one system, as linear programs kept for question after question.

    What hangs together makes one program (the months of a stock are apart): it is asked for apart (`split`).
    """

    def __init__(self, system: Unknowns, movable: Flags, threshold: float) -> None:
        """movable: all that any question may move. threshold: by how much a witness moves what it is for."""
        self.system = system
        places = np.flatnonzero(movable)
        part = system.parts(movable)[places]
        # Parts of a few numbers are asked together: a question has its own price.
        size = np.bincount(part)
        bundle = np.where(size < _BUNDLE, np.cumsum(np.minimum(size, _BUNDLE)) // _BUNDLE, -1 - np.arange(size.size))
        self._part_of = np.full(system.size, -1)
        self._part_of[places] = np.unique(bundle[part], return_inverse=True)[1]
        self._parts: dict[int, _Part] = {}
        # How many steps of the solver the last question took.
        self.steps = 0
        self.threshold = threshold

    def split(self, asked: Integers) -> list[Integers]:
        """`asked` in those that hang together, each in its order; only such are asked for in one question."""
        part = self._part_of[asked]
        return [asked[part == one] for one in np.unique(part)]

    def size_of(self, value: int) -> int:
        """How many numbers hang together with `value`, itself among them."""
        return int((self._part_of == self._part_of[value]).sum())

    def known_to(self, value: int) -> frozenset[int]:
        """The municipalities that know some of the numbers that hang together with `value`."""
        owners = np.unique(self.system.owner[self._part_of == self._part_of[value]])
        return frozenset(owners[owners != NOBODY].tolist())

    def moving(self, asked: Integers, movable: Flags, cost: Floats, known_to: Iterable[int] = ()) -> Witness:
        """The cheapest deviations that move as much of `asked`, each up to the threshold and away from zero, as can be.

        asked: numbers that hang together (split). movable: what may move; told numbers may not. cost: of moving each
        value by one. known_to: municipalities whose numbers are left alone, since they know them.
        """
        part = self._part(asked[0])
        found = part.moving(asked, movable, cost, known_to)
        self.steps = part.steps
        return found

    def ends(self, value: int, movable: Flags, cost: Floats, known_to: int) -> tuple[Witness, Witness]:
        """The cheapest deviations with `value` as low, and as high, as can be, up to the threshold each.

        Where moving others costs nothing the solver goes astray: it should cost a little.
        """
        part = self._part(value)
        return part.farthest(value, -1.0, movable, cost, known_to), part.farthest(value, 1.0, movable, cost, known_to)

    def room(self, value: int, ends: tuple[Witness, Witness]) -> Room:
        """How far `ends` leave `value` open."""
        number = float(self.system.number[value])
        lowest, highest = (float(end.moved[end.places == value].sum()) for end in ends)
        return Room(number + lowest, number + highest)

    def _part(self, value: int) -> _Part:
        number = int(self._part_of[value])
        if number not in self._parts:
            self._parts[number] = _Part(self.system, np.flatnonzero(self._part_of == number), self.threshold)
        return self._parts[number]


class _Part:
    """One linear program, of numbers none of which is bound to one outside. Its columns are moves."""

    def __init__(self, system: Unknowns, places: Integers, threshold: float) -> None:
        self._system = system
        self._threshold = threshold
        self._places = places
        self._position = np.full(system.size, -1)
        self._position[places] = np.arange(places.size)
        columns = system.columns[:, places].tocsr()
        rows = np.flatnonzero(np.diff(columns.indptr))
        self._moves = moves(columns[rows], system.row_least[rows], system.row_is_equal[rows])
        self._columns = self._moves.binding.tocsc()
        self._moving = np.flatnonzero(self._moves.of != NONE)
        self._move = self._moves.of[self._moving]
        self._turned = self._moves.sign[self._moving] < 0
        self._away = np.where(system.number[places] >= 0, 1.0, -1.0) * self._moves.sign
        self._highs = self._made()
        # How many steps of the solver the last question took.
        self.steps = 0

    def _made(self) -> Any:
        """Two columns of each move, up and down, so that each way has its cost."""
        matrix = hstack([self._columns, -self._columns]).tocsc()
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = matrix.shape
        nothing = np.zeros(matrix.shape[1])
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = nothing, nothing, nothing
        self._most = self._cost = nothing
        lp.row_lower_ = self._moves.row_least
        lp.row_upper_ = np.where(self._moves.row_is_equal, 0.0, np.inf)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # it ships types for all but this
        for option, value in (("output_flag", False), ("threads", 1), ("simplex_strategy", _DUAL)):
            highs.setOptionValue(option, value)
        highs.passModel(lp)
        return highs

    def moving(self, asked: Integers, movable: Flags, cost: Floats, known_to: Iterable[int] = ()) -> Witness:
        up, down = self._ways(movable, known_to)
        at = self._position[asked]
        at = at[self._moves.of[at] != NONE]
        # What moves as one but away from zero in both ways goes the way of most.
        reward = np.bincount(self._moves.of[at], self._away[at], minlength=up.size)
        rewarded = np.flatnonzero(reward)
        way = np.sign(reward[rewarded])
        # Beyond the threshold it moves at its price, for others' sake; the other way it does not.
        upward, downward = np.where(way > 0, up[rewarded], 0.0), np.where(way < 0, down[rewarded], 0.0)
        far = np.minimum(upward + downward, self._threshold)
        up[rewarded], down[rewarded] = np.maximum(upward - far, 0.0), np.maximum(downward - far, 0.0)
        price = self._price(cost)
        self._set(np.concatenate([up, down]), np.concatenate([price, price]))
        rows, coefficients, count = entries(self._columns, rewarded)
        self._highs.addCols(
            rewarded.size,
            -_REWARD * np.abs(reward[rewarded]),
            np.zeros(rewarded.size),
            far,
            rows.size,
            np.cumsum(count) - count,
            rows,
            coefficients * np.repeat(way, count),
        )
        self._highs.setOptionValue("presolve", "on" if asked.size > _MANY else "off")
        found = self._solved()
        self._highs.deleteCols(rewarded.size, np.arange(2 * up.size, 2 * up.size + rewarded.size, dtype=np.int32))
        if found is None:
            return Witness(np.zeros(0, dtype=np.int64), np.zeros(0))
        return self._witness(found, rewarded, way)

    def farthest(self, value: int, way: float, movable: Flags, cost: Floats, known_to: int) -> Witness:
        at = int(self._position[value])
        move = int(self._moves.of[at])
        if move == NONE:
            return Witness(np.zeros(0, dtype=np.int64), np.zeros(0))
        up, down = self._ways(movable, [known_to])
        # To the very end it can be a long way, and the threshold is all that is asked for.
        up[move], down[move] = min(up[move], self._threshold), min(down[move], self._threshold)
        price = self._price(cost)
        priced = np.concatenate([price, price])
        reward = way * float(self._moves.sign[at]) * _REWARD
        priced[move], priced[move + up.size] = -reward, reward
        self._set(np.concatenate([up, down]), priced)
        self._highs.setOptionValue("presolve", "off")
        found = self._solved()
        if found is None:
            raise NoAnswerError(f"The solver ended with {self._highs.getModelStatus()}: nothing is shown by that.")
        return self._witness(found, np.zeros(0, dtype=np.int64), np.zeros(0))

    def _ways(self, movable: Flags, known_to: Iterable[int]) -> tuple[Floats, Floats]:
        """How far each move may go up and down."""
        places = self._places[self._moving]
        known = [owner for owner in known_to if owner != NOBODY]
        free = movable[places] & ~np.isin(self._system.owner[places], known)
        up, down = np.where(free, np.inf, 0.0), np.where(free, -self._system.least[places], 0.0)
        upward, downward = np.maximum(self._moves.most, 0.0), np.maximum(-self._moves.least, 0.0)
        np.minimum.at(upward, self._move, np.where(self._turned, down, up))
        np.minimum.at(downward, self._move, np.where(self._turned, up, down))
        return upward, downward

    def _price(self, cost: Floats) -> Floats:
        """Of each move: what it costs to move all of it by one."""
        of_numbers = cost[self._places[self._moving]]
        price: Floats = np.bincount(self._move, of_numbers, minlength=self._moves.most.size).astype(np.float64)
        return price

    def _set(self, most: Floats, cost: Floats) -> None:
        # Questions differ in few columns: to hand on all of them takes as long as to answer a small one.
        other = np.flatnonzero(most != self._most).astype(np.int32)
        if other.size:
            self._highs.changeColsBounds(other.size, other, np.zeros(other.size), most[other])
        other = np.flatnonzero(cost != self._cost).astype(np.int32)
        if other.size:
            self._highs.changeColsCost(other.size, other, cost[other])
        self._most, self._cost = most, cost

    def _solved(self) -> Floats | None:
        """The columns at their best; None: there is none, or the solver found none (its status tells)."""
        # From nothing moved anew: the last answer is farther away than that.
        self._highs.clearSolver()
        self._highs.run()
        self.steps = int(self._highs.getInfo().simplex_iteration_count)
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.asarray(self._highs.getSolution().col_value)

    def _witness(self, columns: Floats, rewarded: Integers, way: Floats) -> Witness:
        size = self._moves.most.size
        move: Floats = columns[:size] - columns[size : 2 * size]
        move[rewarded] += way * columns[2 * size :]
        moved = np.zeros(self._places.size)
        moved[self._moving] = move[self._move] * self._moves.sign[self._moving]
        kept = np.flatnonzero(np.abs(moved) > NEAR)
        return Witness(self._places[kept], moved[kept])


def entries(columns: Any, of: Integers) -> tuple[Integers, Floats, Integers]:
    """Rows and coefficients of some columns of a matrix by columns, one column after the other; how many of each.

    By hand: questions and witnesses are many and small, and to make a matrix of each takes longer than all else there.
    """
    first = columns.indptr[of]
    count = columns.indptr[of + 1] - first
    at = np.arange(count.sum()) + np.repeat(first - np.cumsum(count) + count, count)
    return columns.indices[at], columns.data[at], count


def holds(system: Unknowns, witness: Witness) -> bool:
    """Whether a witness keeps every identity and bound: an answer of the solver is believed when it was checked."""
    if not (witness.moved >= system.least[witness.places] - NEAR).all():
        return False
    within, coefficients, count = entries(system.columns, witness.places)
    rows, row = np.unique(within, return_inverse=True)
    bound = np.bincount(row, coefficients * np.repeat(witness.moved, count), minlength=rows.size)
    kept = np.where(system.row_is_equal[rows], np.abs(bound) <= NEAR, bound >= system.row_least[rows] - NEAR)
    return bool(kept.all())
