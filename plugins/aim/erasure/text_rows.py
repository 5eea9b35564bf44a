"""Rows taken out of a text file: every other byte stays, and so does the number of every other row.

In the place of a row its line ends stay, so that row 15 of the original is still row 15 on the provider's screen and in
the ledger.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from aim.erasure.faults import CannotEraseError
from aim.landing.check_digits import starred
from aim.landing.encoding import encoding_of
from aim.landing.limits import BATCH_BYTES
from aim.landing.rejection import RejectionError

_SEPARATORS = re.compile(r"[;,\t|]")
_AROUND = ' "\u00a0\t\r\ufeff'


@dataclass(frozen=True)
class _Letters:
    """A text, and the way back to exactly its bytes."""

    text: str
    mark: bytes
    codec: str
    errors: str

    def encoded(self, text: str) -> bytes:
        return self.mark + text.encode(self.codec, self.errors)


def decoded(content: bytes) -> str:
    """The text, also where some of its bytes are no letters. Raises CannotEraseError."""
    return _letters(content).text


def cells_of(content: bytes) -> set[str]:
    """What stands between separators, whichever they are. Raises CannotEraseError."""
    return {cell.strip(_AROUND) for cell in re.split(r"[;,\t|\r\n]", decoded(content))}


def without_rows(content: bytes, rows: Collection[int], separator: str, first_row: int) -> bytes:
    """The file without the rows of these numbers (line, the first is 1); `first_row` is the first below the header.

    Raises CannotEraseError where a row is not there, or the bytes cannot be kept.
    """
    letters = _letters(content)
    end = _line_end(content, letters.text)
    lines = letters.text.split(end)
    left = set(rows)
    for first, after in _records(lines, separator, first_row) if '"' in letters.text else _each(left, lines):
        if first in left:
            left.remove(first)
            for number in range(first - 1, after - 1):
                lines[number] = _emptied(lines[number])
    if left:
        raise CannotEraseError
    return letters.encoded(end.join(lines))


def without_mentions(content: bytes, written: re.Pattern[str]) -> bytes:
    """The file with the code starred out wherever it stands."""
    letters = _letters(content)
    return letters.encoded(starred(letters.text, written))


def without_lines_of(content: bytes, written: re.Pattern[str]) -> tuple[bytes, int]:
    """Of a file without a header we know: lines with the code in a cell of its own go, elsewhere it is starred out.

    Also gives how many lines went. Raises CannotEraseError where such a line is part of a longer row.
    """
    letters = _letters(content)
    end = _line_end(content, letters.text)
    lines = letters.text.split(end)
    taken = 0
    for number, line in enumerate(lines):
        if written.search(line) is None:
            continue
        if line.count('"') % 2:
            raise CannotEraseError
        if any(written.fullmatch(cell.strip(_AROUND)) for cell in _SEPARATORS.split(line)):
            lines[number] = _emptied(line)
            taken += 1
    return letters.encoded(starred(end.join(lines), written)), taken


def _letters(content: bytes) -> _Letters:
    try:
        codec = encoding_of(io.BytesIO(content))
    except RejectionError:
        return _Letters("", b"", "utf-8", "strict")
    if codec == "utf-16":
        mark = content[:2]
        codec = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
        errors = "surrogatepass"
    else:
        mark = b""
        codec = codec.removesuffix("-sig")
        errors = "surrogateescape"
    try:
        letters = _Letters(content[len(mark) :].decode(codec, errors), mark, codec, errors)
    except UnicodeError:
        raise CannotEraseError from None
    if letters.encoded(letters.text) != content:
        raise CannotEraseError
    return letters


def _line_end(content: bytes, text: str) -> str:
    """As landing sees it: the ends of old Macs where the beginning has no others."""
    head = text if len(content) <= BATCH_BYTES else text[:BATCH_BYTES]
    return "\r" if "\r" in head and "\n" not in head else "\n"


def _emptied(line: str) -> str:
    return "\r" if line.endswith("\r") else ""


def _each(rows: Collection[int], lines: list[str]) -> Iterator[tuple[int, int]]:
    """Without quotes each line is a row."""
    return ((row, row + 1) for row in sorted(rows) if row <= len(lines))


def _records(lines: list[str], separator: str, first_row: int) -> Iterator[tuple[int, int]]:
    """First line of each row, and the line after it."""
    below = (line.rstrip("\r\n").replace("\r", " ") + "\n" for line in lines[first_row - 1 :])
    reader = csv.reader(below, delimiter=separator)
    first = first_row
    try:
        for _ in reader:
            yield first, first_row + reader.line_num
            first = first_row + reader.line_num
    except csv.Error:
        raise CannotEraseError from None
