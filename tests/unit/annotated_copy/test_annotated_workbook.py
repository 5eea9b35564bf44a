"""Is the copy the provider's own file, in whatever form it came, with what was found marked where it stands?"""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from tests.unit.landing.written_sheets import ods, ods_cell, ods_row, zipped
from tests.unit.landing.written_sheets import workbook as xlsx
from tests.unit.reports.letters_told import CONTRACTS, delivery, rule, speech

from aim.annotated_copy import workbook as making
from aim.annotated_copy.findings_by_row import Found
from aim.annotated_copy.lock import locked
from aim.annotated_copy.own_rows import own_file
from aim.annotated_copy.workbook import Copied, workbook
from aim.handbook.sources import Sources
from aim.landing import archive
from aim.landing.secret import read_secret
from aim.landing.workbooks import SheetReader
from aim.reports.findings import Finding
from aim.settings import Limits, Settings

CASES = CONTRACTS.datasets["atvejai"]
ROWS = [
    ["Atvejo nr.", "asmens_kodas", "Seimos nr", "sav", "Pastaba"],
    ["0012", "51003019808", "Šeima", "11", "@SUM(A1)"],
    ["A-2", "61207129837", "", "33", "-5"],
    ["Iš viso", "2"],
]
ERROR = Finding(delivery(), rule("VIS-001"), (CASES.field("seimos_nr"),), 1, ())
QUESTION = Finding(delivery(), rule("VIS-008"), (CASES.field("sav"),), 1, ())
OF_THE_FILE = Finding(delivery(), rule("VIS-015"), (), 1, ())
GONE = Finding(delivery(), rule("ATV-003"), (CASES.field("atvejo_nr"),), 1, (), "atvejai_902330016_2018-11.csv")


def made(settings: Settings, content: bytes, form: str, packing: str | None, found: Sequence[Found]) -> bytes:
    """The copy of a file that lies in the archive."""
    secret = read_secret(settings.secret_file)
    kept = archive.keep(settings.archive, secret.archive_identity, io.BytesIO(content))
    copied = Copied(delivery(), CASES, speech(), Sources.read(settings, date(2019, 1, 11)))
    with own_file(settings, secret, kept.name, (form, packing), CASES) as own:
        return workbook(copied, own, found)


def sheets(content: bytes) -> tuple[Worksheet, ...]:
    return tuple(openpyxl.load_workbook(io.BytesIO(content)).worksheets)


def cells(sheet: Worksheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def as_text(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(";".join(row) for row in rows) + "\n"


FORMS = {
    "csv": (as_text(ROWS).encode(), "csv", None),
    "Windows-1257": (as_text(ROWS).encode("cp1257"), "csv", None),
    "UTF-16": (as_text(ROWS).encode("utf-16"), "txt", None),
    "tab": (as_text(ROWS).replace(";", "\t").encode(), "tsv", None),
    "gz": (gzip.compress(as_text(ROWS).encode()), "csv", "gz"),
    "zip": (zipped({"a.csv": as_text(ROWS).encode()}), "csv", "zip"),
    "xlsx": (xlsx(ROWS), "xlsx", None),
    "ods": (ods(b"".join(ods_row(*map(ods_cell, row)) for row in ROWS)), "ods", None),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_copy_is_the_file_itself_in_every_form(settings: Settings, form: str) -> None:
    found = [Found(2, QUESTION, is_out=False), Found(3, ERROR, is_out=True)]
    rows, listed, codes = sheets(made(settings, *FORMS[form], found))
    heading, first, second, total = cells(rows)
    assert heading == ["Eilutė", "Klaidų sk.", "Kaip taisyti", "Priežastis", *ROWS[0]]
    assert (first[0], first[1], first[3]) == (2, 1, None)
    assert first[4:] == ROWS[1]
    assert second[4:] == ["A-2", "61207129837", None, "33", "-5"]
    assert total[4:6] == ["Iš viso", "2"]
    # Nothing is a formula or a number, and nothing becomes one when it is edited.
    assert {cell.data_type for row in rows.iter_rows(min_row=2, min_col=5) for cell in row if cell.value} == {"s"}
    assert rows["I2"].number_format == rows.column_dimensions["D"].number_format == "@"
    assert str(first[2]).startswith("Klausimas VIS-008 (sav): ")
    assert str(second[2]).startswith("Klaida VIS-001 (seimos_nr): ")
    # Colour and note on the very cell, also where it is empty.
    assert (rows["H2"].fill.fgColor.rgb, rows["G3"].fill.fgColor.rgb) == ("FFFFF2CC", "FFF4C7C3")
    assert rows["G2"].fill.fill_type is None
    assert rows["G3"].comment is not None and "VIS-001" in rows["G3"].comment.text
    assert [row[1:4] for row in cells(listed)[-2:]] == [["2", "sav", "VIS-008"], ["3", "seimos_nr", "VIS-001"]]
    assert ["uzdarymo_priezastis", "MIRTIS"] in [row[:2] for row in cells(codes)]


def test_a_row_has_its_own_number_below_titles_and_beside_rows_of_several_lines(settings: Settings) -> None:
    text = "Ataskaita\n\n" + as_text(ROWS[:1]) + 'A-1;;"dvi\neilutės";33;\nA-2;;S;33;=1+1\n'
    rows, *_ = sheets(made(settings, text.encode(), "csv", None, [Found(6, QUESTION, is_out=False)]))
    assert [row[4] for row in cells(rows)] == [None, None, "Atvejo nr.", "A-1", None, "A-2"]
    assert (rows["A6"].value, rows["B6"].value, rows["B4"].value) == (6, 1, None)
    assert (rows["I6"].value, rows["I6"].data_type) == ("=1+1", "s")


def test_what_is_about_the_whole_file_or_an_earlier_one_stands_on_the_list_alone(settings: Settings) -> None:
    found = [Found(0, OF_THE_FILE, is_out=False), Found(3, GONE, is_out=False)]
    rows, listed, _ = sheets(made(settings, *FORMS["csv"], found))
    assert [row[1] for row in cells(rows)[1:]] == [None, None, None]
    assert [row[1] for row in cells(listed)[-2:]] == [None, "3 (atvejai_902330016_2018-11.csv)"]


def test_of_a_large_file_the_rows_with_findings_are_copied_and_it_is_said(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MOST_CELLS", 1000)
    text = as_text([*ROWS[:1], *([f"A-{number}", "", "S", "33", ""] for number in range(412))])
    found = [Found(number, QUESTION, is_out=False) for number in (7, 300)]
    rows, listed, _ = sheets(made(settings, text.encode(), "csv", None, found))
    assert [(row[0], row[4]) for row in cells(rows)[1:]] == [(7, "A-5"), (300, "A-298")]
    assert "tik eilutės, kuriose kas nors rasta" in str(cells(listed)[3][0])


def test_a_locked_copy_opens_with_its_password_alone_and_nothing_of_it_is_on_the_disk(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    monkeypatch.setattr("tempfile.mkstemp", lambda *_, **__: pytest.fail("A file was written in clear."))
    plain = made(settings, *FORMS["csv"], [])
    secret = read_secret(settings.secret_file)
    password = secret.copy_password(1)
    kept = locked(plain, password)
    assert b"51003019808" not in kept and not kept.startswith(b"PK")
    # The same each time, another for another delivery.
    assert password == read_secret(settings.secret_file).copy_password(1) != secret.copy_password(2)
    assert len(password) == 23 and set(password) <= set("23456789abcdefghjkmnpqrstuvwxyz-")
    reader = SheetReader(Limits())
    try:
        assert reader.unlocked(kept, password) == plain
        with pytest.raises(Exception, match="locked"):
            reader.unlocked(kept, secret.copy_password(2))
        with pytest.raises(Exception, match="unreadable_bytes"):
            reader.unlocked(kept[:512] + bytes(4096), password)
    finally:
        reader.close()
    assert not any(scratch.iterdir())
