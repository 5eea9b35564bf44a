"""Each disagreement between declarations, reference files and registry is found and said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aim.contracts.check import check
from aim.contracts.load import Contracts, contracts
from aim.contracts.models import (
    DatasetContract,
    FieldContract,
    Lookup,
    Obligation,
    ProviderKind,
    Rule,
    RuleSet,
)
from aim.contracts.reference import Reference, read_reference
from aim.contracts.registry import Provider, read_registry
from aim.settings import Settings

SETTINGS = Settings.from_env({})


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference(SETTINGS.reference)


@pytest.fixture(scope="module")
def providers() -> dict[str, Provider]:
    return read_registry(SETTINGS.registry)


def with_kind(name: str, /, **changes: Any) -> Contracts:
    kind = ProviderKind.model_validate(contracts().kinds[name].model_dump() | changes)
    return replace(contracts(), kinds=contracts().kinds | {name: kind})


def with_dataset(name: str, /, **changes: Any) -> Contracts:
    dataset = DatasetContract.model_validate(contracts().datasets[name].model_dump() | changes)
    return replace(contracts(), datasets=contracts().datasets | {name: dataset})


def with_field(dataset: str, name: str, /, **changes: Any) -> Contracts:
    fields = tuple(
        FieldContract.model_validate(field.model_dump() | changes) if field.name == name else field
        for field in contracts().datasets[dataset].fields
    )
    return with_dataset(dataset, fields=[field.model_dump() for field in fields])


def without_ends(kept: str) -> Contracts:
    """One dataset alone, and no end date in it that is to come after its beginning."""
    contract = contracts().datasets[kept]
    fields = [field.model_dump() | ({"not_before": None} if field.not_before else {}) for field in contract.fields]
    bare = DatasetContract.model_validate(contract.model_dump() | {"fields": fields})
    return replace(contracts(), datasets={kept: bare})


def with_rules(name: str, /, **changes: Any) -> Contracts:
    rules = RuleSet.model_validate(contracts().rule_sets[name].model_dump() | changes)
    return replace(contracts(), rule_sets=contracts().rule_sets | {name: rules})


def with_rule(name: str, code: str, /, **changes: Any) -> Contracts:
    rules = tuple(
        Rule.model_validate(rule.model_dump() | changes) if rule.code == code else rule
        for rule in contracts().rule_sets[name].rules
    )
    return with_rules(name, rules=[rule.model_dump() for rule in rules])


def message(**changes: Any) -> dict[str, Any]:
    whole = contracts().rule_sets["atvejai"].rules[0].message.model_dump()
    return {lang: forms | changes.get(lang, {}) for lang, forms in whole.items()}


def obligation(dataset: str) -> dict[str, Any]:
    return Obligation.model_validate({"dataset": dataset, "due": {"day": 10}}).model_dump()


def test_the_projects_own_declarations_agree(reference: Reference, providers: dict[str, Provider]) -> None:
    assert check(contracts(), reference, providers) == []


FAULTS: dict[str, tuple[Callable[[], Contracts], str]] = {
    "a kind under another name": (
        lambda: with_kind("spc", kind="spcc"),
        "providers/spc.yml: declares the kind spcc: give file and kind one name.",
    ),
    "a kind without a title": (
        lambda: with_kind("spc", title={"lt": "", "en": "Centre"}),
        "providers/spc.yml: lacks a title in one of the languages.",
    ),
    "a kind that delivers no dataset": (
        lambda: with_kind("spc", delivers=[obligation("gandai")]),
        "providers/spc.yml: delivers gandai, which is no dataset.",
    ),
    "a kind that delivers twice": (
        lambda: with_kind("spc", delivers=[obligation("atvejai"), obligation("atvejai")]),
        "providers/spc.yml: names atvejai more than once.",
    ),
    "a dataset under another name": (
        lambda: with_dataset("atvejai", dataset="atvejis"),
        "datasets/atvejai.yml: declares the dataset atvejis: give file and dataset one name.",
    ),
    "a dataset without rules": (
        lambda: replace(
            contracts(), rule_sets={name: one for name, one in contracts().rule_sets.items() if name != "atvejai"}
        ),
        "datasets/atvejai.yml: has no rules: add rules/atvejai.yml with a specimen.",
    ),
    "a dataset without a grain": (
        lambda: with_dataset("atvejai", grain={"lt": "atvejis", "en": ""}),
        "datasets/atvejai.yml: lacks a title or grain in one of the languages.",
    ),
    "a code list that is none": (
        lambda: with_field("vertinimai", "lygis", code_list="no_such_list"),
        "datasets/vertinimai.yml: lygis takes its codes from no_such_list, which is no list.",
    ),
    "the temporary number as a field": (
        lambda: with_field("atvejai", "seimos_nr", name="laikinas_nr"),
        "datasets/atvejai.yml: laikinas_nr is read beside a personal code and is no field.",
    ),
    "a territory without its field": (
        lambda: with_dataset("vertinimai", territory="row"),
        "datasets/vertinimai.yml: takes its territory from the row, which has no field sav.",
    ),
    "a territory without its case": (
        lambda: with_dataset("gyventojai", territory="case"),
        "datasets/gyventojai.yml: takes its territory from the case, but has no field atvejo_nr.",
    ),
    "a heading of two fields": (
        lambda: with_field("vertinimai", "lygis", aliases=["Klausimas"]),
        "datasets/vertinimai.yml: the heading 'klausimas' may mean klausimo_nr or lygis.",
    ),
    "an order after no dataset": (
        lambda: with_dataset("atvejai", judged_after=["gandai"]),
        "datasets/atvejai.yml: is judged after gandai, which is no dataset.",
    ),
    "an order in a circle": (
        lambda: with_dataset("atvejai", judged_after=["vertinimai"]),
        "datasets: judged_after goes round in a circle",
    ),
    "rules under another name": (
        lambda: with_rules("atvejai", dataset="vertinimai"),
        "rules/atvejai.yml: declares the rules of vertinimai: give file and dataset one name.",
    ),
    "rules of no dataset": (
        lambda: replace(
            contracts(),
            rule_sets=contracts().rule_sets | {"gandai": RuleSet(dataset="gandai", period="2018", rules=())},
        ),
        "rules/gandai.yml: gandai is no dataset.",
    ),
    "a code used twice": (
        lambda: with_rule("atvejai", "ATV-002", code="VER-001"),
        "rules/vertinimai.yml VER-001: stands in rules/atvejai.yml too.",
    ),
    "letters of another dataset": (
        lambda: with_rule("vertinimai", "VER-001", code="ATV-901"),
        "rules/vertinimai.yml ATV-901: the letters ATV belong to rules/atvejai.yml.",
    ),
    "a reason without words": (
        lambda: with_rule("atvejai", "ATV-001", why={"lt": " ", "en": "Because."}),
        "rules/atvejai.yml ATV-001: lacks its why in one of the languages.",
    ),
    "a mending without words": (
        lambda: with_rule("atvejai", "ATV-001", fix={"lt": "Taisykite.", "en": ""}),
        "rules/atvejai.yml ATV-001: lacks its fix in one of the languages.",
    ),
    "a plural form missing": (
        lambda: with_rule("atvejai", "ATV-001", message=message(lt={"few": ""})),
        "rules/atvejai.yml ATV-001: its message has no form 'few' in lt.",
    ),
    "a message that does not count": (
        lambda: with_rule("atvejai", "ATV-001", message=message(lt={"other": "Eilučių datos blogos."})),
        "rules/atvejai.yml ATV-001: its message in lt counts rows as {n}, in every form.",
    ),
    "a message with another placeholder": (
        lambda: with_rule("atvejai", "ATV-001", message=message(en={"other": "{n} rows of {who}."})),
        "rules/atvejai.yml ATV-001: its message in en has a placeholder other than {n}.",
    ),
    "one form for one and many": (
        lambda: with_rule("atvejai", "ATV-001", message=message(en={"one": "{n} row(s).", "other": "{n} row(s)."})),
        "rules/atvejai.yml ATV-001: its message has one English form for one row and for many.",
    ),
    "a common rule for no field": (
        lambda: with_rule("_all", "VIS-007", for_each=None, fields=["sav"]),
        "rules/_all.yml VIS-007: a common rule says for_each, and only a common rule does.",
    ),
    "an own rule for each field": (
        lambda: with_rule("atvejai", "ATV-001", for_each="date"),
        "rules/atvejai.yml ATV-001: a common rule says for_each, and only a common rule does.",
    ),
    "a common example of no dataset": (
        lambda: with_rule("_all", "VIS-001", example={"dataset": "gandai", "passes": [{}], "fails": [{}]}),
        "rules/_all.yml VIS-001: its example names no dataset.",
    ),
    "an own example of a dataset": (
        lambda: with_rule("atvejai", "ATV-001", example={"dataset": "atvejai", "passes": [{}], "fails": [{}]}),
        "rules/atvejai.yml ATV-001: its example is of the rule's own dataset and names none.",
    ),
    "a common rule that finds no field": (
        lambda: without_ends("atvejai"),
        "rules/_all.yml VIS-011: finds no field in any dataset that it could speak of.",
    ),
    "a field that is none": (
        lambda: with_rule("vertinimai", "VER-002", fields=["bendras"]),
        "rules/vertinimai.yml VER-002: speaks of bendras, which is no field of vertinimai.",
    ),
    "waiting for what comes later": (
        lambda: with_rule("atvejai", "ATV-001", waits_for="vertinimai"),
        "rules/atvejai.yml ATV-001: waits for vertinimai, after which atvejai is not judged.",
    ),
    "a common rule that waits": (
        lambda: with_rule("_all", "VIS-001", waits_for="atvejai"),
        "rules/_all.yml VIS-001: a common rule waits for nothing.",
    ),
    "validity that ends before it begins": (
        lambda: with_rule("atvejai", "ATV-001", valid_from=date(2019, 1, 1), valid_to=date(2018, 1, 1)),
        "rules/atvejai.yml ATV-001: is valid to a day before it is valid from.",
    ),
    "a specimen without its period": (
        lambda: with_rules("atvejai", period=None),
        "rules/atvejai.yml: lacks the period of its specimen.",
    ),
    "a specimen of no dataset": (
        lambda: with_rules("vertinimai", setting={"gandai": [{}]}),
        "rules/vertinimai.yml: has specimens of gandai, which is no dataset.",
    ),
    "a specimen with a cell of no field": (
        lambda: with_rule("atvejai", "ATV-001", example={"passes": [{"seima": "1"}], "fails": [{}]}),
        "rules/atvejai.yml: a specimen has the cell seima, which is no field of atvejai.",
    ),
    "a grid over no field": (
        lambda: with_rules("gyventojai", grid={"savivaldybe": "municipalities"}),
        "rules/gyventojai.yml: a specimen has the cell savivaldybe, which is no field of gyventojai.",
    ),
    "a specimen without a required cell": (
        lambda: with_rules("atvejai", specimen={"atvejo_nr": "A-1"}),
        "rules/atvejai.yml: its specimen lacks the required field seimos_nr.",
    ),
    "a lookup nobody uses": (
        lambda: with_rules(
            "gyventojai",
            lookups=contracts().rule_sets["gyventojai"].model_dump()["lookups"]
            | {"idle": {"join_on": ["sav"], "sql": "select sav from {batch}"}},
        ),
        "rules/gyventojai.yml: the lookup idle is used by no rule.",
    ),
    "a lookup of the common name": (
        lambda: with_rules(
            "gyventojai",
            lookups=contracts().rule_sets["gyventojai"].model_dump()["lookups"]
            | {"repeated_key": {"join_on": ["sav"], "sql": "select sav from {batch}"}},
        ),
        "rules/gyventojai.yml: the lookup repeated_key stands in rules/_all.yml too.",
    ),
    "a lookup that is none": (
        lambda: with_rule("atvejai", "ATV-001", uses=["known_case"]),
        "rules/atvejai.yml ATV-001: uses known_case, which is no lookup of atvejai.",
    ),
    "a lookup joined on no column": (
        lambda: with_rules(
            "vertinimai",
            lookups=contracts().rule_sets["vertinimai"].lookups
            | {"known_case": Lookup(join_on=("sav",), sql="select sav from staging.atvejai")},
        ),
        "rules/vertinimai.yml VER-001: the lookup known_case is joined on sav, which landed has not.",
    ),
    "a lookup of files joined on a row": (
        lambda: with_rules(
            "gyventojai",
            lookups=contracts().rule_sets["gyventojai"].lookups
            | {"coverage": Lookup(join_on=("sav",), sql="select sav from {batch}")},
        ),
        "rules/gyventojai.yml GYV-001: the lookup coverage is joined on sav, which delivery has not.",
    ),
    "a column that is not there": (
        lambda: with_rule("atvejai", "ATV-001", holds="landed.pranesta is null"),
        "rules/atvejai.yml ATV-001: reads landed.pranesta, which is not there.",
    ),
    "a delivery's column that is not there": (
        lambda: with_rule("atvejai", "ATV-001", holds="delivery.sav is null"),
        "rules/atvejai.yml ATV-001: reads delivery.sav, which is not there.",
    ),
    "a row read by a rule of the file": (
        lambda: with_rule("gyventojai", "GYV-001", holds="landed.sav is null"),
        "rules/gyventojai.yml GYV-001: speaks of the file and reads a row of it.",
    ),
    "a placeholder of no parameter": (
        lambda: with_rule("atvejai", "ATV-001", holds="1 < {param.gandai}"),
        "rules/atvejai.yml ATV-001: {param.gandai}: parameters.csv has no value for gandai.",
    ),
    "a placeholder of nothing": (
        lambda: with_rule("atvejai", "ATV-001", holds="{gandai}"),
        "rules of atvejai: {gandai} means nothing here.",
    ),
    "a lookup with a placeholder of nothing": (
        lambda: with_rules(
            "vertinimai",
            lookups=contracts().rule_sets["vertinimai"].lookups
            | {"known_case": Lookup(join_on=("atvejo_nr",), sql="select atvejo_nr from {nobody}")},
        ),
        "rules of vertinimai, lookup known_case: {nobody} means nothing here.",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_disagreement_is_said(fault: str, reference: Reference, providers: dict[str, Provider]) -> None:
    make, said = FAULTS[fault]
    found = [str(problem) for problem in check(make(), reference, providers)]
    assert any(problem.startswith(said) for problem in found), found


CENTRE = Provider(
    code="190000001",
    name="Centras",
    kind="spc",
    municipality_code="33",
    language="lt",
    valid_from=date(2017, 1, 1),
    valid_to=None,
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        ({"kind": "gandai"}, "is of the kind gandai, which is not declared in providers/."),
        ({"municipality_code": None}, "is of a municipality by its kind and has no sav_kodas."),
        ({"kind": "vda"}, "is national by its kind and has a sav_kodas."),
        ({"municipality_code": "99"}, "its sav_kodas 99 is no municipality."),
        ({"valid_to": date(2016, 1, 1)}, "is valid to a day before it is valid from."),
    ],
)
def test_a_line_of_the_registry_that_fits_nothing(
    changes: dict[str, Any], said: str | None, reference: Reference
) -> None:
    provider = CENTRE.model_copy(update=changes)
    found = [str(problem) for problem in check(contracts(), reference, {provider.code: provider})]
    assert found == ([f"registry 190000001: {said}"] if said else [])


def test_a_suite_that_was_not_compiled_anew_is_said(reference: Reference) -> None:
    changed = with_rule("atvejai", "ATV-001", holds="true")
    assert [str(problem) for problem in check(changed, reference, {})] == [
        "suites/atvejai.json: is not what the rules compile to: run `aim contracts compile`."
    ]
