"""What may go wrong in the values, and which of dbt's promises must then be found broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

WRONG: dict[str, list[str]] = {
    "additive_counts_add_up": [
        "update core.indicator_current set numerator = numerator + 1"
        " where indicator_code = 'P02' and territory_code = '33'",
    ],
    "pairs_add_up": [
        "update intermediate.ind_p09_risk_worsened set numerator = numerator + 1 where denominator > 0",
        "update intermediate.ind_p01_risk_improved set denominator = denominator + 1 where measure = 'unchanged'",
        "delete from intermediate.ind_p09_risk_worsened where denominator > 0",
    ],
    "special_groups_equal_their_breakdown": [
        "update intermediate.ind_p03_risk_improved_disabled set numerator = numerator + 1 where measure = 'main'",
        "update intermediate.ind_p04_plans_implemented_disabled set numerator = numerator + 0.5",
        "update intermediate.ind_p06_risk_improved_special_needs set denominator = denominator + 1",
        "delete from intermediate.ind_p07_plans_implemented_special_needs where measure = 'on_time'",
    ],
    "parts_are_the_whole": [
        "update core.indicator_current set numerator = numerator + 1"
        " where indicator_code = 'S01' and breakdown = 'disability' and breakdown_value = 'yes'",
        "update core.indicator_current set numerator = numerator - 1"
        " where indicator_code = 'S11' and breakdown = 'item' and numerator > 0",
    ],
    "breakdowns_stay_within_the_total": [
        "update core.indicator_current set numerator = numerator - 1"
        " where indicator_code = 'S01' and breakdown_value in ('male', '10-14') and numerator > 0",
        "update core.indicator_current set numerator = numerator + 1"
        " where indicator_code = 'S05' and breakdown = 'total'",
        "update core.indicator_current set numerator = numerator + 1"
        " where indicator_code = 'S09' and measure = 'not_assessed' and breakdown = 'total'",
        "update core.indicator_current set numerator = numerator + 0.5"
        " where indicator_code = 'P02' and breakdown_value = '10-14'",
    ],
    "every_expected_value_is_there": [
        "delete from core.indicator_current where indicator_code = 'P10' and breakdown_value = 'parent'",
    ],
    "no_value_without_coverage": [
        "update core.indicator_current set coverage_pct = null where indicator_code = 'S02'",
        "delete from intermediate.int_indicator_coverage where indicator_code = 'S06'",
    ],
    "values_are_possible": [
        "update core.indicator_current set value = 101 where unit = 'percent' and value = 100",
        "update core.indicator_current set numerator = 0 where obs_status = 'M'",
    ],
    "versions_follow_each_other": [
        "update reference.indicator_versions set valid_to = '2018-06-30' where valid_to is not null",
    ],
    "definitions_fit_together": [
        "delete from reference.units where unit = 'mean'",
        "delete from reference.indicator_grains where indicator_code = 'S07'",
    ],
}


def not_noticed(connection: psycopg.Connection[Any], state: Path) -> list[str]:
    """The statements after which the promise held still, though it spoke of what they changed; all are taken back.

    state is the folder in which dbt has compiled its tests.
    """
    compiled = state / "target" / "compiled" / "aim" / "tests"
    missed = []
    for promise, statements in WRONG.items():
        question = sql.SQL((compiled / f"{promise}.sql").read_text("utf-8"))
        for statement in statements:
            with connection.transaction(force_rollback=True):
                connection.execute(sql.SQL(statement))
                if not connection.execute(question).fetchone():
                    missed.append(statement)
    return missed
