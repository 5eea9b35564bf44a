"""What a declared rule means in SQL: one boolean column for each rule and field it speaks of.

A column is null where the rule does not apply to the row, true where it holds, false where it is broken. A condition
that comes out as unknown (null) where the rule applies counts as broken: what cannot be shown to hold must not pass in
silence, and a rule that meant otherwise says so in its `applies`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aim.contracts.calendar import public_holidays
from aim.contracts.layouts import Layout
from aim.contracts.load import COMMON, Contracts
from aim.contracts.models import (
    PERSON_COLUMNS,
    DatasetContract,
    DateRole,
    FieldContract,
    FieldType,
    ForEach,
    JudgedUnit,
    Lookup,
    Rule,
    Severity,
)
from aim.contracts.reference import Reference, ReferenceFileError

BATCH = "batch"
REPEATED_KEYS = "repeated_keys"
"""Placeholders of a lookup for what the judging prepares: the rows being judged, those that repeat a key."""
KEPT = "kept"
FORMER = "former"
"""The same for what is compared: the rows not quarantined, and those of the provider's slice of the period before."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z_0-9]+)?)\}")
_LANDED_COLUMN = re.compile(r"\blanded\.([a-z_][a-z_0-9]*)")
_PERSON_COLUMNS_OF = {FieldType.PERSONAL_CODE: tuple(PERSON_COLUMNS)}
_MUNICIPALITIES = "municipalities"
_HOLIDAYS = "holidays"
_PLAIN_VALUE = re.compile(r"[0-9A-Za-z.:\-]+")
_SMALLEST, _GREATEST = "-2147483648", "2147483647"
_UNBOUND = {
    FieldType.INT: (_SMALLEST, _GREATEST),
    FieldType.DECIMAL: ("'-infinity'::numeric", "'infinity'::numeric"),
}


ROWS, FILES = "rows", "files"
COMPARED_ROWS, FORMER_ROWS, COMPARED_FILES = "compared_rows", "former_rows", "compared_files"
_TABLE = {
    (False, JudgedUnit.ROW): ROWS,
    (False, JudgedUnit.DELIVERY): FILES,
    (True, JudgedUnit.ROW): COMPARED_ROWS,
    (True, JudgedUnit.FORMER_ROW): FORMER_ROWS,
    (True, JudgedUnit.DELIVERY): COMPARED_FILES,
}
TABLES = tuple(_TABLE.values())
"""The kinds of tables of outcomes: rules asked of each delivery by itself, then those that compare."""


class RuleSqlError(ValueError):
    """A rule's SQL cannot be made; the text names the placeholder at fault."""


_SPOKEN_OF: dict[ForEach, Callable[[FieldContract], bool]] = {
    ForEach.REQUIRED: lambda field: field.required,
    ForEach.TYPED: lambda field: field.type is not FieldType.PERSONAL_CODE,
    ForEach.CODED: lambda field: field.type is FieldType.CODE,
    ForEach.RANGED: lambda field: field.minimum is not None or field.maximum is not None,
    ForEach.LIMITED_TEXT: lambda field: field.length is not None,
    ForEach.PERSONAL_CODE: lambda field: field.type is FieldType.PERSONAL_CODE,
    ForEach.MUNICIPALITY: lambda field: field.type is FieldType.MUNICIPALITY,
    ForEach.DATE: lambda field: field.type is FieldType.DATE,
    ForEach.START_DATE: lambda field: field.date_role in (DateRole.START, DateRole.EVENT),
    ForEach.END_DATE: lambda field: field.not_before is not None,
}


@dataclass(frozen=True)
class RuleColumn:
    """A rule as one boolean column.

    field: what it speaks of, empty where it is the row (or file) as a whole. applies, holds: SQL in which only the
    placeholders `{param.x}`, `{codes.x}` and `{municipalities}` are left, which the reference files fill.
    """

    rule: Rule
    field: str
    applies: str
    holds: str

    @property
    def name(self) -> str:
        """The column's name: `VIS-001.seimos_nr`, `VER-003.lygis`, `VIS-014`."""
        return f"{self.rule.code}.{self.field}" if self.field else self.rule.code

    @property
    def is_of_file(self) -> bool:
        """Whether it judges the delivery as a whole and not its rows."""
        return self.rule.unit is JudgedUnit.DELIVERY

    @property
    def table(self) -> str:
        """The kind of table of outcomes it stands in, one of TABLES."""
        return _TABLE[self.rule.compares, self.rule.unit]

    @property
    def takes_row_out(self) -> bool:
        """Whether a row that breaks it is quarantined."""
        return self.rule.severity is Severity.ERROR and not self.is_of_file

    def condition(self, reference: Reference) -> str:
        """The column's SQL over `landed`, `delivery` and the lookups the rule uses."""
        applies, holds = (from_reference(text, reference) for text in (self.applies, self.holds))
        return f"case when {applies} then coalesce(({holds}), false) end"


def fields_spoken_of(rule: Rule, contract: DatasetContract) -> tuple[FieldContract | None, ...]:
    """The fields of the dataset that a rule speaks of one by one; None stands for the row as a whole.

    Raises RuleSqlError for a rule of one field that the dataset has not.
    """
    if rule.for_each in (ForEach.ROW, ForEach.KEY, ForEach.DELIVERY):
        return (None,)
    if rule.for_each is None and (len(rule.fields) != 1 or rule.unit is JudgedUnit.DELIVERY):
        return (None,)
    if rule.for_each is None:
        try:
            return (contract.field(rule.fields[0]),)
        except KeyError as error:
            raise RuleSqlError(f"{rule.code} speaks of {error}, which is no field of {contract.dataset}") from None
    concerns = _SPOKEN_OF[rule.for_each]
    return tuple(field for field in contract.fields if concerns(field))


def rules_of(contracts: Contracts, dataset: str) -> tuple[Rule, ...]:
    """The rules of a dataset: the common ones that find a field in it, then its own. Raises RuleSqlError."""
    contract = contracts.datasets[dataset]
    common = contracts.rule_sets[COMMON].rules if COMMON in contracts.rule_sets else ()
    own = contracts.rule_sets[dataset].rules if dataset in contracts.rule_sets else ()
    layouts = [layout.contract for layout in contracts.layouts_of(dataset)]
    return tuple(
        rule
        for rule in (*common, *own)
        if fields_spoken_of(rule, contract)
        or (rule.for_each is not None and any(fields_spoken_of(rule, layout) for layout in layouts))
    )


def lookups_of(contracts: Contracts, dataset: str) -> dict[str, Lookup]:
    """The lookups that rules of a dataset may use: the common ones and its own."""
    found: dict[str, Lookup] = {}
    for name in (COMMON, dataset):
        if name in contracts.rule_sets:
            found |= contracts.rule_sets[name].lookups
    return found


def rule_columns(contracts: Contracts, dataset: str) -> tuple[RuleColumn, ...]:
    """Every rule of a dataset as columns, in order of declaration. Raises RuleSqlError.

    A rule asks each row what the layout of its period has it ask. It is not asked of periods whose layout lacks a
    field that it names or reads.
    """
    contract, layouts = contracts.datasets[dataset], contracts.layouts_of(dataset)
    order = ["", *(field.name for field in contract.fields)]
    found = []
    for rule in rules_of(contracts, dataset):
        asked = [(layout, _conditions(rule, contract, layout.contract)) for layout in layouts]
        for name in sorted({name for _, conditions in asked for name in conditions}, key=order.index):
            by_layout = [(layout, conditions.get(name, _NOT_ASKED)) for layout, conditions in asked]
            applies = _in_each(rule, [(layout, applies) for layout, (applies, _) in by_layout])
            holds = _in_each(rule, [(layout, holds) for layout, (_, holds) in by_layout if holds is not None])
            found.append(
                RuleColumn(
                    rule=rule,
                    field=name,
                    applies=" and ".join(f"({part})" for part in (*_dated(rule), applies)),
                    holds=holds,
                )
            )
    return tuple(found)


_NOT_ASKED: tuple[str, str | None] = ("false", None)


def _conditions(rule: Rule, contract: DatasetContract, layout: DatasetContract) -> dict[str, tuple[str, str | None]]:
    """Name of each field a rule speaks of in one layout -> its `applies` and `holds`; empty where it is not asked."""
    there = {field.name for field in layout.fields}
    lacking = [field for field in contract.fields if field.name not in there]
    columns = {column for field in lacking for column in (field.name, *_PERSON_COLUMNS_OF.get(field.type, ()))}
    read = {column for text in (rule.applies, rule.holds) for column in _LANDED_COLUMN.findall(text)}
    if columns & (read | set(rule.fields)):
        return {}
    return {
        field.name if field is not None else "": (
            _of_field(rule.applies, layout, field),
            _of_field(rule.holds, layout, field),
        )
        for field in fields_spoken_of(rule, layout)
    }


def _in_each(rule: Rule, conditions: list[tuple[Layout, str]]) -> str:
    """The condition of each layout in one: it is chosen by the day on which the period begins."""
    # Of a row of the period before its own period counts.
    start = "landed.period_start" if rule.unit is JudgedUnit.FORMER_ROW else "delivery.period_start"
    different = [
        (layout, text)
        for place, (layout, text) in enumerate(conditions)
        if place + 1 == len(conditions) or conditions[place + 1][1] != text
    ]
    *earlier, (_, last) = different
    if not earlier:
        return last
    cases = " ".join(f"when {start} < date '{layout.end}' then ({text})" for layout, text in earlier)
    return f"case {cases} else ({last}) end"


def _dated(rule: Rule) -> Iterator[str]:
    if rule.waits_for is not None:
        yield f"not ('{rule.waits_for}' = any(delivery.waits_for))"
    if rule.valid_from is not None:
        yield f"delivery.period_end >= date '{rule.valid_from}'"
    if rule.valid_to is not None:
        yield f"delivery.period_end <= date '{rule.valid_to}'"


def _of_field(text: str, contract: DatasetContract, field: FieldContract | None) -> str:
    """`text` with what the contract says put in; what the reference files say is left standing."""
    values: dict[str, str] = {"max_age": str(contract.max_age)}
    if field is not None:
        values |= {"field": field.name, "column": field.column}
        if field.code_list is not None:
            values["codes"] = f"{{codes.{field.code_list}}}"
        if field.type in _UNBOUND:
            least, most = _UNBOUND[field.type]
            values["minimum"] = least if field.minimum is None else str(field.minimum)
            values["maximum"] = most if field.maximum is None else str(field.maximum)
        if field.length is not None:
            values["length"] = str(field.length)
        if field.not_before is not None:
            values["not_before"] = contract.field(field.not_before).column

    def put_in(match: re.Match[str]) -> str:
        name = match[1]
        if name in (_MUNICIPALITIES, _HOLIDAYS) or name.startswith(("param.", "codes.", "table.")):
            return match[0]
        if name not in values:
            raise RuleSqlError(f"{{{name}}} means nothing here")
        return values[name]

    return _PLACEHOLDER.sub(put_in, text)


def from_reference(text: str, reference: Reference, **relations: str) -> str:
    """`text` with parameters, code lists and municipalities put in; `relations` are those of a lookup.

    Raises RuleSqlError for a placeholder that stands for nothing, or a parameter that is no plain value.
    """

    def put_in(match: re.Match[str]) -> str:
        kind, _, name = match[1].partition(".")
        if kind == "param" and name:
            return _parameter(reference, name)
        if kind == "codes" and name:
            return _quoted(reference.code_lists.get(name, ()), match[0])
        if kind == "table" and name:
            return _relation(reference, name)
        if match[1] == _MUNICIPALITIES:
            return _quoted(tuple(reference.municipalities), match[0])
        if match[1] == _HOLIDAYS:
            return _quoted(tuple(day.isoformat() for day in public_holidays()), match[0])
        if match[1] in relations:
            return relations[match[1]]
        raise RuleSqlError(f"{match[0]} means nothing here")

    return _PLACEHOLDER.sub(put_in, text)


def _parameter(reference: Reference, name: str) -> str:
    try:
        value = reference.parameter_text(name)
    except ReferenceFileError as error:
        raise RuleSqlError(f"{{param.{name}}}: {error}") from error
    # The file is an operator's, but it is pasted into SQL: numbers, dates and single codes only.
    if not _PLAIN_VALUE.fullmatch(value):
        raise RuleSqlError(f"{{param.{name}}} is no plain number, date or code")
    return value


def _relation(reference: Reference, name: str) -> str:
    """A reference file as a relation of texts, columns named as in its header."""
    try:
        columns, rows = reference.table(name)
    except ReferenceFileError as error:
        raise RuleSqlError(f"{{table.{name}}}: {error}") from error
    if rows:
        body = "values " + ", ".join(f"({_quoted(row, name)})" for row in rows)
    else:
        body = "select " + ", ".join("null::text" for _ in columns) + " where false"
    named = f"{name} ({', '.join(columns)})"
    return f"(select * from ({body}) as {named})"  # noqa: S608  # names are identifiers, values are quoted


def _quoted(values: tuple[str, ...], placeholder: str) -> str:
    if not values:
        raise RuleSqlError(f"{placeholder}: the reference files have no such list")
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)
