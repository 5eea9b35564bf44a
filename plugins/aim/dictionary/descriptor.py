"""A Frictionless data package: what files hold which table, column by column, with hash and size of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aim.contracts.models import Text
from aim.dictionary.published_tables import Column, PublishedTable

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
FILE = "datapackage.json"
MEDIA_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_TYPES = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "bigint": {"type": "integer"},
    "numeric": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "date"},
    "timestamp with time zone": {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S.%fZ"},
}
"""Postgres' type -> type and format of a field. An instant is written in UTC."""


@dataclass(frozen=True)
class WrittenFile:
    """One file of the package: its name, what table and format, rows, bytes and SHA-256."""

    name: str
    table: PublishedTable
    format: str
    rows: int
    bytes: int
    sha256: str


def descriptor(
    title: Text,
    description: Text,
    files: Sequence[WrittenFile],
    tables: Mapping[str, PublishedTable],
    codes: Mapping[str, Sequence[str]],
    licence: str,
    created: datetime | None,
) -> dict[str, Any]:
    """The package as plain values. codes: the legal values of a column, by its name; created: the latest release."""
    exported = {file.table.name: tables[file.table.name] for file in files}
    package: dict[str, Any] = {
        "$schema": PROFILE,
        "name": "aim-published",
        **_said("title", title),
        **_said("description", description),
        "licenses": [{"name": licence}],
        "sources": [{"title": "AIM monitoring warehouse, schema marts"}],
    }
    if created is not None:
        package["created"] = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    package["resources"] = [_resource(file, exported, codes) for file in files]
    return package


def _resource(
    file: WrittenFile, exported: Mapping[str, PublishedTable], codes: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    is_csv = file.format == "csv"
    resource: dict[str, Any] = {
        # One name a resource: the Parquet file of a table bears its format.
        "name": file.table.name if is_csv else f"{file.table.name}-{file.format}",
        "path": file.name,
        **_said("description", file.table.meaning),
        "format": file.format,
        "mediatype": MEDIA_TYPES[file.format],
        "hash": f"sha256:{file.sha256}",
        "rows": file.rows,
    }
    if is_csv:
        resource |= {
            "type": "table",
            # Of Parquet frictionless-py counts no bytes, and calls any number wrong.
            "bytes": file.bytes,
            "encoding": "utf-8",
            "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True},
        }
    resource["schema"] = _schema(file.table, exported, codes)
    return resource


def _schema(
    table: PublishedTable, exported: Mapping[str, PublishedTable], codes: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column, codes.get(column.name)) for column in table.columns],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    foreign = [
        {"fields": list(key), "reference": {"resource": other, "fields": list(key)}}
        for key, other in table.references(dict(exported))
    ]
    if foreign:
        schema["foreignKeys"] = foreign
    return schema


def _field(column: Column, codes: Sequence[str] | None) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.is_required:
        constraints["required"] = True
    if codes:
        constraints["enum"] = list(codes)
    field: dict[str, Any] = {"name": column.name, **_TYPES[column.type], **_said("description", column.meaning)}
    return field | {"constraints": constraints} if constraints else field


def _said(word: str, text: Text) -> dict[str, str]:
    """English under the standard's own name, Lithuanian beside it."""
    return {word: text.en, f"{word}_lt": text.lt}
