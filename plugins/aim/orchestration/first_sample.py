"""What a stranger's first night runs on: a sample, where nothing has come yet."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from aim.contracts.models import Grain
from aim.language import say
from aim.settings import Settings

if TYPE_CHECKING:
    from aim.sample.owed import Owed

FIRST_MONTH, LAST_MONTH = "2018-06", "2018-12"
"""The model's months; what is written of them `is_in_first_sample` says."""
_FIRST_WHOLE_MONTH = date(2018, 10, 1)
_LAST_OF_THE_UNITS = date(2018, 6, 30)
CLOCK = date(2019, 1, 22)
"""The day on which all of the sample is due and its last month is released: five working days after 10 January. What
waits for files due on 15 and 21 January is released a few nights later, and the month's reports still go out today."""
SCALE = 0.25
FAULTS = 0.03
"""At this rate every kind of defect is there, in some 6 of 100 files; but for those that take a longer history."""


MARKER = "sample.json"
"""Lies in a home that began with the sample."""


def is_in_first_sample(one: Owed) -> bool:
    """Whether a slice is written: the last quarter of 2018, and the last month of the child-rights units.

    One whole quarter is the least in which every cadence is due (its three months, K4, P2) and a quarter's indicators
    are complete; more would be over 2,000 files or make the first night long. The 60 municipal child-rights units
    ended on 30 June 2018: their last month is the only way to meet all 13 kinds of provider and the indicators' break.
    The yearly files are those of 2018.
    """
    return (
        one.period.end >= _FIRST_WHOLE_MONTH
        or one.provider.valid_to == _LAST_OF_THE_UNITS
        or one.period.grain in (Grain.YEAR, Grain.SCHOOL_YEAR)
    )


def began_with_sample(settings: Settings) -> bool:
    """Whether the home lives on the sample's clock: then nothing in it is scheduled."""
    return (settings.home / MARKER).exists()


def sample_into_empty_inbox(settings: Settings, console: Console | None) -> date | None:
    """Write the sample where nothing has ever come; returns the clock to run on, None for today.

    A home that began with the sample stays on the sample's clock. A sample left half written by a kill is written
    again: the same bytes.
    """
    if "://" in settings.inbox:
        return None
    inbox = Path(settings.inbox)
    marker = settings.home / MARKER
    known = json.loads(marker.read_text("utf-8")) if marker.exists() else None
    if known is None and any(path.is_file() for path in inbox.rglob("*")):
        return None
    if known is not None and known["complete"]:
        clock = date.fromisoformat(known["clock"])
        if console:
            console.print(say("cli.sample_known", settings.lang, date=clock), soft_wrap=True)
        return clock
    _mark(marker, complete=False)
    files = _write(settings, inbox)
    _mark(marker, complete=True)
    if console:
        console.print(say("cli.sample_written", settings.lang, files=files, inbox=inbox, date=CLOCK), soft_wrap=True)
    return CLOCK


def _mark(marker: Path, complete: bool) -> None:
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(json.dumps({"clock": CLOCK.isoformat(), "complete": complete}), "utf-8")


def _write(settings: Settings, inbox: Path) -> int:
    from aim.ledger import contacts
    from aim.sample import write_sample
    from aim.warehouse.connect import warehouse

    written = write_sample(
        inbox,
        FIRST_MONTH,
        LAST_MONTH,
        scale=SCALE,
        seed=1,
        faults=FAULTS,
        settings=settings,
        chosen=is_in_first_sample,
    )
    with warehouse(settings) as house, house.connect() as connection:
        contacts.import_contacts(connection, inbox / "contacts.csv")
    return written.files
