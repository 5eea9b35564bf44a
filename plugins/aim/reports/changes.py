"""What has changed since the provider was last told: fixed, explained, still there, new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from aim.contracts.load import Contracts
from aim.reports.findings import DeliveryTold, Findings, findings_of, read

SCORE = "score"
"""Key under which a letter's own score is told; every other key is a slice, or a slice and ANSWERED."""
ANSWERED = " answered"
Counts = dict[str, dict[str, int]]
"""Slice -> rule and field -> findings open; slice and ANSWERED -> rule and field -> findings with a reason."""


@dataclass(frozen=True)
class Changes:
    """Findings told last time: fixed since, explained with a reason since, still there; and those new since."""

    fixed: int
    still: int
    new: int
    explained: int = 0


def counts_of(deliveries: Iterable[DeliveryTold], findings: Findings) -> Counts:
    """What is open in these deliveries, and what was answered; a slice with neither is there too, empty."""
    slices = [one.slice_key for one in deliveries]
    counts: dict[str, Counter[str]] = {key: Counter() for one in slices for key in (one, one + ANSWERED)}
    for suffix, found in (("", findings.every), (ANSWERED, findings.answered)):
        for one in found:
            fields = " ".join(field.name for field in one.fields)
            counts[one.delivery.slice_key + suffix][f"{one.rule.code} {fields}".strip()] += one.row_count
    return {key: dict(found) for key, found in counts.items()}


def compare(told: Mapping[str, Mapping[str, int]], now: Mapping[str, Mapping[str, int]]) -> Changes | None:
    """What became of what was told; slices never told of count as new. None where nothing was told before."""
    if not told:
        return None
    before, after = _findings(told, answered=False), _findings(now, answered=False)
    gone = before - after
    # A finding told, now open no more, was explained if as many more of its kind have a reason now.
    explained = gone & (_findings(now, answered=True) - _findings(told, answered=True))
    return Changes(
        fixed=(gone - explained).total(),
        still=(before & after).total(),
        new=(after - before).total(),
        explained=explained.total(),
    )


def _findings(counts: Mapping[str, Mapping[str, int]], *, answered: bool) -> Counter[tuple[str, str]]:
    return Counter(
        {
            (key.removesuffix(ANSWERED), rule): count
            for key, rules in counts.items()
            if key.endswith(ANSWERED) == answered
            for rule, count in rules.items()
        }
    )


def changes_since(
    connection: psycopg.Connection[Any],
    contracts: Contracts,
    provider_code: str,
    told: Mapping[str, Any],
    now: Counts,
    *,
    elsewhere: bool,
) -> Changes | None:
    """Compare `now` with what was told of the same slices; `elsewhere`: also of the provider's others as they are."""
    slices = {key: counts for key, counts in told.items() if key != SCORE and (elsewhere or key in now)}
    others = [key for key in slices if key not in now and not key.endswith(ANSWERED)]
    if others:
        asked = {"provider_code": provider_code, "slices": others}
        standing = read(connection, DeliveryTold, "deliveries_standing.sql", asked)
        now = now | counts_of(standing, findings_of(connection, contracts, standing))
    # What was withdrawn since is neither fixed nor still there.
    return compare({key: counts for key, counts in slices.items() if key in now}, now)
