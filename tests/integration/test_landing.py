"""From a file in the inbox to rows in staging and a line in the ledger, through every fault."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from psycopg.rows import dict_row
from tests.conftest import TestWarehouse

from aim.contracts.models import FieldType
from aim.contracts.registry import read_registry
from aim.landing import archive, cells, identity, inbox, load, text_files
from aim.landing.inbox import InboxFile
from aim.landing.load import LandingError, land_files, land_inbox
from aim.landing.secret import read_secret
from aim.settings import PROJECT_ROOT, Limits

FILES = Path(__file__).parents[1] / "data" / "files"
CENTRES = [
    code
    for code, provider in read_registry(PROJECT_ROOT / "dbt_project" / "seeds" / "registry" / "providers.csv").items()
    if provider.kind == "spc"
]
CENTRE = CENTRES[0]
IN_TIME = datetime(2018, 11, 9, 8, 0, tzinfo=UTC)
A_CHILD = "51003019808"
HEADER = "atvejo_nr;asmens_kodas;seimos_nr;sav;pranesimo_data;atidarymo_data"


def deliver(
    house: TestWarehouse,
    content: str | bytes,
    name: str = f"atvejai_{CENTRE}_2018-10.csv",
    received_at: datetime = IN_TIME,
) -> Path:
    """Lay a file into the inbox's sftp folder with the stamp of its arrival."""
    path = Path(house.settings.inbox) / "sftp" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (received_at.timestamp(), received_at.timestamp()))
    return path


def cases(*codes: str) -> str:
    """A file of cases, one for each personal code."""
    rows = [f"A-{number};{code};S-{number};11;2018-10-01;2018-10-02" for number, code in enumerate(codes, 1)]
    return "\n".join([HEADER, *rows, ""])


def rows_of(house: TestWarehouse, query: str, *values: object) -> list[dict[str, Any]]:
    with house.connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values).fetchall()  # type: ignore[call-overload]  # queries are this file's own


def deliveries(house: TestWarehouse) -> list[dict[str, Any]]:
    return rows_of(house, "select * from ops.deliveries order by delivery_id")


def staged(house: TestWarehouse) -> list[dict[str, Any]]:
    return rows_of(house, "select * from staging.atvejai order by delivery_id, row_number")


def staged_rows(house: TestWarehouse) -> int:
    found = rows_of(house, "select to_regclass('staging.atvejai') is not null as made")
    return len(staged(house)) if found[0]["made"] else 0


def left_in_inbox(house: TestWarehouse) -> list[str]:
    return sorted(path.name for path in Path(house.settings.inbox).rglob("*") if path.is_file())


def test_a_plain_file_becomes_typed_tokenised_rows(warehouse: TestWarehouse) -> None:
    content = (FILES / "plain.csv").read_bytes()
    deliver(warehouse, content)
    result = land_inbox(warehouse.settings, warehouse)
    assert result.summary() == {
        "received": 1, "rejected": 0, "taken_before": 0, "waiting": 0, "errored": 0, "rows": 2,
        "answers": 0, "answers_refused": 0, "reasons": {},
    }  # fmt: skip
    first, second = staged(warehouse)
    assert (first["atvejo_nr"], first["seimos_nr"], first["sav"]) == ("A-1", "S-1", "11")
    assert (first["gimimo_menuo"], first["lytis"], first["_temporary_code"]) == (date(2010, 3, 1), "V", False)
    assert second["uzdarymo_priezastis"] == "TIKSLAI_PASIEKTI"
    assert (first["provider_code"], first["period"]) == (CENTRE, "2018-10")
    assert (first["period_start"], first["period_end"]) == (date(2018, 10, 1), date(2018, 10, 31))
    assert (first["row_number"], second["row_number"]) == (2, 3)
    assert (first["_unreadable"], first["_duplicate"]) == ([], False)
    (delivery,) = deliveries(warehouse)
    assert delivery["delivery_id"] == first["delivery_id"]
    assert (delivery["verdict"], delivery["rows_received"], delivery["channel"]) == ("received", 2, "sftp")
    assert delivery["received_at"] == IN_TIME
    assert left_in_inbox(warehouse) == []
    secret = read_secret(warehouse.settings.secret_file)
    with archive.original(warehouse.settings.archive, secret.identities, delivery["archive_name"]) as original:
        assert original.read() == content


@pytest.mark.parametrize(
    ("file", "name", "received_at", "reason", "rows"),
    [
        ("plain.csv", "ataskaita.csv", IN_TIME, "bad_name", 0),
        ("plain.csv", f"atostogos_{CENTRE}_2018-10.csv", IN_TIME, "unknown_dataset", 0),
        ("plain.csv", "atvejai_999999999_2018-10.csv", IN_TIME, "unknown_provider", 2),
        ("plain.csv", f"gyventojai_{CENTRE}_2018.csv", IN_TIME, "not_expected", 0),
        ("plain.csv", f"atvejai_{CENTRE}_2018-10.csv", datetime(2018, 10, 20, tzinfo=UTC), "too_early", 2),
        ("undefined_bytes.csv", f"atvejai_{CENTRE}_2018-10.csv", IN_TIME, "unreadable_bytes", 0),
        ("mojibake_in_a_cell.csv", f"atvejai_{CENTRE}_2018-10.csv", IN_TIME, "mojibake", 1),
        ("missing_column.csv", f"atvejai_{CENTRE}_2018-10.csv", IN_TIME, "missing_column", 1),
        ("header_only.csv", f"atvejai_{CENTRE}_2018-10.csv", IN_TIME, "header_only", 0),
        ("no_header.csv", f"atvejai_{CENTRE}_2018-10.csv", IN_TIME, "no_header", 0),
        ("empty.csv", f"atvejai_{CENTRE}_2018-10.csv", IN_TIME, "empty_file", 0),
        ("open_quote.csv", f"atvejai_{CENTRE}_2018-10.csv", IN_TIME, "open_quote", 0),
        ("damaged.csv.gz", f"atvejai_{CENTRE}_2018-10.csv.gz", IN_TIME, "broken_archive", 0),
    ],
)
def test_a_refused_file_is_archived_and_gets_its_reason_and_the_next_one_lands(
    warehouse: TestWarehouse, file: str, name: str, received_at: datetime, reason: str, rows: int
) -> None:
    content = (FILES / file).read_bytes()
    deliver(warehouse, content, name, received_at)
    deliver(warehouse, cases(A_CHILD), f"atvejai_{CENTRES[1]}_2018-10.csv")
    result = land_inbox(warehouse.settings, warehouse)
    assert (result.summary()["rejected"], result.summary()["received"]) == (1, 1)
    assert result.reasons == Counter({reason: 1})
    refused = next(row for row in deliveries(warehouse) if row["verdict"] == "rejected")
    assert (refused["reason_code"], refused["rows_received"]) == (reason, rows)
    assert (refused["rows_loaded"], refused["rows_quarantined"], refused["rows_duplicate"]) == (0, rows, 0)
    secret = read_secret(warehouse.settings.secret_file)
    with archive.original(warehouse.settings.archive, secret.identities, refused["archive_name"]) as original:
        assert original.read() == content
    assert {row["provider_code"] for row in staged(warehouse)} == {CENTRES[1]}
    assert left_in_inbox(warehouse) == []


def test_a_nil_return_has_no_rows_and_is_no_rejection(warehouse: TestWarehouse) -> None:
    deliver(warehouse, (FILES / "nil_return.csv").read_bytes())
    land_inbox(warehouse.settings, warehouse)
    (delivery,) = deliveries(warehouse)
    assert (delivery["verdict"], delivery["is_nil"], delivery["rows_received"]) == ("received", True, 0)
    assert staged(warehouse) == []


def test_unreadable_cells_are_null_and_named(warehouse: TestWarehouse) -> None:
    deliver(warehouse, (FILES / "wrong_check_digit.csv").read_bytes())
    deliver(warehouse, (FILES / "impossible_date.csv").read_bytes(), f"atvejai_{CENTRES[1]}_2018-10.csv")
    deliver(warehouse, (FILES / "ragged_rows.csv").read_bytes(), f"atvejai_{CENTRES[2]}_2018-10.csv")
    deliver(warehouse, (FILES / "control_letters.csv").read_bytes(), f"atvejai_{CENTRES[3]}_2018-10.csv")
    land_inbox(warehouse.settings, warehouse)
    found = {(row["provider_code"], row["row_number"]): row for row in staged(warehouse)}
    wrong_code, wrong_date = found[CENTRE, 2], found[CENTRES[1], 2]
    assert (wrong_code["_unreadable"], wrong_code["vaiko_id"]) == (["asmens_kodas"], None)
    assert (wrong_date["_unreadable"], wrong_date["atidarymo_data"]) == (["atidarymo_data"], None)
    assert found[CENTRES[2], 2]["_unreadable"] == ["*"]
    assert found[CENTRES[3], 2]["_unreadable"] == ["seimos_nr"]


def test_rows_alike_are_all_landed(warehouse: TestWarehouse) -> None:
    deliver(warehouse, cases(A_CHILD) + cases(A_CHILD).split("\n", 1)[1])
    assert land_inbox(warehouse.settings, warehouse).rows == 2
    assert [row["row_number"] for row in staged(warehouse)] == [2, 3]


def test_a_child_keeps_its_key_in_every_file_and_every_night(warehouse: TestWarehouse) -> None:
    deliver(warehouse, cases(A_CHILD))
    land_inbox(warehouse.settings, warehouse)
    deliver(warehouse, cases("61207129837", A_CHILD), f"atvejai_{CENTRES[1]}_2018-10.csv")
    land_inbox(warehouse.settings, warehouse)
    first, _, again = staged(warehouse)
    assert first["vaiko_id"] == again["vaiko_id"] is not None


def test_children_without_a_code_have_tokens_of_their_provider_alone(warehouse: TestWarehouse) -> None:
    content = (FILES / "children_without_a_code.csv").read_bytes()
    deliver(warehouse, content)
    deliver(warehouse, content, f"atvejai_{CENTRES[1]}_2018-10.csv")
    land_inbox(warehouse.settings, warehouse)
    here = [row for row in staged(warehouse) if row["provider_code"] == CENTRE]
    there = [row for row in staged(warehouse) if row["provider_code"] == CENTRES[1]]
    assert here[0]["vaiko_id"] == here[1]["vaiko_id"] is not None
    assert here[0]["vaiko_id"] != there[0]["vaiko_id"]
    assert here[2]["vaiko_id"] != there[2]["vaiko_id"]
    assert [row["_temporary_code"] for row in here] == [True, True, True, False]
    assert (here[0]["gimimo_menuo"], here[0]["lytis"]) == (None, None)
    assert here[3]["vaiko_id"] is None
    assert all(row["_unreadable"] == [] for row in here)


def test_after_a_new_key_known_children_keep_their_ids(warehouse: TestWarehouse) -> None:
    deliver(warehouse, cases(A_CHILD))
    land_inbox(warehouse.settings, warehouse)
    path = warehouse.settings.secret_file
    path.write_text(path.read_text().replace('"hmac_keys": {', f'"hmac_keys": {{"2": "{"ab" * 32}", '))
    deliver(warehouse, cases("61207129837", A_CHILD), f"atvejai_{CENTRES[1]}_2018-10.csv")
    land_inbox(warehouse.settings, warehouse)
    first, _, again = staged(warehouse)
    assert first["vaiko_id"] == again["vaiko_id"]
    versions = rows_of(
        warehouse, "select key_version from identity.child_key where vaiko_id = %s order by 1", first["vaiko_id"]
    )
    assert [row["key_version"] for row in versions] == [1, 2]


def test_loaders_at_once_agree_on_each_child(warehouse: TestWarehouse) -> None:
    secret = read_secret(warehouse.settings.secret_file)
    subjects = [f"child {number}".encode() for number in range(2000)]
    answers: list[dict[bytes, str]] = []

    def ask(order: list[bytes]) -> None:
        with warehouse.connect(autocommit=True) as connection:
            keys = identity.ChildKeys(connection, secret)
            found: dict[bytes, str] = {}
            for start in range(0, len(order), 100):
                part = order[start : start + 100]
                found |= dict(zip(part, keys.of(part), strict=True))
            answers.append(found)

    threads = [threading.Thread(target=ask, args=[order]) for order in (subjects, subjects[::-1], subjects)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers[0] == answers[1] == answers[2]
    assert len(set(answers[0].values())) == len(subjects)


def test_a_kill_between_commit_and_removal_doubles_nothing(
    warehouse: TestWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(warehouse, cases(A_CHILD))

    def die(_: InboxFile) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(InboxFile, "remove", die)
        land_inbox(warehouse.settings, warehouse)
    assert left_in_inbox(warehouse) != []
    result = land_inbox(warehouse.settings, warehouse)
    assert result.summary()["taken_before"] == 1
    assert (len(deliveries(warehouse)), len(staged(warehouse))) == (1, 1)
    assert left_in_inbox(warehouse) == []


@pytest.mark.parametrize(
    "name",
    [
        # As a program writes it whose letters are those of Windows-1257.
        os.fsdecode("duomenų_spalis.csv".encode("cp1257")),
        "a 'quoted' \"name\".csv",
        "'; drop table ops.deliveries; --.csv",
        f"atvejai_{CENTRE}_2018-10\nERROR all is lost\x1b[31m.csv",
        "ė" * 125 + ".csv",
        "?*[1]#%41 $(id) `id`.csv",
        f"{A_CHILD} byla.csv",
        "vaikas 510 0301-9808.csv",
        # The last month that a date can tell has no day after it.
        f"atvejai_{CENTRE}_9999-12.csv",
    ],
)
def test_no_name_stops_the_night_or_is_told_as_it_is(
    warehouse: TestWarehouse, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    deliver(warehouse, cases(A_CHILD), name)
    with caplog.at_level(logging.DEBUG):
        assert land_inbox(warehouse.settings, warehouse).reasons == Counter({"bad_name": 1})
    assert left_in_inbox(warehouse) == []
    (delivery,) = deliveries(warehouse)
    shown = delivery["file_name"]
    assert shown.isprintable() and len(shown) <= 200
    assert not [told for told in (A_CHILD, "9808") if told in shown + caplog.text]


def test_a_file_taken_back_while_the_night_comes_to_it_is_left(
    warehouse: TestWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = deliver(warehouse, cases(A_CHILD))
    listed = inbox.list_inbox(warehouse.settings.inbox, 0, datetime.now(UTC))
    path.unlink()
    monkeypatch.setattr(load, "list_inbox", lambda *_: listed)
    assert land_inbox(warehouse.settings, warehouse).summary() | {"reasons": None} == {
        "received": 0, "rejected": 0, "taken_before": 0, "waiting": 1, "errored": 0, "rows": 0,
        "answers": 0, "answers_refused": 0, "reasons": None,
    }  # fmt: skip
    assert deliveries(warehouse) == []


@pytest.mark.parametrize(
    ("content", "name", "rows"),
    [
        ((FILES / "missing_personal_code_column.csv").read_bytes(), f"atvejai_{CENTRE}_2018-10.csv", 1),
        (
            f"{HEADER.replace(';sav', '')}\n" + "A-1;;S-1;2018-10-01;2018-10-02\n\n" * 3,
            f"atvejai_{CENTRE}_2018-10.csv",
            3,
        ),
        ((FILES / "mojibake.xlsx").read_bytes(), f"atvejai_{CENTRE}_2018-10.xlsx", 1),
        ((FILES / "second_sheet.xlsx").read_bytes(), f"atvejai_{CENTRE}_2019-10.xlsx", 2),
        ((FILES / "packed.csv.zip").read_bytes(), "atvejai_999999999_2018-10.csv.zip", 2),
        ((FILES / "nil_return.csv").read_bytes(), f"atvejai_{CENTRE}_2019-10.csv", 0),
    ],
)
def test_rows_of_a_refused_file_count_as_quarantined(
    warehouse: TestWarehouse, content: str | bytes, name: str, rows: int
) -> None:
    deliver(warehouse, content, name)
    result = land_inbox(warehouse.settings, warehouse)
    (delivery,) = deliveries(warehouse)
    assert (result.summary()["rejected"], result.rows, staged_rows(warehouse)) == (1, 0, 0)
    assert (delivery["rows_received"], delivery["rows_quarantined"]) == (rows, rows)
    assert (delivery["rows_loaded"], delivery["rows_duplicate"]) == (0, 0)


def test_a_file_larger_than_is_taken_is_archived_and_refused(warehouse: TestWarehouse) -> None:
    deliver(warehouse, cases(A_CHILD))
    settings = warehouse.settings.model_copy(update={"limits": Limits(file_bytes=100)})
    assert land_inbox(settings, warehouse).reasons == Counter({"too_large": 1})
    (delivery,) = deliveries(warehouse)
    assert delivery["reason_detail"] == "bytes"
    assert (warehouse.settings.archive / delivery["archive_name"]).exists()


def test_a_workbook_that_ends_its_reader_stops_no_other(warehouse: TestWarehouse) -> None:
    deliver(warehouse, (FILES / "one_cell_far_away.xlsx").read_bytes(), f"atvejai_{CENTRE}_2018-10.xlsx")
    deliver(warehouse, (FILES / "second_sheet.xlsx").read_bytes(), f"atvejai_{CENTRES[1]}_2018-10.xlsx")
    result = land_inbox(warehouse.settings, warehouse)
    assert (result.summary()["received"], result.reasons) == (1, Counter({"too_large": 1}))


def test_a_file_sent_again_under_its_old_stamp_is_a_delivery_of_its_own(warehouse: TestWarehouse) -> None:
    for _ in range(3):
        deliver(warehouse, cases(A_CHILD))
        deliver(warehouse, b"", f"atvejai_{CENTRES[1]}_2018-10.csv")
        result = land_inbox(warehouse.settings, warehouse).summary()
        assert (result["received"], result["rejected"], result["taken_before"]) == (1, 1, 0)
    assert len(deliveries(warehouse)) == 6
    assert left_in_inbox(warehouse) == []


def test_a_file_stamped_ahead_is_taken_once_it_stands_still(
    warehouse: TestWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = datetime(2099, 5, 1, tzinfo=UTC)
    deliver(warehouse, cases(A_CHILD), received_at=ahead)
    deliver(warehouse, cases(A_CHILD), f"atvejai_{CENTRES[1]}_2018-10.csv", ahead)
    deliver(warehouse, cases(A_CHILD), f"atvejai_{CENTRES[2]}_2098-10.csv", ahead)
    monkeypatch.setattr(inbox.time, "sleep", lambda _: deliver(warehouse, cases(A_CHILD, A_CHILD), received_at=ahead))
    result = land_inbox(warehouse.settings, warehouse)
    assert (result.waiting, result.summary()["received"]) == (1, 1)
    # A stamp that lies ahead makes no slice ready.
    assert result.reasons == Counter({"too_early": 1})
    assert left_in_inbox(warehouse) == [f"atvejai_{CENTRE}_2018-10.csv"]


def test_a_kill_before_the_commit_loses_nothing(warehouse: TestWarehouse) -> None:
    deliver(warehouse, cases(*[A_CHILD] * 1000))
    killed = (
        "import os, sys\n"
        "from aim.landing import load\n"
        "from aim.settings import Settings\n"
        "from aim.warehouse import connect\n"
        "load.record_received = lambda *_: os.kill(os.getpid(), 9)\n"
        "class House:\n"
        "    def connect(self, **options): return connect.connect(sys.argv[1], **options)\n"
        "load.land_inbox(Settings.from_env(), House())\n"
    )
    environment = {"AIM_HOME": str(warehouse.settings.home), "AIM_SETTLE_SECONDS": "0"}
    done = subprocess.run([sys.executable, "-c", killed, warehouse.url], env=os.environ | environment, check=False)
    assert done.returncode == -9
    assert land_inbox(warehouse.settings, warehouse).summary()["received"] == 1
    assert (len(deliveries(warehouse)), len(staged(warehouse))) == (1, 1000)


def test_a_file_overwritten_while_it_is_read_waits_for_the_next_time(
    warehouse: TestWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(warehouse, cases(A_CHILD))
    record = load.record_received

    def overwritten(*arguments: Any) -> None:
        deliver(warehouse, cases(A_CHILD, "61207129837"))
        record(*arguments)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(load, "record_received", overwritten)
        assert land_inbox(warehouse.settings, warehouse).waiting == 1
    assert deliveries(warehouse) == []
    assert land_inbox(warehouse.settings, warehouse).rows == 2


def test_our_own_fault_blames_nobody_leaves_the_file_and_quotes_nothing(
    warehouse: TestWarehouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    deliver(warehouse, cases(A_CHILD))
    deliver(warehouse, cases(A_CHILD), f"atvejai_{CENTRES[1]}_2018-10.csv")
    plain_rows = text_files._plain_rows
    calls: list[int] = []

    def fails_once(*arguments: Any) -> pl.DataFrame | None:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError(f"cannot parse {A_CHILD}")
        return plain_rows(*arguments)

    with monkeypatch.context() as ours, caplog.at_level(logging.DEBUG):
        ours.setattr(text_files, "_plain_rows", fails_once)
        with pytest.raises(LandingError) as failed:
            land_inbox(warehouse.settings, warehouse)
    assert failed.value.result.summary() | {"reasons": None} == {
        "received": 1, "rejected": 0, "taken_before": 0, "waiting": 0, "errored": 1, "rows": 1,
        "answers": 0, "answers_refused": 0, "reasons": None,
    }  # fmt: skip
    assert A_CHILD not in caplog.text + str(failed.value)
    assert "ValueError at text_files" in caplog.text
    assert left_in_inbox(warehouse) == [f"atvejai_{CENTRE}_2018-10.csv"]
    assert land_inbox(warehouse.settings, warehouse).summary()["received"] == 1


def test_a_value_that_postgres_refuses_is_not_quoted(
    warehouse: TestWarehouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    deliver(warehouse, cases(A_CHILD).replace("2018-10-02", "2018-99-99"))
    monkeypatch.setitem(cells._READERS, FieldType.DATE, lambda cell: cell)
    with caplog.at_level(logging.DEBUG), pytest.raises(LandingError) as failed:
        land_inbox(warehouse.settings, warehouse)
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None
    assert "2018-99-99" not in caplog.text + str(failed.value)
    assert deliveries(warehouse) == []


def test_a_lost_warehouse_ends_the_landing_at_once(warehouse: TestWarehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(warehouse, cases(A_CHILD))
    deliver(warehouse, cases(A_CHILD), f"atvejai_{CENTRES[1]}_2018-10.csv")

    def cut_off(*_: Any) -> None:
        warehouse.connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )

    with monkeypatch.context() as lost:
        lost.setattr(load, "next_delivery_id", cut_off)
        with pytest.raises(LandingError, match="lost"):
            land_inbox(warehouse.settings, warehouse)
    assert len(left_in_inbox(warehouse)) == 2
    assert land_inbox(warehouse.settings, warehouse).summary()["received"] == 2


def test_two_landings_at_once_take_each_file_once(warehouse: TestWarehouse) -> None:
    for centre in CENTRES[:20]:
        deliver(warehouse, cases(A_CHILD), f"atvejai_{centre}_2018-10.csv")
    results: list[load.LandingResult] = []
    threads = [
        threading.Thread(target=lambda: results.append(land_inbox(warehouse.settings, warehouse))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(result.summary()["received"] for result in results) == 20
    assert (len(deliveries(warehouse)), len(staged(warehouse))) == (20, 20)


def test_files_handed_over_by_hand_stay_and_may_be_handed_over_again(warehouse: TestWarehouse, tmp_path: Path) -> None:
    path = tmp_path / f"atvejai_{CENTRE}_2018-10.csv"
    path.write_text(cases(A_CHILD))
    os.utime(path, (IN_TIME.timestamp(), IN_TIME.timestamp()))
    for _ in range(2):
        assert land_files(warehouse.settings, warehouse, [path]).summary()["received"] == 1
    assert path.exists()
    first, again = deliveries(warehouse)
    assert (first["received_at"], first["channel"]) == (IN_TIME, "upload")
    assert again["received_at"] > first["received_at"]


def test_no_code_is_anywhere_in_the_database_or_the_archive(warehouse: TestWarehouse) -> None:
    deliver(warehouse, (FILES / "personal_code_in_a_text.csv").read_bytes())
    deliver(warehouse, (FILES / "no_header.csv").read_bytes(), f"atvejai_{CENTRES[1]}_2018-10.csv")
    deliver(warehouse, (FILES / "mojibake_with_digits.csv").read_bytes(), f"atvejai_{CENTRES[2]}_2018-10.csv")
    deliver(warehouse, cases(A_CHILD), f"{A_CHILD}.csv")
    deliver(warehouse, cases(A_CHILD).replace("seimos_nr", f"seimos_nr;{A_CHILD}"), f"atvejai_{CENTRES[3]}_2018-10.csv")
    land_inbox(warehouse.settings, warehouse)
    tables = rows_of(
        warehouse,
        "select format('%%I.%%I', schemaname, tablename) as name from pg_tables"
        " where schemaname in ('ops', 'staging', 'identity', 'quality')",
    )
    for table in tables:
        held = rows_of(warehouse, f"select t::text as held from {table['name']} as t")  # noqa: S608  # names from the catalogue
        assert not [row for row in held if A_CHILD in row["held"]], table["name"]
    for path in warehouse.settings.archive.rglob("*"):
        assert not path.is_file() or A_CHILD.encode() not in path.read_bytes()


def test_a_file_of_many_batches_lands_whole(warehouse: TestWarehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aim.landing.encoding.BATCH_BYTES", 4096)
    deliver(warehouse, cases(*[A_CHILD, "61207129837"] * 1000))
    assert land_inbox(warehouse.settings, warehouse).rows == 2000
    found = staged(warehouse)
    assert [row["row_number"] for row in found] == list(range(2, 2002))
    assert len({row["vaiko_id"] for row in found}) == 2


def test_workbooks_land_as_text_files_do(warehouse: TestWarehouse) -> None:
    deliver(warehouse, (FILES / "second_sheet.xlsx").read_bytes(), f"atvejai_{CENTRE}_2018-10.xlsx")
    land_inbox(warehouse.settings, warehouse)
    assert [(row["row_number"], row["seimos_nr"]) for row in staged(warehouse)] == [(5, "0012"), (7, "S-2")]


def test_text_with_commas_quotes_and_backslashes_is_stored_as_it_was(warehouse: TestWarehouse) -> None:
    family = 'S,"1"\\n;\\N'
    quoted = family.replace('"', '""')
    deliver(warehouse, f'{HEADER}\nA-1;{A_CHILD};"{quoted}";11;2018-10-01;2018-10-02\n')
    land_inbox(warehouse.settings, warehouse)
    assert staged(warehouse)[0]["seimos_nr"] == family


def test_an_empty_inbox_is_a_result(warehouse: TestWarehouse) -> None:
    assert land_inbox(warehouse.settings, warehouse).summary()["received"] == 0


def test_progress_is_told_after_each_file(warehouse: TestWarehouse) -> None:
    deliver(warehouse, cases(A_CHILD))
    deliver(warehouse, "", f"atvejai_{CENTRES[1]}_2018-10.csv")
    told: list[tuple[int, int]] = []
    land_inbox(warehouse.settings, warehouse, lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]
