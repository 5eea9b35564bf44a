"""Can an attacker work out what had to be hidden? Asked of every hidden number, against everybody.

Attackers are an outsider, who knows that a hidden number is above 0, and each municipality, which knows its own
numbers too. A number is safe from whoever has no part in one of its witnesses: safe from all once no municipality has
a part in every one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from aim.publish.unknowns import NOBODY, Flags, Integers, Unknowns
from aim.publish.witness import NEAR, Program, Room, Witness, holds

OUTSIDER = NOBODY
_LITTLE = 0.01
"""Cost of moving a number where only the farthest way counts: where it costs nothing the solver takes longer."""
_FEWEST = 8
"""Fewer numbers than this are not asked for apart where what is left is looked into one by one later."""


@dataclass(frozen=True)
class Breach:
    """A hidden value that an attacker (a municipality's code, or OUTSIDER) narrows down to `room`."""

    value: int
    attacker: int
    room: Room


class Suspects:
    """Who may still work out which value, by the witnesses found so far."""

    def __init__(self, system: Unknowns, threshold: float) -> None:
        """Everybody is suspected of everything at first."""
        self._system = system
        self._threshold = threshold
        self._municipalities = frozenset(int(owner) for owner in np.unique(system.owner) if owner != NOBODY)
        self._of: dict[int, frozenset[int]] = {}
        self.cleared_by: list[Witness] = []

    def of(self, value: int) -> frozenset[int]:
        """The attackers against whom no witness is known; OUTSIDER among them stands for everybody."""
        return self._of.get(value, frozenset([OUTSIDER]))

    def among(self, values: Integers, attackers: frozenset[int]) -> Integers:
        """The `values` of which one of `attackers` is suspected, who do not know them anyway."""
        owners = self._system.owner[values].tolist()
        asked = np.array(
            [
                (OUTSIDER in (suspected := self.of(value)) or not suspected.isdisjoint(attackers))
                and (owner == NOBODY or owner not in attackers)
                for value, owner in zip(values.tolist(), owners, strict=True)
            ],
            dtype=bool,
        )
        found: Integers = values[asked]
        return found

    def clear(self, value: int, attacker: int) -> None:
        """An attacker is done with a value; of OUTSIDER all that is left is what municipalities know themselves."""
        before = self.of(value)
        left = before - {attacker} if OUTSIDER not in before else self._municipalities
        self._of[value] = left - {int(self._system.owner[value])}

    def clear_by(self, witness: Witness) -> None:
        """What a witness moves by the threshold, up or down, is safe from all whose numbers it leaves alone."""
        if not holds(self._system, witness):
            return
        self.cleared_by.append(witness)
        owners = self._system.owner[witness.places]
        involved = frozenset(int(owner) for owner in np.unique(owners) if owner != NOBODY)
        far = np.abs(witness.moved) >= self._threshold - NEAR
        for value, owner in zip(witness.places[far].tolist(), owners[far].tolist(), strict=True):
            if self._system.to_protect[value]:
                before = self._of.get(value)
                self._of[value] = (involved if before is None else before & involved) - {owner}


def attack(system: Unknowns, hidden: Flags, threshold: float, witnesses: Iterable[Witness] = ()) -> list[Breach]:
    """Every hidden value that had to be hidden and is left less room than `threshold`; empty: all are safe.

    witnesses: found before, of the same values; each is checked against this system and what is hidden in it, and what
    they do not clear is looked into anew.

    Sums are taken for exact first. Where that leaves no room whatever else were hidden, a sum does not hold (a child
    counted once over a longer time) and whoever trusts it is misled; there he is given that it does not
    (Unknowns.looser).
    """
    narrow = _narrowed(system, hidden, threshold, witnesses)
    breaches: list[Breach] = []
    trusting = system
    for looser in system.looser():
        if not narrow:
            break
        beyond_help = _narrowed(_asking_for(trusting, narrow), hidden | system.may_hide, threshold, ())
        misled = {(one.value, one.attacker) for one in beyond_help}
        breaches += [one for one in narrow if (one.value, one.attacker) not in misled]
        narrow = _narrowed(_asking_for(looser, beyond_help), hidden, threshold, ())
        trusting = looser
    return breaches + narrow


def _asking_for(system: Unknowns, breaches: list[Breach]) -> Unknowns:
    asked = np.zeros(system.size, dtype=bool)
    asked[[one.value for one in breaches]] = True
    return replace(system, to_protect=asked)


def _narrowed(system: Unknowns, hidden: Flags, threshold: float, witnesses: Iterable[Witness]) -> list[Breach]:
    program = Program(system, hidden, threshold)
    suspects = Suspects(system, threshold)
    wanted = np.flatnonzero(hidden & system.to_protect)
    for witness in witnesses:
        if hidden[witness.places].all():
            suspects.clear_by(witness)
    breaches = []
    cost = np.full(system.size, _LITTLE)
    clear_of_crowds(program, suspects, wanted, hidden)
    for attackers in attackers_together(system):
        left = clear_together(program, suspects, wanted, hidden, attackers, to_the_last=len(attackers) == 1)
        if len(attackers) > 1:
            continue
        (attacker,) = attackers
        for value in left.tolist():
            room = program.room(value, program.ends(value, hidden, cost, attacker))
            if not is_wide(room, float(system.step[value]), threshold):
                breaches.append(Breach(value, attacker, room))
            suspects.clear(value, attacker)
        # What anybody narrows down need not be asked of those who know more.
        wanted = wanted[~np.isin(wanted, [one.value for one in breaches if one.attacker == OUTSIDER])]
    return breaches


def attackers_together(system: Unknowns) -> Iterator[frozenset[int]]:
    """Who is asked about together: an outsider, municipalities no two of which know numbers of one sum, each alone."""
    yield frozenset([OUTSIDER])
    yield from (together for together in _strangers(system) if len(together) > 1)
    for municipality in np.unique(system.owner[system.owner != NOBODY]).tolist():
        yield frozenset([municipality])


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


def clear_of_crowds(program: Program, suspects: Suspects, wanted: Integers, hidden: Flags) -> None:
    """Clear `wanted` of every other municipality at once, then of the others: most of what is safe is so from all."""
    strangers = _strangers(program.system)
    for crowd in filter(None, (strangers[::2], strangers[1::2])):
        clear_together(program, suspects, wanted, hidden, frozenset[int]().union(*crowd))


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


def is_wide(room: Room, step: float, threshold: float) -> bool:
    """Whether from the lowest to the highest whole number of steps it is the threshold or more."""
    if not np.isfinite([room.lowest, room.highest]).all():
        return True
    width = (np.floor(room.highest / step + NEAR) - np.ceil(room.lowest / step - NEAR)) * step
    return bool(width >= threshold - NEAR)
