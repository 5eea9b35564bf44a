"""Numbers that move as one are one column, and nothing else changes: what was possible is, what was not is not."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from aim.publish.moves import NONE, Moves, moves

NUMBERS = 5
ROWS = st.lists(
    st.tuples(
        st.lists(st.sampled_from([-2.0, -1.0, 0.0, 0.0, 0.0, 1.0]), min_size=NUMBERS, max_size=NUMBERS).filter(any),
        st.sampled_from([0.0, -1.0, -2.0]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


def made(rows: list[tuple[list[float], float, bool]]) -> Moves:
    """rows: coefficients, the least they come to, and whether they come to nothing."""
    coefficients, least, equal = zip(*rows, strict=True)
    return moves(sparse.csr_array(np.array(coefficients)), np.array(least), np.array(equal))


def held(rows: list[tuple[list[float], float, bool]], deviations: tuple[int, ...]) -> bool:
    came_to = [(float(np.dot(coefficients, deviations)), least, equal) for coefficients, least, equal in rows]
    return all(found == 0 if equal else found >= least for found, least, equal in came_to)


def held_as_moves(found: Moves, deviations: tuple[int, ...]) -> bool:
    move = np.zeros(found.least.size)
    for number, deviation in enumerate(deviations):
        if found.of[number] != NONE:
            move[found.of[number]] = deviation * found.sign[number]
    again = np.where(found.of == NONE, 0.0, found.sign * np.append(move, 0.0)[found.of])
    if not (again == deviations).all():
        return False
    came_to = found.binding @ move
    kept = np.where(found.row_is_equal, np.abs(came_to) < 1e-6, came_to >= found.row_least - 1e-6)
    return bool(kept.all() and (move >= found.least - 1e-6).all() and (move <= found.most + 1e-6).all())


@given(ROWS)
def test_what_is_possible_stays_so_and_what_is_not_too(rows: list[tuple[list[float], float, bool]]) -> None:
    found = made(rows)
    for deviations in product((-1, 0, 1), repeat=NUMBERS):
        assert held(rows, deviations) == held_as_moves(found, deviations)


def test_two_alone_in_a_sum_move_as_one_and_so_does_who_is_alone_with_them() -> None:
    found = made([([1, 1, 0, 0, 0], 0, True), ([1, 1, 1, -1, 0], 0, True), ([0, 0, 0, 1, 1], -3, False)])
    assert found.of.tolist() == [0, 0, 1, 1, 2]
    assert (found.sign[0] * found.sign[1], found.sign[2] * found.sign[3]) == (-1, 1)
    assert found.binding.shape == (1, 3)


def test_what_cannot_move_is_no_move() -> None:
    found = made([([1, 1, 0, 0, 0], 0, True), ([1, -1, 0, 0, 0], 0, True), ([0, 0, 0, 0, 1], 0, True)])
    assert found.of.tolist() == [NONE, NONE, 0, 1, NONE]


def test_the_tightest_of_what_says_the_same_is_left_and_a_row_of_one_is_a_bound() -> None:
    found = made(
        [
            ([1, -1, 0, 0, 0], -2, False),
            ([2, -2, 0, 0, 0], -2, False),
            ([-1, 1, 0, 0, 0], -3, False),
            ([0, 0, -2, 0, 0], -3, False),
            ([0, 0, 1, 0, 0], -1, False),
        ]
    )
    assert sorted(found.row_least.tolist()) == [-3, -1]
    assert (found.least[2], found.most[2]) == (-1, 1.5)
