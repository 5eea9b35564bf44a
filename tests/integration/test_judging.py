"""Deliveries are judged: results, row issues and verdicts, on a real Postgres with Great Expectations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from landed_directly import VDA, answer, assessment, case, ensure_tables, land

from aim.clock import Clock
from aim.contracts.load import contracts
from aim.contracts.reference import read_reference
from aim.contracts.rule_sql import rules_of
from aim.ledger import deliveries, runs
from aim.quality.judging import JudgingResult, judge_all
from aim.settings import Settings
from aim.warehouse.connect import Warehouse


class Judging:
    """A warehouse with staging tables and an open night, and what tests ask of it."""

    def __init__(self, settings: Settings, url: str, connection: psycopg.Connection[Any]) -> None:
        self.settings = settings
        self.connection = connection
        self.warehouse = Warehouse(url, url)
        self.run_id = runs.open_run(connection, Clock.at(date(2019, 1, 22)))
        ensure_tables(connection)

    def land(self, dataset: str, rows: Any, **options: Any) -> int:
        return land(self.connection, dataset, rows, **options)

    def judge(self, **options: Any) -> JudgingResult:
        return judge_all(self.warehouse, self.settings, self.run_id, **options)

    def delivery(self, delivery_id: int) -> tuple[Any, ...]:
        """verdict, reason_code, rows loaded, quarantined, duplicate"""
        found = self.connection.execute(
            "select verdict, reason_code, rows_loaded, rows_quarantined, rows_duplicate"
            " from ops.deliveries where delivery_id = %s",
            [delivery_id],
        ).fetchone()
        assert found is not None
        return found

    def issues(self, delivery_id: int) -> list[tuple[Any, ...]]:
        return self.connection.execute(
            "select row_number, rule_code, field, out from quality.row_issues"
            " where delivery_id = %s order by row_number, rule_code, field",
            [delivery_id],
        ).fetchall()

    def results(self, delivery_id: int) -> dict[str, tuple[str, int, int, str | None]]:
        return {
            row[0]: row[1:]
            for row in self.connection.execute(
                "select rule_code, status, checked, failed, reason from quality.check_results"
                " where delivery_id = %s and is_current",
                [delivery_id],
            )
        }


@pytest.fixture
def judging(warehouse: Any) -> Iterator[Judging]:
    yield Judging(warehouse.settings, warehouse.url, warehouse.connection)


def plenty(count: int = 12) -> list[dict[str, Any]]:
    """Sound cases enough that a few broken ones do not reject the delivery."""
    return [case(f"A-{number}") for number in range(1, count + 1)]


def test_a_sound_delivery_is_accepted_and_every_rule_answers(judging: Judging) -> None:
    delivery = judging.land("atvejai", plenty())
    result = judging.judge()
    assert judging.delivery(delivery) == ("accepted", None, 12, 0, 0)
    assert judging.issues(delivery) == []
    results = judging.results(delivery)
    assert results.keys() == {rule.code for rule in rules_of(contracts(), "atvejai")}
    assert results["VIS-001"] == ("passed", 72, 0, None)
    assert results["VIS-011"] == ("not_applicable", 0, 0, "nothing to check")
    assert {status for status, *_ in results.values()} == {"passed", "not_applicable"}
    assert (result.deliveries, result.rows, result.verdicts) == (1, 12, {"accepted": 1})


def test_rows_that_break_an_error_rule_are_out_and_a_query_keeps_them(judging: Judging) -> None:
    rows = [*plenty(), case("A-20", seimos_nr=None), case("A-21", sav="11")]
    delivery = judging.land("atvejai", rows)
    judging.judge()
    assert judging.delivery(delivery) == ("accepted_with_findings", None, 13, 1, 0)
    assert judging.issues(delivery) == [(14, "VIS-001", "seimos_nr", True), (15, "VIS-008", "sav", False)]
    assert judging.results(delivery)["VIS-001"] == ("failed", 84, 1, None)


def test_more_than_a_fifth_quarantined_of_the_rows_received_rejects(judging: Judging) -> None:
    alike = case("A-1")
    just = judging.land(
        "atvejai", [alike, alike, alike, *(case(f"B-{n}") for n in range(5)), case("C", sav="99"), case("D", sav="99")]
    )
    more = judging.land(
        "atvejai", [*(case(f"B-{n}") for n in range(7)), case("C", sav="99"), case("D", sav="99")], period="2018-09"
    )
    judging.judge()
    assert judging.delivery(just) == ("accepted_with_findings", None, 6, 2, 2)
    assert judging.delivery(more) == ("rejected", "too_many_quarantined", 0, 9, 0)


def test_rows_alike_count_as_duplicates_and_keys_repeated_with_other_content_are_out(judging: Judging) -> None:
    rows = [
        *plenty(20),
        case("R-1"),
        case("R-1"),
        case("R-2"),
        case("R-2", seimos_nr="other"),
        case("R-2"),
        case("R-3", seimos_nr=None, _unreadable=["seimos_nr"]),
        case("R-3", seimos_nr=None, _unreadable=["seimos_nr"]),
        case("R-4", atvejo_nr=None),
        case("R-4", atvejo_nr=None),
    ]
    # 20 sound rows at 2..21
    delivery = judging.land("atvejai", rows * 1)
    judging.judge()
    issues = judging.issues(delivery)
    assert [row for row, code, *_ in issues if code == "VIS-004"] == [24, 25, 27, 28]
    duplicates = judging.connection.execute(
        "select row_number from staging.atvejai where _duplicate order by 1"
    ).fetchall()
    assert duplicates == [(23,), (26,)]


def test_a_delivery_waits_for_the_slice_its_rules_look_at_and_is_judged_again(judging: Judging) -> None:
    assessed = judging.land("vertinimai", [*assessment("V-1"), answer("V-2", "1.1", atvejo_nr="A-99")])
    judging.judge()
    assert judging.results(assessed)["VER-001"] == ("not_applicable", 0, 0, "waiting:atvejai")
    assert judging.delivery(assessed)[:4] == ("accepted_with_findings", None, 29, 0)
    cases = judging.land("atvejai", plenty())
    judging.judge()
    assert judging.results(assessed)["VER-001"] == ("failed", 29, 1, None)
    assert judging.delivery(assessed)[:4] == ("accepted_with_findings", None, 28, 1)
    deliveries.withdraw(judging.connection, cases)
    judging.judge()
    assert judging.results(assessed)["VER-001"][0] == "not_applicable"
    assert judging.delivery(assessed)[:4] == ("accepted_with_findings", None, 29, 0)


def test_cases_taken_out_are_no_known_cases(judging: Judging) -> None:
    judging.land("atvejai", [*plenty()[1:], case("A-1", sav="99")])
    assessed = judging.land(
        "vertinimai", [*assessment("V-1"), *assessment("V-2", atvejo_nr="A-2")] + assessment("V-3", atvejo_nr="A-3") * 3
    )
    judging.judge()
    assert judging.results(assessed)["VER-001"] == ("failed", 84, 28, None)


def test_a_nil_return_is_accepted_and_no_rule_applies(judging: Judging) -> None:
    delivery = judging.land("atvejai", [], is_nil=True)
    judging.judge()
    assert judging.delivery(delivery) == ("accepted", None, 0, 0, 0)
    results = judging.results(delivery)
    # What was open a month ago and is not here is asked about all the same.
    assert results.pop("ATV-003") == ("not_applicable", 0, 0, "waiting:atvejai")
    assert set(results.values()) == {("not_applicable", 0, 0, "nil return")}
    assert results.keys() | {"ATV-003"} == {rule.code for rule in rules_of(contracts(), "atvejai")}


def test_the_same_file_again_leaves_nothing_behind(judging: Judging) -> None:
    first = judging.land("atvejai", plenty(), content="one")
    judging.judge()
    again = judging.land("atvejai", [*plenty()[1:], case("A-1", sav="11")], content="one")
    judging.judge()
    assert judging.delivery(first)[0] == "accepted"
    assert judging.delivery(again) == ("duplicate", None, 0, 0, 12)
    assert judging.issues(again) == []
    assert judging.results(again) == {}
    assert judging.connection.execute("select count(*) from staging.atvejai").fetchone() == (12,)


def population(year: int, times: int = 1) -> list[dict[str, Any]]:
    municipalities = read_reference(Settings.from_env().reference).municipalities
    return [
        {"sav": code, "metai": year, "amzius": age, "viso": 10 * times, "berniukai": 5 * times, "mergaites": 5 * times}
        for code in municipalities
        for age in range(18)
    ]


def test_a_file_rule_rejects_the_delivery(judging: Judging) -> None:
    delivery = judging.land("gyventojai", population(2018)[1:], period="2018", provider=VDA, municipality=None)
    judging.judge()
    found = judging.connection.execute(
        "select verdict, reason_code, reason_detail, rows_quarantined from ops.deliveries where delivery_id = %s",
        [delivery],
    ).fetchone()
    assert found == ("rejected", "file_rule", "GYV-001", 1079)
    assert judging.issues(delivery) == [(0, "GYV-001", "", False)]


def test_periods_that_came_together_are_compared(judging: Judging) -> None:
    # The later year first: it is compared with the earlier one all the same.
    rows = [dict(row, viso=20, berniukai=10, mergaites=10) if row["sav"] == "33" else row for row in population(2018)]
    later = judging.land("gyventojai", rows, period="2018", provider=VDA, municipality=None)
    earlier = judging.land("gyventojai", population(2017), period="2017", provider=VDA, municipality=None)
    judging.judge()
    # Of the first year it owes, nothing earlier can come.
    assert judging.results(earlier)["GYV-003"] == ("not_applicable", 0, 0, "nothing to check")
    assert judging.results(later)["GYV-003"] == ("failed", 60, 1, None)
    assert judging.delivery(later)[0] == "accepted_with_findings"


def test_a_period_is_compared_again_when_the_one_before_comes_or_is_replaced(judging: Judging) -> None:
    def population_came(year: int, times: int = 1) -> int:
        return judging.land("gyventojai", population(year, times), period=str(year), provider=VDA, municipality=None)

    later = population_came(2018)
    judging.judge()
    assert judging.results(later)["GYV-003"] == ("not_applicable", 0, 0, "waiting:gyventojai")
    earlier = population_came(2017, 2)
    judged = judging.judge()
    assert (judged.deliveries, judged.compared) == (1, 2)
    assert judging.results(later)["GYV-003"] == ("failed", 60, 60, None)
    replaced = population_came(2017)
    judging.judge()
    assert judging.results(later)["GYV-003"] == ("passed", 60, 0, None)
    assert judging.delivery(later)[0] == "accepted"
    deliveries.withdraw(judging.connection, replaced)
    judging.judge()
    assert judging.results(later)["GYV-003"][0] == "failed"
    deliveries.withdraw(judging.connection, earlier)
    judging.judge()
    assert judging.results(later)["GYV-003"][0] == "not_applicable"


def test_a_withdrawal_waits_for_a_judging_to_end(judging: Judging) -> None:
    delivery = judging.land("atvejai", plenty())
    with judging.warehouse.connect() as other:
        deliveries.judge_alone(other)
        judging.connection.execute("set lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            deliveries.withdraw(judging.connection, delivery)
    deliveries.withdraw(judging.connection, delivery)
    assert judging.delivery(delivery)[0] == "withdrawn"


def test_a_second_judgement_replaces_the_first(judging: Judging) -> None:
    delivery = judging.land("atvejai", [*plenty(), case("A-21", sav="11")])
    judging.judge()
    before = judging.issues(delivery), judging.results(delivery)
    judging.connection.execute("update ops.deliveries set needs_judging = true")
    judging.judge()
    assert (judging.issues(delivery), judging.results(delivery)) == before
    assert judging.connection.execute("select count(*) from quality.check_results").fetchone() == (len(before[1]),)


def test_nothing_to_judge_needs_no_great_expectations(judging: Judging) -> None:
    assert judging.judge() == JudgingResult()
