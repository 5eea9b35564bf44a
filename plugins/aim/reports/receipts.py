"""Which deliveries are to be acknowledged, and what is told of those of one provider."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import psycopg

from aim.clock import VILNIUS, Clock
from aim.contracts.load import Contracts
from aim.contracts.reference import Reference
from aim.contracts.registry import Provider
from aim.ledger import mails
from aim.reports.changes import Changes, Counts, changes_since, counts_of
from aim.reports.due_days import Upcoming, days, upcoming
from aim.reports.effects import indicators_from
from aim.reports.findings import DeliveryTold, Findings, findings_of, read

_LEGAL_CODE = re.compile(r"(?<!\d)\d{9}(?!\d)")


@dataclass(frozen=True)
class Arrived(DeliveryTold):
    """A delivery to be acknowledged."""


@dataclass(frozen=True)
class Receipt:
    """Deliveries of one provider acknowledged together. counts: what is told, for the next letter to compare with."""

    provider: Provider
    deliveries: tuple[DeliveryTold, ...]
    findings: Findings
    upcoming: Upcoming
    suffering: tuple[str, ...]
    changes: Changes | None = None
    counts: Counts | None = None


def arrivals(connection: psycopg.Connection[Any], reference: Reference, clock: Clock) -> list[Arrived]:
    """Deliveries judged and not older than mails look back, oldest first, whether acknowledged already or not."""
    since = clock.today - days(reference, "mail_history_days", clock)
    asked = {"since": datetime.combine(since, time.min, VILNIUS)}
    return read(connection, Arrived, "receipts_due.sql", asked)


def provider_of(arrived: Arrived, providers: Mapping[str, Provider]) -> Provider | None:
    """Whose file it is: by its name, or where that is no name of a delivery by the one registered code found in it."""
    if arrived.provider_code is not None:
        return providers.get(arrived.provider_code)
    found = {code for code in _LEGAL_CODE.findall(arrived.file_name or "") if code in providers}
    return providers[found.pop()] if len(found) == 1 else None


def receipt(
    connection: psycopg.Connection[Any],
    contracts: Contracts,
    reference: Reference,
    provider: Provider,
    deliveries: Sequence[DeliveryTold],
    clock: Clock,
) -> Receipt:
    """What there is to tell the provider about these deliveries of his."""
    judged = [one for one in deliveries if one.is_accepted or one.verdict == "rejected"]
    findings = findings_of(connection, contracts, judged)
    # A file of no known slice has nothing to be compared with.
    counts = counts_of([one for one in judged if one.dataset and one.period], findings)
    told = mails.last_told(connection, provider.code, clock.today)
    lacking = {one.dataset for one in judged if one.verdict == "rejected" and one.dataset}
    lacking |= {one.delivery.dataset for one in findings.mending if one.rows_to_fix and one.delivery.dataset}
    return Receipt(
        provider=provider,
        deliveries=tuple(deliveries),
        findings=findings,
        upcoming=upcoming(connection, reference, provider.code, clock),
        suffering=indicators_from(reference, lacking),
        changes=changes_since(connection, contracts, provider.code, told, counts, elsewhere=False),
        counts=counts,
    )
