"""Whole nights on a small inbox of its own, and what is left of them when all that may differ is taken away."""

from __future__ import annotations

import importlib
import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psycopg

from aim.orchestration import steps
from aim.sample import write_sample
from aim.settings import Settings
from tests.quick_server import without_waiting_for_the_disk

CLOCK = "2019-01-22"
STEPS = ("load_reference", "land", "check", "build core", "build indicators", "build collection", "build marts",
         "release", "report", "close_night")  # fmt: skip
"""The steps of a night after `open_night`, as the DAG wires them."""

# What a night leaves, without numbers drawn from sequences and without the clock of the machine.
END_STATE = {
    "deliveries": """
        select provider_code, dataset, period, version, channel, file_name, sha256, received_at, verdict, reason_code,
            is_nil, rows_received, rows_loaded, rows_quarantined, rows_duplicate
        from ops.deliveries""",
    "obligations": """
        select provider_code, dataset, period, due_on, status, first_accepted_at from ops.obligations""",
    "cases": """
        select file_name, row_number, atvejo_nr, child.code_hmac, sav, atidarymo_data, uzdarymo_data, _unreadable
        from staging.atvejai
        inner join ops.deliveries using (delivery_id)
        left join identity.child_key as child using (vaiko_id)""",
    "answers": """
        select file_name, row_number, atvejo_nr, vertinimo_nr, klausimo_nr, lygis, _duplicate
        from staging.vertinimai inner join ops.deliveries using (delivery_id)""",
    "lists_answered": """
        select file_name, channel, received_at, provider_code, verdict, reason_code, outcomes from ops.answers""",
    "row_issues": """
        select file_name, row_number, rule_code, field, out
        from quality.row_issues inner join ops.deliveries using (delivery_id)""",
    "check_results": """
        select file_name, rule_code, status, checked, failed, reason
        from quality.check_results inner join ops.deliveries using (delivery_id) where is_current""",
    "facts": """
        select provider_code, period, case_number, opened_on, closed_on from core.fct_case""",
    "indicator_current": "select * from core.indicator_current",
    "indicator_values": """
        select indicator_code, measure, definition_version, period_grain, period_start, territory_code, breakdown,
            breakdown_value, numerator, denominator, value, coverage_pct, obs_status, known_to is null
        from core.indicator_values""",
    "published_values": """
        select indicator_code, measure, period_grain, period_start, territory_code, breakdown, breakdown_value,
            numerator, denominator, value, obs_status, conf_status, known_to is null
        from marts.indicator_values""",
    # Without the digest of its words: they name the list of errors by the delivery's number, and a landing that is
    # killed leaves one out.
    "mails": """
        select kind, provider_code, period, version, regexp_replace(message_id, '[.][0-9a-f]{12}@', '@'), recipients,
            subject, state
        from ops.mails""",
}


SLOW_TO_IMPORT = ("dbt.cli.main", "great_expectations", "aim.landing.load", "aim.publish.release",
                  "aim.quality.judging", "aim.reports.sending")  # fmt: skip
"""What the steps import when they are called."""

_forking = multiprocessing.get_context("forkserver")
"""Its processes begin with all of that imported: what is killed is a step at work, not one that begins."""
_forking.set_forkserver_preload(["aim.orchestration.steps", *SLOW_TO_IMPORT])


def import_all() -> None:
    """Here too, before a step is timed."""
    for name in SLOW_TO_IMPORT:
        importlib.import_module(name)


def perform(call: str, run_id: int) -> None:
    """A step by its name ("build core"), in this process and its environment."""
    name, *layer = call.split()
    getattr(steps, name)(run_id, *layer)


def _perform_as(environment: Mapping[str, str], began: Any, call: str, run_id: int) -> None:
    os.environ.clear()
    os.environ.update(environment)
    began.set()
    perform(call, run_id)


@dataclass(frozen=True)
class NightHome:
    """An AIM_HOME with an inbox, and the environment its commands run in."""

    settings: Settings
    environment: dict[str, str]

    def step(self, call: str, run_id: int) -> BaseProcess:
        """Start a step ("build core") in a process of its own, which has just begun with it."""
        began = _forking.Event()
        process = _forking.Process(target=_perform_as, args=(self.environment, began, call, run_id))
        process.start()
        assert began.wait(120)
        return process

    def open_night(self, clock: str = CLOCK) -> int:
        """Begin a night; its run id."""
        with self._entered():
            return steps.open_night(clock)

    def whole_night(self, clock: str = CLOCK) -> int:
        """A night by its steps, undisturbed; its run id."""
        run_id = self.open_night(clock)
        for call in STEPS:
            self.finish(call, run_id)
        return run_id

    def finish(self, call: str, run_id: int) -> None:
        """A step to its end, which must be good. In this process: ten that each import dbt take a minute more."""
        with self._entered():
            perform(call, run_id)

    @contextmanager
    def _entered(self) -> Iterator[None]:
        former = dict(os.environ)
        os.environ.clear()
        os.environ.update(self.environment)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(former)


def night_home(folder: Path, **variables: str) -> NightHome:
    """A home under `folder`; `variables` are added to its environment."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {"AIM_HOME": str(folder), "AIM_SETTLE_SECONDS": "0", "AIM_LANG": "en"} | variables
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIM_")} | own
    home = NightHome(Settings.from_env(environment), environment)
    without_waiting_for_the_disk(home.settings)
    return home


def small_inbox(folder: Path, faults: float = 0.4) -> Path:
    """An inbox of four centres' last two months with planted faults, and of the population; deterministic."""
    inbox = folder / "inbox"
    write_sample(
        inbox,
        "2018-11",
        "2018-12",
        scale=0.2,
        seed=7,
        faults=faults,
        datasets=("gyventojai", "atvejai", "vertinimai"),
        municipalities=("11", "12", "13", "15"),
    )
    return inbox


def end_state(connection: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """Table -> its rows as text, order aside."""
    return {name: sorted(map(repr, connection.execute(query).fetchall())) for name, query in END_STATE.items()}


def differences(one: dict[str, list[str]], other: dict[str, list[str]]) -> dict[str, tuple[list[str], list[str]]]:
    """Table -> the first rows that stand on one side only, of the tables that are not alike."""
    found = {}
    for name in one.keys() | other.keys():
        here, there = Counter(one.get(name, [])), Counter(other.get(name, []))
        if here != there:
            found[name] = sorted((here - there).elements())[:3], sorted((there - here).elements())[:3]
    return found
