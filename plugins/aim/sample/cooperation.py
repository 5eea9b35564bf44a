"""What the coordinators ask, whom they meet, and what families say of the help: `tbk_veikla` and `apklausa`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample.chance import stream
from aim.sample.legal_codes import legal_codes
from aim.sample.window import Window

REQUESTS_A_QUARTER = 26
"""Of one municipality, at scale 1 and above; at least a quarter of that below: an assumption, as the next ones."""
MEETINGS_A_QUARTER = 4
SHEETS_A_HALF_YEAR = 30

_INSTITUTIONS = legal_codes([96_000_000 + number for number in range(12)])
_DAYS_TO_ANSWER = 14
_NEVER_ANSWERED = 0.08
_SCORES = (1, 2, 3, 4, 5, 9)
_SCORE_SHARES = (0.03, 0.07, 0.18, 0.35, 0.32, 0.05)
QUESTIONS = 10


def _share(scale: float) -> float:
    return min(max(scale, 0.25), 1.0)


def draw_cooperation(seed: int, window: Window, scale: float, providers: Mapping[str, str]) -> pl.DataFrame:
    """One row per request or meeting: provider_code, number, kind, held_on, institution, due_on, answered_on (beyond
    the window where never), invited, took_part. providers: municipality -> coordinator's legal code.
    """
    parts = []
    begin = window.start - timedelta(days=30)
    days = (window.end - begin).days + 1
    for code in sorted(providers.values()):
        rng = stream(seed, "cooperation", code)
        requests = int(rng.poisson(REQUESTS_A_QUARTER * _share(scale) * days / 91))
        meetings = int(rng.poisson(MEETINGS_A_QUARTER * max(_share(scale), 0.5) * days / 91))
        size = requests + meetings
        held = np.datetime64(begin, "D") + rng.integers(days, size=size)
        is_request = np.arange(size) < requests
        wait = np.where(rng.random(size) < _NEVER_ANSWERED, 2_000, rng.exponential(8, size).astype(np.int64) + 1)
        invited = rng.integers(3, 9, size)
        parts.append(
            pl.DataFrame(
                {
                    "provider_code": [code] * size,
                    "kind": np.where(is_request, "UZKLAUSA", "POSEDIS"),
                    "held_on": held,
                    "institution": np.array(_INSTITUTIONS)[rng.integers(len(_INSTITUTIONS), size=size)],
                    "due_on": held + _DAYS_TO_ANSWER,
                    "answered_on": held + wait.astype("timedelta64[D]"),
                    "invited": invited,
                    "took_part": invited - rng.binomial(2, 0.25, size),
                }
            ).sort("held_on", "kind", "institution", "invited")
        )
    whole = pl.concat(parts) if parts else pl.DataFrame(schema={"provider_code": pl.String, "kind": pl.String})
    return whole.with_columns(
        number=pl.format("{}", pl.int_range(1, pl.len() + 1).over("provider_code").cast(pl.String).str.zfill(4))
    )


def cooperation_rows(cooperation: pl.DataFrame, period: Period, known: pl.DataFrame) -> pl.DataFrame:
    """`tbk_veikla` of the quarter; known: provider_code, known_on.

    A request stands there until it is answered or its day is past; a meeting in its own quarter.
    """
    is_request = pl.col("kind") == "UZKLAUSA"
    until = pl.min_horizontal("due_on", "answered_on")
    listed = (pl.col("held_on") <= period.end) & (
        (is_request & (until >= period.start)) | (~is_request & (pl.col("held_on") >= period.start))
    )
    return (
        cooperation.filter(listed)
        .join(known, on="provider_code", maintain_order="left")
        .select(
            "provider_code",
            iraso_nr="number",
            tipas="kind",
            data="held_on",
            institucijos_kodas=pl.when(is_request).then("institution"),
            terminas=pl.when(is_request).then("due_on"),
            atsakymo_data=pl.when(is_request & (pl.col("answered_on") <= pl.col("known_on"))).then("answered_on"),
            kviesta=pl.when(~is_request).then("invited"),
            dalyvavo=pl.when(~is_request).then("took_part"),
        )
    )


def survey_rows(seed: int, scale: float, period: Period, providers: Mapping[str, str]) -> pl.DataFrame:
    """`apklausa` of the half-year: ten answers of each sheet."""
    parts = []
    for code in sorted(providers.values()):
        rng = stream(seed, "survey", code, period.text)
        sheets = int(rng.poisson(SHEETS_A_HALF_YEAR * _share(scale)))
        score = rng.choice(_SCORES, sheets * QUESTIONS, p=_SCORE_SHARES)
        number = np.repeat(np.arange(1, sheets + 1), QUESTIONS)
        # About as many children as parents are asked each time.
        who = np.where(np.arange(sheets) % 9 < 4, "VAIKAS", "TEVAI")
        parts.append(
            pl.DataFrame(
                {
                    "provider_code": [code] * len(score),
                    "lapo_nr": [f"{period.text}/{sheet}" for sheet in number],
                    "respondentas": np.repeat(who, QUESTIONS),
                    "klausimo_nr": np.tile(np.arange(1, QUESTIONS + 1), sheets),
                    "balas": score.astype(str),
                },
                schema_overrides={"lapo_nr": pl.String, "respondentas": pl.String, "balas": pl.String},
            )
        )
    return pl.concat(parts) if parts else pl.DataFrame()
