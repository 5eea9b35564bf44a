"""By which questions are hidden numbers cleared of all attackers? Of many by one question, where that is quick."""

from __future__ import annotations

import numpy as np

from aim.publish.suspects import OUTSIDER, Suspects
from aim.publish.unknowns import EVERYWHERE, NOBODY, Flags, Integers
from aim.publish.witness import Program

_AT_ONCE = 4
"""So many are asked for at once of the whole: each question has its own price, and of more some are in each other's way
(8 take no less time, and hide more)."""
_SUSPECTED = 100.0
"""Price of moving what a suspect knows, where moving others' numbers costs 1."""
_FEWEST = 8
"""Fewer numbers than this are not asked for apart where what is left is looked into one by one later."""


def clear_of_suspects(suspects: Suspects, wanted: Integers, hidden: Flags) -> None:
    """Clear `wanted` of the municipalities suspected of them, by what is answered soon, as far as that goes.

    By what each region and the nation can do alone first, which is ten times smaller than the whole; then by the whole.
    """
    clear_by_regions(suspects, wanted, hidden)
    clear_everywhere(suspects, wanted, hidden)


def clear_by_regions(suspects: Suspects, wanted: Integers, hidden: Flags) -> None:
    """The first part of clear_of_suspects: each region's numbers, of all who know nothing of it, then of each inside.

    Many by one question; asked there for one number at a time hardly any more is cleared.
    """
    system = suspects.system
    wanted = _suspected(suspects, wanted)
    municipalities = frozenset(np.unique(system.owner[system.owner != NOBODY]).tolist())
    for region in np.unique(system.region[wanted]).tolist():
        if region == EVERYWHERE:
            continue
        is_inside = system.region == region
        program = Program(system, hidden & (is_inside | (system.region == EVERYWHERE)), suspects.threshold)
        near = wanted[is_inside[wanted]]
        inside = municipalities & frozenset(system.owner[is_inside].tolist())
        for attackers in (municipalities - inside, *(frozenset([one]) for one in sorted(inside))):
            clear_together(program, suspects, near, hidden, attackers)


def clear_everywhere(suspects: Suspects, wanted: Integers, hidden: Flags) -> None:
    """The rest of clear_of_suspects: by the whole, each number without those of its suspects who can be spared, then a
    few at once without each who is left.
    """
    wanted = _suspected(suspects, wanted)
    if wanted.size == 0:
        return
    everywhere = Program(suspects.system, hidden, suspects.threshold)
    _clear_of_most(everywhere, suspects, wanted, hidden)
    _clear_of_each(everywhere, suspects, wanted, hidden)


def _suspected(suspects: Suspects, wanted: Integers) -> Integers:
    return np.array([value for value in wanted.tolist() if suspects.of(value)], dtype=np.int64)


def _clear_of_most(program: Program, suspects: Suspects, wanted: Integers, hidden: Flags) -> None:
    """Leave few suspects of each number: what they know may move, at a price; who has no part in it is cleared."""
    for value in wanted.tolist():
        # Of one alone it is asked for with others.
        if len(suspects.of(value)) > 1:
            price = np.where(suspects.known_to_them(value), _SUSPECTED, 1.0)
            suspects.clear_by(program.moving(np.array([value]), hidden, price))


def _clear_of_each(program: Program, suspects: Suspects, wanted: Integers, hidden: Flags) -> None:
    cost = np.ones(hidden.size)
    left = frozenset[int]().union(*(suspects.of(value) for value in wanted.tolist())) - {OUTSIDER}
    for alone in (frozenset([one]) for one in sorted(left)):
        for together in program.split(suspects.among(wanted, alone)):
            for batch in suspects.in_batches(together, _AT_ONCE, alone):
                suspects.clear_by(program.moving(batch, hidden, cost, alone))


def clear_together(
    program: Program,
    suspects: Suspects,
    wanted: Integers,
    hidden: Flags,
    attackers: frozenset[int],
    to_the_last: bool = False,
) -> Integers:
    """Clear `wanted` of `attackers`, many by one witness; returns what is left.

    Where not all can move at once they are asked for in halves, each free to make room for the other, and so on while
    some are cleared by it; to_the_last: in any case, down to one by one.
    """
    cost = np.ones(hidden.size)
    fewest = 1 if to_the_last else _FEWEST
    questions = program.split(suspects.among(wanted, attackers))
    while questions:
        asked = suspects.among(questions.pop(), attackers)
        if asked.size == 0:
            continue
        suspects.clear_by(program.moving(asked, hidden, cost, attackers))
        left = suspects.among(asked, attackers)
        if asked.size >= 2 * fewest and (to_the_last or left.size < asked.size):
            # Neighbours in order stand in one sum: they are asked for apart.
            questions += [left[::2], left[1::2]]
    return suspects.among(wanted, attackers)
