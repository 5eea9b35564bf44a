"""What was sent: one file after another, as the sample knows them, and what should come of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from aim.sample.owed import Owed

ROW, DELIVERY = "_row", "_delivery"


@dataclass
class Sent:
    """One file, or the missing one of a slice (received None).

    rows: typed, under the Lithuanian names, with `_row`, the number on the provider's screen; cells that cannot be read
    are null and named in `unreadable` (field -> row numbers). surplus: rows with a cell too many. refused: why it is
    not even read, or not taken for what it is. same_as: its bytes are those of that earlier file.

    What is expected: verdict, reason, findings (rule -> row numbers; 0 for the delivery as a whole), former_findings
    (likewise, rows of the slice before), quarantined, duplicate.
    """

    number: int
    owed: Owed
    file: str | None
    received: datetime | None
    rows: pl.DataFrame
    unreadable: Mapping[str, frozenset[int]] = field(default_factory=dict)
    surplus: frozenset[int] = frozenset()
    refused: str | None = None
    is_nil: bool = False
    same_as: int | None = None
    planted: list[dict[str, Any]] = field(default_factory=list)
    rows_sent: int = 0
    verdict: str | None = None
    reason: str | None = None
    obligation: str = "not_received"
    quarantined: int = 0
    duplicate: int = 0
    findings: dict[str, list[int]] = field(default_factory=dict)
    former_findings: dict[str, list[int]] = field(default_factory=dict)

    @property
    def speaks(self) -> bool:
        """Whether it is the accepted delivery of its slice."""
        return self.verdict in ("accepted", "accepted_with_findings")
