"""How providers, datasets, slices and days are called in one language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Protocol

from babel.dates import format_date

from aim.clock import VILNIUS
from aim.contracts.load import Contracts
from aim.contracts.models import Text
from aim.contracts.reference import Reference
from aim.contracts.registry import Provider
from aim.language import say

KINDS_SHORT = ("spc", "tbk", "ppt", "vtas", "savivaldybe")
"""Kinds of which a municipality has one: its name and the kind's short one say who is meant."""
_MONTH = {"lt": "y 'm'. LLLL", "en": "LLLL y"}


class NamesSlice(Protocol):
    """What names a slice by dataset and period."""

    @property
    def dataset(self) -> str | None:
        """The dataset; None where the file's name did not say."""
        ...

    @property
    def period(self) -> str | None:
        """The period; None where the file's name did not say."""
        ...


@dataclass(frozen=True)
class Speech:
    """Sentences of the catalogue's area `report`, and names, in one language."""

    lang: str
    contracts: Contracts
    reference: Reference

    def say(self, key: str, /, n: int | None = None, **values: object) -> str:
        """The sentence `report.<key>`."""
        return say(f"report.{key}", self.lang, n, **values)

    def text(self, words: Text) -> str:
        """Words declared in both languages."""
        return words.lt if self.lang == "lt" else words.en

    def weekday(self, day: date) -> str:
        """Monday, pirmadienis."""
        return format_date(day, "EEEE", self.lang)

    def month(self, first: date) -> str:
        """December 2018, 2018 m. gruodis."""
        return format_date(first, _MONTH[self.lang], self.lang)

    def day(self, day: date) -> str:
        """A day with its weekday."""
        return self.say("day", date=day, weekday=self.weekday(day))

    def title(self, dataset: str) -> str:
        """A dataset's title; its name where there is no such dataset."""
        contract = self.contracts.datasets.get(dataset)
        return dataset if contract is None else self.text(contract.title)

    def slice(self, one: NamesSlice) -> str:
        """A slice by title and period."""
        if one.dataset is None or one.period is None:
            return self.say("slice_unknown")
        return self.say("slice", title=self.title(one.dataset), period=one.period)

    def municipality(self, code: str) -> str:
        """A municipality's name, `Alytaus r.`."""
        return self.reference.municipality_names[code].removesuffix(" sav.")

    def short_name(self, provider: Provider) -> str:
        """How a provider is called in a subject: `Alytaus r. SPC`; the full name where that would not say who it is."""
        if provider.kind not in KINDS_SHORT or provider.municipality_code is None:
            return provider.name
        return self.say(f"short_name_{provider.kind}", place=self.municipality(provider.municipality_code))

    def indicator(self, code: str) -> str:
        """An indicator by code and name."""
        lt, en = self._indicator_names[code]
        return f"{code} {lt if self.lang == 'lt' else en}"

    @cached_property
    def _indicator_names(self) -> dict[str, tuple[str, str]]:
        columns, rows = self.reference.table("indicators")
        found = (dict(zip(columns, row, strict=True)) for row in rows)
        return {row["indicator_code"]: (row["name_lt"], row["name_en"]) for row in found}

    def indicators(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Indicators by code and name, in order of code, situation first."""
        known = list(self._indicator_names)
        return tuple(self.indicator(code) for code in sorted(set(codes), key=known.index))


def moment(instant: datetime) -> str:
    """A time of day in Vilnius: 2019-01-09 14:05."""
    return f"{instant.astimezone(VILNIUS):%Y-%m-%d %H:%M}"
