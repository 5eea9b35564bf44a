"""What is packed inside: gz and zip opened as a stream, with bounds, one file inside.

Nothing is ever unpacked to disk: which path a name inside an archive claims does not matter.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, cast

from aim.landing.limits import UNPACKED_UNSUSPECTED_BYTES
from aim.landing.rejection import RejectionError

_BROKEN = (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
"""ValueError: a damaged directory of a zip names a file in no letters."""
_NOT_CONTENT = ("__MACOSX/", ".DS_Store")


class _Bounded(io.RawIOBase):
    """Reads at most `limit` bytes, and not too many times what `packed` says was read; damage is broken_archive."""

    def __init__(self, source: IO[bytes], limit: int, expansion: int, packed: Callable[[], int] | None) -> None:
        self._source = source
        self._limit = limit
        self._expansion = expansion
        self._packed = packed
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        try:
            block = self._source.read(len(view))
        except _BROKEN:
            raise RejectionError("broken_archive") from None
        self._unpacked += len(block)
        if self._unpacked > self._limit:
            raise RejectionError("too_large", "bytes")
        if (
            self._packed is not None
            and self._unpacked > UNPACKED_UNSUSPECTED_BYTES
            and self._unpacked > self._packed() * self._expansion
        ):
            raise RejectionError("too_large", "expansion")
        view[: len(block)] = block
        return len(block)


class _Container(io.RawIOBase):
    """A file whose directory may point anywhere: before its beginning is damage, whatever file system it lies on."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._source.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            offset += self._source.seek(0, io.SEEK_END)
        elif whence == io.SEEK_CUR:
            offset += self._source.tell()
        if offset < 0:
            raise zipfile.BadZipFile
        return self._source.seek(offset)

    def read(self, size: int = -1) -> bytes:
        return self._source.read(size)


@contextmanager
def unpacked(
    open_file: Callable[[], IO[bytes]], packing: str | None, limit: int, expansion: int
) -> Iterator[io.BufferedReader]:
    """The bytes inside, as a stream of at most `limit` bytes and, if packed and large, `expansion` times the packed.

    Raises RejectionError: broken_archive, nothing_inside, several_inside, too_large (also while being read).
    """
    with open_file() as file:
        if packing is None:
            yield _bounded(file, limit, expansion, None)
        elif packing == "gz":
            with gzip.open(file) as inside:
                yield _bounded(cast(IO[bytes], inside), limit, expansion, file.tell)
        else:
            with _only_member(file) as (inside, packed):
                yield _bounded(inside, limit, expansion, lambda: packed)


def _bounded(source: IO[bytes], limit: int, expansion: int, packed: Callable[[], int] | None) -> io.BufferedReader:
    return io.BufferedReader(_Bounded(source, limit, expansion, packed), 1024 * 1024)


@contextmanager
def _only_member(file: IO[bytes]) -> Iterator[tuple[IO[bytes], int]]:
    """The one file inside, and how many bytes of the archive it takes."""
    try:
        container = zipfile.ZipFile(cast(IO[bytes], _Container(file)))
    except _BROKEN:
        raise RejectionError("broken_archive") from None
    with container:
        members = [
            member
            for member in container.infolist()
            if not member.is_dir() and not any(mark in member.filename for mark in _NOT_CONTENT)
        ]
        if not members:
            raise RejectionError("nothing_inside")
        if len(members) > 1:
            raise RejectionError("several_inside", str(len(members)))
        try:
            inside = container.open(members[0])
        except (*_BROKEN, RuntimeError):
            # RuntimeError: locked with a password.
            raise RejectionError("broken_archive") from None
        with inside:
            yield inside, members[0].compress_size
