"""What has changed since the provider was last told: fixed, still there, new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from aim.contracts.load import Contracts
from aim.reports.findings import DeliveryTold, Findings, findings_of, read

SCORE = "score"
"""Key under which a letter's own score is told; every other key is a slice."""
Counts = dict[str, dict[str, int]]
"""Slice -> rule and field -> findings open."""


@dataclass(frozen=True)
class Changes:
    """Findings told last time: fixed since, still there; and those new since."""

    fixed: int
    still: int
    new: int


def counts_of(deliveries: Iterable[DeliveryTold], findings: Findings) -> Counts:
    """What is open in these deliveries; a slice with nothing open is there too, empty."""
    counts: dict[str, Counter[str]] = {one.slice_key: Counter() for one in deliveries}
    for one in findings.every:
        fields = " ".join(field.name for field in one.fields)
        counts[one.delivery.slice_key][f"{one.rule.code} {fields}".strip()] += one.row_count
    return {key: dict(found) for key, found in counts.items()}


def compare(told: Mapping[str, Mapping[str, int]], now: Mapping[str, Mapping[str, int]]) -> Changes | None:
    """What became of what was told; slices never told of count as new. None where nothing was told before."""
    if not told:
        return None
    before = Counter({(key, rule): count for key, rules in told.items() for rule, count in rules.items()})
    after = Counter({(key, rule): count for key, rules in now.items() for rule, count in rules.items()})
    return Changes(
        fixed=(before - after).total(),
        still=(before & after).total(),
        new=(after - before).total(),
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
    others = [key for key in slices if key not in now]
    if others:
        asked = {"provider_code": provider_code, "slices": others}
        standing = read(connection, DeliveryTold, "deliveries_standing.sql", asked)
        now = now | counts_of(standing, findings_of(connection, contracts, standing))
    # What was withdrawn since is neither fixed nor still there.
    return compare({key: counts for key, counts in slices.items() if key in now}, now)
