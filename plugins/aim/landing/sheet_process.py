"""The process that reads spreadsheets, apart from ours: `python -m aim.landing.sheet_process MEMORY_BYTES`.

The library lays a sheet out whole, from its first cell to its last, and where a few hundred bytes ask for more memory
than there is it ends its process. So it works in one of its own, under a bound, and one file cannot stop a night.

Asked by lines of JSON on stdin, answers in blocks on stdout: one byte that says what, eight for the length, then as
many. `open` (with `bytes`, which follow, and whether there are `errors` to tell): a number of sheets. `look` at a
sheet: its first rows as JSON. `rows` of it, below `header_row` and `width` wide: lines in portions, each cell as text,
a last column that says whether there is more beyond; then an empty portion. Refusals are a reason code and the limit
met: the library's own words may quote cells. `unlock` (with `bytes`, which follow, and a `password`): the workbook
without it.
"""

from __future__ import annotations

import csv
import io
import json
import resource
import sys
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import BinaryIO, cast

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from aim.landing.limits import BATCH_CELLS, HEADER_SEARCH_ROWS, SHEET_ROWS
from aim.landing.number_cell import NUMBER_CELL
from aim.landing.sheet_errors import with_errors_as_text

ANSWER, REFUSED = b"a", b"x"
LENGTH_BYTES = 8
SEPARATOR = "\x1f"
"""Between cells: what hardly any cell holds."""
CPU_SECONDS = 3600
"""Of one landing: should who asks be killed while a sheet has no end."""

_ROWS_AT_HAND = 500
"""As many as stay in the processor's own memory while they become text."""
_ONLY_TEXT = frozenset({str})

Cell = str | float | int | bool | date | time | datetime | timedelta


def main() -> None:
    """Answer until stdin ends, which it does when who asks is gone."""
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    # A sheet that ends the process leaves no image of a provider's data behind.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    book: CalamineWorkbook | None = None
    while line := asked.readline():
        question = json.loads(line)
        try:
            if question["ask"] == "open":
                content = asked.read(question["bytes"])
                if question["errors"]:
                    content = with_errors_as_text(content)
                book = CalamineWorkbook.from_filelike(io.BytesIO(content))
                names = [each.name for each in book.sheets_metadata if each.typ is SheetTypeEnum.WorkSheet]
                _say(answers, ANSWER, json.dumps(len(names)).encode())
            elif question["ask"] == "look":
                assert book is not None
                sheet = book.get_sheet_by_name(names[question["sheet"]])
                if (sheet.total_height + 1) * (sheet.total_width + 1) > question["cells"]:
                    _say(answers, REFUSED, b"too_large cells")
                else:
                    first = [_texts(_trimmed(cells)) for cells in islice(sheet.iter_rows(), HEADER_SEARCH_ROWS)]
                    _say(answers, ANSWER, json.dumps(first).encode())
            elif question["ask"] == "unlock":
                _say(answers, *_unlocked(asked.read(question["bytes"]), question["password"]))
            else:
                for rows in _portions(sheet, question["header_row"], question["width"]):
                    _say(answers, ANSWER, rows)
                _say(answers, ANSWER, b"")
        except MemoryError:
            _say(answers, REFUSED, b"too_large memory")
        except BaseException:
            # The library's errors have no common parent, and a panic of its Rust is no Exception.
            _say(answers, REFUSED, b"unreadable_bytes")


def _unlocked(content: bytes, password: str) -> tuple[bytes, bytes]:
    """The workbook that was locked by ECMA-376, or that the password does not open it."""
    from msoffcrypto.exceptions import DecryptionError  # type: ignore[import-untyped]  # it ships no types
    from msoffcrypto.format.ooxml import OOXMLFile  # type: ignore[import-untyped]  # the same

    opened = io.BytesIO()
    try:
        locked = OOXMLFile(io.BytesIO(content))
        locked.load_key(password=password, verify_password=True)
        locked.decrypt(opened, verify_integrity=True)
    except DecryptionError:
        return REFUSED, b"locked"
    return ANSWER, opened.getvalue()


def _say(answers: BinaryIO, what: bytes, content: bytes) -> None:
    answers.write(what + len(content).to_bytes(LENGTH_BYTES, "big"))
    answers.write(content)
    answers.flush()


def _portions(sheet: CalamineSheet, header_row: int, width: int) -> Iterable[bytes]:
    below = islice(sheet.iter_rows(), header_row, None)
    portion: list[str] = []
    while rows := list(islice(below, max(1, min(_ROWS_AT_HAND, BATCH_CELLS // (sheet.total_width + 1))))):
        if len(rows[0]) <= width:
            missing = [""] * (width - len(rows[0])) + [""]
            texts = [_texts(cells) + missing for cells in rows]
        else:
            texts = [[*_texts(cells[:width]), "1" if _trimmed(cells[width:]) else ""] for cells in rows]
        portion.append(_as_lines(texts, width))
        if len(portion) * _ROWS_AT_HAND >= SHEET_ROWS:
            yield "".join(portion).encode()
            portion.clear()
    if portion:
        yield "".join(portion).encode()


def _as_lines(texts: list[list[str]], separators: int) -> str:
    """One line a row; quoted only where a cell holds what parts cells or lines."""
    lines = "\n".join(map(SEPARATOR.join, texts)) + "\n"
    if '"' not in lines and lines.count("\n") == len(texts) and lines.count(SEPARATOR) == separators * len(texts):
        return lines
    quoted = io.StringIO()
    csv.writer(quoted, delimiter=SEPARATOR, lineterminator="\n").writerows(texts)
    return quoted.getvalue()


def _trimmed(cells: list[Cell]) -> list[Cell]:
    """The cells up to the last filled one: a sheet's used width may go beyond its header."""
    filled = len(cells)
    while filled and isinstance(cell := cells[filled - 1], str) and not cell.strip():
        filled -= 1
    return cells[:filled]


def _texts(cells: list[Cell]) -> list[str]:
    if _ONLY_TEXT.issuperset(map(type, cells)):
        return cast(list[str], cells)
    return [cell if type(cell) is str else _text(cell) for cell in cells]


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


if __name__ == "__main__":
    main()
