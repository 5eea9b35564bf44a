"""Layouts by year: how the files of some periods differ from their dataset's contract.

One file for each change, `datasets/<dataset>.<name>.diff.yml`. Which layout a file has follows from the period it is
of and never from the day it came. The staging table is that of the contract, whatever the layout.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Self

from pydantic import Field, model_validator

from aim.contracts.models import DatasetContract, FieldContract, Name, Strict

_ADDED_TO = ("aliases", "codes")
"""What a later diff adds to an earlier one; of all else it takes the place."""


class FieldDiff(Strict):
    """How a field is in those files; what is not said stays as it was.

    `absent`: the files have no such column; one of that name is not read. `aliases`: further headings it may have; a
    heading that was another field's is taken from it. `codes`: their code -> the one of our list.
    """

    absent: bool = False
    required: bool = False
    aliases: tuple[str, ...] = ()
    codes: dict[str, str] = Field(default_factory=dict)
    length: int | None = None
    minimum: int | None = None
    maximum: int | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("a field named in a layout differs in something")
        if self.absent and len(self.model_fields_set) > 1:
            raise ValueError("of a field that is absent nothing else can be said")
        return self


class LayoutDiff(Strict):
    """One change of layout: of the periods that begin from `valid_from` to `valid_to`, both inclusive."""

    dataset: Name
    valid_from: date | None = None
    valid_to: date | None = None
    fields: dict[Name, FieldDiff] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_dated(self) -> Self:
        if self.valid_from is None and self.valid_to is None:
            raise ValueError("a layout says from when or to when it is valid; what is always so stands in the contract")
        return self

    @property
    def begins(self) -> date:
        """The first day of a period it holds for; the first of all where it only says until when."""
        return self.valid_from or date.min

    def holds_on(self, period_start: date) -> bool:
        """Whether it holds for a period that begins on that day."""
        return self.begins <= period_start and (self.valid_to is None or period_start <= self.valid_to)


@dataclass(frozen=True)
class Layout:
    """What the files of periods look like that begin on `first` or later and before `end` (None: unbounded)."""

    first: date | None
    end: date | None
    contract: DatasetContract


def layout_of(contract: DatasetContract, diffs: Iterable[LayoutDiff], period_start: date) -> DatasetContract:
    """The contract as the files of a period have it, fields that they lack left out.

    Diffs apply one upon the other in order of `valid_from`. Raises pydantic.ValidationError where no contract is left.
    """
    said: dict[str, dict[str, Any]] = {}
    for diff in sorted((one for one in diffs if one.holds_on(period_start)), key=lambda one: one.begins):
        for name, change in diff.fields.items():
            said[name] = _upon(said.get(name, {}), change.model_dump(exclude_unset=True))
    if not said:
        return contract
    there = [field for field in contract.fields if not said.get(field.name, {}).get("absent")]
    names = {field.name for field in there}
    taken = {heading.casefold() for change in said.values() for heading in change.get("aliases", ())}
    fields = [_changed(field, said.get(field.name, {}), names, taken) for field in there]
    return DatasetContract.model_validate(contract.model_dump() | {"fields": fields})


def layouts_of(contract: DatasetContract, diffs: Collection[LayoutDiff]) -> tuple[Layout, ...]:
    """Every layout a dataset has had, oldest first, without a gap; one where nothing changed."""
    borders = {diff.valid_from for diff in diffs} | {
        diff.valid_to + timedelta(days=1) for diff in diffs if diff.valid_to is not None
    }
    edges = [None, *sorted(border for border in borders if border is not None), None]
    return tuple(Layout(first, end, layout_of(contract, diffs, first or date.min)) for first, end in pairwise(edges))


def _upon(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    # A diff that speaks of a field again gives it back, unless it takes it away itself.
    together = {name: value for name, value in earlier.items() if name != "absent"} | later
    for name in _ADDED_TO:
        if name in earlier and name in later:
            together[name] = earlier[name] | later[name] if name == "codes" else earlier[name] + later[name]
    return together


def _changed(field: FieldContract, said: dict[str, Any], names: set[str], taken: set[str]) -> dict[str, Any]:
    own = said.get("aliases", ())
    changed = field.model_dump() | said
    changed.pop("absent", None)
    changed["aliases"] = (*own, *(alias for alias in field.aliases if alias.casefold() not in taken))
    changed["codes"] = field.codes | said.get("codes", {})
    if field.not_before not in names:
        changed["not_before"] = None
    return changed
