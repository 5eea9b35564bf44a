"""Can an attacker work out what had to be hidden? Asked of every hidden number, against everybody.

Attackers are an outsider, who knows that a hidden number is above 0, and each municipality, which knows its own
numbers too. A number is safe from whoever has no part in one of its witnesses: safe from all once no municipality has
a part in every one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aim.publish.unknowns import NOBODY, Flags, Unknowns
from aim.publish.witness import EVERYWHERE, NEAR, NEAR_BY, UPWARD, Room, Witness, Witnesses

OUTSIDER = NOBODY


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
        self._of: dict[int, frozenset[int]] = {}

    def of(self, value: int) -> frozenset[int]:
        """The attackers against whom no witness is known; OUTSIDER among them stands for everybody."""
        return self._of.get(value, frozenset([OUTSIDER]))

    def clear(self, value: int, attacker: int, municipalities: frozenset[int]) -> None:
        """An attacker is done with a value; of OUTSIDER all that is left is what `municipalities` know themselves."""
        before = self.of(value)
        left = before - {attacker} if OUTSIDER not in before else municipalities
        self._of[value] = left - {int(self._system.owner[value])}

    def clear_by(self, witness: Witness) -> None:
        """What a witness moves by the threshold, up or down, is safe from all whose numbers it leaves alone."""
        owners = self._system.owner[witness.places]
        involved = frozenset(int(owner) for owner in np.unique(owners) if owner != NOBODY)
        far = np.abs(witness.moved) >= self._threshold - NEAR
        for value, owner in zip(witness.places[far].tolist(), owners[far].tolist(), strict=True):
            if self._system.to_protect[value]:
                before = self._of.get(value)
                self._of[value] = (involved if before is None else before & involved) - {owner}


def attack(system: Unknowns, hidden: Flags, threshold: float) -> list[Breach]:
    """Every hidden value that had to be hidden and is left less room than `threshold`; empty: all are safe."""
    witnesses = Witnesses(system, threshold)
    suspects = Suspects(system, threshold)
    breaches = []
    for value in np.flatnonzero(hidden & system.to_protect).tolist():
        clear(value, witnesses, suspects, hidden)
        while asked := suspects.of(value):
            attacker = min(asked)
            witness = witnesses.find_anywhere(value, hidden, [attacker])
            if witness is not None:
                suspects.clear_by(witness)
                continue
            room = witnesses.room(value, hidden, attacker)
            if not is_wide(room, float(system.step[value]), threshold):
                breaches.append(Breach(value, attacker, room))
            suspects.clear(value, attacker, together_with(value, witnesses, system, hidden))
    return breaches


def together_with(value: int, witnesses: Witnesses, system: Unknowns, hidden: Flags) -> frozenset[int]:
    """The municipalities whose hidden numbers hang together with a value."""
    owners = system.owner[witnesses.region(value, hidden, EVERYWHERE)]
    return frozenset(int(owner) for owner in np.unique(owners) if owner != NOBODY)


def clear(value: int, witnesses: Witnesses, suspects: Suspects, hidden: Flags) -> None:
    """Clear as many suspects of `value` as a few looks do: one witness, and one that leaves alone all it involves."""
    cost = np.ones(hidden.size)
    for region in (NEAR_BY, UPWARD):
        for _ in range(2):
            asked = suspects.of(value)
            if not asked:
                return
            witness = witnesses.find(value, cost, hidden, asked, region)
            if witness is None:
                break
            suspects.clear_by(witness)


def is_wide(room: Room, step: float, threshold: float) -> bool:
    """Whether from the lowest to the highest whole number of steps it is the threshold or more."""
    if not np.isfinite([room.lowest, room.highest]).all():
        return True
    width = (np.floor(room.highest / step + NEAR) - np.ceil(room.lowest / step - NEAR)) * step
    return bool(width >= threshold - NEAR)
