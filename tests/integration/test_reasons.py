"""A question answered with a reason is not asked again for the same row and rule until the row changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from landed_directly import case
from test_judging import Judging

from aim.contracts.load import Contracts, contracts
from aim.contracts.models import RuleSet
from aim.ledger import deliveries
from aim.ledger.deliveries import LedgerError
from aim.ledger.reasons import Answered, AnsweredAll, Given, Meant, give, give_all

ELSEWHERE = {"sav": "11"}
"""Cells of a case that VIS-008 asks about: a municipality other than the provider's own."""
CLAIM = "the child lives with its grandparents"


@pytest.fixture
def judging(warehouse: Any) -> Iterator[Judging]:
    yield Judging(warehouse.settings, warehouse.url, warehouse.connection)


def sound(count: int = 4) -> list[dict[str, Any]]:
    return [case(f"S-{number}") for number in range(count)]


def answer(
    judging: Judging, delivery: int, rule: str = "VIS-008", row: int | None = None, why: str = CLAIM
) -> Answered:
    with judging.connection.transaction():
        return give(judging.connection, delivery, rule, why, row)


def asked(judging: Judging, delivery: int, rule: str = "VIS-008") -> list[int]:
    """Rows that the rule still asks about."""
    return [
        row
        for (row,) in judging.connection.execute(
            "select row_number from quality.row_issues where delivery_id = %s and rule_code = %s and not answered"
            " order by row_number",
            [delivery, rule],
        )
    ]


def given_reasons(judging: Judging) -> list[tuple[Any, ...]]:
    return judging.connection.execute(
        "select delivery_id, row_number, reason from quality.reasons order by 1, 2"
    ).fetchall()


def rejudge(judging: Judging) -> None:
    judging.connection.execute(
        "update ops.deliveries set needs_judging = true where verdict in ('accepted', 'accepted_with_findings')"
    )
    judging.judge()


def test_an_answered_row_is_counted_and_no_finding_any_more(judging: Judging) -> None:
    delivery = judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE), case("A-2", **ELSEWHERE)])
    judging.judge()
    assert answer(judging, delivery, row=6) == Answered(1, 0, "accepted_with_findings")
    assert asked(judging, delivery) == [7]
    assert judging.results(delivery)["VIS-008"] == ("failed", 6, 1, "answered: 1")
    assert answer(judging, delivery) == Answered(2, 0, "accepted")
    assert asked(judging, delivery) == []
    assert judging.results(delivery)["VIS-008"] == ("passed", 6, 0, "answered: 2")
    assert judging.delivery(delivery) == ("accepted", None, 6, 0, 0)
    # All that Great Expectations counts is still named.
    assert [row for row, *_ in judging.issues(delivery)] == [6, 7]


def test_the_same_results_follow_from_judging_again(judging: Judging) -> None:
    delivery = judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE), case("A-2", **ELSEWHERE)])
    judging.judge()
    answer(judging, delivery, row=6)
    before = judging.results(delivery), judging.delivery(delivery), asked(judging, delivery)
    rejudge(judging)
    assert (judging.results(delivery), judging.delivery(delivery), asked(judging, delivery)) == before
    answer(judging, delivery)
    before = judging.results(delivery), judging.delivery(delivery), asked(judging, delivery)
    rejudge(judging)
    assert (judging.results(delivery), judging.delivery(delivery), asked(judging, delivery)) == before


def test_a_second_reason_replaces_the_first(judging: Judging) -> None:
    delivery = judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE)])
    judging.judge()
    answer(judging, delivery)
    assert answer(judging, delivery, why=" it moved ") == Answered(1, 0, "accepted")
    assert given_reasons(judging) == [(delivery, 6, "it moved")]


def test_the_same_row_next_month_and_in_another_order_is_not_asked_again(judging: Judging) -> None:
    delivery = judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE)])
    judging.judge()
    answer(judging, delivery)
    later = judging.land("atvejai", [case("A-2", **ELSEWHERE), case("A-1", **ELSEWHERE), *sound(4)], period="2018-11")
    judging.judge()
    assert asked(judging, later) == [2]
    assert judging.results(later)["VIS-008"] == ("failed", 6, 1, "answered: 1")


def test_months_that_came_before_the_reason_are_answered_with_it(judging: Judging) -> None:
    earlier = judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE)])
    later = judging.land("atvejai", [case("A-1", **ELSEWHERE), *sound()], period="2018-11")
    judging.judge()
    assert answer(judging, later) == Answered(1, 1, "accepted")
    assert asked(judging, earlier) == []
    assert judging.delivery(earlier)[0] == "accepted"


def test_a_changed_row_is_asked_again(judging: Judging) -> None:
    delivery = judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE)])
    judging.judge()
    answer(judging, delivery)
    corrected = judging.land("atvejai", [*sound(), case("A-1", seimos_nr="other", **ELSEWHERE)])
    judging.judge()
    assert asked(judging, corrected) == [6]
    assert judging.delivery(corrected)[0] == "accepted_with_findings"


def test_the_former_delivery_that_speaks_again_stays_answered(judging: Judging) -> None:
    former = judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE)])
    judging.judge()
    corrected = judging.land("atvejai", [case("A-1", **ELSEWHERE), *sound()])
    judging.judge()
    # Given for the later one: it holds for the row, wherever it stands.
    assert answer(judging, corrected) == Answered(1, 1, "accepted")
    assert judging.delivery(former)[0] == "superseded"
    assert deliveries.withdraw(judging.connection, corrected) == former
    assert judging.delivery(former)[0] == "accepted"
    judging.judge()
    assert (judging.delivery(former)[0], asked(judging, former)) == ("accepted", [])


def test_another_provider_is_asked_all_the_same(judging: Judging) -> None:
    ours = judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE)])
    theirs = judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE)], provider="902110014")
    judging.judge()
    answer(judging, ours)
    rejudge(judging)
    assert (asked(judging, ours), asked(judging, theirs)) == ([], [6])


def outlier(judging: Judging, number: int) -> int:
    """A ninth month with so many more rows than the eight before."""
    for month in range(1, 9):
        rows = [case(f"A-{one}") for one in range(3)]
        judging.land("atvejai", [past(row) for row in rows], period=f"2018-{month:02}")
    return judging.land("atvejai", [past(case(f"A-{one}")) for one in range(number)], period="2018-09")


def past(row: dict[str, Any]) -> dict[str, Any]:
    """The case, opened long ago, so that it fits every month."""
    return row | {"pranesimo_data": date(2018, 1, 1), "atidarymo_data": date(2018, 1, 1)}


def test_a_reason_for_the_file_as_a_whole_holds_as_long_as_it_speaks(judging: Judging) -> None:
    delivery = outlier(judging, 40)
    judging.judge()
    assert asked(judging, delivery, "VIS-015") == [0]
    assert answer(judging, delivery, "VIS-015") == Answered(1, 0, "accepted")
    assert judging.results(delivery)["VIS-015"] == ("passed", 1, 0, "answered: 1")
    rejudge(judging)
    assert asked(judging, delivery, "VIS-015") == []
    assert judging.delivery(delivery)[0] == "accepted"
    replaced = judging.land("atvejai", [past(case(f"A-{one}")) for one in range(41)], period="2018-09")
    judging.judge()
    assert asked(judging, replaced, "VIS-015") == [0]
    deliveries.withdraw(judging.connection, replaced)
    judging.judge()
    assert (judging.delivery(delivery)[0], asked(judging, delivery, "VIS-015")) == ("accepted", [])


def test_a_rule_that_crashes_forgets_no_reason(judging: Judging) -> None:
    delivery = judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE)])
    judging.judge()
    answer(judging, delivery)
    judging.connection.execute("update ops.deliveries set needs_judging = true")
    judging.judge(declared=with_holds("VIS-008", "1 / (landed.sav::int - landed.sav::int) = 0"))
    assert judging.results(delivery)["VIS-008"][0] == "errored"
    rejudge(judging)
    assert judging.results(delivery)["VIS-008"] == ("passed", 5, 0, "answered: 1")


def with_holds(code: str, holds: str) -> Contracts:
    declared = contracts()
    common = declared.rule_sets["_all"]
    rules = tuple(rule.model_copy(update={"holds": holds}) if rule.code == code else rule for rule in common.rules)
    sets: dict[str, RuleSet] = {**declared.rule_sets, "_all": common.model_copy(update={"rules": rules})}
    return Contracts(
        **{name: getattr(declared, name) if name != "rule_sets" else sets for name in declared.__dataclass_fields__}
    )


def test_a_row_missing_from_this_months_file_is_answered_by_what_it_was(judging: Judging) -> None:
    judging.land("atvejai", [*sound(), case("F-1"), case("F-2")], period="2018-10")
    delivery = judging.land("atvejai", sound(), period="2018-11")
    judging.judge()
    assert asked(judging, delivery, "ATV-003") == [6, 7]
    answer(judging, delivery, "ATV-003", 6)
    assert judging.results(delivery)["ATV-003"] == ("failed", 6, 1, "answered: 1")
    # Corrected, and the one answered for is missing still; then the month before comes anew, in another order.
    corrected = judging.land("atvejai", sound(), period="2018-11")
    judging.judge()
    assert asked(judging, corrected, "ATV-003") == [7]
    judging.land("atvejai", [case("F-2", seimos_nr="other"), case("F-1"), *sound()], period="2018-10")
    judging.judge()
    assert asked(judging, corrected, "ATV-003") == [2]
    assert answer(judging, corrected, "ATV-003") == Answered(2, 0, "accepted")


@pytest.mark.parametrize(
    ("rule", "row", "why", "said"),
    [
        ("VIS-001", None, CLAIM, "asks nothing that a reason could answer"),
        ("XYZ-999", None, CLAIM, "no rule XYZ-999"),
        ("VIS-008", 2, CLAIM, "asks nothing of row 2"),
        ("VIS-006", None, CLAIM, "asks nothing of it"),
        ("VIS-008", None, "  ", "in words"),
        ("VIS-008", None, "x" * 2001, "say it shorter"),
    ],
)
def test_what_is_not_asked_cannot_be_answered(
    judging: Judging, rule: str, row: int | None, why: str, said: str
) -> None:
    delivery = judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE)])
    judging.judge()
    with pytest.raises(LedgerError, match=said):
        answer(judging, delivery, rule, row, why)
    assert given_reasons(judging) == []


def test_only_a_delivery_that_speaks_is_answered_for(judging: Judging) -> None:
    with pytest.raises(LedgerError, match="no delivery 99"):
        answer(judging, 99)
    former = judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE)])
    judging.judge()
    judging.land("atvejai", sound())
    judging.judge()
    with pytest.raises(LedgerError, match="is superseded"):
        answer(judging, former)


def test_no_landed_row_is_read_where_no_reason_was_given(judging: Judging, monkeypatch: pytest.MonkeyPatch) -> None:
    from aim.ledger import reasons

    monkeypatch.setattr(reasons, "_mark", lambda *_: pytest.fail("Rows were looked at."))
    judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE)])
    judging.judge()


Contents = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("12")), max_size=3, unique_by=lambda row: row[0])


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(months=st.lists(st.tuples(Contents, st.booleans()), min_size=2, max_size=4))
def test_a_row_is_asked_about_unless_one_like_it_was_answered(
    judging: Judging, months: list[tuple[list[tuple[str, str]], bool]]
) -> None:
    """Each month's file holds some rows asked about, in any order; some months are answered."""
    judging.connection.execute("truncate staging.atvejai, ops.deliveries cascade")
    came = {
        judging.land(
            "atvejai",
            [*map(past, sound(1)), *(past(case(number, seimos_nr=family, **ELSEWHERE)) for number, family in rows)],
            period=f"2018-{month:02}",
        ): rows
        for month, (rows, _) in enumerate(months, 1)
    }
    judging.judge()
    answered: set[tuple[str, str]] = set()
    for delivery, (rows, is_answered) in zip(came, months, strict=True):
        assert asked(judging, delivery) == left(rows, answered)
        if is_answered and rows:
            answer(judging, delivery)
            answered |= set(rows)
    as_given = {delivery: judging.results(delivery)["VIS-008"] for delivery in came}
    rejudge(judging)
    for delivery, rows in came.items():
        assert asked(judging, delivery) == left(rows, answered)
        assert judging.results(delivery)["VIS-008"] == as_given[delivery]


def left(rows: list[tuple[str, str]], answered: set[tuple[str, str]]) -> list[int]:
    """The lines of the rows that were not answered."""
    return [line for line, row in enumerate(rows, 3) if row not in answered]


def test_a_reason_for_a_row_of_this_file_is_none_for_the_row_of_that_number_in_an_earlier_one(
    judging: Judging,
) -> None:
    judging.land("atvejai", [*sound(), case("F-1"), case("F-2")], period="2018-10")
    delivery = judging.land("atvejai", [*sound(), case("A-1", **ELSEWHERE)], period="2018-11")
    judging.judge()
    assert (asked(judging, delivery), asked(judging, delivery, "ATV-003")) == ([6], [6, 7])
    given = [Given("of the list", "ATV-003", 7, of_former=True), Given(CLAIM, row_number=6, of_former=False)]
    with judging.connection.transaction():
        told = give_all(judging.connection, delivery, given)
    assert told == AnsweredAll((Meant(1, 1), Meant(1, 1)), 2, 0)
    assert (asked(judging, delivery), asked(judging, delivery, "ATV-003")) == ([], [6])
    # Of two for one finding that which names the rule counts, whatever comes last.
    given = [Given("named", "ATV-003", 6), Given("of the row", row_number=6)]
    with judging.connection.transaction():
        assert [one.open for one in give_all(judging.connection, delivery, given).meant] == [1, 1]
    reasons = judging.connection.execute("select rule_code, row_number, reason from quality.reasons order by 1, 2")
    assert reasons.fetchall() == [
        ("ATV-003", 6, "named"),
        ("ATV-003", 7, "of the list"),
        ("VIS-008", 6, "of the row"),
    ]
