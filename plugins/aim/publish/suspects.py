"""Who may still work out which hidden number, by the witnesses found so far?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from aim.publish.unknowns import NOBODY, Flags, Integers, Unknowns
from aim.publish.witness import NEAR, Witness, holds

OUTSIDER = NOBODY


class Suspects:
    """Who may still work out which value, by the witnesses found so far."""

    def __init__(self, system: Unknowns, threshold: float) -> None:
        """Everybody is suspected of everything at first."""
        self.system = system
        self.threshold = threshold
        self._municipalities = frozenset(int(owner) for owner in np.unique(system.owner) if owner != NOBODY)
        self._of: dict[int, frozenset[int]] = {}
        self.cleared_by: list[Witness] = []

    def of(self, value: int) -> frozenset[int]:
        """The attackers against whom no witness is known; OUTSIDER among them stands for everybody."""
        return self._of.get(value, frozenset([OUTSIDER]))

    def known_to_them(self, value: int) -> Flags:
        """Which numbers some suspect of `value` knows as its own."""
        return np.isin(self.system.owner, list(self.of(value)))

    def among(self, values: Integers, attackers: frozenset[int]) -> Integers:
        """The `values` of which one of `attackers` is suspected, who do not know them anyway."""
        owners = self.system.owner[values].tolist()
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

    def in_batches(self, values: Integers, size: int, attackers: frozenset[int]) -> Iterator[Integers]:
        """`values` by so many at once, each time without those that are safe by then; neighbours in order, who stand
        in one sum, apart.
        """
        apart = -(-values.size // size)
        for first in range(apart):
            batch = self.among(values[first::apart], attackers)
            if batch.size:
                yield batch

    def suspect_only(self, value: int, attackers: Iterable[int]) -> None:
        """Nobody but `attackers` is to be asked about; OUTSIDER among them stands for everybody."""
        named = frozenset(attackers)
        self._of[value] = frozenset([OUTSIDER]) if OUTSIDER in named else named

    def clear(self, value: int, attacker: int) -> None:
        """An attacker is done with a value; of OUTSIDER all that is left is what municipalities know themselves."""
        before = self.of(value)
        left = before - {attacker} if OUTSIDER not in before else self._municipalities
        self._of[value] = left - {int(self.system.owner[value])}

    def clear_by(self, witness: Witness) -> None:
        """What a witness moves by the threshold, up or down, is safe from all whose numbers it leaves alone."""
        if witness.places.size == 0 or not holds(self.system, witness):
            return
        self.cleared_by.append(witness)
        owners = self.system.owner[witness.places]
        involved = frozenset(int(owner) for owner in np.unique(owners) if owner != NOBODY)
        far = np.abs(witness.moved) >= self.threshold - NEAR
        for value, owner in zip(witness.places[far].tolist(), owners[far].tolist(), strict=True):
            if self.system.to_protect[value]:
                before = self.of(value)
                self._of[value] = (involved if OUTSIDER in before else before & involved) - {owner}
