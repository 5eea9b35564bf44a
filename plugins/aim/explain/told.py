"""A number explained to a person at a terminal: short tables, the whole of which `--json` gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from rich.console import Console
from rich.text import Text

from aim.clock import VILNIUS
from aim.explain.behind import DatasetCount, Slice
from aim.explain.explained import Explained
from aim.explain.number import Value
from aim.explain.published import Change, Saying
from aim.language import NO_NUMBER, count_text, two_decimals
from aim.terminal_page import TerminalPage
from aim.terminal_table import Column, print_facts

ROWS_SHOWN = 10
"""Rows of a table of slices, deliveries or municipalities; the rest is counted."""
PARTS_SHOWN = 12
"""Values shown of each breakdown while all are."""


def print_explained(told: Explained, lang: str, console: Console) -> None:
    """The number with its words, then what it is made of, what stands behind it, and what was published."""
    _Page(told, lang, console).print()


def signed(value: Decimal, text: str) -> str:
    """A difference with its sign, as `text` tells its size."""
    return f"+{text}" if value > 0 else text.replace("-", "−")


class _Page(TerminalPage):
    def __init__(self, told: Explained, lang: str, console: Console) -> None:
        super().__init__("explain", lang, console)
        self._told = told

    def print(self) -> None:
        self._number()
        self._measures()
        self._parts()
        self._within()
        self._behind()
        self._missing()
        self._deliveries()
        self._published()

    def _number(self) -> None:
        told, value, card = self._told, self._told.value, self._told.definition
        self._console.print(Text(f"{card.indicator_code} {card.said('name', self._lang)}", "bold"))
        self._line(
            self._say(
                "which",
                measure=value.said("measure", self._lang),
                code=card.measure,
                territory=told.territory.name(self._lang),
                territory_code=told.territory.code,
                label=told.period.label(self._lang),
                period=told.period.period,
            ),
            indent=False,
        )
        self._line(self._say("unsuppressed"), "yellow", indent=False)
        self._console.print()
        self._line(self._in_unit(value), "bold")
        print_facts(self._console, self._facts())

    def _facts(self) -> Iterator[tuple[str, str]]:
        told, value, card = self._told, self._told.value, self._told.definition
        for word, count in (("numerator", value.numerator), ("denominator", value.denominator)):
            text = card.said(word, self._lang)
            if text is not None:
                yield self._say(word), f"{count_text(count, self._lang)} · {text}"
        yield self._say("status"), f"{value.obs_status} · {told.status_labels[value.obs_status][f'label_{self._lang}']}"
        yield self._say("coverage"), self._coverage(value)
        note = card.said("note", self._lang)
        yield self._say("definition"), f"{self._version()}: {note}" if note else self._version()
        parameters = card.said("parameters", self._lang)
        if parameters:
            yield self._say("parameters"), parameters
        yield self._say("computed"), self._say("computed_in", date=told.clock_date, run_id=told.run_id)

    def _in_unit(self, value: Value) -> str:
        if value.unit == "count":
            return f"{count_text(value.numerator, self._lang)} {value.said('unit', self._lang)}"
        if value.value is None:
            return self._say("no_value", unit=value.said("unit", self._lang))
        return self._say(
            f"value_{value.unit}", value=two_decimals(value.value, self._lang), unit=value.said("unit", self._lang)
        )

    def _coverage(self, value: Value) -> str:
        if self._told.definition.is_of_ledger:
            return self._say("coverage_ledger")
        if value.coverage_pct is None:
            return self._say("coverage_none")
        return self._say(
            "coverage_of",
            value.slices_expected,
            pct=two_decimals(value.coverage_pct, self._lang),
            accepted=count_text(value.slices_accepted, self._lang),
            expected=count_text(value.slices_expected, self._lang),
        )

    def _version(self) -> str:
        card = self._told.definition
        if card.valid_from is None and card.valid_to is None:
            return self._say("version", version=card.definition_version)
        if card.valid_from is None:
            return self._say("version_to", version=card.definition_version, to=card.valid_to)
        if card.valid_to is None:
            return self._say("version_from", version=card.definition_version, since=card.valid_from)
        return self._say("version_between", version=card.definition_version, since=card.valid_from, to=card.valid_to)

    def _measures(self) -> None:
        if not self._told.measures:
            return
        self._title(self._say("measures"))
        self._values(
            (
                f"{one.said('measure', self._lang)} ({one.measure})",
                one,
                NO_NUMBER if one.value is None else self._in_unit(one),
            )
            for one in self._told.measures
        )

    def _values(self, rows: Iterable[tuple[str, Value, str]], coverage: bool = False) -> None:
        columns: list[tuple[str, Column]] = [
            ("", "left"),
            ("numerator_short", "right"),
            ("denominator_short", "right"),
            ("value", "right"),
        ]
        if coverage:
            columns += [("coverage_short", "right"), ("status_short", "whole")]
        self._table(
            columns,
            (
                [label, count_text(one.numerator, self._lang), count_text(one.denominator, self._lang), number]
                + ([self._percent(one.coverage_pct), one.obs_status] if coverage else [])
                for label, one, number in rows
            ),
        )

    def _percent(self, share: Decimal | None) -> str:
        return NO_NUMBER if share is None else f"{two_decimals(share, self._lang)} %"

    def _parts(self) -> None:
        parts = self._told.breakdowns
        if not parts:
            return
        self._title(self._say("parts"))
        is_one = len({one.breakdown for one in parts}) == 1
        rows: list[tuple[str, Value, str]] = []
        cut: list[tuple[str, int]] = []
        for breakdown, found in groupby(parts, key=lambda one: one.breakdown):
            values = list(found)
            kept = values if is_one else values[:PARTS_SHOWN]
            rows += [
                (
                    f"{one.said('breakdown', self._lang)}: {one.said('value', self._lang)}",
                    one,
                    two_decimals(one.value, self._lang),
                )
                for one in kept
            ]
            if len(values) > len(kept):
                cut.append((breakdown, len(values) - len(kept)))
        self._values(rows)
        for breakdown, rest in cut:
            self._line(self._say("more_parts", rest, breakdown=breakdown), "dim")

    def _within(self) -> None:
        within = self._told.within
        if not within:
            return
        self._title(self._say("within", len(within)))
        self._values(
            (
                (
                    f"{self._told.territory_names[one.territory_code].name(self._lang)} ({one.territory_code})",
                    one,
                    two_decimals(one.value, self._lang),
                )
                for one in within[:ROWS_SHOWN]
            ),
            coverage=True,
        )
        self._more(len(within) - ROWS_SHOWN)

    def _behind(self) -> None:
        counts = self._told.counts
        if not counts:
            return
        self._title(self._say("behind"))
        words = ("expected", "on_time", "late", "confirmed_empty", "rejected", "not_received", "not_due", "waived")
        used = [word for word in words if word == "expected" or any(getattr(one, word) for one in counts)]
        self._table(
            [("dataset", "left"), *((f"slices_{word}", "right") for word in used)],
            ([self._dataset(one), *(count_text(getattr(one, word), self._lang) for word in used)] for one in counts),
        )

    def _dataset(self, one: DatasetCount) -> str:
        return one.dataset if one.role == "numerator" else self._say("of_denominator", dataset=one.dataset)

    def _missing(self) -> None:
        missing = self._told.missing
        if not missing:
            return
        self._title(self._say("missing", len(missing)))
        self._table(
            [("provider", "whole"), ("name", "short"), ("dataset", "left"), ("period", "whole"), ("due", "whole"),
             ("state", "left")],
            (
                [
                    one.provider_code,
                    one.provider_name or "",
                    one.dataset,
                    one.period,
                    one.due_on.isoformat(),
                    self._state(one),
                ]
                for one in missing[:ROWS_SHOWN]
            ),
        )  # fmt: skip
        self._more(len(missing) - ROWS_SHOWN)

    def _state(self, one: Slice) -> str:
        state = self._say(f"state_{one.status}")
        if one.refused_id is None:
            return state
        return self._say("refused", state=state, delivery=one.refused_id, reason=one.reason_code)

    def _deliveries(self) -> None:
        speaking = [one for one in self._told.slices if one.delivery_id is not None and one.is_accepted]
        if speaking:
            self._title(self._say("deliveries", len(speaking)))
            self._table(
                [("delivery", "right"), *self._of_delivery()],
                ([str(one.delivery_id), *self._delivery(one)] for one in self._latest_first(speaking)[:ROWS_SHOWN]),
            )
            self._more(len(speaking) - ROWS_SHOWN)
        waiting = sum(one.waiting for one in self._told.slices)
        if waiting:
            self._line(self._say("waiting", waiting))

    @staticmethod
    def _latest_first(slices: list[Slice]) -> list[Slice]:
        return sorted(slices, key=lambda one: (one.role == "denominator", -(one.delivery_id or 0)))

    def _of_delivery(self) -> list[tuple[str, Column]]:
        """Columns; the file's name holds the provider's code, so the provider goes first where there is no room."""
        columns: list[tuple[str, Column]] = [("file", "whole"), ("verdict", "whole"), ("received", "whole")]
        return [*columns, ("provider_name", "short")] if self._is_wide else columns

    def _delivery(self, one: Slice | Change) -> list[str]:
        file = one.file_name or self._say("by_command", dataset=one.dataset, period=one.period)
        cells = [file, self._say(f"verdict_{one.verdict}"), self._moment(one.received_at)]
        return [*cells, one.provider_name or one.provider_code] if self._is_wide else cells

    def _moment(self, instant: datetime | None) -> str:
        return "" if instant is None else f"{instant.astimezone(VILNIUS):%Y-%m-%d %H:%M}"

    def _published(self) -> None:
        told = self._told
        self._title(self._say("published"))
        if not told.history:
            assert told.first_release is not None
            key = "never" if told.first_release > told.clock_date else "never_yet"
            self._line(self._say(key, date=told.first_release))
            return
        said = told.published
        if said is None:
            last = told.history[-1]
            self._line(self._say("ended", date=self._moment(last.known_to), number=self._said(last)))
        else:
            kind = self._say(f"release_{said.kind}")
            self._line(
                self._say(
                    "said",
                    date=self._moment(said.known_from),
                    release=said.release_id,
                    kind=kind,
                    number=self._said(said),
                )
            )
            if said.definition_version != told.value.definition_version:
                self._line(self._say("other_version", version=said.definition_version))
            self._line(self._difference(said) if told.is_changed else self._say("unchanged"))
        if told.is_changed:
            self._line(self._say("next_revision", date=told.next_revision))
        for former in [one for one in reversed(told.history) if one is not said][:ROWS_SHOWN]:
            self._line(
                self._say(
                    "formerly",
                    since=self._moment(former.known_from),
                    to=self._moment(former.known_to),
                    number=self._said(former),
                ),
                "dim",
            )
        self._changes()

    def _said(self, said: Saying) -> str:
        value = two_decimals(said.value, self._lang) if said.unit != "count" else count_text(said.numerator, self._lang)
        return self._say(
            "number",
            value=value,
            numerator=count_text(said.numerator, self._lang),
            denominator=count_text(said.denominator, self._lang),
            coverage=self._percent(said.coverage_pct),
            status=said.obs_status,
        )

    def _difference(self, said: Saying) -> str:
        now = self._told.value
        told = []
        for word in ("value", "numerator", "denominator", "coverage_pct"):
            before, after = getattr(said, word), getattr(now, word)
            if before is None or after is None:
                if before is not after:
                    told.append(
                        self._say(
                            f"turned_{word}",
                            before=two_decimals(before, self._lang),
                            after=two_decimals(after, self._lang),
                        )
                    )
            elif before != after:
                size = (two_decimals if word in ("value", "coverage_pct") else count_text)(after - before, self._lang)
                told.append(self._say(f"differs_{word}", by=signed(after - before, size)))
        if said.obs_status != now.obs_status:
            told.append(self._say("differs_status", before=said.obs_status, after=now.obs_status))
        return self._say("changed", what=", ".join(told))

    def _changes(self) -> None:
        told = self._told
        again = [one for one in told.changes if one.what == "judged_again"]
        listed = [one for one in told.changes if one.what != "judged_again"]
        if listed:
            self._title(self._say("changes", len(listed)))
            self._table(
                [("what_changed", "whole"), ("delivery", "right"), ("instead", "right"), *self._of_delivery()],
                (
                    [
                        self._say(f"change_{one.what}"),
                        str(one.delivery_now or NO_NUMBER),
                        str(one.delivery_then or NO_NUMBER),
                        *self._delivery(one),
                    ]
                    for one in listed[:ROWS_SHOWN]
                ),
            )  # fmt: skip
            self._more(len(listed) - ROWS_SHOWN)
        elif told.is_changed and told.published is not None:
            self._line(self._say("no_changes"))
        if again:
            self._line(self._say("judged_again", len(again)))
        if told.changed_elsewhere:
            self._line(self._say("elsewhere", told.changed_elsewhere))
