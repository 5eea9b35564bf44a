"""Each way a file's name can be wrong gets its own reason."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aim.contracts.load import contracts
from aim.contracts.registry import read_registry
from aim.landing import gate
from aim.settings import PROJECT_ROOT

PROVIDERS = read_registry(PROJECT_ROOT / "dbt_project" / "seeds" / "registry" / "providers.csv")
CENTRE = next(code for code, provider in PROVIDERS.items() if provider.kind == "spc")
STATISTICS = next(code for code, provider in PROVIDERS.items() if provider.kind == "vda")
IN_TIME = datetime(2018, 11, 9, 8, 0, tzinfo=UTC)


def labelled(name: str, received_at: datetime = IN_TIME) -> gate.Label:
    return gate.label(name, received_at, contracts(), PROVIDERS)


@pytest.mark.parametrize("suffix", ["csv", "txt", "tsv", "xlsx", "ods", "csv.gz", "xlsx.zip", "CSV", "Txt.GZ"])
def test_every_format_is_taken(suffix: str) -> None:
    label = labelled(f"atvejai_{CENTRE}_2018-10.{suffix}")
    assert label.refused is None
    assert (label.dataset, label.provider_code, label.period.text if label.period else None) == (
        "atvejai",
        CENTRE,
        "2018-10",
    )
    assert label.municipality_code == PROVIDERS[CENTRE].municipality_code
    assert ".".join(filter(None, (label.format, label.packing))) == suffix.lower()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ataskaita.csv", "bad_name"),
        (f"atvejai_{CENTRE}.csv", "bad_name"),
        (f"atvejai_{CENTRE}_2018-10.pdf", "bad_name"),
        (f"atvejai_{CENTRE}_2018-10.csv.7z", "bad_name"),
        (f"atvejai_{CENTRE}_2018-10.zip", "bad_name"),
        (f"atvejai_{CENTRE}_2018-13.csv", "bad_name"),
        (f"atvejai_{CENTRE}_2018-10 (1).csv", "bad_name"),
        ("atvejai_51003019808_2018-10.csv", "bad_name"),
        (f"atvejejai_{CENTRE}_2018-10.csv", "unknown_dataset"),
        ("atvejai_999999999_2018-10.csv", "unknown_provider"),
        (f"gyventojai_{CENTRE}_2018.csv", "not_expected"),
        (f"atvejai_{STATISTICS}_2018-10.csv", "not_expected"),
        (f"atvejai_{CENTRE}_2018-K3.csv", "not_expected"),
        (f"atvejai_{CENTRE}_2018.csv", "not_expected"),
        (f"atvejai_{CENTRE}_1999-10.csv", "not_expected"),
        (f"atvejai_{CENTRE}_2018-11.csv", "too_early"),
    ],
)
def test_files_refused_by_their_names(name: str, code: str) -> None:
    refused = labelled(name).refused
    assert refused is not None
    assert refused.code == code


def test_a_slice_may_come_from_the_day_after_its_period_in_vilnius() -> None:
    name = f"atvejai_{CENTRE}_2018-10.csv"
    # Two hours before midnight UTC is midnight in Vilnius in winter.
    assert labelled(name, datetime(2018, 10, 31, 22, 0, tzinfo=UTC)).refused is None
    refused = labelled(name, datetime(2018, 10, 31, 21, 59, tzinfo=UTC)).refused
    assert refused is not None
    assert (refused.code, refused.detail) == ("too_early", "2018-11-01")


def test_population_may_come_from_new_year_on() -> None:
    name = f"gyventojai_{STATISTICS}_2018.csv"
    assert labelled(name, datetime(2018, 1, 1, 12, tzinfo=UTC)).refused is None
    refused = labelled(name, datetime(2017, 12, 31, 12, tzinfo=UTC)).refused
    assert refused is not None
    assert refused.code == "too_early"


def test_what_is_known_of_a_refused_file_is_kept() -> None:
    label = labelled(f"atvejai_{CENTRE}_2018-11.csv")
    assert (label.dataset, label.provider_code) == ("atvejai", CENTRE)
    label = labelled(f"nezinomas_{CENTRE}_2018-10.csv")
    assert (label.dataset, label.provider_code) == (None, CENTRE)


def test_a_number_as_long_as_a_personal_code_is_not_shown() -> None:
    assert gate.shown_name("51003019808_byla.csv") == "***********_byla.csv"
    assert gate.shown_name(f"atvejai_{CENTRE}_2018-10.csv") == f"atvejai_{CENTRE}_2018-10.csv"
