"""What else has to be hidden so that nobody works out what had to be? Little should be lost by it.

For each number that had to be hidden the cheapest witness is looked for against everybody in turn: what differs in it
has to be hidden too, and what is hidden already differs for nothing. (The shortest-way heuristic of complementary
suppression, as a linear program; a second look, at a price per number and not per unit, spares numbers.)
"""

from __future__ import annotations

import numpy as np

from aim.publish.attack import Suspects, clear, is_wide, together_with
from aim.publish.unknowns import Flags, Floats, Integers, Unknowns
from aim.publish.witness import EVERYWHERE, FAR, NEAR_BY, UPWARD, Region, Witness, Witnesses

_AS_GOOD_AS_NOTHING = 1e-3
"""Cost of moving what is hidden already: little, so that the way stays short."""
_LOOKS = (NEAR_BY, FAR)
"""Where to look: farther where near it something of a county or the nation had to be hidden."""


def pattern(system: Unknowns, hidden: Flags, threshold: float) -> Flags:
    """`hidden` and what has to be hidden beside it, period by period: what is told of a month is told before its year.

    Where no witness is to be had all that is not told yet around the number and of the sums it stands in is withheld,
    and where even that does not do, all that hangs together with it.
    """
    hidden = hidden.copy()
    for stage in np.unique(system.stage).tolist():
        _hide_in_stage(system.up_to(stage), hidden, threshold)
    return hidden


def _hide_in_stage(system: Unknowns, hidden: Flags, threshold: float) -> None:
    movable = hidden | system.may_hide
    witnesses = Witnesses(system, threshold)
    suspects = Suspects(system, threshold)
    wanted = np.flatnonzero(hidden & system.to_protect)
    unsettled = []
    # Numbers of the whole country first: what is hidden for them serves the smaller places too.
    for value in wanted[np.argsort(-system.cost[wanted], kind="stable")].tolist():
        clear(value, witnesses, suspects, hidden)
        while asked := suspects.of(value):
            attacker = min(asked)
            cost = np.where(hidden, _AS_GOOD_AS_NOTHING, system.cost)
            witness = _cheapest(value, system, witnesses, hidden, movable, cost, attacker)
            if witness is None:
                hidden[witnesses.region(value, movable, UPWARD)] = True
                hidden[witnesses.region(value, movable, NEAR_BY)] = True
                unsettled.append(value)
                break
            hidden[witness.places] = True
            suspects.clear_by(witness)
    for value in unsettled:
        while asked := suspects.of(value):
            attacker = min(asked)
            witness = witnesses.find_anywhere(value, hidden, [attacker])
            if witness is None and is_wide(
                witnesses.room(value, hidden, attacker), float(system.step[value]), threshold
            ):
                suspects.clear(value, attacker, together_with(value, witnesses, system, hidden))
                continue
            if witness is None:
                hidden[witnesses.region(value, movable, EVERYWHERE)] = True
                break
            suspects.clear_by(witness)


def _cheapest(
    value: int, system: Unknowns, witnesses: Witnesses, hidden: Flags, movable: Flags, cost: Floats, attacker: int
) -> Witness | None:
    """A witness against one attacker that hides little; looked for farther away where near it would hide a sum."""
    best, least = None, np.inf
    for region in _LOOKS:
        found = witnesses.find(value, cost, movable, [attacker], region)
        if found is None:
            continue
        fresh = found.places[~hidden[found.places]]
        if fresh.size > 1:
            found, fresh = _spared(value, witnesses, hidden, movable, cost, attacker, region, found)
        loss = float(system.cost[fresh].sum())
        if loss < least:
            best, least = found, loss
        if not system.is_sum[fresh].any():
            break
    return best or witnesses.find(value, cost, movable, [attacker], UPWARD)


def _spared(
    value: int,
    witnesses: Witnesses,
    hidden: Flags,
    movable: Flags,
    cost: Floats,
    attacker: int,
    region: Region,
    found: Witness,
) -> tuple[Witness, Integers]:
    """Look again, each number cheaper the more it moved: few that move far, not many that move a little."""
    priced = cost.copy()
    fresh = found.places[~hidden[found.places]]
    moved = np.abs(found.moved[~hidden[found.places]])
    priced[fresh] = cost[fresh] / np.maximum(moved, 1.0)
    again = witnesses.find(value, priced, movable, [attacker], region)
    if again is None:
        return found, fresh
    fewer = again.places[~hidden[again.places]]
    return (again, fewer) if cost[fewer].sum() < cost[fresh].sum() else (found, fresh)
