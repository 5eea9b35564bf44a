"""Layouts by year: which one a period has, how changes lie upon one another, what the rules ask then."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from aim.contracts.check import check
from aim.contracts.layouts import LayoutDiff
from aim.contracts.load import EXPECTATIONS, ContractError, Contracts, contracts, load_contracts
from aim.contracts.models import DatasetContract
from aim.contracts.reference import Reference, read_reference
from aim.contracts.rule_sql import RuleColumn, rule_columns
from aim.contracts.suites import write_suites
from aim.settings import Settings


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference(Settings.from_env({}).reference)


def declared(**diffs: dict[str, Any]) -> Contracts:
    """The project's declarations with layouts of `atvejai`: name -> what the file says."""
    layouts = {
        f"atvejai.{name}": LayoutDiff.model_validate({"dataset": "atvejai"} | said) for name, said in diffs.items()
    }
    return replace(contracts(), layouts=layouts)


def names(contract: DatasetContract) -> set[str]:
    return {field.name for field in contract.fields}


def column(contracts: Contracts, name: str) -> RuleColumn:
    return next(one for one in rule_columns(contracts, "atvejai") if one.name == name)


OLD = {
    "valid_to": date(2018, 6, 30),
    "fields": {
        "seimos_nr": {"absent": True},
        "pranesimo_data": {"required": False},
        "atvejo_nr": {"aliases": ["byla", "seima"], "length": 8},
        "uzdarymo_priezastis": {"codes": {"1": "KITA"}},
    },
}


@pytest.mark.parametrize(
    ("begins", "has_family"),
    [(date(1990, 1, 1), False), (date(2018, 6, 1), False), (date(2018, 7, 1), True), (date(2030, 1, 1), True)],
)
def test_the_period_says_which_layout_it_is(begins: date, has_family: bool) -> None:
    layout = declared(old=OLD).layout("atvejai", begins)
    assert ("seimos_nr" in names(layout)) is has_family
    assert layout.field("pranesimo_data").required is has_family
    if has_family:
        assert layout is contracts().datasets["atvejai"]
    else:
        changed = layout.field("atvejo_nr")
        # `seima` was a heading of the field that is gone; the contract's own headings stay beside the new ones.
        assert changed.aliases == ("byla", "seima", "atvejo numeris", "atvejis")
        assert (changed.length, changed.required, changed.key) == (8, True, True)
        assert layout.field("uzdarymo_priezastis").codes == {"1": "KITA"}


def test_a_heading_given_to_a_field_is_taken_from_another() -> None:
    moved = declared(moved={"valid_from": date(2019, 1, 1), "fields": {"seimos_nr": {"aliases": ["Atvejis"]}}})
    layout = moved.layout("atvejai", date(2019, 1, 1))
    assert layout.field("atvejo_nr").aliases == ("atvejo numeris",)
    assert "Atvejis" in layout.field("seimos_nr").aliases


def test_changes_lie_upon_one_another_in_order_of_their_days() -> None:
    both = declared(
        b={
            "valid_from": date(2019, 1, 1),
            "fields": {"uzdarymo_priezastis": {"codes": {"2": "MIRTIS"}}, "seimos_nr": {"required": False}},
        },
        a={
            "valid_from": date(2018, 1, 1),
            "fields": {"uzdarymo_priezastis": {"codes": {"1": "KITA", "2": "KITA"}}, "seimos_nr": {"absent": True}},
        },
    )
    assert both.layout("atvejai", date(2017, 12, 1)) is contracts().datasets["atvejai"]
    first, second = (both.layout("atvejai", date(year, 1, 1)) for year in (2018, 2019))
    assert first.field("uzdarymo_priezastis").codes == {"1": "KITA", "2": "KITA"}
    assert "seimos_nr" not in names(first)
    assert second.field("uzdarymo_priezastis").codes == {"1": "KITA", "2": "MIRTIS"}
    assert second.field("seimos_nr").required is False
    assert [(layout.first, layout.end) for layout in both.layouts_of("atvejai")] == [
        (None, date(2018, 1, 1)), (date(2018, 1, 1), date(2019, 1, 1)), (date(2019, 1, 1), None),
    ]  # fmt: skip


def test_an_end_date_whose_beginning_is_absent_comes_after_nothing() -> None:
    bare = declared(bare={"valid_to": date(2018, 6, 30), "fields": {"atidarymo_data": {"absent": True}}})
    assert bare.layout("atvejai", date(2018, 1, 1)).field("uzdarymo_data").not_before is None
    assert column(bare, "VIS-011.uzdarymo_data").applies.startswith(
        "(case when delivery.period_start < date '2018-07-01' then (false) else ("
    )


def test_rules_ask_what_the_layout_of_the_period_has() -> None:
    old = declared(old=OLD)
    # A dataset that has had one layout is asked as before, and so is a field that was always alike.
    assert rule_columns(replace(contracts(), layouts={}), "atvejai") == rule_columns(contracts(), "atvejai")
    assert column(old, "VIS-001.sav") == column(contracts(), "VIS-001.sav")
    for name in ("VIS-001.seimos_nr", "VIS-001.pranesimo_data", "VIS-002.seimos_nr", "VIS-013.seimos_nr"):
        asked = column(old, name)
        assert asked.applies.startswith("(case when delivery.period_start < date '2018-07-01' then (false) else (")
        assert asked.holds == column(contracts(), name).holds
    assert column(old, "VIS-013.atvejo_nr").holds == (
        "case when delivery.period_start < date '2018-07-01' then (length(landed.atvejo_nr) <= 8)"
        " else (length(landed.atvejo_nr) <= 30) end"
    )
    assert {one.name for one in rule_columns(old, "atvejai")} == {
        one.name for one in rule_columns(contracts(), "atvejai")
    }


def test_a_field_required_in_another_layout_alone_is_asked_there() -> None:
    strict = declared(strict={"valid_to": date(2018, 6, 30), "fields": {"uzdarymo_data": {"required": True}}})
    asked = column(strict, "VIS-001.uzdarymo_data")
    assert asked.applies.endswith("else (false) end)")
    assert asked.holds == "landed.uzdarymo_data is not null"


def test_a_rule_that_names_or_reads_an_absent_field_is_not_asked() -> None:
    bare = declared(bare={"valid_to": date(2018, 6, 30), "fields": {"uzdarymo_data": {"absent": True}}})
    # ATV-002 names the reason alone and reads the date; ATV-004 reads it in `applies`.
    for name in ("ATV-002.uzdarymo_priezastis", "ATV-004.asmens_kodas"):
        assert column(bare, name).applies.startswith(
            "(case when delivery.period_start < date '2018-07-01' then (false)"
        )


FAULTS: dict[str, tuple[dict[str, dict[str, Any]], str]] = {
    "an unknown field": (
        {"old": {"valid_to": date(2018, 6, 30), "fields": {"gandas": {"absent": True}}}},
        "datasets/atvejai.old.diff.yml: speaks of gandas, which is no field of atvejai.",
    ),
    "an unknown dataset": (
        {"old": {"dataset": "gandai", "valid_to": date(2018, 6, 30), "fields": {"sav": {"required": False}}}},
        "datasets/atvejai.old.diff.yml: gandai is no dataset.",
    ),
    "a file named otherwise": (
        {"old": {"dataset": "vertinimai", "valid_to": date(2018, 6, 30), "fields": {"lygis": {"required": False}}}},
        "datasets/atvejai.old.diff.yml: declares a layout of vertinimai: name the file"
        " vertinimai.<what changed>.diff.yml.",
    ),
    "days the wrong way round": (
        {"old": OLD | {"valid_from": date(2018, 7, 1)}},
        "datasets/atvejai.old.diff.yml: is valid to a day before it is valid from.",
    ),
    "a part of the key that is absent": (
        {"old": {"dataset": "vertinimai", "valid_to": date(2018, 6, 30), "fields": {"klausimo_nr": {"absent": True}}}},
        "datasets/atvejai.old.diff.yml: klausimo_nr is part of the key and cannot be absent.",
    ),
    "a code for one that is not there": (
        {"old": {"valid_to": date(2018, 6, 30), "fields": {"uzdarymo_priezastis": {"codes": {"1": "GANDAS"}}}}},
        "datasets/atvejai.old.diff.yml: uzdarymo_priezastis: 1 stands for GANDAS, which is no code of"
        " case_closing_reason.",
    ),
    "a code that cannot be read": (
        {"old": {"valid_to": date(2018, 6, 30), "fields": {"uzdarymo_priezastis": {"codes": {"?": "KITA"}}}}},
        "datasets/atvejai.old.diff.yml: uzdarymo_priezastis: a code like '?' cannot be read.",
    ),
    "a code twice": (
        {
            "old": {
                "valid_to": date(2018, 6, 30),
                "fields": {"uzdarymo_priezastis": {"codes": {"a": "KITA", "A": "MIRTIS"}}},
            }
        },
        "datasets/atvejai.old.diff.yml: uzdarymo_priezastis: the code a stands there twice, in different letters.",
    ),
    "two that begin together": (
        {
            "one": {"valid_from": date(2019, 1, 1), "fields": {"sav": {"required": False}}},
            "two": {"valid_from": date(2019, 1, 1), "fields": {"sav": {"aliases": ["vieta"]}}},
        },
        "datasets/atvejai.two.diff.yml: begins with the same day as atvejai.one.diff.yml and speaks of sav too:"
        " which one counts is open.",
    ),
    "a heading that is another field's name": (
        {"old": {"valid_to": date(2018, 6, 30), "fields": {"sav": {"aliases": ["Seimos_nr"]}}}},
        "datasets/atvejai.yml as of the first: the heading 'seimos_nr' may mean sav or seimos_nr.",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_a_layout_is_said(fault: str, reference: Reference, tmp_path: Path) -> None:
    diffs, said = FAULTS[fault]
    faulty = declared(**diffs)
    write_suites(faulty, tmp_path)
    assert said in [str(problem) for problem in check(faulty, reference, {}, tmp_path)]


def test_a_sound_layout_is_no_problem(reference: Reference, tmp_path: Path) -> None:
    write_suites(declared(old=OLD), tmp_path)
    assert check(declared(old=OLD), reference, {}, tmp_path) == []


@pytest.mark.parametrize(
    "said",
    [
        {"fields": {"sav": {"required": False}}},
        {"valid_to": date(2018, 6, 30), "fields": {}},
        {"valid_to": date(2018, 6, 30), "fields": {"sav": {}}},
        {"valid_to": date(2018, 6, 30), "fields": {"sav": {"absent": True, "required": False}}},
    ],
)
def test_a_layout_that_says_nothing_or_two_things_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        declared(old=said)


def test_layouts_are_files_beside_the_datasets_and_part_of_the_version(tmp_path: Path) -> None:
    folder = tmp_path / "expectations"
    shutil.copytree(EXPECTATIONS, folder)
    file = folder / "datasets" / "atvejai.iki_2018.diff.yml"
    file.write_text("dataset: atvejai\nvalid_to: 2018-06-30\nfields:\n  seimos_nr: {absent: true}\n", "utf-8")
    loaded = load_contracts(folder)
    assert loaded.layouts.keys() - contracts().layouts.keys() == {"atvejai.iki_2018"}
    assert loaded.datasets.keys() == contracts().datasets.keys()
    assert loaded.version != contracts().version

    for change in ("seimos_nr: {minimum: 3}", "seimos_nr: {codes: {a: KITA}}", "atvejo_nr: {absent: true}"):
        file.write_text(f"dataset: atvejai\nvalid_to: 2018-06-30\nfields:\n  {change}\n", "utf-8")
        with pytest.raises(ContractError, match=r"atvejai\.iki_2018\.diff\.yml"):
            load_contracts(folder)
