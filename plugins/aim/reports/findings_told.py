"""How deliveries and what was found in them are said: the numbers line, why a file was refused, errors, questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aim.language import choose, say
from aim.reports.changes import Changes
from aim.reports.error_list import list_name
from aim.reports.findings import DeliveryTold, Finding, Findings
from aim.reports.letter import Card, Deck, Figures, Lines
from aim.reports.speech import Speech, moment

_OF_THE_FILE = ("mojibake", "several_inside", "unknown_dataset")
"""Reasons whose detail is a word of the file or of its name."""


def delivery_lines(speech: Speech, told: DeliveryTold, *, is_later: bool = False, with_rows: bool = True) -> list[str]:
    """When a file came, why it was refused, its rows, what was left out of it."""
    lines = [speech.say("later_rejected")] if is_later and not told.is_accepted else []
    when = moment(told.received_at)
    if told.file_name is None:
        lines.append(speech.say("received_by_command", when=when))
    elif told.dataset is None or told.period is None:
        # A name of no known form may hold anything, a surname too.
        lines.append(speech.say("file_unnamed", when=when))
    else:
        lines.append(speech.say("file_received", file=told.file_name, when=when))
    if told.reason_code is not None and told.verdict == "rejected":
        lines.append(say(f"reason.{told.reason_code}", speech.lang, detail=_detail(told)))
    if told.rows_received and with_rows:
        lines.append(
            speech.say(
                "rows_line",
                received=told.rows_received,
                loaded=told.rows_loaded,
                quarantined=told.rows_quarantined,
                duplicate=told.rows_duplicate,
            )
        )
    lines += [
        speech.say(key, count)
        for key, count in (
            ("unknown_columns", told.unknown_columns),
            ("total_rows", told.total_rows),
            ("answered", told.answered),
        )
        if count
    ]
    return lines


def _detail(told: DeliveryTold) -> str:
    """What the reason points at; a word taken from the file is left out, it may be somebody's name."""
    if told.reason_code in _OF_THE_FILE:
        return "…"
    return told.reason_detail or ""


def to_mend(speech: Speech, findings: Findings) -> Iterable[str]:
    """What to do about the rows and questions of accepted deliveries."""
    accepted = [one for one in findings.mending if one.delivery.is_accepted]
    for one in accepted:
        if one.rows_to_fix:
            yield speech.say("do_fix", one.rows_to_fix, slice=speech.slice(one.delivery))
    for one in accepted:
        if one.rows_to_explain:
            yield speech.say("do_explain", one.rows_to_explain, slice=speech.slice(one.delivery))
    for one in accepted:
        if one.files_to_explain:
            yield speech.say("do_answer", one.files_to_explain, slice=speech.slice(one.delivery))


def mend_in_subject(speech: Speech, findings: Findings) -> str | None:
    """The most pressing of these in a few words that `by <date>` goes on from; None where nothing is to be done."""
    accepted = [one for one in findings.mending if one.delivery.is_accepted]
    for key, count in (
        ("subject_fix", sum(one.rows_to_fix for one in accepted)),
        ("subject_explain", sum(one.rows_to_explain for one in accepted)),
        ("subject_answer", sum(one.files_to_explain for one in accepted)),
    ):
        if count:
            return speech.say(key, count)
    return None


def rows_figures(speech: Speech, counts: Sequence[int]) -> Figures:
    """Received = loaded + quarantined + duplicate."""
    words = ("received", "loaded", "quarantined", "duplicate")
    rows = tuple((speech.say(f"rows_{word}"), str(count)) for word, count in zip(words, counts, strict=True))
    return Figures(speech.say("rows_title"), rows)


def errors_deck(speech: Speech, findings: Findings) -> Deck | None:
    """The most frequent errors; None without any."""
    rest = speech.say("more_errors", findings.more_errors) if findings.more_errors else ""
    return _deck(speech, "errors", findings.errors, rest)


def queries_deck(speech: Speech, findings: Sequence[Finding]) -> Deck | None:
    """The questions; None without any."""
    return _deck(speech, "queries", findings)


def changes_lines(speech: Speech, changes: Changes | None, answered: int = 0) -> Lines | None:
    """Fixed, explained, still, new since last time, and the reasons accepted; None where there is nothing to tell."""
    if changes is None or not (any(vars(changes).values()) or answered):
        return None
    told = speech.say("changes_line", **vars(changes))
    reasons = (speech.say("changes_reasons", answered),) if answered else ()
    return Lines(speech.say("changes_title"), (told, *reasons))


def effect_lines(speech: Speech, suffering: Sequence[str]) -> Lines | None:
    """Which indicators are incomplete because of this; None where none is."""
    if not suffering:
        return None
    return Lines(speech.say("effect_title"), (speech.say("effect_note", len(suffering)), *speech.indicators(suffering)))


def _deck(speech: Speech, word: str, findings: Sequence[Finding], rest: str = "") -> Deck | None:
    if not findings:
        return None
    files = sorted({finding.delivery.file_name or "" for finding in findings})
    notes = [speech.say(f"{word}_note")]
    if len(files) == 1:
        # Said once, not on every card.
        notes.insert(0, speech.say("deck_file", file=files[0]))
    lists = sorted({list_name(finding) for finding in findings})
    notes.append(speech.say("list_note", len(lists), files=", ".join(lists)))
    cards = tuple(_card(speech, finding, with_file=len(files) > 1) for finding in findings)
    return Deck(speech.say(f"{word}_title"), tuple(notes), cards, rest)


def _card(speech: Speech, finding: Finding, *, with_file: bool) -> Card:
    rule = finding.rule
    lines: list[tuple[str, str]] = []
    if finding.first_rows:
        lines.append((_one_or_many(speech, "card_rows", finding.row_count), _row_numbers(speech, finding)))
    if finding.stood_in is not None:
        lines.append((speech.say("card_stood_in"), finding.stood_in))
    if with_file and finding.delivery.file_name is not None:
        lines.append((speech.say("card_file"), finding.delivery.file_name))
    if finding.fields:
        told = ", ".join(speech.say("field", title=speech.text(one.title), name=one.name) for one in finding.fields)
        lines.append((_one_or_many(speech, "card_field", len(finding.fields)), told))
    lines += [
        (speech.say("card_fix"), speech.text(rule.fix)),
        (speech.say("card_why"), speech.text(rule.why)),
        (speech.say("card_rule"), rule.code),
    ]
    sentence = choose(rule.message.forms(speech.lang), speech.lang, finding.row_count).format(n=finding.row_count)
    return Card(sentence, tuple(lines))


def _one_or_many(speech: Speech, key: str, count: int) -> str:
    """A heading without its number: singular for one thing alone, not for 21."""
    return speech.say(key, 1 if count == 1 else 2)


def _row_numbers(speech: Speech, finding: Finding) -> str:
    shown = [str(number) for number in finding.first_rows]
    more = finding.row_count - len(shown)
    if more:
        return speech.say("rows_more", more, rows=", ".join(shown))
    if len(shown) == 1:
        return shown[0]
    return speech.say("rows_and", first=", ".join(shown[:-1]), last=shown[-1])
