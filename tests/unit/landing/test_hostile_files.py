"""Whatever a file does to harm us, it is refused or read, in bounded memory and time, and nothing of it is run."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.landing.reading import FILES, canonical, read_bytes
from tests.unit.landing.written_sheets import ods, ods_cell, ods_row, parts, workbook, zipped

from aim.contracts.load import contracts
from aim.landing import workbooks
from aim.landing.header import kept_names
from aim.landing.rejection import RejectionError
from aim.landing.workbooks import SheetReader
from aim.settings import Limits

HEADER = "atvejo_nr;asmens_kodas;seimos_nr;sav;pranesimo_data;atidarymo_data"
COLUMNS = HEADER.split(";")
ROW = ["A-1", "51003019808", "S-1", "11", "2018-10-01", "2018-10-02"]
PLAIN = f"{HEADER}\n{';'.join(ROW)}\n".encode()
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
MB = 1024 * 1024


def refusal(content: bytes, suffixes: str = "csv", limits: Limits | None = None) -> tuple[str, str | None]:
    with pytest.raises(RejectionError) as refused:
        read_bytes(content, suffixes, limits=limits)
    return refused.value.code, refused.value.detail


def changed(part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A plain workbook with one of its parts changed."""
    held = parts(workbook([COLUMNS, ROW]))
    return zipped(held | {part: change(held[part])})


@pytest.mark.parametrize(
    ("limit", "content", "suffixes", "detail"),
    [
        ({"unpacked_bytes": 100}, PLAIN, "csv", "bytes"),
        ({"unpacked_bytes": 100}, gzip.compress(PLAIN), "csv.gz", "bytes"),
        ({"unpacked_bytes": 100}, zipped({"a.csv": PLAIN}), "csv.zip", "bytes"),
        ({"workbook_bytes": 100}, workbook([COLUMNS, ROW]), "xlsx", "bytes"),
        ({"workbook_unpacked_bytes": 100}, workbook([COLUMNS, ROW]), "xlsx", "bytes"),
        ({"sheet_cells": 11}, workbook([COLUMNS, ROW]), "xlsx", "cells"),
        ({"columns": 5}, PLAIN, "csv", "columns"),
        ({"columns": 5}, workbook([COLUMNS, ROW]), "xlsx", "columns"),
        ({"rows": 1}, PLAIN + PLAIN.split(b"\n", 1)[1], "csv", "rows"),
        ({"rows": 1}, workbook([COLUMNS, ROW, ROW]), "xlsx", "rows"),
        ({"line_bytes": 1024}, PLAIN + b"A" * 1025, "csv", "line"),
        ({"line_bytes": 1024}, PLAIN + b"A" * 1025 + b"\n" + PLAIN * 100, "csv", "line"),
        ({}, PLAIN + b'"two\nlines"\n' + b"A" * 140_000, "csv", "cell"),
    ],
)
def test_what_goes_beyond_a_limit_is_too_large_and_the_limit_is_named(
    limit: dict[str, int], content: bytes, suffixes: str, detail: str | None
) -> None:
    assert refusal(content, suffixes, Limits(**limit)) == ("too_large", detail)


def test_a_line_as_long_as_the_limit_is_taken() -> None:
    limits = Limits(line_bytes=1024)
    _, rows = read_bytes(PLAIN + b"A" * 1024 + b"\n" + PLAIN.split(b"\n", 1)[1], limits=limits)
    assert rows.height == 3


def test_a_cell_beyond_the_limit_is_unreadable_and_its_row_stays() -> None:
    _, rows = read_bytes(PLAIN.replace(b"S-1", b"S" * 51) + PLAIN.split(b"\n", 1)[1])
    first, second = canonical(rows, limits=Limits(cell_length=50))
    assert (first["_unreadable"], first["seimos_nr"]) == ("{seimos_nr}", None)
    assert (second["_unreadable"], second["seimos_nr"]) == ("{}", "S-1")


def test_paths_inside_an_archive_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "../../escaped.csv",
        "/etc/passwd",
        "C:\\windows\\a.csv",
        "a\nb.csv",
        "'; drop table ops.runs; --.csv",
    ):
        _, rows = read_bytes(zipped({name: PLAIN}), "csv.zip")
        assert rows.height == 1
    assert list(tmp_path.rglob("*")) == []


def test_an_archive_within_an_archive_is_not_opened() -> None:
    for inside in (gzip.compress(PLAIN), zipped({"a.csv": PLAIN})):
        assert refusal(gzip.compress(inside), "csv.gz")[0] in ("no_header", "unreadable_bytes", "mojibake")
        assert refusal(zipped({"a.csv": inside}), "csv.zip")[0] in ("no_header", "unreadable_bytes", "mojibake")
    assert (
        refusal(zipped({"a.xlsx": zipped({"b.xlsx": workbook([COLUMNS, ROW])})}), "xlsx.zip")[0] == "unreadable_bytes"
    )


def test_a_locked_archive_is_broken() -> None:
    locked = bytearray(zipped({"a.csv": PLAIN}))
    # The bit that says so, in the entry and in the directory.
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(locked), "csv.zip") == ("broken_archive", None)


@pytest.mark.parametrize("suffixes", ["csv.gz", "csv.zip", "xlsx", "ods", "xlsx.gz", "ods.zip"])
def test_a_file_cut_anywhere_is_rows_or_a_reason(suffixes: str) -> None:
    form, _, packing = suffixes.partition(".")
    whole = {"csv": PLAIN, "xlsx": workbook([COLUMNS, ROW]), "ods": (FILES / "date_cells.ods").read_bytes()}[form]
    if packing == "gz":
        whole = gzip.compress(whole)
    elif packing == "zip":
        whole = zipped({"a": whole})
    for size in range(0, len(whole) - 1, max(1, len(whole) // 40)):
        assert refusal(whole[:size], suffixes)[0] in ("broken_archive", "unreadable_bytes", "empty_file"), size


def test_nul_bytes_in_cells_are_findings_and_in_a_header_refuse_the_file() -> None:
    _, rows = read_bytes(PLAIN.replace(b"S-1", b"S\x001"))
    assert canonical(rows)[0]["_unreadable"] == "{seimos_nr}"
    assert refusal(PLAIN.replace(b"sav", b"s\x00av")) == ("unreadable_bytes", None)
    assert refusal(PLAIN.decode().encode("utf-16-le")) == ("unreadable_bytes", None)


def test_a_column_name_is_noted_without_codes_and_letters_that_nobody_can_print() -> None:
    reading, _ = read_bytes(PLAIN.replace(b"\n", b";pastaba\x01\x1b;510 0301 9808;51003019808\n", 1))
    assert reading.notes["unknown_columns"] == ["pastaba", "*** **** ****", "***********"]


def test_of_unknown_columns_only_names_of_other_contracts_are_kept() -> None:
    names = ["Kanarijus Giesmininkas", "Seimos nr.", "1987-06-05", "lygis"]
    assert kept_names(names, contracts().datasets.values()) == ["*" * 22, "Seimos nr.", "*" * 10, "lygis"]


def entities(outside: Path) -> bytes:
    """Declarations of what lies outside, and of laughter that grows."""
    return (
        b'<!DOCTYPE a [<!ENTITY outside SYSTEM "%s"><!ENTITY far SYSTEM "http://127.0.0.1:1/">'
        b'<!ENTITY b0 "ha"><!ENTITY b1 "&b0;&b0;&b0;&b0;"><!ENTITY b2 "&b1;&b1;&b1;&b1;">]>'
    ) % outside.as_uri().encode()


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "outside.txt"
    path.write_text("what-lies-outside")
    return path


@pytest.mark.parametrize("entity", [b"&outside;", b"&far;", b"&b2;"])
@pytest.mark.parametrize(("part", "root", "place"), [(STRINGS, b"<sst", b"A-1"), (SHEET, b"<worksheet", b"<v>0</v>")])
def test_entities_of_a_workbook_are_never_followed(
    entity: bytes, part: str, root: bytes, place: bytes, outside: Path
) -> None:
    def change(xml: bytes) -> bytes:
        assert place in xml
        told = place.replace(b"A-1", entity).replace(b"0", entity)
        return xml.replace(root, entities(outside) + root, 1).replace(place, told, 1)

    try:
        _, rows = read_bytes(changed(part, change), "xlsx")
    except RejectionError as refused:
        assert refused.code in ("unreadable_bytes", "no_header", "missing_column")
        return
    held = str(rows.to_dicts())
    assert "haha" not in held and "what-lies-outside" not in held


def test_entities_of_an_open_document_are_never_followed(outside: Path) -> None:
    rows = ods_row(*map(ods_cell, COLUMNS)) + ods_row(*map(ods_cell, ROW))
    assert read_bytes(ods(rows), "ods")[0].rows == 1
    with pytest.raises(RejectionError):
        read_bytes(ods(rows.replace(b"A-1", b"&outside;"), entities(outside)), "ods")


FAR = [b'r="AAAAAAA2"', b'r="A4000000000"', b'r="XFD1048576"', b"r='ZZZZZ9999999'", b'r="C2" r="ZZZZZ9999999"']


@pytest.mark.parametrize("reference", FAR)
def test_a_cell_far_away_costs_no_memory(reference: bytes) -> None:
    assert refusal(changed(SHEET, lambda xml: xml.replace(b'r="C2"', reference)), "xlsx")[0] == "too_large"


def test_rows_far_down_cost_no_memory_either() -> None:
    def change(xml: bytes) -> bytes:
        return xml.replace(b'<row r="2"', b'<row r="4000000000"').replace(b'r="A2"', b"")

    assert refusal(changed(SHEET, change), "xlsx")[0] in ("too_large", "unreadable_bytes")


@pytest.mark.parametrize(
    "bomb",
    [
        ods_row(ods_cell("a", columns=4_000_000_000), rows=1_000),
        ods_row(*map(ods_cell, ROW), rows=4_000_000_000),
        ods_row(*map(ods_cell, ROW)) + ods_row(ods_cell("", columns=3), rows=4_000_000_000) + ods_row(ods_cell("b")),
    ],
)
def test_cells_repeated_without_end_are_too_large(bomb: bytes) -> None:
    rows = ods_row(*map(ods_cell, COLUMNS)) + bomb
    assert refusal(ods(rows), "ods", Limits(sheet_cells=5_000_000)) == ("too_large", "cells")


def test_the_empty_rest_of_a_sheet_is_not_counted() -> None:
    rest = ods_row(ods_cell("", columns=16_384), rows=1_048_574)
    rows = ods_row(*map(ods_cell, COLUMNS), ods_cell("", columns=16_378)) + ods_row(*map(ods_cell, ROW))
    assert read_bytes(ods(rows + rest), "ods")[0].rows == 1

    def change(xml: bytes) -> bytes:
        empty = b"".join(b'<c r="%s2" s="1"/>' % name for name in (b"XFA", b"XFB", b"XFC", b"XFD"))
        return xml.replace(b"</row></sheetData>", empty + b'</row><row r="1048576"/></sheetData>')

    assert read_bytes(changed(SHEET, change), "xlsx")[0].rows == 1


def test_a_million_empty_columns_are_no_columns() -> None:
    def change(xml: bytes) -> bytes:
        return xml.replace(b'</row><row r="2"', b"<c/>" * 1_000_000 + b'</row><row r="2"')

    assert read_bytes(changed(SHEET, change), "xlsx")[0].rows == 1


def test_many_sheets_without_a_header_are_not_searched_for_ever() -> None:
    book = workbook([["x"]], sheets=60, last=[COLUMNS, ROW])
    assert refusal(book, "xlsx") == ("no_header", None)


def test_one_process_reads_on_after_a_file_that_ended_it() -> None:
    bomb = changed(SHEET, lambda xml: xml.replace(b'r="C2"', FAR[0]))
    sheets = SheetReader(Limits())
    try:
        for _ in range(2):
            assert read_bytes(workbook([COLUMNS, ROW]), "xlsx", sheets=sheets)[0].rows == 1
            with pytest.raises(RejectionError):
                read_bytes(bomb, "xlsx", sheets=sheets)
    finally:
        sheets.close()


def test_a_workbook_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "SHEET_SECONDS", 0)
    assert refusal(workbook([COLUMNS, ROW]), "xlsx") == ("too_large", "time")


def test_a_process_that_ends_through_no_file_blames_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="ended with"):
        read_bytes(workbook([COLUMNS, ROW]), "xlsx")


def _packed(path: Path, *blocks: bytes) -> None:
    with gzip.open(path, "wb", 1) as file:
        for block in blocks:
            file.write(block)


def _one_line_of_a_gigabyte(path: Path) -> None:
    """A file with a hole: a gigabyte of NUL bytes that takes no room on the disk."""
    path.write_bytes(PLAIN)
    os.truncate(path, 1024 * MB)


def _strings_without_end(path: Path) -> None:
    held = parts(workbook([COLUMNS, ROW]))
    held[STRINGS] = held[STRINGS].replace(b"</sst>", b"<si/>" * 20_000_000 + b"</sst>")
    path.write_bytes(zipped(held))


@pytest.mark.parametrize(
    ("name", "write", "outcome"),
    [
        ("one_line.csv", _one_line_of_a_gigabyte, "too_large line"),
        ("zeros.csv.gz", lambda path: _packed(path, PLAIN, *[b"0" * MB] * 80), "too_large expansion"),
        ("blank_lines.csv.gz", lambda path: _packed(path, PLAIN, b"\n" * 9 * MB), "1 rows"),
        ("many_cells.csv.gz", lambda path: _packed(path, PLAIN, *[b"x;" * (MB // 2 - 1) + b"\n"] * 6), "7 rows"),
        ("long_cells.csv.gz", lambda path: _packed(path, PLAIN, *[b"3" * 30_000 + b"\n"] * 1_000), "1001 rows"),
        ("strings.xlsx", _strings_without_end, "too_large memory"),
    ],
)
def test_memory_stays_bounded(name: str, write: Callable[[Path], Any], outcome: str, tmp_path: Path) -> None:
    path = tmp_path / name
    write(path)
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.landing.measured_reading", str(path)],
        capture_output=True, text=True, check=True, cwd=FILES.parents[2],
    )  # fmt: skip
    told, megabytes, beside = json.loads(done.stdout)
    assert told == outcome
    assert megabytes < 250 and beside < 512


def test_a_bomb_in_a_zip_is_stopped_by_how_much_it_expands() -> None:
    bomb = zipped({"a.csv": PLAIN + b"0" * 70 * MB})
    assert refusal(bomb, "csv.zip") == ("too_large", "expansion")
