"""Who misses school and who is in none: the sample's own model of `nelankantys`, `nesimokantys` and `mokiniai`."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample import population
from aim.sample.chance import stream
from aim.sample.legal_codes import legal_codes
from aim.sample.spells import draw_spells, running
from aim.sample.window import Window

ABSENT = 3_000
"""Pupils of the nation told of in a school month, at scale 1: 9 of 1,000, an assumption."""
NOT_IN_SCHOOL = 20_000
"""Children 7-17 of the nation in no school in a year, at scale 1, most of them abroad: an assumption."""

_MEAN_DAYS = 150
_REASONS = ("SOCIALINE", "PSICHOLOGINE", "LIGA", "SEIMA", "KITA")
_SHARES = (0.34, 0.16, 0.12, 0.26, 0.12)
_OUT_REASONS = ("ISVYKO", "SOCIALINE", "LIGA", "NENUSTATYTA", "KITA")
_OUT_SHARES = (0.82, 0.06, 0.02, 0.08, 0.02)
_STAYS_OUT = 0.85
_FIRST_SCHOOL = 97_000_000
_TWO_SCHOOLS = 0.02

_IN_SCHOOL = {6: 0.10, 7: 0.97, 18: 0.55, 19: 0.10, 20: 0.03}
_IN_SCHOOL_OTHERWISE = 0.985


def draw_absences(seed: int, window: Window, scale: float, children: pl.DataFrame) -> pl.DataFrame:
    """One row per time of missing school (half-open begun, ended): the columns of `children`, school, other_school
    (null: only one), unexcused (share of lessons missed without a reason), missed (share missed), reason.
    """
    rng = stream(seed, "absences")
    weights = np.where(children["has_case"].to_numpy(), 6.0, 1.0)
    frame = draw_spells(rng, window, children, weights, round(ABSENT * scale), _MEAN_DAYS, ages=(7, 17))
    size = len(frame)
    places = sorted(population.children(window.start.year)["municipality_code"].unique())
    schools = np.array(legal_codes([_FIRST_SCHOOL + number for number in range(len(places) * 8)])).reshape(-1, 8)
    place = frame["municipality_code"].replace_strict({code: row for row, code in enumerate(places)}).to_numpy()
    chosen = rng.integers(8, size=size)
    missed = rng.beta(3.0, 2.2, size)
    return frame.with_columns(
        school=pl.Series(schools[place, chosen], dtype=pl.String),
        other_school=pl.Series(schools[place, (chosen + 1) % 8], dtype=pl.String),
        in_two=pl.Series(rng.random(size) < _TWO_SCHOOLS),
        missed=pl.Series(missed),
        unexcused=pl.Series(missed * rng.beta(3.0, 1.3, size)),
        reason=pl.Series(rng.choice(_REASONS, size, p=_SHARES), dtype=pl.String),
        tells=pl.Series(rng.random(size) < 0.9),
    )


def absence_rows(
    seed: int, absences: pl.DataFrame, period: Period, provider: str, places: Collection[str]
) -> pl.DataFrame:
    """`nelankantys` of the month, of the municipalities `places`: pupil x school; some go to two schools."""
    rng = stream(seed, "absence", period.text)
    listed = running(absences, period).filter(pl.col("ended") > period.start)
    listed = pl.concat([listed, listed.filter("in_two").with_columns(school="other_school")])
    lessons = rng.integers(90, 151, len(listed))
    swing = np.clip(rng.normal(1.0, 0.15, len(listed)), 0.5, 1.4)
    missed = np.clip(np.ceil(lessons * listed["missed"].to_numpy() * swing), 1, lessons).astype(np.int64)
    unexcused = np.minimum(np.floor(lessons * listed["unexcused"].to_numpy() * swing), missed).astype(np.int64)
    return (
        listed.with_columns(lessons=pl.Series(lessons), missed=pl.Series(missed), unexcused=pl.Series(unexcused))
        .filter(pl.col("municipality_code").is_in(list(places)))
        .sort("municipality_code", "school", "child")
        .select(
            provider_code=pl.lit(provider),
            asmens_kodas="personal_code",
            mokyklos_kodas="school",
            sav="municipality_code",
            menuo=pl.lit(period.start),
            pamoku_is_viso="lessons",
            praleista="missed",
            be_priezasties="unexcused",
            priezastis=pl.when("tells").then("reason"),
        )
    )


def out_of_school_rows(
    seed: int, scale: float, children: pl.DataFrame, period: Period, provider: str, places: Collection[str]
) -> pl.DataFrame:
    """`nesimokantys` of the school year: children aged 7-17 on its 1 January; most stay out from year to year."""
    rng = stream(seed, "out of school")
    turn = rng.random(len(children))
    group = rng.choice(len(_OUT_REASONS), len(children), p=_OUT_SHARES)
    year = period.end.year
    january = pl.date(year, 1, 1)
    of_age = (pl.col("birth").dt.offset_by("7y") <= january) & (pl.col("birth").dt.offset_by("18y") > january)
    frame = children.with_columns(
        turn=pl.Series(turn), reason=pl.Series(np.array(_OUT_REASONS)[group], dtype=pl.String)
    ).filter(of_age & ~pl.col("has_case"))
    share = min(NOT_IN_SCHOOL * scale / max(len(frame), 1), 1.0)
    from_turn = (year % 5) * share * (1 - _STAYS_OUT)
    return (
        frame.filter((pl.col("turn") >= from_turn) & (pl.col("turn") < from_turn + share))
        .filter(pl.col("municipality_code").is_in(list(places)))
        .sort("municipality_code", "child")
        .select(
            provider_code=pl.lit(provider),
            asmens_kodas="personal_code",
            sav="municipality_code",
            mokslo_metai=pl.lit(period.text),
            priezastis="reason",
        )
    )


def pupil_rows(year: int, provider: str) -> pl.DataFrame:
    """`mokiniai` of 1 October: municipality x age 6-20, a share of the real population of the age, the older ones of
    those who were 17 lately."""
    table = population.children(year)
    ages = []
    for age in range(6, 21):
        known = table.filter(pl.col("age") == min(age, 17))
        share = _IN_SCHOOL.get(age, _IN_SCHOOL_OTHERWISE)
        ages.append(
            known.select(
                provider_code=pl.lit(provider),
                sav="municipality_code",
                metai=pl.lit(year),
                amzius=pl.lit(age),
                mokiniu_sk=((pl.col("boys") + pl.col("girls")) * share).round().cast(pl.Int64),
            )
        )
    return pl.concat(ages).sort("sav", "amzius")
