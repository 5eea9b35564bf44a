"""The landed tables: one per dataset, made from its contract, partitioned by year of the period."""

from __future__ import annotations

from datetime import date

import psycopg
from psycopg import sql

from aim.contracts.load import Contracts
from aim.contracts.models import DatasetContract

TECHNICAL_COLUMNS: dict[str, str] = {
    "delivery_id": "bigint not null",
    "row_number": "integer not null",
    "provider_code": "text not null",
    "period": "text not null",
    "period_start": "date not null",
    "period_end": "date not null",
    "_unreadable": "text[] not null default '{}'",
    "_duplicate": "boolean not null default false",
}
"""What every landed row bears besides the provider's own fields."""


def ensure_staging_table(connection: psycopg.Connection, contract: DatasetContract) -> None:
    """Make `staging.<dataset>` where it is not there yet, and add columns that a later layout brought."""
    table = sql.Identifier("staging", contract.dataset)
    columns = TECHNICAL_COLUMNS | contract.staging_columns()
    connection.execute(
        sql.SQL("create table if not exists {} ({}) partition by range (period_start)").format(
            table,
            sql.SQL(", ").join(
                sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns.items()
            ),
        )
    )
    for name, kind in contract.staging_columns().items():
        connection.execute(
            sql.SQL("alter table {} add column if not exists {} {}").format(
                table,
                sql.Identifier(name),
                sql.SQL(kind),
            )
        )
    connection.execute(
        sql.SQL("create index if not exists {} on {} (delivery_id)").format(
            sql.Identifier(f"{contract.dataset}_delivery"), table
        )
    )
    connection.execute(sql.SQL("comment on table {} is {}").format(table, sql.Literal(contract.grain.en)))
    for field in contract.fields:
        connection.execute(
            sql.SQL("comment on column {} is {}").format(
                sql.Identifier("staging", contract.dataset, field.column), sql.Literal(field.title.en)
            )
        )


def ensure_staging_tables(connection: psycopg.Connection, declared: Contracts) -> None:
    """Make the landed table of every dataset where it is not there yet."""
    for contract in declared.datasets.values():
        ensure_staging_table(connection, contract)


def ensure_partition(connection: psycopg.Connection, dataset: str, day: date) -> None:
    """Make the partition of `staging.<dataset>` for the year of `day` where it is not there yet."""
    connection.execute(
        sql.SQL("create table if not exists {} partition of {} for values from ({}) to ({})").format(
            sql.Identifier("staging", f"{dataset}_{day.year}"),
            sql.Identifier("staging", dataset),
            sql.Literal(date(day.year, 1, 1)),
            sql.Literal(date(day.year + 1, 1, 1)),
        )
    )
