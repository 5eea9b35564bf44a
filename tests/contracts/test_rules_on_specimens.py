"""Every rule on its own examples, from file to finding: it finds the rows it should, and no others.

All specimens are landed as deliveries of one slice and judged together, once; each test reads its own delivery.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from psycopg import sql
from specimens import broken_rows, file_text, rows_of, specimen_set, table_of_period_before

from aim.clock import Clock
from aim.contracts.calendar import Period
from aim.contracts.load import contracts
from aim.contracts.models import FieldContract, Rule, RuleSet, Scope
from aim.contracts.reference import read_reference
from aim.contracts.registry import read_registry
from aim.contracts.rule_sql import fields_spoken_of, rules_of
from aim.contracts.suites import compile_suites, read_suite
from aim.landing.load import land_files
from aim.ledger import runs
from aim.quality.judging import judge_all
from aim.quality.validation import Counted, Validator
from aim.settings import Settings
from aim.warehouse.connect import Warehouse, connect

HEADER_LINES = 1


@dataclass(frozen=True)
class Specimen:
    """One delivery to judge. found: the lines of the file that the rule must name, 0 for the file itself."""

    name: str
    rule: Rule
    dataset: str
    file: Path
    found: tuple[int, ...]
    field: str | None = None


def examples() -> Iterator[tuple[str, RuleSet, Rule]]:
    for rule_set in contracts().rule_sets.values():
        for rule in rule_set.rules:
            yield rule.code, rule_set, rule


def repetitions() -> Iterator[tuple[str, Rule, str, FieldContract | None]]:
    for dataset, contract in contracts().datasets.items():
        for rule in rules_of(contracts(), dataset):
            if rule.for_each is not None:
                for field in fields_spoken_of(rule, contract):
                    name = field.name if field else ""
                    if not is_never_asked(dataset, rule.code, name):
                        yield f"{rule.code} {dataset}.{name}", rule, dataset, field


class Judged:
    """All specimens, landed and judged."""

    def __init__(self, folder: Path, warehouse: Warehouse, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.warehouse = warehouse
        self.reference = read_reference(settings.reference)
        self.specimens: dict[str, Specimen] = {}
        self.files: dict[str, list[Path]] = {"before": [], "specimens": [], "setting": []}
        self.serial = 0

    def write(self, dataset: str, period: str, rows: list[dict[str, str]], stage: str = "specimens") -> Path:
        contract = contracts().datasets[dataset]
        self.serial += 1
        path = self.folder / str(self.serial) / f"{dataset}_{self.provider(dataset)}_{period}.csv"
        path.parent.mkdir()
        path.write_text(file_text(contract, rows, self.serial), "utf-8")
        self.files[stage].append(path)
        return path

    def provider(self, dataset: str) -> str:
        """A provider that owes the dataset, of the specimen's own municipality."""
        sav = contracts().rule_sets["atvejai"].specimen["sav"]
        return next(
            provider.code
            for provider in read_registry(self.settings.registry).values()
            if contracts().obligation(provider.kind, dataset) and provider.municipality_code in (sav, None)
        )

    def add(self, name: str, rule: Rule, ground: RuleSet, rows: Any, found: Any, field: str | None = None) -> None:
        assert ground.period is not None
        data = rows_of(ground, contracts().datasets[ground.dataset], rows, self.reference)
        own = len(data) - len(rows_of(ground, contracts().datasets[ground.dataset], (), self.reference))
        if found is None:
            found = range(1, own + 1)
        lines = (0,) if rule.scope is Scope.FILE and found else tuple(row + HEADER_LINES for row in found)
        path = self.write(ground.dataset, ground.period, data)
        self.specimens[name] = Specimen(name, rule, ground.dataset, path, lines, field)

    def land_and_judge(self) -> None:
        run_id: int
        with self.warehouse.connect() as connection:
            run_id = runs.open_run(connection, Clock.at(date(2019, 1, 22)))
        for stage in ("before", "setting", "specimens", "setting"):
            # The setting comes before and once more last: it is what speaks when datasets that look at it are judged.
            land_files(self.settings, self.warehouse, self.files[stage])
        self.result = judge_all(self.warehouse, self.settings, run_id)

    def delivery(self, path: Path) -> int:
        with self.warehouse.connect() as connection:
            found = connection.execute(
                "select min(delivery_id) from ops.deliveries where sha256 = %s and verdict <> 'duplicate'",
                [sha256(path.read_bytes()).hexdigest()],
            ).fetchone()
        assert found is not None
        return int(found[0])

    def lines_found(self, specimen: Specimen) -> list[int]:
        with self.warehouse.connect() as connection:
            return [
                row[0]
                for row in connection.execute(
                    "select distinct row_number from quality.row_issues where delivery_id = %s and rule_code = %s"
                    " and (%s::text is null or field = %s) order by row_number",
                    [self.delivery(specimen.file), specimen.rule.code, specimen.field, specimen.field],
                )
            ]

    def result_of(self, specimen: Specimen) -> tuple[str, int]:
        with self.warehouse.connect() as connection:
            found = connection.execute(
                "select status, checked from quality.check_results where delivery_id = %s and rule_code = %s",
                [self.delivery(specimen.file), specimen.rule.code],
            ).fetchone()
        assert found is not None
        return found


Expectation = tuple[str, str, str]
"""dataset, rule code, field"""


def expectation(suite: dict[str, Any], one: dict[str, Any]) -> Expectation:
    return suite["meta"]["dataset"], one["meta"]["rule_code"], one["meta"]["field"]


def suite_names() -> list[str]:
    return [name.removesuffix(".json") for name in compile_suites(contracts())]


def is_never_asked(dataset: str, code: str, _field: str) -> bool:
    """VIS-008 compares with the provider's own municipality, which a national one has not."""
    kinds = [kind for kind in contracts().kinds.values() if contracts().obligation(kind.kind, dataset)]
    return code == "VIS-008" and all(kind.level == "national" for kind in kinds)


@pytest.fixture(scope="session")
def counted_by_gx() -> Counter[Expectation]:
    return Counter()


@pytest.fixture(scope="session")
def judged(
    server: Any, tmp_path_factory: pytest.TempPathFactory, counted_by_gx: Counter[Expectation]
) -> Iterator[Judged]:
    database = f"specimens_{uuid4().hex[:8]}"
    with connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} template aim_template").format(sql.Identifier(database)))
    url = server.url(database)
    settings = Settings.from_env({"AIM_HOME": str(tmp_path_factory.mktemp("home")), "AIM_WAREHOUSE": url})
    all_of_them = Judged(tmp_path_factory.mktemp("files"), Warehouse(url, url), settings)
    for code, rule_set, rule in examples():
        ground = specimen_set(contracts(), rule_set, rule)
        all_of_them.add(f"{code} passes", rule, ground, rule.example.passes, ())
        all_of_them.add(f"{code} fails", rule, ground, rule.example.fails, rule.example.fails_rows)
    for name, rule, dataset, field in repetitions():
        ground = contracts().rule_sets[dataset]
        assert ground.period is not None
        rows = broken_rows(rule, field, contracts().datasets[dataset], Period.parse(ground.period).end)
        all_of_them.add(name, rule, ground, rows, None, field.name if field else "")
    for ground in contracts().rule_sets.values():
        if ground.period is None:
            continue
        for dataset, rows in ground.setting.items():
            beside = contracts().rule_sets[dataset]
            full = rows_of(beside, contracts().datasets[dataset], rows, all_of_them.reference)
            all_of_them.write(dataset, ground.period, full, "setting")
        if ground.period_before:
            before = Period.parse(ground.period).previous().text
            all_of_them.write(ground.dataset, before, table_of_period_before(ground, all_of_them.reference), "before")

    count = Validator.count

    def overheard(self: Validator, table: str, suite: Any, columns: Any) -> dict[str, Counted | None]:
        found = count(self, table, suite, columns)
        for one in suite["expectations"]:
            result = found.get(one["kwargs"]["column"])
            if result is not None:
                counted_by_gx[expectation(suite, one)] += result.unexpected
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Validator, "count", overheard)
        all_of_them.land_and_judge()
    yield all_of_them
    with connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(database)))


@pytest.mark.parametrize("code", [code for code, _, _ in examples()])
def test_a_rule_holds_on_what_passes(judged: Judged, code: str) -> None:
    specimen = judged.specimens[f"{code} passes"]
    assert judged.lines_found(specimen) == []
    status, checked = judged.result_of(specimen)
    # A rule that was never asked would pass on anything.
    assert (status, checked > 0) == ("passed", True)


@pytest.mark.parametrize("code", [code for code, _, _ in examples()])
def test_a_rule_finds_exactly_the_rows_that_fail(judged: Judged, code: str) -> None:
    specimen = judged.specimens[f"{code} fails"]
    assert judged.lines_found(specimen) == list(specimen.found)
    assert judged.result_of(specimen)[0] == "failed"


@pytest.mark.parametrize("name", [name for name, *_ in repetitions()])
def test_a_common_rule_is_repeated_for_every_field_it_speaks_of(judged: Judged, name: str) -> None:
    specimen = judged.specimens[name]
    assert judged.lines_found(specimen) == list(specimen.found)


def test_great_expectations_counts_what_the_row_issues_name(
    judged: Judged, counted_by_gx: Counter[Expectation]
) -> None:
    with judged.warehouse.connect() as connection:
        named = {
            (dataset, code, field): rows
            for dataset, code, field, rows in connection.execute(
                "select delivery.dataset, issue.rule_code, issue.field, count(*) from quality.row_issues as issue"
                " inner join ops.deliveries as delivery using (delivery_id) group by 1, 2, 3"
            )
        }
    assert judged.result.errored_rules == ()
    assert named == {key: count for key, count in counted_by_gx.items() if count}
    # Every expectation of every suite was asked, and found something in some specimen.
    asked = {expectation(suite, one) for suite in map(read_suite, suite_names()) for one in suite["expectations"]}
    assert named.keys() == {key for key in asked if not is_never_asked(*key)}
