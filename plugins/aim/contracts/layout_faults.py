"""What is wrong with the declared layouts: names, days, fields, codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from aim.contracts.layouts import FieldDiff, LayoutDiff
from aim.contracts.load import Contracts
from aim.contracts.models import FieldContract
from aim.contracts.reference import Reference

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9][a-z0-9_]*")
_CODE = re.compile(r"[^\W_][\w ,.–-]{0,39}")
_ELEVEN_DIGITS = re.compile(r"\d{11}")

Fault = tuple[str, str]
"""Where it stands, and what it is in one sentence."""


def layout_faults(contracts: Contracts, reference: Reference) -> Iterator[Fault]:
    """Every fault of the layouts, each by itself and two beside one another."""
    for name, diff in contracts.layouts.items():
        for what in _faults(name, diff, contracts, reference):
            yield f"datasets/{name}.diff.yml", what
    for (name, diff), (other_name, other) in combinations(contracts.layouts.items(), 2):
        if diff.dataset == other.dataset and diff.begins == other.begins:
            for field in sorted(diff.fields.keys() & other.fields.keys()):
                yield (
                    f"datasets/{other_name}.diff.yml",
                    f"begins with the same day as {name}.diff.yml and speaks of {field} too: which one counts is open.",
                )


def _faults(name: str, diff: LayoutDiff, contracts: Contracts, reference: Reference) -> Iterator[str]:
    if _NAME.fullmatch(name) is None or name.partition(".")[0] != diff.dataset:
        yield f"declares a layout of {diff.dataset}: name the file {diff.dataset}.<what changed>.diff.yml."
    if diff.valid_to is not None and diff.valid_to < diff.begins:
        yield "is valid to a day before it is valid from."
    contract = contracts.datasets.get(diff.dataset)
    if contract is None:
        yield f"{diff.dataset} is no dataset."
        return
    fields = {field.name: field for field in contract.fields}
    for field_name, change in diff.fields.items():
        if field_name in fields:
            yield from _faults_of_field(fields[field_name], change, reference)
        else:
            yield f"speaks of {field_name}, which is no field of {diff.dataset}."


def _faults_of_field(field: FieldContract, change: FieldDiff, reference: Reference) -> Iterator[str]:
    if change.absent and field.key:
        yield f"{field.name} is part of the key and cannot be absent."
    ours = reference.code_lists.get(field.code_list or "", ())
    for theirs, code in change.codes.items():
        if _CODE.fullmatch(theirs) is None or _ELEVEN_DIGITS.search(theirs):
            yield f"{field.name}: a code like '{theirs}' cannot be read."
        if code not in ours:
            yield f"{field.name}: {theirs} stands for {code}, which is no code of {field.code_list}."
    folded = [theirs.casefold() for theirs in change.codes]
    for twice in sorted({theirs for theirs in folded if folded.count(theirs) > 1}):
        yield f"{field.name}: the code {twice} stands there twice, in different letters."
