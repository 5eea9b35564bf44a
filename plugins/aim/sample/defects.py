"""Which defects a sample holds: each kind, where it can be planted, and what it should come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle

import numpy as np
import polars as pl

from aim.sample.chance import stream
from aim.sample.forms import Form

CASES, ANSWERS = "atvejai", "vertinimai"
BOTH = (CASES, ANSWERS)

NO_SUCH_CASE = "NERASTAS-1"


@dataclass(frozen=True)
class Planted:
    """A slice's rows with a defect in some of them. indices: the rows at fault, from 0; quarantined and duplicate: how
    many rows the defect should take out, or show to be there twice.
    """

    words: pl.DataFrame
    indices: tuple[int, ...]
    field: str | None
    quarantined: int = 0
    duplicate: int = 0


@dataclass(frozen=True)
class Ground:
    """What a planter may work on: the rows in words, the form they are written in, and the rows it may spoil, those
    whose loss takes nothing else out.
    """

    dataset: str
    words: pl.DataFrame
    form: Form
    spare: tuple[int, ...]


Planter = Callable[[np.random.Generator, Ground], Planted]


@dataclass(frozen=True)
class Fault:
    """One kind of defect. verdict None: nothing comes. obligation: what becomes of the slice owed. refused_as: the
    reason code of the rejection where it is not the kind's own name.
    """

    kind: str
    datasets: tuple[str, ...]
    verdict: str | None
    obligation: str
    least_rows: int = 1
    plant: Planter | None = None
    refused_as: str | None = None

    @property
    def reason(self) -> str | None:
        """Why the delivery is rejected, if it is."""
        return (self.refused_as or self.kind) if self.verdict == "rejected" else None


def _few(rng: np.random.Generator, ground: Ground) -> list[int]:
    """One to three rows, far fewer than would reject the delivery."""
    count = min(int(rng.integers(1, 4)), max(1, len(ground.words) // 12), len(ground.spare))
    return sorted(int(row) for row in rng.choice(ground.spare, count, replace=False))


def _with_cells(words: pl.DataFrame, field: str, cells: Mapping[int, str]) -> pl.DataFrame:
    column = words[field].to_list()
    for row, text in cells.items():
        column[row] = text
    return words.with_columns(pl.Series(field, column, dtype=pl.String))


def _spoiled(ground: Ground, field: str, cells: Mapping[int, str]) -> Planted:
    return Planted(_with_cells(ground.words, field, cells), tuple(cells), field, quarantined=len(cells))


def _wrong_check_digit(rng: np.random.Generator, ground: Ground) -> Planted:
    codes = ground.words["asmens_kodas"]
    cells = {row: f"{codes[row][:-1]}{(int(codes[row][-1]) + 1) % 10}" for row in _few(rng, ground)}
    return _spoiled(ground, "asmens_kodas", cells)


def _impossible_date(rng: np.random.Generator, ground: Ground) -> Planted:
    field = "atidarymo_data"
    return _spoiled(ground, field, dict.fromkeys(_few(rng, ground), ground.form.date_text("2018-02-30")))


def _missing_required(rng: np.random.Generator, ground: Ground) -> Planted:
    field = "seimos_nr" if ground.dataset == CASES else "vertintojo_grupe"
    return _spoiled(ground, field, dict.fromkeys(_few(rng, ground), ""))


def _code_not_in_list(rng: np.random.Generator, ground: Ground) -> Planted:
    return _spoiled(ground, "vertintojo_grupe", dict.fromkeys(_few(rng, ground), "KAIMYNAS"))


def _unknown_case(rng: np.random.Generator, ground: Ground) -> Planted:
    chosen = ground.words["vertinimo_nr"][int(rng.choice(ground.spare))]
    rows = (ground.words["vertinimo_nr"] == chosen).arg_true().to_list()
    return _spoiled(ground, "atvejo_nr", dict.fromkeys(rows, NO_SUCH_CASE))


def _repeated_row(rng: np.random.Generator, ground: Ground) -> Planted:
    again = _few(rng, ground)
    size = len(ground.words)
    words = pl.concat([ground.words, ground.words[again]])
    return Planted(words, tuple(range(size, len(words))), None, duplicate=len(again))


def _repeated_key(rng: np.random.Generator, ground: Ground) -> Planted:
    again = _few(rng, ground)
    size = len(ground.words)
    if ground.dataset == CASES:
        key, other = "atvejo_nr", {"seimos_nr": pl.format("{}B", "seimos_nr")}
    else:
        level = pl.when(pl.col("lygis") == "2").then(pl.lit("3")).otherwise(pl.lit("2"))
        key, other = "klausimo_nr", {"lygis": level}
    words = pl.concat([ground.words, ground.words[again].with_columns(**other)])
    return Planted(words, (*again, *range(size, len(words))), key, quarantined=2 * len(again))


_FINDINGS = "accepted_with_findings"

FAULTS = (
    Fault("wrong_name", BOTH, "rejected", "not_received", refused_as="bad_name"),
    Fault("unknown_provider", BOTH, "rejected", "not_received"),
    Fault("too_early", BOTH, "rejected", "rejected"),
    Fault("unreadable_bytes", BOTH, "rejected", "rejected"),
    Fault("missing_column", BOTH, "rejected", "rejected"),
    Fault("header_only", BOTH, "rejected", "rejected"),
    Fault("mojibake", BOTH, "rejected", "rejected"),
    Fault("wrong_check_digit", (CASES,), _FINDINGS, "on_time", 12, _wrong_check_digit),
    Fault("impossible_date", (CASES,), _FINDINGS, "on_time", 12, _impossible_date),
    Fault("missing_required", BOTH, _FINDINGS, "on_time", 12, _missing_required),
    Fault("repeated_key", BOTH, _FINDINGS, "on_time", 24, _repeated_key),
    Fault("repeated_row", BOTH, _FINDINGS, "on_time", 12, _repeated_row),
    Fault("code_not_in_list", (ANSWERS,), _FINDINGS, "on_time", 28, _code_not_in_list),
    Fault("unknown_case", (ANSWERS,), _FINDINGS, "on_time", 28 * 8, _unknown_case),
    Fault("nil_return", (ANSWERS,), "accepted", "on_time"),
    Fault("late", BOTH, "accepted", "late"),
    Fault("missing", BOTH, None, "not_received"),
    Fault("sent_twice", BOTH, "accepted", "on_time"),
    Fault("replaced", BOTH, "accepted", "on_time", 28),
)
"""Every kind planted, and what it should come to; a sound file is `accepted` and `on_time`."""

SliceKey = tuple[str, str, str]
"""Provider code, dataset, period."""


def plan(seed: int, rate: float, rows: Mapping[SliceKey, int]) -> dict[SliceKey, Fault]:
    """Which slices bear which defect: a share `rate`, every kind in turn and at least once where it can be.

    rows: the slices of cases and assessments, and how many rows each has. A rate of 0 plants nothing.
    """
    if rate <= 0:
        return {}
    keys = sorted(rows)
    free = [keys[place] for place in stream(seed, "faults").permutation(len(keys))]
    wanted = min(max(round(rate * len(keys)), len(FAULTS)), len(keys))
    planned: dict[SliceKey, Fault] = {}
    # The kinds that need many rows choose first.
    in_turn = sorted(FAULTS, key=lambda fault: -fault.least_rows)
    idle = 0
    for fault in cycle(in_turn):
        if len(planned) == wanted or idle == len(in_turn):
            return planned
        fit = next((key for key in free if key[1] in fault.datasets and rows[key] >= fault.least_rows), None)
        idle = 0 if fit else idle + 1
        if fit:
            planned[fit] = fault
            free.remove(fit)
    return planned


SOUND = Fault("sound", BOTH, "accepted", "on_time")
"""A file as it should be."""

REQUIRED_COLUMN = {CASES: "atidarymo_data", ANSWERS: "lygis"}
"""The column that `missing_column` leaves out."""


def broken_form(kind: str, form: Form) -> Form:
    """The form a file must have for its defect to be seen: text for spoiled bytes, and words to spoil."""
    if kind == "unreadable_bytes":
        return replace(form, extension="csv", encoding="cp1257", separator=";", header="words", titled=True)
    if kind == "mojibake":
        return replace(form, extension="csv", encoding="utf-8", separator=";", header="words", titled=True)
    return form


def with_undefined_bytes(data: bytes) -> bytes:
    """`data` with bytes among its letters that neither UTF-8 nor Windows-1257 knows."""
    middle = len(data) // 2
    return data[:middle] + b"\x81\x90\xa1" + data[middle:]


def with_mojibake(data: bytes) -> bytes:
    """UTF-8 text as it reads when Windows-1257 was taken for Windows-1252 on its way: `duomenø`."""
    return data.decode("utf-8").encode("cp1257").decode("cp1252").encode("utf-8")


def sound_rows(dataset: str, words: pl.DataFrame, assessed: Sequence[bool]) -> tuple[int, ...]:
    """The rows of a slice that may be spoiled and take nothing else with them.

    Of cases: those with an ordinary code, and not `assessed` in the month, whose assessments would name a case that
    is not there. Of answers: all.
    """
    if dataset == ANSWERS:
        return tuple(range(len(words)))
    codes = words["asmens_kodas"].to_list()
    return tuple(row for row, code in enumerate(codes) if code and not code.startswith("9") and not assessed[row])
