"""Who logs in to the dashboards: an administrator, an analyst of what is published, and every municipality."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from aim.contracts.reference import read_reference
from aim.settings import Settings, SettingsError

ADMINISTRATOR = "admin"
ANALYST = "analitikas"
MUNICIPAL = "aim_sav_"
"""The account of a municipality is called as its login role in the warehouse: bi/superset_config.py reads it so."""
READER_ROLE = "AIM skaitytojas"
MUNICIPAL_ROLE = "AIM savivaldybė"
SCHEMAS = {READER_ROLE: ["marts"], MUNICIPAL_ROLE: ["marts", "core"]}
"""Role in Superset -> schemas it offers; what rows there are in them for whom, Postgres decides."""


@dataclass(frozen=True)
class Account:
    """One login of Superset."""

    username: str
    name: str
    roles: tuple[str, ...]
    password: str = field(repr=False)

    def as_dict(self) -> dict[str, object]:
        """As bi/provision.py reads it; with the password."""
        return asdict(self)


def password_file(settings: Settings) -> Path:
    """Where the passwords of all accounts lie: account -> password, mode 600."""
    return settings.home / "bi" / "passwords.json"


def roles_file(settings: Settings) -> Path:
    """Where the passwords of the warehouse's roles lie. Raises SettingsError before they are made."""
    file = settings.home / "roles.json"
    if not file.exists():
        raise SettingsError("The roles of the warehouse are made by the first night: run `aim nightly`.")
    return file


def accounts(settings: Settings) -> list[Account]:
    """Every account with its password, made on first use and kept. Raises SettingsError, ReferenceFileError."""
    municipalities = read_reference(settings.reference).municipality_names
    in_warehouse = json.loads(roles_file(settings).read_text("utf-8"))
    wanted = {
        ADMINISTRATOR: ("AIM", ("Admin",)),
        ANALYST: ("Analitikas", ("Gamma", "sql_lab", READER_ROLE)),
    } | {
        f"{MUNICIPAL}{code}": (name, ("Gamma", "sql_lab", MUNICIPAL_ROLE))
        for code, name in municipalities.items()
        if f"{MUNICIPAL}{code}" in in_warehouse
    }
    passwords = _passwords(password_file(settings), list(wanted))
    return [Account(username, name, roles, passwords[username]) for username, (name, roles) in wanted.items()]


def _passwords(file: Path, usernames: list[str]) -> dict[str, str]:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        fresh = {name: secrets.token_urlsafe(18) for name in usernames if name not in known}
        if fresh:
            draft = file.with_suffix(".new")
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                json.dump(known | fresh, out, indent=2)
            draft.replace(file)
        return known | fresh
    finally:
        os.close(lock)
