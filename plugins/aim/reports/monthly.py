"""What a provider's monthly report is about, read from the ledger and the findings: counts, rows, rules; no values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

from aim.clock import Clock
from aim.contracts.calendar import Period
from aim.contracts.load import Contracts
from aim.contracts.models import Grain
from aim.contracts.reference import Reference
from aim.contracts.registry import Provider
from aim.ledger import mails
from aim.ledger.deliveries import LedgerError
from aim.reports.changes import SCORE, Changes, Counts, changes_since, counts_of
from aim.reports.due_days import Slice, SliceName, Upcoming, days, upcoming
from aim.reports.effects import indicators_from
from aim.reports.findings import DeliveryTold, Findings, added_rows, findings_of, read
from aim.reports.score import Score, score_of


@dataclass(frozen=True)
class MonthlyReport:
    """One provider's month: the slices due in the month after `period`, what came of them, what is to be done.

    suffering: codes of the indicators that lack what is missing, refused or held back. score_told: the score of the
    last letter. counts: what this one tells, for the next to compare with.
    """

    provider: Provider
    period: Period
    slices: tuple[Slice, ...]
    deliveries: tuple[DeliveryTold, ...]
    findings: Findings
    earlier_gaps: tuple[SliceName, ...]
    upcoming: Upcoming
    rules_version: str
    suffering: tuple[str, ...] = ()
    score: Score | None = None
    score_told: Decimal | None = None
    changes: Changes | None = None
    counts: Counts | None = None

    def with_status(self, status: str) -> tuple[Slice, ...]:
        """The slices of that status."""
        return tuple(one for one in self.slices if one.status == status)

    @property
    def rows(self) -> tuple[int, int, int, int]:
        """Rows received, loaded, quarantined and duplicate over all deliveries told of; the first is their sum."""
        return added_rows(self.deliveries)


def report_period(text: str) -> Period:
    """The month a report is about. LedgerError where `text` is no month."""
    try:
        period = Period.parse(text)
    except ValueError:
        period = None
    if period is None or period.grain is not Grain.MONTH:
        raise LedgerError(f"A report is about a month, written like 2018-12, not {text}.")
    return period


def monthly_report(
    connection: psycopg.Connection[Any],
    contracts: Contracts,
    reference: Reference,
    provider: Provider,
    period: Period,
    clock: Clock,
) -> MonthlyReport:
    """Everything there is to tell `provider` about `period`: the slices due in the month after it."""
    due_month = period.next()
    asked = {"provider_code": provider.code, "due_from": due_month.start, "due_until": due_month.end}
    slices = read(connection, Slice, "slices.sql", asked)
    deliveries = read(connection, DeliveryTold, "deliveries.sql", asked)
    findings = findings_of(connection, contracts, deliveries)
    counts = counts_of(deliveries, findings)
    told = mails.last_told(connection, provider.code, clock.today)
    earlier = asked | {"since": due_month.start - days(reference, "report_gap_days", clock)}
    lacking = {one.dataset for one in slices if one.status in ("not_received", "rejected")}
    lacking |= {one.delivery.dataset for one in findings.mending if one.rows_to_fix and one.delivery.dataset}
    return MonthlyReport(
        provider=provider,
        period=period,
        slices=tuple(slices),
        deliveries=tuple(deliveries),
        findings=findings,
        earlier_gaps=tuple(read(connection, SliceName, "earlier_gaps.sql", earlier)),
        upcoming=upcoming(connection, reference, provider.code, clock),
        rules_version=contracts.version,
        suffering=indicators_from(reference, lacking),
        score=score_of(connection, provider.code),
        score_told=Decimal(str(told[SCORE])) if SCORE in told else None,
        changes=changes_since(connection, contracts, provider.code, told, counts, elsewhere=True),
        counts=counts,
    )
