"""The originals, encrypted, apart from the warehouse: nothing but erasure changes them."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyrage
from pyrage import x25519

from aim import private_file

_SUFFIX = ".age"
_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Archived:
    """sha256 (hex) of the original and the name under which the archive holds it; empty where it does not."""

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


class _Glance(io.RawIOBase):
    """Takes the first of what is decrypted, and no more."""

    has_seen = False

    def writable(self) -> bool:
        return True

    def write(self, _: object) -> int:
        self.has_seen = True
        raise BlockingIOError


def keep(
    folder: Path,
    identity: x25519.Identity,
    original: IO[bytes],
    unwanted: Callable[[str], bool] = lambda _: False,
) -> Archived:
    """Encrypt `original` into `folder` under a name made from its hash; on disk when this returns.

    Streams; the same bytes are kept once. One whose hash (hex) is `unwanted` is not kept: it gets no name.
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
        if unwanted(sha256):
            private_file.destroy(draft)
            return Archived(sha256, "")
        name = f"{sha256[:2]}/{sha256}{_SUFFIX}"
        place = folder / name
        place.parent.mkdir(exist_ok=True, mode=0o700)
        draft.rename(place)
    finally:
        draft.unlink(missing_ok=True)
    private_file.flush_folder(place.parent)
    return Archived(sha256, name)


def hash_alone(original: IO[bytes]) -> Archived:
    """What `keep` would say of `original`, but nothing is kept."""
    source = _Hashing(original)
    while source.read(_BLOCK_BYTES):
        pass
    return Archived(source.hexdigest(), "")


@contextmanager
def original(folder: Path, identities: Sequence[x25519.Identity], name: str) -> Iterator[IO[bytes]]:
    """The original kept under `name`, decrypted in memory by whichever key opens it.

    FileNotFoundError where it was erased, pyrage.DecryptError where no key fits.
    """
    opened = io.BytesIO()
    with (folder / name).open("rb") as encrypted:
        pyrage.decrypt_io(encrypted, opened, list(identities))
    opened.seek(0)
    yield opened


def names(folder: Path) -> list[str]:
    """The names of all originals kept, in order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.glob(f"*/*{_SUFFIX}"))


def opens_with(folder: Path, identity: x25519.Identity, name: str) -> bool:
    """Whether this key opens the original; reads no more of it than its beginning."""
    glance = _Glance()
    try:
        with (folder / name).open("rb") as encrypted:
            pyrage.decrypt_io(encrypted, glance, [identity])
    except FileNotFoundError:
        raise
    except Exception:
        # Stopped by the glance once the key had opened it, or by pyrage, whom no key given let in.
        return glance.has_seen
    return True


def encrypt_anew(folder: Path, former: Sequence[x25519.Identity], identity: x25519.Identity, name: str) -> bytes:
    """Encrypt the original kept under `name` to another key; returns its bytes. The name stays.

    Whoever opens it meanwhile finds the one file or the other, whole. The blocks of the former one stay locked by a key
    that is to be destroyed.
    """
    place = folder / name
    with original(folder, [identity, *former], name) as opened:
        content = opened.read()
    draft = folder / f".{secrets.token_hex(8)}"
    try:
        with draft.open("xb") as encrypted:
            pyrage.encrypt_io(io.BytesIO(content), encrypted, [identity.to_public()])
            encrypted.flush()
            os.fsync(encrypted.fileno())
        draft.rename(place)
    finally:
        draft.unlink(missing_ok=True)
    private_file.flush_folder(place.parent)
    return content


def destroy(folder: Path, name: str) -> None:
    """Take an original out of the archive for good, overwritten first; nothing where it is gone already."""
    private_file.destroy(folder / name)


def destroy_drafts(folder: Path) -> None:
    """Take away what a kill left half written. Only while nobody else writes into the archive."""
    for path in folder.glob(".*"):
        private_file.destroy(path)
