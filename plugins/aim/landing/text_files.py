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
from aim.landing.limits import BATCH_BYTES, BATCH_LINES, BATCH_ROWS, HEAD_BYTES, HEADER_SEARCH_ROWS
from aim.landing.raw_rows import EXTRA, ROW_NUMBER, column_names, raw_rows
from aim.landing.rejection import RejectionError
from aim.settings import Limits

_SEPARATORS = ";,\t|"
_END = "\x00end of file"
"""A line of our own after the last: read as a row of its own unless a quote was left open."""


def read_text(
    stream: IO[bytes], codec: str, contract: DatasetContract, limits: Limits, take_spoilt: bool = False
) -> tuple[Header, str, Iterator[pl.DataFrame]]:
    """The header, the separator, and the rows below as raw_rows (row_number: physical line, the first is 1).

    Raises RejectionError: empty_file, no_header, unreadable_bytes, too_large, open_quote and, unless `take_spoilt`,
    mojibake (some while rows are read).
    """
    blocks = _whole_lines(utf8_blocks(stream, codec), limits.line_bytes, take_spoilt)
    first = next(blocks, b"")
    if not first.strip():
        raise RejectionError("empty_file")
    found = _find_header(first, contract)
    if found is None:
        raise RejectionError("no_header")
    header, separator = found
    end_of_header = _end_of_line(first, header.row)
    if b"\x00" in first[:end_of_header]:
        # UTF-16 without its mark, or a damaged disk.
        raise RejectionError("unreadable_bytes")
    if len(header.fields) > limits.columns:
        raise RejectionError("too_large", "columns")
    below = chain([first[end_of_header:]], blocks)
    rows = _rows(_portions(below), separator, len(header.fields), header.row + 1)
    return header, separator, rows


def _whole_lines(blocks: Iterable[bytes], most_bytes: int, take_spoilt: bool) -> Iterator[bytes]:
    """The same bytes in blocks that end with a line; line ends of old Macs become those of everyone."""
    refuse = _take if take_spoilt else refuse_spoilt
    carried = b""
    old_mac: bool | None = None
    for block in blocks:
        text = carried + block
        if old_mac is None and text:
            old_mac = b"\r" in text and b"\n" not in text
        if old_mac:
            text = text.replace(b"\r", b"\n")
        cut = text.rfind(b"\n") + 1
        _refuse_long_line(text, most_bytes)
        carried = text[cut:]
        if cut:
            refuse(text[:cut])
            yield text[:cut]
    if carried:
        refuse(carried)
        yield carried


def _take(_: bytes) -> None:
    """Any letters will do."""


def _refuse_long_line(text: bytes, most_bytes: int) -> None:
    """Raises RejectionError too_large. A longer line covers one of the windows of half that length."""
    window = most_bytes // 2
    for start in range(0, len(text), window):
        if text.find(b"\n", start, start + window) == -1:
            end = text.find(b"\n", start)
            if (len(text) if end == -1 else end) - text.rfind(b"\n", 0, start) - 1 > most_bytes:
                raise RejectionError("too_large", "line")


def _portions(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same blocks; those of very many lines in several."""
    for block in blocks:
        start = 0
        while block.count(b"\n", start) > BATCH_LINES:
            end = len(block)
            while block.count(b"\n", start, end) > BATCH_LINES:
                middle = start + (end - start) // 2
                end = block.rfind(b"\n", start, middle) + 1 or block.find(b"\n", middle) + 1
            yield block[start:end]
            start = end
        yield block[start:]


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
    lines = _Lines(line for block in blocks for line in io.StringIO(block.decode("utf-8"), newline="\n"))
    reader = csv.reader(lines, delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    row_number = last_row = first_line
    letters_until = BATCH_BYTES
    ended = False
    try:
        for cells in reader:
            if cells == [_END]:
                ended = True
                break
            # Of what lies beyond the header only whether anything does is kept.
            rows.append((row_number, [*cells[:width], *(cell for cell in cells[width:] if cell.strip())][: width + 1]))
            last_row, row_number = row_number, first_line + reader.line_num
            if len(rows) == BATCH_ROWS or lines.letters > letters_until:
                yield raw_rows(rows, width)
                rows.clear()
                letters_until = lines.letters + BATCH_BYTES
    except csv.Error:
        # A cell longer than the module takes; its words would quote nothing, but the line is what helps.
        if len(lines.last) > csv.field_size_limit():
            raise RejectionError("too_large", "cell") from None
        last_row = row_number
    if not ended:
        raise RejectionError("open_quote", str(last_row))
    if rows:
        yield raw_rows(rows, width)


class _Lines:
    """Lines with the one end that the csv module takes; a carriage return inside is a space. Ours comes last."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = chain(lines, [_END])
        self.letters = 0
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.letters += len(line)
            self.last = _without_return(line)
            yield self.last


def _without_return(line: str) -> str:
    """The line with the one end that the csv module takes; a carriage return inside is a space."""
    return line.rstrip("\r\n").replace("\r", " ") + "\n"
