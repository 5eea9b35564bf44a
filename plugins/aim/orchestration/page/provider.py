"""One provider: its score, its silences, and its calendar dataset by dataset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from aim.orchestration.page.calendar import Asked, By, Calendar, calendar_of
from aim.orchestration.page.names import Names
from aim.orchestration.page.reading import rows
from aim.orchestration.status import Status, StatusError, status_of
from aim.settings import Settings


@dataclass(frozen=True)
class Score:
    """How a provider delivered a dataset, or all of them (is_total), over its last expected periods."""

    dataset: str
    is_total: bool
    expected: int
    accepted: int
    on_time: int
    last_period: str | None
    score: Decimal | None
    letter: str | None


@dataclass(frozen=True)
class ProviderTold:
    """A provider as the ledger and the last build know it; no scores before the first build."""

    code: str
    status: Status
    calendar: Calendar
    scores: list[Score]


def provider_of(
    connection: psycopg.Connection[Any], settings: Settings, names: Names, code: str, until: date | None
) -> ProviderTold | None:
    """The provider of that legal code; None where neither registry nor ledger knows it."""
    try:
        status = status_of(settings, connection, code, None)
    except StatusError:
        return None
    calendar = calendar_of(connection, names, Asked(by=By.SERIES, provider=code, until=until))
    return ProviderTold(code, status, calendar, _scores(connection, code))


def _scores(connection: psycopg.Connection[Any], code: str) -> list[Score]:
    built = connection.execute("select to_regclass('core.provider_scorecard') is not null").fetchone()
    if built is None or not built[0]:
        return []
    return rows(connection, Score, __file__, "scores.sql", {"provider": code})
