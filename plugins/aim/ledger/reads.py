"""How long it is kept on record who read what of `core`."""

from __future__ import annotations

import psycopg

from aim.warehouse import sql


def forget_old(connection: psycopg.Connection, days: int) -> int:
    """Let reads go that were put on record more than so many days ago; returns how many.

    By the server's clock, which wrote them: a night on another day's clock takes nothing with it.
    """
    return connection.execute(sql.load(__file__, "forget_old_reads.sql"), {"days": days}).rowcount
