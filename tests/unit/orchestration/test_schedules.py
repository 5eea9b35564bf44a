"""Is what is expected to run what Airflow is told to run?"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from croniter import croniter

from aim.clock import VILNIUS
from aim.orchestration.schedules import SCHEDULES, SWITCH, Schedule, schedule_of


@pytest.mark.parametrize("job", SCHEDULES)
def test_the_moments_are_those_of_the_cron_line(job: str) -> None:
    since = datetime(2026, 11, 27, 13, 5, tzinfo=VILNIUS)
    until = since + timedelta(days=3)
    lines = croniter(SCHEDULES[job].cron, since)
    expected = []
    while (moment := lines.get_next(datetime)) < until:
        expected.append(moment)
    found = list(SCHEDULES[job].between(since, until))
    assert [moment for moment, _ in found] == expected
    assert [following for _, following in found[:-1]] == expected[1:]


@pytest.mark.parametrize("day", [datetime(2026, 3, 28, tzinfo=VILNIUS), datetime(2026, 10, 24, tzinfo=VILNIUS)])
def test_on_a_clock_change_each_night_is_there_once(day: datetime) -> None:
    nights = [moment for moment, _ in SCHEDULES["nightly"].between(day, day + timedelta(days=3))]
    assert [night.astimezone(VILNIUS).strftime("%H:%M") for night in nights] == ["01:30"] * 3
    assert len({night.astimezone(UTC) for night in nights}) == 3


def test_nothing_runs_in_the_hour_that_is_missing_or_doubled() -> None:
    day = datetime(2026, 11, 27, tzinfo=VILNIUS)
    for schedule in SCHEDULES.values():
        assert all(moment.hour != 3 for moment, _ in schedule.between(day, day + timedelta(days=1)))


def test_a_moment_past_is_not_expected_and_one_at_the_end_neither() -> None:
    schedule = Schedule(SCHEDULES["nightly"].first, SCHEDULES["nightly"].last)
    night = datetime(2026, 11, 28, 1, 30, tzinfo=VILNIUS)
    assert [moment for moment, _ in schedule.between(night, night + timedelta(days=1))] == [night]
    assert not list(schedule.between(night + timedelta(seconds=1), night + timedelta(days=1)))


def test_dags_have_a_schedule_only_where_they_are_to_run_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SWITCH, raising=False)
    assert schedule_of("nightly") is None
    monkeypatch.setenv(SWITCH, "1")
    assert schedule_of("nightly") == "30 1 * * *"
    assert schedule_of("land_deliveries") == "*/10 6-20 * * *"


def test_reading_it_costs_a_dag_file_nothing() -> None:
    look = "import sys, aim.orchestration.schedules; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout.split()
    assert not {"psycopg", "pydantic", "polars", "airflow", "jinja2", "yaml"} & set(loaded)
