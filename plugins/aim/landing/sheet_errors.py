"""Cells in which a spreadsheet shows an error, #DIV/0! or #N/A: the library that reads sheets takes them for empty.

An error is a cell that cannot be read, not one that is missing. So its cell is made one of text before the reading.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

_SHEETS = re.compile(r"xl/worksheets/[^/]+\.xml|content\.xml")
_OF_XLSX = re.compile(rb"(<(?:\w+:)?c\s[^<>]*?\bt=)([\"'])e\2")
_OF_ODS = re.compile(rb"<table:table-cell[^<>]*value-type=\"error\"[^<>]*>")
_SHOWN_AS = re.compile(rb" office:string-value=\"[^\"]*\"")
_MARKS = (b't="e"', b"t='e'", b'value-type="error"')
_BLOCK_BYTES = 4 * 1024 * 1024


def has_errors(workbook: bytes) -> bool:
    """Whether some sheet shows an error; False also of a workbook too damaged to tell. Keeps little in memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as container:
            return any(_shows_one(container, member) for member in _sheets(container))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError):
        return False


def with_errors_as_text(workbook: bytes) -> bytes:
    """The workbook with the text of each error in its cell. Raises what zipfile does of a damaged one."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as container, zipfile.ZipFile(written, "w") as told:
        sheets = {member.filename for member in _sheets(container)}
        for member in container.infolist():
            content = container.read(member)
            told.writestr(member.filename, _as_text(content) if member.filename in sheets else content)
    return written.getvalue()


def _sheets(container: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [member for member in container.infolist() if _SHEETS.fullmatch(member.filename)]


def _shows_one(container: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    carried = b""
    with container.open(member) as sheet:
        while block := sheet.read(_BLOCK_BYTES):
            text = carried + block
            if any(mark in text for mark in _MARKS):
                return True
            carried = text[-max(map(len, _MARKS)) :]
    return False


def _as_text(sheet: bytes) -> bytes:
    sheet = _OF_XLSX.sub(rb'\1"str"', sheet)
    return _OF_ODS.sub(lambda cell: _SHOWN_AS.sub(b"", cell[0]), sheet)
