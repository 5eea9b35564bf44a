"""Fills a template as a clerk would, and reads a file back as landing does, without a warehouse."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import openpyxl
import polars as pl

from aim.contracts.models import DatasetContract, FieldType
from aim.contracts.reference import Reference
from aim.landing.canonical import Canonicaliser
from aim.landing.identity import ChildKeys
from aim.landing.readers import Reading, read_file

_TOKENS = UUID(int=1)


class KeysInMemory(ChildKeys):
    """Keys made from the subject itself, without a database."""

    def __init__(self) -> None:
        pass

    def of(self, subjects: Any) -> list[str]:
        return [str(uuid5(_TOKENS, subject.hex())) for subject in subjects]


def fill(path: Path, contract: DatasetContract, rows: Sequence[Mapping[str, str]]) -> None:
    """Type `rows` below the header of the first sheet: dates as dates, numbers as numbers, all else as text."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, 2):
        for place, field in enumerate(contract.fields, 1):
            text = row.get(field.name, "")
            if not text:
                continue
            cell = sheet.cell(number, place)
            if field.type is FieldType.DATE:
                cell.value = date.fromisoformat(text)
                cell.number_format = "yyyy-mm-dd"
            elif field.type in (FieldType.INT, FieldType.DECIMAL):
                cell.value = float(text.replace(",", "."))
            else:
                cell.value = text
                cell.number_format = "@"
    book.save(path)


def read(content: bytes, form: str, contract: DatasetContract, reference: Reference) -> tuple[Reading, pl.DataFrame]:
    """The reading, and its rows as landing would store them. Raises RejectionError."""
    with ExitStack() as stack:
        reading = read_file(stack, lambda: io.BytesIO(content), form, None, contract, reference)
        batches = list(reading.batches)
    reader = Canonicaliser(contract, reference, "302110011", KeysInMemory())
    rows = reader.canonical(pl.concat(batches)) if batches else pl.DataFrame()
    return reading, rows
