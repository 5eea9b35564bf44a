"""What is erased leaves no trace in warehouse or archive, all else stays as it was; whatever is killed on the way."""

from __future__ import annotations

import gzip
import io
import json
import logging
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from command_line import command_line
from home_with_a_child import (
    CASE,
    CENTRE,
    CODE,
    FACTS,
    FILES,
    FIRST,
    NAME,
    SERVICES,
    Home,
    assert_no_trace,
    case,
    copied,
    database,
    files_of_the_database,
    known_by,
    make,
    opened,
    others,
    readable,
    text,
)
from tests.conftest import fresh_warehouse

from aim.clock import Clock
from aim.contracts.load import contracts
from aim.erasure import child as forgetting
from aim.erasure import landed_rows, rekeying
from aim.erasure.child import forget_child
from aim.erasure.rekeying import rekey
from aim.erasure.retention import RetentionError, forget_before, what_would_go
from aim.erasure.turn import ErasureError
from aim.landing import archive
from aim.landing.secret import read_secret
from aim.ledger import erasures, runs
from aim.settings import Settings
from aim.warehouse import connect, dbt

ORIGIN = "home_with_a_child"


@pytest.fixture(scope="module")
def origin(server: Any, dbt_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Made once; its database is copied for each test."""
    folder = tmp_path_factory.mktemp("origin") / "home"
    settings = Settings.from_env({"AIM_HOME": str(folder), "AIM_SETTLE_SECONDS": "0"})
    with connect.connect(server.url("postgres"), autocommit=True) as admin:
        with fresh_warehouse(server, settings, dbt_folder) as fresh, opened(fresh.url, folder) as home:
            make(home)
            home.connection.close()
            fresh.connection.close()
            admin.execute(f"create database {ORIGIN} template test")
        yield folder
        admin.execute(f"drop database {ORIGIN} with (force)")


@pytest.fixture
def home(
    origin: Path, server: Any, dbt_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Home]:
    monkeypatch.setattr(dbt, "state_folder", lambda _: dbt_folder)
    with database(server, "test", ORIGIN) as url, opened(url, copied(origin, tmp_path / "home")) as one:
        yield one


def forget(home: Home, given: str = CODE) -> dict[str, Any]:
    return forget_child(home.warehouse, home.settings, given).summary()


def without(rows: list[tuple[Any, ...]], *words: str) -> list[tuple[Any, ...]]:
    return [row for row in rows if not any(word in row[0] for word in words)]


def test_no_trace_is_left_and_all_others_stay(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    known = known_by(home)
    key = known[-1].decode()
    assert len(known) == 2
    before, rows, originals = home.ledger(), home.staged(), home.originals()
    assert set(home.rows("select reason from quality.reasons")) == {(f"{NAME} gyvena pas senelius",)}
    assert any(key in row for row in home.tables(["core"])["core.fct_case"])
    (home.settings.archive / ".0123456789abcdef").write_bytes(b"half written")

    found = forget(home)

    assert_no_trace(home, known)
    assert CODE not in caplog.text and NAME not in caplog.text
    assert found == {
        "deliveries": 9,
        # Two and one in October's cases, twice one in November's, three answers, a measure, two services; one of a
        # provider nobody knows, one of a file that nobody can name.
        "rows": 13,
        "keys": 1,
        "originals_changed": 8,
        "originals_destroyed": 1,
        "in_inbox": [],
        "others_unfinished": 0,
    }
    after = home.staged()
    for dataset in contracts().datasets:
        assert after[dataset] == without(rows[dataset], key, CASE)
    # Verdicts stay, counts add up, and what went is said.
    assert [row[:6] for row in home.ledger()] == [row[:6] for row in before]
    assert [(row[6] + row[10], row[7:10]) for row in home.ledger() if row[10] == 0] == [
        (row[6], row[7:10]) for row, now in zip(before, home.ledger(), strict=True) if now[10] == 0
    ]
    told = {(row[0], row[1].day): row[6:14] for row in home.ledger() if row[10] or row[13]}
    assert told == {
        (f"atvejai_{CENTRE}_2018-10.csv", 5): (12, 12, 0, 0, 2, 0, 1, "rows"),
        (f"atvejai_{CENTRE}_2018-10.xlsx", 6): (12, 12, 0, 0, 1, 0, 0, "rows"),
        (f"atvejai_{CENTRE}_2018-11.csv", 5): (12, 12, 0, 0, 1, 1, 0, "rows"),
        (f"atvejai_{CENTRE}_2018-11.csv", 6): (12, 0, 0, 12, 1, 0, 0, "rows"),
        (f"vertinimai_{CENTRE}_2018-10.csv.gz", 5): (3, 3, 0, 0, 3, 0, 0, "rows"),
        (f"pagalbos_planai_{CENTRE}_2018-10.csv.zip", 5): (1, 0, 1, 0, 1, 0, 0, "rows"),
        (f"paslaugos_{SERVICES}_2018-10.ods", 5): (2, 2, 0, 0, 2, 0, 0, "rows"),
        ("*********.csv", 5): (0, 0, 0, 0, 0, 0, 0, "rows"),
        ("atvejai_999999999_2018-10.csv", 5): (2, 0, 2, 0, 1, 0, 0, "rows"),
        (f"atvejai_{CENTRE}_2018-12.csv.gz", 5): (0, 0, 0, 0, 0, 0, 0, "whole"),
    }
    # What had nothing of the child is the same file still; of the others every other byte is.
    now = home.originals()
    assert {name for name in originals if name in now} == {
        row[14] for row in before if (row[0], row[1].day) not in told
    }
    contents = {row[0]: now[row[14]] for row in home.ledger() if row[14] in now}
    first = FIRST.encode().replace(case(CASE, CODE, name=NAME).encode(), b"")
    assert contents[f"atvejai_{CENTRE}_2018-10.csv"] == first
    assert "broliu ***********;2018-12-01" in readable(contents[f"pagalbos_planai_{CENTRE}_2018-10.csv.zip"])[0]
    assert list(home.settings.archive.glob(".*")) == []
    assert home.rows("select finished_at is not null, subject_hmac, key_version from ops.erasures") == [
        (True, None, None)
    ]
    assert home.rows("select count(*) from quality.reasons") == [(0,)]


def test_the_next_night_builds_on_what_is_left(home: Home) -> None:
    known = known_by(home)
    facts = home.tables(["core"])["core.fct_case"]
    forget(home)
    verdicts = home.rows("select delivery_id, verdict from ops.deliveries order by 1")
    home.night(*FACTS)
    assert home.rows("select delivery_id, verdict from ops.deliveries order by 1") == verdicts
    assert_no_trace(home, known)
    assert len(home.tables(["core"])["core.fct_case"]) == len(facts) - 1
    # Judged again by the same rules, the delivery is measured as it came.
    home.connection.execute("update ops.deliveries set needs_judging = true where verdict like 'accepted%'")
    home.night()
    assert home.rows("select delivery_id, verdict from ops.deliveries order by 1") == verdicts


def test_the_same_file_is_not_taken_again_and_a_new_one_is(home: Home) -> None:
    known = known_by(home)
    forget(home)
    held = set(home.originals())
    home.deliver(f"atvejai_{CENTRE}_2018-10.csv", FIRST.encode(), "2019-01-10")
    result = home.land()
    assert (dict(result.verdicts), dict(result.reasons)) == ({"rejected": 1}, {"erased_before": 1})
    assert set(home.originals()) == held
    assert not list(Path(home.settings.inbox).rglob("*.csv"))
    refused = home.rows("select archive_name, sha256, rows_received, rows_quarantined from ops.deliveries")[-1]
    assert refused[0] is None and refused[2:] == (14, 14)
    assert archive.hash_alone(io.BytesIO(FIRST.encode())).sha256 != refused[1]
    assert_no_trace(home, known)
    home.deliver(f"atvejai_{CENTRE}_2018-10.csv", text(case("A-9", CODE), *others()).encode(), "2019-01-11")
    assert home.land().rows == 13
    again = home.rows("select vaiko_id::text from staging.atvejai where atvejo_nr = 'A-9' order by delivery_id")[-1]
    assert again[0].encode() not in known


def test_a_child_nobody_knows_leaves_all_as_it_is(home: Home) -> None:
    (damaged,) = [row[14] for row in home.ledger() if row[0] == f"atvejai_{CENTRE}_2018-12.csv.gz"]
    before, rows, originals = home.ledger(), home.staged(), home.originals()
    found = forget(home, "51510259819")
    assert (found["rows"], found["keys"], found["originals_changed"]) == (0, 0, 0)
    # What cannot be opened may hold any child.
    assert found["originals_destroyed"] == 1
    assert home.originals() == {name: content for name, content in originals.items() if name != damaged}
    assert home.staged() == rows
    assert [row[:13] for row in home.ledger()] == [row[:13] for row in before]


class _KilledError(BaseException):
    """The process ends here."""


def after(done: Callable[..., Any], times: int) -> Callable[..., Any]:
    calls = iter(range(times))

    def killed(*words: Any, **options: Any) -> Any:
        result = done(*words, **options)
        if next(calls, None) is None:
            raise _KilledError
        return result

    return killed


def before(done: Callable[..., Any], times: int) -> Callable[..., Any]:
    calls = iter(range(times))

    def killed(*words: Any, **options: Any) -> Any:
        if next(calls, None) is None:
            raise _KilledError
        return done(*words, **options)

    return killed


@pytest.fixture(scope="module")
def forgotten(origin: Path, server: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    """The end that an erasure comes to that nobody kills."""
    folder = copied(origin, tmp_path_factory.mktemp("forgotten") / "home")
    with database(server, "test", ORIGIN) as url, opened(url, folder) as one:
        forget(one)
        return one.ledger(), one.staged(), one.originals()


@pytest.mark.parametrize(
    ("where", "what", "how"),
    [
        (archive, "keep", lambda done: after(done, 2)),
        (erasures, "original_went", lambda done: after(done, 3)),
        (archive, "destroy", lambda done: before(done, 4)),
        (archive, "destroy", lambda done: after(done, 5)),
        (landed_rows, "take_away_built", lambda done: before(done, 0)),
        (landed_rows, "keys_of", lambda done: after(done, 0)),
        (landed_rows, "write_anew", lambda done: before(done, 0)),
        (erasures, "finish", lambda done: before(done, 0)),
    ],
    ids=["written", "in the ledger", "to be destroyed", "destroyed", "files done", "keys gone", "not anew", "anew"],
)
def test_killed_and_run_again_it_comes_to_the_same_end(
    home: Home, forgotten: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch, where: Any, what: str, how: Any
) -> None:
    known = known_by(home)
    with monkeypatch.context() as killing:
        killing.setattr(where, what, how(getattr(where, what)))
        with pytest.raises(_KilledError):
            forget(home)
    assert home.rows("select finished_at from ops.erasures") == [(None,)]
    counts = forget(home)
    assert (home.ledger(), home.staged(), home.originals()) == forgotten
    assert_no_trace(home, known)
    assert home.rows("select count(*), bool_and(finished_at is not null) from ops.erasures") == [(1, True)]
    # Counts of both runs together.
    assert (counts["rows"], counts["originals_changed"]) == (13, 8)


def test_it_waits_for_no_night_under_way(home: Home) -> None:
    run_id = runs.open_run(home.connection, Clock.at())
    with pytest.raises(ErasureError, match="night"):
        forget(home)
    runs.close_run(home.connection, run_id, "succeeded")
    assert forget(home)["rows"] == 13


def test_a_wrong_secret_destroys_nothing(home: Home) -> None:
    names = archive.names(home.settings.archive)
    home.settings.secret_file.unlink()
    with pytest.raises(ErasureError, match="cannot be opened"):
        forget(home)
    assert archive.names(home.settings.archive) == names


def test_the_command_reads_the_code_and_tells_of_files_in_the_inbox(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    aim = command_line(home.settings, monkeypatch, capsys)
    name, packed = f"atvejai_{CENTRE}_2018-12.csv.gz", gzip.compress(text(case(CASE, CODE)).encode())
    waiting = home.deliver(name, packed, "2019-01-20")

    def typed(words: str, *options: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(words))
        return aim("forget", *options)

    assert typed("51003019809\n", "--child")[0] == 2
    assert typed("", "--child")[0] == 2
    assert typed(CODE, "--child", "--before", "2018-01-01")[0] == 2
    status, out, err = typed(f"{CODE}\n", "--child")
    assert (status, err) == (0, "")
    assert "13 rows (deliveries touched: 9)" in out and name in out
    assert CODE not in out
    assert waiting.read_bytes() == packed
    status, out, _ = typed(f"{CODE}\n", "--child", "--json")
    assert (status, f'"in_inbox": [\n    "{name}"' in out) == (0, True)


def test_the_search_finds_what_is_there(home: Home) -> None:
    """That nothing was found says something only if something would be."""
    known = known_by(home)
    with pytest.raises(AssertionError):
        assert_no_trace(home, known)
    assert len(FILES) == len(home.ledger())
    assert forgetting.__doc__


def copied_file(path: Path, to: Path) -> Path:
    return Path(shutil.copy2(path, to))


def test_a_new_secret_takes_over_and_the_former_one_opens_nothing(home: Home, tmp_path: Path) -> None:
    former = read_secret(copied_file(home.settings.secret_file, tmp_path / "former.json"))
    keys = home.rows("select vaiko_id from identity.child_key order by 1")
    facts, staged, originals, ledger = home.tables(["core"]), home.staged(), home.originals(), home.ledger()

    found = rekey(home.warehouse, home.settings)

    assert found.is_finished
    assert (found.version, found.originals, found.left, found.lost) == (2, len(originals), 0, 0)
    # No fact changes: row by row everything but the digests is as it was.
    assert (home.tables(["core"]), home.staged(), home.ledger()) == (facts, staged, ledger)
    assert home.rows("select vaiko_id from identity.child_key order by 1") == keys
    assert home.rows("select distinct key_version from identity.child_key") == [(2,)]
    secret = read_secret(home.settings.secret_file)
    assert (list(secret.hmac_keys), secret.former_identities) == ([2], ())
    assert stat.S_IMODE(home.settings.secret_file.stat().st_mode) == 0o600
    assert [path.name for path in home.settings.home.glob("*secret*")] == ["secret.json"]
    assert home.originals() == originals
    for name in originals:
        assert not archive.opens_with(home.settings.archive, former.archive_identity, name)
    digest = former.digest(1, CODE.encode())
    assert not any(digest in path.read_bytes() for path in files_of_the_database(home))
    # The links live on: a child that reappears is the same child.
    home.deliver(f"atvejai_{CENTRE}_2018-12.csv", text(case("A-80", CODE), *others()).encode(), "2019-01-12")
    home.land()
    child = home.rows("select distinct vaiko_id from staging.atvejai where atvejo_nr in (%s, 'A-80')", CASE)
    assert len(child) == 1


def test_a_child_whose_originals_are_gone_keeps_the_former_key_until_it_reappears(home: Home) -> None:
    for name, content in home.originals().items():
        if content.startswith(b"\x1f\x8b") or any(CODE in part for part in readable(content)):
            archive.destroy(home.settings.archive, name)
    found = rekey(home.warehouse, home.settings)
    assert (found.left, found.left_seen, found.is_finished) == (4, date(2018, 11, 30), False)
    assert len(read_secret(home.settings.secret_file).hmac_keys) == 2
    home.deliver(f"atvejai_{CENTRE}_2018-12.csv", text(case("A-80", CODE), *others(1)).encode(), "2019-01-12")
    home.land()
    again = rekey(home.warehouse, home.settings)
    assert (again.left, again.originals, again.is_finished) == (2, 0, False)
    ended = rekey(home.warehouse, home.settings, finish=True)
    assert (ended.lost, ended.is_finished, ended.version) == (2, True, 2)
    assert list(read_secret(home.settings.secret_file).hmac_keys) == [2]
    assert len(home.rows("select distinct vaiko_id from staging.atvejai where atvejo_nr in (%s, 'A-80')", CASE)) == 1


@pytest.mark.parametrize(
    ("where", "what", "how"),
    [
        (rekeying, "begin_new_keys", lambda done: after(done, 0)),
        (archive, "encrypt_anew", lambda done: before(done, 3)),
        (archive, "encrypt_anew", lambda done: after(done, 5)),
        (rekeying, "end_former_keys", lambda done: before(done, 0)),
        (rekeying, "end_former_keys", lambda done: after(done, 0)),
    ],
    ids=["begun", "before a file", "after a file", "keys gone from the table", "ended"],
)
def test_a_change_of_keys_that_is_killed_goes_on(
    home: Home, monkeypatch: pytest.MonkeyPatch, where: Any, what: str, how: Any
) -> None:
    keys, originals = home.rows("select vaiko_id from identity.child_key order by 1"), home.originals()
    with monkeypatch.context() as killing:
        killing.setattr(where, what, how(getattr(where, what)))
        with pytest.raises(_KilledError):
            rekey(home.warehouse, home.settings)
    # In between everything can be read, and a night could land.
    assert home.originals() == originals
    ended = read_secret(home.settings.secret_file)
    if ended.is_changing:
        assert rekey(home.warehouse, home.settings).is_finished
    secret = read_secret(home.settings.secret_file)
    assert (list(secret.hmac_keys), secret.is_changing) == ([2], False)
    assert home.rows("select vaiko_id from identity.child_key order by 1") == keys
    assert home.originals() == originals


def test_a_child_is_forgotten_in_the_middle_of_a_change_of_keys(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    known = known_by(home)
    with monkeypatch.context() as killing:
        killing.setattr(archive, "encrypt_anew", after(archive.encrypt_anew, 5))
        with pytest.raises(_KilledError):
            rekey(home.warehouse, home.settings)
    known += known_by(home)
    forget(home)
    assert rekey(home.warehouse, home.settings).is_finished
    assert_no_trace(home, known)


def retain(home: Home, before_day: date) -> dict[str, Any]:
    return forget_before(home.warehouse, home.settings, before_day, date(2019, 1, 22)).summary()


def test_what_ended_before_the_day_goes_and_the_ledger_stays(home: Home) -> None:
    day = date(2018, 11, 1)
    ledger, staged = home.ledger(), home.staged()
    kept = {row[14] for row in ledger if row[2] != "2018-10"}
    kept_contents = {name: content for name, content in home.originals().items() if name in kept}
    obligations_before = home.rows(
        "select provider_code, dataset, period, status from ops.obligations order by 1, 2, 3"
    )
    expected = what_would_go(home.warehouse, home.settings, day, date(2019, 1, 22))
    found = retain(home, day)
    assert (found["deliveries"], found["rows"], found["originals"]) == (expected["deliveries"], 39, 6)
    now = home.staged()
    assert all(",2018-10," not in row[0] for rows in now.values() for row in rows)
    assert now["atvejai"] == [row for row in staged["atvejai"] if ",2018-11," in row[0]]
    # Verdicts and counts are history.
    assert [row[:13] for row in home.ledger()] == [row[:13] for row in ledger]
    assert home.originals() == kept_contents
    assert (
        home.rows("select provider_code, dataset, period, status from ops.obligations order by 1, 2, 3")
        == obligations_before
    )
    assert home.rows(
        "select count(*) from quality.row_issues as i inner join ops.deliveries as d"
        " on d.delivery_id in (i.delivery_id, i.of_delivery) where d.period = '2018-10'"
    ) == [(0,)]
    again = retain(home, day)
    assert {again[name] for name in ("deliveries", "rows", "originals", "children")} == {0}


def test_children_of_whom_no_row_is_left_lose_their_keys(home: Home) -> None:
    assert retain(home, date(2018, 12, 1))["children"] == 4
    assert home.rows("select count(*) from identity.child_key") == [(0,)]
    assert home.rows("select count(*) from core.fct_case") == [(0,)]


def test_the_next_night_builds_without_what_was_retired_and_takes_none_of_it(home: Home) -> None:
    retain(home, date(2018, 11, 1))
    home.deliver(f"atvejai_{CENTRE}_2018-10.csv", text(*others(3)).encode(), "2019-01-12")
    result = home.land()
    assert dict(result.reasons) == {"past_retention": 1}
    assert home.rows("select reason_detail, archive_name, rows_quarantined from ops.deliveries")[-1] == (
        "2018-11-01", None, 3,
    )  # fmt: skip
    # A correction of what is kept asks for what looks at it to be judged again, what is retired passed over.
    home.deliver(f"atvejai_{CENTRE}_2018-11.csv", text(*others(14)).encode(), "2019-01-12")
    home.land()
    home.night(*FACTS)
    periods = {period for (period,) in home.rows("select distinct period from core.fct_case")}
    assert periods == {"2018-11"}
    pinned = home.rows(
        "select count(*) from ops.run_slices where run_id = (select max(run_id) from ops.runs) and period = '2018-10'"
    )
    assert pinned != [(0,)]


def test_a_retention_that_is_killed_comes_to_the_same_end(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    day = date(2018, 11, 1)
    with monkeypatch.context() as killing:
        killing.setattr(archive, "destroy", after(archive.destroy, 2))
        with pytest.raises(_KilledError):
            retain(home, day)
    retain(home, day)
    assert set(home.originals()) == {row[14] for row in home.ledger() if row[14]}
    assert all(row[2] != "2018-10" for row in home.ledger() if row[14])
    assert home.rows("select finished_at is not null from ops.retentions") == [(True,)]


def test_a_day_to_come_is_refused_and_the_command_asks(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RetentionError):
        retain(home, date(2030, 1, 1))
    aim = command_line(home.settings, monkeypatch, capsys)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert aim("forget", "--before", "2018-11-01")[0] == 2
    assert home.rows("select count(*) from ops.retentions") == [(0,)]
    status, out, _ = aim("forget", "--before", "2018-11-01", "--yes", "--json")
    assert (status, json.loads(out)["rows"]) == (0, 39)
    status, out, err = aim("rekey", "--json")
    assert (status, err, json.loads(out)["is_finished"]) == (0, "", True)
    assert aim("rekey", "--finish")[0] == 2
