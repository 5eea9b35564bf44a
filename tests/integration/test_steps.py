"""Does a file that meets a fault of ours stop the night, or only shame it?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.conftest import TestWarehouse

from aim.clock import Clock
from aim.landing import load
from aim.landing.load import LandingError, LandingResult, WarehouseLostError
from aim.ledger import runs
from aim.orchestration import steps
from aim.warehouse.connect import Warehouse


@pytest.fixture
def run_id(warehouse: TestWarehouse, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("AIM_HOME", str(warehouse.settings.home))
    monkeypatch.setenv("AIM_WAREHOUSE", warehouse.url)
    steps.ensure_tables_and_roles(Warehouse(warehouse.url, warehouse.url), warehouse.settings)
    return runs.open_run(warehouse.connection, Clock.at())


def test_the_night_goes_on_without_the_file_and_ends_as_failed(
    warehouse: TestWarehouse, run_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_left(*_: object) -> LandingResult:
        raise LandingError("1 file lies there still.", LandingResult(errored=1))

    monkeypatch.setattr(load, "land_inbox", one_left)
    steps.land(run_id)
    with pytest.raises(steps.FilesLeftError):
        steps.close_night(run_id)
    assert warehouse.connection.execute("select status from ops.runs").fetchone() == ("failed",)


def test_a_lost_warehouse_fails_the_task(run_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> LandingResult:
        raise WarehouseLostError("The warehouse was lost.", LandingResult())

    monkeypatch.setattr(load, "land_inbox", lost)
    with pytest.raises(WarehouseLostError):
        steps.land(run_id)


def test_a_night_with_nothing_left_succeeds(warehouse: TestWarehouse, run_id: int) -> None:
    steps.close_night(run_id)
    assert warehouse.connection.execute("select status from ops.runs").fetchone() == ("succeeded",)


WORK: tuple[tuple[Callable[[int], None], str, str], ...] = (
    (steps.load_reference, "aim.warehouse.dbt.seed", "aim_transformer"),
    (steps.land, "aim.landing.load.land_inbox", "aim_loader"),
    (steps.check, "aim.quality.judging.judge_all", "aim_loader"),
    (lambda run_id: steps.build(run_id, "core"), "aim.warehouse.dbt.build", "aim_transformer"),
    (steps.release, "aim.publish.release.release_due", "aim_publisher"),
    (steps.report, "aim.reports.sending.send_due_reports", "aim_mailer"),
)


def test_a_step_works_as_the_role_it_needs(run_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def work(*given: object, **_: object) -> LandingResult:
        (house,) = (one for one in given if isinstance(one, Warehouse))
        with house.connect() as connection:
            seen.append(connection.info.user)
        return LandingResult()

    for step, called, _ in WORK:
        monkeypatch.setattr(called, work)
        step(run_id)
    assert seen == [role for *_, role in WORK]
