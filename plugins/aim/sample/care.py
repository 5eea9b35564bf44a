"""Which children live without their parents' care: the sample's own model of `globa`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample.chance import stream
from aim.sample.spells import draw_spells, ended_as_known, running
from aim.sample.window import Window

IN_CARE = 9_500
"""Children of the nation under guardianship, at scale 1: 19 of 1,000, as published for those years."""
MEAN_DAYS = 1_400
"""How long an episode lasts on average: some 2,500 begin in a year."""

_KINDS = ("LAIKINOJI", "NUOLATINE")
_KIND_SHARES = (0.36, 0.64)
_PLACES = ("SEIMA", "SEIMYNA", "INSTITUCIJA", "BUDINTIS")
_PLACE_SHARES = (0.62, 0.06, 0.29, 0.03)
_GROUNDS = ("NETEKO", "APRIBOTA", "TEVU_PRASYMU", "KITA")
_GROUND_SHARES = (0.22, 0.60, 0.07, 0.11)
_RETURNS = 0.05


def draw_care(seed: int, window: Window, scale: float, children: pl.DataFrame) -> pl.DataFrame:
    """One row per episode (half-open begun, ended): the columns of `children`, kind, place, ground, local_number and
    national_number. A few children come back into care within months of having left it.
    """
    rng = stream(seed, "care")
    weights = np.where(children["has_case"].to_numpy(), 0.8, 1.0)
    first = draw_spells(rng, window, children, weights, round(IN_CARE * scale), MEAN_DAYS)
    again = first.filter(
        (pl.col("ended") < window.end)
        & (pl.col("ended") < pl.col("comes_of_age").dt.offset_by("-200d"))
        & (pl.Series(rng.random(len(first))) < _RETURNS)
    )
    pause = rng.integers(15, 150, len(again))
    again = again.with_columns(
        begun=pl.col("ended") + pl.duration(days=pl.lit(pl.Series(pause, dtype=pl.Int64))), ended="comes_of_age"
    ).filter(pl.col("begun") <= window.end)
    frame = pl.concat([first, again]).filter(pl.col("begun") < pl.col("ended"))
    size = len(frame)

    def drawn(codes: tuple[str, ...], shares: tuple[float, ...]) -> pl.Series:
        return pl.Series(np.array(codes)[rng.choice(len(codes), size, p=shares)], dtype=pl.String)

    return (
        frame.with_columns(
            kind=drawn(_KINDS, _KIND_SHARES),
            place=drawn(_PLACES, _PLACE_SHARES),
            ground=drawn(_GROUNDS, _GROUND_SHARES),
        )
        .sort("begun", "child")
        .with_columns(
            local_number=pl.format(
                "G-{}", pl.int_range(1, pl.len() + 1).over("municipality_code").cast(pl.String).str.zfill(4)
            ),
            national_number=pl.format("VGL{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(6)),
        )
        .sort("municipality_code", "begun", "child")
    )


def care_rows(
    episodes: pl.DataFrame, period: Period, known: pl.DataFrame, local: Mapping[str, str], national: str | None
) -> pl.DataFrame:
    """`globa` of the month. local: municipality -> its unit, `national`: the service that took over from all of them;
    known: provider_code, known_on of those who deliver in the month.
    """
    listed = running(episodes, period)
    if national is not None and national in known["provider_code"]:
        listed = listed.with_columns(provider_code=pl.lit(national), number="national_number")
    else:
        listed = listed.filter(pl.col("municipality_code").is_in(list(local))).with_columns(
            provider_code=pl.col("municipality_code").replace_strict(local, return_dtype=pl.String),
            number="local_number",
        )
    return listed.join(known, on="provider_code", maintain_order="left").select(
        "provider_code",
        globos_nr="number",
        asmens_kodas="personal_code",
        sav="municipality_code",
        globos_rusis="kind",
        vieta="place",
        pagrindas="ground",
        nuo="begun",
        iki=ended_as_known(pl.col("known_on")),
    )
