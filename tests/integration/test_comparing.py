"""What is settled is compared with other periods and providers; the order of arrival makes no difference."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from landed_directly import SPC, case, land
from test_judging import Judging

from aim.contracts.calendar import Period
from aim.ledger import deliveries

MONTHS = [Period.parse(f"2018-{month:02}") for month in range(1, 13)]


@pytest.fixture
def judging(warehouse: Any) -> Iterator[Judging]:
    yield Judging(warehouse.settings, warehouse.url, warehouse.connection)


def cases(number: int, period: Period, first: int = 1, **cells: Any) -> list[dict[str, Any]]:
    """Cases reported and opened on the first day of the year, open still."""
    begun = {"pranesimo_data": date(2018, 1, 1), "atidarymo_data": date(2018, 1, 1)}
    return [case(f"A-{one}", **begun, **cells) for one in range(first, first + number)]


def found(judging: Judging, delivery: int, code: str) -> list[tuple[Any, ...]]:
    """Row number, field, delivery that the row stands in."""
    return judging.connection.execute(
        "select row_number, field, of_delivery from quality.row_issues"
        " where delivery_id = %s and rule_code = %s order by 1, 2",
        [delivery, code],
    ).fetchall()


def deliver_counts(judging: Judging, counts: list[int]) -> list[int]:
    """A slice of so many rows for each month in order, 0 a nil return."""
    return [
        judging.land("atvejai", cases(number, month), period=month.text, is_nil=number == 0)
        for month, number in zip(MONTHS, counts, strict=False)
    ]


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        ([0] * 8 + [50], "failed"),  # methodology, section 5: must be flagged, where the median deviation is 0
        ([0] * 8 + [1], "passed"),  # and this must not
        ([0] * 8 + [4], "passed"),  # less than five from the median is no outlier
        ([10, 11, 12, 10, 11, 12, 10, 11, 40], "failed"),
        ([10, 11, 12, 10, 11, 12, 10, 11, 13], "passed"),
        ([10] * 7 + [50], "not_applicable"),  # only seven earlier periods
    ],
)
def test_a_row_count_is_an_outlier_on_the_providers_own_history(
    judging: Judging, counts: list[int], status: str
) -> None:
    last = deliver_counts(judging, counts)[-1]
    judging.judge()
    assert judging.results(last)["VIS-015"][0] == status
    if status == "failed":
        assert found(judging, last, "VIS-015") == [(0, "", None)]
        assert judging.delivery(last)[0] == "accepted_with_findings"


def test_a_nil_return_is_in_the_history_and_is_not_asked_itself(judging: Judging) -> None:
    last = deliver_counts(judging, [30] * 8 + [0])[-1]
    judging.judge()
    assert judging.results(last)["VIS-015"] == ("not_applicable", 0, 0, "nil return")


def with_reasons(period: Period, reasons: dict[str, int]) -> list[dict[str, Any]]:
    """Closed cases, so many for each reason of closing."""
    rows = []
    for reason, number in reasons.items():
        rows += cases(number, period, first=len(rows) + 1, uzdarymo_data=period.end, uzdarymo_priezastis=reason)
    return rows


@pytest.mark.parametrize(
    ("earlier", "last", "shifted"),
    [
        ([{"KITA": 20, "ISVYKO": 20}] * 3, {"KITA": 30, "ISVYKO": 10}, []),  # 25 points are not more than 25
        ([{"KITA": 20, "ISVYKO": 20}] * 3, {"KITA": 31, "ISVYKO": 9}, ["uzdarymo_priezastis"]),
        # A code that was not there before, and one outlier among the earlier that moves no median.
        ([{"KITA": 40}, {"KITA": 40}, {"MIRTIS": 40}], {"ISVYKO": 11, "KITA": 29}, ["uzdarymo_priezastis"]),
        ([{"KITA": 40}] * 3, {"ISVYKO": 29}, None),  # 29 rows are not enough
        ([{"KITA": 29}] * 3, {"ISVYKO": 40}, None),  # neither before
    ],
)
def test_a_share_that_moves_more_than_a_quarter_on_the_median_is_asked_about(
    judging: Judging, earlier: list[dict[str, int]], last: dict[str, int], shifted: list[str] | None
) -> None:
    for month, reasons in zip(MONTHS, earlier, strict=False):
        judging.land("atvejai", with_reasons(month, reasons), period=month.text)
    now = MONTHS[len(earlier)]
    delivery = judging.land("atvejai", with_reasons(now, last), period=now.text)
    judging.judge()
    status, checked, failed, _ = judging.results(delivery)["VIS-016"]
    if shifted is None:
        assert (status, checked) == ("not_applicable", 0)
    else:
        assert (checked, failed) == (1, len(shifted))
        assert [field for _, field, _ in found(judging, delivery, "VIS-016")] == shifted


def test_rows_out_count_in_no_share(judging: Judging) -> None:
    for month in MONTHS[:2]:
        judging.land("atvejai", with_reasons(month, {"KITA": 40}), period=month.text)
    spoilt = [row | {"sav": "99"} for row in with_reasons(MONTHS[2], {"ISVYKO": 8})]
    rows = [*with_reasons(MONTHS[2], {"KITA": 32}), *({**row, "atvejo_nr": f"B{n}"} for n, row in enumerate(spoilt))]
    delivery = judging.land("atvejai", rows, period=MONTHS[2].text)
    judging.judge()
    assert judging.delivery(delivery)[:4] == ("accepted_with_findings", None, 32, 8)
    counts = judging.connection.execute(
        "select code, rows_kept from quality.code_counts where delivery_id = %s", [delivery]
    ).fetchall()
    assert counts == [("KITA", 32)]


def test_a_rejected_delivery_is_compared_with_nothing_and_says_so(judging: Judging) -> None:
    delivery = judging.land("atvejai", [row | {"sav": "99"} for row in cases(3, MONTHS[0])], period="2018-01")
    judging.judge()
    assert judging.delivery(delivery)[0] == "rejected"
    assert judging.results(delivery)["VIS-015"] == ("not_applicable", 0, 0, "delivery rejected")


def test_a_correction_of_an_early_period_compares_all_later_ones_again_and_no_earlier(judging: Judging) -> None:
    deliver_counts(judging, [10, 10, 10, 10])
    assert judging.judge().compared == 4
    judging.land("atvejai", cases(11, MONTHS[1]), period=MONTHS[1].text)
    again = judging.judge()
    assert (again.deliveries, again.compared) == (1, 3)
    assert judging.judge().compared == 0


def state(judging: Judging) -> dict[str, Any]:
    """What speaks for each slice and all that was found in it, by slice."""
    return {
        "verdicts": judging.connection.execute(
            "select provider_code, dataset, period, verdict, rows_loaded, rows_quarantined from ops.deliveries"
            " where verdict in ('accepted', 'accepted_with_findings') order by 1, 2, 3"
        ).fetchall(),
        "results": judging.connection.execute(
            "select dataset, provider_code, period, rule_code, status, checked, failed, reason"
            " from quality.check_results inner join ops.deliveries using (delivery_id)"
            " where verdict in ('accepted', 'accepted_with_findings') order by 1, 2, 3, 4"
        ).fetchall(),
        "issues": judging.connection.execute(
            "select d.dataset, d.provider_code, d.period, i.row_number, i.rule_code, i.field, i.out, o.period"
            " from quality.row_issues as i inner join ops.deliveries as d using (delivery_id)"
            " left join ops.deliveries as o on o.delivery_id = i.of_delivery"
            " where d.verdict in ('accepted', 'accepted_with_findings') order by 1, 2, 3, 4, 5, 6"
        ).fetchall(),
    }


def slices_of_ten_months() -> list[tuple[str, list[dict[str, Any]]]]:
    """Case files with a spike, a shift of codes, cases that vanish, and a nil return among them."""
    counts = [10, 11, 10, 12, 10, 11, 0, 10, 60, 11]
    return [
        (
            month.text,
            [
                row
                | (
                    {"uzdarymo_data": month.end, "uzdarymo_priezastis": "KITA" if month.start.month % 2 else "ISVYKO"}
                    if number >= 8
                    else {}
                )
                for number, row in enumerate(cases(count, month))
            ],
        )
        for month, count in zip(MONTHS, counts, strict=False)
    ]


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_of_arrival_ends_in_the_same_verdicts(judging: Judging, data: st.DataObject) -> None:
    slices = slices_of_ten_months()
    ends = []
    orders: list[tuple[list[int], set[int]]] = [
        (list(range(len(slices))), set()),
        (
            data.draw(st.permutations(range(len(slices)))),
            data.draw(st.sets(st.sampled_from(range(len(slices))), max_size=3)),
        ),
    ]
    for arrival, judging_after in orders:
        judging.connection.execute(
            "truncate ops.deliveries, quality.row_issues, quality.check_results, quality.code_counts, quality.batch,"
            " staging.atvejai cascade"
        )
        for place, one in enumerate(arrival):
            period, rows = slices[one]
            land(judging.connection, "atvejai", rows, period=period, provider=SPC, is_nil=not rows)
            if place in judging_after:
                judging.judge()
        # One slice is sent again with fewer rows and taken back: the former speaks once more.
        sent_again = land(judging.connection, "atvejai", cases(1, MONTHS[4]), period=MONTHS[4].text, provider=SPC)
        judging.judge()
        deliveries.withdraw(judging.connection, sent_again)
        judging.judge()
        ends.append(state(judging))
    assert ends[0] == ends[1]
    assert any(row[4] == "failed" and row[3] == "VIS-015" for row in ends[0]["results"])


def test_a_case_open_a_month_ago_is_missed_by_its_line_of_that_file_also_in_a_nil_return(judging: Judging) -> None:
    closed = {"uzdarymo_data": MONTHS[0].end, "uzdarymo_priezastis": "KITA"}
    rows = [*cases(3, MONTHS[0]), *cases(1, MONTHS[0], first=4, **closed)]
    first = judging.land("atvejai", rows, period=MONTHS[0].text)
    second = judging.land("atvejai", cases(1, MONTHS[1], first=2), period=MONTHS[1].text)
    third = judging.land("atvejai", [], period=MONTHS[2].text, is_nil=True)
    judging.judge()
    assert found(judging, second, "ATV-003") == [(2, "atvejo_nr", first), (4, "atvejo_nr", first)]
    assert judging.results(second)["ATV-003"] == ("failed", 3, 2, None)
    assert found(judging, third, "ATV-003") == [(2, "atvejo_nr", second)]
    assert judging.delivery(third)[0] == "accepted_with_findings"


def test_a_rule_about_the_month_before_waits_where_nobody_delivered_that_month(judging: Judging) -> None:
    """Other rules compare with months further back; that table of the month before is empty is no fault of ours."""
    judging.land("atvejai", with_reasons(MONTHS[0], {"KITA": 40}), period=MONTHS[0].text)
    judging.judge()
    delivery = judging.land("atvejai", with_reasons(MONTHS[2], {"KITA": 40}), period=MONTHS[2].text)
    assert judging.judge().errored_rules == ()
    assert judging.results(delivery)["VIS-016"][0] == "passed"
    assert judging.results(delivery)["ATV-003"] == ("not_applicable", 0, 0, "waiting:atvejai")


def test_what_a_rule_found_that_is_declared_no_more_is_forgotten(judging: Judging) -> None:
    delivery = judging.land("atvejai", [*cases(1, MONTHS[9]), case("A-2")])
    judging.judge()
    judging.connection.execute("update quality.check_results set rule_code = 'OLD-001' where rule_code = 'VIS-001'")
    judging.connection.execute("update ops.deliveries set needs_judging = true where delivery_id = %s", [delivery])
    judging.judge()
    assert "OLD-001" not in judging.results(delivery)
