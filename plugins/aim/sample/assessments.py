"""How the children fare: the sample's own model of `vertinimai`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from aim.sample.chance import stream
from aim.sample.window import Window

MAX_UNANSWERED = 8
"""Of 28 items; with more the assessment is incomplete (methodology, section 2)."""
DAYS_BETWEEN = 91
UNKNOWN = 9

_FIRST_LEVELS = (0.18, 0.42, 0.29, 0.11)
_IMPROVES = 0.28
_WORSENS = 0.10
_UNKNOWN_SHARE = 0.04
_HARDLY_ANSWERED = 0.003
_GROUPS = ("SOCIALINIS", "SVIETIMAS", "SVEIKATA", "POLICIJA", "KITA")
_GROUP_SHARES = (0.93, 0.03, 0.02, 0.01, 0.01)


@dataclass(frozen=True)
class Assessments:
    """frame: one row per assessment: case, provider_code, case_number, assessment_number, assessed_on, overall_level,
    stated_level (null: not stated), assessor_group, is_valid. levels: its answers in order of the items, 1-4 or 9.
    """

    frame: pl.DataFrame
    levels: npt.NDArray[np.int8]


def _courses(rng: np.random.Generator, size: int, times: int) -> npt.NDArray[np.int8]:
    """Overall levels over time, case by case: most stay, more improve than worsen."""
    levels = np.empty((size, times), dtype=np.int8)
    levels[:, 0] = rng.choice(4, size, p=_FIRST_LEVELS) + 1
    for time in range(1, times):
        draw = rng.random(size)
        step = np.where(draw < _IMPROVES, -1, np.where(draw > 1 - _WORSENS, 1, 0))
        levels[:, time] = np.clip(levels[:, time - 1] + step, 1, 4)
    return levels


def _answers(rng: np.random.Generator, overall: npt.NDArray[np.int8], items: int) -> npt.NDArray[np.int8]:
    """Answers whose highest level is the overall one, some of them `don't know`, never all alike."""
    size = len(overall)
    every = np.arange(size)
    answers = (1 + rng.binomial(overall[:, None] - 1, 0.33, (size, items))).astype(np.int8)
    share = np.where(rng.random((size, 1)) < _HARDLY_ANSWERED, 0.5, _UNKNOWN_SHARE)
    answers[rng.random((size, items)) < share] = UNKNOWN
    peak = rng.integers(items, size=size)
    answers[every, peak] = overall
    unlike = (peak + 1 + rng.integers(items - 1, size=size)) % items
    calm = overall == 1
    answers[every[calm], unlike[calm]] = UNKNOWN
    alike = ~calm & (answers == answers[:, :1]).all(axis=1)
    answers[every[alike], unlike[alike]] = 1
    return answers


def draw_assessments(seed: int, window: Window, cases: pl.DataFrame, items: int) -> Assessments:
    """The assessments dated in the window: one at a case's opening and about every three months while it is open."""
    rng = stream(seed, "assessments")
    start, end = np.datetime64(window.start, "D"), np.datetime64(window.end, "D")
    opened = cases["opened_on"].to_numpy().astype("datetime64[D]")
    closed = cases["closed_on"].to_numpy().astype("datetime64[D]")
    size, times = len(opened), window.days // (DAYS_BETWEEN - 7) + 2
    first = np.where(
        opened < start, start + rng.integers(DAYS_BETWEEN, size=size), opened + rng.integers(11, size=size)
    )
    jitter = rng.integers(-7, 8, (size, times))
    jitter[:, 0] = 0
    day = first[:, None] + DAYS_BETWEEN * np.arange(times) + jitter
    made = (day <= end) & (day >= start) & (day < closed[:, None])
    row, time = np.nonzero(made)
    overall = _courses(rng, size, times)[row, time]

    stating = {code: bool(stream(seed, "states", code).random() < 0.85) for code in cases["provider_code"].unique()}
    frame = (
        cases.select("case", "provider_code", "case_number")[row]
        .with_columns(
            assessed_on=pl.Series(day[row, time]),
            overall_level=pl.Series(overall),
            assessor_group=pl.Series(np.array(_GROUPS)[rng.choice(len(_GROUPS), len(row), p=_GROUP_SHARES)]),
            states=pl.Series(rng.random(len(row)) < 0.92)
            & pl.col("provider_code").replace_strict(stating, return_dtype=pl.Boolean),
        )
        .sort("provider_code", "assessed_on", "case")
        .with_columns(
            stated_level=pl.when("states").then("overall_level"),
            assessment_number=pl.format(
                "V-{}", pl.int_range(1, pl.len() + 1).over("provider_code").cast(pl.String).str.zfill(5)
            ),
        )
        .drop("states")
    )
    levels = _answers(rng, frame["overall_level"].to_numpy(), items)
    valid = (levels == UNKNOWN).sum(axis=1) <= MAX_UNANSWERED
    return Assessments(frame.with_columns(is_valid=pl.Series(valid)), levels)
