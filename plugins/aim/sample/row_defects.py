"""Defects in rows: each kind, where it can be planted, and how. What follows from it aim.sample.expected says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.contracts.models import DatasetContract, DateRole, FieldContract, FieldType
from aim.contracts.reference import Reference
from aim.sample.forms import Form
from aim.sample.personal_codes import with_check_digit

NO_SUCH_CASE = "NERASTAS-1"


@dataclass
class Ground:
    """A slice that a planter may change: its typed rows, and what is known beside them.

    cells: field -> row (from 0) -> what is written there instead; surplus: rows with a cell too many; used: rows that
    bear a defect already. earlier: how many slices the provider has sent before, former: what it said in the last.
    """

    contract: DatasetContract
    period: Period
    reference: Reference
    form: Form
    rows: pl.DataFrame
    own_municipality: str | None
    earlier: int
    former: pl.DataFrame | None
    cells: dict[str, dict[int, str]] = field(default_factory=dict)
    surplus: set[int] = field(default_factory=set)
    used: set[int] = field(default_factory=set)

    def put(self, name: str, values: Mapping[int, object]) -> None:
        """Other values in the field's cells of these rows."""
        column = self.rows[name]
        changed = column.to_list()
        for row, value in values.items():
            changed[row] = value
        self.rows = self.rows.with_columns(pl.Series(name, changed, dtype=column.dtype))

    def write(self, name: str, texts: Mapping[int, str]) -> None:
        """Words in the field's cells of these rows that nobody can read."""
        self.put(name, dict.fromkeys(texts))
        self.cells.setdefault(name, {}).update(texts)

    def where(self, condition: pl.Expr) -> list[int]:
        """The rows not used yet for which it is true; none where a column is not told at all."""
        if not set(condition.meta.root_names()) <= set(self.rows.columns):
            return []
        found = self.rows.select(condition.fill_null(False).alias("found"))["found"].arg_true().to_list()
        return [row for row in found if row not in self.used]

    def append(self, rows: pl.DataFrame) -> list[int]:
        """More rows at the end; where they stand."""
        size = len(self.rows)
        self.rows = pl.concat([self.rows, rows.select(self.rows.columns)], how="vertical_relaxed")
        return list(range(size, len(self.rows)))


@dataclass(frozen=True)
class Planted:
    """The rows at fault (from 0), and the field they are at fault in, if it is one."""

    rows: Sequence[int]
    field: str | None = None


Planter = Callable[[np.random.Generator, Ground], Planted | None]


@dataclass(frozen=True)
class Defect:
    """One kind. rule: whose finding it is bound to be ("" where a duplicate or a rejection is what follows).

    stays: in a table that is sent again without its defects, this one is still there.
    """

    kind: str
    rule: str
    plant: Planter
    least_rows: int = 12
    stays: bool = False


def few(rng: np.random.Generator, ground: Ground, rows: Sequence[int], most: int = 3) -> list[int]:
    """One to three of `rows`, far fewer than would reject the delivery."""
    count = min(int(rng.integers(1, most + 1)), max(1, len(ground.rows) // 24), len(rows))
    return sorted(int(row) for row in rng.choice(rows, count, replace=False)) if rows else []


def filled(name: str) -> pl.Expr:
    """Whether the field's cell is filled."""
    return pl.col(name).is_not_null()


def _ordinary_code() -> pl.Expr:
    return pl.col("asmens_kodas").is_not_null() & ~pl.col("asmens_kodas").str.starts_with("9")


def _pick(rng: np.random.Generator, fields: Sequence[FieldContract]) -> FieldContract | None:
    return fields[int(rng.integers(len(fields)))] if fields else None


def in_cells(rng: np.random.Generator, ground: Ground, name: str, condition: pl.Expr, value: object) -> Planted | None:
    """`value` in the field's cells of one to three rows where the condition holds."""
    rows = few(rng, ground, ground.where(condition))
    if not rows:
        return None
    ground.put(name, dict.fromkeys(rows, value))
    return Planted(rows, name)


def _of_type(ground: Ground, *types: FieldType) -> list[FieldContract]:
    return [one for one in ground.contract.fields if one.type in types and one.name in ground.rows.columns]


def wrong_check_digit(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """Another last digit of the personal code."""
    if "asmens_kodas" not in ground.rows.columns:
        return None
    rows = few(rng, ground, ground.where(_ordinary_code()))
    codes = ground.rows["asmens_kodas"]
    ground.put("asmens_kodas", {row: _other_digit(codes[row]) for row in rows})
    return Planted(rows, "asmens_kodas") if rows else None


def _other_digit(code: str) -> str:
    return f"{code[:-1]}{(int(code[-1]) + 1) % 10}"


def too_many_wrong(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """Wrong check digits in a third of the rows: the delivery is refused. Not of a national file, that all miss."""
    if "asmens_kodas" not in ground.rows.columns or ground.own_municipality is None:
        return None
    able = ground.where(_ordinary_code())
    rows = able[:: max(1, len(able) * 3 // max(len(ground.rows), 1))][: len(ground.rows) // 3 + 1]
    if len(rows) * 4 < len(ground.rows):
        return None
    codes = ground.rows["asmens_kodas"]
    ground.put("asmens_kodas", {row: _other_digit(codes[row]) for row in rows})
    return Planted(rows, "asmens_kodas")


def grown_up(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """The code of somebody born in 1980."""
    if "asmens_kodas" not in ground.rows.columns:
        return None
    rows = few(rng, ground, ground.where(_ordinary_code()), most=2)
    stems = np.array(
        [3 * 10**9 + 800_101_000 + int(rng.integers(28)) * 1000 + 980 + row % 20 for row in rows], np.int64
    )
    codes = with_check_digit(stems).tolist() if rows else []
    ground.put("asmens_kodas", {row: str(code) for row, code in zip(rows, codes, strict=True)})
    return Planted(rows, "asmens_kodas") if rows else None


def missing_required(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """Nothing in a required cell, of a field that is no key."""
    fields = [
        one
        for one in ground.contract.fields
        if one.required and not one.key and one.type is not FieldType.PERSONAL_CODE and one.name in ground.rows.columns
    ]
    chosen = _pick(rng, fields)
    return in_cells(rng, ground, chosen.name, filled(chosen.name), None) if chosen else None


def impossible_date(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """30 February."""
    chosen = _pick(rng, _of_type(ground, FieldType.DATE))
    rows = few(rng, ground, ground.where(filled(chosen.name))) if chosen else []
    if chosen is None or not rows:
        return None
    ground.write(chosen.name, dict.fromkeys(rows, ground.form.date_text("2018-02-30")))
    return Planted(rows, chosen.name)


def no_number(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """A word where a number belongs."""
    chosen = _pick(rng, [one for one in _of_type(ground, FieldType.INT, FieldType.DECIMAL) if not one.key])
    rows = few(rng, ground, ground.where(filled(chosen.name))) if chosen else []
    if chosen is None or not rows:
        return None
    ground.write(chosen.name, dict.fromkeys(rows, "apie 3"))
    return Planted(rows, chosen.name)


def damaged_number(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """What a spreadsheet makes of a long number: 9,4E+08."""
    fields = [
        one for one in _of_type(ground, FieldType.TEXT, FieldType.LEGAL_CODE) if one.name.endswith(("_nr", "_kodas"))
    ]
    chosen = _pick(rng, fields)
    rows = few(rng, ground, ground.where(filled(chosen.name))) if chosen else []
    if chosen is None or not rows:
        return None
    ground.write(chosen.name, dict.fromkeys(rows, "9,4E+08"))
    return Planted(rows, chosen.name)


def code_not_in_list(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """A code nobody has agreed on."""
    chosen = _pick(rng, _of_type(ground, FieldType.CODE))
    return in_cells(rng, ground, chosen.name, filled(chosen.name), "KAIMYNAS") if chosen else None


def strange_municipality(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """A municipality code that there is not."""
    chosen = _pick(rng, _of_type(ground, FieldType.MUNICIPALITY))
    return in_cells(rng, ground, chosen.name, filled(chosen.name), "99") if chosen else None


def other_municipality(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """A municipality that is not the provider's own."""
    chosen = _pick(rng, _of_type(ground, FieldType.MUNICIPALITY))
    if chosen is None or ground.own_municipality is None:
        return None
    others = [code for code in ground.reference.municipalities if code != ground.own_municipality]
    return in_cells(rng, ground, chosen.name, filled(chosen.name), others[int(rng.integers(len(others)))])


def date_after_period(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """A start or event later than the period."""
    fields = [one for one in _of_type(ground, FieldType.DATE) if one.date_role in (DateRole.START, DateRole.EVENT)]
    chosen = _pick(rng, fields)
    later = ground.period.end + timedelta(days=int(rng.integers(1, 9)))
    return in_cells(rng, ground, chosen.name, filled(chosen.name), later) if chosen else None


def date_before_1990(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """A date older than any record."""
    chosen = _pick(rng, _of_type(ground, FieldType.DATE))
    return in_cells(rng, ground, chosen.name, filled(chosen.name), date(1989, 11, 5)) if chosen else None


def end_before_start(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """An end a month before its beginning."""
    chosen = _pick(rng, [one for one in _of_type(ground, FieldType.DATE) if one.not_before])
    if chosen is None or chosen.not_before is None:
        return None
    starts = ground.rows[chosen.not_before]
    rows = few(rng, ground, ground.where(filled(chosen.not_before)))
    ground.put(chosen.name, {row: starts[row] - timedelta(days=30) for row in rows})
    if "uzdarymo_priezastis" in ground.rows.columns:
        ground.put("uzdarymo_priezastis", dict.fromkeys(rows, "KITA"))
    return Planted(rows, chosen.name) if rows else None


def out_of_range(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """A number below the least."""
    fields = [one for one in _of_type(ground, FieldType.INT) if one.minimum is not None and not one.key]
    chosen = _pick(rng, fields)
    return in_cells(rng, ground, chosen.name, filled(chosen.name), -2) if chosen else None


def too_long(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """A text longer than the field."""
    fields = [one for one in _of_type(ground, FieldType.TEXT) if one.length is not None]
    chosen = _pick(rng, fields)
    if chosen is None or chosen.length is None:
        return None
    return in_cells(rng, ground, chosen.name, filled(chosen.name), "Ž" * (chosen.length + 1))


def surplus_cell(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """A cell beyond the last column."""
    rows = [] if ground.form.is_workbook else few(rng, ground, ground.where(pl.int_range(pl.len()) >= 0))
    ground.surplus |= set(rows)
    return Planted(rows) if rows else None


def repeated_row(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """A row twice, cell by cell."""
    again = few(rng, ground, _whole(ground))
    ground.used |= set(again)
    return Planted(ground.append(ground.rows[again])) if again else None


def _whole(ground: Ground) -> list[int]:
    every = pl.all_horizontal(*(filled(one.name) for one in ground.contract.fields if one.key))
    return ground.where(every)


def repeated_key(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """A key twice, with other content."""
    again = few(rng, ground, _whole(ground), most=2)
    fields = [one for one in _of_type(ground, FieldType.CODE, FieldType.INT, FieldType.DATE) if not one.key]
    chosen = _pick(rng, fields)
    if not again or chosen is None:
        return None
    rows = ground.rows[again]
    cell = pl.col(chosen.name)
    if chosen.type is FieldType.CODE:
        codes = ground.reference.code_lists[str(chosen.code_list)]
        other = pl.when(cell == codes[0]).then(pl.lit(codes[1])).otherwise(pl.lit(codes[0]))
    elif chosen.type is FieldType.INT:
        other = pl.when(cell.is_null()).then(1).otherwise(cell + 1)
    else:
        other = pl.when(cell.is_null()).then(pl.lit(ground.period.start)).otherwise(cell - pl.duration(days=1))
    places = ground.append(rows.with_columns(other.alias(chosen.name)))
    return Planted([*again, *places], ",".join(one.name for one in ground.contract.fields if one.key))


def lost_rows(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """Two rows of three are left out: a number of rows out of line with the provider's history."""
    if ground.earlier < 9 or ground.used or len(ground.rows) < 40:
        return None
    ground.rows = ground.rows.gather_every(3)
    return Planted([])


def shifted_share(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """One code in every row."""
    fields = [one for one in _of_type(ground, FieldType.CODE) if one.required and not one.key]
    chosen = _pick(rng, fields)
    if chosen is None or ground.earlier < 1 or ground.used or len(ground.rows) < 40:
        return None
    codes = ground.reference.code_lists[str(chosen.code_list)]
    ground.rows = ground.rows.with_columns(pl.lit(codes[-1]).alias(chosen.name))
    return Planted([], chosen.name)


_COMMON = (
    Defect("wrong_check_digit", "VIS-005", wrong_check_digit),
    Defect("too_many_wrong", "", too_many_wrong, 6),
    Defect("grown_up", "VIS-006", grown_up),
    Defect("missing_required", "VIS-001", missing_required),
    Defect("impossible_date", "VIS-002", impossible_date),
    Defect("no_number", "VIS-002", no_number),
    Defect("damaged_number", "VIS-002", damaged_number),
    Defect("code_not_in_list", "VIS-003", code_not_in_list),
    Defect("strange_municipality", "VIS-007", strange_municipality),
    Defect("other_municipality", "VIS-008", other_municipality),
    Defect("date_after_period", "VIS-009", date_after_period),
    Defect("date_before_1990", "VIS-010", date_before_1990),
    Defect("end_before_start", "VIS-011", end_before_start),
    Defect("out_of_range", "VIS-012", out_of_range),
    Defect("too_long", "VIS-013", too_long),
    Defect("surplus_cell", "VIS-014", surplus_cell),
    Defect("repeated_key", "VIS-004", repeated_key, 24),
    Defect("repeated_row", "", repeated_row),
    Defect("lost_rows", "VIS-015", lost_rows, 40),
    Defect("shifted_share", "VIS-016", shifted_share, 40),
)
_NATIONAL = (
    "neigalumas",
    "nelankantys",
    "nesimokantys",
    "nepilnameciu_veikos",
    "priklausomybes",
    "gyventojai",
    "mokiniai",
)
_TABLES = ("gyventojai", "mokiniai")
# Rows lost there leave open cases and episodes behind, which have a defect of their own.
_CONTINUOUS = ("atvejai", "globa")
# A cell lost from a whole table is not its defect but the file's.
_NOT_OF_TABLES = ("too_many_wrong", "repeated_key", "lost_rows", "shifted_share", "strange_municipality", "too_long")


def common_defects(dataset: str) -> list[Defect]:
    """The kinds that many datasets can have, as far as they can be planted in rows of this one."""
    return [
        one
        for one in _COMMON
        if not (dataset in _CONTINUOUS and one.kind == "lost_rows")
        and not (dataset in _NATIONAL and one.kind in ("too_many_wrong", "lost_rows", "shifted_share"))
        and not (dataset in _TABLES and one.kind in _NOT_OF_TABLES)
    ]
