"""Which children have a disability or special needs decided: the sample's own model of `neigalumas` and `sup`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample.chance import stream
from aim.sample.window import Window

DISABLED = 14_600
"""Children of the nation with a disability decided, at scale 1: 29 of 1,000. No figure of those years was at hand; this
is the order of what the disability agency used to report."""
WITH_SPECIAL_NEEDS = 38_000
"""Pupils of the nation with special needs decided, at scale 1: some 11 of 100 pupils; an assumption likewise."""

_DISABILITY_LEVELS = ("LENGVAS", "VIDUTINIS", "SUNKUS")
_DISABILITY_SHARES = (0.28, 0.53, 0.19)
_NEEDS_LEVELS = ("1", "2", "3", "4")
_NEEDS_SHARES = (0.28, 0.47, 0.21, 0.04)
_DISORDERS = (
    "Kalbėjimo ir kalbos sutrikimai", "Specifiniai mokymosi sutrikimai", "Intelekto sutrikimai",
    "Elgesio ar emocijų sutrikimai", "Kompleksiniai sutrikimai", "Klausos sutrikimai", "Regos sutrikimai",
    "Įvairiapusiai raidos sutrikimai",
)  # fmt: skip
_DISORDER_SHARES = (0.44, 0.19, 0.09, 0.11, 0.08, 0.03, 0.02, 0.04)
_RENEWALS = 21
_NOT_RENEWED = 0.02
_EARLY = 2.0
"""Above 1: decided about rather early in the years in which it can be."""
_EVER_FOR_EACH_VALID = 1.19
"""Of those decided about at some time near the window, so many for each one with a valid decision on a day of it."""


def _decided(
    rng: np.random.Generator,
    window: Window,
    children: pl.DataFrame,
    count: int,
    weight_with_case: float,
    ages: tuple[float, int],
) -> pl.DataFrame:
    """Decisions that follow one another without a gap: the columns of `children`, decided_on, valid_to (half-open), and
    place (of the child among those chosen). They end at the greater age, or earlier where not renewed.
    """
    birth = pl.col("birth")
    able = children.with_columns(
        earliest=birth + pl.duration(days=int(ages[0] * 365.25)), latest=birth.dt.offset_by(f"{ages[1]}y")
    ).filter((pl.col("earliest") < window.end) & (pl.col("latest") > window.start))
    weights = np.where(able["has_case"].to_numpy(), weight_with_case, 1.0)
    size = min(round(count * _EVER_FOR_EACH_VALID), len(able))
    chosen = able[np.sort(rng.choice(len(able), size, replace=False, p=weights / weights.sum()))]
    start, end = np.datetime64(window.start, "D"), np.datetime64(window.end, "D")
    earliest = chosen["earliest"].to_numpy().astype("datetime64[D]")
    latest = chosen["latest"].to_numpy().astype("datetime64[D]")
    reach = (np.minimum(latest, end) - earliest).astype(np.int64)
    since = earliest + (reach * rng.random(size) ** _EARLY).astype(np.int64)
    days = rng.choice((365, 730, 1095), size, p=(0.25, 0.5, 0.25))[:, None]
    begun = since[:, None] + np.arange(_RENEWALS) * days
    ended = np.minimum(begun + days, latest[:, None])
    lapses = rng.random(begun.shape) < _NOT_RENEWED
    lapses[:, 0] = False
    lapsed = np.cumsum(lapses, axis=1) > 0
    child, time = np.nonzero((begun < ended) & ~lapsed & (ended > start) & (begun <= end))
    return chosen[child].with_columns(
        place=pl.Series(child), decided_on=pl.Series(begun[child, time]), valid_to=pl.Series(ended[child, time])
    )


def draw_disability(seed: int, window: Window, scale: float, children: pl.DataFrame) -> pl.DataFrame:
    """One row per disability decision: the columns of `children`, level, decided_on, valid_to."""
    rng = stream(seed, "disability")
    frame = _decided(rng, window, children, round(DISABLED * scale), 0.6, (0.3, 18))
    place = frame["place"].to_numpy()
    level = rng.choice(_DISABILITY_LEVELS, place.max(initial=0) + 1, p=_DISABILITY_SHARES)[place]
    return frame.with_columns(level=pl.Series(level, dtype=pl.String))


def draw_special_needs(seed: int, window: Window, scale: float, children: pl.DataFrame) -> pl.DataFrame:
    """One row per special-needs decision: the columns of `children`, level, disorder, decided_on, valid_to."""
    rng = stream(seed, "special needs")
    frame = _decided(rng, window, children, round(WITH_SPECIAL_NEEDS * scale), 0.8, (5.5, 19))
    place = frame["place"].to_numpy()
    level = rng.choice(_NEEDS_LEVELS, place.max(initial=0) + 1, p=_NEEDS_SHARES)[place]
    disorder = rng.choice(_DISORDERS, place.max(initial=0) + 1, p=_DISORDER_SHARES)[place]
    return frame.with_columns(level=pl.Series(level, dtype=pl.String), disorder=pl.Series(disorder, dtype=pl.String))


def in_force(decisions: pl.DataFrame, period: Period) -> pl.DataFrame:
    """The decisions in force at any time in the period."""
    return decisions.filter((pl.col("decided_on") <= period.end) & (pl.col("valid_to") > period.start))


def valid_on(decisions: pl.DataFrame, day: date) -> pl.Series:
    """The children of the decisions valid on the day."""
    return decisions.filter((pl.col("decided_on") <= day) & (pl.col("valid_to") > day))["child"].unique()


def disability_rows(decisions: pl.DataFrame, period: Period, provider: str) -> pl.DataFrame:
    """`neigalumas` of the month, and whose file it is (provider_code)."""
    return in_force(decisions, period).select(
        provider_code=pl.lit(provider),
        asmens_kodas="personal_code",
        sav="municipality_code",
        lygis="level",
        nuo="decided_on",
        iki="valid_to",
    )


def special_needs_rows(
    decisions: pl.DataFrame, period: Period, providers: Mapping[str, str], without_end: Sequence[str]
) -> pl.DataFrame:
    """`sup` of the quarter. providers: municipality -> legal code; those of `without_end` do not tell when a decision
    ends unless it has come to that in the quarter.
    """
    told = ~pl.col("provider_code").is_in(list(without_end)) | (pl.col("valid_to") <= period.end)
    return (
        in_force(decisions, period)
        .filter(pl.col("municipality_code").is_in(list(providers)))
        .with_columns(provider_code=pl.col("municipality_code").replace_strict(providers, return_dtype=pl.String))
        .select(
            "provider_code",
            asmens_kodas="personal_code",
            sav="municipality_code",
            sprendimo_data="decided_on",
            lygis="level",
            sutrikimo_grupe="disorder",
            galioja_iki=pl.when(told).then("valid_to"),
        )
    )
