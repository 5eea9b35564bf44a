"""Every rule on its own examples, from file to finding: it finds the rows it should, and no others.

All specimens are landed, judged and compared together, once; each test reads its own delivery. The providers are
invented: one for each dataset, whose specimens are all of one slice, and one for each example of a rule that compares,
for those are compared only where they speak for their slice.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from psycopg import sql
from specimens import Row, broken_history, broken_rows, file_text, in_period, rows_of, specimen_set

from aim.clock import Clock
from aim.contracts.calendar import Period, is_expected
from aim.contracts.load import contracts
from aim.contracts.models import FieldContract, JudgedUnit, ProviderKind, Rule, RuleSet
from aim.contracts.reference import read_reference
from aim.contracts.registry import COLUMNS
from aim.contracts.rule_sql import fields_spoken_of, rules_of
from aim.contracts.suites import compile_suites, read_suite
from aim.landing.load import land_files
from aim.ledger import runs
from aim.quality.judging import judge_all
from aim.quality.validation import Counted, Validator
from aim.settings import Settings
from aim.warehouse.connect import Warehouse, connect

HEADER_LINES = 1
FIRST_DAY = date(1995, 1, 1)


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
        self.files: list[Path] = []
        self.registry: list[tuple[str, ...]] = []
        self.of_dataset: dict[str, str] = {}

    def kind(self, dataset: str) -> ProviderKind:
        """The kind whose providers deliver the specimens: of a municipality, where there is one that owes them."""
        owing = [kind for kind in contracts().kinds.values() if contracts().obligation(kind.kind, dataset)]
        return min(owing, key=lambda kind: (kind.level, kind.kind))

    def new_provider(self, dataset: str) -> str:
        """A provider that owes the dataset, of the specimen's municipality."""
        kind = self.kind(dataset)
        sav = contracts().rule_sets["atvejai"].specimen["sav"] if kind.level == "municipality" else ""
        code = str(900_000_001 + len(self.registry))
        self.registry.append((code, f"Teikėjas {code}", kind.kind, sav, "lt", FIRST_DAY.isoformat(), ""))
        return code

    def shared_provider(self, dataset: str) -> str:
        """The one whose slice all specimens are of that are judged by themselves."""
        if dataset not in self.of_dataset:
            self.of_dataset[dataset] = self.new_provider(dataset)
        return self.of_dataset[dataset]

    def write(self, dataset: str, provider: str, period: Period, rows: Sequence[Row]) -> Path:
        """A file of `rows`, cells of which that are not theirs are the specimen's."""
        ground, contract = contracts().rule_sets[dataset], contracts().datasets[dataset]
        data = rows_of(ground, contract, rows, self.reference) if rows else []
        if period != self.period(ground):
            data = in_period(data, contract, self.period(ground), period)
        serial = len(self.files)
        path = self.folder / str(serial) / f"{dataset}_{provider}_{period.text}.csv"
        path.parent.mkdir()
        path.write_text(file_text(contract, data, serial), "utf-8")
        self.files.append(path)
        return path

    def add_alone(self, name: str, rule: Rule, ground: RuleSet, rows: Sequence[Row], found: Sequence[int]) -> None:
        """A specimen of a rule that judges each delivery by itself."""
        provider = self.shared_provider(ground.dataset)
        self._add(name, rule, ground, provider, rows, found)

    def add_compared(
        self,
        name: str,
        rule: Rule,
        ground: RuleSet,
        rows: Sequence[Row],
        found: Sequence[int],
        before: Sequence[Sequence[Row]],
    ) -> None:
        """A specimen of a rule that compares, after the periods `before` and beside what its example has beside it."""
        provider, own = self.new_provider(ground.dataset), self.period(ground)
        for period, earlier in zip(self.periods_before(ground, len(before)), before, strict=True):
            self.write(ground.dataset, provider, period, earlier)
        for dataset, others in rule.example.beside.items():
            holding = Period.holding(own.end, contracts().datasets[dataset].period)
            self.write(dataset, self.new_provider(dataset), holding, others)
        self._add(name, rule, ground, provider, rows, found)

    def _add(
        self, name: str, rule: Rule, ground: RuleSet, provider: str, rows: Sequence[Row], found: Sequence[int]
    ) -> None:
        of_file = rule.unit is JudgedUnit.DELIVERY
        lines = (0,) if of_file and found else tuple(row + HEADER_LINES for row in found)
        path = self.write(ground.dataset, provider, self.period(ground), rows)
        self.specimens[name] = Specimen(name, rule, ground.dataset, path, lines)

    def own_rows(self, ground: RuleSet, rows: Sequence[Row]) -> range:
        """The numbers of the data rows that an example adds to the specimen's file."""
        contract = contracts().datasets[ground.dataset]
        with_them, without = (len(rows_of(ground, contract, one, self.reference)) for one in (rows, ()))
        return range(1, with_them - without + 1)

    def period(self, ground: RuleSet) -> Period:
        assert ground.period is not None
        return Period.parse(ground.period)

    def periods_before(self, ground: RuleSet, count: int) -> list[Period]:
        """So many periods before the specimen's of which a slice is owed, oldest first."""
        obligation = contracts().obligation(self.kind(ground.dataset).kind, ground.dataset)
        assert obligation is not None
        found: list[Period] = []
        period = self.period(ground)
        while len(found) < count:
            period = period.previous()
            if is_expected(obligation, period, FIRST_DAY, None):
                found.append(period)
        return found[::-1]

    def write_registry(self) -> None:
        with self.settings.registry.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *self.registry])

    def add_to_reference(self, tables: dict[str, Any]) -> None:
        """Rows of reference files that an example goes by."""
        for name, rows in tables.items():
            with (self.settings.reference / f"{name}.csv").open("a", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(row.values() for row in rows)

    def land_and_judge(self) -> None:
        self.write_registry()
        with self.warehouse.connect() as connection:
            run_id = runs.open_run(connection, Clock.at(date(2019, 1, 22)))
        land_files(self.settings, self.warehouse, self.files)
        self.result = judge_all(self.warehouse, self.settings, run_id)
        with self.warehouse.connect() as connection:
            self.deliveries = dict(
                connection.execute("select sha256, delivery_id from ops.deliveries where verdict <> 'duplicate'")
            )
            issues = connection.execute(
                "select delivery_id, rule_code, field, row_number from quality.row_issues"
            ).fetchall()
            self.results = {
                (delivery_id, rule_code): (status, checked)
                for delivery_id, rule_code, status, checked in connection.execute(
                    "select delivery_id, rule_code, status, checked from quality.check_results where is_current"
                )
            }
        self.lines: dict[tuple[int, str], list[tuple[str, int]]] = {}
        for delivery_id, rule_code, field, line in issues:
            self.lines.setdefault((delivery_id, rule_code), []).append((field, line))

    def _key(self, specimen: Specimen) -> tuple[int, str]:
        return self.deliveries[sha256(specimen.file.read_bytes()).hexdigest()], specimen.rule.code

    def lines_found(self, specimen: Specimen) -> list[int]:
        found = self.lines.get(self._key(specimen), [])
        return sorted({line for field, line in found if specimen.field in (None, field)})

    def result_of(self, specimen: Specimen) -> tuple[str, int]:
        return self.results[self._key(specimen)]


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
    url, home = server.url(database), tmp_path_factory.mktemp("home")
    shutil.copytree(Settings.from_env({}).reference, home / "reference")
    settings = Settings.from_env(
        {
            "AIM_HOME": str(home),
            "AIM_WAREHOUSE": url,
            "AIM_REFERENCE": str(home / "reference"),
            "AIM_REGISTRY": str(home / "providers.csv"),
        }
    )
    all_of_them = Judged(tmp_path_factory.mktemp("files"), Warehouse(url, url), settings)
    for code, rule_set, rule in examples():
        ground, example = specimen_set(contracts(), rule_set, rule), rule.example
        former = example.before[-1] if rule.unit is JudgedUnit.FORMER_ROW else example.fails
        found = example.fails_rows or all_of_them.own_rows(ground, former)
        all_of_them.add_to_reference(example.reference)
        for name, rows, lines in ((f"{code} passes", example.passes, ()), (f"{code} fails", example.fails, found)):
            if rule.compares:
                all_of_them.add_compared(name, rule, ground, rows, lines, example.before)
            else:
                all_of_them.add_alone(name, rule, ground, rows, lines)
    for name, rule, dataset, field in repetitions():
        ground, contract = contracts().rule_sets[dataset], contracts().datasets[dataset]
        if rule.compares:
            before, rows = broken_history(rule, field, ground, contract, all_of_them.reference)
            all_of_them.add_compared(name, rule, ground, rows, (0,), before)
        else:
            rows = broken_rows(rule, field, contract, all_of_them.period(ground).end)
            all_of_them.add_alone(name, rule, ground, rows, all_of_them.own_rows(ground, rows))
        all_of_them.specimens[name] = replace(all_of_them.specimens[name], field=field.name if field else "")
    for ground in contracts().rule_sets.values():
        for dataset, rows in ground.setting.items():
            all_of_them.write(dataset, all_of_them.shared_provider(ground.dataset), all_of_them.period(ground), rows)

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
