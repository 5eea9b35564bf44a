"""How good a provider's deliveries are: the score with the counts behind it, as last built, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from aim.warehouse import sql


@dataclass(frozen=True)
class ScorePart:
    """One of the six parts: its value in percent and the two counts it is made of; None: nothing is known of it."""

    part: str
    value: Decimal | None
    reached: int
    possible: int


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
    """The score as the last build left it; None before the first, and where nothing of the provider fell due yet."""
    if not _is_built(connection):
        return None
    asked = {"provider_code": provider_code}
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(sql.load(__file__, "score.sql"), asked).fetchone()
    if row is None or row["score"] is None:
        return None
    with connection.cursor(row_factory=class_row(MonthCame)) as cursor:
        trend = cursor.execute(sql.load(__file__, "score_trend.sql"), asked).fetchall()
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


def _is_built(connection: psycopg.Connection[Any]) -> bool:
    found = connection.execute(
        "select to_regclass('core.provider_scorecard') is not null and to_regclass('core.collection_trend') is not null"
    ).fetchone()
    return found is not None and bool(found[0])
