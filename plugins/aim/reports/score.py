"""How good a provider's deliveries are: the score with the counts behind it, as last built, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql as compose
from psycopg.rows import class_row, dict_row

from aim.warehouse import sql


@dataclass(frozen=True)
class ScorePart:
    """One of the six parts: its value in percent and the two counts it is made of; None: not known."""

    part: str
    value: Decimal | None
    reached: int | None
    possible: int | None


@dataclass(frozen=True)
class MonthCame:
    """The slices about one month: how many were expected, how many of them accepted."""

    month_start: date
    expected: int
    accepted: int


@dataclass(frozen=True)
class Score:
    """A provider's score, 0-100; letter None on too few periods. trend: oldest month first."""

    score: Decimal
    letter: str | None
    parts: tuple[ScorePart, ...]
    municipality_median: Decimal | None
    national_median: Decimal | None
    trend: tuple[MonthCame, ...]


def score_of(connection: psycopg.Connection[Any], provider_code: str) -> Score | None:
    """The score as the last build left it; None before the first, and where nothing of the provider fell due yet.

    A login that may not read `core` gets the published shares, without counts of cells.
    """
    found = connection.execute(sql.load(__file__, "readable_schema.sql")).fetchone()
    if found is None:
        return None
    scorecard, trends = (compose.Identifier(found[0], name) for name in ("provider_scorecard", "collection_trend"))
    asked = {"provider_code": provider_code}
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(sql.load(__file__, "score.sql").format(scorecard=scorecard), asked).fetchone()
    if row is None or row["score"] is None:
        return None
    with connection.cursor(row_factory=class_row(MonthCame)) as cursor:
        trend = cursor.execute(sql.load(__file__, "score_trend.sql").format(trend=trends), asked).fetchall()
    counts = {
        "reporting_rate": (row["accepted"], row["expected"]),
        "timeliness": (row["on_time"], row["expected"]),
        "conformance": (row["conformance_passed"], row["conformance_applicable"]),
        "completeness": (row["completeness_filled"], row["completeness_required"]),
        "consistency": (row["consistency_passed"], row["consistency_applicable"]),
        "continuity": (row["expected"] - row["missing"], row["expected"]),
    }
    return Score(
        score=row["score"],
        letter=row["letter"],
        parts=tuple(ScorePart(part, row[part], *reached) for part, reached in counts.items()),
        municipality_median=row["municipality_median"],
        national_median=row["national_median"],
        trend=tuple(reversed(trend)),
    )
