"""What came back: delivery status notifications (RFC 3464) of mails of ours, and the contacts they make invalid."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any

import psycopg

from aim.ledger import contacts, mails
from aim.ledger.deliveries import LedgerError
from aim.reports.post import is_bad_address

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_FAILED = "failed"


@dataclass(frozen=True)
class Returned:
    """A recipient of a mail that could not be delivered for good. status: 5.1.1 and the like."""

    message_id: str
    recipient: str
    status: str


@dataclass(frozen=True)
class Bounces:
    """What a folder of mails came to. bounced: mails of ours that did not arrive, known before or not.

    contacts: that no mail reaches any more by this. ignored: mails that are no bounce of a mail of ours.
    """

    files: int
    bounced: int
    contacts: int
    ignored: int


def import_bounces(connection: psycopg.Connection[Any], path: Path) -> Bounces:
    """Read bounces from an `.eml` file or a folder of them; read twice, the same is the result.

    Only what names a mail of ours by its Message-ID, and its very recipient, is believed: anybody can write a bounce.
    LedgerError: there is no such file or folder.
    """
    files = _files(path)
    bounced = lost = ignored = 0
    for file in files:
        found = [one for one in returned(file.read_bytes()) if _is_ours(connection, one)]
        ignored += not found
        for one in found:
            bounced += 1
            with connection.transaction():
                mails.mark_bounced(connection, one.message_id, one.status)
                if is_bad_address(one.status):
                    lost += contacts.mark_invalid(connection, one.recipient, one.status)
    return Bounces(len(files), bounced, lost, ignored)


def returned(raw: bytes) -> Iterator[Returned]:
    """The recipients that a delivery status notification says were not reached; none of any other mail."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    if message.get_content_type() != "multipart/report":
        return
    parts = list(message.walk())
    identity = next(filter(None, map(_identity, parts)), None)
    if identity is None:
        return
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        # The first group is about the mail, each further one about a recipient.
        for group in _messages(part)[1:]:
            status = _STATUS.search(str(group.get("Status", "")))
            named = str(group.get("Final-Recipient") or group.get("Original-Recipient") or "")
            recipient = named.partition(";")[2].strip().strip("<>")
            if str(group.get("Action", "")).strip().lower() == _FAILED and status is not None and recipient:
                yield Returned(identity, recipient, status[1])


def _messages(part: Message) -> list[Message]:
    """What a part holds, where that is messages or groups of fields."""
    held = part.get_payload()
    return [one for one in held if isinstance(one, Message)] if isinstance(held, list) else []


def _identity(part: Message) -> str | None:
    """The Message-ID of the mail sent back, whole or its head alone."""
    if part.get_content_type() == "message/rfc822":
        inner = next(iter(_messages(part)), None)
        return None if inner is None else str(inner.get("Message-ID") or "").strip() or None
    if part.get_content_type() == "text/rfc822-headers":
        assert isinstance(part, EmailMessage)
        head = email.message_from_string(str(part.get_content()), policy=email.policy.default)
        return str(head.get("Message-ID") or "").strip() or None
    return None


def _is_ours(connection: psycopg.Connection[Any], one: Returned) -> bool:
    return mails.was_sent_to(connection, one.message_id, one.recipient)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.suffix.lower() == ".eml")
    if not path.is_file():
        raise LedgerError(f"There is neither a file nor a folder {path}.")
    return [path]
