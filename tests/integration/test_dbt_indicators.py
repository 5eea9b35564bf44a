"""What dbt makes of deliveries is what the methodology says, recomputed row by row in plain Python."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from judged_slices import (
    AGENCY,
    CENTRES,
    HOMES,
    OTHERS,
    JudgedSlices,
    Row,
    population_rows,
    pupil_rows,
)
from naive_indicators import MEASURES, TERRITORIES, Key, Value, World, compute
from psycopg.rows import dict_row
from random_cases import assessments, case_rows, cases_at_random, people_at_random, plan_measures
from random_rows import Life
from tests.conftest import TestWarehouse
from wrong_numbers import not_noticed

from aim.clock import VILNIUS
from aim.contracts.calendar import Period, periods_between
from aim.contracts.load import contracts
from aim.ledger import deliveries, waivers
from aim.warehouse import dbt

TODAY = date(2019, 1, 22)
MONTHS = [f"2018-{month:02}" for month in range(5, 13)]


@pytest.mark.parametrize("seed", [1, 2])
def test_values_are_those_of_the_methodology(warehouse: TestWarehouse, seed: int) -> None:
    slices = JudgedSlices(warehouse.connection, warehouse.settings, warehouse.url)
    deliver_at_random(slices, random.Random(seed))
    run_id = slices.pin(TODAY)
    for select in ("resource_type:seed", "tag:core", "tag:indicators"):
        dbt.build(slices.warehouse, slices.settings, run_id, TODAY, select)

    computed = values_of(slices)
    expected = compute(world_of(slices, run_id))

    assert len(expected) > 30_000
    assert {key[:2] for key in expected} == {(name, measure) for name in MEASURES for measure in MEASURES[name]}
    assert computed.keys() == expected.keys()
    differ = {key: (computed[key], expected[key]) for key in expected if not alike(computed[key], expected[key])}
    assert not differ, dict(list(differ.items())[:5])
    assert {value.status for value in expected.values()} == {"A", "B", "E", "M", "P"}
    if seed == 1:
        assert not not_noticed(slices.connection, dbt.state_folder(slices.settings))


def deliver_at_random(slices: JudgedSlices, chance: random.Random) -> None:
    """Months of everything, with all that the methodology has a rule for."""
    for year in chance.choice([["2018"], ["2018", "2019"]]):
        rows = population_rows(int(year), per_age=80 + int(year) % 10)
        slices.deliver("gyventojai", year, rows, AGENCY, received_at=moment(date(int(year), 1, 15)))
    for year in chance.choice([["2017"], ["2017", "2018"]]):
        slices.deliver("mokiniai", year, pupil_rows(int(year)), "909000014", received_at=moment(date(int(year), 11, 1)))
    people = people_at_random(chance)
    for provider, home in CENTRES.items():
        cases = cases_at_random(chance, people, home)
        for month in MONTHS:
            period = Period.parse(month)
            if chance.random() < 0.12:
                continue
            rows = case_rows(chance, cases, period)
            deliver_somehow(slices, chance, "atvejai", period, rows, provider)
            if chance.random() < 0.88:
                made = assessments(chance, cases, period)
                deliver_somehow(slices, chance, "vertinimai", period, made, provider)
            if chance.random() < 0.88:
                due = plan_measures(chance, cases, period)
                deliver_somehow(slices, chance, "pagalbos_planai", period, due, provider)
    life = Life(chance, people)
    for provider, (kind, _) in OTHERS.items():
        for owed in contracts().kinds[kind].delivers:
            if owed.dataset == "mokiniai":
                continue
            for period in periods_between(date(2018, 1, 1), TODAY, contracts().datasets[owed.dataset].period):
                if chance.random() < 0.8:
                    rows = life.rows(owed.dataset, provider, period)
                    deliver_somehow(slices, chance, owed.dataset, period, rows, provider)
    waive(slices, "902330018", "2018-06")
    confirm_empty(slices, "902110014", "vertinimai", "2018-12")


def deliver_somehow(
    slices: JudgedSlices, chance: random.Random, dataset: str, period: Period, rows: list[Row], provider: str
) -> None:
    """In time or late, by any channel, now and then replaced, rejected, empty, withdrawn or judged again."""
    day = period.end + timedelta(days=chance.randint(1, 18))
    channel = chance.choice(["sftp", "api", "email", "upload"])
    out = [place for place in range(len(rows)) if chance.random() < 0.03]
    rejected = chance.random() < 0.1
    first = slices.deliver(
        dataset, period.text, rows, provider, out, channel=channel, received_at=moment(day), reject=rejected
    )
    kind = chance.random()
    if kind < 0.15:
        again = [] if kind < 0.05 else rows[: len(rows) // 2]
        late = moment(day + timedelta(days=3))
        second = slices.deliver(dataset, period.text, again, provider, channel="upload", received_at=late)
        if chance.random() < 0.5:
            deliveries.withdraw(slices.connection, second)
    elif kind < 0.2 and not rejected:
        deliveries.withdraw(slices.connection, first)


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 30, tzinfo=VILNIUS)


def waive(slices: JudgedSlices, provider: str, period: str) -> None:
    waivers.waive(slices.connection, provider, "atvejai", [Period.parse(period)], "moved", date(2020, 1, 1))


def confirm_empty(slices: JudgedSlices, provider: str, dataset: str, period: str) -> None:
    deliveries.confirm_empty(
        slices.connection,
        deliveries.Head("command", None, None, moment(date(2019, 1, 9)), provider, dataset, Period.parse(period), "11"),
    )


def world_of(slices: JudgedSlices, run_id: int) -> World:
    with slices.connection.cursor(row_factory=dict_row) as cursor:
        obligations = cursor.execute("select * from ops.obligations").fetchall()
        delivered = cursor.execute("select * from ops.deliveries").fetchall()
    pinned = slices.connection.execute(
        "select provider_code, dataset, period from ops.run_slices where run_id = %s", (run_id,)
    ).fetchall()
    return World(slices.speaking(), obligations, delivered, set(pinned), HOMES, TODAY)


def values_of(slices: JudgedSlices) -> dict[Key, Value]:
    rows = slices.connection.execute(
        "select indicator_code, measure, period_grain, period_start, territory_code, breakdown,"
        " breakdown_value, numerator, denominator, value, coverage_pct, obs_status from core.indicator_current"
        " where territory_code = any(%s)",
        (list(TERRITORIES),),
    ).fetchall()
    return {
        row[:7]: Value(*(None if number is None else Fraction(number) for number in row[7:11]), row[11]) for row in rows
    }


def alike(one: Value, other: Value) -> bool:
    """The same counts and status; a quotient to the digits the database keeps."""
    exact = (one.numerator, one.denominator, one.status) == (other.numerator, other.denominator, other.status)
    return exact and close(one.value, other.value) and close(one.coverage, other.coverage)


def close(one: Fraction | None, other: Fraction | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= Fraction(1, 10**9)
