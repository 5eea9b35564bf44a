"""The steps of a night, one function a task: each asks the ledger what is to do and may be run again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg

from aim.clock import Clock
from aim.contracts.load import contracts
from aim.contracts.reference import read_reference
from aim.contracts.registry import read_registry
from aim.ledger import deliveries, jobs, obligations, reads, runs
from aim.orchestration.stuck import place_of
from aim.settings import Settings
from aim.warehouse.connect import Warehouse, warehouse
from aim.warehouse.staging_tables import ensure_staging_tables


class FilesLeftError(RuntimeError):
    """Files lie in the inbox still, through a fault of ours; all else of the night was done."""


class BreachError(RuntimeError):
    """Some indicators were not released: somebody could have worked out what had to be hidden. All else was done."""


@dataclass
class Stage:
    """One step at work: what it needs, and what it leaves for the summary (counts only)."""

    settings: Settings
    warehouse: Warehouse
    run: runs.Run
    result: dict[str, Any] = field(default_factory=dict)


@contextmanager
def _stage(run_id: int, name: str, role: str) -> Iterator[Stage]:
    """Time a step and write its result into the night; a step that raises leaves no result.

    The step works as `role`, which reaches what it needs and no more; the night's own row is written beside it.
    """
    settings = Settings.from_env()
    begun = time.monotonic()
    with warehouse(settings) as house:
        with house.connect() as connection:
            run = runs.read_run(connection, run_id)
        stage = Stage(settings, _as_role(house, settings, role), run)
        yield stage
        with house.connect() as connection:
            runs.note_stage(connection, run_id, name, time.monotonic() - begun, stage.result)


def _as_role(house: Warehouse, settings: Settings, role: str) -> Warehouse:
    from aim.publish.roles import url_of

    return Warehouse(url_of(settings, role), house.metadata_url)


def _count_values(connection: psycopg.Connection[Any]) -> int:
    found = connection.execute("select count(*) from core.indicator_current").fetchone()
    assert found is not None
    return int(found[0])


def ensure_tables_and_roles(house: Warehouse, settings: Settings) -> None:
    """Make what is missing of staging tables and roles in a migrated warehouse."""
    from aim.publish.roles import ensure_roles

    with house.connect() as connection:
        ensure_staging_tables(connection, contracts())
    ensure_roles(house, settings)


def open_night(today: str | None) -> int:
    """Begin a night on a clock (ISO date, None: today in Vilnius); makes what is missing of tables and roles.

    What is on record of people's reads longer than it may be goes: no role of a later step reaches it.
    """
    settings = Settings.from_env()
    begun = time.monotonic()
    days_kept = int(read_reference(settings.reference).parameter("reads_kept_days", Clock.at().today))
    with warehouse(settings) as house:
        ensure_tables_and_roles(house, settings)
        with house.connect() as connection:
            run_id = runs.open_run(connection, _clock(today), place_of(settings))
            result = {"reads_forgotten": reads.forget_old(connection, days_kept)}
            runs.note_stage(connection, run_id, "open", time.monotonic() - begun, result)
    return run_id


def load_reference(run_id: int) -> None:
    """Bring the reference files and the registry into `reference`, for checks and build alike."""
    from aim.warehouse import dbt

    with _stage(run_id, "reference", "aim_transformer") as stage:
        stage.result = dbt.seed(stage.warehouse, stage.settings, run_id, stage.run.clock.today).summary()


def land(run_id: int) -> None:
    """Take every settled file of the inbox.

    A file that meets a fault of ours lies there still and stops no other: the night goes on, and fails at its end.
    """
    from aim.landing.load import LandingError, WarehouseLostError, land_inbox

    with _stage(run_id, "land", "aim_loader") as stage:
        try:
            stage.result = land_inbox(stage.settings, stage.warehouse).summary()
        except WarehouseLostError:
            raise
        except LandingError as fault:
            stage.result = fault.result.summary()


def check(run_id: int) -> None:
    """Judge every delivery that waits for it, then say of each slice whether it came."""
    from aim.quality.judging import judge_all

    with _stage(run_id, "check", "aim_loader") as stage:
        stage.result = judge_all(stage.warehouse, stage.settings, run_id).summary()
        with stage.warehouse.connect() as connection:
            providers = read_registry(stage.settings.registry)
            stage.result["expected_slices"] = obligations.refresh(connection, contracts(), providers, stage.run.clock)
            nights_kept = int(read_reference(stage.settings.reference).parameter("pinned_nights_kept"))
            stage.result["pinned_slices"] = runs.pin(connection, run_id, nights_kept, providers)


def mark_for_recheck(dataset: str | None, first_period: str | None, last_period: str | None, everything: bool) -> int:
    """Ask for past deliveries to be judged again by the rules in force; returns how many. Periods as in file names."""
    from aim.ledger import rechecks

    span = rechecks.Span.between(dataset or None, first_period or None, last_period or None)
    with warehouse(Settings.from_env()) as house, house.connect() as connection:
        return rechecks.mark_for_recheck(connection, contracts(), span, everything=everything)


def judge_rechecked() -> dict[str, Any]:
    """Judge what was marked, then say of each slice whether it came; returns counts."""
    settings = Settings.from_env()
    with warehouse(settings) as house:
        ensure_tables_and_roles(house, settings)
        return _judge_between_nights(house, settings)


def land_deliveries() -> dict[str, Any]:
    """Take every settled file of the inbox between nights, judge it, say of each slice whether it came; returns counts.

    Raises FilesLeftError where files lie there still through a fault of ours; the others are taken and judged.
    """
    from aim.landing.load import LandingError, land_inbox

    settings = Settings.from_env()
    with warehouse(settings) as house:
        ensure_tables_and_roles(house, settings)
        with _job(house, settings, "land_deliveries") as counts:
            try:
                counts["land"] = land_inbox(settings, _as_role(house, settings, "aim_loader")).summary()
            except LandingError as fault:
                counts["land"] = fault.result.summary()
            counts["check"] = _judge_between_nights(house, settings)
            counts["mails"] = _acknowledge(house, settings, None)
            left = counts["land"]["errored"]
            if left:
                raise FilesLeftError(f"{left} files could not be landed through a fault of our own: see the log.")
    return counts


@contextmanager
def _job(house: Warehouse, settings: Settings, name: str) -> Iterator[dict[str, Any]]:
    """Write that a job of the day runs, then what came of it: what the block put into the counts."""
    with house.connect() as connection:
        turn = jobs.open_job(connection, name, place_of(settings))
    counts: dict[str, Any] = {}
    status = "failed"
    try:
        yield counts
        status = "succeeded"
    finally:
        with house.connect() as connection:
            jobs.close_job(connection, turn, status, counts)


def _judge_between_nights(house: Warehouse, settings: Settings) -> dict[str, Any]:
    """Judge what waits for it, then say of each slice whether it came; returns counts.

    Not while a night runs: it builds from rows as they were judged when it pinned them. Then the night that follows
    judges them. Results go to the last night, on whose clock the obligations stay; before the first night nothing is
    judged.
    """
    from aim.quality.judging import judge_all

    with house.connect() as connection:
        night = runs.last_night(connection)
        is_anything_to_judge = bool(
            deliveries.datasets_to_judge(connection) or deliveries.datasets_to_compare(connection)
        )
    if night is None:
        return {"deliveries": 0}
    result: dict[str, Any] = {"deliveries": 0}
    if is_anything_to_judge:
        loader = _as_role(house, settings, "aim_loader")
        result = judge_all(loader, settings, night.run_id, unless=runs.a_night_runs).summary()
    with house.connect() as connection:
        # A night waits for this to open: what it says of the slices comes after.
        deliveries.await_judging(connection)
        if runs.a_night_runs(connection):
            return result | {"left_to_the_night": True}
        obligations.refresh(connection, contracts(), read_registry(settings.registry), night.clock)
    return result


def build(run_id: int, layer: str) -> None:
    """Build and test one layer of the warehouse on the deliveries pinned for the night."""
    from aim.warehouse import dbt

    with _stage(run_id, f"build_{layer}", "aim_transformer") as stage:
        stage.result = dbt.build(
            stage.warehouse, stage.settings, run_id, stage.run.clock.today, select=f"tag:{layer}"
        ).summary()
        if layer == "indicators":
            with stage.warehouse.connect() as connection:
                stage.result["values"] = _count_values(connection)


def release(run_id: int) -> None:
    """Publish the periods that are due, in one transaction."""
    from aim.publish.release import release_due

    with _stage(run_id, "release", "aim_publisher") as stage:
        stage.result = release_due(
            stage.warehouse, run_id, stage.run.clock, read_reference(stage.settings.reference)
        ).summary()


def report(run_id: int) -> None:
    """Write the mails that are due, of every kind, and send what may go; a mass mailing waits for a person."""
    from aim.reports.sending import send_due_mails

    with _stage(run_id, "report", "aim_mailer") as stage:
        stage.result = send_due_mails(stage.warehouse, stage.settings, run_id, stage.run.clock).summary()


def send_receipts(today: str | None = None) -> dict[str, Any]:
    """Acknowledge what was landed and judged since the last mails (ISO date, None: today); returns counts."""
    settings = Settings.from_env()
    with warehouse(settings) as house:
        ensure_tables_and_roles(house, settings)
        return _acknowledge(house, settings, today)


def _acknowledge(house: Warehouse, settings: Settings, today: str | None) -> dict[str, Any]:
    from aim.reports.sending import ARRIVALS, send_due_mails

    mailer = _as_role(house, settings, "aim_mailer")
    return send_due_mails(mailer, settings, None, _clock(today), ARRIVALS).summary()


def watch_deadlines(today: str | None) -> dict[str, Any]:
    """Bring the obligations up to the day, then remind and escalate (ISO date, None: today in Vilnius); returns counts.

    Not while a night runs: it does the same, on its own clock.
    """
    from aim.reports.sending import DEADLINES, send_due_mails

    settings = Settings.from_env()
    clock = _clock(today)
    with warehouse(settings) as house:
        ensure_tables_and_roles(house, settings)
        with _job(house, settings, "watch_deadlines") as counts:
            with house.connect() as connection:
                if runs.a_night_runs(connection):
                    counts["left_to_the_night"] = True
                    return counts
                obligations.refresh(connection, contracts(), read_registry(settings.registry), clock)
            mailer = _as_role(house, settings, "aim_mailer")
            counts |= send_due_mails(mailer, settings, None, clock, DEADLINES).summary()
    return counts


def prepare_round(today: str | None) -> dict[str, Any]:
    """Write the monthly reports and digests that are due; returns counts and what waits: `letters`, `subject`."""
    from aim.reports.letters import ROUND
    from aim.reports.sending import round_waiting, send_due_mails

    settings = Settings.from_env()
    with warehouse(settings) as house:
        ensure_tables_and_roles(house, settings)
        with _job(house, settings, "send_quality_reports") as counts:
            mailer = _as_role(house, settings, "aim_mailer")
            counts |= send_due_mails(mailer, settings, None, _clock(today), ROUND).summary()
            counts |= vars(round_waiting(mailer))
    return counts


def let_round_go(by: str, today: str | None) -> dict[str, Any]:
    """Send the mass mailing that `by` has let go; returns counts."""
    from aim.reports.sending import let_round_go as let_go

    settings = Settings.from_env()
    with warehouse(settings) as house:
        return let_go(_as_role(house, settings, "aim_mailer"), settings, by, _clock(today)).summary()


def _clock(today: str | None) -> Clock:
    return Clock.at(date.fromisoformat(today) if today else None)


def close_night(run_id: int, status: str = "succeeded") -> None:
    """End the night; as failed where something is ours to mend though all else was done.

    Raises FilesLeftError where files lie in the inbox through a fault of ours, BreachError where an attack kept
    indicators from being released.
    """
    settings = Settings.from_env()
    with warehouse(settings) as house, house.connect() as connection:
        summary = runs.read_run(connection, run_id).summary
        left = summary.get("land", {}).get("errored", 0)
        held_back = summary.get("release", {}).get("held_back", [])
        runs.close_run(connection, run_id, "failed" if left or held_back else status)
    if status != "succeeded":
        return
    if held_back:
        raise BreachError(f"Not released, since hidden numbers could be worked out: {', '.join(held_back)}.")
    if left:
        raise FilesLeftError(f"{left} files could not be landed through a fault of our own: see the log of `land`.")
