"""The incremental facts hold exactly the pinned loads, whatever has happened before: incremental = rebuild."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from judged_slices import CENTRES, JudgedSlices, answer_rows, case_row, person
from tests.conftest import TestWarehouse

from aim.ledger import deliveries
from aim.warehouse import dbt

TODAY = date(2019, 1, 22)
FACTS = "stg_atvejai stg_vertinimai fct_case fct_assessment_answer"
MODELS = ("fct_case", "fct_assessment_answer")
STEPS = 8


def test_incremental_is_rebuild(warehouse: TestWarehouse) -> None:
    slices = JudgedSlices(warehouse.connection, warehouse.settings, warehouse.url)
    chance = random.Random(1)
    dbt.seed(slices.warehouse, slices.settings, slices.pin(TODAY), TODAY)
    seen = []
    for _ in range(STEPS):
        for _ in range(chance.randint(0, 6)):
            something_happens(slices, chance)
        run_id = slices.pin(TODAY)
        build_facts(slices, run_id)
        state = state_of(slices)
        assert state["fct_case"] == rows_in(slices, "atvejai")
        assert state["fct_assessment_answer"] == rows_in(slices, "vertinimai")
        seen.append(state)
    build_facts(slices, run_id, full_refresh=True)
    assert state_of(slices) == seen[-1]
    assert held(slices) == pinned(slices, run_id)
    assert len({len(state["fct_case"]) for state in seen}) > 2


def test_a_run_built_twice_and_an_emptied_slice_leave_nothing_stale(warehouse: TestWarehouse) -> None:
    slices = JudgedSlices(warehouse.connection, warehouse.settings, warehouse.url)
    provider = next(iter(CENTRES))
    rows = [case_row(f"A-{n}", person(n, date(2010, 1, 1), "V"), "33", date(2018, 10, 1)) for n in range(3)]
    first = slices.deliver("atvejai", "2018-10", rows, provider)
    run_id = slices.pin(TODAY)
    dbt.seed(slices.warehouse, slices.settings, run_id, TODAY)
    build_facts(slices, run_id)
    build_facts(slices, run_id)
    assert len(state_of(slices)["fct_case"]) == 3

    slices.judge(first, out=[1])
    build_facts(slices, slices.pin(TODAY))
    assert len(state_of(slices)["fct_case"]) == 2

    empty = slices.deliver("atvejai", "2018-10", [], provider)
    build_facts(slices, slices.pin(TODAY))
    assert state_of(slices)["fct_case"] == []

    deliveries.withdraw(slices.connection, empty)
    build_facts(slices, slices.pin(TODAY))
    assert len(state_of(slices)["fct_case"]) == 2

    deliveries.withdraw(slices.connection, first)
    run_id = slices.pin(TODAY)
    build_facts(slices, run_id)
    assert state_of(slices)["fct_case"] == []
    assert held(slices) == set()


def test_rows_left_of_a_load_about_to_come_are_not_doubled(warehouse: TestWarehouse) -> None:
    """The record of what is held may be lost, the fact is right all the same."""
    slices = JudgedSlices(warehouse.connection, warehouse.settings, warehouse.url)
    rows = [case_row("A-1", person(1, date(2010, 1, 1), "V"), "33", date(2018, 10, 1))]
    slices.deliver("atvejai", "2018-10", rows, next(iter(CENTRES)))
    run_id = slices.pin(TODAY)
    dbt.seed(slices.warehouse, slices.settings, run_id, TODAY)
    build_facts(slices, run_id)
    slices.connection.execute("delete from ops.fact_loads")
    build_facts(slices, run_id)
    assert len(state_of(slices)["fct_case"]) == 1


def build_facts(slices: JudgedSlices, run_id: int, full_refresh: bool = False) -> None:
    dbt.build(slices.warehouse, slices.settings, run_id, TODAY, FACTS, full_refresh)


def something_happens(slices: JudgedSlices, chance: random.Random) -> None:
    """A delivery, a replacement, a nil return, a withdrawal or another judgement."""
    ids = [row[0] for row in slices.connection.execute("select delivery_id from ops.speaking_deliveries order by 1")]
    kind = chance.random()
    if kind < 0.2 and ids:
        deliveries.withdraw(slices.connection, chance.choice(ids))
    elif kind < 0.4 and ids:
        again = chance.choice(ids)
        places = range(len(slices.rows_landed[again]))
        slices.judge(again, [place for place in places if chance.random() < 0.3])
    else:
        provider = chance.choice(list(CENTRES))
        period = f"2018-{chance.randint(8, 11):02}"
        dataset = chance.choice(["atvejai", "vertinimai"])
        rows = [] if kind < 0.55 else random_rows(chance, dataset)
        twice = [len(rows) - 1] if len(rows) > 2 and chance.random() < 0.3 else []
        out = [place for place in range(len(rows)) if place not in twice and chance.random() < 0.1]
        slices.deliver(dataset, period, rows, provider, out, twice)


def random_rows(chance: random.Random, dataset: str) -> list[dict[str, Any]]:
    numbers = chance.sample(range(1, 30), chance.randint(1, 12))
    if dataset == "atvejai":
        who = person(chance.randint(1, 9), date(2010, 1, 1), "V")
        return [case_row(f"A-{number}", who, "33", date(2018, 1, 1)) for number in numbers]
    return [
        row
        for number in numbers
        for row in answer_rows(
            f"V-{number}", f"A-{number}", date(2018, 8, 5), {"1.1": "2", "1.2": chance.choice("149")}
        )
    ]


def rows_in(slices: JudgedSlices, dataset: str) -> list[tuple[Any, ...]]:
    """(delivery, row, what tells rows apart) of every row that speaks, from what was delivered."""
    column = "atvejo_nr" if dataset == "atvejai" else "klausimo_nr"
    return sorted(
        (row["delivery_id"], row["row_number"], row[column]) for row in slices.speaking() if row["dataset"] == dataset
    )


def state_of(slices: JudgedSlices) -> dict[str, list[tuple[Any, ...]]]:
    select = {"fct_case": "case_number", "fct_assessment_answer": "item"}
    return {
        model: slices.connection.execute(
            f"select delivery_id, row_number, {column} from core.{model} order by 1, 2"  # noqa: S608  # names of this test
        ).fetchall()
        for model, column in select.items()
    }


def held(slices: JudgedSlices) -> set[tuple[str, int]]:
    return set(slices.connection.execute("select model, load_id from ops.fact_loads").fetchall())


def pinned(slices: JudgedSlices, run_id: int) -> set[tuple[str, int]]:
    rows = slices.connection.execute(
        "select dataset, load_id from ops.run_slices where run_id = %s", (run_id,)
    ).fetchall()
    return {(MODELS[dataset == "vertinimai"], load_id) for dataset, load_id in rows}
