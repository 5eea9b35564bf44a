"""When is a number out of line with a provider's own history? As the methodology has it, section 5."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aim.sample.expected_history import has_jumped, is_outlier, shifted_fields


def test_after_eight_zeros_fifty_is_asked_about_and_one_is_not() -> None:
    assert is_outlier([0] * 8, 50)
    assert not is_outlier([0] * 8, 1)
    assert not is_outlier([0] * 7, 50)


def test_a_number_near_the_median_is_never_asked_about() -> None:
    assert not is_outlier([100] * 20, 104)
    assert is_outlier([100, 101, 99, 100, 102, 98, 100, 101], 200)


@given(st.lists(st.integers(0, 500), min_size=8, max_size=30), st.integers(0, 500))
def test_the_number_itself_is_in_the_sample(earlier: list[int], now: int) -> None:
    sample = np.array([*earlier, now])
    away = abs(now - float(np.median(sample)))
    deviations = np.abs(sample - np.median(sample))
    if np.median(deviations) > 0:
        assert is_outlier(earlier, now) == (away >= 5 and 0.6745 * away / np.median(deviations) > 3.5)
    assert not (is_outlier(earlier, now) and away < 5)


def test_a_share_is_compared_on_thirty_rows_of_both_sides() -> None:
    before = [{"priezastis": {"LIGA": 20, "KITA": 10}}] * 3
    assert shifted_fields(before, {"priezastis": {"LIGA": 5, "KITA": 35}}) == ["priezastis"]
    assert shifted_fields(before, {"priezastis": {"LIGA": 3, "KITA": 20}}) == []
    assert shifted_fields([{"priezastis": {"LIGA": 29}}], {"priezastis": {"KITA": 50}}) == []
    assert shifted_fields(before, {"priezastis": {"LIGA": 40, "KITA": 10}}) == []


def test_a_code_never_met_before_was_none_of_the_rows() -> None:
    before = [{"vieta": {"SEIMA": 100}}]
    assert shifted_fields(before, {"vieta": {"SEIMA": 70, "BUDINTIS": 30}}) == ["vieta"]
    assert shifted_fields(before, {"vieta": {"SEIMA": 75, "BUDINTIS": 25}}) == []


def test_a_rate_has_jumped_above_three_times_its_median() -> None:
    assert has_jumped([0.2] * 8, 0.7)
    assert not has_jumped([0.2] * 8, 0.6)
    assert not has_jumped([0.2] * 7, 1.0)
    assert not has_jumped([0.0] * 9, 1.0)
