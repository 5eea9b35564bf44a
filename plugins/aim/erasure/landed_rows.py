"""A child's rows in the warehouse: found by its keys and its cases, and taken away with all that hangs on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql as compose

from aim.contracts.load import Contracts
from aim.contracts.models import DatasetContract, FieldType
from aim.ledger import erasures
from aim.warehouse import sql

Case = tuple[str, str]
"""Provider's code and case number."""


@dataclass(frozen=True)
class RowsGone:
    """rows: how many were there and went. tables: those they went from."""

    rows: int
    tables: frozenset[str]


def children_known(connection: psycopg.Connection[Any], digests: Collection[bytes]) -> list[str]:
    """The `vaiko_id`s known under any of these digests."""
    rows = connection.execute(sql.load(__file__, "children_known.sql"), {"digests": list(digests)}).fetchall()
    return [str(row[0]) for row in rows]


def cases_of(connection: psycopg.Connection[Any], children: Sequence[str]) -> set[Case]:
    """The cases that are these children's, as their providers last said."""
    rows = connection.execute(sql.load(__file__, "cases_of_children.sql"), {"children": list(children)})
    return {(row[0], row[1]) for row in rows}


def rows_of(
    connection: psycopg.Connection[Any], declared: Contracts, children: Sequence[str], cases: Collection[Case]
) -> dict[int, set[int]]:
    """Delivery -> numbers of the rows that are about these children, or about these cases."""
    found: dict[int, set[int]] = defaultdict(set)
    for contract in declared.datasets.values():
        staging = compose.Identifier("staging", contract.dataset)
        if contract.has_person:
            asked: Mapping[str, object] = {"children": list(children)}
            rows = connection.execute(sql.load(__file__, "rows_of_children.sql").format(staging=staging), asked)
        elif contract.territory == "case":
            asked = {"providers": [case[0] for case in cases], "cases": [case[1] for case in cases]}
            rows = connection.execute(sql.load(__file__, "rows_of_cases.sql").format(staging=staging), asked)
        else:
            continue
        for delivery_id, numbers in rows:
            found[delivery_id].update(numbers)
    return found


def take_away(
    connection: psycopg.Connection[Any],
    contract: DatasetContract,
    delivery_id: int,
    provider_code: str,
    row_numbers: Collection[int],
) -> RowsGone:
    """Delete landed rows with their findings and the reasons given for them; the ledger counts them as erased.

    In the caller's transaction. Rows that are not there are nothing to do.
    """
    staging = compose.Identifier("staging", contract.dataset)
    content = compose.SQL(", ").join(compose.Identifier("landed", name) for name in contract.staging_columns())
    asked: dict[str, object] = {"delivery_id": delivery_id, "row_numbers": list(row_numbers)}
    there = connection.execute(
        sql.load(__file__, "rows_there.sql").format(staging=staging, landed_content=content), asked
    ).fetchall()
    if not there:
        return RowsGone(0, frozenset())
    numbers = [row[0] for row in there]
    kept = [row[0] for row in there if not row[1] and not row[2]]
    asked["row_numbers"] = numbers
    connection.execute(
        sql.load(__file__, "forget_reasons.sql"),
        asked | {"provider_code": provider_code, "dataset": contract.dataset, "row_hashes": [row[3] for row in there]},
    )
    connection.execute(sql.load(__file__, "forget_row_issues.sql"), asked)
    coded = [field.name for field in contract.fields if field.type is FieldType.CODE]
    if coded and kept:
        codes = compose.SQL(", ").join(
            compose.SQL("({}, {})").format(name, compose.Identifier("landed", name)) for name in coded
        )
        connection.execute(
            sql.load(__file__, "count_codes_less.sql").format(staging=staging, codes=codes),
            asked | {"row_numbers": kept},
        )
        connection.execute("delete from quality.code_counts where delivery_id = %s and rows_kept <= 0", (delivery_id,))
    deleted = connection.execute(sql.load(__file__, "delete_rows.sql").format(staging=staging), asked).fetchall()
    erasures.rows_went(
        connection,
        delivery_id,
        len(numbers),
        out=sum(1 for row in there if row[2]),
        duplicate=sum(1 for row in there if row[1] and not row[2]),
    )
    return RowsGone(
        len(deleted),
        frozenset({row[0] for row in deleted} | {"quality.row_issues", "quality.reasons", "quality.code_counts"}),
    )


def take_away_built(
    connection: psycopg.Connection[Any], children: Sequence[str], cases: Collection[Case]
) -> frozenset[str]:
    """Delete these children from what was built last; returns the tables they went from.

    What is counted of them follows with the next build. In the caller's transaction.
    """
    tables = connection.execute(sql.load(__file__, "tables_about_children.sql")).fetchall()
    if any((schema, name) == ("core", "fct_case") for schema, name, _, _ in tables):
        built = connection.execute(sql.load(__file__, "cases_built.sql"), {"children": list(children)}).fetchall()
        cases = {*cases, *((row[0], row[1]) for row in built)}
    touched = set()
    for schema, name, has_child, _ in tables:
        table = compose.Identifier(schema, name)
        if has_child:
            statement = compose.SQL("delete from {} where child_id = any(%s::uuid[])").format(table)
            gone = connection.execute(statement, (list(children),)).rowcount
        else:
            statement = compose.SQL(
                "delete from {} where (provider_code, {}) in (select * from unnest(%s::text[], %s::text[]))"
            ).format(table, compose.Identifier("case_number"))
            gone = connection.execute(statement, ([case[0] for case in cases], [case[1] for case in cases])).rowcount
        if gone:
            touched.add(f"{schema}.{name}")
    return frozenset(touched)


def keys_of(connection: psycopg.Connection[Any], children: Sequence[str]) -> int:
    """Delete what these children are known by; returns how many keys. In the caller's transaction."""
    return connection.execute(
        "delete from identity.child_key where vaiko_id = any(%s::uuid[])", (list(children),)
    ).rowcount


def write_anew(connection: psycopg.Connection[Any], tables: Collection[str], lock_seconds: int) -> list[str]:
    """Have Postgres write tables anew, so that their files hold no row that was deleted, nor what it knew of values.

    The connection is in autocommit mode. Returns the tables that somebody else used for longer than `lock_seconds`.
    """
    there = [
        name for name in sorted(tables) if connection.execute("select to_regclass(%s)", (name,)).fetchone() != (None,)
    ]
    # The planner's statistics quote values, those of a partitioned table by themselves.
    roots = connection.execute(sql.load(__file__, "roots_of.sql"), {"tables": there}).fetchall()
    busy = []
    connection.execute(compose.SQL("set lock_timeout = {}").format(compose.Literal(f"{lock_seconds}s")))
    for statement, names in (
        ("vacuum (full, analyze) {}", there),
        ("analyze {}", [root for (root,) in roots]),
        ("vacuum (full) {}", ["pg_catalog.pg_statistic"]),
    ):
        for name in names:
            schema, _, table = name.partition(".")
            try:
                connection.execute(compose.SQL(statement).format(compose.Identifier(schema, table)))
            except psycopg.errors.LockNotAvailable:
                busy.append(name)
    connection.execute("reset lock_timeout")
    return busy
