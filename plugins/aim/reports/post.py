"""How a mail leaves the house: by an SMTP server, or as an `.eml` file into the outbox."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from contextlib import suppress
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from aim.ledger.mails import Waiting
from aim.settings import Settings, SettingsError

_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_TIMEOUT_SECONDS = 30
_PERMANENT = 500
_ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
_NO_SUCH_ADDRESS = (550, 551, 553)
"""Replies to a recipient that mean the address itself, where no status code (RFC 3463) says otherwise."""


class MailRefusedError(RuntimeError):
    """This mail did not go out; the next may. The text holds no address.

    may_pass: tried again soon, it may go out. bad_address: a status code, where the address is known to be none.
    """

    def __init__(self, text: str, *, may_pass: bool = False, bad_address: str | None = None) -> None:
        """Says why."""
        super().__init__(text)
        self.may_pass = may_pass
        self.bad_address = bad_address


class BrokenOffError(MailRefusedError):
    """The connection broke: whether the server has the mail is not known."""


class ServerUnreachableError(RuntimeError):
    """No mail can go out now; one sentence that says what to look at, without the password."""


class Post(Protocol):
    """Where mails go; opened with the first of them."""

    def close(self) -> None:
        """Close what was opened."""
        ...

    def deliver(self, letter: Waiting) -> None:
        """Hand over one letter. Raises MailRefusedError, BrokenOffError, ServerUnreachableError."""
        ...


def lets_out(settings: Settings, address: str) -> bool:
    """Whether a letter to `address` leaves the house by SMTP: in production all do, else those on the allow-list.

    An entry of the list is an address, or `@` with a domain.
    """
    if settings.smtp_url is None:
        return False
    if settings.is_production:
        return True
    known = address.lower()
    return any(known == entry or (entry.startswith("@") and known.endswith(entry)) for entry in settings.mail_allow)


def post(settings: Settings, sender: str) -> Post:
    """The SMTP server of AIM_SMTP, or the outbox where none is set. SettingsError where the address has no sense."""
    return Outbox(settings.outbox) if settings.smtp_url is None else SmtpServer(settings.smtp_url, sender)


class Outbox:
    """A folder of `.eml` files, each named by its Message-ID, so that a repeat writes the same file."""

    def __init__(self, folder: Path) -> None:
        """Mails go into `folder`, made when the first comes."""
        self._folder = folder

    def close(self) -> None:
        """Nothing is open between two files."""

    def deliver(self, letter: Waiting) -> None:
        """Write the file whole or not at all. Raises ServerUnreachableError where the folder takes none."""
        name = letter.message_id.strip("<>") + ".eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft = self._folder / f".{name}.{os.getpid()}"
            draft.write_bytes(letter.message)
            draft.replace(self._folder / name)
        except OSError as error:
            raise ServerUnreachableError(f"The outbox takes no mail ({error.strerror}): check AIM_OUTBOX.") from None


class SmtpServer:
    """One connection for all mails of a session, made with the first and made anew after a break."""

    def __init__(self, url: str, sender: str) -> None:
        """Parse `smtp://`, `smtps://` or `smtp+starttls://`, login included. Raises SettingsError."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise SettingsError("AIM_SMTP should look like smtp+starttls://user:password@host:587.")
        self._scheme = parts.scheme
        self._host = parts.hostname
        self._port = port or _PORTS[parts.scheme]
        self._login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        self._sender = parseaddr(sender)[1]
        self._server: smtplib.SMTP | None = None

    def close(self) -> None:
        """Take leave of the server, if there is one."""
        if self._server is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._server.quit()
        self._server = None

    def deliver(self, letter: Waiting) -> None:
        """Send the letter as it was written, to the byte. `sender`: whom bounces go back to."""
        server = self._open()
        try:
            server.sendmail(self._sender, [letter.recipient], letter.message)
        except smtplib.SMTPRecipientsRefused as error:
            ((code, words),) = error.recipients.values()
            raise MailRefusedError(
                f"SMTPRecipientsRefused {code}", may_pass=code < _PERMANENT, bad_address=_bad_address(code, words)
            ) from None
        except smtplib.SMTPResponseException as error:
            raise MailRefusedError(_reason(error), may_pass=error.smtp_code < _PERMANENT) from None
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefusedError(_reason(error)) from None
        except (smtplib.SMTPException, OSError) as error:
            # Whether the server has the mail is not known: the repeat is the same and bears the same Message-ID.
            self._drop()
            raise BrokenOffError(_reason(error), may_pass=True) from None

    def _open(self) -> smtplib.SMTP:
        """The connection, made anew where the server has closed it since the last mail."""
        if self._server is not None:
            try:
                alive = self._server.noop()[0] == 250
            except (smtplib.SMTPException, OSError):
                alive = False
            if alive:
                return self._server
            self._drop()
        self._server = self._connected()
        return self._server

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        try:
            server: smtplib.SMTP
            if self._scheme == "smtps":
                server = smtplib.SMTP_SSL(self._host, self._port, timeout=_TIMEOUT_SECONDS, context=context)
            else:
                server = smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT_SECONDS)
            try:
                if self._scheme == "smtp+starttls":
                    server.starttls(context=context)
                if self._login is not None:
                    server.login(*self._login)
            except (smtplib.SMTPException, OSError):
                server.close()
                raise
        except (smtplib.SMTPException, OSError) as error:
            raise ServerUnreachableError(
                f"The mail server {self._host}:{self._port} takes no mail ({_reason(error)}): check AIM_SMTP."
            ) from None
        return server


def _reason(error: Exception) -> str:
    """What went wrong without the server's own words, which may quote an address."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return type(error).__name__


def _bad_address(code: int, words: bytes) -> str | None:
    """The status code of a refusal that is about the address itself: 5.1.x, or a mailbox disabled; else None."""
    found = _ENHANCED.search(words.decode("ascii", "replace"))
    if found is None:
        return "5.1.1" if code in _NO_SUCH_ADDRESS else None
    return found[0] if is_bad_address(found[0]) else None


def is_bad_address(status: str) -> bool:
    """Whether a status code (RFC 3463) says that the address is none: 5.1.x, or 5.2.1, a mailbox disabled."""
    return status.startswith("5.1.") or status == "5.2.1"
