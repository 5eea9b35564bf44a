"""Which reports of violence come, and what is found: the sample's own model of `smurtas`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample.chance import stream
from aim.sample.window import Window

CONFIRMED_AMONG_NEW_CASES = 0.17
"""Share of newly opened cases that began with a report found true: some 2,800 children in a year at scale 1, between
the 1,192 children published for 2014 and the 5,122 of 2019."""
CONFIRMED_WITHOUT_CASE = 0.04
"""Share of confirmed reports after which no case is opened."""
NOT_CONFIRMED_A_YEAR = 8_000
"""Reports of the nation in a year that are found untrue or stay open, at scale 1: an assumption."""

_KINDS = ("FIZINIS", "PSICHOLOGINIS", "SEKSUALINIS", "NEPRIEZIURA")
_KIND_SHARES = (0.46, 0.22, 0.05, 0.27)
_SECOND_KIND = 0.1
_WITNESS = 0.12
_PERPETRATORS = ("TEVAI", "GLOBEJAI", "SEIMA", "BENDRAAMZIAI", "KITI", "NEZINOMA")
_PERPETRATOR_SHARES = (0.62, 0.03, 0.11, 0.11, 0.06, 0.07)
_NEVER_FOUND = 0.05


def draw_violence(seed: int, window: Window, scale: float, children: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """One row per child and kind of a report that came in the window.

    Columns: child, municipality_code, personal_code, kind, happened_on, reported_on, found_on (null: never), finding
    (TAIP or NE), witness, perpetrator, local_number, national_number. A confirmed report is as a rule the report that a
    case was opened on; no child has two reports of one kind on one day.
    """
    rng = stream(seed, "violence")
    opened = cases.filter(pl.col("reported_on").is_between(window.start, window.end)).select(
        "child", "reported_on", row=pl.int_range(pl.len())
    )
    chosen = opened.filter(pl.Series(rng.random(len(opened))) < CONFIRMED_AMONG_NEW_CASES)
    confirmed = chosen.join(children, on="child", maintain_order="left").unique(
        "child", maintain_order=True, keep="first"
    )
    alone = children.filter(~pl.col("has_case"))
    without = alone[rng.permutation(len(alone))[: round(len(confirmed) * CONFIRMED_WITHOUT_CASE)]]
    wanted = round(NOT_CONFIRMED_A_YEAR * scale * window.days / 365)
    doubted = children[rng.integers(max(len(children), 1), size=min(wanted, wanted * len(children)))]

    def some_day(count: int) -> pl.Series:
        days = np.datetime64(window.start, "D") + rng.integers(window.days, size=count)
        return pl.Series(days, dtype=pl.Date)

    columns = ["child", "municipality_code", "personal_code", "birth", "comes_of_age", "reported_on"]
    reports = pl.concat(
        [
            confirmed.select(columns).with_columns(finding=pl.lit("TAIP")),
            without.with_columns(reported_on=some_day(len(without)))
            .select(columns)
            .with_columns(finding=pl.lit("TAIP")),
            doubted.with_columns(reported_on=some_day(len(doubted))).select(columns).with_columns(finding=pl.lit("NE")),
        ]
    )
    size = len(reports)
    never = pl.Series(rng.random(size) < _NEVER_FOUND) & (pl.col("finding") == "NE")
    lag = pl.Series(np.where(rng.random(size) < 0.55, 0, rng.integers(1, 55, size)), dtype=pl.Int64)
    before = pl.Series(rng.geometric(0.25, size) - 1, dtype=pl.Int64)
    second = rng.random(size) < _SECOND_KIND
    first_kind = rng.choice(len(_KINDS), size, p=_KIND_SHARES)
    reports = reports.with_columns(
        happened_on=pl.max_horizontal(pl.col("reported_on") - pl.duration(days=pl.lit(before)), pl.col("birth")),
        found_on=pl.when(~never).then(
            pl.min_horizontal(pl.col("reported_on") + pl.duration(days=pl.lit(lag)), pl.col("comes_of_age"))
        ),
        witness=pl.Series(rng.random(size) < _WITNESS),
        perpetrator=pl.Series(rng.choice(_PERPETRATORS, size, p=_PERPETRATOR_SHARES), dtype=pl.String),
        report=pl.int_range(pl.len()),
    ).with_columns(kinds=pl.Series([[f, (f + 1) % 4] if s else [f] for f, s in zip(first_kind, second, strict=True)]))
    return (
        reports.filter(
            (pl.col("happened_on") < pl.col("comes_of_age")) & (pl.col("reported_on") < pl.col("comes_of_age"))
        )
        .filter(pl.col("reported_on") >= pl.col("birth"))
        .explode("kinds")
        .with_columns(kind=pl.col("kinds").replace_strict(dict(enumerate(_KINDS)), return_dtype=pl.String))
        .unique(["child", "happened_on", "kind"], keep="first", maintain_order=True)
        .sort("reported_on", "report", "kind")
        .with_columns(
            local_number=pl.format(
                "P-{}", pl.col("report").rank("dense").over("municipality_code").cast(pl.String).str.zfill(4)
            ),
            national_number=pl.format("VP{}", pl.col("report").rank("dense").cast(pl.String).str.zfill(6)),
        )
        .drop("kinds", "report", "birth", "comes_of_age")
    )


def violence_rows(
    reports: pl.DataFrame, period: Period, local: Mapping[str, str], national: str | None
) -> pl.DataFrame:
    """`smurtas` of the month: the reports received in it, and those whose finding changed in it. `national`: the
    service, where it is the one who delivers in the month; else each municipality's unit of `local`.
    """
    came = pl.col("reported_on").is_between(period.start, period.end)
    changed = pl.col("found_on").is_between(period.start, period.end)
    listed = reports.filter(came | changed)
    if national is not None:
        listed = listed.with_columns(provider_code=pl.lit(national), number="national_number")
    else:
        listed = listed.filter(pl.col("municipality_code").is_in(list(local))).with_columns(
            provider_code=pl.col("municipality_code").replace_strict(local, return_dtype=pl.String),
            number="local_number",
        )
    return listed.select(
        "provider_code",
        pranesimo_nr="number",
        asmens_kodas="personal_code",
        smurto_rusis="kind",
        sav="municipality_code",
        ivykio_data="happened_on",
        pranesimo_data="reported_on",
        patvirtinta=pl.when(pl.col("found_on") <= period.end).then("finding").otherwise(pl.lit("TIRIAMA")),
        liudininkas="witness",
        smurtautojas="perpetrator",
    )
