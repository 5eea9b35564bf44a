"""How the arrival of files is acknowledged: what was made of each, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aim.ledger.mails import Matter
from aim.reports.error_list import error_lists
from aim.reports.findings import DeliveryTold, added_rows
from aim.reports.findings_told import (
    changes_lines,
    delivery_lines,
    effect_lines,
    errors_deck,
    mend_in_subject,
    queries_deck,
    rows_figures,
    to_mend,
)
from aim.reports.letter import Entries, Entry, Lines, Part, Section
from aim.reports.monthly_told import due_days, next_days
from aim.reports.receipts import Receipt
from aim.reports.speech import Speech

KIND = "receipt"


def receipt_matter(provider_code: str, delivery: DeliveryTold) -> Matter:
    """What is acknowledged once: the delivery."""
    return Matter(KIND, provider_code, delivery.period or "", str(delivery.delivery_id))


def receipt_section(told: Receipt, speech: Speech) -> Section:
    """The acknowledgement in words."""
    provider = told.provider
    say = speech.say
    rejected = [one for one in told.deliveries if one.verdict == "rejected"]
    to_do = (
        *(say("do_deliver_again", slice=speech.slice(one)) for one in rejected),
        *to_mend(speech, told.findings),
    )
    mend = mend_in_subject(speech, told.findings)
    what = _what(speech, told.deliveries, mend is not None)
    if to_do:
        wanted = ", ".join([what, *([mend] if mend else [say("subject_again")])])
        verdict = say("subject_by", what=wanted, date=told.upcoming.mend_by)
    else:
        verdict = f"{what}, {say('subject_nothing')}"
    periods = {one.period for one in told.deliveries}
    period = periods.pop() if len(periods) == 1 else None
    who = speech.short_name(provider)
    matters = tuple(receipt_matter(provider.code, one) for one in told.deliveries)
    parts = (
        rows_figures(speech, added_rows(told.deliveries))
        if any(one.rows_received for one in told.deliveries)
        else None,
        Entries(say("files_title"), tuple(_file(speech, told, one) for one in told.deliveries)),
        errors_deck(speech, told.findings),
        queries_deck(speech, told.findings.queries),
        changes_lines(speech, told.changes, sum(one.answered for one in told.deliveries)),
        effect_lines(speech, told.suffering),
        Lines(say("our_fault_title"), (say("our_fault", told.findings.checks_at_fault),))
        if told.findings.checks_at_fault
        else None,
        next_days(speech, told.upcoming.slices),
    )
    return Section(
        kind=KIND,
        who=who,
        name=provider.name,
        caption=say("receipt_caption", len(told.deliveries)),
        tone="act" if rejected else "look" if to_do else "good",
        subject=say("subject", provider=who, period=period, verdict=verdict)
        if period
        else say("subject_of", who=who, verdict=verdict),
        verdict=_verdict(speech, told, thanks=not to_do),
        to_do_title=say("to_do", day=speech.day(told.upcoming.mend_by)) if to_do else "",
        to_do=to_do or (say("nothing_to_do"),),
        parts=_there(parts),
        matters=matters,
        why=say("why", provider=provider.name),
        due_days=due_days(speech, provider.code, told.upcoming.slices),
        attachments=error_lists(speech, told.findings.every),
        # Said once: each of the counts belongs to one slice, whatever delivery brought it.
        told={matters[0]: dict(told.counts or {})},
    )


def _there(parts: Iterable[Part | None]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part is not None)


def _what(speech: Speech, deliveries: Sequence[DeliveryTold], with_findings: bool) -> str:
    """What was made of the files, for the subject."""
    if len(deliveries) == 1:
        (one,) = deliveries
        word = "accepted_with_findings" if one.is_accepted and with_findings else _word(one)
        return speech.say(f"subject_file_{word}")
    accepted = sum(one.is_accepted for one in deliveries)
    rejected = sum(one.verdict == "rejected" for one in deliveries)
    counted = [speech.say("subject_received", len(deliveries))]
    if accepted and accepted != len(deliveries):
        counted.append(speech.say("subject_accepted_files", accepted))
    elif accepted:
        counted.append(speech.say("subject_all_accepted"))
    if rejected:
        counted.append(speech.say("subject_rejected", rejected))
    return ", ".join(counted)


def _verdict(speech: Speech, told: Receipt, *, thanks: bool) -> str:
    if len(told.deliveries) == 1:
        (one,) = told.deliveries
        return speech.say(f"receipt_{_word(one)}", slice=speech.slice(one))
    rejected = sum(one.verdict == "rejected" for one in told.deliveries)
    if rejected:
        return speech.say("receipt_some_rejected", rejected, all=len(told.deliveries))
    if thanks:
        return speech.say("receipt_all_accepted", len(told.deliveries))
    return speech.say("receipt_all_with_findings", len(told.deliveries))


def _word(one: DeliveryTold) -> str:
    return "nil" if one.is_nil and one.is_accepted else "accepted" if one.verdict == "accepted" else one.verdict


def _file(speech: Speech, told: Receipt, one: DeliveryTold) -> Entry:
    status = speech.say(f"receipt_status_{_word(one)}")
    return Entry(speech.slice(one), (status, *delivery_lines(speech, one, with_rows=len(told.deliveries) > 1)))
