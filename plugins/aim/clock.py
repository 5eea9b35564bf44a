"""What day it is for due days, releases and mails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

VILNIUS = ZoneInfo("Europe/Vilnius")


@dataclass(frozen=True)
class Clock:
    """One night's clock: its local date and one instant (aware, Europe/Vilnius) that all it writes bears."""

    today: date
    instant: datetime

    @classmethod
    def at(cls, today: date | None = None) -> Clock:
        """The clock of `today` (default: the real day), at the real time of day."""
        now = datetime.now(VILNIUS)
        if today is None or today == now.date():
            return cls(now.date(), now)
        return cls(today, datetime.combine(today, now.time(), VILNIUS))
