"""The life of a delivery: taken, judged, speaking for its slice, superseded, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from aim.contracts.calendar import Period
from aim.contracts.load import Contracts, contracts
from aim.warehouse import sql

SPEAKING = ("accepted", "accepted_with_findings")
_JUDGED_AGAIN = ("received", "rejected", *SPEAKING)

_ONE_AT_A_TIME = 5_190_443_872
"""Key of the advisory lock of those who say which deliveries speak; any number nobody else uses."""


class LedgerError(ValueError):
    """What is asked cannot be done; the text is one plain sentence."""


@dataclass(frozen=True)
class Head:
    """What is known of a file before it is read. received_at: the inbox's own stamp, aware."""

    channel: str
    file_name: str | None
    sha256: str | None
    received_at: datetime
    provider_code: str | None = None
    dataset: str | None = None
    period: Period | None = None
    municipality_code: str | None = None


@dataclass(frozen=True)
class Judged:
    """What the checks made of a delivery. reject_reason: a reason code, None where it may be accepted."""

    delivery_id: int
    load_id: int
    rows_quarantined: int
    rows_duplicate: int
    has_findings: bool
    reject_reason: str | None = None
    reject_detail: str | None = None


@dataclass(frozen=True)
class _Row:
    """A delivery as the transitions need it."""

    delivery_id: int
    provider_code: str
    dataset: str
    period: str
    verdict: str
    sha256: str | None
    rows_received: int
    received_at: datetime
    taken_at: datetime
    values: dict[str, Any] = field(repr=False)

    @property
    def received(self) -> tuple[datetime, int]:
        """Its place in the order of receipt. A stamp that lies ahead says no more than that it was there when taken."""
        return min(self.received_at, self.taken_at), self.delivery_id


def _one(connection: psycopg.Connection, statement: str, **values: object) -> _Row | None:
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(sql.load(__file__, statement), values).fetchone()
    if found is None:
        return None
    return _Row(**{name: found[name] for name in _Row.__dataclass_fields__ if name != "values"}, values=found)


def was_taken(connection: psycopg.Connection, head: Head, *, lies_there: bool = False) -> bool:
    """Whether this very file (name, channel, bytes, stamp) is in the ledger.

    `lies_there`: and not known to have left the inbox since, so that what lies there is what a kill left behind and
    not the same file sent again under its old stamp.
    """
    found = connection.execute(
        "select left_inbox from ops.deliveries"
        " where file_name = %s and channel = %s and sha256 = %s and received_at = %s order by left_inbox limit 1",
        (head.file_name, head.channel, head.sha256, head.received_at),
    ).fetchone()
    return found is not None and not (lies_there and found[0])


def note_left_inbox(connection: psycopg.Connection, head: Head) -> None:
    """Say that the file taken lies in the inbox no more: met there again, it was sent again."""
    connection.execute(
        "update ops.deliveries set left_inbox = true"
        " where file_name = %s and channel = %s and sha256 = %s and received_at = %s and not left_inbox",
        (head.file_name, head.channel, head.sha256, head.received_at),
    )


def next_delivery_id(connection: psycopg.Connection) -> int:
    """A fresh number for a delivery, to stand in its rows before the ledger's own row is written."""
    found = connection.execute("select nextval(pg_get_serial_sequence('ops.deliveries', 'delivery_id'))").fetchone()
    assert found is not None
    return int(found[0])


def next_load_id(connection: psycopg.Connection) -> int:
    """A fresh number for a judgement: this delivery with exactly these rows in."""
    found = connection.execute("select nextval('ops.load_id')").fetchone()
    assert found is not None
    return int(found[0])


def _insert(connection: psycopg.Connection, delivery_id: int, head: Head, **columns: object) -> None:
    values: dict[str, object] = {
        "delivery_id": delivery_id,
        "provider_code": head.provider_code,
        "dataset": head.dataset,
        "period": head.period.text if head.period else None,
        "period_start": head.period.start if head.period else None,
        "period_end": head.period.end if head.period else None,
        "municipality_code": head.municipality_code,
        "channel": head.channel,
        "file_name": head.file_name,
        "sha256": head.sha256,
        "received_at": head.received_at,
        "contract_version": contracts().version,
        "verdict": "received",
        "version": None,
        "accepted_as": None,
        "reason_code": None,
        "reason_detail": None,
        "is_nil": False,
        "is_readable": False,
        "needs_judging": False,
        "load_id": None,
        "judged_at": None,
        "archive_name": None,
        "reading_notes": Jsonb({}),
        "rows_received": 0,
        "rows_loaded": None,
        "rows_quarantined": None,
        "rows_duplicate": None,
    }
    connection.execute(sql.load(__file__, "insert_delivery.sql"), values | columns)


def record_rejected(
    connection: psycopg.Connection,
    head: Head,
    reason_code: str,
    detail: str | None = None,
    rows: int = 0,
    archive_name: str | None = None,
    notes: dict[str, Any] | None = None,
) -> int:
    """Write a file refused before its rows were landed; its rows, if known, all count as quarantined.

    Returns the delivery's id. `detail` is a column or word of the file, never a person's value.
    """
    delivery_id = next_delivery_id(connection)
    _insert(
        connection,
        delivery_id,
        head,
        verdict="rejected",
        reason_code=reason_code,
        reason_detail=detail,
        archive_name=archive_name,
        reading_notes=Jsonb(notes or {}),
        rows_received=rows,
        rows_loaded=0,
        rows_quarantined=rows,
        rows_duplicate=0,
    )
    return delivery_id


def record_received(
    connection: psycopg.Connection,
    delivery_id: int,
    head: Head,
    rows: int,
    is_nil: bool,
    archive_name: str,
    notes: dict[str, Any] | None = None,
) -> None:
    """Write a delivery whose rows were landed in this same transaction; it waits to be judged."""
    _insert(
        connection,
        delivery_id,
        head,
        is_nil=is_nil,
        is_readable=True,
        needs_judging=True,
        archive_name=archive_name,
        reading_notes=Jsonb(notes or {}),
        rows_received=rows,
    )


def judge_alone(connection: psycopg.Connection) -> None:
    """Wait until nobody else judges, withdraws or confirms; holds as long as the connection."""
    connection.execute("select pg_advisory_lock(%s)", (_ONE_AT_A_TIME,))


def await_judging(connection: psycopg.Connection) -> None:
    """Wait for a judging to end: what spoke when it began must speak when it settles. To the transaction's end."""
    connection.execute("select pg_advisory_xact_lock(%s)", (_ONE_AT_A_TIME,))


def open_batch(connection: psycopg.Connection, dataset: str) -> list[int]:
    """Put the dataset's deliveries that are to be judged into `quality.batch`, and nothing else.

    Returns their ids in order of receipt. Each says which datasets it waits for: those its rules look at whose slice
    of the same period has not come.
    """
    connection.execute("truncate quality.batch")
    rows = connection.execute(
        sql.load(__file__, "open_batch.sql"),
        {"dataset": dataset, "looks_at": list(contracts().datasets[dataset].judged_after)},
    ).fetchall()
    return [int(row[0]) for row in rows]


def open_comparison(connection: psycopg.Connection, dataset: str, declared: Contracts | None = None) -> list[int]:
    """Put the dataset's current deliveries that are to be compared into `quality.batch`, and nothing else.

    Returns their ids. Each says which datasets it waits for: its own where the slice of the period before has not
    come, another where none of its slices has come that the delivery is compared with.
    """
    connection.execute("truncate quality.batch")
    compared = [one for one in (declared or contracts()).comparisons if one.dataset == dataset]
    rows = connection.execute(
        sql.load(__file__, "open_comparison.sql"),
        {
            "dataset": dataset,
            "looked_at": [one.looked_at for one in compared],
            "days_after": [one.days_after for one in compared],
        },
    ).fetchall()
    return [int(row[0]) for row in rows]


def settle_comparison(connection: psycopg.Connection, delivery_ids: Sequence[int]) -> None:
    """These were compared, their results are written: their verdicts follow, and they need it no more."""
    follow_results(connection, delivery_ids)
    connection.execute(
        "update ops.deliveries set needs_comparing = false where delivery_id = any(%s)", (list(delivery_ids),)
    )


def follow_results(connection: psycopg.Connection, delivery_ids: Sequence[int]) -> None:
    """Let the verdicts of accepted deliveries follow from what quality.check_results now says of them."""
    connection.execute(sql.load(__file__, "verdicts_from_results.sql"), {"delivery_ids": list(delivery_ids)})


def mark_compared(
    connection: psycopg.Connection, delivery_ids: Sequence[int], declared: Contracts | None = None
) -> None:
    """Ask for everything to be compared again that is compared with the slices of these deliveries.

    That is the slices of the same provider and dataset from that period on, and the slices of other datasets whose
    rules look at them.
    """
    comparisons = (declared or contracts()).comparisons
    connection.execute(
        sql.load(__file__, "mark_compared.sql"),
        {
            "delivery_ids": list(delivery_ids),
            "datasets": [one.dataset for one in comparisons],
            "looked_at": [one.looked_at for one in comparisons],
            "days_after": [one.days_after for one in comparisons],
        },
    )


def close_batch(connection: psycopg.Connection) -> None:
    """Empty `quality.batch`."""
    connection.execute("truncate quality.batch")


def datasets_to_judge(connection: psycopg.Connection) -> set[str]:
    """The datasets that have a delivery to be judged."""
    rows = connection.execute("select distinct dataset from ops.deliveries where needs_judging").fetchall()
    return {str(row[0]) for row in rows}


def datasets_to_compare(connection: psycopg.Connection) -> set[str]:
    """The datasets that have a current delivery to be compared."""
    rows = connection.execute(
        "select distinct dataset from ops.deliveries where needs_comparing and verdict = any(%s)", (list(SPEAKING),)
    ).fetchall()
    return {str(row[0]) for row in rows}


def settle(connection: psycopg.Connection, judged: Judged, declared: Contracts | None = None) -> str:
    """Carry out a judgement; returns the verdict. Call in order of receipt, in the transaction of the findings.

    Of a slice's deliveries that may be accepted the one received last speaks, in whatever order they are judged: one
    that comes to be judged after its successor is `superseded` at once, and its receipt may be the slice's first.
    `duplicate` changes nothing else: the caller takes the delivery's rows and findings away again. A delivery that
    spoke for its slice and is now rejected lets the former accepted one speak. One that was rejected and is judged
    again (aim.ledger.rechecks) speaks if it may now be accepted, unless one received later speaks: that one stays.
    """
    declared = declared or contracts()
    row = _one(connection, "delivery_for_update.sql", delivery_id=judged.delivery_id)
    if row is None:
        raise LedgerError(f"There is no delivery {judged.delivery_id}.")
    if row.verdict not in _JUDGED_AGAIN:
        # Withdrawn, or overtaken by a nil return, while it was being judged: that word stands.
        return row.verdict
    speaking = _one(
        connection,
        "speaking_for_update.sql",
        provider_code=row.provider_code,
        dataset=row.dataset,
        period=row.period,
    )
    was_speaking = speaking is not None and speaking.delivery_id == row.delivery_id
    is_overtaken = speaking is not None and speaking.received > row.received
    if row.verdict == "rejected" and is_overtaken:
        _update(connection, row)
        return "rejected"
    if row.verdict == "received" and speaking is not None and speaking.sha256 == row.sha256 and not is_overtaken:
        _update(
            connection, row, verdict="duplicate", rows_loaded=0, rows_quarantined=0, rows_duplicate=row.rows_received
        )
        return "duplicate"
    if judged.reject_reason is not None:
        _update(
            connection,
            row,
            verdict="rejected",
            reason_code=judged.reject_reason,
            reason_detail=judged.reject_detail,
            rows_loaded=0,
            rows_quarantined=row.rows_received,
            rows_duplicate=0,
            load_id=judged.load_id,
        )
        if was_speaking:
            _let_former_speak(connection, row, declared)
            _mark_dependants(connection, row, declared)
        return "rejected"
    accepted_as = SPEAKING[1] if judged.has_findings else SPEAKING[0]
    verdict = "superseded" if is_overtaken else accepted_as
    if not was_speaking and not is_overtaken:
        _supersede(connection, speaking)
    _update(
        connection,
        row,
        verdict=verdict,
        accepted_as=accepted_as,
        reason_code=None,
        reason_detail=None,
        version=row.values["version"] or _next_version(connection, row),
        rows_loaded=row.rows_received - judged.rows_quarantined - judged.rows_duplicate,
        rows_quarantined=judged.rows_quarantined,
        rows_duplicate=judged.rows_duplicate,
        load_id=judged.load_id,
    )
    if not is_overtaken:
        _mark_dependants(connection, row, declared)
    return verdict


def confirm_empty(connection: psycopg.Connection, head: Head) -> int:
    """Write a nil return given by command: accepted at once, it speaks for the slice. Returns the delivery's id.

    Waits for a judging to end.
    """
    if head.period is None:
        raise LedgerError("A nil return needs a period.")
    await_judging(connection)
    delivery_id = next_delivery_id(connection)
    speaking = _one(
        connection,
        "speaking_for_update.sql",
        provider_code=head.provider_code,
        dataset=head.dataset,
        period=head.period.text,
    )
    _supersede(connection, speaking)
    _insert(
        connection,
        delivery_id,
        head,
        verdict="accepted",
        accepted_as="accepted",
        is_nil=True,
        load_id=next_load_id(connection),
        judged_at=head.received_at,
        rows_loaded=0,
        rows_quarantined=0,
        rows_duplicate=0,
        version=_next_version_of(connection, head.provider_code, head.dataset, head.period.text),
    )
    row = _one(connection, "delivery_for_update.sql", delivery_id=delivery_id)
    assert row is not None
    _mark_dependants(connection, row, contracts())
    mark_compared(connection, [delivery_id])
    return delivery_id


def withdraw(connection: psycopg.Connection, delivery_id: int) -> int | None:
    """Take a delivery back; returns the id of the one that speaks for its slice now, a former one or another, if any.

    Waits for a judging to end. LedgerError where there is no such delivery or it was refused, withdrawn or a duplicate
    already.
    """
    await_judging(connection)
    row = _one(connection, "delivery_for_update.sql", delivery_id=delivery_id)
    if row is None:
        raise LedgerError(f"There is no delivery {delivery_id}: see `aim status` for the numbers.")
    if row.verdict not in (*SPEAKING, "superseded", "received"):
        raise LedgerError(f"Delivery {delivery_id} is {row.verdict} and has nothing to withdraw.")
    counts = (
        {"rows_loaded": 0, "rows_quarantined": row.rows_received, "rows_duplicate": 0}
        if row.verdict == "received"
        else {}
    )
    _update(connection, row, verdict="withdrawn", **counts)
    if row.verdict not in SPEAKING:
        speaking = _one(
            connection,
            "speaking_for_update.sql",
            provider_code=row.provider_code,
            dataset=row.dataset,
            period=row.period,
        )
        return None if speaking is None else speaking.delivery_id
    former = _let_former_speak(connection, row, contracts())
    _mark_dependants(connection, row, contracts())
    mark_compared(connection, [delivery_id])
    return former


def _update(connection: psycopg.Connection, row: _Row, **columns: object) -> None:
    values = {
        name: row.values[name]
        for name in (
            "verdict",
            "version",
            "accepted_as",
            "reason_code",
            "reason_detail",
            "load_id",
            "rows_loaded",
            "rows_quarantined",
            "rows_duplicate",
        )
    }
    connection.execute(
        sql.load(__file__, "update_delivery.sql"),
        values | columns | {"delivery_id": row.delivery_id, "judged_under": contracts().version},
    )


def _supersede(connection: psycopg.Connection, speaking: _Row | None) -> None:
    if speaking is not None:
        connection.execute(
            "update ops.deliveries set verdict = 'superseded', needs_judging = false where delivery_id = %s",
            (speaking.delivery_id,),
        )


def _let_former_speak(connection: psycopg.Connection, row: _Row, declared: Contracts) -> int | None:
    """The superseded delivery received last speaks again; judged anew where its rules look elsewhere."""
    found = connection.execute(
        sql.load(__file__, "let_former_speak.sql"),
        {
            "provider_code": row.provider_code,
            "dataset": row.dataset,
            "period": row.period,
            "looks_elsewhere": bool(declared.datasets[row.dataset].judged_after),
        },
    ).fetchone()
    return None if found is None else int(found[0])


def _mark_dependants(connection: psycopg.Connection, row: _Row, declared: Contracts) -> None:
    """The provider's current deliveries whose rules look at this slice are to be judged again."""
    looking = declared.looking_at(row.dataset)
    if looking:
        connection.execute(
            "update ops.deliveries set needs_judging = true"
            " where provider_code = %s and dataset = any(%s) and verdict = any(%s) and not is_nil"
            " and retired_at is null",
            (row.provider_code, list(looking), list(SPEAKING)),
        )


def _next_version(connection: psycopg.Connection, row: _Row) -> int:
    return _next_version_of(connection, row.provider_code, row.dataset, row.period)


def _next_version_of(
    connection: psycopg.Connection, provider_code: str | None, dataset: str | None, period: str
) -> int:
    found = connection.execute(
        "select coalesce(max(version), 0) + 1 from ops.deliveries"
        " where provider_code = %s and dataset = %s and period = %s",
        (provider_code, dataset, period),
    ).fetchone()
    assert found is not None
    return int(found[0])
