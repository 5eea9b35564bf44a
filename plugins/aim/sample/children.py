"""The invented children behind all registers: those with a case, and others."""

from __future__ import annotations

import numpy as np
import polars as pl

from aim.sample import population
from aim.sample.cases import draw_births, largest_remainder
from aim.sample.chance import stream
from aim.sample.personal_codes import draw_codes
from aim.sample.window import Window

OTHERS = 105_000
"""Children of the nation without a case whom some register knows, at scale 1: enough for the volumes of each."""
GROWN_UP_PUPILS = 0.2
"""Of those 15 to 17 the part taken two years older: special needs are decided for grown-up pupils too."""

_KNOWN_LATER = 0.15
_FIRST_OTHER = 10_000_000


def draw_children(seed: int, window: Window, scale: float, cases: pl.DataFrame) -> pl.DataFrame:
    """One row per child with an ordinary code that lives in one municipality all the time.

    Columns: child (as in cases), municipality_code, personal_code, male, birth and comes_of_age (dates; a child born on
    29 February comes of age on the last of that month), has_case. Children who move between municipalities are not
    among them: their cases alone tell of them.
    """
    rng = stream(seed, "children")
    table = population.children(window.start.year)
    codes = table["municipality_code"].unique(maintain_order=True).to_list()
    weights = table.select(pl.col("boys") + pl.col("girls")).to_numpy().reshape(-1, population.AGES).sum(axis=1)
    municipality = np.repeat(np.arange(len(codes)), largest_remainder(round(OTHERS * scale), weights.astype(float)))
    size = len(municipality)
    # A few were not born when the window began.
    since = np.where(rng.random(size) < _KNOWN_LATER, rng.integers(window.days, size=size), 0)
    known = np.datetime64(window.start, "D") + since
    male, birth_month = draw_births(rng, municipality, known, window)
    age_in_months = (np.datetime64(window.start, "M") - birth_month).astype(np.int64)
    grown_up = (rng.random(size) < GROWN_UP_PUPILS) & (age_in_months >= 15 * 12)
    birth_month = np.where(grown_up, birth_month - 24, birth_month)

    with_case = (
        cases.filter(pl.col("birth_month").is_not_null() & (pl.col("municipality_code").n_unique().over("child") == 1))
        .unique("child", keep="first", maintain_order=True)
        .select("child", "municipality_code", "personal_code", "male", has_case=True)
    )
    taken = cases.filter(pl.col("birth_month").is_not_null())["personal_code"].unique().cast(pl.Int64).to_numpy()
    personal_code, _ = draw_codes(rng, male, birth_month, taken)
    others = pl.DataFrame(
        {
            "child": _FIRST_OTHER + np.arange(size),
            "municipality_code": np.array(codes)[municipality],
            "personal_code": pl.Series(personal_code).cast(pl.String),
            "male": male,
            "has_case": np.zeros(size, dtype=np.bool_),
        }
    )
    return pl.concat([with_case.cast({"child": pl.Int64}), others.select(with_case.columns)]).with_columns(
        birth=birth_of(pl.col("personal_code")),
        comes_of_age=birth_of(pl.col("personal_code")).dt.offset_by("18y"),
    )


def birth_of(code: pl.Expr) -> pl.Expr:
    """The birth date an ordinary code holds."""
    century = (code.str.slice(0, 1).cast(pl.Int32) - 1) // 2 + 18
    return pl.concat_str(century.cast(pl.String), code.str.slice(1, 6)).str.to_date("%Y%m%d", strict=False)
