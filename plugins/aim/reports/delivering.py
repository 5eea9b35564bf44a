"""Letting written letters go: each once, the same to the byte however often it must be tried, with a log of the tries.

Its state is `sending` before the first byte goes out. Found so after a kill it is not known whether the server has it:
it goes out again under its Message-ID, by which a receiver's mail program knows it for the same.
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from aim.contracts.reference import Reference
from aim.ledger import contacts, mails
from aim.ledger.mails import Waiting
from aim.reports.post import BrokenOffError, MailRefusedError, Outbox, Post, ServerUnreachableError, lets_out, post
from aim.settings import Settings

_LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True)
class Delivered:
    """What became of the letters taken in hand: their ids, and why no mail could go out at all, if so."""

    mail_ids: tuple[int, ...]
    fault: str | None = None


def deliver_waiting(
    connection: psycopg.Connection[Any], settings: Settings, reference: Reference, run_id: int | None
) -> Delivered:
    """Send what is written and may go; the caller has the turn, the connection commits by itself.

    What a trial installation does not let out is laid into the outbox and held. Raises SettingsError where AIM_SMTP
    has no sense, and nothing for a letter or server that fails: it is tried again.
    """
    sender = reference.parameter_text("mail_sender")
    tries = int(reference.parameter("mail_tries"))
    pause = int(reference.parameter("mail_retry_seconds"))
    with closing(post(settings, sender)) as out:
        mails.give_up(connection, int(reference.parameter("mail_retry_days")))
        letters = mails.waiting(connection, datetime.now(UTC))
        taken = tuple(one.mail_id for one in letters)
        rounds = _Rounds(
            connection, settings, out, run_id, timedelta(minutes=int(reference.parameter("mail_retry_minutes")))
        )
        for number in range(tries):
            if not letters:
                break
            if number:
                # All of them wait together: a server that asks for patience asks it of each.
                time.sleep(pause * 2 ** (number - 1))
            try:
                letters = rounds.send(letters)
            except ServerUnreachableError as error:
                return Delivered(taken, str(error))
    return Delivered(taken)


@dataclass
class _Rounds:
    connection: psycopg.Connection[Any]
    settings: Settings
    out: Post
    run_id: int | None
    wait: timedelta

    def send(self, letters: list[Waiting]) -> list[Waiting]:
        """Try each once; returns those that may pass if tried again."""
        return [one for one in letters if not self._try(one)]

    def _try(self, letter: Waiting) -> bool:
        """Whether the letter is done with, for now."""
        if self.settings.smtp_url is not None and not lets_out(self.settings, letter.recipient):
            if letter.state != "held":
                Outbox(self.settings.outbox).deliver(letter)
                mails.mark_held(self.connection, letter.mail_id, self.run_id)
            return True
        # Committed before it goes out.
        attempt = mails.mark_sending(self.connection, letter.mail_id, self.run_id)
        try:
            self.out.deliver(letter)
        except MailRefusedError as error:
            self._refused(letter, error, attempt)
            return not error.may_pass
        except ServerUnreachableError:
            # No fault of the letter: it goes as soon as the server is back.
            mails.mark(self.connection, letter.mail_id, "failed", "unreachable")
            raise
        outcome = "outbox" if self.settings.smtp_url is None else "sent"
        mails.mark(self.connection, letter.mail_id, "sent", outcome)
        return True

    def _refused(self, letter: Waiting, error: MailRefusedError, attempt: int) -> None:
        if error.bad_address is not None:
            with self.connection.transaction():
                mails.mark(self.connection, letter.mail_id, "bounced", "refused", str(error))
                contacts.mark_invalid(self.connection, letter.recipient, error.bad_address)
            return
        outcome = "broken_off" if isinstance(error, BrokenOffError) else "refused"
        later = datetime.now(UTC) + min(_LONGEST_WAIT, self.wait * 2 ** min(attempt - 1, 10))
        mails.mark(self.connection, letter.mail_id, "failed", outcome, str(error), later)
