"""Rows put into staging as landing would leave them, for tests of what comes after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID, uuid5

import psycopg
from psycopg import sql

from aim.contracts.calendar import Period
from aim.contracts.load import Contracts, contracts
from aim.ledger import deliveries
from aim.warehouse.staging_tables import ensure_partition, ensure_staging_table

SPC, VDA = "902330016", "913000016"
"""Providers of the registry: case managers of Alytaus rajonas, the statistics agency."""
MUNICIPALITY = "33"
PARTITIONED_YEARS = range(2017, 2020)

_moments = count()
_CHILDREN = UUID("00000000-0000-0000-0000-000000000000")


def child(name: str, born: date = date(2010, 3, 1), sex: str = "V") -> dict[str, Any]:
    """The columns of a child as landing leaves them."""
    return {"vaiko_id": uuid5(_CHILDREN, name), "gimimo_menuo": born, "lytis": sex}


def case(number: str, **cells: Any) -> dict[str, Any]:
    """A row of `atvejai` that keeps every rule."""
    return {
        "atvejo_nr": number,
        **child(number),
        "seimos_nr": f"S{number}",
        "sav": MUNICIPALITY,
        "pranesimo_data": date(2018, 10, 1),
        "atidarymo_data": date(2018, 10, 3),
        **cells,
    }


def answer(assessment: str, item: str, level: str = "2", **cells: Any) -> dict[str, Any]:
    """A row of `vertinimai` of case A-1."""
    return {
        "atvejo_nr": "A-1",
        "vertinimo_nr": assessment,
        "vertinimo_data": date(2018, 10, 10),
        "klausimo_nr": item,
        "lygis": level,
        "vertintojo_grupe": "SOCIALINIS",
        **cells,
    }


def assessment(number: str, **cells: Any) -> list[dict[str, Any]]:
    """All items of an assessment, answered at levels 1 and 2 in turn."""
    items = [*(f"1.{i}" for i in range(1, 11)), *(f"2.{i}" for i in range(1, 10)), *(f"3.{i}" for i in range(1, 10))]
    return [answer(number, item, str(1 + place % 2), **cells) for place, item in enumerate(items)]


def ensure_tables(connection: psycopg.Connection[Any], declared: Contracts | None = None) -> None:
    """Make the staging tables, with the partitions of the tests' years."""
    for contract in (declared or contracts()).datasets.values():
        ensure_staging_table(connection, contract)
        for year in PARTITIONED_YEARS:
            ensure_partition(connection, contract, date(year, 1, 1))


def land(
    connection: psycopg.Connection[Any],
    dataset: str,
    rows: Iterable[Mapping[str, Any]],
    period: str = "2018-10",
    provider: str = SPC,
    municipality: str | None = MUNICIPALITY,
    content: str | None = None,
    is_nil: bool = False,
) -> int:
    """Land a delivery; returns its id. content: what its bytes are, so that two can be the same file."""
    parsed = Period.parse(period)
    rows = list(rows)
    moment = next(_moments)
    delivery_id = deliveries.next_delivery_id(connection)
    head = deliveries.Head(
        channel="upload",
        file_name=f"{dataset}_{provider}_{period}.csv",
        sha256=sha256((content or str(moment)).encode()).hexdigest(),
        received_at=datetime(2018, 11, 8, tzinfo=UTC) + timedelta(seconds=moment),
        provider_code=provider,
        dataset=dataset,
        period=parsed,
        municipality_code=municipality,
    )
    for number, row in enumerate(rows, start=2):
        columns = {
            "delivery_id": delivery_id,
            "row_number": number,
            "provider_code": provider,
            "period": period,
            "period_start": parsed.start,
            "period_end": parsed.end,
            **row,
        }
        connection.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier("staging", dataset),
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.SQL(", ").join(sql.Placeholder() * len(columns)),
            ),
            list(columns.values()),
        )
    deliveries.record_received(connection, delivery_id, head, len(rows), is_nil, "archived", {})
    return delivery_id
