"""Rows of a spreadsheet, xlsx or ods: the first sheet with the header, read by a process of its own."""

from __future__ import annotations

import io
import json
import os
import select
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Generator, Iterator
from typing import IO, Any, cast

import polars as pl

from aim.contracts.models import DatasetContract
from aim.landing.encoding import refuse_spoilt
from aim.landing.header import Header, best_header, field_names, header_of
from aim.landing.limits import SEARCHED_SHEETS, SHEET_SECONDS
from aim.landing.raw_rows import EXTRA, ROW_NUMBER, column_names
from aim.landing.rejection import RejectionError
from aim.landing.sheet_errors import has_errors
from aim.landing.sheet_process import LENGTH_BYTES, REFUSED, SEPARATOR
from aim.settings import Limits

_LARGE_BYTES = 4 * 1024 * 1024
"""A process that has read so large a file is not used again: it would keep the memory."""

_LOCKED = b"\xd0\xcf\x11\xe0"
"""How a workbook locked with a password begins, and one of an old format."""
_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG")
_ENDED_BY_THE_FILE = (signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGXCPU)
"""How the process ends where a file asks for more than there is."""


class SheetReader:
    """Reads one workbook after another, in a process started with the first and ended by `close`."""

    def __init__(self, limits: Limits) -> None:
        """`limits`: of these the workbook's, and columns."""
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self.sheet = 0
        """Which of the workbook's sheets was read last, from 0."""

    def close(self) -> None:
        """End the process."""
        self._end()

    def unlocked(self, content: bytes, password: str) -> bytes:
        """The workbook, opened with the password where it is locked with one. Raises RejectionError locked."""
        if not content.startswith(_LOCKED):
            return content
        self._send({"ask": "unlock", "bytes": len(content), "password": password}, content)
        opened = self._answer()
        if len(content) > _LARGE_BYTES:
            self._end()
        return opened

    def read(
        self, content: bytes, contract: DatasetContract, take_spoilt: bool = False, first_sheet: int = 0
    ) -> tuple[Header, Generator[pl.DataFrame]]:
        """The header and the rows below as raw_rows (row_number: the sheet's own, the first is 1).

        `first_sheet`: that and the sheets after it are searched for the header.

        Raises RejectionError: empty_file, unreadable_bytes, too_large, no_header, and while rows are read too_large
        and, unless `take_spoilt`, mojibake.
        """
        if not content:
            raise RejectionError("empty_file")
        self._refuse_too_large(content)
        names = field_names(contract)
        for first in self._first_rows(content, first_sheet):
            header = best_header((header_of(cells, names, row) for row, cells in enumerate(first, 1)), contract)
            if header is not None:
                if len(header.fields) > self._limits.columns:
                    raise RejectionError("too_large", "columns")
                return header, self._rows(header, take_spoilt, len(content) > _LARGE_BYTES)
        raise RejectionError("no_header")

    def start(self) -> None:
        """Start the process if it does not run yet: it will be wanted soon."""
        self._running()

    def _first_rows(self, content: bytes, first_sheet: int) -> Iterator[list[list[str]]]:
        """Those of one sheet after another; the last one given is the one whose rows may be asked for."""
        sheets = self._open(content)
        for sheet in range(first_sheet, min(sheets, SEARCHED_SHEETS)):
            self.sheet = sheet
            self._look_at(sheet)
            # While the sheet is laid out beside, there is time to see whether it was worth it.
            if sheet == first_sheet and has_errors(content):
                self._answer()
                self._open(content, errors=True)
                self._look_at(sheet)
            yield json.loads(self._answer())

    def _open(self, content: bytes, errors: bool = False) -> int:
        self._send({"ask": "open", "bytes": len(content), "errors": errors}, content)
        return int(self._answer())

    def _look_at(self, sheet: int) -> None:
        self._send({"ask": "look", "sheet": sheet, "cells": self._limits.sheet_cells})

    def _refuse_too_large(self, content: bytes) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as container:
                unpacked = sum(member.file_size for member in container.infolist())
        except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError):
            # Not a container at all: an old .xls under a new name, damaged, or locked with a password.
            raise RejectionError("unreadable_bytes") from None
        if unpacked > self._limits.workbook_unpacked_bytes:
            raise RejectionError("too_large", "bytes")

    def _rows(self, header: Header, take_spoilt: bool, is_large: bool) -> Generator[pl.DataFrame]:
        width = len(header.fields)
        schema = {name: pl.String() for name in [*column_names(width), EXTRA]}
        row_number = header.row + 1
        done = False
        try:
            self._send({"ask": "rows", "header_row": header.row, "width": width})
            while rows := self._answer():
                if not take_spoilt:
                    refuse_spoilt(rows)
                batch = pl.read_csv(
                    rows,
                    has_header=False,
                    separator=SEPARATOR,
                    schema=schema,
                    row_index_name=ROW_NUMBER,
                    row_index_offset=row_number,
                )
                yield batch.with_columns(pl.col(EXTRA).is_not_null())
                row_number += batch.height
            done = True
        finally:
            # Left half read, it has rows in store that nobody asks for any more.
            if is_large or not done:
                self._end()

    def _send(self, question: dict[str, Any], content: bytes = b"") -> None:
        try:
            pipe = cast(IO[bytes], self._running().stdin)
            pipe.write(json.dumps(question).encode() + b"\n" + content)
            pipe.flush()
        except BrokenPipeError:
            raise self._ended() from None

    def _answer(self) -> bytes:
        """The next answer; empty at the end of the rows."""
        deadline = time.monotonic() + SHEET_SECONDS
        head = self._take(1 + LENGTH_BYTES, deadline)
        content = self._take(int.from_bytes(head[1:], "big"), deadline)
        if head[:1] == REFUSED:
            code, _, limit = content.decode().partition(" ")
            raise RejectionError(code, limit or None)
        return content

    def _take(self, size: int, deadline: float) -> bytes:
        pipe = cast(IO[bytes], self._running().stdout)
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        parts: list[bytes] = []
        while size:
            ready = poll.poll(max(0, deadline - time.monotonic()) * 1000)
            part = os.read(pipe.fileno(), min(size, 1024 * 1024)) if ready else b""
            if not ready:
                self._end()
                raise RejectionError("too_large", "time")
            if not part:
                raise self._ended()
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "aim.landing.sheet_process", str(self._limits.workbook_memory_bytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # Of our passwords and keys it has no need.
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                # What it says as it ends is the library's, and no one's to read.
                stderr=subprocess.DEVNULL,
                # A signal that ends us would end it first, and the file would be blamed.
                start_new_session=True,
            )
        return self._process

    def _ended(self) -> Exception:
        """Why it ended by itself: through the file, or through no fault of the file's."""
        code = cast(subprocess.Popen[bytes], self._process).wait()
        self._end()
        if -code in _ENDED_BY_THE_FILE:
            return RejectionError("too_large", "memory")
        return RuntimeError(f"the process that reads spreadsheets ended with {code}")

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
