"""What a provider would say of a period: the rows of one slice under their Lithuanian names, typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample import population
from aim.sample.assessments import Assessments

TOTALS = ("viso", "berniukai", "mergaites")


def listed_cases(cases: pl.DataFrame, month: Period) -> pl.DataFrame:
    """The cases open at any time in the month; one closed on its first day is told of once more, as closed."""
    return cases.filter((pl.col("opened_on") <= month.end) & (pl.col("closed_on") >= month.start))


def case_rows(listed: pl.DataFrame, month: Period, known_on: date) -> pl.DataFrame:
    """`atvejai` of one provider as it knew them on the day it made the file: one row per listed case."""
    ended = pl.col("closed_on") <= known_on
    rows = listed.select(
        atvejo_nr="case_number",
        asmens_kodas="personal_code",
        laikinas_nr="temporary_number",
        seimos_nr="family_number",
        sav="municipality_code",
        pranesimo_data="reported_on",
        atidarymo_data="opened_on",
        vadybininko_paskyrimo_data=pl.when(pl.col("manager_appointed_on") <= month.end).then("manager_appointed_on"),
        uzdarymo_data=pl.when(ended).then("closed_on"),
        uzdarymo_priezastis=pl.when(ended).then("closing_reason"),
    )
    return rows if rows["laikinas_nr"].count() else rows.drop("laikinas_nr")


def assessed_in(assessments: Assessments, month: Period) -> pl.DataFrame:
    """The assessments made in the month, each with its place in the answers (`answers`)."""
    return assessments.frame.with_row_index("answers").filter(pl.col("assessed_on").is_between(month.start, month.end))


def answer_rows(made: pl.DataFrame, assessments: Assessments, items: Sequence[str]) -> pl.DataFrame:
    """`vertinimai` of one provider: one row per item of each of its assessments `made` in the month."""
    levels = assessments.levels[made["answers"].to_numpy()]
    return made[np.repeat(np.arange(len(made)), len(items))].select(
        atvejo_nr="case_number",
        vertinimo_nr="assessment_number",
        vertinimo_data="assessed_on",
        klausimo_nr=pl.Series(list(items) * len(made), dtype=pl.String),
        lygis=pl.Series(levels.ravel()),
        bendras_lygis="stated_level",
        vertintojo_grupe="assessor_group",
    )


def population_rows(year: int) -> pl.DataFrame:
    """`gyventojai` of one year: one row per municipality and age."""
    return population.children(year).select(
        sav="municipality_code",
        metai=pl.lit(year),
        amzius="age",
        viso=pl.col("boys") + pl.col("girls"),
        berniukai="boys",
        mergaites="girls",
    )
