"""Is a number out of line with the provider's own history? The sample's own answer, for the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

LEAST_EARLIER = 8
LEAST_DISTANCE = 5
GREATEST_Z = 3.5
LEAST_ROWS_OF_SHARE = 30
PERIODS_OF_SHARE = 12
GREATEST_SHIFT = 25.0
LEAST_RATES = 8
PERIODS_OF_RATE = 12
GREATEST_RATE = 3

Counts = Mapping[str, Mapping[str, int]]
"""Coded field -> code -> kept rows with it."""


def is_outlier(earlier: Sequence[int], now: int) -> bool:
    """Whether a number of rows is an outlier among those of all earlier slices and itself (methodology, section 5)."""
    if len(earlier) < LEAST_EARLIER:
        return False
    numbers = np.array([*earlier, now], dtype=np.float64)
    distances = np.abs(numbers - np.median(numbers))
    mine = distances[-1]
    if mine < LEAST_DISTANCE:
        return False
    spread = np.median(distances)
    z = 0.6745 * mine / spread if spread > 0 else mine / (1.253314 * distances.mean())
    return bool(z > GREATEST_Z)


def shifted_fields(earlier: Sequence[Counts], now: Counts) -> list[str]:
    """The coded fields of which some code's share has moved too far from its median share of earlier slices.

    earlier: oldest first; of each field only slices with enough rows count, the latest of them.
    """
    return [field for field, counts in now.items() if _has_shifted([one.get(field, {}) for one in earlier], counts)]


def _has_shifted(earlier: Sequence[Mapping[str, int]], now: Mapping[str, int]) -> bool:
    enough = [one for one in earlier if sum(one.values()) >= LEAST_ROWS_OF_SHARE][-PERIODS_OF_SHARE:]
    total = sum(now.values())
    if total < LEAST_ROWS_OF_SHARE or not enough:
        return False
    for code in {*now, *(code for one in enough for code in one)}:
        before = np.median([100.0 * one.get(code, 0) / sum(one.values()) for one in enough])
        if abs(100.0 * now.get(code, 0) / total - before) > GREATEST_SHIFT:
            return True
    return False


def has_jumped(earlier: Sequence[float], now: float) -> bool:
    """Whether a share is more than so many times its own median; earlier: oldest first."""
    latest = earlier[-PERIODS_OF_RATE:]
    if len(latest) < LEAST_RATES:
        return False
    median = float(np.median(latest))
    return median > 0 and now > median * GREATEST_RATE
