"""When a period of an indicator may be released."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from aim.contracts.calendar import Period, add_working_days, due_on, is_expected, periods_between
from aim.contracts.load import Contracts
from aim.contracts.models import Obligation

_LONGEST_WAIT = timedelta(days=3 * 366)
"""How long after a slice's period begins it may fall due; generous: a year and the months to its due day."""


@dataclass(frozen=True)
class ComputedPeriod:
    """A period of an indicator that `core.indicator_current` holds.

    `reads` are the datasets behind its numerators; `is_of_ledger`: it is about the collection itself (P11).
    """

    indicator_code: str
    period_grain: str
    period_start: date
    period_end: date
    is_of_ledger: bool
    reads: list[str]


class DueDays:
    """The last due days of what stands behind a period, from contracts and calendar alone.

    Providers do not matter here: all of a kind share their due days.
    """

    def __init__(self, contracts: Contracts, grace_working_days: int) -> None:
        """Ask for releases `grace_working_days` after the last due day."""
        self._contracts = contracts
        self._grace = grace_working_days
        self._due_overlapping = cache(self._last_due_overlapping)
        self._due_within = cache(self._last_due_within)

    def may_be_released(self, period: ComputedPeriod, today: date) -> bool:
        """Whether the grace after the period's last due day has passed before the night of `today`."""
        return today > add_working_days(self.last_due_day(period), self._grace)

    def last_due_day(self, period: ComputedPeriod) -> date:
        """The last day on which a slice behind the period is due; the period's end where nothing is.

        An indicator of the ledger is about the slices, of any dataset, that fall due in the period.
        """
        if period.is_of_ledger:
            return self._due_within(period.period_start, period.period_end)
        due = [self._due_overlapping(name, period.period_start, period.period_end) for name in period.reads]
        return max((day for day in due if day is not None), default=period.period_end)

    def _obligations(self, dataset: str) -> Iterator[Obligation]:
        for kind in self._contracts.kinds.values():
            yield from (owed for owed in kind.delivers if owed.dataset == dataset)

    def _last_due_overlapping(self, dataset: str, start: date, end: date) -> date | None:
        contract = self._contracts.datasets.get(dataset)
        if contract is None:
            return None
        return max(
            (
                due_on(owed, slice_period)
                for owed in self._obligations(dataset)
                for slice_period in periods_between(start, end, contract.period)
                if _is_owed(owed, slice_period)
            ),
            default=None,
        )

    def _last_due_within(self, start: date, end: date) -> date:
        due = (
            due_on(owed, slice_period)
            for name, contract in self._contracts.datasets.items()
            for owed in self._obligations(name)
            for slice_period in periods_between(start - _LONGEST_WAIT, end, contract.period)
            if _is_owed(owed, slice_period)
        )
        return max((day for day in due if start <= day <= end), default=end)


def _is_owed(owed: Obligation, slice_period: Period) -> bool:
    return is_expected(owed, slice_period, date.min, None)
