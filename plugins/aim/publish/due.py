"""When a period of an indicator may be released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aim.contracts.calendar import add_working_days


@dataclass(frozen=True)
class ComputedPeriod:
    """A period of an indicator that was built.

    `last_due_on` is the last day on which a slice counted in it is due, None where there is none. The build says which
    slices those are, in one place for coverage and release. Denominators are not among them: a population is due in
    March, and months are not kept till then (they are marked as estimated, and revised); the pupils of 1 October are
    due before the first absences that are set against them.
    """

    indicator_code: str
    period_grain: str
    period_start: date
    period_end: date
    last_due_on: date | None


def may_be_released(period: ComputedPeriod, today: date, grace_working_days: int) -> bool:
    """Whether on the night of `today` the period is over, and the grace after its last due day too.

    A period in which nothing is due waits for its own end and the grace.
    """
    last = period.last_due_on or period.period_end
    return period.period_end < today and add_working_days(last, grace_working_days) < today
