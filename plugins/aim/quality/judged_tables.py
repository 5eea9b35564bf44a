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
from aim.contracts.rule_sql import (
    BATCH,
    COMPARED_FILES,
    COMPARED_ROWS,
    FILES,
    FORMER,
    FORMER_ROWS,
    KEPT,
    REPEATED_KEYS,
    ROWS,
    TABLES,
    RuleColumn,
    RuleSqlError,
    from_reference,
    lookups_of,
)
from aim.warehouse.sql import load

SCHEMA = "quality"
LANDED_ROWS = sql.Identifier("pg_temp", "landed_rows")
_RELATIONS = {
    BATCH: "pg_temp.rows_to_judge",
    REPEATED_KEYS: "select delivery_id, row_number from quality.repeated_keys where not is_duplicate",
    KEPT: "pg_temp.kept_rows",
    FORMER: "pg_temp.former_rows",
}
ASKED = {
    ROWS: sql.Identifier("pg_temp", "rows_to_judge"),
    COMPARED_ROWS: sql.Identifier("pg_temp", "kept_rows"),
    FORMER_ROWS: sql.Identifier("pg_temp", "former_rows"),
}
"""The rows that the rules of each table of outcomes are asked of."""
_OF_DELIVERY = {True: sql.SQL("landed.of_delivery"), False: sql.SQL("null::bigint")}
_STATEMENTS = {
    ROWS: "judge_rows.sql",
    FILES: "judge_files.sql",
    COMPARED_ROWS: "judge_rows.sql",
    FORMER_ROWS: "judge_rows.sql",
    COMPARED_FILES: "judge_files.sql",
}
_FAULTS_OF_A_RULE = (psycopg.DataError, psycopg.ProgrammingError, psycopg.NotSupportedError)
"""What bad SQL in a rule raises. A full disk or a lost connection is none of it: then the whole step fails."""


_log = logging.getLogger(__name__)


class JudgingError(RuntimeError):
    """The judging itself failed, not a delivery: the step is to be tried again. Holds no value of any row."""


@dataclass(frozen=True)
class JudgedTable:
    """One table of outcomes: a boolean column for each of `columns`. crashed: rules that could not be worked out.

    kind: one of rule_sql.TABLES.
    """

    kind: str
    dataset: str
    columns: tuple[RuleColumn, ...]
    crashed: frozenset[str] = field(default_factory=frozenset)

    @property
    def name(self) -> str:
        """The table's name in the schema `quality`."""
        return f"{self.kind}_{self.dataset}"

    @property
    def is_of_files(self) -> bool:
        """Whether it has a row for each delivery and not for each of its rows."""
        return self.kind in (FILES, COMPARED_FILES)

    @property
    def identifier(self) -> sql.Identifier:
        """The table's name, quoted."""
        return sql.Identifier(SCHEMA, self.name)


def show_landed_rows(connection: psycopg.Connection[Any], contract: DatasetContract) -> None:
    """Show the batch's rows to this session as `landed_rows`, without duplicates as `rows_to_judge`.

    Marks the rows alike and finds those that repeat a key on the way. `quality.batch` is filled.
    """
    names = _show(connection, contract)
    connection.execute("truncate quality.repeated_keys")
    connection.execute(load(__file__, "find_repeated_keys.sql").format(**names))
    connection.execute("analyze quality.repeated_keys")
    for name in ("mark_duplicates", "unmark_duplicates"):
        connection.execute(load(__file__, f"{name}.sql").format(**names))


def show_settled_rows(
    connection: psycopg.Connection[Any], declared: Contracts, dataset: str, columns: Sequence[RuleColumn]
) -> None:
    """Show besides what these rules look at: `kept_rows` of the batch, `former_rows` of the periods before.

    `quality.batch` is filled with deliveries that are judged. Both are gone when the transaction ends.
    """
    names = _show(connection, declared.datasets[dataset])
    connection.execute("analyze quality.code_counts")
    lookups = lookups_of(declared, dataset)
    looked_at = "".join(lookups[name].sql for column in columns for name in column.rule.uses)
    tables = {column.table for column in columns}
    for relation, table, name in ((KEPT, COMPARED_ROWS, "kept_rows"), (FORMER, FORMER_ROWS, "former_rows")):
        connection.execute(sql.SQL("drop table if exists {}").format(sql.Identifier("pg_temp", name)))
        if table in tables or "{" + relation + "}" in looked_at:
            connection.execute(load(__file__, f"{name}.sql").format(**names))
            connection.execute(sql.SQL("analyze {}").format(sql.Identifier("pg_temp", name)))


def _show(connection: psycopg.Connection[Any], contract: DatasetContract) -> dict[str, sql.Composable]:
    """Show `landed_rows` and `rows_to_judge`; returns what the other statements about them need."""
    # What the planner does not know it guesses: each working table is counted once it is filled.
    connection.execute("analyze quality.batch")
    connection.execute("analyze quality.row_issues")
    first, last, first_former = _periods(connection)
    _count_partitions(connection, contract.dataset)
    names: dict[str, sql.Composable] = {
        "staging": sql.Identifier("staging", contract.dataset),
        "landed_rows": LANDED_ROWS,
        "first": first,
        "last": last,
        "first_former": first_former,
        "key": _columns(field.column for field in contract.key),
        "key_is_whole": sql.SQL(" and ").join(
            sql.SQL("{} is not null").format(sql.Identifier(field.column)) for field in contract.key
        ),
        "content": _columns(contract.staging_columns()),
        "landed_content": sql.SQL(", ").join(sql.Identifier("landed", name) for name in contract.staging_columns()),
    }
    for view in ("rows_to_judge", "landed_rows"):
        connection.execute(sql.SQL("drop view if exists {}").format(sql.Identifier("pg_temp", view)))
    for name in ("landed_rows", "rows_to_judge"):
        connection.execute(load(__file__, f"{name}.sql").format(**names))
    return names


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
    """Make the tables of outcomes for the batch, one for each kind of which there are columns.

    A rule whose SQL crashes is left out and named; the others stand. Raises JudgingError where they crash together
    only.
    """
    of_kinds = {kind: tuple(column for column in columns if column.table == kind) for kind in TABLES}
    return [
        _judge(connection, declared, reference, dataset, kind, of_kind) for kind, of_kind in of_kinds.items() if of_kind
    ]


def drop_judged(connection: psycopg.Connection[Any], dataset: str) -> None:
    """Drop the tables of outcomes, those a kill left behind too."""
    for kind in TABLES:
        connection.execute(sql.SQL("drop table if exists {}").format(sql.Identifier(SCHEMA, f"{kind}_{dataset}")))


def _judge(
    connection: psycopg.Connection[Any],
    declared: Contracts,
    reference: Reference,
    dataset: str,
    kind: str,
    columns: tuple[RuleColumn, ...],
) -> JudgedTable:
    lookups = lookups_of(declared, dataset)
    whole = JudgedTable(kind, dataset, columns)
    table = whole.identifier
    asked = {"asked": ASKED[kind], "of_delivery": _OF_DELIVERY[kind is FORMER_ROWS]} if kind in ASKED else {}

    def make(wanted: Sequence[RuleColumn]) -> None:
        connection.execute(
            load(__file__, _STATEMENTS[kind]).format(
                judged=table,
                **asked,
                rules=sql.SQL(",\n    ").join(_column(column, reference) for column in wanted),
                lookups=sql.SQL("\n").join(_joins(wanted, lookups, reference)),
            )
        )

    if _crash(connection, make, columns) is None:
        return whole
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
        raise JudgingError(f"{whole.name}: each rule can be worked out alone, but not all together: {fault}.")
    return JudgedTable(kind, dataset, kept, frozenset(crashed))


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


def _periods(connection: psycopg.Connection[Any]) -> tuple[sql.Literal, sql.Literal, sql.Literal]:
    """First and last day that a period of the batch begins on, and the first of the periods before them."""
    found = connection.execute(load(__file__, "periods_of_batch.sql")).fetchone()
    assert found is not None
    first, last, first_former = map(sql.Literal, found)
    return first, last, first_former
