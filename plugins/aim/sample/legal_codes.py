"""Legal codes of institutions that do not exist: check digit right, first digit 9, which no Lithuanian one has."""

from __future__ import annotations

from collections.abc import Sequence

_WEIGHTS = ((1, 2, 3, 4, 5, 6, 7, 8), (3, 4, 5, 6, 7, 8, 9, 1))


def legal_codes(stems: Sequence[int]) -> list[str]:
    """Eight-digit stems -> nine-digit codes (two passes modulo 11, then 0)."""
    codes = []
    for stem in stems:
        digits = [int(digit) for digit in str(stem)]
        sums = [sum(d * weight for d, weight in zip(digits, weights, strict=True)) % 11 for weights in _WEIGHTS]
        codes.append(f"{stem}{next((one for one in sums if one < 10), 0)}")
    return codes
