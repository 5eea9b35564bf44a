"""What is hidden so that a number could be another? What its cheapest witness moves: of many numbers one for all.

What is hidden already moves for next to nothing. (The shortest-way heuristic of complementary suppression, as a linear
program; a second look, at a price per number and not per unit, spares numbers.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from aim.publish.attack import is_wide
from aim.publish.suspects import Suspects
from aim.publish.unknowns import Flags, Floats, Integers
from aim.publish.witness import NEAR, Program, Witness

_NEXT_TO_NOTHING = 0.03
"""Cost of moving what is hidden already: little, so that the way stays short."""
_LOOKED_AT = 200_000
"""How many numbers the questions of a stage have in them, all in all: a small system is asked for few numbers at once,
which hides little, a large one for many, which goes quickly."""
_MOST = 300
"""More questions of a stage hide hardly less (9.1 % of counts, not 9.3, with ten times as many)."""
_FEW = 8
"""Numbers of the whole country asked for at once: of many the last few would move what is dear."""
_DEAR = 700.0
"""What costs more (publication_plan.csv: the nation's totals) is hidden for one number alone, never for many."""


@dataclass(frozen=True)
class Hiding:
    """suspects, hidden: of whom and what; both are changed. movable: hidden, or may be. program: of all that."""

    suspects: Suspects
    hidden: Flags
    movable: Flags
    program: Program

    @classmethod
    def among(cls, suspects: Suspects, hidden: Flags, movable: Flags) -> Hiding:
        """Where nothing but `movable` is hidden, or moves."""
        return cls(suspects, hidden, movable, Program(suspects.system, movable, suspects.threshold))

    def for_most(self, asked: Integers, attackers: frozenset[int]) -> None:
        """Hide what makes most of `asked`, numbers that hang together, safe from all attackers at once."""
        asked = self.suspects.among(asked, attackers)
        if asked.size:
            questions = min(_MOST, 1 + _LOOKED_AT // self.program.size_of(asked[0]))
            for batch in self._in_batches(asked, -(-asked.size // questions), attackers):
                self._hide_for(batch, attackers)

    def for_each(self, asked: Integers, attackers: frozenset[int]) -> Integers:
        """Hide what makes each of `asked` safe from all attackers at once; returns what nothing makes safe from one."""
        cheap = replace(self, movable=self.movable & (self.hidden | (self.suspects.system.cost <= _DEAR)))
        for batch in cheap._in_batches(asked, _FEW, attackers):
            cheap._hide_for(batch, attackers)
        unsafe = []
        for batch in self._in_batches(asked, 1, attackers):
            found = self._hide_for(batch, attackers)
            # What cannot be hidden from all at once is hidden from each alone.
            if len(attackers) == 1 and self.suspects.among(batch, attackers).size:
                (attacker,) = attackers
                if not self._hide_between(batch[0], found, attacker):
                    unsafe.append(int(batch[0]))
        return np.array(unsafe, dtype=np.int64)

    def _in_batches(self, asked: Integers, size: int, attackers: frozenset[int]) -> Iterator[Integers]:
        """`asked` by so many at once, without those that are safe by then; neighbours, who stand in one sum, apart."""
        apart = -(-asked.size // size)
        for first in range(apart):
            batch = self.suspects.among(asked[first::apart], attackers)
            if batch.size:
                yield batch

    def _hide_for(self, batch: Integers, attackers: frozenset[int]) -> Witness:
        """Hide what one witness moves; for a number alone that it does not move far enough nothing is hidden."""
        found = self.program.moving(batch, self.movable, self._cost(), attackers)
        if batch.size == 1 and _away(found, batch[0]) < self.suspects.threshold - NEAR:
            return found
        if (~self.hidden[found.places]).sum() > 1:
            found = self._spared(batch, attackers, found)
        self.hidden[found.places] = True
        self.suspects.clear_by(found)
        return found

    def _hide_between(self, value: int, found: Witness, attacker: int) -> bool:
        """Hide what leaves `value` open both ways, where neither is far enough alone; whether it does.

        found: how far it moves away from zero.
        """
        system, threshold = self.suspects.system, self.suspects.threshold
        if _away(found, value) - system.least[value] < threshold - NEAR:
            return False
        ends = self.program.ends(value, self.movable, self._cost(), attacker)
        if not is_wide(self.program.room(value, ends), float(system.step[value]), threshold):
            return False
        for end in ends:
            if end is not None:
                self.hidden[end.places] = True
        self.suspects.clear(value, attacker)
        return True

    def _cost(self) -> Floats:
        return np.where(self.hidden, _NEXT_TO_NOTHING, self.suspects.system.cost)

    def _spared(self, batch: Integers, attackers: frozenset[int], found: Witness) -> Witness:
        """Look again, each number cheaper the more it moved: few that move far, not many that move a little."""
        cost, fresh = self._cost(), ~self.hidden[found.places]
        priced = cost.copy()
        priced[found.places[fresh]] /= np.maximum(np.abs(found.moved[fresh]), 1.0)
        again = self.program.moving(batch, self.movable, priced, attackers)
        before, after = found.places[fresh], again.places[~self.hidden[again.places]]
        return again if cost[after].sum() < cost[before].sum() else found


def _away(found: Witness, value: int) -> float:
    return float(np.abs(found.moved[found.places == value]).sum())
