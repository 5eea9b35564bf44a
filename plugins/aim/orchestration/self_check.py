"""A provider's self-check: what the night would say of files, with nothing stored and nothing sent.

The files are landed and judged against what speaks now, by the code of the night, in one transaction that is rolled
back. What lies in the inbox or waits to be judged is left out of it. Great Expectations is not asked: it only counts
what the same tables of outcomes say, over a connection that could not see this transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from aim.clock import Clock
from aim.contracts.load import contracts
from aim.contracts.models import Rule, Severity
from aim.landing.load import land_passing
from aim.language import choose, say
from aim.ledger import checking, deliveries
from aim.quality.judging import judge_passing
from aim.settings import Settings
from aim.warehouse.connect import Warehouse
from aim.warehouse.sql import load
from aim.warehouse.staging_tables import ensure_staging_table

_SEVERITIES = tuple(Severity(name) for name in ("file", "error", "query"))
"""In the order in which they are told."""


@dataclass(frozen=True)
class FindingTold:
    """What one rule found in one field of a file (field empty: the row or file as a whole).

    rows: numbers of the provider's own file, none where it is about the file as a whole. stood_in: the earlier file
    that they are numbers of, where the rows are missing from this one. answered: rows among them that a reason was
    given for.
    """

    rule: str
    severity: str
    field: str
    rows: tuple[int, ...]
    stood_in: str | None
    answered: tuple[int, ...]
    message: str
    why: str
    fix: str


@dataclass(frozen=True)
class FileChecked:
    """What the night would say of one file. rows_received = rows_loaded + rows_quarantined + rows_duplicate.

    reason: of a rejection, in words. waiting: dataset -> rules that wait for its slice. at_fault: rules of ours that
    could not be asked.
    """

    file: str
    verdict: str
    reason_code: str | None
    reason: str | None
    is_nil: bool
    rows_received: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    unknown_columns: tuple[str, ...]
    total_rows: int
    findings: tuple[FindingTold, ...]
    waiting: dict[str, list[str]]
    at_fault: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def check_files(settings: Settings, warehouse: Warehouse, paths: Sequence[Path]) -> list[FileChecked]:
    """What the night would say of the files, checked together; one answer a file, in their order.

    Waits for a running judging to end, and lets no other begin until it is done. Raises FileNotFoundError,
    LandingError, JudgingError where we fail ourselves, SettingsError where set up wrongly.
    """
    with (
        warehouse.connect(autocommit=True) as connection,
        warehouse.connect(autocommit=True, options="-c default_transaction_read_only=on") as children,
    ):
        deliveries.judge_alone(connection)
        with connection.transaction(force_rollback=True):
            _ensure_tables(connection)
            run_id = checking.open_check(connection, Clock.at())
            ids = [landed.delivery_id for landed in land_passing(settings, connection, children, paths)]
            landed_ids = [delivery_id for delivery_id in ids if delivery_id is not None]
            checking.receive_now(connection, landed_ids)
            judge_passing(connection, settings, run_id, landed_ids)
            checked = _told(connection, settings.lang, landed_ids)
    return [checked[delivery_id] for delivery_id in landed_ids]


def _ensure_tables(connection: psycopg.Connection[Any]) -> None:
    """The landed tables that the rules look at, where no night has made them yet."""
    for dataset, contract in contracts().datasets.items():
        found = connection.execute("select to_regclass(%s) is null", [f"staging.{dataset}"]).fetchone()
        if found == (True,):
            ensure_staging_table(connection, contract)


def _told(connection: psycopg.Connection[Any], lang: str, delivery_ids: list[int]) -> dict[int, FileChecked]:
    asked = {"delivery_ids": delivery_ids}
    with connection.cursor(row_factory=dict_row) as cursor:
        heads = cursor.execute(load(__file__, "checked_files.sql"), asked).fetchall()
        issues = cursor.execute(load(__file__, "checked_findings.sql"), asked).fetchall()
        unasked = cursor.execute(load(__file__, "checked_rules_not_asked.sql"), asked).fetchall()
    rules = {rule.code: rule for rule_set in contracts().rule_sets.values() for rule in rule_set.rules}
    checked = {}
    for head in heads:
        own = head.pop("delivery_id")
        detail, notes = head.pop("reason_detail"), head.pop("reading_notes")
        code = head["reason_code"]
        waiting: dict[str, list[str]] = {}
        for one in unasked:
            if one["delivery_id"] == own and one["waits_for"]:
                waiting.setdefault(one["waits_for"], []).append(one["rule_code"])
        findings = [_finding(one, rules[one["rule_code"]], lang) for one in issues if one["delivery_id"] == own]
        checked[own] = FileChecked(
            **head,
            reason=say(f"reason.{code}", lang, detail=detail or "") if code else None,
            unknown_columns=tuple(notes.get("unknown_columns", ())),
            total_rows=int(notes.get("total_rows", 0)),
            findings=tuple(sorted(findings, key=lambda one: _SEVERITIES.index(Severity(one.severity)))),
            waiting=waiting,
            at_fault=tuple(one["rule_code"] for one in unasked if one["delivery_id"] == own and not one["waits_for"]),
        )
    return checked


def _finding(found: dict[str, Any], rule: Rule, lang: str) -> FindingTold:
    number = found["number"]
    return FindingTold(
        rule=rule.code,
        severity=rule.severity.value,
        field=found["field"],
        rows=tuple(found["rows"]),
        stood_in=found["stood_in"],
        answered=tuple(found["answered"]),
        message=choose(rule.message.forms(lang), lang, number).format(n=number),
        why=rule.why.lt if lang == "lt" else rule.why.en,
        fix=rule.fix.lt if lang == "lt" else rule.fix.en,
    )
