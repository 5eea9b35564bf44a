"""Why a query is right as it is: a finding answered with a reason is not asked again until its row changes.

A reason is remembered with what the row was like, as one number. A row of the same provider and dataset that is like
it is answered wherever it stands: in the next month's file, in a corrected one, in another order. What was found of a
delivery as a whole is answered for that delivery alone, as long as it speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql as compose
from psycopg.rows import dict_row

from aim.contracts.load import contracts
from aim.contracts.models import DatasetContract, Rule, Severity
from aim.ledger.deliveries import SPEAKING, LedgerError, await_judging, follow_results
from aim.warehouse import sql

MAX_LENGTH = 2000
"""Characters of a reason."""


@dataclass(frozen=True)
class Answered:
    """What a reason did. findings: answered in the delivery named; elsewhere: the same in the provider's other files.

    verdict: the delivery's, as it now stands.
    """

    findings: int
    elsewhere: int
    verdict: str


def give(
    connection: psycopg.Connection, delivery_id: int, rule_code: str, reason: str, row_number: int | None = None
) -> Answered:
    """Remember why what a rule asks of a row (None: of every row it found, or of the file as a whole) is right.

    Results and verdicts follow; a second reason for a finding replaces the first. Waits for a judging to end.
    LedgerError where there is no such open question. The caller has seen to it that no personal code is in `reason`.
    """
    reason = reason.strip()
    if not reason:
        raise LedgerError("Give the reason in words.")
    if len(reason) > MAX_LENGTH:
        raise LedgerError(f"The reason is longer than {MAX_LENGTH} characters: say it shorter.")
    _query_rule(rule_code)
    await_judging(connection)
    delivery = _speaking(connection, delivery_id)
    contract = contracts().datasets[delivery["dataset"]]
    asked = {"delivery_id": delivery_id, "rule_code": rule_code, "row_number": row_number}
    given = connection.execute(_of(contract, "write_reasons.sql"), asked | {"reason": reason}).rowcount
    if not given:
        place = "it" if row_number is None else f"row {row_number}"
        raise LedgerError(f"Rule {rule_code} asks nothing of {place} in delivery {delivery_id}: see `aim report`.")
    touched = {delivery_id: given} | _mark(connection, contract, _where_asked(connection, delivery, rule_code))
    _follow(connection, list(touched), rule_code)
    verdict = _speaking(connection, delivery_id)["verdict"]
    return Answered(given, sum(touched.values()) - touched[delivery_id], verdict)


def mark_answered(connection: psycopg.Connection, contract: DatasetContract, delivery_ids: Sequence[int]) -> None:
    """Mark the row issues of these deliveries of one dataset that were answered before.

    Reads no landed row where no reason was ever given for the same provider, dataset and rule.
    """
    concerned = connection.execute(
        sql.load(__file__, "deliveries_answered_before.sql"), {"delivery_ids": list(delivery_ids)}
    ).fetchall()
    if concerned:
        _mark(connection, contract, [int(row[0]) for row in concerned])


def _mark(connection: psycopg.Connection, contract: DatasetContract, delivery_ids: Sequence[int]) -> dict[int, int]:
    """Delivery -> findings newly marked as answered."""
    rows = connection.execute(_of(contract, "mark_answered.sql"), {"delivery_ids": list(delivery_ids)}).fetchall()
    return {int(delivery_id): int(findings) for delivery_id, findings in rows}


def _where_asked(connection: psycopg.Connection, delivery: dict[str, Any], rule_code: str) -> list[int]:
    """The provider's deliveries in which the rule asks something: those that speak and those that may again."""
    rows = connection.execute(
        sql.load(__file__, "deliveries_asked.sql"),
        {"provider_code": delivery["provider_code"], "dataset": delivery["dataset"], "rule_code": rule_code},
    ).fetchall()
    return [int(row[0]) for row in rows]


def _follow(connection: psycopg.Connection, delivery_ids: Sequence[int], rule_code: str) -> None:
    """Let results and verdicts say what is left unanswered."""
    connection.execute(
        sql.load(__file__, "results_after_reason.sql"), {"delivery_ids": list(delivery_ids), "rule_code": rule_code}
    )
    follow_results(connection, delivery_ids)


def _query_rule(code: str) -> Rule:
    rules = (rule for rule_set in contracts().rule_sets.values() for rule in rule_set.rules)
    rule = next((rule for rule in rules if rule.code == code), None)
    if rule is None:
        raise LedgerError(f"There is no rule {code}: the provider's report names the rules.")
    if rule.severity is not Severity.QUERY:
        raise LedgerError(f"Rule {code} asks nothing that a reason could answer: the file is to be corrected and sent.")
    return rule


def _speaking(connection: psycopg.Connection, delivery_id: int) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(
            "select provider_code, dataset, verdict from ops.deliveries where delivery_id = %s", (delivery_id,)
        ).fetchone()
    if found is None:
        raise LedgerError(f"There is no delivery {delivery_id}: see `aim status` for the numbers.")
    if found["verdict"] not in SPEAKING:
        raise LedgerError(f"Delivery {delivery_id} is {found['verdict']}: give the reason for the one that speaks.")
    return found


def _of(contract: DatasetContract, name: str) -> compose.Composed:
    return sql.load(__file__, name).format(
        staging=compose.Identifier("staging", contract.dataset),
        landed_content=compose.SQL(", ").join(
            compose.Identifier("landed", column) for column in contract.staging_columns()
        ),
    )
