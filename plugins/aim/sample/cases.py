"""Which children have a case, from when to when: the sample's own model of `atvejai`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from aim.sample import population
from aim.sample.chance import stream
from aim.sample.personal_codes import Days, Flags, Ints, draw_codes, draw_undated_codes
from aim.sample.window import Window

OPEN_AT_ONCE = 19_000
"""Children of the nation with a case open on any day, at scale 1."""
MEAN_DAYS = 420
"""How long a case is open on average."""
LONGEST_PAST_DAYS = 540
"""How long before the first month a case may have been opened: the model came in 2017."""

_NEW_FAMILY = 0.68
_CLOSES_WITH_SIBLING = 0.7
_MOVES = 0.04
_WITHOUT_CODE = 0.004
_UNDATED_CODE = 0.002
_NO_MANAGER_DATE = 0.03
_REASONS = ("TIKSLAI_PASIEKTI", "ISVYKO", "PERDUOTA", "KITA", "MIRTIS")
_REASON_SHARES = (0.60, 0.12, 0.13, 0.148, 0.002)
_THURSDAY_OF_EPOCH = 3

Floats = npt.NDArray[np.float64]


def after(day: Days, days: Ints | int) -> Days:
    """So many days later."""
    later: Days = day + np.asarray(days).astype("timedelta64[D]")
    return later


def _weekday(day: Days) -> Ints:
    weekday: Ints = (day.astype(np.int64) + _THURSDAY_OF_EPOCH) % 7
    return weekday


def _back_to_weekday(day: Days) -> Days:
    return after(day, -np.maximum(_weekday(day) - 4, 0))


def _on_to_weekday(day: Days) -> Days:
    weekday = _weekday(day)
    return after(day, np.where(weekday > 4, 7 - weekday, 0))


def largest_remainder(total: int, weights: Floats) -> Ints:
    """`total` shared out by weight in whole numbers."""
    exact = total * weights / weights.sum()
    whole: Ints = np.floor(exact).astype(np.int64)
    whole[np.argsort(whole - exact, kind="stable")[: total - int(whole.sum())]] += 1
    return whole


def draw_births(rng: np.random.Generator, municipality: Ints, opened: Days, window: Window) -> tuple[Flags, Days]:
    """Sex and birth month by the real single-age distribution of the child's municipality, at the latest 1 January."""
    start_year = np.datetime64(window.start, "Y")
    reference = np.maximum(opened.astype("datetime64[Y]"), start_year)
    male = np.empty(len(municipality), dtype=np.bool_)
    month = np.empty(len(municipality), dtype="datetime64[M]")
    for year in np.unique(reference):
        table = population.children(int(year.astype(np.int64)) + 1970)
        shares = table.select("boys", "girls").to_numpy().reshape(-1, population.AGES * 2).cumsum(axis=1)
        shares = shares / shares[:, -1:]
        chosen = np.flatnonzero(reference == year)
        cell = (shares[municipality[chosen]] <= rng.random((len(chosen), 1))).sum(axis=1)
        male[chosen] = cell % 2 == 0
        born = year - 1 - cell // 2
        month[chosen] = born.astype("datetime64[M]") + rng.integers(12, size=len(chosen))
    # Whoever comes of age before the case has had time to be one is taken some years younger.
    latest = np.maximum(opened.astype("datetime64[M]"), np.datetime64(window.start, "M")) + 1
    too_old = month + 18 * 12 <= latest
    return male, np.where(too_old, month + 12 * rng.integers(1, 12, len(month)), month)


def draw_cases(seed: int, window: Window, scale: float, providers: dict[str, str]) -> pl.DataFrame:
    """One row per case open at any time in the window, of the municipalities in `providers` (code -> legal code).

    Columns: case (row identity), child (the person), provider_code, municipality_code, case_number, family_number,
    personal_code, temporary_number, male and birth_month (null where no code tells them), reported_on, opened_on,
    manager_appointed_on, closed_on and closing_reason (the model's, also beyond the window). In file order.
    """
    rng = stream(seed, "cases")
    table = population.children(window.start.year)
    codes = table["municipality_code"].unique(maintain_order=True).to_list()
    by_municipality = table.select(pl.col("boys") + pl.col("girls")).to_numpy().reshape(-1, population.AGES).sum(axis=1)
    weights = by_municipality * rng.lognormal(0.0, 0.25, len(codes))
    stock = largest_remainder(round(OPEN_AT_ONCE * scale), weights)
    new = rng.poisson(stock * window.days / MEAN_DAYS)
    start = np.datetime64(window.start, "D")

    places = np.arange(len(codes))
    municipality = np.concatenate([np.repeat(places, stock), np.repeat(places, new)])
    size = len(municipality)
    is_new = np.arange(size) >= stock.sum()
    # Exponential, cut off at the longest past.
    reach = 1 - np.exp(-LONGEST_PAST_DAYS / MEAN_DAYS)
    past = (-MEAN_DAYS * np.log(1 - reach * rng.random(size))).astype(np.int64)
    opened = after(np.full(size, start), np.where(is_new, rng.integers(window.days, size=size), -1 - past))

    # Siblings stand side by side: one opening date, one family number.
    head = rng.random(size) < _NEW_FAMILY
    head[0:1] = True
    head[1:] |= (municipality[1:] != municipality[:-1]) | (is_new[1:] != is_new[:-1])
    family = np.cumsum(head) - 1
    eldest = np.flatnonzero(head)[family]
    opened = _back_to_weekday(opened[eldest])

    male, birth_month = draw_births(rng, municipality, opened, window)
    personal_code, birth = draw_codes(rng, male, birth_month)
    opened = _on_to_weekday(np.maximum(opened, after(birth, 14)))
    birthday = (birth_month + 18 * 12).astype("datetime64[D]") + (birth - birth_month.astype("datetime64[D]"))
    # Born on 29 February, of age on the last of February: a case never outlasts the month of the birthday.
    comes_of_age = np.minimum(birthday, after((birth_month + 18 * 12 + 1).astype("datetime64[D]"), -1))

    stay = rng.exponential(MEAN_DAYS, size).astype(np.int64) + 1
    closed = after(np.maximum(opened, start), stay)
    together = rng.random(size) < _CLOSES_WITH_SIBLING
    closed = np.where(together & (closed[eldest] > opened), closed[eldest], closed)
    closed = np.minimum(_on_to_weekday(closed), comes_of_age)
    reason = rng.choice(len(_REASONS), size, p=_REASON_SHARES)

    # A few move: the old case ends as moved away, another begins elsewhere, sometimes before the old one has ended.
    end = np.datetime64(window.end, "D")
    may_move = (closed > np.maximum(opened, start) + 30) & (closed <= end) & (closed < comes_of_age)
    movers = np.flatnonzero(may_move & (rng.random(size) < _MOVES))
    reopened = _back_to_weekday(after(closed[movers], rng.integers(-25, 26, len(movers))))
    settles = (reopened <= end) & (comes_of_age[movers] > reopened + 60)
    movers, reopened = movers[settles], reopened[settles]
    reason[movers] = _REASONS.index("ISVYKO")
    elsewhere = (municipality[movers] + rng.integers(1, len(codes), len(movers))) % len(codes)
    restay = 14 + rng.exponential(MEAN_DAYS, len(movers)).astype(np.int64)
    reclosed = _on_to_weekday(after(reopened, restay))

    child = np.concatenate([np.arange(size), movers])
    opened = np.concatenate([opened, reopened])
    closed = np.concatenate([closed, np.minimum(reclosed, comes_of_age[movers])])
    reason = np.concatenate([reason, rng.choice(len(_REASONS), len(movers), p=_REASON_SHARES)])
    reported = np.maximum(opened - rng.integers(0, 21, len(opened)), birth[child])
    next_weekday = opened + np.where(_weekday(opened) == 4, 3, 1)
    manager = np.where(rng.random(len(opened)) < 0.55, opened, next_weekday)

    moved = np.zeros(size, dtype=np.bool_)
    moved[movers] = True
    draw = rng.random(size)
    codeless = ~moved & (draw < _WITHOUT_CODE)
    undated = ~moved & ~codeless & (draw < _WITHOUT_CODE + _UNDATED_CODE)
    personal_code[undated] = draw_undated_codes(rng, int(undated.sum()))
    untold = codeless | undated

    frame = pl.DataFrame(
        {
            "child": child,
            "family": np.concatenate([family, family[-1:].max(initial=0) + 1 + np.arange(len(movers))]),
            "municipality_code": np.array(codes)[np.concatenate([municipality, elsewhere])],
            "personal_code": pl.Series(personal_code[child]).cast(pl.String),
            "codeless": codeless[child],
            "untold": untold[child],
            "male": male[child],
            "birth_month": birth_month[child].astype("datetime64[D]"),
            "reported_on": reported,
            "opened_on": opened,
            "manager_appointed_on": manager,
            "no_manager_date": rng.random(len(opened)) < _NO_MANAGER_DATE,
            "closed_on": closed,
            "closing_reason": np.where(closed == comes_of_age[child], "PILNAMETYSTE", np.array(_REASONS)[reason]),
        }
    )
    return _numbered(seed, frame.filter(pl.col("municipality_code").is_in(list(providers))), providers)


def _numbered(seed: int, frame: pl.DataFrame, providers: dict[str, str]) -> pl.DataFrame:
    """Each provider's own numbers, in its own way of writing them."""
    styles = {code: int(stream(seed, "numbers", code).integers(4)) for code in providers.values()}
    number = pl.int_range(1, pl.len() + 1).over("provider_code").cast(pl.String)
    year = pl.col("opened_on").dt.year().cast(pl.String)
    style = pl.col("provider_code").replace_strict(styles, return_dtype=pl.Int64)
    family = (pl.col("family").rank("dense").over("provider_code")).cast(pl.String)
    return (
        frame.with_columns(provider_code=pl.col("municipality_code").replace_strict(providers, return_dtype=pl.String))
        .sort("provider_code", "opened_on", "child")
        .with_columns(
            case_number=pl.when(style == 0)
            .then(number.str.zfill(4))
            .when(style == 1)
            .then(pl.format("A-{}-{}", year, number.str.zfill(4)))
            .when(style == 2)
            .then(pl.format("{}/{}", year, number.str.zfill(3)))
            .otherwise(pl.format("AV{}", number.str.zfill(5))),
            family_number=pl.when(style < 2)
            .then(family.str.zfill(5))
            .otherwise(pl.format("Š-{}", family.str.zfill(4))),
            temporary_number=pl.when("codeless").then(
                pl.format("L-{}", pl.col("codeless").cum_sum().over("provider_code"))
            ),
            personal_code=pl.when(~pl.col("codeless")).then("personal_code"),
            male=pl.when(~pl.col("untold")).then("male"),
            birth_month=pl.when(~pl.col("untold")).then("birth_month"),
            manager_appointed_on=pl.when(~pl.col("no_manager_date")).then("manager_appointed_on"),
        )
        .with_row_index("case")
        .drop("family", "codeless", "untold", "no_manager_date")
    )
