"""Each cell is read as the provider meant it, or not at all."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aim.landing.cells import (
    PLAIN_TEXT,
    UNREADABLE,
    read_bool,
    read_code,
    read_date,
    read_decimal,
    read_identifier,
    read_integer,
    read_legal_code,
    read_month,
    read_municipality,
    read_text,
    trimmed,
)
from aim.landing.number_cell import NUMBER_CELL

GENITIVE = [
    "sausio", "vasario", "kovo", "balandžio", "gegužės", "birželio", "liepos", "rugpjūčio", "rugsėjo", "spalio",
    "lapkričio", "gruodžio",
]  # fmt: skip
NOMINATIVE = [
    "sausis", "vasaris", "kovas", "balandis", "gegužė", "birželis", "liepa", "rugpjūtis", "rugsėjis", "spalis",
    "lapkritis", "gruodis",
]  # fmt: skip
ITEMS = frozenset({"1.1", "1.2", "1.10", "2.1", "2.2"})
A_CHILD = "51003019808"

days = st.dates(date(1000, 1, 1), date(9999, 12, 31))
numbers = st.decimals(min_value=-999_999_999, max_value=999_999_999, places=2)
gaps = st.sampled_from(["", "\u00a0", "\u202f", " "])


def grouped(number: Decimal, gap: str, point: str, minus: str) -> str:
    """The number as a Lithuanian office writes it."""
    whole, _, part = f"{abs(number):,.2f}".partition(".")
    return f"{minus if number < 0 else ''}{whole.replace(',', gap)}{point}{part}"


@given(numbers, gaps, st.sampled_from(".,"), st.sampled_from("-−"))
def test_numbers_in_any_lithuanian_dress_are_the_same_number(number: Decimal, gap: str, point: str, minus: str) -> None:
    assert Decimal(read_decimal(grouped(number, gap, point, minus))) == number


@given(st.integers(-999_999_999, 999_999_999), gaps)
def test_whole_numbers_keep_their_value(number: int, gap: str) -> None:
    cell = grouped(Decimal(number), gap, ",", "−").removesuffix(",00")
    assert read_integer(cell) == str(number)
    assert read_integer(f"{NUMBER_CELL}{float(number)!r}") == str(number)


@pytest.mark.parametrize(
    "cell",
    ["1,5", "1.234", "1.234,5", "1 23", "12 34 567", "5-", "--5", "5 vnt.", "1e3", "٣", "51003019808", "9999999999"],
)
def test_what_is_no_whole_number_is_not_guessed(cell: str) -> None:
    assert read_integer(cell) == UNREADABLE


def test_a_personal_code_is_never_a_number() -> None:
    assert read_decimal(A_CHILD) == UNREADABLE
    assert read_decimal(f"{NUMBER_CELL}51003019808.0") == UNREADABLE
    assert read_decimal("0,51003019808") == UNREADABLE


@given(days, st.sampled_from("-. "))
def test_days_in_digits(day: date, by: str) -> None:
    assert read_date(f"{day.year}{by}{day.month:02}{by}{day.day:02}") == day.isoformat()


@given(days, st.booleans())
def test_days_in_words(day: date, capital: bool) -> None:
    month = GENITIVE[day.month - 1]
    assert read_date(f"{day.year} m. {month.upper() if capital else month} {day.day} d.") == day.isoformat()
    assert read_date(f"{day.year}\u00a0m.\u00a0{month} {day.day}\u00a0d.") == day.isoformat()


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_spreadsheet_serials(day: date) -> None:
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    assert read_date(str(serial)) == read_date(f"{NUMBER_CELL}{float(serial)!r}") == day.isoformat()


@pytest.mark.parametrize(
    "cell",
    [
        "2018-13-45", "2018-02-29", "2018-00-10", "2018-10-00", "31.10.2018", "10/31/2018", "2018-10", "2018.10-31",
        "0000-01-01", "2018 m. spalvio 3 d.", "vakar", "20181031", "2018-10-31 14:25",
    ],
)  # fmt: skip
def test_impossible_or_ambiguous_days_are_not_guessed(cell: str) -> None:
    assert read_date(cell) == UNREADABLE


@given(days)
def test_months(day: date) -> None:
    first = day.replace(day=1).isoformat()
    assert read_month(f"{day.year}-{day.month:02}") == first
    assert read_month(f"{day.year} m. {NOMINATIVE[day.month - 1]}") == first
    assert read_month(first) == first


def test_a_day_in_mid_month_is_no_month() -> None:
    assert read_month("2018-10-15") == UNREADABLE


@pytest.mark.parametrize(("cell", "value"), [("Taip", "true"), ("t", "true"), ("1", "true"), ("TRUE", "true"),
    ("ne", "false"), ("N", "false"), ("0", "false"), ("False", "false"), (f"{NUMBER_CELL}1.0", "true")])  # fmt: skip
def test_booleans(cell: str, value: str) -> None:
    assert read_bool(cell) == value


@pytest.mark.parametrize("cell", ["taigi", "2", "x"])
def test_no_booleans(cell: str) -> None:
    assert read_bool(cell) == UNREADABLE


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("švietimas", "SVIETIMAS"), ("Tikslai pasiekti", "TIKSLAI_PASIEKTI"), ("is\u00a0dalies", "IS_DALIES"),
        ("1,1", "1.1"), ("1.1", "1.1"), ("1.10", "1.10"), ("1,10", "1.10"), ("10–14", "10-14"),
        ("s\u030cvietimas", "SVIETIMAS"), ("KAIMYNAI", "KAIMYNAI"), (f"{NUMBER_CELL}3.0", "3"),
        (f"{NUMBER_CELL}1.2", "1.2"),
    ],
)  # fmt: skip
def test_codes(cell: str, code: str) -> None:
    assert read_code(cell, ITEMS) == code


@pytest.mark.parametrize("cell", ["Jonas Jonaitis, gyvena Kaune!", A_CHILD, f"A{A_CHILD}", "_X", "ł", "A" * 41])
def test_what_does_not_look_like_a_code_is_not_kept(cell: str) -> None:
    assert read_code(cell, ITEMS) == UNREADABLE


def test_a_typed_number_that_may_be_either_of_two_items_is_neither() -> None:
    assert read_code(f"{NUMBER_CELL}1.1", ITEMS) == UNREADABLE


@pytest.mark.parametrize("cell", ["0012", "A-1", "S/2018-17", "190244763"])
def test_identifiers_stay_as_they_are(cell: str) -> None:
    assert read_identifier(cell) == cell


@pytest.mark.parametrize("cell", ["9,4E+08", "9.4e+08", "190244763.0", f"{NUMBER_CELL}12.0", A_CHILD, "#REF!"])
def test_identifiers_that_a_spreadsheet_spoilt_are_findings(cell: str) -> None:
    assert read_identifier(cell) == UNREADABLE


@pytest.mark.parametrize("cell", ["190244763.0", "9,4E+08", f"{NUMBER_CELL}190244763.0", "190244764", "19024476"])
def test_legal_codes_need_nine_digits_as_text_and_a_right_check_digit(cell: str) -> None:
    assert read_legal_code(cell) == UNREADABLE
    assert read_legal_code("190244763") == "190244763"


def test_municipalities_are_two_digits() -> None:
    assert read_municipality("11") == read_municipality(f"{NUMBER_CELL}11.0") == "11"
    assert read_municipality("Kaunas") == read_municipality("1") == read_municipality("011") == UNREADABLE


@pytest.mark.parametrize("cell", [f"vaikas {A_CHILD}", f"{A_CHILD}, brolis", "a\x00b", "a\x1bb"])
def test_text_with_a_personal_code_or_control_letters_is_not_kept(cell: str) -> None:
    assert read_text(cell) == UNREADABLE


@given(st.text(max_size=60).filter(lambda text: NUMBER_CELL not in text))
def test_text_is_kept_in_nfc_or_not_at_all(cell: str) -> None:
    text = trimmed(cell)
    if text is None:
        return
    assert unicodedata.is_normalized("NFC", text)
    assert read_text(text) in (text, UNREADABLE)


@pytest.mark.parametrize("cell", ["", " ", "\u00a0", "-", " – ", ":", "\ufeff"])
def test_missing_marks(cell: str) -> None:
    assert trimmed(cell) is None


@given(st.from_regex(PLAIN_TEXT))
def test_plain_text_is_what_reading_leaves_as_it_is(cell: str) -> None:
    # Polars' $ is the very end; Python's may stand before a line end.
    plain = cell.removesuffix("\n")
    assert trimmed(plain) == read_identifier(plain) == read_text(plain) == plain


READERS = (read_integer, read_decimal, read_date, read_month, read_bool, read_municipality, read_legal_code,
    read_identifier, read_text, lambda cell: read_code(cell, ITEMS))  # fmt: skip


@given(st.text(min_size=1), st.sampled_from(READERS))
def test_no_cell_makes_a_reader_fail(cell: str, read: object) -> None:
    for form in (cell, NUMBER_CELL + cell):
        assert isinstance(read(form), str)  # type: ignore[operator]  # one of READERS
