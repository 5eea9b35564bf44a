"""From an error to a reason to silence; and what becomes of a list that does not say what it should."""

from __future__ import annotations

import csv
import email
import email.policy
import os
from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from home_with_a_child import CENTRE, case, text
from landed_directly import ensure_tables
from provider_month import clock
from tests.conftest import TestWarehouse

from aim.clock import VILNIUS
from aim.contracts.file_names import list_name
from aim.landing.check_digits import is_personal_code
from aim.ledger import runs
from aim.orchestration import steps
from aim.reports.sending import EVERYTHING, send_due_mails
from aim.warehouse.connect import Warehouse

REASON = "Šeima gyvena kitoje savivaldybėje."
HEADINGS = ["Pateiktis", "Eilutė", "Laukas", "Taisyklė", "Kas negerai", "Kaip taisyti", "Priežastis"]


def codes(count: int) -> list[str]:
    """Personal codes of so many invented children."""
    begun = (f"510030{day}980" for day in range(1, count + 1))
    return [next(code for digit in range(10) if is_personal_code(code := f"{one}{digit}")) for one in begun]


class Loop:
    """A centre that sends files and lists, the day's job that takes them, and the letters that come of it."""

    def __init__(self, house: TestWarehouse, monkeypatch: pytest.MonkeyPatch) -> None:
        self.house = house
        self._monkeypatch = monkeypatch
        for name, value in (("HOME", house.settings.home), ("WAREHOUSE", house.url), ("SETTLE_SECONDS", "0")):
            monkeypatch.setenv(f"AIM_{name}", str(value))
        steps.ensure_tables_and_roles(Warehouse(house.url, house.url), house.settings)
        ensure_tables(house.connection)
        run = runs.open_run(house.connection, clock("2019-01-02"))
        runs.close_run(house.connection, run, "succeeded")
        house.connection.execute(
            "insert into ops.contacts (provider_code, email, role) values (%s, 'spc@example.invalid', 'provider')",
            [CENTRE],
        )

    def send(self, name: str, content: bytes, day: str) -> None:
        """Lay a file into the inbox as come by mail on that day."""
        path = Path(self.house.settings.inbox) / "email" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        stamp = datetime.fromisoformat(f"{day} 09:00").replace(tzinfo=VILNIUS).timestamp()
        os.utime(path, (stamp, stamp))

    def day(self, day: str) -> dict[str, Any]:
        """What the job by day does then."""
        self._monkeypatch.setattr(steps, "_clock", lambda _: clock(day))
        return steps.land_deliveries()

    def letter(self) -> EmailMessage:
        """The last one in the outbox."""
        last = max(self.house.settings.outbox.iterdir(), key=lambda path: path.name)
        message = email.message_from_bytes(last.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message

    def one(self, query: str, *values: object) -> Any:
        found = self.house.connection.execute(query, values).fetchone()
        return None if found is None else found[0]


def words(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def list_of(message: EmailMessage) -> tuple[str, list[list[str]]]:
    """Name and rows of the list that hangs on a letter."""
    (found,) = (one for one in message.iter_attachments() if str(one.get_filename()).startswith("klaidos"))
    content = found.get_payload(decode=True)
    assert isinstance(content, bytes)
    rows = csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";")
    return str(found.get_filename()), list(rows)


def as_csv(rows: Iterable[Iterable[object]], encoding: str = "utf-8-sig") -> bytes:
    written = StringIO()
    csv.writer(written, delimiter=";").writerows(rows)
    return written.getvalue().encode(encoding)


def as_workbook(path: Path, rows: Iterable[Iterable[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path.read_bytes()


def test_from_an_error_to_a_reason_to_silence(
    warehouse: TestWarehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loop = Loop(warehouse, monkeypatch)
    first, second, wrong, *others = codes(9)
    sound = [case(f"A-{number}", code) for number, code in enumerate(others)]
    asked = [case("B-1", first, sav="11"), case("B-2", second, sav="11")]
    name = f"atvejai_{CENTRE}_2018-10.csv"
    loop.send(name, text(*sound, *asked, case("B-3", wrong, sav="99")).encode(), "2019-01-02")
    found = loop.day("2019-01-02")
    assert found["check"]["verdicts"] == {"accepted_with_findings": 1}
    assert found["mails"]["told"] == {"receipt": 1, "correction-request": 1}
    delivery = loop.one("select delivery_id from ops.deliveries")
    file, (heading, *rows) = list_of(loop.letter())
    assert file == list_name("atvejai", CENTRE, "2018-10", delivery, "csv")
    assert heading == HEADINGS
    assert [(row[1], row[3]) for row in rows] == [("8", "VIS-008"), ("9", "VIS-008"), ("10", "VIS-007")]

    # One of two questions is answered, in the list that came by mail and as a spreadsheet saves it there.
    rows[0][6] = REASON
    loop.send(file, as_csv([heading, *rows], "cp1257"), "2019-01-03")
    found = loop.day("2019-01-03")
    assert (found["land"]["answers"], found["land"]["received"]) == (1, 0)
    assert found["mails"]["told"] == {"answer-receipt": 1}
    letter = loop.letter()
    assert letter["Subject"] == (
        "[AIM] Alytaus r. SPC, 2018-10: 1 priežastis priimta, 1 eilutę patikslinti iki 2019-01-10"
    )
    assert "1 priežastis priimta. 2 eilutės be priežasties." in words(letter)
    assert "Nuo praėjusio laiško: pataisyta 0, paaiškinta 1, dar liko 2, atsirado naujų 0." in words(letter)
    again, (_, *left) = list_of(letter)
    assert (again, [row[1] for row in left]) == (file, ["9"])

    # The other one, as a workbook, under a name that a browser made of it.
    left[0][6] = REASON
    loop.send(file.replace(".csv", " (1).xlsx"), as_workbook(tmp_path / "a.xlsx", [heading, *left]), "2019-01-04")
    assert loop.day("2019-01-04")["mails"]["told"] == {"answer-receipt": 1}
    letter = loop.letter()
    assert letter["Subject"] == "[AIM] Alytaus r. SPC, 2018-10: 1 priežastis priimta, klausimų nebeturime"
    assert "Daugiau dėl šių eilučių neklausime." in words(letter)
    assert not [one for one in letter.iter_attachments() if str(one.get_filename()).startswith("klaidos")]
    assert loop.one("select count(*) from quality.row_issues where rule_code = 'VIS-008' and answered") == 2

    # The error goes with a corrected file, in which what was explained is asked no more.
    loop.send(name, text(*sound, case("B-3", wrong), *asked).encode(), "2019-01-05")
    found = loop.day("2019-01-05")
    assert found["check"]["verdicts"] == {"accepted": 1}
    assert found["mails"]["told"] == {"receipt": 1}
    assert loop.letter()["Subject"] == "[AIM] Alytaus r. SPC, 2018-10: priimta, taisyti nieko nereikia"
    assert "pataisyta 1, paaiškinta 0, dar liko 0, atsirado naujų 0." in words(loop.letter())

    # Silence; also where the first list comes once more.
    assert loop.day("2019-01-06")["mails"]["told"] == {}
    quiet = [kind for kind in EVERYTHING if kind not in ("monthly-quality-report", "reminder", "escalation")]
    house = Warehouse(warehouse.url, warehouse.url)
    assert send_due_mails(house, warehouse.settings, None, clock("2019-01-07"), quiet).told == {}
    # No list is a delivery: rows received are those of the two files.
    assert warehouse.connection.execute(
        "select count(*), sum(rows_received), sum(rows_loaded + rows_quarantined + rows_duplicate) from ops.deliveries"
    ).fetchone() == (2, 18, 18)
    # Nor is a reason told to anybody, or kept but where it belongs.
    assert loop.one("select count(*) from quality.reasons where reason = %s", REASON) == 2
    for path in warehouse.settings.outbox.iterdir():
        assert "kitoje savivaldybėje" not in words(
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        )  # type: ignore[arg-type]  # an EmailMessage by that policy
    assert not any(path for path in Path(warehouse.settings.inbox).rglob("*") if path.is_file())
