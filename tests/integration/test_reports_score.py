"""The score of a letter is the scorecard's, with its counts where they may be seen, and medians of those like it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from provider_month import SPC
from psycopg import sql

from aim.reports.score import MonthCame, score_of

COUNTS = (
    "conformance_passed", "conformance_applicable", "completeness_filled", "completeness_required",
    "consistency_passed", "consistency_applicable",
)  # fmt: skip
SHARES = ("reporting_rate", "timeliness", "conformance", "completeness", "consistency", "continuity")


def scorecard(connection: Any, schema: str, counts: tuple[str, ...]) -> None:
    """The tables as a build leaves them, with four providers in two municipalities."""
    card, trend = (sql.Identifier(schema, name) for name in ("provider_scorecard", "collection_trend"))
    numbers = sql.SQL(", ").join(
        sql.SQL("{} numeric").format(sql.Identifier(name))
        for name in ("expected", "accepted", "on_time", "missing", *SHARES, *counts)
    )
    connection.execute(
        sql.SQL(
            "create table {} (provider_code text, is_total boolean, is_current boolean, municipality_code text,"
            " score numeric, letter text, {})"
        ).format(card, numbers)
    )
    connection.execute(
        sql.SQL(
            "create table {} (level text, code text, is_total boolean, month_start date, expected bigint,"
            " accepted bigint)"
        ).format(trend)
    )
    for code, place, score, letter in (
        (SPC, "33", "90.5", "B"), ("a", "33", "80", "C"), ("b", "33", None, None), ("c", "11", "60", "D"),
    ):  # fmt: skip
        row = (code, True, True, place, score, letter, 12, 11, 10, 1, *[91.7] * len(SHARES), *[9] * len(counts))
        places = sql.SQL(", ").join([sql.Placeholder()] * len(row))
        connection.execute(sql.SQL("insert into {} values ({})").format(card, places), row)
    connection.execute(
        sql.SQL(
            "insert into {} values ('provider', %(spc)s, true, '2018-11-01', 3, 2),"
            " ('provider', %(spc)s, true, '2018-12-01', 3, 3), ('provider', %(spc)s, false, '2018-12-01', 1, 1)"
        ).format(trend),
        {"spc": SPC},
    )


@pytest.mark.parametrize(("schema", "counts"), [("core", COUNTS), ("marts", ())])
def test_score_counts_medians_and_months(warehouse: Any, schema: str, counts: tuple[str, ...]) -> None:
    connection = warehouse.connection
    assert score_of(connection, SPC) is None
    scorecard(connection, schema, counts)
    score = score_of(connection, SPC)
    assert score is not None
    assert (score.score, score.letter) == (Decimal("90.5"), "B")
    assert (score.municipality_median, score.national_median) == (Decimal("85.25"), Decimal("80"))
    reached = {one.part: (one.reached, one.possible) for one in score.parts}
    assert reached["reporting_rate"] == reached["continuity"] == (11, 12)
    assert reached["timeliness"] == (10, 12)
    assert reached["conformance"] == ((9, 9) if counts else (None, None))
    assert [(one.month_start.month, one.expected, one.accepted) for one in score.trend] == [(11, 3, 2), (12, 3, 3)]
    assert isinstance(score.trend[0], MonthCame)
    # Nothing fell due of it yet: no score, no zero.
    assert score_of(connection, "b") is None
    assert score_of(connection, "unknown") is None
