"""Which services the children of cases need and get: the sample's own model of `paslaugos`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample.cases import after
from aim.sample.chance import stream
from aim.sample.window import Window

SERVICES_OF_A_CASE = 2.4
"""How many services a case needs on average: some 25,000 rows a month of the nation at scale 1, an assumption."""

_DAYS_OF_NEED = 260
_WEIGHTS = (0.14, 0.17, 0.09, 0.16, 0.12, 0.10, 0.07, 0.06, 0.03, 0.03, 0.02, 0.01)
_UNITS = ("KARTAI", "VAL", "KARTAI", "VAL", "VAL", "PAROS", "VAL", "VAL", "PAROS", "PAROS", "VAL", "KARTAI")
_NOT_OFFERED = 0.12
_NEVER_COMES = 0.10
_NEED_NOT_FOUND = 0.03


def draw_services(seed: int, window: Window, cases: pl.DataFrame, catalogue: Sequence[str]) -> pl.DataFrame:
    """One row per case and service asked about: child, municipality_code, personal_code, service, unit, needed (false:
    looked into, no need found), needed_on, begun (after the window where it never comes) and ended (half-open).

    Each municipality lacks some services of the catalogue: they are needed and waited for there.
    """
    rng = stream(seed, "services")
    known = cases.filter(pl.col("birth_month").is_not_null())
    per_case = 1 + rng.binomial(3, (SERVICES_OF_A_CASE - 1) / 3, len(known))
    row = np.repeat(np.arange(len(known)), per_case)
    size = len(row)
    shares = np.resize(np.array(_WEIGHTS), len(catalogue))
    service = rng.choice(len(catalogue), size, p=shares / shares.sum())
    frame = known[row].select("child", "municipality_code", "personal_code", "opened_on", "closed_on")
    opened = frame["opened_on"].to_numpy().astype("datetime64[D]")
    closed = frame["closed_on"].to_numpy().astype("datetime64[D]")
    reach = np.maximum((closed - opened).astype(np.int64), 1)
    needed = after(opened, np.minimum(rng.exponential(90, size).astype(np.int64), reach - 1))
    begun = after(needed, rng.exponential(15, size).astype(np.int64))
    ended = np.minimum(after(begun, 20 + rng.exponential(_DAYS_OF_NEED, size).astype(np.int64)), closed)
    never = (rng.random(size) < _NEVER_COMES) | (begun >= closed)
    places = frame["municipality_code"].unique().sort()
    lacks = {
        (place, code): bool(draw < _NOT_OFFERED)
        for place in places
        for code, draw in enumerate(stream(seed, "offers", place).random(len(catalogue)))
    }
    codes = frame["municipality_code"].to_list()
    never |= np.fromiter((lacks[place, code] for place, code in zip(codes, service.tolist(), strict=True)), bool, size)
    units = np.resize(np.array(_UNITS), len(catalogue))
    return (
        frame.with_columns(
            service=pl.Series(np.array(catalogue)[service], dtype=pl.String),
            unit=pl.Series(units[service], dtype=pl.String),
            needed=pl.Series(rng.random(size) >= _NEED_NOT_FOUND),
            needed_on=pl.Series(needed),
            begun=pl.Series(np.where(never, np.datetime64(window.end, "D") + 400, begun)),
            ended=pl.Series(np.where(never, closed, ended)),
            mean=pl.Series(rng.gamma(3.0, 2.0, size)),
        )
        .filter((pl.col("needed_on") <= window.end) & (pl.col("ended") >= window.start))
        .sort("municipality_code", "needed_on", "child", "service")
    )


def service_rows(
    seed: int, services: pl.DataFrame, period: Period, known: pl.DataFrame, providers: Mapping[str, str]
) -> pl.DataFrame:
    """`paslaugos` of the month; providers: municipality -> legal code, known: provider_code, known_on."""
    rng = stream(seed, "services", period.text)
    listed = services.filter((pl.col("needed_on") <= period.end) & (pl.col("ended") >= period.start)).unique(
        ["municipality_code", "child", "service"], keep="first", maintain_order=True
    )
    listed = listed.with_columns(chance=pl.Series(rng.random(len(listed))))
    begun = pl.col("needed") & (pl.col("begun") <= period.end)
    delivered = begun & (pl.col("ended") > period.start)
    # Halves of hours, and whole times and days.
    amount = (pl.col("mean") * (0.4 + 1.2 * pl.col("chance")) * 2).ceil() / 2
    amount = pl.when(pl.col("unit") == "VAL").then(amount).otherwise(amount.ceil())
    return (
        listed.filter(pl.col("municipality_code").is_in(list(providers)))
        .with_columns(provider_code=pl.col("municipality_code").replace_strict(providers, return_dtype=pl.String))
        .join(known, on="provider_code", maintain_order="left")
        .select(
            "provider_code",
            asmens_kodas="personal_code",
            sav="municipality_code",
            paslaugos_kodas="service",
            poreikis_nustatytas="needed",
            kiekis=pl.when(delivered).then(amount).otherwise(0.0),
            vienetas="unit",
            laukia=pl.col("needed") & ~delivered & (pl.col("begun") > period.end),
            nuo=pl.when(begun).then("begun"),
            iki=pl.when(begun & (pl.col("ended") <= pl.col("known_on"))).then(pl.max_horizontal("begun", "ended")),
        )
    )
