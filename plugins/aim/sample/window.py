"""Which months the sample covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from aim.contracts.calendar import Period, periods_between
from aim.contracts.models import Grain


class SampleError(ValueError):
    """The sample asked for cannot be written; the text is one sentence that says what to change."""


@dataclass(frozen=True)
class Window:
    """The months from..to, both included."""

    first: Period
    last: Period

    @classmethod
    def between(cls, from_month: str, to_month: str) -> Window:
        """The window of two months written `2018-07`; SampleError where they are not months in order."""
        try:
            window = cls(Period.parse(from_month), Period.parse(to_month))
        except ValueError as error:
            raise SampleError("Write months as YYYY-MM, 2018-07 for example.") from error
        if {window.first.grain, window.last.grain} != {Grain.MONTH}:
            raise SampleError("Write months as YYYY-MM, 2018-07 for example.")
        if window.last < window.first:
            raise SampleError(f"The last month {to_month} is before the first, {from_month}.")
        return window

    @property
    def start(self) -> date:
        """The first day."""
        return self.first.start

    @property
    def end(self) -> date:
        """The last day."""
        return self.last.end

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    @cached_property
    def months(self) -> tuple[Period, ...]:
        """Its months in order."""
        return tuple(periods_between(self.start, self.end, Grain.MONTH))
