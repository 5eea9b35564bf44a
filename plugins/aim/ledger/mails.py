"""What was mailed: each matter told to each person once, whatever was killed in between.

A mail is a letter to one person, written whole before any of it goes out. prepared -> sending -> sent; failed: tried
again; held: a trial installation does not let it out; awaiting_approval: one of a mass mailing that nobody has let go
yet; bounced, given_up, no_contact: it reached nobody. A mail found in `sending` was cut off: it goes out again, the
same to the byte and under the same Message-ID, so that a receiver who has it already can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from aim.warehouse import sql

_ONE_AT_A_TIME = 7_246_018_318
"""Key of the advisory lock; any number nobody else uses."""
NOBODY = ""
"""Recipient of what nobody could be told."""


@dataclass(frozen=True, order=True)
class Matter:
    """What a person is told once. about: what of the provider and period, empty where these say it all."""

    kind: str
    provider_code: str
    period: str = ""
    about: str = ""
    version: int = 1


@dataclass(frozen=True)
class Draft:
    """A letter as it is written down: the message is that which goes out; None to nobody.

    told: matter -> counts it gives. words: matter -> hash of the words that tell it.
    """

    matters: Sequence[Matter]
    recipient: str
    message_id: str
    subject: str
    body_sha256: str
    message: bytes | None
    clock_date: date
    run_id: int | None
    state: str = "prepared"
    told: dict[Matter, dict[str, Any]] = field(default_factory=dict)
    words: dict[Matter, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Waiting:
    """A letter that is to go out."""

    mail_id: int
    recipient: str
    message_id: str
    message: bytes
    attempts: int
    state: str


@dataclass(frozen=True)
class RoundWaiting:
    """What of a mass mailing waits for a person to let it go: how many letters, and one of their subjects."""

    letters: int
    subject: str | None


def take_turn(connection: psycopg.Connection) -> None:
    """Wait until no other session writes or sends; holds as long as the connection."""
    connection.execute("select pg_advisory_lock(%s)", (_ONE_AT_A_TIME,))


def told_before(connection: psycopg.Connection, asked: Iterable[tuple[str, Matter]]) -> set[tuple[str, Matter]]:
    """Which of these (recipient, matter) stand in a letter already, whatever became of it."""
    rows = [(recipient, *vars(matter).values()) for recipient, matter in asked]
    if not rows:
        return set()
    columns = list(zip(*rows, strict=True))
    names = ("recipients", "kinds", "provider_codes", "periods", "abouts", "versions")
    found = connection.execute(
        sql.load(__file__, "told_before.sql"), {name: list(column) for name, column in zip(names, columns, strict=True)}
    ).fetchall()
    return {(row[0], Matter(*row[1:])) for row in found}


def letters_of_day(connection: psycopg.Connection, recipient: str, day: date) -> int:
    """How many letters were written to a person on a day of the clock."""
    found = connection.execute(
        "select count(*) from ops.mails where clock_date = %s and recipients[1] = %s", (day, recipient)
    ).fetchone()
    assert found is not None
    return int(found[0])


def last_version(connection: psycopg.Connection, recipient: str, matter: Matter) -> tuple[int, str | None] | None:
    """The latest version in which a matter was told to a person, and the hash of its words; None: never."""
    found = connection.execute(
        sql.load(__file__, "last_version.sql"), vars(matter) | {"recipient": recipient}
    ).fetchone()
    return None if found is None else (int(found[0]), found[1])


def last_told(connection: psycopg.Connection, provider_code: str, before: date) -> dict[str, Any]:
    """Key -> what the latest letter of a day before that gave it said of the provider: counts by slice, the score."""
    rows = connection.execute(
        sql.load(__file__, "last_told.sql"), {"provider_code": provider_code, "before": before}
    ).fetchall()
    return {str(key): value for key, value in rows}


def write(connection: psycopg.Connection, draft: Draft) -> int:
    """Write a letter with all it tells, in one transaction; returns its id. What nobody was told before is told now."""
    first = draft.matters[0]
    with connection.transaction():
        found = connection.execute(
            sql.load(__file__, "write_mail.sql"),
            vars(first)
            | {
                "message_id": draft.message_id,
                "recipients": [draft.recipient] if draft.recipient != NOBODY else [],
                "subject": draft.subject,
                "body_sha256": draft.body_sha256,
                "message": draft.message,
                "clock_date": draft.clock_date,
                "run_id": draft.run_id,
                "state": draft.state,
            },
        ).fetchone()
        assert found is not None
        mail_id = int(found[0])
        with connection.cursor() as cursor:
            cursor.executemany(
                sql.load(__file__, "write_matter.sql"),
                [
                    vars(matter)
                    | {
                        "recipient": draft.recipient,
                        "mail_id": mail_id,
                        "told": Jsonb(draft.told.get(matter, {})),
                        "words_sha256": draft.words.get(matter),
                    }
                    for matter in draft.matters
                ],
            )
        if draft.recipient != NOBODY:
            forget_nobody_told(connection, draft.matters)
    return mail_id


def forget_nobody_told(connection: psycopg.Connection, matters: Iterable[Matter]) -> None:
    """Somebody is told now: that nobody could be is no longer so."""
    for matter in matters:
        connection.execute(sql.load(__file__, "forget_nobody_told.sql"), vars(matter))


def withdraw_awaiting(connection: psycopg.Connection) -> None:
    """Take back what waits for approval: it is written anew, as things stand now."""
    connection.execute("delete from ops.mails where state = 'awaiting_approval'")


def give_up(connection: psycopg.Connection, days: int) -> int:
    """Stop trying what was written more than so many days ago; returns how many."""
    return connection.execute(sql.load(__file__, "give_up.sql"), {"days": days}).rowcount


def waiting(connection: psycopg.Connection, now: datetime) -> list[Waiting]:
    """The letters that may go out now, cut off ones first."""
    with connection.cursor(row_factory=class_row(Waiting)) as cursor:
        return cursor.execute(sql.load(__file__, "waiting.sql"), {"now": now}).fetchall()


def round_waiting(connection: psycopg.Connection) -> RoundWaiting:
    """What waits for a person to let it go."""
    found = connection.execute(
        "select count(*), min(subject) from ops.mails where state = 'awaiting_approval'"
    ).fetchone()
    assert found is not None
    return RoundWaiting(int(found[0]), found[1])


def approve(connection: psycopg.Connection, by: str) -> int:
    """Let a mass mailing go; returns the number of letters."""
    return connection.execute(
        "update ops.mails set state = 'prepared', approved_by = %s where state = 'awaiting_approval'", (by,)
    ).rowcount


def mark_sending(connection: psycopg.Connection, mail_id: int, run_id: int | None) -> int:
    """Say that it is about to go out, to be committed before it does; returns the number of the attempt."""
    with connection.transaction():
        found = connection.execute(
            sql.load(__file__, "mark_sending.sql"), {"mail_id": mail_id, "run_id": run_id}
        ).fetchone()
        assert found is not None
        connection.execute(
            "insert into ops.mail_attempts (mail_id, attempt, outcome) values (%s, %s, 'sending')",
            (mail_id, found[0]),
        )
    return int(found[0])


def mark(
    connection: psycopg.Connection,
    mail_id: int,
    state: str,
    outcome: str,
    detail: str | None = None,
    next_attempt_at: datetime | None = None,
) -> None:
    """Say what came of an attempt; what has gone out is kept no longer."""
    with connection.transaction():
        connection.execute(
            sql.load(__file__, "mark_mail.sql"),
            {"mail_id": mail_id, "state": state, "next_attempt_at": next_attempt_at},
        )
        connection.execute(
            sql.load(__file__, "mark_attempt.sql"), {"mail_id": mail_id, "outcome": outcome, "detail": detail}
        )


def mark_held(connection: psycopg.Connection, mail_id: int, run_id: int | None) -> None:
    """Say that a trial installation does not let it out; it goes when it may."""
    connection.execute(
        "update ops.mails set state = 'held', run_id = coalesce(run_id, %s) where mail_id = %s", (run_id, mail_id)
    )


def was_sent_to(connection: psycopg.Connection, message_id: str, recipient: str) -> bool:
    """Whether a mail of ours bears this Message-ID and went to this address."""
    found = connection.execute(
        "select from ops.mails where message_id = %s and lower(recipients[1]) = lower(%s)", (message_id, recipient)
    ).fetchone()
    return found is not None


def mark_bounced(connection: psycopg.Connection, message_id: str, status: str) -> None:
    """Say that a mail came back, with its status code."""
    connection.execute(sql.load(__file__, "mark_bounced.sql"), {"message_id": message_id, "status": status})


def counts_of(connection: psycopg.Connection, mail_ids: Sequence[int]) -> dict[str, int]:
    """State -> number of these mails."""
    rows = connection.execute(
        "select state, count(*) from ops.mails where mail_id = any(%s) group by state", (list(mail_ids),)
    )
    return {str(state): int(count) for state, count in rows}


def counts_of_run(connection: psycopg.Connection, run_id: int) -> dict[str, int]:
    """State -> number of mails that a night took in hand last, a killed attempt's included."""
    rows = connection.execute("select state, count(*) from ops.mails where run_id = %s group by state", (run_id,))
    return {str(state): int(count) for state, count in rows}


def kinds_of(connection: psycopg.Connection, mail_ids: Sequence[int]) -> dict[str, int]:
    """Kind -> number of matters told in these mails; what nobody could be told is left out."""
    return _kinds(connection, {"run_id": None, "mail_ids": list(mail_ids)})


def kinds_of_run(connection: psycopg.Connection, run_id: int) -> dict[str, int]:
    """The same of the mails of a night."""
    return _kinds(connection, {"run_id": run_id, "mail_ids": []})


def _kinds(connection: psycopg.Connection, asked: dict[str, Any]) -> dict[str, int]:
    rows = connection.execute(sql.load(__file__, "kinds_told.sql"), asked)
    return {str(kind): int(count) for kind, count in rows}
