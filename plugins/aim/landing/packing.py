"""What is packed inside: gz and zip opened as a stream, with bounds, one file inside."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, cast

from aim.landing.rejection import RejectionError

_BROKEN = (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
"""ValueError: a damaged directory of a zip points before its own beginning, or names a file in no letters."""
_NOT_CONTENT = ("__MACOSX/", ".DS_Store")


class _Bounded(io.RawIOBase):
    """Reads at most `limit` bytes; more is too_large, damage is broken_archive."""

    def __init__(self, source: IO[bytes], limit: int) -> None:
        self._source = source
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        try:
            block = self._source.read(len(view))
        except _BROKEN:
            raise RejectionError("broken_archive") from None
        self._left -= len(block)
        if self._left < 0:
            raise RejectionError("too_large")
        view[: len(block)] = block
        return len(block)


@contextmanager
def unpacked(open_file: Callable[[], IO[bytes]], packing: str | None, limit: int) -> Iterator[io.BufferedReader]:
    """The bytes inside, as a stream of at most `limit` bytes.

    Raises RejectionError: broken_archive, nothing_inside, several_inside, too_large (also while being read).
    """
    with open_file() as file:
        if packing is None:
            yield _bounded(file, limit)
        elif packing == "gz":
            with gzip.open(file) as inside:
                yield _bounded(cast(IO[bytes], inside), limit)
        else:
            with _only_member(file) as inside:
                yield _bounded(inside, limit)


def _bounded(source: IO[bytes], limit: int) -> io.BufferedReader:
    return io.BufferedReader(_Bounded(source, limit), 1024 * 1024)


@contextmanager
def _only_member(file: IO[bytes]) -> Iterator[IO[bytes]]:
    try:
        container = zipfile.ZipFile(file)
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
            yield inside
