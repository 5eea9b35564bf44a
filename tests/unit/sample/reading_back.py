"""Reads sample files as a person with a spreadsheet would, knowing nothing of the product's own reader."""

from __future__ import annotations

import csv
import gzip
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from openpyxl import load_workbook

MONTHS = [
    *("sausio", "vasario", "kovo", "balandžio", "gegužės", "birželio"),
    *("liepos", "rugpjūčio", "rugsėjo", "spalio", "lapkričio", "gruodžio"),
]
FIELDS = {
    *("asmenskodas", "vertinimonr", "amzius", "laponr", "irasonr", "priemonesnr"),
    "amziausgrupe",
}
TOTAL = "isviso"


def fold(header: str) -> str:
    """Without case, diacritics, spaces and punctuation."""
    plain = unicodedata.normalize("NFD", header.lower())
    return re.sub(r"[^a-z0-9]", "", plain)


def _text(data: bytes) -> str:
    if data[:2] == b"\xff\xfe":
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1257")


def _lines(path: Path) -> Iterator[list[str]]:
    data = path.read_bytes()
    if path.suffix == ".xlsx":
        for row in load_workbook(BytesIO(data)).worksheets[0].iter_rows(values_only=True):
            yield ["" if cell is None else str(cell).removesuffix(" 00:00:00") for cell in row]
        return
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    if path.suffix == ".zip":
        with ZipFile(BytesIO(data)) as packed:
            (name,) = packed.namelist()
            data = packed.read(name)
    text = _text(data)
    header = next(line for line in text.splitlines() if FIELDS & {fold(cell) for cell in re.split(r"[;,|\t]", line)})
    separator = max(";,|\t", key=header.count)
    yield from csv.reader(text.splitlines(), delimiter=separator)


def rows(path: Path) -> dict[int, dict[str, str]]:
    """The rows by their number on the provider's screen; total and blank rows and titles left out.

    A cell beyond the last column stands under `*`.
    """
    header: list[str] | None = None
    found: dict[int, dict[str, str]] = {}
    for number, cells in enumerate(_lines(path), 1):
        folded = [fold(cell) for cell in cells]
        if header is None:
            header = folded if FIELDS & set(folded) else None
        elif any(cells) and folded[0] != TOTAL:
            found[number] = dict(zip([*header, "*"], cells, strict=False))
    assert header is not None
    return found


def day(text: str) -> date | None:
    """A date in any of the ways providers write it; None for a missing mark."""
    if text in ("", "-", "–", ":"):
        return None
    if text.isdigit():
        return date(1899, 12, 30) + timedelta(days=int(text))
    long = re.fullmatch(r"(\d{4}) m\. (\w+) (\d+) d\.", text)
    if long:
        return date(int(long[1]), MONTHS.index(long[2]) + 1, int(long[3]))
    return date(*(int(part) for part in re.split(r"[-. ]", text)))


def number(text: str) -> float | None:
    """A number with a comma or a point; None for a missing mark."""
    if text in ("", "-", "–", ":"):
        return None
    return float(text.replace("\u00a0", "").replace(",", "."))


def truth(text: str) -> bool | None:
    """A yes or no; None for a missing mark."""
    words = {"taip": True, "t": True, "1": True, "true": True, "ne": False, "n": False, "0": False, "false": False}
    return words.get(text.lower())


def code(text: str) -> str | None:
    """A code as the code lists write it; None for a missing mark."""
    if text in ("", "-", "–", ":"):
        return None
    plain = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return plain.upper().replace(" ", "_")
