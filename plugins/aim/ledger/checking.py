"""What a provider's self-check needs of the ledger, in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from aim.clock import Clock
from aim.warehouse import sql


def open_check(connection: psycopg.Connection, clock: Clock) -> int:
    """A run for results to belong to; no night that runs meanwhile is touched. Returns its id."""
    found = connection.execute(
        "insert into ops.runs (clock_date, instant, status) values (%s, %s, 'succeeded') returning run_id",
        (clock.today, clock.instant),
    ).fetchone()
    assert found is not None
    return int(found[0])


def receive_now(connection: psycopg.Connection, delivery_ids: Sequence[int]) -> None:
    """Take these as received now, in the order of their stamps: a file is asked about as if it were sent."""
    connection.execute(sql.load(__file__, "receive_now.sql"), {"delivery_ids": list(delivery_ids)})


def set_others_aside(connection: psycopg.Connection, delivery_ids: Sequence[int]) -> None:
    """Leave these deliveries alone to be judged and compared: all else stays as it was judged last."""
    connection.execute(
        "update ops.deliveries set needs_judging = false, needs_comparing = false"
        " where (needs_judging or needs_comparing) and delivery_id <> all(%s)",
        (list(delivery_ids),),
    )
