"""Eighteen months of arrivals, night by night: every release is attacked with all that was ever told before it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from arrivals import COUNTIES, NATION, Country, Known
from attacker_of_history import NEAR, OUTSIDER, THRESHOLD, Attacker, Cell, History, Narrowed, sums
from indicators_released import House
from tests.conftest import fresh_warehouse

from aim.contracts.calendar import periods_between
from aim.contracts.models import Grain
from aim.publish.release import ReleaseResult
from aim.settings import Settings

SEED = 5
FIRST, LAST = date(2019, 1, 1), date(2020, 7, 1)
PLACES = COUNTIES | {NATION: tuple(COUNTIES)}
COUNTY_OF = {municipality: county for county, parts in COUNTIES.items() for municipality in parts}
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Replay:
    """What happened, by night. told: what stood in marts after each night that published. crept_in: nights without a
    round after which marts was another. narrowed: what the attacker found after each night that published.
    """

    house: House
    results: dict[date, ReleaseResult]
    told: dict[date, Rows]
    crept_in: list[date]
    narrowed: dict[date, list[Narrowed]]


@pytest.fixture(scope="module")
def replay(server: Any, dbt_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    settings = Settings.from_env({"AIM_HOME": str(tmp_path_factory.mktemp("replay"))})
    with fresh_warehouse(server, settings, dbt_folder) as warehouse:
        replayed = Replay(House(warehouse.url, warehouse.connection), {}, {}, [], {})
        replay_nights(replayed)
        yield replayed


def replay_nights(replay: Replay) -> None:
    months = list(periods_between(FIRST, LAST - timedelta(days=1), Grain.MONTH))
    known, attacker = Known(Country(SEED, months), months[0]), Attacker(PLACES, COUNTY_OF)
    house, before = replay.house, fingerprint(replay.house)
    for night in (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)):
        house.computes_anew(known.on(night))
        result = replay.results[night] = house.night(night.isoformat())
        after = fingerprint(house)
        if result.periods:
            replay.told[night] = house.rows("marts", "known_to is null")
            replay.narrowed[night] = attacker.narrows(History.published(house.connection))
        elif after != before:
            replay.crept_in.append(night)
        before = after


def fingerprint(house: House) -> Any:
    """Another as soon as a row of marts is added, ended or changed."""
    return house.connection.execute(
        "select count(*), sum(hashtext(rows.xmin::text || rows.ctid::text)) from marts.indicator_values as rows"
    ).fetchone()


def naive(history: History, primary_only: bool = False) -> History:
    """What is hidden where every round hides what is small and, of a sum with one hidden part, the next smallest."""
    hides: list[set[Cell]] = []
    for moment in range(history.moments):
        numbers = {cell: stood[moment][0] for cell, stood in history.cells.items() if moment in stood}
        hidden = {cell for cell, number in numbers.items() if 0 < number < THRESHOLD}
        for whole, parts in () if primary_only else sums(numbers, PLACES):
            in_sum = [cell for cell in (whole, *parts) if numbers[cell]]
            if len(hidden.intersection(in_sum)) == 1 and len(in_sum) > 1:
                hidden.add(min((cell for cell in in_sum if cell not in hidden), key=lambda cell: numbers[cell]))
        hides.append(hidden)
    return history.hidden_otherwise(hides)


def test_nobody_works_out_what_was_hidden_from_all_that_was_ever_told(replay: Replay) -> None:
    assert len(replay.narrowed) > 30
    assert {night: found for night, found in replay.narrowed.items() if found} == {}


@pytest.mark.parametrize("primary_only", [True, False])
def test_the_attacker_works_out_what_naive_hiding_leaves(replay: Replay, primary_only: bool) -> None:
    history = History.published(replay.house.connection)
    found = Attacker(PLACES, COUNTY_OF).narrows(naive(history, primary_only))
    assert OUTSIDER in {one.attacker for one in found}
    assert not {one.attacker for one in found}.isdisjoint(COUNTY_OF)
    read = [one for one in found if one.lowest == one.highest]
    assert read
    assert all(abs(one.lowest - one.standing.number) < NEAR for one in read)


def test_there_was_something_to_attack(replay: Replay) -> None:
    """Small numbers that changed while others stood, late and corrected files, and two years of them."""
    small = [one for one in History.published(replay.house.connection).standings() if 0 < one.number < THRESHOLD]
    assert len(small) > 100
    assert {one.cell[0] for one in small} == {"S02 main", "S02 with_witnesses", "S05 main"}
    changed = [night for night, result in replay.results.items() if result.kind == "revision" and result.changed]
    assert len(changed) > 12
    assert {row["period_grain"] for row in replay.told[max(replay.told)]} == {"month", "quarter", "year"}


def test_each_release_was_attacked_and_none_held_back(replay: Replay) -> None:
    assert {night: result.held_back for night, result in replay.results.items() if result.held_back} == {}
    rounds = replay.house.connection.execute(
        "select releases.clock_date, count(attacks.release_id), coalesce(sum(attacks.breaches), 0)"
        " from ops.releases as releases left join ops.attacks as attacks using (release_id)"
        " where releases.indicator_periods > 0 group by releases.release_id, releases.clock_date"
    ).fetchall()
    assert {night for night, _, _ in rounds} == set(replay.told)
    assert all(attacks and not breaches for _, attacks, breaches in rounds)


def test_between_rounds_nothing_is_told(replay: Replay) -> None:
    assert len(replay.results) == (LAST - FIRST).days + 1
    assert replay.crept_in == []


def test_what_was_told_on_a_day_can_be_asked_ever_after(replay: Replay) -> None:
    days = random.Random(SEED).sample(sorted(replay.results), 12)
    for day in days:
        last = max((night for night in replay.told if night <= day), default=None)
        asked = [without_end(row) for row in replay.house.as_published(day)]
        told = [without_end(row) for row in replay.told[last]] if last else []
        assert sorted(asked, key=str) == sorted(told, key=str)


def without_end(row: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in row.items() if name != "known_to"}
