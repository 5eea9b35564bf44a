"""The state of the collection told to a person at a terminal: short tables, the whole of which `--json` gives."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console
from rich.text import Text

from aim.clock import VILNIUS
from aim.contracts.load import contracts
from aim.language import NO_NUMBER, count_text, say, two_decimals
from aim.ledger.answers import CameBack
from aim.ledger.status import Silence, SliceStatus
from aim.orchestration.night_summary import STAGES, release_lines
from aim.orchestration.status import Status
from aim.terminal_page import TerminalPage
from aim.terminal_table import Column

ROWS_SHOWN = 12
"""Rows of a table of gaps; the rest is counted."""
SLICES_SHOWN = 40
"""Slices shown of one provider: a year of what most of them owe."""
COUNTS = ("expected", "on_time", "late", "confirmed_empty", "rejected", "not_received", "not_due", "waived")
"""What is counted of a dataset's slices, `status.count_<word>` among the messages."""
_GAPS = ("rejected", "not_received")


def print_status(told: Status, lang: str, console: Console) -> None:
    """The last night, then what was expected and came, then who is missing."""
    _Page(told, lang, console).print()


class _Page(TerminalPage):
    def __init__(self, told: Status, lang: str, console: Console) -> None:
        super().__init__("status", lang, console)
        self._told = told

    def print(self) -> None:
        if self._told.run is None:
            self._line(self._say("no_run"), indent=False)
            self._stuck()
            return
        self._night()
        self._who()
        self._reporting()
        self._datasets()
        if self._told.provider is not None:
            self._slices()
        elif self._told.period is not None:
            self._gaps()
        if self._told.period is None:
            self._silences()
        self._answers()
        self._contacts()

    def _night(self) -> None:
        told, run = self._told, self._told.run
        assert run is not None
        state = self._say(f"run_{run['status']}")
        self._console.print(Text(self._say("night", date=run["clock_date"], run_id=run["run_id"], state=state), "bold"))
        done = [f"{name} {round(run['stage_seconds'][name])} s" for name in STAGES if name in run["stage_seconds"]]
        self._line(self._say("stages", list=", ".join(done) or NO_NUMBER))
        for line, style in release_lines(run["summary"].get("release", {}), self._lang):
            self._line(line, style or "")
        waiting = [self._say("unjudged_of", dataset=one.dataset, new=one.new, again=one.again) for one in told.unjudged]
        self._line(self._say("unjudged", list="; ".join(waiting)) if waiting else self._say("all_judged"))
        if not told.incidents:
            self._line(self._say("no_incidents"))
        for one in told.incidents:
            self._line(self._say(f"incident_{one.what}", one.occurrences, rule=one.rule_code or ""), "bold red")
        self._stuck()

    def _stuck(self) -> None:
        for one in self._told.stuck:
            self._line(say(f"stuck.{one.what}", self._lang, one.count, **one.words), "bold red")

    def _who(self) -> None:
        told = self._told
        if told.provider is None:
            return
        self._title(f"{told.provider} {told.name(told.provider) or ''}".rstrip())
        known = told.providers.get(told.provider)
        if known is None:
            self._line(self._say("not_in_registry"))
            return
        title = contracts().kinds[known.kind].title if known.kind in contracts().kinds else None
        kind = known.kind if title is None else title.lt if self._lang == "lt" else title.en
        place = told.municipalities.get(known.municipality_code or "", self._say("national"))
        key = "provider_since" if known.valid_to is None else "provider_until"
        if known.is_in_test:
            self._line(self._say("in_test"))
        self._line(self._say(key, kind=kind, place=place, since=known.valid_from, until=known.valid_to))

    def _reporting(self) -> None:
        told, counted = self._told, self._told.reporting
        self._console.print()
        if not counted.expected:
            self._line(self._say("nothing_due"), indent=False)
            return
        self._line(
            self._say(
                "reporting" if told.period is None else "reporting_of_period",
                rate=self._percent(told.rate(counted.accepted)),
                accepted=count_text(counted.accepted, self._lang),
                expected=count_text(counted.expected, self._lang),
                timeliness=self._percent(told.rate(counted.on_time)),
                on_time=count_text(counted.on_time, self._lang),
                window=told.window,
                period=told.period,
            ),
            indent=False,
        )

    def _percent(self, share: float | None) -> str:
        return NO_NUMBER if share is None else f"{two_decimals(Decimal(str(share)), self._lang)} %"

    def _datasets(self) -> None:
        found = self._told.datasets
        if not found:
            return
        self._title(self._say("datasets" if self._told.period is None else "datasets_of_period"))
        used = [word for word in COUNTS if word == "expected" or any(getattr(one, word) for one in found)]
        self._table(
            [("dataset", "left"), ("period", "whole"), *self._due(), *((f"count_{word}", "right") for word in used)],
            (
                [
                    one.dataset,
                    one.period,
                    *([one.due_on.isoformat()] if self._is_wide else []),
                    *(count_text(getattr(one, word), self._lang) for word in used),
                ]
                for one in found
            ),
        )

    def _due(self) -> list[tuple[str, Column]]:
        return [("due", "whole")] if self._is_wide else []

    def _gaps(self) -> None:
        missing = [one for one in self._told.slices if one.status in _GAPS]
        if not missing:
            return
        self._title(self._say("gaps", len(missing)))
        self._table(
            [("provider", "whole"), ("name", "short"), ("dataset", "left"), ("due", "whole"), ("state", "left")],
            (
                [
                    one.provider_code,
                    self._told.name(one.provider_code) or "",
                    one.dataset,
                    one.due_on.isoformat(),
                    self._state(one),
                ]
                for one in missing[:SLICES_SHOWN]
            ),
        )
        self._more(len(missing) - SLICES_SHOWN)

    def _state(self, one: SliceStatus) -> str:
        state = self._say(f"state_{one.status}")
        return f"{state} ({one.reason_code})" if one.reason_code and one.status == "rejected" else state

    def _slices(self) -> None:
        listed = self._told.slices[::-1]
        if not listed:
            return
        self._title(self._say("slices", len(listed)))
        columns: list[tuple[str, Column]] = [("period", "whole"), ("dataset", "left"), *self._due(), ("state", "left")]
        columns += [("delivery", "right"), ("verdict", "left")]
        if self._is_wide:
            columns.append(("rows", "right"))
        self._table(columns, (self._slice(one) for one in listed[:SLICES_SHOWN]))
        self._more(len(listed) - SLICES_SHOWN)

    def _slice(self, one: SliceStatus) -> list[str]:
        verdict = self._say(f"verdict_{one.verdict}") if one.verdict else ""
        delivery = str(one.delivery_id or "")
        if not self._is_wide:
            return [one.period, one.dataset, self._state(one), delivery, verdict]
        due = one.due_on.isoformat()
        return [one.period, one.dataset, due, self._state(one), delivery, verdict, self._rows(one)]

    def _rows(self, one: SliceStatus) -> str:
        """Rows loaded of those received: what lies between was quarantined or stood there twice."""
        if one.rows_received is None:
            return ""
        return f"{count_text(one.rows_loaded, self._lang)} / {count_text(one.rows_received, self._lang)}"

    def _silences(self) -> None:
        silent = self._told.silences
        if not silent:
            return
        if self._told.provider is not None:
            self._title(self._say("silences_of"))
            self._table(
                [("dataset", "left"), ("missed", "right"), ("since", "whole"), ("last_period", "whole")],
                (
                    [one.dataset, str(one.missing), one.since.isoformat(), one.last_period or self._say("never")]
                    for one in silent
                ),
            )
            return
        by_provider: dict[str, list[Silence]] = {}
        for one in silent:
            by_provider.setdefault(one.provider_code, []).append(one)
        self._title(self._say("silences", len(by_provider)))
        self._table(
            [
                ("provider", "whole"),
                ("name", "short"),
                ("missed", "right"),
                ("since", "whole"),
                ("datasets_of", "left"),
            ],
            (
                [
                    code,
                    self._told.name(code) or "",
                    str(sum(one.missing for one in found)),
                    found[0].since.isoformat(),
                    ", ".join(one.dataset for one in found),
                ]
                for code, found in list(by_provider.items())[:ROWS_SHOWN]
            ),
        )
        self._more(len(by_provider) - ROWS_SHOWN)

    def _answers(self) -> None:
        lists = self._told.answers
        if not lists:
            return
        self._title(self._say("answers"))
        self._table(
            [
                ("came", "whole"),
                ("provider", "whole"),
                *((("name", "short"),) if self._is_wide else ()),
                ("delivery", "right"),
                ("explained", "right"),
                ("not_taken", "right"),
                ("state", "left"),
            ],
            (self._answer(one) for one in lists[:ROWS_SHOWN]),
        )
        self._more(len(lists) - ROWS_SHOWN)

    def _answer(self, one: CameBack) -> list[str]:
        state = self._say(f"answer_{one.verdict}")
        return [
            one.received_at.astimezone(VILNIUS).date().isoformat(),
            one.provider_code,
            *([self._told.name(one.provider_code) or ""] if self._is_wide else []),
            str(one.delivery_id),
            count_text(one.findings, self._lang),
            count_text(one.rows_not_taken, self._lang),
            f"{state} ({one.reason_code})" if one.reason_code else state,
        ]

    def _contacts(self) -> None:
        without = self._told.without_contact
        if not without:
            return
        self._console.print()
        key = "no_contacts" if self._told.provider is None else "no_contact"
        self._line(self._say(key, len(without), providers=len(without)), indent=False)
