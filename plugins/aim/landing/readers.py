"""A provider's file, whatever its format, as rows: title, blank and total rows left out and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import IO, Any

import polars as pl

from aim.contracts.models import DatasetContract, FieldType
from aim.contracts.reference import Reference
from aim.landing.cells import BLANKS, trimmed
from aim.landing.encoding import encoding_of
from aim.landing.header import Header, fold, require_columns
from aim.landing.packing import unpacked
from aim.landing.raw_rows import EXTRA, ROW_NUMBER, column_names
from aim.landing.rejection import RejectionError
from aim.landing.text_files import read_text
from aim.landing.workbooks import SheetReader
from aim.settings import Limits

WORKBOOKS = ("xlsx", "ods")
_TOTALS = frozenset({"isviso", "viso"})
_NOTHING_TO_REPORT = "neraduomenu"
_LABEL = r"(?i)viso|duomen"
"""What a total row's or nil return's label holds: the few cells that have it are looked at closely."""


@dataclass
class Reading:
    """One file being read. `notes`, `rows` and `is_nil` are whole once `batches` has been read to its end.

    batches: frames of `row_number`, `_extra` and one text column per field found in the header. most_rows: with more
    the file is too_large.
    """

    header: Header
    batches: Iterator[pl.DataFrame] = field(init=False)
    notes: dict[str, Any] = field(default_factory=dict)
    most_rows: int = 0
    rows: int = 0
    is_nil: bool = False


def read_file(
    stack: ExitStack,
    open_file: Callable[[], IO[bytes]],
    file_format: str,
    packing: str | None,
    contract: DatasetContract,
    reference: Reference,
    limits: Limits | None = None,
    sheets: SheetReader | None = None,
    forgiving: bool = False,
) -> Reading:
    """Begin to read; what is opened stays open until `stack` closes. The file is opened twice if it is text.

    `limits`: the defaults. `sheets`: reads workbooks, by default one of this file's own. `forgiving`: to count the
    rows of a file refused for a missing column or spoilt letters.
    Raises RejectionError here and while batches are read: empty_file, unreadable_bytes, mojibake, broken_archive,
    nothing_inside, several_inside, too_large, no_header, missing_column, open_quote, header_only (at the end).
    """
    limits = limits or Limits()
    notes: dict[str, Any]
    rows: Iterator[pl.DataFrame]
    if file_format in WORKBOOKS:
        with unpacked(open_file, packing, limits.workbook_bytes, limits.expansion) as stream:
            content = stream.read()
        sheets = sheets or stack.enter_context(closing(SheetReader(limits)))
        # Of a file half read the process holds rows: it is told by the closing.
        header, read = sheets.read(content, contract, forgiving)
        rows = stack.enter_context(closing(read))
        notes = {}
    else:
        with unpacked(open_file, packing, limits.unpacked_bytes, limits.expansion) as stream:
            codec = encoding_of(stream)
        stream = stack.enter_context(unpacked(open_file, packing, limits.unpacked_bytes, limits.expansion))
        header, separator, rows = read_text(stream, codec, contract, limits, forgiving)
        notes = {"encoding": codec.removesuffix("-sig"), "separator": separator}
    if not forgiving:
        require_columns(header, contract)
    reading = Reading(header, most_rows=limits.rows)
    reading.notes = notes | {"header_row": header.row, "total_rows": 0, "blank_rows": 0}
    if header.unknown:
        reading.notes["unknown_columns"] = list(header.unknown)
    reading.batches = _data_rows(rows, reading, _Labelling(header, contract, reference))
    return reading


class _Labelling:
    """Tells a total row or nil return by its first filled cell.

    `VISO` may be a code of that column: then it heads a total row only where the row's other keys are missing.
    """

    def __init__(self, header: Header, contract: DatasetContract, reference: Reference) -> None:
        declared = {field.name: field for field in contract.fields}
        fields = [declared.get(name or "") for name in header.fields]
        self._cells = column_names(len(fields))
        self._codes = {
            column: frozenset(fold(code) for code in reference.code_lists[str(field.code_list)])
            for column, field in enumerate(fields)
            if field is not None and field.type is FieldType.CODE
        }
        self._keys = [column for column, field in enumerate(fields) if field is not None and field.key]

    def labels(self, rows: pl.DataFrame) -> dict[int, str]:
        """Position in `rows` -> folded first filled cell, of the rows whose first filled cell may be a label."""
        filled = (pl.when(pl.col(column).str.strip_chars(BLANKS) != "").then(pl.col(column)) for column in self._cells)
        # Decomposed letters do not hide the label: it holds a stretch of plain ones.
        found = (
            rows.select(first=pl.coalesce(filled), **{column: pl.col(column) for column in self._cells})
            .with_row_index("position")
            .filter(pl.col("first").str.contains(_LABEL))
        )
        labels = {}
        for row in found.iter_rows(named=True):
            cells = [row[name] or "" for name in self._cells]
            column = next(number for number, cell in enumerate(cells) if cell.strip(BLANKS))
            label = fold(row["first"])
            is_code = label in self._codes.get(column, ())
            if not is_code or all(trimmed(cells[key]) is None for key in self._keys if key != column):
                labels[row["position"]] = label
        return labels


def _data_rows(batches: Iterator[pl.DataFrame], reading: Reading, labelling: _Labelling) -> Iterator[pl.DataFrame]:
    """The rows received. Total rows are held back until it is known whether anything follows them."""
    cells = column_names(len(reading.header.fields))
    names = {column: name for column, name in zip(cells, reading.header.fields, strict=True) if name}
    chosen = [pl.col(ROW_NUMBER), pl.col(EXTRA), *(pl.col(column).alias(name) for column, name in names.items())]
    held: list[pl.DataFrame] = []
    held_nil: pl.DataFrame | None = None
    for batch in batches:
        filled = _without_blank(batch, cells)
        reading.notes["blank_rows"] += batch.height - filled.height
        labels = labelling.labels(filled)
        last = filled.height
        while last and labels.get(last - 1) in _TOTALS:
            last -= 1
        data, totals = filled[:last], filled[last:]
        if reading.rows == 0 and held_nil is None and data.height == 1 and labels.get(0) == _NOTHING_TO_REPORT:
            held_nil = data
        elif data.height:
            whole = pl.concat([*([held_nil] if held_nil is not None else []), *held, data])
            held_nil = None
            held.clear()
            reading.rows += whole.height
            if reading.rows > reading.most_rows:
                raise RejectionError("too_large", "rows")
            yield whole.select(chosen)
        if totals.height:
            held.append(totals)
    reading.notes["total_rows"] = sum(rows.height for rows in held)
    reading.is_nil = held_nil is not None
    if reading.rows == 0 and not reading.is_nil:
        raise RejectionError("header_only")


def _without_blank(batch: pl.DataFrame, cells: list[str]) -> pl.DataFrame:
    is_blank = [pl.col(column).is_null() | (pl.col(column).str.strip_chars(BLANKS) == "") for column in cells]
    # Most rows begin with a filled cell: only the others are looked at whole.
    suspects = batch.lazy().filter(is_blank[0]).filter(pl.all_horizontal(is_blank), ~pl.col(EXTRA))
    blank = suspects.select(ROW_NUMBER).collect()
    return batch.join(blank, on=ROW_NUMBER, how="anti", maintain_order="left") if blank.height else batch
