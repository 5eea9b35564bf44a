"""What the ledger says of a slice does not depend on the order in which its deliveries come to be judged."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.conftest import TestWarehouse

from aim.clock import Clock
from aim.contracts.calendar import Period
from aim.contracts.load import contracts
from aim.contracts.registry import Provider
from aim.ledger import deliveries, obligations
from aim.ledger.deliveries import Head, Judged

PROVIDER = Provider(
    code="300000001",
    name="Centras",
    kind="spc",
    municipality_code="33",
    language="lt",
    valid_from=date(2018, 9, 1),
    valid_to=None,
)
SLICES = [("atvejai", "2018-09"), ("atvejai", "2018-10"), ("vertinimai", "2018-10")]


@dataclass(frozen=True)
class Sent:
    """A file: for which slice, when, and what becomes of it when it is judged, or soon after."""

    slice: tuple[str, str]
    received_at: datetime
    content: str
    channel: str = "sftp"
    is_nil: bool = False
    is_refused: bool = False
    is_withdrawn: bool = False


def sent_at_random(chance: random.Random) -> list[Sent]:
    """Files of a few slices, each at a moment of its own; no two of a slice alike."""
    return [
        Sent(
            chance.choice(SLICES),
            datetime(2018, 11, 1, tzinfo=UTC) + timedelta(hours=chance.randint(0, 300), seconds=place),
            content=f"{place}",
            channel=chance.choice(["sftp", "api", "email", "upload"]),
            is_nil=chance.random() < 0.1,
            is_refused=(end := chance.random()) < 0.25,
            is_withdrawn=end > 0.75,
        )
        for place in range(12)
    ]


def land(connection: psycopg.Connection[Any], sent: list[Sent]) -> None:
    for one in sent:
        dataset, period = one.slice
        delivery_id = deliveries.next_delivery_id(connection)
        head = Head(
            one.channel, f"{dataset}.csv", one.content, one.received_at,
            PROVIDER.code, dataset, Period.parse(period), PROVIDER.municipality_code,
        )  # fmt: skip
        deliveries.record_received(connection, delivery_id, head, 0 if one.is_nil else 10, one.is_nil, "archive.age")
        refused = "file_rule" if one.is_refused else None
        deliveries.settle(connection, Judged(delivery_id, deliveries.next_load_id(connection), 0, 0, False, refused))
        if one.is_withdrawn:
            deliveries.withdraw(connection, delivery_id)


def ledger_of(connection: psycopg.Connection[Any]) -> tuple[list[Any], list[Any]]:
    """What it says of files and slices, but for the numbers of landing and acceptance."""
    obligations.refresh(connection, contracts(), {PROVIDER.code: PROVIDER}, Clock.at(date(2018, 11, 20)))
    files = "select dataset, period, received_at, channel, verdict, accepted_as, rows_loaded from ops.deliveries"
    slices = (
        "select owed.dataset, owed.period, owed.status, owed.first_accepted_at, answered.received_at"
        " from ops.obligations as owed left join ops.deliveries as answered using (delivery_id)"
    )
    return (
        connection.execute(f"{files} order by received_at".encode()).fetchall(),
        connection.execute(f"{slices} order by owed.dataset, owed.period".encode()).fetchall(),
    )


@pytest.mark.parametrize("seed", range(6))
def test_any_order_leaves_the_same_ledger(warehouse: TestWarehouse, seed: int) -> None:
    chance = random.Random(seed)
    sent = sorted(sent_at_random(chance), key=lambda one: one.received_at)
    ledgers = []
    for order in (sent, sent[::-1], *(chance.sample(sent, len(sent)) for _ in range(4))):
        with warehouse.connection.transaction(force_rollback=True):
            land(warehouse.connection, order)
            ledgers.append(ledger_of(warehouse.connection))
    files, slices = ledgers[0]
    assert len(files) == len(sent)
    assert {owed[2] for owed in slices} > {"not_received"}
    assert all(ledger == ledgers[0] for ledger in ledgers[1:])


def test_the_same_bytes_twice_speak_once_in_any_order(warehouse: TestWarehouse) -> None:
    """Only which of the two speaks follows the order; what they say, and since when, does not."""
    first = Sent(SLICES[0], datetime(2018, 11, 1, tzinfo=UTC), content="a")
    again = replace(first, received_at=first.received_at + timedelta(days=30))
    said = []
    for order in ([first, again], [again, first]):
        with warehouse.connection.transaction(force_rollback=True):
            land(warehouse.connection, order)
            said.append([owed[:4] for owed in ledger_of(warehouse.connection)[1]])
    assert said[0] == said[1]
