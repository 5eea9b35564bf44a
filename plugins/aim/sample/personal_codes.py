"""Personal codes of children who do not exist: check digit right, serial 980-999, none given twice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aim.sample.window import SampleError

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]

FIRST_SERIAL = 980
SERIALS = 20
"""Serials kept for invented children; 20 codes a day and sex."""

_WEIGHTS = np.array([[1, 2, 3, 4, 5, 6, 7, 8, 9, 1], [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]], dtype=np.int64)
_PLACES = 10 ** np.arange(9, -1, -1, dtype=np.int64)


def with_check_digit(stems: Ints) -> Ints:
    """Ten-digit stems -> eleven-digit codes (RST 1185-91: two passes modulo 11, then 0)."""
    digits = stems[:, None] // _PLACES % 10
    first, second = (digits @ _WEIGHTS.T % 11).T
    return stems * 10 + np.where(first < 10, first, np.where(second < 10, second, 0))


def draw_codes(
    rng: np.random.Generator, male: Flags, birth_month: Days, taken: Ints | None = None
) -> tuple[Ints, Days]:
    """One code for each child of a sex and birth month (datetime64[M]), and the birth day it holds.

    taken: dated codes already given to others. SampleError when a month has more children than invented codes.
    """
    group = birth_month.astype(np.int64) * 2 + male
    slots_of = _slots_by_group(taken) if taken is not None else {}
    order = np.argsort(group, kind="stable")
    day = np.empty(len(group), dtype=np.int64)
    serial = np.empty(len(group), dtype=np.int64)
    _, begins, counts = np.unique(group[order], return_index=True, return_counts=True)
    for begin, count in zip(begins, counts, strict=True):
        members = order[begin : begin + count]
        month = birth_month[members[0]]
        days = int(((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64))
        slots = rng.permutation(days * SERIALS)
        used = slots_of.get(int(group[members[0]]))
        if used is not None:
            slots = slots[~np.isin(slots, used)]
        if count > len(slots):
            raise SampleError("There are too few invented codes for so many children: lower the scale.")
        slots = slots[:count]
        day[members], serial[members] = slots // SERIALS, slots % SERIALS
    birth: Days = birth_month.astype("datetime64[D]") + day.astype("timedelta64[D]")
    year = birth.astype("datetime64[Y]").astype(np.int64) + 1970
    month_of_year = birth_month.astype(np.int64) % 12 + 1
    century = np.where(male, 1, 2) + 2 * (year // 100 - 18)
    date_part = year % 100 * 10_000 + month_of_year * 100 + day + 1
    return with_check_digit(century * 10**9 + date_part * 1000 + FIRST_SERIAL + serial), birth


def _slots_by_group(codes: Ints) -> dict[int, Ints]:
    """Birth month and sex -> the places of its days and serials that `codes` hold."""
    century, year, month, day = codes // 10**10, codes // 10**8 % 100, codes // 10**6 % 100, codes // 10**4 % 100
    years = 1800 + (century - 1) // 2 * 100 + year
    group = ((years - 1970) * 12 + month - 1) * 2 + century % 2
    slot = (day - 1) * SERIALS + codes // 10 % 1000 - FIRST_SERIAL
    order = np.argsort(group, kind="stable")
    names, begins = np.unique(group[order], return_index=True)
    return dict(zip(names.tolist(), np.split(slot[order], begins[1:]), strict=True))


def draw_undated_codes(rng: np.random.Generator, count: int) -> Ints:
    """Codes beginning with 9, which tell neither birth date nor sex."""
    middle = rng.permutation(10**6)[:count]
    return with_check_digit(9 * 10**9 + middle * 1000 + FIRST_SERIAL + rng.integers(SERIALS, size=count))
