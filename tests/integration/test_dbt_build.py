"""A build of every layer: what it makes, what it promises, what it tells when a promise is broken."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

import pytest
from command_line import command_line
from judged_slices import AGENCY, CENTRES, ITEMS, OTHERS, JudgedSlices, answer_rows, case_row, person, population_rows
from published_to_readers import (
    exported_files_hold_what_is_published,
    the_commands_write_the_same,
    the_dictionary_tells_all_that_is_published,
)
from role_acts import Roles, everybody_is_held_to_their_own
from tests.conftest import TestWarehouse

from aim.settings import SettingsError
from aim.warehouse import dbt

Folders = pytest.TempPathFactory
TODAY = date(2019, 1, 22)
CENTRE = next(iter(CENTRES))
LAYERS = ("tag:core", "tag:indicators", "tag:collection", "tag:marts")
CASE_NUMBER = "A-PRIVATE-17"


@pytest.fixture
def slices(warehouse: TestWarehouse) -> JudgedSlices:
    """Two months of one centre and the population, pinned by no run yet."""
    made = JudgedSlices(warehouse.connection, warehouse.settings, warehouse.url)
    made.deliver("gyventojai", "2018", population_rows(2018), AGENCY)
    child = person(1, date(2010, 1, 1), "V")
    for month in ("2018-10", "2018-11"):
        made.deliver("atvejai", month, [case_row(CASE_NUMBER, child, "33", date(2018, 10, 1))], CENTRE)
        answers = answer_rows(f"V-{month}", CASE_NUMBER, date(2018, int(month[-2:]), 3), dict.fromkeys(ITEMS, "2"))
        made.deliver("vertinimai", month, answers, CENTRE)
    return made


def test_every_layer_is_built_and_keeps_its_promises(
    slices: JudgedSlices, tmp_path_factory: Folders, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One build of all, since it is dear: what it promises and documents, its unit tests, what the next one leaves."""
    two_municipalities_have_cases(slices)
    run_id = slices.pin(TODAY)
    summaries = [dbt.seed(slices.warehouse, slices.settings, run_id, TODAY).summary()]
    summaries += [dbt.build(slices.warehouse, slices.settings, run_id, TODAY, select).summary() for select in LAYERS]
    assert all(summary["made"] for summary in summaries)

    every_layer_is_tested(slices)
    everything_is_documented(slices)
    what_is_published_is_told_in_both_languages(slices)
    the_unit_tests_of_the_models_pass(slices)
    read = everybody_is_held_to_their_own(Roles(slices))
    assert {code: rows["fct_assessment_answer"] for code, rows in read.items()} == {"33": 56, "11": 28, "13": 0}
    assert all(rows["indicator_current"] and rows["fct_obligation"] for rows in read.values())
    readers_views_outlive_a_build_of_the_layers_below(slices, run_id)
    assert everybody_is_held_to_their_own(Roles(slices)) == read
    everything_is_documented(slices)
    the_dictionary_tells_all_that_is_published(slices, tmp_path_factory.mktemp("dictionary"))
    exported_files_hold_what_is_published(slices, tmp_path_factory.mktemp("export"))
    the_commands_write_the_same(
        slices, command_line(slices.settings, monkeypatch, capsys), tmp_path_factory.mktemp("commands")
    )


def two_municipalities_have_cases(slices: JudgedSlices) -> None:
    """One of 11 beside that of 33."""
    other = next(code for code, municipality in CENTRES.items() if municipality == "11")
    child = person(2, date(2011, 1, 1), "M")
    slices.deliver("atvejai", "2018-10", [case_row("A-2", child, "11", date(2018, 10, 1))], other)
    answers = answer_rows("V-2", "A-2", date(2018, 10, 3), dict.fromkeys(ITEMS, "3"))
    slices.deliver("vertinimai", "2018-10", answers, other)


def every_layer_is_tested(slices: JudgedSlices) -> None:
    results = slices.connection.execute(
        "select rule_code, status, severity, responsibility, delivery_id from quality.check_results"
    ).fetchall()
    assert {row[1:] for row in results} == {("passed", "error", "operator", None)}
    assert len({row[0] for row in results}) == len(results)
    # A promise that dbt leaves out, for something it reads is below no model of the layer, would be none.
    assert {path.stem for path in (dbt.PROJECT / "tests").glob("*.sql")} <= {row[0] for row in results}

    wide = slices.connection.execute("select count(*) from marts.s01_vaikai_rizikos_seimose").fetchone()
    assert wide == (0,)
    status = slices.connection.execute(
        "select last_load_at is not null, last_release_at, open_incidents from marts.mart_status"
    ).fetchall()
    assert status == [(True, None, 0)]


def everything_is_documented(slices: JudgedSlices) -> None:
    undocumented = slices.connection.execute(
        "select relation.oid::regclass::text, a.attname"
        " from pg_class as relation"
        " inner join pg_attribute as a on relation.oid = a.attrelid and attnum >= 0 and not attisdropped"
        " where relation.relkind in ('r', 'p', 'v')"
        " and relation.relnamespace::regnamespace::text = any(%s)"
        " and (coalesce(col_description(relation.oid, attnum), '') = ''"
        " or coalesce(obj_description(relation.oid, 'pg_class'), '') = '')",
        (["reference", "staging", "intermediate", "core", "marts", "ops", "quality", "identity"],),
    ).fetchall()
    assert not undocumented


def what_is_published_is_told_in_both_languages(slices: JudgedSlices) -> None:
    said = slices.connection.execute(
        "select objoid::regclass::text, objsubid, description from pg_description"
        " where classoid = 'pg_class'::regclass and objoid in (select oid from pg_class where relkind in ('r', 'v')"
        " and relnamespace = 'marts'::regnamespace)"
    ).fetchall()
    assert len(said) > 1000
    not_in_two = [row[:2] for row in said if len([part for part in row[2].split("\n\n") if part.strip()]) != 2]
    assert not not_in_two

    # dbt says the one, a migration the other.
    told = slices.connection.execute(
        "select attname, attrelid::regclass::text, col_description(attrelid, attnum) from pg_attribute where attnum > 0"
        " and attrelid in ('marts.indicator_values'::regclass, 'marts.s01_vaikai_rizikos_seimose'::regclass)"
    ).fetchall()
    published, viewed = ({n: text for n, of, text in told if ("s01" in of) is is_view} for is_view in (False, True))
    assert set(published) - set(viewed) == {"known_to"}
    assert {name: published[name] for name in published.keys() & viewed} == {
        n: viewed[n] for n in published.keys() & viewed
    }

    views = {name: text for name, column, text in said if column == 0 and re.match(r"marts\.[sp]\d\d_", name)}
    cards = slices.connection.execute(
        "select indicator_code, name_lt, name_en, numerator_lt, numerator_en from marts.dim_indicator"
        " where measure = 'main'"
    ).fetchall()
    assert len(views) == len({code for code, *_ in cards}) == 22
    for code, *words in cards:
        [text] = [text for name, text in views.items() if name.startswith(f"marts.{code.lower()}_")]
        assert all(word in text for word in words), code


def readers_views_outlive_a_build_of_the_layers_below(slices: JudgedSlices, run_id: int) -> None:
    """A former night's marts stay readable while, and when, the next one fails before them."""
    before = objects_of_marts(slices)
    dbt.seed(slices.warehouse, slices.settings, run_id, TODAY)
    for select in LAYERS[:-1]:
        dbt.build(slices.warehouse, slices.settings, run_id, TODAY, select, full_refresh=True)
    assert objects_of_marts(slices) == before
    assert slices.connection.execute("select count(*) from marts.dim_municipality").fetchone() == (60,)
    slices.connection.execute("select * from marts.mart_status")
    dbt.build(slices.warehouse, slices.settings, run_id, TODAY, "tag:marts", full_refresh=True)
    tables = {name: oid for name, oid in before.items() if name.startswith("dim_")}
    assert tables.items() <= objects_of_marts(slices).items()


def test_a_broken_promise_fails_the_build_and_is_recorded(
    slices: JudgedSlices, capfd: pytest.CaptureFixture[str]
) -> None:
    run_id = slices.pin(TODAY)
    dbt.seed(slices.warehouse, slices.settings, run_id, TODAY)
    slices.connection.execute("update ops.deliveries set rows_received = 9, rows_loaded = 9 where dataset = 'atvejai'")
    with pytest.raises(dbt.BuildFailedError, match=r"holds_pinned_rows_fct_case_atvejai \(failed\)"):
        dbt.build(slices.warehouse, slices.settings, run_id, TODAY, "tag:core")
    assert slices.connection.execute(
        "select status, failed from quality.check_results where rule_code = 'holds_pinned_rows_fct_case_atvejai'"
    ).fetchall() == [("failed", 2)]
    slices.connection.execute("update ops.deliveries set rows_received = 1, rows_loaded = 1 where dataset = 'atvejai'")
    dbt.build(slices.warehouse, slices.settings, run_id, TODAY, "tag:core")
    assert slices.connection.execute(
        "select status from quality.check_results where rule_code = 'holds_pinned_rows_fct_case_atvejai'"
    ).fetchall() == [("passed",)]
    assert capfd.readouterr() == ("", "")


def test_what_postgres_says_about_a_row_reaches_nobody(slices: JudgedSlices, capfd: pytest.CaptureFixture[str]) -> None:
    run_id = slices.pin(TODAY)
    dbt.seed(slices.warehouse, slices.settings, run_id, TODAY)
    slices.connection.execute("update staging.vertinimai set lygis = %s", (CASE_NUMBER,))
    with pytest.raises(dbt.BuildFailedError) as caught:
        dbt.build(slices.warehouse, slices.settings, run_id, TODAY, "tag:core")
    assert "fct_assessment_answer (errored)" in str(caught.value)
    told = str(caught.value) + "".join(capfd.readouterr())
    recorded = slices.connection.execute("select string_agg(r::text, ' ') from quality.check_results as r").fetchone()
    assert CASE_NUMBER not in told + str(recorded)
    assert not [path for path in slices.settings.home.rglob("*") if path.is_file() and holds(path, CASE_NUMBER)]


def test_a_users_own_reference_files_and_registry_are_read(slices: JudgedSlices, tmp_path: Path) -> None:
    run_id = slices.pin(TODAY)
    own = tmp_path / "reference"
    own.mkdir()
    for path in dbt.REFERENCE_FILES.glob("*.csv"):
        (own / path.name).write_bytes(path.read_bytes().replace(b"Birs", b"BIRS"))
    (own / "notes.csv").write_text("a,b\n1,2\n")
    (own / "nation.csv").write_text("code,name,name_en\n00,Lietuvos Respublika,Republic of Lithuania\n")
    settings = slices.settings.model_copy(update={"reference": own})
    environment = dict(os.environ)
    dbt.seed(slices.warehouse, settings, run_id, TODAY)
    assert dict(os.environ) == environment
    assert slices.connection.execute("select name from reference.nation").fetchall() == [("Lietuvos Respublika",)]
    assert slices.connection.execute("select count(*) from reference.providers").fetchone() == (
        len(CENTRES) + 1 + len(OTHERS),
    )
    (own / "units.csv").unlink()
    with pytest.raises(SettingsError, match=r"units\.csv cannot be read: set AIM_REFERENCE"):
        dbt.seed(slices.warehouse, settings, run_id, TODAY)


def the_unit_tests_of_the_models_pass(slices: JudgedSlices) -> None:
    result = dbt.invoke(slices.warehouse, slices.settings, "test", "--select", "test_type:unit")
    assert len(result.nodes) >= 16
    assert not result.broken
    tested = " ".join(node.name for node in result.nodes)
    codes = [f"s{number:02}_" for number in range(1, 12)] + [f"p{number:02}_" for number in range(1, 12)]
    assert all(code in tested for code in codes)


def objects_of_marts(slices: JudgedSlices) -> dict[str, int]:
    return dict(
        slices.connection.execute(
            "select relname, oid from pg_class where relnamespace = 'marts'::regnamespace and relkind in ('r', 'v')"
        ).fetchall()
    )


def holds(path: Path, text: str) -> bool:
    return text.encode() in path.read_bytes()
