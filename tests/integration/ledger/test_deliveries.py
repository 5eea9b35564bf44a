"""What becomes of a delivery: accepted, superseded, duplicate, rejected, withdrawn, judged again?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.conftest import TestWarehouse

from aim.contracts.calendar import Period
from aim.ledger import deliveries
from aim.ledger.deliveries import Head, Judged, LedgerError

SPC = "300000001"
MONTH = Period.parse("2018-10")
RECEIVED = datetime(2018, 11, 5, 9, 0, tzinfo=UTC)


def head(sha256: str, dataset: str = "atvejai", after_hours: int = 0, period: Period = MONTH) -> Head:
    return Head(
        channel="api",
        file_name=f"{dataset}_{SPC}_{period.text}.csv",
        sha256=sha256,
        received_at=RECEIVED + timedelta(hours=after_hours),
        provider_code=SPC,
        dataset=dataset,
        period=period,
        municipality_code="33",
    )


def receive(connection: psycopg.Connection[Any], which: Head, rows: int = 10, is_nil: bool = False) -> int:
    delivery_id = deliveries.next_delivery_id(connection)
    deliveries.record_received(connection, delivery_id, which, rows, is_nil, "archive.age")
    return delivery_id


def judge(connection: psycopg.Connection[Any], delivery_id: int, out: int = 0, reject: str | None = None) -> str:
    return deliveries.settle(
        connection,
        Judged(delivery_id, deliveries.next_load_id(connection), out, 0, bool(out), reject),
    )


def row(connection: psycopg.Connection[Any], delivery_id: int) -> tuple[Any, ...]:
    found = connection.execute(
        "select verdict, version, rows_received, rows_loaded, rows_quarantined, rows_duplicate"
        " from ops.deliveries where delivery_id = %s",
        (delivery_id,),
    ).fetchone()
    assert found is not None
    return found


def test_the_second_accepted_delivery_supersedes_the_first(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    first, second = receive(connection, head("a")), receive(connection, head("b", after_hours=1))
    assert judge(connection, first) == "accepted"
    assert judge(connection, second, out=1) == "accepted_with_findings"
    assert row(connection, first)[:2] == ("superseded", 1)
    assert row(connection, second) == ("accepted_with_findings", 2, 10, 9, 1, 0)


def test_a_then_b_then_a_is_version_three(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    for hours, content in enumerate("aba"):
        latest = receive(connection, head(content, after_hours=hours))
        judge(connection, latest)
    assert row(connection, latest)[:2] == ("accepted", 3)


def test_the_bytes_of_the_current_delivery_change_nothing(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    first = receive(connection, head("a"))
    judge(connection, first)
    again = receive(connection, head("a", after_hours=1))
    assert judge(connection, again) == "duplicate"
    assert row(connection, again) == ("duplicate", None, 10, 0, 0, 10)
    assert row(connection, first)[:2] == ("accepted", 1)


def test_a_rejected_delivery_leaves_the_former_speaking_and_may_be_sent_again(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    first = receive(connection, head("a"))
    judge(connection, first)
    bad = receive(connection, head("b", after_hours=1))
    assert judge(connection, bad, reject="too_many_quarantined") == "rejected"
    assert row(connection, bad) == ("rejected", None, 10, 0, 10, 0)
    assert row(connection, first)[0] == "accepted"
    again = receive(connection, head("b", after_hours=2))
    assert judge(connection, again) == "accepted"


def test_withdrawal_lets_the_former_speak_again_and_then_none(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    first = receive(connection, head("a"))
    judge(connection, first, out=2)
    second = receive(connection, head("b", after_hours=1))
    judge(connection, second)
    assert deliveries.withdraw(connection, second) == first
    assert row(connection, first)[0] == "accepted_with_findings"
    assert deliveries.withdraw(connection, first) is None
    with pytest.raises(LedgerError):
        deliveries.withdraw(connection, first)


def test_withdrawn_before_it_was_judged_the_one_that_spoke_speaks_on(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    first = receive(connection, head("a" * 64))
    judge(connection, first)
    second = receive(connection, head("b" * 64, after_hours=1))
    assert deliveries.withdraw(connection, second) == first
    assert row(connection, first)[0] == "accepted"


def test_a_withdrawn_delivery_that_was_not_judged_loses_no_row(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    first = receive(connection, head("a"))
    deliveries.withdraw(connection, first)
    assert row(connection, first) == ("withdrawn", None, 10, 0, 10, 0)


def test_a_delivery_withdrawn_while_it_is_judged_stays_withdrawn(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    first = receive(connection, head("a"))
    deliveries.withdraw(connection, first)
    assert judge(connection, first) == "withdrawn"
    assert row(connection, first)[0] == "withdrawn"


def test_one_received_before_its_successor_and_judged_after_it_is_superseded_at_once(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    second = receive(connection, head("b", after_hours=1))
    judge(connection, second)
    first = receive(connection, head("a"))
    assert judge(connection, first, out=1) == "superseded"
    assert row(connection, second)[0] == "accepted"
    assert row(connection, first) == ("superseded", 2, 10, 9, 1, 0)
    assert deliveries.withdraw(connection, second) == first
    assert row(connection, first)[0] == "accepted_with_findings"


def test_the_same_bytes_received_before_are_the_slices_first_receipt(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    judge(connection, receive(connection, head("a", after_hours=1)))
    assert judge(connection, receive(connection, head("a"))) == "superseded"
    assert judge(connection, receive(connection, head("a", after_hours=2))) == "duplicate"


def test_the_former_that_speaks_again_is_the_one_received_last(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    third, second, first = (
        receive(connection, head(content, after_hours=hours)) for content, hours in (("c", 3), ("b", 2), ("a", 1))
    )
    for one in (third, first, second):
        judge(connection, one)
    assert deliveries.withdraw(connection, third) == second
    assert deliveries.withdraw(connection, second) == first


def test_one_received_before_is_refused_all_the_same_where_it_is_bad(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    judge(connection, receive(connection, head("b", after_hours=1)))
    assert judge(connection, receive(connection, head("a")), reject="too_many_quarantined") == "rejected"


def test_a_stamp_that_lies_ahead_does_not_outlast_what_comes_later(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    ahead = receive(connection, replace(head("a"), received_at=datetime.now(UTC) + timedelta(days=400)))
    judge(connection, ahead)
    correction = receive(connection, replace(head("b"), received_at=datetime.now(UTC)))
    assert judge(connection, correction) == "accepted"
    assert row(connection, ahead)[0] == "superseded"


def test_a_nil_return_by_command_speaks_and_supersedes(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    first = receive(connection, head("a"))
    judge(connection, first)
    nil = deliveries.confirm_empty(
        connection,
        Head("command", None, None, RECEIVED, SPC, "atvejai", MONTH, "33"),
    )
    assert row(connection, first)[0] == "superseded"
    assert row(connection, nil) == ("accepted", 2, 0, 0, 0, 0)


def test_assessments_wait_for_cases_and_are_judged_again_when_they_come(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    assessments = receive(connection, head("v", dataset="vertinimai"))
    assert deliveries.open_batch(connection, "vertinimai") == [assessments]
    assert _waits(connection) == ["atvejai"]
    judge(connection, assessments)
    assert deliveries.open_batch(connection, "vertinimai") == []
    judge(connection, receive(connection, head("a")))
    assert deliveries.open_batch(connection, "vertinimai") == [assessments]
    assert _waits(connection) == []


def test_cases_of_another_month_wake_the_assessments_too(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    judge(connection, receive(connection, head("a")))
    assessments = receive(connection, head("v", dataset="vertinimai"))
    judge(connection, assessments)
    judge(connection, receive(connection, head("c", period=Period.parse("2018-09"))))
    assert deliveries.datasets_to_judge(connection) == {"vertinimai"}


def test_a_rejected_delivery_is_not_judged_again(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    judge(connection, receive(connection, head("v", dataset="vertinimai")), reject="too_many_quarantined")
    judge(connection, receive(connection, head("a")))
    assert deliveries.open_batch(connection, "vertinimai") == []


def test_a_current_delivery_rejected_on_second_sight_lets_the_former_speak(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    first = receive(connection, head("v", dataset="vertinimai"))
    judge(connection, first)
    second = receive(connection, head("w", dataset="vertinimai", after_hours=1))
    judge(connection, second)
    assert judge(connection, second, reject="too_many_quarantined") == "rejected"
    assert row(connection, first)[0] == "accepted"
    assert deliveries.open_batch(connection, "vertinimai") == [first]


def test_the_database_itself_refuses_a_lost_row(warehouse: TestWarehouse) -> None:
    connection = warehouse.connection
    first = receive(connection, head("a"))
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(
            "update ops.deliveries set verdict = 'rejected', reason_code = 'x', rows_loaded = 1,"
            " rows_quarantined = 1, rows_duplicate = 1 where delivery_id = %s",
            (first,),
        )


def _waits(connection: psycopg.Connection[Any]) -> list[str]:
    found = connection.execute("select waits_for from quality.batch").fetchone()
    assert found is not None
    waits: list[str] = found[0]
    return waits
