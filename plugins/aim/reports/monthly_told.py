"""How a monthly report is said: every sentence of it, in the order it is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from aim.ledger.mails import Matter
from aim.reports.changes import SCORE
from aim.reports.due_days import Slice, SliceName
from aim.reports.error_list import error_lists
from aim.reports.findings import DeliveryTold
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
from aim.reports.letter import DueDay, Entries, Entry, Lines, Part, Section
from aim.reports.monthly import MonthlyReport
from aim.reports.score_told import is_better, score_figures
from aim.reports.speech import Speech

KIND = "monthly-quality-report"
_CAME = ("on_time", "late", "confirmed_empty")


def monthly_section(report: MonthlyReport, speech: Speech, version: int = 1) -> Section:
    """The report in words."""
    return _Wording(report, speech).section(Matter(KIND, report.provider.code, report.period.text, version=version))


def next_days(speech: Speech, slices: Sequence[SliceName]) -> Lines | None:
    """What is due next, by day; None where nothing is known to be."""
    days: dict[date, list[str]] = {}
    for one in slices:
        days.setdefault(one.due_on, []).append(speech.slice(one))
    if not days:
        return None
    return Lines(
        speech.say("next_title"),
        tuple(speech.say("next_line", day=speech.day(day), slices="; ".join(due)) for day, due in days.items()),
    )


def due_days(speech: Speech, provider_code: str, slices: Sequence[SliceName]) -> tuple[DueDay, ...]:
    """The same for the calendar."""
    return tuple(DueDay(one.due_on, f"{provider_code}.{one.dataset}.{one.period}", speech.slice(one)) for one in slices)


class _Wording:
    def __init__(self, report: MonthlyReport, speech: Speech) -> None:
        self._report = report
        self._speech = speech
        self._say = speech.say
        self._missing = report.with_status("not_received")
        self._rejected = report.with_status("rejected")
        self._mend = mend_in_subject(speech, report.findings)

    def section(self, matter: Matter) -> Section:
        report, speech = self._report, self._speech
        to_do = tuple(self._to_do())
        mend_by = report.upcoming.mend_by
        verdict = self._subject_verdict()
        told = dict(report.counts or {})
        score = {} if report.score is None else {SCORE: float(report.score.score)}
        return Section(
            kind=KIND,
            who=speech.short_name(report.provider),
            name=report.provider.name,
            caption=self._say("month", month=speech.month(report.period.start)),
            tone="act" if self._missing or self._rejected else "look" if to_do else "good",
            subject=self._say(
                "subject", provider=speech.short_name(report.provider), period=report.period.text, verdict=verdict
            ),
            verdict=self._verdict(),
            to_do_title=self._say("to_do", day=speech.day(mend_by)) if to_do else "",
            to_do=to_do or (self._say("nothing_to_do"),),
            parts=tuple(part for part in self._parts() if part is not None),
            matters=(matter,),
            why=self._say("why", provider=report.provider.name),
            due_days=due_days(speech, report.provider.code, report.upcoming.slices),
            attachments=error_lists(speech, report.findings.every),
            told={matter: told | score},
        )

    def _parts(self) -> Iterable[Part | None]:
        report, speech = self._report, self._speech
        if report.deliveries:
            yield rows_figures(speech, report.rows)
        if report.score is not None:
            yield score_figures(speech, report.score, report.score_told)
        yield Entries(self._say("files_title"), tuple(self._file(one) for one in report.slices))
        yield errors_deck(speech, report.findings)
        yield queries_deck(speech, report.findings.queries)
        yield changes_lines(speech, report.changes, sum(one.answered for one in report.deliveries))
        yield self._gaps()
        yield effect_lines(speech, report.suffering)
        yield next_days(speech, report.upcoming.slices)
        if report.findings.checks_at_fault:
            yield Lines(self._say("our_fault_title"), (self._say("our_fault", report.findings.checks_at_fault),))

    def _subject_verdict(self) -> str:
        what = self._subject_to_do()
        if what is None:
            return self._say(f"subject_{self._quiet_verdict()}")
        return self._say("subject_by", what=what, date=self._report.upcoming.mend_by)

    def _subject_to_do(self) -> str | None:
        """The verdict and what to do, ending so that `by <date>` goes on from it; None where nothing is to be done."""
        files = self._files_wanted("subject")
        if self._mend is not None:
            return ", ".join([*(files or [self._say("subject_accepted")]), self._mend])
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
        verdict = self._plain_verdict()
        if is_better(self._report.score, self._report.score_told):
            return f"{verdict} {self._say('thanks_better')}"
        return verdict

    def _plain_verdict(self) -> str:
        files = self._files_wanted("verdict")
        if files:
            return ". ".join(files) + "."
        if self._mend is not None:
            return self._say("verdict_accepted") + "."
        quiet = self._quiet_verdict()
        earlier = quiet == "good" and self._report.earlier_gaps
        return self._say("verdict_earlier" if earlier else f"verdict_{quiet}") + "."

    def _to_do(self) -> Iterable[str]:
        report = self._report
        for one in self._missing:
            yield self._say("do_deliver", slice=self._speech.slice(one))
        for one in self._rejected:
            yield self._say("do_deliver_again", slice=self._speech.slice(one))
        yield from to_mend(self._speech, report.findings)
        if report.earlier_gaps:
            yield self._say("do_earlier", len(report.earlier_gaps))

    def _file(self, one: Slice) -> Entry:
        deliveries = [
            told for told in self._report.deliveries if (told.dataset, told.period) == (one.dataset, one.period)
        ]
        lines = [self._status(one, deliveries)]
        if not deliveries:
            lines.append(self._say("due", date=one.due_on))
        for nth, told in enumerate(deliveries):
            lines += delivery_lines(self._speech, told, is_later=nth > 0)
        return Entry(self._speech.slice(one), tuple(lines))

    def _status(self, one: Slice, deliveries: Sequence[DeliveryTold]) -> str:
        status = self._say(f"status_{one.status}")
        speaking = next((told for told in deliveries if told.is_accepted), None)
        if speaking is None or one.status == "confirmed_empty":
            return f"{status}."
        if speaking.is_nil:
            return self._say("nil_return", status=status) + "."
        if any(finding.delivery is speaking for finding in self._report.findings.every):
            return self._say("with_findings", status=status) + "."
        return f"{status}."

    def _gaps(self) -> Lines | None:
        earlier: dict[str, list[str]] = {}
        for one in self._report.earlier_gaps:
            earlier.setdefault(one.dataset, []).append(one.period)
        lines = [
            self._say("gap", slice=self._speech.slice(one), date=one.due_on)
            for one in (*self._missing, *self._rejected)
        ] + [
            self._say("earlier_gaps", title=self._speech.title(dataset), periods=", ".join(periods))
            for dataset, periods in earlier.items()
        ]
        if not lines:
            return None
        return Lines(self._say("gaps_title"), (*lines, self._say("gap_help"), self._say("gap_time")))
