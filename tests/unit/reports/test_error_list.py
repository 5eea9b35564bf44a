"""The list beside a letter: every row, in the order of the file, nothing that a spreadsheet would run, no value."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from letters_told import FULL, delivery, finding, letter, report, section, speech, written

from aim.reports.error_list import error_lists, safe_cell
from aim.reports.findings import ROWS_SHOWN
from aim.reports.letter import Section


def cells(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(content.decode("utf-8-sig").splitlines(), delimiter=";"))


def test_every_row_stands_in_the_list_though_the_letter_tells_the_first_ones() -> None:
    many, one = finding(40, *range(200, 240)), finding(1, 88, code="ATV-001", field="atidarymo_data")
    (file,) = error_lists(speech(), (many, one))
    assert file.file_name == "klaidos_atvejai_902330016_2018-12_1.csv"
    header, *rows = cells(file.content)
    assert header == ["Pateiktis", "Eilutė", "Laukas", "Taisyklė", "Kas negerai", "Kaip taisyti", "Priežastis"]
    assert [int(row[1]) for row in rows] == [88, *range(200, 240)]
    assert rows[0][2:4] == ["atidarymo_data", "ATV-001"]
    assert all(row[5] and not row[6] for row in rows)
    assert len(many.first_rows) == ROWS_SHOWN


def test_a_list_a_delivery_hangs_on_the_letter_once_and_is_named_in_it() -> None:
    told = letter(section(FULL))
    assert [one.file_name for one in told.attachments] == ["terminai.ics", "klaidos_atvejai_902330016_2018-12_1.csv"]
    assert "klaidos_atvejai_902330016_2018-12_1.csv" in written(FULL).text


def test_the_words_of_a_letter_are_the_same_whatever_number_the_ledger_gave_the_delivery() -> None:
    def told(number: int) -> Section:
        numbered = delivery(delivery_id=number)
        return section(report(deliveries=(numbered,), errors=(replace(finding(3), delivery=numbered),)))

    first, second = told(1), told(77)
    assert [one.file_name for one in first.attachments] != [one.file_name for one in second.attachments]
    assert first.fingerprint == second.fingerprint


def test_what_is_about_the_file_or_an_earlier_one_has_no_row_of_this_one() -> None:
    whole = replace(finding(1, code="VIS-015"), fields=(), rows=())
    gone = replace(finding(1, 7, code="ATV-003", field="atvejo_nr"), stood_in="atvejai_902330016_2018-11.csv")
    other = replace(finding(1, 3), delivery=delivery(delivery_id=2))
    lists = error_lists(speech("en"), (whole, gone, other))
    assert len(lists) == 2
    assert [row[1] for row in cells(lists[0].content)[1:]] == ["", "7 (atvejai_902330016_2018-11.csv)"]


@pytest.mark.parametrize("text", ["=1+1", "+370", "-5", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell("Kaip = taisyti") == "Kaip = taisyti"
