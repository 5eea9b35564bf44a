"""What erasure leaves in the ledger: counts and verdicts without the rows that went, files that are not taken again.

A delivery keeps its verdict, and its counts still add up: rows received = loaded + quarantined + duplicates, of what is
left; `rows_erased` says how many were there besides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from aim.warehouse import sql


@dataclass(frozen=True)
class Taken:
    """A delivery with a file, as erasure needs it. has_rows: its rows were landed and may still be there."""

    delivery_id: int
    archive_name: str | None
    provider_code: str | None
    dataset: str | None
    period_start: Any
    rows_received: int
    has_rows: bool


@dataclass(frozen=True)
class Unfinished:
    """An erasure that was killed on its way."""

    erasure_id: int
    asked_at: datetime


def taken_files(connection: psycopg.Connection) -> list[Taken]:
    """Every delivery that came as a file, retired ones left out; in order."""
    with connection.cursor(row_factory=class_row(Taken)) as cursor:
        return cursor.execute(sql.load(__file__, "taken_files.sql")).fetchall()


def begin(connection: psycopg.Connection, key_version: int, digests: Collection[bytes], digest: bytes) -> int:
    """Write that a child is being forgotten, known by `digest`; returns the number of the erasure.

    The same one where it was begun before and not ended: under whatever key, `digests` are all that it may be known by.
    """
    known = connection.execute(
        "select erasure_id from ops.erasures where subject_hmac = any(%s) order by erasure_id limit 1", (list(digests),)
    ).fetchone()
    if known is None:
        known = connection.execute(
            "insert into ops.erasures (key_version, subject_hmac) values (%s, %s) returning erasure_id",
            (key_version, digest),
        ).fetchone()
    assert known is not None
    return int(known[0])


def unfinished(connection: psycopg.Connection) -> list[Unfinished]:
    """Erasures begun and not ended: each is to be asked for again with the same code."""
    with connection.cursor(row_factory=class_row(Unfinished)) as cursor:
        return cursor.execute(
            "select erasure_id, asked_at from ops.erasures where finished_at is null order by erasure_id"
        ).fetchall()


def note(connection: psycopg.Connection, erasure_id: int, tables: Collection[str], counts: Mapping[str, int]) -> None:
    """Add what one step of an erasure did: tables that rows went from, and counts by name."""
    connection.execute(
        sql.load(__file__, "note_erasure.sql"),
        {"erasure_id": erasure_id, "tables": list(tables), "counts": Jsonb(dict(counts))},
    )


def state(connection: psycopg.Connection, erasure_id: int) -> tuple[list[str], dict[str, int]]:
    """The tables and counts noted so far."""
    found = connection.execute(
        "select tables, counts from ops.erasures where erasure_id = %s", (erasure_id,)
    ).fetchone()
    assert found is not None
    return list(found[0]), dict(found[1])


def finish(connection: psycopg.Connection, erasure_id: int) -> None:
    """The last trace is gone, and with it what the child was known by here."""
    connection.execute(
        "update ops.erasures set finished_at = now(), key_version = null, subject_hmac = null, tables = '{}'"
        " where erasure_id = %s",
        (erasure_id,),
    )


def rows_went(connection: psycopg.Connection, delivery_id: int, rows: int, out: int, duplicate: int) -> None:
    """Take rows out of a delivery's counts: `out` of them were quarantined by a rule, `duplicate` repeated another.

    Those accepted get a new number of judgement, so that facts which hold the former one follow at the next build.
    """
    connection.execute(
        sql.load(__file__, "rows_went.sql"),
        {"delivery_id": delivery_id, "rows": rows, "rows_out": out, "rows_duplicate": duplicate},
    )


def original_went(
    connection: psycopg.Connection, archive_name: str, new_name: str | None, new_sha256: str | None
) -> None:
    """Let every delivery of an original point at what took its place, None: nothing. The former one is doomed."""
    connection.execute(
        "update ops.deliveries set archive_name = %(new_name)s, sha256 = %(new_sha256)s,"
        " original_erased = case when %(new_name)s::text is null then 'whole' else 'rows' end"
        " where archive_name = %(archive_name)s",
        {"archive_name": archive_name, "new_name": new_name, "new_sha256": new_sha256},
    )
    doom(connection, [archive_name])


def doom(connection: psycopg.Connection, archive_names: Collection[str]) -> None:
    """Write which originals are to be destroyed once this is committed."""
    connection.execute(
        "insert into ops.doomed_originals (archive_name) select unnest(%s::text[]) on conflict do nothing",
        (list(archive_names),),
    )


def doomed(connection: psycopg.Connection) -> list[str]:
    """Originals to be destroyed that no delivery points at."""
    rows = connection.execute(sql.load(__file__, "doomed_originals.sql")).fetchall()
    return [str(row[0]) for row in rows]


def was_destroyed(connection: psycopg.Connection, archive_names: Collection[str]) -> None:
    """These are gone."""
    connection.execute("delete from ops.doomed_originals where archive_name = any(%s)", (list(archive_names),))


def note_erased_file(connection: psycopg.Connection, digest: bytes) -> None:
    """A file, known by `Secret.file_digest` of its bytes as they came, is not to be taken again."""
    connection.execute("insert into ops.erased_originals (file_hmac) values (%s) on conflict do nothing", (digest,))


def erased_files(connection: psycopg.Connection) -> frozenset[bytes]:
    """The digests of all files that are not to be taken again."""
    return frozenset(bytes(row[0]) for row in connection.execute("select file_hmac from ops.erased_originals"))
