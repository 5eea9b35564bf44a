"""One original of the archive: which of its rows are the child's, and what it is without them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from aim.contracts.models import DatasetContract
from aim.erasure import text_rows, workbook_rows
from aim.erasure.faults import CannotEraseError
from aim.erasure.packed import TEXT, Unpacked, unpack
from aim.erasure.readings import Readings, Rows
from aim.erasure.sought import Sought
from aim.settings import Limits


@dataclass(frozen=True)
class Label:
    """What the ledger says the original is; contract None: nobody knows. cases: the child's, at this provider."""

    provider_code: str
    contract: DatasetContract | None
    cases: frozenset[str]

    @property
    def may_name_a_child(self) -> bool:
        """Not where its dataset is about no person."""
        return self.contract is None or self.contract.has_person or self.contract.territory == "case"


@dataclass(frozen=True)
class Erased:
    """What became of an original. content: what takes its place, None where it goes as a whole.

    rows: the child's rows in it, by number; taken: how many went, where the numbers are not known. is_same: nothing of
    the child was in it.
    """

    content: bytes | None
    rows: frozenset[int] = frozenset()
    taken: int = 0
    is_same: bool = False


def without_child(
    content: bytes, label: Label, sought: Sought, known: Collection[int], readings: Readings, limits: Limits
) -> Erased:
    """The original without the child. `known`: numbers of its rows that the warehouse knows to be the child's."""
    try:
        return _without_child(content, label, sought, frozenset(known), readings, limits)
    except CannotEraseError:
        if not known and not label.may_name_a_child:
            return Erased(content, is_same=True)
        # What cannot be searched cannot be promised to hold nothing of the child.
        return Erased(None, frozenset(known))


def _without_child(
    content: bytes, label: Label, sought: Sought, known: frozenset[int], readings: Readings, limits: Limits
) -> Erased:
    inside = unpack(content, limits)
    is_named = sought.written is not None and _is_named(inside, sought.written)
    is_by_number = sought.written is None and sought.provider_code == label.provider_code
    if not known and not is_named and not is_by_number and not _names_a_case(inside, label):
        return Erased(content, is_same=True)
    before = readings.read(inside, label.contract) if label.contract is not None else None
    if before is None or label.contract is None:
        return _unread(inside, label, sought, known)
    rows = known | readings.of_cases(before, label.cases)
    rows |= readings.of_child(before, label.contract, label.provider_code, sought)
    if not rows and not is_named:
        return Erased(content, is_same=True)
    after = _cut(inside, before, rows, sought.written)
    if not readings.says_the_same(before, after, label.contract, rows, sought.written):
        raise CannotEraseError
    if sought.written is not None and _is_named(after, sought.written):
        raise CannotEraseError
    return Erased(_packed(after, content, limits), rows, len(rows))


def _is_named(inside: Unpacked, written: re.Pattern[str]) -> bool:
    """Whether the code stands anywhere in it."""
    if inside.form != TEXT:
        return any(written.search(text) for text in workbook_rows.parts_of(inside.content))
    text = text_rows.decoded(inside.content)
    # UTF-16 without its mark has a zero byte beside each digit.
    return bool(written.search(text) or ("\x00" in text and written.search(text.replace("\x00", ""))))


def _names_a_case(inside: Unpacked, label: Label) -> bool:
    if not label.cases:
        return False
    texts = [text_rows.decoded(inside.content)] if inside.form == TEXT else workbook_rows.parts_of(inside.content)
    return any(case in text for text in texts for case in label.cases)


def _has_a_case(inside: Unpacked, label: Label) -> bool:
    """Whether a cell somewhere is the number of a case of the child's, and nothing else."""
    if not label.cases:
        return False
    if inside.form == TEXT:
        return not label.cases.isdisjoint(text_rows.cells_of(inside.content))
    return any(f">{case}<" in text for text in workbook_rows.parts_of(inside.content) for case in label.cases)


def _cut(inside: Unpacked, before: Rows, rows: Collection[int], written: re.Pattern[str] | None) -> Unpacked:
    if inside.form == TEXT:
        content = text_rows.without_rows(inside.content, rows, before.separator, before.first_row)
        if written is not None:
            content = text_rows.without_mentions(content, written)
    else:
        content, _ = workbook_rows.without_rows(inside.content, inside.form, before.sheet, rows, written)
    return Unpacked(content, inside.form, inside.pack)


def _unread(inside: Unpacked, label: Label, sought: Sought, known: Collection[int]) -> Erased:
    """A file without a header that is known, or of a dataset that is not: the rows that name the child go."""
    if known or sought.written is None or _has_a_case(inside, label):
        raise CannotEraseError
    if inside.form == TEXT:
        content, taken = text_rows.without_lines_of(inside.content, sought.written)
    else:
        content, taken = workbook_rows.without_rows(inside.content, inside.form, None, (), sought.written)
    after = Unpacked(content, inside.form, inside.pack)
    if _is_named(after, sought.written):
        raise CannotEraseError
    return Erased(inside.pack(content), frozenset(), taken, is_same=content == inside.content)


def _packed(after: Unpacked, former: bytes, limits: Limits) -> bytes:
    """Packed again; opened once more, for what cannot be opened is no original."""
    packed = after.pack(after.content)
    if unpack(packed, limits).content != after.content:
        raise CannotEraseError
    return packed
