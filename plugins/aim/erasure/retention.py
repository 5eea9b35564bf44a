"""Hold nothing longer than it may be held: what ended before a day goes, what was made known of it stays.

Landed rows, findings, reasons and originals of every slice whose period ended before the day go, then the keys of
children of whom no row is left. The ledger's counts, verdicts and obligations stay, and so does every published value:
periods from before the day are not computed any more, and no revision touches those that reached back before it
(`aim.publish.frozen`). Numbers of the whole population, which name nobody and which rates are set against, stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg import sql as compose

from aim.contracts.load import contracts
from aim.contracts.reference import read_reference
from aim.erasure import landed_rows
from aim.erasure.archived import destroy_copies, destroy_doomed, tidy_up
from aim.erasure.turn import ErasureError, alone
from aim.ledger import retentions
from aim.ledger.retentions import Ended
from aim.settings import Settings
from aim.warehouse import sql
from aim.warehouse.connect import Warehouse

Progress = Callable[[int, int], None]
"""Told after each portion of deliveries: how many are done, of how many."""

_AT_A_TIME = 200
"""Deliveries in one transaction."""
_PATIENCE_SECONDS = 60
_OF_DELIVERIES = ("quality.row_issues", "quality.reasons", "quality.code_counts")


class RetentionError(ValueError):
    """The day cannot be right; one sentence."""


@dataclass(frozen=True)
class Retained:
    """What went, in this run."""

    before: date
    counts: Mapping[str, int]

    def summary(self) -> dict[str, Any]:
        """The same as plain values."""
        return {"before": self.before.isoformat(), **self.counts}


def what_would_go(warehouse: Warehouse, settings: Settings, before: date, today: date) -> dict[str, int]:
    """How many deliveries, and rows in them, would go. Raises RetentionError where the day is not past."""
    _refuse_future(before, today)
    with warehouse.connect() as connection:
        ended = retentions.ended(connection, before, retentions.kept_for_good(read_reference(settings.reference)))
        rows = connection.execute(
            "select coalesce(sum(rows_received), 0)::bigint from ops.deliveries where delivery_id = any(%s)",
            ([one.delivery_id for one in ended],),
        ).fetchone()
    return {"deliveries": len(ended), "rows": int(rows[0]) if rows else 0}


def forget_before(
    warehouse: Warehouse,
    settings: Settings,
    before: date,
    today: date,
    progress: Progress = lambda done, of: None,
) -> Retained:
    """Let everything go whose period ended before the day; see the module. Run again, it finds nothing left to do.

    Raises RetentionError where the day is not past, SettingsError, ErasureError as `forget_child` does.
    """
    _refuse_future(before, today)
    kept = retentions.kept_for_good(read_reference(settings.reference))
    with alone(warehouse) as connection:
        retentions.begin(connection, before)
        tidy_up(connection, settings)
        destroy_copies(settings)
        ended = retentions.ended(connection, before, kept)
        counts = {"deliveries": 0, "rows": 0, "originals": 0, "children": 0}
        for start in range(0, len(ended), _AT_A_TIME):
            portion = ended[start : start + _AT_A_TIME]
            with connection.transaction():
                counts["rows"] += _retire(connection, portion)
            counts["deliveries"] += len(portion)
            counts["originals"] += destroy_doomed(connection, settings)
            progress(start + len(portion), len(ended))
        children = _children_without_rows(connection)
        with connection.transaction():
            built = landed_rows.take_away_built(connection, children, ())
            landed_rows.keys_of(connection, children)
        counts["children"] = len(children)
        # Of what a run before this one deleted and did not come to: all that is of those years.
        tables = {*_OF_DELIVERIES, "identity.child_key", *built, *_partitions_before(connection, before)}
        busy = landed_rows.write_anew(connection, tables, _PATIENCE_SECONDS)
        retentions.finish(connection, before, counts)
        if busy:
            raise ErasureError(
                f"All is gone, but {', '.join(busy)} could not be written anew while others use it: run the same "
                "command again when they are done."
            )
    return Retained(before, counts)


def _refuse_future(before: date, today: date) -> None:
    if before > today:
        raise RetentionError(f"{before.isoformat()} is still to come: name the first day that is to be kept.")


def _retire(connection: psycopg.Connection[Any], portion: list[Ended]) -> int:
    """Delete the rows of these deliveries and what was found in them; returns how many rows."""
    of_dataset: dict[str, list[int]] = defaultdict(list)
    for one in portion:
        if one.dataset in contracts().datasets:
            of_dataset[one.dataset or ""].append(one.delivery_id)
    deliveries = [one.delivery_id for one in portion]
    for statement in ("forget_reasons_of.sql", "forget_row_issues_of.sql", "forget_code_counts_of.sql"):
        connection.execute(sql.load(__file__, statement), {"delivery_ids": deliveries})
    rows = sum(
        connection.execute(
            compose.SQL("delete from {} where delivery_id = any(%s)").format(compose.Identifier("staging", dataset)),
            (ids,),
        ).rowcount
        for dataset, ids in of_dataset.items()
    )
    retentions.retire(connection, portion)
    return rows


def _children_without_rows(connection: psycopg.Connection[Any]) -> list[str]:
    """Children with a key and no landed row of any dataset."""
    with_rows = compose.SQL(" union all ").join(
        compose.SQL("select vaiko_id from {}").format(compose.Identifier("staging", contract.dataset))
        for contract in contracts().datasets.values()
        if contract.has_person
    )
    rows = connection.execute(
        sql.load(__file__, "children_without_rows.sql").format(children_with_rows=with_rows)
    ).fetchall()
    return [str(row[0]) for row in rows]


def _partitions_before(connection: psycopg.Connection[Any], before: date) -> list[str]:
    rows = connection.execute(sql.load(__file__, "partitions_before.sql"), {"year": before.year}).fetchall()
    return [str(row[0]) for row in rows]
