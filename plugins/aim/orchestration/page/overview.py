"""What an operator asks in the morning: what is ours to mend, what is due, who is missing or silent, what went out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg

from aim.contracts.reference import read_reference
from aim.orchestration.page.reading import rows
from aim.orchestration.page.releases import Release, releases
from aim.orchestration.status import Status, status_of
from aim.settings import Settings

RELEASES_SHOWN = 3
"""The latest ones; the page of releases has more."""


@dataclass(frozen=True)
class DueSlices:
    """Slices of one dataset and period that are due on one day: how many, how many of them came or were refused."""

    due_on: date
    dataset: str
    period: str
    expected: int
    accepted: int
    rejected: int


@dataclass(frozen=True)
class Gap:
    """A slice of a dataset's latest period past due that did not come or was refused."""

    provider_code: str
    municipality_code: str | None
    dataset: str
    period: str
    due_on: date
    status: str
    delivery_id: int | None
    reason_code: str | None


@dataclass(frozen=True)
class RuleBroken:
    """A rule that deliveries in force break, or that refused one. failed: rows, answered ones apart."""

    rule_code: str
    responsibility: str
    severity: str
    deliveries: int
    providers: int
    failed: int


@dataclass(frozen=True)
class Overview:
    """The collection by the clock of the last night, in the numbers of `aim status`."""

    status: Status
    today: date
    due: list[DueSlices]
    gaps: list[Gap]
    rules: list[RuleBroken]
    releases: list[Release]

    @property
    def due_today(self) -> list[DueSlices]:
        """Those due on the clock's day."""
        return [one for one in self.due if one.due_on == self.today]

    @property
    def due_later(self) -> list[DueSlices]:
        """Those due in the days after it."""
        return [one for one in self.due if one.due_on > self.today]

    @property
    def theirs(self) -> list[RuleBroken]:
        """What providers can mend."""
        return [one for one in self.rules if one.responsibility == "provider"]

    @property
    def ours(self) -> list[RuleBroken]:
        """What the operator is asked."""
        return [one for one in self.rules if one.responsibility != "provider"]


def overview_of(connection: psycopg.Connection[Any], settings: Settings) -> Overview | None:
    """The state of the collection; None before the first night."""
    status = status_of(settings, connection, None, None)
    if status.run is None:
        return None
    today: date = status.run["clock_date"]
    ahead = timedelta(days=int(read_reference(settings.reference).parameter("report_next_due_days", today)))
    return Overview(
        status=status,
        today=today,
        due=rows(connection, DueSlices, __file__, "due_soon.sql", {"today": today, "until": today + ahead}),
        gaps=rows(connection, Gap, __file__, "missing_now.sql", {"today": today}),
        rules=rows(connection, RuleBroken, __file__, "rules_broken.sql", {}),
        releases=releases(connection, RELEASES_SHOWN),
    )
