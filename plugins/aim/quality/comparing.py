"""Compare what is settled with earlier periods and other providers: outliers, continuity, agreement of registers.

These rules only ask: no row is taken out for them and no verdict but `accepted` or `accepted_with_findings` follows
from them. So the deliveries of all periods are compared at once, after everything is judged; and each again whenever
one that it is compared with comes, is replaced or withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import psycopg

from aim.contracts.calendar import Period, is_expected
from aim.contracts.load import Contracts
from aim.contracts.registry import Provider
from aim.contracts.rule_sql import rule_columns, rules_of
from aim.ledger import deliveries
from aim.ledger.reasons import mark_answered
from aim.quality.agreement import COUNTS_DIFFER, RuleBook, count, counted_otherwise, errored_rules
from aim.quality.findings import (
    count_landed,
    forget_findings,
    forget_row_issues,
    gather,
    tally,
    write_check_results,
    write_row_issues,
)
from aim.quality.judged_tables import drop_judged, judge_rows, show_settled_rows
from aim.quality.verdicts import Findings, check_results
from aim.warehouse.sql import load

if TYPE_CHECKING:
    from aim.quality.validation import Validator


@dataclass(frozen=True)
class Compared:
    """How many deliveries were compared, and the rules that turned out to be at fault."""

    deliveries: int
    errored_rules: tuple[str, ...]


def compare_batch(
    connection: psycopg.Connection[Any],
    run_id: int,
    dataset: str,
    rules: RuleBook,
    providers: Mapping[str, Provider],
    validator: Callable[[], Validator] | None,
) -> Compared:
    """Ask the rules that compare of every delivery of the dataset that is to be compared; all others are settled.

    Written in one transaction. Without a validator Great Expectations is not asked. Raises JudgingError as the judging
    does.
    """
    asked = [rule for rule in rules_of(rules.declared, dataset) if rule.compares]
    columns = [column for column in rule_columns(rules.declared, dataset) if column.rule.compares]
    with connection.transaction():
        order = deliveries.open_comparison(connection, dataset, rules.declared)
        show_settled_rows(connection, rules.declared, dataset, columns)
        batch = count_landed(connection)
        drop_judged(connection, dataset)
        tables = judge_rows(connection, rules.declared, rules.reference, dataset, columns)
        tallies = tally(connection, tables, batch)
    something = any(tally.checked for of_one in tallies.values() for tally in of_one.values())
    counted = count(tables, dataset, rules, validator) if something else {}
    errored = errored_rules(tables, counted)

    with connection.transaction():
        forget_findings(connection, [rule.code for rule in asked])
        for table in tables:
            write_row_issues(connection, table, skip=errored)
        differing = counted_otherwise(connection, tables, counted, errored)
        forget_row_issues(connection, differing)
        errored |= dict.fromkeys(differing, COUNTS_DIFFER)
        mark_answered(connection, rules.declared.datasets[dataset], order)
        found = gather(connection, batch, tallies)
        found = _without_what_is_never_owed(connection, found, dataset, rules.declared, providers)
        results = [result for one in found for result in check_results(one, asked, errored)]
        write_check_results(connection, run_id, results)
        deliveries.settle_comparison(connection, order)
        deliveries.close_batch(connection)
        drop_judged(connection, dataset)
    return Compared(len(order), tuple(sorted(errored)))


def _without_what_is_never_owed(
    connection: psycopg.Connection[Any],
    found: Sequence[Findings],
    dataset: str,
    declared: Contracts,
    providers: Mapping[str, Provider],
) -> list[Findings]:
    """The findings; none waits for a slice of the period before that its provider never owed."""
    first_slices = {
        delivery_id
        for delivery_id, provider, period in connection.execute(load(__file__, "slices_of_batch.sql"))
        if not _is_owed(declared, providers.get(provider), dataset, Period.parse(period).previous())
    }
    return [
        replace(one, waits_for=tuple(name for name in one.waits_for if name != dataset))
        if one.delivery_id in first_slices
        else one
        for one in found
    ]


def _is_owed(declared: Contracts, provider: Provider | None, dataset: str, period: Period) -> bool:
    owed = declared.obligation(provider.kind, dataset) if provider is not None else None
    return (
        provider is not None and owed is not None and is_expected(owed, period, provider.valid_from, provider.valid_to)
    )
