"""The same rows written in all the ways that providers write them, and how they are to be read.

A value is written by chance in one of the forms of its type; the file in one of the forms of files.
"""

from __future__ import annotations

import gzip
import io
import random
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import xlsxwriter
from tests.unit.landing.reading import reference
from tests.unit.landing.written_sheets import ods, ods_cell, ods_row, zipped

from aim.contracts.models import DatasetContract, FieldContract, FieldType

CODES = ("51003019808", "61207129837", "51105059805", "61309189837")
_GENITIVE = (
    "sausio", "vasario", "kovo", "balandžio", "gegužės", "birželio", "liepos", "rugpjūčio", "rugsėjo", "spalio",
    "lapkričio", "gruodžio",
)  # fmt: skip
_NOMINATIVE = (
    "sausis", "vasaris", "kovas", "balandis", "gegužė", "birželis", "liepa", "rugpjūtis", "rugsėjis", "spalis",
    "lapkritis", "gruodis",
)  # fmt: skip
_TITLES = ("", "Savivaldybės administracija", "2018 m. spalio mėn. ataskaita")
_MISSING = ("", "-", "–", ":", " ", "\u00a0")
_SEPARATORS = {"csv": ";,|\t", "txt": "\t|;", "tsv": "\t"}
_CODECS = ("utf-8", "utf-8-sig", "utf-16", "cp1257")


@dataclass(frozen=True)
class Dressed:
    """A file, and what is to be read from it. rows: by number on the provider's screen, canonical text by field."""

    content: bytes
    suffixes: str
    rows: dict[int, dict[str, str | None]]
    blank_rows: int
    total_rows: int
    unknown: list[str]


def dressed(contract: DatasetContract, count: int, suffixes: str, chance: random.Random) -> Dressed:
    """`count` rows of the contract in a file of that kind."""
    fields = [field for field in contract.fields if _must(field) or chance.random() < 0.7]
    chance.shuffle(fields)
    form = suffixes.partition(".")[0]
    is_sheet = form in ("xlsx", "ods")
    lines: list[list[Any]] = [[chance.choice(_TITLES)] for _ in range(chance.choice((0, 0, 1, 3)))]
    lines.append([*(_header(field, chance) for field in fields), "Pastabos"])
    expected: dict[int, dict[str, str | None]] = {}
    blank = 0
    spoken = len(lines)
    for _ in range(count):
        if chance.random() < 0.2:
            lines.append([])
            spoken += 1
            blank += 1
        cells, values = [], {}
        for field in fields:
            cell, value = _cell(field, chance, form)
            cells.append(cell)
            values[field.name] = value
        note = 'dvi\neilutės; su kabute " ir | ženklais' if chance.random() < 0.2 else "pastaba"
        lines.append([*cells, note])
        spoken += 1
        expected[spoken] = values
        if not is_sheet:
            spoken += note.count("\n")
    totals = chance.choice((0, 0, 1, 2))
    lines += [[chance.choice(("Iš viso", "Viso:", "IŠ VISO", "Is viso")), *[""] * len(fields)]] * totals
    write = {"xlsx": _xlsx, "ods": _ods}.get(form)
    content = write(lines) if write else _text(lines, form, chance)
    packing = suffixes.partition(".")[2]
    if packing:
        content = gzip.compress(content, 1) if packing == "gz" else zipped({f"spalis.{form}": content})
    return Dressed(content, suffixes, expected, blank, totals, ["Pastabos"])


def _must(field: FieldContract) -> bool:
    return field.required or field.key or field.type is FieldType.PERSONAL_CODE


def _header(field: FieldContract, chance: random.Random) -> str:
    name = chance.choice((field.name, field.title.lt, field.title.en, *field.aliases))
    name = chance.choice((str, str.upper, str.lower, str.title, _without_marks))(name)
    return chance.choice((name, f" {name} ", name.replace(" ", "  "), f"{name}:", name.replace(" ", "_")))


def _without_marks(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _cell(field: FieldContract, chance: random.Random, form: str) -> tuple[Any, str | None]:
    """The cell as written, and as it is to be read."""
    if not _must(field) and chance.random() < 0.3:
        return chance.choice(_MISSING), None
    written, value = _WAYS[field.type](field, chance, form)
    if isinstance(written, str) and chance.random() < 0.2:
        written = f"{chance.choice((' ', chr(0xA0)))}{written} "
    return written, value


def _person(_: FieldContract, chance: random.Random, form: str) -> tuple[Any, str]:
    code = chance.choice(CODES)
    return code, code


def _text_cell(field: FieldContract, chance: random.Random, form: str) -> tuple[Any, str]:
    plain = ["0012", "A-1", "S/2018-17", "190244763"]
    text = chance.choice(plain if field.key else [*plain, "Šeima „ąžuolas“", 'O\'Henry; "Ė"', "50 %"])
    return text, text


def _number(_: FieldContract, chance: random.Random, form: str) -> tuple[Any, str]:
    number = chance.choice((0, 7, 12, 999, 1_234, 45_678, 1_234_567))
    if form == "xlsx" and chance.random() < 0.3:
        return number, str(number)
    gap = chance.choice(("", "\u00a0", " "))
    return f"{number:,}".replace(",", gap) + chance.choice(("", ",0", ".0")), str(number)


def _decimal(_: FieldContract, chance: random.Random, form: str) -> tuple[Any, str]:
    number = Decimal(chance.choice(("0.5", "12.25", "1234.5", "45678.75")))
    if form == "xlsx" and chance.random() < 0.3:
        return float(number), str(number)
    whole, _, part = f"{number:,}".partition(".")
    sign, minus = chance.choice((("", ""), ("-", "-"), ("−", "-")))
    if form != "xlsx" and sign == "−":
        sign = "-"
    return sign + whole.replace(",", chance.choice(("", "\u00a0", " "))) + chance.choice(",.") + part, minus + str(
        number
    )


def _date(_: FieldContract, chance: random.Random, form: str) -> tuple[Any, str]:
    day = date(2017, 1, 1) + timedelta(days=chance.randrange(800))
    if form == "xlsx" and chance.random() < 0.4:
        return datetime(day.year, day.month, day.day), day.isoformat()
    return chance.choice(
        (
            f"{day.year}-{day.month:02}-{day.day:02}",
            f"{day.year}.{day.month:02}.{day.day:02}",
            f"{day.year} {day.month:02} {day.day:02}",
            f"{day.year} m. {_GENITIVE[day.month - 1]} {day.day} d.",
            str((day - date(1899, 12, 30)).days),
        )
    ), day.isoformat()


def _month(_: FieldContract, chance: random.Random, form: str) -> tuple[Any, str]:
    year, month = chance.choice((2017, 2018)), chance.randint(1, 12)
    if form == "xlsx" and chance.random() < 0.3:
        return datetime(year, month, 1), f"{year}-{month:02}-01"
    return chance.choice(
        (f"{year}-{month:02}", f"{year} m. {_NOMINATIVE[month - 1]}", f"{year} m. {_GENITIVE[month - 1]} mėn.")
    ), f"{year}-{month:02}-01"


def _bool(_: FieldContract, chance: random.Random, form: str) -> tuple[Any, str]:
    said = chance.choice((True, False))
    if form == "xlsx" and chance.random() < 0.3:
        return said, str(said).lower()
    words = ("taip", "t", "1", "true", "Taip", "TAIP") if said else ("ne", "n", "0", "false", "Ne", "N")
    return chance.choice(words), str(said).lower()


def _code(field: FieldContract, chance: random.Random, form: str) -> tuple[Any, str]:
    code = chance.choice(sorted(reference().code_lists[str(field.code_list)]))
    ways = [code, code.lower(), code.title(), code.replace("_", " ").lower()]
    ways += {"SVIETIMAS": ["Švietimas"], "IVYKDYTA": ["įvykdyta"], "SEIMA": ["šeima"]}.get(code, [])
    return chance.choice(ways), code


def _legal(_: FieldContract, chance: random.Random, form: str) -> tuple[Any, str]:
    return "190244763", "190244763"


def _municipality(_: FieldContract, chance: random.Random, form: str) -> tuple[Any, str]:
    return (11 if form == "xlsx" and chance.random() < 0.3 else "11"), "11"


_WAYS = {
    FieldType.PERSONAL_CODE: _person,
    FieldType.LEGAL_CODE: _legal,
    FieldType.MUNICIPALITY: _municipality,
    FieldType.DATE: _date,
    FieldType.MONTH: _month,
    FieldType.INT: _number,
    FieldType.DECIMAL: _decimal,
    FieldType.BOOL: _bool,
    FieldType.CODE: _code,
    FieldType.TEXT: _text_cell,
}


def _text(lines: list[list[str]], form: str, chance: random.Random) -> bytes:
    separator = chance.choice(_SEPARATORS[form])
    end = chance.choice(("\n", "\r\n"))
    quoted = chance.random() < 0.2

    def cell(text: str) -> str:
        if quoted or any(letter in text for letter in (separator, '"', "\n")):
            return '"' + text.replace('"', '""') + '"'
        return text

    text = end.join(separator.join(map(cell, line)) for line in lines)
    return (text + chance.choice(("", end))).encode(chance.choice(_CODECS))


def _xlsx(lines: list[list[Any]]) -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    book.add_worksheet("Aprašymas").write(0, 0, "Kaip pildyti")
    sheet = book.add_worksheet("Duomenys")
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            if isinstance(cell, str):
                sheet.write_string(row, column, cell)
            else:
                sheet.write(row, column, cell)
    book.close()
    return written.getvalue()


def _ods(lines: list[list[str]]) -> bytes:
    rows = (ods_row(*(ods_cell(_escaped(cell)) for cell in line or [""])) for line in lines)
    return ods(b"".join(rows) + ods_row(ods_cell("", columns=1024), rows=1_048_000))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "</text:p><text:p>")
