"""A rule replaced by another from a date: each period is judged by the one of its time, whenever its file comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from landed_directly import case, ensure_tables, land
from tests.conftest import TestWarehouse

from aim.clock import Clock
from aim.contracts.load import contracts
from aim.contracts.models import Rule
from aim.contracts.suites import write_suites
from aim.ledger import runs
from aim.quality.judging import judge_all
from aim.warehouse.connect import Warehouse


def test_each_period_is_asked_the_rule_of_its_time(warehouse: TestWarehouse, tmp_path: Path) -> None:
    rules = contracts().rule_sets["atvejai"]
    former = next(rule for rule in rules.rules if rule.code == "ATV-001")
    stricter = {"holds": "landed.pranesimo_data < landed.atidarymo_data"}
    successor = Rule.model_validate(
        former.model_dump() | stricter | {"code": "ATV-099", "valid_from": date(2018, 10, 1)}
    )
    ended = former.model_copy(update={"valid_to": date(2018, 9, 30)})
    others = [rule for rule in rules.rules if rule.code != former.code]
    dated = rules.model_copy(update={"rules": (ended, successor, *others)})
    declared = replace(contracts(), rule_sets=contracts().rule_sets | {"atvejai": dated})
    write_suites(declared, tmp_path)
    ensure_tables(warehouse.connection)

    def came(period: str, day: date) -> int:
        same_day = case("S-1", pranesimo_data=day, atidarymo_data=day)
        return land(warehouse.connection, "atvejai", [*(case(f"A-{n}") for n in range(12)), same_day], period=period)

    # The later period first: what counts is which period it is.
    october, september = came("2018-10", date(2018, 10, 3)), came("2018-09", date(2018, 9, 3))
    run_id = runs.open_run(warehouse.connection, Clock.at(date(2019, 1, 22)))
    judge_all(Warehouse(warehouse.url, warehouse.url), warehouse.settings, run_id, declared=declared, suites=tmp_path)

    def results(delivery_id: int) -> dict[str, tuple[Any, ...]]:
        return {
            code: (status, checked, failed)
            for code, status, checked, failed in warehouse.connection.execute(
                "select rule_code, status, checked, failed from quality.check_results"
                " where delivery_id = %s and rule_code in ('ATV-001', 'ATV-099')",
                [delivery_id],
            )
        }

    assert results(september) == {"ATV-001": ("passed", 13, 0), "ATV-099": ("not_applicable", 0, 0)}
    assert results(october) == {"ATV-001": ("not_applicable", 0, 0), "ATV-099": ("failed", 13, 1)}
