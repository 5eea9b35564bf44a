"""The examples of the rules as files a provider could send."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from io import StringIO
from itertools import product
from unicodedata import normalize

from stdnum.lt import asmens

from aim.contracts.calendar import Period
from aim.contracts.load import COMMON, Contracts
from aim.contracts.models import (
    TEMPORARY_NUMBER,
    DatasetContract,
    DateRole,
    FieldContract,
    FieldType,
    ForEach,
    Rule,
    RuleSet,
)
from aim.contracts.reference import Reference

EVERY = "*"
"""As a cell: every code of the field's list, one row each. As a field: a cell beyond the last column."""
TIMES = "#"
"""As a field: so many rows of one, `{i}` in their cells counts them."""
NIL = "NĖRA DUOMENŲ"
LONG_HISTORY = 8
ENOUGH_ROWS = 40
"""Periods and rows that the rules of all datasets that look back have to go by."""

Row = Mapping[str, str]
Table = list[dict[str, str]]

_UNREADABLE = {
    FieldType.DATE: "2018-13-45",
    FieldType.MONTH: "2018-13",
    FieldType.INT: "daug",
    FieldType.DECIMAL: "daug",
    FieldType.BOOL: "gal",
    FieldType.MUNICIPALITY: "trisdešimt trys",
    FieldType.LEGAL_CODE: "190000001",
    FieldType.CODE: "a/b",
    FieldType.TEXT: "#REF!",
}


def rows_of(rule_set: RuleSet, contract: DatasetContract, example: Sequence[Row], reference: Reference) -> Table:
    """The data rows of an example's file: its own rows first, in the specimen's place among those of the grid."""
    own = [row for cells in example for row in _expanded({**rule_set.specimen, **cells}, contract, reference)]
    return own + [row for row in _grid(rule_set, reference) if not _is_at(row, rule_set.specimen, rule_set)]


def in_period(rows: Sequence[Row], contract: DatasetContract, own: Period, other: Period) -> Table:
    """The same rows as those of another period than the specimen's own.

    What names the period names the other one, and what began or happened after it did so on its first day.
    """
    begun = {field.name for field in contract.fields if field.date_role in (DateRole.START, DateRole.EVENT)}

    def moved(name: str, cell: str) -> str:
        if cell == own.text:
            return other.text
        return other.start.isoformat() if name in begun and cell > other.end.isoformat() else cell

    return [{name: moved(name, cell) for name, cell in row.items()} for row in rows]


def file_text(contract: DatasetContract, rows: Sequence[Row], serial: int) -> str:
    """The rows as a file of their dataset, none as a nil return; `serial`, in a column nobody knows, makes its bytes
    its own.
    """
    names = [field.name for field in contract.fields]
    if any(TEMPORARY_NUMBER in row for row in rows):
        names.append(TEMPORARY_NUMBER)
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([*names, "pastaba"])
    if not rows:
        writer.writerow([NIL])
    for row in rows:
        extra = [row[EVERY]] if EVERY in row else []
        writer.writerow([*(row.get(name, "") for name in names), serial, *extra])
    return text.getvalue()


def broken_rows(rule: Rule, field: FieldContract | None, contract: DatasetContract, period_end: date) -> list[Row]:
    """Rows that break a common rule in one field of a dataset; fields left out are the specimen's."""
    match rule.for_each:
        case ForEach.ROW:
            return [{EVERY: "perteklius"}]
        case ForEach.KEY:
            content = next(one for one in contract.fields if not one.key and one.type in _OTHER_CONTENT)
            return [{}, {content.name: _OTHER_CONTENT[content.type]}]
    assert field is not None
    match rule.for_each:
        case ForEach.REQUIRED:
            cell = ""
        case ForEach.TYPED:
            cell = _UNREADABLE[field.type]
        case ForEach.CODED:
            cell = "TOKIO_NERA"
        case ForEach.RANGED:
            cell = str(field.minimum - 1 if field.minimum is not None else (field.maximum or 0) + 1)
        case ForEach.LIMITED_TEXT:
            cell = "x" * ((field.length or 0) + 1)
        case ForEach.PERSONAL_CODE if rule.code == "VIS-005":
            cell = "51003019804"
        case ForEach.PERSONAL_CODE:
            cell = "39003019800"
        case ForEach.MUNICIPALITY if rule.code == "VIS-007":
            cell = "99"
        case ForEach.MUNICIPALITY:
            cell = "11"
        case ForEach.DATE:
            cell = "1989-12-31"
        case ForEach.START_DATE:
            cell = (period_end + timedelta(days=1)).isoformat()
        case ForEach.END_DATE:
            cell = "1990-01-01"
        case _:
            raise ValueError(f"{rule.code} is not repeated for fields")
    return [{field.name: cell}]


def broken_history(
    rule: Rule, field: FieldContract | None, rule_set: RuleSet, contract: DatasetContract, reference: Reference
) -> tuple[list[list[Row]], list[Row]]:
    """The same for a common rule that looks back: the rows of earlier periods, and those that break it now."""
    if rule.for_each is ForEach.DELIVERY:
        return [[] for _ in range(LONG_HISTORY)], [{}] if rule_set.grid else _many({}, contract, reference)
    assert field is not None
    usual, other = _two_codes(field, rule_set, contract, reference)
    before = _many(usual, contract, reference)
    if field.key:
        return [before], [{**row, field.name: cells[field.name]} for row in before for cells in (usual, other)]
    changed = _many(other, contract, reference)
    return [before], before[: ENOUGH_ROWS // 2] + changed[ENOUGH_ROWS // 2 :]


def _two_codes(
    field: FieldContract, rule_set: RuleSet, contract: DatasetContract, reference: Reference
) -> tuple[dict[str, str], dict[str, str]]:
    """Cells beside the specimen's with which the field holds one code, and another.

    Where another field hangs on the code, some example that passes shows how.
    """
    keys = {one.name for one in contract.key}
    shown = [
        {name: cell for name, cell in row.items() if name == field.name or name not in {*keys, TIMES, EVERY}}
        for rule in rule_set.rules
        for row in rule.example.passes
        if row.get(field.name, EVERY) not in ("", EVERY)
    ]
    plain = {field.name: rule_set.specimen[field.name]} if rule_set.specimen.get(field.name) else shown[0]
    used = _folded(plain[field.name])
    codes = [{**plain, field.name: code} for code in reference.code_lists[field.code_list or ""]]
    return plain, next(cells for cells in [*shown, *codes] if _folded(cells[field.name]) != used)


def _folded(code: str) -> str:
    plain = normalize("NFKD", code).encode("ascii", "ignore").decode()
    return plain.upper().replace(" ", "_")


def _many(cells: Row, contract: DatasetContract, reference: Reference) -> list[Row]:
    """Rows alike but for who or what they are about."""
    persons = [field.name for field in contract.fields if field.type is FieldType.PERSONAL_CODE]
    numbers = [field.name for field in contract.key if field.type is FieldType.TEXT]
    if any(contract.field(name).key for name in persons):
        numbers = []
    places = [] if persons or numbers else [one.name for one in contract.key if one.type is FieldType.MUNICIPALITY]
    municipalities = list(reference.municipalities)
    return [
        {
            **cells,
            **dict.fromkeys(persons, _invented_code(number)),
            **dict.fromkeys(numbers, f"N-{number}"),
            **dict.fromkeys(places, municipalities[number]),
        }
        for number in range(ENOUGH_ROWS)
    ]


def _invented_code(number: int) -> str:
    begun = f"510{number // 28 + 1:02}{number % 28 + 1:02}981"
    return begun + asmens.calc_check_digit(f"{begun}0")


def specimen_set(contracts: Contracts, rule_set: RuleSet, rule: Rule) -> RuleSet:
    """The rules whose specimen an example stands on: of its own dataset, or of the one a common rule names."""
    if rule_set.dataset != COMMON:
        return rule_set
    assert rule.example.dataset is not None
    return contracts.rule_sets[rule.example.dataset]


_OTHER_CONTENT = {FieldType.TEXT: "kitas", FieldType.CODE: "KITA", FieldType.INT: "7"}
"""For each type a readable cell that no specimen has."""


def _expanded(row: dict[str, str], contract: DatasetContract, reference: Reference) -> Iterator[dict[str, str]]:
    if TIMES in row:
        cells = {name: cell for name, cell in row.items() if name != TIMES}
        for count in range(1, int(row[TIMES]) + 1):
            yield {name: cell.replace("{i}", str(count)) for name, cell in cells.items()}
        return
    lists = {
        name: reference.code_lists[contract.field(name).code_list or ""]
        for name, cell in row.items()
        if cell == EVERY and name != EVERY
    }
    for place in range(max(map(len, lists.values()), default=1)):
        yield {**row, **{name: codes[place % len(codes)] for name, codes in lists.items()}}


def _grid(rule_set: RuleSet, reference: Reference) -> Iterator[dict[str, str]]:
    if not rule_set.grid:
        return
    lists = [_every(span, reference) for span in rule_set.grid.values()]
    for cells in product(*lists):
        yield {**rule_set.specimen, **dict(zip(rule_set.grid, cells, strict=True))}


def _every(span: str, reference: Reference) -> list[str]:
    if span == "municipalities":
        return list(reference.municipalities)
    first, last = map(int, span.split("-"))
    return [str(number) for number in range(first, last + 1)]


def _is_at(row: Row, specimen: Row, rule_set: RuleSet) -> bool:
    return all(row[name] == specimen[name] for name in rule_set.grid)
