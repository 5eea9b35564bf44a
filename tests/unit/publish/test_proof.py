"""What was proved of one question says nothing of another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_tables import THRESHOLD, made_safe, table

from aim.publish import proof
from aim.publish.attack import attack
from aim.publish.unknowns import Flags, Unknowns

MONTHS = table(
    {"one": 2.0, "other": 3.0, "third": 40.0, "all": 45.0, "one later": 4.0, "other later": 4.0, "all later": 8.0},
    {"all": [["one", "other", "third"]], "all later": [["one later", "other later"]]},
)
SYSTEM = MONTHS.system
HIDDEN = SYSTEM.to_protect
LATER = np.array([name.endswith("later") for name in MONTHS.names])
FORMER_TOLD = replace(SYSTEM, may_hide=SYSTEM.may_hide & LATER)
"""The later month is new; of the former all is told, or hidden, as it was."""


def asked(system: Unknowns = SYSTEM, hidden: Flags = HIDDEN, threshold: float = THRESHOLD) -> list[str]:
    return [one.digest for one in proof.questions(system, hidden, threshold)]


def first_of(values: Any, other: Any) -> Any:
    """`values`, the first of them another."""
    found = values.copy()
    found[0] = other
    return found


def test_each_part_in_which_something_had_to_be_hidden_is_a_question() -> None:
    questions = proof.questions(SYSTEM, HIDDEN, THRESHOLD)
    assert [[MONTHS.names[value] for value in one.values] for one in questions] == [
        ["one", "other"],
        ["one later", "other later"],
    ]
    nothing_small = replace(SYSTEM, to_protect=SYSTEM.to_protect & LATER)
    assert len(proof.questions(nothing_small, HIDDEN, THRESHOLD)) == 1


def test_a_part_is_settled_where_nothing_beside_it_may_still_be_hidden() -> None:
    assert [one.is_settled for one in proof.questions(SYSTEM, HIDDEN, THRESHOLD)] == [False, False]
    assert [one.is_settled for one in proof.questions(FORMER_TOLD, HIDDEN, THRESHOLD)] == [True, False]


def test_the_same_question_is_the_same_whatever_may_still_be_hidden() -> None:
    anew = SYSTEM.binding.tocsc().tocsr()
    assert asked(replace(FORMER_TOLD, binding=anew, cost=SYSTEM.cost + 1.0)) == asked()


@pytest.mark.parametrize(
    "changed",
    [
        {"number": first_of(SYSTEM.number, 1.0)},
        {"least": first_of(SYSTEM.least, -2.0)},
        {"owner": first_of(SYSTEM.owner, 11)},
        {"to_protect": first_of(SYSTEM.to_protect, other=False)},
        {"step": first_of(SYSTEM.step, 0.5)},
        {"row_least": first_of(SYSTEM.row_least, -1.0)},
        {"row_is_equal": first_of(SYSTEM.row_is_equal, other=False)},
        # A number that is told makes the sum one that does not hold, and by more.
        {"number": np.where([name == "third" for name in MONTHS.names], 41.0, SYSTEM.number)},
        {"number": np.where([name == "third" for name in MONTHS.names], 42.0, SYSTEM.number)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_an_attack_depends_on_makes_another_question_of_that_part_alone(changed: dict[str, Any]) -> None:
    before, after = asked(), asked(replace(SYSTEM, **changed))
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_so_does_how_the_numbers_are_bound() -> None:
    assert set(asked()).isdisjoint(asked(replace(SYSTEM, binding=SYSTEM.binding * 2.0)))


def test_a_sum_that_does_not_hold_puts_those_of_its_kind_in_doubt() -> None:
    broken = first_of(SYSTEM.number, 1.0)
    assert asked(replace(SYSTEM, number=broken))[1] == asked()[1]
    of_one_kind = np.zeros_like(SYSTEM.row_kind)
    assert asked(replace(SYSTEM, number=broken, row_kind=of_one_kind))[1] != asked()[1]


def test_so_does_what_is_hidden_the_threshold_and_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {asked()[0], asked(hidden=~LATER)[0], asked(threshold=THRESHOLD + 1)[0]}
    monkeypatch.setattr(proof, "_program", lambda: b"another")
    assert len(told | {asked()[0]}) == 4


def test_nothing_is_looked_for_where_all_was_told_before() -> None:
    assert [one.attacker for one in attack(FORMER_TOLD, HIDDEN, THRESHOLD)] != []
    found = made_safe(FORMER_TOLD, HIDDEN)
    assert MONTHS.named(found.hidden & ~HIDDEN) <= {"all later"}
    moved = {int(place) for witness in found.witnesses for place in witness.places}
    assert moved <= set(np.flatnonzero(LATER).tolist())
    # Where it may be, the former month is made safe too.
    assert attack(SYSTEM, made_safe(SYSTEM, HIDDEN).hidden, THRESHOLD) == []
