"""`aim check` says what the night then says, and leaves nothing behind."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql
from rich.console import Console
from typer.testing import CliRunner

from aim.cli import app
from aim.clock import Clock
from aim.contracts.load import contracts
from aim.contracts.reference import read_reference
from aim.landing.identity import ChildKeys, PassingChildKeys
from aim.landing.load import land_files
from aim.landing.secret import Secret, passing_secret
from aim.ledger import runs
from aim.orchestration.self_check import FileChecked, check_files
from aim.orchestration.self_check_told import print_checked, stretches
from aim.quality.judging import judge_all
from aim.settings import Settings
from aim.warehouse.connect import Warehouse
from aim.warehouse.staging_tables import ensure_staging_tables

SPC, VDA = "902330016", "913000016"
CODES = ["51003019808", "61003019809", "51104129818"]
"""Invented children, born in 2010 and 2011."""
CASES = "atvejo_nr;asmens_kodas;seimos_nr;sav;pranesimo_data;atidarymo_data;uzdarymo_data;uzdarymo_priezastis"
ANSWERS = "atvejo_nr;vertinimo_nr;vertinimo_data;klausimo_nr;lygis;vertintojo_grupe"


def case(number: str, code: str = CODES[0], sav: str = "33", closed: str = ";") -> str:
    return f"{number};{code};S-{number};{sav};2018-09-03;2018-09-04;{closed}"


def cases(*rows: str, header: str = CASES) -> str:
    return "\n".join([header, *rows, ""])


def sound(count: int = 8) -> list[str]:
    """Cases without a child in common."""
    return [f"G-{number};;S-G{number};33;2018-09-03;2018-09-04;;;T{number}" for number in range(count)]


WITH_NUMBER = f"{CASES};laikinas_nr"


def population(year: int, times: int = 1, without: int = 0) -> str:
    codes = list(read_reference(Settings.from_env({}).reference).municipalities)
    rows = [f"{code};{year};{age};{10 * times};{5 * times};{5 * times}" for code in codes for age in range(18)]
    return "\n".join(["sav;metai;amzius;viso;berniukai;mergaites", *rows[without:], ""])


def answers(assessment: str, case_number: str = "A-1", count: int = 28) -> list[str]:
    items = [*(f"1.{i}" for i in range(1, 11)), *(f"2.{i}" for i in range(1, 10)), *(f"3.{i}" for i in range(1, 10))]
    return [
        f"{case_number};{assessment};2018-10-10;{item};{1 + place % 2};SOCIALINIS"
        for place, item in enumerate(items[:count])
    ]


SPECIMENS: dict[str, tuple[str, bytes]] = {
    "a nil return": (f"atvejai_{SPC}_2018-08.csv", cases("NĖRA DUOMENŲ").encode()),
    "good, in UTF-16 with titles, totals and a column nobody knows": (
        f"atvejai_{SPC}_2018-09.csv",
        cases("Ataskaita", f"{WITH_NUMBER};pastaba", *(f"{row};x" for row in sound()), "Iš viso;8", header="")
        .strip()
        .encode("utf-16"),
    ),
    "rows out, alike, of other places, missing since last month": (
        f"atvejai_{SPC}_2018-10.csv",
        cases(
            *sound(6),
            f"{case('A-1', CODES[0])};",
            f"{case('A-1', CODES[0])};",
            f"{case('A-2', CODES[1], '11')};",
            f"{case('A-3', '51003019804')};",
            header=WITH_NUMBER,
        ).encode("cp1257"),
    ),
    "waits for no case file": (
        f"vertinimai_{SPC}_2018-10.csv",
        cases(*answers("V-1"), *answers("V-2", "A-99", 3), header=ANSWERS).encode(),
    ),
    "cases of that month have not come": (
        f"vertinimai_{SPC}_2018-11.csv",
        cases(*answers("V-3", "A-99"), header=ANSWERS).encode(),
    ),
    "too many rows out": (f"atvejai_{SPC}_2018-11.csv", cases(case("A-1"), case("A-2", sav="99")).encode()),
    "a required column is missing": (f"atvejai_{SPC}_2018-12.csv", cases("A-1;33", header="atvejo_nr;sav").encode()),
    "spoilt letters": (f"atvejai_{SPC}_2018-07.csv", cases(case("A-1"), "Duomenø").encode()),
    "a table with holes": (f"gyventojai_{VDA}_2018.csv", population(2018, without=3).encode()),
    "of a provider nobody knows": ("atvejai_999999999_2018-10.csv", cases(case("A-7")).encode()),
    "no such name": ("mano failas 51003019808.csv", cases(case("A-8")).encode()),
    "too early": (f"atvejai_{SPC}_2019-08.csv", cases(case("A-9")).encode()),
}
COMPARED: list[tuple[str, bytes]] = [
    (f"gyventojai_{VDA}_2017.csv", population(2017).encode()),
    (f"gyventojai_{VDA}_2018.csv", population(2018, times=2).encode()),
    (f"gyventojai_{VDA}_2018.csv", population(2018).encode()),
    (f"gyventojai_{VDA}_2018.csv", population(2018).encode()),
]


@dataclass
class House:
    """A warehouse as nights leave it, and files handed over."""

    folder: Path
    settings: Settings
    warehouse: Warehouse
    connection: Any
    count: int = field(default=0)

    def write(self, name: str, content: bytes) -> Path:
        self.count += 1
        path = self.folder / str(self.count) / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        stamp = datetime(2019, 1, 9, tzinfo=UTC).timestamp() + self.count
        os.utime(path, (stamp, stamp))
        return path

    def check(self, *paths: Path) -> list[FileChecked]:
        return check_files(self.settings, self.warehouse, paths)

    def night(self, *paths: Path) -> list[dict[str, Any]]:
        """Land and judge; what then stands of each file, as a check would say it."""
        ensure_staging_tables(self.connection, contracts())
        before = self.connection.execute("select coalesce(max(delivery_id), 0) from ops.deliveries").fetchone()[0]
        land_files(self.settings, self.warehouse, paths)
        judge_all(self.warehouse, self.settings, runs.open_run(self.connection, Clock.at(date(2019, 1, 22))))
        return [self.said(path, before) for path in paths]

    def said(self, path: Path, before: int) -> dict[str, Any]:
        delivery_id, *values = self.connection.execute(
            "select delivery_id, verdict, reason_code, is_nil, rows_received, rows_loaded, rows_quarantined,"
            " rows_duplicate, reading_notes -> 'unknown_columns', reading_notes -> 'total_rows' from ops.deliveries"
            " where sha256 = %s and delivery_id > %s order by delivery_id limit 1",
            [sha256(path.read_bytes()).hexdigest(), before],
        ).fetchone()
        issues = self.connection.execute(
            "select rule_code, field, row_number, stood_in.file_name, answered from quality.row_issues as issues"
            " left join ops.deliveries as stood_in on issues.of_delivery = stood_in.delivery_id"
            " where issues.delivery_id = %s",
            [delivery_id],
        ).fetchall()
        waiting = self.connection.execute(
            "select rule_code, reason from quality.check_results where delivery_id = %s and reason like 'waiting:%%'",
            [delivery_id],
        ).fetchall()
        *head, unknown, totals = values
        return {"head": head, "notes": (unknown or [], totals or 0), "issues": set(issues), "waiting": set(waiting)}

    def state(self) -> dict[str, Any]:
        """Every table with its content, every file."""
        tables = self.connection.execute(
            "select schemaname, tablename from pg_tables"
            " where schemaname not in ('pg_catalog', 'information_schema') order by 1, 2"
        ).fetchall()
        held: dict[str, Any] = {
            ".".join(table): self.connection.execute(
                sql.SQL("select count(*), md5(string_agg(row::text, '' order by row::text)) from {} as row").format(
                    sql.Identifier(*table)
                )
            ).fetchone()
            for table in tables
        }
        held["files"] = sorted(str(path) for path in self.settings.home.rglob("*"))
        return held


def as_of_check(told: FileChecked) -> dict[str, Any]:
    return {
        "head": [
            told.verdict, told.reason_code, told.is_nil, told.rows_received, told.rows_loaded, told.rows_quarantined,
            told.rows_duplicate,
        ],
        "notes": (["*" * len(name) for name in told.unknown_columns], told.total_rows),
        "issues": {
            (one.rule, one.field, row, one.stood_in, row in one.answered)
            for one in told.findings
            for row in one.rows or (0,)
        },
        "waiting": {(rule, f"waiting:{dataset}") for dataset, rules in told.waiting.items() for rule in rules},
    }  # fmt: skip


@pytest.fixture
def house(warehouse: Any, tmp_path: Path) -> Iterator[House]:
    yield House(tmp_path / "files", warehouse.settings, Warehouse(warehouse.url, warehouse.url), warehouse.connection)


def test_a_check_says_what_the_night_then_says_and_leaves_nothing_behind(house: House) -> None:
    paths = [house.write(name, content) for name, content in SPECIMENS.values()]
    empty = house.state()
    together = house.check(*paths)
    assert house.state() == empty
    assert [as_of_check(one) for one in together] == house.night(*paths)
    verdicts = [(one.verdict, one.reason_code) for one in together]
    assert verdicts == [
        ("accepted", None),
        ("accepted", None),
        ("accepted_with_findings", None),
        ("accepted_with_findings", None),
        ("accepted", None),
        ("rejected", "too_many_quarantined"),
        ("rejected", "missing_column"),
        ("rejected", "mojibake"),
        ("rejected", "file_rule"),
        ("rejected", "unknown_provider"),
        ("rejected", "bad_name"),
        ("rejected", "too_early"),
    ]
    # Each comparison of months found something, or the files are no test of it.
    assert any(finding.stood_in for one in together for finding in one.findings)
    assert any(one.waiting for one in together)


def test_each_file_against_what_speaks_by_then(house: House) -> None:
    for name, content in COMPARED:
        path = house.write(name, content)
        before = house.state()
        (told,) = house.check(path)
        assert house.state() == before
        assert [as_of_check(told)] == house.night(path)
    assert told.verdict == "duplicate"


def test_a_file_is_asked_about_as_if_it_were_sent_now(house: House) -> None:
    """However old its stamp: left to the night it would be superseded at once by what was received after it."""
    older, newer = (house.write(*COMPARED[which]) for which in (1, 2))
    house.night(newer)
    assert [one.verdict for one in house.check(older)] == ["accepted"]
    assert house.night(older)[0]["head"][0] == "superseded"


def test_what_waits_to_be_judged_is_left_alone(house: House) -> None:
    land_files(house.settings, house.warehouse, [house.write(*SPECIMENS["too many rows out"])])
    before = house.state()
    path = house.write(*SPECIMENS["rows out, alike, of other places, missing since last month"])
    assert [one.verdict for one in house.check(path)] == ["accepted_with_findings"]
    assert house.state() == before


def test_a_known_child_is_known_and_an_unknown_one_is_the_same_throughout(house: House) -> None:
    house.night(house.write(f"atvejai_{SPC}_2018-09.csv", cases(case("A-1")).encode()))
    twice = house.write(
        f"atvejai_{SPC}_2018-10.csv",
        cases(case("A-1"), case("A-2"), case("B-1", CODES[1]), case("B-2", CODES[1]), case("C", CODES[2])).encode(),
    )
    (told,) = house.check(twice)
    assert [(one.rule, one.rows) for one in told.findings] == [("ATV-004", (2, 3, 4, 5))]


def test_it_waits_for_a_judging_to_end(house: House) -> None:
    from aim.ledger import deliveries

    path = house.write(*SPECIMENS["a nil return"])
    url = f"{house.warehouse.url}{'&' if '?' in house.warehouse.url else '?'}options=-c%20lock_timeout%3D200"
    with house.warehouse.connect() as other:
        deliveries.judge_alone(other)
        with pytest.raises(Exception, match="lock timeout"):
            check_files(house.settings, Warehouse(url, url), [path])
    assert house.check(path)[0].is_nil


def told_plainly(checked: list[FileChecked], lang: str, terminal: bool = False) -> str:
    console = Console(record=True, width=140, force_terminal=terminal, highlight=False, file=StringIO())
    print_checked(checked, lang, console)
    return console.export_text()


@pytest.mark.parametrize("lang", ["lt", "en"])
def test_it_is_told_to_a_person_without_a_value(house: House, lang: str) -> None:
    house.settings = house.settings.model_copy(update={"lang": lang})
    checked = house.check(*(house.write(*specimen) for specimen in SPECIMENS.values()))
    for terminal in (False, True):
        text = told_plainly(checked, lang, terminal)
        for value in (*CODES, "51003019804", "S-A-1", "A-99", "T1"):
            assert value not in text
        assert "(ø)" in text and "Duomenø" not in text
        assert "mano failas ***********.csv" in text
        assert "11 = " in text or "10 = " in text
        for code in ("VIS-005", "VIS-008", "ATV-003", "GYV-001", "VER-001"):
            assert code in text
    found = next(one for one in checked[2].findings if one.rule == "VIS-005")
    assert found.rows == (11,)


def test_rows_side_by_side_are_told_as_stretches() -> None:
    assert stretches([2, 3, 4, 7, 9, 10]) == ["2-4", "7", "9-10"]
    assert stretches([]) == []


@pytest.fixture
def aim(house: House, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("AIM_HOME", str(house.settings.home))
    monkeypatch.setenv("AIM_WAREHOUSE", house.warehouse.url)
    monkeypatch.setenv("AIM_METADATA", house.warehouse.url)
    return CliRunner()


def test_the_commands_check_and_reason(house: House, aim: CliRunner) -> None:
    path = house.write(*SPECIMENS["rows out, alike, of other places, missing since last month"])
    done = aim.invoke(app, ["check", str(path), "--json"], catch_exceptions=False)
    (told,) = json.loads(done.stdout)
    assert (done.exit_code, told["verdict"]) == (0, "accepted_with_findings")
    assert told["rows_received"] == told["rows_loaded"] + told["rows_quarantined"] + told["rows_duplicate"]
    assert "VIS-008" in aim.invoke(app, ["check", str(path)], catch_exceptions=False).stdout
    house.night(path)
    ((delivery,),) = house.connection.execute("select delivery_id from ops.deliveries").fetchall()
    done = aim.invoke(
        app, ["reason", str(delivery), "vis-008", "10", "Pas senelius.", "--json"], catch_exceptions=False
    )
    assert json.loads(done.stdout) == {"findings": 1, "elsewhere": 0, "verdict": "accepted_with_findings"}
    (again,) = house.check(house.write(f"atvejai_{SPC}_2018-10.csv", path.read_bytes() + b" "))
    (question,) = [one for one in again.findings if one.rule == "VIS-008"]
    assert question.answered == question.rows == (10,)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "nowhere.csv"], "There is no file nowhere.csv."),
        (["reason", "1", "VIS-008", "is", "right"], "in quotes"),
        (["reason", "1", "VIS-008", "Vaikas 51003019808 čia"], "personal code"),
        (["reason", "1", "VIS-001", "gerai"], "asks nothing that a reason could answer"),
        (["reason", "99", "VIS-008", "gerai"], "There is no delivery 99"),
    ],
)
def test_wrong_usage_is_said_plainly(
    aim: CliRunner, arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from aim.cli import main

    monkeypatch.setattr("sys.argv", ["aim", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_on_an_empty_warehouse_every_rule_can_be_asked(house: House) -> None:
    checked = house.check(*(house.write(*specimen) for specimen in SPECIMENS.values()))
    assert all(one.at_fault == () for one in checked)
    assert house.connection.execute("select to_regclass('staging.atvejai')").fetchone() == (None,)


def test_children_known_under_an_older_secret_are_found_and_none_is_written(house: House) -> None:
    first = passing_secret()
    newer = Secret({**first.hmac_keys, 2: b"2" * 32}, first.archive_identity)
    known = ChildKeys(house.connection, first).of([b"one", b"two"])
    before = house.state()
    passing = PassingChildKeys(house.connection, newer)
    found = passing.of([b"two", b"three", b"one", b"three"])
    assert (found[0], found[2]) == (known[1], known[0])
    assert found[1] == found[3] == passing.of([b"three"])[0]
    assert house.state() == before
