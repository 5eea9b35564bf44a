"""`aim status` says what is expected, what came, what lies unjudged and who is silent, as the ledger counts it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from pathlib import Path

import pytest
from command_line import command_line
from judged_slices import AGENCY, CENTRES, JudgedSlices
from rich.console import Console
from tests.conftest import fresh_warehouse

from aim.clock import VILNIUS, Clock
from aim.contracts.calendar import Period
from aim.ledger import answers, contacts, deliveries, runs, waivers
from aim.orchestration.status import Status, StatusError, status_of
from aim.orchestration.status_told import print_status
from aim.settings import Settings
from aim.warehouse import embedded

THERE, NEAR, FAR = CENTRES
TODAY = date(2019, 1, 22)
MONTHS = [f"2018-{month:02}" for month in range(5, 13)]


@pytest.fixture(scope="module")
def kept(
    server: embedded.ServerAddress, tmp_path_factory: pytest.TempPathFactory, dbt_folder: Path
) -> Iterator[JudgedSlices]:
    """Cases of eight months: one centre delivers all but the last two, one nothing, one all and on time but once."""
    settings = Settings.from_env({"AIM_HOME": str(tmp_path_factory.mktemp("status"))})
    with fresh_warehouse(server, settings, dbt_folder) as warehouse:
        made = JudgedSlices(warehouse.connection, warehouse.settings, warehouse.url)
        deliver(made)
        yield made


@pytest.fixture
def slices(kept: JudgedSlices) -> Iterator[JudgedSlices]:
    """The same for each test."""
    with kept.connection.transaction(force_rollback=True):
        yield kept


def deliver(made: JudgedSlices) -> None:
    for month in MONTHS:
        end = Period.parse(month).end
        late = month == "2018-09"
        day = date(end.year + end.month // 12, end.month % 12 + 1, 20 if late else 4)
        made.deliver("atvejai", month, [], FAR, received_at=datetime(day.year, day.month, day.day, 9, tzinfo=VILNIUS))
        if month < "2018-11":
            made.deliver("atvejai", month, [], NEAR)
    made.deliver("atvejai", "2018-12", [], NEAR, reject=True)
    waivers.waive(made.connection, THERE, "atvejai", [Period.parse("2018-10")], "moved", date(2020, 1, 1))
    deliveries.confirm_empty(
        made.connection,
        deliveries.Head("command", None, None, moment(), THERE, "vertinimai", Period.parse("2018-12"), "33"),
    )
    run_id = made.pin(TODAY)
    with made.connection.transaction():
        runs.note_stage(made.connection, run_id, "land", 3.2, {})
        runs.close_run(made.connection, run_id, "succeeded")
    waiting = deliveries.Head(
        "upload", "vertinimai.csv", "9", moment(), NEAR, "vertinimai", Period.parse("2018-12"), "11"
    )
    deliveries.record_received(made.connection, 900, waiting, 3, False, "archived")
    come_back(made)


def come_back(made: JudgedSlices) -> None:
    """Two lists of findings: one taken but for a row, one refused as a whole."""
    for provider, day in ((FAR, 14), (NEAR, 15)):
        head = answers.AnswerHead(
            "email", "klaidos.csv", str(day), datetime(2019, 1, day, 23, 30, tzinfo=VILNIUS), provider, "atvejai",
            "2018-12", 1,
        )  # fmt: skip
        if provider == NEAR:
            answers.record_refused(made.connection, head, "no_reasons")
            continue
        outcomes = answers.Outcomes()
        for line, outcome in enumerate(("answered", "answered", "blank", "unclear"), 2):
            outcomes.add(outcome, line)
        answers.settle(made.connection, answers.record_taken(made.connection, head), outcomes, 2, 0)


def moment() -> datetime:
    return datetime(2019, 1, 9, 8, tzinfo=VILNIUS)


def status(slices: JudgedSlices, provider: str | None = None, period: str | None = None) -> Status:
    return status_of(slices.settings, slices.connection, provider, period)


def told(found: Status, lang: str = "en", width: int = 120) -> str:
    file = StringIO()
    print_status(found, lang, Console(file=file, width=width, highlight=False))
    return file.getvalue()


def test_the_counts_are_those_of_the_ledger(slices: JudgedSlices) -> None:
    found = status(slices)
    expected = slices.connection.execute(
        "select count(*) from ops.obligations where due_on < '2019-01-22' and status <> 'waived'"
    ).fetchone()
    # Nobody has more than twelve slices here: the window holds all.
    assert expected == (found.reporting.expected,)
    by_dataset = {one.dataset: one for one in found.datasets}
    cases = by_dataset["atvejai"]
    assert (cases.period, cases.due_on, cases.expected) == ("2018-12", date(2019, 1, 10), 3)
    assert (cases.on_time, cases.rejected, cases.not_received, cases.accepted) == (1, 1, 1, 1)
    assert by_dataset["vertinimai"].confirmed_empty == 1
    assert by_dataset["gyventojai"].period == "2018"
    assert found.reporting.accepted == sum(
        count.slices
        for count in found.counts
        if count.status in ("on_time", "late", "confirmed_empty") and count.due_on < TODAY
    )
    assert [(one.dataset, one.new, one.again) for one in found.unjudged] == [("vertinimai", 1, 1)]
    assert not found.incidents and not found.slices


def test_who_is_silent_and_since_when(slices: JudgedSlices) -> None:
    found = {(one.provider_code, one.dataset): one for one in status(slices).silences}
    assert (FAR, "atvejai") not in found
    # June to December but for the waived October; May is the first it owed.
    assert (found[THERE, "atvejai"].missing, found[THERE, "atvejai"].since) == (7, date(2018, 6, 11))
    assert found[THERE, "atvejai"].last_period is None
    assert (found[NEAR, "atvejai"].missing, found[NEAR, "atvejai"].since) == (2, date(2018, 12, 10))
    assert found[NEAR, "atvejai"].last_period == "2018-10"
    assert (THERE, "vertinimai") not in found
    since = [one.since for one in status(slices).silences]
    assert since == sorted(since)


def test_one_provider(slices: JudgedSlices) -> None:
    found = status(slices, FAR)
    cases = [one for one in found.slices if one.dataset == "atvejai" and one.due_on < TODAY]
    assert [one.status for one in cases] == ["on_time"] * 4 + ["late"] + ["on_time"] * 3
    assert found.without_contact == [FAR]
    text = told(found)
    assert f"{FAR} Centras 13" in text
    assert "Vilniaus m. sav.; delivers from 2018-05-01" in text
    assert "2018-09  atvejai" in text and "with findings" not in text
    assert "No mail reaches it" in text


def test_lists_that_came_back_are_of_whom_and_when_is_asked(slices: JudgedSlices) -> None:
    assert [(one.provider_code, one.verdict, one.rows_not_taken) for one in status(slices).answers] == [
        (NEAR, "refused", 0),
        (FAR, "taken", 1),
    ]
    assert [one.provider_code for one in status(slices, FAR).answers] == [FAR]
    assert status(slices, period="2018-11").answers == []
    told_as_json = status(slices, FAR, "2018-12").as_dict()["answers"]
    assert [(one["received_at"][:10], one["findings"], one["rows_not_taken"]) for one in told_as_json] == [
        ("2019-01-14", 2, 1)
    ]


def test_one_period(slices: JudgedSlices) -> None:
    found = status(slices, period="2018-12")
    assert {one.period for one in found.datasets} == {"2018-12"}
    text = told(found)
    assert f"{NEAR}  Centras 11" in text and "rejected (file_rule)" in text
    assert FAR not in [line.split()[0] for line in text.splitlines() if "atvejai" in line]
    both = status(slices, NEAR, "2018-12")
    assert {(one.provider_code, one.period) for one in both.slices} == {(NEAR, "2018-12")}


def test_it_is_told_in_both_languages_at_any_width(slices: JudgedSlices) -> None:
    contacts_of = "insert into ops.contacts (provider_code, email) values (%s, 'a@example.invalid')"
    for provider in [AGENCY, *CENTRES]:
        slices.connection.execute(contacts_of, (provider,))
    assert contacts.reachable(slices.connection)
    found = status(slices)
    english = told(found)
    assert "Last night: 2019-01-22 (run 1), done" in english
    assert "Stages: land 3 s" in english
    assert "Not judged yet: vertinimai 1 new, 1 again" in english
    assert "Silent now: 14 providers, the longest first" in english
    assert "No mail reaches 11 providers" in english
    refused, taken = (line.split() for line in english.splitlines() if line.lstrip().startswith("2019-01-1"))
    assert (refused[:2], refused[-5:]) == (["2019-01-15", NEAR], ["1", "0", "0", "refused", "(no_reasons)"])
    assert (taken[:2], taken[-4:]) == (["2019-01-14", FAR], ["1", "2", "1", "taken"])
    narrow = told(found, "lt", 80)
    assert "grįžę klaidų sąrašai" in narrow and "atmestas (no_reasons)" in narrow
    assert max(map(len, narrow.splitlines())) <= 80
    assert "Paskutinė naktis: 2019-01-22 (vykdymas 1), pavyko" in narrow
    assert "Dar netikrinta: vertinimai naujų 1, iš naujo 1" in narrow
    assert "Dabar tyli 14 teikėjų, pirmas – ilgiausiai" in narrow
    assert "socialines_rizikos_vaikai" in narrow


def test_what_is_ours_to_mend_is_told(slices: JudgedSlices) -> None:
    with slices.connection.transaction():
        failed = runs.open_run(slices.connection, Clock.at(TODAY))
        cost = {"attacked": 3, "cells": 200, "cells_hidden": 25, "counted": 900.0, "counted_hidden": 9.0}
        runs.note_stage(slices.connection, failed, "release", 2, {**cost, "held_back": ["pairs 2018"]})
        runs.close_run(slices.connection, failed, "failed")
    slices.connection.execute(
        "insert into quality.check_results"
        " (run_id, delivery_id, rule_code, status, severity, responsibility, dimension) values"
        " (%(run)s, 900, 'VRT-001', 'errored', 'error', 'operator', 'conformance'),"
        " (%(run)s, null, 'pairs_add_up', 'failed', 'error', 'operator', 'conformance')",
        {"run": failed},
    )
    found = status(slices)
    assert [(one.what, one.rule_code, one.occurrences) for one in found.incidents] == [
        ("check", "VRT-001", 1),
        ("night", None, 1),
        ("promise", "pairs_add_up", 1),
    ]
    text = told(found, "lt", 200)
    assert "Paskutinė naktis: 2019-01-22 (vykdymas 2), nepavyko" in text
    assert "sudarant duomenis neišlaikyta patikra pairs_add_up" in text
    assert "12,50 % skaičių, 1,00 % to, ką jie skaičiuoja; atakuotos 3 rodiklių grupės" in text
    assert "Nepaskelbta, nes paslėptus skaičius būtų galima apskaičiuoti: pairs 2018." in text


def test_what_is_asked_wrongly_is_refused(slices: JudgedSlices) -> None:
    with pytest.raises(StatusError, match="knows a provider 902000000: write its legal code"):
        status(slices, "902000000")
    with pytest.raises(StatusError, match="December is no period: write 2018-10"):
        status(slices, period="December")
    assert "Nothing of it is due yet." in told(status(slices, period="2031-01"))


def test_the_command_gives_everything_as_json(
    kept: JudgedSlices, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    aim = command_line(kept.settings, monkeypatch, capsys)
    code, out, _ = aim("status", "--provider", NEAR, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["run"]["clock_date"] == "2019-01-22"
    assert answer["provider"]["municipality_code"] == "11"
    assert {"run", "counts", "slices", "datasets", "silences", "unjudged", "incidents", "reporting"} <= answer.keys()
    assert answer["silences"][0]["provider_name"] == "Centras 11"
    assert answer["reporting"]["reporting_rate"] == pytest.approx(
        100 * answer["reporting"]["accepted"] / answer["reporting"]["expected"]
    )
