"""What was found in deliveries, as their provider is told it: rules, counts, row numbers; no values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row, dict_row

from aim.contracts.load import Contracts
from aim.contracts.models import FieldContract, ForEach, Rule, Severity
from aim.ledger.deliveries import SPEAKING
from aim.warehouse import sql

TOP = 5
"""Errors told in full."""
ROWS_SHOWN = 3
"""Row numbers told of each error in the letter."""
ROWS_LISTED = 5_000
"""Row numbers of each error in the list beside it."""
Shape = TypeVar("Shape")


@dataclass(frozen=True)
class DeliveryTold:
    """A delivery the report tells of; provider, dataset and period empty where the file's name did not say.

    rows_received = rows_loaded + rows_quarantined + rows_duplicate.
    answered: findings that the provider gave a reason for, told no more.
    """

    delivery_id: int
    provider_code: str | None
    dataset: str | None
    period: str | None
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

    @property
    def slice_key(self) -> str:
        """Its slice in one word, as letters remember what they told."""
        return f"{self.dataset} {self.period}"


@dataclass(frozen=True)
class Finding:
    """Rows of one delivery that break one rule, in one field (or `fields` together).

    `rows` are numbers of the provider's own file, the first ROWS_LISTED; none where the rule is about the file as a
    whole. `stood_in`: the earlier file that they are numbers of, where the rows are missing from this one.
    """

    delivery: DeliveryTold
    rule: Rule
    fields: tuple[FieldContract, ...]
    row_count: int
    rows: tuple[int, ...]
    stood_in: str | None = None

    @property
    def first_rows(self) -> tuple[int, ...]:
        """Those told in the letter."""
        return self.rows[:ROWS_SHOWN]


@dataclass(frozen=True)
class Mending:
    """Rows of one delivery to correct (they are out), rows in it with questions only, questions about the file."""

    delivery: DeliveryTold
    rows_to_fix: int
    rows_to_explain: int
    files_to_explain: int = 0


@dataclass(frozen=True)
class Findings:
    """What deliveries of one provider leave to do. errors by number of rows, at most TOP; `more_errors` were left out.

    checks_at_fault: rules of ours that crashed. every: the errors left out too.
    """

    mending: tuple[Mending, ...]
    errors: tuple[Finding, ...]
    more_errors: int
    queries: tuple[Finding, ...]
    checks_at_fault: int
    every: tuple[Finding, ...] = ()


def findings_of(
    connection: psycopg.Connection[Any], contracts: Contracts, deliveries: Sequence[DeliveryTold]
) -> Findings:
    """What is to be mended or explained in these deliveries of one provider."""
    by_id = {one.delivery_id: one for one in deliveries}
    rules = _providers_rules(contracts)
    found = _findings(connection, contracts, rules, by_id)
    errors = [one for one in found if one.rule.severity is not Severity.QUERY]
    return Findings(
        mending=_mending(connection, rules, by_id),
        errors=tuple(errors[:TOP]),
        more_errors=len(errors[TOP:]),
        queries=tuple(one for one in found if one.rule.severity is Severity.QUERY),
        checks_at_fault=_checks_at_fault(connection, by_id),
        every=tuple(found),
    )


def added_rows(deliveries: Iterable[DeliveryTold]) -> tuple[int, int, int, int]:
    """Rows received, loaded, quarantined and duplicate over all of them; the first is the sum of the others."""
    every = tuple(deliveries)
    return (
        sum(one.rows_received for one in every),
        sum(one.rows_loaded for one in every),
        sum(one.rows_quarantined for one in every),
        sum(one.rows_duplicate for one in every),
    )


def read(
    connection: psycopg.Connection[Any], shape: type[Shape], name: str, asked: Mapping[str, object]
) -> list[Shape]:
    """Rows of a query beside this file as dataclasses of one shape, its columns being their fields."""
    with connection.cursor(row_factory=class_row(shape)) as cursor:
        return cursor.execute(sql.load(__file__, name), asked).fetchall()


def read_rows(connection: psycopg.Connection[Any], name: str, asked: Mapping[str, object]) -> list[dict[str, Any]]:
    """The same as dictionaries."""
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
        for row in read_rows(connection, "checks_of_file.sql", {"delivery_ids": ids, "file_rules": file_rules})
        if row["status"] == "failed"
    ]
    of_rows = [
        Finding(
            delivery=deliveries[row["delivery_id"]],
            rule=rules[row["rule_code"]],
            fields=_fields(contracts, deliveries[row["delivery_id"]].dataset, rules[row["rule_code"]], row["field"]),
            row_count=row["row_count"],
            rows=tuple(row["first_rows"]),
            stood_in=row["stood_in"],
        )
        for row in read_rows(
            connection, "row_issues.sql", {"delivery_ids": ids, "shown": ROWS_LISTED, "file_rules": file_rules}
        )
        if row["rule_code"] in rules
    ]
    return of_files + of_rows


def _fields(contracts: Contracts, dataset: str | None, rule: Rule, field: str) -> tuple[FieldContract, ...]:
    """The fields a finding speaks of; where it names none, those of the rule, or the key whose repetition it is."""
    contract = None if dataset is None else contracts.datasets.get(dataset)
    if contract is None:
        return ()
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
    counted = {row["delivery_id"]: row for row in read_rows(connection, "rows_to_mend.sql", asked)}
    return tuple(
        Mending(one, counted[key]["rows_to_fix"], counted[key]["rows_to_explain"], counted[key]["files_to_explain"])
        for key, one in deliveries.items()
        if key in counted
    )


def _checks_at_fault(connection: psycopg.Connection[Any], deliveries: Mapping[int, DeliveryTold]) -> int:
    found = read_rows(connection, "checks_of_file.sql", {"delivery_ids": list(deliveries), "file_rules": []})
    return len({row["rule_code"] for row in found})
