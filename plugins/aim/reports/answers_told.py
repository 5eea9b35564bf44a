"""How a list that came back is acknowledged: what was taken of it, what was not and why, what is still asked."""

from __future__ import annotations

from collections.abc import Iterator

from aim.language import say
from aim.ledger.answers import DONE, OUTCOMES, QUIET, rows_of
from aim.reports.answers import KIND, Answer, AnswersTold
from aim.reports.error_list import error_lists
from aim.reports.findings_told import changes_lines, mend_in_subject, queries_deck, to_mend
from aim.reports.letter import Entries, Entry, Section
from aim.reports.speech import Speech, moment

_TOLD_REFUSALS = (
    "unknown_delivery",
    "gone",
    "no_reasons",
    "header_only",
    "missing_column",
    "no_header",
    "mojibake",
    "locked",
    "too_large",
)
"""Those that have words of their own."""


def answer_lines(answer: Answer, lang: str) -> Iterator[str]:
    """What became of a list, a sentence each: why it was refused as a whole, or what of its rows, with their lines."""
    if answer.reason_code is not None:
        yield say(f"answer.{answer.reason_code if answer.reason_code in _TOLD_REFUSALS else 'unreadable'}", lang)
        return
    for outcome in OUTCOMES:
        if outcome not in answer.outcomes:
            continue
        rows, first = answer.outcomes[outcome]["rows"], answer.outcomes[outcome]["first"]
        text = say(f"answer.row_{outcome}", lang, rows)
        if outcome in QUIET:
            yield text
        else:
            key = "answer.lines" if rows == len(first) else "answer.lines_more"
            yield say(key, lang, text=text, lines=", ".join(map(str, first)))
    if answer.elsewhere:
        yield say("answer.elsewhere", lang, answer.elsewhere)


def answers_section(told: AnswersTold, speech: Speech) -> Section:
    """The acknowledgement in words."""
    words = speech.say
    taken = sum(rows_of(one.outcomes, DONE) for one in told.answers)
    not_taken = sum(one.rows_not_taken for one in told.answers)
    refused = sum(one.verdict == "refused" for one in told.answers)
    # Of a file that counts for nothing no reason is needed: its list is not asked for again.
    is_again = not_taken > 0 or any(one.verdict == "refused" and one.reason_code != "gone" for one in told.answers)
    to_do = (
        *((words("do_answer_again"),) if is_again else ()),
        *to_mend(speech, told.findings),
    )
    what = words("subject_answers_taken", taken) if taken else words("subject_answers_not_taken")
    mend = mend_in_subject(speech, told.findings)
    if mend is not None:
        verdict = words("subject_by", what=f"{what}, {mend}", date=told.upcoming.mend_by)
    elif to_do:
        verdict = f"{what}, {words('subject_answers_again')}" if taken else what
    else:
        verdict = f"{what}, {words('subject_answers_all')}" if taken else what
    who = speech.short_name(told.provider)
    periods = {one.period for one in told.answers}
    subject = (
        words("subject", provider=who, period=periods.pop(), verdict=verdict)
        if len(periods) == 1
        else words("subject_of", who=who, verdict=verdict)
    )
    parts = (
        Entries(words("answers_title"), tuple(_entry(speech, one) for one in told.answers)),
        queries_deck(speech, told.findings.queries),
        changes_lines(speech, told.changes),
    )
    return Section(
        kind=KIND,
        who=who,
        name=told.provider.name,
        caption=words("answers_caption"),
        tone="look" if to_do else "good",
        subject=subject,
        verdict=_verdict(speech, taken, refused + not_taken, is_all=not to_do),
        to_do_title=words("to_do", day=speech.day(told.upcoming.mend_by)) if to_do else "",
        to_do=to_do or (words("nothing_to_do"),),
        parts=tuple(part for part in parts if part is not None),
        matters=tuple(one.matter for one in told.answers),
        why=words("why", provider=told.provider.name),
        attachments=error_lists(speech, told.findings.queries),
        told={told.answers[0].matter: dict(told.counts)},
    )


def _verdict(speech: Speech, taken: int, not_taken: int, *, is_all: bool) -> str:
    if not taken:
        return speech.say("answers_verdict_none")
    text = speech.say("answers_verdict", taken)
    if is_all:
        return f"{text} {speech.say('answers_verdict_all')}"
    return f"{text} {speech.say('answers_verdict_rest')}" if not_taken else text


def _entry(speech: Speech, one: Answer) -> Entry:
    came = speech.say("answer_received", file=one.file_name, when=moment(one.received_at))
    return Entry(speech.slice(one), (came, *answer_lines(one, speech.lang)))
