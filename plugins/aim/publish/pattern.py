"""What else has to be hidden so that nobody works out what had to be? Little should be lost by it.

For the numbers that had to be hidden the cheapest witness is looked for against everybody in turn: what differs in it
has to be hidden too, and what is hidden already differs for next to nothing. (The shortest-way heuristic of
complementary suppression, as a linear program; a second look, at a price per number and not per unit, spares numbers.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from aim.publish.attack import is_wide
from aim.publish.clearing import clear_of_suspects, clear_together, turns
from aim.publish.reach import narrow_for_anybody
from aim.publish.suspects import OUTSIDER, Suspects
from aim.publish.unknowns import Flags, Floats, Integers, Unknowns
from aim.publish.witness import NEAR, Program, Witness

_NEXT_TO_NOTHING = 0.03
"""Cost of moving what is hidden already: little, so that the way stays short."""
_LOOKED_AT = 50_000
"""How many numbers the questions of a stage have in them, all in all: a small system is asked for few numbers at once,
which hides little, a large one for many, which goes quickly."""
_FEWER = 4
"""Into how many parts a question is cut of which nothing can be made safe at once."""
_MOST = 64
"""More questions of a stage hide nothing less."""
_CEILINGS = (45.0, 220.0, 700.0)
"""What a number may cost that a question for many numbers hides, in turn: those of municipalities, of counties, of the
nation by breakdown cost about as much (publication_plan.csv). Many small numbers can only grow at once, and what they
add would be taken from the dearest, the nation's totals, for the sake of the last few."""


@dataclass(frozen=True)
class Pattern:
    """hidden: what had to be hidden and what has to be beside it. witnesses: what was found that shows it safe."""

    hidden: Flags
    witnesses: list[Witness]


def pattern(system: Unknowns, hidden: Flags, threshold: float) -> Pattern:
    """What has to be hidden beside `hidden`, from an outsider first: what is told of a month is told before its year.

    Where nothing of a stage may be hidden any more nothing is looked for. Then from each municipality. What no hiding
    makes safe while sums are taken for exact is made safe from those who know that some are not.
    """
    hidden = hidden.copy()
    witnesses: list[Witness] = []
    system = replace(system, to_protect=system.to_protect & _beside_what_may_be_hidden(system, hidden))
    for stage in np.unique(system.stage[system.may_hide]).tolist():
        witnesses = _hide_from_outsiders(system.up_to(stage), hidden, threshold)
    unsafe, witnesses = _hide_from_everybody(system, hidden, threshold, witnesses)
    for looser in system.looser():
        if unsafe.any():
            unsafe, _ = _hide_from_everybody(replace(looser, to_protect=unsafe), hidden, threshold, [])
    return Pattern(hidden, witnesses)


def _beside_what_may_be_hidden(system: Unknowns, hidden: Flags) -> Flags:
    """What hangs together with something that may be hidden: of all else it was told before what is hidden."""
    part = system.parts(hidden | system.may_hide)
    found: Flags = np.isin(part, part[system.may_hide])
    return found


def _hide_from_outsiders(system: Unknowns, hidden: Flags, threshold: float) -> list[Witness]:
    """Hide what is still needed, in `hidden` itself; returns the witnesses."""
    movable = hidden | system.may_hide
    wanted = np.flatnonzero(hidden & system.to_protect)
    wanted = wanted[~np.isin(wanted, list(narrow_for_anybody(system, movable, threshold)))]
    # Numbers of the whole country first: what is hidden for them serves the smaller places too.
    wanted = wanted[np.argsort(-system.cost[wanted], kind="stable")]
    program, suspects = Program(system, movable, threshold), Suspects(system, threshold)
    _hide_from(program, suspects, wanted, hidden, movable, frozenset([OUTSIDER]))
    return suspects.cleared_by


def _hide_from_everybody(
    system: Unknowns, hidden: Flags, threshold: float, witnesses: list[Witness]
) -> tuple[Flags, list[Witness]]:
    """Hide what is still needed, in `hidden` itself; returns what could not be made safe, and the witnesses.

    witnesses: found before, with less hidden.
    """
    movable = hidden | system.may_hide
    hiding, hidden_now = Program(system, movable, threshold), Program(system, hidden, threshold)
    wanted = np.flatnonzero(hidden & system.to_protect)
    unsafe = np.zeros(system.size, dtype=bool)
    unsafe[list(narrow_for_anybody(system, movable, threshold))] = True
    unsafe &= hidden & system.to_protect
    wanted = wanted[~unsafe[wanted]]
    suspects = Suspects(system, threshold)
    for witness in witnesses:
        suspects.clear_by(witness)
    for turn in turns(system):
        for attackers in turn:
            left = clear_together(hidden_now, suspects, wanted, hidden, attackers)
            if left.size:
                before = hidden.sum()
                unsafe[_hide_from(hiding, suspects, left, hidden, movable, attackers)] = True
                wanted = wanted[~unsafe[wanted]]
                # To make it takes as long as many questions, and most often nothing had to be hidden.
                if hidden.sum() > before:
                    hidden_now = Program(system, hidden, threshold)
        clear_of_suspects(suspects, wanted, hidden)
    return unsafe, suspects.cleared_by


def _hide_from(
    program: Program, suspects: Suspects, asked: Integers, hidden: Flags, movable: Flags, attackers: frozenset[int]
) -> Integers:
    """Hide what makes `asked` safe from all attackers at once; returns those that nothing makes safe from one alone."""
    unsafe = [_hide_bound(program, suspects, together, hidden, movable, attackers) for together in program.split(asked)]
    return np.concatenate([np.zeros(0, dtype=np.int64), *unsafe])


def _hide_bound(
    program: Program, suspects: Suspects, asked: Integers, hidden: Flags, movable: Flags, attackers: frozenset[int]
) -> Integers:
    unsafe: list[int] = []
    size = -(-asked.size // min(_MOST, 1 + _LOOKED_AT // program.size_of(asked[0])))
    for ceiling in _CEILINGS:
        cheap = movable & (hidden | (program.system.cost <= ceiling))
        apart = -(-asked.size // size)
        for first in range(apart):
            batch = suspects.among(asked[first::apart], attackers)
            if batch.size > 1:
                _hide_for(program, suspects, batch, hidden, cheap, attackers)
        asked = suspects.among(asked, attackers)
    while asked.size:
        batch = asked[:: -(-asked.size // size)]
        found = _hide_for(program, suspects, batch, hidden, movable, attackers)
        missed = suspects.among(batch, attackers)
        asked = suspects.among(asked, attackers)
        if len(attackers) > 1:
            # What cannot be hidden from all at once is hidden from each alone.
            asked = asked[~np.isin(asked, missed)]
        elif batch.size == 1:
            (attacker,) = attackers
            unsafe += [
                value
                for value in missed.tolist()
                if not _hide_between(program, suspects, value, found, hidden, movable, attacker)
            ]
            asked = asked[~np.isin(asked, missed)]
        elif missed.size == batch.size:
            size = -(-size // _FEWER)
    return np.array(unsafe, dtype=np.int64)


def _hide_for(
    program: Program, suspects: Suspects, batch: Integers, hidden: Flags, movable: Flags, attackers: frozenset[int]
) -> Witness:
    """Hide what one witness moves; for a number alone that it does not move far enough nothing is hidden."""
    cost = np.where(hidden, _NEXT_TO_NOTHING, program.system.cost)
    found = program.moving(batch, movable, cost, attackers)
    if batch.size == 1 and _away(found, batch[0]) < program.threshold - NEAR:
        return found
    fresh = ~hidden[found.places]
    if fresh.sum() > 1:
        found = _spared(program, batch, hidden, movable, cost, attackers, found)
    hidden[found.places] = True
    suspects.clear_by(found)
    return found


def _hide_between(
    program: Program,
    suspects: Suspects,
    value: int,
    found: Witness,
    hidden: Flags,
    movable: Flags,
    attacker: int,
) -> bool:
    """Hide what leaves `value` open both ways, where neither is far enough alone; whether it does.

    found: how far it moves away from zero.
    """
    if _away(found, value) - program.system.least[value] < program.threshold - NEAR:
        return False
    cost = np.where(hidden, _NEXT_TO_NOTHING, program.system.cost)
    ends = program.ends(value, movable, cost, attacker)
    if not is_wide(program.room(value, ends), float(program.system.step[value]), program.threshold):
        return False
    for end in ends:
        if end is not None:
            hidden[end.places] = True
    suspects.clear(value, attacker)
    return True


def _away(found: Witness, value: int) -> float:
    return float(np.abs(found.moved[found.places == value]).sum())


def _spared(
    program: Program,
    batch: Integers,
    hidden: Flags,
    movable: Flags,
    cost: Floats,
    attackers: frozenset[int],
    found: Witness,
) -> Witness:
    """Look again, each number cheaper the more it moved: few that move far, not many that move a little."""
    fresh = ~hidden[found.places]
    priced = cost.copy()
    priced[found.places[fresh]] /= np.maximum(np.abs(found.moved[fresh]), 1.0)
    again = program.moving(batch, movable, priced, attackers)
    before, after = found.places[fresh], again.places[~hidden[again.places]]
    return again if cost[after].sum() < cost[before].sum() else found
