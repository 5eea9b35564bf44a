"""Whatever dress a provider's file comes in, the same rows come out, numbered as on the provider's screen."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.landing.reading import FILES, canonical, read, read_bytes
from tests.unit.landing.written_sheets import ods, ods_cell, ods_row, workbook

from aim.contracts.load import contracts
from aim.landing import encoding, text_files
from aim.landing.rejection import RejectionError
from aim.landing.workbooks import SheetReader
from aim.settings import Limits

SHEETS = SheetReader(Limits())
HEADER = "atvejo_nr;asmens_kodas;seimos_nr;sav;pranesimo_data;atidarymo_data"


@pytest.fixture(scope="module", autouse=True)
def _sheets_end() -> Iterator[None]:
    yield
    SHEETS.close()


def numbers_and_cases(name: str) -> list[tuple[int, str]]:
    _, rows = read(name)
    return list(rows.select("row_number", "atvejo_nr").iter_rows())


@pytest.mark.parametrize(
    "name",
    [
        "plain.csv", "utf8_with_mark.csv", "utf16_with_mark.txt", "windows_1257.csv", "carriage_returns.csv",
        "old_mac_line_ends.csv", "pipes.txt", "commas.csv", "tabs.tsv", "no_line_end_at_the_end.csv", "packed.csv.gz",
        "packed.csv.zip",
    ],
)  # fmt: skip
def test_every_dress_gives_the_same_rows(name: str) -> None:
    _, plain = read("plain.csv")
    reading, rows = read(name)
    assert canonical(rows) == canonical(plain)
    assert (reading.rows, reading.is_nil) == (2, False)
    assert rows["row_number"].to_list() == [2, 3]


@pytest.mark.parametrize(("name", "encoding"), [("plain.csv", "utf-8"), ("utf8_with_mark.csv", "utf-8"),
    ("utf16_with_mark.txt", "utf-16"), ("windows_1257.csv", "cp1257")])  # fmt: skip
def test_the_encoding_is_noted(name: str, encoding: str) -> None:
    assert read(name)[0].notes["encoding"] == encoding


def test_titles_above_the_header_are_skipped_and_rows_keep_their_numbers() -> None:
    assert numbers_and_cases("titles_above_the_header.csv") == [(5, "A-1"), (6, "A-2")]


def test_columns_come_in_any_order_under_any_spelling_and_unknown_ones_are_noted() -> None:
    reading, rows = read("columns_in_another_order.csv")
    (row,) = canonical(rows)
    assert (row["atvejo_nr"], row["seimos_nr"], row["sav"]) == ("A-1", "S-1", "11")
    assert row["uzdarymo_data"] is None
    assert reading.notes["unknown_columns"] == ["pastabos"]


def test_a_header_may_span_lines() -> None:
    assert numbers_and_cases("header_over_two_lines.csv") == [(3, "A-1")]


def test_a_line_end_in_quotes_belongs_to_the_cell_and_the_next_row_keeps_its_line_number() -> None:
    _, rows = read("newline_in_quotes.csv")
    assert rows.select("row_number", "seimos_nr").rows() == [(2, "S\n1"), (4, "0012")]


def test_quotes_protect_separators_and_double_themselves() -> None:
    _, rows = read("separator_in_quotes.csv")
    assert rows.select("atvejo_nr", "seimos_nr").row(0) == ("A;1", 'S "1"')


def test_a_quote_within_a_cell_is_a_letter() -> None:
    assert read("quote_within_a_cell.csv")[1]["seimos_nr"].to_list() == ['S"1', "0012"]


def test_total_rows_at_the_end_are_dropped_and_counted() -> None:
    reading, rows = read("total_row_at_the_end.csv")
    assert rows["atvejo_nr"].to_list() == ["A-1", "A-2"]
    assert (reading.notes["total_rows"], reading.notes["blank_rows"], reading.rows) == (2, 1, 2)


def test_a_total_row_in_the_middle_is_a_row() -> None:
    reading, rows = read("total_row_in_the_middle.csv")
    assert rows["atvejo_nr"].to_list() == ["A-1", "Viso", "A-2"]
    assert reading.notes["total_rows"] == 0


def test_a_code_that_is_called_total_heads_a_row_unless_all_other_keys_are_missing() -> None:
    acts = contracts().datasets["nepilnameciu_veikos"]
    lines = [
        "veikos_grupe;sav;amzius;lytis;veiku_sk;asmenu_sk",
        "VAGYSTE;11;14;V;3;2",
        "Viso;11;14;V;3;2",
        "Viso;-;;;6;4",
    ]
    reading, rows = read_bytes("\n".join(lines).encode(), contract=acts)
    assert (rows["row_number"].to_list(), reading.notes["total_rows"]) == ([2, 3], 1)


def test_a_total_row_stays_held_across_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "BATCH_BYTES", 200)
    reading, rows = read("total_row_in_the_middle.csv")
    assert rows["row_number"].to_list() == [2, 3, 4]
    reading, rows = read("total_row_at_the_end.csv")
    assert (rows["row_number"].to_list(), reading.notes["total_rows"]) == ([2, 3], 2)


def test_blank_rows_are_skipped_and_counted() -> None:
    reading, rows = read("blank_rows.csv")
    assert rows["row_number"].to_list() == [3, 6]
    assert reading.notes["blank_rows"] == 5


@pytest.mark.parametrize("name", ["nil_return.csv", "nil_return_short_row.csv", "nil_return.xlsx"])
def test_nil_returns(name: str) -> None:
    reading, rows = read(name)
    assert (reading.is_nil, reading.rows, rows.height) == (True, 0, 0)


def test_a_nil_return_beside_rows_is_a_row() -> None:
    reading, rows = read("nil_return_with_rows.csv")
    assert (reading.is_nil, reading.rows, rows["row_number"].to_list()) == (False, 2, [2, 3])


@pytest.mark.parametrize(
    ("name", "code", "detail"),
    [
        ("header_only.csv", "header_only", None),
        ("header_and_total_only.csv", "header_only", None),
        ("empty.csv", "empty_file", None),
        ("blank.csv", "empty_file", None),
        ("no_header.csv", "no_header", None),
        ("missing_column.csv", "missing_column", "seimos_nr, sav"),
        ("missing_personal_code_column.csv", "missing_column", "asmens_kodas"),
        ("mojibake_in_header.csv", "mojibake", "Ð"),
        ("mojibake_in_a_cell.csv", "mojibake", "ð"),
        ("mojibake_with_digits.csv", "mojibake", "ð"),
        ("mojibake.xlsx", "mojibake", "Ð"),
        ("undefined_bytes.csv", "unreadable_bytes", None),
        ("open_quote.csv", "open_quote", "3"),
        ("damaged.csv.gz", "broken_archive", None),
        ("not_packed_at_all.csv.gz", "broken_archive", None),
        ("damaged.csv.zip", "broken_archive", None),
        ("damaged_directory.csv.zip", "broken_archive", None),
        ("several_inside.csv.zip", "several_inside", "2"),
        ("nothing_inside.csv.zip", "nothing_inside", None),
        ("not_a_workbook.xlsx", "unreadable_bytes", None),
        ("damaged.xlsx", "unreadable_bytes", None),
        ("one_cell_far_away.xlsx", "too_large", "memory"),
    ],
)
def test_files_that_cannot_be_taken(name: str, code: str, detail: str | None) -> None:
    with pytest.raises(RejectionError) as refused:
        read(name)
    assert (refused.value.code, refused.value.detail) == (code, detail)


def test_one_bad_byte_in_a_utf8_file_is_not_hidden_by_another_code_page() -> None:
    with pytest.raises(RejectionError) as refused:
        read("utf8_with_one_bad_byte.csv")
    assert refused.value.code == "unreadable_bytes"
    with pytest.raises(RejectionError) as refused:
        read_bytes(f"{HEADER};Priemonė\n".encode() + b"A-1;\xff;S;11;;\n")
    assert (refused.value.code, refused.value.detail) == ("mojibake", "Ä—")


def test_rows_with_too_many_or_too_few_cells_stay_rows() -> None:
    _, rows = read("ragged_rows.csv")
    assert [(row["row_number"], row["_unreadable"]) for row in canonical(rows)] == [
        (2, "{*}"), (3, "{}"), (4, "{}"), (5, "{*}")
    ]  # fmt: skip


def test_the_first_sheet_with_the_header_counts_and_rows_are_sheet_rows() -> None:
    _, rows = read("second_sheet.xlsx")
    first, second = canonical(rows)
    assert (first["row_number"], second["row_number"]) == (5, 7)
    assert (first["seimos_nr"], second["sav"]) == ("0012", "11")
    assert (first["pranesimo_data"], first["vadybininko_paskyrimo_data"]) == ("2018-10-01", "2018-10-03")
    assert (second["pranesimo_data"], second["atidarymo_data"]) == ("2018-10-01", "2018-10-09")
    assert (second["uzdarymo_data"], second["uzdarymo_priezastis"]) == ("2018-10-30", "KITA")


def test_open_document_sheets_too() -> None:
    _, rows = read("date_cells.ods")
    first, second = canonical(rows)
    assert (first["row_number"], first["seimos_nr"], first["atidarymo_data"]) == (4, "0012", "2018-10-02")
    assert (second["atvejo_nr"], second["_unreadable"]) == (None, "{atvejo_nr}")


def test_identifiers_kept_as_numbers_are_findings() -> None:
    _, rows = read("identifiers_as_numbers.xlsx")
    (row,) = canonical(rows)
    assert row["_unreadable"] == "{atvejo_nr,asmens_kodas,seimos_nr}"
    assert row["sav"] == "11"


ERRORS = ["#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"]


@pytest.mark.parametrize("shown", ERRORS)
def test_an_error_in_a_sheet_is_unreadable_and_not_missing(shown: str) -> None:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER.split(";"))
    sheet.write_row(1, 0, ["A-1", "51003019808", "", "11", "2018-10-01"])
    sheet.write_formula(1, 2, "=A1/0", None, shown)
    sheet.write_formula(1, 5, "=A1/0", None, shown)
    book.close()
    row = canonical(read_bytes(written.getvalue(), "xlsx")[1])[0]
    assert (row["_unreadable"], row["seimos_nr"]) == ("{seimos_nr,atidarymo_data}", None)


def test_an_error_in_an_open_document_too() -> None:
    error = (
        b'<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value=""'
        b' calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    )
    cells = [ods_cell("A-1"), ods_cell("51003019808"), error, *map(ods_cell, ["11", "2018-10-01", "2018-10-02"])]
    content = ods(ods_row(*map(ods_cell, HEADER.split(";"))) + ods_row(*cells))
    row = canonical(read_bytes(content, "ods")[1])[0]
    assert (row["_unreadable"], row["seimos_nr"], row["sav"]) == ("{seimos_nr}", None, "11")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(alphabet=st.sampled_from(list("aš\";,\x1f\n|\t '\\")), max_size=6), min_size=6, max_size=8
        ).filter(lambda row: row[0].strip()),
        min_size=1,
        max_size=5,
    )
)
def test_cells_of_a_sheet_come_as_they_are(rows: list[list[str]]) -> None:
    _, found = read_bytes(workbook([HEADER.split(";"), *rows]), "xlsx", sheets=SHEETS)
    assert found["row_number"].to_list() == list(range(2, 2 + len(rows)))
    for column, name in enumerate(HEADER.split(";")):
        assert [cell or "" for cell in found[name]] == [row[column] for row in rows]
    assert found["_extra"].to_list() == [any(cell.strip() for cell in row[6:]) for row in rows]


def test_a_header_alone_in_a_sheet_and_a_nil_return_in_an_open_document() -> None:
    with pytest.raises(RejectionError) as refused:
        read_bytes(workbook([HEADER.split(";")]), "xlsx")
    assert refused.value.code == "header_only"
    header = ods_row(*map(ods_cell, HEADER.split(";")))
    assert read_bytes(ods(header + ods_row(ods_cell("Nėra duomenų"))), "ods")[0].is_nil


cells = st.text(alphabet=st.sampled_from(list("aš1 ;,\t|\"\n'-\\")), max_size=6).filter(
    lambda cell: cell.strip("\n") == cell
)


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.lists(cells, min_size=6, max_size=6).filter(lambda row: row[0].strip()), min_size=1, max_size=12),
    separator=st.sampled_from(";,\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_the_csv_module_writes_is_read_back(
    rows: list[list[str]], separator: str, quoting: int, line_end: str
) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator, quoting=quoting, lineterminator=line_end)
    writer.writerow(HEADER.split(";"))
    numbers = []
    for row in rows:
        numbers.append(written.getvalue().count("\n") + 1)
        writer.writerow(row)
    _, found = read_bytes(written.getvalue().encode())
    assert found["row_number"].to_list() == numbers
    names = HEADER.split(";")
    for name, column in zip(names, zip(*rows, strict=True), strict=True):
        assert [cell or "" for cell in found[name]] == list(column)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["csv", "csv.gz", "csv.zip", "xlsx", "ods"]))
def test_any_bytes_are_rows_or_a_reason_but_never_a_failure(content: bytes, suffixes: str) -> None:
    for whole in (content, f"{HEADER}\n".encode() + content):
        try:
            _, rows = read_bytes(whole, suffixes)
        except RejectionError:
            continue
        if rows.height:
            canonical(rows)


def test_blocks_cut_anywhere_give_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    content = (FILES / "newline_in_quotes.csv").read_bytes()
    _, whole = read_bytes(content)
    for size in range(140, 200):
        monkeypatch.setattr(encoding, "BATCH_BYTES", size)
        _, cut = read_bytes(content)
        assert cut.equals(whole)


def test_plain_and_careful_reading_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("plain.csv", "ragged_rows.csv", "blank_rows.csv", "total_row_at_the_end.csv"):
        _, plain = read(name)
        with monkeypatch.context() as careful:
            careful.setattr(text_files, "_plain_rows", lambda *_: None)
            _, slow = read(name)
        # An empty cell is null to one and empty to the other; to the canonicaliser both are missing.
        assert slow.with_columns(pl.col(pl.String).fill_null("")).equals(
            plain.with_columns(pl.col(pl.String).fill_null(""))
        )
