"""Spreadsheets written by hand, part by part, as no honest program would write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

_ODS_HEAD = (
    b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    b' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    b' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>'
    b'<office:spreadsheet><table:table table:name="Lapas">'
)
_ODS_TAIL = b"</table:table></office:spreadsheet></office:body></office:document-content>"
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
    ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_TYPE}"/></manifest:manifest>'
)


def workbook(rows: Sequence[Sequence[Any]], sheets: int = 1, last: Sequence[Sequence[Any]] | None = None) -> bytes:
    """An xlsx with `rows` on each of its sheets, on the last one `last`."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"created": datetime(2019, 1, 1)})
    for number in range(1, sheets + 1):
        sheet = book.add_worksheet()
        for row, cells in enumerate(last if last and number == sheets else rows):
            sheet.write_row(row, 0, cells)
    book.close()
    return written.getvalue()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of the members, the same whenever it is made."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def parts(container: bytes) -> dict[str, bytes]:
    """The members of a zip."""
    with zipfile.ZipFile(io.BytesIO(container)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def ods(rows: bytes, before: bytes = b"") -> bytes:
    """An ods of one sheet. `before`: what stands before its content."""
    content = b'<?xml version="1.0" encoding="UTF-8"?>' + before + _ODS_HEAD + rows + _ODS_TAIL
    return zipped(
        {"mimetype": _ODS_TYPE.encode(), "content.xml": content, "META-INF/manifest.xml": _ODS_MANIFEST.encode()}
    )


def ods_row(*cells: bytes, rows: int = 1) -> bytes:
    """One row, or one that stands for many."""
    return b'<table:table-row table:number-rows-repeated="%d">' % rows + b"".join(cells) + b"</table:table-row>"


def ods_cell(text: str, columns: int = 1) -> bytes:
    """One cell of text, or one that stands for many; empty without text."""
    repeated = b' table:number-columns-repeated="%d"' % columns
    if not text:
        return b"<table:table-cell" + repeated + b"/>"
    return (
        b'<table:table-cell office:value-type="string"' + repeated + b"><text:p>" + text.encode()
        + b"</text:p></table:table-cell>"
    )  # fmt: skip
