"""Codes, forms and the model behind the sample."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.ee.ik import calc_check_digit
from stdnum.lt import asmens

from aim.contracts.calendar import add_working_days
from aim.contracts.load import contracts
from aim.contracts.models import Grain
from aim.contracts.reference import read_reference
from aim.contracts.registry import read_registry
from aim.sample import population
from aim.sample.assessments import MAX_UNANSWERED, UNKNOWN, draw_assessments
from aim.sample.care import IN_CARE
from aim.sample.cases import OPEN_AT_ONCE, draw_cases
from aim.sample.decisions import DISABLED, WITH_SPECIAL_NEEDS
from aim.sample.owed import owed
from aim.sample.personal_codes import draw_codes, draw_undated_codes, with_check_digit
from aim.sample.risk_families import ON_REGISTER
from aim.sample.school import ABSENT
from aim.sample.social_risk import AT_SOCIAL_RISK
from aim.sample.window import Window
from aim.sample.world import World, every_municipality
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


def test_codes_of_others_are_not_given_again() -> None:
    male, month = np.zeros(400, dtype=np.bool_), np.full(400, np.datetime64("2010-05", "M"))
    first, _ = draw_codes(np.random.default_rng(1), male, month)
    second, _ = draw_codes(np.random.default_rng(1), male[:200], month[:200], taken=first)
    assert not set(first.tolist()) & set(second.tolist())


@pytest.fixture(scope="module")
def nation() -> World:
    settings = Settings.from_env({})
    providers, reference = read_registry(settings.registry), read_reference(settings.reference)
    return World(1, Window.between("2018-01", "2018-12"), 1.0, reference, providers, every_municipality())


@pytest.mark.parametrize(
    ("register", "begun", "ended", "wanted", "within"),
    [
        ("care", "begun", "ended", IN_CARE, 0.06),
        ("disability", "decided_on", "valid_to", DISABLED, 0.12),
        ("special_needs", "decided_on", "valid_to", WITH_SPECIAL_NEEDS, 0.12),
        ("social_risk", "begun", "ended", AT_SOCIAL_RISK, 0.15),
        ("absences", "begun", "ended", ABSENT, 0.12),
        ("risk_families", "begun", "ended", ON_REGISTER, 0.2),
    ],
)
def test_volumes_are_near_the_published_or_assumed(
    nation: World, register: str, begun: str, ended: str, wanted: int, within: float
) -> None:
    frame: pl.DataFrame = getattr(nation, register)
    for day in (date(2018, 2, 28), date(2018, 6, 30)):
        running = frame.filter((pl.col(begun) <= day) & (pl.col(ended) > day))
        assert abs(len(running) - wanted) < within * wanted, (day, len(running))


def test_children_with_violence_confirmed_in_a_year_lie_between_the_published_years(nation: World) -> None:
    confirmed = nation.violence.filter((pl.col("finding") == "TAIP") & pl.col("found_on").is_not_null())
    assert 1_192 < confirmed["child"].n_unique() < 5_122


def test_part_of_the_families_on_the_register_become_cases_after_it(nation: World) -> None:
    later = nation.cases.filter(pl.col("opened_on") > date(2018, 6, 30))["child"].unique()
    followed = nation.risk_families["child"].is_in(later.cast(pl.Int64).implode()).sum()
    assert followed > 500


def test_no_child_has_two_episodes_of_care_at_once(nation: World) -> None:
    episodes = nation.care.sort("child", "begun")
    before = episodes.select(pl.col("ended").shift(1).over("child"))["ended"]
    assert (episodes.filter(before.is_not_null())["begun"] >= before.drop_nulls()).all()


def test_the_few_owed_for_years_belong_to_the_years_of_the_window() -> None:
    declared, providers = contracts(), read_registry(REGISTRY)
    owed_slices = owed(
        declared, providers, Window.between("2018-10", "2018-12"), set(declared.datasets), every_municipality()
    )
    yearly = {
        (one.dataset, one.period.text) for one in owed_slices if one.period.grain in (Grain.YEAR, Grain.SCHOOL_YEAR)
    }
    assert yearly == {
        ("gyventojai", "2018"), ("mokiniai", "2018"), ("nesimokantys", "2017-2018"), ("priklausomybes", "2017"),
    }  # fmt: skip
    assert {one.period.grain for one in owed_slices} == set(Grain)
