"""What a warehouse that lost and invented nothing would count: from the sample's own model, not from its files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import polars as pl

from aim.contracts.calendar import Period
from aim.sample.assessments import Assessments
from aim.sample.sent import Sent

FILE_NAME = "truth.json"
NATION = "00"
LEAST_DAYS_OF_A_PAIR = 30

Rows = list[dict[str, Any]]


def entry(one: Sent) -> dict[str, Any]:
    """What the truth says of one file: no value of any row.

    findings: rule -> numbers of the rows that break it, 0 for the delivery as a whole; former_findings: likewise, rows
    of the slice before that are missed here. file None: nothing came.
    """
    provider, dataset, period = one.owed.key
    return {
        "file": one.file,
        "provider": provider,
        "dataset": dataset,
        "period": period,
        "received_at": one.received.isoformat() if one.received else None,
        "verdict": one.verdict,
        "reason": one.reason,
        "obligation": one.obligation,
        "rows": one.rows_sent,
        "quarantined": one.quarantined,
        "duplicate": one.duplicate,
        "findings": {code: one.findings[code] for code in sorted(one.findings)},
        "former_findings": {code: one.former_findings[code] for code in sorted(one.former_findings)},
        "planted": one.planted,
    }


def _open_on(cases: pl.DataFrame, day: date) -> pl.DataFrame:
    return cases.filter((pl.col("opened_on") <= day) & (pl.col("closed_on") > day))


def _is_child(day: date) -> pl.Expr:
    """Younger than 18 by the birth month at the end of the month of `day`; a person whose age is unknown is one."""
    eighteen = pl.col("birth_month").dt.offset_by("18y")
    return (eighteen > day).fill_null(True)


def _by_territory(rows: pl.DataFrame, count: Callable[[pl.DataFrame], dict[str, int]], codes: Sequence[str]) -> Rows:
    """One row per municipality, those with nothing included, and one of the nation."""
    parts = {str(key[0]): part for key, part in rows.partition_by("municipality_code", as_dict=True).items()}
    empty = rows.clear()
    counted = [{"territory_code": code} | count(parts.get(code, empty)) for code in codes]
    return [*counted, {"territory_code": NATION} | count(rows)]


def _children(rows: pl.DataFrame) -> dict[str, int]:
    return {
        "total": rows["child"].n_unique(),
        "male": rows.filter(pl.col("male"))["child"].n_unique(),
        "female": rows.filter(~pl.col("male"))["child"].n_unique(),
        "families": rows.select("provider_code", "family_number").n_unique(),
    }


def _levels(rows: pl.DataFrame) -> dict[str, int]:
    level = rows["overall_level"]
    counts = {f"level_{number}": int((level == number).sum()) for number in (1, 2, 3, 4)}
    return counts | {"not_assessed": level.null_count()}


def _changes(rows: pl.DataFrame) -> dict[str, int]:
    change = rows["overall_level"].cast(pl.Int64) - rows["baseline_level"].cast(pl.Int64)
    return {
        "pairs": len(rows),
        "improved": int((change < 0).sum()),
        "unchanged": int((change == 0).sum()),
        "worsened": int((change > 0).sum()),
    }


def totals(
    cases: pl.DataFrame, assessments: Assessments, months: Sequence[Period], codes: Sequence[str]
) -> dict[str, Rows]:
    """Counts per month and territory (municipalities `codes` and the nation `00`), as the methodology defines them.

    S01 at the month's end: distinct children `total`, `male`, `female` (a code that does not tell counts in total
    alone) and `families`. S09 at the month's end: cases by overall level of the latest valid assessment made in the
    sample's months, and `not_assessed`. P01_P09 in the month: `pairs`, and how many improved, not changed, worsened.
    """
    place = cases.select("case", "municipality_code", "birth_month")
    valid = assessments.frame.filter("is_valid").sort("case", "assessed_on", "assessment_number")
    baseline = valid.group_by("case", maintain_order=True).first()
    baseline = baseline.select("case", baseline_on="assessed_on", baseline_level="overall_level")
    result: dict[str, Rows] = {"S01": [], "S09": [], "P01_P09": []}
    for month in months:
        listed = _open_on(cases, month.end).filter(_is_child(month.end))
        known = valid.filter(pl.col("assessed_on") <= month.end)
        latest = known.group_by("case", maintain_order=True).last().select("case", "overall_level")
        last = known.filter(pl.col("assessed_on") >= month.start).group_by("case", maintain_order=True).last()
        pairs = (
            last.join(baseline, on="case")
            .filter((pl.col("assessed_on") - pl.col("baseline_on")).dt.total_days() >= LEAST_DAYS_OF_A_PAIR)
            .join(place, on="case")
            .filter(_is_child(month.end))
        )
        for name, rows in (
            ("S01", _by_territory(listed, _children, codes)),
            ("S09", _by_territory(listed.join(latest, on="case", how="left"), _levels, codes)),
            ("P01_P09", _by_territory(pairs, _changes, codes)),
        ):
            result[name] += [{"period": month.text} | row for row in rows]
    return result
