"""A report as a mail: one message with a plain and an HTML part, under an identity that does not change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from hashlib import sha256

from aim.ledger.mails import Matter
from aim.reports.letter import Attachment
from aim.reports.render import Rendered


class _WholeSubjects(EmailPolicy):
    """SMTP's policy, but a subject with Lithuanian letters is encoded as a whole.

    The library encodes single words of it and folds between them so that readers find a space too many.
    """

    def fold(self, name: str, value: str) -> str:
        if name != "Subject" or value.isascii():
            return str(super().fold(name, value))
        return f"{name}: {Header(str(value), 'utf-8', header_name=name).encode(linesep=self.linesep)}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        if name != "Subject" or value.isascii():
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")


_POLICY = _WholeSubjects(linesep="\r\n")


def message_id(day: date, first: Matter, told: Sequence[object], sender: str) -> str:
    """The identity of a letter by its day, its first matter and all that tells it from others of that day.

    The same where a night is killed and run again: `told` holds no numbers that the ledger gives.
    """
    digest = sha256(repr(tuple(told)).encode()).hexdigest()[:12]
    domain = parseaddr(sender)[1].rpartition("@")[2]
    about = ".".join(part for part in (first.kind, first.provider_code, first.period) if part)
    return f"<{day}.{about}.{digest}@{domain}>"


def compose(
    rendered: Rendered,
    *,
    identity: str,
    sender: str,
    contact: str,
    recipients: Iterable[str],
    instant: datetime,
    lang: str,
    attachments: Iterable[Attachment] = (),
) -> EmailMessage:
    """The message, both parts UTF-8, then the files; answers go to `contact`, `instant` is its Date.

    Raises ValueError where an address is malformed.
    """
    message = EmailMessage(policy=_POLICY)
    name, address = parseaddr(sender)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = tuple(Address(addr_spec=recipient) for recipient in recipients)
    message["Reply-To"] = Address(addr_spec=contact)
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(instant)
    message["Message-ID"] = identity
    message["Content-Language"] = lang
    # Nobody's holiday answer should come back to it.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    for one in attachments:
        main, sub = one.media_type.split("/")
        message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.file_name)
        if main == "text":
            list(message.iter_attachments())[-1].set_param("charset", "utf-8")
    return message
