"""What is expected, and whether it came in time: registry x calendar, joined from the expected side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import psycopg

from aim.clock import Clock
from aim.contracts.calendar import Period, due_on, is_expected, periods_between, ready_on
from aim.contracts.load import Contracts
from aim.contracts.registry import Provider
from aim.warehouse import sql


@dataclass(frozen=True)
class ExpectedSlice:
    """A slice that registry and calendar expect."""

    provider: Provider
    dataset: str
    period: Period
    ready_on: date
    due_on: date


def expected_slices(declared: Contracts, providers: dict[str, Provider], until: date) -> Iterator[ExpectedSlice]:
    """Every slice expected of the providers whose period has begun by `until`, in no special order; none of a feed in
    test.
    """
    for provider in providers.values():
        if provider.is_in_test:
            continue
        for owed in declared.kinds[provider.kind].delivers:
            dataset = declared.datasets[owed.dataset]
            for period in periods_between(provider.valid_from, until, dataset.period):
                if is_expected(owed, period, provider.valid_from, provider.valid_to):
                    yield ExpectedSlice(provider, owed.dataset, period, ready_on(dataset, period), due_on(owed, period))


def refresh(connection: psycopg.Connection, declared: Contracts, providers: dict[str, Provider], clock: Clock) -> int:
    """Make `ops.obligations` say exactly what is expected by the clock's day, with each slice's status.

    Returns the number of slices expected.
    """
    connection.execute(sql.load(__file__, "expected_table.sql"))
    count = 0
    with connection.cursor().copy(
        "copy expected_now (provider_code, dataset, period, period_start, period_end, municipality_code,"
        " ready_on, due_on) from stdin"
    ) as copy:
        for owed in expected_slices(declared, providers, clock.today):
            count += 1
            copy.write_row(
                (
                    owed.provider.code,
                    owed.dataset,
                    owed.period.text,
                    owed.period.start,
                    owed.period.end,
                    owed.provider.municipality_code,
                    owed.ready_on,
                    owed.due_on,
                )
            )
    connection.execute("analyze expected_now")
    connection.execute(sql.load(__file__, "obligation_status.sql"), {"today": clock.today})
    connection.execute(sql.load(__file__, "merge_obligations.sql"))
    return count
