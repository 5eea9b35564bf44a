"""An old and a new layout of one dataset: each file is read and judged by that of its period, whichever comes first."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from landed_directly import ensure_tables
from tests.conftest import TestWarehouse

from aim.clock import Clock
from aim.contracts.load import EXPECTATIONS, Contracts, load_contracts
from aim.contracts.suites import write_suites
from aim.landing import load
from aim.landing.load import land_files
from aim.ledger import runs
from aim.quality.judging import judge_all
from aim.warehouse.connect import Warehouse

CENTRE = "902330016"
CHANGED = """
dataset: atvejai
valid_to: 2018-09-30
fields:
  atvejo_nr: {aliases: [byla]}
  seimos_nr: {absent: true}
  pranesimo_data: {required: false}
  uzdarymo_priezastis: {codes: {"1": TIKSLAI_PASIEKTI, "A klasė": KITA}}
"""
OLD = f"""byla;asmens_kodas;sav;pranesimo_data;atidarymo_data;uzdarymo_data;uzdarymo_priezastis;seimos_nr
A-1;51003019808;33;;2018-09-03;2018-09-20;1;S-1
A-2;61003019809;33;2018-09-01;2018-09-03;2018-09-20;a KLASE;S-1
{"".join(f"B-{n};51003019808;33;2018-09-01;2018-09-03;;;S-1{chr(10)}" for n in range(12))}"""
NEW = f"""atvejo_nr;asmens_kodas;sav;seimos_nr;pranesimo_data;atidarymo_data;uzdarymo_data;uzdarymo_priezastis
A-1;51003019808;33;S-1;2018-10-01;2018-10-03;2018-10-20;KITA
A-2;61003019809;33;;2018-10-01;2018-10-03;;
A-3;61003019809;33;S-1;2018-10-01;2018-10-03;2018-10-20;1
{"".join(f"B-{n};51003019808;33;S-1;2018-10-01;2018-10-03;;{chr(10)}" for n in range(12))}"""


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Contracts:
    folder = tmp_path / "expectations"
    shutil.copytree(EXPECTATIONS, folder)
    (folder / "datasets" / "atvejai.iki_spalio.diff.yml").write_text(CHANGED, "utf-8")
    found = load_contracts(folder)
    write_suites(found, folder / "suites")
    monkeypatch.setattr(load, "contracts", lambda: found)
    return found


@pytest.mark.parametrize("order", [("2018-09", "2018-10"), ("2018-10", "2018-09")], ids=["old first", "new first"])
def test_each_file_has_the_layout_of_its_period(
    warehouse: TestWarehouse, declared: Contracts, tmp_path: Path, order: tuple[str, str]
) -> None:
    house = Warehouse(warehouse.url, warehouse.url)
    ensure_tables(warehouse.connection, declared)
    for period in order:
        file = tmp_path / f"atvejai_{CENTRE}_{period}.csv"
        file.write_text(OLD if period == "2018-09" else NEW, "utf-8")
        land_files(warehouse.settings, house, [file])
    run_id = runs.open_run(warehouse.connection, Clock.at(date(2019, 1, 22)))
    suites = tmp_path / "expectations" / "suites"
    assert judge_all(house, warehouse.settings, run_id, declared=declared, suites=suites).errored_rules == ()

    def asked(query: str) -> list[tuple[Any, ...]]:
        return warehouse.connection.execute(query).fetchall()

    # The old layout has no family: a column of that name is not read, and nobody is asked for it.
    assert asked(
        "select period, atvejo_nr, seimos_nr, pranesimo_data is null, uzdarymo_priezastis from staging.atvejai"
        " where atvejo_nr like 'A%' order by period, atvejo_nr"
    ) == [
        ("2018-09", "A-1", None, True, "TIKSLAI_PASIEKTI"),
        ("2018-09", "A-2", None, False, "KITA"),
        ("2018-10", "A-1", "S-1", False, "KITA"),
        ("2018-10", "A-2", None, False, None),
        ("2018-10", "A-3", "S-1", False, "1"),
    ]
    assert asked("select period, verdict, rows_quarantined from ops.deliveries order by period") == [
        ("2018-09", "accepted_with_findings", 0),
        ("2018-10", "accepted_with_findings", 2),
    ]
    assert asked(
        "select delivery.period, issue.row_number, issue.rule_code, issue.field from quality.row_issues as issue"
        " inner join ops.deliveries as delivery using (delivery_id) where issue.out order by 1, 2, 3"
    ) == [("2018-10", 3, "VIS-001", "seimos_nr"), ("2018-10", 4, "VIS-003", "uzdarymo_priezastis")]
    notes = asked("select reading_notes ->> 'unknown_columns' from ops.deliveries where period = '2018-09'")
    assert "seimos_nr" in notes[0][0]
