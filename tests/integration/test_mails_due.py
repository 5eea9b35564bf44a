"""Who is told what on which day: reminders, escalations, receipts, questions; one letter a person, each matter once."""

from __future__ import annotations

import email
import email.policy
import json
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from command_line import command_line
from provider_month import SPC, Found, ProviderMonth, clock
from rich.console import Console

from aim.contracts.load import contracts
from aim.ledger import obligations
from aim.orchestration import steps
from aim.orchestration.night_summary import ROWS, print_summary
from aim.reports.sending import EVERYTHING, MailResult, send_due_mails

MONTHLY = ("atvejai", "pagalbos_planai", "vertinimai")
"""What a social service centre delivers every month."""
QUIET = tuple(kind for kind in EVERYTHING if kind != "monthly-quality-report")


@pytest.fixture
def month(warehouse: Any) -> ProviderMonth:
    month = ProviderMonth(warehouse)
    month.contact()
    month.contact("tbk@example.invalid", role="tbk")
    month.contact("administration@example.invalid", role="administration")
    month.contact("national@example.invalid", role="national")
    return month


def night(month: ProviderMonth, today: str, kinds: tuple[str, ...] = QUIET) -> MailResult:
    return send_due_mails(month.warehouse, month.settings, month.night(today), clock(today), kinds)


def told(month: ProviderMonth, kind: str) -> dict[str, list[str]]:
    """Recipient -> what was told of that kind, in order of time."""
    rows = month.house.connection.execute(
        "select split_part(recipient, '@', 1), period || ' ' || about from ops.mail_matters where kind = %s"
        " order by mail_id, period, about",
        (kind,),
    ).fetchall()
    found: dict[str, list[str]] = {}
    for recipient, about in rows:
        found.setdefault(recipient, []).append(about)
    return found


def letters(month: ProviderMonth) -> list[EmailMessage]:
    """What lies in the outbox."""
    found = []
    for file in sorted(month.settings.outbox.iterdir()):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        found.append(message)
    return found


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


@pytest.mark.parametrize(
    ("today", "step"),
    [
        ("2018-12-30", None),
        ("2018-12-31", "10"),
        ("2019-01-05", "10"),
        ("2019-01-07", "3"),
        ("2019-01-09", "3"),
        ("2019-01-10", "0"),
    ],
)
def test_a_reminder_goes_to_who_delivers_on_its_day_or_the_next_night(
    month: ProviderMonth, today: str, step: str | None
) -> None:
    night(month, today)
    expected = {} if step is None else {"spc": [f"2018-12 {dataset} {step}" for dataset in MONTHLY]}
    assert told(month, "reminder") == expected
    assert night(month, today).told == {}


def test_three_reminders_and_none_for_what_came_is_nil_or_waived(month: ProviderMonth) -> None:
    night(month, "2019-01-01")
    month.deliver("atvejai", 10, received="2019-01-03 10:00")
    month.deliver("pagalbos_planai", 0, nil=True, received="2019-01-03 11:00")
    night(month, "2019-01-07")
    assert told(month, "reminder")["spc"][3:] == ["2018-12 vertinimai 3"]
    month.house.connection.execute(
        "insert into ops.waivers (provider_code, dataset, period, reason, until)"
        " values (%s, 'vertinimai', '2018-12', 'sutarta', '2019-12-31')",
        (SPC,),
    )
    night(month, "2019-01-10")
    assert len(told(month, "reminder")["spc"]) == 4


def test_an_escalation_climbs_with_the_previous_in_copy_and_stops_when_the_file_comes(month: ProviderMonth) -> None:
    for dataset in MONTHLY[1:]:
        month.deliver(dataset, 10, received="2019-01-03 10:00")
    night(month, "2019-01-12")
    assert told(month, "escalation") == {}
    night(month, "2019-01-13")
    assert set(told(month, "escalation")) == {"spc", "tbk"}
    night(month, "2019-01-17")
    assert told(month, "escalation") == {
        "spc": ["2018-12 atvejai 3", "2018-12 atvejai 7"],
        "tbk": ["2018-12 atvejai 3", "2018-12 atvejai 7"],
        "administration": ["2018-12 atvejai 7"],
    }
    copies = [one for one in letters(month) if one["To"] == "tbk@example.invalid" and "7 dienas" in one["Subject"]]
    assert ["Jums nieko daryti nereikia" in text_of(one) for one in copies] == [True]
    month.deliver("atvejai", 10, received="2019-01-20 10:00")
    assert "escalation" not in night(month, "2019-01-24").told
    assert "national" not in told(month, "escalation")


def test_the_national_owner_is_told_after_fourteen_days_also_by_a_night_that_comes_late(month: ProviderMonth) -> None:
    night(month, "2019-01-13")
    night(month, "2019-01-26")
    assert told(month, "escalation")["national"] == [f"2018-12 {dataset} 14" for dataset in MONTHLY]


def test_a_first_run_over_history_leaves_alone_what_is_over_fourteen_days_old(month: ProviderMonth) -> None:
    month.deliver("atvejai", 10, Found("ATV-004", [3], "asmens_kodas", out=False), received="2019-01-03 10:00")
    result = night(month, "2019-01-26", ("escalation", "reminder", "receipt", "correction-request"))
    assert result.told == {}
    assert not month.settings.outbox.exists()


def test_where_nobody_holds_the_role_the_next_one_up_is_asked_and_else_the_one_below(month: ProviderMonth) -> None:
    connection = month.house.connection
    connection.execute("delete from ops.contacts where role in ('tbk', 'national')")
    night(month, "2019-01-13")
    assert set(told(month, "escalation")) == {"spc", "administration"}
    night(month, "2019-01-24")
    (letter,) = [
        one for one in letters(month) if one["To"] == "administration@example.invalid" and "14 dienų" in one["Subject"]
    ]
    assert "Paklauskite, kada pateiks" in text_of(letter)


def test_a_person_of_several_providers_gets_one_letter_a_night(month: ProviderMonth) -> None:
    ppt = next(one for one in month.registry.values() if one.kind == "ppt" and one.municipality_code == "33")
    other = ProviderMonth(month.house, provider=ppt.code)
    other.contact("spc@example.invalid")
    other.contact("tbk@example.invalid", role="tbk")
    other.deliver("sup", 5, period="2018-K4", received="2019-01-06 09:00")
    month.deliver("atvejai", 10, received="2019-01-06 10:00")
    with month.house.connection.transaction():
        both = {code: month.registry[code] for code in (SPC, other.provider)}
        obligations.refresh(month.house.connection, contracts(), both, clock("2019-01-07"))
    run = month.house.connection.execute(
        "insert into ops.runs (clock_date, instant) values ('2019-01-07', now()) returning run_id"
    ).fetchone()[0]
    result = send_due_mails(month.warehouse, month.settings, run, clock("2019-01-07"))
    assert result.outbox == 1
    (letter,) = letters(month)
    assert letter["To"] == "spc@example.invalid"
    assert letter["Subject"].endswith("; ir dar 2 žinutės")
    text = text_of(letter)
    assert "Alytaus rajono socialinių paslaugų centras" in text
    assert month.registry[other.provider].name in text
    assert result.told == {"receipt": 2, "reminder": 2}


def test_every_file_is_acknowledged_once_nil_refused_and_badly_named_too(month: ProviderMonth) -> None:
    month.deliver("atvejai", 412, Found("VIS-001", [14, 37], "seimos_nr"), received="2019-01-03 10:00")
    month.deliver("vertinimai", 0, nil=True, received="2019-01-03 10:01")
    month.deliver("pagalbos_planai", 9, reject="header_only", received="2019-01-03 10:02")
    month.house.connection.execute(
        "insert into ops.deliveries (channel, file_name, sha256, received_at, verdict, reason_code, rows_loaded,"
        " rows_quarantined, rows_duplicate) values"
        " ('upload', 'Jonaitis atvejai 902330016.csv', 'x', '2019-01-03 10:03+02', 'rejected', 'bad_name', 0, 0, 0),"
        " ('upload', 'nobody 999000009.csv', 'y', '2019-01-03 10:04+02', 'rejected', 'bad_name', 0, 0, 0)"
    )
    assert night(month, "2019-01-04", ("receipt",)).told == {"receipt": 4}
    assert night(month, "2019-01-05", ("receipt",)).told == {}
    (letter,) = letters(month)
    text = text_of(letter)
    assert "Iš gautų failų (4) atmesti 2." in text
    assert "14 ir 37" in text
    assert "Priimta: patvirtinta, kad duomenų nėra." in text
    assert "Neatpažintas failas Atmesta. Failas, gautas 2019-01-03 10:03." in text
    # Such a name may hold anything.
    assert "Jonaitis" not in text
    # A file of nobody we know is told nobody.
    assert "999000009" not in text


def test_receipts_are_taken_in_by_the_report_that_tells_of_the_same_files(month: ProviderMonth) -> None:
    for dataset in MONTHLY:
        month.deliver(dataset, 10, received="2019-01-09 10:00")
    result = night(month, "2019-01-11", EVERYTHING)
    assert result.told == {"monthly-quality-report": 2, "receipt": 3}
    assert all("žinut" not in one["Subject"] for one in letters(month))
    assert night(month, "2019-01-12", EVERYTHING).told == {}


def test_a_question_that_arises_later_is_asked_once_and_not_when_answered(month: ProviderMonth) -> None:
    delivery = month.deliver("atvejai", 412, received="2019-01-03 10:00")
    night(month, "2019-01-04", ("receipt", "correction-request"))
    ask = (
        "insert into quality.row_issues (delivery_id, row_number, rule_code, field, out) values (%s, %s, %s, %s, false)"
    )
    month.house.connection.execute(ask, (delivery, 100, "ATV-004", "asmens_kodas"))
    assert night(month, "2019-01-05", ("receipt", "correction-request")).told == {"correction-request": 1}
    assert "atsakyti į 1 klausimą" in letters(month)[-1]["Subject"]
    assert night(month, "2019-01-06", ("receipt", "correction-request")).told == {}
    month.house.connection.execute(ask, (delivery, 7, "ATV-005", "asmens_kodas"))
    month.answered(delivery, 7)
    assert night(month, "2019-01-07", ("receipt", "correction-request")).told == {}


def test_the_next_letter_says_what_was_fixed_what_is_still_there_and_what_is_new(month: ProviderMonth) -> None:
    month.deliver(
        "atvejai",
        412,
        Found("VIS-001", range(10, 41), "seimos_nr"),
        Found("VIS-005", range(50, 57), "asmens_kodas"),
        received="2019-01-03 10:00",
    )
    night(month, "2019-01-04", ("receipt",))
    month.deliver(
        "atvejai",
        412,
        Found("VIS-005", range(50, 57), "asmens_kodas"),
        Found("ATV-001", range(60, 65)),
        received="2019-01-05 10:00",
    )
    night(month, "2019-01-06", ("receipt",))
    first, second = (text_of(one) for one in letters(month))
    assert "Nuo praėjusio laiško" not in first
    assert "Nuo praėjusio laiško: pataisyta 31, paaiškinta 0, dar liko 7, atsirado naujų 5." in second


def test_nobody_is_told_of_a_file_before_it_is_judged(month: ProviderMonth) -> None:
    month.house.connection.execute(
        "insert into ops.deliveries (channel, file_name, sha256, received_at, provider_code, dataset, period, verdict)"
        " values ('upload', 'atvejai_902330016_2018-12.csv', 'x', '2019-01-03 10:03+02', %s, 'atvejai', '2018-12',"
        " 'received')",
        (SPC,),
    )
    assert night(month, "2019-01-04", ("receipt",)).told == {}


def test_the_coordinator_gets_the_digest_from_its_day_for_two_weeks(month: ProviderMonth) -> None:
    connection = month.house.connection
    value = (
        "insert into marts.indicator_values (indicator_code, measure, definition_version, period_grain, period_start,"
        " period_end, territory_level, territory_code, breakdown, breakdown_value, numerator, denominator, value, unit,"
        " coverage_pct, obs_status, released_in, known_from, conf_status) values"
        " (%s, 'main', 'v1', 'month', %s, (%s::date + interval '1 month - 1 day')::date, 'municipality', '33', 'total',"
        " 'total', %s, %s, %s, 'percent', 100, 'A', 1, now(), %s)"
    )
    connection.execute(value, ("P02", "2018-11-01", "2018-11-01", 6, 12, 50, "F"))
    connection.execute(value, ("P02", "2018-12-01", "2018-12-01", 9, 12, 75, "F"))
    connection.execute(value, ("P01", "2018-12-01", "2018-12-01", None, None, None, "C"))
    connection.execute(value, ("S09", "2019-01-01", "2019-01-01", 1, 2, 50, "F"))
    kinds = ("municipality-digest",)
    assert night(month, "2019-01-20", kinds).told == {}
    assert night(month, "2019-01-21", kinds).told == {"municipality-digest": 1}
    assert night(month, "2019-02-04", kinds).told == {}
    (letter,) = letters(month)
    assert letter["To"] == "tbk@example.invalid"
    assert letter["Subject"] == "[AIM] Alytaus r. sav., 2018-12: gauta 0 iš 3 failų, vėluoja 1 teikėjas"
    text = text_of(letter)
    assert "2018-12: 75,00 % (9 iš 12). Pokytis nuo 2018-11: +25,00." in text
    assert "P01 Rizikos lygio gerėjimas 2018-12: slepiama." in text
    # A month after the digest's own is not told of yet.
    assert "2019-01:" not in text


def test_the_digest_by_hand_is_written_as_page_and_text(
    month: ProviderMonth, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    month.night("2019-01-22")
    aim = command_line(month.settings, monkeypatch, capsys)
    status, out, _ = aim("report", "--municipality", "33", "2018-12", "--send", "--json")
    assert status == 0
    page, text = (Path(path) for path in json.loads(out)["paths"])
    assert page.name == "savivaldybe_33_2018-12.html"
    assert "Gauta 0 iš 3 lauktų failų." in text.read_text("utf-8")
    # Sent by hand it is not sent again, by hand or by the night.
    assert aim("report", "--municipality", "33", "2018-12", "--send")[0] == 0
    assert night(month, "2019-01-22", ("municipality-digest",)).told == {}
    assert [one["To"] for one in letters(month)] == ["tbk@example.invalid"]
    assert aim("report", "--municipality", "99", "2018-12")[0] == 2
    assert "aim report --municipality 33 2018-12" in aim("report", "--municipality", "33", "902330016", "2018-12")[2]


def test_the_steps_by_day_tell_what_the_night_would_and_leave_it_to_a_night_that_runs(
    month: ProviderMonth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIM_HOME", str(month.settings.home))
    monkeypatch.setenv("AIM_WAREHOUSE", month.house.url)
    monkeypatch.setenv("AIM_METADATA", month.house.url)
    run = month.night("2019-01-09")
    month.deliver("atvejai", 412, received="2019-01-09 10:00")
    assert steps.send_receipts("2019-01-09")["told"] == {"receipt": 1}
    assert steps.send_receipts("2019-01-09")["told"] == {}
    assert steps.watch_deadlines("2019-01-10") == {"left_to_the_night": True}
    month.house.connection.execute("update ops.runs set status = 'succeeded' where run_id = %s", (run,))
    # Of the whole registry: a national provider is late, and the national owner is asked to help at once.
    assert steps.watch_deadlines("2019-01-10")["told"] == {"escalation": 1, "reminder": 2}
    assert steps.watch_deadlines("2019-01-10")["told"] == {}
    assert night(month, "2019-01-10", ("receipt", "reminder")).told == {}


def test_a_night_says_loudly_what_it_held_back(capsys: pytest.CaptureFixture[str], month: ProviderMonth) -> None:
    summary = {
        "clock_date": "2019-01-11", "run_id": 7, "status": "succeeded", "deliveries": [], "stage_seconds": {},
        "stuck": [],
        "rows": dict.fromkeys(ROWS, 0), "land": {"answers": 2, "answers_refused": 1},
        "report": {"held": 352, "awaiting_approval": 60, "fault": "Nobody there."},
    }  # fmt: skip
    print_summary(summary, month.settings, Console(width=200))
    out = capsys.readouterr().out
    assert "2 lists of findings answered with reasons; lists refused: 1." in out
    assert "None of these mails was sent (352)" in out
    assert "wait for a person to let them go: 60" in out
    assert "No mail went out: Nobody there." in out
    assert "came back" not in out
