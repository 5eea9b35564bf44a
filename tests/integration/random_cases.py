"""Cases at random, and what case managers deliver of them, for tests of what dbt makes of it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from judged_slices import ITEMS, Row, answer_rows, case_row, person

from aim.contracts.calendar import Period


def people_at_random(chance: random.Random) -> list[Row]:
    """Persons of all ages; of some the code does not tell age and sex."""
    people = [
        person(
            number,
            None if chance.random() < 0.1 else date(chance.randint(1999, 2018), chance.randint(1, 12), 1),
            chance.choice("VM"),
        )
        for number in range(1, 60)
    ]
    for who in people:
        if who["gimimo_menuo"] is None:
            who["lytis"] = None
    return people


def cases_at_random(chance: random.Random, people: list[Row], home: str) -> list[dict[str, Any]]:
    """The cases of a centre, most of them of its own municipality."""
    return [
        {
            "number": f"A-{number}",
            "who": chance.choice(people),
            "family": f"S-{chance.randint(1, 25)}",
            "sav": home if chance.random() < 0.8 else chance.choice(["33", "11", "13"]),
            "opened": date(2018, 4, 1) + timedelta(days=chance.randint(0, 240)),
            "open_for": chance.choice([None, None, 20, 45, 90]),
        }
        for number in range(1, 41)
    ]


def case_rows(chance: random.Random, cases: list[dict[str, Any]], period: Period) -> list[Row]:
    """The slice of a period: some are left out, some moved, some closed otherwise than the next slice says."""
    rows = []
    for case in cases:
        closed = case["opened"] + timedelta(days=case["open_for"]) if case["open_for"] else None
        if chance.random() < 0.1 and closed:
            closed = period.end if closed >= period.start else closed
        if case["opened"] > period.end or (closed and closed < period.start) or chance.random() < 0.05:
            continue
        sav = chance.choice(["33", "11", "13"]) if chance.random() < 0.1 else case["sav"]
        rows.append(case_row(case["number"], case["who"], sav, case["opened"], closed, case["family"]))
    return rows


def assessments(chance: random.Random, cases: list[dict[str, Any]], period: Period) -> list[Row]:
    """Assessments of some cases, some of them incomplete, some begun again in another month under the same number."""
    rows: list[Row] = []
    for case in chance.sample(cases, 20):
        number = f"{chance.choice('Vv')}-{case['number']}-{period.text if chance.random() < 0.8 else 'again'}"
        day = period.start + timedelta(days=chance.randint(0, 27))
        level = chance.choice("1234")
        kept = chance.sample(ITEMS, chance.choice([28, 28, 22, 20, 19]))
        answers = {item: chance.choice(["1", level, "9"] if chance.random() < 0.3 else ["1", level]) for item in kept}
        answers[kept[0]] = level
        rows += answer_rows(number, case["number"], day, answers, chance.choice([None, None, "2", "4"]))
    return rows


def plan_measures(chance: random.Random, cases: list[dict[str, Any]], period: Period) -> list[Row]:
    """Measures of some cases; the same numbers come again in other months, with another state or due day."""
    rows = []
    for case in chance.sample(cases, 15):
        due = period.start + timedelta(days=chance.randint(-20, 45))
        state = chance.choice(["SUPLANUOTA", "VYKDOMA", "IVYKDYTA", "IVYKDYTA", "IS_DALIES", "NEIVYKDYTA", "ATSAUKTA"])
        rows.append(
            {
                "plano_nr": f"P-{case['number']}",
                "priemones_nr": chance.choice(["1", "2", "3"]),
                "atvejo_nr": case["number"],
                "sudarymo_data": date(2018, 4, 1),
                "priemone": "Pokalbis",
                "terminas": due,
                "busena": state,
                "ivykdymo_data": due + timedelta(days=chance.choice([-3, 0, 2])) if state.startswith("I") else None,
            }
        )
    return rows
