"""One cell of a provider's file, understood by its type: Lithuanian numbers, dates, codes, identifiers.

Each reader takes a trimmed, filled cell and gives its canonical text, as Postgres reads it, or UNREADABLE. Nothing
here judges meaning: that a date is too late or a code not in its list is a rule's business.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from aim.contracts.models import FieldContract, FieldType
from aim.landing.check_digits import holds_personal_code, is_legal_code
from aim.landing.number_cell import NUMBER_CELL

UNREADABLE = "\x00unreadable"
"""Stands for a cell that is filled but cannot be read; no cell of text can hold it."""

BLANKS = " \t\r\n\v\f\u00a0\u2007\u202f\u200b\u2060\ufeff"
_MISSING = frozenset({"", "-", "–", ":"})
_SPREADSHEET_ERROR = re.compile(r"#[A-ZĄ-Ž0-9/_]{2,16}[!?]|#N/A|##+|Err:[0-9]{3}")
"""#DIV/0!, #REF!, #NAME? and what else a spreadsheet shows in the place of a value."""

_GROUP = "[ \u00a0\u202f]"
_NUMBER = re.compile(rf"(?P<sign>[-−]?)(?P<whole>[0-9]{{1,3}}(?:{_GROUP}[0-9]{{3}})+|[0-9]+)(?:[.,](?P<part>[0-9]+))?")
_NOT_DIGIT = re.compile(r"[^0-9]")
_MOST_DIGITS = 9
"""Before the decimal sign: what an integer column holds, and fewer than a personal code has."""

_DAY = re.compile(
    r"(?P<year>[1-9][0-9]{3})(?P<by>[-. ])(?P<month>[0-9]{1,2})(?P=by)(?P<day>[0-9]{1,2})(?: 00:00(?::00)?)?"
)
_DAY_IN_WORDS = re.compile(
    r"(?P<year>[1-9][0-9]{3}) ?m\. ?(?P<month>[^\W\d_]+) (?P<day>[0-9]{1,2}) ?d\.?", re.IGNORECASE
)
_SERIAL = re.compile(r"(?P<days>[1-9][0-9]{4})(?:[.,]0+)?")
_SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of spreadsheets, for every day after February 1900."""
_MONTH = re.compile(r"(?P<year>[1-9][0-9]{3})[-. ](?P<month>[0-9]{1,2})")
_MONTH_IN_WORDS = re.compile(r"(?P<year>[1-9][0-9]{3}) ?m\. ?(?P<month>[^\W\d_]+)(?: mėn\.?)?", re.IGNORECASE)

_NOMINATIVE = "sausis vasaris kovas balandis geguze birzelis liepa rugpjutis rugsejis spalis lapkritis gruodis"
_GENITIVE = "sausio vasario kovo balandzio geguzes birzelio liepos rugpjucio rugsejo spalio lapkricio gruodzio"
_MONTH_NAMES = {name: month for names in (_NOMINATIVE, _GENITIVE) for month, name in enumerate(names.split(), 1)}

_TRUE = frozenset({"taip", "t", "1", "true"})
_FALSE = frozenset({"ne", "n", "0", "false"})

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,39}")
_ELEVEN_DIGITS = re.compile(r"[0-9]{11}")
_DECIMAL_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9])")
_BLANK_RUN = re.compile(rf"[{BLANKS}]+")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))

_MUNICIPALITY = re.compile(r"[0-9]{2}")
_IDENTIFIER_NAMES = ("_nr", "_kodas", "_kodai")
_SPOILT_IDENTIFIER = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+|[0-9]{3,}[.,]0+")
"""What spreadsheets make of a long number: 9,4E+08 and 190244763.0."""

PLAIN_TEXT = r"^(?:[A-Za-z]{1,20}[/_.-]?(?:[0-9]{0,10}|[0-9]{1,4}[/_.-][0-9]{1,6})|[0-9]{1,10})$"
"""A text that is its own canonical form whatever the field: A-17, S/2018-17, 0012. Most identifiers are."""

CellReader = Callable[[str], str]


def trimmed(cell: str) -> str | None:
    """The cell without blanks around it, in NFC; None where it is missing (empty, `-`, `–` or `:`)."""
    text = cell.strip(BLANKS)
    if text in _MISSING:
        return None
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def cell_reader(field: FieldContract, codes: tuple[str, ...] = ()) -> CellReader:
    """The reader of a field's cells. `codes`: the field's list, to tell 1.1 from 1.10 where a number was typed."""
    if field.type is FieldType.CODE:
        return _code_reader(field, frozenset(codes))
    if field.type is FieldType.TEXT:
        return read_identifier if _is_identifier(field) else read_text
    return _READERS[field.type]


def _code_reader(field: FieldContract, legal: frozenset[str]) -> CellReader:
    if not field.codes:
        return lambda cell: read_code(cell, legal)
    ours = {read_code(theirs, frozenset()): code for theirs, code in field.codes.items()}
    legal |= ours.keys()

    def read(cell: str) -> str:
        code = read_code(cell, legal)
        return code if code == UNREADABLE else ours.get(code, code)

    return read


def _is_identifier(field: FieldContract) -> bool:
    return field.key or field.name.endswith(_IDENTIFIER_NAMES)


def read_integer(cell: str) -> str:
    """`1 234`, `-5`, `7,0` -> digits; 1,5 is none, nor a number that an integer column does not hold."""
    number = _number(cell)
    if number is None or number != number.to_integral_value():
        return UNREADABLE
    return str(int(number))


def read_decimal(cell: str) -> str:
    """`1 234,5` -> `1234.5`."""
    number = _number(cell)
    return UNREADABLE if number is None else format(number, "f")


def _number(cell: str) -> Decimal | None:
    if cell.startswith(NUMBER_CELL):
        try:
            number = Decimal(cell[1:])
        except InvalidOperation:
            return None
        return number if number.is_finite() and abs(number) < 10**_MOST_DIGITS else None
    match = _NUMBER.fullmatch(cell)
    if match is None:
        return None
    whole = _NOT_DIGIT.sub("", match["whole"])
    if len(whole.lstrip("0")) > _MOST_DIGITS or len(match["part"] or "") > _MOST_DIGITS:
        return None
    return Decimal(f"{'-' if match['sign'] else ''}{whole}.{match['part'] or 0}")


def read_date(cell: str) -> str:
    """`2017-10-31`, `2017.10.31`, `2017 10 31`, `2017 m. spalio 31 d.`, serial 43039 -> `2017-10-31`."""
    cell = cell.removeprefix(NUMBER_CELL)
    match = _DAY.fullmatch(cell)
    if match is not None:
        return _day(int(match["year"]), int(match["month"]), int(match["day"]))
    match = _SERIAL.fullmatch(cell)
    if match is not None:
        return (_SERIAL_ZERO + timedelta(days=int(match["days"]))).isoformat()
    match = _DAY_IN_WORDS.fullmatch(_BLANK_RUN.sub(" ", cell))
    if match is not None:
        return _day(int(match["year"]), _month_named(match["month"]), int(match["day"]))
    return UNREADABLE


def read_month(cell: str) -> str:
    """`2017-10`, `2017 m. spalis`, or a date cell on the first of it -> `2017-10-01`."""
    match = _MONTH.fullmatch(cell)
    if match is not None:
        return _day(int(match["year"]), int(match["month"]), 1)
    match = _MONTH_IN_WORDS.fullmatch(_BLANK_RUN.sub(" ", cell))
    if match is not None:
        return _day(int(match["year"]), _month_named(match["month"]), 1)
    day = read_date(cell)
    return day if day.endswith("-01") else UNREADABLE


def _day(year: int, month: int, day: int) -> str:
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return UNREADABLE
    return f"{year}-{month:02}-{day:02}"


def _month_named(word: str) -> int:
    """The month a Lithuanian word names (spalis, spalio); 0 where it names none."""
    return _MONTH_NAMES.get(_without_marks(word).lower(), 0)


def read_bool(cell: str) -> str:
    """`taip/ne`, `t/n`, `1/0`, `true/false` -> `true`, `false`."""
    word = cell.lower()
    if cell.startswith(NUMBER_CELL):
        word = cell[1:].removesuffix(".0")
    if word in _TRUE:
        return "true"
    return "false" if word in _FALSE else UNREADABLE


def read_code(cell: str, legal: frozenset[str]) -> str:
    """Any case, with or without diacritics -> as code lists write it. A token not in the list stays: a rule judges it.

    A spreadsheet's number 1.1 may have been 1.10: where both are legal it cannot be read.
    """
    if cell.startswith(NUMBER_CELL):
        code = cell[1:].removesuffix(".0")
        if "." in code and f"{code}0" in legal:
            return UNREADABLE
    else:
        code = _without_marks(cell).upper().translate(_DASHES)
        code = _DECIMAL_COMMA.sub(".", _BLANK_RUN.sub("_", code))
    if _CODE.fullmatch(code) is None or _ELEVEN_DIGITS.search(code) or holds_personal_code(code):
        return UNREADABLE
    return code


def read_municipality(cell: str) -> str:
    """The two digits of a municipality code."""
    code = cell[1:].removesuffix(".0") if cell.startswith(NUMBER_CELL) else cell
    return code if _MUNICIPALITY.fullmatch(code) else UNREADABLE


def read_legal_code(cell: str) -> str:
    """Nine digits with a right check digit, written as text."""
    return cell if is_legal_code(cell) else UNREADABLE


def read_identifier(cell: str) -> str:
    """A number by which a provider knows something, as text: 0012 stays 0012; a number cell lost what it was."""
    if cell.startswith(NUMBER_CELL) or _SPOILT_IDENTIFIER.fullmatch(cell):
        return UNREADABLE
    return read_text(cell)


def read_text(cell: str) -> str:
    """Words. Control characters, a spreadsheet's error and anything that holds a personal code cannot be read."""
    if cell.startswith(NUMBER_CELL):
        cell = cell[1:].removesuffix(".0") or UNREADABLE
    if _SPREADSHEET_ERROR.fullmatch(cell) or holds_personal_code(cell):
        return UNREADABLE
    if not cell.isascii() and holds_personal_code(unicodedata.normalize("NFKC", cell)):
        # Digits of other scripts: full width, superscript.
        return UNREADABLE
    if not cell.isprintable() and any(unicodedata.category(letter) in ("Cc", "Cs") for letter in _without_lines(cell)):
        return UNREADABLE
    return cell


def _without_lines(text: str) -> str:
    return text.translate({ord(letter): None for letter in "\t\r\n"})


def _without_marks(text: str) -> str:
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


_READERS: dict[FieldType, CellReader] = {
    FieldType.LEGAL_CODE: read_legal_code,
    FieldType.MUNICIPALITY: read_municipality,
    FieldType.DATE: read_date,
    FieldType.MONTH: read_month,
    FieldType.INT: read_integer,
    FieldType.DECIMAL: read_decimal,
    FieldType.BOOL: read_bool,
}
