"""A template filled in with what the rules call right is accepted, whatever the dataset: from workbook to verdict."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from specimens import EVERY, rows_of
from tests.conftest import TestWarehouse
from tests.filling import fill

from aim.clock import VILNIUS, Clock
from aim.contracts.calendar import Period, is_expected
from aim.contracts.load import contracts
from aim.contracts.registry import Provider
from aim.handbook.sources import Sources
from aim.handbook.words import Words
from aim.handbook.workbook import Slice, write_workbook
from aim.landing.load import land_files
from aim.ledger import runs
from aim.quality.judging import judge_all
from aim.warehouse.connect import Warehouse

TODAY = Clock.at(datetime(2019, 1, 22, tzinfo=VILNIUS).date())
WHOLE = {"vertinimai": [{"klausimo_nr": EVERY, "lygis": EVERY}]}
"""Where one row alone is a question: an assessment answers every item, and not all alike."""


def a_provider(sources: Sources, dataset: str, period: Period) -> Provider:
    """One that owes the slice, of the specimens' municipality."""
    sav = contracts().rule_sets["atvejai"].specimen["sav"]
    for kind, owed in sources.deliverers(dataset):
        for one in sources.of_kind(kind.kind):
            if one.municipality_code in (sav, None) and is_expected(owed, period, one.valid_from, one.valid_to):
                return one
    raise LookupError(dataset)


def test_every_template_filled_in_with_its_specimen_is_accepted(warehouse: TestWarehouse, tmp_path: Path) -> None:
    settings = warehouse.settings
    sources = Sources.read(settings, TODAY.today)
    files = []
    for dataset in contracts().judging_order:
        contract, ground = contracts().datasets[dataset], contracts().rule_sets[dataset]
        period = Period.parse(str(ground.period))
        provider = a_provider(sources, dataset, period)
        of = Slice(provider, period)
        path = tmp_path / of.file_name(dataset)
        write_workbook(path, dataset, sources, Words(provider.language), of)
        fill(path, contract, rows_of(ground, contract, WHOLE.get(dataset, [{}]), sources.reference))
        files.append(path)
    with warehouse.connect() as connection:
        run_id = runs.open_run(connection, TODAY)
    house = Warehouse(warehouse.url, warehouse.url)
    land_files(settings, house, files)
    judge_all(house, settings, run_id)
    verdicts = dict(warehouse.connection.execute("select dataset, verdict from ops.deliveries").fetchall())
    found = warehouse.connection.execute(
        "select dataset, rule_code, field, row_number from quality.row_issues join ops.deliveries using (delivery_id)"
    ).fetchall()
    assert found == []
    assert verdicts == dict.fromkeys(contracts().datasets, "accepted")
