"""The passwords of the warehouse's roles: made here, kept in AIM_HOME for its owner alone."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import Connection

from aim.settings import Settings, SettingsError

PASSWORD_FILE = "roles.json"
"""Role -> password, mode 600."""


@contextmanager
def passwords(settings: Settings, roles: Iterable[str]) -> Iterator[tuple[dict[str, str], set[str]]]:
    """The passwords by role, and the roles whose password was made just now; kept only if the block ends well.

    Raises SettingsError where the file is there and cannot be read.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    path = settings.home / PASSWORD_FILE
    lock = os.open(settings.home / f"{PASSWORD_FILE}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = _read(path) if path.exists() else {}
        fresh = {role: secrets.token_urlsafe(24) for role in roles if role not in kept}
        yield kept | fresh, set(fresh)
        if fresh:
            _write(path, kept | fresh)
    finally:
        os.close(lock)


def password_of(settings: Settings, role: str) -> str:
    """The password of `role`. Raises SettingsError where it is not made yet or the file cannot be read."""
    path = settings.home / PASSWORD_FILE
    kept = _read(path) if path.exists() else {}
    if role not in kept:
        raise SettingsError(f"The role {role} is made by the next night: run `aim nightly`.")
    return kept[role]


def verifier(connection: Connection, role: str, password: str) -> str:
    """What the server is given of a password: it can check it by that, and not read it."""
    return connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()


def _write(path: Path, kept: dict[str, str]) -> None:
    draft = path.with_name(f"{PASSWORD_FILE}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(kept, file, indent=2)
    draft.replace(path)


def _read(path: Path) -> dict[str, str]:
    try:
        return {str(role): str(password) for role, password in json.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        raise SettingsError(f"{path} cannot be read: delete it, the next night makes new passwords.") from None
