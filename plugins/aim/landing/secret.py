"""The secret kept outside the database: HMAC keys by version, and the keys of the archive.

Losing the file means: no child met before is recognised again (every child gets a new vaiko_id) and no original of
the archive can be opened. It is made on the first run, readable by its owner alone.

A new key is taken into use at once and the former ones stay beside it until nothing needs them: `begin_new_keys`, then
`end_former_keys` (aim.erasure.rekeying says when). Each is one write of the whole file.
"""

from __future__ import annotations

import hmac
import json
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from pyrage import x25519

from aim.private_file import replace, write_new
from aim.settings import SettingsError

_KEY_BYTES = 32
_READ_OUT = "23456789abcdefghjkmnpqrstuvwxyz"
_PASSWORD_LETTERS, _PASSWORD_GROUP = 20, 5
"""Some 99 bits."""


@dataclass(frozen=True)
class Secret:
    """hmac_keys: version -> key; the greatest version is the one in use. archive_identity opens the archive.

    former_identities: keys of the archive that some originals may still need. file_key: by it files that are not to be
    taken again are known; it is never exchanged, for those files are gone.
    """

    hmac_keys: dict[int, bytes] = field(repr=False)
    archive_identity: x25519.Identity = field(repr=False)
    former_identities: tuple[x25519.Identity, ...] = field(default=(), repr=False)
    file_key: bytes = field(default=b"", repr=False)

    @property
    def newest(self) -> int:
        """The key version that new tokens are found by."""
        return max(self.hmac_keys)

    @property
    def identities(self) -> tuple[x25519.Identity, ...]:
        """Every key that may open an original, the one in use first."""
        return (self.archive_identity, *self.former_identities)

    @property
    def is_changing(self) -> bool:
        """Whether former keys are still beside the new ones."""
        return len(self.hmac_keys) > 1 or bool(self.former_identities)

    def digest(self, version: int, subject: bytes) -> bytes:
        """What a personal code, or a provider's temporary number, is known by in the warehouse under a key."""
        return hmac.digest(self.hmac_keys[version], subject, "sha256")

    def file_digest(self, sha256: str) -> bytes:
        """What a file is known by that is not to be taken again. SHA-256 alone would do for a guess at a short file."""
        return hmac.digest(self.file_key, sha256.encode(), "sha256")

    def copy_password(self, delivery_id: int) -> str:
        """What locks the annotated copy of a delivery: the same each time, so that it is written down nowhere.

        Twenty letters and digits in groups, none that is taken for another when it is read out.
        """
        made = hmac.digest(self.file_key, f"annotated copy of delivery {delivery_id}".encode(), "sha256")
        number = int.from_bytes(made, "big")
        letters = []
        for _ in range(_PASSWORD_LETTERS):
            number, place = divmod(number, len(_READ_OUT))
            letters.append(_READ_OUT[place])
        groups = (letters[start : start + _PASSWORD_GROUP] for start in range(0, _PASSWORD_LETTERS, _PASSWORD_GROUP))
        return "-".join("".join(group) for group in groups)


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
        former = tuple(map(x25519.Identity.from_str, held.get("former_archive_identities", ())))
        # A file made before there was one: its oldest key will do as well, and must then not be exchanged.
        file_key = bytes.fromhex(held.get("file_key", "")) or hmac.digest(keys[min(keys)], b"files", "sha256")
        if not keys or min(len(key) for key in (*keys.values(), file_key)) < _KEY_BYTES:
            raise ValueError("too short")
    except Exception:
        # Whatever is wrong, its own words may quote the secret.
        raise SettingsError(
            f"The secret file {path} is damaged: put back a copy of it, for without it no child is recognised again."
        ) from None
    return Secret(keys, identity, former, file_key)


def passing_secret() -> Secret:
    """A secret that is written nowhere: nobody is recognised by it later."""
    key = secrets.token_bytes(_KEY_BYTES)
    return Secret({1: key}, x25519.Identity.generate(), file_key=key)


def new_secret(path: Path) -> None:
    """Make the secret file at `path`, mode 600; raises SettingsError where there is one, it is never replaced."""
    if not _make(path):
        raise SettingsError(f"There is a secret file {path} already: without it no child is recognised again.")


def begin_new_keys(path: Path) -> Secret:
    """Take new keys into use, the former ones beside them; changes nothing where that was begun already."""
    held = read_secret(path)
    if held.is_changing:
        return held
    changed = Secret(
        {**held.hmac_keys, held.newest + 1: secrets.token_bytes(_KEY_BYTES)},
        x25519.Identity.generate(),
        held.identities,
        held.file_key,
    )
    _write(path, changed)
    return changed


def end_former_keys(path: Path) -> Secret:
    """Leave the newest keys alone in the file: nothing that was locked by the former ones can be opened again."""
    held = read_secret(path)
    kept = Secret({held.newest: held.hmac_keys[held.newest]}, held.archive_identity, (), held.file_key)
    _write(path, kept)
    return kept


def _make(path: Path) -> bool:
    made = Secret(
        {1: secrets.token_bytes(_KEY_BYTES)}, x25519.Identity.generate(), file_key=secrets.token_bytes(_KEY_BYTES)
    )
    return write_new(path, _as_text(made))


def _write(path: Path, secret: Secret) -> None:
    try:
        replace(path, _as_text(secret))
    except OSError as error:
        raise SettingsError(
            f"The secret file {path} cannot be replaced ({error.strerror}) and is as it was: name the file itself in "
            "AIM_SECRET_FILE, in a folder where this user may write."
        ) from None


def _as_text(secret: Secret) -> str:
    return json.dumps(
        {
            "hmac_keys": {str(version): key.hex() for version, key in secret.hmac_keys.items()},
            "archive_identity": str(secret.archive_identity),
            "former_archive_identities": [str(identity) for identity in secret.former_identities],
            "file_key": secret.file_key.hex(),
        }
    )
