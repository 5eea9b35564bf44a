"""Files for their owner alone: made whole and once, replaced whole, and gone when they are to be gone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import IO

_BLOCK_BYTES = 1024 * 1024


def write_new(path: Path, text: str) -> bool:
    """Write `text` into a new file of mode 600; False, nothing changed, where there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not the process id: in containers that share a folder everybody is process 1.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # A link, not a rename: it fails where somebody else was first, and then theirs counts.
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def replace(path: Path, text: str) -> None:
    """Put `text` in the place of what the file held, mode 600: whoever reads it finds the one or the other, whole.

    What it held before is overwritten on the disk.
    """
    path = path.resolve()
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with path.open("r+b") as former:
            draft.rename(path)
            flush_folder(path.parent)
            _overwrite(former)
    finally:
        draft.unlink(missing_ok=True)


def put(path: Path, content: bytes) -> None:
    """Put a file there, mode 600, whole or not at all; in the place of one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        flush_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def destroy(path: Path) -> None:
    """Overwrite a file and take it away; nothing where it is gone already.

    A file system that keeps former blocks (a snapshot, a disk that moves what it writes) keeps them all the same.
    """
    try:
        with path.open("r+b") as file:
            _overwrite(file)
    except FileNotFoundError:
        return
    path.unlink(missing_ok=True)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Have the disk remember which files a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _overwrite(file: IO[bytes]) -> None:
    left = os.fstat(file.fileno()).st_size
    file.seek(0)
    while left > 0:
        left -= file.write(bytes(min(left, _BLOCK_BYTES)))
    file.flush()
    os.fsync(file.fileno())
