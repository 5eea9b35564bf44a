"""What left the house, night by night, how much of it is hidden, and whether it withstood an attack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from aim.orchestration.page.reading import rows

MOST = 60
"""Nights shown on the page of releases: some two years of first and revision rounds."""


@dataclass(frozen=True)
class Release:
    """A night's rounds together. kinds: first, revision. hidden: published values marked C; None: not noted.

    cells, counted: the numbers of what was attacked and their sum, former releases of the year included; cells_hidden,
    counted_hidden: of that hidden (aim.ledger.releases.Hiding); None: not noted.
    attacked: groups of indicators and years in which hidden numbers were tried to be worked out; held_back: of them
    those not released, since some could be.
    """

    run_id: int
    clock_date: date
    kinds: list[str]
    indicator_periods: int
    values_new: int
    values_changed: int
    hidden: int | None
    cells: int | None
    cells_hidden: int | None
    counted: Decimal | None
    counted_hidden: Decimal | None
    attacked: int
    held_back: int


def releases(connection: psycopg.Connection[Any], most: int = MOST) -> list[Release]:
    """The latest nights that released, newest first; one that found nothing to say included."""
    return rows(connection, Release, __file__, "releases.sql", {"most": most})
