"""The dashboards' numbers are the warehouse's, whoever asks: a real Superset over a small warehouse, asked by REST."""

from __future__ import annotations

import io
import json
import random
import re
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from bi_server import Session
from judged_slices import AGENCY, JudgedSlices, population_rows
from psycopg.rows import dict_row
from tests.conftest import fresh_warehouse

from aim.bi import server as superset
from aim.bi.accounts import ADMINISTRATOR, ANALYST, password_file, roles_file
from aim.bi.bundle import make_bundle
from aim.publish.roles import ensure_roles
from aim.settings import Settings
from aim.warehouse import dbt, embedded
from aim.warehouse.connect import Warehouse

TODAY = date(2019, 1, 22)
SMALL, LARGE, HIDDEN, WITHOUT, NATION = "12", "13", "23", "15", "00"
"""Two municipalities whose values are published, one whose are hidden, one that has none; the nation."""
FACTORS = {"per_1000": 1000, "percent": 100, "mean": 1}
YEAR_2018, TOTAL = {"period_grain": "year", "period": "2018"}, {"measure": "main", "breakdown": "total"}
Row = dict[str, Any]


@dataclass
class Bi:
    """A Superset that answers, the warehouse behind it, and what was put into `marts.indicator_values`."""

    settings: Settings
    house: Warehouse
    connection: psycopg.Connection[Any]
    url: str
    published: list[Row]
    datasets: dict[str, int] = field(default_factory=dict)
    database: int = 0
    sessions: dict[str, Session] = field(default_factory=dict)

    def session(self, username: str) -> Session:
        """The account, logged in once."""
        if username not in self.sessions:
            passwords = json.loads(password_file(self.settings).read_text("utf-8"))
            self.sessions[username] = Session.of(self.url, username, passwords[username])
        return self.sessions[username]

    def rows(self, code: str, territories: set[str], **where: str) -> list[Row]:
        """The rows put in, of an indicator and territories."""
        return [
            row
            for row in self.published
            if row["indicator_code"] == code
            and row["territory_code"] in territories
            and all(row[column] == value for column, value in where.items())
        ]


@pytest.fixture(scope="module")
def bi(server: embedded.ServerAddress, dbt_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bi]:
    home = tmp_path_factory.mktemp("bi")
    with fresh_warehouse(server, Settings.from_env({"AIM_HOME": str(home)}), dbt_folder) as fresh:
        slices = JudgedSlices(fresh.connection, fresh.settings, fresh.url)
        slices.deliver("gyventojai", "2018", population_rows(2018), AGENCY)
        run_id = slices.pin(TODAY)
        dbt.seed(slices.warehouse, slices.settings, run_id, TODAY)
        variables = json.dumps({"run_id": run_id, "clock_date": TODAY.isoformat()})
        built = dbt.invoke(slices.warehouse, slices.settings, "run", "--vars", variables)
        assert not built.broken
        ensure_roles(slices.warehouse, fresh.settings)
        published = publish(fresh.connection)
        superset.provision(fresh.settings, slices.warehouse)
        with superset.running(fresh.settings, "127.0.0.1", None) as (url, _):
            made = Bi(fresh.settings, slices.warehouse, fresh.connection, url, published)
            administrator = made.session(ADMINISTRATOR)
            made.datasets = {row["table_name"]: row["id"] for row in administrator.all_of("dataset")}
            (made.database,) = [row["id"] for row in administrator.all_of("database")]
            yield made


def publish(connection: psycopg.Connection[Any]) -> list[Row]:
    """Values of all indicators: some periods, a second measure and a breakdown to be counted twice by mistake."""
    chance = random.Random(6)
    cards = connection.cursor(row_factory=dict_row).execute(
        "select distinct on (indicator_code) indicator_code, definition_version, unit from marts.dim_indicator"
        " where measure = 'main' order by indicator_code, valid_from desc nulls last"
    )
    rows: list[Row] = []
    for card in cards.fetchall():
        for grain, first, last in (
            ("year", date(2018, 1, 1), date(2018, 12, 31)),
            ("year", date(2017, 1, 1), date(2017, 12, 31)),
            ("half_year", date(2018, 7, 1), date(2018, 12, 31)),
            ("quarter", date(2018, 10, 1), date(2018, 12, 31)),
        ):
            for territory in (SMALL, LARGE, HIDDEN, WITHOUT, NATION):
                for breakdown, value in (("total", "total"), ("sex", "male"), ("sex", "female")):
                    denominator = None if territory == WITHOUT else Decimal(chance.randint(40, 90_000))
                    numerator = None if territory == WITHOUT else Decimal(chance.randint(5, 4_000)) / 2
                    hidden = territory == HIDDEN
                    rows.append(
                        {
                            **card,
                            "measure": "main",
                            "period_grain": grain,
                            "period_start": first,
                            "period_end": last,
                            "territory_level": "nation" if territory == NATION else "municipality",
                            "territory_code": territory,
                            "breakdown": breakdown,
                            "breakdown_value": value,
                            "numerator": None if hidden else numerator,
                            "denominator": None if hidden else denominator,
                            "value": None
                            if hidden or numerator is None or denominator is None
                            else FACTORS[card["unit"]] * numerator / denominator,
                            "coverage_pct": Decimal(chance.randint(0, 100)),
                            "obs_status": "M" if territory == WITHOUT else "A",
                            "conf_status": "C" if hidden else "F",
                        }
                    )
    connection.cursor().executemany(
        "insert into marts.indicator_values (indicator_code, measure, definition_version, period_grain, period_start,"
        " period_end, territory_level, territory_code, breakdown, breakdown_value, numerator, denominator, value, unit,"
        " coverage_pct, obs_status, released_in, known_from, conf_status)"
        " values (%(indicator_code)s, %(measure)s, %(definition_version)s, %(period_grain)s, %(period_start)s,"
        " %(period_end)s, %(territory_level)s, %(territory_code)s, %(breakdown)s, %(breakdown_value)s, %(numerator)s,"
        " %(denominator)s, %(value)s, %(unit)s, %(coverage_pct)s, %(obs_status)s, 1, now(), %(conf_status)s)",
        rows,
    )
    return rows


def views(bi: Bi) -> dict[str, str]:
    """The wide view of each indicator, by its code."""
    return {name[:3].upper(): name for name in bi.datasets if re.match(r"[sp]\d\d_", name)}


def cents(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))


def test_each_of_the_22_indicators_is_what_sql_says(bi: Bi) -> None:
    reader = bi.session(ANALYST)
    found = views(bi)
    assert len(found) == 22
    for code, view in found.items():
        answered = reader.ask(
            bi.datasets[view],
            ["territory_code"],
            ["ratio_of_sums", "coverage", "hidden"],
            {**TOTAL, **YEAR_2018, "territory_code": [SMALL, LARGE, HIDDEN, WITHOUT, NATION]},
        )
        in_sql = bi.connection.execute(
            "select territory_code, round(value, 2), coverage_pct, (conf_status = 'C')::integer"
            " from marts.indicator_values where indicator_code = %s and period_grain = 'year'"
            " and period_start = '2018-01-01' and breakdown = 'total'",
            (code,),
        ).fetchall()
        assert len(answered) == len(in_sql) == 5
        assert {
            (row["territory_code"], cents(row["ratio_of_sums"]), cents(row["coverage"]), row["hidden"])
            for row in answered
        } == {(territory, value, cents(coverage), hidden) for territory, value, coverage, hidden in in_sql}


def test_several_territories_are_a_ratio_of_their_sums(bi: Bi) -> None:
    reader = bi.session(ANALYST)
    for code, view in views(bi).items():
        (answered,) = reader.ask(
            bi.datasets[view],
            metrics=["ratio_of_sums", "coverage"],
            where={**TOTAL, **YEAR_2018, "territory_code": [SMALL, LARGE]},
        )
        rows = [
            row
            for row in bi.rows(code, {SMALL, LARGE}, period_grain="year", breakdown="total")
            if row["period_start"].year == 2018
        ]
        of_sums = sum(row["numerator"] for row in rows) / sum(row["denominator"] for row in rows)
        assert cents(answered["ratio_of_sums"]) == cents(FACTORS[rows[0]["unit"]] * of_sums)
        assert cents(answered["coverage"]) == cents(min(row["coverage_pct"] for row in rows))


@pytest.mark.parametrize(
    "mixed",
    [
        pytest.param({**TOTAL, "territory_code": SMALL, "period_grain": "year"}, id="two years"),
        pytest.param({**TOTAL, "territory_code": SMALL}, id="years and quarters"),
        pytest.param({**TOTAL, **YEAR_2018, "territory_code": [SMALL, NATION]}, id="a municipality and the nation"),
        pytest.param({"measure": "main", **YEAR_2018, "territory_code": SMALL}, id="total and breakdown"),
        pytest.param({**TOTAL, **YEAR_2018, "territory_code": [SMALL, HIDDEN]}, id="a part is hidden"),
        pytest.param({**TOTAL, **YEAR_2018, "territory_code": [SMALL, WITHOUT]}, id="a part is missing"),
    ],
)
def test_what_may_not_be_summed_gives_no_number(bi: Bi, mixed: dict[str, Any]) -> None:
    (answered,) = bi.session(ANALYST).ask(
        bi.datasets[views(bi)["S01"]], metrics=["ratio_of_sums", "numerator_sum", "denominator_sum"], where=mixed
    )
    assert set(answered.values()) == {None}


def test_a_hidden_value_is_shown_as_such_and_a_missing_one_is_not_zero(bi: Bi) -> None:
    shown = {
        row["municipality_lt"]: row
        for row in bi.session(ANALYST).ask(
            bi.datasets["Rodikliai savivaldybėse"],
            ["municipality_lt", "shown_lt", "tile_lt", "numerator_lt", "look", "coverage_pct", "status_lt"],
            where={
                "indicator_named_lt": "S02 Vaikai, patyrę smurtą",
                "period_grain_lt": "Metai",
                "period_choice_lt": "Naujausias",
            },
        )
    }
    assert len(shown) == 4
    hidden, without = shown["Neringos sav."], shown["Druskininkų sav."]
    assert (hidden["shown_lt"], hidden["tile_lt"], hidden["numerator_lt"]) == ("C – neskelbiama", "C", "C")
    assert (hidden["look"], hidden["status_lt"]) == ("hidden", "Neskelbiama")
    assert (without["shown_lt"], without["look"], without["status_lt"]) == ("–", "none", "Duomenų nėra")
    (row,) = [row for row in bi.rows("S02", {LARGE}, period_grain="year", breakdown="total") if is_of_2018(row)]
    assert shown["Vilniaus m. sav."]["shown_lt"] == f"{row['value']:,.2f}".replace(",", "\u00a0").replace(".", ",")
    assert all(row["coverage_pct"] is not None for row in shown.values())


def is_of_2018(row: Row) -> bool:
    first: date = row["period_start"]
    return first.year == 2018


def test_a_municipality_is_compared_and_its_peers_are_hidden_where_one_of_them_is(bi: Bi) -> None:
    peers = dict(
        bi.connection.execute(
            "select municipality_code, array_agg(peer_code) from marts.municipality_peers group by municipality_code"
        ).fetchall()
    )
    assert len(peers) == 60
    assert {len(codes) for codes in peers.values()} == {5}
    of_hidden = next(code for code, others in peers.items() if HIDDEN in others and code != HIDDEN)
    (name,) = bi.connection.execute(
        "select name from marts.dim_municipality where municipality_code = %s", (of_hidden,)
    ).fetchone() or ("",)
    rows = bi.session(ANALYST).ask(
        bi.datasets["Savivaldybės rodikliai greta kitų"],
        ["indicator_named_lt", "nation_value_lt", "peers_value_lt", "peers_published_lt"],
        where={"municipality_lt": name, "period_grain_lt": "Metai", "period_choice_lt": "Naujausias"},
    )
    assert len(rows) == 22
    assert {row["peers_value_lt"] for row in rows} == {"C – neskelbiama"}
    assert all(re.fullmatch(r"[\d\u00a0]+,\d\d", row["nation_value_lt"]) for row in rows)


@pytest.mark.parametrize("code", [SMALL, LARGE])
def test_a_municipal_login_sees_its_own_only(bi: Bi, code: str) -> None:
    login = bi.session(f"aim_sav_{code}")
    ours = {row["territory_code"] for row in login.ask(bi.datasets["Savi rodikliai"], ["territory_code"])}
    assert ours == {code}
    by_hand = "select territory_code, count(*) as n from core.indicator_current group by territory_code"
    (held,) = bi.connection.execute(
        "select count(*) from core.indicator_current where territory_code = %s", (code,)
    ).fetchone() or (0,)
    assert login.run(bi.database, by_hand, "core") == [{"territory_code": code, "n": held}]
    assert held > 0


@pytest.mark.parametrize(
    "statement",
    [
        f"set role aim_sav_{LARGE}",
        "set session authorization aim_bi",
        "select * from ops.deliveries",
        "select * from identity.child_key",
        "select * from pg_authid",
        "create table marts.mine (i int)",
        "delete from marts.indicator_values",
    ],
)
def test_a_municipal_login_gets_no_further_by_ad_hoc_sql(bi: Bi, statement: str) -> None:
    login = bi.session(f"aim_sav_{SMALL}")
    assert login.refused(bi.database, statement)
    # Its own role is all it has, also once it was given back.
    login.run(bi.database, "reset role")
    # Nor does what was tried last for what comes next.
    again = login.run(bi.database, "select distinct territory_code from core.indicator_current", "core")
    assert again == [{"territory_code": SMALL}]


def test_what_one_account_was_shown_is_not_kept_for_another(bi: Bi) -> None:
    seen = [
        {row["territory_code"] for row in bi.session(name).ask(bi.datasets["Savi rodikliai"], ["territory_code"])}
        for name in (f"aim_sav_{SMALL}", f"aim_sav_{LARGE}", f"aim_sav_{SMALL}")
    ]
    assert seen == [{SMALL}, {LARGE}, {SMALL}]


def test_everybody_else_reaches_only_what_is_published(bi: Bi) -> None:
    assert bi.session(ADMINISTRATOR).run(bi.database, "select count(*) as n from marts.indicator_values") == [
        {"n": len(bi.published)}
    ]
    for name in (ADMINISTRATOR, ANALYST):
        assert bi.session(name).refused(bi.database, "select * from core.indicator_current", "core")
    with pytest.raises(urllib.error.HTTPError):
        bi.session(ANALYST).ask(bi.datasets["Savi rodikliai"], ["territory_code"])
    # Superset lets its administrator ask; Postgres answers nobody but the municipality itself.
    with pytest.raises(urllib.error.HTTPError) as refused:
        bi.session(ADMINISTRATOR).ask(bi.datasets["Savi rodikliai"], ["territory_code"])
    assert b"permission denied" in refused.value.read()


def test_who_sees_which_dashboard(bi: Bi) -> None:
    public = {"situacija", "poveikis", "savivaldybe", "duomenu-rinkimas"}
    seen = {
        name: {row["slug"] for row in bi.session(name).all_of("dashboard")} for name in (ANALYST, f"aim_sav_{SMALL}")
    }
    assert seen == {ANALYST: public, f"aim_sav_{SMALL}": public | {"savi-duomenys"}}


def test_every_chart_is_answered(bi: Bi) -> None:
    reader = bi.session(f"aim_sav_{SMALL}")
    charts = bi.session(ADMINISTRATOR).all_of("chart")
    declared = make_bundle(bi.settings.project_root / "bi", bi.house)
    assert len(charts) == len([path for path in declared if path.startswith("charts/")]) > 22
    for chart in charts:
        params = json.loads(chart["params"])
        axis = [params["x_axis"]] if "x_axis" in params else []
        metrics = [*params.get("metrics", []), *params.get("metrics_b", [])]
        rows = reader.ask_as_chart(
            chart["datasource_id"],
            {
                "columns": params.get("all_columns") or [*axis, *params.get("groupby", [])],
                # None, not an empty list: rows as they are, not grouped.
                "metrics": metrics or None,
                "orderby": [json.loads(one) for one in params.get("order_by_cols", [])],
                "filters": [
                    {"col": one["subject"], "op": one["operator"], "val": one["comparator"]}
                    for one in params["adhoc_filters"]
                ],
            },
        )
        # Nothing was delivered here that could be lacking.
        assert rows or "negauta" in chart["slice_name"], chart["slice_name"]


def test_provisioned_again_it_is_the_same_and_what_was_done_by_hand_is_mended(bi: Bi) -> None:
    administrator = bi.session(ADMINISTRATOR)
    before = exported(administrator)
    (trend,) = [row for row in administrator.all_of("chart") if row["slice_name"].startswith("Situacija: S01")]
    rename(bi, trend["id"], "Kas čia?")
    assert exported(administrator) != before
    superset.provision(bi.settings, bi.house)
    assert exported(administrator) == before


def exported(session: Session) -> dict[str, bytes]:
    """All assets as Superset itself writes them, but for the moment of writing."""
    with zipfile.ZipFile(io.BytesIO(session.get_bytes("/api/v1/assets/export/"))) as bundle:
        return {
            name.partition("/")[2]: bundle.read(name)
            for name in bundle.namelist()
            if not name.endswith("metadata.yaml")
        }


def rename(bi: Bi, chart: int, name: str) -> None:
    """As somebody with the rights would in Superset's own tables."""
    import sqlite3

    with sqlite3.connect(bi.settings.home / "bi" / "superset.db") as tables:
        tables.execute("update slices set slice_name = ? where id = ?", (name, chart))


def test_pages_ask_nobody_outside(bi: Bi) -> None:
    with urllib.request.urlopen(f"{bi.url}/login/", timeout=30) as page:
        policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


def test_secrets_are_their_owners_alone(bi: Bi) -> None:
    kept = [password_file(bi.settings), bi.settings.home / "bi" / "secret_key"]
    assert {file.stat().st_mode & 0o777 for file in kept} == {0o600}
    assert not list((bi.settings.home / "bi").glob("plan*"))
    in_warehouse = json.loads(roles_file(bi.settings).read_text("utf-8"))
    tables = (bi.settings.home / "bi" / "superset.db").read_bytes()
    assert not any(password.encode() in tables for password in in_warehouse.values())
