"""Who gets which mail: imported from a file, never kept in git."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

import psycopg

from aim.contracts.load import contracts
from aim.ledger.deliveries import LedgerError
from aim.warehouse import sql

COLUMNS = ("provider_code", "email", "name", "role", "dataset", "substitute_email")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


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


def recipients(
    connection: psycopg.Connection, provider_code: str, datasets: Iterable[str], roles: Iterable[str]
) -> list[str]:
    """The working addresses of a provider's contacts in these roles, for all its datasets or any of these, sorted.

    The substitute's address stands for one that does not work.
    """
    rows = connection.execute(
        sql.load(__file__, "recipients.sql"),
        {"provider_code": provider_code, "datasets": list(datasets), "roles": list(roles)},
    ).fetchall()
    return [str(row[0]) for row in rows]


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
    if row["dataset"] is not None and row["dataset"] not in contracts().datasets:
        return "there is no such dataset"
    return None
