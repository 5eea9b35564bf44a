"""Which column of a provider's file is which field of the contract."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute

from aim.contracts.models import TEMPORARY_NUMBER, DatasetContract, FieldType
from aim.landing.check_digits import without_personal_codes
from aim.landing.limits import MAX_NAME_LENGTH
from aim.landing.rejection import RejectionError

_FEWEST_MATCHES = 2
"""A title such as "Savivaldybė: Kaunas" may look like one column; a header has more."""
_LONG_NUMBER = re.compile(r"[0-9]{6,}")


@dataclass(frozen=True)
class Header:
    """A header found. fields: per column the field's name, None where unknown. row: its last physical line.

    cells: as the provider wrote them, for his eyes alone: they may be a row of data.
    """

    fields: tuple[str | None, ...]
    unknown: tuple[str, ...]
    row: int
    matched: int
    cells: tuple[str, ...] = attribute(default=(), repr=False, compare=False)


def fold(text: str) -> str:
    """The text without case, diacritics, spaces and punctuation: `Mėnuo (month)` -> `menuomonth`."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if letter.isalnum())


def field_names(contract: DatasetContract) -> dict[str, str]:
    """Folded column name -> field. A field's own name goes before a title, a title before an alias."""
    names: dict[str, str] = {}
    for field in contract.fields:
        names.setdefault(fold(field.name), field.name)
    for field in contract.fields:
        names.setdefault(fold(field.title.lt), field.name)
        names.setdefault(fold(field.title.en), field.name)
    for field in contract.fields:
        for alias in field.aliases:
            names.setdefault(fold(alias), field.name)
    if contract.has_person:
        names.setdefault(fold(TEMPORARY_NUMBER), TEMPORARY_NUMBER)
    return names


def kept_names(names: Iterable[str], declared: Iterable[DatasetContract]) -> list[str]:
    """Unknown columns' names as they are stored: but for those of another contract starred out, they may be a person's.

    A file without a header may show a row in its place.
    """
    known = {name for contract in declared for name in field_names(contract)}
    return [name if fold(name) in known else "*" * len(name) for name in names]


def header_of(cells: Sequence[str], names: dict[str, str], row: int) -> Header:
    """The cells taken as a header. Of two columns for one field the better named speaks, then the left one."""
    ranks = {name: rank for rank, name in enumerate(names)}
    folded = [fold(cell) for cell in cells]
    best: dict[str, int] = {}
    for column, name in enumerate(folded):
        field = names.get(name)
        if field is None:
            continue
        if field not in best or ranks[name] < ranks[folded[best[field]]]:
            best[field] = column
    at = {column: field for field, column in best.items()}
    return Header(
        fields=tuple(at.get(column) for column in range(len(cells))),
        unknown=tuple(_shown(cell) for column, cell in enumerate(cells) if column not in at and cell.strip()),
        row=row,
        matched=len(at),
        cells=tuple(cells),
    )


def _shown(name: str) -> str:
    """A column name as it may be stored: no number as long as a code's parts, no letter that cannot be printed."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name.strip()[: 2 * MAX_NAME_LENGTH])
    return _LONG_NUMBER.sub("*", without_personal_codes(printable.strip()))[:MAX_NAME_LENGTH]


def best_header(candidates: Iterable[Header], contract: DatasetContract) -> Header | None:
    """The first candidate with every column that must be there, else the one with most columns known.

    None where none looks like a header.
    """
    best: Header | None = None
    for header in candidates:
        if not missing_columns(header, contract):
            return header
        if best is None or header.matched > best.matched:
            best = header
    if best is None or best.matched < min(_FEWEST_MATCHES, len(contract.fields)):
        return None
    return best


def missing_columns(header: Header, contract: DatasetContract) -> list[str]:
    """The names of required, key and personal code columns that are not there."""
    return [
        field.name
        for field in contract.fields
        if (field.required or field.key or field.type is FieldType.PERSONAL_CODE) and field.name not in header.fields
    ]


def require_columns(header: Header, contract: DatasetContract) -> None:
    """Raises RejectionError missing_column, which names them all."""
    missing = missing_columns(header, contract)
    if missing:
        raise RejectionError("missing_column", ", ".join(missing))
