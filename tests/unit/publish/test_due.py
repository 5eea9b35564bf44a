"""A period is released after the last due day behind it and the grace, by the calendar."""

from datetime import date

import pytest

from aim.contracts.load import contracts
from aim.publish.due import ComputedPeriod, DueDays

DUE = DueDays(contracts(), grace_working_days=5)


def computed(start: date, end: date, *reads: str, grain: str = "month") -> ComputedPeriod:
    return ComputedPeriod("S01", grain, start, end, is_of_ledger=not reads, reads=list(reads))


OCTOBER = computed(date(2018, 10, 1), date(2018, 10, 31), "atvejai")


def test_the_due_day_moves_off_a_weekend() -> None:
    # 10 November 2018 is a Saturday.
    assert DUE.last_due_day(OCTOBER) == date(2018, 11, 12)


def test_the_release_is_on_the_first_night_after_the_grace() -> None:
    assert not DUE.may_be_released(OCTOBER, date(2018, 11, 19))
    assert DUE.may_be_released(OCTOBER, date(2018, 11, 20))


def test_holidays_are_no_working_days_of_the_grace() -> None:
    december = computed(date(2018, 12, 1), date(2018, 12, 31), "atvejai", "vertinimai")
    assert DUE.last_due_day(december) == date(2019, 1, 10)
    assert not DUE.may_be_released(december, date(2019, 1, 17))
    assert DUE.may_be_released(december, date(2019, 1, 18))


@pytest.mark.parametrize(
    ("grain", "start", "end", "due"),
    [
        ("quarter", date(2018, 10, 1), date(2018, 12, 31), date(2019, 1, 10)),
        ("year", date(2018, 1, 1), date(2018, 12, 31), date(2019, 1, 10)),
    ],
)
def test_a_longer_period_waits_for_its_last_slice(grain: str, start: date, end: date, due: date) -> None:
    assert DUE.last_due_day(computed(start, end, "atvejai", grain=grain)) == due


def test_of_several_datasets_the_last_decides() -> None:
    year = computed(date(2018, 1, 1), date(2018, 12, 31), "gyventojai", grain="year")
    # 31 March 2018 is a Saturday, 1 and 2 April are Easter.
    assert DUE.last_due_day(year) == date(2018, 4, 3)
    both = computed(date(2018, 1, 1), date(2018, 12, 31), "gyventojai", "atvejai", grain="year")
    assert DUE.last_due_day(both) == date(2019, 1, 10)


def test_what_is_of_the_ledger_is_about_the_slices_due_in_the_period() -> None:
    # Quarters are due on the 20th, a Sunday.
    assert DUE.last_due_day(computed(date(2019, 1, 1), date(2019, 1, 31))) == date(2019, 1, 21)
    assert DUE.last_due_day(computed(date(2018, 1, 1), date(2018, 12, 31), grain="year")) == date(2018, 12, 10)


def test_a_period_with_nothing_due_waits_for_its_own_end() -> None:
    assert DUE.last_due_day(computed(date(2018, 7, 1), date(2018, 7, 31), "nothing_known")) == date(2018, 7, 31)
