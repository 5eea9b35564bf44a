"""How the providers deliver is measured as the methodology says, recomputed slice by slice in plain Python."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from judged_slices import JudgedSlices
from psycopg import sql
from psycopg.rows import dict_row
from tests.conftest import TestWarehouse

from aim.clock import VILNIUS
from aim.contracts.calendar import Period, due_on, is_expected, periods_between
from aim.contracts.load import contracts
from aim.contracts.models import Dimension, Rule, Scope
from aim.contracts.registry import COLUMNS, STATUS, Provider, read_registry
from aim.contracts.rule_sql import rules_of
from aim.ledger import deliveries, waivers
from aim.warehouse import dbt

DUE_DAY = date(2018, 11, 12)
"""The slices of October 2018 are due on it: the 10th was a Saturday."""
DAY_AFTER = DUE_DAY + timedelta(days=1)
SLICES_OF_TODAY = "2018-10"
EVERYTHING = (
    "+tag:collection +marts_provider_scorecard +marts_territory_scorecard +marts_collection_trend"
    " +marts_reporting_rate +provider_score_parts"
)
"""The collection with all that it is made from, and what readers get of it."""
WHAT_A_NIGHT_CHANGES = "fct_delivery fct_obligation fct_check_result tag:collection"

STEADY, SILENT, CLOSED, GONE, IN_TEST = "902330018", "902110014", "902130019", "902120017", "902150013"
NIL, REFUSED, WAIVED, AGENCY = "905330014", "905110012", "901330012", "913000016"
REGISTRY = (
    (STEADY, "spc", "33", "2017-01-01", "", ""),
    (SILENT, "spc", "11", "2018-01-01", "", "veikia"),
    (CLOSED, "spc", "13", "2018-03-01", "2018-09-30", ""),
    (GONE, "spc", "12", "2017-01-01", "2017-09-30", ""),
    (IN_TEST, "spc", "33", "2018-01-01", "", "bandoma"),
    (NIL, "dienos_centras", "33", "2018-01-01", "", ""),
    (REFUSED, "dienos_centras", "11", "2018-06-01", "", ""),
    (WAIVED, "savivaldybe", "33", "2018-01-01", "", ""),
    (AGENCY, "vda", "", "2017-01-01", "", ""),
)
WEIGHTS = {
    "reporting_rate": Fraction(30, 100),
    "timeliness": Fraction(15, 100),
    "conformance": Fraction(20, 100),
    "completeness": Fraction(15, 100),
    "consistency": Fraction(10, 100),
    "continuity": Fraction(10, 100),
}
WINDOW, MEMORY_MONTHS = 12, 12
COUNTS = ("expected", "accepted", "on_time", "missing", "waived")
CHECKS = (
    "conformance_passed",
    "conformance_applicable",
    "completeness_filled",
    "completeness_required",
    "consistency_passed",
    "consistency_applicable",
)


@pytest.fixture
def slices(warehouse: TestWarehouse) -> JudgedSlices:
    made = JudgedSlices(warehouse.connection, warehouse.settings, warehouse.url)
    lines = [",".join((*COLUMNS, STATUS))]
    lines += [
        f"{code},Teikėjas,{kind},{sav},lt,{first},{last},{state}" for code, kind, sav, first, last, state in REGISTRY
    ]
    made.settings.registry.write_text("\n".join(lines) + "\n", "utf-8")
    return made


def test_scorecards_and_trend_are_those_of_the_methodology(slices: JudgedSlices) -> None:
    deliver_until(slices, DUE_DAY)
    former = None
    for today, select in ((DUE_DAY, EVERYTHING), (DAY_AFTER, WHAT_A_NIGHT_CHANGES)):
        run_id = slices.pin(today)
        dbt.build(slices.warehouse, slices.settings, run_id, today, select)
        expected = Recomputed(slices, today)
        assert_alike(rows_of(slices, "core.reporting_rate"), expected.rates(), ("provider_code", "dataset"))
        cards = rows_of(slices, "core.provider_scorecard")
        assert_alike(cards, expected.provider_cards(), ("provider_code", "dataset"))
        territories = rows_of(slices, "core.territory_scorecard")
        assert_alike(territories, expected.territory_cards(), ("territory_level", "territory_code", "dataset"))
        trend = rows_of(slices, "core.collection_trend")
        assert_alike(trend, expected.trend(), ("level", "code", "dataset", "month_start"))
        of = {(card["provider_code"], card["dataset"]): card for card in cards}
        assert IN_TEST not in {card["provider_code"] for card in cards}
        if today == DUE_DAY:
            assert_what_each_is_known_for(of)
            assert_readers_get_no_counts_of_rows(slices, cards)
            former = of
    assert former is not None
    assert_silence_is_seen_the_next_morning(former, of, territories, trend)


def assert_what_each_is_known_for(of: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    steady = of[STEADY, "atvejai"]
    assert (steady["expected"], steady["last_period"]) == (12, "2018-09")
    assert steady["conformance_applicable"] > steady["conformance_passed"] > 0
    # Its obligation ended after it had delivered: the rate is not capped.
    closed = of[CLOSED, "atvejai"]
    assert (closed["expected"], closed["accepted"], closed["missing"]) == (7, 8, 0)
    assert closed["reporting_rate"] > 100
    # What closed more than a year ago has its scorecard and is in no sum.
    assert not of[GONE, "total"]["is_current"]
    # Nil returns have nothing to check: the other parts are the whole.
    nil = of[NIL, "uzimtumas"]
    assert (nil["conformance"], nil["completeness"], nil["consistency"]) == (None, None, None)
    assert (nil["accepted"], nil["score"], nil["letter"]) == (nil["expected"], 100, "A")
    assert nil["weight_known"] == Decimal("0.55")
    # Refused files have arrived, and count for nothing.
    refused = of[REFUSED, "uzimtumas"]
    assert (refused["accepted"], refused["conformance"], refused["score"], refused["letter"]) == (0, None, 0, "D")
    # A waiver explains; one that has run out does not; one of a slice that came is not needed.
    waived = of[WAIVED, "paslaugos"]
    assert (waived["waived"], waived["missing"], waived["longest_gap"]) == (2, 1, 1)
    assert waived["expected"] == 9 - 2
    # Two periods are not enough for a letter.
    agency = of[AGENCY, "gyventojai"]
    assert (agency["expected"], agency["letter"]) == (2, None)
    assert agency["score"] is not None
    everything = of[WAIVED, "socialines_rizikos_vaikai"]
    assert (everything["expected"], everything["reporting_rate"], everything["score"]) == (0, None, None)


def assert_silence_is_seen_the_next_morning(
    before: Mapping[tuple[str, str], Mapping[str, Any]],
    after: Mapping[tuple[str, str], Mapping[str, Any]],
    territories: Sequence[Mapping[str, Any]],
    trend: Sequence[Mapping[str, Any]],
) -> None:
    """All others have delivered October: the table is fresh, and the one that has not stands in it."""
    was, now = before[SILENT, "atvejai"], after[SILENT, "atvejai"]
    assert (was["is_silent"], was["current_run"], was["longest_gap"]) == (False, 9, 0)
    assert (now["is_silent"], now["current_run"], now["longest_gap"]) == (True, 0, 1)
    assert now["last_period"] == SLICES_OF_TODAY
    assert after[SILENT, "total"]["is_silent"]
    assert after[STEADY, "atvejai"]["current_run"] > 0
    silent = {row["territory_code"]: row["silent_providers"] for row in territories if row["dataset"] == "atvejai"}
    assert silent == {"11": 1, "13": 0, "33": 0, "00": 1}
    month = {
        row["code"]: (row["missing"], row["silent_providers"])
        for row in trend
        if row["dataset"] == "atvejai" and row["month_start"] == date(2018, 10, 1)
    }
    assert month == {
        SILENT: (1, 1),
        STEADY: (0, 0),
        CLOSED: (0, 0),
        "11": (1, 1),
        "13": (0, 0),
        "33": (0, 0),
        "00": (1, 1),
    }


def assert_readers_get_no_counts_of_rows(slices: JudgedSlices, cards: Sequence[Mapping[str, Any]]) -> None:
    """A number of cells checked is a number of rows, which in a small municipality are persons."""
    for table in ("provider_scorecard", "territory_scorecard", "collection_trend"):
        published = rows_of(slices, f"marts.{table}")
        assert len(published) == len(rows_of(slices, f"core.{table}")) > 0
        assert not published[0].keys() & set(CHECKS)
    published = {(row["provider_code"], row["dataset"]): row for row in rows_of(slices, "marts.provider_scorecard")}
    parts = rows_of(slices, "marts.provider_score_parts")
    assert len(parts) == len(WEIGHTS) * len(cards)
    for card in cards:
        key = card["provider_code"], card["dataset"]
        row, own = published[key], [part for part in parts if (part["provider_code"], part["dataset"]) == key]
        assert row["letter"] == card["letter"]
        if card["score"] is not None:
            assert abs(sum(part["points"] or 0 for part in own) - row["score"]) <= Decimal("0.01")
        assert {part["part_lt"] for part in own} >= {"Atitiktis", "Nenutrūkstamumas"}


def deliver_until(slices: JudgedSlices, today: date) -> None:
    """Two years of deliveries on which every word of the methodology's section 5 has something to say."""
    chance = random.Random(5)
    for provider, dataset, period, due in owed(read_registry(slices.settings.registry), today):
        if due > today or (provider, period.text) == (SILENT, SLICES_OF_TODAY):
            continue
        if provider == WAIVED and (dataset != "paslaugos" or period.text in ("2018-03", "2018-04", "2018-06")):
            continue
        at = datetime.combine(due, time(23, 59), VILNIUS)
        if provider == STEADY and period.start.year == 2018 and period.start.month in (2, 5):
            # The first second of the next day is late.
            at += timedelta(minutes=1)
        if (provider, dataset, period.text) == (STEADY, "vertinimai", "2018-04"):
            continue
        rows = [] if provider == NIL else [{}] * 3
        one = slices.deliver(dataset, period.text, rows, provider, received_at=at, reject=provider == REFUSED)
        checked(slices, one, dataset, chance)
        if provider == STEADY and period.text == "2018-07":
            # Late and better: the slice stays on time, and the checks of the later one count.
            late = slices.deliver(dataset, period.text, rows, provider, received_at=at + timedelta(days=9))
            checked(slices, late, dataset, chance)
        if (provider, dataset, period.text) == (STEADY, "pagalbos_planai", "2018-08"):
            with slices.connection.transaction():
                deliveries.withdraw(slices.connection, one)
    checked(slices, slices.deliver("atvejai", "2018-10", [{}], CLOSED), "atvejai", chance)
    checked(slices, slices.deliver("atvejai", "2018-09", [{}], IN_TEST), "atvejai", chance)
    with slices.connection.transaction():
        head = deliveries.Head(
            "command", None, "0" * 64, datetime(2018, 11, 2, 9, 0, tzinfo=VILNIUS), NIL, "uzimtumas",
            Period.parse(SLICES_OF_TODAY), "33",
        )  # fmt: skip
        deliveries.confirm_empty(slices.connection, head)
        for dataset, periods, until in (
            ("paslaugos", ("2018-03", "2018-04"), date(2018, 12, 31)),
            ("paslaugos", ("2018-05",), date(2018, 12, 31)),
            ("paslaugos", ("2018-06",), date(2018, 10, 1)),
            ("socialines_rizikos_vaikai", [f"2018-{month:02}" for month in range(1, 13)], date(2018, 12, 31)),
        ):
            waivers.waive(slices.connection, WAIVED, dataset, map(Period.parse, periods), "Keičiama sistema", until)


def checked(slices: JudgedSlices, delivery_id: int, dataset: str, chance: random.Random) -> None:
    """Results of every rule, as a judging would leave them: of what is empty nothing applies."""
    run = slices.connection.execute("select max(run_id) from ops.runs").fetchone()
    run_id = run[0] if run and run[0] else slices.pin(date(2018, 1, 1))
    asked = 0 if not slices.rows_landed[delivery_id] else 40
    rows = []
    for rule in rules_of(contracts(), dataset):
        applies = chance.choice((0, asked, 3 * asked))
        broken = chance.randint(0, applies) if chance.random() < 0.2 else 0
        status = "failed" if broken else "passed" if applies else "not_applicable"
        words = (rule.severity, rule.responsibility, rule.dimension, rule.scope)
        rows.append((run_id, delivery_id, rule.code, status, *words, applies, broken))
    with slices.connection.cursor() as cursor:
        cursor.executemany(
            "insert into quality.check_results (run_id, delivery_id, rule_code, status, severity, responsibility,"
            " dimension, scope, checked, failed) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )


def owed(providers: Mapping[str, Provider], today: date) -> Iterator[tuple[str, str, Period, date]]:
    """Every slice that registry and calendar expect, whose period has begun: provider, dataset, period, due day."""
    declared = contracts()
    for code, provider in providers.items():
        for promise in declared.kinds[provider.kind].delivers if not provider.is_in_test else ():
            for period in periods_between(provider.valid_from, today, declared.datasets[promise.dataset].period):
                if is_expected(promise, period, provider.valid_from, provider.valid_to):
                    yield code, promise.dataset, period, due_on(promise, period)


@dataclass
class Slice:
    """What is known of one slice on a day."""

    provider: str
    dataset: str
    period: Period
    municipality: str | None
    counts: dict[str, int]
    is_past_due: bool = True
    is_unexpected: bool = False
    checks: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CHECKS, 0))


class Recomputed:
    """The collection on a day, from registry, calendar, deliveries, waivers and check results alone."""

    def __init__(self, slices: JudgedSlices, today: date) -> None:
        self.today = today
        self.rules = {rule.code: rule for name in contracts().datasets for rule in rules_of(contracts(), name)}
        providers = read_registry(slices.settings.registry)
        came: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        for row in rows_of(slices, "ops.deliveries"):
            came.setdefault((row["provider_code"], row["dataset"], row["period"]), []).append(row)
        results: dict[int, list[dict[str, Any]]] = {}
        for row in rows_of(slices, "quality.check_results"):
            if row["delivery_id"] is not None:
                results.setdefault(row["delivery_id"], []).append(row)
        excused = {
            (row["provider_code"], row["dataset"], row["period"])
            for row in rows_of(slices, "ops.waivers")
            if row["until"] >= today
        }
        self.slices: list[Slice] = []
        expected = {(code, name, period.text): due for code, name, period, due in owed(providers, today)}
        for key in expected.keys() | came.keys():
            code, name, text = key
            period = Period.parse(text)
            speaking = [one for one in came.get(key, ()) if one["verdict"] in ("accepted", "accepted_with_findings")]
            first = min(
                (
                    one["received_at"].astimezone(VILNIUS).date()
                    for one in came.get(key, ())
                    if one["verdict"] in ("accepted", "accepted_with_findings", "superseded")
                ),
                default=date.max,
            )
            if providers[code].is_in_test:
                continue
            due = expected.get(key)
            if due is None and (not speaking or period.end >= today):
                continue
            is_past_due = due is None or due < today
            is_excused = key in excused and not speaking
            counts = {
                "expected": due is not None and is_past_due and not is_excused,
                "accepted": is_past_due and bool(speaking),
                "on_time": due is not None and is_past_due and bool(speaking) and first <= due,
                "missing": due is not None and is_past_due and not is_excused and not speaking,
                "waived": is_past_due and is_excused,
            }
            found = Slice(
                code,
                name,
                period,
                providers[code].municipality_code,
                {count: int(is_so) for count, is_so in counts.items()},
                is_past_due,
                due is None,
            )
            if counts["accepted"]:
                for result in results.get(speaking[0]["delivery_id"], ()):
                    self._count(found.checks, self.rules[result["rule_code"]], result)
            self.slices.append(found)

    @staticmethod
    def _count(checks: dict[str, int], rule: Rule, result: Mapping[str, Any]) -> None:
        if rule.scope is Scope.FILE:
            return
        part, whole = "consistency_passed", "consistency_applicable"
        if rule.scope in (Scope.CELL, Scope.ROW):
            part, whole = "conformance_passed", "conformance_applicable"
        if rule.scope is Scope.CELL and rule.dimension is Dimension.COMPLETENESS:
            part, whole = "completeness_filled", "completeness_required"
        checks[part] += result["checked"] - result["failed"]
        checks[whole] += result["checked"]

    def rates(self) -> list[dict[str, Any]]:
        """The rows of reporting_rate."""
        wanted = (
            "provider_code", "dataset", "expected", "accepted", "on_time", "reporting_rate", "timeliness", "continuity",
            "longest_gap", "current_run", "last_period",
        )  # fmt: skip
        return [{name: card[name] for name in wanted} for card in self.provider_cards() if not card["is_total"]]

    def provider_cards(self) -> list[dict[str, Any]]:
        """The rows of provider_scorecard."""
        by_dataset = self._cards_of_datasets()
        cards = [scored(card) for card in by_dataset]
        for code in {card["provider_code"] for card in by_dataset}:
            own = [card for card in by_dataset if card["provider_code"] == code]
            counted = [card for card in own if card["is_current"]] or own
            head = {"provider_code": code, "municipality_code": own[0]["municipality_code"], "last_period": None}
            state = {
                "is_current": any(card["is_current"] for card in own),
                "is_silent": any(card["is_silent"] for card in counted),
            }
            cards.append(scored(head | summed(counted) | state))
        return cards

    def territory_cards(self) -> list[dict[str, Any]]:
        """The rows of territory_scorecard."""
        current = [card for card in self._cards_of_datasets() if card["is_current"]]
        cards = []
        for level, code, own in placed(current, lambda card: card["municipality_code"]):
            for dataset in {card["dataset"] for card in own} | {"total"}:
                counted = [card for card in own if dataset in ("total", card["dataset"])]
                head = {
                    "territory_level": level,
                    "territory_code": code,
                    "providers": len({card["provider_code"] for card in counted if card["expected"]}),
                    "silent_providers": len({card["provider_code"] for card in counted if card["is_silent"]}),
                }
                cards.append(scored(head | summed(counted) | {"dataset": dataset, "is_total": dataset == "total"}))
        return cards

    def trend(self) -> list[dict[str, Any]]:
        """The rows of collection_trend."""
        rows = []
        seen = [one for one in self.slices if any(one.counts.values())]
        levels = [
            ("provider", code, [one for one in seen if one.provider == code]) for code in {o.provider for o in seen}
        ]
        levels += list(placed(seen, lambda one: one.municipality))
        for level, code, own in levels:
            keys = {(name, one.period.end.replace(day=1)) for one in own for name in (one.dataset, "total")}
            for dataset, month in keys:
                counted = [
                    one for one in own if dataset in ("total", one.dataset) and one.period.end.replace(day=1) == month
                ]
                row = {
                    "level": level,
                    "code": code,
                    "dataset": dataset,
                    "is_total": dataset == "total",
                    "month_start": month,
                    "providers": len({one.provider for one in counted if one.counts["expected"]}),
                    "silent_providers": len({one.provider for one in counted if one.counts["missing"]}),
                    **total(one.counts for one in counted),
                    **total(one.checks for one in counted),
                }
                shares = shares_of(row)
                del shares["continuity"]
                rows.append(row | shares)
        return rows

    def _cards_of_datasets(self) -> list[dict[str, Any]]:
        cards = []
        for code, name in sorted({(one.provider, one.dataset) for one in self.slices}):
            own = [one for one in self.slices if (one.provider, one.dataset) == (code, name)]
            expected = sorted((one for one in own if one.counts["expected"]), key=lambda one: one.period, reverse=True)
            window = expected[:WINDOW]
            first = window[-1].period.start if window else date.min
            others = [
                one
                for one in own
                if (one.is_unexpected and one.period.start >= first)
                or (one.counts["waived"] and (one.period.start >= first or len(expected) < WINDOW))
            ]
            counted = window + others
            gap = longest = 0
            for one in window:
                gap = gap + 1 if one.counts["missing"] else 0
                longest = max(longest, gap)
            run = next((place for place, one in enumerate(window) if one.counts["missing"]), len(window))
            last_end = max(one.period.end for one in own)
            cards.append(
                {
                    "provider_code": code,
                    "dataset": name,
                    "is_total": False,
                    "municipality_code": own[0].municipality,
                    "is_current": months_after(last_end, MEMORY_MONTHS) >= self.today,
                    "is_silent": bool(window) and run == 0,
                    "periods": len(window),
                    "longest_gap": longest,
                    "current_run": run,
                    "last_period": window[0].period.text if window else None,
                    **total(one.counts for one in counted),
                    **total(one.checks for one in counted),
                }
            )
        return cards


def months_after(day: date, months: int) -> date:
    assert months == 12
    return day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else date(day.year + 1, 2, 28)


def placed(items: Sequence[Any], municipality: Any) -> Iterator[tuple[str, str, list[Any]]]:
    """Level, code and what is in it."""
    yield "nation", "00", list(items)
    for code in sorted({municipality(item) for item in items} - {None}):
        yield "municipality", code, [item for item in items if municipality(item) == code]


def total(of: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in of:
        for name, number in one.items():
            found[name] = found.get(name, 0) + number
    return found


def summed(cards: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts of scorecards added up; the longest gap, the shortest run, the most periods of any."""
    return {
        "dataset": "total",
        "is_total": True,
        "periods": max(card["periods"] for card in cards),
        "longest_gap": max(card["longest_gap"] for card in cards),
        "current_run": min((card["current_run"] for card in cards if card["expected"]), default=0),
        **total({name: card[name] for name in (*COUNTS, *CHECKS)} for card in cards),
    }


def shares_of(counts: Mapping[str, Any]) -> dict[str, Fraction | None]:
    """Part -> percent; None where there is nothing to share."""
    fractions = {
        "reporting_rate": (counts["accepted"], counts["expected"]),
        "timeliness": (counts["on_time"], counts["expected"]),
        "conformance": (counts["conformance_passed"], counts["conformance_applicable"]),
        "completeness": (counts["completeness_filled"], counts["completeness_required"]),
        "consistency": (counts["consistency_passed"], counts["consistency_applicable"]),
        "continuity": (counts["expected"] - counts["missing"], counts["expected"]),
    }
    return {part: Fraction(100 * passed, whole) if whole else None for part, (passed, whole) in fractions.items()}


def scored(counts: Mapping[str, Any]) -> dict[str, Any]:
    """The counts with shares, weights, score and letter."""
    shares = shares_of(counts)
    known = {part: share for part, share in shares.items() if share is not None}
    weight = sum((WEIGHTS[part] for part in known), Fraction())
    score = sum((WEIGHTS[part] * share for part, share in known.items()), Fraction()) / weight if known else None
    if not counts["expected"]:
        score = None
    letter = None
    if score is not None and counts["periods"] >= 3:
        letter = next((name for name, bound in (("A", 95), ("B", 85), ("C", 70)) if score >= bound), "D")
    weights = {f"{part}_weight": value for part, value in WEIGHTS.items()}
    return {**counts, **shares, **weights, "weight_known": weight, "score": score, "letter": letter}


def rows_of(slices: JudgedSlices, table: str) -> list[dict[str, Any]]:
    with slices.connection.cursor(row_factory=dict_row) as cursor:
        name = sql.Identifier(*table.split("."))
        return cursor.execute(sql.SQL("select * from {}").format(name)).fetchall()


def assert_alike(computed: Sequence[dict[str, Any]], expected: Sequence[dict[str, Any]], key: Sequence[str]) -> None:
    """The same keys, and under each the same columns and values; fractions to nine decimals."""
    found, wanted = ({tuple(row[name] for name in key): row for row in rows} for rows in (computed, expected))
    assert len(found) == len(computed)
    assert found.keys() == wanted.keys()
    for name, row in wanted.items():
        assert row.keys() == found[name].keys()
        differ = {
            column: (found[name][column], value)
            for column, value in row.items()
            if not same(found[name][column], value)
        }
        assert not differ, (name, differ)


def same(computed: Any, expected: Any) -> bool:
    if isinstance(expected, Fraction) and computed is not None:
        return abs(Fraction(computed) - expected) < Fraction(1, 10**9)
    return bool(computed == expected)
