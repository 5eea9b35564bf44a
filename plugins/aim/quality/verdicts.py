"""What the findings amount to: the result of each check, and the verdict on the delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from aim.contracts.models import JudgedUnit, Rule, Severity
from aim.ledger.deliveries import Judged

Status = Literal["passed", "failed", "errored", "not_applicable"]

NIL_RETURN = "nil return"
NOTHING_TO_CHECK = "nothing to check"
REFUSED = "delivery rejected"
WAITING = "waiting:"
ANSWERED = "answered: "
"""Followed by how many; also written by aim.ledger.reasons."""


@dataclass(frozen=True)
class Tally:
    """How many rows (cells, for a rule repeated for fields) a rule applied to, and how many broke it."""

    checked: int = 0
    failed: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(self.checked + other.checked, self.failed + other.failed)


@dataclass(frozen=True)
class Findings:
    """All that was found in one delivery. tallies: by rule code; a rule not there found nothing to check.

    answered: by rule code, how much of what it found the provider gave a reason for. rows_erased: not among the rows
    received, for they are gone; a verdict is on the delivery as it came.
    """

    delivery_id: int
    is_nil: bool
    rows_received: int
    rows_duplicate: int
    rows_quarantined: int
    waits_for: tuple[str, ...]
    tallies: Mapping[str, Tally]
    answered: Mapping[str, int] = field(default_factory=dict)
    rows_erased: int = 0
    rows_erased_out: int = 0
    rows_erased_duplicate: int = 0


@dataclass(frozen=True)
class CheckResult:
    """One rule on one delivery, as it stands in quality.check_results; what was answered has not failed."""

    delivery_id: int
    rule: Rule
    status: Status
    tally: Tally
    reason: str | None


def check_results(findings: Findings, rules: Sequence[Rule], errored: Mapping[str, str]) -> list[CheckResult]:
    """One result for every rule, found or not. `errored`: code -> reason, of rules that are broken themselves."""
    return [_result(findings, rule, errored) for rule in rules]


def not_compared(delivery_id: int, rules: Sequence[Rule]) -> list[CheckResult]:
    """The results of rules that compare, for a delivery that is rejected and so is compared with nothing."""
    return [CheckResult(delivery_id, rule, "not_applicable", Tally(), REFUSED) for rule in rules]


def _result(findings: Findings, rule: Rule, errored: Mapping[str, str]) -> CheckResult:
    tally = findings.tallies.get(rule.code, Tally())
    status: Status = "passed"
    reason = None
    # A nil return has no rows; but those of the period before may be missing from it.
    if findings.is_nil and rule.unit is not JudgedUnit.FORMER_ROW:
        status, tally, reason = "not_applicable", Tally(), NIL_RETURN
    elif rule.code in errored:
        status, tally, reason = "errored", Tally(), errored[rule.code]
    elif tally.failed:
        answered = findings.answered.get(rule.code, 0)
        tally = Tally(tally.checked, tally.failed - answered)
        status = "failed" if tally.failed else "passed"
        reason = f"{ANSWERED}{answered}" if answered else None
    elif tally.checked == 0:
        waiting = rule.waits_for is not None and rule.waits_for in findings.waits_for
        status, reason = "not_applicable", f"{WAITING}{rule.waits_for}" if waiting else NOTHING_TO_CHECK
    return CheckResult(findings.delivery_id, rule, status, tally, reason)


def judged(findings: Findings, results: Sequence[CheckResult], load_id: int, max_quarantined_pct: Decimal) -> Judged:
    """The verdict's grounds: refused by a file rule or for too many rows quarantined of those received."""
    broken = [result.rule for result in results if result.status == "failed"]
    of_file = sorted(rule.code for rule in broken if rule.severity is Severity.FILE)
    reject_reason = reject_detail = None
    if of_file:
        reject_reason, reject_detail = "file_rule", ", ".join(of_file)
    elif (findings.rows_quarantined + findings.rows_erased_out) * 100 > max_quarantined_pct * (
        findings.rows_received + findings.rows_erased
    ):
        reject_reason = "too_many_quarantined"
    return Judged(
        delivery_id=findings.delivery_id,
        load_id=load_id,
        rows_quarantined=findings.rows_quarantined,
        rows_duplicate=findings.rows_duplicate,
        has_findings=bool(
            broken
            or findings.rows_quarantined + findings.rows_erased_out
            or findings.rows_duplicate + findings.rows_erased_duplicate
        ),
        reject_reason=reject_reason,
        reject_detail=reject_detail,
    )
