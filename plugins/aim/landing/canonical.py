"""Rows as read become rows as stored: each cell understood by its contract, personal codes replaced by tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from aim.contracts.models import PERSON_COLUMNS, TEMPORARY_NUMBER, DatasetContract, FieldType
from aim.contracts.reference import Reference
from aim.landing.cells import BLANKS, PLAIN_TEXT, UNREADABLE, CellReader, cell_reader, trimmed
from aim.landing.identity import ChildKeys, tokens
from aim.landing.limits import REMEMBERED_CELLS, REMEMBERED_LETTERS
from aim.landing.number_cell import NUMBER_CELL
from aim.landing.raw_rows import EXTRA, ROW_NUMBER
from aim.settings import Limits

UNREADABLE_FIELDS = "_unreadable"
WHOLE_ROW = "*"
"""In `_unreadable`: the row has more cells than the header, so which cell is which is open."""


@dataclass
class _Column:
    """A field's reader and what it made of the cells met so far."""

    read: CellReader
    longest: int
    plain: str | None = None
    remembered: dict[str, str | None] = field(default_factory=dict)

    def canonical(self, cells: pl.Series) -> tuple[pl.Series, bool]:
        """Canonical text, null where missing, UNREADABLE where unreadable; and whether any is.

        Each different cell is read once, and not at all where it matches `plain`.
        """
        different = cells.unique().drop_nulls()
        if self.plain is not None:
            different = different.filter(~different.str.contains(self.plain))
        if len(self.remembered) > REMEMBERED_CELLS:
            self.remembered.clear()
        read = {cell: self._of(cell) for cell in different}
        changed = {cell: result for cell, result in read.items() if result != cell}
        if not changed:
            return cells, False
        return cells.replace(list(changed), list(changed.values())), UNREADABLE in changed.values()

    def _of(self, cell: str) -> str | None:
        try:
            return self.remembered[cell]
        except KeyError:
            text = trimmed(cell)
            result = None if text is None else self.read(text) if len(text) <= self.longest else UNREADABLE
            if len(cell) <= REMEMBERED_LETTERS:
                self.remembered[cell] = result
            return result


class Canonicaliser:
    """Understands the rows of one delivery. Give it batches in any number; it keeps no rows."""

    def __init__(
        self,
        contract: DatasetContract,
        reference: Reference,
        provider_code: str,
        children: ChildKeys,
        limits: Limits | None = None,
    ) -> None:
        """`reference`: the code lists. `provider_code`: whose temporary numbers they are. `limits`: the defaults."""
        longest = (limits or Limits()).cell_length
        self._contract = contract
        self._provider_code = provider_code
        self._children = children
        self._numbers = _Column(_as_text, longest)
        self._columns = {
            field.name: _Column(
                cell_reader(field, reference.code_lists.get(field.code_list or "", ())),
                longest,
                PLAIN_TEXT if field.type is FieldType.TEXT else None,
            )
            for field in contract.fields
            if field.type is not FieldType.PERSONAL_CODE
        }

    @property
    def columns(self) -> list[str]:
        """The columns of what `canonical` gives, in order: as staging names them."""
        return [ROW_NUMBER, *self._contract.staging_columns(), UNREADABLE_FIELDS]

    def canonical(self, raw: pl.DataFrame) -> pl.DataFrame:
        """One row per row of `raw` (see raw_rows, columns by field name), in order; none is dropped.

        Values are text as Postgres reads it, but row_number (uint32), gimimo_menuo (date), _temporary_code (bool);
        `_unreadable` is an array literal of field names.
        """
        made: dict[str, pl.Series] = {ROW_NUMBER: raw[ROW_NUMBER]}
        unreadable: dict[str, pl.Series] = {}
        for declared in self._contract.fields:
            if declared.type is FieldType.PERSONAL_CODE:
                people = self.people(raw)
                made |= {name: people[name] for name in PERSON_COLUMNS}
                unreadable[declared.name] = people["is_unreadable"]
            elif declared.name in raw.columns:
                cells, some_unreadable = self._columns[declared.name].canonical(raw[declared.name])
                if some_unreadable:
                    unreadable[declared.name] = (cells == UNREADABLE).fill_null(False)
                    cells = cells.set(unreadable[declared.name], None)
                made[declared.name] = cells
            else:
                made[declared.name] = pl.repeat(None, raw.height, dtype=pl.String, eager=True)
        unreadable[WHOLE_ROW] = raw[EXTRA]
        found = {name: rows for name, rows in unreadable.items() if rows.any()}
        return pl.DataFrame(made).with_columns(_array_literal(found).alias(UNREADABLE_FIELDS)).select(self.columns)

    def people(self, raw: pl.DataFrame) -> pl.DataFrame:
        """What the personal codes of a dataset that has them become, see `aim.landing.identity.tokens`; in order."""
        declared = next(field for field in self._contract.fields if field.type is FieldType.PERSONAL_CODE)
        numbers = None
        if TEMPORARY_NUMBER in raw.columns:
            numbers, some_unreadable = self._numbers.canonical(raw[TEMPORARY_NUMBER])
            if some_unreadable:
                numbers = numbers.set((numbers == UNREADABLE).fill_null(False), None)
        codes = raw[declared.name].str.strip_chars(BLANKS)
        missing = codes.is_in(["", "-", "–", ":"])
        return tokens(
            pl.select(pl.when(~missing).then(codes)).to_series(), numbers, self._provider_code, self._children
        )


def _as_text(cell: str) -> str:
    """A temporary number as its provider sees it, also from a spreadsheet's number cell."""
    return cell.removeprefix(NUMBER_CELL).removesuffix(".0") if cell.startswith(NUMBER_CELL) else cell


def _array_literal(found: dict[str, pl.Series]) -> pl.Expr:
    if not found:
        return pl.lit("{}")
    named = [pl.when(rows).then(pl.lit(name)) for name, rows in found.items()]
    names = pl.concat_str(named, separator=",", ignore_nulls=True)
    return pl.concat_str(pl.lit("{"), names, pl.lit("}"))
