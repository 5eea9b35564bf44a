"""The rules as Great Expectations suites: `expectations/suites/*.json`, compiled, reviewed, never edited.

One suite for each table of outcomes that a dataset has rules for: `<dataset>.json` for its rows, `<dataset>.files.json`
for its deliveries as a whole, `<dataset>.compared_rows.json` and so on. Every rule and field is one expectation: the
rule's column holds true wherever the rule applies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aim.contracts.load import EXPECTATIONS, ContractError, Contracts
from aim.contracts.models import Severity
from aim.contracts.rule_sql import ROWS, TABLES, RuleColumn, rule_columns

SUITES = EXPECTATIONS / "suites"

_SEVERITY = {Severity.ERROR: "critical", Severity.FILE: "critical", Severity.QUERY: "warning"}


def suite_name(dataset: str, table: str) -> str:
    """The suite of a dataset's table of outcomes (one of rule_sql.TABLES)."""
    return dataset if table == ROWS else f"{dataset}.{table}"


def compile_suites(contracts: Contracts) -> dict[str, str]:
    """File name -> text of every suite that the declarations amount to. Raises rule_sql.RuleSqlError."""
    return {f"{name}.json": _text(suite) for name, suite in _suites(contracts)}


def write_suites(contracts: Contracts, folder: Path = SUITES) -> list[str]:
    """Make `folder` hold exactly the compiled suites; returns the names of files written or removed."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = compile_suites(contracts)
    changed = []
    for name in drifted_suites(contracts, folder):
        changed.append(name)
        if name in wanted:
            (folder / name).write_text(wanted[name], "utf-8")
        else:
            (folder / name).unlink()
    return changed


def drifted_suites(contracts: Contracts, folder: Path = SUITES) -> list[str]:
    """The suite files that differ from what the declarations compile to, are missing, or are left over."""
    wanted = compile_suites(contracts)
    there = {path.name: path.read_text("utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))


def read_suite(name: str, folder: Path = SUITES) -> dict[str, Any]:
    """A compiled suite by name (`atvejai`, `gyventojai.files`). Raises ContractError where it is missing."""
    try:
        suite: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    except OSError as error:
        raise ContractError(f"suites/{name}.json is missing: run `aim contracts compile`") from error
    return suite


def _suites(contracts: Contracts) -> Iterator[tuple[str, dict[str, Any]]]:
    for dataset in sorted(contracts.datasets):
        columns = rule_columns(contracts, dataset)
        for table in TABLES:
            expectations = [_expectation(column) for column in columns if column.table == table]
            if expectations:
                name = suite_name(dataset, table)
                yield name, {"name": name, "expectations": expectations, "meta": {"dataset": dataset}}


def _expectation(column: RuleColumn) -> dict[str, Any]:
    rule = column.rule
    return {
        "type": "expect_column_values_to_be_in_set",
        "kwargs": {"column": column.name, "value_set": [True]},
        "severity": _SEVERITY[rule.severity],
        "meta": {
            "rule_code": rule.code,
            "field": column.field,
            "severity": rule.severity.value,
            "dimension": rule.dimension.value,
            "responsibility": rule.responsibility,
            "says": rule.message.en.other,
            "applies": column.applies,
            "holds": column.holds,
        },
    }


def _text(suite: dict[str, Any]) -> str:
    return json.dumps(suite, ensure_ascii=False, indent=2) + "\n"
