"""Is whatever the sample writes, in any of its forms, read back the same by somebody who knows only the letters?"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_back import code, day, fold, number, rows, truth
from tests.unit.landing.reading import canonical, read_bytes

from aim.contracts.calendar import Period
from aim.contracts.load import contracts
from aim.contracts.models import FieldType
from aim.contracts.reference import read_reference
from aim.contracts.registry import read_registry
from aim.landing.workbooks import SheetReader
from aim.sample.forms import _HEADERS, Form, draw_forms, in_words, lay_out
from aim.sample.owed import owed
from aim.sample.window import Window
from aim.sample.world import World
from aim.settings import Limits, Settings

SETTINGS = Settings.from_env({})
NOMINATIVE = [
    "sausis", "vasaris", "kovas", "balandis", "gegužė", "birželis",
    "liepa", "rugpjūtis", "rugsėjis", "spalis", "lapkritis", "gruodis",
]  # fmt: skip
MISSING = ("", "-", "–", ":")


@pytest.fixture(scope="module")
def slices() -> dict[str, tuple[Period, pl.DataFrame]]:
    """One small slice of every dataset, typed."""
    providers, reference, declared = read_registry(SETTINGS.registry), read_reference(SETTINGS.reference), contracts()
    window = Window.between("2018-04", "2018-06")
    world = World(5, window, 0.3, reference, providers, ["11"])
    found = {}
    for one in owed(declared, providers, window, set(declared.datasets), ["11"]):
        whole = world.rows(one.dataset, one.period, {one.provider.code: one.due}).drop("provider_code")
        if one.dataset not in found and len(whole):
            found[one.dataset] = (one.period, whole.sample(min(len(whole), 40), seed=1))
    assert set(found) == set(declared.datasets)
    return found


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Any form that a provider may have."""
    extension = draw(st.sampled_from(["csv", "txt", "tsv", "csv.gz", "csv.zip", "tsv.gz", "xlsx"]))
    dates = ["iso", "cells", "serials"] if extension == "xlsx" else ["iso", "dots", "spaces", "long"]
    flags = st.booleans()
    separator = "\t" if extension.startswith("tsv") else draw(st.sampled_from([";", ",", "|"]))
    return Form(
        extension=extension,
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1257", "utf-16"])),
        separator=separator,
        newline=draw(st.sampled_from(["\n", "\r\n"])),
        header=draw(st.sampled_from(["plain", "upper", "words"])),
        dates=draw(st.sampled_from(dates)),
        missing=draw(st.sampled_from(MISSING)),
        decimal=draw(st.sampled_from([",", "."])),
        yes_no=draw(st.sampled_from([("taip", "ne"), ("Taip", "Ne"), ("T", "N"), ("1", "0"), ("true", "false")])),
        quoted=draw(flags),
        titled=draw(flags),
        with_total=draw(flags),
        with_blank=draw(flags),
        grouped=draw(flags),
        shuffled=draw(flags),
        codes_as_words=draw(flags),
        remarks=draw(flags),
        number_cells=draw(flags),
    )


def month(text: str) -> date:
    """A month in any of the ways providers write it."""
    if "m." in text:
        year, name = text.split(" m. ")
        return date(int(year), NOMINATIVE.index(name) + 1, 1)
    return date(int(text[:4]), int(text[5:7]), 1)


def _numeric(dataset: str) -> list[str]:
    return [one.name for one in contracts().datasets[dataset].fields if one.type in (FieldType.INT, FieldType.DECIMAL)]


@pytest.fixture(scope="module")
def sheets() -> Iterator[SheetReader]:
    reader = SheetReader(Limits())
    yield reader
    reader.close()


READERS: dict[FieldType, Callable[[str], Any]] = {
    FieldType.DATE: day,
    FieldType.MONTH: month,
    FieldType.INT: number,
    FieldType.DECIMAL: number,
    FieldType.BOOL: truth,
    FieldType.CODE: code,
}


@pytest.mark.parametrize("dataset", sorted(contracts().datasets))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=forms())
def test_a_slice_in_any_form_is_read_back_the_same(
    slices: dict[str, tuple[Period, pl.DataFrame]], tmp_path: Path, dataset: str, form: Form
) -> None:
    period, typed = slices[dataset]
    contract = contracts().datasets[dataset]
    data = lay_out(in_words(typed, form, contract), form, "Bandomoji įstaiga", period, numeric=_numeric(dataset))
    path = tmp_path / f"file.{form.extension}"
    path.write_bytes(data)
    found = rows(path)
    assert list(found) == form.row_numbers(len(typed)).tolist() == [form.row_number(i) for i in range(len(typed))]
    types = {one.name: one.type for one in contract.fields}
    for row, wanted in zip(found.values(), typed.iter_rows(named=True), strict=True):
        for name, value in wanted.items():
            read = READERS.get(types.get(name, FieldType.TEXT), lambda text: None if text in MISSING else text)(
                row[fold(name)]
            )
            assert read == value, (name, row)


@pytest.mark.parametrize("dataset", sorted(contracts().datasets))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=forms())
def test_the_product_reads_the_same_slice(
    slices: dict[str, tuple[Period, pl.DataFrame]], sheets: SheetReader, dataset: str, form: Form
) -> None:
    period, typed = slices[dataset]
    contract = contracts().datasets[dataset]
    data = lay_out(in_words(typed, form, contract), form, "Bandomoji įstaiga", period, numeric=_numeric(dataset))
    reading, raw = read_bytes(data, form.extension, contract, sheets=sheets)
    assert reading.rows == len(typed)
    found = canonical(raw, contract=contract)
    assert [row["row_number"] for row in found] == form.row_numbers(len(typed)).tolist()
    for row, wanted in zip(found, typed.iter_rows(named=True), strict=True):
        assert row["_unreadable"] == "{}"
        for field in contract.fields:
            if field.type is not FieldType.PERSONAL_CODE and field.name in wanted:
                assert _as_stored(row[field.name], field.type) == wanted[field.name], (field.name, row)


def _as_stored(text: str | None, kind: FieldType) -> Any:
    if text is None:
        return None
    match kind:
        case FieldType.DATE | FieldType.MONTH:
            return date.fromisoformat(text)
        case FieldType.INT | FieldType.DECIMAL:
            return float(text)
        case FieldType.BOOL:
            return text == "true"
    return text


def test_every_field_has_a_heading_in_words_that_folds_back() -> None:
    fields = {field.name for contract in contracts().datasets.values() for field in contract.fields} | {"laikinas_nr"}
    assert set(_HEADERS) == fields
    assert {fold(header) for header in _HEADERS.values()} == {fold(field) for field in _HEADERS}


def test_every_kind_of_file_is_met_among_sixty() -> None:
    codes = [str(one) for one in range(60)]
    drawn = draw_forms(1, codes, frozenset(codes[:20]))
    assert {form.extension for form in drawn.values()} == {"csv", "txt", "tsv", "xlsx", "csv.gz", "csv.zip"}
    assert {form.encoding for form in drawn.values()} == {"utf-8", "utf-8-sig", "cp1257", "utf-16"}
    assert all(one in codes[:20] for one, form in drawn.items() if form.is_workbook)
