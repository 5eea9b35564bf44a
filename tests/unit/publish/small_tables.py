"""Tables of counts as an attacker sees them, and what he can work out by a solver that the product does not use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from aim.publish.pattern import Pattern, apart, pattern, together
from aim.publish.unknowns import EVERYWHERE, NOBODY, Flags, Unknowns

THRESHOLD = 5.0


@dataclass(frozen=True)
class Table:
    """names: of the counts, in the system's order."""

    names: tuple[str, ...]
    system: Unknowns
    small: Flags

    def named(self, flags: Flags) -> set[str]:
        return {name for name, flag in zip(self.names, flags, strict=True) if flag}


def table(
    counts: Mapping[str, float],
    sums: Mapping[str, Sequence[Sequence[str]]],
    owners: Mapping[str, int] | None = None,
    at_least: Sequence[tuple[str, str]] = (),
) -> Table:
    """counts by name; sums: the whole and the ways it is made up; owners: whose a count is; at_least: (more, less)."""
    names = tuple(counts)
    at = {name: place for place, name in enumerate(names)}
    rows: list[dict[int, float]] = []
    equal: list[bool] = []
    for whole, ways in sums.items():
        for parts in ways:
            rows.append({at[whole]: -1.0} | {at[part]: 1.0 for part in parts})
            equal.append(True)
    for more, less in at_least:
        rows.append({at[more]: 1.0, at[less]: -1.0})
        equal.append(False)
    matrix = sparse.lil_matrix((len(rows), len(names)))
    for number, row in enumerate(rows):
        for place, coefficient in row.items():
            matrix[number, place] = coefficient
    binding = matrix.tocsr()
    number = np.array([counts[name] for name in names], dtype=float)
    is_equal = np.array(equal, dtype=bool)
    small = (number > 0) & (number < THRESHOLD)
    is_sum = np.array([name in sums for name in names])
    return Table(
        names,
        Unknowns(
            number=number,
            least=np.minimum(1.0 - number, 0.0),
            owner=np.array([(owners or {}).get(name, NOBODY) for name in names], dtype=np.int64),
            region=np.array([_region((owners or {}).get(name)) for name in names], dtype=np.int64),
            to_protect=small,
            may_hide=number != 0,
            cost=np.log2(2 + number) * np.where(is_sum, 8.0, 1.0),
            step=np.ones(len(names)),
            stage=np.zeros(len(names), dtype=np.int64),
            binding=binding,
            row_least=np.where(is_equal, 0.0, np.minimum(-(binding @ number), 0.0)),
            row_is_equal=is_equal,
            row_kind=np.arange(is_equal.size),
        ),
        small,
    )


def _region(owner: int | None) -> int:
    """Up to ten municipalities to a county."""
    return EVERYWHERE if owner is None else owner // 10


def room(system: Unknowns, hidden: Flags, value: int, attacker: int) -> float:
    """From the least to the greatest whole number an attacker must hold possible (by an interior point method)."""
    free = hidden & ((system.owner != attacker) | (attacker == NOBODY))
    bounds = [(low, None) if is_free else (0.0, 0.0) for low, is_free in zip(system.least.tolist(), free, strict=True)]
    dense = system.binding.toarray()
    equal, more = system.row_is_equal, ~system.row_is_equal
    ends = []
    for sign in (1.0, -1.0):
        cost = np.zeros(system.size)
        cost[value] = sign
        found = linprog(
            cost,
            A_eq=dense[equal] if equal.any() else None,
            b_eq=np.zeros(int(equal.sum())) if equal.any() else None,
            A_ub=-dense[more] if more.any() else None,
            b_ub=-system.row_least[more] if more.any() else None,
            bounds=bounds,
            method="highs-ipm",
        )
        if found.status == 3:
            return float("inf")
        ends.append(float(found.x[value]))
    return float(np.floor(ends[1] + 1e-6) - np.ceil(ends[0] - 1e-6))


def worked_out(system: Unknowns, hidden: Flags) -> set[tuple[int, int]]:
    """Every small hidden value and attacker who leaves it less room than the threshold."""
    attackers = [NOBODY, *sorted({int(owner) for owner in system.owner if owner != NOBODY})]
    return {
        (int(value), attacker)
        for value in np.flatnonzero(hidden & system.to_protect)
        for attacker in attackers
        if attacker == NOBODY or system.owner[value] != attacker
        if room(system, hidden, int(value), attacker) < THRESHOLD
    }


def made_safe(system: Unknowns, hidden: Flags) -> Pattern:
    """What has to be hidden beside `hidden`, all parts together."""
    return together(hidden, [pattern(part, THRESHOLD) for part in apart(system, hidden)])


def naive(shown: Table, sums: Mapping[str, Sequence[Sequence[str]]]) -> Flags:
    """The usual pattern: hide what is small, and where one number of a sum is hidden the next smallest too."""
    hidden = shown.small.copy()
    at = {name: place for place, name in enumerate(shown.names)}
    changed = True
    while changed:
        changed = False
        for whole, ways in sums.items():
            for parts in ways:
                members = [at[part] for part in parts]
                out = [place for place in members if hidden[place]]
                left = [place for place in members if not hidden[place] and shown.system.number[place] > 0]
                if len(out) == 1 and not hidden[at[whole]] and left:
                    hidden[min(left, key=lambda place: shown.system.number[place])] = True
                    changed = True
    return hidden
