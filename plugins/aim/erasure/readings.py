"""An original read as landing reads it, to find a child's rows in it and to prove that nothing but them went."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import polars as pl

from aim.contracts.models import TEMPORARY_NUMBER, DatasetContract, FieldType
from aim.contracts.reference import Reference
from aim.erasure.packed import Unpacked
from aim.erasure.sought import Sought
from aim.erasure.workbook_rows import is_the_code
from aim.landing.canonical import Canonicaliser
from aim.landing.check_digits import starred
from aim.landing.identity import SOUGHT, SoughtKeys
from aim.landing.number_cell import NUMBER_CELL
from aim.landing.raw_rows import EXTRA, ROW_NUMBER
from aim.landing.readers import read_file
from aim.landing.rejection import RejectionError
from aim.landing.workbooks import SheetReader
from aim.settings import Limits

CASE_NUMBER = "atvejo_nr"


@dataclass(frozen=True)
class Rows:
    """rows: row_number, _extra, a text column per field found. separator: of a text. sheet: of a workbook, from 0."""

    rows: pl.DataFrame
    first_row: int
    separator: str
    sheet: int


class Readings:
    """Reads originals by their contracts."""

    def __init__(self, reference: Reference, limits: Limits, sheets: SheetReader) -> None:
        """`sheets` reads the workbooks; who made it closes it."""
        self._reference = reference
        self._limits = limits
        self._sheets = sheets

    def read(self, original: Unpacked, contract: DatasetContract) -> Rows | None:
        """All its rows, a missing column or spoilt letters forgiven; None where they cannot be read."""
        with ExitStack() as stack:
            try:
                reading = read_file(
                    stack,
                    lambda: io.BytesIO(original.content),
                    original.form,
                    None,
                    contract,
                    self._reference,
                    self._limits,
                    self._sheets,
                    forgiving=True,
                )
                batches = _all_of(reading.batches)
            except RejectionError:
                return None
            names = [name for name in reading.header.fields if name]
            columns = [pl.col(ROW_NUMBER).cast(pl.UInt32), EXTRA, *names]
            empty = pl.DataFrame(schema={ROW_NUMBER: pl.UInt32, EXTRA: pl.Boolean, **dict.fromkeys(names, pl.String)})
            return Rows(
                pl.concat([empty, *(frame.select(columns) for frame in batches)]),
                reading.header.row + 1,
                str(reading.notes.get("separator", "")),
                self._sheets.sheet,
            )

    def of_child(self, found: Rows, contract: DatasetContract, provider_code: str, sought: Sought) -> set[int]:
        """The numbers of the rows whose personal code, or temporary number, is the one sought; as landing tells it.

        A code written apart, or as a spreadsheet's number, is one that landing could not read: here it counts.
        """
        if not contract.has_person or found.rows.is_empty():
            return set()
        declared = next(field.name for field in contract.fields if field.type is FieldType.PERSONAL_CODE)
        if declared not in found.rows.columns:
            return set()
        reader = Canonicaliser(contract, self._reference, provider_code, SoughtKeys(sought.subjects), self._limits)
        marked = found.rows.with_columns(reader.people(found.rows)["vaiko_id"].alias("known_as"))
        rows = set(marked.filter(pl.col("known_as") == SOUGHT)[ROW_NUMBER].to_list())
        if sought.written is not None:
            columns = [name for name in (declared, TEMPORARY_NUMBER) if name in found.rows.columns]
            for name in columns:
                for number, cell in found.rows.select(ROW_NUMBER, name).drop_nulls().iter_rows():
                    if len(cell) >= _SHORTEST and is_the_code(cell.removeprefix(NUMBER_CELL), sought.written):
                        rows.add(number)
        return rows

    def of_cases(self, found: Rows, cases: Collection[str]) -> set[int]:
        """The numbers of the rows that name one of these cases."""
        if CASE_NUMBER not in found.rows.columns:
            return set()
        named = found.rows.filter(
            pl.col(CASE_NUMBER).str.strip_chars().str.strip_prefix(NUMBER_CELL).is_in(list(cases))
        )
        return set(named[ROW_NUMBER].to_list())

    def says_the_same(
        self,
        before: Rows,
        after: Unpacked,
        contract: DatasetContract,
        rows: Collection[int],
        written: re.Pattern[str] | None,
    ) -> bool:
        """Whether the original as it now is reads as before, those rows gone and the code starred out."""
        now = self.read(after, contract)
        if now is None or now.rows.columns != before.rows.columns:
            return False
        expected = before.rows.filter(~pl.col(ROW_NUMBER).is_in(list(rows)))
        if written is not None:
            expected = expected.with_columns(_starred(expected[name], written) for name in expected.columns[2:])
        # An empty cell is read as empty or as missing, by whether some row near it needs care: to landing it is one.
        return now.rows.with_columns(pl.col(pl.String).fill_null("")).equals(
            expected.with_columns(pl.col(pl.String).fill_null(""))
        )


_SHORTEST = 11
"""A code has as many digits."""


def _all_of(batches: Iterator[pl.DataFrame]) -> list[pl.DataFrame]:
    """That no row is left is no fault here."""
    frames: list[pl.DataFrame] = []
    try:
        frames.extend(batches)
    except RejectionError as refused:
        if refused.code != "header_only":
            raise
    return frames


def _starred(cells: pl.Series, written: re.Pattern[str]) -> pl.Series:
    different = cells.unique().drop_nulls()
    changed = {cell: starred(cell, written) for cell in different if len(cell) >= _SHORTEST and written.search(cell)}
    return cells.replace(list(changed), list(changed.values())) if changed else cells
