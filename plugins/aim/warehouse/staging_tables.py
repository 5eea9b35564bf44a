"""The landed tables: one per dataset, made from its contract, partitioned by year of the period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg
from psycopg import sql

from aim.contracts.load import Contracts
from aim.contracts.models import PERSON_TITLES, DatasetContract, FieldType, Text
from aim.warehouse.comments import comment

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

_TECHNICAL_TITLES: dict[str, Text] = {
    "delivery_id": Text(lt="Pateiktis, su kuria eilutė atėjo", en="Delivery the row came with (ops.deliveries)"),
    "row_number": Text(lt="Eilutė teikėjo faile", en="Line or sheet row in the provider's own file"),
    "provider_code": Text(lt="Teikėjo juridinio asmens kodas", en="Legal code of the provider"),
    "period": Text(lt="Laikotarpis, kaip jis rašomas failų varduose", en="Period as files name it"),
    "period_start": Text(lt="Pirma laikotarpio diena", en="First day of the period"),
    "period_end": Text(lt="Paskutinė laikotarpio diena", en="Last day of the period"),
    "_unreadable": Text(
        lt="Laukai, kurių langelio nepavyko perskaityti (pavadinimai)", en="Fields whose cell cannot be read (names)"
    ),
    "_duplicate": Text(
        lt="Visi langeliai tokie pat kaip eilutės, kuri lieka", en="Alike in every cell to a row that stays"
    ),
}


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
    for name in (contract.dataset, *_partitions(connection, contract.dataset)):
        _comment(connection, contract, name)


def _partitions(connection: psycopg.Connection, dataset: str) -> list[str]:
    """Names of the partitions that are there: a comment is not inherited."""
    rows = connection.execute(
        "select relname::text from pg_inherits inner join pg_class on inhrelid = oid"
        " where inhparent = to_regclass(%s) order by relname",
        [f"staging.{dataset}"],
    )
    return [name for (name,) in rows]


def _comment(connection: psycopg.Connection, contract: DatasetContract, table: str) -> None:
    """Say of a landed table or partition what the contract says, its Lithuanian words before the English ones."""
    titles = _TECHNICAL_TITLES | dict(_titles(contract))
    comment(
        connection, "staging", table, _both(contract.grain), {column: _both(title) for column, title in titles.items()}
    )


def _titles(contract: DatasetContract) -> Iterator[tuple[str, Text]]:
    for field in contract.fields:
        if field.type is FieldType.PERSONAL_CODE:
            yield from PERSON_TITLES.items()
        else:
            yield field.column, field.title


def _both(text: Text) -> str:
    return f"{text.lt} / {text.en}"


def ensure_staging_tables(connection: psycopg.Connection, declared: Contracts) -> None:
    """Make the landed table of every dataset where it is not there yet."""
    for contract in declared.datasets.values():
        ensure_staging_table(connection, contract)


def ensure_partition(connection: psycopg.Connection, contract: DatasetContract, day: date) -> None:
    """Make the partition of `staging.<dataset>` for the year of `day` where it is not there yet."""
    partition = f"{contract.dataset}_{day.year}"
    connection.execute(
        sql.SQL("create table if not exists {} partition of {} for values from ({}) to ({})").format(
            sql.Identifier("staging", partition),
            sql.Identifier("staging", contract.dataset),
            sql.Literal(date(day.year, 1, 1)),
            sql.Literal(date(day.year + 1, 1, 1)),
        )
    )
    _comment(connection, contract, partition)
