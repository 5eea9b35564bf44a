"""Rows of a spreadsheet, xlsx or ods: the first sheet with the header."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import IO

import polars as pl
from python_calamine import CalamineSheet, CalamineWorkbook

from aim.contracts.models import DatasetContract
from aim.landing.encoding import refuse_spoilt_text
from aim.landing.header import Header, best_header, field_names, header_of
from aim.landing.limits import BATCH_ROWS, HEADER_SEARCH_ROWS, MAX_SHEET_CELLS, MAX_WORKBOOK_UNPACKED_BYTES
from aim.landing.raw_rows import EXTRA, NUMBER_CELL, ROW_NUMBER, column_names
from aim.landing.rejection import RejectionError

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_ROW = re.compile(rb'<row [^>]*?\br="([0-9]+)"')
_WIDER = {letters: re.compile(rb'r="[A-Z]{%d,}[0-9]' % (letters + 1)) for letters in (1, 2)}
"""By the letters of the widest column so far: a reference to a wider one."""
_SCANNED_BYTES = 4 * 1024 * 1024
_REFERENCE_BYTES = 64
"""Kept of each block, lest a reference be cut in two."""

Cell = str | float | int | bool | date | time | datetime | timedelta


def read_workbook(content: bytes, contract: DatasetContract) -> tuple[Header, Iterator[pl.DataFrame]]:
    """The header and the rows below as raw_rows (row_number: the sheet's own, the first is 1).

    Raises RejectionError: empty_file, unreadable_bytes, too_large, no_header, mojibake (while rows are read).
    """
    if not content:
        raise RejectionError("empty_file")
    _refuse_too_large(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            header = _find_header(sheet, contract)
            if header is not None:
                return header, _rows(sheet, header)
    except RejectionError:
        raise
    except Exception:
        # The library's errors have no common parent; their words may quote cells.
        raise RejectionError("unreadable_bytes") from None
    raise RejectionError("no_header")


def _refuse_too_large(content: bytes) -> None:
    """The library lays a sheet out whole, from its first cell to its last: one stray cell far away is gigabytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as container:
            members = container.infolist()
            if sum(member.file_size for member in members) > MAX_WORKBOOK_UNPACKED_BYTES:
                raise RejectionError("too_large")
            for member in members:
                if _SHEET.fullmatch(member.filename):
                    with container.open(member) as sheet:
                        if _cells_laid_out(sheet) > MAX_SHEET_CELLS:
                            raise RejectionError("too_large")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        # Not a container at all (an old .xls under a new name), damaged, or locked with a password.
        raise RejectionError("unreadable_bytes") from None


def _cells_laid_out(sheet: IO[bytes]) -> int:
    """A bound of the cells between A1 and the last: the greatest row times the columns of the longest letters."""
    rows, letters, carried = 0, 1, b""
    while block := sheet.read(_SCANNED_BYTES):
        text = carried + block
        rows = max([rows, *map(int, _ROW.findall(text))])
        while letters in _WIDER and _WIDER[letters].search(text):
            letters += 1
        carried = text[-_REFERENCE_BYTES:]
    columns: int = sum(26**place for place in range(1, letters + 1))
    return rows * columns


def _find_header(sheet: CalamineSheet, contract: DatasetContract) -> Header | None:
    names = field_names(contract)
    rows = enumerate(islice(sheet.iter_rows(), HEADER_SEARCH_ROWS), 1)
    return best_header((header_of(_trimmed(cells), names, row) for row, cells in rows), contract)


def _trimmed(cells: list[Cell]) -> list[str]:
    """The cells up to the last filled one: a sheet's used width may go beyond its header."""
    texts = [_text(cell) for cell in cells]
    while texts and not texts[-1].strip():
        texts.pop()
    return texts


def _rows(sheet: CalamineSheet, header: Header) -> Iterator[pl.DataFrame]:
    width = len(header.fields)
    below = islice(sheet.iter_rows(), header.row, None)
    row_number = header.row + 1
    while rows := list(islice(below, BATCH_ROWS)):
        columns = [_column(cells) for cells in zip(*rows, strict=True)]
        yield pl.DataFrame(
            {
                ROW_NUMBER: pl.int_range(row_number, row_number + len(rows), dtype=pl.UInt32, eager=True),
                **dict(zip(column_names(width), columns, strict=False)),
            }
        ).with_columns(_filled_beyond(columns[width:]).alias(EXTRA))
        row_number += len(rows)


def _column(cells: tuple[Cell, ...]) -> pl.Series:
    """One column of a batch as text; refuses spoilt letters."""
    texts = [cell if isinstance(cell, str) else _text(cell) for cell in cells]
    together = "\n".join(texts)
    if not together.isascii():
        refuse_spoilt_text(together)
    return pl.Series(texts, dtype=pl.String)


def _filled_beyond(columns: list[pl.Series]) -> pl.Expr:
    return pl.any_horizontal(pl.lit(False), *(column.str.strip_chars() != "" for column in columns))


def _text(cell: Cell) -> str:
    """A cell as text: numbers marked as such, dates as 2018-10-31, times of day dropped from midnight only."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return f"{NUMBER_CELL}{cell!r}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return str(cell)
