"""Check digits agree with the published vectors and with python-stdnum."""

from __future__ import annotations

import csv
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.lt import asmens

from aim.landing.check_digits import (
    holds_personal_code,
    is_legal_code,
    is_personal_code,
    understood,
    without_personal_codes,
)

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


@pytest.mark.parametrize(
    "text",
    [
        "vaikas (51003019808)", "510 0301 9808", "5100301-9808", "5 100301 9808", "5-10-03-01-980-8", "51 003 019 808",
        "510\u00a00301\u00a09808", "5100301 - 9808", "51003019808.0", "9951003019808", "AK51003019808x",
        "Nr. 12 510 0301 9808", "5100301_9808", "2018-10-31 510 0301 9808", "51003019808/61207129837", "510 030 198 08",
        "51003019808123",
    ],
)  # fmt: skip
def test_a_code_is_found_within_a_text_also_written_apart(text: str) -> None:
    assert holds_personal_code(text)
    assert "9808" not in without_personal_codes(text) and len(without_personal_codes(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "vaikas 51003019804", "+370 612 34567", "8 612 34567", "LT12 1000 0111 0101 1001", "2018-10-31 12:30:15",
        "2001-10-31 123", "302110011_2018-10", "302110011_2017-2018", "1 234 567 890",
        "2018-10-31 2018-11-30 2018-12-31", "33-2020-10012", "3301-2018-013", "361-2018-0012", "5" * 200,
    ],
)  # fmt: skip
def test_ordinary_numbers_are_no_codes(text: str) -> None:
    assert not holds_personal_code(text)
    assert without_personal_codes(text) == text


DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))
TIMES = st.times().map(lambda time: time.strftime("%H:%M:%S"))


@given(DAYS, DAYS, TIMES, st.sampled_from("-. "), st.integers(0, 999_999_999))
def test_no_date_time_amount_or_telephone_number_is_a_code(
    day: date, other: date, time: str, by: str, number: int
) -> None:
    written = [f"{each.year}{by}{each.month:02}{by}{each.day:02}" for each in (day, other)]
    assert not holds_personal_code(f"{written[0]} {time}")
    assert not holds_personal_code(" ".join(written))
    assert not holds_personal_code(f"{number:,}".replace(",", " "))
    assert not holds_personal_code(f"+370 6{number % 100:02} {number % 100_000:05}")


@given(st.integers(3, 6), DAYS, st.integers(980, 999), st.sampled_from(["", " ", "-", "\u00a0", " - "]))
def test_a_code_is_found_cut_in_any_of_the_ways_it_is_cut(first: int, day: date, serial: int, gap: str) -> None:
    start = f"{first}{day:%y%m%d}{serial}"
    code = start + str(asmens.calc_check_digit(f"{start}0"))
    for way in [(3, 4, 4), (7, 4), (1, 6, 4), (2, 3, 3, 3), (1, 2, 2, 2, 3, 1)]:
        cuts = [sum(way[:number]) for number in range(len(way) + 1)]
        apart = gap.join(code[begin:end] for begin, end in pairwise(cuts))
        assert holds_personal_code(f"vaikas {apart}, brolis") is is_personal_code(code)
        assert code[-4:] not in without_personal_codes(apart) or not is_personal_code(code)


@given(st.integers(11, 99), st.integers(2016, 2039), st.integers(0, 99_999), st.sampled_from("-/. "))
def test_numbers_of_a_municipality_a_year_and_a_serial_are_no_codes(
    municipality: int, year: int, serial: int, by: str
) -> None:
    for number in (f"{municipality}{by}{year}{by}{serial:05}", f"{year}{by}{municipality}{by}{serial:05}"):
        assert not holds_personal_code(number)
