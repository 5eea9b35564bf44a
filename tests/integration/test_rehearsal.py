"""A changed rule set over past deliveries: what would newly fail or pass, and nothing stored of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from landed_directly import SPC, VDA, answer, assessment, case, ensure_tables, land
from psycopg.rows import dict_row
from tests.conftest import TestWarehouse
from typer.testing import CliRunner

from aim.cli import app
from aim.contracts.load import EXPECTATIONS, ContractError, Contracts, contracts, with_changed_rules
from aim.contracts.models import Rule
from aim.contracts.reference import read_reference
from aim.ledger import deliveries
from aim.ledger.deliveries import Judged
from aim.ledger.rechecks import Span
from aim.quality import rehearsal
from aim.quality.judged_tables import JudgingError
from aim.quality.rehearsal import Rehearsal, RuleDifference, Step, VerdictDifference, rehearse
from aim.warehouse.connect import Warehouse

OTHER = "902110014"


def with_rule(name: str, code: str, /, **changes: Any) -> Contracts:
    rules = contracts().rule_sets[name]
    changed = tuple(
        Rule.model_validate(rule.model_dump() | changes) if rule.code == code else rule for rule in rules.rules
    )
    return replace(contracts(), rule_sets=contracts().rule_sets | {name: rules.model_copy(update={"rules": changed})})


class Past:
    """A warehouse with deliveries settled by hand: a rehearsal judges them by itself."""

    def __init__(self, warehouse: TestWarehouse) -> None:
        self.connection = warehouse.connection
        self.settings = warehouse.settings
        self.warehouse = Warehouse(warehouse.url, warehouse.url)
        ensure_tables(self.connection)

    def land(self, dataset: str, rows: list[dict[str, Any]], reject: bool = False, **options: Any) -> int:
        delivery_id = land(self.connection, dataset, rows, **options)
        reason = "too_many_quarantined" if reject else None
        deliveries.settle(
            self.connection, Judged(delivery_id, deliveries.next_load_id(self.connection), 0, 0, False, reason)
        )
        return delivery_id

    def rehearse(self, changed: Contracts, span: Span | None = None, **options: Any) -> Rehearsal:
        return rehearse(self.warehouse, self.settings, changed, span or Span(), **options)

    def everything(self) -> dict[str, Any]:
        """All that is stored of deliveries, and the tables there are."""
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return {
                query: cursor.execute(query).fetchall()
                for query in (
                    "select * from ops.deliveries order by delivery_id",
                    "select * from staging.atvejai order by delivery_id, row_number",
                    "select * from quality.row_issues order by 1, 2, 3",
                    "select * from quality.code_counts order by 1, 2, 3",
                    "select * from quality.batch",
                    "select count(*) from quality.check_results",
                    "select schemaname, tablename from pg_tables where schemaname = 'quality' order by 2",
                )
            }


class Impatient(Warehouse):
    """Waits for no lock."""

    def connect(self, **_: Any) -> psycopg.Connection[Any]:
        return super().connect(options="-c lock_timeout=100ms")


@pytest.fixture
def past(warehouse: TestWarehouse) -> Iterator[Past]:
    yield Past(warehouse)


def cases(count: int, early: int = 0, prefix: str = "A", **cells: Any) -> list[dict[str, Any]]:
    """Cases of which the first `early` were reported on the day they were opened."""
    return [
        case(f"{prefix}-{number}", **(cells | ({"pranesimo_data": date(2018, 10, 3)} if number <= early else {})))
        for number in range(1, count + 1)
    ]


STRICTER = {"holds": "landed.pranesimo_data < landed.atidarymo_data"}


def test_rows_and_verdicts_that_would_change_and_what_follows_elsewhere(past: Past) -> None:
    few, many = past.land("atvejai", cases(12, early=1)), past.land("atvejai", cases(12, early=4), provider=OTHER)
    assessed = past.land("vertinimai", [*assessment("V-1"), answer("V-2", "1.1", atvejo_nr="A-2")])
    before = past.everything()
    steps: list[Step] = []
    found = past.rehearse(with_rule("atvejai", "ATV-001", **STRICTER), progress=steps.append)

    assert (found.deliveries, found.rows, found.errored) == (3, 53, {})
    assert found.rules_changed == {"ATV-001": "changed"}
    # The case taken out is no known case any more.
    assert set(found.rules) == {
        RuleDifference("ATV-001", "atvejai", SPC, 1, 0, 1),
        RuleDifference("ATV-001", "atvejai", OTHER, 4, 0, 1),
        RuleDifference("VER-001", "vertinimai", SPC, 28, 0, 1),
    }
    assert {(one.delivery_id, one.then) for one in found.verdicts} == {
        (few, "accepted_with_findings"),
        (many, "rejected"),
        (assessed, "rejected"),
    }
    assert (found.rows_newly_out, found.rows_newly_in) == (5 + 28, 0)
    whole = [(compared, name) for compared in (False, True) for name in ("atvejai", "vertinimai")]
    assert [(step.by_changed, step.compared, step.dataset) for step in steps] == [
        (by_changed, *one) for by_changed in (False, True) for one in whole
    ]
    assert past.everything() == before


def test_in_small_parts_it_finds_the_same(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, period in enumerate(("2018-08", "2018-09", "2018-10", "2018-11")):
        past.land("atvejai", cases(12, early=place), period=period)
    changed = with_rule("atvejai", "ATV-001", **STRICTER)
    whole = past.rehearse(changed)
    monkeypatch.setattr(rehearsal, "ROWS_AT_ONCE", 13)
    in_parts = past.rehearse(changed)
    assert replace(in_parts, seconds=0) == replace(whole, seconds=0)
    assert whole.rules_changed == {"ATV-001": "changed"}
    assert sum(one.newly_failing for one in whole.rules) > 0


def test_a_softer_rule_lets_rows_and_rejected_deliveries_pass(past: Past) -> None:
    bad = cases(12, atidarymo_data=date(2018, 9, 1))
    rejected = past.land("atvejai", bad, reject=True)
    speaking = past.land(
        "atvejai", [*cases(12), *cases(1, prefix="B", atidarymo_data=date(2018, 9, 1))], provider=OTHER
    )
    softer = with_rule("atvejai", "ATV-001", holds="true")
    found = past.rehearse(softer)
    assert found.rules == (RuleDifference("ATV-001", "atvejai", OTHER, 0, 1, 1),)
    assert found.deliveries == 1
    with_rejected = past.rehearse(softer, with_rejected=True)
    assert RuleDifference("ATV-001", "atvejai", SPC, 0, 12, 1) in with_rejected.rules
    assert VerdictDifference(rejected, SPC, "atvejai", "2018-10", "rejected", "accepted") in with_rejected.verdicts
    assert with_rejected.rows_newly_in == 13
    assert speaking in {one.delivery_id for one in with_rejected.verdicts}


def test_a_changed_severity_changes_no_row_but_the_verdict(past: Past) -> None:
    delivery = past.land("atvejai", [*cases(3), *cases(9, prefix="B", atidarymo_data=date(2018, 9, 1))])
    found = past.rehearse(with_rule("atvejai", "ATV-001", severity="query"), with_rejected=True)
    assert found.rules == ()
    assert (found.rows_newly_out, found.rows_newly_in) == (0, 9)
    assert [(one.delivery_id, one.now, one.then) for one in found.verdicts] == [
        (delivery, "rejected", "accepted_with_findings")
    ]


def test_a_rule_that_crashes_or_doubles_rows_is_said_and_counts_for_nothing(past: Past) -> None:
    past.land("atvejai", cases(12, early=2))
    found = past.rehearse(with_rule("atvejai", "ATV-001", holds="1 / (landed.row_number - 2) < 5"))
    assert found.errored == {"ATV-001": "the rule's SQL crashed"}
    assert (found.rules, found.verdicts) == ((), ())
    doubling = contracts().rule_sets["atvejai"]
    lookups = doubling.lookups | {
        "open_cases_of_child": doubling.lookups["open_cases_of_child"].model_copy(
            update={"sql": "select delivery_id, vaiko_id, sav, 1 as cases from {batch}, generate_series(1, 2)"}
        )
    }
    doubled = doubling.model_copy(update={"lookups": lookups})
    with pytest.raises(JudgingError, match="more than one row"):
        past.rehearse(replace(contracts(), rule_sets=contracts().rule_sets | {"atvejai": doubled}))


def test_rules_that_compare_are_rehearsed_too(past: Past) -> None:
    municipalities = read_reference(past.settings.reference).municipalities

    def population(year: int, times: int) -> list[dict[str, Any]]:
        return [
            {
                "sav": sav,
                "metai": year,
                "amzius": age,
                "viso": 10 * times,
                "berniukai": 5 * times,
                "mergaites": 5 * times,
            }
            for sav in municipalities
            for age in range(18)
        ]

    for year, times in ((2017, 1), (2018, 2)):
        past.land("gyventojai", population(year, times), period=str(year), provider=VDA, municipality=None)
    found = past.rehearse(with_rule("gyventojai", "GYV-003", holds="true"))
    assert [(one.rule_code, one.newly_passing) for one in found.rules] == [("GYV-003", 60)]
    assert [(one.period, one.now, one.then) for one in found.verdicts] == [
        ("2018", "accepted_with_findings", "accepted")
    ]
    only_former = past.rehearse(with_rule("gyventojai", "GYV-003", holds="true"), Span.between(None, None, "2017"))
    assert (only_former.deliveries, only_former.rules) == (1, ())


def test_a_rule_replaced_by_another_from_a_date(past: Past) -> None:
    for period, opened in (("2018-09", date(2018, 9, 3)), ("2018-10", date(2018, 10, 3))):
        cells = {"pranesimo_data": opened, "atidarymo_data": opened}
        past.land("atvejai", [*cases(12), case("S-1", **cells)], period=period)
    rules = contracts().rule_sets["atvejai"]
    former = next(rule for rule in rules.rules if rule.code == "ATV-001")
    successor = Rule.model_validate(
        former.model_dump() | STRICTER | {"code": "ATV-099", "valid_from": date(2018, 10, 1)}
    )
    ended = former.model_copy(update={"valid_to": date(2018, 9, 30)})
    others = tuple(rule for rule in rules.rules if rule.code != "ATV-001")
    changed = rules.model_copy(update={"rules": (ended, successor, *others)})
    found = past.rehearse(replace(contracts(), rule_sets=contracts().rule_sets | {"atvejai": changed}))
    assert found.rules_changed == {"ATV-001": "changed", "ATV-099": "new"}
    # Of September the former rule is asked still, of October the new one alone.
    assert found.rules == (RuleDifference("ATV-099", "atvejai", SPC, 1, 0, 1),)


def test_other_words_are_no_other_rule(past: Past) -> None:
    past.land("atvejai", cases(12))
    assert past.rehearse(with_rule("atvejai", "ATV-001", why={"lt": "Kitaip.", "en": "Otherwise."})) == Rehearsal()


def test_a_judging_is_waited_for(past: Past) -> None:
    past.land("atvejai", cases(12))
    with past.warehouse.connect() as other:
        deliveries.judge_alone(other)
        impatient = Impatient(past.warehouse.url, past.warehouse.url)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            rehearse(impatient, past.settings, with_rule("atvejai", "ATV-001", holds="true"), Span())


@pytest.fixture
def rule_file(tmp_path: Path) -> Path:
    rules = yaml.safe_load((EXPECTATIONS / "rules" / "atvejai.yml").read_text("utf-8"))
    next(rule for rule in rules["rules"] if rule["code"] == "ATV-001")["holds"] = STRICTER["holds"]
    path = tmp_path / "stricter" / "atvejai.yml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(rules, allow_unicode=True), "utf-8")
    return path


def test_the_command_reads_a_file_or_a_folder_and_tells_people_and_machines(
    past: Past, rule_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    past.land("atvejai", cases(12, early=4))
    monkeypatch.setenv("AIM_HOME", str(past.settings.home))
    monkeypatch.setenv("AIM_WAREHOUSE", past.warehouse.url)
    told = CliRunner().invoke(app, ["rehearse", str(rule_file)], catch_exceptions=False)
    assert told.exit_code == 0
    for words in ("1 delivery with 12 rows", "ATV-001", "changed", SPC, "accepted → rejected: 1", "quarantined: 4"):
        assert words in told.stdout
    counted = CliRunner().invoke(app, ["rehearse", str(rule_file.parent), "--to", "2018-09", "--json"])
    assert json.loads(counted.stdout)["deliveries"] == 0
    counted = CliRunner().invoke(app, ["rehearse", str(rule_file.parent), "--json"])
    assert json.loads(counted.stdout)["rules"][0]["newly_failing"] == 4


def test_rules_that_do_not_agree_with_the_rest_are_refused(rule_file: Path, tmp_path: Path) -> None:
    rule_file.write_text(rule_file.read_text("utf-8").replace(STRICTER["holds"], "landed.gandas < 5"), "utf-8")
    refused = CliRunner().invoke(app, ["rehearse", str(rule_file)])
    assert "reads landed.gandas, which is not there" in str(refused.exception)
    (rule_file.parent / "again.yml").write_text(rule_file.read_text("utf-8"), "utf-8")
    with pytest.raises(ContractError, match="two rule files"):
        with_changed_rules(contracts(), rule_file.parent)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ContractError, match="no rule file"):
        with_changed_rules(contracts(), tmp_path / "empty")
    rule_file.write_text("rules: [", "utf-8")
    with pytest.raises(ContractError, match="atvejai"):
        with_changed_rules(contracts(), rule_file)
