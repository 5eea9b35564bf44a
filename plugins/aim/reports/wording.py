"""How a monthly report is said in the provider's own language: every sentence of it, in the order it is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from babel.dates import format_date

from aim.clock import VILNIUS
from aim.contracts.load import Contracts
from aim.contracts.reference import Reference
from aim.contracts.registry import Provider
from aim.language import choose, say
from aim.reports.data import DeliveryTold, Finding, MonthlyReport, Slice, SliceName

KINDS_SHORT = ("spc", "tbk", "ppt", "vtas", "savivaldybe")
"""Kinds of which a municipality has one: its name and the kind's short one say who is meant."""
_MONTH = {"lt": "y 'm'. LLLL", "en": "LLLL y"}
_CAME = ("on_time", "late", "confirmed_empty")


@dataclass(frozen=True)
class Block:
    """A heading (or none) with sentences under it."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """One error or question: a sentence, then label and text of each further line."""

    sentence: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Deck:
    """Errors or questions under one heading, with notes before them and one after."""

    title: str
    notes: tuple[str, ...]
    cards: tuple[Card, ...]
    rest: str = ""


@dataclass(frozen=True)
class Letter:
    """A report in words. Both templates lay out all of it, in this order.

    tone: `good` (nothing to do), `look` (rows to mend), `act` (a file is missing or was refused).
    """

    lang: str
    subject: str
    provider: str
    month: str
    tone: str
    verdict: str
    to_do_title: str
    to_do: tuple[str, ...]
    rows_title: str
    rows: tuple[tuple[str, str], ...]
    files_title: str
    files: tuple[Block, ...]
    errors: Deck | None
    queries: Deck | None
    gaps: Block | None
    next_due: Block | None
    closing: tuple[str, ...] = field(default=())


def letter(report: MonthlyReport, contracts: Contracts, reference: Reference, contact: str) -> Letter:
    """The report in words; `contact` is the address for questions."""
    return _Wording(report, contracts, reference).letter(contact)


def short_name(provider: Provider, reference: Reference) -> str:
    """How a provider is called in a subject: `Alytaus r. SPC`; the full name where that would not say who is meant."""
    if provider.kind not in KINDS_SHORT or provider.municipality_code is None:
        return provider.name
    place = reference.municipality_names[provider.municipality_code].removesuffix(" sav.")
    return say(f"report.short_name_{provider.kind}", provider.language, place=place)


class _Wording:
    def __init__(self, report: MonthlyReport, contracts: Contracts, reference: Reference) -> None:
        self._report = report
        self._contracts = contracts
        self._reference = reference
        self._lang = report.provider.language
        self._missing = report.with_status("not_received")
        self._rejected = report.with_status("rejected")
        self._to_fix = sum(one.rows_to_fix for one in report.mending if one.delivery.is_accepted)
        self._to_explain = sum(one.rows_to_explain for one in report.mending if one.delivery.is_accepted)
        self._to_answer = sum(one.files_to_explain for one in report.mending if one.delivery.is_accepted)

    def letter(self, contact: str) -> Letter:
        report = self._report
        to_do = tuple(self._to_do())
        return Letter(
            lang=self._lang,
            subject=self._subject(),
            provider=report.provider.name,
            month=self._say("month", month=format_date(report.period.start, _MONTH[self._lang], self._lang)),
            tone="act" if self._missing or self._rejected else "look" if to_do else "good",
            verdict=self._verdict(),
            to_do_title=self._say("to_do", date=report.mend_by, weekday=self._weekday(report.mend_by)) if to_do else "",
            to_do=to_do or (self._say("nothing_to_do"),),
            rows_title=self._say("rows_title"),
            rows=self._rows() if report.deliveries else (),
            files_title=self._say("files_title"),
            files=tuple(self._file(one) for one in report.slices),
            errors=self._errors(),
            queries=self._queries(),
            gaps=self._gaps(),
            next_due=self._next_due(),
            closing=tuple(self._closing(contact)),
        )

    def _say(self, key: str, /, n: int | None = None, **values: object) -> str:
        return say(f"report.{key}", self._lang, n, **values)

    def _weekday(self, day: date) -> str:
        return format_date(day, "EEEE", self._lang)

    def _title(self, dataset: str) -> str:
        contract = self._contracts.datasets[dataset]
        return contract.title.lt if self._lang == "lt" else contract.title.en

    def _slice(self, one: SliceName | DeliveryTold) -> str:
        return self._say("slice", title=self._title(one.dataset), period=one.period)

    def _subject(self) -> str:
        report = self._report
        what = self._subject_to_do()
        told = self._say("subject_by", what=what, date=report.mend_by) if what else None
        return self._say(
            "subject",
            provider=short_name(report.provider, self._reference),
            period=report.period.text,
            verdict=told or self._say(f"subject_{self._quiet_verdict()}"),
        )

    def _subject_to_do(self) -> str | None:
        """The verdict and what to do, ending so that `by <date>` goes on from it; None where nothing is to be done."""
        files = self._files_wanted("subject")
        rows = None
        if self._to_fix:
            rows = self._say("subject_fix", self._to_fix)
        elif self._to_explain:
            rows = self._say("subject_explain", self._to_explain)
        elif self._to_answer:
            rows = self._say("subject_answer", self._to_answer)
        if rows is not None:
            return ", ".join([*(files or [self._say("subject_accepted")]), rows])
        if files:
            return self._say("subject_deliver", parts=", ".join(files))
        if self._report.earlier_gaps and self._quiet_verdict() == "good":
            return self._say("subject_earlier", len(self._report.earlier_gaps))
        return None

    def _files_wanted(self, where: str) -> list[str]:
        return [
            self._say(f"{where}_{word}", len(slices))
            for word, slices in (("missing", self._missing), ("rejected", self._rejected))
            if slices
        ]

    def _quiet_verdict(self) -> str:
        """Of a month in which no file is missing, refused or to be mended."""
        statuses = {one.status for one in self._report.slices}
        if "not_due" in statuses:
            return "waiting"
        if not statuses & set(_CAME):
            return "not_asked"
        return "good"

    def _verdict(self) -> str:
        files = self._files_wanted("verdict")
        if files:
            return ". ".join(files)
        if self._to_fix or self._to_explain or self._to_answer:
            return self._say("verdict_accepted")
        quiet = self._quiet_verdict()
        return self._say("verdict_earlier" if quiet == "good" and self._report.earlier_gaps else f"verdict_{quiet}")

    def _to_do(self) -> Iterable[str]:
        report = self._report
        for one in self._missing:
            yield self._say("do_deliver", slice=self._slice(one))
        for one in self._rejected:
            yield self._say("do_deliver_again", slice=self._slice(one))
        for mending in report.mending:
            if mending.delivery.is_accepted and mending.rows_to_fix:
                yield self._say("do_fix", mending.rows_to_fix, slice=self._slice(mending.delivery))
        for mending in report.mending:
            if mending.delivery.is_accepted and mending.rows_to_explain:
                yield self._say("do_explain", mending.rows_to_explain, slice=self._slice(mending.delivery))
        for mending in report.mending:
            if mending.delivery.is_accepted and mending.files_to_explain:
                yield self._say("do_answer", mending.files_to_explain, slice=self._slice(mending.delivery))
        if report.earlier_gaps:
            yield self._say("do_earlier", len(report.earlier_gaps))

    def _rows(self) -> tuple[tuple[str, str], ...]:
        words = ("received", "loaded", "quarantined", "duplicate")
        return tuple(
            (self._say(f"rows_{word}"), str(count)) for word, count in zip(words, self._report.rows, strict=True)
        )

    def _file(self, one: Slice) -> Block:
        deliveries = [
            told for told in self._report.deliveries if (told.dataset, told.period) == (one.dataset, one.period)
        ]
        lines = [self._status(one, deliveries)]
        if not deliveries:
            lines.append(self._say("due", date=one.due_on))
        for nth, told in enumerate(deliveries):
            lines += self._delivery(told, is_later=nth > 0)
        return Block(self._slice(one), tuple(lines))

    def _status(self, one: Slice, deliveries: Sequence[DeliveryTold]) -> str:
        status = self._say(f"status_{one.status}")
        speaking = next((told for told in deliveries if told.is_accepted), None)
        if speaking is None or one.status == "confirmed_empty":
            return f"{status}."
        if speaking.is_nil:
            return self._say("nil_return", status=status) + "."
        if any(finding.delivery is speaking for finding in (*self._report.errors, *self._report.queries)):
            return self._say("with_findings", status=status) + "."
        return f"{status}."

    def _delivery(self, told: DeliveryTold, *, is_later: bool) -> list[str]:
        when = _moment(told.received_at)
        lines = [self._say("later_rejected")] if is_later and not told.is_accepted else []
        if told.file_name is None:
            lines.append(self._say("received_by_command", when=when))
        else:
            lines.append(self._say("file_received", file=told.file_name, when=when))
        if told.reason_code is not None and not told.is_accepted:
            lines.append(say(f"reason.{told.reason_code}", self._lang, detail=told.reason_detail or ""))
        if told.rows_received:
            lines.append(
                self._say(
                    "rows_line",
                    received=told.rows_received,
                    loaded=told.rows_loaded,
                    quarantined=told.rows_quarantined,
                    duplicate=told.rows_duplicate,
                )
            )
        lines += [
            self._say(key, count)
            for key, count in (
                ("unknown_columns", told.unknown_columns),
                ("total_rows", told.total_rows),
                ("answered", told.answered),
            )
            if count
        ]
        return lines

    def _errors(self) -> Deck | None:
        report = self._report
        rest = self._say("more_errors", report.more_errors) if report.more_errors else ""
        return self._deck("errors", report.errors, rest)

    def _queries(self) -> Deck | None:
        return self._deck("queries", self._report.queries)

    def _deck(self, word: str, findings: Sequence[Finding], rest: str = "") -> Deck | None:
        if not findings:
            return None
        files = {finding.delivery.file_name for finding in findings}
        notes = [self._say(f"{word}_note")]
        if len(files) == 1:
            # Said once, not on every card.
            notes.insert(0, self._say("deck_file", file=files.pop()))
        cards = tuple(self._card(finding, with_file=len(notes) == 1) for finding in findings)
        return Deck(self._say(f"{word}_title"), tuple(notes), cards, rest)

    def _card(self, finding: Finding, *, with_file: bool) -> Card:
        rule = finding.rule
        lines: list[tuple[str, str]] = []
        if finding.first_rows:
            lines.append((self._one_or_many("card_rows", finding.row_count), self._row_numbers(finding)))
        if finding.stood_in is not None:
            lines.append((self._say("card_stood_in"), finding.stood_in))
        if with_file and finding.delivery.file_name is not None:
            lines.append((self._say("card_file"), finding.delivery.file_name))
        if finding.fields:
            told = ", ".join(
                self._say("field", title=one.title.lt if self._lang == "lt" else one.title.en, name=one.name)
                for one in finding.fields
            )
            lines.append((self._one_or_many("card_field", len(finding.fields)), told))
        lines += [
            (self._say("card_fix"), rule.fix.lt if self._lang == "lt" else rule.fix.en),
            (self._say("card_why"), rule.why.lt if self._lang == "lt" else rule.why.en),
            (self._say("card_rule"), rule.code),
        ]
        sentence = choose(rule.message.forms(self._lang), self._lang, finding.row_count).format(n=finding.row_count)
        return Card(sentence, tuple(lines))

    def _one_or_many(self, key: str, count: int) -> str:
        """A heading without its number: singular for one thing alone, not for 21."""
        return self._say(key, 1 if count == 1 else 2)

    def _row_numbers(self, finding: Finding) -> str:
        shown = [str(number) for number in finding.first_rows]
        more = finding.row_count - len(shown)
        if more:
            return self._say("rows_more", more, rows=", ".join(shown))
        if len(shown) == 1:
            return shown[0]
        return self._say("rows_and", first=", ".join(shown[:-1]), last=shown[-1])

    def _gaps(self) -> Block | None:
        earlier: dict[str, list[str]] = {}
        for one in self._report.earlier_gaps:
            earlier.setdefault(one.dataset, []).append(one.period)
        lines = [
            self._say("gap", slice=self._slice(one), date=one.due_on) for one in (*self._missing, *self._rejected)
        ] + [
            self._say("earlier_gaps", title=self._title(dataset), periods=", ".join(periods))
            for dataset, periods in earlier.items()
        ]
        return Block(self._say("gaps_title"), (*lines, self._say("gap_help"))) if lines else None

    def _next_due(self) -> Block | None:
        days: dict[date, list[str]] = {}
        for one in self._report.next_due:
            days.setdefault(one.due_on, []).append(self._slice(one))
        if not days:
            return None
        return Block(
            self._say("next_title"),
            tuple(
                self._say("next_line", date=day, weekday=self._weekday(day), slices="; ".join(slices))
                for day, slices in days.items()
            ),
        )

    def _closing(self, contact: str) -> Iterable[str]:
        report = self._report
        if report.checks_at_fault:
            yield self._say("our_fault", report.checks_at_fault)
        yield self._say("help", contact=contact)
        yield self._say("why", provider=report.provider.name)
        yield self._say("privacy")
        yield self._say("version", version=report.rules_version)


def _moment(instant: datetime) -> str:
    return f"{instant.astimezone(VILNIUS):%Y-%m-%d %H:%M}"
