"""The reference files: legal values and parameters, read here and by dbt from the same place."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path


class ReferenceFileError(ValueError):
    """A reference file is missing or lacks what is asked of it; the text names it."""


@dataclass(frozen=True)
class Reference:
    """The folder of reference files, read as far as Python needs them.

    code_lists: list name -> codes in order. municipalities: code -> county code. parameters: name -> dated values.
    """

    code_lists: dict[str, tuple[str, ...]]
    municipalities: dict[str, str]
    municipality_names: dict[str, str]
    labels: dict[tuple[str, str], tuple[str, str]]
    _parameters: dict[str, tuple[tuple[date, str], ...]]
    _folder: Path

    def table(self, name: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Column names and rows of the file `<name>.csv`, as written. Raises ReferenceFileError."""
        rows = _lines(self._folder, f"{name}.csv")
        columns = tuple(rows[0]) if rows else ()
        if not columns or not all(column.isidentifier() for column in columns):
            raise ReferenceFileError(f"{name}.csv lacks a header of plain column names.")
        if any(len(row) != len(columns) for row in rows):
            raise ReferenceFileError(f"{name}.csv has a row with more or fewer cells than its header.")
        return columns, tuple(map(tuple, rows[1:]))

    def parameter(self, name: str, on: date | None = None) -> Decimal:
        """The value of a parameter on a day (default: the latest); ReferenceFileError where there is none."""
        return Decimal(self.parameter_text(name, on))

    def parameter_text(self, name: str, on: date | None = None) -> str:
        """The same as it is written in the file, for a date for example."""
        dated = [value for since, value in self._parameters.get(name, ()) if on is None or since <= on]
        if not dated:
            raise ReferenceFileError(f"parameters.csv has no value for {name}.")
        return dated[-1]

    def parameters(self) -> dict[str, str]:
        """Every parameter's latest value, as written."""
        return {name: dated[-1][1] for name, dated in self._parameters.items()}


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    header, *rows = _lines(folder, name) or [[]]
    return [dict(zip(header, row, strict=False)) for row in rows]


def _lines(folder: Path, name: str) -> list[list[str]]:
    path = folder / name
    try:
        return [row for row in csv.reader(path.read_text("utf-8-sig").splitlines()) if row]
    except OSError as error:
        raise ReferenceFileError(
            f"The reference file {path} cannot be read: set AIM_REFERENCE to a whole folder."
        ) from error


def read_reference(folder: Path) -> Reference:
    """The reference files in `folder`; ReferenceFileError names the file at fault."""
    code_lists: dict[str, list[str]] = {}
    labels: dict[tuple[str, str], tuple[str, str]] = {}
    for row in sorted(_rows(folder, "code_lists.csv"), key=lambda row: (row["list"], int(row["order"]))):
        code_lists.setdefault(row["list"], []).append(row["code"])
        labels[row["list"], row["code"]] = (row["label_lt"], row["label_en"])
    for list_name, file_name, column in (
        ("instrument_items", "instrument_items.csv", "item"),
        ("service_catalogue", "service_catalogue.csv", "code"),
    ):
        for row in _rows(folder, file_name):
            code_lists.setdefault(list_name, []).append(row[column])
            labels[list_name, row[column]] = (row["label_lt"], row["label_en"])
    municipalities = _rows(folder, "municipalities.csv")
    parameters: dict[str, list[tuple[date, str]]] = {}
    for row in _rows(folder, "parameters.csv"):
        parameters.setdefault(row["parameter"], []).append((date.fromisoformat(row["valid_from"]), row["value"]))
    return Reference(
        code_lists={name: tuple(codes) for name, codes in code_lists.items()},
        municipalities={row["code"]: row["county_code"] for row in municipalities},
        municipality_names={row["code"]: row["name"] for row in municipalities},
        labels=labels,
        _parameters={name: tuple(sorted(dated)) for name, dated in parameters.items()},
        _folder=folder,
    )
