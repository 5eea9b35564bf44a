"""How long something lasts for a child: the common part of every register kept by months."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample.cases import Floats, after
from aim.sample.personal_codes import Days
from aim.sample.window import Window

_LEAST_DAYS_OLD = 20
_LEAST_DAYS = 10


def draw_spells(
    rng: np.random.Generator,
    window: Window,
    children: pl.DataFrame,
    weights: Floats,
    stock: int,
    mean_days: float,
    ages: tuple[int, int] = (0, 18),
) -> pl.DataFrame:
    """Spells of children drawn by weight: the columns of `children` with begun and ended (dates, half-open).

    About `stock` run on any day of the window and last `mean_days` on average; no child has two, and none runs outside
    the ages from..to (years, the second not reached).
    """
    size = min(len(children), stock + rng.poisson(stock * window.days / mean_days))
    weights = np.where(_lives(children, window, ages), weights, 0.0)
    size = min(size, int((weights > 0).sum()))
    chosen = (
        children[rng.choice(len(children), size, replace=False, p=weights / weights.sum())] if size else children[:0]
    )
    start = np.datetime64(window.start, "D")
    already = np.arange(size) < stock
    past = rng.exponential(mean_days, size).astype(np.int64)
    begun: Days = start + np.where(already, -1 - past, rng.integers(window.days, size=size))
    ended: Days = np.maximum(begun, start) + _LEAST_DAYS + rng.exponential(mean_days, size).astype(np.int64)
    birth = chosen["birth"].to_numpy().astype("datetime64[D]")
    earliest = after(birth, _LEAST_DAYS_OLD + int(ages[0] * 365.25))
    begun = np.where(begun < earliest, after(earliest, rng.integers(40, size=size)), begun)
    latest = _birthday(chosen, ages[1])
    ended = np.minimum(ended, latest)
    return (
        chosen.with_columns(begun=pl.Series(begun), ended=pl.Series(ended))
        .filter((pl.col("begun") < pl.col("ended")) & (pl.col("ended") >= window.start))
        .filter(pl.col("begun") <= window.end)
        .sort("municipality_code", "begun", "child")
    )


def _lives(children: pl.DataFrame, window: Window, ages: tuple[int, int]) -> Floats:
    """1 where the child is of the ages at some time of the window."""
    birth = pl.col("birth")
    of_age = (birth.dt.offset_by(f"{ages[0]}y") < window.end) & (birth.dt.offset_by(f"{ages[1]}y") > window.start)
    found: Floats = children.select(of_age.cast(pl.Float64)).to_series().to_numpy()
    return found


def _birthday(children: pl.DataFrame, years: int) -> Days:
    day: Days = children.select(pl.col("birth").dt.offset_by(f"{years}y")).to_series().to_numpy()
    return day.astype("datetime64[D]")


def running(spells: pl.DataFrame, period: Period) -> pl.DataFrame:
    """The spells to be told of in the period: those of any day in it, and one more time those ended on its first."""
    return spells.filter((pl.col("begun") <= period.end) & (pl.col("ended") >= period.start))


def ended_as_known(known_on: pl.Expr | date) -> pl.Expr:
    """The end as the provider knew it when it made the file: none that was still to come."""
    return pl.when(pl.col("ended") <= known_on).then("ended")
