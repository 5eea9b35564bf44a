"""How a provider's file looks: one of the ways of writing that the specification allows, kept from month to month."""

from __future__ import annotations

import gzip
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO
from itertools import cycle
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import numpy.typing as npt
import polars as pl
import xlsxwriter

from aim.contracts.calendar import Period
from aim.contracts.models import DatasetContract, FieldType
from aim.sample.chance import stream

NIL = "NĖRA DUOMENŲ"
TOTAL = "Iš viso"

_YES_NO = (("taip", "ne"), ("Taip", "Ne"), ("T", "N"), ("1", "0"), ("true", "false"))
_ROWS_BEFORE_BLANK = 5
_EPOCH_OF_SERIALS = date(1899, 12, 30)
_NUMBER = re.compile(r"-?[0-9]{1,9}([.,][0-9]+)?")
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)

_HEADERS = {
    "atvejo_nr": "Atvejo Nr.",
    "asmens_kodas": "Asmens kodas",
    "laikinas_nr": "Laikinas Nr.",
    "seimos_nr": "Šeimos Nr.",
    "sav": "Sav.",
    "pranesimo_data": "Pranešimo data",
    "atidarymo_data": "Atidarymo data",
    "vadybininko_paskyrimo_data": "Vadybininko paskyrimo data",
    "uzdarymo_data": "Uždarymo data",
    "uzdarymo_priezastis": "Uždarymo priežastis",
    "neigalus": "Neįgalus",
    "spec_poreikiai": "Spec. poreikiai",
    "vertinimo_nr": "Vertinimo Nr.",
    "vertinimo_data": "Vertinimo data",
    "klausimo_nr": "Klausimo Nr.",
    "lygis": "Lygis",
    "bendras_lygis": "Bendras lygis",
    "vertintojo_grupe": "Vertintojo grupė",
    "metai": "Metai",
    "amzius": "Amžius",
    "viso": "Viso",
    "berniukai": "Berniukai",
    "mergaites": "Mergaitės",
    "mokiniu_sk": "Mokinių sk.",
    "plano_nr": "Plano Nr.",
    "priemones_nr": "Priemonės Nr.",
    "sudarymo_data": "Sudarymo data",
    "priemone": "Priemonė",
    "paslaugos_kodas": "Paslaugos kodas",
    "terminas": "Terminas",
    "busena": "Būsena",
    "ivykdymo_data": "Įvykdymo data",
    "perziuros_data": "Peržiūros data",
    "poreikis_nustatytas": "Poreikis nustatytas",
    "kiekis": "Kiekis",
    "vienetas": "Vienetas",
    "laukia": "Laukia",
    "nuo": "Nuo",
    "iki": "Iki",
    "statusas_nuo": "Statusas nuo",
    "statusas_iki": "Statusas iki",
    "priezastis": "Priežastis",
    "irasyta": "Įrašyta",
    "isbraukta": "Išbraukta",
    "pranesimo_nr": "Pranešimo Nr.",
    "smurto_rusis": "Smurto rūšis",
    "ivykio_data": "Įvykio data",
    "patvirtinta": "Patvirtinta",
    "liudininkas": "Liudininkas",
    "smurtautojas": "Smurtautojas",
    "globos_nr": "Globos Nr.",
    "globos_rusis": "Globos rūšis",
    "vieta": "Vieta",
    "pagrindas": "Pagrindas",
    "mokyklos_kodas": "Mokyklos kodas",
    "menuo": "Mėnuo",
    "pamoku_is_viso": "Pamokų iš viso",
    "praleista": "Praleista",
    "be_priezasties": "Be priežasties",
    "mokslo_metai": "Mokslo metai",
    "sprendimo_data": "Sprendimo data",
    "sutrikimo_grupe": "Sutrikimo grupė",
    "galioja_iki": "Galioja iki",
    "lytis": "Lytis",
    "veikos_grupe": "Veikos grupė",
    "veiku_sk": "Veikų sk.",
    "asmenu_sk": "Asmenų sk.",
    "amziaus_grupe": "Amžiaus grupė",
    "naujai": "Naujai",
    "istaigos_kodas": "Įstaigos kodas",
    "programa": "Programa",
    "planuota": "Planuota",
    "lanke": "Lankė",
    "iraso_nr": "Įrašo Nr.",
    "tipas": "Tipas",
    "data": "Data",
    "institucijos_kodas": "Institucijos kodas",
    "atsakymo_data": "Atsakymo data",
    "kviesta": "Kviesta",
    "dalyvavo": "Dalyvavo",
    "lapo_nr": "Lapo Nr.",
    "respondentas": "Respondentas",
    "balas": "Balas",
}
_LETTERS_OF_CODES = {
    "ISVYKO": "išvyko", "SVIETIMAS": "švietimas", "IVYKDYTA": "įvykdyta", "NEIVYKDYTA": "Neįvykdyta",
    "ATSAUKTA": "atšaukta", "IGUDZIU_UGDYMAS": "įgūdžių ugdymas", "NEPRIEZIURA": "nepriežiūra", "TEVAI": "tėvai",
    "GLOBEJAI": "globėjai", "SEIMA": "Šeima", "SEIMYNA": "šeimyna", "NUOLATINE": "nuolatinė",
    "TEVU_PRASYMU": "tėvų prašymu", "VAGYSTE": "vagystė", "PLESIMAS": "plėšimas", "UZKLAUSA": "užklausa",
    "POSEDIS": "posėdis", "VIESOJI_TVARKA": "viešoji tvarka", "SOCIALINE": "socialinė", "IGUDZIAI": "įgūdžiai",
    "PASALPOS": "pašalpos", "LOSIMAI": "lošimai", "BENDRAAMZIAI": "bendraamžiai",
}  # fmt: skip
"""Codes as people write them; the others in small letters, with spaces."""
_MONTHS_OF = (
    "sausio", "vasario", "kovo", "balandžio", "gegužės", "birželio",
    "liepos", "rugpjūčio", "rugsėjo", "spalio", "lapkričio", "gruodžio",
)  # fmt: skip
_MONTHS = (
    "sausis", "vasaris", "kovas", "balandis", "gegužė", "birželis",
    "liepa", "rugpjūtis", "rugsėjis", "spalis", "lapkritis", "gruodis",
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """One provider's way of writing a file.

    header: plain, upper or words. dates: iso, dots, spaces, long, and in workbooks cells or serials. missing: what an
    empty date, number or flag is written as. decimal: its sign. yes_no: the words of a boolean. titled, with_total,
    with_blank: lines that are no rows. grouped: thousands apart by a no-break space. shuffled: columns in an order of
    its own. remarks: a column nobody asked for. number_cells: numbers of a workbook are numbers, not text.
    """

    extension: str
    encoding: str = "utf-8"
    separator: str = ","
    newline: str = "\n"
    header: str = "plain"
    dates: str = "iso"
    missing: str = ""
    decimal: str = "."
    yes_no: tuple[str, str] = ("taip", "ne")
    quoted: bool = False
    titled: bool = False
    with_total: bool = False
    with_blank: bool = False
    grouped: bool = False
    shuffled: bool = False
    codes_as_words: bool = False
    remarks: bool = False
    number_cells: bool = False

    @property
    def is_workbook(self) -> bool:
        """Whether it is a spreadsheet rather than text."""
        return self.extension == "xlsx"

    @property
    def lines_before_rows(self) -> int:
        """Title lines and header."""
        return 3 if self.titled else 1

    def row_number(self, index: int) -> int:
        """The line or sheet row of the `index`-th row (from 0)."""
        skipped = 1 if self.with_blank and index >= _ROWS_BEFORE_BLANK else 0
        return self.lines_before_rows + 1 + index + skipped

    def row_numbers(self, rows: int) -> npt.NDArray[np.int64]:
        """The same of the first so many rows."""
        index = np.arange(rows)
        return self.lines_before_rows + 1 + index + (self.with_blank & (index >= _ROWS_BEFORE_BLANK))

    def header_of(self, field: str) -> str:
        """The field's name as this provider writes it."""
        return {"plain": field, "upper": field.upper(), "words": _HEADERS.get(field, field)}[self.header]

    def date_text(self, iso: str) -> str:
        """A date written `2018-02-30`, real or not, as this provider writes dates."""
        year, month, day = iso.split("-")
        return {
            "dots": f"{year}.{month}.{day}",
            "spaces": f"{year} {month} {day}",
            "long": f"{year} m. {_MONTHS_OF[int(month) - 1]} {int(day)} d.",
        }.get(self.dates, iso)


def as_text(form: Form) -> Form:
    """The form of the files that are too long for the provider's workbooks."""
    dates = "iso" if form.dates in ("cells", "serials") else form.dates
    return replace(form, extension="csv", dates=dates) if form.is_workbook else form


def draw_forms(seed: int, providers: Sequence[str], with_workbooks: frozenset[str]) -> dict[str, Form]:
    """A form for each provider, every kind of file met; workbooks only for those in `with_workbooks`."""
    rng = stream(seed, "forms")
    extensions = cycle(("csv", "xlsx", "csv", "txt", "csv.gz", "csv", "xlsx", "tsv", "csv.zip", "csv"))
    order = [providers[place] for place in rng.permutation(len(providers))]
    order.sort(key=lambda code: code not in with_workbooks)
    workbooks = (code for code in order if code in with_workbooks)
    texts = reversed(order)
    forms: dict[str, Form] = {}
    for extension in extensions:
        taker = next((code for code in (workbooks if extension == "xlsx" else texts) if code not in forms), None)
        if taker is None and len(forms) == len(providers):
            return forms
        if taker is not None:
            forms[taker] = _draw_form(seed, taker, extension)
    return forms


def _draw_form(seed: int, provider: str, extension: str) -> Form:
    rng = stream(seed, "form", provider)

    def pick(*choices: str) -> str:
        return choices[int(rng.integers(len(choices)))]

    def one_in(times: int) -> bool:
        return int(rng.integers(times)) == 0

    dates = (
        ("iso", "cells", "cells", "serials") if extension == "xlsx" else ("iso", "iso", "iso", "dots", "spaces", "long")
    )
    return Form(
        extension=extension,
        encoding=pick("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-8-sig", "cp1257", "cp1257", "cp1257", "utf-16"),
        separator="\t" if extension == "tsv" else pick(";", ";", ";", ",", ",", "|"),
        newline=pick("\n", "\r\n"),
        header=pick("plain", "plain", "upper", "words"),
        dates=pick(*dates),
        missing=pick("", "", "", "-", "–", ":"),
        decimal=pick(",", ",", "."),
        yes_no=_YES_NO[int(rng.integers(len(_YES_NO)))],
        quoted=one_in(6),
        titled=one_in(4),
        with_total=one_in(6),
        with_blank=one_in(8),
        shuffled=one_in(5),
        codes_as_words=one_in(3),
        remarks=one_in(8),
        number_cells=one_in(2),
    )


POPULATION_FORMS = (
    Form("csv", "cp1257", ";", "\r\n", "words", titled=True, with_total=True, grouped=True),
    Form("csv", "utf-8-sig", ";", "\r\n", with_total=True),
)
"""The national agency's, from year to year in turn."""


def in_words(rows: pl.DataFrame, form: Form, contract: DatasetContract) -> pl.DataFrame:
    """The typed rows as text, cell by cell as the provider writes them; field names and order still the contract's."""
    types = {field.name: field.type for field in contract.fields}
    cells = []
    for field in rows.columns:
        cell, kind = pl.col(field), types.get(field, FieldType.TEXT)
        match kind:
            case FieldType.DATE:
                cell = _written_date(cell, form)
            case FieldType.MONTH:
                cell = _written_month(cell, form)
            case FieldType.INT:
                cell = cell.cast(pl.String)
                if form.grouped and field != "metai":
                    cell = cell.str.replace(r"^(\d+)(\d{3})$", "${1}\u00a0${2}")
            case FieldType.DECIMAL:
                cell = cell.cast(pl.String).str.replace(r"\.0$", "").str.replace(".", form.decimal, literal=True)
            case FieldType.BOOL:
                cell = pl.when(cell).then(pl.lit(form.yes_no[0])).when(~cell).then(pl.lit(form.yes_no[1]))
            case FieldType.CODE:
                cell = cell.cast(pl.String)
                if form.codes_as_words:
                    plain = cell.str.to_lowercase().str.replace_all("_", " ", literal=True)
                    cell = cell.replace_strict(_LETTERS_OF_CODES, default=plain, return_dtype=pl.String)
        if form.missing and kind not in (FieldType.TEXT, FieldType.PERSONAL_CODE):
            cell = cell.fill_null(form.missing)
        cells.append(cell.fill_null("").alias(field))
    return rows.select(cells)


def _written_month(cell: pl.Expr, form: Form) -> pl.Expr:
    if form.dates == "long":
        month = cell.dt.month().replace_strict(dict(enumerate(_MONTHS, 1)), return_dtype=pl.String)
        return pl.format("{} m. {}", cell.dt.year(), month)
    if form.dates in ("dots", "spaces"):
        return cell.dt.strftime("%Y.%m" if form.dates == "dots" else "%Y %m")
    return cell.dt.strftime("%Y-%m")


def _written_date(cell: pl.Expr, form: Form) -> pl.Expr:
    if form.dates == "dots":
        return cell.dt.strftime("%Y.%m.%d")
    if form.dates == "spaces":
        return cell.dt.strftime("%Y %m %d")
    if form.dates == "long":
        month = cell.dt.month().replace_strict(dict(enumerate(_MONTHS_OF, 1)), return_dtype=pl.String)
        return pl.format("{} m. {} {} d.", cell.dt.year(), month, cell.dt.day())
    return cell.dt.strftime("%Y-%m-%d")


def lay_out(
    words: pl.DataFrame,
    form: Form,
    provider_name: str,
    period: Period,
    *,
    nil: bool = False,
    totals: Mapping[str, str] | None = None,
    surplus: Collection[int] = (),
    numeric: Collection[str] = (),
) -> bytes:
    """The file: titles, header, rows, total as the form has them. nil: header and the words of a nil return alone.

    surplus: rows (from 0) of a text file with one cell more than there are columns. numeric: fields of numbers.
    """
    fields = words.columns
    if form.shuffled:
        fields = [fields[place] for place in stream(0, provider_name, *fields).permutation(len(fields))]
    body = words.select(fields)
    if form.remarks:
        body = body.with_columns(pastabos=pl.lit("peržiūrėta"))
    names = body.columns
    if nil:
        body = pl.DataFrame({name: [NIL if place == 0 else ""] for place, name in enumerate(names)})
    blank = pl.DataFrame({name: [""] for name in names}, schema=dict.fromkeys(names, pl.String))
    parts = [body]
    if form.with_blank and not nil and len(body) > _ROWS_BEFORE_BLANK:
        parts = [body[:_ROWS_BEFORE_BLANK], blank, body[_ROWS_BEFORE_BLANK:]]
    if form.with_total and not nil and len(body):
        sums = dict(totals or {}) or {names[1]: str(len(body))}
        last = {name: [sums.get(name, "")] for name in names} | {names[0]: [TOTAL]}
        parts.append(pl.DataFrame(last))
    sheet = pl.concat(parts).rename({name: form.header_of(name) for name in names})
    titles = (provider_name, f"Ataskaitos duomenų laikotarpis: {period.text}") if form.titled else ()
    if form.is_workbook:
        return _workbook(sheet, titles, form, {form.header_of(name) for name in numeric})
    return _text(sheet, titles, form, [form.row_number(index) for index in surplus])


def _text(sheet: pl.DataFrame, titles: Sequence[str], form: Form, surplus: Sequence[int]) -> bytes:
    lines = "".join(title + form.newline for title in titles)
    table = sheet.select(pl.all().replace("", None)).write_csv(
        separator=form.separator,
        line_terminator=form.newline,
        quote_style="always" if form.quoted else "necessary",
    )
    # Python's own utf-16 takes the machine's byte order; files must be the same everywhere.
    whole = lines + table
    if surplus:
        each = whole.split(form.newline)
        for number in surplus:
            each[number - 1] += form.separator + "perteklius"
        whole = form.newline.join(each)
    data = b"\xff\xfe" + whole.encode("utf-16-le") if form.encoding == "utf-16" else whole.encode(form.encoding)
    return compressed(data, form.extension)


def compressed(data: bytes, extension: str) -> bytes:
    """`data` packed as the extension says, without a time stamp of its own."""
    if extension.endswith(".gz"):
        return gzip.compress(data, compresslevel=6, mtime=0)
    if extension.endswith(".zip"):
        packed = BytesIO()
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            archive.writestr(ZipInfo("duomenys." + extension.removesuffix(".zip"), _FIXED_TIME), data, ZIP_DEFLATED)
        return packed.getvalue()
    return data


def _workbook(sheet: pl.DataFrame, titles: Sequence[str], form: Form, numeric: Collection[str]) -> bytes:
    packed = BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(*_FIXED_TIME)})
    page = book.add_worksheet("Duomenys")
    date_cell = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, title in enumerate(titles):
        page.write_string(number, 0, title)
    page.write_row(len(titles), 0, sheet.columns)
    for place, series in enumerate(sheet.iter_columns()):
        column, first = series.to_list(), len(titles) + 1
        serials = _serials(series) if form.dates in ("cells", "serials") else None
        style: Any = date_cell if form.dates == "cells" else None
        for row, text in enumerate(column):
            if text and serials and serials[row] is not None:
                page.write_number(first + row, place, serials[row], style)
            elif text and form.number_cells and series.name in numeric and _NUMBER.fullmatch(text):
                page.write_number(first + row, place, float(text.replace(",", ".")))
            elif text:
                page.write_string(first + row, place, text)
    book.close()
    return packed.getvalue()


def _serials(series: pl.Series) -> list[int | None] | None:
    """The spreadsheet's numbers of a column of dates; None for a column of anything else, or a cell that is no date."""
    days = series.str.to_date("%Y-%m-%d", strict=False)
    if not days.count():
        return None
    return [None if day is None else (day - _EPOCH_OF_SERIALS).days for day in days.to_list()]
