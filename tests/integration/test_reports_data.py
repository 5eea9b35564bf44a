"""What a report tells is what the ledger and the findings hold."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from provider_month import Found, ProviderMonth, clock

from aim.contracts.calendar import Period
from aim.contracts.load import contracts
from aim.ledger.deliveries import LedgerError
from aim.reports.monthly import MonthlyReport, monthly_report, report_period
from aim.reports.sending import write_report

DATASETS = ("atvejai", "pagalbos_planai", "vertinimai")
"""What case managers deliver every month."""


@pytest.fixture
def month(warehouse: Any) -> ProviderMonth:
    return ProviderMonth(warehouse)


def told(month: ProviderMonth, today: str = "2019-01-11", period: str = "2018-12") -> MonthlyReport:
    month.night(today)
    provider = month.registry[month.provider]
    return monthly_report(
        month.house.connection, contracts(), month.reference(), provider, Period.parse(period), clock(today)
    )


def test_errors_come_by_number_of_rows_five_at_most(month: ProviderMonth) -> None:
    month.deliver(
        "atvejai",
        412,
        Found("VIS-001", [88, 14, 37, 52], "seimos_nr"),
        Found("VIS-001", [90], "sav"),
        Found("VIS-005", [14, 15, 16], "asmens_kodas"),
        Found("ATV-001", [70, 71]),
        Found("VIS-004", [80, 81, 82, 83, 84]),
        Found("VIS-009", [95, 96], "atidarymo_data"),
        Found("ATV-004", [100, 101], "asmens_kodas", out=False),
        duplicate=2,
    )
    month.deliver("vertinimai", 28)
    report = told(month)
    assert [(one.rule.code, one.row_count, one.first_rows) for one in report.findings.errors] == [
        ("VIS-004", 5, (80, 81, 82)),
        ("VIS-001", 4, (14, 37, 52)),
        ("VIS-005", 3, (14, 15, 16)),
        ("ATV-001", 2, (70, 71)),
        ("VIS-009", 2, (95, 96)),
    ]
    assert report.findings.more_errors == 1
    assert [[field.name for field in one.fields] for one in report.findings.errors] == [
        ["atvejo_nr"],
        ["seimos_nr"],
        ["asmens_kodas"],
        list(report.findings.errors[3].rule.fields),
        ["atidarymo_data"],
    ]
    assert [(one.rule.code, one.row_count) for one in report.findings.queries] == [("ATV-004", 2)]
    (mending,) = report.findings.mending
    # Row 14 breaks two rules and is one row to mend.
    assert (mending.rows_to_fix, mending.rows_to_explain) == (16, 2)
    assert report.rows == (440, 422, 16, 2)


def test_a_question_answered_is_not_asked_again_and_counted(month: ProviderMonth) -> None:
    delivery = month.deliver("atvejai", 412, Found("ATV-004", [100, 101, 102], "asmens_kodas", out=False))
    month.answered(delivery, 101)
    report = told(month)
    assert [one.first_rows for one in report.findings.queries] == [(100, 102)]
    assert report.findings.mending[0].rows_to_explain == 2
    assert [one.answered for one in report.deliveries] == [1]
    month.answered(delivery, 100, 102)
    report = told(month)
    assert (report.findings.queries, report.findings.mending) == ((), ())
    assert [one.answered for one in report.deliveries] == [3]


def test_a_row_missing_from_the_file_is_told_by_the_file_it_stood_in(month: ProviderMonth) -> None:
    former = month.deliver("atvejai", 412, period="2018-11", received="2018-12-05 10:00")
    month.deliver(
        "atvejai",
        412,
        Found("VIS-001", [7], "seimos_nr"),
        Found("ATV-003", [7, 9], "atvejo_nr", out=False, of_delivery=former),
    )
    report = told(month)
    (missing,) = report.findings.queries
    assert (missing.first_rows, missing.stood_in) == ((7, 9), f"atvejai_{month.provider}_2018-11.csv")
    # Row 7 of this file is to be corrected, row 7 of the earlier one is another.
    assert (report.findings.mending[0].rows_to_fix, report.findings.mending[0].rows_to_explain) == (1, 2)


def test_a_question_about_the_file_as_a_whole_is_asked(month: ProviderMonth) -> None:
    delivery = month.deliver(
        "atvejai", 412, Found("VIS-015", [0], out=False), Found("VIS-016", [0], "uzdarymo_priezastis", out=False)
    )
    report = told(month)
    assert [(one.rule.code, one.first_rows) for one in report.findings.queries] == [("VIS-015", ()), ("VIS-016", ())]
    (mending,) = report.findings.mending
    assert (mending.rows_to_fix, mending.rows_to_explain, mending.files_to_explain) == (0, 0, 2)
    month.answered(delivery, 0)
    assert told(month).findings.mending == ()


def test_of_a_row_that_is_out_anyway_nothing_is_asked(month: ProviderMonth) -> None:
    month.deliver("atvejai", 412, Found("VIS-004", [3], ""), Found("ATV-004", [3, 5], "asmens_kodas", out=False))
    assert [one.first_rows for one in told(month).findings.queries] == [(5,)]


def test_the_delivery_that_speaks_is_told_not_what_it_replaced(month: ProviderMonth) -> None:
    month.deliver("atvejai", 412, Found("VIS-001", [14], "seimos_nr"), received="2019-01-03 10:00")
    later = month.deliver("atvejai", 413, received="2019-01-04 10:00")
    report = told(month)
    assert [one.delivery_id for one in report.deliveries] == [later]
    assert report.findings.errors == ()


def test_a_file_refused_after_the_accepted_one_is_told_too(month: ProviderMonth) -> None:
    month.deliver("atvejai", 400, reject="too_many_quarantined", received="2019-01-02 10:00")
    accepted = month.deliver("atvejai", 412, received="2019-01-03 10:00")
    refused = month.deliver("atvejai", 9, reject="too_many_quarantined", received="2019-01-05 10:00")
    report = told(month)
    assert [one.delivery_id for one in report.deliveries] == [accepted, refused]
    assert {one.dataset: one.status for one in report.slices} == {
        "atvejai": "on_time",
        "pagalbos_planai": "not_received",
        "vertinimai": "not_received",
    }


def test_of_refused_files_the_last_is_told(month: ProviderMonth) -> None:
    for minute in (10, 30, 20):
        last = month.deliver("atvejai", minute, reject="too_many_quarantined", received=f"2019-01-02 10:{minute}")
    report = told(month)
    assert [one.rows_received for one in report.deliveries] == [30]
    assert last not in [one.delivery_id for one in report.deliveries]
    assert report.rows == (30, 0, 30, 0)


def test_a_rule_about_the_file_and_rules_that_crashed(month: ProviderMonth) -> None:
    month.provider = next(code for code, one in month.registry.items() if one.kind == "vda")
    delivery = month.deliver(
        "gyventojai",
        1000,
        # As judging leaves it: what is wrong with the file as a whole stands at row 0.
        Found("GYV-001", [0], out=False),
        period="2018",
        received="2018-03-20 10:00",
        reject="file_rule",
        detail="GYV-001",
    )
    run = month.night("2018-04-04")
    month.check_result(delivery, "GYV-001", "failed", run)
    month.check_result(delivery, "GYV-002", "errored", run)
    report = told(month, "2018-04-04", "2018-03")
    assert [(one.rule.code, one.first_rows) for one in report.findings.errors] == [("GYV-001", ())]
    assert report.findings.checks_at_fault == 1
    # Due on 3 April: the report of March.
    assert [(one.dataset, one.period, one.status) for one in report.slices] == [("gyventojai", "2018", "rejected")]


def test_gaps_of_the_last_year_and_what_comes_next(month: ProviderMonth) -> None:
    for number in range(1, 11):
        for dataset in DATASETS:
            month.deliver(dataset, 1, period=f"2018-{number:02}", received="2018-12-01 10:00")
    report = told(month)
    assert {(one.dataset, one.period) for one in report.earlier_gaps} == {
        (dataset, period) for dataset in DATASETS for period in ("2017-12", "2018-11")
    }
    assert {(one.period, one.due_on) for one in report.upcoming.slices} == {("2019-01", date(2019, 2, 11))}
    assert report.upcoming.mend_by == date(2019, 2, 11)


@pytest.mark.parametrize("text", ["2018", "2018-K4", "2018-13", "gruodis", ""])
def test_a_report_is_about_a_month(text: str) -> None:
    with pytest.raises(LedgerError, match="2018-12"):
        report_period(text)


def test_the_report_by_hand_is_written_in_two_files(month: ProviderMonth) -> None:
    month.deliver("atvejai", 412, Found("VIS-001", [14, 37], "seimos_nr"))
    month.night("2019-01-11")
    page, text = write_report(month.warehouse, month.settings, month.provider, "2018-12", clock("2019-01-11"))
    assert "14 ir 37" in page.read_text("utf-8")
    assert "14 ir 37" in text.read_text("utf-8")
    with pytest.raises(LedgerError, match="no provider 1"):
        write_report(month.warehouse, month.settings, "1", "2018-12", clock("2019-01-11"))
