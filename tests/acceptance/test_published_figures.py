"""Do extracts made to published counts give the published rates, on the population there really was?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from aim.clock import Clock
from aim.contracts.load import contracts
from aim.contracts.registry import read_registry
from aim.landing.load import land_inbox
from aim.ledger import obligations, runs
from aim.quality.judging import judge_all
from aim.settings import Settings
from aim.warehouse import dbt
from aim.warehouse.connect import Warehouse
from aim.warehouse.embedded import ServerAddress
from aim.warehouse.staging_tables import ensure_staging_tables
from tests.acceptance.published_extracts import (
    ACTS_OF_2005,
    BIRZAI,
    FIRST_DAYS,
    IN_CARE,
    write_acts,
    write_guardianships,
)
from tests.acceptance.real_population import SOURCE, write_population
from tests.acceptance.registries import write_registry
from tests.conftest import TestWarehouse, fresh_warehouse

TODAY = date(2014, 3, 20)
POPULATION_YEARS = (2005, 2011, 2012, 2013, 2014)
NATION = "00"


@dataclass(frozen=True)
class Figure:
    """A value as it must be: coverage in %, the value rounded to two decimals, half up."""

    indicator: str
    measure: str
    territory: str
    grain: str
    last_day: date
    numerator: int
    denominator: int
    value: str
    coverage: Decimal
    status: str

    def __str__(self) -> str:
        return f"{self.indicator}-{self.measure}-{self.territory}-{self.grain}-{self.last_day.year}"


ALL, A_MONTH_OF_A_QUARTER, A_MONTH_OF_A_YEAR = Decimal(100), Decimal(100) / 3, Decimal(100) / 12
NEW_YEARS_EVES = {year: date(year, 12, 31) for year in (2005, *IN_CARE)}
CHILDREN_AFTER = {2010: 574_943, 2011: 556_263, 2012: 543_756, 2013: 532_647}
"""Children on the 1 January after."""
RATES = {2010: "19.36", 2011: "19.44", 2012: "19.39", 2013: "19.05"}

PUBLISHED = [
    # A stock of 31 December is told by December's files, whatever else of the year came; units begin in December 2010.
    *(
        Figure(
            "S04", "main", NATION, grain, NEW_YEARS_EVES[year], children, CHILDREN_AFTER[year], RATES[year],
            ALL if year == 2010 else coverage, "A" if year == 2010 or grain == "month" else "P",
        )
        for year, children in IN_CARE.items()
        for grain, coverage in (("month", ALL), ("quarter", A_MONTH_OF_A_QUARTER), ("year", A_MONTH_OF_A_YEAR))
    ),
    # Of 1 January 2005: the rate was published before the next one was known, hence E.
    Figure("S07", "acts", NATION, "year", NEW_YEARS_EVES[2005], ACTS_OF_2005, 203_957, "23.33", ALL, "E"),
]  # fmt: skip


@dataclass(frozen=True)
class Built:
    """A warehouse in which the extracts were landed, judged and built."""

    house: TestWarehouse
    providers: dict[str, list[str]]
    """Kind -> codes."""

    def night(self, select: str) -> None:
        """What a night does up to the indicators, of the models selected."""
        house, settings = Warehouse(self.house.url, self.house.url), self.house.settings
        run_id = runs.open_run(self.house.connection, Clock.at(TODAY))
        landed = land_inbox(settings, house).summary()
        assert not landed["rejected"] and not landed["errored"], landed
        assert judge_all(house, settings, run_id).errored_rules == ()
        with house.connect() as connection:
            providers = read_registry(settings.registry)
            obligations.refresh(connection, contracts(), providers, Clock.at(TODAY))
            runs.pin(connection, run_id, nights_kept=14, providers=providers)
        dbt.build(house, settings, run_id, TODAY, select)


@pytest.fixture(scope="module")
def built(server: ServerAddress, dbt_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    if not SOURCE.exists():
        pytest.skip("the reference data are not beside the checkout")
    home = tmp_path_factory.mktemp("published")
    registry = home / "registry.csv"
    write_registry(registry, FIRST_DAYS)
    settings = Settings.from_env(
        {"AIM_HOME": str(home / "home"), "AIM_SETTLE_SECONDS": "0", "AIM_REGISTRY": str(registry)}
    )
    providers: dict[str, list[str]] = {}
    units: dict[str, str] = {}
    for code, provider in read_registry(registry).items():
        providers.setdefault(provider.kind, []).append(code)
        if provider.municipality_code:
            units[provider.municipality_code] = code
    inbox = Path(settings.inbox)
    write_population(inbox, providers["vda"][0], POPULATION_YEARS)
    write_guardianships(inbox, units)
    write_acts(inbox, providers["ird"][0])
    with fresh_warehouse(server, settings, dbt_folder) as house:
        ensure_staging_tables(house.connection, contracts())
        made = Built(house, providers)
        made.night("resource_type:seed tag:core tag:indicators")
        yield made


@pytest.mark.parametrize("figure", PUBLISHED, ids=str)
def test_the_published_figure_comes_out(built: Built, figure: Figure) -> None:
    found = built.house.connection.execute(
        "select numerator, denominator, value, coverage_pct, obs_status from core.indicator_current"
        " where breakdown = 'total' and indicator_code = %s and measure = %s and territory_code = %s"
        " and period_grain = %s and period_end = %s",
        (figure.indicator, figure.measure, figure.territory, figure.grain, figure.last_day),
    ).fetchall()
    assert len(found) == 1
    numerator, denominator, value, coverage, status = found[0]
    assert (numerator, denominator) == (figure.numerator, figure.denominator)
    assert str(value.quantize(Decimal("0.01"), ROUND_HALF_UP)) == figure.value
    assert coverage == pytest.approx(figure.coverage)
    assert status == figure.status


def test_every_extract_is_sound(built: Built) -> None:
    verdicts = built.house.connection.execute("select dataset, verdict, count(*) from ops.deliveries group by 1, 2")
    assert set(verdicts.fetchall()) == {
        ("globa", "accepted", 4 * 60),
        ("gyventojai", "accepted", len(POPULATION_YEARS)),
        ("nepilnameciu_veikos", "accepted", 4),
    }


@pytest.mark.parametrize("year", IN_CARE)
def test_parts_add_up_to_the_published_count(built: Built, year: int) -> None:
    parts = built.house.connection.execute(
        "select case territory_level when 'nation' then breakdown else territory_level end as parts,"
        " sum(numerator), sum(denominator)"
        " from core.indicator_current where indicator_code = 'S04' and measure = 'main' and period_grain = 'month'"
        " and period_end = %s and (breakdown = 'total' or territory_level = 'nation')"
        " group by parts",
        (NEW_YEARS_EVES[year],),
    ).fetchall()
    whole = IN_CARE[year], CHILDREN_AFTER[year]
    sums = {name: (numerator, denominator) for name, numerator, denominator in parts}
    for name in ("total", "sex", "age_band", "municipality", "county"):
        assert sums[name] == whole, name
    for name in ("place", "disability", "sen"):
        assert sums[name][0] == whole[0], name


def test_due_days_are_those_of_years_long_past(built: Built) -> None:
    unit = built.house.connection.execute(
        "select provider_code from core.dim_provider where municipality_code = %s", (BIRZAI,)
    ).fetchone()
    assert unit is not None
    found = built.house.connection.execute(
        "select dataset, period, due_on, status from ops.obligations where provider_code = any(%s)",
        ([unit[0], *built.providers["ird"], *built.providers["vda"]],),
    ).fetchall()
    told = {(dataset, period): (due_on, status) for dataset, period, due_on, status in found}
    assert told["nepilnameciu_veikos", "2005-K4"] == (date(2006, 1, 20), "on_time")
    assert told["globa", "2010-12"] == (date(2011, 1, 10), "on_time")
    assert told["globa", "2011-01"] == (date(2011, 2, 10), "not_received")
    # 31 March 2013 is Easter Sunday.
    assert told["gyventojai", "2013"] == (date(2013, 4, 2), "on_time")
    assert told["gyventojai", "2006"] == (date(2006, 3, 31), "not_received")


def test_the_rate_of_2005_changes_once_the_next_population_comes(built: Built) -> None:
    """By the methodology a flow is over the mean of both years: then it is no more the rate published.

    Last in the file: it changes the warehouse.
    """
    write_population(Path(built.house.settings.inbox), built.providers["vda"][0], [2006])
    built.night("stg_gyventojai fct_population int_population_years ind_s07_children_who_offended")
    found = built.house.connection.execute(
        "select numerator, denominator, is_estimated from intermediate.ind_s07_children_who_offended"
        " where measure = 'acts' and period_grain = 'year' and period_start = '2005-01-01'"
        " and territory_code = %s and breakdown = 'total'",
        (NATION,),
    ).fetchone()
    assert found == (ACTS_OF_2005, Decimal(203_957 + 197_239) / 2, False)
