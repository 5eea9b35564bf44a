"""The score of a letter is the scorecard's, with its counts where the login may see them, and medians of those like it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from provider_month import SPC

from aim.reports.score import MonthCame, score_of

COUNTS = (
    "conformance_passed", "conformance_applicable", "completeness_filled", "completeness_required",
    "consistency_passed", "consistency_applicable",
)  # fmt: skip
SHARES = ("reporting_rate", "timeliness", "conformance", "completeness", "consistency", "continuity")


def scorecard(connection: Any, schema: str, counts: tuple[str, ...]) -> None:
    """The tables as a build leaves them, with four providers in two municipalities."""
    columns = ", ".join(f"{name} bigint" for name in ("expected", "accepted", "on_time", "missing", *counts))
    shares = ", ".join(f"{name} numeric" for name in SHARES)
    connection.execute(
        f"create table {schema}.provider_scorecard (provider_code text, is_total boolean, is_current boolean,"
        f" municipality_code text, score numeric, letter text, {columns}, {shares})"
    )
    connection.execute(
        f"create table {schema}.collection_trend (level text, code text, is_total boolean, month_start date,"
        " expected bigint, accepted bigint)"
    )
    for code, place, score, letter in (
        (SPC, "33", "90.5", "B"), ("a", "33", "80", "C"), ("b", "33", None, None), ("c", "11", "60", "D"),
    ):  # fmt: skip
        connection.execute(
            f"insert into {schema}.provider_scorecard values (%s, true, true, %s, %s, %s, 12, 11, 10, 1"
            f"{', 9' * len(counts)}{', 91.7' * len(SHARES)})",
            (code, place, score, letter),
        )
    connection.execute(
        f"insert into {schema}.collection_trend values ('provider', %(spc)s, true, '2018-11-01', 3, 2),"
        " ('provider', %(spc)s, true, '2018-12-01', 3, 3), ('provider', %(spc)s, false, '2018-12-01', 1, 1)",
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
