"""What was mailed: each mail once per provider, period, kind and version, whatever was killed in between.

prepared -> sending -> sent or failed; no_contact where nobody can be written to. All but sent are taken up again, a
mail found in `sending` under the same Message-ID, so that a receiver who has it already can tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from aim.warehouse import sql

_ONE_AT_A_TIME = 7_246_018_318
"""Key of the advisory lock; any number nobody else uses."""


@dataclass(frozen=True)
class MailKey:
    """What a mail is about; its versions count from 1."""

    provider_code: str
    period: str
    kind: str


@dataclass(frozen=True)
class Mail:
    """A mail as the ledger knows it."""

    mail_id: int
    version: int
    message_id: str
    state: str
    body_sha256: str


@dataclass(frozen=True)
class Draft:
    """What is to be written of a mail before it is sent."""

    key: MailKey
    version: int
    message_id: str
    recipients: tuple[str, ...]
    subject: str
    body_sha256: str
    run_id: int | None


def take_turn(connection: psycopg.Connection) -> None:
    """Wait until no other session sends; holds as long as the connection."""
    connection.execute("select pg_advisory_lock(%s)", (_ONE_AT_A_TIME,))


def latest(connection: psycopg.Connection, key: MailKey) -> Mail | None:
    """The latest version of a mail, in whatever state; None where there is none."""
    with connection.cursor(row_factory=class_row(Mail)) as cursor:
        return cursor.execute(
            "select mail_id, version, message_id, state, body_sha256 from ops.mails"
            " where provider_code = %s and period = %s and kind = %s order by version desc limit 1",
            (key.provider_code, key.period, key.kind),
        ).fetchone()


def unsent(connection: psycopg.Connection, kind: str) -> list[MailKey]:
    """The mails of a kind that were begun and not sent: prepared, sending (killed), failed."""
    rows = connection.execute(
        "select distinct provider_code, period from ops.mails"
        " where kind = %s and state in ('prepared', 'sending', 'failed') order by provider_code, period",
        (kind,),
    ).fetchall()
    return [MailKey(row[0], row[1], kind) for row in rows]


def prepare(connection: psycopg.Connection, draft: Draft) -> int:
    """Write a mail, or write an unsent one anew under its own Message-ID; returns its id.

    Without recipients its state is no_contact.
    """
    found = connection.execute(
        sql.load(__file__, "prepare_mail.sql"),
        {
            **vars(draft.key),
            "version": draft.version,
            "message_id": draft.message_id,
            "recipients": list(draft.recipients),
            "subject": draft.subject,
            "body_sha256": draft.body_sha256,
            "run_id": draft.run_id,
            "state": "prepared" if draft.recipients else "no_contact",
        },
    ).fetchone()
    assert found is not None
    return int(found[0])


def mark_sending(connection: psycopg.Connection, mail_id: int) -> None:
    """Say that it is about to go out; to be committed before it does."""
    connection.execute("update ops.mails set state = 'sending', attempts = attempts + 1 where mail_id = %s", (mail_id,))


def mark_sent(connection: psycopg.Connection, mail_id: int) -> None:
    """Say that the server, or the outbox, has it."""
    connection.execute("update ops.mails set state = 'sent', sent_at = now() where mail_id = %s", (mail_id,))


def mark_failed(connection: psycopg.Connection, mail_id: int) -> None:
    """Say that it did not go out; the next night tries again."""
    connection.execute("update ops.mails set state = 'failed' where mail_id = %s", (mail_id,))


def counts_of_run(connection: psycopg.Connection, run_id: int) -> dict[str, int]:
    """State -> number of mails that a night took in hand last, a killed attempt's included."""
    rows = connection.execute("select state, count(*) from ops.mails where run_id = %s group by state", (run_id,))
    return {str(state): int(count) for state, count in rows}
