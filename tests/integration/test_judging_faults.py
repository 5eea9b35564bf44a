"""Faults of our own while judging: one broken rule takes no other along, and a killed judging is as if it never was."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from landed_directly import assessment, case, ensure_tables, land

from aim.clock import Clock
from aim.contracts.load import Contracts, contracts
from aim.contracts.models import Lookup, Rule
from aim.contracts.suites import write_suites
from aim.ledger import deliveries, runs
from aim.quality import agreement, comparing, judging
from aim.quality.judging import JudgingError, JudgingResult, judge_all
from aim.quality.validation import Counted, Validator
from aim.warehouse.connect import Warehouse

SECRET = "Vardenis Pavardenis"


class House:
    """A warehouse with some deliveries to judge."""

    def __init__(self, test: Any, suites: Path) -> None:
        self.connection = test.connection
        self.settings = test.settings
        self.warehouse = Warehouse(test.url, test.url)
        self.suites = suites
        self.run_id = runs.open_run(self.connection, Clock.at(date(2019, 1, 22)))
        ensure_tables(self.connection)
        broken = [
            case("B-1", seimos_nr=None),
            case("B-2", sav="11"),
            case("B-2", sav="12"),
            case("B-3", seimos_nr=SECRET),
        ]
        self.cases = land(self.connection, "atvejai", [*(case(f"A-{n}") for n in range(20)), *broken, case("A-1")])
        self.assessed = land(self.connection, "vertinimai", assessment("V-1"))

    def judge(self, declared: Contracts | None = None) -> JudgingResult:
        declared = declared or contracts()
        write_suites(declared, self.suites)
        return judge_all(self.warehouse, self.settings, self.run_id, declared=declared, suites=self.suites)

    def state(self) -> dict[str, list[Any]]:
        """All that a judging writes, but for numbers of judgements and moments."""
        return {
            name: self.connection.execute(query).fetchall()
            for name, query in {
                "deliveries": "select delivery_id, verdict, version, rows_loaded, rows_quarantined, rows_duplicate,"
                " needs_judging, reason_code from ops.deliveries order by 1",
                "issues": "select * from quality.row_issues order by 1, 2, 3, 4",
                "results": "select * from quality.check_results order by delivery_id, rule_code",
                "batch": "select * from quality.batch",
                "tables": "select relname from pg_class where relnamespace = 'quality'::regnamespace"
                " and relname ~ '^(rows|files)_' order by 1",
                "duplicates": "select delivery_id, row_number from staging.atvejai where _duplicate order by 1, 2",
            }.items()
        }

    def results(self, code: str) -> set[tuple[str, str | None]]:
        return set(
            self.connection.execute(
                "select status, reason from quality.check_results where rule_code = %s and delivery_id = %s",
                [code, self.cases],
            ).fetchall()
        )


@pytest.fixture
def house(warehouse: Any, tmp_path: Path) -> Iterator[House]:
    yield House(warehouse, tmp_path / "suites")


def with_rule(code: str, lookups: dict[str, Lookup] | None = None, **changes: Any) -> Contracts:
    """The contracts with one rule of `atvejai` declared otherwise."""
    own = contracts().rule_sets["atvejai"]
    rules = tuple(Rule.model_validate(rule.model_dump() | changes) if rule.code == code else rule for rule in own.rules)
    changed = own.model_copy(update={"rules": rules, "lookups": own.lookups | (lookups or {})})
    return replace(contracts(), rule_sets=contracts().rule_sets | {"atvejai": changed})


@pytest.mark.parametrize(
    "holds",
    [
        "1 / (length(landed.seimos_nr) - length(landed.seimos_nr)) = 1",
        "landed.seimos_nr::integer > 0",
        "landed.no_such_column = 1",
        "select from where",
        "{param.no_such_parameter} = 1",
    ],
)
def test_a_rule_that_crashes_is_errored_and_the_others_stand(
    house: House, holds: str, caplog: pytest.LogCaptureFixture
) -> None:
    result = house.judge(with_rule("ATV-001", holds=holds))
    assert result.errored_rules == ("ATV-001",)
    assert house.results("ATV-001") == {("errored", agreement.CRASHED)}
    errored = house.state()
    house.connection.execute("update ops.deliveries set needs_judging = true")
    house.judge()
    sound = house.state()
    assert [row for row in errored["results"] if row[2] != "ATV-001"] == [
        row for row in sound["results"] if row[2] != "ATV-001"
    ]
    assert errored["issues"] == sound["issues"]
    assert errored["deliveries"] == sound["deliveries"]
    # Postgres quotes the cell it could not cast.
    assert SECRET not in caplog.text
    assert "Rule ATV-001" in caplog.text


def test_a_rule_great_expectations_cannot_count_is_errored(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    count = Validator.count
    monkeypatch.setattr(Validator, "count", lambda self, *asked: count(self, *asked) | {"VIS-001.seimos_nr": None})
    assert house.judge().errored_rules == ("VIS-001",)
    assert house.results("VIS-001") == {("errored", agreement.NOT_COUNTED)}
    assert not [issue for issue in house.state()["issues"] if issue[2] == "VIS-001"]


def test_a_rule_counted_otherwise_than_its_rows_is_errored(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    count = Validator.count

    def one_more(self: Validator, *asked: Any) -> dict[str, Counted | None]:
        found = count(self, *asked)
        if "VIS-008.sav" in found:
            found["VIS-008.sav"] = Counted(25, 0, 17)
        return found

    monkeypatch.setattr(Validator, "count", one_more)
    assert house.judge().errored_rules == ("VIS-008",)
    assert house.results("VIS-008") == {("errored", agreement.COUNTS_DIFFER)}
    issues = house.state()["issues"]
    assert not [issue for issue in issues if issue[2] == "VIS-008"]
    assert [issue for issue in issues if issue[2] == "VIS-001"]


def test_great_expectations_itself_says_which_expectation_crashed(house: House) -> None:
    house.connection.execute('create table quality.rows_x as select true as "A", 1 as b')
    suite = {
        "name": "x",
        "meta": {},
        "expectations": [
            {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": name, "value_set": [True]}}
            for name in ("A", "gone")
        ],
    }
    validator = Validator(house.warehouse.connect)
    assert validator.count("rows_x", suite, {"A", "gone"}) == {"A": Counted(1, 0, 0), "gone": None}
    validator.close()


def test_nothing_counted_at_all_is_no_verdict(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = house.state()
    monkeypatch.setattr(Validator, "count", lambda self, table, suite, columns: dict.fromkeys(columns))
    with pytest.raises(JudgingError, match="could count nothing"):
        house.judge()
    after = house.state()
    assert after["deliveries"] == before["deliveries"]
    assert after["issues"] == after["results"] == []


def test_a_lookup_that_doubles_rows_is_no_verdict(house: House) -> None:
    doubling = Lookup(join_on=("delivery_id",), sql="select delivery_id from {batch}")
    with pytest.raises(JudgingError, match="a lookup gives more than one row"):
        house.judge(with_rule("ATV-001", {"doubling": doubling}, uses=("doubling",)))
    assert house.state()["results"] == []


def test_rows_lost_after_landing_are_no_verdict(house: House) -> None:
    house.connection.execute("delete from staging.atvejai where row_number = 2")
    with pytest.raises(JudgingError, match="25 rows received, 24 landed"):
        house.judge()


def test_suites_of_other_rules_are_not_judged_by(house: House) -> None:
    write_suites(contracts(), house.suites)
    suite = house.suites / "atvejai.json"
    text = json.loads(suite.read_text("utf-8"))
    text["expectations"].pop()
    suite.write_text(json.dumps(text), "utf-8")
    with pytest.raises(JudgingError, match="aim contracts compile"):
        judge_all(house.warehouse, house.settings, house.run_id, suites=house.suites)


class Killed(BaseException):
    """The process ends here."""


PLACES: list[tuple[Any, str, int]] = [
    (deliveries, "open_batch", 1),
    (judging, "show_landed_rows", 1),
    (judging, "judge_rows", 1),
    (Validator, "count", 1),
    (Validator, "count", 2),
    (judging, "write_row_issues", 1),
    (judging, "write_check_results", 2),
    (deliveries, "settle", 1),
    (deliveries, "settle", 2),
    (deliveries, "close_batch", 1),
    (judging, "drop_judged", 4),
    (comparing, "judge_rows", 1),
    (comparing, "write_row_issues", 1),
    (comparing, "write_check_results", 1),
    (deliveries, "settle_comparison", 1),
    (comparing, "drop_judged", 2),
]


@pytest.mark.parametrize(("owner", "name", "call"), PLACES, ids=[f"{name} {call}" for _, name, call in PLACES])
def test_killed_anywhere_and_run_again_the_end_is_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, call: int
) -> None:
    works: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def dies(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        done = works(*given, **named)
        if calls == call:
            raise Killed
        return done

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, dies)
        with pytest.raises(Killed):
            house.judge()
    house.judge()
    killed = house.state()
    assert not killed["batch"] and not killed["tables"]
    # An undisturbed judging of the same deliveries, over the traces of the first.
    house.connection.execute(
        "update ops.deliveries set verdict = 'received', version = null, accepted_as = null, load_id = null,"
        " rows_loaded = null, rows_quarantined = null, rows_duplicate = null, needs_judging = true"
    )
    house.connection.execute("truncate quality.row_issues, quality.check_results, quality.code_counts")
    house.connection.execute("update staging.atvejai set _duplicate = false")
    house.judge()
    assert house.state() == killed


def test_no_value_reaches_great_expectations_or_what_is_kept_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    results = Validator.results

    def overheard(self: Validator, *asked: Any) -> dict[str, Any]:
        found = results(self, *asked)
        kept.append(json.dumps(found))
        return found

    monkeypatch.setattr(Validator, "results", overheard)
    house.judge()
    values = {SECRET, "B-1", "SA-1"}
    assert kept and not [value for value in values for text in kept if value in text]
    partial = [one["result"]["partial_unexpected_list"] for text in kept for one in json.loads(text)["results"]]
    assert partial and not any(partial)
    written = str(house.state())
    assert SECRET not in written and "SA-1" not in written


def test_great_expectations_reads_the_rows_once_however_many_rules_there_are(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "sqlalchemy.engine"):
        house.judge()
    asked = [record.getMessage() for record in caplog.records if "rows_atvejai" in record.getMessage()]
    # Its queries for values, one for each rule, are sent all the same, with LIMIT 0: they read nothing.
    assert len([text for text in asked if "unexpected_count" in text and "LIMIT" not in text]) == 1
    assert all("LIMIT" in text for text in asked if "unexpected_values" in text)
