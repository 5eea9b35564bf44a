"""The indicators written once more, row by row in plain Python from the methodology, to hold dbt's SQL against."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

from aim.clock import VILNIUS

Row = dict[str, Any]
Key = tuple[str, str, str, date, str, str]
"""indicator, measure, grain, first day, territory, breakdown value."""

COUNTIES = {"33": "A1", "11": "A1", "13": "A10"}
TERRITORIES = {"33": {"33"}, "11": {"11"}, "13": {"13"}, "A1": {"33", "11"}, "A10": {"13"}, "00": {"33", "11", "13"}}
"""Territories compared and the municipalities of the tests in them."""
SEXES = {"male": "V", "female": "M"}
FROM = {
    "S01": ["atvejai"],
    "S09": ["atvejai", "vertinimai"],
    "P01": ["atvejai", "vertinimai"],
    "P09": ["atvejai", "vertinimai"],
}
AUTOMATIC = ("api", "sftp")
ACCEPTED = ("accepted", "accepted_with_findings", "superseded")


@dataclass(frozen=True)
class Value:
    """A value as it should be."""

    numerator: Fraction | None
    denominator: Fraction | None
    value: Fraction | None
    coverage: Fraction | None
    status: str


@dataclass(frozen=True)
class World:
    """What was delivered and is expected: rows that speak, slices of the ledger, all deliveries; and the clock."""

    rows: list[Row]
    obligations: list[Row]
    deliveries: list[Row]
    pinned: set[tuple[str, str, str]]
    today: date


def last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def periods_over(first: date, today: date) -> Iterable[tuple[str, date, date]]:
    for year in range(first.year, today.year + 1):
        for grain, months in (("month", 1), ("quarter", 3), ("year", 12)):
            for month in range(1, 13, months):
                end = last_day(year, month + months - 1)
                if end < today:
                    yield grain, date(year, month, 1), end


def is_child(row: Row, day: date) -> bool:
    born = row["gimimo_menuo"]
    if born is None:
        return True
    years = day.year - born.year - (1 if day.month < born.month else 0)
    return 0 <= years <= 17


def groups(row: Row) -> list[str]:
    return ["total", *(name for name, letter in SEXES.items() if row["lytis"] == letter)]


def level_of(assessment: list[Row]) -> int | None:
    """The overall level of a valid assessment, None for an incomplete one."""
    answered = {row["klausimo_nr"]: int(row["lygis"]) for row in assessment if row["lygis"] != "9"}
    if 28 - len(answered) > 8:
        return None
    stated = [int(row["bendras_lygis"]) for row in assessment if row["bendras_lygis"]]
    return max(stated) if stated else max(answered.values())


def compute(world: World) -> dict[Key, Value]:
    """Every value of the compared territories."""
    return Naive(world).values()


class Naive:
    def __init__(self, world: World) -> None:
        self.world = world
        self.cases = [row for row in world.rows if row["dataset"] == "atvejai"]
        self.first = min(row["period_start"] for row in world.obligations)
        by_number: dict[tuple[str, str], list[Row]] = {}
        for row in world.rows:
            if row["dataset"] == "vertinimai":
                by_number.setdefault((row["provider_code"], row["vertinimo_nr"]), []).append(row)
        # (provider, case) -> (day, number, level) of its valid assessments, earliest first
        self.assessed: dict[tuple[str, str], list[tuple[date, str, int]]] = {}
        self.place_of = cache(self.place_of)  # type: ignore[method-assign]  # asked again for every period and place
        self.exists = cache(self.exists)  # type: ignore[method-assign]  # likewise
        for (provider, number), rows in by_number.items():
            latest = max(row["period_start"] for row in rows)
            rows = [row for row in rows if row["period_start"] == latest]
            level = level_of(rows)
            if level is not None:
                case = (provider, rows[0]["atvejo_nr"])
                self.assessed.setdefault(case, []).append((rows[0]["vertinimo_data"], number, level))
        for made in self.assessed.values():
            made.sort()

    def values(self) -> dict[Key, Value]:
        found: dict[Key, Value] = {}
        for grain, start, end in periods_over(self.first, self.world.today):
            for place in TERRITORIES:
                for name, count in self.indicators(start, end, place):
                    if self.exists(name, grain, start):
                        found |= self.finished(name, grain, start, end, place, count)
        return found

    def indicators(self, start: date, end: date, place: str) -> Iterable[tuple[str, Callable[[str], Row]]]:
        yield "S01", lambda group: self.s01(end, place, group)
        yield "S09", lambda group: self.s09(end, place, group)
        yield "P01", lambda group: self.p01(start, end, place, group)
        yield "P09", lambda group: self.p09(start, end, place, group)
        yield "P11", lambda _: self.p11(start, end, place)

    def exists(self, name: str, grain: str, start: date) -> bool:
        """From the first period with an expected slice (S01 v2: of those its version computes)."""
        firsts = []
        for other, first, end in periods_over(self.first, self.world.today):
            if other != grain or (name == "S01" and end < date(2018, 7, 1)):
                continue
            if name == "P11":
                is_due = any(
                    first <= owed["due_on"] <= end and owed["status"] != "waived" for owed in self.world.obligations
                )
            else:
                is_due = bool(self.slices(name, first, end, None))
            if is_due:
                firsts.append(first)
        return bool(firsts) and start >= min(firsts)

    def slices(self, name: str, start: date, end: date, place: str | None) -> list[Row]:
        return [
            owed
            for owed in self.world.obligations
            if owed["dataset"] in FROM[name]
            and owed["period_start"] <= end
            and owed["period_end"] >= start
            and owed["period_end"] < self.world.today
            and owed["status"] != "waived"
            and (place is None or owed["municipality_code"] in TERRITORIES[place])
        ]

    def finished(
        self, name: str, grain: str, start: date, end: date, place: str, count: Callable[[str], Row]
    ) -> dict[Key, Value]:
        found: dict[Key, Value] = {}
        totals = count("total")
        owed = self.slices(name, start, end, place) if name != "P11" else []
        came = [one for one in owed if (one["provider_code"], one["dataset"], one["period"]) in self.world.pinned]
        coverage = Fraction(100 * len(came), len(owed)) if owed else Fraction(100) if name == "P11" else None
        for group in ["total"] if name == "P11" else ["total", *SEXES]:
            for measure, (numerator, denominator, unit, estimated) in count(group).items():
                total = totals[measure]
                missing = name != "P11" and not came and total[0] == 0 and (name == "S01" or total[1] == 0)
                if name == "P11":
                    status = "A"
                elif missing:
                    status = "M"
                elif name == "S01" and start <= date(2018, 7, 1) <= end:
                    status = "B"
                elif coverage is not None and coverage < 100:
                    status = "P"
                else:
                    status = "E" if estimated else "A"
                key = (name, measure, grain, start, place, group)
                if missing:
                    found[key] = Value(None, None, None, coverage, status)
                    continue
                value = Fraction(numerator) * unit / denominator if denominator else None
                below = None if denominator is None else Fraction(denominator)
                found[key] = Value(Fraction(numerator), below, value, coverage, status)
        return found

    def open_cases(self, day: date, place: str, group: str) -> list[Row]:
        return [
            row
            for row in self.cases
            if row["period_end"] == day
            and row["atidarymo_data"] <= day
            and (row["uzdarymo_data"] is None or row["uzdarymo_data"] > day)
            and is_child(row, day)
            and row["sav"] in TERRITORIES[place]
            and group in groups(row)
        ]

    def population(self, day: date, place: str, group: str) -> tuple[int | None, bool]:
        wanted = day.year + 1 if (day.month, day.day) == (12, 31) else day.year
        column = {"total": "viso", "male": "berniukai", "female": "mergaites"}[group]
        rows = [row for row in self.world.rows if row["dataset"] == "gyventojai" and row["metai"] <= wanted]
        if not rows:
            return None, False
        year = max(row["metai"] for row in rows)
        # The tests name three municipalities, a county or the nation has more.
        home = {"A1": ALYTUS, "A10": VILNIUS_COUNTY}.get(place)
        return (
            sum(
                row[column]
                for row in rows
                if row["metai"] == year and (place == "00" or row["sav"] in (home or {place}))
            ),
            year < wanted,
        )

    def s01(self, day: date, place: str, group: str) -> Row:
        rows = self.open_cases(day, place, group)
        children, estimated = self.population(day, place, group)
        return {
            "main": (len({row["vaiko_id"] for row in rows}), children, 1000, estimated),
            "families": (len({(row["provider_code"], row["seimos_nr"]) for row in rows}), None, 1, False),
        }

    def s09(self, day: date, place: str, group: str) -> Row:
        levels = []
        for row in self.open_cases(day, place, group):
            made = [one for one in self.assessed.get((row["provider_code"], row["atvejo_nr"]), []) if one[0] <= day]
            levels.append(made[-1][2] if made else None)
        known = [level for level in levels if level is not None]
        return {
            "main": (sum(level >= 3 for level in known), len(known), 100, False),
            **{f"level_{n}": (known.count(n), len(known), 100, False) for n in range(1, 5)},
            "not_assessed": (levels.count(None), len(levels), 100, False),
        }

    def place_of(self, case: tuple[str, str], day: date) -> Row | None:
        rows = sorted(
            (row for row in self.cases if (row["provider_code"], row["atvejo_nr"]) == case),
            key=lambda row: row["period_start"],
        )
        holding = [row for row in rows if row["period_start"] <= day <= row["period_end"]]
        earlier = [row for row in rows if row["period_end"] < day]
        return holding[0] if holding else earlier[-1] if earlier else rows[0] if rows else None

    def changes(self, start: date, end: date, place: str, group: str) -> list[int]:
        found = []
        for case, made in self.assessed.items():
            within = [one for one in made if start <= one[0] <= end]
            if not within or within[-1][0] - made[0][0] < timedelta(days=30):
                continue
            row = self.place_of(case, within[-1][0])
            if (
                row is not None
                and is_child(row, within[-1][0])
                and row["sav"] in TERRITORIES[place]
                and group in groups(row)
            ):
                found.append(within[-1][2] - made[0][2])
        return found

    def p01(self, start: date, end: date, place: str, group: str) -> Row:
        changes = self.changes(start, end, place, group)
        return {
            "main": (sum(change < 0 for change in changes), len(changes), 100, False),
            "unchanged": (sum(change == 0 for change in changes), len(changes), 100, False),
            "mean_change": (sum(changes), len(changes), 1, False),
        }

    def p09(self, start: date, end: date, place: str, group: str) -> Row:
        changes = self.changes(start, end, place, group)
        return {"main": (sum(change > 0 for change in changes), len(changes), 100, False)}

    def p11(self, start: date, end: date, place: str) -> Row:
        held = dict.fromkeys(("main", "arrived", "readable", "accepted", "on_time", "automatic"), 0)
        due = 0
        for owed in self.world.obligations:
            home = owed["municipality_code"]
            if not start <= owed["due_on"] <= end or owed["status"] == "waived":
                continue
            if home is not None and home not in TERRITORIES[place]:
                continue
            due += 1
            came = [
                one
                for one in self.world.deliveries
                if (one["provider_code"], one["dataset"], one["period"])
                == (owed["provider_code"], owed["dataset"], owed["period"])
            ]
            accepted = [one for one in came if one["verdict"] in ACCEPTED]

            def in_time(one: Row, by: date = owed["due_on"]) -> bool:
                received: datetime = one["received_at"]
                return received.astimezone(VILNIUS).date() <= by

            held["arrived"] += any(one["file_name"] for one in came)
            held["readable"] += any(one["is_readable"] for one in came)
            held["accepted"] += bool(accepted)
            held["on_time"] += any(map(in_time, accepted))
            held["automatic"] += any(one["channel"] in AUTOMATIC for one in came)
            held["main"] += any(one["channel"] in AUTOMATIC and in_time(one) for one in accepted)
        return {measure: (numerator, due, 100, False) for measure, numerator in held.items()}


ALYTUS = {"11", "15", "33", "38", "59"}
VILNIUS_COUNTY = {"13", "41", "42", "79", "81", "85", "86", "89"}
