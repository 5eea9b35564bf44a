"""Rows as read: what every reader hands on, before any cell is understood.

One row per row of the provider's file: `row_number` (line or sheet row), `cell_0` .. `cell_n` (text or null) by
column of the file, `_extra` (true where the row has more filled cells than the header).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

ROW_NUMBER = "row_number"
EXTRA = "_extra"


def column_names(width: int) -> list[str]:
    """The names of `width` cells in order."""
    return [f"cell_{column}" for column in range(width)]


def raw_rows(rows: Sequence[tuple[int, Sequence[str | None]]], width: int) -> pl.DataFrame:
    """(row number, cells) as a frame; missing cells are null, cells past `width` set `_extra` where filled."""
    return pl.DataFrame(
        {
            ROW_NUMBER: [number for number, _ in rows],
            **{
                name: [cells[column] if column < len(cells) else None for _, cells in rows]
                for column, name in enumerate(column_names(width))
            },
            EXTRA: [any(cell and cell.strip() for cell in cells[width:]) for _, cells in rows],
        },
        schema={ROW_NUMBER: pl.UInt32, **dict.fromkeys(column_names(width), pl.String), EXTRA: pl.Boolean},
    )
