"""What findings amount to: statuses of checks and grounds of a verdict."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from aim.contracts.load import contracts
from aim.contracts.models import Rule
from aim.quality.verdicts import Findings, Tally, check_results, judged

FIFTH = Decimal(20)


def rule(code: str) -> Rule:
    return next(rule for rules in contracts().rule_sets.values() for rule in rules.rules if rule.code == code)


def found(**changes: Any) -> Findings:
    plain = {
        "delivery_id": 7,
        "is_nil": False,
        "rows_received": 100,
        "rows_duplicate": 0,
        "rows_quarantined": 0,
        "waits_for": (),
        "tallies": {},
    }
    return Findings(**{**plain, **changes})


@pytest.mark.parametrize(
    ("findings", "errored", "status", "reason", "tally"),
    [
        (found(tallies={"VER-001": Tally(5, 0)}), {}, "passed", None, Tally(5, 0)),
        (found(tallies={"VER-001": Tally(5, 1)}), {}, "failed", None, Tally(5, 1)),
        (found(tallies={"VER-001": Tally(0, 0)}), {}, "not_applicable", "nothing to check", Tally()),
        (found(), {}, "not_applicable", "nothing to check", Tally()),
        (found(waits_for=("atvejai",)), {}, "not_applicable", "waiting:atvejai", Tally()),
        (found(waits_for=("atvejai",), tallies={"VER-001": Tally(5, 1)}), {}, "failed", None, Tally(5, 1)),
        (found(is_nil=True), {"VER-001": "crashed"}, "not_applicable", "nil return", Tally()),
        (found(tallies={"VER-001": Tally(5, 1)}), {"VER-001": "crashed"}, "errored", "crashed", Tally()),
    ],
)
def test_the_status_of_a_check(
    findings: Findings, errored: dict[str, str], status: str, reason: str | None, tally: Tally
) -> None:
    (result,) = check_results(findings, [rule("VER-001")], errored)
    assert (result.status, result.reason, result.tally) == (status, reason, tally)


def grounds(findings: Findings, *codes: str) -> Any:
    results = check_results(findings, [rule(code) for code in codes], {})
    return judged(findings, results, load_id=1, max_quarantined_pct=FIFTH)


@pytest.mark.parametrize(
    ("left", "reason"),
    [
        # Of ten, two were out: a sound row erased makes two of nine of them, and still a fifth of what came.
        (found(rows_received=9, rows_quarantined=2, rows_erased=1), None),
        (found(rows_received=8, rows_quarantined=1, rows_erased=2, rows_erased_out=1), None),
        # Of ten, three were out: that the child's was among them accepts nothing.
        (found(rows_received=9, rows_quarantined=2, rows_erased=1, rows_erased_out=1), "too_many_quarantined"),
    ],
)
def test_rows_erased_since_turn_no_verdict(left: Findings, reason: str | None) -> None:
    assert grounds(left).reject_reason == reason


def test_what_was_erased_had_findings() -> None:
    assert not grounds(found(rows_erased=1)).has_findings
    assert grounds(found(rows_erased=1, rows_erased_out=1)).has_findings
    assert grounds(found(rows_erased=1, rows_erased_duplicate=1)).has_findings


def test_a_fifth_quarantined_is_not_too_many() -> None:
    assert grounds(found(rows_quarantined=20)).reject_reason is None
    assert grounds(found(rows_quarantined=21)).reject_reason == "too_many_quarantined"


def test_duplicates_count_among_the_rows_received() -> None:
    assert grounds(found(rows_received=10, rows_duplicate=5, rows_quarantined=2)).reject_reason is None


def test_a_file_rule_comes_before_the_share_of_rows() -> None:
    refused = grounds(found(rows_quarantined=90, tallies={"GYV-001": Tally(1, 1)}), "GYV-001")
    assert (refused.reject_reason, refused.reject_detail) == ("file_rule", "GYV-001")


def test_an_empty_delivery_is_never_too_much() -> None:
    assert grounds(found(is_nil=True, rows_received=0)).reject_reason is None


@pytest.mark.parametrize(
    ("findings", "has"),
    [
        (found(tallies={"VIS-008": Tally(100, 0)}), False),
        (found(tallies={"VIS-008": Tally(100, 1)}), True),
        (found(rows_duplicate=1), True),
        (found(rows_quarantined=1), True),
    ],
)
def test_what_counts_as_a_finding(findings: Findings, has: bool) -> None:
    assert grounds(findings, "VIS-008").has_findings is has
