"""A list of findings that came back, as rows: which finding each is about, and the reason written beside it.

In any form a file may have; of a workbook every sheet with the list's columns is read, so that an annotated copy may be
answered on its sheet of rows or on its list. One that is locked is opened with the password it was given out with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import IO

import polars as pl

from aim.contracts.file_names import WORKBOOK_FORMATS
from aim.contracts.reference import Reference
from aim.landing.cells import BLANKS
from aim.landing.header import Header, require_columns
from aim.landing.list_contract import DELIVERY, FIELD, REASON, ROW, RULE, list_contract
from aim.landing.number_cell import NUMBER_CELL
from aim.landing.packing import unpacked
from aim.landing.raw_rows import ROW_NUMBER, column_names
from aim.landing.readers import read_file
from aim.landing.rejection import RejectionError
from aim.landing.workbooks import SheetReader
from aim.settings import Limits

_NUMBER = re.compile(r"([0-9]{1,9})(?:\.0)?(?: *\(.*)?", re.DOTALL)
"""A row, also one of an earlier file, whose name stands after it."""
_COLUMNS = (DELIVERY, ROW, FIELD, RULE, REASON)


@dataclass(frozen=True)
class ListRow:
    """A row of a list, line: its own number there. delivery, of_field, rule: as written, empty where not.

    row: of the provider's file, 0 the file as a whole, None unreadable; of_former: that row stands in an earlier file.
    is_of_list: a finding of a list; else one of the provider's own rows in an annotated copy.
    """

    line: int
    delivery: str
    row: int | None
    of_former: bool
    of_field: str
    rule: str
    reason: str = field(repr=False)
    is_of_list: bool


def read_list(
    open_file: Callable[[], IO[bytes]],
    file_format: str,
    packing: str | None,
    password: str,
    reference: Reference,
    limits: Limits,
    sheets: SheetReader,
) -> Iterator[ListRow]:
    """Its rows in order; of an annotated copy's sheet of rows only those with a reason. `password`: where it is locked.

    Raises RejectionError as `read_file` does, and `locked` where the password does not open it.
    """
    if file_format not in WORKBOOK_FORMATS:
        with ExitStack() as stack:
            reading = read_file(stack, open_file, file_format, packing, list_contract(), reference, limits, sheets)
            for batch in reading.batches:
                yield from _rows(batch, has_rules=RULE in reading.header.fields)
        return
    with unpacked(open_file, packing, limits.workbook_bytes, limits.expansion) as stream:
        content = sheets.unlocked(stream.read(), password)
    found = 0
    while (sheet := _sheet(sheets, content, found)) is not None:
        header, batches = sheet
        found = sheets.sheet + 1
        require_columns(header, list_contract())
        with closing(batches):
            for batch in batches:
                names = zip(column_names(len(header.fields)), header.fields, strict=True)
                named = {column: name for column, name in names if name}
                yield from _rows(batch.rename(named), has_rules=RULE in header.fields)


def _sheet(sheets: SheetReader, content: bytes, first: int) -> tuple[Header, Generator[pl.DataFrame]] | None:
    try:
        return sheets.read(content, list_contract(), first_sheet=first)
    except RejectionError as refused:
        if refused.code == "no_header" and first:
            return None
        raise


def _rows(batch: pl.DataFrame, *, has_rules: bool) -> Iterator[ListRow]:
    missing = [pl.lit(None, pl.String).alias(name) for name in _COLUMNS if name not in batch.columns]
    rows = batch.with_columns(missing).select(ROW_NUMBER, *(_cell(name) for name in _COLUMNS))
    wanted = rows.filter(pl.any_horizontal(pl.col(name) != "" for name in (*_COLUMNS[1:],)))
    if not has_rules:
        wanted = rows.filter(pl.col(REASON) != "")
    for line, delivery, row, of_field, rule, reason in wanted.iter_rows():
        yield ListRow(
            line, delivery.removesuffix(".0"), _row_of(row), "(" in row, of_field, rule.upper(), reason, has_rules
        )


def _cell(name: str) -> pl.Expr:
    return pl.col(name).fill_null("").str.strip_prefix(NUMBER_CELL).str.strip_chars(BLANKS)


def _row_of(text: str) -> int | None:
    if not text:
        return 0
    found = _NUMBER.fullmatch(text)
    return None if found is None else int(found[1])
