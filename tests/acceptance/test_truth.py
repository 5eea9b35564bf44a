"""Does a night find exactly what was planted, and count exactly what the sample's own model counts?"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from aim.sample import write_sample
from aim.warehouse.connect import warehouse
from tests.acceptance.nights import NightHome, night_home

FIRST, LAST = "2018-10", "2018-12"
REFUSED_BY_NAME = {"bad_name", "unknown_provider", "not_expected", "too_early"}
"""Nothing of such a file was read, so the ledger knows no rows of it."""


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[NightHome, list[dict[str, Any]]]:
    """A home whose inbox of all municipalities, a third of its files with a defect, has been landed and judged."""
    home = night_home(tmp_path_factory.mktemp("faulty") / "home")
    inbox = Path(home.settings.inbox)
    write_sample(inbox, FIRST, LAST, scale=0.1, seed=11, faults=0.33)
    planted = json.loads((inbox / "truth.json").read_text("utf-8"))["files"]
    with warehouse(home.settings):
        run_id = home.open_night()
        for call in ("load_reference", "land", "check"):
            home.finish(call, run_id)
    return home, planted


@pytest.mark.timeout(600)
def test_every_file_gets_the_verdict_it_was_planted_for(faulty: tuple[NightHome, list[dict[str, Any]]]) -> None:
    home, planted = faulty
    with warehouse(home.settings) as house, house.connect() as connection:
        found = Counter(
            (channel, name, verdict, reason)
            for channel, name, verdict, reason in connection.execute(
                "select channel, file_name, verdict, reason_code from ops.deliveries"
            ).fetchall()
        )
    wanted = Counter(
        (one["file"].split("/")[0], one["file"].split("/")[1], one["verdict"], one["reason"])
        for one in planted
        if one["verdict"] is not None
    )
    assert found == wanted
    kinds = {defect["kind"] for one in planted for defect in one["planted"]}
    assert len(kinds) >= 17, kinds


@pytest.mark.timeout(600)
def test_every_row_is_where_it_was_planted(faulty: tuple[NightHome, list[dict[str, Any]]]) -> None:
    home, planted = faulty
    with warehouse(home.settings) as house, house.connect() as connection:
        rows = {
            (channel, name, received): (quarantined, duplicate)
            for channel, name, received, quarantined, duplicate in connection.execute(
                "select channel, file_name, rows_received, rows_quarantined, rows_duplicate from ops.deliveries"
                " where verdict in ('accepted', 'accepted_with_findings', 'superseded')"
            ).fetchall()
        }
        out = {
            (channel, name): numbers
            for channel, name, numbers in connection.execute(
                "select channel, file_name, array_agg(distinct row_number order by row_number)"
                " from quality.row_issues inner join ops.deliveries using (delivery_id)"
                " where out and verdict <> 'rejected' group by channel, file_name"
            ).fetchall()
        }
    accepted = ("accepted", "accepted_with_findings", "superseded")
    cases_came = {
        (one["provider"], one["period"])
        for one in planted
        if one["dataset"] == "atvejai" and one["verdict"] in accepted
    }
    for one in planted:
        if one["verdict"] not in accepted:
            continue
        channel, name = one["file"].split("/")
        waits = (one["provider"], one["period"]) not in cases_came and any(
            defect["kind"] == "unknown_case" for defect in one["planted"]
        )
        # While the cases of the month have not come nobody can say which case is unknown.
        quarantined = 0 if waits else one["quarantined"]
        assert rows[channel, name, one["rows"]] == (quarantined, one["duplicate"]), one["file"]
        assert len(out.get((channel, name), [])) == quarantined, one["file"]
    assert sum(map(len, out.values())) > 20


@pytest.mark.timeout(900)
def test_a_sound_sample_gives_the_numbers_of_its_own_model(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = night_home(tmp_path_factory.mktemp("sound") / "home")
    inbox = Path(home.settings.inbox)
    write_sample(inbox, FIRST, LAST, scale=0.1, seed=12)
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
