"""Judge what has come: every delivery that is to be judged gets its results, its row issues and its verdict.

For each dataset, in the order in which they look at one another, all its pending deliveries are judged together: the
rules are worked out into a table of booleans, Great Expectations counts what is broken in it, the rows broken are
named from the same table, and both must agree. Findings and verdicts are written in one transaction: killed anywhere
before it, nothing has happened and the next call begins anew.
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
from aim.contracts.models import Scope
from aim.contracts.reference import Reference, read_reference
from aim.contracts.rule_sql import rule_columns, rules_of
from aim.contracts.suites import FILES, SUITES, read_suite
from aim.ledger import deliveries
from aim.quality.findings import (
    count_landed,
    count_row_issues,
    forget_delivery,
    forget_findings,
    forget_rules,
    gather,
    tally,
    write_check_results,
    write_row_issues,
)
from aim.quality.judged_tables import JudgedTable, JudgingError, drop_judged, judge_rows, show_landed_rows
from aim.quality.verdicts import check_results, judged
from aim.settings import Settings
from aim.warehouse.connect import Warehouse
from aim.warehouse.sql import load

if TYPE_CHECKING:
    from aim.quality.validation import Validator

CRASHED = "the rule's SQL crashed"
NOT_COUNTED = "Great Expectations could not count it"
COUNTS_DIFFER = "Great Expectations and the row issues count differently"


@dataclass(frozen=True)
class JudgingResult:
    """What a round of judging did. verdicts: how many deliveries got each; errored_rules: ours to mend."""

    deliveries: int = 0
    rows: int = 0
    rows_quarantined: int = 0
    verdicts: Mapping[str, int] = field(default_factory=dict)
    errored_rules: tuple[str, ...] = ()
    seconds: float = 0.0

    def summary(self) -> dict[str, Any]:
        """The counts, for the night's summary."""
        return {
            "deliveries": self.deliveries,
            "rows": self.rows,
            "rows_quarantined": self.rows_quarantined,
            "verdicts": dict(self.verdicts),
            "errored_rules": list(self.errored_rules),
        }

    def __add__(self, other: JudgingResult) -> JudgingResult:
        """Both together."""
        return JudgingResult(
            self.deliveries + other.deliveries,
            self.rows + other.rows,
            self.rows_quarantined + other.rows_quarantined,
            dict(Counter(self.verdicts) + Counter(other.verdicts)),
            tuple(sorted({*self.errored_rules, *other.errored_rules})),
            self.seconds + other.seconds,
        )


@dataclass(frozen=True)
class _Rules:
    """The rules of one judging: declarations, reference files, compiled suites."""

    declared: Contracts
    reference: Reference
    suites: Path


def judge_all(
    warehouse: Warehouse,
    settings: Settings,
    run_id: int,
    progress: Callable[[str], None] = lambda _: None,
    declared: Contracts | None = None,
    suites: Path = SUITES,
) -> JudgingResult:
    """Judge until nothing is to be judged; one line of `progress` for each batch.

    Waits for another judging of the same warehouse to end. A rule that crashes is `errored` and the others stand.
    Raises JudgingError where the judging itself fails; what was settled before stays, the rest is still to be judged.
    """
    rules = _Rules(declared or contracts(), read_reference(settings.reference), suites)
    total = JudgingResult()
    with warehouse.connect() as connection, _alone(connection), _great_expectations(warehouse) as validator:
        # A batch marks what looks at it to be judged again, always later in the order; but for a fault of ours
        # the first round is the last one with something in it.
        for _ in range(2 + sum(len(looking.judged_after) for looking in rules.declared.datasets.values())):
            before = total.deliveries
            for dataset in rules.declared.judging_order:
                while dataset in _pending(connection):
                    result = _judge_batch(connection, run_id, dataset, rules, validator)
                    total += result
                    progress(f"{dataset}: {result.deliveries} deliveries, {result.rows} rows, {result.seconds:.1f} s")
            if total.deliveries == before:
                return total
    raise JudgingError("Deliveries keep asking to be judged again: the datasets' judged_after is at fault.")


def _pending(connection: psycopg.Connection[Any]) -> set[str]:
    with connection.transaction():
        return deliveries.datasets_to_judge(connection)


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
    rules: _Rules,
    validator: Callable[[], Validator],
) -> JudgingResult:
    started = time.monotonic()
    columns = rule_columns(rules.declared, dataset)
    # Committed, for Great Expectations looks at it over a connection of its own.
    with connection.transaction():
        order = deliveries.open_batch(connection, dataset)
        if any(column.rule.scope is Scope.HISTORY for column in columns):
            order = _keep_first_period(connection, order)
        show_landed_rows(connection, rules.declared.datasets[dataset])
        batch = count_landed(connection)
        drop_judged(connection, dataset)
        tables = judge_rows(connection, rules.declared, rules.reference, dataset, columns)
        tallies = tally(connection, tables, batch)
    errored = {code: CRASHED for table in tables for code in sorted(table.crashed)}
    counted: dict[str, int | None] = {}
    if any(one.rows_to_judge for one in batch):
        counted = _counted(tables, dataset, rules, validator)
        errored |= {
            column.rule.code: NOT_COUNTED
            for table in tables
            for column in table.columns
            if counted[column.name] is None
        }

    with connection.transaction():
        forget_findings(connection)
        for table in tables:
            write_row_issues(connection, table, skip=errored)
        differing = _counted_otherwise(connection, tables, counted, errored)
        forget_rules(connection, differing)
        errored |= dict.fromkeys(differing, COUNTS_DIFFER)
        findings = {one.delivery_id: one for one in gather(connection, batch, tallies)}
        results = {
            delivery_id: check_results(one, rules_of(rules.declared, dataset), errored)
            for delivery_id, one in findings.items()
        }
        write_check_results(connection, run_id, [result for of_one in results.values() for result in of_one])
        verdicts: Counter[str] = Counter()
        for delivery_id in order:
            grounds = judged(
                findings[delivery_id],
                results[delivery_id],
                deliveries.next_load_id(connection),
                rules.reference.parameter("max_quarantined_pct"),
            )
            verdict = deliveries.settle(connection, grounds, rules.declared)
            verdicts[verdict] += 1
            if verdict == "duplicate":
                forget_delivery(connection, dataset, delivery_id)
        deliveries.close_batch(connection)
        drop_judged(connection, dataset)
    return JudgingResult(
        deliveries=len(order),
        rows=sum(one.rows_received for one in findings.values()),
        rows_quarantined=sum(one.rows_quarantined for one in findings.values()),
        verdicts=verdicts,
        errored_rules=tuple(sorted(errored)),
        seconds=time.monotonic() - started,
    )


def _keep_first_period(connection: psycopg.Connection[Any], order: Sequence[int]) -> list[int]:
    """Leave only the earliest period in the batch: later ones are compared with it once it is settled."""
    connection.execute(load(__file__, "keep_first_period.sql"))
    kept = {row[0] for row in connection.execute("select delivery_id from quality.batch")}
    return [delivery_id for delivery_id in order if delivery_id in kept]


def _counted(
    tables: Sequence[JudgedTable], dataset: str, rules: _Rules, validator: Callable[[], Validator]
) -> dict[str, int | None]:
    """Rows that break each rule column, as Great Expectations counts them; None where it could not.

    Raises JudgingError where a suite is not compiled from these rules, or nothing at all could be counted: that is a
    fault of the warehouse, and no delivery may pass unchecked for it.
    """
    counted: dict[str, int | None] = {}
    for table in tables:
        if not table.columns:
            continue
        suite = read_suite(dataset + (FILES if table.is_of_files else ""), rules.suites)
        names = {column.name for column in table.columns}
        if names - {one["kwargs"]["column"] for one in suite["expectations"]}:
            raise JudgingError(f"suites/{suite['name']}.json is not of these rules: run `aim contracts compile`.")
        counts = validator().count(table.name, suite, names)
        counted |= {name: None if one is None else one.unexpected for name, one in counts.items()}
    if counted and all(count is None for count in counted.values()):
        raise JudgingError(f"{dataset}: Great Expectations could count nothing.")
    return counted


def _counted_otherwise(
    connection: psycopg.Connection[Any],
    tables: Sequence[JudgedTable],
    counted: Mapping[str, int | None],
    errored: Mapping[str, str],
) -> list[str]:
    """The rules whose rows named are not as many as Great Expectations counted."""
    written = count_row_issues(connection)
    return sorted(
        {
            column.rule.code
            for table in tables
            for column in table.columns
            if column.rule.code not in errored
            and counted.get(column.name, 0) != written.get((column.rule.code, column.field), 0)
        }
    )
