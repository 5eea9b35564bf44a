"""The connection that the dictionary and the exported files are read by: the one that BI tools have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from aim.publish.roles import url_of
from aim.settings import Settings
from aim.warehouse.connect import connect, warehouse

READER = "aim_bi"
"""The role of BI tools: it reads schema `marts` and nothing else."""


@contextmanager
def reader(settings: Settings) -> Iterator[psycopg.Connection]:
    """Hold the warehouse and a connection that can read what is published and nothing else. Raises as both do."""
    with warehouse(settings), connect(url_of(settings, READER)) as connection:
        yield connection
