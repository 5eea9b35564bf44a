"""Each mail goes out once: by a real SMTP server on loopback, or into the outbox, whatever breaks in between."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from provider_month import Found, ProviderMonth, clock

from aim.ledger import mails
from aim.ledger.contacts import import_contacts
from aim.ledger.deliveries import LedgerError
from aim.ledger.mails import Waiting
from aim.reports.post import SmtpServer
from aim.reports.sending import MailResult, send_due_mails, write_report
from aim.settings import Settings, SettingsError
from aim.warehouse.keeper import free_port

IDENTITY = re.compile(r"<2019-01-1\d\.monthly-quality-report\.902330016\.2018-12\.[0-9a-f]{12}@example\.invalid>")
MONTHLY = "monthly-quality-report"


class Received:
    """What the server took, and whom or what it refuses."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refused: set[str] = set()
        self.refuses_data = False
        self.slow = 0.0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if address in self.refused:
            return f"550 {address} is unknown here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuses_data:
            return "554 no"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients.append(envelope.rcpt_tos)
        if self.slow:
            # The server has the mail; its answer is long in coming.
            time.sleep(self.slow)
        return "250 OK"


@pytest.fixture
def received() -> Received:
    return Received()


@pytest.fixture
def mail_server(received: Received) -> Iterator[Controller]:
    controller = Controller(received, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def month(warehouse: Any) -> ProviderMonth:
    month = ProviderMonth(warehouse)
    month.deliver("atvejai", 412, Found("VIS-001", range(14, 26), "seimos_nr"))
    month.deliver("vertinimai", 280)
    month.deliver("pagalbos_planai", 40)
    return month


def by_smtp(month: ProviderMonth, server: Controller, scheme: str = "smtp", login: str = "") -> Settings:
    url = f"{scheme}://{login}{server.hostname}:{server.port}"
    return month.settings.model_copy(update={"smtp_url": url, "is_production": True})


def counted(result: MailResult) -> dict[str, int]:
    """What is not 0 of a result."""
    return {name: count for name, count in result.summary().items() if isinstance(count, int) and count}


def later(month: ProviderMonth) -> None:
    """The time passes until what failed may be tried again."""
    month.house.connection.execute("update ops.mails set next_attempt_at = null")


def night(month: ProviderMonth, settings: Settings, today: str = "2019-01-11") -> MailResult:
    return send_due_mails(month.warehouse, settings, month.night(today), clock(today))


def ledger(month: ProviderMonth) -> list[tuple[Any, ...]]:
    rows = month.house.connection.execute("select version, state, attempts, message_id from ops.mails order by mail_id")
    return [tuple(row) for row in rows]


def test_one_mail_with_two_parts_and_only_one(
    month: ProviderMonth, mail_server: Controller, received: Received
) -> None:
    month.contact()
    month.contact("tbk@example.invalid", role="tbk")
    month.contact("boss@example.invalid", role="administration")
    settings = by_smtp(month, mail_server)
    assert counted(night(month, settings)) == {"sent": 2}
    assert counted(night(month, settings)) == {}
    assert sorted(received.recipients) == [["spc@example.invalid"], ["tbk@example.invalid"]]
    message = next(one for one in received.messages if one["To"] == "spc@example.invalid")
    assert IDENTITY.fullmatch(message["Message-ID"])
    assert message["Subject"] == (
        "[AIM] Alytaus r. SPC, 2018-12: priimta su pastabomis, 12 eilučių taisyti iki 2019-02-11"
    )
    assert message["From"] == "AIM stebėsena <aim@example.invalid>"
    assert message.get_content_type() == "multipart/mixed"
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        assert "14, 15, 16 ir dar 9" in part.get_content()
    assert [row[:3] for row in ledger(month)] == [(1, "sent", 1)] * 2


def test_no_line_of_a_mail_is_too_long_for_smtp(month: ProviderMonth) -> None:
    month.contact()
    night(month, month.settings)
    (file,) = month.settings.outbox.iterdir()
    assert max(map(len, file.read_bytes().split(b"\r\n"))) < 998


@pytest.mark.parametrize(
    ("today", "mailed"), [("2019-01-10", 0), ("2019-01-11", 1), ("2019-01-24", 1), ("2019-01-25", 0), ("2019-06-01", 0)]
)
def test_a_report_is_first_sent_within_its_window(month: ProviderMonth, today: str, mailed: int) -> None:
    month.contact()
    assert night(month, month.settings, today).told.get(MONTHLY, 0) == mailed


def test_what_was_waived_altogether_is_not_told(month: ProviderMonth) -> None:
    month.provider = next(code for code, one in month.registry.items() if one.kind == "vda")
    month.contact()
    month.house.connection.execute(
        "insert into ops.waivers (provider_code, dataset, period, reason, until)"
        " values (%s, 'gyventojai', '2018', 'sutarta', '2019-12-31')",
        (month.provider,),
    )
    assert night(month, month.settings, "2018-04-05").outbox == 0


def test_without_a_server_the_mail_lies_in_the_outbox(month: ProviderMonth) -> None:
    month.contact()
    assert counted(night(month, month.settings)) == {"outbox": 1}
    (file,) = month.settings.outbox.iterdir()
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert IDENTITY.fullmatch(message["Message-ID"])
    assert file.name == f"{message['Message-ID'].strip('<>')}.eml"
    assert message["To"] == "spc@example.invalid"
    assert night(month, month.settings).outbox == 0


def test_nobody_to_write_to_is_written_down_and_mended_by_a_contact(month: ProviderMonth) -> None:
    month.contact("gone@example.invalid", is_valid=False)
    month.contact("other@example.invalid", dataset="gyventojai")
    assert night(month, month.settings).no_contact == 1
    assert [row[1] for row in ledger(month)] == ["no_contact"]
    month.contact("deputy@example.invalid", is_valid=False, substitute_email="substitute@example.invalid")
    assert counted(night(month, month.settings)) == {"outbox": 1}
    (recipients,) = month.house.connection.execute("select recipients from ops.mails").fetchone()
    assert recipients == ["substitute@example.invalid"]


def test_a_refused_mail_is_tried_again_the_next_night_and_after_the_window(
    month: ProviderMonth, mail_server: Controller, received: Received
) -> None:
    month.contact()
    received.refuses_data = True
    settings = by_smtp(month, mail_server)
    assert counted(night(month, settings)) == {"failed": 1}
    received.refuses_data = False
    # Not at once: it waits.
    assert counted(night(month, settings)) == {}
    later(month)
    assert night(month, settings, "2019-01-28").sent == 1
    assert [row[:3] for row in ledger(month)] == [(1, "sent", 2)]


def test_an_unreachable_server_is_told_once_and_every_mail_waits(month: ProviderMonth, received: Received) -> None:
    month.contact()
    other = ProviderMonth(month.house, provider=next(code for code, one in month.registry.items() if one.kind == "spc"))
    other.contact("other@example.invalid")
    other.deliver("atvejai", 1)
    port = free_port()
    live = month.settings.model_copy(update={"is_production": True})
    settings = live.model_copy(update={"smtp_url": f"smtp://clerk:s3cret@127.0.0.1:{port}"})
    run = month.night("2019-01-11")
    month.house.connection.execute(
        "insert into ops.obligations values (%s, 'atvejai', '2018-12', '2018-12-01', '2018-12-31', '11',"
        " '2019-01-01', '2019-01-10', 'on_time', null, null)",
        (other.provider,),
    )
    result = send_due_mails(month.warehouse, settings, run, clock("2019-01-11"))
    assert (result.sent, result.failed) == (0, 2)
    assert result.fault == (f"The mail server 127.0.0.1:{port} takes no mail (ConnectionRefusedError): check AIM_SMTP.")
    assert [row[1] for row in ledger(month)] == ["failed", "prepared"]
    controller = Controller(received, hostname="127.0.0.1", port=port, auth_require_tls=False)
    controller.start()
    try:
        settings = live.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{port}"})
        assert send_due_mails(month.warehouse, settings, run, clock("2019-01-12")).sent == 2
    finally:
        controller.stop()
    assert len(received.messages) == 2


def test_a_server_that_hangs_up_between_mails_is_called_again(received: Received) -> None:
    port = free_port()
    server = SmtpServer(f"smtp://127.0.0.1:{port}", "a@example.invalid")
    letter = Waiting(1, "b@example.invalid", "<1@example.invalid>", b"Subject: x\r\n\r\ny\r\n", 0, "prepared")
    for _ in range(2):
        controller = Controller(received, hostname="127.0.0.1", port=port)
        controller.start()
        server.deliver(letter)
        controller.stop()
    server.close()
    assert len(received.messages) == 2


def test_killed_while_sending_it_is_sent_again_under_the_same_identity(
    month: ProviderMonth, mail_server: Controller, received: Received
) -> None:
    month.contact()
    settings = by_smtp(month, mail_server)
    run = month.night("2019-01-11")
    received.slow = 3
    script = (
        "import sys; sys.path.insert(0, sys.argv[4])\n"
        "from provider_month import clock\n"
        "from aim.reports.sending import send_due_mails\n"
        "from aim.settings import Settings\n"
        "from aim.warehouse.connect import Warehouse\n"
        "send_due_mails(Warehouse(sys.argv[1], ''), Settings.from_env(), int(sys.argv[3]), clock('2019-01-11'))\n"
    )
    environment = os.environ | {
        "AIM_HOME": str(settings.home),
        "AIM_SMTP": str(settings.smtp_url),
        "AIM_PRODUCTION": "1",
    }
    here = str(Path(__file__).parent)
    command = subprocess.Popen([sys.executable, "-c", script, month.house.url, "", str(run), here], env=environment)
    deadline = time.monotonic() + 60
    while not received.messages and time.monotonic() < deadline:
        time.sleep(0.05)
    command.send_signal(signal.SIGKILL)
    command.wait()
    assert [row[1] for row in ledger(month)] == ["sending"]
    received.slow = 0
    assert send_due_mails(month.warehouse, settings, run, clock("2019-01-11")).sent == 1
    first, second = received.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()
    assert [row[:3] for row in ledger(month)] == [(1, "sent", 2)]
    assert send_due_mails(month.warehouse, settings, run, clock("2019-01-11")).sent == 1
    assert len(received.messages) == 2


def test_by_hand_it_goes_again_only_with_other_words(month: ProviderMonth) -> None:
    month.contact()
    night(month, month.settings)
    today = clock("2019-01-12")

    def by_hand() -> None:
        write_report(month.warehouse, month.settings, month.provider, "2018-12", today, send=True)

    by_hand()
    assert [row[:2] for row in ledger(month)] == [(1, "sent")]
    month.deliver("atvejai", 412, received="2019-01-11 10:00")
    month.night("2019-01-12")
    by_hand()
    by_hand()
    assert [row[:2] for row in ledger(month)] == [(1, "sent"), (2, "sent")]
    assert ledger(month)[0][3] != ledger(month)[1][3]
    assert len(list(month.settings.outbox.iterdir())) == 2
    # A night acknowledges the file, and has nothing to add to the report.
    assert night(month, month.settings, "2019-01-13").told == {"receipt": 1}
    assert night(month, month.settings, "2019-01-14").told == {}


def test_by_hand_without_a_contact_is_said(month: ProviderMonth) -> None:
    month.night("2019-01-11")
    with pytest.raises(LedgerError, match="aim contacts import"):
        write_report(month.warehouse, month.settings, month.provider, "2018-12", clock("2019-01-11"), send=True)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = tmp_path / "cert.pem", tmp_path / "key.pem"
    public.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_encrypted_with_a_login(
    month: ProviderMonth,
    received: Received,
    certificate: tuple[Path, Path],
    scheme: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    month.contact()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = (data.login, data.password) == (b"clerk@house", b"p@ss:word")
        return AuthResult(success=right, handled=False)

    options: dict[str, Any] = {"authenticator": check, "hostname": "localhost"}
    options |= {"ssl_context": context} if scheme == "smtps" else {"tls_context": context}
    if scheme == "smtps":
        options["auth_require_tls"] = False
    controller = Controller(received, port=free_port(), **options)
    # Its own readiness check would use the server's certificate as a client's.
    address = ("localhost", controller.port)
    monkeypatch.setattr(controller, "_trigger_server", lambda: socket.create_connection(address).close())
    controller.start()
    try:
        login = "clerk%40house:p%40ss%3Aword@"
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        distrusted = night(month, by_smtp(month, controller, scheme, login))
        assert (distrusted.sent, distrusted.failed) == (0, 1)
        assert "SSLCertVerificationError" in str(distrusted.fault)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        wrong = night(month, by_smtp(month, controller, scheme, "clerk%40house:no@"))
        assert "SMTPAuthenticationError 535" in str(wrong.fault)
        assert night(month, by_smtp(month, controller, scheme, login)).sent == 1
    finally:
        controller.stop()
    assert len(received.messages) == 1


@pytest.mark.parametrize("url", ["mail.example.invalid", "http://h", "smtp://", "smtp://u:s3cret@h:x"])
def test_a_senseless_address_is_said_without_it(month: ProviderMonth, url: str) -> None:
    with pytest.raises(SettingsError, match=r"smtp\+starttls") as raised:
        night(month, month.settings.model_copy(update={"smtp_url": url}))
    assert "s3cret" not in str(raised.value)


def test_contacts_are_imported_whole_for_each_provider_named(month: ProviderMonth, tmp_path: Path) -> None:
    connection = month.house.connection
    month.contact("former@example.invalid")
    connection.execute("insert into ops.contacts (provider_code, email) values ('901110017', 'stays@example.invalid')")
    file = tmp_path / "contacts.csv"
    file.write_text(
        "\ufeffprovider_code;email;name;role;dataset;substitute_email\r\n"
        "902330016;rasa@example.invalid;Rasa Pavyzdė;;;\r\n"
        "902330016;ula@example.invalid;Ūla Pavyzdė;tbk;atvejai;sub@example.invalid\r\n",
        "utf-8",
    )
    for _ in range(2):
        assert import_contacts(connection, file) == 2
        rows = connection.execute("select email, role, dataset from ops.contacts order by email").fetchall()
        assert rows == [
            ("rasa@example.invalid", "provider", None),
            ("stays@example.invalid", "provider", None),
            ("ula@example.invalid", "tbk", "atvejai"),
        ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("provider_code,name\n1,A\n", "lacks the column email"),
        ("provider_code,email\n902330016,rasa at example\n", "line 2: the email is no e-mail address"),
        ("provider_code,email\n902330016,a@b.lt%0aBcc:x@y.lt\n", "line 2: the email is no"),
        ("provider_code,email\n,a@b.lt\n", "line 2: no provider_code"),
        ("provider_code,email,dataset\n1,a@b.lt,atvjai\n", "line 2: there is no such dataset"),
    ],
)
def test_a_faulty_contact_is_named_by_its_line(month: ProviderMonth, tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(LedgerError, match=fault) as raised:
        import_contacts(month.house.connection, file)
    assert "rasa" not in str(raised.value)


def test_two_senders_take_turns(month: ProviderMonth) -> None:
    with month.house.connect(autocommit=True) as first, month.house.connect(autocommit=True) as second:
        mails.take_turn(first)
        second.execute("set lock_timeout = '200ms'")
        with pytest.raises(Exception, match="lock timeout"):
            mails.take_turn(second)


def test_the_report_goes_out_though_a_rule_crashed_and_blames_nobody_for_it(
    month: ProviderMonth, mail_server: Controller, received: Received
) -> None:
    month.contact()
    settings = by_smtp(month, mail_server)
    run = month.night("2019-01-11")
    (delivery,) = month.house.connection.execute(
        "select delivery_id from ops.deliveries where dataset = 'atvejai'"
    ).fetchone()
    month.check_result(delivery, "ATV-001", "errored", run)
    assert send_due_mails(month.warehouse, settings, run, clock("2019-01-11")).sent == 1
    (message,) = received.messages
    text = message.get_body(("plain",))
    assert text is not None
    told = " ".join(text.get_content().split())
    assert "ATV-001" not in told
    # What the other rules found is told all the same.
    assert "neužpildytas privalomas laukas" in told
