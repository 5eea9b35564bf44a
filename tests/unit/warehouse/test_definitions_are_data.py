"""No threshold, day count or age bound stands in the SQL of an indicator: those are dated rows of parameters.csv."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from aim.settings import PROJECT_ROOT

DBT = PROJECT_ROOT / "dbt_project"
MODELS = sorted(path for folder in ("indicators", "intermediate") for path in (DBT / "models" / folder).glob("*.sql"))
ARITHMETIC = {"0", "1", "2", "2.0", "12", "31", "100"}
"""Nothing, the next one, a mean of two, the months and the last day of a year, a percentage."""
LEVEL_ASKED_FOR = re.compile(r"overall_level = [1-4]\b")
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
TEXT_OR_COMMENT = re.compile(r"'[^']*'|--[^\n]*|\{#.*?#\}", re.DOTALL)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_sql_of_an_indicator_bears_no_number_of_its_definition(path: Path) -> None:
    words = LEVEL_ASKED_FOR.sub("", TEXT_OR_COMMENT.sub("", path.read_text("utf-8")))
    assert set(NUMBER.findall(words)) <= ARITHMETIC


def test_every_parameter_an_indicator_reads_is_on_its_card() -> None:
    """A parameter that is joined in a model of an indicator is named by that indicator."""
    with (DBT / "seeds" / "reference" / "indicator_parameters.csv").open(encoding="utf-8", newline="") as file:
        named = {(row["indicator_code"], row["parameter"]) for row in csv.DictReader(file)}
    joined = re.compile(r"\{\{ parameter\('(\w+)'")
    read = {
        (path.stem.split("_")[1].upper(), parameter)
        for path in MODELS
        if path.stem.startswith("ind_")
        for parameter in joined.findall(path.read_text("utf-8"))
    }
    assert read
    assert read <= named
