"""Why a query is right as it is: a finding answered with a reason is not asked again until its row changes.

A reason is remembered with what the row was like, as one number. A row of the same provider and dataset that is like
it is answered wherever it stands: in the next month's file, in a corrected one, in another order. What was found of a
delivery as a whole is answered for that delivery alone, as long as it speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Given:
    """A reason for what a rule asks (None: every rule that asks) of a row (None: every row; 0: the file as a whole).

    of_field: the field asked about (None: whichever). of_former: whether the row stands in an earlier file, missing
    from this one (None: wherever).
    """

    reason: str = field(repr=False)
    rule_code: str | None = None
    row_number: int | None = None
    of_field: str | None = None
    of_former: bool | None = None


@dataclass(frozen=True)
class Meant:
    """What a reason is about: so many findings of the delivery, of which so many were open until now."""

    findings: int = 0
    open: int = 0


@dataclass(frozen=True)
class AnsweredAll:
    """What several reasons did, each in its turn; findings: newly answered in the delivery, elsewhere: in others."""

    meant: tuple[Meant, ...]
    findings: int
    elsewhere: int


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
    _speaking(connection, delivery_id)
    answered = give_all(connection, delivery_id, [Given(reason, rule_code, row_number)])
    (meant,) = answered.meant
    if not meant.findings:
        place = "it" if row_number is None else f"row {row_number}"
        raise LedgerError(f"Rule {rule_code} asks nothing of {place} in delivery {delivery_id}: see `aim report`.")
    return Answered(meant.findings, answered.elsewhere, _speaking(connection, delivery_id)["verdict"])


def give_all(
    connection: psycopg.Connection, delivery_id: int, given: Sequence[Given], answer_id: int | None = None
) -> AnsweredAll:
    """Remember reasons for what is asked of a delivery that speaks or was superseded; says of each what it is about.

    Of two reasons for a finding that which names its rule counts, else the last one. Reasons about a row of a
    superseded delivery hold wherever a row like it stands, those about it as a whole are about nothing. `answer_id`:
    the list they came with. The caller has waited for a judging to end.
    """
    delivery = _delivery(connection, delivery_id)
    contract = contracts().datasets[delivery["dataset"]]
    query_rules = [code for code, rule in _rules().items() if rule.severity is Severity.QUERY]
    rows = connection.execute(
        _of(contract, "write_reasons.sql"),
        {
            "delivery_id": delivery_id,
            "query_rules": query_rules,
            "rule_codes": [one.rule_code for one in given],
            "row_numbers": [one.row_number for one in given],
            "fields": [one.of_field for one in given],
            "of_former": [one.of_former for one in given],
            "reasons": [one.reason for one in given],
            "answer_id": answer_id,
        },
    ).fetchall()
    meant = {int(nth): Meant(int(findings), int(still_open)) for nth, findings, still_open in rows}
    touched: dict[int, int] = {}
    if meant:
        rules = sorted({one.rule_code for one in given if one.rule_code})
        concerned = query_rules if any(one.rule_code is None for one in given) else rules
        touched = _mark(connection, contract, _where_asked(connection, delivery, concerned))
        _follow(connection, list(touched), concerned)
    return AnsweredAll(
        meant=tuple(meant.get(nth, Meant()) for nth in range(1, len(given) + 1)),
        findings=touched.get(delivery_id, 0),
        elsewhere=sum(found for number, found in touched.items() if number != delivery_id),
    )


def asks(rule_code: str) -> bool | None:
    """Whether a rule asks what a reason can answer; None where there is no such rule."""
    rule = _rules().get(rule_code)
    return None if rule is None else rule.severity is Severity.QUERY


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


def _where_asked(connection: psycopg.Connection, delivery: dict[str, Any], rule_codes: Sequence[str]) -> list[int]:
    """The provider's deliveries in which the rules ask something: those that speak and those that may again."""
    rows = connection.execute(
        sql.load(__file__, "deliveries_asked.sql"),
        {
            "provider_code": delivery["provider_code"],
            "dataset": delivery["dataset"],
            "rule_codes": list(rule_codes),
        },
    ).fetchall()
    return [int(row[0]) for row in rows]


def _follow(connection: psycopg.Connection, delivery_ids: Sequence[int], rule_codes: Sequence[str]) -> None:
    """Let results and verdicts say what is left unanswered."""
    connection.execute(
        sql.load(__file__, "results_after_reason.sql"),
        {"delivery_ids": list(delivery_ids), "rule_codes": list(rule_codes)},
    )
    follow_results(connection, delivery_ids)


def _rules() -> dict[str, Rule]:
    return {rule.code: rule for rule_set in contracts().rule_sets.values() for rule in rule_set.rules}


def _query_rule(code: str) -> None:
    is_question = asks(code)
    if is_question is None:
        raise LedgerError(f"There is no rule {code}: the provider's report names the rules.")
    if not is_question:
        raise LedgerError(f"Rule {code} asks nothing that a reason could answer: the file is to be corrected and sent.")


def _delivery(connection: psycopg.Connection, delivery_id: int) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(
            "select provider_code, dataset, verdict from ops.deliveries where delivery_id = %s", (delivery_id,)
        ).fetchone()
    if found is None:
        raise LedgerError(f"There is no delivery {delivery_id}: see `aim status` for the numbers.")
    return found


def _speaking(connection: psycopg.Connection, delivery_id: int) -> dict[str, Any]:
    found = _delivery(connection, delivery_id)
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
