"""The published tables as files: CSV and Parquet of one moment, with a descriptor that says what every column means."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO

import polars as pl
import psycopg
from psycopg import sql as compose

from aim.contracts.models import Text
from aim.contracts.reference import Reference
from aim.dictionary import descriptor
from aim.dictionary.descriptor import WrittenFile
from aim.dictionary.published_tables import SCHEMA, VALUES, PublishedTable, published_tables
from aim.language import say
from aim.settings import SettingsError

FORMATS = ("csv", "parquet")
STATUS = "mart_status"
"""The one view among the files: all others say what the tables say, with labels."""
_PIECE = 1 << 20
_CSV_TYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int32(),
    "bigint": pl.Int64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "timestamp with time zone": pl.String(),
}
_DIGITS = 38
"""Digits that a decimal of a Parquet file has."""


@dataclass(frozen=True)
class Exported:
    """What was written, and where; `files` without the descriptor."""

    folder: Path
    files: tuple[WrittenFile, ...]


def write_export(
    connection: psycopg.Connection,
    reference: Reference,
    folder: Path,
    formats: Sequence[str] = FORMATS,
    as_published: date | None = None,
) -> Exported:
    """Write every published table into `folder`, all as of one instant; the same state gives the same bytes.

    as_published: the values as they stood at the end of that day; the tables about them as they stand now. An export
    that is there is replaced at the end, whole. The connection's role is the reader of `marts`: what it cannot read is
    not written. Raises SettingsError where `folder` holds something else, or nothing has been built yet.
    """
    _refuse_other(folder)
    draft, former = folder.with_name(f".{folder.name}.draft"), folder.with_name(f".{folder.name}.former")
    if former.exists() and not folder.exists():
        # Killed between the two renames.
        former.rename(folder)
    for left in (draft, former):
        shutil.rmtree(left, ignore_errors=True)
    draft.mkdir(parents=True)
    connection.execute("set transaction isolation level repeatable read, read only")
    tables = published_tables(connection)
    if VALUES not in tables or STATUS not in tables:
        raise SettingsError("Nothing has been built yet: run `aim nightly`.")
    exported = [table for table in tables.values() if not table.is_view or table.name == STATUS]
    files: list[WrittenFile] = []
    for table in exported:
        files += _write(connection, draft, table, formats, as_published if table.name == VALUES else None)
    package = descriptor.descriptor(
        title=_text("export_title"),
        description=_text("export_description" if as_published is None else "export_as_published", day=as_published),
        files=files,
        tables=tables,
        codes=_codes(connection),
        licence=reference.parameter_text("data_licence"),
        created=_latest_release(connection),
    )
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    (draft / descriptor.FILE).write_text(text, "utf-8")
    connection.rollback()
    if folder.exists():
        folder.rename(former)
    draft.rename(folder)
    shutil.rmtree(former, ignore_errors=True)
    return Exported(folder, tuple(files))


def _refuse_other(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / descriptor.FILE).exists())):
        raise SettingsError(f"{folder} holds something else than an export: name another folder with --out.")


def _text(key: str, **values: object) -> Text:
    return Text(lt=say(f"dictionary.{key}", "lt", None, **values), en=say(f"dictionary.{key}", "en", None, **values))


def _write(
    connection: psycopg.Connection,
    folder: Path,
    table: PublishedTable,
    formats: Sequence[str],
    as_published: date | None,
) -> list[WrittenFile]:
    """The files of one table. Parquet is made from the CSV file, a piece at a time: memory does not grow with it."""
    csv = folder / f"{table.name}.csv"
    rows, digest = _copy(connection, table, as_published, csv)
    written = []
    if "parquet" in formats:
        parquet = csv.with_suffix(".parquet")
        _to_parquet(csv, parquet, table, _scales(connection, table))
        written.append(WrittenFile(parquet.name, table, "parquet", rows, parquet.stat().st_size, _digest(parquet)))
    if "csv" in formats:
        written.insert(0, WrittenFile(csv.name, table, "csv", rows, csv.stat().st_size, digest))
    else:
        csv.unlink()
    return written


def _copy(
    connection: psycopg.Connection, table: PublishedTable, as_published: date | None, path: Path
) -> tuple[int, str]:
    """Stream a table into a CSV file as RFC 4180 has it, in the order of its key; the number of rows, and the hash."""
    source = (
        compose.Identifier(SCHEMA, table.name)
        if as_published is None
        else compose.SQL("{}({})").format(compose.Identifier(SCHEMA, "as_published"), compose.Literal(as_published))
    )
    statement = compose.SQL("copy (select {columns} from {source}{current}{order}) to stdout (format csv)").format(
        columns=compose.SQL(", ").join(_told(column.name, column.type) for column in table.columns),
        source=source,
        current=compose.SQL(" where known_to is null" if table.has_history and as_published is None else ""),
        order=_order(table),
    )
    header = ",".join(column.name for column in table.columns)
    digest, rows = hashlib.sha256(), 0
    with path.open("wb", buffering=_PIECE) as file, connection.cursor() as cursor:

        def put(line: bytes) -> None:
            file.write(line)
            digest.update(line)

        put(f"{header}\r\n".encode())
        with cursor.copy(statement) as copy:
            # Postgres sends a row a message and ends it with a bare line feed.
            for row in copy:
                put(bytes(row[:-1]) + b"\r\n")
                rows += 1
    return rows, digest.hexdigest()


def _told(name: str, kind: str) -> compose.Composable:
    column = compose.Identifier(name)
    if kind == "timestamp with time zone":
        form = "to_char({} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        return compose.SQL(form).format(column)
    # As words: Postgres would write t and f.
    return compose.SQL("{}::text" if kind == "boolean" else "{}").format(column)


def _order(table: PublishedTable) -> compose.Composable:
    """By the key, code point by code point: the same on every server."""
    if not table.key:
        return compose.SQL("")
    types = {column.name: column.type for column in table.columns}
    return compose.SQL(" order by ") + compose.SQL(", ").join(
        compose.SQL('{} collate "C"' if types[name] == "text" else "{}").format(compose.Identifier(name))
        for name in table.key
    )


def _scales(connection: psycopg.Connection, table: PublishedTable) -> dict[str, int]:
    """The most digits after the point that any value of a numeric column has; 0 where there is none."""
    names = [column.name for column in table.columns if column.type == "numeric"]
    if not names:
        return {}
    statement = compose.SQL("select {} from {}").format(
        compose.SQL(", ").join(
            compose.SQL("coalesce(max(scale({})), 0)").format(compose.Identifier(one)) for one in names
        ),
        compose.Identifier(SCHEMA, table.name),
    )
    row = connection.execute(statement).fetchone()
    return dict(zip(names, row or (), strict=True))


def _to_parquet(csv: Path, parquet: Path, table: PublishedTable, scales: Mapping[str, int]) -> None:
    types = {
        column.name: pl.Decimal(_DIGITS, scales[column.name]) if column.type == "numeric" else _CSV_TYPES[column.type]
        for column in table.columns
    }
    instants = [column.name for column in table.columns if column.type == "timestamp with time zone"]
    rows = pl.scan_csv(csv, schema=types).with_columns(
        pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", time_zone="UTC") for name in instants
    )
    rows.sink_parquet(parquet, compression="zstd", row_group_size=_PIECE // 8, maintain_order=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return _hash_of(file)


def _hash_of(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _codes(connection: psycopg.Connection) -> dict[str, list[str]]:
    """The statuses that a value may bear, by the name of their column."""
    codes: dict[str, list[str]] = {}
    for status, code in connection.execute("select status, code from marts.dim_value_status order by status_order"):
        codes.setdefault(status, []).append(code)
    return codes


def _latest_release(connection: psycopg.Connection) -> datetime | None:
    row = connection.execute("select last_release_at at time zone 'UTC' from marts.mart_status").fetchone()
    return row[0] if row else None
