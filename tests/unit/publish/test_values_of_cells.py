"""Which value of a cell is told by what is about to be published, and which may be told by it first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aim.publish.cells import seen, told_too, values_of_cells

FORMERLY = datetime(2018, 11, 20, tzinfo=UTC)


def sighting(
    territory: str, number: float, seen_at: datetime | None = None, *, is_told: bool = False, worth: float | None = 1.0
) -> tuple[Any, ...]:
    cell = ("cases", "month 2018-10-01", "municipality", territory, "total", "total")
    return (*cell, seen_at, number, is_told, worth, territory, 1.0, False, False, False, False)


def test_the_value_that_stands_now_is_told_and_no_former_one_with_it() -> None:
    values = values_of_cells(
        seen(
            [
                sighting("33", 4.0, FORMERLY), sighting("33", 9.0),
                sighting("34", 7.0, FORMERLY), sighting("34", 7.0),
                sighting("35", 8.0, FORMERLY, is_told=True), sighting("35", 3.0),
            ]
        )
    )  # fmt: skip
    told = told_too(values, [("cases", "month 2018-10-01", code, "total", "total") for code in ("33", "34")])
    assert told.drop("is_told").equals(values.drop("is_told"))
    assert told.select("territory_code", "number", "is_told").rows() == [
        ("33", 4.0, False),
        ("33", 9.0, True),
        ("34", 7.0, True),
        ("35", 8.0, True),
        ("35", 3.0, False),
    ]
    assert told_too(values, []).equals(values)


def test_what_the_plan_has_for_the_first_time_is_new_though_it_was_counted_before() -> None:
    values = values_of_cells(
        seen(
            [
                sighting("33", 4.0, FORMERLY, worth=None), sighting("33", 4.0, worth=None), sighting("33", 4.0),
                sighting("34", 7.0, FORMERLY), sighting("34", 7.0),
                sighting("35", 8.0),
                sighting("36", 9.0, FORMERLY, worth=None), sighting("36", 9.0, worth=None),
            ]
        )
    )  # fmt: skip
    assert values.select("territory_code", "is_planned", "is_new").rows() == [
        ("33", True, True),
        ("34", True, False),
        ("35", True, True),
        ("36", False, True),
    ]
