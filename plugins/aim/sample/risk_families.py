"""Which families were on the register that ended on 30 June 2018: the sample's own model of `rizikos_seimos`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample.cases import after
from aim.sample.chance import stream
from aim.sample.spells import ended_as_known, running
from aim.sample.window import Window

LAST_DAY = date(2018, 6, 30)
"""The register was abolished on the day after."""
ON_REGISTER = 18_000
"""Children of the nation in families on the register, at scale 1: 36 of 1,000, the order of the last published years
(one district of some 4,000 children had 148 families)."""

_WITH_LATER_CASE = 0.40
_WITH_EARLIER_CASE = 0.35
_NEXT_SIBLING = 0.45
_MEAN_DAYS = 1_100
_REASONS = ("ALKOHOLIS", "NARKOTIKAI", "LOSIMAI", "IGUDZIAI", "SMURTAS", "PASALPOS", "GLOBA", "KITA")
_SHARES = (0.50, 0.02, 0.01, 0.28, 0.08, 0.02, 0.04, 0.05)


def draw_risk_families(
    seed: int, window: Window, scale: float, children: pl.DataFrame, cases: pl.DataFrame
) -> pl.DataFrame:
    """One row per child of a family on the register at some time from the window's start to the abolition.

    Columns of `children`, family_number, begun and ended (half-open, beyond the abolition where nothing ended it),
    reason. Part of the families with a case are among them: entered before they were reported to the case managers, and
    those whose case is opened after the abolition stay to the end.
    """
    rng = stream(seed, "risk families")
    if window.start > LAST_DAY:
        return children.clear().with_columns(
            family_number=pl.lit("", dtype=pl.String),
            begun=pl.lit(None, dtype=pl.Date),
            ended=pl.lit(None, dtype=pl.Date),
            reason=pl.lit("", dtype=pl.String),
        )
    with_case = (
        cases.unique("child", keep="first", maintain_order=True)
        .select("child", "reported_on", "opened_on", family=pl.struct("provider_code", "family_number").rank("dense"))
        .join(children, on="child", maintain_order="left")
    )
    families = with_case.group_by("family", maintain_order=True).agg(
        reported_on=pl.col("reported_on").min(), later=pl.col("opened_on").min() > LAST_DAY
    )
    share = pl.when("later").then(_WITH_LATER_CASE).otherwise(_WITH_EARLIER_CASE)
    families = families.filter(pl.Series(rng.random(len(families))) < share)
    first = with_case.join(
        families.select("family", "later", entered="reported_on"), on="family", maintain_order="left"
    )

    alone = children.filter(~pl.col("has_case") & (pl.col("birth") <= LAST_DAY))
    wanted = min(max(round(ON_REGISTER * scale * 1.15) - len(first), 0), len(alone))
    others = alone[np.sort(rng.choice(len(alone), wanted, replace=False))].sort("municipality_code", "child")
    head = (rng.random(wanted) >= _NEXT_SIBLING) | (
        others["municipality_code"] != others["municipality_code"].shift(1)
    ).fill_null(True).to_numpy()
    columns = ["child", "municipality_code", "personal_code", "male", "has_case", "birth", "comes_of_age"]
    frame = pl.concat(
        [
            first.select(*columns, "family", "later", "entered"),
            others.select(
                *columns,
                family=pl.Series(10**8 + np.cumsum(head), dtype=first.schema["family"]),
                later=pl.lit(False),
                entered=pl.lit(window.start),
            ),
        ]
    )
    numbers = frame["family"].unique(maintain_order=True)
    size = len(numbers)
    start = np.datetime64(window.start, "D")
    since = rng.exponential(700, size).astype(np.int64) + 20
    stays = rng.exponential(_MEAN_DAYS, size).astype(np.int64) + 30
    drawn = pl.DataFrame(
        {
            "family": numbers,
            "since": since,
            "struck": after(np.full(size, start), stays),
            "reason": pl.Series(rng.choice(_REASONS, size, p=_SHARES), dtype=pl.String),
        }
    )
    return (
        frame.join(drawn, on="family", maintain_order="left")
        .with_columns(begun=pl.col("entered") - pl.duration(days="since"))
        .with_columns(
            begun=pl.max_horizontal("begun", pl.col("birth").dt.offset_by("10d")),
            ended=pl.min_horizontal(
                pl.when("later").then(pl.lit(date(2019, 1, 1))).otherwise("struck"), "comes_of_age"
            ),
        )
        .filter((pl.col("begun") < pl.col("ended")) & (pl.col("begun") <= LAST_DAY) & (pl.col("ended") >= window.start))
        .with_columns(
            family_number=pl.format(
                "S{}", pl.col("family").rank("dense").over("municipality_code").cast(pl.String).str.zfill(4)
            )
        )
        .sort("municipality_code", "family_number", "child")
        .select(*columns, "family_number", "begun", "ended", "reason")
    )


def risk_family_rows(
    register: pl.DataFrame, period: Period, known: pl.DataFrame, providers: Mapping[str, str]
) -> pl.DataFrame:
    """`rizikos_seimos` of the month; providers: municipality -> legal code, known: provider_code, known_on."""
    return (
        running(register, period)
        .filter(pl.col("municipality_code").is_in(list(providers)))
        .with_columns(provider_code=pl.col("municipality_code").replace_strict(providers, return_dtype=pl.String))
        .join(known, on="provider_code", maintain_order="left")
        .select(
            "provider_code",
            seimos_nr="family_number",
            asmens_kodas="personal_code",
            sav="municipality_code",
            irasyta="begun",
            isbraukta=ended_as_known(pl.col("known_on")),
            priezastis="reason",
        )
    )
