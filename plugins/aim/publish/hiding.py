"""What is hidden so that a number could be another? What its cheapest witness moves: of many numbers one for all.

What is hidden already moves for next to nothing. (The shortest-way heuristic of complementary suppression, as a linear
program; a second look, at a price per number and not per unit, spares numbers.)
"""

from __future__ import annotations

from dataclasses import dataclass

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
_TOO_LONG = 300
"""Steps of the solver for one of the numbers asked for at once, above which hardly anything moves alone: to ask for all
that is left then takes no longer than for a few (most take 30 to 60)."""
_SUSPECTED = 30.0
"""By so much it is dearer to move, or to hide, what a suspect knows."""


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
            for batch in self.suspects.in_batches(asked, -(-asked.size // questions), attackers):
                self._hide_for(batch, attackers)
                if batch.size > 1 and self.program.steps > _TOO_LONG * batch.size:
                    rest = self.suspects.among(asked, attackers)
                    if rest.size:
                        self._hide_for(rest, attackers)
                    return

    def for_each(self, asked: Integers, attacker: int) -> Integers:
        """Hide what makes each of `asked` safe from `attacker`; returns what nothing makes safe."""
        left = [value for value in asked.tolist() if not self._hide_from(value, attacker)]
        return np.array(left, dtype=np.int64)

    def for_suspected(self, value: int) -> bool:
        """Hide what makes `value` safe from all who are suspected of it; whether it is.

        Few of them should have a part in what moves it: without those few it is asked for again, at last without each.
        """
        asked = np.array([value])
        suspected = self.suspects.of(value)
        if len(suspected) > 1:
            self._hide_for(asked, frozenset(), np.where(self.suspects.known_to_them(value), _SUSPECTED, 1.0))
            suspected = self.suspects.of(value)
        if len(suspected) > 1:
            self._hide_for(asked, suspected)
        unsafe = [one for one in sorted(self.suspects.of(value)) if not self._hide_from(value, one)]
        return not unsafe

    def _hide_from(self, value: int, attacker: int) -> bool:
        """Hide what makes `value` safe from one attacker; whether it is."""
        alone = frozenset([attacker])
        asked = self.suspects.among(np.array([value]), alone)
        if asked.size == 0:
            return True
        found = self._hide_for(asked, alone)
        return self.suspects.among(asked, alone).size == 0 or self._hide_between(value, found, attacker)

    def _hide_for(self, batch: Integers, attackers: frozenset[int], times: Floats | float = 1.0) -> Witness:
        """Hide what one witness moves; for a number alone that it does not move far enough nothing is hidden.

        times: how much dearer each number is than otherwise.
        """
        cost = self._cost() * times
        found = self.program.moving(batch, self.movable, cost, attackers)
        if batch.size == 1 and _away(found, batch[0]) < self.suspects.threshold - NEAR:
            return found
        if (~self.hidden[found.places]).sum() > 1:
            found = self._spared(batch, attackers, found, cost)
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
            self.hidden[end.places] = True
        self.suspects.clear(value, attacker)
        return True

    def _cost(self) -> Floats:
        return np.where(self.hidden, _NEXT_TO_NOTHING, self.suspects.system.cost)

    def _spared(self, batch: Integers, attackers: frozenset[int], found: Witness, cost: Floats) -> Witness:
        """Look again, each number cheaper the more it moved: few that move far, not many that move a little."""
        fresh = ~self.hidden[found.places]
        priced = cost.copy()
        priced[found.places[fresh]] /= np.maximum(np.abs(found.moved[fresh]), 1.0)
        again = self.program.moving(batch, self.movable, priced, attackers)
        before, after = found.places[fresh], again.places[~self.hidden[again.places]]
        return again if cost[after].sum() < cost[before].sum() else found


def _away(found: Witness, value: int) -> float:
    return float(np.abs(found.moved[found.places == value]).sum())
