"""The linear system an attacker faces: unknown numbers, what binds them, and who knows what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import connected_components

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NOBODY = -1
"""Owner of the cells of counties and the nation."""
EVERYWHERE = -1
"""Region of the nation's cells."""
ALONE = -1
"""Part of what may not move."""


@dataclass(frozen=True)
class Unknowns:
    """Numbers as deviations from what they are: 0 is the truth, and every row of `binding` holds at 0.

    One entry per value of a cell (values_of_cells). least: the lowest deviation an attacker can believe (a hidden
    number is above 0). owner: the municipality that knows it, or NOBODY. region: the county it is of, or EVERYWHERE.
    to_protect: had to be hidden. may_hide: not told yet, so that it can be hidden. cost: what hiding it loses to
    readers. step: its smallest unit. stage: longer periods of flows are told after the shorter ones they sum up
    (0, 1, 2).
    binding, row_least: binding @ deviation >= row_least, and = 0 where row_is_equal. row_kind: which rows are of one
    kind (identities).
    """

    number: Floats
    least: Floats
    owner: Integers
    region: Integers
    to_protect: Flags
    may_hide: Flags
    cost: Floats
    step: Floats
    stage: Integers
    binding: Any
    row_least: Floats
    row_is_equal: Flags
    row_kind: Integers

    @property
    def size(self) -> int:
        """How many values there are."""
        return int(self.number.size)

    @cached_property
    def columns(self) -> Any:
        """`binding` by columns."""
        return self.binding.tocsc()

    @property
    def row_missed(self) -> Floats:
        """What the numbers of each row come to; of a sum that holds, nothing."""
        missed: Floats = self.binding @ self.number
        return missed

    @property
    def row_is_broken(self) -> Flags:
        """Which rows are sums that do not hold."""
        return self.row_is_equal & (np.abs(self.row_missed) > _EXACT)

    @property
    def row_is_in_doubt(self) -> Flags:
        """Which rows are of a kind of which one is broken."""
        return np.isin(self.row_kind, self.row_kind[self.row_is_broken])

    def parts(self, movable: Flags) -> Integers:
        """What hangs together: a number per value, from 0, the same for all of which one's move may move the other.

        ALONE for what may not move: what it is bound to does not hang together by it.
        """
        places = np.flatnonzero(movable)
        bound = abs(self.columns[:, places])
        part: Integers = np.full(self.size, ALONE, dtype=np.int64)
        part[places] = connected_components(bound.T @ bound, directed=False)[1]
        return part

    def up_to(self, stage: int) -> Unknowns:
        """The same before anything of a later stage is told: what binds it binds nothing yet."""
        later = abs(self.binding) @ (self.stage > stage)
        rows = np.flatnonzero(later == 0)
        return replace(
            self._of_rows(rows),
            may_hide=self.may_hide & (self.stage == stage),
            to_protect=self.to_protect & (self.stage <= stage),
        )

    def looser(self) -> Iterator[Unknowns]:
        """The same for who knows that some sums do not hold: first that they only bound, then that they say nothing.

        They bound: their parts are known to exceed them, or to fall short. They say nothing: nor does any other of
        their kind, which may hold by chance where one exceeds and another falls short. With all numbers hidden
        nothing is narrowed down then: all could be twice what they are.
        """
        missed, broken = self.row_missed, self.row_is_broken
        sign = np.where(broken, np.sign(missed), 1.0)
        yield replace(
            self,
            binding=sparse.diags_array(sign).tocsr() @ self.binding,
            row_least=np.where(broken, -np.abs(missed), self.row_least),
            row_is_equal=self.row_is_equal & ~broken,
        )
        yield self._of_rows(np.flatnonzero(~self.row_is_in_doubt))

    def _of_rows(self, rows: Integers) -> Unknowns:
        return replace(
            self,
            binding=self.binding[rows],
            row_least=self.row_least[rows],
            row_is_equal=self.row_is_equal[rows],
            row_kind=self.row_kind[rows],
        )


_EXACT = 1e-6
"""By less than this a sum of whole and half numbers is not missed."""
_STAGES = {"month": 0, "at": 0, "quarter": 1, "half_year": 1, "year": 2}


def unknowns(values: pl.DataFrame, members: pl.DataFrame, above: pl.DataFrame) -> Unknowns:
    """The system of `values` (values_of_cells) bound by `members` (identities), at every moment something changed.

    above: what each territory is part of (Geography).

    A moment's identity is among the values that stood then; before all its cells were told it says nothing.
    """
    number = values["number"].to_numpy()
    hides_zero = values["may_hide_zero"].to_numpy()
    # Signed sums and what may be hidden though it is zero have no known lowest value above it.
    lowest = np.where(hides_zero | ~values["is_planned"].to_numpy(), 0.0, np.minimum(values["step"].to_numpy(), number))
    least = np.where(values["is_signed"].to_numpy(), -np.inf, np.minimum(lowest - number, 0.0))
    bound = _without_sums_of_nothing(_bound_values(values, members), is_something(values))
    rows = bound["row"].to_numpy()
    count = int(rows.max()) + 1 if rows.size else 0
    binding = sparse.csr_matrix(
        (bound["coefficient"].to_numpy(), (rows, bound["value_id"].to_numpy())), shape=(count, values.height)
    )
    is_equal = np.zeros(count, dtype=bool)
    is_equal[rows] = bound["is_equal"].to_numpy()
    kind = np.zeros(count, dtype=np.int64)
    kind[rows] = bound["kind"].rank("dense").to_numpy()
    # A bound that the numbers themselves break (a family counted twice) binds no further.
    row_least = np.where(is_equal, 0.0, np.minimum(-(binding @ number), 0.0))
    is_new = values["is_new"].to_numpy()
    return Unknowns(
        number=number,
        least=least,
        owner=values["owner"].cast(pl.Int64).fill_null(NOBODY).to_numpy(),
        region=_regions(values, above),
        to_protect=values["is_to_protect"].to_numpy(),
        may_hide=is_new & values["is_planned"].to_numpy() & is_something(values),
        cost=values["worth"].fill_null(0.0).to_numpy() * np.log2(2.0 + np.abs(number)),
        step=values["step"].to_numpy(),
        stage=values["cell_period"]
        .str.split(" ")
        .list.get(0)
        .replace_strict(_STAGES, return_dtype=pl.Int64)
        .to_numpy(),
        binding=binding,
        row_least=row_least,
        row_is_equal=is_equal,
        row_kind=kind,
    )


def _regions(values: pl.DataFrame, above: pl.DataFrame) -> Integers:
    """A number per county, in the order of their codes; EVERYWHERE for what is in none."""
    nation = pl.col("above").is_in(above["territory_code"].to_list()).not_()
    county = above.with_columns(county=pl.when(nation).then("territory_code").otherwise("above"))
    codes = values.select("territory_code").join(county, on="territory_code", how="left", maintain_order="left")
    rank = codes["county"].rank("dense").cast(pl.Int64) - 1
    return rank.fill_null(EVERYWHERE).to_numpy()


def is_something(values: pl.DataFrame) -> Flags:
    """What is ever hidden: a count of zero is told, a sum of differences of zero is not nothing."""
    return np.asarray(
        (values["number"].to_numpy() != 0) | values["may_hide_zero"].to_numpy() | values["is_signed"].to_numpy()
    )


def hidden_at_first(values: pl.DataFrame) -> Flags:
    """What is hidden before anything is hidden for another's sake: small, never in the plan, or hidden before."""
    is_new = pl.col("is_new")
    hidden = (
        pl.when(~pl.col("is_planned"))
        .then(~pl.col("is_told"))
        .when(is_new)
        .then("is_small")
        .otherwise(~pl.col("is_told"))
    )
    return values.select(hidden.alias("hidden"))["hidden"].to_numpy() & is_something(values)


def hidden_as_told(values: pl.DataFrame) -> Flags:
    """What is not told: of the plan what stands there without its number, and what the plan leaves out."""
    return ~values["is_told"].to_numpy() & is_something(values)


def _without_sums_of_nothing(bound: pl.DataFrame, something: Flags) -> pl.DataFrame:
    """Without sums all of whose cells but one are told zeros: everyone sees that they do not hold (a pair whose two
    assessments lie in two months is one of no month, and of their quarter).
    """
    counted = pl.Series(something)[bound["value_id"].to_numpy()]
    kept = bound.with_columns(counted=counted).filter(~pl.col("is_equal") | (pl.col("counted").sum().over("row") != 1))
    return kept.with_columns(row=pl.col("row").rank("dense").cast(pl.Int64) - 1).drop("counted")


def _bound_values(values: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """members with the values of their cells, once for each moment at which one of an identity's cells changed.

    A sum that did not hold and holds now said nothing then: a quarter is told when its last month is due, and what had
    come late for the months before it is told of them in the next revision.
    """
    stood = members.join(values.select("cell_id", "value_id", "since", "until", "number"), on="cell_id")
    moments = (
        stood.group_by("identity")
        .agg(
            pl.col("since").unique().alias("moment"),
            pl.col("since").filter(pl.col("since") == pl.col("since").min().over("cell_id")).max().alias("complete"),
        )
        .explode("moment")
        .filter(pl.col("moment") >= pl.col("complete"))
        .drop("complete")
        .sort("identity", "moment")
        .with_row_index("row")
    )
    missed = (pl.col("coefficient") * pl.col("number")).sum().over("row")
    holds = missed.abs() < _EXACT
    return (
        moments.join(stood, on="identity")
        .filter((pl.col("since") <= pl.col("moment")) & (pl.col("moment") < pl.col("until")))
        .with_columns(holds=holds)
        .with_columns(held_last=pl.col("moment").filter("holds").max().over("identity"))
        .filter(~pl.col("is_equal") | pl.col("holds") | (pl.col("moment") > pl.col("held_last").fill_null(-1)))
        .select("row", "kind", "value_id", "coefficient", "is_equal")
    )
