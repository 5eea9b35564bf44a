"""What a provider would say of a period: the rows of one slice under their Lithuanian names, typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample import population
from aim.sample.assessments import Assessments
from aim.sample.decisions import valid_on

TOTALS = ("viso", "berniukai", "mergaites")


def listed_cases(cases: pl.DataFrame, month: Period) -> pl.DataFrame:
    """The cases open at any time in the month; one closed on its first day is told of once more, as closed."""
    return cases.filter((pl.col("opened_on") <= month.end) & (pl.col("closed_on") >= month.start))


@dataclass(frozen=True)
class Flags:
    """What a case file may tell of a child besides: the decisions of both registers, and which centre tells which."""

    disability: pl.DataFrame
    special_needs: pl.DataFrame
    told_by: Mapping[str, tuple[bool, bool]]


def case_rows(listed: pl.DataFrame, month: Period, known: pl.DataFrame, flags: Flags) -> pl.DataFrame:
    """`atvejai` as the centres knew them on the day they made the file (known: provider_code, known_on): one row per
    listed case. The flags are as the registers have it on the month's last day, null where the centre has none.
    """
    ended = pl.col("closed_on") <= pl.col("known_on")
    disabled = valid_on(flags.disability, month.end).cast(listed["child"].dtype).implode()
    with_needs = valid_on(flags.special_needs, month.end).cast(listed["child"].dtype).implode()
    tells = {place: [code for code, told in flags.told_by.items() if told[place]] for place in (0, 1)}
    tellable = pl.col("birth_month").is_not_null()
    return listed.join(known, on="provider_code", maintain_order="left").select(
        "provider_code",
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
        neigalus=pl.when(tellable & pl.col("provider_code").is_in(tells[0])).then(pl.col("child").is_in(disabled)),
        spec_poreikiai=pl.when(tellable & pl.col("provider_code").is_in(tells[1])).then(
            pl.col("child").is_in(with_needs)
        ),
    )


def assessed_in(assessments: Assessments, month: Period) -> pl.DataFrame:
    """The assessments made in the month, each with its place in the answers (`answers`)."""
    return assessments.frame.with_row_index("answers").filter(pl.col("assessed_on").is_between(month.start, month.end))


def answer_rows(made: pl.DataFrame, assessments: Assessments, items: Sequence[str]) -> pl.DataFrame:
    """`vertinimai`, and whose they are: one row per item of each of the assessments `made` in the month."""
    levels = assessments.levels[made["answers"].to_numpy()]
    return made[np.repeat(np.arange(len(made)), len(items))].select(
        "provider_code",
        atvejo_nr="case_number",
        vertinimo_nr="assessment_number",
        vertinimo_data="assessed_on",
        klausimo_nr=pl.Series(list(items) * len(made), dtype=pl.String),
        lygis=pl.Series(levels.ravel()).cast(pl.String),
        bendras_lygis=pl.col("stated_level").cast(pl.String),
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
