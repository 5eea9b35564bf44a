"""The compiled suites are what the rules amount to, and nothing edited."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aim.contracts.load import ContractError, contracts
from aim.contracts.rule_sql import rule_columns
from aim.contracts.suites import SUITES, compile_suites, drifted_suites, read_suite, write_suites


def test_the_suites_in_the_project_are_compiled_from_its_rules() -> None:
    assert drifted_suites(contracts()) == [], "run `aim contracts compile` and review what changed"


def test_every_rule_column_is_one_expectation() -> None:
    asked = [
        (one["meta"]["rule_code"], one["meta"]["field"])
        for path in sorted(SUITES.glob("*.json"))
        for one in read_suite(path.stem)["expectations"]
    ]
    columns = [
        (column.rule.code, column.field)
        for dataset in contracts().datasets
        for column in rule_columns(contracts(), dataset)
    ]
    assert sorted(asked) == sorted(columns)


def test_severity_is_great_expectations_own_word() -> None:
    said = {
        one["meta"]["severity"]: one["severity"]
        for text in compile_suites(contracts()).values()
        for one in json.loads(text)["expectations"]
    }
    assert said == {"error": "critical", "query": "warning", "file": "critical"}


def test_rules_of_a_delivery_as_a_whole_have_a_suite_of_their_own() -> None:
    names = {one["kwargs"]["column"] for one in read_suite("gyventojai.files")["expectations"]}
    assert names == {"GYV-001"}


def test_writing_makes_the_folder_hold_the_compiled_suites_and_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "suites"
    every = sorted(compile_suites(contracts()))
    assert write_suites(contracts(), folder) == every
    (folder / "left_over.json").write_text("{}", "utf-8")
    (folder / "atvejai.json").write_text("{}", "utf-8")
    assert drifted_suites(contracts(), folder) == ["atvejai.json", "left_over.json"]
    assert write_suites(contracts(), folder) == ["atvejai.json", "left_over.json"]
    assert sorted(path.name for path in folder.iterdir()) == every


def test_a_missing_suite_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="aim contracts compile"):
        read_suite("atvejai", tmp_path)
