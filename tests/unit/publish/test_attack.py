"""What can be worked out is found, and what is hidden beside it makes it safe; told apart by another solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import THRESHOLD, Table, made_safe, naive, room, table, worked_out

import aim.publish.hiding
import aim.publish.pattern
from aim.publish.attack import attack
from aim.publish.clearing import clear_of_suspects, clear_together
from aim.publish.hiding import Hiding
from aim.publish.pattern import apart, pattern
from aim.publish.reach import narrow_for_anybody
from aim.publish.suspects import OUTSIDER, Suspects
from aim.publish.unknowns import Integers
from aim.publish.witness import NoAnswerError, Program, Room, Witness, _Part, holds

HOMES = ("state", "disabled", "municipal", "other")
VILKAVISKIS = {
    "state": (12, 2, 10),
    "disabled": (1, 0, 1),
    "municipal": (54, 22, 32),
    "other": (12, 3, 9),
    "all": (79, 27, 52),
}


def crossed(rows: Sequence[str], counts: dict[str, float]) -> tuple[Table, dict[str, list[list[str]]]]:
    """Kinds of home by kind of guardianship, with all their sums."""
    columns = ("total", "temporary", "permanent")
    sums: dict[str, list[list[str]]] = {}
    for row in (*rows, "all"):
        sums.setdefault(f"{row} total", []).append([f"{row} {column}" for column in columns[1:]])
    for column in columns:
        sums.setdefault(f"all {column}", []).append([f"{row} {column}" for row in rows])
    return table(counts, sums), sums


@pytest.fixture
def vilkaviskis() -> tuple[Table, dict[str, list[list[str]]]]:
    """Children in care in Vilkaviškis district, 2011: by kind of home, total, temporary and permanent."""
    columns = ("total", "temporary", "permanent")
    return crossed(
        HOMES,
        {
            f"{row} {column}": float(count)
            for row, counts in VILKAVISKIS.items()
            for column, count in zip(columns, counts, strict=True)
        },
    )


def test_in_the_table_of_vilkaviskis_no_small_count_can_be_worked_out(
    vilkaviskis: tuple[Table, dict[str, list[list[str]]]],
) -> None:
    shown, _ = vilkaviskis
    assert shown.named(shown.small) == {
        "state temporary",
        "disabled total",
        "disabled permanent",
        "other temporary",
    }
    assert {shown.names[one.value] for one in attack(shown.system, shown.small, THRESHOLD)} == shown.named(shown.small)
    hidden = made_safe(shown.system, shown.small).hidden
    assert attack(shown.system, hidden, THRESHOLD) == []
    assert worked_out(shown.system, hidden) == set()
    assert "all total" not in shown.named(hidden)
    assert not hidden[shown.names.index("disabled temporary")], "a zero stays"


def test_in_the_table_of_vilkaviskis_the_naive_pattern_fails(
    vilkaviskis: tuple[Table, dict[str, list[list[str]]]],
) -> None:
    shown, sums = vilkaviskis
    hidden = naive(shown, sums)
    found = {(one.value, one.attacker) for one in attack(shown.system, hidden, THRESHOLD)}
    assert found == worked_out(shown.system, hidden) != set()


COUNTY = {"a": 3.0, "b": 4.0, "c": 20.0, "d": 31.0, "county": 58.0}
PARTS = {"county": [["a", "b", "c", "d"]]}
OWNERS = {"a": 11, "b": 12, "c": 13, "d": 14}


def test_two_small_municipalities_are_hidden_from_outsiders_and_not_from_each_other() -> None:
    shown = table(COUNTY, PARTS, OWNERS)
    found = attack(shown.system, shown.small, THRESHOLD)
    assert {(shown.names[one.value], one.attacker) for one in found} == {("a", 12), ("b", 11)}
    (knows,) = [one for one in found if one.attacker == 12]
    assert (knows.room.lowest, knows.room.highest) == (3, 3)
    hidden = made_safe(shown.system, shown.small).hidden
    assert {"a", "b", "c"} <= shown.named(hidden) <= {"a", "b", "c", "d"}
    assert worked_out(shown.system, hidden) == set()


def test_what_a_municipality_alone_adds_up_to_is_no_news_to_it() -> None:
    counts = {"a": 3.0, "b": 0.0, "county": 3.0, "other county": 40.0, "nation": 43.0}
    sums = {"county": [["a", "b"]], "nation": [["county", "other county"]]}
    shown = table(counts, sums, {"a": 11, "b": 12, "county": 11})
    hidden = made_safe(shown.system, shown.small).hidden
    assert attack(shown.system, hidden, THRESHOLD) == []
    assert {attacker for _, attacker in worked_out(shown.system, shown.small)} == {OUTSIDER, 12}


def test_a_bound_narrows_too() -> None:
    shown = table({"suffered": 3.0, "suffered or saw": 6.0}, {}, at_least=[("suffered or saw", "suffered")])
    assert [(one.room.lowest, one.room.highest) for one in attack(shown.system, shown.small, THRESHOLD)] == []
    tight = table({"suffered": 3.0, "suffered or saw": 5.0}, {}, at_least=[("suffered or saw", "suffered")])
    assert [(one.room.lowest, one.room.highest) for one in attack(tight.system, tight.small, THRESHOLD)] == [(1, 5)]
    assert tight.named(made_safe(tight.system, tight.small).hidden) == {"suffered", "suffered or saw"}


def test_what_is_dear_is_not_hidden_so_that_many_small_numbers_move_at_once() -> None:
    # The large one has room for two of the three at a time: all at once, as one question asks, would move the total.
    shown = table({"all": 18, "a": 1, "b": 2, "c": 3, "large": 12}, {"all": [["a", "b", "c", "large"]]})
    dear = np.where(np.array(shown.names) == "all", 1000.0, 1.0)
    found = made_safe(replace(shown.system, cost=dear), shown.small).hidden
    assert shown.named(found) == {"a", "b", "c", "large"}
    assert attack(shown.system, found, THRESHOLD) == []


def test_what_municipalities_of_a_county_can_do_for_each_other_spares_the_county() -> None:
    # The county is cheaper to hide than the town, and hidden no town of it would have to be.
    counts = {"a": 3.0, "b": 40.0, "c": 50.0, "county": 93.0, "other county": 200.0, "nation": 293.0}
    sums = {"county": [["a", "b", "c"]], "nation": [["county", "other county"]]}
    shown = table(counts, sums, {"a": 11, "b": 12, "c": 13})
    at = {name: place for place, name in enumerate(shown.names)}
    cheap = np.ones(len(counts))
    cheap[[at["b"], at["c"]]] = 4.0
    found = made_safe(replace(shown.system, cost=cheap), shown.small).hidden
    assert shown.named(found) == {"a", "b", "c"}
    assert attack(shown.system, found, THRESHOLD) == []


def test_what_was_told_before_stays_told() -> None:
    shown = table(COUNTY, PARTS, OWNERS)
    may_hide = shown.system.may_hide & (np.array(shown.names) != "c")
    told = type(shown.system)(**{**vars(shown.system), "may_hide": may_hide})
    hidden = made_safe(told, shown.small).hidden
    assert "c" not in shown.named(hidden)
    assert worked_out(told, hidden) == set()


@st.composite
def counted(draw: st.DrawFn) -> Table:
    """Up to three counties of up to four municipalities, by sex, each with all sums."""
    counts: dict[str, float] = {}
    owners: dict[str, int] = {}
    sums: dict[str, list[list[str]]] = {}
    counties = draw(st.integers(1, 3))
    small = st.one_of(st.integers(0, 9), st.integers(0, 60))
    for county in range(counties):
        towns = [f"{county}.{town}" for town in range(draw(st.integers(2, 4)))]
        for number, town in enumerate(towns):
            for sex in ("m", "f"):
                counts[f"{town} {sex}"] = float(draw(small))
            counts[town] = counts[f"{town} m"] + counts[f"{town} f"]
            sums.setdefault(town, []).append([f"{town} m", f"{town} f"])
            owners |= dict.fromkeys((town, f"{town} m", f"{town} f"), 10 * county + number + 1)
        for suffix in (" m", " f", ""):
            counts[f"{county}{suffix}"] = sum(counts[f"{town}{suffix}"] for town in towns)
            sums.setdefault(f"{county}{suffix}", []).append([f"{town}{suffix}" for town in towns])
            adding = [town for town in towns if counts[f"{town}{suffix}"]]
            if len(adding) == 1:
                owners[f"{county}{suffix}"] = owners[adding[0]]
        sums[f"{county}"].append([f"{county} m", f"{county} f"])
    for suffix in (" m", " f", ""):
        counts[f"nation{suffix}"] = sum(counts[f"{county}{suffix}"] for county in range(counties))
        sums.setdefault(f"nation{suffix}", []).append([f"{county}{suffix}" for county in range(counties)])
        owning = {owners.get(f"{county}{suffix}") for county in range(counties) if counts[f"{county}{suffix}"]}
        if len(owning) == 1 and (owner := owning.pop()) is not None:
            owners[f"nation{suffix}"] = owner
    sums["nation"].append(["nation m", "nation f"])
    return table(counts, sums, owners)


@settings(max_examples=25)
@given(counted())
def test_of_random_tables_the_attack_finds_what_another_solver_finds(shown: Table) -> None:
    found = {(one.value, one.attacker) for one in attack(shown.system, shown.small, THRESHOLD)}
    expected = worked_out(shown.system, shown.small)
    assert found <= expected
    # Who has no part in what is hidden knows no more than an outsider, and is not asked beside him.
    assert {value for value, _ in found} == {value for value, _ in expected}


@pytest.mark.parametrize("is_thrifty", [True, False])
@settings(max_examples=25)
@given(shown=counted())
def test_of_random_tables_nothing_small_can_be_worked_out_and_no_zero_is_hidden(is_thrifty: bool, shown: Table) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # Both ways of it: each number asked for in what is hidden already before more is, or never, and all at once.
        patch.setattr(aim.publish.pattern, "_NEARLY_ALL", 2.0 if is_thrifty else 0.0)
        patch.setattr(aim.publish.hiding, "_TOO_LONG", 300 if is_thrifty else 0)
        hidden = made_safe(shown.system, shown.small).hidden
    assert not (shown.small & ~hidden).any()
    assert not (hidden & (shown.system.number == 0)).any()
    left = worked_out(shown.system, hidden)
    # Where every number but the zeros is hidden nothing more can be done; then the zeros themselves tell it.
    assert not left or (hidden == (shown.system.number > 0)).all(), left


@settings(max_examples=25)
@given(counted())
def test_what_is_soon_seen_to_be_narrow_is_so_for_another_solver_too(shown: Table) -> None:
    for value, left in narrow_for_anybody(shown.system, shown.small, THRESHOLD).items():
        exact = room(shown.system, shown.small, value, OUTSIDER)
        assert exact <= left.highest - left.lowest < THRESHOLD


def test_a_number_alone_among_told_ones_is_soon_seen_to_be_narrow() -> None:
    shown = table({"a": 2.0, "b": 3.0, "c": 9.0, "ab": 5.0, "all": 14.0}, {"ab": [["a", "b"]], "all": [["ab", "c"]]})
    hidden = np.array([True, True, False, True, False])
    assert narrow_for_anybody(shown.system, hidden, THRESHOLD) == {
        0: Room(1.0, 4.0),
        1: Room(1.0, 4.0),
        3: Room(5.0, 5.0),
    }
    assert narrow_for_anybody(shown.system, np.ones(5, dtype=bool), THRESHOLD) == {}


def test_municipalities_far_apart_are_cleared_of_each_other_by_what_each_county_can_do() -> None:
    towns = ("a", "b", "c")
    counts = {f"{county}{town}": 3.0 + 40.0 * (town == "c") for county in (1, 2) for town in towns}
    sums = {f"{county}": [[f"{county}{town}" for town in towns]] for county in (1, 2)}
    owners = {name: 10 * int(name[0]) + 1 + towns.index(name[1]) for name in counts}
    shown = table(counts | {"1": 46.0, "2": 46.0}, sums, owners)
    hidden = np.array([len(name) > 1 for name in shown.names])
    suspects = Suspects(shown.system, THRESHOLD)
    wanted = np.flatnonzero(shown.small)
    outside = Program(shown.system, hidden, THRESHOLD)
    clear_together(outside, suspects, wanted, hidden, frozenset([OUTSIDER]))
    clear_of_suspects(suspects, wanted, hidden)
    # Of a county's small ones only the third, who is the counterweight, can tell.
    assert {shown.names[value]: suspects.of(value) for value in wanted.tolist()} == {
        "1a": frozenset([13]),
        "1b": frozenset([13]),
        "2a": frozenset([23]),
        "2b": frozenset([23]),
    }


def test_what_hangs_together_is_looked_into_by_itself_and_what_was_told_before_not_at_all() -> None:
    months = {f"{month} {name}": count for month in ("may", "june", "july") for name, count in COUNTY.items()}
    sums = {f"{month} county": [[f"{month} {name}" for name in "abcd"]] for month in ("may", "june", "july")}
    shown = table(months | {"june a": 40.0, "june county": 95.0}, sums)
    was_told = np.array([name.startswith("july") for name in shown.names])
    told = replace(shown.system, may_hide=shown.system.may_hide & ~was_told)
    parts = apart(told, shown.small)
    assert [shown.named(part.hidden) for part in parts] == [{"may a", "may b"}, {"june b"}]
    assert [shown.named(part.system.may_hide) for part in parts] == [
        {name for name in shown.names if name.startswith(month)} for month in ("may", "june")
    ]
    assert [shown.named(part.system.to_protect) for part in parts] == [{"may a", "may b"}, {"june b"}]
    whole = made_safe(told, shown.small)
    assert shown.named(whole.hidden) == {"july a", "july b"}.union(
        *(shown.named(pattern(part, THRESHOLD).hidden) for part in parts)
    )
    assert {shown.names[one.value] for one in attack(told, whole.hidden, THRESHOLD)} <= {"july a", "july b"}


def test_an_answer_that_does_not_hold_is_not_believed() -> None:
    shown = table(COUNTY, PARTS, OWNERS)
    found = attack(shown.system, shown.small, THRESHOLD)
    false = [Witness(np.array([0]), np.array([5.0])), Witness(np.array([0, 2]), np.array([5.0, -5.0]))]
    assert attack(shown.system, shown.small, THRESHOLD, false) == found != []


@given(st.lists(st.integers(-4, 4), min_size=4, max_size=4), st.integers(0, 3).map(lambda odd: odd == 3))
def test_a_witness_holds_where_the_whole_table_keeps_its_sums_and_bounds(parts: list[int], is_missed: bool) -> None:
    shown = table(COUNTY | {"of_a": 2.0}, PARTS, OWNERS, at_least=[("a", "of_a")])
    deviation = np.array([*parts, sum(parts) + is_missed, parts[1]], dtype=float)
    system = shown.system
    bound = system.binding.toarray() @ deviation
    is_kept = np.where(system.row_is_equal, bound == 0, bound >= system.row_least).all()
    places = np.flatnonzero(deviation)
    assert holds(system, Witness(places, deviation[places])) == (is_kept and (deviation >= system.least).all())


def test_what_was_found_before_is_checked_and_not_looked_for_again() -> None:
    shown = table(COUNTY, PARTS, OWNERS)
    made = made_safe(shown.system, shown.small)
    assert all(holds(shown.system, one) for one in made.witnesses) and made.witnesses
    assert attack(shown.system, made.hidden, THRESHOLD, made.witnesses) == []
    # They move what is told where less is hidden.
    assert attack(shown.system, shown.small, THRESHOLD, made.witnesses) == attack(shown.system, shown.small, THRESHOLD)


def test_a_sum_that_does_not_hold_is_trusted_as_long_as_hiding_more_helps() -> None:
    counted_once = table({"october": 4.0, "november": 9.0, "quarter": 10.0}, {"quarter": [["october", "november"]]})
    assert [one.value for one in attack(counted_once.system, counted_once.small, THRESHOLD)] == [0]
    hidden = made_safe(counted_once.system, counted_once.small).hidden
    assert counted_once.named(hidden) > {"october"}
    assert attack(counted_once.system, hidden, THRESHOLD) == []


def test_a_sum_that_shows_it_does_not_hold_gives_nothing_away() -> None:
    in_two_months = table({"october": 0.0, "november": 0.0, "quarter": 3.0}, {"quarter": [["october", "november"]]})
    assert attack(in_two_months.system, in_two_months.small, THRESHOLD) == []
    assert in_two_months.named(made_safe(in_two_months.system, in_two_months.small).hidden) == {"quarter"}
    loose, without = in_two_months.system.looser()
    assert (without.binding.shape[0], without.size) == (0, 3)
    assert (loose.row_is_equal.tolist(), loose.row_least.tolist()) == ([False], [-3.0])
    assert (loose.binding @ loose.number).tolist() == [3.0]


def test_who_is_misled_by_a_sum_may_still_be_told_by_a_neighbour() -> None:
    counts = {"a": 4.0, "a november": 9.0, "a quarter": 10.0, "b": 20.0, "county": 24.0}
    sums = {"a quarter": [["a", "a november"]], "county": [["a", "b"]]}
    owners = {"a": 11, "a november": 11, "a quarter": 11, "b": 12}
    shown = table(counts, sums, owners)
    hidden = np.array([name in ("a", "b") for name in shown.names])
    told = replace(shown.system, may_hide=hidden)
    # The quarter seems to tell it to anybody and does not hold; without it only the neighbour can work it out.
    found = attack(told, hidden, THRESHOLD)
    assert [(shown.names[one.value], one.attacker, one.room) for one in found] == [("a", 12, Room(4.0, 4.0))]


def test_a_sort_of_sum_that_fails_both_ways_holds_nowhere_but_by_chance() -> None:
    quarters = {"a": [["a1", "a2"]], "b": [["b1", "b2"]], "both": [["a", "b"]]}
    numbers = {"a1": 1.0, "a2": 1.0, "a": 1.0, "b1": 1.0, "b2": 1.0, "b": 3.0, "both": 4.0}
    missed_both_ways = table(numbers, quarters).system
    *_, without = missed_both_ways.looser()
    assert without.binding.shape[0] == 1
    *_, without = replace(missed_both_ways, row_kind=np.zeros(3, dtype=np.int64)).looser()
    assert without.binding.shape[0] == 0


def test_what_is_open_both_ways_together_is_hidden_for_though_neither_way_is_far_enough() -> None:
    shown = table({"a": 4.0, "b": 5.0, "both": 9.0}, {"both": [["a", "b"]]})
    told = replace(shown.system, may_hide=np.array([True, True, False]))
    # Up by 4, for b stays above 0, and down by 3.
    assert [one.room for one in attack(told, shown.small, THRESHOLD)] == [Room(4, 4)]
    hidden = made_safe(told, shown.small).hidden
    assert shown.named(hidden) == {"a", "b"}
    assert room(told, hidden, 0, OUTSIDER) == 7
    assert attack(told, hidden, THRESHOLD) == []


def test_how_far_beyond_the_threshold_a_number_can_be_is_not_asked() -> None:
    shown = table({"a": 20.0, "b": 30.0, "both": 50.0}, {"both": [["a", "b"]]})
    hidden = np.array([True, True, False])
    program = Program(shown.system, hidden, THRESHOLD)
    assert program.room(0, program.ends(0, hidden, np.full(3, 0.01), OUTSIDER)) == Room(15.0, 25.0)


def test_where_a_few_at_once_take_too_long_all_the_rest_are_asked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # Six rows of two small numbers each, and a third that has room for both.
    columns = ("left", "middle", "right")
    counts = {f"{row} {column}": 1.0 if column != "right" else 60.0 for row in range(6) for column in columns}
    sums = {f"{row}": [[f"{row} {column}" for column in columns]] for row in range(6)}
    sums |= {column: [[f"{row} {column}" for row in range(6)]] for column in columns}
    shown = table(counts | {whole: sum(counts[part] for part in sums[whole][0]) for whole in sums}, sums)
    hidden = np.ones(shown.system.size, dtype=bool)

    def asked_at_once(too_long: int) -> list[int]:
        monkeypatch.setattr(aim.publish.hiding, "_TOO_LONG", too_long)
        monkeypatch.setattr(aim.publish.hiding, "_MOST", 4)
        suspects = Suspects(shown.system, THRESHOLD)
        hiding = Hiding.among(suspects, shown.small.copy(), hidden)
        asked: list[int] = []
        moving = hiding.program.moving

        def moving_a_tenth(batch: Integers, *rest: Any) -> Witness:
            asked.append(batch.size)
            found = moving(batch, *rest)
            # As where hardly anything moves: what is asked for is not safe by it.
            return replace(found, moved=found.moved / 10)

        monkeypatch.setattr(hiding.program, "moving", moving_a_tenth)
        hiding.for_most(np.flatnonzero(shown.small), frozenset([OUTSIDER]))
        return asked

    few, all_at_once = asked_at_once(10**6), asked_at_once(0)
    small = int(shown.small.sum())
    assert max(few) < small
    assert max(all_at_once) == small and len(all_at_once) < len(few)


def test_a_solver_that_gives_up_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = table({"a": 2.0, "b": 5.0, "both": 7.0}, {"both": [["a", "b"]]})
    monkeypatch.setattr(_Part, "_solved", lambda _: None)
    with pytest.raises(NoAnswerError):
        attack(shown.system, shown.small, THRESHOLD)


def test_room_is_measured_in_whole_numbers() -> None:
    shown = table({"a": 2.0, "b": 5.0, "both": 7.0}, {"both": [["a", "b"]]})
    hidden = np.array([True, True, False])
    assert room(shown.system, hidden, 0, OUTSIDER) == 5
    assert attack(shown.system, hidden, THRESHOLD) == []
