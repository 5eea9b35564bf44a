"""Which numbers move as one? Where two alone may move in a sum, one goes as far as the other.

An attacker's program is made of moves, each of all the numbers that go by the same, up or down, and of the rows that
still say something of them: up to half of its columns and of its rows are spared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from aim.publish.unknowns import Flags, Floats, Integers

NONE = -1
"""Move of a number that cannot move at all."""
_ALIKE = 1e-9
"""Coefficients that differ by less are one."""


@dataclass(frozen=True)
class Moves:
    """of: the move of each number, or NONE; sign: the number goes by this times the move (1 or -1).

    binding @ move >= row_least, and = 0 where row_is_equal. least, most: how far each move may go by rows of it alone.
    """

    of: Integers
    sign: Floats
    binding: Any
    row_least: Floats
    row_is_equal: Flags
    least: Floats
    most: Floats


def moves(binding: Any, row_least: Floats, row_is_equal: Flags) -> Moves:
    """What moves as one in `binding` (sparse, rows by numbers), where all of its numbers may move.

    binding @ deviation >= row_least, which is at most 0, and = 0 where row_is_equal.
    """
    binding = binding.tocsr()
    of = np.arange(binding.shape[1])
    sign = np.ones(binding.shape[1])
    while True:
        together = _together(binding, row_is_equal)
        if together is None:
            break
        move, way = together
        sign = np.where(of == NONE, 0.0, sign * way[of])
        of = np.where(sign == 0.0, NONE, move[of])
        binding = _of_moves(binding, move, way)
        says = np.diff(binding.indptr) > 0
        binding, row_least, row_is_equal = binding[says], row_least[says], row_is_equal[says]
    return _without_repeats(of, sign, binding, row_least, row_is_equal)


def _together(binding: Any, row_is_equal: Flags) -> tuple[Integers, Floats] | None:
    """The move of each column and its sign, 0 where it is none, by the sums of one and of two columns; None: no such.

    Each column stands in a graph twice, as it is and turned round; whoever is joined to himself turned round is 0.
    """
    size = np.diff(binding.indptr)
    first = binding.indptr[:-1]
    alone = binding.indices[first[row_is_equal & (size == 1)]]
    pair = first[row_is_equal & (size == 2)]
    one, other = binding.data[pair], binding.data[pair + 1]
    pair = pair[np.abs(np.abs(one) - np.abs(other)) < _ALIKE]
    if pair.size == 0 and alone.size == 0:
        return None
    count = binding.shape[1]
    left, right = binding.indices[pair], binding.indices[pair + 1]
    is_turned = binding.data[pair] * binding.data[pair + 1] > 0
    ends = np.where(is_turned, right + count, right), np.where(is_turned, right, right + count)
    edges = np.concatenate([left, left + count, alone]), np.concatenate([*ends, alone + count])
    graph = sparse.coo_array((np.ones(edges[0].size), edges), shape=(2 * count, 2 * count))
    label = connected_components(graph, directed=False)[1]
    as_is, turned = label[:count], label[count:]
    way = np.sign(turned - as_is).astype(np.float64)
    move = np.full(count, NONE, dtype=np.int64)
    moving = way != 0.0
    move[moving] = np.unique(np.minimum(as_is, turned)[moving], return_inverse=True)[1]
    return move, way


def _of_moves(binding: Any, move: Integers, way: Floats) -> Any:
    moving = np.flatnonzero(way)
    count = int(move.max(initial=NONE)) + 1
    turned = sparse.csr_array((way[moving], (moving, move[moving])), shape=(move.size, count))
    found = (binding @ turned).tocsr()
    found.data[np.abs(found.data) < _ALIKE] = 0.0
    found.eliminate_zeros()
    return found


def _without_repeats(of: Integers, sign: Floats, binding: Any, row_least: Floats, row_is_equal: Flags) -> Moves:
    """Each row once, the tightest of those that say the same; what is said of one move alone is its bound."""
    binding = binding.sorted_indices()
    size = np.diff(binding.indptr)
    # The first coefficient of a row is made 1, or -1 where turning it round would turn its bound.
    scale = binding.data[binding.indptr[:-1]]
    scale = np.where(row_is_equal, scale, np.abs(scale))
    binding = sparse.diags_array(1.0 / scale).tocsr() @ binding
    row_least = row_least / np.abs(scale)
    least = np.full(binding.shape[1], -np.inf)
    most = np.full(binding.shape[1], np.inf)
    alone = np.flatnonzero(size == 1)
    column, coefficient = binding.indices[binding.indptr[alone]], binding.data[binding.indptr[alone]]
    up = coefficient > 0
    np.maximum.at(least, column[up], row_least[alone[up]])
    np.minimum.at(most, column[~up], -row_least[alone[~up]])
    tightest: dict[tuple[bool, bytes, bytes], int] = {}
    for row in np.flatnonzero(size > 1).tolist():
        at = slice(binding.indptr[row], binding.indptr[row + 1])
        said = (
            row_is_equal[row : row + 1].tobytes() + binding.indices[at].tobytes() + binding.data[at].round(9).tobytes()
        )
        before = tightest.setdefault(said, row)
        if row_least[row] > row_least[before]:
            tightest[said] = row
    kept = np.array(sorted(tightest.values()), dtype=np.int64)
    return Moves(of, sign, binding[kept], row_least[kept], row_is_equal[kept], least, most)
