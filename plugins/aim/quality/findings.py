"""What was found in the deliveries of a batch, and how it is written: row issues, counts, check results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from aim.contracts.models import DatasetContract, FieldType
from aim.contracts.rule_sql import COMPARED_ROWS, FORMER_ROWS, RuleColumn
from aim.quality.judged_tables import ASKED, LANDED_ROWS, JudgedTable, JudgingError
from aim.quality.verdicts import CheckResult, Findings, Tally
from aim.warehouse.sql import load


@dataclass(frozen=True)
class Landed:
    """A delivery of the batch and its rows as they stand in staging."""

    delivery_id: int
    is_nil: bool
    rows_received: int
    waits_for: list[str]
    rows_landed: int
    rows_duplicate: int
    rows_erased: int = 0
    rows_erased_out: int = 0
    rows_erased_duplicate: int = 0

    @property
    def rows_to_judge(self) -> int:
        """Its rows but for duplicates."""
        return self.rows_landed - self.rows_duplicate


def count_landed(connection: psycopg.Connection[Any]) -> list[Landed]:
    """The deliveries of the batch with their rows counted. Raises JudgingError where not all received are landed."""
    with connection.cursor(row_factory=class_row(Landed)) as cursor:
        batch = cursor.execute(load(__file__, "count_rows.sql").format(landed_rows=LANDED_ROWS)).fetchall()
    for one in batch:
        if one.rows_landed != one.rows_received:
            raise JudgingError(
                f"Delivery {one.delivery_id}: {one.rows_received} rows received, {one.rows_landed} landed."
            )
    return batch


def write_row_issues(connection: psycopg.Connection[Any], table: JudgedTable, skip: Mapping[str, str]) -> None:
    """Name every row of a table of outcomes that breaks a rule, rules of `skip` left out."""
    columns = [column for column in table.columns if column.rule.code not in skip]
    if not columns:
        return
    connection.execute(
        load(__file__, "write_row_issues.sql").format(
            judged=table.identifier,
            outcomes=sql.SQL(", ").join(
                sql.SQL("({}, {}, {}, {})").format(
                    column.rule.code, column.field, column.takes_row_out, _outcome(column)
                )
                for column in columns
            ),
            all_hold=sql.SQL(" and ").join(map(_outcome, columns)),
        )
    )


def forget_findings(connection: psycopg.Connection[Any], codes: Sequence[str] | None = None) -> None:
    """Take away what a former judgement by these rules found in the batch: the latest alone counts.

    Without codes by all rules, those that are declared no more among them.
    """
    for statement in ("forget_row_issues.sql", "forget_check_results.sql"):
        connection.execute(load(__file__, statement), {"codes": None if codes is None else list(codes)})


def forget_row_issues(connection: psycopg.Connection[Any], codes: Sequence[str]) -> None:
    """Take away the row issues of these rules in the batch, those that turned out to be at fault themselves."""
    connection.execute(load(__file__, "forget_row_issues.sql"), {"codes": list(codes)})


def count_codes(connection: psycopg.Connection[Any], contract: DatasetContract) -> None:
    """Write how often each code stands in the rows kept of the batch; duplicates and rows out are known."""
    connection.execute(load(__file__, "forget_codes.sql"))
    coded = [field.name for field in contract.fields if field.type is FieldType.CODE]
    if coded:
        connection.execute(
            load(__file__, "count_codes.sql").format(
                codes=sql.SQL(", ").join(
                    sql.SQL("({}, {})").format(name, sql.Identifier("landed", name)) for name in coded
                )
            )
        )


def count_row_issues(connection: psycopg.Connection[Any]) -> dict[tuple[str, str], int]:
    """Rows named for each (rule code, field) in the batch."""
    rows = connection.execute(load(__file__, "count_row_issues.sql")).fetchall()
    return {(code, field): failed for code, field, failed in rows}


def tally(
    connection: psycopg.Connection[Any], tables: Sequence[JudgedTable], batch: Sequence[Landed]
) -> dict[int, dict[str, Tally]]:
    """What each rule (by code) checked and found broken in each delivery.

    Raises JudgingError where the rules saw other rows than were landed.
    """
    tallies: dict[int, dict[str, Tally]] = {one.delivery_id: {} for one in batch}
    for table in tables:
        if not table.columns:
            continue
        of_table = _tallies(connection, table)
        expected = _rows_asked(connection, table, batch)
        for one in batch:
            rows, counts = of_table.get(one.delivery_id, (0, {}))
            if rows != expected[one.delivery_id]:
                raise JudgingError(
                    f"Delivery {one.delivery_id}: {table.name} has {rows} rows for {expected[one.delivery_id]}; "
                    "a lookup gives more than one row for the same join."
                )
            tallies[one.delivery_id] |= counts
    return tallies


def _rows_asked(connection: psycopg.Connection[Any], table: JudgedTable, batch: Sequence[Landed]) -> dict[int, int]:
    """Delivery -> rows that a table of outcomes must have of it."""
    if table.is_of_files:
        return {one.delivery_id: int(not one.is_nil) for one in batch}
    if table.kind not in (COMPARED_ROWS, FORMER_ROWS):
        return {one.delivery_id: one.rows_to_judge for one in batch}
    counted = dict(connection.execute(load(__file__, "count_asked.sql").format(asked=ASKED[table.kind])).fetchall())
    return {one.delivery_id: counted.get(one.delivery_id, 0) for one in batch}


def gather(
    connection: psycopg.Connection[Any], batch: Sequence[Landed], tallies: Mapping[int, Mapping[str, Tally]]
) -> list[Findings]:
    """All that was found, by delivery; the row issues of the batch are written and those answered are marked."""
    quarantined = dict(connection.execute(load(__file__, "count_quarantined.sql")).fetchall())
    answered: dict[int, dict[str, int]] = {}
    for delivery_id, code, number in connection.execute(load(__file__, "count_answered.sql")):
        answered.setdefault(delivery_id, {})[code] = number
    return [
        Findings(
            delivery_id=one.delivery_id,
            is_nil=one.is_nil,
            rows_received=one.rows_received,
            rows_duplicate=one.rows_duplicate,
            rows_quarantined=quarantined.get(one.delivery_id, 0),
            waits_for=tuple(one.waits_for),
            tallies=tallies[one.delivery_id],
            answered=answered.get(one.delivery_id, {}),
            rows_erased=one.rows_erased,
            rows_erased_out=one.rows_erased_out,
            rows_erased_duplicate=one.rows_erased_duplicate,
        )
        for one in batch
    ]


def write_check_results(connection: psycopg.Connection[Any], run_id: int, results: Sequence[CheckResult]) -> None:
    """Write one row for each delivery and rule."""
    with connection.cursor().copy(load(__file__, "copy_check_results.sql")) as copy:
        for result in results:
            rule, tally = result.rule, result.tally
            copy.write_row(
                (
                    run_id,
                    result.delivery_id,
                    rule.code,
                    result.status,
                    rule.severity.value,
                    rule.responsibility,
                    rule.dimension.value,
                    rule.scope.value,
                    tally.checked,
                    tally.failed,
                    result.reason,
                )
            )


def forget_delivery(connection: psycopg.Connection[Any], dataset: str, delivery_id: int) -> None:
    """Take away rows and findings of a delivery that turned out to be the same file as the one that speaks."""
    for table in (
        ("staging", dataset),
        ("quality", "row_issues"),
        ("quality", "check_results"),
        ("quality", "code_counts"),
    ):
        connection.execute(
            load(__file__, "forget_delivery.sql").format(table=sql.Identifier(*table)), {"delivery_id": delivery_id}
        )


def _tallies(connection: psycopg.Connection[Any], table: JudgedTable) -> dict[int, tuple[int, dict[str, Tally]]]:
    """Delivery -> its rows in the table, and what each rule checked and found, fields of a rule summed."""
    names = [sql.Identifier(column.name) for column in table.columns]
    counted = connection.execute(
        load(__file__, "count_checks.sql").format(
            judged=table.identifier,
            checked=sql.SQL(", ").join(sql.SQL("count({})").format(name) for name in names),
            failed=sql.SQL(", ").join(sql.SQL("count(*) filter (where not {})").format(name) for name in names),
        )
    )
    found: dict[int, tuple[int, dict[str, Tally]]] = {}
    for delivery_id, rows, checked, failed in counted:
        of_rules: dict[str, Tally] = {}
        for column, number, broken in zip(table.columns, checked, failed, strict=True):
            code = column.rule.code
            of_rules[code] = of_rules.get(code, Tally()) + Tally(number, broken)
        found[delivery_id] = rows, of_rules
    return found


def _outcome(column: RuleColumn) -> sql.Composed:
    return sql.SQL("judged.{}").format(sql.Identifier(column.name))
