"""Which children attend what, and how often: the sample's own model of `uzimtumas`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample.chance import stream
from aim.sample.spells import draw_spells, running
from aim.sample.window import Window

IN_DAY_CENTRES = 3_600
"""Children attending the sample's day centres, one in each municipality, at scale 1: 60 each, an assumption (the nation
has several times as many centres)."""
IN_CLUBS = 15_000
"""Children attending the sample's non-formal education, one provider in each municipality: 250 each, an assumption."""

_MEAN_DAYS = 420
_PROGRAMMES = ("SPORTAS", "MENAS", "MOKSLAS", "KITA")
_SHARES = (0.55, 0.26, 0.11, 0.08)


def draw_activities(seed: int, window: Window, scale: float, children: pl.DataFrame, kind: str) -> pl.DataFrame:
    """One row per membership (half-open begun, ended): the columns of `children`, programme, planned (sessions a
    month), keenness (share attended). kind: `dienos_centras` or `nvs`.
    """
    rng = stream(seed, "activities", kind)
    is_centre = kind == "dienos_centras"
    weights = np.where(children["has_case"].to_numpy(), 5.0 if is_centre else 0.7, 1.0)
    stock = round((IN_DAY_CENTRES if is_centre else IN_CLUBS) * scale)
    frame = draw_spells(rng, window, children, weights, stock, _MEAN_DAYS, ages=(6, 18))
    size = len(frame)
    programme = rng.choice(_PROGRAMMES, size, p=_SHARES)
    return frame.with_columns(
        programme=pl.lit("DIENOS_CENTRAS") if is_centre else pl.Series(programme, dtype=pl.String),
        planned=pl.Series(rng.integers(14, 21, size) if is_centre else rng.integers(6, 13, size)),
        keenness=pl.Series(rng.beta(5.0, 1.6, size)),
    )


def activity_rows(seed: int, memberships: pl.DataFrame, period: Period, providers: Mapping[str, str]) -> pl.DataFrame:
    """`uzimtumas` of the month from one kind of provider; providers: municipality -> legal code."""
    rng = stream(seed, "attendance", *sorted(providers.values())[:1], period.text)
    listed = running(memberships, period).filter(pl.col("ended") > period.start)
    attended = rng.binomial(listed["planned"].to_numpy(), listed["keenness"].to_numpy())
    listed = listed.with_columns(attended=pl.Series(attended, dtype=pl.Int64))
    provider = pl.col("municipality_code").replace_strict(providers, return_dtype=pl.String)
    return listed.filter(pl.col("municipality_code").is_in(list(providers))).select(
        provider_code=provider,
        asmens_kodas="personal_code",
        sav="municipality_code",
        istaigos_kodas=provider,
        programa="programme",
        menuo=pl.lit(period.start),
        planuota="planned",
        lanke="attended",
    )
