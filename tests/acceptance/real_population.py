"""The real single-age population of the reference data, written as the national agency would deliver it."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path

from aim.clock import VILNIUS

SOURCE = Path(__file__).parents[2].parent / "shared" / "data" / "lt_children_by_single_age_2001_2018.csv"
CHILDREN = {2017: 510_388, 2018: 503_015}
"""Children 0-17 on 1 January, Lithuania."""


def write_population(inbox: Path, agency: str, years: Iterable[int] = tuple(CHILDREN)) -> list[Path]:
    """`gyventojai` of the years (municipality x age 0-17) into the inbox, as if come on 15 March of each year."""
    written = []
    for year in years:
        path = inbox / "api" / f"gyventojai_{agency}_{year}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(("sav", "metai", "amzius", "viso", "berniukai", "mergaites"))
            for (place, age), (boys, girls) in real_population(year).items():
                table.writerow((place, year, age, boys + girls, boys, girls))
        stamp = datetime(year, 3, 15, 9, tzinfo=VILNIUS).timestamp()
        os.utime(path, (stamp, stamp))
        written.append(path)
    return written


def real_population(year: int) -> dict[tuple[str, int], tuple[int, int]]:
    """(municipality, age 0-17) -> boys and girls on 1 January of a year from 2001 to 2018."""
    return _all_years()[year]


@cache
def _all_years() -> dict[int, dict[tuple[str, int], tuple[int, int]]]:
    years: dict[int, dict[tuple[str, int], tuple[int, int]]] = {}
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        next(lines)  # the source comment
        for row in csv.DictReader(lines):
            if row["savivaldybes_kodas"] != "00" and int(row["amzius"]) <= 17:
                cell = row["savivaldybes_kodas"], int(row["amzius"])
                years.setdefault(int(row["metai"]), {})[cell] = int(row["berniukai"]), int(row["mergaites"])
    return years
