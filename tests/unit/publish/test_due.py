"""A period is released on the first night after its last due day and the grace, and not before it is over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from aim.contracts.calendar import Period, due_on
from aim.contracts.load import contracts
from aim.contracts.models import Grain
from aim.publish.due import ComputedPeriod, may_be_released

GRACE = 5


@pytest.mark.parametrize(
    ("period", "last_due_on", "first_night"),
    [
        # 10 November 2018 is a Saturday: due on the 12th, a week of working days more.
        ("2018-10", date(2018, 11, 12), date(2018, 11, 20)),
        # New Year, and the week that follows the due day.
        ("2018-12", date(2019, 1, 10), date(2019, 1, 18)),
        # Christmas lies in the grace.
        ("2018-11", date(2018, 12, 20), date(2019, 1, 3)),
        # Nothing is due: the grace runs from the period's own end.
        ("2018-07", None, date(2018, 8, 8)),
        # Of the ledger: what falls due in a month does so before its end, or on it.
        ("2018-12", date(2018, 12, 10), date(2019, 1, 1)),
        ("2018-12", date(2018, 12, 31), date(2019, 1, 9)),
    ],
)
def test_the_first_night_a_period_may_be_released(period: str, last_due_on: date | None, first_night: date) -> None:
    over = Period.parse(period)
    computed = ComputedPeriod("S01", "month", over.start, over.end, last_due_on)
    assert not may_be_released(computed, first_night - timedelta(days=1), GRACE)
    assert may_be_released(computed, first_night, GRACE)


@pytest.mark.parametrize("year", range(2016, 2031))
def test_pupils_are_due_before_the_first_absences_set_against_them(year: int) -> None:
    """Why the release does not wait for the denominator that S10 names."""
    owed = {one.dataset: one for one in contracts().kinds["nsa"].delivers}
    october = Period.holding(date(year, 10, 1), Grain.MONTH)
    assert due_on(owed["mokiniai"], Period.parse(str(year))) <= due_on(owed["nelankantys"], october)
