"""What help is planned for a case and what becomes of it: the sample's own model of `pagalbos_planai`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample.cases import after
from aim.sample.chance import stream
from aim.sample.window import Window

MEASURES_OF_A_PLAN = 2.2
"""On average; with a new plan each half-year some 45,000 measures are open in a month of the nation at scale 1."""
DAYS_BETWEEN_PLANS = 182

_PLANS = 7
_STATES = ("IVYKDYTA", "IS_DALIES", "NEIVYKDYTA", "ATSAUKTA")
_STATE_SHARES = (0.62, 0.16, 0.15, 0.07)
_TEXTS = (
    "Suteikti informaciją apie pagalbą šeimai", "Individualios konsultacijos tėvams", "Tarpininkauti mokykloje",
    "Ugdyti kasdienius įgūdžius namuose", "Psichologo konsultacijos vaikui", "Lankyti vaikų dienos centrą",
    "Pozityvios tėvystės mokymai", "Šeimos asistento lankymas", "Laikinas apgyvendinimas krizių centre",
    "Atokvėpio paslauga", "Šeimos mediacija", "Priklausomybės gydymo programa",
)  # fmt: skip
_WITH_SERVICE = 0.8


def draw_plans(seed: int, window: Window, cases: pl.DataFrame, catalogue: Sequence[str]) -> pl.DataFrame:
    """One row per measure: case, provider_code, case_number, plan_number, measure_number, closed_on (the case),
    made_on, text, service (null: none of the catalogue), due_on, begun_on, ended_on and state, review_on.
    """
    rng = stream(seed, "plans")
    opened = cases["opened_on"].to_numpy().astype("datetime64[D]")
    closed = cases["closed_on"].to_numpy().astype("datetime64[D]")
    first = after(opened, rng.integers(7, 29, len(cases)))
    made = first[:, None] + np.arange(_PLANS) * DAYS_BETWEEN_PLANS
    start, end = np.datetime64(window.start, "D"), np.datetime64(window.end, "D")
    row, time = np.nonzero((made < closed[:, None]) & (made <= end) & (made > start - 300))
    plans = (
        cases[row]
        .select("case", "provider_code", "case_number", "closed_on")
        .with_columns(made_on=pl.Series(made[row, time]))
    )
    plans = plans.sort("provider_code", "made_on", "case").with_columns(
        plan_number=pl.format("P-{}", pl.int_range(1, pl.len() + 1).over("provider_code").cast(pl.String).str.zfill(5))
    )
    measures = 1 + rng.binomial(3, (MEASURES_OF_A_PLAN - 1) / 3, len(plans))
    of_plan = np.repeat(np.arange(len(plans)), measures)
    size = len(of_plan)
    number = np.arange(size) - np.repeat(np.cumsum(measures) - measures, measures) + 1
    frame = plans[of_plan]
    made_on = frame["made_on"].to_numpy().astype("datetime64[D]")
    closed_on = frame["closed_on"].to_numpy().astype("datetime64[D]")
    due = after(made_on, rng.integers(30, 200, size))
    ended = np.maximum(after(due, rng.normal(-8, 16, size).astype(np.int64)), after(made_on, 3))
    state = rng.choice(len(_STATES), size, p=_STATE_SHARES)
    cut_off = ended > closed_on
    state = np.where(cut_off, np.where(rng.random(size) < 0.5, 2, 3), state)
    ended = np.maximum(np.minimum(ended, closed_on), made_on)
    service = rng.integers(len(catalogue), size=size)
    return (
        frame.with_columns(
            measure_number=pl.Series(number).cast(pl.String),
            text=pl.Series(np.resize(np.array(_TEXTS), len(catalogue))[service], dtype=pl.String),
            service=pl.Series(np.array(catalogue)[service], dtype=pl.String),
            has_service=pl.Series(rng.random(size) < _WITH_SERVICE),
            due_on=pl.Series(due),
            begun_on=pl.Series(after(made_on, rng.integers(2, 40, size))),
            ended_on=pl.Series(ended),
            state=pl.Series(np.array(_STATES)[state], dtype=pl.String),
            review_on=pl.Series(after(made_on, 91)),
        )
        .with_columns(service=pl.when("has_service").then("service"))
        .drop("has_service")
    )


def plan_rows(plans: pl.DataFrame, period: Period, known: pl.DataFrame) -> pl.DataFrame:
    """`pagalbos_planai` of the month: measures open at any time in it or due in it; known: provider_code, known_on."""
    is_open = (pl.col("made_on") <= period.end) & (pl.col("ended_on") >= period.start)
    # Of a case closed before, nobody tells any more what would have been due.
    is_due = (
        (pl.col("made_on") <= period.end)
        & pl.col("due_on").is_between(period.start, period.end)
        & (pl.col("closed_on") >= period.start)
    )
    ended = pl.col("ended_on") <= pl.col("known_on")
    # Once it is due nobody calls it merely planned.
    under_way = (pl.col("begun_on") <= pl.col("known_on")) | (pl.col("due_on") <= pl.col("known_on"))
    state = pl.when(ended).then("state").when(under_way).then(pl.lit("VYKDOMA")).otherwise(pl.lit("SUPLANUOTA"))
    return (
        plans.filter(is_open | is_due)
        .join(known, on="provider_code", maintain_order="left")
        .select(
            "provider_code",
            plano_nr="plan_number",
            priemones_nr="measure_number",
            atvejo_nr="case_number",
            sudarymo_data="made_on",
            priemone="text",
            paslaugos_kodas="service",
            terminas="due_on",
            busena=state,
            ivykdymo_data=pl.when(ended & pl.col("state").is_in(["IVYKDYTA", "IS_DALIES"])).then("ended_on"),
            perziuros_data=pl.when(pl.col("review_on") <= pl.col("known_on")).then("review_on"),
        )
    )
