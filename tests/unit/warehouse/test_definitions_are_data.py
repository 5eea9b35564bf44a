"""No threshold, day count or age bound stands in SQL or Python: those are dated rows of the reference files."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from aim.settings import PROJECT_ROOT

DBT = PROJECT_ROOT / "dbt_project"
MODELS = sorted((DBT / "models").rglob("*.sql"))
SQL = sorted([*(DBT / "models").rglob("*.sql"), *(DBT / "macros").rglob("*.sql"), *(DBT / "tests").rglob("*.sql")])
PACKAGES = ("contracts", "explain", "ledger", "publish", "quality", "reports")
"""What computes, compares or publishes; the rest reads files, keeps servers and tells of them."""

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
COMMENT = re.compile(r"--[^\n]*|\{#.*?#\}", re.DOTALL)
ARITHMETIC = {"0", "1", "2", "2.0", "100", "100.0"}
"""Nothing, the next one, a mean of two, a percentage."""
NO_DEFINITION = re.compile(
    r"[*/] 12\b"  # the months of a year
    r"|, 12, 31\)"  # its last day
    r"|overall_level = [1-4]\b"  # the level a measure is named after
    r"|\[0-9\]"  # a digit
    r"|\), 10\)"  # decimals kept
    r"|0\.000000001"  # what two quotients may differ by
)
PYTHON_ARITHMETIC = {0, 1, 2, 100}
ASIDE = {"int_expected_values", "int_indicator_periods", "dim_period"}
NO_DEFINITION_IN_PYTHON = {
    ("contracts/calendar.py", 12),  # the months of a year
    ("contracts/calendar.py", 5),  # Saturday
    ("reports/delivering.py", 6),  # hours: the longest wait between two tries
    ("reports/post.py", 250),  # what a mail server says when all is well
}


@pytest.mark.parametrize("path", SQL, ids=lambda path: path.stem)
def test_sql_bears_no_number_of_a_definition(path: Path) -> None:
    """Also within quotes: an interval or a code compared as text would be one as well."""
    words = NO_DEFINITION.sub("", COMMENT.sub("", path.read_text("utf-8")))
    assert set(NUMBER.findall(words)) <= ARITHMETIC


@pytest.mark.parametrize(
    "words",
    [
        "age between 14 and 17",
        "interval '12 months'",
        "level <> '9'",
        "answers >= 5",
        "days > 30",
        "weight * 0.5",
        "a * 100 > b * 50",
    ],
)
def test_a_number_of_a_definition_would_be_seen(words: str) -> None:
    assert not set(NUMBER.findall(NO_DEFINITION.sub("", words))) <= ARITHMETIC


def test_python_compares_with_no_number_of_a_definition() -> None:
    root = PROJECT_ROOT / "plugins" / "aim"
    found = {
        (path.relative_to(root).as_posix(), number)
        for package in PACKAGES
        for path in (root / package).rglob("*.py")
        for number in numbers_computed_with(path.read_text("utf-8"))
    }
    assert found <= NO_DEFINITION_IN_PYTHON, found - NO_DEFINITION_IN_PYTHON


def test_a_number_python_compares_with_would_be_seen() -> None:
    assert list(numbers_computed_with("cells < 5 or timedelta(days=30) or rows * 0.5")) == [5, 30, 0.5]


def numbers_computed_with(source: str) -> Iterator[float]:
    """The numbers that are compared or computed with, or that a span of days is made of."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
        elif isinstance(node, ast.BinOp):
            operands = [node.left, node.right]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "timedelta":
            operands = [*node.args, *(word.value for word in node.keywords)]
        else:
            continue
        constants = [operand.value for operand in operands if isinstance(operand, ast.Constant)]
        yield from (value for value in constants if isinstance(value, int | float) and value not in PYTHON_ARITHMETIC)


def test_the_card_of_an_indicator_names_every_parameter_it_is_computed_with_and_no_other() -> None:
    """What its model joins, itself or through the models it reads, and what its measures name."""
    named: dict[str, set[str]] = {}
    for row in seed("indicator_parameters"):
        named.setdefault(row["indicator_code"], set()).add(row["parameter"])
    persons = {row["indicator_code"] for row in seed("indicators") if row["counts_persons"] == "true"}
    bands = {row["indicator_code"] for row in seed("indicator_breakdowns") if row["breakdown"] == "age_band"}
    measures = list(seed("indicator_measures"))
    for path in (DBT / "models" / "indicators").glob("ind_*.sql"):
        code = path.stem.split("_")[1].upper()
        own = [row for row in measures if row["indicator_code"] == code]
        used = parameters_joined(path.stem)
        used |= {row["least_denominator"] for row in own if row["least_denominator"]}
        used |= {"rate_base" for row in own if row["unit"] == "per_1000"}
        # An indicator with a number of answers of its own is published by that.
        used |= {"suppression_threshold"} if code in persons and not any(r["least_denominator"] for r in own) else set()
        used |= {"age_bands"} if code in bands else set()
        used |= {"service_basket"} if "service_basket" in models_read(path.stem) else set()
        used |= {"automatic_channels"} if "channels" in models_read(path.stem) else set()
        assert named.get(code, set()) == used, code


def parameters_joined(model: str) -> set[str]:
    found = set()
    for name in {model, *models_read(model)}:
        text = TEXTS.get(name, "")
        found |= set(re.findall(r"\{\{ parameter\('(\w+)'", text)) | set(re.findall(r"\.parameter = '(\w+)'", text))
    return found


def models_read(model: str) -> set[str]:
    """The models and seeds that a model reads, itself or through others; periods and what is expected aside."""
    found: set[str] = set()
    ahead = [model]
    while ahead:
        text = TEXTS.get(ahead.pop(), "")
        text += "".join(macro for name, macro in MACROS.items() if f"{name}(" in text)
        new = set(re.findall(r"ref\('(\w+)'\)", text)) - found - ASIDE
        found |= new
        ahead += new
    return found


def seed(name: str) -> Iterator[dict[str, str]]:
    with (DBT / "seeds" / "reference" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


TEXTS = {path.stem: path.read_text("utf-8") for path in MODELS}
MACROS = {
    name: text
    for path in (DBT / "macros").glob("*.sql")
    for name, text in re.findall(r"\{%-? macro (\w+)(.*?)endmacro", path.read_text("utf-8"), re.DOTALL)
    if "ref('int_" in text
}
"""The macros that read models of their own."""
