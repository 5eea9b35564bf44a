"""Each dataset's rows stand in its fact, under English names, all that speak and no others."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from judged_slices import CENTRES, JudgedSlices, Row, person
from psycopg import sql
from role_acts import Roles, everybody_is_held_to_their_own, municipality_reads_its_own_rows_alone
from tests.conftest import TestWarehouse

from aim.contracts.load import contracts
from aim.contracts.models import PERSON_COLUMNS, DatasetContract, FieldContract, FieldType, Grain
from aim.contracts.reference import read_reference
from aim.ledger import deliveries
from aim.warehouse import dbt
from aim.warehouse.dbt import REFERENCE_FILES

TODAY = date(2019, 1, 22)
CENTRE, OTHER_CENTRE = list(CENTRES)[:2]
PERIODS = {
    Grain.MONTH: "2018-10",
    Grain.QUARTER: "2018-K3",
    Grain.HALF_YEAR: "2018-P1",
    Grain.YEAR: "2018",
    Grain.SCHOOL_YEAR: "2017-2018",
}
FACTS = {
    "apklausa": "fct_feedback",
    "atvejai": "fct_case",
    "globa": "fct_care_episode",
    "gyventojai": "fct_population",
    "mokiniai": "fct_pupils",
    "neigalumas": "fct_disability",
    "nelankantys": "fct_school_absence",
    "nepilnameciu_veikos": "fct_offences",
    "nesimokantys": "fct_out_of_education",
    "pagalbos_planai": "fct_plan_measure",
    "paslaugos": "fct_service_delivery",
    "priklausomybes": "fct_addiction",
    "rizikos_seimos": "fct_risk_family",
    "smurtas": "fct_violence_event",
    "socialines_rizikos_vaikai": "fct_social_risk_status",
    "sup": "fct_special_needs",
    "tbk_veikla": "fct_cooperation",
    "uzimtumas": "fct_activity_attendance",
    "vertinimai": "fct_assessment_answer",
}
NAMED_OTHERWISE = {("paslaugos", "need_established"): "is_need_established"}
NOT_IN_FACTS = {
    # Free text may name a person.
    ("pagalbos_planai", "measure"),
    # Asked for one rule alone.
    ("atvejai", "disability_stated"),
    ("atvejai", "special_needs_stated"),
}
NUMBERS = {("vertinimai", "level"), ("vertinimai", "stated_overall_level"), ("apklausa", "score")}
"""Coded fields that a fact holds as numbers."""
ROWS, OUT, TWICE = 5, 1, 3
CODES = read_reference(REFERENCE_FILES).code_lists


@pytest.fixture
def slices(warehouse: TestWarehouse) -> JudgedSlices:
    """A delivery of every dataset, each with a row quarantined and a row that repeats another."""
    made = JudgedSlices(warehouse.connection, warehouse.settings, warehouse.url)
    for dataset in contracts().datasets:
        deliver(made, dataset)
    return made


def test_facts_hold_the_rows_that_speak_and_follow_what_changes(slices: JudgedSlices) -> None:
    assert FACTS.keys() == contracts().datasets.keys()
    run_id = slices.pin(TODAY)
    dbt.seed(slices.warehouse, slices.settings, run_id, TODAY)
    dbt.build(slices.warehouse, slices.settings, run_id, TODAY, "tag:core")
    for dataset, fact in FACTS.items():
        expected = sorted(
            (row["delivery_id"], row["row_number"], *cells(contracts().datasets[dataset], row))
            for row in slices.speaking()
            if row["dataset"] == dataset
        )
        assert len(expected) == ROWS - 2
        assert rows_of(slices, dataset, fact) == expected
    assert len(slices.connection.execute("select * from core.fct_assessment").fetchall()) == ROWS - 2
    told = {row["vaiko_id"] for row in slices.speaking() if "vaiko_id" in row}
    assert len(told) == (ROWS - 2) * sum(contract.has_person for contract in contracts().datasets.values())
    known = slices.connection.execute("select child_id from core.dim_child").fetchall()
    assert {row[0] for row in known} == told
    assert places_of_measures(slices) == [(CENTRES[CENTRE],)] * (ROWS - 2)
    municipality_reads_its_own_rows_alone(Roles(slices), CENTRES[CENTRE])

    # Replaced, emptied, taken back, judged again and new: every fact loses, keeps and gets rows.
    for place, dataset in enumerate(sorted(FACTS)):
        speaking = deliver(slices, dataset, OTHER_CENTRE)
        if dataset in ("atvejai", "pagalbos_planai"):
            continue
        if place % 4 == 0:
            deliver(slices, dataset, start=100)
        elif place % 4 == 1:
            slices.deliver(dataset, period_of(dataset), [], CENTRE)
        elif place % 4 == 2:
            deliveries.withdraw(slices.connection, speaking)
        else:
            slices.judge(speaking, out=[0, 1])
    # The case has moved: its measures move with it, though nothing of their own has changed.
    deliver(slices, "atvejai", sav="13")
    named_twice = person(1, None, None)
    for dataset, period, who in (
        ("sup", "2018-K4", person(1, date(2010, 3, 1), "M")),
        ("paslaugos", "2018-11", named_twice),
    ):
        slices.deliver(dataset, period, [plain_row(contracts().datasets[dataset], 1) | who], CENTRE)
    run_id = slices.pin(TODAY)
    dbt.build(slices.warehouse, slices.settings, run_id, TODAY, "tag:core")
    assert places_of_measures(slices) == [("11",)] * (ROWS - 2) + [("13",)] * (ROWS - 2)
    assert slices.connection.execute(
        "select birth_month, sex, has_temporary_code from core.dim_child where child_id = %s",
        (named_twice["vaiko_id"],),
    ).fetchall() == [(date(2010, 3, 1), "female", False)]
    # What moved, went and came is read by whose it is now.
    read = everybody_is_held_to_their_own(Roles(slices))
    assert {code: rows["fct_plan_measure"] for code, rows in read.items()} == {"33": 0, "11": 3, "13": 3}
    assert all(0 < rows["dim_child"] < len(whole(slices, "dim_child")) for rows in read.values())
    kept = {fact: whole(slices, fact) for fact in FACTS.values()}
    assert all(kept.values())
    dbt.build(slices.warehouse, slices.settings, run_id, TODAY, "config.materialized:incremental,tag:core", True)
    assert {fact: whole(slices, fact) for fact in kept} == kept


def deliver(slices: JudgedSlices, dataset: str, provider: str = CENTRE, start: int = 0, sav: str = "") -> int:
    """Rows `start` and on of the dataset, all of one municipality: `sav`, else the provider's own."""
    contract = contracts().datasets[dataset]
    place = {"sav": sav or CENTRES[provider]} if any(field.name == "sav" for field in contract.fields) else {}
    rows = [plain_row(contract, start + number) | place for number in range(ROWS)]
    return slices.deliver(dataset, period_of(dataset), rows, provider, out=[OUT], duplicates=[TWICE])


def period_of(dataset: str) -> str:
    return PERIODS[contracts().datasets[dataset].period]


def plain_row(contract: DatasetContract, number: int) -> Row:
    """A row with every field filled, unlike the rows of other numbers and datasets."""
    row: Row = {}
    for field in contract.fields:
        if field.type is FieldType.PERSONAL_CODE:
            row |= person(1000 * (1 + list(FACTS).index(contract.dataset)) + number, date(2010, 1, 1), "V")
        else:
            row[field.name] = plain_cell(field, number)
    return row


def plain_cell(field: FieldContract, number: int) -> Any:
    if field.code_list:
        codes = CODES[field.code_list]
        return codes[number % len(codes)]
    if field.type is FieldType.TEXT:
        return f"{field.name}-{number}"
    return {
        FieldType.MUNICIPALITY: "33",
        FieldType.LEGAL_CODE: CENTRE,
        FieldType.DATE: date(2018, 10, 1 + number % 28),
        FieldType.MONTH: date(2018, 10, 1),
        FieldType.INT: number,
        FieldType.DECIMAL: Decimal(number) / 2,
        FieldType.BOOL: number % 2 == 0,
    }[field.type]


def columns_of(contract: DatasetContract) -> dict[str, str]:
    """Column of the fact -> landed column."""
    columns: dict[str, str] = {}
    for field in contract.fields:
        if field.type is FieldType.PERSONAL_CODE:
            columns |= dict(zip(("child_id", "birth_month", "sex", "has_temporary_code"), PERSON_COLUMNS, strict=True))
        elif (contract.dataset, field.english) not in NOT_IN_FACTS:
            columns[NAMED_OTHERWISE.get((contract.dataset, field.english), field.english)] = field.name
    return columns


def cells(contract: DatasetContract, row: Row) -> tuple[Any, ...]:
    """What the fact must say of a landed row."""
    told = {name: row[landed] for name, landed in columns_of(contract).items()}
    if "sex" in told:
        told["sex"] = {"V": "male", "M": "female"}[told["sex"]]
    return tuple(int(cell) if (contract.dataset, name) in NUMBERS else cell for name, cell in told.items())


def rows_of(slices: JudgedSlices, dataset: str, fact: str) -> list[tuple[Any, ...]]:
    names = ["delivery_id", "row_number", *columns_of(contracts().datasets[dataset])]
    select = sql.SQL("select {} from {} order by 1, 2").format(
        sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier("core", fact)
    )
    return slices.connection.execute(select).fetchall()


def whole(slices: JudgedSlices, table: str) -> list[tuple[Any, ...]]:
    select = sql.SQL("select rows::text from {} as rows order by 1").format(sql.Identifier("core", table))
    return slices.connection.execute(select).fetchall()


def places_of_measures(slices: JudgedSlices) -> list[tuple[Any, ...]]:
    return slices.connection.execute("select municipality_code from core.fct_plan_measure order by 1").fetchall()
