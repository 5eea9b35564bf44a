"""The rows of a batch as the rules see them: tables of booleans, `quality.rows_<dataset>` and `.files_<dataset>`.

A table and not a view: each rule is worked out once, and Great Expectations, the row issues and the counts per
delivery read the same outcome.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from aim.contracts.load import Contracts
from aim.contracts.models import DatasetContract, Lookup
from aim.contracts.reference import Reference
from aim.contracts.rule_sql import BATCH, REPEATED_KEYS, RuleColumn, RuleSqlError, from_reference, lookups_of
from aim.warehouse.sql import load

SCHEMA = "quality"
LANDED_ROWS = sql.Identifier("pg_temp", "landed_rows")
ROWS_TO_JUDGE = sql.Identifier("pg_temp", "rows_to_judge")
_RELATIONS = {
    BATCH: "pg_temp.rows_to_judge",
    REPEATED_KEYS: "select delivery_id, row_number from quality.repeated_keys where not is_duplicate",
}
_FAULTS_OF_A_RULE = (psycopg.DataError, psycopg.ProgrammingError, psycopg.NotSupportedError)
"""What bad SQL in a rule raises. A full disk or a lost connection is none of it: then the whole step fails."""


_log = logging.getLogger(__name__)


class JudgingError(RuntimeError):
    """The judging itself failed, not a delivery: the step is to be tried again. Holds no value of any row."""


@dataclass(frozen=True)
class JudgedTable:
    """One table of outcomes: a boolean column for each of `columns`. crashed: rules that could not be worked out."""

    name: str
    columns: tuple[RuleColumn, ...]
    crashed: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_of_files(self) -> bool:
        """Whether it has a row for each delivery and not for each of its rows."""
        return bool(self.columns) and self.columns[0].is_of_file

    @property
    def identifier(self) -> sql.Identifier:
        """The table's name, quoted."""
        return sql.Identifier(SCHEMA, self.name)


def show_landed_rows(connection: psycopg.Connection[Any], contract: DatasetContract) -> None:
    """Show the batch's rows to this session as `landed_rows`, without duplicates as `rows_to_judge`.

    Marks the rows alike and finds those that repeat a key on the way. `quality.batch` is filled.
    """
    # What the planner does not know it guesses: each working table is counted once it is filled.
    connection.execute("analyze quality.batch")
    connection.execute("analyze quality.row_issues")
    first, last = _first_and_last_period(connection)
    _count_partitions(connection, contract.dataset)
    names = {
        "staging": sql.Identifier("staging", contract.dataset),
        "landed_rows": LANDED_ROWS,
        "rows_to_judge": ROWS_TO_JUDGE,
        "first": first,
        "last": last,
        "key": _columns(field.column for field in contract.key),
        "key_is_whole": sql.SQL(" and ").join(
            sql.SQL("{} is not null").format(sql.Identifier(field.column)) for field in contract.key
        ),
        "content": _columns(contract.staging_columns()),
    }
    connection.execute("drop view if exists pg_temp.rows_to_judge, pg_temp.landed_rows")
    connection.execute("truncate quality.repeated_keys")
    for name in ("landed_rows", "rows_to_judge", "find_repeated_keys"):
        connection.execute(load(__file__, f"{name}.sql").format(**names))
    connection.execute("analyze quality.repeated_keys")
    for name in ("mark_duplicates", "unmark_duplicates"):
        connection.execute(load(__file__, f"{name}.sql").format(**names))


def _count_partitions(connection: psycopg.Connection[Any], dataset: str) -> None:
    """Let the planner count the partitions that the batch's rows lie in; a nil return may have none."""
    for (name,) in connection.execute(load(__file__, "partitions_of_batch.sql"), {"dataset": dataset}).fetchall():
        connection.execute(sql.SQL("analyze {}").format(sql.Identifier("staging", name)))


def judge_rows(
    connection: psycopg.Connection[Any],
    declared: Contracts,
    reference: Reference,
    dataset: str,
    columns: Sequence[RuleColumn],
) -> list[JudgedTable]:
    """Make the tables of outcomes for the batch: of its rows, and of its deliveries where a rule speaks of them.

    A rule whose SQL crashes is left out and named; the others stand. Raises JudgingError where they crash together
    only.
    """
    return [
        _judge(connection, declared, reference, dataset, f"{kind}_{dataset}", f"judge_{kind}.sql", of_kind)
        for kind, of_kind in (
            ("rows", tuple(column for column in columns if not column.is_of_file)),
            ("files", tuple(column for column in columns if column.is_of_file)),
        )
        if of_kind
    ]


def drop_judged(connection: psycopg.Connection[Any], dataset: str) -> None:
    """Drop the tables of outcomes, those a kill left behind too."""
    for kind in ("rows", "files"):
        connection.execute(sql.SQL("drop table if exists {}").format(sql.Identifier(SCHEMA, f"{kind}_{dataset}")))


def _judge(
    connection: psycopg.Connection[Any],
    declared: Contracts,
    reference: Reference,
    dataset: str,
    name: str,
    statement: str,
    columns: tuple[RuleColumn, ...],
) -> JudgedTable:
    lookups = lookups_of(declared, dataset)
    table = sql.Identifier(SCHEMA, name)

    def make(wanted: Sequence[RuleColumn]) -> None:
        connection.execute(
            load(__file__, statement).format(
                judged=table,
                rows_to_judge=ROWS_TO_JUDGE,
                rules=sql.SQL(",\n    ").join(_column(column, reference) for column in wanted),
                lookups=sql.SQL("\n").join(_joins(wanted, lookups, reference)),
            )
        )

    if _crash(connection, make, columns) is None:
        return JudgedTable(name, columns)
    crashed = set()
    for column in columns:
        fault = _crash(connection, make, (column,))
        if fault is None:
            connection.execute(sql.SQL("drop table {}").format(table))
        else:
            _log.error("Rule %s crashed: %s", column.name, fault)
            crashed.add(column.rule.code)
    kept = tuple(column for column in columns if column.rule.code not in crashed)
    fault = _crash(connection, make, kept) if kept else None
    if fault is not None:
        raise JudgingError(f"{name}: each rule can be worked out alone, but not all together: {fault}.")
    return JudgedTable(name, kept, frozenset(crashed))


def _crash(
    connection: psycopg.Connection[Any], make: Callable[[Sequence[RuleColumn]], None], columns: Sequence[RuleColumn]
) -> str | None:
    """Do it; what kind of fault of a rule stopped it, if one did. Its text is left behind: it may quote a cell."""
    try:
        with connection.transaction():
            make(columns)
    except RuleSqlError as fault:
        return str(fault)
    except _FAULTS_OF_A_RULE as fault:
        return f"{type(fault).__name__} {fault.sqlstate}"
    return None


def _column(column: RuleColumn, reference: Reference) -> sql.Composed:
    return sql.SQL("{} as {}").format(_declared(column.condition(reference)), sql.Identifier(column.name))


def _joins(columns: Sequence[RuleColumn], lookups: dict[str, Lookup], reference: Reference) -> Iterator[sql.Composed]:
    used = dict.fromkeys((name, column.is_of_file) for column in columns for name in column.rule.uses)
    for name, of_file in used:
        lookup = lookups[name]
        yield sql.SQL("left join ({rows}) as {name} on {same}").format(
            rows=_declared(from_reference(lookup.sql, reference, **_RELATIONS)),
            name=sql.Identifier(name),
            same=sql.SQL(" and ").join(
                sql.SQL("{} = {}").format(
                    sql.Identifier("delivery" if of_file else "landed", on), sql.Identifier(name, on)
                )
                for on in lookup.join_on
            ),
        )


def _declared(text: str) -> sql.SQL:
    """SQL that the contracts declare; it is the house's own and checked by aim.contracts.check."""
    return sql.SQL(text)


def _columns(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _first_and_last_period(connection: psycopg.Connection[Any]) -> tuple[sql.Literal, sql.Literal]:
    found = connection.execute("select min(period_start), max(period_start) from quality.batch").fetchone()
    assert found is not None
    return sql.Literal(found[0]), sql.Literal(found[1])
