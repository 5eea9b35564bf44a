"""Do the real population and a provider just entered come through a whole night?"""

from __future__ import annotations

import csv
import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from aim.clock import VILNIUS
from aim.warehouse.connect import warehouse
from tests.acceptance.nights import NightHome, night_home
from tests.acceptance.published_extracts import (
    AT_PARENTS_REQUEST_IN_BIRZAI,
    BIRZAI,
    IN_CARE_IN_BIRZAI,
    write_guardianships_of_birzai,
)
from tests.acceptance.real_population import CHILDREN, SOURCE, write_population
from tests.acceptance.registries import since, write_registry

AGENCY = "913000016"
CHILD_RIGHTS_OF_BIRZAI = "908360016"
NEWCOMER = ("902999014", "Naujas socialinių paslaugų centras", "spc", "33", "lt", "2018-12-01", "")
BEGIN = date(2018, 11, 1)
"""From when on the others deliver; those that told of children in care since the December asked about."""
CASES = """atvejo_nr;asmens_kodas;seimos_nr;sav;pranesimo_data;atidarymo_data
N-1;51003019808;S-1;33;2018-12-03;2018-12-04
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> NightHome:
    """A night over the real population, one case file of a provider that is one new row in the registry, and the
    children in care of one municipality.
    """
    if not SOURCE.exists():
        pytest.skip("the reference data are not beside the checkout")
    folder = tmp_path_factory.mktemp("real") / "home"
    registry = folder / "registry.csv"
    home = night_home(folder, AIM_REGISTRY=str(registry))
    write_registry(registry, since(BEGIN, vtas=date(2017, 12, 1), vda=date(2017, 1, 1)))
    with registry.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(NEWCOMER)
    inbox = Path(home.settings.inbox)
    write_population(inbox, AGENCY)
    write_guardianships_of_birzai(inbox, CHILD_RIGHTS_OF_BIRZAI)
    cases = inbox / "sftp" / f"atvejai_{NEWCOMER[0]}_2018-12.csv"
    cases.parent.mkdir(exist_ok=True)
    cases.write_text(CASES, "utf-8")
    stamp = datetime(2019, 1, 7, 10, tzinfo=VILNIUS).timestamp()
    os.utime(cases, (stamp, stamp))
    with warehouse(home.settings):
        home.whole_night()
    return home


@pytest.mark.timeout(600)
def test_the_core_holds_lithuanias_children(home: NightHome) -> None:
    with warehouse(home.settings) as house, house.connect() as connection:
        found = connection.execute(
            "select population_year, sum(children) from core.fct_population group by population_year"
        ).fetchall()
        rejected = connection.execute("select count(*) from ops.deliveries where verdict = 'rejected'").fetchone()
    assert {int(year): int(children) for year, children in found} == CHILDREN
    assert rejected == (0,)


def test_the_smallest_municipalities_have_the_children_they_had(home: NightHome) -> None:
    with warehouse(home.settings) as house, house.connect() as connection:
        found = connection.execute(
            "select municipality_code, sum(children) from core.fct_population"
            " where population_year = 2018 and municipality_code in ('12', '23') group by 1 order by 1"
        ).fetchall()
    assert found == [("12", 653), ("23", 545)]


def test_the_published_rate_of_birzai_comes_out(home: NightHome) -> None:
    with warehouse(home.settings) as house, house.connect() as connection:
        found = connection.execute(
            "select territory_code, numerator, denominator, round(value, 2), round(coverage_pct, 2), obs_status"
            " from core.indicator_current where indicator_code = 'S04' and measure = 'main'"
            " and period_grain = 'month' and period_end = '2017-12-31'"
            " and territory_code in ('00', %s) and breakdown = 'total' order by 1",
            (BIRZAI,),
        ).fetchall()
        beside = connection.execute(
            "select count(*), count(distinct child_id) from core.fct_care_episode"
            " where municipality_code = %s and period = '2017-12' and ground = 'TEVU_PRASYMU'"
            " and begun_on <= period_end and (ended_on is null or ended_on > period_end)",
            (BIRZAI,),
        ).fetchone()
    assert found == [
        # One unit of sixty has delivered.
        ("00", IN_CARE_IN_BIRZAI, CHILDREN[2018], Decimal("0.19"), Decimal("1.67"), "P"),
        (BIRZAI, IN_CARE_IN_BIRZAI, 3811, Decimal("24.67"), 100, "A"),
    ]
    assert beside == (AT_PARENTS_REQUEST_IN_BIRZAI, AT_PARENTS_REQUEST_IN_BIRZAI)


def test_the_rate_of_the_nation_stands_on_them(home: NightHome) -> None:
    with warehouse(home.settings) as house, house.connect() as connection:
        found = connection.execute(
            "select numerator, denominator, value from core.indicator_current where indicator_code = 'S01'"
            " and measure = 'main' and period_grain = 'month' and period_start = '2018-11-01'"
            " and territory_code = '00' and breakdown = 'total'"
        ).fetchone()
        december = connection.execute(
            "select numerator, denominator, obs_status from core.indicator_current where indicator_code = 'S01'"
            " and measure = 'main' and period_grain = 'month' and period_start = '2018-12-01'"
            " and territory_code = '33' and breakdown = 'total'"
        ).fetchone()
    # Nobody delivered November.
    assert found == (None, None, None)
    with SOURCE.open(encoding="utf-8") as lines:
        next(lines)
        alytus = sum(
            int(row["viso"])
            for row in csv.DictReader(lines)
            if row["savivaldybes_kodas"] == "33" and row["metai"] == "2018" and int(row["amzius"]) <= 17
        )
    # Of two providers there, one delivered: provisional, on 1 January 2018 since 2019 is not there.
    assert december == (1, alytus, "P")


def test_a_provider_is_one_row_in_the_registry(home: NightHome) -> None:
    with warehouse(home.settings) as house, house.connect() as connection:
        found = connection.execute(
            "select dataset, period, status from ops.obligations where provider_code = %s order by 1, 2",
            (NEWCOMER[0],),
        ).fetchall()
        known = connection.execute(
            "select count(*) from core.dim_provider where provider_code = %s", (NEWCOMER[0],)
        ).fetchone()
    assert found == [
        ("atvejai", "2018-12", "on_time"),
        ("atvejai", "2019-01", "not_due"),
        ("pagalbos_planai", "2018-12", "not_received"),
        ("pagalbos_planai", "2019-01", "not_due"),
        ("vertinimai", "2018-12", "not_received"),
        ("vertinimai", "2019-01", "not_due"),
    ]
    assert known == (1,)
