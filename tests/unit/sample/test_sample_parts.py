"""Codes, forms and the model behind the sample."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_back import fold
from stdnum.ee.ik import calc_check_digit
from stdnum.lt import asmens

from aim.contracts.calendar import add_working_days
from aim.contracts.registry import read_registry
from aim.sample import population
from aim.sample.assessments import MAX_UNANSWERED, UNKNOWN, draw_assessments
from aim.sample.cases import OPEN_AT_ONCE, draw_cases
from aim.sample.forms import _HEADERS, draw_forms
from aim.sample.personal_codes import draw_codes, draw_undated_codes, with_check_digit
from aim.sample.window import Window
from aim.settings import Settings

REGISTRY = Settings.from_env({}).registry


@given(st.lists(st.integers(10**9, 10**10 - 1), min_size=1, max_size=50))
def test_the_check_digit_is_that_of_the_standard(stems: list[int]) -> None:
    for code in with_check_digit(np.array(stems)):
        assert str(code)[-1] == calc_check_digit(str(code))


@given(st.integers(0, 2**32), st.lists(st.tuples(st.booleans(), st.integers(360, 600)), min_size=1, max_size=300))
def test_no_two_children_share_a_code(seed: int, children: list[tuple[bool, int]]) -> None:
    male = np.array([child[0] for child in children])
    month = np.array([child[1] for child in children], dtype="datetime64[M]")
    codes, birth = draw_codes(np.random.default_rng(seed), male, month)
    assert len(set(codes.tolist())) == len(children)
    for code, is_male, day in zip(codes, male, birth.tolist(), strict=True):
        assert asmens.get_birth_date(str(code)) == day
        assert (str(code)[0] in "1357") == is_male
        assert 980 <= code // 10 % 1000 <= 999


def test_codes_that_tell_nothing_begin_with_nine() -> None:
    codes = draw_undated_codes(np.random.default_rng(1), 500)
    assert len(set(codes.tolist())) == 500
    assert all(str(code)[0] == "9" and asmens.is_valid(str(code)) and code // 10 % 1000 >= 980 for code in codes)


def test_the_population_adds_up() -> None:
    for year, total in ((2017, 510_388), (2018, 503_015)):
        table = population.children(year)
        assert table.select(pl.sum("boys") + pl.sum("girls")).item() == total
        assert table.shape == (60 * 18, 4)
    assert population.years() == (2017, 2018)
    assert population.children(2025).equals(population.children(2018))


def test_headers_fold_back_to_the_fields() -> None:
    assert {fold(header) for header in _HEADERS.values()} == {fold(field) for field in _HEADERS}


def test_every_kind_of_file_is_met_among_sixty() -> None:
    codes = [str(number) for number in range(60)]
    forms = draw_forms(1, codes, frozenset(codes[:20]))
    assert {form.extension for form in forms.values()} == {"csv", "txt", "tsv", "xlsx", "csv.gz", "csv.zip"}
    assert {form.encoding for form in forms.values()} == {"utf-8", "utf-8-sig", "cp1257", "utf-16"}
    assert all(code in codes[:20] for code, form in forms.items() if form.is_workbook)


@pytest.fixture(scope="module")
def centres() -> dict[str, str]:
    providers = read_registry(REGISTRY).values()
    return {provider.municipality_code: provider.code for provider in providers if provider.kind == "spc"}


def test_one_code_is_one_child_and_volumes_are_near_the_published(centres: dict[str, str]) -> None:
    window = Window.between("2018-07", "2018-12")
    cases = draw_cases(1, window, 1.0, centres)
    coded = cases.filter(pl.col("personal_code").is_not_null())
    assert coded.group_by("personal_code").agg(pl.col("child").n_unique())["child"].max() == 1
    for month in window.months:
        still_open = cases.filter((pl.col("opened_on") <= month.end) & (pl.col("closed_on") > month.end))
        assert abs(len(still_open) - OPEN_AT_ONCE) < 1_000
    assert cases["municipality_code"].n_unique() == 60
    assert cases.filter(pl.len().over("child") > 1).height > 100
    assert cases["temporary_number"].count() > 20
    siblings = cases.group_by("provider_code", "family_number").len()["len"]
    assert 0.1 < (siblings > 1).mean() < 0.6


def test_the_manager_comes_by_the_next_working_day(centres: dict[str, str]) -> None:
    cases = draw_cases(2, Window.between("2018-07", "2018-12"), 0.1, centres)
    for opened, appointed in cases.select("opened_on", "manager_appointed_on").drop_nulls().unique().iter_rows():
        assert opened <= appointed <= add_working_days(opened, 1)


def test_nobody_has_a_case_before_birth_or_after_coming_of_age(centres: dict[str, str]) -> None:
    cases = draw_cases(3, Window.between("2017-07", "2018-12"), 0.2, centres).drop_nulls("birth_month")
    assert (cases["reported_on"] >= cases["birth_month"]).all()
    month_of_birthday = cases["birth_month"].dt.offset_by("18y")
    assert (cases["opened_on"] < month_of_birthday).all()
    assert (cases["closed_on"] < month_of_birthday.dt.offset_by("1mo")).all()
    assert cases.filter(pl.col("closing_reason") == "PILNAMETYSTE").height > 10


def test_assessments_begin_with_the_case_and_come_about_every_three_months(centres: dict[str, str]) -> None:
    window = Window.between("2018-01", "2018-12")
    cases = draw_cases(4, window, 0.1, centres)
    made = draw_assessments(4, window, cases, 28)
    frame = made.frame.join(cases.select("case", "opened_on", "closed_on"), on="case").sort("case", "assessed_on")
    assert (frame["assessed_on"] >= frame["opened_on"]).all()
    assert (frame["assessed_on"] < frame["closed_on"]).all()
    apart = frame.select(pl.col("assessed_on").diff().over("case").dt.total_days())["assessed_on"].drop_nulls()
    assert (70 <= apart.min() <= 91) and (91 <= apart.max() <= 112)
    highest = np.where(made.levels == UNKNOWN, 0, made.levels).max(axis=1)
    assert (highest == made.frame["overall_level"].to_numpy()).all()
    unanswered = (made.levels == UNKNOWN).sum(axis=1)
    assert ((unanswered <= MAX_UNANSWERED) == made.frame["is_valid"].to_numpy()).all()
    new = frame.filter(pl.col("opened_on") >= date(2018, 1, 1)).group_by("case").first()
    assert ((new["assessed_on"] - new["opened_on"]).dt.total_days() <= 10).all()
