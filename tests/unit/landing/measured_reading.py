"""Reads one file in a process of its own and says what became of it, and the memory it took, as JSON.

`[rows or reason, megabytes more than a plain file takes, megabytes of the process beside]`; the files are cases.
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.unit.landing.reading import CONTRACT, FILES, KeysInMemory, reference

from aim.landing.canonical import Canonicaliser
from aim.landing.readers import read_file
from aim.landing.rejection import RejectionError
from aim.settings import Limits


def outcome(path: Path) -> str:
    """What becomes of the file, read as landing reads it."""
    file_format, _, packing = path.name.partition(".")[2].partition(".")
    limits = Limits(workbook_memory_bytes=512 * 1024**2)
    canonicaliser = Canonicaliser(CONTRACT, reference(), "302110011", KeysInMemory(), limits)
    try:
        with ExitStack() as stack:
            reading = read_file(
                stack, lambda: path.open("rb"), file_format, packing or None, CONTRACT, reference(), limits
            )
            for batch in reading.batches:
                canonicaliser.canonical(batch)
    except RejectionError as refused:
        return f"{refused.code} {refused.detail}"
    return f"{reading.rows} rows"


def peak(who: int) -> int:
    """Megabytes."""
    return resource.getrusage(who).ru_maxrss // 1024


if __name__ == "__main__":
    outcome(FILES / "plain.csv")
    before = peak(resource.RUSAGE_SELF)
    told = outcome(Path(sys.argv[1]))
    sys.stdout.write(json.dumps([told, peak(resource.RUSAGE_SELF) - before, peak(resource.RUSAGE_CHILDREN)]))
