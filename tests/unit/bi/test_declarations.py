"""What bi/ declares: every name is known, the dashboards are those others link to, nothing is typed twice."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from aim.bi.assets import Drawn, Source, database_asset, draw, identity
from aim.bi.declarations import Declarations, read_declarations
from aim.bi.described import Column, Indicator
from aim.bi.layout import dashboard_asset
from aim.settings import PROJECT_ROOT, SettingsError

BI = PROJECT_ROOT / "bi"
SEEDS = PROJECT_ROOT / "dbt_project" / "seeds" / "reference"


@pytest.fixture(scope="module")
def declared() -> Declarations:
    return read_declarations(BI)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BI, tmp_path / "bi", ignore=shutil.ignore_patterns("*.lock")))


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def indicators() -> list[Indicator]:
    return [
        Indicator(row["indicator_code"], row["name_lt"], "Vaikai", "%", row["area"], row["indicator_code"], "quarter")
        for row in seed("indicators")
    ]


def sources(declared: Declarations) -> dict[str, Source]:
    """Every dataset as if the warehouse held it with one column."""
    columns = (Column("value", "numeric", None),)
    found = {
        name: Source(name, name, dataset, None, columns)
        for name, dataset in declared.datasets.items()
        if not dataset.each
    }
    for name, dataset in declared.datasets.items():
        if dataset.each:
            found |= {
                f"{name}/{one.code}": Source(f"{name}/{one.code}", one.view, dataset, None, columns)
                for one in indicators()
            }
    return found


def drawn(declared: Declarations, slug: str) -> list[list[Drawn]]:
    made: list[list[Drawn]] = []
    for placed in declared.dashboards[slug].placed():
        made.append(draw(declared, slug, placed, sources(declared), indicators(), 1 + sum(map(len, made))))
    return made


def test_the_dashboards_are_those_that_others_link_to(declared: Declarations) -> None:
    assert {"situacija", "poveikis", "savivaldybe", "duomenu-rinkimas"} <= declared.dashboards.keys()


def test_each_indicator_has_its_trend_on_the_dashboard_of_its_area(declared: Declarations) -> None:
    for slug, area in (("situacija", "situation"), ("poveikis", "impact")):
        trends = [chart.title for charts in drawn(declared, slug) for chart in charts if chart.key == "trend"]
        wanted = [f"{row['indicator_code']} {row['name_lt']}" for row in seed("indicators") if row["area"] == area]
        assert len(wanted) == 11
        assert trends == wanted


def test_names_of_indicators_stand_in_no_declaration() -> None:
    names = [row["name_lt"] for row in seed("indicators")]
    for file in (*BI.rglob("*.yml"), *BI.rglob("*.sql"), *BI.rglob("*.hbs")):
        text = file.read_text("utf-8")
        assert not [name for name in names if name in text], file


def test_rows_are_no_wider_than_the_page_and_hold_every_chart(declared: Declarations) -> None:
    for slug in declared.dashboards:
        charts = drawn(declared, slug)
        position = dashboard_asset(declared, slug, charts, sources(declared))["position"]
        rows = [one for key, one in position.items() if key.startswith("ROW-")]
        assert rows
        for row in rows:
            assert sum(position[child]["meta"]["width"] for child in row["children"]) <= 12
        placed = {one["meta"]["uuid"] for key, one in position.items() if key.startswith("CHART-")}
        assert placed == {chart.uuid for members in charts for chart in members}


def test_a_filter_holds_for_its_charts_alone(declared: Declarations) -> None:
    charts = drawn(declared, "situacija")
    of_map, *_ = dashboard_asset(declared, "situacija", charts, sources(declared))["metadata"][
        "native_filter_configuration"
    ]
    everything = {chart.number: chart.key for members in charts for chart in members}
    assert len(everything) == sum(map(len, charts))
    held = {key for number, key in everything.items() if number not in of_map["scope"]["excluded"]}
    assert held == {"tile_map", "municipal_table"}


def test_identities_stay(declared: Declarations) -> None:
    first = [chart.uuid for members in drawn(declared, "poveikis") for chart in members]
    assert first == [chart.uuid for members in drawn(declared, "poveikis") for chart in members]
    assert len(set(first)) == len(first)
    # Links and what people built upon them outlive a new release.
    assert identity("dashboard", "situacija") == "e9ee1494-05db-5e4e-bb2f-cd060fedc6a4"


def test_what_superset_keeps_of_the_warehouse_holds_no_password() -> None:
    asset = database_asset("postgresql://aim:s3cret@db.example:6543/aim?sslmode=require")
    assert asset["sqlalchemy_uri"] == "postgresql+psycopg2://aim_bi@db.example:6543/aim?sslmode=require"
    assert asset["allow_dml"] is False


@pytest.mark.parametrize(
    ("file", "pattern", "by", "said"),
    [
        ("charts.yml", "dataset: gaps", "dataset: gap", "reads the dataset gap"),
        ("charts.yml", "  viz: handlebars", "  viz: handlebars\n  colour: red", "Extra inputs"),
        ("datasets.yml", r"\[place\]", "[places]", "names the metric places"),
        ("dashboards/situacija.yml", "chart: tile_map", "chart: map", "names the chart map"),
        ("dashboards/situacija.yml", r"after: \[Rodiklis\]", "after: [Metai]", "comes after the filter Metai"),
        ("dashboards/situacija.yml", "sort_by: place", "sort_by: size", "does not offer size"),
        ("metrics.yml", "coverage:", "coverage: [", "is no YAML"),
    ],
)
def test_a_wrong_declaration_is_named(folder: Path, file: str, pattern: str, by: str, said: str) -> None:
    text = (folder / file).read_text("utf-8")
    changed = re.sub(pattern, by, text, count=1)
    assert changed != text
    (folder / file).write_text(changed, "utf-8")
    with pytest.raises(SettingsError, match=re.escape(said)):
        read_declarations(folder)


def test_every_municipality_has_a_tile_of_its_own() -> None:
    tiles = seed("municipality_tiles")
    assert {row["municipality_code"] for row in tiles} == {row["code"] for row in seed("municipalities")}
    assert len({(row["tile_row"], row["tile_column"]) for row in tiles}) == 60


def test_neighbours_to_the_compass_stay_so() -> None:
    tile = {
        row["municipality_code"]: (int(row["tile_row"]), int(row["tile_column"])) for row in seed("municipality_tiles")
    }
    klaipeda, vilnius, kaunas, siauliai, alytus, zarasai, birzai = (
        tile[code] for code in ("21", "13", "19", "29", "11", "43", "36")
    )
    assert klaipeda[1] < siauliai[1] < kaunas[1] < vilnius[1]
    assert birzai[0] < siauliai[0] < kaunas[0] < vilnius[0] < alytus[0]
    assert zarasai[1] == max(column for _, column in tile.values())
