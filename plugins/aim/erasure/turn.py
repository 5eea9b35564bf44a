"""Erasing alone: no file is landed meanwhile, nothing is judged, no night builds from what is being taken away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from aim.contracts.load import contracts
from aim.landing.load import land_alone
from aim.ledger import deliveries, runs
from aim.warehouse.connect import Warehouse
from aim.warehouse.staging_tables import ensure_staging_tables


class ErasureError(RuntimeError):
    """It cannot be done now; one sentence that says what to do. What was done stays done."""


@contextmanager
def alone(warehouse: Warehouse) -> Iterator[psycopg.Connection[Any]]:
    """A connection in autocommit mode, held while nobody else lands, judges or erases. Raises ErasureError.

    A night that begins meanwhile waits with its first step. One that was killed counts as running until the next.
    """
    with warehouse.connect(autocommit=True) as connection:
        land_alone(connection)
        deliveries.judge_alone(connection)
        if runs.a_night_runs(connection):
            raise ErasureError(
                "A night is under way, or one was killed: let `aim nightly` come to its end, then try again."
            )
        with connection.transaction():
            ensure_staging_tables(connection, contracts())
        yield connection
