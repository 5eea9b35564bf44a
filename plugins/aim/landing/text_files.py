"""Rows of a delimited text file: fast where a block is plain, careful where quotes need it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO

import polars as pl

from aim.contracts.models import DatasetContract
from aim.landing.encoding import refuse_spoilt, utf8_blocks
from aim.landing.header import Header, best_header, field_names, header_of, missing_columns
from aim.landing.limits import BATCH_ROWS, HEAD_BYTES, HEADER_SEARCH_ROWS
from aim.landing.raw_rows import EXTRA, ROW_NUMBER, column_names, raw_rows
from aim.landing.rejection import RejectionError

_SEPARATORS = ";,\t|"
_END = "\x00end of file"
"""A line of our own after the last: read as a row of its own unless a quote was left open."""


def read_text(stream: IO[bytes], codec: str, contract: DatasetContract) -> tuple[Header, str, Iterator[pl.DataFrame]]:
    """The header, the separator, and the rows below as raw_rows (row_number: physical line, the first is 1).

    Raises RejectionError: empty_file, no_header, unreadable_bytes, mojibake, open_quote (some while rows are read).
    """
    blocks = _whole_lines(utf8_blocks(stream, codec))
    first = next(blocks, b"")
    if not first.strip():
        raise RejectionError("empty_file")
    found = _find_header(first, contract)
    if found is None:
        raise RejectionError("no_header")
    header, separator = found
    end_of_header = _end_of_line(first, header.row)
    below = chain([first[end_of_header:]], blocks)
    return header, separator, _rows(below, separator, len(header.fields), header.row + 1)


def _whole_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks that end with a line; line ends of old Macs become those of everyone."""
    carried = b""
    old_mac: bool | None = None
    for block in blocks:
        text = carried + block
        if old_mac is None and text:
            old_mac = b"\r" in text and b"\n" not in text
        if old_mac:
            text = text.replace(b"\r", b"\n")
        cut = text.rfind(b"\n") + 1
        carried = text[cut:]
        if cut:
            refuse_spoilt(text[:cut])
            yield text[:cut]
    if carried:
        refuse_spoilt(carried)
        yield carried


def _find_header(block: bytes, contract: DatasetContract) -> tuple[Header, str] | None:
    lines = block[:HEAD_BYTES].decode("utf-8", "ignore").split("\n")[:HEADER_SEARCH_ROWS]
    names = field_names(contract)
    best: tuple[Header, str] | None = None
    for separator in _SEPARATORS:
        header = best_header(_candidates(lines, separator, names), contract)
        if header is not None and (best is None or header.matched > best[0].matched):
            best = header, separator
            if not missing_columns(header, contract):
                break
    return best


def _candidates(lines: list[str], separator: str, names: dict[str, str]) -> Iterator[Header]:
    reader = csv.reader((_without_return(line) + "\n" for line in lines), delimiter=separator)
    try:
        for cells in reader:
            yield header_of(cells, names, reader.line_num)
    except csv.Error:
        # A title with an open quote: what was found above it stands.
        return


def _end_of_line(block: bytes, line: int) -> int:
    end = 0
    for _ in range(line):
        end = block.find(b"\n", end) + 1
        if end == 0:
            return len(block)
    return end


def _rows(blocks: Iterator[bytes], separator: str, width: int, first_line: int) -> Iterator[pl.DataFrame]:
    line = first_line
    for block in blocks:
        if not block:
            continue
        rows = _plain_rows(block, separator, width, line)
        if rows is None:
            yield from _careful_rows(chain([block], blocks), separator, width, line)
            return
        yield rows
        line += rows.height


def _plain_rows(block: bytes, separator: str, width: int, first_line: int) -> pl.DataFrame | None:
    """The block's rows if each line is one row; None where that is not certain."""
    schema = {name: pl.String() for name in [*column_names(width), EXTRA]}
    try:
        rows = pl.read_csv(
            block,
            has_header=False,
            schema=schema,
            separator=separator,
            quote_char='"' if b'"' in block else None,
            row_index_name=ROW_NUMBER,
            row_index_offset=first_line,
            missing_columns="insert",
        )
    except pl.exceptions.PolarsError:
        # Broken quotes, or two cells more than the header: its words quote the cell, so they are dropped.
        return None
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    if rows.height != lines:
        return None
    return rows.with_columns(pl.col(EXTRA).str.strip_chars().fill_null("") != "")


def _careful_rows(blocks: Iterator[bytes], separator: str, width: int, first_line: int) -> Iterator[pl.DataFrame]:
    lines = (line for block in blocks for line in io.StringIO(block.decode("utf-8"), newline="\n"))
    reader = csv.reader((_without_return(line) for line in chain(lines, [_END])), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    row_number = first_line
    ended = False
    try:
        for cells in reader:
            if cells == [_END]:
                ended = True
                break
            rows.append((row_number, cells))
            row_number = first_line + reader.line_num
            if len(rows) == BATCH_ROWS:
                yield raw_rows(rows, width)
                rows.clear()
    except csv.Error:
        # A cell without end; its words would quote nothing, but the line is what helps.
        pass
    if not ended:
        raise RejectionError("open_quote", str(rows[-1][0] if rows else row_number))
    if rows:
        yield raw_rows(rows, width)


def _without_return(line: str) -> str:
    """The line with the one end that the csv module takes; a carriage return inside is a space."""
    return line.rstrip("\r\n").replace("\r", " ") + "\n"
