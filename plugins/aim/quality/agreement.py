"""Do Great Expectations and the rows named agree, rule by rule? One that does not decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from aim.contracts.load import Contracts
from aim.contracts.reference import Reference
from aim.contracts.suites import read_suite, suite_name
from aim.quality.findings import count_row_issues
from aim.quality.judged_tables import JudgedTable, JudgingError

if TYPE_CHECKING:
    from aim.quality.validation import Validator

CRASHED = "the rule's SQL crashed"
NOT_COUNTED = "Great Expectations could not count it"
COUNTS_DIFFER = "Great Expectations and the row issues count differently"

Counts = Mapping[str, int | None]
"""Rule column -> rows that break it, None where that could not be counted."""


@dataclass(frozen=True)
class RuleBook:
    """The rules of one judging: declarations, reference files, the folder of compiled suites."""

    declared: Contracts
    reference: Reference
    suites: Path


def count(
    tables: Sequence[JudgedTable], dataset: str, rules: RuleBook, validator: Callable[[], Validator] | None
) -> dict[str, int | None] | None:
    """Rows that break each rule column, as Great Expectations counts them; None where it could not.

    Without a validator nothing is counted, and None is returned.

    Raises JudgingError where a suite is not compiled from these rules, or nothing at all could be counted: that is a
    fault of the warehouse, and no delivery may pass unchecked for it.
    """
    if validator is None:
        return None
    counted: dict[str, int | None] = {}
    for table in tables:
        if not table.columns:
            continue
        suite = read_suite(suite_name(dataset, table.kind), rules.suites)
        names = {column.name for column in table.columns}
        if names - {one["kwargs"]["column"] for one in suite["expectations"]}:
            raise JudgingError(f"suites/{suite['name']}.json is not of these rules: run `aim contracts compile`.")
        counts = validator().count(table.name, suite, names)
        counted |= {name: None if one is None else one.unexpected for name, one in counts.items()}
    if counted and all(one is None for one in counted.values()):
        raise JudgingError(f"{dataset}: Great Expectations could count nothing.")
    return counted


def errored_rules(tables: Sequence[JudgedTable], counted: Counts | None) -> dict[str, str]:
    """Rule code -> reason, of rules whose SQL crashed or that could not be counted. No `counted`: not asked."""
    errored = {code: CRASHED for table in tables for code in sorted(table.crashed)}
    if counted:
        errored |= {
            column.rule.code: NOT_COUNTED
            for table in tables
            for column in table.columns
            if counted[column.name] is None
        }
    return errored


def counted_otherwise(
    connection: psycopg.Connection[Any],
    tables: Sequence[JudgedTable],
    counted: Counts | None,
    errored: Mapping[str, str],
) -> list[str]:
    """The rules whose rows named are not as many as Great Expectations counted; none where it was not asked."""
    if counted is None:
        return []
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
