"""Slices not asked for until a date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import psycopg

from aim.contracts.calendar import Period


def waive(
    connection: psycopg.Connection,
    provider_code: str,
    dataset: str,
    periods: Iterable[Period],
    reason: str,
    until: date,
) -> int:
    """Waive slices with a reason until a date (inclusive); a second waiver of a slice replaces the first."""
    count = 0
    for period in periods:
        connection.execute(
            "insert into ops.waivers (provider_code, dataset, period, reason, until) values (%s, %s, %s, %s, %s)"
            " on conflict (provider_code, dataset, period)"
            " do update set reason = excluded.reason, until = excluded.until, granted_at = now()",
            (provider_code, dataset, period.text, reason, until),
        )
        count += 1
    return count
