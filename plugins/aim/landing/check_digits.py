"""Lithuanian check digits and what a personal code says: one by one, and for a whole column at once.

Source: standard RST 1185-91; two passes of weights modulo 11, a remainder of 10 twice gives 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import polars as pl

_FIRST_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)
_SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)

_LEGAL_CODE = re.compile(r"[0-9]{9}")
_APART = r"[ \u00a0\u2007\u2009\u202f\u200b\u2060\u00ad._/‐‑‒–—−-]{1,3}"
_DIGIT_GROUPS = re.compile(rf"[0-9]+(?:{_APART}[0-9]+)*")
"""Digits, also those written apart: 510 0301 9808, 5100301-9808."""
_DIGITS = re.compile(r"[0-9]+")
_LENGTH = 11
_BORN_SINCE_1900 = "3456"
_APART_AS = (
    (7, 4),
    (3, 4, 4),
    (1, 6, 4),
    (7, 3, 1),
    (1, 6, 3, 1),
    (1, 2, 2, 2, 4),
    (1, 2, 2, 2, 3, 1),
    (2, 3, 3, 3),
    (3, 3, 3, 2),
)
"""How a code is written apart: by its parts, or as any long number is. Not as other numbers are: 33-2020-10012."""
_CENTURIES = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}
"""First digit -> century of birth; 7 and 8 are not born yet. Odd digits are men."""


def _check_digit(digits: str) -> int:
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        remainder = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False)) % 11
        if remainder < 10:
            return remainder
    return 0


def is_legal_code(text: str) -> bool:
    """Nine digits whose last is right. That the eighth is 1 holds of VAT payers only, so it is not asked."""
    return _LEGAL_CODE.fullmatch(text) is not None and _check_digit(text[:8]) == int(text[8])


def is_personal_code(text: str) -> bool:
    """Eleven digits with a right check digit and a birth date, of a person who may be living."""
    if re.fullmatch(r"[1-6][0-9]{10}", text) is None or _check_digit(text[:10]) != int(text[10]):
        return False
    try:
        date(_CENTURIES[text[0]] + int(text[1:3]), int(text[3:5]), int(text[5:7]))
    except ValueError:
        return False
    return True


def holds_personal_code(text: str) -> bool:
    """Whether a personal code stands somewhere in the text: in one, written apart, or within a longer number."""
    return len(text) >= _LENGTH and next(_codes_within(text), None) is not None


def ways_to_write(code: str) -> re.Pattern[str]:
    """Finds a code wherever it stands in a text: in one, written apart in any way, or within a longer number."""
    return re.compile(f"(?:{_APART})?".join(code))


def starred(text: str, found: re.Pattern[str]) -> str:
    """The text with the digits of all that is found starred out, as long as before."""
    return found.sub(lambda match: _DIGITS.sub(lambda digits: "*" * len(digits[0]), match[0]), text)


def without_personal_codes(text: str) -> str:
    """The text with the digits of every personal code in it starred out."""
    shown = list(text)
    for start, end in _codes_within(text):
        shown[start:end] = _DIGITS.sub(lambda digits: "*" * len(digits[0]), text[start:end])
    return "".join(shown)


def _codes_within(text: str) -> Iterator[tuple[int, int]]:
    """Where personal codes stand. But for those that stand alone in one, they begin with 3 to 6."""
    for run in _DIGIT_GROUPS.finditer(text):
        if len(run[0]) < _LENGTH:
            continue
        groups = [group.span() for group in _DIGITS.finditer(text, run.start(), run.end())]
        lengths = tuple(end - start for start, end in groups)
        for number, (start, end) in enumerate(groups):
            if lengths[number] == _LENGTH and is_personal_code(text[start:end]):
                yield start, end
            elif lengths[number] > _LENGTH:
                ends = ((start, start + _LENGTH), (end - _LENGTH, end))
                yield from (place for place in ends if _is_of_the_living(text[slice(*place)]))
            for way in _APART_AS:
                if lengths[number : number + len(way)] == way:
                    place = start, groups[number + len(way) - 1][1]
                    if _is_of_the_living("".join(_DIGITS.findall(text, *place))):
                        yield place


def _is_of_the_living(digits: str) -> bool:
    """1 and 2 begin every year: digits of two numbers after them are no code, and nobody's who lives."""
    return digits[0] in _BORN_SINCE_1900 and is_personal_code(digits)


def understood(codes: pl.Series) -> pl.DataFrame:
    """What each personal code (text, no nulls) says: is_valid, gimimo_menuo (first of the month), lytis V or M.

    Row by row; gimimo_menuo and lytis are null where the code is not valid.
    """
    number = pl.col("number")
    digits = [number // 10 ** (10 - place) % 10 for place in range(10)]

    def remainder(weights: tuple[int, ...]) -> pl.Expr:
        return pl.sum_horizontal(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11

    century = (
        pl.col("code")
        .str.head(1)
        .replace_strict(
            {digit: str(year // 100) for digit, year in _CENTURIES.items()}, default=None, return_dtype=pl.String
        )
    )
    birthday = (century + pl.col("code").str.slice(1, 6)).str.to_date("%Y%m%d", strict=False)
    frame = pl.LazyFrame({"code": codes}).with_columns(
        number=pl.when(pl.col("code").str.contains(r"^[1-6][0-9]{10}$")).then(pl.col("code")).cast(pl.Int64),
    )
    checked = frame.with_columns(first=remainder(_FIRST_WEIGHTS), second=remainder(_SECOND_WEIGHTS)).with_columns(
        expected=pl.when(pl.col("first") < 10).then("first").when(pl.col("second") < 10).then("second").otherwise(0),
        birthday=pl.when(number.is_not_null()).then(birthday),
    )
    is_valid = ((pl.col("expected") == number % 10) & pl.col("birthday").is_not_null()).fill_null(False)
    return (
        checked.with_columns(is_valid=is_valid)
        .select(
            "is_valid",
            gimimo_menuo=pl.when("is_valid").then(pl.col("birthday").dt.month_start()),
            lytis=pl.when("is_valid").then(pl.when(number // 10**10 % 2 == 1).then(pl.lit("V")).otherwise(pl.lit("M"))),
        )
        .collect()
    )
