"""Each way a file's name can be wrong gets its own reason."""

from __future__ import annotations

from datetime import UTC, date, datetime

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


@pytest.mark.parametrize(
    ("dataset", "period", "first", "last"),
    [
        ("atvejai", "2018-10", date(2018, 10, 1), date(2018, 10, 31)),
        ("tbk_veikla", "2018-K3", date(2018, 7, 1), date(2018, 9, 30)),
        ("tbk_veikla", "2018-k3", date(2018, 7, 1), date(2018, 9, 30)),
        ("apklausa", "2018-P2", date(2018, 7, 1), date(2018, 12, 31)),
        ("gyventojai", "2018", date(2018, 1, 1), date(2018, 12, 31)),
        ("nesimokantys", "2017-2018", date(2017, 9, 1), date(2018, 8, 31)),
    ],
)
def test_every_kind_of_period_is_understood(dataset: str, period: str, first: date, last: date) -> None:
    declared = contracts()
    provider = next(
        code for code, known in sorted(PROVIDERS.items()) if declared.obligation(known.kind, dataset) is not None
    )
    label = labelled(f"{dataset}_{provider}_{period}.csv", datetime(2019, 3, 1, tzinfo=UTC))
    assert label.refused is None and label.period is not None
    assert (label.period.start, label.period.end, label.period.text) == (first, last, period.upper())


def test_a_school_year_may_come_from_new_year_in_it() -> None:
    register = next(code for code, provider in PROVIDERS.items() if provider.kind == "nsa")
    name = f"nesimokantys_{register}_2017-2018.csv"
    assert labelled(name, datetime(2018, 1, 1, 12, tzinfo=UTC)).refused is None
    refused = labelled(name, datetime(2017, 12, 31, 12, tzinfo=UTC)).refused
    assert refused is not None and (refused.code, refused.detail) == ("too_early", "2018-01-01")
    assert labelled(f"nesimokantys_{register}_2017-2019.csv").refused is not None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("51003019808_byla.csv", "***********_****.csv"),
        ("510 0301 9808.csv", "*** **** ****.csv"),
        ("vaikas 5100301-9808 byla.csv", "****** *******-**** ****.csv"),
        ("Kanarijus Giesmininkas, gim. 1987-06-05.xlsx", "********* ************, ***. **********.xlsx"),
        ("05.06.1987 Kanarijus 19870605.csv.gz", "********** ********* ********.csv.gz"),
        (f"Pagalbos planai {CENTRE} 2018-10.csv", f"Pagalbos planai {CENTRE} 2018-10.csv"),
        (f"nesimokantys {CENTRE} 2017-2018.CSV", f"nesimokantys {CENTRE} 2017-2018.CSV"),
        (f"apklausa 2018-P1 {CENTRE}.csv", f"apklausa 2018-P1 {CENTRE}.csv"),
        (f"atvejai_{CENTRE}_2018-10.csv", f"atvejai_{CENTRE}_2018-10.csv"),
        (f"nesimokantys_{CENTRE}_2017-2018.csv", f"nesimokantys_{CENTRE}_2017-2018.csv"),
        ("a\nERROR b\x1b[31m\u202e.csv", "*?***** *?[31*?.csv"),
        ("\udcfe.csv", "?.csv"),
    ],
)
def test_a_name_is_shown_without_codes_and_what_cannot_be_printed(name: str, shown: str) -> None:
    assert gate.shown_name(name) == shown


def test_an_endless_name_is_cut() -> None:
    shown = gate.shown_name("ė" * 300)
    assert (len(shown), shown[-1]) == (200, "…")
