"""Does the operator's page show what the ledger holds, in both languages, and to nobody who may not see it?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from judged_slices import CENTRES, JudgedSlices
from tests.conftest import fresh_warehouse

from aim.clock import VILNIUS
from aim.contracts.load import contracts
from aim.ledger import runs
from aim.ledger.answers import AnswerHead, record_refused, record_taken
from aim.ledger.releases import Attacked, note_attack, open_round
from aim.orchestration.page.calendar import Asked, By, Calendar, calendar_of
from aim.orchestration.page.delivery import ROWS_SHOWN, delivery_of
from aim.orchestration.page.handbook_pages import handbook_file
from aim.orchestration.page.names import Names
from aim.orchestration.page.overview import overview_of
from aim.orchestration.page.provider import provider_of
from aim.orchestration.page.releases import releases
from aim.orchestration.page.rendering import page
from aim.orchestration.status import status_of
from aim.settings import PROJECT_ROOT, Settings
from aim.warehouse import embedded

SENDING, REFUSED, SILENT = CENTRES
TODAY = date(2019, 1, 22)
MONTHS = ("2018-09", "2018-10", "2018-11", "2018-12")
FINDINGS = "insert into quality.row_issues (delivery_id, row_number, rule_code, field, out) values (%s, %s, %s, %s, %s)"
RESULTS = (
    "insert into quality.check_results (run_id, delivery_id, rule_code, status, severity, responsibility, dimension,"
    " checked, failed) values (%s, %s, %s, %s, %s, %s, 'conformance', 90, %s)"
)


class House(JudgedSlices):
    """Three centres and their cases: one sends with faults, one is refused once, one is silent."""

    def fill(self) -> None:
        for month in MONTHS:
            self.sent = self.deliver("atvejai", month, [], SENDING)
            self.refused = self.deliver("atvejai", month, [], REFUSED, reject=month == MONTHS[-1])
        self.night = self.pin(TODAY)
        came = datetime(2019, 1, 20, 9, tzinfo=VILNIUS)
        for delivery, reason in ((self.sent, None), (7_000_000, "unknown_delivery")):
            head = AnswerHead("sftp", "klaidos.xlsx", str(delivery), came, SENDING, "atvejai", MONTHS[-1], delivery)
            if reason is None:
                record_taken(self.connection, head)
            else:
                record_refused(self.connection, head, reason)
        for row in range(2, 2 + ROWS_SHOWN + 5):
            self.connection.execute(FINDINGS, (self.sent, row, "VIS-001", "sav", True))
        self.connection.execute(FINDINGS, (self.sent, 3, "ATV-001", "", False))
        for rule, status, severity, whose, failed in (
            ("VIS-001", "failed", "error", "provider", ROWS_SHOWN + 5),
            ("ATV-001", "failed", "query", "provider", 1),
            ("ATV-002", "errored", "query", "provider", 0),
            ("VIS-002", "passed", "error", "provider", 0),
        ):
            self.connection.execute(RESULTS, (self.night, self.sent, rule, status, severity, whose, failed))
        with self.connection.transaction():
            instant = runs.read_run(self.connection, self.night).clock.instant
            release = open_round(self.connection, self.night, "first", TODAY, instant)
            for group, breaches in (("cases", 0), ("S02", 2)):
                attacked = Attacked(group, 2019, 90, 12, 30, 800.0, 60.0, breaches, 1.5, ("asked",))
                note_attack(self.connection, release, attacked, "method")
            cost = {"attacked": 2, "cells": 90, "cells_hidden": 30, "counted": 800.5, "counted_hidden": 60.0}
            runs.note_stage(self.connection, self.night, "release", 1, {"hidden": 7, "held_back": ["S02 2019"], **cost})
            runs.close_run(self.connection, self.night, "failed")


@pytest.fixture(scope="module")
def kept(server: embedded.ServerAddress, tmp_path_factory: pytest.TempPathFactory, dbt_folder: Path) -> Iterator[House]:
    settings = Settings.from_env({"AIM_HOME": str(tmp_path_factory.mktemp("page"))})
    with fresh_warehouse(server, settings, dbt_folder) as warehouse:
        made = House(warehouse.connection, warehouse.settings, warehouse.url)
        made.fill()
        yield made


@pytest.fixture
def house(kept: House) -> Iterator[House]:
    with kept.connection.transaction(force_rollback=True):
        yield kept


def names(house: House, lang: str = "en") -> Names:
    return Names.read(house.settings, "lt" if lang == "lt" else "en")


def calendar(house: House, **asked: object) -> Calendar:
    return calendar_of(house.connection, names(house), Asked(**asked))  # type: ignore[arg-type]


def test_the_numbers_are_those_of_aim_status(house: House) -> None:
    told = overview_of(house.connection, house.settings)
    assert told is not None
    status = status_of(house.settings, house.connection, None, None)
    assert told.status == status
    missing = Counter((gap.dataset, gap.status) for gap in told.gaps)
    for one in status.datasets:
        assert missing[one.dataset, "rejected"] == one.rejected
        assert missing[one.dataset, "not_received"] == one.not_received
    assert sum(missing.values()) > 3
    assert {gap.provider_code for gap in told.gaps if gap.dataset == "atvejai"} == {REFUSED, SILENT}
    [due] = [one for one in told.due_later if one.dataset == "atvejai"]
    assert (due.period, due.expected, due.accepted, due.due_on) == ("2019-01", 3, 0, date(2019, 2, 11))
    assert told.due_today == []
    # A failed night and a crashed check are ours; what breaks rules is theirs.
    assert {(one.what, one.rule_code) for one in status.incidents} == {("night", None), ("check", "ATV-002")}
    assert [(one.rule_code, one.deliveries, one.failed) for one in told.theirs] == [
        ("ATV-001", 1, 1),
        ("VIS-001", 1, ROWS_SHOWN + 5),
    ]
    [release] = releases(house.connection)
    assert (release.kinds, release.hidden, release.attacked, release.held_back) == (["first"], 7, 2, 1)
    assert (release.cells, release.cells_hidden) == (90, 30)
    assert (release.counted, release.counted_hidden) == (Decimal("800.5"), 60)


@pytest.mark.parametrize("by", By)
def test_the_calendar_holds_every_slice_once(house: House, by: By) -> None:
    shown = calendar(house, by=by)
    cells = [cell for group in shown.groups for row in group.rows for cell in row.cells if cell]
    found = {
        state: sum(getattr(cell, state) for cell in cells)
        for state in ("on_time", "late", "confirmed_empty", "rejected", "not_received", "not_due", "waived")
    }
    counted = house.connection.execute(
        "select status, count(*) from ops.obligations where period_end between %s and %s group by status",
        (shown.months[0], date(2018, 12, 31)),
    ).fetchall()
    assert shown.months[-1] == date(2018, 12, 1)
    assert {state: count for state, count in found.items() if count} == dict(counted)


def test_the_calendar_shows_what_is_asked_for(house: House) -> None:
    one = calendar(house, by=By.SERIES, municipality="33", dataset="atvejai")
    [group] = one.groups
    [row] = group.rows
    assert (group.municipality, row.code, row.dataset) == ("33", SENDING, "atvejai")
    states = [cell.state if cell else None for cell in row.cells]
    assert states[-4:] == ["on_time" if cell and cell.on_time else "late" for cell in row.cells[-4:]]
    assert states[-5] == "not_received"
    assert row.cells[-1] is not None and row.cells[-1].delivery_id == house.sent
    gaps = calendar(house, by=By.SERIES, dataset="atvejai", only_gaps=True, until=date(2018, 12, 1))
    assert {row.code for group in gaps.groups for row in group.rows} == set(CENTRES)
    earlier = calendar(house, by=By.MUNICIPALITY, until=date(2017, 12, 1))
    assert earlier.later == date(2018, 12, 1)
    assert calendar(house, by=By.DATASET, municipality="99").groups == ()


def test_a_delivery_tells_its_findings_by_row_number_and_whose_they_are(house: House) -> None:
    told = delivery_of(house.connection, house.sent)
    assert told is not None
    assert [(one.rule_code, one.row_count, one.more) for one in told.theirs] == [
        ("VIS-001", ROWS_SHOWN + 5, 5),
        ("ATV-001", 1, 0),
    ]
    assert told.theirs[0].first_rows[:3] == [2, 3, 4]
    assert [(one.rule_code, one.status) for one in told.ours] == [("ATV-002", "errored")]
    assert told.checks == {"errored": 1, "failed": 2, "passed": 1}
    assert delivery_of(house.connection, 999_999) is None


class Looked(HTMLParser):
    """What a page is made of: tags with what they bear, identifiers, words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = text
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, *wanted: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in wanted]


def pages(house: House, lang: str) -> dict[str, str]:
    words = names(house, lang)
    overview = overview_of(house.connection, house.settings)
    provider = provider_of(house.connection, house.settings, words, REFUSED, None)
    shown = {"shown": 2, "rules_shown": 1, "counted": ("expected", "rejected", "not_received")}
    made = {"overview": page("overview.html.j2", words, here="", told=overview, **shown)}
    for by in By:
        told = calendar_of(house.connection, words, Asked(by=by))
        made[by.value] = page("calendar.html.j2", words, here="calendar", told=told, by=By)
    made["provider"] = page("provider.html.j2", words, here=f"provider/{REFUSED}", up="../", told=provider)
    for delivery in (house.sent, house.refused):
        found = delivery_of(house.connection, delivery)
        made[f"delivery-{delivery}"] = page("delivery.html.j2", words, here="delivery/1", up="../", told=found)
    made["releases"] = page("releases.html.j2", words, here="releases", told=releases(house.connection))
    made["before"] = page("before.html.j2", words, here="")
    return made


@pytest.mark.parametrize("lang", ["lt", "en"])
def test_each_page_stands_alone_and_can_be_used_with_the_keyboard_and_by_ear(house: House, lang: str) -> None:
    for name, text in pages(house, lang).items():
        looked = Looked(text)
        assert looked.of("html") == [{"lang": lang}], name
        assert not looked.of("script", "img", "link", "iframe"), f"{name} needs something from elsewhere"
        assert not re.search(r"https?://|onclick|url\(", text), name
        for attributes in looked.of("a"):
            assert attributes.get("href"), f"{name} has a link that leads nowhere"
            assert not (attributes["href"] or "").startswith("/"), f"{name} leaves the place it is mounted at"
        for attributes in looked.of("th"):
            assert attributes.get("scope"), f"{name} has a heading of nothing"
        assert all("tabindex" not in attributes or attributes["tabindex"] == "0" for _, attributes in looked.tags)
        for attributes in looked.of("div"):
            if attributes.get("class") == "scroll":
                assert attributes.get("tabindex") == "0" and attributes.get("aria-label"), name
        targets = {attributes["id"] for _, attributes in looked.tags if "id" in attributes}
        for attributes in looked.of("a"):
            if (attributes["href"] or "").startswith("#"):
                assert (attributes["href"] or "")[1:] in targets, (name, attributes)
        labelled = {attributes.get("for") for attributes in looked.of("label")}
        for attributes in looked.of("select", "input"):
            assert attributes.get("type") == "hidden" or attributes.get("id") in labelled, (name, attributes)
        # Tags in an attribute, or a sentence put in before it was filled.
        assert not re.search(r'="[^"]*<', text) and "{" not in text.split("</style>")[1], name


def test_lists_that_came_back_lead_to_their_deliveries(house: House) -> None:
    text = pages(house, "en")["overview"]
    listed = text[text.index('id="answers"') :].split("</table>")[0]
    assert f'href="delivery/{house.sent}">taken</a>' in listed
    # There is no such delivery to lead to.
    assert "refused (unknown_delivery)" in listed and "7000000" not in listed
    told = provider_of(house.connection, house.settings, names(house), SENDING, None)
    provider = page("provider.html.j2", names(house), here="provider/1", up="../", told=told)
    assert f'href="../delivery/{house.sent}">taken</a>' in provider
    assert 'id="answers"' not in pages(house, "en")["provider"]


def test_what_hiding_cost_stands_beside_what_was_published(house: House) -> None:
    for lang, numbers, sums in (("lt", "33,33 %", "7,50 %"), ("en", "33.33 %", "7.50 %")):
        text = pages(house, lang)["releases"]
        assert f">{numbers}</td>" in text and f">{sums}</td>" in text


def test_colour_is_never_the_only_signal(house: House) -> None:
    text = pages(house, "en")["series"]
    for attributes, inner in re.findall(r'<td class="(\w+)" title="[^"]+">(.*?)</td>', text, re.DOTALL):
        assert re.sub(r"<[^>]+>", "", inner).strip(), attributes
    assert "2018-12: rejected" in text and "2018-12: missing" in text


def test_what_a_file_is_called_does_no_harm(house: House) -> None:
    house.connection.execute(
        "update ops.deliveries set file_name = %s where delivery_id = %s", ("<script>alert(1)</script>", house.sent)
    )
    found = delivery_of(house.connection, house.sent)
    text = page("delivery.html.j2", names(house), here="delivery/1", up="../", told=found)
    assert "<script>" not in text and "&lt;script&gt;" in text


def test_rules_lead_to_where_the_handbook_explains_them(house: House) -> None:
    words = names(house)
    for rule_set in contracts().rule_sets.values():
        for rule in rule_set.rules:
            name, _, anchor = (words.explained_at(rule.code) or "").removeprefix("handbook/").partition("#")
            file = handbook_file(house.settings, "en", name)
            assert file is not None and f'id="{anchor}"' in file.read_text("utf-8"), rule.code
    assert handbook_file(house.settings, "lt", "../../secret.json") is None
    assert handbook_file(house.settings, "lt", "..") is None


def test_before_the_first_night_there_is_nothing_to_show(house: House) -> None:
    house.connection.execute("truncate ops.runs, ops.obligations cascade")
    assert overview_of(house.connection, house.settings) is None
    assert calendar(house).months == ()


# Airflow reads its configuration at import, so what it serves is asked in a process of its own.
ASK = """
import json, sys
from fastapi.testclient import TestClient
from airflow.api_fastapi.app import create_app
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.configuration import conf

from airflow.api_fastapi.app import get_auth_manager
from airflow.models.revoked_token import RevokedToken
from airflow.settings import engine

# All that a login asks of Airflow's own database.
RevokedToken.__table__.create(engine)
client = TestClient(create_app("core"), follow_redirects=False, raise_server_exceptions=False)

def token(role):
    return get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="somebody", role=role))

tokens = {"nobody": None, "garbage": "abc", "without a role": token(None), "viewer": token("viewer")}
paths = json.loads(sys.argv[1])
answers = {}
for who, jwt in tokens.items():
    client.cookies.clear()
    if jwt is not None:
        client.cookies.set("_token", jwt)
    for path in paths:
        answer = client.get(path)
        answers[f"{who} {path}"] = (answer.status_code, answer.text, dict(answer.headers))
from aim.orchestration.page.app import router
print(json.dumps({"answers": answers, "routes": [route.path for route in router.routes]}))
"""


def test_nobody_sees_it_who_is_not_logged_in_or_has_no_right(house: House, tmp_path: Path) -> None:
    asked = {
        "/": "",
        "/{lang}/": "en/",
        "/{lang}/calendar": "en/calendar?by=series",
        "/{lang}/provider/{code}": f"lt/provider/{REFUSED}",
        "/{lang}/delivery/{delivery_id}": f"en/delivery/{house.sent}",
        "/{lang}/releases": "lt/releases",
        "/{lang}/handbook/{name}": "en/handbook/rules.html",
    }
    paths = {route: f"/aim/{path}" for route, path in asked.items()}
    beyond = ["/aim/docs/", "/aim/openapi.json/", "/aim/redoc/", "/aim/xx/", "/aim/en/delivery/x", "/aim/en/nothing"]
    # What the night left must be there for another process.
    environment = os.environ | {
        "AIM_HOME": str(house.settings.home),
        "AIM_WAREHOUSE": house.warehouse.url,
        "AIM_METADATA": house.warehouse.url,
        "AIM_REGISTRY": str(house.settings.registry),
        "AIM_LANG": "lt",
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT_ROOT / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps([*paths.values(), *beyond])],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    answers = said["answers"]
    assert set(said["routes"]) == set(paths), "a route that this test does not ask for"
    for path in [*paths.values(), *beyond]:
        code, text, _ = answers[f"nobody {path}"]
        assert code in (401, 404) and (code == 401 or path in beyond), (path, code)
        assert "Centras" not in text
        assert answers[f"garbage {path}"][0] in (401, 403, 404), path
        assert answers[f"without a role {path}"][0] in (403, 404), path
    for route, path in paths.items():
        assert answers[f"nobody {path}"][0] == 401
        assert answers[f"without a role {path}"][0] == 403
        code, text, headers = answers[f"viewer {path}"]
        assert code == (307 if route == "/" else 200), (path, text)
        assert headers["cache-control"] == "no-store" and "default-src 'none'" in headers["content-security-policy"]
    assert answers["viewer /aim/"][2]["location"] == "lt/"
    assert all(answers[f"viewer {path}"][0] == 404 for path in beyond)
    assert "Centras 11" in answers[f"viewer {paths['/{lang}/provider/{code}']}"][1]
