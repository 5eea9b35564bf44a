"""What would a changed rule set newly fail or pass over past deliveries?

The rules in force and the changed ones are both worked out anew on the same rows, so that the answer is about the
rules alone and not about what else has changed since a delivery was judged. All happens in one transaction that is
rolled back: nothing is stored, and no judging runs meanwhile. Great Expectations is not asked: rows are named and
counted from the same tables of booleans that it would count.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from aim.contracts.load import Contracts, contracts
from aim.contracts.reference import Reference, read_reference
from aim.contracts.rule_sql import lookups_of, rule_columns, rules_of
from aim.ledger import deliveries, rechecks
from aim.ledger.reasons import mark_answered
from aim.ledger.rechecks import PastDelivery, Span
from aim.quality.agreement import errored_rules
from aim.quality.findings import count_codes, count_landed, forget_row_issues, gather, tally, write_row_issues
from aim.quality.judged_tables import JudgedTable, drop_judged, judge_rows, show_landed_rows, show_settled_rows
from aim.quality.verdicts import check_results, judged
from aim.settings import Settings
from aim.warehouse.connect import Warehouse
from aim.warehouse.sql import load

ROWS_AT_ONCE = 250_000
"""Rows judged together: what their tables of outcomes take on disk does not grow with the deliveries."""

_REJECTED, _ACCEPTED, _WITH_FINDINGS = "rejected", "accepted", "accepted_with_findings"


@dataclass(frozen=True)
class Step:
    """Deliveries of a dataset judged, or compared, by the rules in force or the changed ones."""

    by_changed: bool
    compared: bool
    dataset: str
    deliveries: int
    rows: int
    seconds: float


Progress = Callable[[Step], None]


@dataclass(frozen=True)
class RuleDifference:
    """Rows of a provider that would newly break a rule, or no longer; a file as a whole counts as one."""

    rule_code: str
    dataset: str
    provider_code: str
    newly_failing: int
    newly_passing: int
    deliveries: int


@dataclass(frozen=True)
class VerdictDifference:
    """A delivery whose verdict would be another."""

    delivery_id: int
    provider_code: str
    dataset: str
    period: str
    now: str
    then: str


@dataclass(frozen=True)
class Rehearsal:
    """What changed rules would do. rules_changed: code -> `new`, `gone` or `changed`, whether rows differ or not.

    rows: of the deliveries judged; rows_newly_out, rows_newly_in: that would be quarantined, or no longer.
    errored: code -> what is wrong, of rules that could not be worked out; they are in no count.
    """

    deliveries: int = 0
    rows: int = 0
    rules_changed: dict[str, str] = field(default_factory=dict)
    rules: tuple[RuleDifference, ...] = ()
    verdicts: tuple[VerdictDifference, ...] = ()
    rows_newly_out: int = 0
    rows_newly_in: int = 0
    errored: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def summary(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


@dataclass
class _Outcome:
    """What one set of rules made of the deliveries."""

    verdicts: dict[int, str] = field(default_factory=dict)
    errored: dict[str, str] = field(default_factory=dict)


def rehearse(
    warehouse: Warehouse,
    settings: Settings,
    changed: Contracts,
    span: Span,
    *,
    with_rejected: bool = False,
    declared: Contracts | None = None,
    progress: Progress = lambda _: None,
) -> Rehearsal:
    """Judge past deliveries by the rules in force (`declared`) and by the changed ones, and say what differs.

    Only datasets that the changes reach. Waits for a judging to end, and keeps the next one waiting. Raises
    JudgingError where a set of rules cannot be asked at all.
    """
    began = time.monotonic()
    declared, reference = declared or contracts(), read_reference(settings.reference)
    datasets = _reached(declared, changed)
    differing = {code: how for dataset in datasets for code, how in _rules_changed(declared, changed, dataset).items()}
    with warehouse.connect() as connection, connection.transaction(force_rollback=True):
        deliveries.await_judging(connection)
        past = rechecks.past_deliveries(connection, datasets, span, with_rejected=with_rejected)
        if not past:
            return Rehearsal(rules_changed=differing)
        ids = [one.delivery_id for one in past]
        now = _judge(connection, declared, changed, reference, past, progress)
        connection.execute(load(__file__, "keep_rehearsed.sql"), {"delivery_ids": ids})
        connection.execute("analyze pg_temp.rehearsed")
        then = _judge(connection, changed, declared, reference, past, progress, by_changed=True)
        errored = now.errored | then.errored
        with connection.cursor(row_factory=class_row(RuleDifference)) as cursor:
            rules = cursor.execute(
                load(__file__, "compare_rehearsed.sql"), {"delivery_ids": ids, "errored": list(errored)}
            ).fetchall()
        rows_out = connection.execute(load(__file__, "compare_rows_out.sql"), {"delivery_ids": ids}).fetchone()
        assert rows_out is not None
    return Rehearsal(
        deliveries=len(past),
        rows=sum(one.rows_received for one in past),
        rules_changed=differing,
        rules=tuple(rules),
        verdicts=tuple(
            VerdictDifference(
                one.delivery_id,
                one.provider_code,
                one.dataset,
                one.period,
                now.verdicts[one.delivery_id],
                then.verdicts[one.delivery_id],
            )
            for one in past
            if now.verdicts[one.delivery_id] != then.verdicts[one.delivery_id]
        ),
        rows_newly_out=rows_out[0],
        rows_newly_in=rows_out[1],
        errored=errored,
        seconds=round(time.monotonic() - began, 1),
    )


def _asked(declared: Contracts, dataset: str) -> dict[str, list[object]]:
    """Rule code -> all that decides what it finds and what follows from it; its words are not."""
    lookups = lookups_of(declared, dataset)
    found: dict[str, list[object]] = {}
    for column in rule_columns(declared, dataset):
        rule = column.rule
        joined = [(lookups[name].join_on, lookups[name].sql) for name in rule.uses]
        found.setdefault(rule.code, [rule.severity, column.table, rule.waits_for, rule.days_after, joined]).append(
            (column.field, column.applies, column.holds)
        )
    return found


def _rules_changed(declared: Contracts, changed: Contracts, dataset: str) -> dict[str, str]:
    now, then = _asked(declared, dataset), _asked(changed, dataset)
    different = {code: "changed" for code in now.keys() & then.keys() if now[code] != then[code]}
    different |= dict.fromkeys(then.keys() - now.keys(), "new") | dict.fromkeys(now.keys() - then.keys(), "gone")
    return dict(sorted(different.items()))


def _reached(declared: Contracts, changed: Contracts) -> tuple[str, ...]:
    """The datasets whose rules differ, and those whose rules look at these, in the order of judging."""
    reached = {dataset for dataset in declared.datasets if _rules_changed(declared, changed, dataset)}
    while True:
        looking = {one for dataset in reached for one in declared.looking_at(dataset)}
        looking |= {one.dataset for one in (*declared.comparisons, *changed.comparisons) if one.looked_at in reached}
        if looking <= reached:
            return tuple(name for name in declared.judging_order if name in reached)
        reached |= looking


def _judge(
    connection: psycopg.Connection[Any],
    declared: Contracts,
    other: Contracts,
    reference: Reference,
    past: Sequence[PastDelivery],
    progress: Progress,
    by_changed: bool = False,
) -> _Outcome:
    """Judge all of `past`, in both passes; findings then stand in quality.row_issues as if nothing else had been.

    `other`: the other set of rules, whose findings are taken away too.
    """
    outcome = _Outcome()
    for compares in (False, True):
        for dataset in declared.judging_order:
            of_dataset = [one for one in past if one.dataset == dataset]
            codes = sorted({rule.code for rules in (declared, other) for rule in rules_of(rules, dataset)})
            for chunk in _chunks(of_dataset):
                started = time.monotonic()
                ids = [one.delivery_id for one in chunk]
                rechecks.suppose_pending(connection, ids)
                if compares:
                    _compare_chunk(connection, declared, reference, dataset, outcome)
                else:
                    _judge_chunk(connection, declared, reference, dataset, codes, outcome)
                rows = sum(one.rows_received for one in chunk)
                seconds = round(time.monotonic() - started, 1)
                progress(Step(by_changed, compares, dataset, len(chunk), rows, seconds))
    return outcome


def _chunks(past: Sequence[PastDelivery]) -> Iterator[list[PastDelivery]]:
    chunk: list[PastDelivery] = []
    rows = 0
    for one in past:
        if chunk and rows + one.rows_received > ROWS_AT_ONCE:
            yield chunk
            chunk, rows = [], 0
        chunk.append(one)
        rows += one.rows_received
    if chunk:
        yield chunk


def _judge_chunk(
    connection: psycopg.Connection[Any],
    declared: Contracts,
    reference: Reference,
    dataset: str,
    codes: Sequence[str],
    outcome: _Outcome,
) -> None:
    contract = declared.datasets[dataset]
    asked = [rule for rule in rules_of(declared, dataset) if not rule.compares]
    order = deliveries.open_batch(connection, dataset)
    show_landed_rows(connection, contract)
    batch = count_landed(connection)
    columns = [column for column in rule_columns(declared, dataset) if not column.rule.compares]
    drop_judged(connection, dataset)
    tables = judge_rows(connection, declared, reference, dataset, columns)
    tallies = tally(connection, tables, batch)
    errored = errored_rules(tables, {})
    forget_row_issues(connection, codes)
    for table in tables:
        write_row_issues(connection, table, skip=errored)
    mark_answered(connection, contract, order)
    count_codes(connection, contract)
    for one in gather(connection, batch, tallies):
        grounds = judged(one, check_results(one, asked, errored), 0, reference.parameter("max_quarantined_pct"))
        accepted = _WITH_FINDINGS if grounds.has_findings else _ACCEPTED
        outcome.verdicts[one.delivery_id] = _REJECTED if grounds.reject_reason is not None else accepted
    outcome.errored |= errored
    rechecks.suppose_verdicts(
        connection,
        accepted=[one for one in order if outcome.verdicts[one] != _REJECTED],
        rejected=[one for one in order if outcome.verdicts[one] == _REJECTED],
    )
    _give_back(connection, tables, dataset)


def _compare_chunk(
    connection: psycopg.Connection[Any], declared: Contracts, reference: Reference, dataset: str, outcome: _Outcome
) -> None:
    contract = declared.datasets[dataset]
    asked = [rule for rule in rules_of(declared, dataset) if rule.compares]
    order = deliveries.open_comparison(connection, dataset, declared)
    columns = [column for column in rule_columns(declared, dataset) if column.rule.compares]
    show_settled_rows(connection, declared, dataset, columns)
    batch = count_landed(connection)
    drop_judged(connection, dataset)
    tables = judge_rows(connection, declared, reference, dataset, columns)
    tallies = tally(connection, tables, batch)
    errored = errored_rules(tables, {})
    for table in tables:
        write_row_issues(connection, table, skip=errored)
    mark_answered(connection, contract, order)
    for one in gather(connection, batch, tallies):
        if any(result.status == "failed" for result in check_results(one, asked, errored)):
            outcome.verdicts[one.delivery_id] = _WITH_FINDINGS
    outcome.errored |= errored
    _give_back(connection, tables, dataset)


def _give_back(connection: psycopg.Connection[Any], tables: Sequence[JudgedTable], dataset: str) -> None:
    """Drop the tables of outcomes. Emptied first: a table dropped keeps its place on disk to the transaction's end."""
    for table in tables:
        if table.columns:
            connection.execute(sql.SQL("truncate {}").format(table.identifier))
    drop_judged(connection, dataset)
