"""The compiled suites are Great Expectations' own: it reads each, and writes the same again."""

from __future__ import annotations

import pytest

from aim.contracts.load import contracts
from aim.contracts.suites import compile_suites, read_suite
from aim.quality.validation import great_expectations

NAMES = [name.removesuffix(".json") for name in compile_suites(contracts())]


@pytest.mark.parametrize("name", NAMES)
def test_great_expectations_reads_and_writes_the_same_suite(name: str) -> None:
    compiled = read_suite(name)
    suite = great_expectations.ExpectationSuite(
        name=compiled["name"], expectations=compiled["expectations"], meta=dict(compiled["meta"])
    )
    written = suite.to_json_dict()
    assert written["meta"] == compiled["meta"] | {"great_expectations_version": great_expectations.__version__}
    assert [{key: one[key] for key in compiled["expectations"][0]} for one in written["expectations"]] == (
        compiled["expectations"]
    )
