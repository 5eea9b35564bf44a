"""The examples of the rules as files a provider could send."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from io import StringIO
from itertools import product

from aim.contracts.load import COMMON, Contracts
from aim.contracts.models import (
    TEMPORARY_NUMBER,
    DatasetContract,
    FieldContract,
    FieldType,
    ForEach,
    Rule,
    RuleSet,
)
from aim.contracts.reference import Reference

EVERY = "*"
"""As a cell: every code of the field's list, one row each. As a field: a cell beyond the last column."""

Row = Mapping[str, str]

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


def rows_of(
    rule_set: RuleSet, contract: DatasetContract, example: Sequence[Row], reference: Reference
) -> list[dict[str, str]]:
    """The data rows of an example's file: its own rows first, in the specimen's place among those of the grid."""
    own = [row for cells in example for row in _expanded({**rule_set.specimen, **cells}, contract, reference)]
    return own + [row for row in _grid(rule_set, reference) if not _is_at(row, rule_set.specimen, rule_set)]


def table_of_period_before(rule_set: RuleSet, reference: Reference) -> list[dict[str, str]]:
    """The same table a period earlier."""
    return [{**row, **rule_set.period_before} for row in _grid(rule_set, reference)]


def file_text(contract: DatasetContract, rows: Sequence[Row], serial: int) -> str:
    """The rows as a file of their dataset; `serial`, in a column nobody knows, makes its bytes its own."""
    names = [field.name for field in contract.fields]
    if any(TEMPORARY_NUMBER in row for row in rows):
        names.append(TEMPORARY_NUMBER)
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([*names, "pastaba"])
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


def specimen_set(contracts: Contracts, rule_set: RuleSet, rule: Rule) -> RuleSet:
    """The rules whose specimen an example stands on: of its own dataset, or of the one a common rule names."""
    if rule_set.dataset != COMMON:
        return rule_set
    assert rule.example.dataset is not None
    return contracts.rule_sets[rule.example.dataset]


_OTHER_CONTENT = {FieldType.TEXT: "kitas", FieldType.CODE: "KITA", FieldType.INT: "7"}
"""For each type a readable cell that no specimen has."""


def _expanded(row: dict[str, str], contract: DatasetContract, reference: Reference) -> Iterator[dict[str, str]]:
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
