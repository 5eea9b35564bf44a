"""Can an attacker work out what had to be hidden? Asked of every hidden number, against everybody.

Attackers are an outsider, who knows that a hidden number is above 0, and each municipality, which knows its own
numbers too. A number is safe from whoever has no part in one of its witnesses: safe from all once no municipality has
a part in every one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from aim.publish.clearing import clear_of_suspects, clear_together
from aim.publish.reach import narrow_for_anybody, width
from aim.publish.suspects import OUTSIDER, Suspects
from aim.publish.unknowns import Flags, Unknowns
from aim.publish.witness import NEAR, Program, Room, Witness

_LITTLE = 0.01
"""Cost of moving a number where only the farthest way counts: where it costs nothing the solver takes longer."""


@dataclass(frozen=True)
class Breach:
    """A hidden value that an attacker (a municipality's code, or OUTSIDER) narrows down to `room`, or less."""

    value: int
    attacker: int
    room: Room


def attack(system: Unknowns, hidden: Flags, threshold: float, witnesses: Iterable[Witness] = ()) -> list[Breach]:
    """Every hidden value that had to be hidden and is left less room than `threshold`; empty: all are safe.

    witnesses: found before, of the same values; each is checked against this system and what is hidden in it, and what
    they do not clear is looked into anew.

    Sums are taken for exact first. Where that leaves no room whatever else were hidden, a sum does not hold (a child
    counted once over a longer time) and whoever trusts it is misled; there he is given that it does not
    (Unknowns.looser).
    """
    suspects = Suspects(system, threshold)
    for witness in witnesses:
        if hidden[witness.places].all():
            suspects.clear_by(witness)
    narrow = _narrowed(suspects, hidden)
    breaches: list[Breach] = []
    trusting = system
    for looser in system.looser():
        if not narrow:
            break
        beyond_help = _narrowed_still(trusting, narrow, hidden | system.may_hide, threshold)
        misled = {(one.value, one.attacker) for one in beyond_help}
        breaches += [one for one in narrow if (one.value, one.attacker) not in misled]
        narrow = _narrowed_still(looser, beyond_help, hidden, threshold)
        trusting = looser
    return breaches + narrow


def _narrowed_still(system: Unknowns, breaches: list[Breach], hidden: Flags, threshold: float) -> list[Breach]:
    """Which of `breaches` are left where less binds the numbers, or more of them are hidden.

    Whoever could not narrow a number down before cannot now. Of what an outsider narrowed down nobody else was asked
    before: all are.
    """
    asked = np.zeros(system.size, dtype=bool)
    asked[[one.value for one in breaches]] = True
    system = replace(system, to_protect=asked)
    suspects = Suspects(system, threshold)
    for value in np.flatnonzero(asked).tolist():
        suspects.suspect_only(value, [one.attacker for one in breaches if one.value == value])
    return _narrowed(suspects, hidden)


def _narrowed(suspects: Suspects, hidden: Flags) -> list[Breach]:
    system, threshold = suspects.system, suspects.threshold
    program = Program(system, hidden, threshold)
    room_of = narrow_for_anybody(system, hidden, threshold)
    asked = np.flatnonzero(hidden & system.to_protect)
    is_narrow = np.isin(asked, list(room_of))
    breaches = [Breach(value, OUTSIDER, room_of[value]) for value in asked[is_narrow].tolist()]
    wanted = asked[~is_narrow]
    cost = np.full(system.size, _LITTLE)

    def look_into(value: int, attacker: int) -> None:
        room = program.room(value, program.ends(value, hidden, cost, attacker))
        if not is_wide(room, float(system.step[value]), threshold):
            breaches.append(Breach(value, attacker, room))
        suspects.clear(value, attacker)

    for value in clear_together(program, suspects, wanted, hidden, frozenset([OUTSIDER]), to_the_last=True).tolist():
        look_into(value, OUTSIDER)
    # What anybody narrows down need not be asked of those who know more.
    wanted = wanted[~np.isin(wanted, [one.value for one in breaches if one.attacker == OUTSIDER])]
    clear_of_suspects(suspects, wanted, hidden)
    for value in wanted.tolist():
        for attacker in sorted(suspects.of(value)):
            look_into(value, attacker)
    return breaches


def is_wide(room: Room, step: float, threshold: float) -> bool:
    """Whether from the lowest to the highest whole number of steps it is the threshold or more."""
    found = width(*(np.array([one]) for one in (room.lowest, room.highest, step)))
    return bool(found[0] >= threshold - NEAR)
