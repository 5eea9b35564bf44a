"""By which questions are hidden numbers cleared of all attackers? Of many by one question, where that is quick."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aim.publish.suspects import OUTSIDER, Suspects
from aim.publish.unknowns import EVERYWHERE, NOBODY, Flags, Integers, Unknowns
from aim.publish.witness import Program

_FEWEST = 8
"""Fewer numbers than this are not asked for apart where what is left is looked into one by one later."""


def turns(system: Unknowns) -> Iterator[list[frozenset[int]]]:
    """Who is asked about together: an outsider; municipalities no two of which know numbers of one sum; each alone.

    After each turn what is left is cleared in the quicker way (clear_of_suspects).
    """
    yield [frozenset([OUTSIDER])]
    yield [together for together in _strangers(system) if len(together) > 1]
    yield [frozenset([one]) for one in np.unique(system.owner[system.owner != NOBODY]).tolist()]


def clear_of_suspects(suspects: Suspects, wanted: Integers, hidden: Flags) -> None:
    """Clear `wanted` of the municipalities suspected of them, by what is answered soon, as far as that goes.

    Of those of the own region first, by what the region and the nation can do alone: a region is ten times smaller
    than all. Then each number of all its suspects at once: one that moves without them all is safe from all.
    """
    wanted = wanted[[bool(suspects.of(value)) for value in wanted.tolist()]]
    if wanted.size == 0:
        return
    system = suspects.system
    regional = _regional(suspects, hidden)
    for region, program in regional.items():
        near = wanted[system.region[wanted] == region]
        owners = system.owner[(system.region == region) & (system.owner != NOBODY)]
        for municipality in np.unique(owners).tolist():
            clear_together(program, suspects, near, hidden, frozenset([municipality]))
    cost, everywhere = np.ones(system.size), Program(system, hidden, suspects.threshold)
    for value in wanted.tolist():
        for asked in filter(None, (regional.get(int(system.region[value])), everywhere)):
            suspected = suspects.of(value)
            if suspected and OUTSIDER not in suspected:
                suspects.clear_by(asked.moving(np.array([value]), hidden, cost, suspected))


def _strangers(system: Unknowns) -> list[frozenset[int]]:
    """Municipalities in as few groups as come easily, none beside one of its neighbours."""
    bound = system.binding.tocoo()
    owner = system.owner[bound.col]
    known = owner != NOBODY
    pairs = np.unique(np.stack([bound.row[known], owner[known]]), axis=1)
    rows = np.split(pairs[1], np.flatnonzero(np.diff(pairs[0])) + 1)
    neighbours: dict[int, set[int]] = {}
    for row in {tuple(row.tolist()) for row in rows}:
        for one in row:
            neighbours.setdefault(one, set()).update(row)
    groups: list[set[int]] = []
    for one in sorted(neighbours):
        group = next((group for group in groups if group.isdisjoint(neighbours[one])), None)
        if group is None:
            groups.append({one})
        else:
            group.add(one)
    return [frozenset(group) for group in groups]


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


def _regional(suspects: Suspects, hidden: Flags) -> dict[int, Program]:
    """What each region, with the nation, could move while all others stand still."""
    region = suspects.system.region
    return {
        one: Program(suspects.system, hidden & np.isin(region, [one, EVERYWHERE]), suspects.threshold)
        for one in np.unique(region[hidden & (region != EVERYWHERE)]).tolist()
    }
