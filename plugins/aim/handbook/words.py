"""Parts of a contract in plain words of one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

from aim.contracts.calendar import Period
from aim.contracts.models import (
    DatasetContract,
    DueAfterEnd,
    FieldContract,
    Grain,
    Obligation,
    ReadyDay,
    Text,
)
from aim.contracts.registry import Provider
from aim.handbook.due_days import DueDay
from aim.language import say

_DAY_OF_YEAR = {"lt": "MMMM d 'd'.", "en": "d MMMM"}
_LEAP_YEAR = 2000
"""A day of the year is written with no year: any that has all of them will do."""

_ALPHABET = {letter: place for place, letter in enumerate("aąbcčdeęėfghiįyjklmnopqrsštuųūvwxzž")}


def in_alphabet(text: str) -> tuple[int, ...]:
    """What to sort by for Lithuanian (and English) order."""
    return tuple(_ALPHABET.get(letter, -1) for letter in text.casefold())


@dataclass(frozen=True)
class Words:
    """The language of a page, and the area of the catalogue that its sentences stand in."""

    lang: str
    area: str = "handbook"

    def say(self, key: str, n: int | None = None, **values: object) -> str:
        """The area's sentence `key`."""
        return say(f"{self.area}.{key}", self.lang, n, **values)

    def text(self, text: Text) -> str:
        """What a declaration says in both languages."""
        return text.lt if self.lang == "lt" else text.en

    def grain(self, contract: DatasetContract) -> str:
        """What one row is, as a sentence."""
        return self.say("grain", grain=self.text(contract.grain).replace(" x ", " × "))

    def weekday(self, day: date) -> str:
        """`ketvirtadienis`, `Thursday`."""
        return format_date(day, "EEEE", self.lang)

    def day(self, day: date) -> str:
        """`2026-12-10 (ketvirtadienis)`."""
        return self.say("due_day", date=day, weekday=self.weekday(day))

    def month_short(self, month: int) -> str:
        """`saus.`, `Jan`."""
        return format_date(date(_LEAP_YEAR, month, 1), "LLL", self.lang)

    def _day_of_year(self, month: int, day: int) -> str:
        return format_date(date(_LEAP_YEAR, month, day), _DAY_OF_YEAR[self.lang], self.lang)

    def cadence(self, owed: Obligation, grain: Grain) -> str:
        """How often a dataset is delivered."""
        said = self.say(f"cadence_{grain}")
        if not owed.except_months:
            return said
        months = ", ".join(format_date(date(_LEAP_YEAR, month, 1), "LLLL", self.lang) for month in owed.except_months)
        return f"{said}; {self.say('except_months', months=months)}"

    def due(self, owed: Obligation, grain: Grain) -> str:
        """By when, seen from the period's end."""
        due = owed.due
        of_school = "school_" if grain is Grain.SCHOOL_YEAR else ""
        if not isinstance(due, DueAfterEnd):
            return self.say(f"due_in_{of_school}year", date=self._day_of_year(due.month, due.day))
        if grain in (Grain.YEAR, Grain.SCHOOL_YEAR):
            month = (Period.holding(date(_LEAP_YEAR, 1, 1), grain).end.month + due.months_after_end - 1) % 12 + 1
            return self.say(f"due_{of_school}year", date=self._day_of_year(month, due.day))
        if due.months_after_end > 1:
            return self.say("due_later", day=due.day, months=due.months_after_end)
        return self.say(f"due_{grain}", day=due.day)

    def bounds(self, owed: Obligation) -> str:
        """Of which periods only, if not of all."""
        parts = []
        if owed.valid_from is not None:
            parts.append(self.say("only_from", date=owed.valid_from))
        if owed.valid_to is not None:
            parts.append(self.say("only_to", date=owed.valid_to))
        return ", ".join(parts)

    def next_due(self, day: DueDay | None) -> str:
        """The next due day and the period it is for."""
        if day is None:
            return self.say("due_none")
        return self.say("due_day_for", date=day.due_on, weekday=self.weekday(day.due_on), period=day.period.text)

    def ready(self, contract: DatasetContract) -> str:
        """From when a slice may come."""
        ready: ReadyDay | None = contract.ready
        if ready is None:
            return self.say("fact_ready_after")
        key = "fact_ready_school_day" if contract.period is Grain.SCHOOL_YEAR else "fact_ready_day"
        return self.say(key, date=self._day_of_year(ready.month, ready.day))

    def layout_periods(self, first: date | None, end: date | None) -> str:
        """Of periods that begin on `first` or later and before `end`."""
        last = end - timedelta(days=1) if end is not None else None
        if first is None:
            return self.say("layout_to", last=last) if last is not None else self.say("layout_all")
        return (
            self.say("layout_between", first=first, last=last)
            if last is not None
            else self.say("layout_from", first=first)
        )

    def field_type(self, field: FieldContract, contract: DatasetContract) -> str:
        """What a cell of the field holds, with its bounds."""
        return ", ".join(self._type_parts(field, contract))

    def _type_parts(self, field: FieldContract, contract: DatasetContract) -> Iterator[str]:
        yield self.say(f"type_{field.type}")
        if field.minimum is not None and field.maximum is not None:
            yield self.say("range_between", minimum=field.minimum, maximum=field.maximum)
        elif field.minimum is not None:
            yield self.say("range_from", minimum=field.minimum)
        elif field.maximum is not None:
            yield self.say("range_to", maximum=field.maximum)
        if field.length is not None:
            yield self.say("length", field.length)
        if field.not_before is not None:
            yield self.say("not_before", title=self.text(contract.field(field.not_before).title))

    def provider(self, provider: Provider | None) -> str:
        """Whose code stands in an example."""
        return provider.name if provider is not None else "–"
