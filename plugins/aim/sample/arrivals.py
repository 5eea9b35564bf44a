"""When a file comes, and which way."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np

from aim.clock import VILNIUS
from aim.contracts.calendar import Period
from aim.sample.chance import stream

_CHANNELS = ("api", "sftp", "email", "upload")
_SHARES = (0.30, 0.20, 0.25, 0.25)
BY_HAND = ("email", "upload")


def channel_of(seed: int, provider: str) -> str:
    """The channel a provider has used ever since."""
    return _CHANNELS[int(stream(seed, "channel", provider).choice(len(_CHANNELS), p=_SHARES))]


def other_channel(channel: str) -> str:
    """The channel a second file takes: by hand, and not the same."""
    return BY_HAND[1] if channel == BY_HAND[0] else BY_HAND[0]


def _in_office_hours(rng: np.random.Generator, day: date) -> datetime:
    seconds = int(rng.integers(8 * 3600, 17 * 3600))
    return datetime.combine(day, time(), VILNIUS) + timedelta(seconds=seconds)


def monthly_arrival(seed: int, provider: str, dataset: str, month: Period, *, kind: str = "") -> datetime:
    """Local time of receipt of a monthly slice: the 3rd to the 10th of the next month.

    kind: `late` comes from the 15th to the 20th, after any due day moved from the 10th; `too_early` before the month
    is over.
    """
    rng = stream(seed, "arrival", provider, dataset, month.text)
    if kind == "too_early":
        return _in_office_hours(rng, month.start + timedelta(days=int(rng.integers(19, 27))))
    first, last = (15, 20) if kind == "late" else (3, 10)
    return _in_office_hours(rng, month.end + timedelta(days=int(rng.integers(first, last + 1))))


def population_arrival(seed: int, provider: str, year: int) -> datetime:
    """Local time of receipt of the population of 1 January: in March, by its due day."""
    rng = stream(seed, "arrival", provider, str(year))
    return _in_office_hours(rng, date(year, 3, int(rng.integers(5, 29))))
