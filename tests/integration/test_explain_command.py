"""`aim explain` tells of a number what the warehouse holds, and of a question it cannot answer what to write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from command_line import Aim, command_line
from judged_slices import AGENCY, JudgedSlices, case_row, person, population_rows
from psycopg.rows import dict_row
from rich.console import Console
from tests.conftest import TestWarehouse, fresh_warehouse

from aim.clock import VILNIUS
from aim.contracts.calendar import Period
from aim.explain import behind, definition, territories
from aim.explain.behind import counts
from aim.explain.explained import Explained, Question
from aim.explain.number import PeriodName
from aim.explain.told import print_explained
from aim.ledger import deliveries, releases, runs, waivers
from aim.orchestration.explaining import explain_number
from aim.settings import Settings
from aim.warehouse import dbt, embedded

THERE, NEAR, FAR = "902330018", "902110014", "902130019"
"""Case managers of municipalities 33 and 11, of one county, and of 13, of another."""
RELEASED_ON, TODAY = date(2019, 1, 18), date(2019, 1, 22)
DECEMBER = {"code": "S01", "grain": "month", "start": date(2018, 12, 1)}


@pytest.fixture(scope="module")
def house(
    server: embedded.ServerAddress, tmp_path_factory: pytest.TempPathFactory, dbt_folder: Path
) -> Iterator[TestWarehouse]:
    """December published as it stood on the 18th; then one delivery came, one was replaced and one withdrawn."""
    home = tmp_path_factory.mktemp("explained")
    settings = Settings.from_env({"AIM_HOME": str(home)})
    with fresh_warehouse(server, settings, dbt_folder) as fresh:
        slices = JudgedSlices(fresh.connection, fresh.settings, fresh.url)
        withdrawn = deliver_until_release(slices)
        run_id = slices.pin(RELEASED_ON)
        publish(fresh.connection, run_id)
        deliver_since(slices, withdrawn)
        run_id = slices.pin(TODAY)
        dbt.invoke(
            slices.warehouse,
            slices.settings,
            "build",
            "--select",
            "resource_type:seed",
            "tag:core",
            "tag:indicators",
            "--exclude-resource-type",
            "unit_test",
            "test",
            "--vars",
            json.dumps({"run_id": run_id, "clock_date": TODAY.isoformat()}),
        )
        runs.note_stage(fresh.connection, run_id, "build_indicators", 1.0, {})
        deliveries.record_received(fresh.connection, 900, head(NEAR, "2018-12", "next.csv"), 3, False, "archived")
        yield replace(fresh, settings=slices.settings)


def deliver_until_release(slices: JudgedSlices) -> int:
    slices.deliver("gyventojai", "2018", population_rows(2018), AGENCY)
    for month in ("2018-10", "2018-11"):
        slices.deliver("atvejai", month, cases(1, "33"), THERE)
    waivers.waive(slices.connection, THERE, "atvejai", [Period.parse("2018-09")], "moved", date(2020, 1, 1))
    slices.deliver("atvejai", "2018-12", cases(1, "11"), NEAR, reject=True)
    slices.deliver("atvejai", "2018-12", cases(3, "33"), THERE)
    withdrawn = slices.deliver("atvejai", "2018-12", cases(1, "13", first=50), FAR)
    deliveries.confirm_empty(slices.connection, head(NEAR, "2018-12", None, "vertinimai"))
    return withdrawn


def deliver_since(slices: JudgedSlices, withdrawn: int) -> None:
    slices.deliver("atvejai", "2018-12", cases(4, "33"), THERE, channel="upload")
    slices.deliver("atvejai", "2018-12", cases(2, "11", first=20), NEAR, received_at=moment(date(2019, 1, 20)))
    deliveries.withdraw(slices.connection, withdrawn)
    slices.deliver("atvejai", "2018-11", cases(1, "13", first=50), FAR)


def cases(count: int, sav: str, first: int = 1) -> list[dict[str, Any]]:
    return [
        case_row(f"A-{number}", person(number, date(2010, 1, 1), "V"), sav, date(2018, 10, 1), family=f"S-{number}")
        for number in range(first, first + count)
    ]


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=VILNIUS)


def head(provider: str, period: str, file_name: str | None, dataset: str = "atvejai") -> deliveries.Head:
    return deliveries.Head(
        "upload" if file_name else "command", file_name, None, moment(TODAY), provider, dataset, Period.parse(period),
        "11",
    )  # fmt: skip


def publish(connection: psycopg.Connection[Any], run_id: int) -> None:
    """What a release of that night would have said of December, and what one before it had."""
    rows = [("33", "municipality", 3, 100, "A"), ("00", "nation", 4, 50, "P"), ("A1", "county", 3, 50, "P")]
    for nth, instant in enumerate((moment(date(2019, 1, 17)), moment(RELEASED_ON))):
        kind: releases.RoundKind = "revision" if nth else "first"
        release = releases.open_round(connection, run_id, kind, instant.date(), instant)
        for code, level, numerator, coverage, status in rows:
            connection.execute(
                "update core.indicator_values set known_to = %s where territory_code = %s and known_to is null",
                (instant, code),
            )
            connection.execute(
                "insert into core.indicator_values values ('S01', 'main', 'v2', 'month', '2018-12-01', '2018-12-31',"
                " %s, %s, 'total', 'total', %s, 1000, %s, 'per_1000', %s, %s, %s, %s)",
                (level, code, numerator - 1 + nth, numerator - 1 + nth, coverage, status, release, instant),
            )


def explained(
    house: TestWarehouse, indicator: str, territory: str | None = None, period: str | None = None
) -> Explained:
    with house.connect() as connection:
        return explain_number(house.settings, connection, Question(indicator, None, territory, period))


def told(house: TestWarehouse, one: Explained, lang: str = "en", width: int = 120) -> str:
    file = StringIO()
    print_explained(one, lang, Console(file=file, width=width, highlight=False))
    return file.getvalue()


def test_every_number_is_the_one_computed(house: TestWarehouse) -> None:
    """Of every indicator and measure, in one period or another of a municipality, a county or the nation."""
    with house.connection.cursor(row_factory=dict_row) as cursor:
        computed = cursor.execute(
            "select distinct on (indicator_code, measure) *, periods.period"
            " from core.indicator_current inner join core.dim_period as periods using (period_grain, period_start)"
            " where breakdown = 'total' and territory_code in ('00', 'A1', '33')"
            " order by indicator_code, measure, hashtext(measure || period_start || territory_code)"
        ).fetchall()
    assert len({row["indicator_code"] for row in computed}) == 22
    for row in computed:
        one = explained(house, f"{row['indicator_code']}:{row['measure']}", row["territory_code"], row["period"])
        for name in ("numerator", "denominator", "value", "unit", "coverage_pct", "obs_status", "definition_version"):
            assert getattr(one.value, name) == row[name], (row, name)
        assert {part.measure for part in one.measures} & {row["measure"]} == set()
        text = json.dumps(one.as_dict())
        assert json.loads(text)["numerator"] == (None if row["numerator"] is None else float(row["numerator"]))
        assert told(house, one)


def test_the_slices_behind_are_those_that_coverage_counts(house: TestWarehouse) -> None:
    with house.connection.cursor(row_factory=dict_row) as cursor:
        covered = cursor.execute(
            "select coverage.*, periods.period, periods.period_end, built.definition_version"
            " from intermediate.int_indicator_coverage as coverage"
            " inner join core.dim_period as periods using (period_grain, period_start)"
            " inner join intermediate.int_indicator_periods as built using (indicator_code, period_grain, period_start)"
            " where territory_code in ('33', '00') and period_start in ('2018-01-01', '2018-10-01', '2018-12-01')"
        ).fetchall()
    by_code = {one.code: one for one in territories.territories(house.connection)}
    ledger = 0
    for row in covered:
        card = next(
            one
            for one in definition.definitions(house.connection, row["indicator_code"], "en")
            if (one.measure, one.definition_version) == (row["measure"], row["definition_version"])
        )
        period = PeriodName(row["period"], row["period_grain"], row["period_start"], row["period_end"], "", "", None)
        slices = behind.slices_behind(house.connection, card, period, by_code[row["territory_code"]])
        numerators = [one for one in counts(slices) if one.role == "numerator"]
        expected, accepted = (sum(getattr(one, word) for one in numerators) for word in ("expected", "accepted"))
        if card.is_of_ledger:
            found = house.connection.execute(
                "select denominator from core.indicator_current where indicator_code = 'P11' and measure = 'main'"
                " and period_grain = %(period_grain)s and period_start = %(period_start)s"
                " and territory_code = %(territory_code)s",
                row,
            ).fetchone()
            assert found == (expected,)
            ledger += expected
        else:
            assert (expected, accepted) == (row["slices_expected"], row["slices_accepted"]), row
        for one in numerators:
            assert one.accepted == one.on_time + one.late + one.confirmed_empty
            assert one.missing == one.rejected + one.not_received + one.not_due
    assert len(covered) > 250 and ledger


def test_a_municipality_whose_delivery_was_replaced(house: TestWarehouse) -> None:
    one = explained(house, "s01", "alytaus r", "2018-12")
    assert (one.territory.code, one.value.numerator, one.value.slices_expected) == ("33", 4, 1)
    assert [(said.numerator, said.kind, said.known_to is None) for said in one.history] == [
        (2, "first", False),
        (3, "revision", True),
    ]
    [change] = one.changes
    assert (change.what, change.provider_code, change.verdict) == ("replaced", THERE, "accepted")
    assert change.delivery_now == one.slices[0].delivery_id != change.delivery_then
    assert one.as_dict()["difference"]["numerator"] == 1
    assert one.as_dict()["published"]["kind"] == "revision"
    assert not one.within

    text = told(house, one)
    assert "Numerator    4 · Distinct children with a case open on the period's last day" in text
    assert "(release 2, revision): 3.00 (3 / 1,000), coverage 100.00 %, status A." in text
    assert "numerator +1" in text
    assert "The change is published by the revision round of 2019-01-22." not in text
    assert "by the revision round of 2019-02-20." in text
    assert "Before, from 2019-01-17 09:00 to 2019-01-18 09:00: 2.00 (2 / 1,000)" in text
    assert f"replaced  {change.delivery_now:>3}  {change.delivery_then:>6}  atvejai_{THERE}_2018-12.csv" in text


def test_the_nation_says_who_is_missing_and_what_came_and_went(house: TestWarehouse) -> None:
    one = explained(house, "S01", None, "2018-12")
    assert one.value.numerator == 6
    assert [(slot.provider_code, slot.status) for slot in one.missing] == [(FAR, "not_received")]
    assert {(change.what, change.provider_code, change.verdict) for change in one.changes} == {
        ("came", NEAR, "accepted"),
        ("replaced", THERE, "accepted"),
        ("gone", FAR, "withdrawn"),
    }
    assert one.changed_elsewhere == 1
    assert sum(slot.waiting for slot in one.slices) == 1
    assert len(one.within) == 60
    assert [part.coverage_pct for part in one.within[:4]] == [0, 100, 100, None]
    assert [part.territory_code for part in one.within[:3]] == ["13", "33", "11"]

    lithuanian = told(house, one, "lt", 80)
    for words in (
        "S01 Vaikai, augantys rizikos šeimose",
        "66,67 %, priimta ar patvirtinta, kad tuščia, 2 iš 3 laukiamų pateikčių",
        "60 savivaldybių: pirma mažiausios aprėpties",
        "… ir dar 50: viską išvardija --json",
        "Ko trūksta: 1 pateikties",
        "1 šių laikotarpių pateiktis laukia kitos nakties.",
        "Nuo tada pasikeitė 3 pateiktys, pirma – vėliausia",
        "atšaukta",
    ):
        assert words in " ".join(lithuanian.split()), words


def test_a_number_that_was_never_published_says_when_it_may_be(house: TestWarehouse) -> None:
    """Cases of the fourth quarter are due on 10 January; five working days on it is the 17th, and the next night."""
    one = explained(house, "S01", "33", "2018-K4")
    assert (one.history, one.first_release, one.next_revision) == ([], date(2019, 1, 18), None)
    assert "Never published; it is due since the night of 2019-01-18." in told(house, one)
    later = explained(house, "P11", "33", "2018-12")
    assert later.first_release is not None
    assert later.value.obs_status == "A" and not later.changes and not later.changed_elsewhere


def test_waived_rejected_and_confirmed_empty_slices_are_told_apart(house: TestWarehouse) -> None:
    [cases_of_year] = [one for one in explained(house, "S01", "33", "2018").counts if one.role == "numerator"]
    assert (cases_of_year.expected, cases_of_year.accepted, cases_of_year.waived) == (7, 3, 1)
    [confirmed] = [one for one in explained(house, "P01", "11", "2018-12").counts if one.dataset == "vertinimai"]
    assert (confirmed.confirmed_empty, confirmed.missing) == (1, 0)
    rejected = explained(house, "P05", "11", "2018-K4")
    assert {one.status for one in rejected.missing} == {"not_received"}


def test_nothing_of_a_child_is_told(house: TestWarehouse) -> None:
    one = explained(house, "S01", None, "2018-12")
    everything = json.dumps(one.as_dict()) + told(house, one) + told(house, one, "lt")
    assert one.as_dict()["unsuppressed"] is True
    assert "00000000-0000-0000" not in everything
    assert "A-1" not in everything


@pytest.fixture
def aim(house: TestWarehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Aim:
    """The command line: exit status, standard output, standard error."""
    return command_line(house.settings, monkeypatch, capsys)


def test_the_command_answers(aim: Aim) -> None:
    code, out, err = aim("explain", "S01", "--territory", "00", "--period", "2018-12", "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert (answer["numerator"], answer["slices_accepted"], len(answer["territories"])) == (6, 2, 60)
    assert [one["delivery_id"] for one in answer["slices"]].count(None) == 1
    code, out, err = aim("explain", "S01:families", "--territory", "Alytaus r.", "--breakdown", "SEX")
    assert (code, err) == (0, "")
    assert "Families (families), Alytus District Municipality (33), December 2018 (2018-12)" in out
    assert "Sex: Male" in out and "Age band: " not in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["S12"], "There is no indicator S12; there are S01, S02,"),
        (["cases"], "cases is no indicator: write S01 to S11"),
        (["S01:acts"], "S01 has no measure acts; it has main, families."),
        (["S01", "--measure", "acts"], "S01 has no measure acts; it has main, families."),
        (["S01", "--territory", "Atlantis"], "There is no territory Atlantis: write 00"),
        (["S01", "--territory", "Vilnius"], "Vilnius may be Vilnius County (A10), Vilnius City Municipality (13), Vil"),
        (["S01", "--period", "2018-12-31"], "2018-12-31 is no period: write 2018-12 (a month)"),
        (["S01", "--period", "2031-01"], "S01 (main) has no value of 2031-01; it has 2018-01..2018-12, 2018-K1..2018-"),
        (["S07", "--period", "2018-12"], "S07 (main) has no value of 2018-12; it has 2018-K1..2018-K4, 2018."),
        (["S01", "--breakdown", "place"], "There is no breakdown place; there is sex, age_band, disability, sen."),
        (["P03", "--breakdown", "sex"], "This number has no breakdown in any period."),
    ],
)
def test_what_cannot_be_answered_is_wrong_usage(aim: Aim, words: list[str], sentence: str) -> None:
    code, out, err = aim("explain", *words)
    assert (code, out) == (2, "")
    assert err.startswith(sentence) and err.count("\n") == 1
