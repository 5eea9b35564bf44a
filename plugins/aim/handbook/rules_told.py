"""A declared rule as a clerk reads it: what we will say, why, how to mend it, and two small tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aim.contracts.load import COMMON
from aim.contracts.models import DatasetContract, JudgedUnit, Rule, RuleSet, Scope, Severity
from aim.contracts.rule_sql import fields_spoken_of
from aim.handbook.sources import Sources
from aim.handbook.words import Words
from aim.language import choose

EVERY = "*"
"""In an example: as a cell every code of the list, as a field a cell beyond the last column."""
TIMES = "#"
"""In an example: the field that says how many rows like this one there are; `{i}` in their cells counts them."""

CellsByName = Mapping[str, str]


@dataclass(frozen=True)
class Cell:
    """A cell of an example; a `note` is not what is written but what stands for it."""

    text: str
    is_note: bool = False


@dataclass(frozen=True)
class Row:
    """A row of an example. more: how many rows like it follow, in words; empty where none does."""

    cells: tuple[Cell, ...]
    is_found: bool = False
    more: str = ""


@dataclass(frozen=True)
class SmallTable:
    """Rows of a provider's file, only the columns that matter. caption: which file, empty for the one judged."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class RuleTold:
    """A rule in words.

    where: what it points at. home: the dataset whose page explains it, None for a common rule. context: what lies
    beside the files of both examples. example_note: what holds for both.
    """

    code: str
    severity: Severity
    message: str
    effect: str
    where: str
    why: str
    fix: str
    notes: tuple[str, ...]
    home: str | None
    context: tuple[SmallTable, ...]
    passes: SmallTable
    fails: SmallTable
    example_note: str


def told(rule: Rule, rule_set: RuleSet, sources: Sources, words: Words, dataset: str | None = None) -> RuleTold:
    """A rule of `rule_set`; `dataset` names the page it is told on where a common rule speaks of that one's fields."""
    common = rule_set.dataset == COMMON
    ground = sources.contracts.rule_sets[rule.example.dataset] if rule.example.dataset else rule_set
    contract = sources.contracts.datasets[ground.dataset]
    count = len(_found(rule)) or 1
    example = _Example(rule, ground, contract, sources, words)
    return RuleTold(
        code=rule.code,
        severity=rule.severity,
        message=choose(rule.message.forms(words.lang), words.lang, count).format(n=count),
        effect=_effect(rule, words),
        where=_where(rule, sources.contracts.datasets[dataset] if dataset else contract, words),
        why=words.text(rule.why),
        fix=words.text(rule.fix),
        notes=tuple(_notes(rule, words)),
        home=None if common else rule_set.dataset,
        context=tuple(example.context()),
        passes=example.own(rule.example.passes, found=()),
        fails=example.own(rule.example.fails, found=() if _is_of_former(rule) else _found(rule)),
        example_note=words.say("rule_in_table") if ground.grid else "",
    )


def _is_of_former(rule: Rule) -> bool:
    return rule.unit is JudgedUnit.FORMER_ROW


def _found(rule: Rule) -> tuple[int, ...]:
    """Places of the rows that the rule finds: in the failing example, or in the last table before it."""
    if rule.unit is JudgedUnit.DELIVERY:
        return ()
    if rule.example.fails_rows is not None:
        return tuple(row - 1 for row in rule.example.fails_rows)
    rows = rule.example.before[-1] if _is_of_former(rule) and rule.example.before else rule.example.fails
    return tuple(range(len(rows)))


def _effect(rule: Rule, words: Words) -> str:
    if rule.responsibility == "operator":
        return words.say("effect_operator")
    if rule.severity is Severity.QUERY and _is_of_former(rule):
        return words.say("effect_query_former")
    if rule.severity is Severity.QUERY and rule.unit is JudgedUnit.DELIVERY:
        return words.say("effect_query_file")
    return words.say(f"effect_{rule.severity}")


def _where(rule: Rule, contract: DatasetContract, words: Words) -> str:
    named = [field for field in contract.fields if field.name in rule.fields]
    if not named and rule.for_each is not None:
        named = [field for field in fields_spoken_of(rule, contract) if field is not None]
    if named:
        return ", ".join(words.text(field.title) for field in named)
    return words.say("whole_file" if rule.unit is JudgedUnit.DELIVERY else "whole_row")


def _notes(rule: Rule, words: Words) -> Iterable[str]:
    if rule.valid_from is not None:
        yield words.say("rule_valid_from", date=rule.valid_from)
    if rule.valid_to is not None:
        yield words.say("rule_valid_to", date=rule.valid_to)


@dataclass(frozen=True)
class _Example:
    rule: Rule
    ground: RuleSet
    contract: DatasetContract
    sources: Sources
    words: Words

    def own(self, rows: Sequence[CellsByName], found: tuple[int, ...]) -> SmallTable:
        return small_table("", self._columns, [{**self.ground.specimen, **row} for row in rows], self.words, found)

    @property
    def _columns(self) -> list[str]:
        """Those that any row of the examples names or the rule speaks of, in the file's order."""
        example = self.rule.example
        named = {name for rows in (example.passes, example.fails, *example.before) for row in rows for name in row}
        return _in_order(named | set(self.rule.fields), self.contract)

    def context(self) -> Iterator[SmallTable]:
        example, say = self.rule.example, self.words.say
        if example.before:
            former = [{**self.ground.specimen, **row} for row in example.before[-1]]
            found = _found(self.rule) if _is_of_former(self.rule) else ()
            earlier = example.before[:-1]
            are_alike = bool(earlier) and all(rows == example.before[-1] for rows in earlier)
            caption = say("rule_before", len(earlier)) if are_alike else say("rule_former")
            yield small_table(caption, self._columns, former, self.words, found)
        if self.rule.scope is Scope.CROSS_DATASET:
            for dataset, rows in self.ground.setting.items():
                yield self._of_dataset("rule_beside", dataset, rows)
        for dataset, rows in example.beside.items():
            yield self._of_dataset("rule_beside_other", dataset, rows)
        for rows in example.reference.values():
            columns = list(dict.fromkeys(name for row in rows for name in row))
            yield small_table(say("rule_reference"), columns, rows, self.words)

    def _of_dataset(self, key: str, dataset: str, rows: Sequence[CellsByName]) -> SmallTable:
        contract = self.sources.contracts.datasets[dataset]
        specimen = self.sources.contracts.rule_sets[dataset].specimen
        named = {name for row in rows for name in row} or {field.name for field in contract.key}
        caption = self.words.say(key, title=self.words.text(contract.title))
        return small_table(caption, _in_order(named, contract), [{**specimen, **row} for row in rows], self.words)


def _in_order(named: set[str], contract: DatasetContract) -> list[str]:
    order = [field.name for field in contract.fields]
    return [name for name in order if name in named] + sorted(named - {*order, TIMES})


def small_table(
    caption: str,
    columns: Sequence[str],
    rows: Sequence[CellsByName],
    words: Words,
    found: tuple[int, ...] = (),
) -> SmallTable:
    """`columns` of `rows` as they stand in a file; `found` are the places of the rows that a rule finds."""
    return SmallTable(
        caption,
        tuple(words.say("cell_beyond") if name == EVERY else name for name in columns),
        tuple(_row(columns, row, words, place in found) for place, row in enumerate(rows)),
    )


def _row(columns: Sequence[str], row: CellsByName, words: Words, is_found: bool) -> Row:
    times = int(row.get(TIMES, "1"))
    return Row(
        tuple(_cell(name, row.get(name, ""), words) for name in columns),
        is_found,
        words.say("more_rows", times - 1) if times > 1 else "",
    )


def _cell(column: str, text: str, words: Words) -> Cell:
    if text == EVERY and column != EVERY:
        return Cell(words.say("cell_every"), is_note=True)
    if text == "":
        return Cell(words.say("cell_empty"), is_note=True)
    return Cell(text.replace("{i}", "1"))
