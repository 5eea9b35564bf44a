"""How the numbers that are attacked together hang together: every sum and bound an attacker can set up.

Territories add up to their county and the nation, breakdown values to the total, periods of flows to the longer one,
and quantities to one another as the reference file `quantity_relations` says. Distinct counts are taken as if they
added up: what they miss by is taken as known, which leaves an attacker more than he has.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from aim.publish.cells import CELL


@dataclass(frozen=True)
class Geography:
    """county_of: columns territory_code, above (the county of a municipality, the nation of a county).
    parts_of_breakdown: columns cell_breakdown, cell_value (the whole), part_breakdown, part_value: domains of items.
    """

    above: pl.DataFrame
    parts_of_breakdown: pl.DataFrame


def identities(cells: pl.DataFrame, relations: pl.DataFrame, geography: Geography) -> pl.DataFrame:
    """One row per identity and cell in it: identity (number), kind, cell_id, coefficient, is_equal (else: at least 0).

    kind: what sort of sum it is, and of which quantity; a sort that fails somewhere may hold elsewhere by chance alone.
    cells: one row per cell, with cell_id, its key and territory_level. relations: the rows of quantity_relations.csv.
    An identity of which a cell is missing says nothing and is left out.
    """
    found = [
        _territories(cells, geography.above),
        _breakdowns(cells),
        _nested_breakdowns(cells, geography.parts_of_breakdown),
        _periods(cells),
        *(_related(cells, one) for one in relations.partition_by("relation", maintain_order=True)),
    ]
    numbered = []
    first = 0
    for frame in found:
        if frame.height == 0:
            continue
        frame = frame.with_columns(identity=pl.struct("key").rank("dense").cast(pl.Int64) - 1 + first)
        first += frame["identity"].n_unique()
        numbered.append(frame.select(*_IDENTITY))
    return pl.concat(numbered) if numbered else pl.DataFrame(schema=_IDENTITY)


_IDENTITY = {
    "identity": pl.Int64,
    "kind": pl.String,
    "cell_id": pl.UInt32,
    "coefficient": pl.Float64,
    "is_equal": pl.Boolean,
}


def _sum(
    sort: str, parts: pl.DataFrame, wholes: pl.DataFrame, on: list[str], part_count: int | None = None
) -> pl.DataFrame:
    """parts add up to wholes, matched on columns `on`, the quantity among them; both bear cell_id."""
    known = parts.join(wholes.select(on).unique(), on=on, how="semi")
    if part_count is not None:
        known = known.filter(pl.len().over(on) == part_count)
    whole = wholes.join(known.select(on).unique(), on=on, how="semi")
    return pl.concat(
        [
            cells.select(
                key=pl.struct(on),
                kind=pl.format("{} {}", pl.lit(sort), "quantity"),
                cell_id="cell_id",
                coefficient=pl.lit(coefficient),
                is_equal=pl.lit(True),
            )
            for cells, coefficient in ((known, 1.0), (whole, -1.0))
        ]
    )


def _territories(cells: pl.DataFrame, above: pl.DataFrame) -> pl.DataFrame:
    rest = [column for column in CELL if column != "territory_code"]
    parts = cells.join(above, on="territory_code").with_columns(place="above")
    wholes = cells.with_columns(place="territory_code")
    return _sum("places", parts, wholes, ["place", *rest])


def _breakdowns(cells: pl.DataFrame) -> pl.DataFrame:
    rest = ["quantity", "cell_period", "territory_code"]
    parts = cells.filter(pl.col("cell_breakdown") != "total").with_columns(by="cell_breakdown")
    totals = cells.filter(pl.col("cell_breakdown") == "total")
    wholes = totals.join(parts.select(*rest, "by").unique(), on=rest)
    return _sum("breakdown", parts, wholes, [*rest, "by"])


def _nested_breakdowns(cells: pl.DataFrame, parts_of_breakdown: pl.DataFrame) -> pl.DataFrame:
    rest = ["quantity", "cell_period", "territory_code"]
    parts = cells.join(
        parts_of_breakdown.rename({"cell_breakdown": "whole", "cell_value": "whole_value"}),
        left_on=["cell_breakdown", "cell_value"],
        right_on=["part_breakdown", "part_value"],
    )
    wholes = cells.with_columns(whole="cell_breakdown", whole_value="cell_value")
    return _sum("nested breakdown", parts, wholes, [*rest, "whole", "whole_value"])


def _periods(cells: pl.DataFrame) -> pl.DataFrame:
    rest = [column for column in CELL if column != "cell_period"]
    flows = cells.filter(~pl.col("cell_period").str.starts_with("at ")).with_columns(
        grain=pl.col("cell_period").str.split(" ").list.get(0),
        start=pl.col("cell_period").str.split(" ").list.get(1).str.to_date(),
    )
    found = []
    for grain, part, count, truncated in (
        ("quarter", "month", 3, pl.col("start").dt.truncate("1q")),
        ("year", "quarter", 4, pl.col("start").dt.truncate("1y")),
        ("year", "half_year", 2, pl.col("start").dt.truncate("1y")),
    ):
        parts = flows.filter(pl.col("grain") == part).with_columns(whole=truncated, parts=pl.lit(part))
        wholes = flows.filter(pl.col("grain") == grain).with_columns(whole="start", parts=pl.lit(part))
        found.append(_sum("periods", parts, wholes, ["whole", "parts", *rest], count))
    return pl.concat([frame.with_columns(pl.col("key").struct.json_encode()) for frame in found])


def _related(cells: pl.DataFrame, relation: pl.DataFrame) -> pl.DataFrame:
    place = ["cell_period", "territory_code"]
    terms = []
    for term in relation.iter_rows(named=True):
        of_quantity = cells.filter(pl.col("quantity") == term["quantity"])
        if term["taken_of"] == "total":
            of_quantity = of_quantity.filter(pl.col("cell_breakdown") == "total").drop("cell_breakdown", "cell_value")
            values = cells.filter(pl.col("cell_breakdown") == term["breakdown"])
            of_quantity = of_quantity.join(values.select(*place, "cell_breakdown", "cell_value").unique(), on=place)
        elif term["breakdown"] is not None:
            of_quantity = of_quantity.filter(pl.col("cell_breakdown") == term["breakdown"])
        terms.append(of_quantity.with_columns(coefficient=pl.lit(float(term["coefficient"]))))
    on = [*place, "cell_breakdown", "cell_value"]
    whole = pl.concat([term.select("cell_id", "coefficient", *on) for term in terms])
    return whole.filter(pl.len().over(on) == len(terms)).select(
        key=pl.struct(on),
        kind=pl.lit(relation["relation"][0]),
        cell_id="cell_id",
        coefficient="coefficient",
        is_equal=pl.lit(relation["bound"][0] == "equal"),
    )
