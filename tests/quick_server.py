"""The embedded Postgres as tests want it: what it writes need not outlive the machine, only the server's own death."""

from __future__ import annotations

from dataclasses import replace

from aim.settings import Settings
from aim.warehouse import embedded
from aim.warehouse.keeper import read_cluster, write_cluster


def without_waiting_for_the_disk(settings: Settings) -> None:
    """Before its first start: what Postgres has handed to the system counts as written, also after `kill -9`."""
    embedded.address(settings)
    cluster = read_cluster(settings.home)
    write_cluster(settings.home, replace(cluster, settings={"fsync": "off", "shared_buffers": "256MB"}))
