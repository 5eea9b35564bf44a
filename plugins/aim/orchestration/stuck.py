"""What is stuck or was skipped: looked for from the side of what should have happened.

A run that did not take place leaves no trace, a delivery that nobody judges no error: the schedule, the clock and the
inbox tell of them.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from aim.clock import VILNIUS
from aim.contracts.reference import Reference, read_reference
from aim.landing.gate import shown_name
from aim.landing.inbox import InboxError, lying_since
from aim.ledger import jobs
from aim.orchestration.airflow_server import airflow_lives
from aim.orchestration.schedules import SCHEDULES
from aim.settings import Settings


@dataclass(frozen=True)
class Stuck:
    """One thing to look after, `stuck.<what>` among the messages. words: what its sentence names.

    skipped (runs of a job that did not take place), gone (a run whose Airflow is no more), long (one that does not
    end), waiting (deliveries not judged), lying (files not taken), unreachable (the inbox).
    """

    what: str
    count: int = 1
    words: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"what": self.what, "count": self.count} | self.words


def words_of(told: Mapping[str, Any]) -> dict[str, str]:
    """What the sentence of one told by `as_dict` names."""
    return {key: value for key, value in told.items() if key not in ("what", "count")}


def place_of(settings: Settings) -> str:
    """The machine and the state folder, as a run bears them."""
    return f"{socket.gethostname()}:{settings.home}"


def stuck_of(settings: Settings, connection: psycopg.Connection[Any], now: datetime) -> list[Stuck]:
    """All that is stuck or was skipped at `now` (aware), by the parameters in force."""
    reference = read_reference(settings.reference)
    return [
        *_skipped(connection, reference, now),
        *_unfinished(settings, connection, reference, now),
        *_waiting(connection, reference, now),
        *_lying(settings, reference, now),
    ]


def _hours(reference: Reference, parameter: str) -> timedelta:
    return timedelta(hours=float(reference.parameter(parameter)))


def _skipped(connection: psycopg.Connection[Any], reference: Reference, now: datetime) -> Iterator[Stuck]:
    patience = _hours(reference, "skipped_after_hours")
    told_from = now - _hours(reference, "skipped_told_hours")
    expected = [
        jobs.Slot(job, moment, max(following, moment + patience))
        for job, since in jobs.in_force(connection).items()
        if job in SCHEDULES
        for moment, following in SCHEDULES[job].between(max(since, told_from), now - patience)
    ]
    found: dict[str, list[jobs.Slot]] = {}
    for slot in jobs.skipped(connection, expected):
        found.setdefault(slot.job, []).append(slot)
    for job, slots in found.items():
        yield Stuck("skipped", len(slots), {"job": job, "first": _moment(slots[0].at), "last": _moment(slots[-1].at)})


def _unfinished(
    settings: Settings, connection: psycopg.Connection[Any], reference: Reference, now: datetime
) -> Iterator[Stuck]:
    longest = _hours(reference, "longest_run_hours")
    for run in jobs.unfinished(connection):
        told = {"job": run.job, "run": str(run.run_id), "since": _moment(run.started_at)}
        if run.place == place_of(settings) and not airflow_lives(settings.home):
            yield Stuck("gone", 1, told)
        elif now - run.started_at > longest:
            yield Stuck("long", 1, told)


def _waiting(connection: psycopg.Connection[Any], reference: Reference, now: datetime) -> Iterator[Stuck]:
    found = jobs.waiting(connection, now - _hours(reference, "unjudged_hours"))
    if found.since is not None:
        yield Stuck("waiting", found.deliveries, {"since": _moment(found.since)})


def _lying(settings: Settings, reference: Reference, now: datetime) -> Iterator[Stuck]:
    before = now.astimezone(UTC) - _hours(reference, "untaken_hours")
    try:
        lying = [(name, since) for name, since in lying_since(settings.inbox) if since < before]
    except InboxError:
        yield Stuck("unreachable")
        return
    if lying:
        name, since = min(lying, key=lambda one: one[1])
        yield Stuck("lying", len(lying), {"file": shown_name(name), "since": _moment(since)})


def _moment(instant: datetime) -> str:
    return f"{instant.astimezone(VILNIUS):%Y-%m-%d %H:%M}"
