"""Which published periods stay as they were published, because what they were counted from is not all there any more.

Retention takes rows away. A revision that counted again without them would tell of fewer children, and say that what
was published had been wrong. So what begins before the retention's day is not computed any more, and what was published
of periods that reach back before it (services of twelve months, a case's first assessment) is revised no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import psycopg

from aim.contracts.reference import Reference
from aim.ledger import retentions
from aim.ledger.releases import PeriodKey


def may_be_revised(
    connection: psycopg.Connection, reference: Reference, released: Iterable[PeriodKey], today: date
) -> set[PeriodKey]:
    """Of the periods released those that a revision round may count again."""
    whole_from = retentions.whole_from(connection, int(reference.parameter("retention_reach_months", today)))
    if whole_from is None:
        return set(released)
    columns, rows = reference.table("indicators")
    code, basis = columns.index("indicator_code"), columns.index("basis")
    # The ledger keeps everything.
    of_ledger = {row[code] for row in rows if row[basis] == "ledger"}
    return {key for key in released if key[2] >= whole_from or key[0] in of_ledger}
