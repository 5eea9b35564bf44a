"""Counts that come without persons: the sample's own `nepilnameciu_veikos` and `priklausomybes`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from aim.contracts.calendar import Period
from aim.sample import population
from aim.sample.chance import stream

SUSPECTS_A_QUARTER = 480
"""Persons 10-17 of the nation suspected of an act in a quarter, at scale 1: an assumption."""
ADDICTED_A_YEAR = 900
"""Children of the nation with an F10-F19 diagnosis in a year, at scale 1: an assumption."""

_GROUPS = ("VAGYSTE", "SMURTAS", "PLESIMAS", "NARKOTIKAI", "VIESOJI_TVARKA", "KITA")
_GROUP_SHARES = (0.38, 0.17, 0.08, 0.08, 0.14, 0.15)
_AGES = tuple(range(10, 18))
_AGE_WEIGHTS = (0.01, 0.02, 0.03, 0.06, 0.14, 0.20, 0.26, 0.28)
_BOYS = 0.82
_BAND_WEIGHTS = (0.005, 0.005, 0.01, 0.18, 0.80)


def _by_size(year: int) -> tuple[list[str], np.ndarray]:
    table = population.children(year).group_by("municipality_code").agg(pl.sum("boys") + pl.sum("girls"))
    table = table.sort("municipality_code")
    children = table["boys"].to_numpy().astype(float)
    return table["municipality_code"].to_list(), children / children.sum()


def offence_rows(seed: int, scale: float, period: Period, provider: str) -> pl.DataFrame:
    """`nepilnameciu_veikos` of the quarter: `VISO` for every municipality, age and sex, and the groups that have acts.

    A person may stand in several groups: VISO persons are at most the sum of the groups, at least the greatest.
    """
    rng = stream(seed, "offences", period.text)
    places, shares = _by_size(period.end.year)
    sexes = np.array([_BOYS, 1 - _BOYS])
    mean = SUSPECTS_A_QUARTER * scale * shares[:, None, None] * np.array(_AGE_WEIGHTS)[:, None] * sexes
    persons = rng.poisson(mean[..., None] * np.array(_GROUP_SHARES) * 1.1)
    acts = persons + rng.poisson(persons * 0.25)
    total = persons.sum(axis=-1)
    greatest = persons.max(axis=-1)
    distinct = total - rng.binomial(total - greatest, 0.12)
    place, age, sex = (part.ravel() for part in np.indices(total.shape))
    cells = {"sav": np.array(places)[place], "amzius": np.array(_AGES)[age], "lytis": np.array(["V", "M"])[sex]}
    whole = pl.DataFrame(
        cells
        | {"veikos_grupe": ["VISO"] * len(place), "veiku_sk": acts.sum(axis=-1).ravel(), "asmenu_sk": distinct.ravel()}
    )
    parts = [whole]
    for number, group in enumerate(_GROUPS):
        part = pl.DataFrame(
            cells
            | {
                "veikos_grupe": [group] * len(place),
                "veiku_sk": acts[..., number].ravel(),
                "asmenu_sk": persons[..., number].ravel(),
            }
        )
        parts.append(part.filter(pl.col("veiku_sk") > 0))
    order = {group: number for number, group in enumerate(("VISO", *_GROUPS))}
    return (
        pl.concat(parts)
        .sort("sav", "amzius", "lytis", pl.col("veikos_grupe").replace_strict(order))
        .select(pl.lit(provider).alias("provider_code"), pl.all())
    )


def addiction_rows(seed: int, scale: float, period: Period, provider: str, bands: Sequence[str]) -> pl.DataFrame:
    """`priklausomybes` of the year: every municipality, age group and sex, zeros included."""
    rng = stream(seed, "addiction", period.text)
    places, shares = _by_size(period.end.year)
    weights = np.resize(np.array(_BAND_WEIGHTS), len(bands))
    mean = ADDICTED_A_YEAR * scale * shares[:, None, None] * (weights / weights.sum())[:, None] * np.array([0.63, 0.37])
    persons = rng.poisson(mean)
    new = rng.binomial(persons, 0.4)
    place, band, sex = (part.ravel() for part in np.indices(persons.shape))
    return pl.DataFrame(
        {
            "provider_code": [provider] * len(place),
            "sav": np.array(places)[place],
            "amziaus_grupe": np.array(bands)[band],
            "lytis": np.array(["V", "M"])[sex],
            "asmenu_sk": persons.ravel(),
            "naujai": new.ravel(),
        }
    )
