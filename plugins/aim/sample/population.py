"""How many children there really are: municipality, single age and sex, 1 January."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

AGES = 18

_FILE = Path(__file__).with_name("population_children.csv")
"""Official Statistics Portal of Lithuania (osp.stat.gov.lt), population on 1 January by single age and sex, in a
compact form of our own: municipality_code, year, age 0-17, boys, girls."""


@cache
def _all_years() -> pl.DataFrame:
    return pl.read_csv(_FILE, schema_overrides={"municipality_code": pl.String})


def years() -> tuple[int, ...]:
    """The years for which real totals are held, in order."""
    return tuple(sorted(_all_years()["year"].unique()))


def children(year: int) -> pl.DataFrame:
    """One row per municipality and age on 1 January of `year`, or of the nearest year held: municipality_code, age,
    boys, girls; in order of both.
    """
    nearest = min(years(), key=lambda held: (abs(held - year), held))
    return (
        _all_years()
        .filter(pl.col("year") == nearest)
        .sort("municipality_code", "age")
        .select("municipality_code", "age", "boys", "girls")
    )
