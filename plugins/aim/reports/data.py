"""What a provider's monthly report is about, read from the ledger and the findings: counts, rows, rules; no values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row, dict_row

from aim.clock import Clock
from aim.contracts.calendar import Period, next_working_day
from aim.contracts.load import Contracts
from aim.contracts.models import FieldContract, ForEach, Grain, Rule, Severity
from aim.contracts.reference import Reference
from aim.contracts.registry import Provider
from aim.ledger.deliveries import SPEAKING, LedgerError
from aim.warehouse import sql

TOP = 5
"""Errors told in full."""
ROWS_SHOWN = 3
"""Row numbers told of each error."""
Shape = TypeVar("Shape")


@dataclass(frozen=True)
class SliceName:
    """A slice of the provider and the day it is (was) due."""

    dataset: str
    period: str
    due_on: date


@dataclass(frozen=True)
class Slice(SliceName):
    """A slice due in the report's month, with its status in the ledger."""

    status: str


@dataclass(frozen=True)
class DeliveryTold:
    """A delivery the report tells of. rows_received = rows_loaded + rows_quarantined + rows_duplicate.

    answered: findings that the provider gave a reason for, told no more.
    """

    delivery_id: int
    dataset: str
    period: str
    file_name: str | None
    received_at: datetime
    verdict: str
    reason_code: str | None
    reason_detail: str | None
    is_nil: bool
    rows_received: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    unknown_columns: int
    total_rows: int
    answered: int = 0

    @property
    def is_accepted(self) -> bool:
        """Whether it speaks for its slice."""
        return self.verdict in SPEAKING


@dataclass(frozen=True)
class Finding:
    """Rows of one delivery that break one rule, in one field (or `fields` together).

    `first_rows` are numbers of the provider's own file; none where the rule is about the file as a whole. `stood_in`:
    the earlier file that they are numbers of, where the rows are missing from this one.
    """

    delivery: DeliveryTold
    rule: Rule
    fields: tuple[FieldContract, ...]
    row_count: int
    first_rows: tuple[int, ...]
    stood_in: str | None = None


@dataclass(frozen=True)
class Mending:
    """Rows of one delivery to correct (they are out), rows in it with questions only, questions about the file."""

    delivery: DeliveryTold
    rows_to_fix: int
    rows_to_explain: int
    files_to_explain: int = 0


@dataclass(frozen=True)
class MonthlyReport:
    """One provider's month: the slices due in the month after `period`, what came of them, what is to be done.

    `mend_by`: the provider's next due day, or a fixed number of days on. `errors` by number of rows, at most TOP;
    `more_errors` were left out. `checks_at_fault`: rules of ours that crashed.
    """

    provider: Provider
    period: Period
    mend_by: date
    slices: tuple[Slice, ...]
    deliveries: tuple[DeliveryTold, ...]
    mending: tuple[Mending, ...]
    errors: tuple[Finding, ...]
    more_errors: int
    queries: tuple[Finding, ...]
    checks_at_fault: int
    earlier_gaps: tuple[SliceName, ...]
    next_due: tuple[SliceName, ...]
    rules_version: str

    def with_status(self, status: str) -> tuple[Slice, ...]:
        """The slices of that status."""
        return tuple(one for one in self.slices if one.status == status)

    @property
    def rows(self) -> tuple[int, int, int, int]:
        """Rows received, loaded, quarantined and duplicate over all deliveries told of; the first is their sum."""
        return (
            sum(one.rows_received for one in self.deliveries),
            sum(one.rows_loaded for one in self.deliveries),
            sum(one.rows_quarantined for one in self.deliveries),
            sum(one.rows_duplicate for one in self.deliveries),
        )


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
    slices = _read(connection, Slice, "slices.sql", asked)
    deliveries = _read(connection, DeliveryTold, "deliveries.sql", asked)
    by_id = {one.delivery_id: one for one in deliveries}
    rules = _providers_rules(contracts)
    findings = _findings(connection, contracts, rules, by_id)
    errors = [one for one in findings if one.rule.severity is not Severity.QUERY]
    next_due = _read(connection, SliceName, "next_due.sql", {"provider_code": provider.code, "today": clock.today})
    earlier = asked | {"since": due_month.start - _days(reference, "report_gap_days", clock)}
    announced = _days(reference, "report_next_due_days", clock)
    return MonthlyReport(
        provider=provider,
        period=period,
        mend_by=_mend_by(next_due, reference, clock),
        slices=tuple(slices),
        deliveries=tuple(deliveries),
        mending=_mending(connection, rules, by_id),
        errors=tuple(errors[:TOP]),
        more_errors=len(errors[TOP:]),
        queries=tuple(one for one in findings if one.rule.severity is Severity.QUERY),
        checks_at_fault=_checks_at_fault(connection, by_id),
        earlier_gaps=tuple(_read(connection, SliceName, "earlier_gaps.sql", earlier)),
        next_due=tuple(one for one in next_due if one.due_on <= next_due[0].due_on + announced),
        rules_version=contracts.version,
    )


def _read(
    connection: psycopg.Connection[Any], shape: type[Shape], name: str, asked: Mapping[str, object]
) -> list[Shape]:
    with connection.cursor(row_factory=class_row(shape)) as cursor:
        return cursor.execute(sql.load(__file__, name), asked).fetchall()


def _rows(connection: psycopg.Connection[Any], name: str, asked: Mapping[str, object]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql.load(__file__, name), asked).fetchall()


def _providers_rules(contracts: Contracts) -> dict[str, Rule]:
    """The rules a provider can do something about, by code."""
    return {
        rule.code: rule
        for rule_set in contracts.rule_sets.values()
        for rule in rule_set.rules
        if rule.responsibility == "provider"
    }


def _findings(
    connection: psycopg.Connection[Any],
    contracts: Contracts,
    rules: Mapping[str, Rule],
    deliveries: Mapping[int, DeliveryTold],
) -> list[Finding]:
    """What breaks a rule of the provider's: the file as a whole first, then by number of rows."""
    ids = list(deliveries)
    file_rules = [code for code, rule in rules.items() if rule.severity is Severity.FILE]
    of_files = [
        Finding(deliveries[row["delivery_id"]], rules[row["rule_code"]], (), 1, ())
        for row in _rows(connection, "checks_of_file.sql", {"delivery_ids": ids, "file_rules": file_rules})
        if row["status"] == "failed"
    ]
    of_rows = [
        Finding(
            delivery=deliveries[row["delivery_id"]],
            rule=rules[row["rule_code"]],
            fields=_fields(contracts, deliveries[row["delivery_id"]].dataset, rules[row["rule_code"]], row["field"]),
            row_count=row["row_count"],
            first_rows=tuple(row["first_rows"]),
            stood_in=row["stood_in"],
        )
        for row in _rows(
            connection, "row_issues.sql", {"delivery_ids": ids, "shown": ROWS_SHOWN, "file_rules": file_rules}
        )
        if row["rule_code"] in rules
    ]
    return of_files + of_rows


def _fields(contracts: Contracts, dataset: str, rule: Rule, field: str) -> tuple[FieldContract, ...]:
    """The fields a finding speaks of; where it names none, those of the rule, or the key whose repetition it is."""
    contract = contracts.datasets[dataset]
    if rule.for_each is ForEach.KEY:
        return contract.key
    names = (field,) if field else rule.fields
    known = {one.name: one for one in contract.fields}
    return tuple(known[name] for name in names if name in known)


def _mending(
    connection: psycopg.Connection[Any], rules: Mapping[str, Rule], deliveries: Mapping[int, DeliveryTold]
) -> tuple[Mending, ...]:
    # What refuses the file is said with its refusal.
    codes = [code for code, rule in rules.items() if rule.severity is not Severity.FILE]
    asked = {"delivery_ids": list(deliveries), "rule_codes": codes}
    counted = {row["delivery_id"]: row for row in _rows(connection, "rows_to_mend.sql", asked)}
    return tuple(
        Mending(one, counted[key]["rows_to_fix"], counted[key]["rows_to_explain"], counted[key]["files_to_explain"])
        for key, one in deliveries.items()
        if key in counted
    )


def _checks_at_fault(connection: psycopg.Connection[Any], deliveries: Mapping[int, DeliveryTold]) -> int:
    found = _rows(connection, "checks_of_file.sql", {"delivery_ids": list(deliveries), "file_rules": []})
    return len({row["rule_code"] for row in found})


def _mend_by(next_due: list[SliceName], reference: Reference, clock: Clock) -> date:
    """The next due day, so that one file answers both; no later than a fixed number of days on."""
    latest = next_working_day(clock.today + _days(reference, "report_correction_days", clock))
    return min([latest, *(one.due_on for one in next_due)])


def _days(reference: Reference, parameter: str, clock: Clock) -> timedelta:
    return timedelta(days=int(reference.parameter(parameter, clock.today)))
