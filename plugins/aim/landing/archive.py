"""The originals, encrypted, apart from the warehouse: nothing but erasure changes them."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyrage
from pyrage import x25519

_SUFFIX = ".age"
_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Archived:
    """sha256 (hex) of the original and the name under which the archive holds it."""

    sha256: str
    name: str


class _Hashing(io.RawIOBase):
    """Reads through and takes the hash of what passes."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self._hash.update(block)
        return block

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def keep(folder: Path, identity: x25519.Identity, original: IO[bytes]) -> Archived:
    """Encrypt `original` into `folder` under a name made from its hash; on disk when this returns.

    Streams; the same bytes are kept once.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{secrets.token_hex(8)}"
    source = _Hashing(original)
    try:
        with draft.open("xb") as encrypted:
            pyrage.encrypt_io(source, encrypted, [identity.to_public()])
            encrypted.flush()
            os.fsync(encrypted.fileno())
        sha256 = source.hexdigest()
        name = f"{sha256[:2]}/{sha256}{_SUFFIX}"
        place = folder / name
        place.parent.mkdir(exist_ok=True, mode=0o700)
        draft.rename(place)
    finally:
        draft.unlink(missing_ok=True)
    _flush_folder(place.parent)
    return Archived(sha256, name)


def hash_alone(original: IO[bytes]) -> Archived:
    """What `keep` would say of `original`, but nothing is kept."""
    source = _Hashing(original)
    while source.read(_BLOCK_BYTES):
        pass
    return Archived(source.hexdigest(), "")


@contextmanager
def original(folder: Path, identity: x25519.Identity, name: str) -> Iterator[IO[bytes]]:
    """The original kept under `name`, decrypted in memory. FileNotFoundError where it was erased."""
    opened = io.BytesIO()
    with (folder / name).open("rb") as encrypted:
        pyrage.decrypt_io(encrypted, opened, [identity])
    opened.seek(0)
    yield opened


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
