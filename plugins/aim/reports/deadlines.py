"""Who is to be reminded of what is due, and who is to be told that it did not come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from aim.clock import Clock
from aim.contracts.reference import Reference
from aim.ledger.mails import Matter
from aim.reports.findings import read

REMINDER = "reminder"
ESCALATION = "escalation"
REMINDERS = ("reminder_first_days", "reminder_second_days", "reminder_last_days")
ESCALATIONS = ("escalation_tbk_days", "escalation_administration_days", "escalation_national_days")
"""Parameters: days before the due day, days after it; of the latter one for each role, the nearest first."""
ROLES = ("tbk", "administration", "national")
"""Who is told after how many days, as in ESCALATIONS."""


@dataclass(frozen=True)
class Owed:
    """A slice that is missing or was refused."""

    provider_code: str
    dataset: str
    period: str
    due_on: date
    status: str
    municipality_code: str | None


@dataclass(frozen=True)
class Deadline:
    """A slice whose day for a letter has come. step: days before (reminder) or after (escalation) its due day.

    level: how far up it is told, as in ROLES; None for a reminder.
    """

    owed: Owed
    step: int
    level: int | None

    @property
    def kind(self) -> str:
        """Reminder or escalation."""
        return REMINDER if self.level is None else ESCALATION

    @property
    def matter(self) -> Matter:
        """What is told once: the slice on this step."""
        return Matter(self.kind, self.owed.provider_code, self.owed.period, f"{self.owed.dataset} {self.step}")


def deadlines(connection: psycopg.Connection[Any], reference: Reference, clock: Clock) -> list[Deadline]:
    """The latest step reached of every slice that is missing, whether told already or not; nearest due days first.

    A step that no night saw is made up for by the next night, or by the next step. What fell due before mails look
    back is left alone, unless somebody was told of it.
    """
    before = sorted(int(reference.parameter(name, clock.today)) for name in REMINDERS)
    after = [int(reference.parameter(name, clock.today)) for name in ESCALATIONS]
    history = int(reference.parameter("mail_history_days", clock.today))
    owed = read(
        connection,
        Owed,
        "deadlines_due.sql",
        {
            "today": clock.today,
            "days_before": max(before),
            "days_after": history,
            "days_told": max(after) + history,
        },
    )
    found = []
    for one in owed:
        late = (clock.today - one.due_on).days
        if late <= 0:
            step = next(days for days in before if days >= -late)
            found.append(Deadline(one, step, None))
        else:
            reached = [level for level, days in enumerate(after) if days <= late]
            if reached:
                found.append(Deadline(one, after[reached[-1]], reached[-1]))
    return found
