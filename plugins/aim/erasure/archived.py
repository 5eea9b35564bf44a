"""The archive as erasure meets it: what it gives back, and what must go from it for good."""

from __future__ import annotations

from typing import Any

import psycopg
import pyrage

from aim import private_file
from aim.contracts.file_names import LIST_PREFIX
from aim.erasure.turn import ErasureError
from aim.landing import archive
from aim.landing.secret import Secret
from aim.ledger import erasures
from aim.settings import Settings


def read_original(settings: Settings, secret: Secret, name: str) -> bytes:
    """An original's bytes. Raises ErasureError where no key of the secret file opens it."""
    try:
        with archive.original(settings.archive, secret.identities, name) as opened:
            return opened.read()
    except pyrage.DecryptError:
        raise ErasureError(
            f"The archive's {name} cannot be opened by the keys in {settings.secret_file}: put back the right file, or "
            "take the damaged one out of the archive."
        ) from None


def destroy_doomed(connection: psycopg.Connection[Any], settings: Settings) -> int:
    """Destroy the originals that others have taken the place of, or nothing; returns how many."""
    names = erasures.doomed(connection)
    for name in names:
        archive.destroy(settings.archive, name)
    erasures.was_destroyed(connection, names)
    return len(names)


def destroy_copies(settings: Settings) -> None:
    """Destroy the annotated copies made so far, for they hold what is to go; they can be made anew."""
    for path in settings.reports.glob(f"{LIST_PREFIX}_*"):
        private_file.destroy(path)


def tidy_up(connection: psycopg.Connection[Any], settings: Settings) -> None:
    """What a kill left in the archive: originals on their way out, and files half written."""
    destroy_doomed(connection, settings)
    archive.destroy_drafts(settings.archive)
