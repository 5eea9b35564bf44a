"""Is it noticed what did not happen: a run, a judgement, a taking?"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from landed_directly import ensure_tables, land
from rich.console import Console
from tests.conftest import TestWarehouse

from aim.clock import VILNIUS, Clock
from aim.language import say
from aim.ledger import deliveries, jobs, runs
from aim.orchestration.airflow_keeper import STATE_FILE
from aim.orchestration.airflow_server import PARTS_LOCK
from aim.orchestration.night_summary import print_summary, summarise
from aim.orchestration.schedules import SCHEDULES
from aim.orchestration.status import status_of
from aim.orchestration.status_told import print_status
from aim.orchestration.stuck import Stuck, place_of, stuck_of

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=VILNIUS)


def stuck(house: TestWarehouse, now: datetime = NOON) -> list[Stuck]:
    return stuck_of(house.settings, house.connection, now)


def expect_since(house: TestWarehouse, since: datetime, *names: str) -> None:
    jobs.put_in_force(house.connection, names)
    house.connection.execute("update ops.schedules set in_force_since = %s", [since])


def night_ran(house: TestWarehouse, at: datetime, status: str = "succeeded") -> None:
    house.connection.execute(
        "insert into ops.runs (clock_date, instant, status, started_at, finished_at, place)"
        " values (%s, %s, %s, %s, %s, %s)",
        [
            at.date(),
            at,
            status,
            at,
            None if status == "running" else at + timedelta(minutes=5),
            place_of(house.settings),
        ],
    )


def job_ran(house: TestWarehouse, at: datetime, until: datetime | None) -> None:
    house.connection.execute(
        "insert into ops.job_runs (job, place, started_at, finished_at, status)"
        " values ('land_deliveries', '', %s, %s, %s)",
        [at, until, "failed" if until is None else "succeeded"],
    )


def test_nothing_is_expected_that_was_never_to_run_by_itself(warehouse: TestWarehouse) -> None:
    assert stuck(warehouse) == []


def test_a_night_that_did_not_take_place_is_missed_and_one_by_hand_stands_for_it(warehouse: TestWarehouse) -> None:
    expect_since(warehouse, NOON - timedelta(days=9), "nightly")
    night_ran(warehouse, datetime(2026, 11, 26, 1, 30, 4, tzinfo=VILNIUS))
    [found] = stuck(warehouse)
    # Those of 25 and 27 November; what is longer ago than three days is told no more.
    assert (found.what, found.count, found.words["job"]) == ("skipped", 2, "nightly")
    assert (found.words["first"], found.words["last"]) == ("2026-11-25 01:30", "2026-11-27 01:30")
    night_ran(warehouse, datetime(2026, 11, 25, 16, 0, tzinfo=VILNIUS), "failed")
    night_ran(warehouse, datetime(2026, 11, 27, 11, 0, tzinfo=VILNIUS))
    assert stuck(warehouse) == []
    # A night has an hour to begin, and then it is missed.
    next_night = datetime(2026, 11, 28, 1, 30, tzinfo=VILNIUS)
    assert stuck(warehouse, next_night + timedelta(minutes=59)) == []
    assert [one.count for one in stuck(warehouse, next_night + timedelta(minutes=61))] == [1]


def test_a_landing_that_takes_long_stands_for_those_it_kept_waiting(warehouse: TestWarehouse) -> None:
    expect_since(warehouse, NOON.replace(hour=8), "land_deliveries")
    job_ran(warehouse, NOON.replace(hour=8), NOON.replace(hour=10, minute=25))
    [found] = stuck(warehouse)
    # A slot has an hour, so those from 10:30 to 10:50 are missed; by noon 11:00 still has its time.
    assert (found.count, found.words["first"], found.words["last"]) == (3, "2026-11-27 10:30", "2026-11-27 10:50")
    job_ran(warehouse, NOON.replace(hour=10, minute=30), None)
    assert [one.count for one in stuck(warehouse)] == [2]
    job_ran(warehouse, NOON.replace(hour=11, minute=20), NOON.replace(hour=11, minute=21))
    assert stuck(warehouse) == []


def test_what_runs_by_itself_is_noted_once(warehouse: TestWarehouse) -> None:
    jobs.put_in_force(warehouse.connection, SCHEDULES)
    before = jobs.in_force(warehouse.connection)
    assert set(before) == set(SCHEDULES)
    jobs.put_in_force(warehouse.connection, SCHEDULES)
    assert jobs.in_force(warehouse.connection) == before
    jobs.put_in_force(warehouse.connection, ())
    assert jobs.in_force(warehouse.connection) == {}


@contextmanager
def held(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def test_a_run_that_nobody_works_on_is_gone_and_one_elsewhere_may_be_long(warehouse: TestWarehouse) -> None:
    night_ran(warehouse, NOON - timedelta(minutes=5), "running")
    [found] = stuck(warehouse)
    assert (found.what, found.words["job"], found.words["since"]) == ("gone", "nightly", "2026-11-27 11:55")
    for lock in (STATE_FILE, PARTS_LOCK):
        with held(warehouse.settings.home / lock):
            assert stuck(warehouse) == []
            assert [one.what for one in stuck(warehouse, NOON + timedelta(hours=6))] == ["long"]
    warehouse.connection.execute("update ops.runs set place = 'elsewhere:/home'")
    assert stuck(warehouse) == []
    assert [one.what for one in stuck(warehouse, NOON + timedelta(hours=6))] == ["long"]


def test_a_killed_run_of_a_job_is_closed_by_the_next(warehouse: TestWarehouse) -> None:
    killed = jobs.open_job(warehouse.connection, "land_deliveries", place_of(warehouse.settings))
    assert [one.what for one in stuck(warehouse, datetime.now(VILNIUS))] == ["gone"]
    after = jobs.open_job(warehouse.connection, "land_deliveries", "elsewhere")
    jobs.close_job(warehouse.connection, after, "succeeded", {"rows": 3})
    assert warehouse.connection.execute(
        "select job_run_id, status, finished_at is null, summary from ops.job_runs order by job_run_id"
    ).fetchall() == [(killed, "failed", True, {}), (after, "succeeded", False, {"rows": 3})]
    assert stuck(warehouse, datetime.now(VILNIUS)) == []


def test_a_delivery_that_nobody_judges_is_stuck(warehouse: TestWarehouse) -> None:
    ensure_tables(warehouse.connection)
    land(warehouse.connection, "atvejai", [])
    now = datetime.now(VILNIUS)
    assert stuck(warehouse, now + timedelta(hours=25)) == []
    [found] = stuck(warehouse, now + timedelta(hours=27))
    assert (found.what, found.count) == ("waiting", 1)


def test_a_file_that_nobody_takes_is_stuck_also_where_it_is_never_whole(warehouse: TestWarehouse) -> None:
    inbox = Path(warehouse.settings.inbox, "sftp")
    inbox.mkdir(parents=True)
    (inbox / "atvejai_902330016_2018-10.csv.part").write_text("half", "utf-8")
    (inbox / "51003019808.csv").write_text("x", "utf-8")
    (inbox / ".hidden").write_text("x", "utf-8")
    now = datetime.now(VILNIUS)
    assert stuck(warehouse, now + timedelta(hours=25)) == []
    [found] = stuck(warehouse, now + timedelta(hours=27))
    assert (found.what, found.count) == ("lying", 2)
    assert "51003019808" not in str(found)


def test_an_inbox_that_cannot_be_reached_is_said(warehouse: TestWarehouse) -> None:
    settings = warehouse.settings.model_copy(update={"inbox": "sftp://nobody:secret@127.0.0.1:9/inbox"})
    assert stuck_of(settings, warehouse.connection, NOON) == [Stuck("unreachable")]


@pytest.mark.parametrize("lang", ["lt", "en"])
def test_status_and_the_summary_of_a_night_say_it(warehouse: TestWarehouse, lang: str) -> None:
    # Two nights at least, at whatever hour of the day it is asked.
    expect_since(warehouse, datetime.now(VILNIUS) - timedelta(days=4), "nightly")
    settings = warehouse.settings.model_copy(update={"lang": lang})
    said = say("stuck.skipped", lang, 2, job="nightly", first="", last="").split("2")[0].split("`")[0]

    def status() -> str:
        console = Console(file=StringIO(), width=200)
        print_status(status_of(settings, warehouse.connection, None, None), lang, console)
        return console.file.getvalue()  # type: ignore[attr-defined]

    assert said in status()
    run_id = runs.open_run(warehouse.connection, Clock.at())
    runs.close_run(warehouse.connection, run_id, "succeeded")
    warehouse.connection.execute("update ops.runs set started_at = now() - interval '9 days'")
    assert said in status()
    summary = summarise(settings)
    assert [one["what"] for one in summary["stuck"]] == ["skipped"]
    console = Console(file=StringIO(), width=200)
    print_summary(summary, settings, console)
    assert said in console.file.getvalue()  # type: ignore[attr-defined]


def test_opening_a_night_waits_for_a_judging_to_end(warehouse: TestWarehouse) -> None:
    with warehouse.connect() as judging, warehouse.connect(options="-c lock_timeout=100ms") as night:
        deliveries.judge_alone(judging)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            runs.open_run(night, Clock.at())
