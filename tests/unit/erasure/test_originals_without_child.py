"""An original without the child reads as it did, those rows gone, and holds the code nowhere; all else is as it was."""

from __future__ import annotations

import gzip
import io
import random
from collections.abc import Iterator
from dataclasses import replace

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from tests.unit.landing.dressed_files import CODES, dressed
from tests.unit.landing.reading import FILES, read_bytes, reference
from tests.unit.landing.written_sheets import ods, ods_cell, ods_row, parts, workbook, zipped

from aim.contracts.load import contracts
from aim.erasure.original import Erased, Label, without_child
from aim.erasure.packed import unpack
from aim.erasure.readings import Readings
from aim.erasure.sought import Sought, read_sought
from aim.landing.check_digits import ways_to_write
from aim.landing.workbooks import SheetReader
from aim.settings import Limits

FORMS = [form + packing for form in ("csv", "txt", "tsv", "xlsx", "ods") for packing in ("", ".gz", ".zip")]
CODE, OTHER = "51003019808", "61207129837"
PROVIDER = "302110011"
CASES = contracts().datasets["atvejai"]
HEADER = ["atvejo_nr", "asmens_kodas", "seimos_nr", "sav", "pranesimo_data", "atidarymo_data"]
SHEETS = SheetReader(Limits())
READINGS = Readings(reference(), Limits(), SHEETS)
LABEL = Label(PROVIDER, CASES, frozenset())


@pytest.fixture(scope="module", autouse=True)
def _sheets_end() -> Iterator[None]:
    yield
    SHEETS.close()


def sought(code: str = CODE) -> Sought:
    return read_sought(code, [PROVIDER])


def erased(content: bytes, label: Label = LABEL, code: str = CODE) -> Erased:
    return without_child(content, label, sought(code), (), READINGS, Limits())


def row(number: int, code: str) -> list[str]:
    return [f"A-{number}", code, f"S-{number}", "11", "2018-10-01", "2018-10-02"]


def lines(*rows: list[str], separator: str = ";", end: str = "\n") -> str:
    return "".join(separator.join(cells) + end for cells in [HEADER, *rows])


def inside(content: bytes) -> list[str]:
    """Everything that can be read in an original, its parts one by one."""
    opened = unpack(content, Limits())
    if opened.form == "csv":
        return [opened.content.decode("utf-16" if opened.content[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1")]
    return [part.decode("latin-1") for part in parts(opened.content).values()]


def assert_is_nowhere(content: bytes, code: str = CODE) -> None:
    assert not any(ways_to_write(code).search(text) for text in inside(content))


@pytest.mark.parametrize("dataset", ["atvejai", "paslaugos", "smurtas"])
@settings(max_examples=40, deadline=None)
@given(
    suffixes=st.sampled_from(FORMS), count=st.integers(1, 8), seed=st.integers(0, 2**32), code=st.sampled_from(CODES)
)
def test_any_form_reads_as_before_without_the_childs_rows(
    dataset: str, suffixes: str, count: int, seed: int, code: str
) -> None:
    contract = contracts().datasets[dataset]
    file = dressed(contract, count, suffixes, random.Random(seed))
    gone = {number for number, values in file.rows.items() if values["asmens_kodas"] == code}
    found = erased(file.content, replace(LABEL, contract=contract), code)
    if not gone:
        assert found == Erased(file.content, is_same=True)
        return
    assert found.rows == gone
    assert found.content is not None
    assert_is_nowhere(found.content, code)
    if len(gone) == count:
        return
    _, before = read_bytes(file.content, suffixes, contract, sheets=SHEETS)
    reading, after = read_bytes(found.content, suffixes, contract, sheets=SHEETS)
    assert reading.rows == count - len(gone)
    missing = pl.col(pl.String).fill_null("")
    expected = before.filter(~before["row_number"].is_in(list(gone)))
    assert after.with_columns(missing).equals(expected.with_columns(missing))


LETTERS = st.text(st.sampled_from('aąĖ 1;,|\t"\n–'), max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    notes=st.lists(st.tuples(st.sampled_from([CODE, OTHER]), LETTERS), min_size=1, max_size=8),
    separator=st.sampled_from(";,|\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1257"]),
    quotes=st.booleans(),
)
def test_every_other_byte_of_a_text_stays(
    notes: list[tuple[str, str]], separator: str, end: str, codec: str, quotes: bool
) -> None:
    def written(cell: str) -> str:
        must = any(letter in cell for letter in '"\n' + separator)
        return '"' + cell.replace('"', '""') + '"' if must or quotes else cell

    def line(cells: list[str]) -> str:
        return separator.join(map(written, cells)) + end

    rows = [line([*row(number, code), note]) for number, (code, note) in enumerate(notes)]
    heads = separator.join([*HEADER, "pastaba"]) + end
    content = (heads + "".join(rows)).encode(codec)
    found = erased(content)
    if all(code == OTHER for code, _ in notes):
        assert found.is_same
        return
    # In the place of a row its line ends stay, one for each line it took.
    assert found.content is not None
    kept = [
        text if code == OTHER else "".join(letter for letter in text.replace("\r\n", "¶") if letter in "\n¶")
        for text, (code, _) in zip(rows, notes, strict=True)
    ]
    assert found.content == (heads + "".join(kept)).replace("¶", "\r\n").encode(codec)


def test_the_numbers_of_all_other_rows_stay() -> None:
    found = erased(lines(row(1, CODE), row(2, OTHER), row(3, CODE), row(4, OTHER)).encode())
    assert (
        found.content
        == lines(row(1, "#"), row(2, OTHER), row(3, "#"), row(4, OTHER))
        .replace(";".join(row(1, "#")), "")
        .replace(";".join(row(3, "#")), "")
        .encode()
    )
    assert found.rows == {2, 4}


@pytest.mark.parametrize("cell", ["510 0301 9808", "5100301-9808", " 51003019808 ", "51003019808.0"])
def test_a_code_that_landing_could_not_read_is_the_childs_too(cell: str) -> None:
    found = erased(lines(row(1, cell), row(2, OTHER)).encode())
    assert found.rows == {2}
    assert found.content is not None
    assert_is_nowhere(found.content)


@pytest.mark.parametrize("cell", ["1E999999999999", "-1e-99999999999", "Infinity and beyond", "61003019808.5", "NaN"])
def test_a_cell_that_is_no_code_is_nobodys(cell: str) -> None:
    found = erased(lines(row(1, cell), row(2, CODE)).encode())
    assert found.rows == {3}


def test_in_another_childs_text_the_code_alone_is_starred_out() -> None:
    content = lines([*row(1, OTHER), f"brolis {CODE}"], row(2, OTHER)).encode()
    found = erased(content)
    assert found.rows == frozenset()
    assert found.content == content.replace(CODE.encode(), b"*" * 11)


def test_a_workbook_keeps_no_text_of_the_row_in_any_part() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in ([*HEADER, "vardas"], [*row(1, CODE), "Tomas"], [*row(2, OTHER), "Rūta"], [*row(3, CODE), "Rūta"]):
        sheet.append(cells)
    sheet["B2"].comment = Comment("Tomo byla", "A")
    sheet["B3"].comment = Comment("Rūtos byla", "A")
    second = book.create_sheet("Sąrašas")
    second.append(["Eil.", "Kodas", "Vardas"])
    second.append([1, CODE, "Tomas"])
    second.append([2, int(CODE), "Tomukas"])
    second.append([3, OTHER, "Rūta"])
    written = io.BytesIO()
    book.save(written)
    found = erased(written.getvalue())
    assert found.rows == {2, 4}
    assert found.content is not None
    assert_is_nowhere(found.content)
    everything = "".join(part.decode("utf-8", "replace") for part in parts(found.content).values())
    assert "Tomas" not in everything and "Tomukas" not in everything and "Tomo byla" not in everything
    again = openpyxl.load_workbook(io.BytesIO(found.content))
    assert [cell.value for cell in again.worksheets[0][3]] == [*row(2, OTHER), "Rūta"]
    assert again.worksheets[0]["B3"].comment.text == "Rūtos byla"
    assert [[cell.value for cell in line] for line in again.worksheets[1].iter_rows()] == [
        ["Eil.", "Kodas", "Vardas"],
        [None, None, None],
        [None, None, None],
        [3, OTHER, "Rūta"],
    ]


def test_all_other_parts_of_a_workbook_stay_byte_for_byte() -> None:
    before = workbook([HEADER, row(1, CODE), row(2, OTHER)])
    found = erased(before)
    assert found.content is not None
    changed = {name for name, content in parts(found.content).items() if content != parts(before)[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"}


def test_a_code_typed_as_a_number_is_found() -> None:
    found = erased(workbook([HEADER, ["A-1", int(CODE), *row(1, "")[2:]], row(2, OTHER)]))
    assert found.rows == {2}
    assert found.content is not None
    assert_is_nowhere(found.content)


def test_rows_alike_in_an_ods_are_one_element_and_go_together() -> None:
    def cells(code: str) -> list[bytes]:
        return [ods_cell(cell) for cell in row(1, code)]

    content = ods(
        ods_row(*map(ods_cell, HEADER)) + ods_row(*cells(OTHER), rows=2) + ods_row(*cells(CODE), rows=3)
        + ods_row(*cells(OTHER))
    )  # fmt: skip
    found = erased(content)
    assert found.rows == {4, 5, 6}
    assert found.content is not None
    assert_is_nowhere(found.content)
    _, after = read_bytes(found.content, "ods", sheets=SHEETS)
    assert after["row_number"].to_list() == [2, 3, 7]


def shared_formula() -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written)
    sheet = book.add_worksheet()
    for number, cells in enumerate([HEADER, row(1, CODE), row(2, OTHER)]):
        sheet.write_row(number, 0, cells)
    sheet.write_array_formula("H2:H3", "{=A2:A3}", value="A-1")
    book.close()
    return written.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        zipped(parts(workbook([HEADER, row(1, CODE)])) | {"xl/pivotCache/pivotCacheRecords1.xml": b"<r/>"}),
        zipped(parts(workbook([HEADER, row(1, CODE)])) | {"xl/sharedStrings.xml": b"<sst><si><t>51003019808"}),
        shared_formula(),
        ods(b"<table:tracked-changes/>" + ods_row(*map(ods_cell, HEADER)) + ods_row(*map(ods_cell, row(1, CODE)))),
        gzip.compress(lines(row(1, CODE)).encode())[:-9],
        zipped({"a.csv": b"", "b.csv": lines(row(1, CODE)).encode()}),
        b"\xd0\xcf\x11\xe0" + CODE.encode(),
        lines(row(1, CODE)).encode("utf-16-le"),
        (FILES / "damaged.csv.zip").read_bytes(),
    ],
    ids=[
        "pivot",
        "damaged",
        "array formula",
        "changes kept",
        "cut gzip",
        "two inside",
        "old xls",
        "no mark",
        "bad zip",
    ],
)
def test_what_cannot_be_searched_or_kept_goes_as_a_whole(content: bytes) -> None:
    assert erased(content).content is None


def test_a_damaged_file_of_a_dataset_without_persons_stays() -> None:
    content = (FILES / "damaged.csv.zip").read_bytes()
    population = Label(PROVIDER, contracts().datasets["gyventojai"], frozenset())
    assert erased(content, population) == Erased(content, is_same=True)


def test_of_a_file_nobody_knows_the_lines_of_the_child_go() -> None:
    content = f"ataskaita\n1;{CODE};Tomas\n2;{OTHER};Rūta {CODE}\n".encode("cp1257")
    found = erased(content, Label("", None, frozenset()))
    assert found.content == f"ataskaita\n\n2;{OTHER};Rūta {'*' * 11}\n".encode("cp1257")
    assert found.taken == 1


def test_assessments_of_the_childs_cases_go_by_their_number() -> None:
    contract = contracts().datasets["vertinimai"]
    heads = "atvejo_nr;vertinimo_nr;vertinimo_data;klausimo_nr;lygis;vertintojo_grupe\n"
    answers = [f"{case};V-{case};2018-10-10;1.1;2;SOCIALINIS\n" for case in ("A-1", "A-10", "A-2")]
    found = erased((heads + "".join(answers)).encode(), Label(PROVIDER, contract, frozenset({"A-1"})))
    assert found.rows == {2}
    assert found.content == (heads + "\n" + "".join(answers[1:])).encode()


def test_a_temporary_number_is_the_childs_at_its_own_provider_alone() -> None:
    content = (";".join([*HEADER, "laikinas_nr"]) + "\n" + ";".join([*row(1, ""), "7"]) + "\n" + ";".join(
        [*row(7, OTHER), "7"]
    ) + "\n").encode()  # fmt: skip
    child = read_sought(f"{PROVIDER} 7", [PROVIDER])
    assert without_child(content, LABEL, child, (), READINGS, Limits()).rows == {2}
    elsewhere = replace(LABEL, provider_code="902330016")
    assert without_child(content, elsewhere, child, (), READINGS, Limits()).is_same
