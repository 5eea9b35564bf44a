"""Reads a file of tests/data/files as landing does, without a warehouse."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import polars as pl

from aim.contracts.load import contracts
from aim.contracts.models import DatasetContract
from aim.contracts.reference import Reference, read_reference
from aim.landing.canonical import Canonicaliser
from aim.landing.identity import ChildKeys
from aim.landing.readers import Reading, read_file
from aim.landing.workbooks import SheetReader
from aim.settings import PROJECT_ROOT, Limits

FILES = Path(__file__).parents[2] / "data" / "files"
CONTRACT = contracts().datasets["atvejai"]
_TOKENS = UUID(int=1)


@cache
def reference() -> Reference:
    return read_reference(PROJECT_ROOT / "dbt_project" / "seeds" / "reference")


class KeysInMemory(ChildKeys):
    """Keys made from the subject itself, without a database."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def of(self, subjects: Any) -> list[str]:
        self.asked += subjects
        return [str(uuid5(_TOKENS, subject.hex())) for subject in subjects]


def read_bytes(
    content: bytes,
    suffixes: str = "csv",
    contract: DatasetContract = CONTRACT,
    limits: Limits | None = None,
    sheets: SheetReader | None = None,
    look: Callable[[pl.DataFrame], object] | None = None,
) -> tuple[Reading, pl.DataFrame]:
    """The reading and all its rows as read. `look`: shown each batch instead, none is kept."""
    file_format, _, packing = suffixes.partition(".")
    with ExitStack() as stack:
        reading = read_file(
            stack, lambda: io.BytesIO(content), file_format, packing or None, contract, reference(), limits, sheets
        )
        batches = [batch for batch in reading.batches if look is None or look(batch) is None]
    return reading, pl.concat(batches) if batches else pl.DataFrame({"row_number": []})


def read(name: str) -> tuple[Reading, pl.DataFrame]:
    """The same of a file of tests/data/files."""
    return read_bytes((FILES / name).read_bytes(), name.partition(".")[2])


def canonical(
    rows: pl.DataFrame,
    provider: str = "302110011",
    keys: ChildKeys | None = None,
    contract: DatasetContract = CONTRACT,
    limits: Limits | None = None,
) -> list[dict[str, Any]]:
    """The rows as landing would store them."""
    frame = Canonicaliser(contract, reference(), provider, keys or KeysInMemory(), limits).canonical(rows)
    return frame.to_dicts()
