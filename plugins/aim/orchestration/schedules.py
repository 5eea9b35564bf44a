"""When what runs by itself: the one place that says it, to the DAGs and to whoever asks what was skipped.

Standard library only: the DAG files read it. Nothing runs from 3 to 4 o'clock, an hour that is missing or doubled on
clock-change days.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

SWITCH = "AIM_SCHEDULED"
"""Environment variable that gives the DAGs their schedules; without it they run when triggered."""
_VILNIUS = ZoneInfo("Europe/Vilnius")


@dataclass(frozen=True)
class Schedule:
    """Each day, Vilnius time: once at `first`, or every `minutes` from the hour of `first` to the end of `last`'s."""

    first: time
    last: time
    minutes: int | None = None

    @property
    def cron(self) -> str:
        """As Airflow takes it."""
        if self.minutes is None:
            return f"{self.first.minute} {self.first.hour} * * *"
        return f"*/{self.minutes} {self.first.hour}-{self.last.hour} * * *"

    def between(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The moments at which it runs from `since` on and before `until` (aware), each with the one after it."""
        moments = self._moments(since)
        moment = next(moments)
        for following in moments:
            if moment >= until:
                return
            if moment >= since:
                yield moment, following
            moment = following

    def _moments(self, since: datetime) -> Iterator[datetime]:
        day = since.astimezone(_VILNIUS).date()
        while True:
            for at in self._times():
                yield datetime.combine(day, at, _VILNIUS)
            day += timedelta(days=1)

    def _times(self) -> Iterator[time]:
        if self.minutes is None:
            yield self.first
            return
        for hour in range(self.first.hour, self.last.hour + 1):
            for minute in range(0, 60, self.minutes):
                yield time(hour, minute)


SCHEDULES = {
    "nightly": Schedule(time(1, 30), time(1, 30)),
    "land_deliveries": Schedule(time(6, 0), time(20, 50), minutes=10),
    "watch_deadlines": Schedule(time(7, 30), time(7, 30)),
    "send_quality_reports": Schedule(time(8, 30), time(8, 30)),
}
"""By the name of the DAG."""


def schedule_of(job: str) -> str | None:
    """The cron line of a DAG; None where nothing runs by itself."""
    return SCHEDULES[job].cron if os.environ.get(SWITCH) else None
