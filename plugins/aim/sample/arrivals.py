"""When a file comes, and which way."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np

from aim.clock import VILNIUS
from aim.contracts.registry import Provider
from aim.sample.chance import stream
from aim.sample.owed import Owed

_CHANNELS = ("api", "sftp", "email", "upload")
_SHARES = (0.30, 0.20, 0.25, 0.25)
BY_HAND = ("email", "upload")


def channel_of(seed: int, provider: Provider) -> str:
    """The channel a provider has used ever since; the national ones are automated."""
    if provider.municipality_code is None:
        return _CHANNELS[0]
    return _CHANNELS[int(stream(seed, "channel", provider.code).choice(len(_CHANNELS), p=_SHARES))]


def other_channel(channel: str) -> str:
    """The channel a second file takes: by hand, and not the same."""
    return BY_HAND[1] if channel == BY_HAND[0] else BY_HAND[0]


def _in_office_hours(rng: np.random.Generator, day: date) -> datetime:
    seconds = int(rng.integers(8 * 3600, 17 * 3600))
    return datetime.combine(day, time(), VILNIUS) + timedelta(seconds=seconds)


def arrival(seed: int, owed: Owed, kind: str = "") -> datetime:
    """Local time of receipt: from the third day on which the slice may come, at most three weeks before it is due.

    kind: `late` comes within the week after the due day; `too_early` in the days before it may come at all.
    """
    rng = stream(seed, "arrival", *owed.key)
    if kind == "too_early":
        return _in_office_hours(rng, owed.ready - timedelta(days=int(rng.integers(3, 11))))
    if kind == "late":
        return _in_office_hours(rng, owed.due + timedelta(days=int(rng.integers(4, 10))))
    first = min(max(owed.ready + timedelta(days=2), owed.due - timedelta(days=20)), owed.due)
    return _in_office_hours(rng, first + timedelta(days=int(rng.integers((owed.due - first).days + 1))))
