"""How far can hidden numbers move at most? What is soon seen to be narrow need not be asked of the solver."""

from __future__ import annotations

import numpy as np

from aim.publish.unknowns import Flags, Floats, Unknowns
from aim.publish.witness import NEAR, Room

_SWEEPS = 40
"""What is not seen after so many is left to the solver."""


def narrow_for_anybody(system: Unknowns, movable: Flags, threshold: float) -> dict[int, Room]:
    """The numbers that even an outsider narrows down to less than `threshold`, and what he is left at most.

    Others may be narrow too. Bounds are handed on along the sums, one after the other, until nothing changes
    (feasibility-based bound tightening): each goes as far as its sum lets it when all others go as far as they can.
    """
    deviations = _reach(system, movable)
    low, high = (system.number + deviation for deviation in deviations)
    narrow = np.flatnonzero(movable & (width(low, high, system.step) < threshold - NEAR))
    return {value: Room(float(low[value]), float(high[value])) for value in narrow.tolist()}


def width(lowest: Floats, highest: Floats, step: Floats) -> Floats:
    """From the lowest to the highest whole number of steps; infinite where there is no end."""
    return (np.floor(highest / step + NEAR) - np.ceil(lowest / step - NEAR)) * step


def _reach(system: Unknowns, movable: Flags) -> tuple[Floats, Floats]:
    """The lowest and the highest deviation of each number that no single sum rules out."""
    bound = system.binding.tocoo()
    row, place, coefficient = bound.row, bound.col, bound.data
    upward = coefficient > 0
    low, high = np.where(movable, system.least, 0.0), np.where(movable, np.inf, 0.0)
    least = np.where(system.row_is_equal, 0.0, system.row_least)[row]
    most = np.where(system.row_is_equal, 0.0, np.inf)[row]
    for _ in range(_SWEEPS):
        down = coefficient * np.where(upward, low[place], high[place])
        up = coefficient * np.where(upward, high[place], low[place])
        # What the others of the sum leave this one, in its own unit.
        highest = (most - _of_others(down, row, -np.inf)) / np.abs(coefficient)
        lowest = (least - _of_others(up, row, np.inf)) / np.abs(coefficient)
        before = low.copy(), high.copy()
        np.maximum.at(low, place, np.where(upward, lowest, -highest))
        np.minimum.at(high, place, np.where(upward, highest, -lowest))
        if (low <= before[0] + NEAR).all() and (high >= before[1] - NEAR).all():
            break
    return low, high


def _of_others(term: Floats, row: Floats, endless: float) -> Floats:
    """For each term the sum of the others in its row; `endless` where one of them has no end."""
    has_end = np.isfinite(term)
    ended = np.where(has_end, term, 0.0)
    sums, endless_terms = np.bincount(row, ended), np.bincount(row, ~has_end)
    return np.where(endless_terms[row] - ~has_end > 0, endless, sums[row] - ended)
