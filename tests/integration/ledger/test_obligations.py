"""What is expected, and what does the ledger say of it?"""

from __future__ import annotations

from datetime import UTC, date, datetime

from tests.conftest import TestWarehouse

from aim.clock import Clock
from aim.contracts.calendar import Period
from aim.contracts.load import contracts
from aim.contracts.registry import Provider
from aim.ledger import deliveries, obligations, waivers
from aim.ledger.deliveries import Head, Judged

SPC = "300000001"
PROVIDERS = {
    SPC: Provider(
        code=SPC,
        name="Centras",
        kind="spc",
        municipality_code="33",
        language="lt",
        valid_from=date(2018, 7, 1),
        valid_to=date(2018, 10, 31),
    )
}


def statuses(warehouse: TestWarehouse, today: date) -> dict[tuple[str, str], str]:
    with warehouse.connect() as connection:
        obligations.refresh(connection, contracts(), PROVIDERS, Clock.at(today))
        found = connection.execute("select dataset, period, status from ops.obligations").fetchall()
    return {(dataset, period): status for dataset, period, status in found}


def accept(warehouse: TestWarehouse, period: str, received_at: datetime, reject: str | None = None) -> int:
    with warehouse.connect() as connection:
        head = Head(
            "api", f"atvejai_{SPC}_{period}.csv", period, received_at, SPC, "atvejai", Period.parse(period), "33"
        )
        delivery_id = deliveries.next_delivery_id(connection)
        deliveries.record_received(connection, delivery_id, head, 1, False, "archive.age")
        deliveries.settle(connection, Judged(delivery_id, deliveries.next_load_id(connection), 0, 0, False, reject))
    return delivery_id


def test_a_provider_owes_each_month_it_is_valid_at_the_end_of(warehouse: TestWarehouse) -> None:
    found = statuses(warehouse, date(2018, 12, 31))
    assert sorted(found) == [
        (dataset, f"2018-{month:02}")
        for dataset in ("atvejai", "pagalbos_planai", "vertinimai")
        for month in range(7, 11)
    ]


def test_silence_is_seen_the_day_after_the_due_day(warehouse: TestWarehouse) -> None:
    assert statuses(warehouse, date(2018, 8, 10))["atvejai", "2018-07"] == "not_due"
    assert statuses(warehouse, date(2018, 8, 11))["atvejai", "2018-07"] == "not_received"


def test_the_due_day_ends_at_midnight_in_vilnius(warehouse: TestWarehouse) -> None:
    # 10 August 2018, 20:59 UTC is 23:59 in Vilnius.
    accept(warehouse, "2018-07", datetime(2018, 8, 10, 20, 59, tzinfo=UTC))
    accept(warehouse, "2018-08", datetime(2018, 9, 10, 21, 0, tzinfo=UTC))
    found = statuses(warehouse, date(2018, 12, 31))
    assert found["atvejai", "2018-07"] == "on_time"
    assert found["atvejai", "2018-08"] == "late"


def test_rejected_waived_and_confirmed_are_said_apart(warehouse: TestWarehouse) -> None:
    accept(warehouse, "2018-07", datetime(2018, 8, 5, tzinfo=UTC), reject="file_rule")
    with warehouse.connect() as connection:
        waivers.waive(connection, SPC, "atvejai", [Period.parse("2018-08")], "potvynis", date(2018, 12, 1))
        deliveries.confirm_empty(
            connection,
            Head("command", None, None, datetime(2018, 10, 3, tzinfo=UTC), SPC, "atvejai", Period.parse("2018-09")),
        )
    found = statuses(warehouse, date(2018, 12, 1))
    assert found["atvejai", "2018-07"] == "rejected"
    assert found["atvejai", "2018-08"] == "waived"
    assert found["atvejai", "2018-09"] == "confirmed_empty"
    assert statuses(warehouse, date(2018, 12, 2))["atvejai", "2018-08"] == "not_received"


def test_a_late_correction_does_not_make_a_punctual_slice_late(warehouse: TestWarehouse) -> None:
    accept(warehouse, "2018-07", datetime(2018, 8, 5, tzinfo=UTC))
    with warehouse.connect() as connection:
        head = Head(
            "api", "again.csv", "other", datetime(2018, 9, 30, tzinfo=UTC), SPC, "atvejai", Period.parse("2018-07")
        )
        second = deliveries.next_delivery_id(connection)
        deliveries.record_received(connection, second, head, 1, False, "archive.age")
        deliveries.settle(connection, Judged(second, deliveries.next_load_id(connection), 0, 0, False))
    assert statuses(warehouse, date(2018, 12, 31))["atvejai", "2018-07"] == "on_time"


def test_a_file_after_a_punctual_confirmation_does_not_make_the_slice_late(warehouse: TestWarehouse) -> None:
    with warehouse.connect() as connection:
        confirmed = datetime(2018, 8, 5, tzinfo=UTC)
        deliveries.confirm_empty(
            connection, Head("command", None, None, confirmed, SPC, "atvejai", Period.parse("2018-07"))
        )
    accept(warehouse, "2018-07", datetime(2018, 9, 30, tzinfo=UTC))
    assert statuses(warehouse, date(2018, 12, 31))["atvejai", "2018-07"] == "on_time"


def test_the_same_day_twice_changes_nothing_and_an_earlier_clock_expects_less(warehouse: TestWarehouse) -> None:
    late = statuses(warehouse, date(2018, 12, 31))
    assert statuses(warehouse, date(2018, 12, 31)) == late
    assert {period for _, period in statuses(warehouse, date(2018, 8, 15))} == {"2018-07", "2018-08"}
