"""The secret kept outside the database: HMAC keys by version and the key of the archive.

Losing the file means: no child met before is recognised again (every child gets a new vaiko_id) and no original of
the archive can be opened. It is made on the first run, readable by its owner alone.
"""

from __future__ import annotations

import json
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from pyrage import x25519

from aim.private_file import write_new
from aim.settings import SettingsError

_KEY_BYTES = 32


@dataclass(frozen=True)
class Secret:
    """hmac_keys: version -> key; the greatest version is the one in use. archive_identity opens the archive."""

    hmac_keys: dict[int, bytes] = field(repr=False)
    archive_identity: x25519.Identity = field(repr=False)

    @property
    def newest(self) -> int:
        """The key version that new tokens are found by."""
        return max(self.hmac_keys)


def read_secret(path: Path) -> Secret:
    """The secret in `path`, made there (mode 600) where there is none yet, also by two commands at once.

    Raises SettingsError where others can read the file or it is not what was written there.
    """
    if not path.exists():
        _make(path)
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"The secret file {path} can be read by others than its owner: run chmod 600 on it.")
    try:
        held = json.loads(path.read_text("utf-8"))
        keys = {int(version): bytes.fromhex(key) for version, key in held["hmac_keys"].items()}
        identity = x25519.Identity.from_str(held["archive_identity"])
        if not keys or min(len(key) for key in keys.values()) < _KEY_BYTES:
            raise ValueError("too short")
    except Exception:
        # Whatever is wrong, its own words may quote the secret.
        raise SettingsError(
            f"The secret file {path} is damaged: put back a copy of it, for without it no child is recognised again."
        ) from None
    return Secret(keys, identity)


def passing_secret() -> Secret:
    """A secret that is written nowhere: nobody is recognised by it later."""
    return Secret({1: secrets.token_bytes(_KEY_BYTES)}, x25519.Identity.generate())


def new_secret(path: Path) -> None:
    """Make the secret file at `path`, mode 600; raises SettingsError where there is one, it is never replaced."""
    if not _make(path):
        raise SettingsError(f"There is a secret file {path} already: without it no child is recognised again.")


def _make(path: Path) -> bool:
    return write_new(
        path,
        json.dumps(
            {"hmac_keys": {"1": secrets.token_hex(_KEY_BYTES)}, "archive_identity": str(x25519.Identity.generate())}
        ),
    )
