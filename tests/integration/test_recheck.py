"""Past deliveries judged again: what is marked, what becomes of it, and that no running night is disturbed."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
import pytest
from landed_directly import case, ensure_tables, land
from tests.conftest import TestWarehouse

from aim.clock import Clock
from aim.contracts.load import contracts
from aim.ledger import deliveries, rechecks, runs
from aim.ledger.deliveries import Judged, LedgerError
from aim.ledger.rechecks import Span
from aim.orchestration import steps
from aim.warehouse.connect import Warehouse

NIGHT = Clock.at(date(2019, 1, 22))
REFUSED = "too_many_quarantined"


class House:
    """A warehouse after a night, and deliveries settled by hand."""

    def __init__(self, warehouse: TestWarehouse) -> None:
        self.connection = warehouse.connection
        self.warehouse = Warehouse(warehouse.url, warehouse.url)
        ensure_tables(self.connection)
        runs.close_run(self.connection, runs.open_run(self.connection, NIGHT), "succeeded")

    def land(self, period: str = "2018-10", reject: str | None = None, is_nil: bool = False) -> int:
        rows = [] if is_nil else [case(f"A-{number}") for number in range(12)]
        delivery_id = land(self.connection, "atvejai", rows, period=period, is_nil=is_nil)
        self.settle(delivery_id, reject)
        return delivery_id

    def settle(self, delivery_id: int, reject: str | None = None) -> None:
        load_id = deliveries.next_load_id(self.connection)
        deliveries.settle(self.connection, Judged(delivery_id, load_id, 0, 0, False, reject))

    def mark(self, span: Span | None = None, everything: bool = False) -> int:
        return rechecks.mark_for_recheck(self.connection, contracts(), span or Span(), everything=everything)

    def forget_declarations(self, *delivery_ids: int) -> None:
        """As if they had been judged under others."""
        self.connection.execute(
            "update ops.deliveries set judged_under = 'former' where delivery_id = any(%s)", [list(delivery_ids)]
        )

    def said(self, column: str, *delivery_ids: int) -> list[Any]:
        found = dict(
            self.connection.execute(
                "select delivery_id, to_jsonb(deliveries) ->> %s from ops.deliveries", [column]
            ).fetchall()
        )
        return [found[delivery_id] for delivery_id in delivery_ids]


@pytest.fixture
def house(warehouse: TestWarehouse, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("AIM_HOME", str(warehouse.settings.home))
    monkeypatch.setenv("AIM_WAREHOUSE", warehouse.url)
    return House(warehouse)


def test_only_what_was_judged_under_other_declarations_is_marked(house: House) -> None:
    former, present, refused = house.land(), house.land("2018-11"), house.land("2018-12", reject=REFUSED)
    by_name = house.land("2018-09", reject=REFUSED)
    house.connection.execute("update ops.deliveries set reason_code = 'bad_name' where delivery_id = %s", [by_name])
    assert house.said("judged_under", former, present, refused) == [contracts().version] * 3
    house.forget_declarations(former, refused, by_name)
    assert house.mark() == 2
    assert house.said("needs_judging", former, present, refused, by_name) == ["true", "false", "true", "false"]
    house.settle(former)
    house.settle(refused, REFUSED)
    assert house.mark() == 0
    assert house.mark(Span.between("vertinimai", None, None), everything=True) == 0
    assert house.mark(Span.between("atvejai", "2018-11", "2018-11"), everything=True) == 1
    assert house.said("needs_judging", former, present, refused) == ["false", "true", "false"]
    assert house.mark(Span.between(None, None, "2018"), everything=True) == 3


def test_what_is_no_dataset_or_period_is_said(house: House) -> None:
    with pytest.raises(LedgerError):
        house.mark(Span(dataset="gandai"))
    with pytest.raises(LedgerError):
        Span.between(None, "spalis", None)


def test_a_rejected_delivery_is_accepted_and_counts_as_come_in_time(house: House) -> None:
    delivery = house.land(reject=REFUSED)
    house.forget_declarations(delivery)
    assert steps.mark_for_recheck("atvejai", "2018-10", "2018-10", False) == 1
    result = steps.judge_rechecked()
    assert (result["deliveries"], result["verdicts"], result["compared"]) == (1, {"accepted": 1}, 1)
    assert house.said("verdict", delivery) == ["accepted"]
    assert house.said("reason_code", delivery) == [None]
    assert house.said("version", delivery) == ["1"]
    slice_status = house.connection.execute(
        "select status from ops.obligations where delivery_id = %s", [delivery]
    ).fetchone()
    assert slice_status == ("on_time",)
    assert steps.judge_rechecked()["deliveries"] == 0


def test_one_rejected_supersedes_what_came_before_it(house: House) -> None:
    before, refused = house.land(), house.land(reject=REFUSED)
    assert house.mark(everything=True) == 2
    house.settle(before)
    house.settle(refused)
    assert house.said("verdict", before, refused) == ["superseded", "accepted"]
    assert house.said("version", before, refused) == ["1", "2"]
    assert deliveries.withdraw(house.connection, refused) == before


def test_one_rejected_yields_to_what_came_after_it(house: House) -> None:
    refused, after = house.land(reject=REFUSED), house.land()
    house.forget_declarations(refused)
    assert house.mark() == 0
    # Overtaken after it was marked.
    house.connection.execute("update ops.deliveries set needs_judging = true where delivery_id = %s", [refused])
    house.settle(refused)
    assert house.said("verdict", refused, after) == ["rejected", "accepted"]
    assert house.said("needs_judging", refused) == ["false"]
    assert house.said("reason_code", refused) == [REFUSED]


def test_one_accepted_is_rejected_and_the_former_speaks(house: House) -> None:
    former, delivery = house.land(), house.land()
    house.forget_declarations(former, delivery)
    assert house.mark() == 1
    house.settle(delivery, "file_rule")
    assert house.said("verdict", former, delivery) == ["accepted", "rejected"]
    # The former was judged under other declarations too.
    assert house.mark() == 1
    assert house.said("needs_judging", former, delivery) == ["true", "false"]


def test_a_nil_return_is_compared_again_and_not_judged(house: House) -> None:
    nil = house.land(is_nil=True)
    house.forget_declarations(nil)
    assert house.mark() == 1
    assert house.said("needs_judging", nil) == ["false"]
    assert house.said("needs_comparing", nil) == ["true"]
    assert house.mark() == 0


def test_while_a_night_runs_nothing_is_judged_and_it_stays_marked(house: House) -> None:
    delivery = house.land(reject=REFUSED)
    house.forget_declarations(delivery)
    runs.open_run(house.connection, NIGHT)
    assert steps.mark_for_recheck(None, None, None, False) == 1
    result = steps.judge_rechecked()
    assert (result["deliveries"], result["left_to_the_night"]) == (0, True)
    assert house.said("verdict", delivery) == ["rejected"]
    assert house.said("needs_judging", delivery) == ["true"]


def test_marking_waits_for_a_judging_to_end(house: House) -> None:
    house.land()
    with house.warehouse.connect() as other:
        deliveries.judge_alone(other)
        house.connection.execute("set lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            house.mark(everything=True)


def test_before_the_first_night_there_is_nothing_to_judge(house: House) -> None:
    house.connection.execute("delete from ops.runs")
    assert steps.judge_rechecked() == {"deliveries": 0}
