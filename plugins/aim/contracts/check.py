"""Do the declarations, the reference files and the registry agree with one another?"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aim.contracts.layout_faults import layout_faults
from aim.contracts.load import COMMON, ContractError, Contracts
from aim.contracts.models import TEMPORARY_NUMBER, DatasetContract, JudgedUnit, PluralText, Rule, RuleSet, Scope
from aim.contracts.reference import Reference
from aim.contracts.registry import Provider
from aim.contracts.rule_sql import (
    BATCH,
    FORMER,
    KEPT,
    REPEATED_KEYS,
    RuleColumn,
    RuleSqlError,
    fields_spoken_of,
    from_reference,
    lookups_of,
    rule_columns,
    rules_of,
)
from aim.contracts.suites import SUITES, drifted_suites

_LANDED = frozenset(
    {"delivery_id", "row_number", "provider_code", "period", "period_start", "period_end", "_unreadable"}
)
_DELIVERY = frozenset(
    {"delivery_id", "provider_code", "period", "period_start", "period_end", "municipality_code", "waits_for"}
)
_COLUMN_READ = re.compile(r"\b(landed|delivery)\.([a-z_][a-z_0-9]*)")
_RELATIONS = {BATCH: "the_batch", REPEATED_KEYS: "the_rows"}
_COMPARED_RELATIONS = {**_RELATIONS, KEPT: "the_kept_rows", FORMER: "the_former_rows"}
_EVERY = "*"
_TIMES = "#"


@dataclass(frozen=True)
class Problem:
    """One disagreement: where it stands (`rules/atvejai.yml ATV-001`) and what it is, in one sentence."""

    where: str
    what: str

    def __str__(self) -> str:
        """As a line for the terminal."""
        return f"{self.where}: {self.what}"


def check(
    contracts: Contracts, reference: Reference, providers: dict[str, Provider], suites: Path = SUITES
) -> list[Problem]:
    """Every disagreement found; empty where all is in order. suites: the folder of the compiled suites."""
    checks: tuple[Iterable[Problem], ...] = (
        _kinds(contracts),
        _datasets(contracts, reference),
        _layouts(contracts, reference),
        _order(contracts),
        _rule_sets(contracts, reference),
        _registry(contracts, reference, providers),
        _suites(contracts, suites),
    )
    return [problem for one in checks for problem in one]


def _kinds(contracts: Contracts) -> Iterator[Problem]:
    for name, kind in contracts.kinds.items():
        where = f"providers/{name}.yml"
        if kind.kind != name:
            yield Problem(where, f"declares the kind {kind.kind}: give file and kind one name.")
        if not (kind.title.lt and kind.title.en):
            yield Problem(where, "lacks a title in one of the languages.")
        owed = Counter(obligation.dataset for obligation in kind.delivers)
        for dataset, times in owed.items():
            if dataset not in contracts.datasets:
                yield Problem(where, f"delivers {dataset}, which is no dataset.")
            if times > 1:
                yield Problem(where, f"names {dataset} more than once.")


def _datasets(contracts: Contracts, reference: Reference) -> Iterator[Problem]:
    for name, contract in contracts.datasets.items():
        where = f"datasets/{name}.yml"
        if contract.dataset != name:
            yield Problem(where, f"declares the dataset {contract.dataset}: give file and dataset one name.")
        if name not in contracts.rule_sets:
            yield Problem(where, f"has no rules: add rules/{name}.yml with a specimen.")
        for text in (contract.title, contract.grain, *(field.title for field in contract.fields)):
            if not (text.lt and text.en):
                yield Problem(where, "lacks a title or grain in one of the languages.")
        for field in contract.fields:
            if field.code_list is not None and not reference.code_lists.get(field.code_list):
                yield Problem(where, f"{field.name} takes its codes from {field.code_list}, which is no list.")
            if field.name == TEMPORARY_NUMBER:
                yield Problem(where, f"{TEMPORARY_NUMBER} is read beside a personal code and is no field.")
        if contract.territory == "row" and "sav" not in contract.staging_columns():
            yield Problem(where, "takes its territory from the row, which has no field sav.")
        if contract.territory == "case" and "atvejo_nr" not in contract.staging_columns():
            yield Problem(where, "takes its territory from the case, but has no field atvejo_nr.")
        yield from _names_of_fields(where, contract)


def _names_of_fields(where: str, contract: DatasetContract) -> Iterator[Problem]:
    heads = defaultdict(set)
    for field in contract.fields:
        for head in (field.name, field.title.lt, field.title.en, *field.aliases):
            heads[head.casefold()].add(field.name)
    for head, names in heads.items():
        if len(names) > 1:
            yield Problem(where, f"the heading '{head}' may mean {' or '.join(sorted(names))}.")


def _layouts(contracts: Contracts, reference: Reference) -> Iterator[Problem]:
    yield from (Problem(*fault) for fault in layout_faults(contracts, reference))
    for name in contracts.datasets:
        for layout in contracts.layouts_of(name):
            if layout.contract is not contracts.datasets[name]:
                yield from _names_of_fields(f"datasets/{name}.yml as of {layout.first or 'the first'}", layout.contract)


def _order(contracts: Contracts) -> Iterator[Problem]:
    for name, contract in contracts.datasets.items():
        for before in contract.judged_after:
            if before not in contracts.datasets:
                yield Problem(f"datasets/{name}.yml", f"is judged after {before}, which is no dataset.")
    try:
        _ = contracts.judging_order
    except ContractError as error:
        yield Problem("datasets", f"{error}.")


def _rule_sets(contracts: Contracts, reference: Reference) -> Iterator[Problem]:
    codes: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    for name, rule_set in contracts.rule_sets.items():
        where = f"rules/{name}.yml"
        if rule_set.dataset != name:
            yield Problem(where, f"declares the rules of {rule_set.dataset}: give file and dataset one name.")
        if name not in (COMMON, *contracts.datasets):
            yield Problem(where, f"{name} is no dataset.")
            continue
        for rule in rule_set.rules:
            if rule.code in codes:
                yield Problem(f"{where} {rule.code}", f"stands in rules/{codes[rule.code]}.yml too.")
            codes.setdefault(rule.code, name)
            if prefixes.setdefault(rule.code[:3], name) != name:
                yield Problem(
                    f"{where} {rule.code}",
                    f"the letters {rule.code[:3]} belong to rules/{prefixes[rule.code[:3]]}.yml.",
                )
            yield from _rule(contracts, rule_set, rule, f"{where} {rule.code}")
        yield from _specimen(contracts, rule_set, where)
        yield from _lookups(contracts, rule_set, where)
    for dataset in contracts.datasets:
        yield from _sql(contracts, reference, dataset)


def _rule(contracts: Contracts, rule_set: RuleSet, rule: Rule, where: str) -> Iterator[Problem]:
    yield from _words(rule, where)
    common = rule_set.dataset == COMMON
    if common != (rule.for_each is not None):
        yield Problem(where, "a common rule says for_each, and only a common rule does.")
    if common and rule.example.dataset not in contracts.datasets:
        yield Problem(where, "its example names no dataset.")
    if not common and rule.example.dataset is not None:
        yield Problem(where, "its example is of the rule's own dataset and names none.")
    if rule.for_each is not None and not any(
        fields_spoken_of(rule, contract) for contract in contracts.datasets.values()
    ):
        yield Problem(where, "finds no field in any dataset that it could speak of.")
    if not common:
        contract = contracts.datasets[rule_set.dataset]
        for field in rule.fields:
            if field not in {one.name for one in contract.fields}:
                yield Problem(where, f"speaks of {field}, which is no field of {contract.dataset}.")
        if rule.waits_for == contract.dataset:
            if rule.scope is not Scope.HISTORY:
                yield Problem(where, "waits for its own dataset's period before and is not of the scope history.")
        elif rule.scope is Scope.CROSS_PROVIDER:
            if rule.waits_for not in contracts.datasets:
                yield Problem(where, f"waits for {rule.waits_for}, which is no dataset.")
        elif rule.waits_for is not None and rule.waits_for not in contract.judged_after:
            yield Problem(where, f"waits for {rule.waits_for}, after which {contract.dataset} is not judged.")
    elif rule.waits_for is not None:
        yield Problem(where, "a common rule waits for nothing.")
    if rule.valid_from is not None and rule.valid_to is not None and rule.valid_to < rule.valid_from:
        yield Problem(where, "is valid to a day before it is valid from.")


def _words(rule: Rule, where: str) -> Iterator[Problem]:
    for name, text in (("why", rule.why), ("fix", rule.fix)):
        if not (text.lt.strip() and text.en.strip()):
            yield Problem(where, f"lacks its {name} in one of the languages.")
    for language in ("lt", "en"):
        yield from _forms(rule.message, language, of_file=rule.unit is JudgedUnit.DELIVERY, where=where)


def _forms(message: PluralText, language: str, of_file: bool, where: str) -> Iterator[Problem]:
    forms = message.forms(language)
    counts = {name: "{n}" in text for name, text in forms.items()}
    for name, text in forms.items():
        if not text.strip():
            yield Problem(where, f"its message has no form '{name}' in {language}.")
        if set(re.findall(r"\{(\w*)\}", text)) - {"n"}:
            yield Problem(where, f"its message in {language} has a placeholder other than {{n}}.")
    if not of_file and not all(counts.values()):
        yield Problem(where, f"its message in {language} counts rows as {{n}}, in every form.")
    if not of_file and len({forms["one"], forms["other"]}) == 1 and language == "en":
        yield Problem(where, "its message has one English form for one row and for many.")


def _specimen(contracts: Contracts, rule_set: RuleSet, where: str) -> Iterator[Problem]:
    if rule_set.dataset != COMMON and rule_set.period is None:
        yield Problem(where, "lacks the period of its specimen.")
    for dataset, rows in _cells(contracts, rule_set):
        if dataset not in contracts.datasets:
            yield Problem(where, f"has specimens of {dataset}, which is no dataset.")
            continue
        names = {field.name for field in contracts.datasets[dataset].fields} | {TEMPORARY_NUMBER, _EVERY, _TIMES}
        for unknown in sorted({name for row in rows for name in row} - names):
            yield Problem(where, f"a specimen has the cell {unknown}, which is no field of {dataset}.")
    if rule_set.dataset in contracts.datasets:
        for field in contracts.datasets[rule_set.dataset].fields:
            if field.required and not rule_set.specimen.get(field.name):
                yield Problem(where, f"its specimen lacks the required field {field.name}.")


def _cells(contracts: Contracts, rule_set: RuleSet) -> Iterator[tuple[str, tuple[dict[str, str], ...]]]:
    if rule_set.dataset != COMMON:
        grid = dict.fromkeys(rule_set.grid, "")
        yield rule_set.dataset, (rule_set.specimen, grid)
    yield from rule_set.setting.items()
    for rule in rule_set.rules:
        dataset = rule.example.dataset or rule_set.dataset
        if dataset != COMMON:
            before = (row for rows in rule.example.before for row in rows)
            yield dataset, (*rule.example.passes, *rule.example.fails, *before)
        yield from rule.example.beside.items()


def _lookups(contracts: Contracts, rule_set: RuleSet, where: str) -> Iterator[Problem]:
    used = {name for other in contracts.rule_sets.values() for rule in other.rules for name in rule.uses}
    for name in rule_set.lookups.keys() - used:
        yield Problem(where, f"the lookup {name} is used by no rule.")
    if rule_set.dataset != COMMON and COMMON in contracts.rule_sets:
        for name in rule_set.lookups.keys() & contracts.rule_sets[COMMON].lookups.keys():
            yield Problem(where, f"the lookup {name} stands in rules/{COMMON}.yml too.")


def _sql(contracts: Contracts, reference: Reference, dataset: str) -> Iterator[Problem]:
    """What can be told of the SQL without a database: its placeholders, the columns it reads, its lookups."""
    try:
        rules, columns = rules_of(contracts, dataset), rule_columns(contracts, dataset)
    except RuleSqlError as error:
        yield Problem(f"rules of {dataset}", f"{error}.")
        return
    for rule in rules:
        yield from _uses(contracts, dataset, rule)
    # A common rule is repeated for many fields: what is wrong with it is said once.
    yield from dict.fromkeys(
        problem for column in columns for problem in _condition(contracts, reference, dataset, column)
    )
    compared = {name for rule in rules if rule.compares for name in rule.uses}
    alone = {name for rule in rules if not rule.compares for name in rule.uses}
    for name, lookup in lookups_of(contracts, dataset).items():
        relations = _COMPARED_RELATIONS if name in compared - alone else _RELATIONS
        yield from _placeholders(f"rules of {dataset}, lookup {name}", lookup.sql, reference, **relations)


def _uses(contracts: Contracts, dataset: str, rule: Rule) -> Iterator[Problem]:
    where = _place(contracts, dataset, rule)
    lookups = lookups_of(contracts, dataset)
    joined = "delivery" if rule.unit is JudgedUnit.DELIVERY else "landed"
    for name in rule.uses:
        if name not in lookups:
            yield Problem(where, f"uses {name}, which is no lookup of {dataset}.")
            continue
        for column in lookups[name].join_on:
            if column not in _readable(contracts.datasets[dataset], joined):
                yield Problem(where, f"the lookup {name} is joined on {column}, which {joined} has not.")


def _condition(contracts: Contracts, reference: Reference, dataset: str, column: RuleColumn) -> Iterator[Problem]:
    where = _place(contracts, dataset, column.rule)
    for text in (column.applies, column.holds):
        yield from _placeholders(where, text, reference)
        for relation, name in _COLUMN_READ.findall(text):
            if relation == "landed" and column.is_of_file:
                yield Problem(where, "speaks of the file and reads a row of it.")
            elif name not in _readable(contracts.datasets[dataset], relation):
                yield Problem(where, f"reads {relation}.{name}, which is not there.")


def _placeholders(where: str, text: str, reference: Reference, **relations: str) -> Iterator[Problem]:
    try:
        from_reference(text, reference, **relations)
    except RuleSqlError as error:
        yield Problem(where, f"{error}.")


def _readable(contract: DatasetContract, relation: str) -> frozenset[str]:
    return _DELIVERY if relation == "delivery" else _LANDED | contract.staging_columns().keys()


def _place(contracts: Contracts, dataset: str, rule: Rule) -> str:
    own = contracts.rule_sets.get(dataset)
    return f"rules/{dataset if own is not None and rule in own.rules else COMMON}.yml {rule.code}"


def _registry(contracts: Contracts, reference: Reference, providers: dict[str, Provider]) -> Iterator[Problem]:
    for code, provider in providers.items():
        where = f"registry {code}"
        kind = contracts.kinds.get(provider.kind)
        if kind is None:
            yield Problem(where, f"is of the kind {provider.kind}, which is not declared in providers/.")
            continue
        if kind.level == "national" and provider.municipality_code is not None:
            yield Problem(where, "is national by its kind and has a sav_kodas.")
        elif kind.level == "municipality" and provider.municipality_code is None:
            yield Problem(where, "is of a municipality by its kind and has no sav_kodas.")
        elif provider.municipality_code is not None and provider.municipality_code not in reference.municipalities:
            yield Problem(where, f"its sav_kodas {provider.municipality_code} is no municipality.")
        if provider.valid_to is not None and provider.valid_to < provider.valid_from:
            yield Problem(where, "is valid to a day before it is valid from.")


def _suites(contracts: Contracts, folder: Path) -> Iterator[Problem]:
    try:
        drifted = drifted_suites(contracts, folder)
    except RuleSqlError:
        # What cannot be compiled is said where it stands.
        return
    for name in drifted:
        yield Problem(f"suites/{name}", "is not what the rules compile to: run `aim contracts compile`.")
