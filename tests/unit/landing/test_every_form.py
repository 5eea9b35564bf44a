"""Whatever rows providers write, in any of the forms the specification names, the same rows are read back."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.landing.dressed_files import dressed
from tests.unit.landing.reading import KeysInMemory, canonical, read_bytes

from aim.contracts.load import contracts
from aim.contracts.models import FieldType
from aim.landing.workbooks import SheetReader
from aim.settings import Limits

FORMS = [form + packing for form in ("csv", "txt", "tsv", "xlsx", "ods") for packing in ("", ".gz", ".zip")]
SHEETS = SheetReader(Limits())


@pytest.fixture(scope="module", autouse=True)
def _sheets_end() -> Iterator[None]:
    yield
    SHEETS.close()


@pytest.mark.parametrize("dataset", sorted(contracts().datasets))
@settings(max_examples=25, deadline=None)
@given(suffixes=st.sampled_from(FORMS), count=st.integers(1, 6), seed=st.integers(0, 2**32))
def test_rows_written_in_any_form_are_read_back_the_same(dataset: str, suffixes: str, count: int, seed: int) -> None:
    contract = contracts().datasets[dataset]
    file = dressed(contract, count, suffixes, random.Random(seed))
    reading, rows = read_bytes(file.content, suffixes, contract, sheets=SHEETS)
    assert (reading.rows, reading.is_nil) == (count, False)
    assert (reading.notes["blank_rows"], reading.notes["total_rows"]) == (file.blank_rows, file.total_rows)
    assert reading.notes["unknown_columns"] == file.unknown
    found = {row["row_number"]: row for row in canonical(rows, contract=contract)}
    assert list(found) == list(file.rows)
    keys = KeysInMemory()
    for number, expected in file.rows.items():
        row = found[number]
        assert row["_unreadable"] == "{}", number
        for field in contract.fields:
            if field.type is FieldType.PERSONAL_CODE:
                (child,) = keys.of([str(expected[field.name]).encode()])
                assert row["vaiko_id"] == child
            else:
                assert row[field.name] == expected.get(field.name), (number, field.name)
