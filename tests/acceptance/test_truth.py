"""Does a night find exactly what was planted, and count exactly what the sample's own model counts?"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from aim.contracts.load import contracts
from aim.sample import write_sample
from aim.warehouse.connect import warehouse
from tests.acceptance.nights import NightHome, night_home

FIRST, LAST = "2017-07", "2018-12"
PLACES = ("33", "75")
READ_WHOLE = {None, "too_many_quarantined", "file_rule"}
"""Of a file refused for anything else the rows were not judged."""
NOT_ASKED = {"SMU-005"}
"""Needs figures of the police that nobody has given."""

Findings = dict[str, set[int]]
Delivery = tuple[str, int]
"""Name in the inbox and second of receipt."""


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[NightHome, list[dict[str, Any]]]:
    """A home whose inbox has been landed and judged: every dataset and kind of provider, 18 months of two
    municipalities, many files with defects.
    """
    home = night_home(tmp_path_factory.mktemp("faulty") / "home")
    inbox = Path(home.settings.inbox)
    write_sample(inbox, FIRST, LAST, scale=0.3, seed=24, faults=0.4, municipalities=PLACES)
    planted = json.loads((inbox / "truth.json").read_text("utf-8"))["files"]
    with warehouse(home.settings):
        run_id = home.open_night()
        for call in ("load_reference", "land", "check"):
            home.finish(call, run_id)
    return home, planted


def _delivery(one: dict[str, Any]) -> Delivery:
    return one["file"], int(datetime.fromisoformat(one["received_at"]).timestamp())


@pytest.mark.timeout(600)
def test_every_file_gets_the_verdict_it_was_planted_for(faulty: tuple[NightHome, list[dict[str, Any]]]) -> None:
    home, planted = faulty
    with warehouse(home.settings) as house, house.connect() as connection:
        found = {
            (f"{channel}/{name}", int(received.timestamp())): outcome
            for channel, name, received, *outcome in connection.execute(
                "select channel, file_name, received_at, verdict, reason_code from ops.deliveries"
            ).fetchall()
        }
    wanted = {_delivery(one): [one["verdict"], one["reason"]] for one in planted if one["file"] is not None}
    assert found == wanted
    assert {one["dataset"] for one in planted} == set(contracts().datasets)
    assert Counter(one["verdict"] for one in planted)["rejected"] > 20


@pytest.mark.timeout(600)
def test_every_row_is_received_out_or_there_twice_as_planted(faulty: tuple[NightHome, list[dict[str, Any]]]) -> None:
    home, planted = faulty
    with warehouse(home.settings) as house, house.connect() as connection:
        rows = {
            (f"{channel}/{name}", int(received.timestamp())): counts
            for channel, name, received, *counts in connection.execute(
                "select channel, file_name, received_at, rows_received, rows_quarantined, rows_duplicate"
                " from ops.deliveries"
            ).fetchall()
        }
    for one in planted:
        if one["file"] is not None and one["reason"] in READ_WHOLE and one["verdict"] != "duplicate":
            assert rows[_delivery(one)] == [one["rows"], one["quarantined"], one["duplicate"]], one["file"]


@pytest.mark.timeout(600)
def test_every_rule_finds_the_rows_of_the_truth_and_no_other(
    faulty: tuple[NightHome, list[dict[str, Any]]],
) -> None:
    """Rule by rule and row by row; the sample works its truth out without reading a rule's SQL."""
    home, planted = faulty
    here: dict[Delivery, Findings] = defaultdict(lambda: defaultdict(set))
    former: dict[Delivery, Findings] = defaultdict(lambda: defaultdict(set))
    with warehouse(home.settings) as house, house.connect() as connection:
        for channel, name, received, rule, row, of_delivery in connection.execute(
            "select channel, file_name, received_at, rule_code, row_number, of_delivery"
            " from quality.row_issues inner join ops.deliveries using (delivery_id)"
        ).fetchall():
            side = here if of_delivery is None else former
            side[f"{channel}/{name}", int(received.timestamp())][rule].add(row)
        errored = connection.execute(
            "select distinct rule_code from quality.check_results where status = 'errored'"
        ).fetchall()
    assert not errored
    seen = set()
    for one in planted:
        if one["file"] is None or one["reason"] not in READ_WHOLE:
            continue
        key = _delivery(one)
        for found, wanted in ((here[key], one["findings"]), (former[key], one["former_findings"])):
            assert {rule: sorted(rows) for rule, rows in found.items()} == wanted, one["file"]
            seen |= set(wanted)
    declared = {rule.code for rules in contracts().rule_sets.values() for rule in rules.rules}
    assert seen == declared - NOT_ASKED


@pytest.mark.timeout(900)
def test_a_sound_sample_gives_the_numbers_of_its_own_model(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = night_home(tmp_path_factory.mktemp("sound") / "home")
    inbox = Path(home.settings.inbox)
    # The datasets behind the three indicators compared: the others' numbers have tests of their own.
    datasets = ("gyventojai", "atvejai", "vertinimai")
    places = ("11", "13", "33", "57", "75", "91")
    write_sample(inbox, "2018-10", LAST, scale=0.2, seed=12, datasets=datasets, municipalities=places)
    totals = json.loads((inbox / "truth.json").read_text("utf-8"))["totals"]
    with warehouse(home.settings) as house:
        run_id = home.open_night()
        for call in ("load_reference", "land", "check", "build core", "build indicators"):
            home.finish(call, run_id)
        with house.connect() as connection:
            values = {
                (code, measure, period.strftime("%Y-%m"), territory, breakdown): (numerator, denominator, status)
                for code, measure, period, territory, breakdown, numerator, denominator, status in connection.execute(
                    "select indicator_code, measure, period_start, territory_code, breakdown_value, numerator,"
                    " denominator, obs_status from core.indicator_current"
                    " where period_grain = 'month' and territory_level in ('municipality', 'nation')"
                ).fetchall()
            }
    assert totals["S01"] and totals["S09"] and totals["P01_P09"]
    for one in totals["S01"]:
        place = one["period"], one["territory_code"]
        for breakdown in ("total", "male", "female"):
            assert values["S01", "main", *place, breakdown][0] == one[breakdown], (place, breakdown)
        assert values["S01", "families", *place, "total"][0] == one["families"], place
    for one in totals["P01_P09"]:
        place = one["period"], one["territory_code"]
        for code, measure, key in (
            ("P01", "main", "improved"), ("P01", "unchanged", "unchanged"), ("P09", "main", "worsened"),
        ):  # fmt: skip
            assert values[code, measure, *place, "total"][:2] == (one[key], one["pairs"]), (code, measure, place)
    for one in totals["S09"]:
        place = one["period"], one["territory_code"]
        for measure in ("level_1", "level_2", "level_3", "level_4", "not_assessed"):
            assert values["S09", measure, *place, "total"][0] == one[measure], (measure, place)
