"""When is the first sample written, and on which clock does its home live?"""

from __future__ import annotations

import json
from pathlib import Path

from aim.contracts.load import contracts
from aim.contracts.models import Grain
from aim.contracts.registry import read_registry
from aim.orchestration.airflow_server import environment
from aim.orchestration.first_sample import (
    CLOCK,
    FAULTS,
    FIRST_MONTH,
    LAST_MONTH,
    MARKER,
    began_with_sample,
    is_in_first_sample,
    sample_into_empty_inbox,
)
from aim.sample.owed import owed
from aim.sample.window import Window
from aim.sample.world import every_municipality
from aim.settings import Settings


def test_an_inbox_with_files_is_left_alone_and_runs_today(settings: Settings) -> None:
    inbox = Path(settings.inbox)
    inbox.mkdir(parents=True)
    (inbox / "atvejai_902110017_2018-10.csv").write_text("own", "utf-8")
    assert sample_into_empty_inbox(settings, None) is None
    assert not began_with_sample(settings)


def test_an_inbox_elsewhere_is_never_written_to(settings: Settings) -> None:
    elsewhere = settings.model_copy(update={"inbox": "s3://bucket/inbox"})
    assert sample_into_empty_inbox(elsewhere, None) is None


def test_a_home_that_began_with_the_sample_stays_on_its_clock(settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    (settings.home / MARKER).write_text(json.dumps({"clock": CLOCK.isoformat(), "complete": True}), "utf-8")
    assert sample_into_empty_inbox(settings, None) == CLOCK
    assert began_with_sample(settings)


def test_only_a_home_of_its_own_data_is_scheduled(settings: Settings) -> None:
    def scheduled() -> bool:
        return "AIM_SCHEDULED" in environment(
            settings, metadata_url="postgresql://nobody@nowhere/airflow", dags=Path("dags"), web=True,
            host="127.0.0.1", port=8080,
        )  # fmt: skip

    settings.home.mkdir(parents=True)
    assert scheduled()
    (settings.home / MARKER).write_text("{}", "utf-8")
    assert not scheduled()


def test_the_first_sample_has_every_kind_of_provider_and_every_cadence_in_two_thousand_files() -> None:
    declared, settings = contracts(), Settings.from_env({})
    providers, window = read_registry(settings.registry), Window.between(FIRST_MONTH, LAST_MONTH)
    owed_slices = owed(declared, providers, window, set(declared.datasets), every_municipality())
    written = [one for one in owed_slices if is_in_first_sample(one)]
    # Files sent twice or replaced come on top.
    assert len(written) * (1 + FAULTS) <= 2_000
    assert {one.provider.kind for one in written} == set(declared.kinds)
    assert {one.dataset for one in written} == set(declared.datasets)
    assert {one.period.grain for one in written} == set(Grain)
    assert max(one.due for one in written) < CLOCK
