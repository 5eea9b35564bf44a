"""Where may a benchmark change what it likes? In a copy of the warehouse that a night has built."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from aim.settings import Settings
from aim.warehouse.connect import connect, warehouse


@contextmanager
def copied(settings: Settings, database: str, keep: bool = False) -> Iterator[str]:
    """The address of a copy of the warehouse, a database of that name; removed afterwards unless it is kept."""
    with warehouse(settings) as house:
        with connect(house.url) as connection:
            name = connection.info.dbname
        copy = sql.Identifier(database)
        admin = psycopg.conninfo.make_conninfo(house.url, dbname="postgres")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {}").format(copy))
            connection.execute(sql.SQL("create database {} template {}").format(copy, sql.Identifier(name)))
        try:
            yield psycopg.conninfo.make_conninfo(house.url, dbname=database)
        finally:
            if not keep:
                with psycopg.connect(admin, autocommit=True) as connection:
                    connection.execute(sql.SQL("drop database {} with (force)").format(copy))
