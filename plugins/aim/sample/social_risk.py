"""Which children have the status of social risk: the sample's own model of `socialines_rizikos_vaikai`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample.chance import stream
from aim.sample.spells import draw_spells, ended_as_known, running
from aim.sample.window import Window

AT_SOCIAL_RISK = 1_500
"""Children of the nation with the status on any day, at scale 1: 3 of 1,000, an assumption."""
MEAN_DAYS = 500

_REASONS = ("VALKATAVIMAS", "NELANKYMAS", "NUSIKALTIMAS", "PRIKLAUSOMYBE", "SMURTAS", "ELGESYS", "KITA")
_SHARES = (0.05, 0.28, 0.12, 0.10, 0.10, 0.29, 0.06)


def draw_social_risk(seed: int, window: Window, scale: float, children: pl.DataFrame) -> pl.DataFrame:
    """One row per status (half-open begun, ended): the columns of `children`, reason."""
    rng = stream(seed, "social risk")
    weights = np.where(children["has_case"].to_numpy(), 8.0, 1.0)
    frame = draw_spells(rng, window, children, weights, round(AT_SOCIAL_RISK * scale), MEAN_DAYS, ages=(7, 18))
    return frame.with_columns(reason=pl.Series(rng.choice(_REASONS, len(frame), p=_SHARES), dtype=pl.String))


def social_risk_rows(
    statuses: pl.DataFrame, period: Period, known: pl.DataFrame, providers: Mapping[str, str]
) -> pl.DataFrame:
    """`socialines_rizikos_vaikai` of the month.

    providers: municipality -> legal code, known: provider_code, known_on.
    """
    return (
        running(statuses, period)
        .filter(pl.col("municipality_code").is_in(list(providers)))
        .with_columns(provider_code=pl.col("municipality_code").replace_strict(providers, return_dtype=pl.String))
        .join(known, on="provider_code", maintain_order="left")
        .select(
            "provider_code",
            asmens_kodas="personal_code",
            sav="municipality_code",
            statusas_nuo="begun",
            statusas_iki=ended_as_known(pl.col("known_on")),
            priezastis="reason",
        )
    )
