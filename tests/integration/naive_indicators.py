"""The indicators written once more, row by row in plain Python from the methodology, to hold dbt's SQL against."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from aim.clock import VILNIUS

Row = dict[str, Any]
Group = tuple[str, str]
"""breakdown, breakdown value."""
Key = tuple[str, str, str, date, str, str, str]
"""indicator, measure, grain, first day, territory, breakdown, breakdown value."""
Below = tuple[Fraction | int | None, bool]
"""A denominator and whether it is estimated."""
Counted = tuple[dict[tuple[str, Group], Any], Callable[[str, Group], Below]]
"""Numerators that are not 0 by measure and group, and what finds the denominator of each."""

REFERENCE = Path(__file__).parents[2] / "dbt_project" / "seeds" / "reference"
MUNICIPALITIES = {
    line.split(",")[0]: line.rsplit(",", 1)[1]
    for line in (REFERENCE / "municipalities.csv").read_text("utf-8").splitlines()[1:]
}
"""Every municipality and its county."""
TERRITORIES = {"33": {"33"}, "11": {"11"}, "13": {"13"}} | {
    "A1": {code for code, county in MUNICIPALITIES.items() if county == "A1"},
    "A10": {code for code, county in MUNICIPALITIES.items() if county == "A10"},
    "00": set(MUNICIPALITIES),
}
"""Territories compared and the municipalities in them."""
AUTOMATIC = ("api", "sftp")
ACCEPTED = ("accepted", "accepted_with_findings", "superseded")
CASE_MANAGEMENT = date(2018, 7, 1)

TOTAL: Group = ("total", "total")
BANDS = {"0-3": range(4), "4-6": range(4, 7), "7-9": range(7, 10), "10-14": range(10, 15), "15-17": range(15, 18)}
SEX: list[Group] = [("sex", "male"), ("sex", "female")]
AGE: list[Group] = [("age_band", band) for band in BANDS]
CHILD = [TOTAL, *SEX, *AGE, *((which, answer) for which in ("disability", "sen") for answer in ("yes", "no"))]
ITEMS = [*(f"1.{i}" for i in range(1, 11)), *(f"2.{i}" for i in range(1, 10)), *(f"3.{i}" for i in range(1, 10))]
SERVICES = [
    "INFORMAVIMAS",
    "KONSULTAVIMAS",
    "TARPININKAVIMAS",
    "IGUDZIU_UGDYMAS",
    "PSICHOLOGO_PAGALBA",
    "DIENOS_CENTRAS",
    "POZITYVI_TEVYSTE",
    "SEIMOS_ASISTENTAS",
    "KRIZIU_CENTRAS",
    "ATOKVEPIS",
    "MEDIACIJA",
    "PRIKLAUSOMYBIU_PAGALBA",
]
BASKET = SERVICES[:10]
PLACES = ["SEIMA", "SEIMYNA", "INSTITUCIJA", "BUDINTIS"]
REASONS = ["VALKATAVIMAS", "NELANKYMAS", "NUSIKALTIMAS", "PRIKLAUSOMYBE", "SMURTAS", "ELGESYS", "KITA"]

FROM = {
    "S02": ["smurtas"],
    "S03": ["paslaugos"],
    "S04": ["globa"],
    "S05": ["socialines_rizikos_vaikai"],
    "S06": ["paslaugos"],
    "S07": ["nepilnameciu_veikos"],
    "S08": ["priklausomybes"],
    "S09": ["atvejai", "vertinimai"],
    "S11": ["atvejai", "vertinimai"],
    "P01": ["atvejai", "vertinimai"],
    "P02": ["atvejai", "pagalbos_planai"],
    "P03": ["atvejai", "vertinimai", "neigalumas"],
    "P04": ["atvejai", "pagalbos_planai", "neigalumas"],
    "P05": ["tbk_veikla"],
    "P06": ["atvejai", "vertinimai", "sup"],
    "P07": ["atvejai", "pagalbos_planai", "sup"],
    "P08": ["uzimtumas", "atvejai", "vertinimai"],
    "P09": ["atvejai", "vertinimai"],
    "P10": ["apklausa"],
}
STOCK = ("month", "quarter", "year")
GRAINS = {"S07": ("quarter", "year"), "S08": ("year",), "P05": ("quarter", "year"), "P10": ("half_year", "year")}
PAIRS = ["main", "unchanged", "mean_change"]
LEDGER = ["main", "arrived", "readable", "accepted", "on_time", "automatic"]
MEASURES = {
    "S01": ["main", "families"],
    "S02": ["main", "events", "with_witnesses"],
    "S03": ["main"],
    "S04": ["main", "new"],
    "S05": ["main"],
    "S06": ["main"],
    "S07": ["main", "acts", "under_14"],
    "S08": ["main", "new"],
    "S09": ["main", "level_1", "level_2", "level_3", "level_4", "not_assessed"],
    "S10": ["main", "not_in_education", "not_in_education_all"],
    "S11": ["main", "risks_per_child"],
    "P01": PAIRS,
    "P02": ["main", "on_time"],
    "P03": PAIRS,
    "P04": ["main", "on_time"],
    "P05": ["main", "requests", "meetings"],
    "P06": PAIRS,
    "P07": ["main", "on_time"],
    "P08": ["main", "improved_attending", "improved_other"],
    "P09": ["main"],
    "P10": ["main", "mean_score"],
    "P11": LEDGER,
}
GROUPS: dict[str, list[Group]] = {
    **dict.fromkeys(("S01", "S02", "S09", "P01", "P02", "P08", "P09"), CHILD),
    "S03": [TOTAL, *(("service", code) for code in SERVICES)],
    "S04": [*CHILD, *(("place", code) for code in PLACES)],
    "S05": [*CHILD, *(("reason", code) for code in REASONS)],
    "S08": [TOTAL, *SEX, *AGE],
    "S11": [*CHILD, *(("item", item) for item in ITEMS), *(("domain", domain) for domain in "123")],
    "P10": [TOTAL, ("respondent", "child"), ("respondent", "parent"), *(("question", str(n)) for n in range(1, 11))],
}
COUNTS = {("S01", "families"), ("S02", "events"), ("S07", "under_14")}
MEANS = {("P01", "mean_change"), ("P03", "mean_change"), ("P06", "mean_change"), ("P10", "mean_score")}
MEANS |= {("S11", "risks_per_child")}
RATES = ("S01", "S02", "S04", "S05", "S07", "S08", "S10")
NOT_OF_RECORDS = (*RATES, "S06")
"""Whose denominators do not come from the indicator's own rows."""


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
    """What was delivered and is expected: rows that speak, slices of the ledger, all deliveries; homes; the clock."""

    rows: list[Row]
    obligations: list[Row]
    deliveries: list[Row]
    pinned: set[tuple[str, str, str]]
    homes: dict[str, str]
    today: date


def last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def periods_over(first: date, today: date) -> Iterable[tuple[str, date, date]]:
    for year in range(first.year, today.year + 1):
        for grain, months in (("month", 1), ("quarter", 3), ("half_year", 6), ("year", 12)):
            for month in range(1, 13, months):
                end = last_day(year, month + months - 1)
                if end < today and end >= first:
                    yield grain, date(year, month, 1), end


def age_at(row: Row, day: date) -> int | None:
    born = row["gimimo_menuo"]
    return None if born is None else day.year - born.year - (1 if day.month < born.month else 0)


def is_child(row: Row, day: date) -> bool:
    age = age_at(row, day)
    return age is None or 0 <= age <= 17


def groups_of(name: str, measure: str) -> list[Group]:
    if name == "S07":
        ages = range(10, 14) if measure == "under_14" else range(14, 18)
        return [TOTAL, *SEX, *(("age", str(age)) for age in ages)]
    return GROUPS.get(name, [TOTAL])


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


class Tally:
    """Numerators and denominators by measure and group, of distinct things or of sums."""

    def __init__(self) -> None:
        self.distinct: dict[tuple[str, Group], set[Hashable]] = defaultdict(set)
        self.sums: dict[tuple[str, Group], Any] = defaultdict(int)

    def see(self, measure: str, groups: Iterable[Group], thing: Hashable) -> None:
        for group in groups:
            self.distinct[measure, group].add(thing)

    def add(self, measure: str, groups: Iterable[Group], number: Any = 1) -> None:
        for group in groups:
            self.sums[measure, group] += number

    def counts(self) -> dict[tuple[str, Group], Any]:
        return {key: len(things) for key, things in self.distinct.items()} | dict(self.sums)


class Naive:
    def __init__(self, world: World) -> None:
        self.world = world
        self.rows: dict[str, list[Row]] = defaultdict(list)
        for row in world.rows:
            self.rows[row["dataset"]].append(row)
        self.first = min(row["period_start"] for row in world.obligations)
        self.cases: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.rows["atvejai"]:
            self.cases[row["provider_code"], row["atvejo_nr"]].append(row)
        for rows in self.cases.values():
            rows.sort(key=lambda row: row["period_start"])
        # (provider, case) -> (day, number, level, rows) of its valid assessments, earliest first
        self.assessed: dict[tuple[str, str], list[tuple[date, str, int, list[Row]]]] = defaultdict(list)
        for rows in self.latest("vertinimai", "vertinimo_nr"):
            level = level_of(rows)
            if level is not None:
                one = rows[0]
                made = (one["vertinimo_data"], one["vertinimo_nr"], level, rows)
                self.assessed[one["provider_code"], one["atvejo_nr"]].append(made)
        for assessments in self.assessed.values():
            assessments.sort(key=lambda one: one[:2])
        self.decisions: dict[tuple[str, Any], list[tuple[date, date | None]]] = defaultdict(list)
        for which, dataset, begun, ended in (
            ("disability", "neigalumas", "nuo", "iki"),
            ("sen", "sup", "sprendimo_data", "galioja_iki"),
        ):
            for rows in self.latest(dataset, "vaiko_id", begun):
                if not rows[0]["_temporary_code"]:
                    self.decisions[which, rows[0]["vaiko_id"]].append((rows[0][begun], rows[0][ended]))
        self.pairs = cache(self.pairs)  # type: ignore[method-assign]  # asked again for every place and indicator
        self.exists = cache(self.exists)  # type: ignore[method-assign]  # likewise

    def latest(self, dataset: str, *fields: str) -> Iterable[list[Row]]:
        """The rows of each record as its latest slice has them."""
        records: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in self.rows[dataset]:
            records[(row["provider_code"], *(row[field] for field in fields))].append(row)
        for rows in records.values():
            last = max(row["period_start"] for row in rows)
            yield [row for row in rows if row["period_start"] == last]

    def child_groups(self, row: Row, day: date, decided: date | None = None) -> list[Group]:
        found = [TOTAL]
        if row["lytis"]:
            found.append(("sex", {"V": "male", "M": "female"}[row["lytis"]]))
        age = age_at(row, day)
        found += [("age_band", band) for band, ages in BANDS.items() if age in ages]
        for which in ("disability", "sen"):
            spans = self.decisions.get((which, row["vaiko_id"]), []) if not row["_temporary_code"] else []
            on = decided or day
            found.append((which, "yes" if any(a <= on and (b is None or b > on) for a, b in spans) else "no"))
        return found

    def values(self) -> dict[Key, Value]:
        found: dict[Key, Value] = {}
        for grain, start, end in periods_over(self.first, self.world.today):
            for name in MEASURES:
                if grain not in GRAINS.get(name, STOCK) or not self.exists(name, grain, start):
                    continue
                for place in TERRITORIES:
                    counted: Counted = getattr(self, name.lower())(start, end, TERRITORIES[place])
                    for measure in MEASURES[name]:
                        if name != "S10" or measure == "main" or grain == "year":
                            found |= self.finished(name, measure, grain, start, end, place, counted)
        return found

    def datasets(self, name: str, measure: str, end: date) -> list[str]:
        if name == "S01":
            return ["atvejai" if end >= CASE_MANAGEMENT else "rizikos_seimos"]
        if name == "S10":
            return ["nelankantys" if measure == "main" else "nesimokantys"]
        return FROM[name]

    def exists(self, name: str, grain: str, start: date) -> bool:
        """From the first period with an expected slice, of the version that computes it."""
        firsts = []
        for other, first, end in periods_over(self.first, self.world.today):
            if other != grain:
                continue
            if name == "P11":
                is_due = any(
                    first <= owed["due_on"] <= end and owed["status"] != "waived" for owed in self.world.obligations
                )
            else:
                asked = MEASURES[name] if name == "S10" and grain == "year" else ["main"]
                is_due = any(self.slices(name, measure, first, end, None) for measure in asked)
            if is_due:
                firsts.append(first)
        return bool(firsts) and start >= min(firsts)

    def slices(self, name: str, measure: str, start: date, end: date, place: str | None) -> list[Row]:
        datasets = self.datasets(name, measure, end)
        return [
            owed
            for owed in self.world.obligations
            if owed["dataset"] in datasets
            and (owed["period_end"] if owed["dataset"] == "nesimokantys" else owed["period_start"]) <= end
            and owed["period_end"] >= start
            and owed["period_end"] < self.world.today
            and owed["status"] != "waived"
            and (place is None or owed["municipality_code"] is None or owed["municipality_code"] in TERRITORIES[place])
        ]

    def finished(
        self, name: str, measure: str, grain: str, start: date, end: date, place: str, counted: Counted
    ) -> dict[Key, Value]:
        numerators, below = counted
        owed = self.slices(name, measure, start, end, place) if name != "P11" else []
        came = [one for one in owed if (one["provider_code"], one["dataset"], one["period"]) in self.world.pinned]
        coverage = Fraction(100 * len(came), len(owed)) if owed else Fraction(100) if name == "P11" else None
        is_counted = numerators.get((measure, TOTAL), 0) != 0 or (
            name not in NOT_OF_RECORDS and below(measure, TOTAL)[0] != 0
        )
        found: dict[Key, Value] = {}
        for group in groups_of(name, measure):
            key = (name, measure, grain, start, place, *group)
            numerator = Fraction(numerators.get((measure, group), 0))
            under, estimated = below(measure, group)
            denominator = None if under is None else Fraction(under)
            if name == "P11":
                status = "A"
            elif not came and not is_counted:
                found[key] = Value(None, None, None, coverage, "M")
                continue
            elif name == "S01" and start <= CASE_MANAGEMENT <= end:
                status = "B"
            elif coverage is not None and coverage < 100:
                status = "P"
            else:
                status = "E" if estimated else "A"
            unit = 1 if (name, measure) in MEANS else 1000 if name in RATES else 100
            if name == "S10" and measure != "main":
                unit = 100
            value = numerator * unit / denominator if denominator else None
            if name == "P10" and denominator is not None and denominator < 5:
                value = None
            found[key] = Value(numerator, denominator, value, coverage, status)
        return found

    # Denominators

    def population(self, year: int, places: set[str], ages: Iterable[int], column: str = "viso") -> Below:
        """1 January of the year, or of the latest earlier one known."""
        known = [row["metai"] for row in self.rows["gyventojai"] if row["metai"] <= year]
        if not known:
            return None, False
        of, latest = set(ages), max(known)
        rows = (row for row in self.rows["gyventojai"] if row["metai"] == latest)
        return sum(row[column] for row in rows if row["sav"] in places and row["amzius"] in of), latest < year

    def at(self, day: date, places: set[str], group: Group) -> Below:
        if group[0] in ("disability", "sen"):
            return None, False
        year = day.year + 1 if (day.month, day.day) == (12, 31) else day.year
        return self.population(year, places, *people(group))

    def mean(self, year: int, places: set[str], group: Group, ages: Iterable[int] = range(18)) -> Below:
        if group[0] in ("disability", "sen"):
            return None, False
        of, column = people(group, ages)
        first, second = self.population(year, places, of, column), self.population(year + 1, places, of, column)
        if first[0] is None or second[0] is None:
            return None, False
        return Fraction(first[0] + second[0], 2), first[1] or second[1]

    # Situation

    def s01(self, start: date, end: date, places: set[str]) -> Counted:
        tally = Tally()
        dataset, begun, ended = (
            ("atvejai", "atidarymo_data", "uzdarymo_data")
            if end >= CASE_MANAGEMENT
            else ("rizikos_seimos", "irasyta", "isbraukta")
        )
        for row in self.rows[dataset]:
            if row["period_end"] == end and row["sav"] in places and is_on(row, end, begun, ended):
                groups = self.child_groups(row, end)
                tally.see("main", groups, row["vaiko_id"])
                tally.see("families", groups, (row["provider_code"], row["seimos_nr"]))
        return tally.counts(), lambda m, group: (None, False) if m == "families" else self.at(end, places, group)

    def s02(self, start: date, end: date, places: set[str]) -> Counted:
        tally = Tally()
        for rows in self.latest("smurtas", "pranesimo_nr"):
            for row in rows:
                day = row["ivykio_data"]
                if not start <= day <= end or row["sav"] not in places or row["patvirtinta"] != "TAIP":
                    continue
                if not is_child(row, day):
                    continue
                groups = self.child_groups(row, day)
                tally.see("with_witnesses", groups, row["vaiko_id"])
                if not row["liudininkas"]:
                    tally.see("main", groups, row["vaiko_id"])
                    tally.see("events", groups, (row["provider_code"], row["pranesimo_nr"]))
        return tally.counts(), lambda m, group: (None, False) if m == "events" else self.mean(start.year, places, group)

    def s03(self, start: date, end: date, places: set[str]) -> Counted:
        rows = [
            row
            for row in self.rows["paslaugos"]
            if start <= row["period_start"] <= end and row["sav"] in places and is_child(row, row["period_end"])
        ]
        needed = {(row["vaiko_id"], row["paslaugos_kodas"]) for row in rows if row["poreikis_nustatytas"]}
        got = {(row["vaiko_id"], row["paslaugos_kodas"]) for row in rows if row["kiekis"] > 0}
        above, under = Tally(), Tally()
        for pair in needed:
            groups = [TOTAL, ("service", pair[1])]
            under.add("main", groups)
            if pair in got:
                above.add("main", groups)
        return above.counts(), lambda m, group: (under.counts().get((m, group), 0), False)

    def s04(self, start: date, end: date, places: set[str]) -> Counted:
        tally = Tally()
        last: dict[tuple[str, Any], Row] = {}
        for row in self.rows["globa"]:
            if row["pagrindas"] == "TEVU_PRASYMU" or row["sav"] not in places:
                continue
            began: date = row["nuo"]
            asked = []
            if row["period_end"] == end and is_on(row, end, "nuo", "iki"):
                asked.append(("main", end))
            is_new = start <= began <= end and row["period_start"] <= began <= row["period_end"]
            if is_new and is_child(row, began):
                asked.append(("new", began))
            for measure, day in asked:
                tally.see(measure, self.child_groups(row, day), row["vaiko_id"])
                former = last.get((measure, row["vaiko_id"]))
                if former is None or place_order(former) < place_order(row):
                    last[measure, row["vaiko_id"]] = row
        for (measure, child), row in last.items():
            tally.see(measure, [("place", row["vieta"])], child)
        return (
            tally.counts(),
            lambda m, group: self.at(end, places, group) if m == "main" else self.mean(start.year, places, group),
        )

    def s05(self, start: date, end: date, places: set[str]) -> Counted:
        tally = Tally()
        for row in self.rows["socialines_rizikos_vaikai"]:
            is_here = row["period_end"] == end and row["sav"] in places
            if is_here and is_on(row, end, "statusas_nuo", "statusas_iki"):
                tally.see("main", [*self.child_groups(row, end), ("reason", row["priezastis"])], row["vaiko_id"])
        return tally.counts(), lambda _, group: self.at(end, places, group)

    def s06(self, start: date, end: date, places: set[str]) -> Counted:
        since = (end + timedelta(days=1)).replace(year=(end + timedelta(days=1)).year - 1)
        provided = {
            (row["sav"], row["paslaugos_kodas"])
            for row in self.rows["paslaugos"]
            if row["kiekis"] > 0
            and row["paslaugos_kodas"] in BASKET
            and row["sav"] in places
            and since <= row["period_start"]
            and row["period_end"] <= end
        }
        return {("main", TOTAL): len(provided)}, lambda *_: (len(places) * len(BASKET), False)

    def s07(self, start: date, end: date, places: set[str]) -> Counted:
        tally = Tally()
        for row in self.rows["nepilnameciu_veikos"]:
            if row["veikos_grupe"] != "VISO" or row["sav"] not in places or not start <= row["period_start"] <= end:
                continue
            groups = [TOTAL, ("sex", {"V": "male", "M": "female"}[row["lytis"]]), ("age", str(row["amzius"]))]
            if row["amzius"] < 14:
                tally.add("under_14", groups, row["asmenu_sk"])
            else:
                tally.add("main", groups, row["asmenu_sk"])
                tally.add("acts", groups, row["veiku_sk"])
        return (
            tally.counts(),
            lambda m, group: (None, False) if m == "under_14" else self.mean(start.year, places, group, range(14, 18)),
        )

    def s08(self, start: date, end: date, places: set[str]) -> Counted:
        tally = Tally()
        for row in self.rows["priklausomybes"]:
            if row["sav"] in places and row["period_start"] == start:
                sex = {"V": "male", "M": "female"}[row["lytis"]]
                groups = [TOTAL, ("sex", sex), ("age_band", row["amziaus_grupe"])]
                tally.add("main", groups, row["asmenu_sk"])
                tally.add("new", groups, row["naujai"])
        return tally.counts(), lambda _, group: self.mean(start.year, places, group)

    def open_assessed(self, day: date, places: set[str]) -> Iterable[tuple[Row, tuple[int, list[Row]] | None]]:
        """Cases open on the day with the level and the answers of their latest valid assessment."""
        for row in self.rows["atvejai"]:
            if row["period_end"] != day or row["sav"] not in places:
                continue
            if is_on(row, day, "atidarymo_data", "uzdarymo_data"):
                made = [one for one in self.assessed.get((row["provider_code"], row["atvejo_nr"]), []) if one[0] <= day]
                yield row, made[-1][2:] if made else None

    def s09(self, start: date, end: date, places: set[str]) -> Counted:
        above, under = Tally(), Tally()
        for row, made in self.open_assessed(end, places):
            groups = self.child_groups(row, end)
            under.add("not_assessed", groups)
            if made is None:
                above.add("not_assessed", groups)
                continue
            above.add(f"level_{made[0]}", groups)
            if made[0] >= 3:
                above.add("main", groups)
            for measure in MEASURES["S09"][:-1]:
                under.add(measure, groups)
        return above.counts(), lambda m, group: (under.counts().get((m, group), 0), False)

    def s10(self, start: date, end: date, places: set[str]) -> Counted:
        tally = Tally()
        for row in self.rows["nelankantys"]:
            if not start <= row["period_start"] <= end or row["sav"] not in places:
                continue
            age = age_at(row, row["period_end"])
            if age is not None and 7 <= age <= 15 and row["be_priezasties"] * 2 > row["pamoku_is_viso"]:
                tally.see("main", [TOTAL], row["vaiko_id"])
        for row in self.rows["nesimokantys"]:
            age = age_at(row, date(row["period_end"].year, 1, 1))
            if not start <= row["period_end"] <= end or row["sav"] not in places or age is None or not 7 <= age <= 17:
                continue
            tally.see("not_in_education_all", [TOTAL], row["vaiko_id"])
            if row["priezastis"] != "ISVYKO":
                tally.see("not_in_education", [TOTAL], row["vaiko_id"])

        def below(measure: str, _: Group) -> Below:
            if measure != "main":
                return self.population(start.year, places, range(7, 18))
            wanted = end.year if end.month >= 10 else end.year - 1
            known = [row["metai"] for row in self.rows["mokiniai"] if row["metai"] <= wanted]
            if not known:
                return None, False
            latest = max(known)
            rows = (row for row in self.rows["mokiniai"] if row["metai"] == latest and row["sav"] in places)
            return sum(row["mokiniu_sk"] for row in rows if 7 <= row["amzius"] <= 15), latest < wanted

        return tally.counts(), below

    def s11(self, start: date, end: date, places: set[str]) -> Counted:
        above, under, children = Tally(), Tally(), Tally()
        for row, made in self.open_assessed(end, places):
            if made is None:
                continue
            children.see("risks_per_child", self.child_groups(row, end), row["vaiko_id"])
            for answer in made[1]:
                if answer["lygis"] == "9":
                    continue
                item = answer["klausimo_nr"]
                groups = [*self.child_groups(row, end), ("item", item), ("domain", item[0])]
                under.add("main", groups)
                for measure in MEASURES["S11"]:
                    above.add(measure, groups, int(answer["lygis"]) >= 3)

        def below(measure: str, group: Group) -> Below:
            if measure == "main":
                return under.counts().get((measure, group), 0), False
            return children.counts().get((measure, TOTAL if group[0] in ("item", "domain") else group), 0), False

        return above.counts(), below

    # Impact

    def place_of(self, case: tuple[str, str], day: date) -> Row | None:
        rows = self.cases.get(case, [])
        holding = [row for row in rows if row["period_start"] <= day <= row["period_end"]]
        earlier = [row for row in rows if row["period_end"] < day]
        return holding[0] if holding else earlier[-1] if earlier else rows[0] if rows else None

    def pairs(self, start: date, end: date) -> list[tuple[Row, list[Group], int]]:
        found = []
        for case, made in self.assessed.items():
            within = [one for one in made if start <= one[0] <= end]
            if not within or within[-1][0] - made[0][0] < timedelta(days=30):
                continue
            day = within[-1][0]
            row = self.place_of(case, day)
            if row is not None and is_child(row, day):
                found.append((row, self.child_groups(row, day, made[0][0]), within[-1][2] - made[0][2]))
        return found

    def changes(self, start: date, end: date, places: set[str], only: Group | None = None) -> Counted:
        above, under = Tally(), Tally()
        for row, groups, change in self.pairs(start, end):
            if row["sav"] not in places or (only and only not in groups):
                continue
            above.add("main", groups, change < 0)
            above.add("unchanged", groups, change == 0)
            above.add("mean_change", groups, change)
            under.add("pairs", groups)
        return above.counts(), lambda _, group: (under.counts().get(("pairs", group), 0), False)

    def p01(self, start: date, end: date, places: set[str]) -> Counted:
        return self.changes(start, end, places)

    def p03(self, start: date, end: date, places: set[str]) -> Counted:
        return self.changes(start, end, places, ("disability", "yes"))

    def p06(self, start: date, end: date, places: set[str]) -> Counted:
        return self.changes(start, end, places, ("sen", "yes"))

    def p09(self, start: date, end: date, places: set[str]) -> Counted:
        tally = Tally()
        for row, groups, change in self.pairs(start, end):
            if row["sav"] in places:
                tally.add("main", groups, change > 0)
        return tally.counts(), self.changes(start, end, places)[1]

    def plans(self, start: date, end: date, places: set[str], only: Group | None = None) -> Counted:
        above, under = Tally(), Tally()
        for (row,) in self.latest("pagalbos_planai", "plano_nr", "priemones_nr"):
            day = row["terminas"]
            case = self.place_of((row["provider_code"], row["atvejo_nr"]), day)
            if not start <= day <= end or row["busena"] == "ATSAUKTA" or case is None:
                continue
            groups = self.child_groups(case, day)
            if case["sav"] not in places or not is_child(case, day) or (only and only not in groups):
                continue
            under.add("due", groups)
            above.add("main", groups, {"IVYKDYTA": Fraction(1), "IS_DALIES": Fraction(1, 2)}.get(row["busena"], 0))
            above.add("on_time", groups, row["busena"] == "IVYKDYTA" and row["ivykdymo_data"] <= day)
        return above.counts(), lambda _, group: (under.counts().get(("due", group), 0), False)

    def p02(self, start: date, end: date, places: set[str]) -> Counted:
        return self.plans(start, end, places)

    def p04(self, start: date, end: date, places: set[str]) -> Counted:
        return self.plans(start, end, places, ("disability", "yes"))

    def p07(self, start: date, end: date, places: set[str]) -> Counted:
        return self.plans(start, end, places, ("sen", "yes"))

    def p05(self, start: date, end: date, places: set[str]) -> Counted:
        above, under = Tally(), Tally()
        latest = {
            (row["provider_code"], row["tipas"], row["iraso_nr"]): row
            for row in sorted(self.rows["tbk_veikla"], key=lambda row: row["period_start"])
        }
        for row in latest.values():
            is_request = row["tipas"] == "UZKLAUSA"
            day = row["terminas"] if is_request else row["data"]
            if not start <= day <= end or self.world.homes[row["provider_code"]] not in places:
                continue
            is_good = (
                row["atsakymo_data"] is not None and row["atsakymo_data"] <= day
                if is_request
                else row["dalyvavo"] >= row["kviesta"]
            )
            for measure in ("main", "requests" if is_request else "meetings"):
                under.add(measure, [TOTAL])
                above.add(measure, [TOTAL], is_good)
        return above.counts(), lambda m, group: (under.counts().get((m, group), 0), False)

    def p08(self, start: date, end: date, places: set[str]) -> Counted:
        planned: dict[Any, int] = defaultdict(int)
        came: dict[Any, int] = defaultdict(int)
        for row in self.rows["uzimtumas"]:
            if start <= row["menuo"] <= end:
                planned[row["vaiko_id"]] += row["planuota"]
                came[row["vaiko_id"]] += row["lanke"]
        attending = {child for child, sessions in planned.items() if came[child] * 10 >= sessions * 7}
        above, under = Tally(), Tally()
        children = set()
        for case in self.cases:
            row = self.place_of(case, end)
            if row is None or row["atidarymo_data"] > end or not planned.get(row["vaiko_id"]):
                continue
            if (row["uzdarymo_data"] and row["uzdarymo_data"] <= start) or not is_child(row, end):
                continue
            children.add(row["vaiko_id"])
            if row["sav"] in places:
                groups = self.child_groups(row, end)
                under.see("main", groups, row["vaiko_id"])
                if row["vaiko_id"] in attending:
                    above.see("main", groups, row["vaiko_id"])
        for row, groups, change in self.pairs(start, end):
            if row["vaiko_id"] in children and row["sav"] in places:
                measure = "improved_attending" if row["vaiko_id"] in attending else "improved_other"
                under.add(measure, groups)
                above.add(measure, groups, change < 0)
        return above.counts(), lambda m, group: (under.counts().get((m, group), 0), False)

    def p10(self, start: date, end: date, places: set[str]) -> Counted:
        above, under = Tally(), Tally()
        for row in self.rows["apklausa"]:
            if (
                row["balas"] == "9"
                or self.world.homes[row["provider_code"]] not in places
                or not start <= row["period_start"] <= end
            ):
                continue
            who = {"VAIKAS": "child", "TEVAI": "parent"}[row["respondentas"]]
            groups = [TOTAL, ("respondent", who), ("question", str(row["klausimo_nr"]))]
            under.add("answers", groups)
            above.add("main", groups, row["balas"] in "45")
            above.add("mean_score", groups, int(row["balas"]))
        return above.counts(), lambda _, group: (under.counts().get(("answers", group), 0), False)

    def p11(self, start: date, end: date, places: set[str]) -> Counted:
        held = dict.fromkeys(LEDGER, 0)
        due = 0
        for owed in self.world.obligations:
            home = owed["municipality_code"]
            if not start <= owed["due_on"] <= end or owed["status"] == "waived":
                continue
            if home is not None and home not in places:
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
        return {(measure, TOTAL): number for measure, number in held.items()}, lambda *_: (due, False)


def is_on(row: Row, day: date, begun: str, ended: str) -> bool:
    """Whether the row of a child holds on the day, half-open."""
    return row[begun] <= day and (row[ended] is None or row[ended] > day) and is_child(row, day)


def people(group: Group, ages: Iterable[int] = range(18)) -> tuple[Iterable[int], str]:
    """The ages and the column of the population that a group is of."""
    breakdown, value = group
    if breakdown == "sex":
        return ages, {"male": "berniukai", "female": "mergaites"}[value]
    return (BANDS[value] if breakdown == "age_band" else [int(value)] if breakdown == "age" else ages), "viso"


def place_order(row: Row) -> tuple[Any, ...]:
    """The order of a child's episodes, the one that says where it is last."""
    return row["nuo"], row["globos_nr"], row["provider_code"], row["period_end"]
