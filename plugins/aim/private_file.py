"""A file for its owner alone that comes into being whole and once, whoever else is making it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


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
