"""Who delivers in a test's night: fewer, or for less time, than in the product's own registry."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from aim.settings import Settings


def write_registry(path: Path, first_days: Mapping[str, date]) -> None:
    """The product's own providers of the kinds named, as if they had begun on those days."""
    with Settings.from_env({}).registry.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["rusis"] in first_days]
    begun = [{**row, "nuo": first_days[row["rusis"]].isoformat()} for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(row for row in begun if row["iki"] == "" or row["nuo"] <= row["iki"])


def since(first_day: date, **others: date) -> dict[str, date]:
    """Every kind of provider from one day on; `others` from days of their own.

    A night counts every period since somebody was first expected to deliver, for all of the nation: a registry that
    begins late makes it short.
    """
    with Settings.from_env({}).registry.open(encoding="utf-8", newline="") as lines:
        kinds = {row["rusis"] for row in csv.DictReader(lines)}
    return dict.fromkeys(kinds, first_day) | others
