"""What is told and what is hidden of the numbers that are attacked together: cells, and the values each of them had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

CELL = ("quantity", "cell_period", "territory_code", "cell_breakdown", "cell_value")
"""What tells one cell from another."""

_SEEN: dict[str, pl.DataType | type[pl.DataType]] = {
    "quantity": pl.String,
    "cell_period": pl.String,
    "territory_level": pl.String,
    "territory_code": pl.String,
    "cell_breakdown": pl.String,
    "cell_value": pl.String,
    "seen_at": pl.Datetime("us", "UTC"),
    "number": pl.Float64,
    "is_told": pl.Boolean,
    "worth": pl.Float64,
    "owner": pl.String,
    "step": pl.Float64,
    "is_signed": pl.Boolean,
    "is_small": pl.Boolean,
    "is_to_protect": pl.Boolean,
    "may_hide_zero": pl.Boolean,
}


def seen(rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """The rows of cells_together.sql as a frame: one per cell and moment; seen_at null: in the round at hand."""
    return pl.DataFrame(rows, schema=_SEEN, orient="row")


def values_of_cells(sightings: pl.DataFrame) -> pl.DataFrame:
    """One row per cell and value it had, in the order of time: what an attacker has to find out, or knows.

    A cell seen again with the same number is the same unknown: whoever knows that nothing was delivered in between
    knows that too. Columns: value_id (0, 1, ..), cell_id, the cell's key, territory_level, since and until (numbers
    of moments, half-open: between them this value stood), number, owner (the municipality that knows it), is_told,
    is_new (the plan had it in no round before: it was outside, where a special group is whose own indicator comes
    later), is_planned, worth, step, is_signed, is_small, is_to_protect, may_hide_zero.
    """
    moments = _moments(sightings)
    ordered = (
        sightings.join(moments, on="seen_at", how="left", nulls_equal=True)
        .sort(*CELL, "moment")
        .with_columns(cell_id=pl.struct(CELL).rle_id())
        .with_columns(value_id=pl.struct("cell_id", "number").rle_id())
    )
    values = ordered.group_by("value_id", maintain_order=True).agg(
        pl.col("cell_id", *CELL, "territory_level", "owner", "number", "step", "is_signed").first(),
        pl.col("moment").first().alias("since"),
        pl.col("is_told").any(),
        (pl.col("seen_at").is_null() | pl.col("worth").is_null()).all().alias("is_new"),
        pl.col("worth").max(),
        pl.col("is_small", "is_to_protect", "may_hide_zero").any(),
    )
    last = pl.col("since").shift(-1).over("cell_id")
    return values.with_columns(until=last.fill_null(moments.height + 1), is_planned=pl.col("worth").is_not_null())


def told_too(values: pl.DataFrame, cells: Sequence[tuple[str, ...]]) -> pl.DataFrame:
    """`values` (values_of_cells) where the value that stands now of each of `cells`, by the cell's key, is told."""
    told = pl.DataFrame(cells, schema=dict.fromkeys(CELL, pl.String), orient="row").with_columns(told_now=True)
    is_last = pl.col("since") == pl.col("since").max().over("cell_id")
    return (
        values.join(told, on=CELL, how="left", maintain_order="left")
        .with_columns(is_told=pl.col("is_told") | (is_last & pl.col("told_now").fill_null(value=False)))
        .drop("told_now")
    )


def _moments(sightings: pl.DataFrame) -> pl.DataFrame:
    """The moments at which something was seen, numbered; the round at hand (null) comes last."""
    known: list[datetime | None] = sightings["seen_at"].drop_nulls().unique().sort().to_list()
    if sightings["seen_at"].null_count():
        known.append(None)
    return pl.DataFrame(
        {"seen_at": known, "moment": range(len(known))}, schema={"seen_at": _SEEN["seen_at"], "moment": pl.Int32}
    )
