"""How a mail leaves the house: by an SMTP server, or as an `.eml` file into the outbox."""

from __future__ import annotations

import os
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from aim.settings import Settings, SettingsError

_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_TIMEOUT_SECONDS = 30


class MailRefusedError(RuntimeError):
    """This mail did not go out; the next may. The text holds no address."""


class ServerUnreachableError(RuntimeError):
    """No mail can go out now; one sentence that says what to look at, without the password."""


class Post(Protocol):
    """Where mails go; opened with the first of them."""

    def close(self) -> None:
        """Close what was opened."""
        ...

    def deliver(self, message: EmailMessage) -> int:
        """Hand over one mail; returns how many of its recipients were refused.

        Raises MailRefusedError (all refused, or broken off), ServerUnreachableError.
        """
        ...


def post(settings: Settings) -> Post:
    """The SMTP server of AIM_SMTP, or the outbox where none is set. SettingsError where the address has no sense."""
    return Outbox(settings.outbox) if settings.smtp_url is None else SmtpServer(settings.smtp_url)


class Outbox:
    """A folder of `.eml` files, each named by its Message-ID, so that a repeat writes the same file."""

    def __init__(self, folder: Path) -> None:
        """Mails go into `folder`, made when the first comes."""
        self._folder = folder

    def close(self) -> None:
        """Nothing is open between two files."""

    def deliver(self, message: EmailMessage) -> int:
        """Write the file whole or not at all. Raises ServerUnreachableError where the folder takes none."""
        name = message["Message-ID"].strip("<>") + ".eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft = self._folder / f".{name}.{os.getpid()}"
            draft.write_bytes(message.as_bytes())
            draft.replace(self._folder / name)
        except OSError as error:
            raise ServerUnreachableError(f"The outbox takes no mail ({error.strerror}): check AIM_OUTBOX.") from None
        return 0


class SmtpServer:
    """One connection for all mails of a session, made with the first and made anew after a break."""

    def __init__(self, url: str) -> None:
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
        self._server: smtplib.SMTP | None = None

    def close(self) -> None:
        """Take leave of the server, if there is one."""
        if self._server is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._server.quit()
        self._server = None

    def deliver(self, message: EmailMessage) -> int:
        """Send to all recipients of the message; it has gone out where the server took one of them at least."""
        server = self._open()
        try:
            return len(server.send_message(message))
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError) as error:
            raise MailRefusedError(_reason(error)) from None
        except (smtplib.SMTPException, OSError) as error:
            # Broken off: whether the server has the mail is not known, the repeat bears the same Message-ID.
            self._drop()
            raise MailRefusedError(_reason(error)) from None

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
