"""What becomes of a letter on its way: let out or held, approved, refused, bounced; none lost, none doubled."""

from __future__ import annotations

import email
import email.policy
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from command_line import command_line
from mail_server import MailServer, mail_server_in, until
from provider_month import Found, ProviderMonth, clock

from aim.reports.bounces import Bounces, import_bounces, returned
from aim.reports.sending import MailResult, let_round_go, round_waiting, send_due_mails
from aim.settings import Settings


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server_in(tmp_path / "taken") as server:
        yield server


@pytest.fixture
def month(warehouse: Any) -> ProviderMonth:
    month = ProviderMonth(warehouse)
    month.deliver("atvejai", 412, Found("VIS-001", range(14, 26), "seimos_nr"))
    month.deliver("vertinimai", 280)
    month.deliver("pagalbos_planai", 40)
    return month


def live(month: ProviderMonth, mail_server: MailServer, **changes: Any) -> Settings:
    update = {"smtp_url": f"smtp://127.0.0.1:{mail_server.port}", "is_production": True} | changes
    return month.settings.model_copy(update=update)


def night(month: ProviderMonth, settings: Settings, today: str = "2019-01-11") -> MailResult:
    return send_due_mails(month.warehouse, settings, month.night(today), clock(today))


def states(month: ProviderMonth) -> list[tuple[str, str, int]]:
    rows = month.house.connection.execute("select recipients[1], state, attempts from ops.mails order by 1").fetchall()
    return [(str(address).split("@")[0], state, attempts) for address, state, attempts in rows]


def log(month: ProviderMonth) -> list[str]:
    rows = month.house.connection.execute("select outcome from ops.mail_attempts order by mail_id, attempt").fetchall()
    return [str(row[0]) for row in rows]


def at_once(month: ProviderMonth) -> None:
    """The time passes until what failed may be tried again."""
    month.house.connection.execute("update ops.mails set next_attempt_at = null")


def patience(month: ProviderMonth, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses are noted and not kept."""
    pauses: list[float] = []
    monkeypatch.setattr("aim.reports.delivering.time.sleep", pauses.append)
    return pauses


def test_outside_production_mails_go_to_the_allow_list_alone_and_the_rest_is_held(
    month: ProviderMonth, mail_server: MailServer
) -> None:
    for address in ("spc@example.invalid", "me@here.invalid", "Boss@There.invalid"):
        month.contact(address)
    mail_server.start()
    trial = live(month, mail_server, is_production=False, mail_allow=("@here.invalid", "boss@there.invalid"))
    result = night(month, trial)
    assert (result.sent, result.held) == (2, 1)
    assert {one["To"] for one in mail_server.taken} == {"me@here.invalid", "Boss@There.invalid"}
    # What was held can be looked at.
    (file,) = trial.outbox.iterdir()
    assert b"To: spc@example.invalid" in file.read_bytes()
    assert night(month, trial).sent == 0
    # Let out, it goes as it was written.
    assert night(month, live(month, mail_server)).sent == 1
    assert states(month)[2] == ("spc", "sent", 1)


def test_without_a_list_nothing_leaves_a_trial_installation(month: ProviderMonth, mail_server: MailServer) -> None:
    month.contact()
    mail_server.start()
    assert Settings.from_env({"AIM_SMTP": "smtp://h", "AIM_MAIL_ALLOW": ""}).mail_allow == ()
    result = night(month, live(month, mail_server, is_production=False))
    assert (result.sent, result.held) == (0, 1)
    assert mail_server.taken == []


def test_a_mass_mailing_waits_for_a_person_and_timely_letters_do_not(
    month: ProviderMonth, mail_server: MailServer
) -> None:
    for number in range(51):
        month.contact(f"reader{number:02}@example.invalid", role="tbk")
    month.contact()
    # A file received in the night is acknowledged, whatever waits.
    month.deliver("atvejai", 5, period="2018-11", received="2019-01-10 23:00")
    mail_server.start()
    settings = live(month, mail_server)
    result = night(month, settings)
    assert (result.sent, result.awaiting_approval) == (1, 52)
    assert mail_server.taken[0]["Subject"].startswith("[AIM] Alytaus r. SPC, 2018-11: priimta")
    waits = round_waiting(month.warehouse)
    assert waits.letters == 52
    assert "2018-12" in str(waits.subject)
    # Not let go, it is written anew the next night and still waits; nobody is asked twice for the same.
    result = night(month, settings, "2019-01-12")
    assert (result.sent, result.awaiting_approval) == (0, 52)
    assert len(states(month)) == 53
    assert let_round_go(month.warehouse, settings, "Rasa", clock("2019-01-12")).sent == 52
    assert let_round_go(month.warehouse, settings, "Rasa", clock("2019-01-12")).sent == 0
    assert night(month, settings, "2019-01-13").awaiting_approval == 0
    assert len(mail_server.taken) == 53
    (approved,) = month.house.connection.execute(
        "select count(*) from ops.mails where approved_by = 'Rasa' and state = 'sent'"
    ).fetchone()
    assert approved == 52


def test_a_server_killed_between_data_and_answer_gets_the_same_letter_again(
    month: ProviderMonth, mail_server: MailServer
) -> None:
    month.contact()
    mail_server.start("no answer")
    settings = live(month, mail_server)
    script = (
        "import sys; sys.path.insert(0, sys.argv[3])\n"
        "from provider_month import clock\n"
        "from aim.reports.sending import send_due_mails\n"
        "from aim.settings import Settings\n"
        "from aim.warehouse.connect import Warehouse\n"
        "r = send_due_mails(Warehouse(sys.argv[1], ''), Settings.from_env(), int(sys.argv[2]), clock('2019-01-11'))\n"
        "print(r.failed, r.fault)\n"
    )
    ours = {"AIM_HOME": str(settings.home), "AIM_SMTP": str(settings.smtp_url), "AIM_PRODUCTION": "1"}
    run = str(month.night("2019-01-11"))
    here = str(Path(__file__).parent)
    sending = subprocess.Popen(
        [sys.executable, "-c", script, month.house.url, run, here], env=os.environ | ours, stdout=subprocess.PIPE
    )
    until(lambda: mail_server.taken)
    mail_server.kill()
    told, _ = sending.communicate(timeout=60)
    # Broken off, then nobody there; nothing is lost.
    assert told.startswith(b"1 The mail server")
    assert states(month) == [("spc", "failed", 2)]
    assert log(month) == ["broken_off", "unreachable"]
    mail_server.start()
    assert night(month, settings, "2019-01-12").told == {"monthly-quality-report": 1, "receipt": 3}
    first, second = mail_server.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()
    assert night(month, settings, "2019-01-13").told == {}
    assert len(mail_server.taken) == 2


def test_a_server_killed_between_letters_loses_none_and_doubles_none(
    month: ProviderMonth, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = [f"reader{number}@example.invalid" for number in range(5)]
    for address in addresses:
        month.contact(address)
    mail_server.start()
    from aim.reports import post

    original = post.SmtpServer.deliver

    def killed_after_two(self: Any, letter: Any) -> None:
        if len(mail_server.taken) == 2:
            mail_server.kill()
        original(self, letter)

    monkeypatch.setattr(post.SmtpServer, "deliver", killed_after_two)
    result = night(month, live(month, mail_server))
    assert (result.sent, result.failed) == (2, 3)
    assert result.fault is not None
    monkeypatch.undo()
    mail_server.start()
    assert night(month, live(month, mail_server), "2019-01-12").sent == 3
    assert sorted(one["To"] for one in mail_server.taken) == addresses


def test_a_server_that_asks_for_patience_is_asked_again_with_growing_pauses(
    month: ProviderMonth, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    month.contact()
    mail_server.start("later")
    pauses = patience(month, monkeypatch)
    assert night(month, live(month, mail_server)).sent == 1
    assert pauses == [2, 4]
    assert log(month) == ["refused", "refused", "sent"]


def test_a_letter_tried_for_a_week_is_given_up_and_said(month: ProviderMonth, mail_server: MailServer) -> None:
    month.contact("policy@example.invalid")
    mail_server.start()
    settings = live(month, mail_server)
    assert night(month, settings).failed == 1
    # Not the address's fault: it stays.
    assert month.house.connection.execute("select is_valid from ops.contacts").fetchone() == (True,)
    month.house.connection.execute("update ops.mails set prepared_at = now() - interval '8 days'")
    at_once(month)
    night(month, settings, "2019-01-19")
    assert states(month)[0] == ("policy", "given_up", 1)


def test_an_address_that_is_none_is_a_finding_of_which_the_coordinator_is_told(
    month: ProviderMonth, mail_server: MailServer
) -> None:
    month.contact("gone@example.invalid", substitute_email="deputy@example.invalid")
    month.contact("tbk@example.invalid", role="tbk")
    mail_server.start()
    settings = live(month, mail_server)
    result = night(month, settings)
    assert (result.sent, result.bounced) == (1, 1)
    result = night(month, settings, "2019-01-12")
    # The deputy is told what the other was not; the coordinator, that the contact is lost.
    assert {one["To"] for one in mail_server.taken} == {"tbk@example.invalid", "deputy@example.invalid"}
    assert result.told["contact-lost"] == 1
    lost = next(one for one in mail_server.taken if "nebepasiekia" in one["Subject"])
    assert lost["To"] == "tbk@example.invalid"
    assert "contact-lost" not in night(month, settings, "2019-01-13").told


def bounce(message_id: str, recipient: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A delivery status notification as Postfix writes it."""
    return (
        "From: MAILER-DAEMON@mx.invalid\r\nTo: aim@example.invalid\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nI could not deliver.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.invalid\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        f"--B\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\nSubject: x\r\n\r\n--B--\r\n"
    ).encode()


def test_bounces_are_imported_once_and_only_those_of_our_own_mails(
    month: ProviderMonth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    connection: psycopg.Connection[Any] = month.house.connection
    for address in ("spc@example.invalid", "full@example.invalid", "slow@example.invalid"):
        month.contact(address)
    night(month, month.settings)
    ids = dict(connection.execute("select recipients[1], message_id from ops.mails").fetchall())
    folder = tmp_path / "bounces"
    folder.mkdir()
    files = {
        "dead": bounce(ids["spc@example.invalid"], "SPC@example.invalid"),
        "full": bounce(ids["full@example.invalid"], "full@example.invalid", "5.2.2"),
        "slow": bounce(ids["slow@example.invalid"], "slow@example.invalid", "4.4.1", "delayed"),
        "forged": bounce("<other@example.invalid>", "slow@example.invalid"),
        "wrong": bounce(ids["full@example.invalid"], "slow@example.invalid"),
        "holiday": b"From: a@b.invalid\r\nSubject: Atostogauju\r\n\r\nGr\xc4\xafsiu.\r\n",
    }
    for name, content in files.items():
        (folder / f"{name}.eml").write_bytes(content)
    assert import_bounces(connection, folder) == Bounces(files=6, bounced=2, contacts=1, ignored=4)
    assert import_bounces(connection, folder) == Bounces(files=6, bounced=2, contacts=0, ignored=4)
    rows = connection.execute("select email, is_valid, invalid_reason from ops.contacts order by email").fetchall()
    assert rows == [
        ("full@example.invalid", True, None),
        ("slow@example.invalid", True, None),
        ("spc@example.invalid", False, "5.1.1"),
    ]
    assert [state for _, state, _ in states(month)] == ["bounced", "sent", "bounced"]
    status, out, _ = command_line(month.settings, monkeypatch, capsys)("contacts", "bounces", str(folder), "--json")
    assert status == 0
    assert '"bounced": 2' in out
    status, _, err = command_line(month.settings, monkeypatch, capsys)("contacts", "bounces", str(folder / "none"))
    assert status == 2
    assert "neither a file nor a folder" in err


def test_a_whole_mail_sent_back_names_it_too() -> None:
    whole = bounce("<1@x>", "a@b.invalid").replace(b"text/rfc822-headers", b"message/rfc822")
    assert [(one.message_id, one.recipient, one.status) for one in returned(whole)] == [
        ("<1@x>", "a@b.invalid", "5.1.1")
    ]


def test_no_word_of_a_file_or_of_its_bad_name_reaches_a_letter(month: ProviderMonth) -> None:
    canaries = ("49912319897", "Kanarėlytė", "1999-12-31")
    month.contact()
    month.deliver(
        "vertinimai", 3, reject="mojibake", detail="Kanarėlytė", period="2018-11", received="2019-01-09 10:00"
    )
    month.house.connection.execute(
        "insert into ops.deliveries (channel, file_name, sha256, received_at, verdict, reason_code, reason_detail,"
        " rows_loaded, rows_quarantined, rows_duplicate) values"
        " ('upload', %s, 'x', '2019-01-09 10:03+02', 'rejected', 'bad_name', null, 0, 0, 0),"
        " ('upload', %s, 'y', '2019-01-09 10:04+02', 'rejected', 'unknown_dataset', 'Kanarėlytė', 0, 0, 0)",
        tuple(f"{' '.join(canaries)}_902330016_{number}.csv" for number in (1, 2)),
    )
    night(month, month.settings)
    written = [file.read_bytes() for file in month.settings.outbox.iterdir()]
    kept = month.house.connection.execute("select convert_from(message, 'UTF8') from ops.mails").fetchall()
    said = [
        part.get_content()
        for raw in written
        for part in email.message_from_bytes(raw, policy=email.policy.default).walk()
        if part.get_content_maintype() == "text"
    ]
    assert len(said) >= 3
    assert all(row[0] is None for row in kept)
    every = "\n".join(
        [*said, *(email.message_from_bytes(raw, policy=email.policy.default)["Subject"] for raw in written)]
    )
    assert not [one for one in canaries if one in every]
