"""Release rounds into core and marts: what is due, once; revised monthly; history exact; small numbers hidden."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from indicators_released import SEEDS, House, Value

from aim.clock import VILNIUS, Clock
from aim.contracts.calendar import Period, add_working_days
from aim.contracts.reference import read_reference
from aim.ledger import releases
from aim.publish import proof, protection, release
from aim.publish.attack import Breach, attack
from aim.publish.protection import Group, System, protect, round_systems
from aim.publish.release import NothingBuiltError, ReleaseResult, release_due
from aim.publish.unknowns import Unknowns

NOVEMBER = {"start": date(2018, 11, 1), "end": date(2018, 11, 30), "due": date(2018, 12, 10)}
SURVEY = {"indicator": "P10", "version": "v1", "grain": "half_year", "unit": "percent", "due": date(2018, 7, 16)}
FIRST_HALF = SURVEY | {"start": date(2018, 1, 1), "end": date(2018, 6, 30)}
SECOND_HALF = SURVEY | {"start": date(2018, 7, 1), "end": date(2018, 12, 31)}


def said(told: ReleaseResult) -> tuple[str, int, int, int, int]:
    """Kind, periods, values new, changed and hidden."""
    return told.kind, told.periods, told.new, told.changed, told.hidden


@pytest.fixture
def house(warehouse: Any) -> Iterator[House]:
    yield House(warehouse.url, warehouse.connection)


def test_nothing_is_released_before_its_night(house: House) -> None:
    house.computes(Value())
    assert house.night("2018-11-19").periods == 0
    assert house.rows("core") == house.rows("marts") == []


def test_due_periods_are_released_once_into_both_tables(house: House) -> None:
    house.computes(
        Value(), Value(breakdown="sex", breakdown_value="male", numerator=18), Value(numerator=41, **NOVEMBER)
    )
    told = house.night("2018-11-20")
    # The round of the month was held too, and found nothing released before it.
    assert said(told) == ("both", 1, 1, 0, 0)
    assert [(row["breakdown_value"], row["numerator"]) for row in house.rows("core")] == [("male", 18), ("total", 40)]
    (published,) = house.rows("marts")
    assert (published["value"], published["conf_status"], published["known_to"]) == (8, "F", None)
    assert published["known_from"] == datetime(2018, 11, 20, 20, tzinfo=VILNIUS)
    assert said(house.night("2018-11-21")) == ("none", 0, 0, 0, 0)
    assert len(house.rows("core")) == 2
    assert house.night("2018-12-18").periods == 1


def test_a_period_with_due_days_past_that_is_not_over_stays_in(house: House) -> None:
    house.computes(
        Value(indicator="P11", version="v1", start=date(2018, 12, 1), end=date(2018, 12, 31), due=date(2018, 12, 10))
    )
    assert house.night("2018-12-31").periods == 0
    assert house.night("2019-01-01").periods == 1


def test_between_rounds_nothing_is_refreshed_and_a_round_is_held_once_a_month(house: House) -> None:
    house.computes(Value())
    house.night("2018-11-20")
    house.computes(Value(numerator=45))
    assert house.night("2018-12-19").kind == "none"
    assert house.now() == [(40, 5000, "A")]
    assert said(house.night("2018-12-20")) == ("revision", 1, 0, 1, 0)
    assert house.now() == house.now("core") == [(45, 5000, "A")]
    # Readers' queries are planned for what is there.
    for schema in ("core", "marts"):
        assert house.rows_supposed(schema) == len(house.rows(schema)) == 2
    house.computes(Value(numerator=46))
    assert house.night("2018-12-21").kind == "none"
    assert house.night("2019-01-19").kind == "none"
    assert house.night("2019-02-25").changed == 1
    former, middle, last = house.rows("marts")
    assert (former["numerator"], middle["numerator"], last["numerator"]) == (40, 45, 46)
    assert former["known_to"] == middle["known_from"] == datetime(2018, 12, 20, 20, tzinfo=VILNIUS)
    assert middle["known_to"] == last["known_from"]
    assert last["known_to"] is None


def test_a_round_that_finds_nothing_counts_as_held(house: House) -> None:
    house.computes(Value())
    house.night("2018-11-20")
    assert said(house.night("2018-12-20")) == ("revision", 0, 0, 0, 0)
    house.computes(Value(numerator=45))
    assert house.night("2018-12-21").kind == "none"


@pytest.mark.parametrize(
    "other",
    [
        {"numerator": None},
        {"denominator": None},
        {"unit": "percent"},
        {"coverage": 98},
        {"coverage": None},
        {"status": "P"},
        {"version": "v3"},
    ],
)
def test_any_part_of_a_value_makes_it_another(house: House, other: dict[str, Any]) -> None:
    house.computes(Value(), Value(territory="34"))
    house.night("2018-11-20")
    house.computes(Value(**other), Value(territory="34"))
    assert house.night("2018-12-20").changed == 1
    assert [row["territory_code"] for row in house.rows("marts")] == ["33", "33", "34"]


def test_what_retention_has_taken_the_rows_of_is_revised_no_more(house: House) -> None:
    ledgers_own = Value(90, 100, indicator="P11", version="v1", unit="percent")
    house.computes(Value(40), ledgers_own, Value(30, **NOVEMBER))
    house.night("2018-12-28")
    published = house.rows("marts")
    assert len(published) == 3
    # Rows of October are gone, November reaches back to them.
    house.connection.execute("insert into ops.retentions (before_date) values ('2018-11-01')")
    house.computes(replace(ledgers_own, numerator=91), Value(7, **NOVEMBER))
    assert (house.night("2019-01-20").kind, house.now()) == (
        "revision",
        [(91, 100, "A"), (40, 5000, "A"), (30, 5000, "A")],
    )
    # Two years after the day, November reaches back before it no more.
    house.connection.execute("update ops.retentions set before_date = '2016-11-01'")
    house.night("2019-02-20")
    assert house.now() == [(91, 100, "A"), (40, 5000, "A"), (7, 5000, "A")]


def test_a_value_no_longer_there_is_ended_and_a_new_one_begun(house: House) -> None:
    house.computes(Value(), Value(territory="34"))
    house.night("2018-11-20")
    house.computes(Value(), Value(territory="36"))
    assert said(house.night("2018-12-20")) == ("revision", 1, 1, 1, 0)
    assert [row["territory_code"] for row in house.rows("marts", "known_to is null")] == ["33", "36"]


def test_a_period_no_longer_there_is_ended(house: House) -> None:
    house.computes(Value(), Value(territory="34", **NOVEMBER))
    house.night("2018-12-20")
    house.computes(Value())
    assert house.night("2019-01-20").changed == 1
    assert [row["territory_code"] for row in house.rows("core", "known_to is null")] == ["33"]


@pytest.mark.parametrize(
    "now",
    [
        [Value(numerator=None, denominator=None, coverage=0, status="M")],
        # Another definition computes the period, or none does: the indicator has been withdrawn.
        [Value(version="v3")],
        [Value(indicator="P01", version="v1")],
    ],
)
def test_what_is_computed_no_more_is_ended_and_kept(house: House, now: list[Value]) -> None:
    house.computes(Value())
    house.night("2018-11-20")
    house.computes(*now)
    house.night("2018-12-20")
    for schema in ("core", "marts"):
        (former,) = house.rows(schema, "indicator_code = 'S01' and known_to is not null")
        assert (former["numerator"], former["definition_version"]) == (40, "v2")
        assert former["known_to"] == datetime(2018, 12, 20, 20, tzinfo=VILNIUS)
        assert [row["indicator_code"] for row in house.rows(schema, "known_to is null")] == [now[0].indicator]


def test_a_clock_set_back_ends_nothing_and_history_runs_forward(house: House) -> None:
    house.computes(Value(), Value(**NOVEMBER))
    house.night("2018-12-18")
    # A night of October knows neither period, and both had not ended then.
    house.computes(Value(start=date(2018, 9, 1), end=date(2018, 9, 30), due=date(2018, 10, 10)))
    assert house.night("2018-10-22").kind == "both"
    assert len(house.rows("marts", "known_to is null")) == 3
    for row in house.rows("marts"):
        assert row["known_from"] >= datetime(2018, 12, 18, 20, tzinfo=VILNIUS)


def test_an_empty_build_touches_nothing(house: House) -> None:
    house.computes(Value())
    house.night("2018-11-20")
    house.computes()
    with pytest.raises(NothingBuiltError):
        house.night("2018-12-20")
    assert house.now() == [(40, 5000, "A")]


@pytest.mark.parametrize(
    ("given", "published"),
    [
        (Value(numerator=4), (None, 5000, None, "C")),
        (Value(numerator=5), (5, 5000, 1, "F")),
        (Value(numerator=0), (0, 5000, 0, "F")),
        (Value(numerator=4.5), (None, 5000, None, "C")),
        (Value(numerator=None, denominator=None, status="M"), (None, None, None, "F")),
        # A population below the line is public.
        (Value(numerator=0, denominator=4), (0, 4, 0, "F")),
        (Value(measure="families", numerator=3, denominator=None, unit="count"), (None, None, None, "C")),
        (Value(indicator="P01", version="v1", numerator=3, denominator=40, unit="percent"), (None, 40, None, "C")),
        (Value(indicator="P01", version="v1", numerator=3, denominator=4, unit="percent"), (None, None, None, "C")),
        # A zero stays, a percentage on few does not.
        (Value(indicator="P01", version="v1", numerator=0, denominator=4, unit="percent"), (0, None, None, "C")),
        (
            Value(indicator="P01", version="v1", measure="mean_change", numerator=0, denominator=4, unit="mean"),
            (None, None, None, "C"),
        ),
        (Value(indicator="P01", version="v1", numerator=0, denominator=0, unit="percent"), (0, 0, None, "F")),
        (Value(indicator="P01", version="v1", numerator=0, denominator=5, unit="percent"), (0, 5, 0, "F")),
        (
            Value(indicator="P01", version="v1", measure="mean_change", numerator=-2, denominator=40, unit="mean"),
            (None, 40, None, "C"),
        ),
        (Value(indicator="P11", version="v1", numerator=1, denominator=2, unit="percent"), (1, 2, 500, "F")),
        # What the seed does not name is taken to count persons.
        (Value(indicator="X99", version="v1", numerator=9, denominator=4), (None, None, None, "C")),
    ],
)
def test_small_numbers_of_persons_are_hidden(house: House, given: Value, published: tuple[Any, ...]) -> None:
    house.computes(given)
    told = house.night("2018-12-18")
    (row,) = house.rows("marts")
    assert (row["numerator"], row["denominator"], row["value"], row["conf_status"]) == published
    assert told.hidden == (1 if published[3] == "C" else 0)
    (inner,) = house.rows("core")
    assert inner["numerator"] == given.numerator


@pytest.mark.parametrize(
    ("given", "published"),
    [
        # Five answers were enough until July 2018, six are needed from then on.
        (Value(numerator=3, denominator=4, **FIRST_HALF), (None, None, None, "C")),
        (Value(numerator=3, denominator=5, **FIRST_HALF), (3, 5, 600, "F")),
        (Value(numerator=3, denominator=5, **SECOND_HALF), (None, None, None, "C")),
        # It has its own rule in the place of that on small numbers.
        (Value(numerator=1, denominator=6, **SECOND_HALF), (1, 6, Decimal("166.67"), "F")),
        (Value(numerator=0, denominator=6, **SECOND_HALF), (0, 6, 0, "F")),
        (Value(numerator=0, denominator=4, **FIRST_HALF), (None, None, None, "C")),
        # None at all are fewer: else the mark would say one to four.
        (Value(numerator=0, denominator=0, **FIRST_HALF), (None, None, None, "C")),
        (Value(numerator=None, denominator=None, status="M", **FIRST_HALF), (None, None, None, "F")),
        (
            Value(measure="mean_score", numerator=16, denominator=4, **(FIRST_HALF | {"unit": "mean"})),
            (None, None, None, "C"),
        ),
        (
            Value(measure="mean_score", numerator=20, denominator=5, **(FIRST_HALF | {"unit": "mean"})),
            (20, 5, 4000, "F"),
        ),
    ],
)
def test_nothing_of_a_survey_is_published_on_few_answers(
    house: House, given: Value, published: tuple[Any, ...]
) -> None:
    house.computes(given)
    house.night("2019-01-02")
    (row,) = house.rows("marts")
    value = None if row["value"] is None else round(row["value"], 2)
    assert (row["numerator"], row["denominator"], value, row["conf_status"]) == published
    (inner,) = house.rows("core")
    assert (inner["numerator"], inner["denominator"]) == (given.numerator, given.denominator)


def test_a_change_behind_the_mark_is_not_told(house: House) -> None:
    house.computes(Value(numerator=3))
    house.night("2018-11-20")
    house.computes(Value(numerator=2))
    assert said(house.night("2018-12-20")) == ("revision", 1, 0, 0, 0)
    assert (len(house.rows("core")), len(house.rows("marts"))) == (2, 1)


STEPS = ("round_table.sql", "publishable.sql", "close_changed.sql", "open_current.sql", "periods_touched.sql")


@pytest.mark.parametrize("step", [*STEPS, "the end"])
def test_a_round_that_breaks_off_leaves_nothing_and_its_repeat_does_it_all(
    house: House, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.computes(Value())
    house.night("2018-11-20")
    house.computes(Value(numerator=45), Value(numerator=3, **NOVEMBER))
    before = house.rows("core"), house.rows("marts")
    with monkeypatch.context() as patched:
        load = release.sql.load

        def break_off(caller: str, name: str) -> Any:
            if name == step:
                raise KeyboardInterrupt
            return load(caller, name)

        def end(*_: Any) -> None:
            raise KeyboardInterrupt

        patched.setattr(release.sql, "load", break_off)
        if step == "the end":
            patched.setattr(releases, "of_run", end)
        with pytest.raises(KeyboardInterrupt):
            house.night("2018-12-20")
    assert (house.rows("core"), house.rows("marts")) == before
    assert said(house.night("2018-12-20")) == ("both", 2, 1, 1, 1)


def test_a_repeat_of_a_night_tells_what_it_did(house: House) -> None:
    house.computes(Value(numerator=3))
    told = house.night("2018-11-20")
    (found,) = house.connection.execute("select max(run_id) from ops.runs").fetchall()
    clock = Clock(date(2018, 11, 20), datetime(2018, 11, 20, 20, tzinfo=VILNIUS))
    assert release_due(house.warehouse, found[0], clock, read_reference(SEEDS)) == told


def test_what_was_published_on_a_day_can_be_asked(house: House) -> None:
    rng = random.Random(3)
    known: dict[date, list[dict[str, Any]]] = {date(2018, 9, 10): []}
    values = [
        Value(territory=str(code), start=month.start, end=month.end, due=add_working_days(month.end, 6))
        for code in range(33, 38)
        for month in map(Period.parse, ("2018-08", "2018-09", "2018-10"))
    ]
    for month in range(9, 13):
        for day in (11, 18, 21, 28):
            values = [replace(value, numerator=rng.choice((0, 3, 20, 21))) for value in values]
            house.computes(*rng.sample(values, 13))
            house.night(f"2018-{month:02}-{day}")
            known[date(2018, month, day)] = house.rows("marts", "known_to is null")
            # Nights between two rounds tell the same.
            known[date(2018, month, day + 2)] = known[date(2018, month, day)]
    for day, rows in known.items():
        assert [told(row) for row in house.as_published(day)] == [told(row) for row in rows]
    assert len({str(list(map(told, rows))) for rows in known.values()}) > 5
    assert len(house.rows("marts")) > len(known[date(2018, 12, 28)])


def told(row: dict[str, Any]) -> dict[str, Any]:
    """A value without the day it was ended, which is not known yet while it stands."""
    return {name: part for name, part in row.items() if name != "known_to"}


def test_a_value_is_known_from_the_moment_its_former_ends(house: House) -> None:
    """Two rounds: the day before, between and after; a value that stays has one row; core and marts alike."""
    house.computes(Value(), Value(territory="34"))
    house.night("2018-11-20", hour=23)
    house.computes(Value(numerator=45), Value(territory="34"))
    house.night("2018-12-20", hour=0)
    for schema in ("core", "marts"):
        assert [
            [(row["territory_code"], row["numerator"]) for row in house.as_published(date.fromisoformat(day), schema)]
            for day in ("2018-11-19", "2018-11-20", "2018-12-19", "2018-12-20", "2030-01-01")
        ] == [[], *[[("33", 40), ("34", 40)]] * 2, *[[("33", 45), ("34", 40)]] * 2]
        assert len(house.rows(schema)) == 3


def test_what_is_protected_is_hidden_with_what_would_give_it_away_and_attacked(house: House) -> None:
    pairs = {"version": "v1", "denominator": 12, "unit": "percent"}
    house.computes(
        Value(indicator="P01", numerator=7, **pairs),
        Value(indicator="P01", measure="unchanged", numerator=2, **pairs),
        Value(indicator="P09", numerator=3, **pairs),
        Value(numerator=400),
    )
    with house.connection.transaction():
        house.connection.execute(release.sql.load(release.__file__, "round_table.sql"))
        house.connection.execute(
            "insert into periods_in_round"
            " select distinct indicator_code, period_grain, period_start from core.indicator_current"
        )
        attacked = {one.attacked_with: one for one in protect(house.connection, 5.0)}
        shown = house.connection.execute(
            "select indicator_code, measure, numerator, denominator, value is null, conf_status"
            " from pg_temp.protected_values order by 1, 2"
        ).fetchall()
    # The two small ones share five pairs: hidden alone each is known to be from 1 to 4.
    assert shown == [
        ("P01", "main", None, 12, True, "C"),
        ("P01", "unchanged", None, 12, True, "C"),
        ("P09", "main", None, 12, True, "C"),
        ("S01", "main", 400, 5000, False, "F"),
    ]
    group = attacked["pairs"]
    assert (group.attacked_year, group.cells, group.cells_to_protect, group.cells_hidden) == (2018, 4, 2, 3)
    assert (group.counted, group.counted_hidden, group.breaches) == (24, 12, 0)
    assert (attacked["cases"].cells_hidden, attacked["cases"].breaches) == (0, 0)


def systems(house: House) -> dict[Group, System]:
    """What is attacked in a revision of all that is computed."""
    with house.connection.transaction():
        house.connection.execute(release.sql.load(release.__file__, "round_table.sql"))
        house.connection.execute(
            "insert into periods_in_round"
            " select distinct indicator_code, period_grain, period_start from core.indicator_current"
        )
        return round_systems(house.connection, 5.0)


def test_a_sum_of_several_is_nobodys_though_one_alone_was_revised(house: House) -> None:
    county = Value(60, level="county", territory="A1")
    house.computes(Value(40), Value(20, territory="11"), county)
    house.night("2018-11-20")
    house.computes(Value(41), Value(20, territory="11"), replace(county, numerator=61))
    house.night("2018-12-20")
    values, _ = systems(house)[Group("cases", 2018)]
    owners = values.select("territory_code", "number", "owner").rows()
    assert set(owners) == {("33", 40, "33"), ("33", 41, "33"), ("11", 20, "11"), ("A1", 60, None), ("A1", 61, None)}
    house.computes(Value(41), Value(0, territory="11"), replace(county, numerator=41))
    values, _ = systems(house)[Group("cases", 2018)]
    assert ("A1", 41, "33") in values.select("territory_code", "number", "owner").rows()


def test_a_quarter_told_before_its_months_were_revised_is_not_taken_for_their_sum(house: House) -> None:
    violence = {"indicator": "S02", "version": "v1"}
    october, november, december = (
        Value(number, **violence, start=date(2018, month, 1), end=end, due=add_working_days(end, 6))
        for number, month, end in (
            (20, 10, date(2018, 10, 31)),
            (30, 11, date(2018, 11, 30)),
            (40, 12, date(2018, 12, 31)),
        )
    )
    quarter = replace(december, numerator=91, grain="quarter", start=october.start)
    house.computes(october, november)
    house.night("2018-12-20")
    revised = replace(october, numerator=21)
    house.computes(revised, november, december, quarter)
    house.night("2019-01-18")
    ((_, before),) = systems(house).values()
    house.night("2019-01-20")
    ((_, after),) = systems(house).values()
    for system in (before, after):
        assert system.row_is_equal.sum() == 1
        assert (system.binding @ system.number == 0).all()


def test_what_a_quarter_would_give_away_of_a_month_not_yet_revised_is_hidden(house: House) -> None:
    """One child of October came late: told beside November and December, the quarter would say so."""
    violence = {"indicator": "S02", "version": "v1"}
    ends = (date(2018, 10, 31), date(2018, 11, 30), date(2018, 12, 31))
    large, small = (40, 30, 50), (0, 10, 20)

    def counted(level: str, territory: str, number: int, of: int) -> Value:
        end = ends[of]
        place = {"level": level, "territory": territory}
        return Value(number, **violence, **place, start=end.replace(day=1), end=end, due=add_working_days(end, 6))

    def computed(*months: int, late: int = 0) -> list[Value]:
        values = []
        for level, territory, numbers in (
            ("municipality", "33", large),
            ("municipality", "11", (late, *small[1:])),
            ("county", "A1", tuple(one + other for one, other in zip(large, (late, *small[1:]), strict=True))),
        ):
            values += [counted(level, territory, numbers[month], month) for month in months]
            if len(months) == 3:
                last = counted(level, territory, sum(numbers), 2)
                values.append(replace(last, grain="quarter", start=ends[0].replace(day=1)))
        return values

    house.computes(*computed(0, 1))
    house.night("2018-12-20")
    house.computes(*computed(0, 1, 2, late=1))
    assert house.night("2019-01-18").held_back == ()
    quarter = {row["territory_code"]: row["conf_status"] for row in house.rows("marts", "period_grain = 'quarter'")}
    assert quarter["11"] == "C"
    assert house.night("2019-01-20").held_back == ()
    october = house.rows("marts", "known_to is null and territory_code = '11' and period_start = '2018-10-01'")
    assert {row["conf_status"] for row in october} == {"C"}


def test_an_indicator_that_comes_later_tells_what_an_earlier_one_counted_beside_the_plan(house: House) -> None:
    """P07 is P02 of children with special needs, whose register is due later: no month of P02 is told by it."""
    plans = {"version": "v1", "unit": "percent"}
    earlier = (
        Value(80, indicator="P02", denominator=100, **plans),
        Value(69, indicator="P02", denominator=70, breakdown="sen", breakdown_value="yes", **plans),
        Value(11, indicator="P02", denominator=30, breakdown="sen", breakdown_value="no", **plans),
    )
    house.computes(*earlier)
    house.night("2018-11-20")
    assert [row["numerator"] for row in house.rows("marts")] == [80]
    house.computes(*earlier, Value(69, indicator="P07", denominator=70, due=date(2018, 12, 10), **plans))
    house.night("2018-12-20")
    told = house.rows("marts", "indicator_code = 'P07'")
    assert [(row["numerator"], row["conf_status"]) for row in told] == [(69, "F")]


def test_a_release_says_what_hiding_cost_and_a_group_once(house: House) -> None:
    pairs = {"indicator": "P01", "version": "v1", "denominator": 12, "unit": "percent"}
    house.computes(Value(numerator=7, **pairs), Value(measure="unchanged", numerator=2, **pairs), Value(numerator=400))
    first = house.night("2018-12-18")
    assert (first.attacked, first.held_back) == (2, ())
    assert (first.cells, first.cells_hidden, first.counted, first.counted_hidden) == (4, 1, 421, 2)
    house.computes(Value(numerator=401), Value(numerator=3, **NOVEMBER))
    both = house.night("2018-12-20")
    assert (both.kind, both.attacked) == ("both", 1)
    seconds = house.connection.execute("select min(seconds), max(seconds) from ops.attacks").fetchone()
    assert seconds is not None and 0 < seconds[0] <= seconds[1] < 5


def test_what_was_proved_is_not_proved_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(system: Unknowns, *others: Any) -> list[Breach]:
        asked.append(int(system.to_protect.sum()))
        return attack(system, *others)

    monkeypatch.setattr(protection, "attack", counted)

    def night(day: str) -> int:
        asked.clear()
        house.night(day)
        return sum(asked)

    pairs = {"indicator": "P01", "version": "v1", "denominator": 12, "unit": "percent"}
    # Of two pairs nobody says by how much they changed: that there is no sum is hidden with them.
    few = pairs | {"denominator": 2, "territory": "11"}
    values = (
        Value(numerator=7, **pairs),
        Value(measure="unchanged", numerator=2, **pairs),
        Value(measure="mean_change", numerator=None, **few),
        Value(400, level="county", territory="A1"),
        Value(3, level="county", territory="A1", breakdown="sex", breakdown_value="male"),
        Value(397, level="county", territory="A1", breakdown="sex", breakdown_value="female"),
    )
    house.computes(*values)
    first = night("2018-12-18")
    assert first > 0
    hidden = house.rows("marts", "conf_status = 'C'")
    assert len(hidden) == 4
    # Nothing came: the revision asks nobody, and what was hidden stays so.
    assert night("2018-12-20") == 0
    assert house.rows("marts", "conf_status = 'C'") == hidden
    # Another month is told, one pair more of it: it is attacked, and the former is not.
    november = tuple(replace(value, **NOVEMBER) for value in values)
    house.computes(*values, *(replace(one, numerator=3) if one.numerator == 2 else one for one in november))
    assert 0 < night("2018-12-28") <= first
    assert night("2019-01-20") == 0
    # What had come through is asked about until it does not.
    house.connection.execute("truncate ops.proofs")
    house.connection.execute("update ops.attacks set breaches = 1")
    assert night("2019-02-20") > first
    # What is told anew may be hidden still: more would be a breach, and what it could be of is attacked though proved.
    house.connection.execute("truncate core.indicator_values, marts.indicator_values")
    assert night("2019-03-20") == 2, "the county's boys of both months; nothing is bound to the pairs"


def test_a_revision_leaves_standing_what_nothing_is_new_of(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Value(indicator="P01", version="v1", numerator=7, denominator=12, unit="percent")
    house.computes(Value(), pair)
    assert house.night("2018-12-18").attacked == 2
    published = house.rows("marts")
    assert house.night("2018-12-20").attacked == 0
    assert house.rows("marts") == published
    # One number is another: what is attacked with it goes with it.
    house.computes(Value(), replace(pair, coverage=98))
    assert [house.night("2019-01-20").attacked, house.night("2019-02-20").attacked] == [1, 0]
    # What is computed no more is not left standing.
    house.computes(Value())
    assert (house.night("2019-03-20").changed, len(house.now())) == (1, 1)
    # What an attack came through stays in question.
    house.connection.execute("update ops.attacks set breaches = 1 where attacked_with = 'cases'")
    assert [house.night("2019-04-20").attacked, house.night("2019-05-20").attacked] == [1, 0]
    # Hidden in another way all of it may be other numbers.
    monkeypatch.setattr(proof, "_program", lambda: b"another")
    assert [house.night("2019-06-20").attacked, house.night("2019-07-20").attacked] == [1, 0]
    house.connection.execute("update reference.publication_plan set worth = worth + 1")
    assert [house.night("2019-08-20").attacked, house.night("2019-09-20").attacked] == [1, 0]


def test_every_reference_file_that_hiding_reads_is_part_of_its_method() -> None:
    statements = {file.name: file.read_text("utf-8") for file in Path(release.__file__).parent.glob("*.sql")}
    method = statements.pop("reference_of_hiding.sql")
    read = {name for text in statements.values() for name in re.findall(r"(?:reference|staging)\.[a-z_]+", text)}
    assert read > {"reference.publication_plan", "staging.stg_parameters"}
    assert read <= set(re.findall(r"from ([a-z_.]+) as told", method))


def test_what_is_held_back_is_attacked_and_not_counted_as_published(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.computes(Value(), Value(indicator="P01", version="v1", numerator=7, denominator=12, unit="percent"))

    def one_comes_through(connection: Any, threshold: float) -> list[releases.Attacked]:
        return [replace(one, breaches=int(one.attacked_with == "pairs")) for one in protect(connection, threshold)]

    monkeypatch.setattr(release, "protect", one_comes_through)
    told = house.night("2018-12-18")
    assert (told.held_back, told.attacked, told.periods) == (("pairs 2018",), 2, 1)
    assert (told.cells, told.cells_hidden, told.counted, told.counted_hidden) == (1, 0, 40, 0)
    assert {row["indicator_code"] for row in house.rows("core") + house.rows("marts")} == {"S01"}
