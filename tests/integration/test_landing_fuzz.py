"""Hundreds of damaged files in one inbox: the night goes through, each gets its verdict, nothing of them leaks."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.conftest import TestWarehouse
from tests.unit.landing.mutated_files import CANARIES, CODES, mutated

from aim.clock import Clock
from aim.contracts.calendar import Period
from aim.contracts.load import contracts
from aim.contracts.models import DatasetContract
from aim.contracts.registry import Provider, read_registry
from aim.landing.inbox import CHANNELS
from aim.landing.load import land_inbox
from aim.ledger import runs
from aim.quality.judging import judge_all
from aim.warehouse.connect import Warehouse

FILES = 250
IN_TIME = datetime(2019, 3, 10, 8, 0, tzinfo=UTC)


def slices(contract: DatasetContract, providers: dict[str, Provider]) -> list[str]:
    """Names of files that some provider owes, without their ending."""
    declared = contracts()
    period = Period.holding(datetime(2018, 10, 5, tzinfo=UTC).date(), contract.period).text
    return [
        f"{contract.dataset}_{code}_{period}"
        for code, provider in sorted(providers.items())
        if declared.obligation(provider.kind, contract.dataset) is not None
    ]


@pytest.mark.timeout(300)
def test_an_inbox_of_damaged_files_is_landed_judged_and_told_without_a_name(
    warehouse: TestWarehouse, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    providers = read_registry(warehouse.settings.registry)
    names = {name: slices(contract, providers) for name, contract in contracts().datasets.items()}
    written = 0
    for number, file in enumerate(mutated(FILES, 77)):
        expected = names[file.contract.dataset]
        name = f"{expected[number // len(CHANNELS) % len(expected)]}.{file.suffixes}"
        folder = Path(warehouse.settings.inbox) / CHANNELS[number % len(CHANNELS)]
        folder.mkdir(parents=True, exist_ok=True)
        if number % 50 == 0:
            name = f"{CODES[0]} vaiko byla {number}.csv"
        written += not (folder / name).exists()
        (folder / name).write_bytes(file.content)
        os.utime(folder / name, (IN_TIME.timestamp() + number, IN_TIME.timestamp() + number))
    with caplog.at_level(logging.DEBUG):
        result = land_inbox(warehouse.settings, warehouse).summary()
        run_id = runs.open_run(warehouse.connection, Clock.at(IN_TIME.date()))
        judge_all(Warehouse(warehouse.url, warehouse.url), warehouse.settings, run_id)
    assert (result["received"] + result["rejected"], result["errored"], result["waiting"]) == (written, 0, 0)
    assert min(result["received"], result["rejected"]) > FILES // 5
    rows = warehouse.connection.execute(
        "select count(*), bool_and(verdict <> 'received'),"
        " bool_and(rows_received = rows_loaded + rows_quarantined + rows_duplicate),"
        " sum(rows_quarantined) filter (where reason_code = 'missing_column') from ops.deliveries"
    ).fetchone()
    assert rows is not None
    assert rows[:3] == (written, True, True)
    assert rows[3] > 0
    told = caplog.text + "".join(capfd.readouterr())
    assert not [canary for canary in CANARIES if canary in told]
    tables = warehouse.connection.execute(
        "select format('%I.%I', schemaname, tablename) from pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema')"
    ).fetchall()
    for (table,) in tables:
        held = "\n".join(
            row
            for (row,) in warehouse.connection.execute(f"select t::text from {table} as t")  # noqa: S608  # names from the catalogue
        )
        assert not [code for code in CODES if code in held], table
