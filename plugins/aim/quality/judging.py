"""Judge what has come: every delivery that is to be judged gets its results, its row issues and its verdict.

For each dataset, in the order in which they look at one another, all its pending deliveries are judged together: the
rules are worked out into a table of booleans, Great Expectations counts what is broken in it, the rows broken are
named from the same table, and both must agree. Findings and verdicts are written in one transaction: killed anywhere
before it, nothing has happened and the next call begins anew.

When every verdict stands, what is settled is compared with earlier periods and other providers (aim.quality.comparing).
Those rules only ask, so that no verdict waits for them and the order in which files come makes no difference.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from aim.contracts.load import Contracts, contracts
from aim.contracts.reference import read_reference
from aim.contracts.registry import read_registry
from aim.contracts.rule_sql import rule_columns, rules_of
from aim.contracts.suites import SUITES
from aim.ledger import deliveries
from aim.ledger.checking import set_others_aside
from aim.ledger.reasons import mark_answered
from aim.quality.agreement import COUNTS_DIFFER, RuleBook, count, counted_otherwise, errored_rules
from aim.quality.comparing import compare_batch
from aim.quality.findings import (
    count_codes,
    count_landed,
    forget_delivery,
    forget_findings,
    forget_row_issues,
    gather,
    tally,
    write_check_results,
    write_row_issues,
)
from aim.quality.judged_tables import JudgingError, drop_judged, judge_rows, show_landed_rows
from aim.quality.verdicts import check_results, judged, not_compared
from aim.settings import Settings
from aim.warehouse.connect import Warehouse

if TYPE_CHECKING:
    from aim.quality.validation import Validator


@dataclass(frozen=True)
class JudgingResult:
    """What a round of judging did. errored_rules: ours to mend.

    verdicts: how many deliveries got each, before they were compared; what stands in the end is in the ledger.
    compared: deliveries compared with other periods and providers after that.
    """

    deliveries: int = 0
    rows: int = 0
    rows_quarantined: int = 0
    verdicts: Mapping[str, int] = field(default_factory=dict)
    errored_rules: tuple[str, ...] = ()
    compared: int = 0
    seconds: float = 0.0

    def summary(self) -> dict[str, Any]:
        """The counts, for the night's summary."""
        return {
            "deliveries": self.deliveries,
            "rows": self.rows,
            "rows_quarantined": self.rows_quarantined,
            "verdicts": dict(self.verdicts),
            "errored_rules": list(self.errored_rules),
            "compared": self.compared,
        }

    def __add__(self, other: JudgingResult) -> JudgingResult:
        """Both together."""
        return JudgingResult(
            self.deliveries + other.deliveries,
            self.rows + other.rows,
            self.rows_quarantined + other.rows_quarantined,
            dict(Counter(self.verdicts) + Counter(other.verdicts)),
            tuple(sorted({*self.errored_rules, *other.errored_rules})),
            self.compared + other.compared,
            self.seconds + other.seconds,
        )


def judge_all(
    warehouse: Warehouse,
    settings: Settings,
    run_id: int,
    progress: Callable[[str], None] = lambda _: None,
    declared: Contracts | None = None,
    suites: Path = SUITES,
    unless: Callable[[psycopg.Connection[Any]], bool] = lambda _: False,
) -> JudgingResult:
    """Judge until nothing is to be judged; one line of `progress` for each batch.

    Waits for another judging of the same warehouse to end, and then asks `unless`: where that is so, nothing is
    judged. A rule that crashes is `errored` and the others stand.
    Raises JudgingError where the judging itself fails; what was settled before stays, the rest is still to be judged.
    """
    rules = RuleBook(declared or contracts(), read_reference(settings.reference), suites)
    with warehouse.connect() as connection, _alone(connection), _great_expectations(warehouse) as validator:
        with connection.transaction():
            if unless(connection):
                return JudgingResult()
        total = _judge_pending(connection, run_id, rules, validator, progress)
        providers = read_registry(settings.registry)
        for dataset in sorted(_to_compare(connection)):
            started = time.monotonic()
            compared = compare_batch(connection, run_id, dataset, rules, providers, validator)
            seconds = time.monotonic() - started
            total += JudgingResult(errored_rules=compared.errored_rules, compared=compared.deliveries, seconds=seconds)
            progress(f"{dataset}: {compared.deliveries} deliveries compared, {seconds:.1f} s")
        return total


def judge_passing(
    connection: psycopg.Connection[Any], settings: Settings, run_id: int, delivery_ids: Sequence[int]
) -> JudgingResult:
    """Judge these new deliveries and compare them with what speaks, in the caller's transaction; all else stays.

    Great Expectations is not asked: it looks over a connection of its own, and only counts what the same tables of
    outcomes say. The caller holds the lock of the judging. Raises JudgingError.
    """
    rules = RuleBook(contracts(), read_reference(settings.reference), SUITES)
    total = JudgingResult()
    for dataset in rules.declared.judging_order:
        # Each verdict asks for what hangs on it to be judged and compared again.
        set_others_aside(connection, delivery_ids)
        if dataset in _pending(connection):
            total += _judge_batch(connection, run_id, dataset, rules, None)
    set_others_aside(connection, delivery_ids)
    providers = read_registry(settings.registry)
    for dataset in sorted(_to_compare(connection)):
        compared = compare_batch(connection, run_id, dataset, rules, providers, None)
        total += JudgingResult(errored_rules=compared.errored_rules, compared=compared.deliveries)
    return total


def _judge_pending(
    connection: psycopg.Connection[Any],
    run_id: int,
    rules: RuleBook,
    validator: Callable[[], Validator],
    progress: Callable[[str], None],
) -> JudgingResult:
    total = JudgingResult()
    # A batch marks what looks at it to be judged again, always later in the order; but for a fault of ours the first
    # round is the last one with something in it.
    for _ in range(2 + sum(len(looking.judged_after) for looking in rules.declared.datasets.values())):
        before = total.deliveries
        for dataset in rules.declared.judging_order:
            if dataset in _pending(connection):
                result = _judge_batch(connection, run_id, dataset, rules, validator)
                total += result
                progress(f"{dataset}: {result.deliveries} deliveries, {result.rows} rows, {result.seconds:.1f} s")
        if total.deliveries == before:
            return total
    raise JudgingError("Deliveries keep asking to be judged again: the datasets' judged_after is at fault.")


def _pending(connection: psycopg.Connection[Any]) -> set[str]:
    with connection.transaction():
        return deliveries.datasets_to_judge(connection)


def _to_compare(connection: psycopg.Connection[Any]) -> set[str]:
    with connection.transaction():
        return deliveries.datasets_to_compare(connection)


@contextmanager
def _alone(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Only one judging at a time: quality.batch is one."""
    with connection.transaction():
        deliveries.judge_alone(connection)
    # Given back when the connection ends, with the process if need be.
    yield


@contextmanager
def _great_expectations(warehouse: Warehouse) -> Iterator[Callable[[], Validator]]:
    """Great Expectations on demand: importing it takes seconds that a night without deliveries need not spend."""
    made: list[Validator] = []

    def validator() -> Validator:
        if not made:
            from aim.quality.validation import Validator

            made.append(Validator(warehouse.connect))
        return made[0]

    try:
        yield validator
    finally:
        for one in made:
            one.close()


def _judge_batch(
    connection: psycopg.Connection[Any],
    run_id: int,
    dataset: str,
    rules: RuleBook,
    validator: Callable[[], Validator] | None,
) -> JudgingResult:
    started = time.monotonic()
    all_rules = rules_of(rules.declared, dataset)
    asked = [rule for rule in all_rules if not rule.compares]
    columns = [column for column in rule_columns(rules.declared, dataset) if not column.rule.compares]
    # Committed, for Great Expectations looks at it over a connection of its own.
    with connection.transaction():
        order = deliveries.open_batch(connection, dataset)
        show_landed_rows(connection, rules.declared.datasets[dataset])
        batch = count_landed(connection)
        drop_judged(connection, dataset)
        tables = judge_rows(connection, rules.declared, rules.reference, dataset, columns)
        tallies = tally(connection, tables, batch)
    counted = count(tables, dataset, rules, validator) if any(one.rows_to_judge for one in batch) else {}
    errored = errored_rules(tables, counted)

    with connection.transaction():
        # Those of rules that compare too: what they said was of the rows as they were.
        forget_findings(connection)
        for table in tables:
            write_row_issues(connection, table, skip=errored)
        differing = counted_otherwise(connection, tables, counted, errored)
        forget_row_issues(connection, differing)
        errored |= dict.fromkeys(differing, COUNTS_DIFFER)
        mark_answered(connection, rules.declared.datasets[dataset], order)
        count_codes(connection, rules.declared.datasets[dataset])
        findings = {one.delivery_id: one for one in gather(connection, batch, tallies)}
        results = {delivery_id: check_results(one, asked, errored) for delivery_id, one in findings.items()}
        verdicts: dict[int, str] = {}
        for delivery_id in order:
            grounds = judged(
                findings[delivery_id],
                results[delivery_id],
                deliveries.next_load_id(connection),
                rules.reference.parameter("max_quarantined_pct"),
            )
            verdicts[delivery_id] = deliveries.settle(connection, grounds, rules.declared)
            if verdicts[delivery_id] == "rejected":
                results[delivery_id] += not_compared(delivery_id, [rule for rule in all_rules if rule.compares])
        write_check_results(connection, run_id, [result for of_one in results.values() for result in of_one])
        for delivery_id in order:
            if verdicts[delivery_id] == "duplicate":
                forget_delivery(connection, dataset, delivery_id)
        deliveries.mark_compared(connection, order, rules.declared)
        deliveries.close_batch(connection)
        drop_judged(connection, dataset)
    return JudgingResult(
        deliveries=len(order),
        rows=sum(one.rows_received for one in findings.values()),
        rows_quarantined=sum(one.rows_quarantined for one in findings.values()),
        verdicts=Counter(verdicts.values()),
        errored_rules=tuple(sorted(errored)),
        seconds=time.monotonic() - started,
    )
