"""Who gets which mail: imported from a file, never kept in git."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.rows import class_row

from aim.contracts.load import contracts
from aim.ledger.deliveries import LedgerError
from aim.warehouse import sql

COLUMNS = ("provider_code", "email", "name", "role", "dataset", "substitute_email")
ROLES = ("provider", "tbk", "administration", "national")
"""Who delivers; the municipality's coordinator; its administration; the national owner."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class Contact:
    """A working address: of which provider, in which role, for which dataset (None: all of the provider's)."""

    provider_code: str
    address: str
    role: str
    dataset: str | None


def import_contacts(connection: psycopg.Connection, path: Path) -> int:
    """Make the contacts of every provider that the CSV file names exactly those of the file; returns their number.

    Providers not named keep theirs. A contact in the file is taken to work (is_valid), whatever was known of it.
    LedgerError names the line at fault, never what stands in it.
    """
    rows = _read(path)
    providers = list({row["provider_code"] for row in rows})
    connection.execute("delete from ops.contacts where provider_code = any(%s)", (providers,))
    with connection.cursor() as cursor:
        cursor.executemany(sql.load(__file__, "insert_contact.sql"), rows)
    found = connection.execute(
        "select count(*) from ops.contacts where provider_code = any(%s)", (providers,)
    ).fetchone()
    assert found is not None
    return int(found[0])


def reachable(connection: psycopg.Connection) -> list[Contact]:
    """Every contact that can be written to; the substitute's address stands for one that does not work."""
    with connection.cursor(row_factory=class_row(Contact)) as cursor:
        return cursor.execute(sql.load(__file__, "reachable.sql")).fetchall()


def mark_invalid(connection: psycopg.Connection, address: str, reason: str) -> int:
    """No mail reaches the address any more (reason: a status code); returns how many contacts lost it.

    A substitute's address is taken away from the contact it stands in for.
    """
    rows = connection.execute(sql.load(__file__, "mark_invalid.sql"), {"address": address, "reason": reason})
    return rows.rowcount


def _read(path: Path) -> list[dict[str, str | None]]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise LedgerError(f"The file {path.name} cannot be read as UTF-8 text.") from None
    separator = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    reader = csv.DictReader(lines, delimiter=separator)
    missing = [column for column in COLUMNS[:2] if column not in (reader.fieldnames or ())]
    if missing:
        raise LedgerError(f"The file {path.name} lacks the column {missing[0]}: its columns are {', '.join(COLUMNS)}.")
    rows = []
    for cells in reader:
        row = {column: (cells.get(column) or "").strip() or None for column in COLUMNS}
        row["role"] = row["role"] or "provider"
        fault = _fault(row)
        if fault is not None:
            raise LedgerError(f"The file {path.name}, line {reader.line_num}: {fault}.")
        rows.append(row)
    return rows


def _fault(row: dict[str, str | None]) -> str | None:
    if row["provider_code"] is None:
        return "no provider_code"
    if row["email"] is None or not _ADDRESS.fullmatch(row["email"]):
        return "the email is no e-mail address"
    if row["substitute_email"] is not None and not _ADDRESS.fullmatch(row["substitute_email"]):
        return "the substitute_email is no e-mail address"
    if row["role"] not in ROLES:
        return f"the role is one of {', '.join(ROLES)}"
    if row["dataset"] is not None and row["dataset"] not in contracts().datasets:
        return "there is no such dataset"
    return None
