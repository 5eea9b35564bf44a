"""The seeds that the sample stands on: invented legal codes and the real population."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from aim.contracts.reference import read_reference
from aim.contracts.registry import read_registry
from aim.sample import population
from aim.settings import PROJECT_ROOT, Settings

SETTINGS = Settings.from_env({})
REAL = PROJECT_ROOT.parent / "shared" / "data" / "lt_children_by_single_age_2001_2018.csv"


def legal_check_digit(stem: str) -> str:
    for weights in ((1, 2, 3, 4, 5, 6, 7, 8), (3, 4, 5, 6, 7, 8, 9, 1)):
        remainder = sum(int(digit) * weight for digit, weight in zip(stem, weights, strict=True)) % 11
        if remainder < 10:
            return str(remainder)
    return "0"


def test_the_registry_holds_every_kind_with_invented_codes() -> None:
    providers = read_registry(SETTINGS.registry)
    kinds = Counter(provider.kind for provider in providers.values())
    of_each_municipality = ("savivaldybe", "spc", "tbk", "ppt", "dienos_centras", "nvs", "vtas")
    assert kinds == dict.fromkeys(of_each_municipality, 60) | dict.fromkeys(
        ("vvtait", "nsa", "ird", "anta", "hi", "vda"), 1
    )
    for code, provider in providers.items():
        assert code[0] == "9" and len(code) == 9, "no Lithuanian legal code begins with 9"
        assert code[-1] == legal_check_digit(code[:8])
        assert (provider.municipality_code is None) == (kinds[provider.kind] == 1)


def test_each_municipality_has_one_provider_of_each_local_kind() -> None:
    municipalities = set(read_reference(SETTINGS.reference).municipalities)
    assert len(municipalities) == 60
    served = Counter(
        (provider.kind, provider.municipality_code)
        for provider in read_registry(SETTINGS.registry).values()
        if provider.municipality_code
    )
    assert set(served.values()) == {1} and {code for _, code in served} == municipalities


@pytest.mark.skipif(not REAL.exists(), reason="the reference data is not beside the project")
def test_the_sample_stands_on_the_published_population() -> None:
    with Path(REAL).open(encoding="utf-8", newline="") as lines:
        next(lines)
        published = {
            (row["savivaldybes_kodas"], int(row["metai"]), int(row["amzius"])): (
                int(row["berniukai"]),
                int(row["mergaites"]),
            )
            for row in csv.DictReader(lines)
        }
    for year in population.years():
        for code, age, boys, girls in population.children(year).iter_rows():
            assert published[code, year, age] == (boys, girls)
