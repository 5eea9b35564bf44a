"""What else has to be hidden so that nobody works out what had to be? Little should be lost by it.

For the numbers that had to be hidden what moves them is looked for against everybody in turn, nearby first: what the
municipalities of a county can move among themselves costs readers least, is soon found, and leaves all others out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aim.publish.clearing import clear_by_regions, clear_everywhere, clear_together
from aim.publish.hiding import Hiding
from aim.publish.reach import narrow_for_anybody
from aim.publish.suspects import OUTSIDER, Suspects
from aim.publish.unknowns import EVERYWHERE, NOBODY, Flags, Integers, Unknowns
from aim.publish.witness import NEAR, Program, Witness

_NEARLY_ALL = 0.9
"""Where more of a part than this is hidden, whether one more is needed is not worth the longest questions: what moves
it is hidden without (S02 of the first sample, 0.98 of it: 93.7 % of counts for 92.3, in a third of the time)."""


@dataclass(frozen=True)
class Part:
    """What hangs together of a system, by itself: nothing else of `system` is to be protected, or may be hidden.

    hidden: what of it had to be hidden.
    """

    system: Unknowns
    hidden: Flags


@dataclass(frozen=True)
class Pattern:
    """hidden: what had to be hidden and what has to be beside it. witnesses: what was found that shows it safe."""

    hidden: Flags
    witnesses: list[Witness]


def apart(system: Unknowns, hidden: Flags) -> list[Part]:
    """The parts of `system` in which something had to be hidden, and something else still may be.

    Of all else it was told before what is hidden. What is hidden in one part makes nothing of another safe.
    """
    part = system.parts(hidden | system.may_hide)
    found = np.intersect1d(part[hidden & system.to_protect], part[system.may_hide])
    return [
        Part(
            replace(system, to_protect=system.to_protect & is_of_it, may_hide=system.may_hide & is_of_it),
            hidden & is_of_it,
        )
        for is_of_it in (part == one for one in found)
    ]


def together(hidden: Flags, patterns: Sequence[Pattern]) -> Pattern:
    """The whole of which all parts' patterns are; hidden: what had to be."""
    return Pattern(
        np.logical_or.reduce([hidden, *(one.hidden for one in patterns)]),
        [witness for one in patterns for witness in one.witnesses],
    )


def pattern(part: Part, threshold: float) -> Pattern:
    """What has to be hidden of one part, from an outsider first: what is told of a month is told before its year.

    Where nothing of a stage may be hidden any more nothing is looked for. Then from each municipality. What no hiding
    makes safe while sums are taken for exact is made safe from those who know that some are not.
    """
    system, hidden = part.system, part.hidden.copy()
    witnesses: list[Witness] = []
    for stage in np.unique(system.stage[system.may_hide]).tolist():
        witnesses = _hide_from_outsiders(system.up_to(stage), hidden, threshold)
    unsafe, witnesses = _hide_from_everybody(system, hidden, threshold, witnesses)
    for looser in system.looser():
        if unsafe.any():
            unsafe, _ = _hide_from_everybody(replace(looser, to_protect=unsafe), hidden, threshold, [])
    return Pattern(hidden, witnesses)


def _hide_from_outsiders(system: Unknowns, hidden: Flags, threshold: float) -> list[Witness]:
    """Hide what is still needed, in `hidden` itself; returns the witnesses."""
    movable = hidden | system.may_hide
    wanted = np.flatnonzero(hidden & system.to_protect)
    wanted = wanted[~np.isin(wanted, list(narrow_for_anybody(system, movable, threshold)))]
    wanted = _dearest_first(system, wanted)
    suspects = Suspects(system, threshold)
    outsider = frozenset([OUTSIDER])
    for near in (_of_municipalities(system, movable), movable & (system.region != EVERYWHERE)):
        hiding = Hiding.among(suspects, hidden, near)
        for together in hiding.program.split(wanted[near[wanted]]):
            hiding.for_most(together, outsider)
    _hide_for_each(Hiding.among(suspects, hidden, movable), suspects.among(wanted, outsider), OUTSIDER)
    return suspects.cleared_by


def _dearest_first(system: Unknowns, wanted: Integers) -> Integers:
    """Numbers of the whole country first: what is hidden for them serves the smaller places too."""
    return wanted[np.argsort(-system.cost[wanted], kind="stable")]


def _of_municipalities(system: Unknowns, movable: Flags) -> Flags:
    """What moves where all that is told of counties and the nation stands still: municipalities of one county alone."""
    found: Flags = movable & (system.owner != NOBODY)
    return found


def _hide_from_everybody(
    system: Unknowns, hidden: Flags, threshold: float, witnesses: list[Witness]
) -> tuple[Flags, list[Witness]]:
    """Hide what is still needed, in `hidden` itself; returns what could not be made safe, and the witnesses.

    witnesses: found before, with less hidden.
    """
    movable = hidden | system.may_hide
    wanted = np.flatnonzero(hidden & system.to_protect)
    unsafe = np.zeros(system.size, dtype=bool)
    unsafe[list(narrow_for_anybody(system, movable, threshold))] = True
    unsafe &= hidden & system.to_protect
    wanted = wanted[~unsafe[wanted]]
    suspects = Suspects(system, threshold)
    for witness in witnesses:
        suspects.clear_by(witness)
    hiding, hidden_now = Hiding.among(suspects, hidden, movable), Program(system, hidden, threshold)
    is_near = _moved_by_municipalities(system, witnesses, threshold)
    outsider = frozenset([OUTSIDER])
    unsafe[_hide_for_each(hiding, clear_together(hidden_now, suspects, wanted, hidden, outsider), OUTSIDER)] = True
    wanted = wanted[~unsafe[wanted]]
    clear_by_regions(suspects, wanted, hidden)
    _hide_nearby(suspects, wanted[is_near[wanted]], hidden, movable)
    if (hidden & system.may_hide).sum() < _NEARLY_ALL * system.may_hide.sum():
        clear_everywhere(suspects, wanted, hidden)
    for together in hiding.program.split(_dearest_first(system, wanted)):
        unsafe[[value for value in together.tolist() if not hiding.for_suspected(value)]] = True
    return unsafe, suspects.cleared_by


def _hide_for_each(hiding: Hiding, asked: Integers, attacker: int) -> Integers:
    """Hide what makes each of `asked` safe from `attacker`; returns what nothing makes safe."""
    unsafe = [hiding.for_each(together, attacker) for together in hiding.program.split(asked)]
    return np.concatenate([np.zeros(0, dtype=np.int64), *unsafe])


def _moved_by_municipalities(system: Unknowns, witnesses: Iterable[Witness], threshold: float) -> Flags:
    """What some witness moves by municipalities' numbers alone: what is asked for among them is not asked in vain."""
    found = np.zeros(system.size, dtype=bool)
    for witness in witnesses:
        if (system.owner[witness.places] != NOBODY).all():
            found[witness.places[np.abs(witness.moved) >= threshold - NEAR]] = True
    return found


def _hide_nearby(suspects: Suspects, wanted: Integers, hidden: Flags, movable: Flags) -> None:
    """Hide from municipalities among those of one county: from all others at once, who know nothing of it."""
    near = _of_municipalities(suspects.system, movable)
    hiding = Hiding.among(suspects, hidden, near)
    for together in hiding.program.split(wanted[near[wanted]]):
        for attackers in _others_then_each(suspects.system, hiding.program.known_to(together[0])):
            hiding.for_most(together, attackers)


def _others_then_each(system: Unknowns, inside: frozenset[int]) -> Iterator[frozenset[int]]:
    yield frozenset(np.unique(system.owner[system.owner != NOBODY]).tolist()) - inside
    for one in sorted(inside):
        yield frozenset([one])
