"""Which defects a sample holds, and in which files: the kinds of a whole file here, those of rows in row_defects."""

from __future__ import annotations

import gzip
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle, islice

from aim.contracts.models import Grain
from aim.sample.chance import stream
from aim.sample.forms import Form
from aim.sample.owed import Owed
from aim.sample.own_defects import OWN
from aim.sample.row_defects import Defect, common_defects

REFUSED_AS = {
    "wrong_name": "bad_name",
    "unknown_provider": "unknown_provider",
    "too_early": "too_early",
    "unreadable_bytes": "unreadable_bytes",
    "missing_column": "missing_column",
    "header_only": "header_only",
    "mojibake": "mojibake",
    "empty_file": "empty_file",
    "broken_archive": "broken_archive",
}
"""Kinds that are refused before a row is judged, and the reason code each is refused with."""

_OF_LOCAL = (*REFUSED_AS, "nil_return", "late", "missing", "sent_twice", "replaced")
_OF_NATIONAL = ("late", "sent_twice", "replaced")
_OF_YEARLY = ("late",)
_OF_TABLES = ("incomplete_table",)
_TABLES = ("gyventojai", "mokiniai")
_NEVER_NIL = ("atvejai", "globa")
_MOST_OF_ONE_FILE = 6
"""Of a national file many defects are planted at once: there are few such files."""
_LEAST_OF_EACH = 2
"""Of the kinds that any file can have, and of those any row can have, each dataset bears this many."""


@dataclass
class Plan:
    """Which slices are to bear what: of_file is fixed; kinds of rows are taken in turn by the spoiled, where they fit.

    taken: how often each kind has been planted.
    """

    of_file: dict[tuple[str, str, str], str] = field(default_factory=dict)
    spoiled: dict[tuple[str, str, str], int] = field(default_factory=dict)
    queues: dict[str, deque[Defect]] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)

    def kind_of(self, owed: Owed) -> str:
        """The defect of the file as a whole, "" for none."""
        return self.of_file.get(owed.key, "")


def plan(seed: int, rate: float, owed: Sequence[Owed]) -> Plan:
    """Choose which slices bear defects: a share `rate` of each dataset's, and enough for each of its own kinds.

    A rate of 0 plants nothing.
    """
    chosen = Plan()
    if rate <= 0:
        return chosen
    by_dataset: dict[str, list[Owed]] = {}
    for one in owed:
        by_dataset.setdefault(one.dataset, []).append(one)
    for turn, (dataset, slices) in enumerate(by_dataset.items()):
        rng = stream(seed, "faults", dataset)
        order = [slices[place] for place in rng.permutation(len(slices))]
        national = [one for one in order if one.provider.municipality_code is None]
        local = [one for one in order if one.provider.municipality_code is not None]
        own, common = OWN.get(dataset, ()), common_defects(dataset)
        # Each dataset begins elsewhere, so that together they have every kind even where each has few.
        whole = _kinds_of_file(dataset, slices)
        kinds = islice(cycle(whole), turn * _LEAST_OF_EACH % len(whole), None)
        wanted = min(max(round(rate * len(local)), len(own) + 2 * _LEAST_OF_EACH), len(local))
        for_files = (wanted - min(len(own), wanted) + 1) // 2
        for one in local[:for_files] or national[:1]:
            chosen.of_file[one.key] = next(kinds)
        for one in local[for_files:wanted]:
            chosen.spoiled[one.key] = 1
        files = -(-(len(own) + len(common)) // _MOST_OF_ONE_FILE)
        for one in national[: max(round(rate * len(national)), files)]:
            chosen.spoiled[one.key] = _MOST_OF_ONE_FILE
        rest = deque(common)
        rest.rotate(-turn * _LEAST_OF_EACH)
        chosen.queues[dataset] = deque([*sorted(own, key=lambda defect: -defect.least_rows), *rest])
    return chosen


def _kinds_of_file(dataset: str, slices: Sequence[Owed]) -> tuple[str, ...]:
    if dataset in _TABLES:
        return _OF_TABLES
    if slices[0].period.grain in (Grain.YEAR, Grain.SCHOOL_YEAR):
        return _OF_YEARLY
    if all(one.provider.municipality_code is None for one in slices):
        return _OF_NATIONAL
    return tuple(kind for kind in _OF_LOCAL if kind != "nil_return" or dataset not in _NEVER_NIL)


def broken_form(kind: str, form: Form) -> Form:
    """The form a file must have for its defect to be seen: text for spoiled bytes, and words to spoil."""
    if kind in ("unreadable_bytes", "mojibake"):
        encoding = "cp1257" if kind == "unreadable_bytes" else "utf-8"
        return replace(form, extension="csv", encoding=encoding, separator=";", header="words", titled=True)
    if kind == "broken_archive":
        return replace(form, extension="csv.gz")
    return form


def spoiled_bytes(kind: str, data: bytes) -> bytes:
    """The file's bytes with the defect of the kind, if it is one of bytes."""
    match kind:
        case "unreadable_bytes":
            # Among its letters such that neither UTF-8 nor Windows-1257 knows.
            middle = len(data) // 2
            return data[:middle] + b"\x81\x90\xa1" + data[middle:]
        case "mojibake":
            # UTF-8 text as it reads when Windows-1257 was taken for Windows-1252 on its way: `duomenø`.
            return data.decode("utf-8").encode("cp1257").decode("cp1252").encode("utf-8")
        case "empty_file":
            return b""
        case "broken_archive":
            whole = data if data[:2] == b"\x1f\x8b" else gzip.compress(data, mtime=0)
            return whole[: len(whole) // 2]
    return data
