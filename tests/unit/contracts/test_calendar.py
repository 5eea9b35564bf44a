"""When is a slice expected, when may it come, when is it due?"""

from __future__ import annotations

import csv
import itertools
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aim.contracts.calendar import (
    Period,
    add_working_days,
    due_on,
    is_expected,
    is_working_day,
    periods_between,
    ready_on,
)
from aim.contracts.load import contracts
from aim.contracts.models import DueAfterEnd, DueInYear, Grain, Obligation
from aim.settings import PROJECT_ROOT

SHARED = PROJECT_ROOT.parent / "shared" / "data"
DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2018-10", date(2018, 10, 1), date(2018, 10, 31)),
        ("2018-K3", date(2018, 7, 1), date(2018, 9, 30)),
        ("2018-P2", date(2018, 7, 1), date(2018, 12, 31)),
        ("2018", date(2018, 1, 1), date(2018, 12, 31)),
        ("2017-2018", date(2017, 9, 1), date(2018, 8, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
    ],
)
def test_a_period_is_read_as_files_name_it(text: str, start: date, end: date) -> None:
    period = Period.parse(text)
    assert (period.start, period.end, period.text) == (start, end, text)


@pytest.mark.parametrize("text", ["2018-13", "2018-00", "2018-K5", "2018-P3", "2017-2019", "18-10", "2018-1", ""])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Period.parse(text)


@given(DAYS, st.sampled_from(list(Grain)))
def test_each_day_lies_in_one_period_that_reads_back(day: date, grain: Grain) -> None:
    period = Period.holding(day, grain)
    assert period.start <= day <= period.end
    assert Period.parse(period.text) == period
    assert period.next().start == period.end + timedelta(days=1)
    assert period.next().previous() == period


@given(DAYS, DAYS, st.sampled_from(list(Grain)))
def test_periods_between_leave_no_gap(one: date, other: date, grain: Grain) -> None:
    first, last = sorted((one, other))
    periods = list(periods_between(first, last, grain))
    assert periods[0].start <= first and periods[-1].start <= last <= periods[-1].end
    assert all(left.next() == right for left, right in itertools.pairwise(periods))


@given(DAYS, st.integers(1, 31))
def test_a_due_day_is_a_working_day_not_before_its_date(day: date, due_day: int) -> None:
    period = Period.holding(day, Grain.MONTH)
    due = due_on(Obligation(dataset="atvejai", due=DueAfterEnd(day=due_day)), period)
    assert is_working_day(due) and due > period.end


@pytest.mark.parametrize(
    ("period", "due"),
    [
        ("2018-09", date(2018, 10, 10)),
        ("2018-10", date(2018, 11, 12)),  # 10 November 2018 is a Saturday
        ("2018-05", date(2018, 6, 11)),
        ("2018-12", date(2019, 1, 10)),
    ],
)
def test_a_month_is_due_on_the_tenth_moved_to_a_working_day(period: str, due: date) -> None:
    owed = contracts().obligation("spc", "atvejai")
    assert owed is not None and due_on(owed, Period.parse(period)) == due


def test_population_is_due_in_its_own_year_after_easter() -> None:
    owed = contracts().obligation("vda", "gyventojai")
    # 31 March 2018 is a Saturday, then Easter Sunday and Monday.
    assert owed is not None and due_on(owed, Period.parse("2018")) == date(2018, 4, 3)


def test_a_school_year_is_due_in_the_year_it_ends() -> None:
    owed = Obligation(dataset="nesimokantys", due=DueInYear(month=2, day=1))
    assert due_on(owed, Period.parse("2017-2018")) == date(2018, 2, 1)


def test_a_slice_may_come_the_day_after_its_period_or_from_its_own_ready_day() -> None:
    datasets = contracts().datasets
    assert ready_on(datasets["atvejai"], Period.parse("2018-10")) == date(2018, 11, 1)
    assert ready_on(datasets["gyventojai"], Period.parse("2018")) == date(2018, 1, 1)


def test_the_second_of_november_is_off_from_2020() -> None:
    assert is_working_day(date(2018, 11, 2))
    assert not is_working_day(date(2020, 11, 2))


def test_good_friday_works() -> None:
    assert is_working_day(date(2018, 3, 30))


def test_a_slice_is_expected_of_who_is_valid_on_its_last_day() -> None:
    owed = Obligation(dataset="nelankantys", due=DueAfterEnd(day=5), except_months=(7, 8))
    october = Period.parse("2018-10")
    assert is_expected(owed, october, date(2018, 10, 31), None)
    assert not is_expected(owed, october, date(2018, 11, 1), None)
    assert not is_expected(owed, october, date(2017, 1, 1), date(2018, 10, 30))
    assert is_expected(owed, october, date(2017, 1, 1), date(2018, 10, 31))
    assert not is_expected(owed, Period.parse("2018-07"), date(2017, 1, 1), None)


def _vectors() -> list[dict[str, str]]:
    path: Path = SHARED / "working_day_vectors.csv"
    if not path.exists():
        return []
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


@pytest.mark.skipif(not _vectors(), reason="the shared vectors are not beside the checkout")
def test_working_days_are_counted_as_in_the_vectors() -> None:
    for vector in _vectors():
        counted = add_working_days(date.fromisoformat(vector["pradzia"]), int(vector["darbo_dienu"]))
        assert counted == date.fromisoformat(vector["terminas"]), vector
