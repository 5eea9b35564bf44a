"""Check digits agree with the published vectors and with python-stdnum."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.lt import asmens

from aim.landing.check_digits import holds_personal_code, is_legal_code, is_personal_code, understood

VECTORS = Path(__file__).parents[4] / "shared" / "data" / "identifier_vectors.csv"
NOT_BORN_YET = ("7", "8")


def vectors(kind: str) -> list[tuple[str, bool]]:
    if not VECTORS.exists():
        pytest.skip("the shared identifier vectors are not here")
    lines = [line for line in VECTORS.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [(row["kodas"], row["tinka"] == "taip") for row in csv.DictReader(lines) if row["tipas"] == kind]


def says(code: str) -> tuple[bool, date | None, str | None]:
    return understood(pl.Series([code])).row(0)


def test_legal_codes_agree_with_the_vectors() -> None:
    for code, valid in vectors("juridinio_asmens_kodas"):
        assert is_legal_code(code) is valid, code


def test_personal_codes_agree_with_the_vectors_of_people_born() -> None:
    for code, valid in vectors("asmens_kodas"):
        expected = valid and not code.startswith(NOT_BORN_YET)
        assert says(code)[0] is is_personal_code(code) is expected, code


def test_each_pass_of_the_check_digit() -> None:
    """The vectors' passes are decided on first digits 7 and 8: the same arithmetic, asked of stdnum for 5 and 6."""
    born = [f"{sex}{year:02}0229{serial}" for sex in "56" for year in range(0, 27) for serial in range(980, 1000)]
    for start in born:
        found = [last for last in "0123456789" if is_personal_code(start + last)]
        leap = date(2000 + int(start[1:3]), 2, 28).year % 4 == 0
        assert found == ([asmens.calc_check_digit(f"{start}0")] if leap else []), start


@given(st.from_regex(r"[0-9]{11}", fullmatch=True))
def test_any_eleven_digits_are_judged_as_stdnum_judges_them(code: str) -> None:
    # stdnum lets codes of the 9 series through by their check digit, and counts a 22nd century.
    expected = asmens.is_valid(code) and code[0] in "123456"
    assert says(code)[0] is is_personal_code(code) is expected


@given(st.sampled_from("123456"), st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(980, 999).map(str))
def test_birth_month_and_sex_are_those_of_the_code(first: str, day: date, serial: str) -> None:
    start = f"{first}{day:%y%m%d}{serial}"
    code = start + str(asmens.calc_check_digit(f"{start}0"))
    valid, month, sex = says(code)
    century = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}[first]
    try:
        born = date(century + day.year % 100, day.month, day.day)
    except ValueError:
        assert not valid
        return
    assert (valid, month, sex) == (True, born.replace(day=1), "V" if first in "135" else "M")


@given(st.text())
def test_any_text_is_judged_alike_one_by_one_and_by_column(text: str) -> None:
    assert says(text)[0] is is_personal_code(text)


def test_month_zero_is_impossible() -> None:
    start = "5100000980"
    assert not is_personal_code(start + str(asmens.calc_check_digit(f"{start}0")))


def test_a_code_is_found_within_a_text_but_not_within_a_longer_number() -> None:
    assert holds_personal_code("vaikas (51003019808)")
    assert not holds_personal_code("9951003019808")
    assert not holds_personal_code("vaikas 51003019804")
