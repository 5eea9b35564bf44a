"""The real single-age population of the reference data, written as the national agency would deliver it."""

from __future__ import annotations

import csv
import os
from datetime import datetime
from pathlib import Path

from aim.clock import VILNIUS

SOURCE = Path(__file__).parents[2].parent / "shared" / "data" / "lt_children_by_single_age_2001_2018.csv"
CHILDREN = {2017: 510_388, 2018: 503_015}
"""Children 0-17 on 1 January, Lithuania."""


def write_population(inbox: Path, agency: str, source: Path = SOURCE) -> list[Path]:
    """`gyventojai` of 2017 and 2018 (municipality x age 0-17) into the inbox, as if come on 15 March of each year."""
    with source.open(encoding="utf-8", newline="") as lines:
        next(lines)  # the source comment
        rows = [row for row in csv.DictReader(lines) if row["savivaldybes_kodas"] != "00" and int(row["amzius"]) <= 17]
    written = []
    for year in CHILDREN:
        path = inbox / "api" / f"gyventojai_{agency}_{year}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(("sav", "metai", "amzius", "viso", "berniukai", "mergaites"))
            for row in rows:
                if int(row["metai"]) == year:
                    table.writerow(row.values())
        stamp = datetime(year, 3, 15, 9, tzinfo=VILNIUS).timestamp()
        os.utime(path, (stamp, stamp))
        written.append(path)
    return written
