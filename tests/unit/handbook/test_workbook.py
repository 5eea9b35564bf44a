"""A template: what may be picked is what the contract allows, and what is filled in is read back the same."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.datavalidation import DataValidation
from tests.filling import fill, read

from aim.clock import VILNIUS
from aim.contracts.calendar import Period
from aim.contracts.load import contracts
from aim.contracts.models import FieldContract, FieldType
from aim.handbook.datasets_told import NIL
from aim.handbook.sources import Sources
from aim.handbook.words import Words
from aim.handbook.workbook import BOOLEANS, Slice, write_workbook
from aim.landing.gate import label
from aim.landing.rejection import RejectionError
from aim.settings import Settings

TODAY = date(2026, 11, 22)
SOURCES = Sources.read(Settings.from_env({}), TODAY)
DATASETS = sorted(contracts().datasets)
WITH_SPECIMEN = [name for name in DATASETS if name in contracts().rule_sets]


def written(folder: Path, dataset: str, lang: str = "lt", of: Slice | None = None) -> Path:
    path = folder / f"{dataset}.xlsx"
    write_workbook(path, dataset, SOURCES, Words(lang), of)
    return path


def validations(path: Path) -> tuple[openpyxl.Workbook, dict[str, DataValidation]]:
    """The workbook, and of each column of its first sheet what is validated."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    found = {}
    for one in sheet.data_validations.dataValidation:
        (column, first, last_column, last) = range_boundaries(str(one.sqref))
        assert (first, last, last_column) == (2, 1_048_576, column)
        found[str(sheet.cell(1, column).value)] = one
    return book, found


def picked(book: openpyxl.Workbook, validation: DataValidation) -> list[str]:
    """What a drop-down offers."""
    sheet, _, span = validation.formula1.replace("'", "").partition("!")
    return [str(cell.value) for row in book[sheet][span.replace("$", "")] for cell in row]


def allowed(field: FieldContract) -> list[str] | None:
    if field.type is FieldType.MUNICIPALITY:
        return list(SOURCES.reference.municipalities)
    if field.type is FieldType.BOOL:
        return list(BOOLEANS)
    return list(SOURCES.reference.code_lists[field.code_list]) if field.code_list else None


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_template_sent_back_empty_is_a_file_with_a_header_only(dataset: str, tmp_path: Path) -> None:
    contract = contracts().datasets[dataset]
    for lang in ("lt", "en"):
        path = written(tmp_path, dataset, lang)
        with pytest.raises(RejectionError) as refused:
            read(path.read_bytes(), "xlsx", contract, SOURCES.reference)
        assert refused.value.code == "header_only"


@pytest.mark.parametrize("dataset", WITH_SPECIMEN)
def test_a_filled_template_is_read_as_the_same_rows_as_a_text_file(dataset: str, tmp_path: Path) -> None:
    contract, specimen = contracts().datasets[dataset], contracts().rule_sets[dataset].specimen
    path = written(tmp_path, dataset)
    fill(path, contract, [specimen])
    reading, rows = read(path.read_bytes(), "xlsx", contract, SOURCES.reference)
    columns = [field.name for field in contract.fields]
    text = "\n".join(";".join(cells) for cells in (columns, [specimen.get(column, "") for column in columns]))
    _, same = read(text.encode(), "csv", contract, SOURCES.reference)
    assert rows.to_dicts() == same.to_dicts()
    assert rows["_unreadable"].to_list() == ["{}"]
    assert not reading.header.unknown and reading.header.row == 1
    assert set(reading.header.fields) >= set(columns)


@pytest.mark.parametrize("dataset", DATASETS)
def test_drop_downs_hold_exactly_the_codes_the_contract_allows(dataset: str, tmp_path: Path) -> None:
    book, found = validations(written(tmp_path, dataset))
    for field in contracts().datasets[dataset].fields:
        offered = picked(book, found[field.name]) if found[field.name].type == "list" else None
        assert offered == allowed(field), field.name


@pytest.mark.parametrize("dataset", DATASETS)
def test_each_column_says_what_to_write_and_keeps_it_as_it_is_typed(dataset: str, tmp_path: Path) -> None:
    for lang in ("lt", "en"):
        book, found = validations(written(tmp_path, dataset, lang))
        sheet = book.worksheets[0]
        assert sheet.freeze_panes == "A2" and sheet.max_row == 1
        for place, field in enumerate(contracts().datasets[dataset].fields, 1):
            validation = found[field.name]
            title = field.title.lt if lang == "lt" else field.title.en
            assert validation.promptTitle == field.name
            assert title in str(validation.prompt) and len(validation.prompt) <= 255
            assert validation.showInputMessage and validation.showErrorMessage
            # Where a nil return is written, the sheet warns and gives way.
            assert (validation.errorStyle == "warning") == (place == 1)
            form = sheet.column_dimensions[openpyxl.utils.get_column_letter(place)].number_format
            numbers = (FieldType.DATE, FieldType.INT, FieldType.DECIMAL)
            assert (form == "@") == (field.type not in numbers), field.name


def test_a_nil_return_can_be_written_into_a_template(tmp_path: Path) -> None:
    path = written(tmp_path, "atvejai")
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A2"] = NIL
    book.save(path)
    reading, _ = read(path.read_bytes(), "xlsx", contracts().datasets["atvejai"], SOURCES.reference)
    assert reading.is_nil and reading.rows == 0


def test_a_template_of_a_slice_bears_a_name_that_the_gate_takes_and_says_when_it_is_due(tmp_path: Path) -> None:
    provider = next(one for one in SOURCES.providers.values() if one.kind == "spc")
    of = Slice(provider, Period.parse("2026-10"))
    name = of.file_name("atvejai")
    assert label(name, datetime(2026, 11, 3, 9, 0, tzinfo=VILNIUS), contracts(), SOURCES.providers).refused is None
    book = openpyxl.load_workbook(written(tmp_path, "atvejai", of=of))
    told = " ".join(str(cell.value) for row in book.worksheets[1].iter_rows() for cell in row if cell.value)
    assert name in told and provider.name in told and "2026-11-10 (antradienis)" in told


def test_the_instructions_show_an_example_and_every_column(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path, "atvejai", "en"))
    cells = [str(cell.value) for row in book.worksheets[1].iter_rows() for cell in row if cell.value]
    specimen = contracts().rule_sets["atvejai"].specimen
    assert {cell for cell in specimen.values() if cell} <= set(cells)
    for field in contracts().datasets["atvejai"].fields:
        assert field.name in cells and field.title.en in cells
    assert book.worksheets[2].protection.sheet
