"""Does a file that meets a fault of ours stop the night, or only shame it? And is one taken between nights?"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from command_line import command_line
from landed_directly import SPC, ensure_tables
from tests.conftest import TestWarehouse

from aim.clock import Clock
from aim.contracts.load import contracts
from aim.landing import load
from aim.landing.load import LandingError, LandingResult, WarehouseLostError
from aim.ledger import runs
from aim.orchestration import nightly, steps
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


def test_a_night_that_held_numbers_back_fails_at_its_end_and_tells_all_it_did(
    warehouse: TestWarehouse, run_id: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cost = {"attacked": 4, "cells": 80, "cells_hidden": 8, "counted": 50.0, "counted_hidden": 1.0}
    released = {"new": 7, "changed": 0, "periods": 3, "hidden": 8, **cost, "held_back": ["S03 2018"]}
    with warehouse.connection.transaction():
        runs.note_stage(warehouse.connection, run_id, "release", 1.0, released)
    with pytest.raises(steps.BreachError, match="S03 2018"):
        steps.close_night(run_id)
    assert warehouse.connection.execute("select status from ops.runs").fetchone() == ("failed",)

    def failed_at_its_end(*_: object) -> None:
        raise nightly.NightFailedError(nightly.LAST_TASK)

    monkeypatch.setattr(nightly, "run_nightly", failed_at_its_end)
    aim = command_line(warehouse.settings, monkeypatch, capsys)
    code, out, error = aim("nightly")
    assert (code, "failed in close_night" in error) == (1, True)
    assert "4 groups of indicators attacked" in out and "could be worked out: S03 2018." in out
    code, out, _ = aim("nightly", "--json")
    told = json.loads(out)
    assert (code, told["status"], told["release"]["held_back"]) == (1, "failed", ["S03 2018"])


WORK: tuple[tuple[Callable[[int], None], str, str], ...] = (
    (steps.load_reference, "aim.warehouse.dbt.seed", "aim_transformer"),
    (steps.land, "aim.landing.load.land_inbox", "aim_loader"),
    (steps.check, "aim.quality.judging.judge_all", "aim_loader"),
    (lambda run_id: steps.build(run_id, "core"), "aim.warehouse.dbt.build", "aim_transformer"),
    (steps.release, "aim.publish.release.release_due", "aim_publisher"),
    (steps.report, "aim.reports.sending.send_due_mails", "aim_mailer"),
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


@pytest.fixture
def between_nights(warehouse: TestWarehouse, run_id: int, monkeypatch: pytest.MonkeyPatch) -> TestWarehouse:
    """After a night, with one delivery of a centre in the inbox that has nothing to report."""
    ensure_tables(warehouse.connection)
    warehouse.connection.execute("update ops.runs set clock_date = '2018-11-20', status = 'succeeded'")
    monkeypatch.setenv("AIM_SETTLE_SECONDS", "0")
    inbox = Path(warehouse.settings.inbox)
    inbox.mkdir(parents=True)
    names = [field.name for field in contracts().datasets["atvejai"].fields]
    (inbox / f"atvejai_{SPC}_2018-10.csv").write_text(f"{';'.join(names)}\nNĖRA DUOMENŲ\n", "utf-8")
    return warehouse


def asked(house: TestWarehouse, query: str) -> object:
    found = house.connection.execute(query).fetchone()
    return None if found is None else found[0]


def test_between_nights_a_file_is_taken_judged_and_counted_as_come(between_nights: TestWarehouse) -> None:
    found = steps.land_deliveries()
    assert (found["land"]["received"], found["check"]["verdicts"]) == (1, {"accepted": 1})
    came = "select provider_code, period, status from ops.obligations where delivery_id is not null"
    assert between_nights.connection.execute(came).fetchall() == [(SPC, "2018-10", "late")]
    assert asked(between_nights, "select status from ops.job_runs") == "succeeded"
    # Nothing is pinned: the numbers are the night's.
    assert asked(between_nights, "select count(*) from ops.run_slices") == 0
    assert not any(Path(between_nights.settings.inbox).iterdir())
    again = steps.land_deliveries()
    assert (again["land"]["received"], again["check"]) == (0, {"deliveries": 0})
    assert asked(between_nights, "select count(*) from ops.deliveries") == 1


def test_while_a_night_runs_a_file_is_taken_and_left_for_the_next_run(between_nights: TestWarehouse) -> None:
    night = runs.open_run(between_nights.connection, Clock.at(date(2018, 11, 20)))
    assert steps.land_deliveries()["check"]["left_to_the_night"]
    verdict = "select verdict from ops.deliveries"
    assert asked(between_nights, verdict) == "received"
    assert asked(between_nights, "select count(*) from ops.obligations") == 0
    runs.close_run(between_nights.connection, night, "succeeded")
    steps.land_deliveries()
    assert asked(between_nights, verdict) == "accepted"


def test_what_cannot_be_landed_fails_the_run_and_the_rest_is_judged(
    between_nights: TestWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = load.land_inbox

    def one_left(*means: Any) -> LandingResult:
        result = whole(*means)
        result.errored = 1
        raise LandingError("1 file lies there still.", result)

    monkeypatch.setattr(load, "land_inbox", one_left)
    with pytest.raises(steps.FilesLeftError):
        steps.land_deliveries()
    assert asked(between_nights, "select verdict from ops.deliveries") == "accepted"
    assert asked(between_nights, "select status from ops.job_runs") == "failed"
    assert asked(between_nights, "select summary -> 'check' ->> 'deliveries' from ops.job_runs") == "1"


def test_a_night_lets_go_who_read_what_longer_ago_than_is_kept_whatever_its_own_clock(
    warehouse: TestWarehouse, run_id: int
) -> None:
    for days in (0, 730, 732):
        warehouse.connection.execute(
            "insert into ops.reads (read_at, login, relation, statement)"
            " values (now() - make_interval(days => %s), %s, 'fct_case', 'select')",
            (days, f"{days} ago"),
        )
    kept = "select array_agg(login order by read_id) from ops.reads"
    forgotten = "select summary -> 'open' ->> 'reads_forgotten' from ops.runs where run_id = %s"
    for clock, gone in (("2018-11-20", "1"), ("2099-01-01", "0")):
        night = steps.open_night(clock)
        assert warehouse.connection.execute(forgotten, (night,)).fetchone() == (gone,)
        assert asked(warehouse, kept) == ["0 ago", "730 ago"]


def test_before_the_first_night_files_are_taken_and_wait_for_it(between_nights: TestWarehouse) -> None:
    between_nights.connection.execute("delete from ops.runs")
    assert steps.land_deliveries()["check"] == {"deliveries": 0}
    assert asked(between_nights, "select verdict from ops.deliveries") == "received"
