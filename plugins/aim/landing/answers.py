"""A list of findings that came back with reasons: each reason is given where it belongs, or it is said why not.

The list is kept nowhere: its reasons are, and an annotated copy holds data of persons. What becomes of a row depends on
the number of the delivery, the row and the rule in it alone: other columns may have been changed, rows left out or put
in another order. Taken twice, it says the same and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from aim.contracts.reference import Reference
from aim.landing.archive import hash_alone
from aim.landing.check_digits import holds_personal_code
from aim.landing.gate import ListLabel
from aim.landing.inbox import InboxFile
from aim.landing.list_rows import ListRow, read_list
from aim.landing.rejection import RejectionError
from aim.landing.secret import Secret
from aim.landing.workbooks import SheetReader
from aim.ledger import answers, reasons
from aim.ledger.answers import AnswerHead, Outcomes
from aim.ledger.deliveries import await_judging
from aim.ledger.reasons import MAX_LENGTH, Given
from aim.settings import Limits

_MOST_ROWS = 300_000
"""Of a list: it is held in memory. No list given out is as long."""


@dataclass(frozen=True)
class Means:
    """What a list is taken with. The connection is in autocommit mode."""

    connection: psycopg.Connection
    secret: Secret
    reference: Reference
    limits: Limits
    sheets: SheetReader


@dataclass(frozen=True)
class AnswerTaken:
    """What became of a list. reason_code: why it was refused as a whole, None where it was taken."""

    answer_id: int
    reason_code: str | None


def head_of(file: InboxFile, label: ListLabel, secret: Secret) -> AnswerHead:
    """What is known of a list before it is read. Raises FileNotFoundError where it is gone."""
    with file.open() as opened:
        digest = secret.file_digest(hash_alone(opened).sha256).hex()
    return AnswerHead(
        channel=file.channel,
        file_name=label.shown,
        digest=digest,
        received_at=file.received_at,
        provider_code=label.provider_code,
        dataset=label.dataset,
        period=label.period,
        delivery_id=label.delivery_id,
    )


def take(means: Means, file: InboxFile, label: ListLabel, head: AnswerHead) -> AnswerTaken | None:
    """Give its reasons, in one transaction with its line in the ledger. Waits for a judging to end.

    None, and nothing done, where the file was overwritten meanwhile.
    """
    try:
        return _take(means, file, label, head)
    except _ChangedMeanwhileError:
        return None


class _ChangedMeanwhileError(Exception):
    """The file was overwritten while it was read: what was read is nobody's answer."""


def _take(means: Means, file: InboxFile, label: ListLabel, head: AnswerHead) -> AnswerTaken:
    try:
        rows = _rows(means, file, label)
        if not any(one.reason for one in rows):
            raise RejectionError("no_reasons")
    except RejectionError as refused:
        return _refused(means, file, head, refused.code)
    with means.connection.transaction():
        await_judging(means.connection)
        why_not = answers.is_about(means.connection, head)
        if why_not is None:
            answer_id = answers.record_taken(means.connection, head)
            _give(means, head, answer_id, rows)
            _see_unchanged(file)
            return AnswerTaken(answer_id, None)
    return _refused(means, file, head, why_not)


def _refused(means: Means, file: InboxFile, head: AnswerHead, reason_code: str) -> AnswerTaken:
    with means.connection.transaction():
        answer_id = answers.record_refused(means.connection, head, reason_code)
        _see_unchanged(file)
    return AnswerTaken(answer_id, reason_code)


def _see_unchanged(file: InboxFile) -> None:
    if not file.is_unchanged():
        raise _ChangedMeanwhileError


def _rows(means: Means, file: InboxFile, label: ListLabel) -> list[ListRow]:
    if file.size > means.limits.file_bytes:
        raise RejectionError("too_large", "bytes")
    password = means.secret.copy_password(label.delivery_id)
    rows = []
    for row in read_list(file.open, label.format, label.packing, password, means.reference, means.limits, means.sheets):
        rows.append(row)
        if len(rows) > _MOST_ROWS:
            raise RejectionError("too_large", "rows")
    return rows


def _give(means: Means, head: AnswerHead, answer_id: int, rows: list[ListRow]) -> None:
    outcomes = Outcomes()
    given: list[tuple[ListRow, Given]] = []
    for row in rows:
        outcome = _not_given(row, head)
        if outcome is not None:
            outcomes.add(outcome, row.line)
            continue
        # A heading of several fields is that of a finding about the row as a whole.
        of_field = row.of_field if row.of_field and "," not in row.of_field else None
        # A row of the provider's own is never one of an earlier file; on the list its number may have been cut short.
        of_former = (True if row.of_former else None) if row.is_of_list else False
        given.append((row, Given(row.reason, row.rule if row.is_of_list else None, row.row, of_field, of_former)))
    told = reasons.give_all(means.connection, head.delivery_id, [one for _, one in given], answer_id)
    is_superseded = answers.is_superseded(means.connection, head.delivery_id)
    for (row, _), meant in zip(given, told.meant, strict=True):
        if not meant.findings:
            outcomes.add("not_asked", row.line)
        elif is_superseded:
            outcomes.add("superseded", row.line)
        else:
            outcomes.add("answered" if meant.open else "answered_before", row.line)
    answers.settle(means.connection, answer_id, outcomes, told.findings, told.elsewhere)


def _not_given(row: ListRow, head: AnswerHead) -> str | None:
    """Why the reason of a row is not given; None where it is."""
    if not row.reason:
        return "blank"
    if row.delivery and row.delivery != str(head.delivery_id):
        return "other_delivery"
    if row.row is None or (row.row == 0 and not row.rule):
        return "unclear"
    if row.is_of_list and not row.rule:
        return "unclear"
    if row.rule:
        is_question = reasons.asks(row.rule)
        if not is_question:
            return "unknown_rule" if is_question is None else "not_a_question"
    if len(row.reason) > MAX_LENGTH:
        return "too_long"
    return "personal_code" if holds_personal_code(row.reason) else None
