"""Which indicators suffer where a dataset is missing or rows of it are out."""

from __future__ import annotations

from collections.abc import Iterable

from aim.contracts.reference import Reference


def indicators_from(reference: Reference, datasets: Iterable[str]) -> tuple[str, ...]:
    """Codes of the indicators that count rows of any of these datasets, in the order the reference has them."""
    asked = set(datasets)
    columns, rows = reference.table("indicator_datasets")
    found = (dict(zip(columns, row, strict=True)) for row in rows)
    return tuple(dict.fromkeys(row["indicator_code"] for row in found if row["dataset"] in asked))
