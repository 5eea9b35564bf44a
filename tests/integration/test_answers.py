"""From an error to a reason to silence; and what becomes of a list that does not say what it should."""

from __future__ import annotations

import csv
import email
import email.policy
import gzip
import io
import json
import os
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from command_line import command_line
from home_with_a_child import CENTRE, case, text
from landed_directly import ensure_tables
from provider_month import clock
from tests.conftest import TestWarehouse

from aim.annotated_copy.lock import locked
from aim.clock import VILNIUS
from aim.contracts.file_names import list_name
from aim.landing.check_digits import is_personal_code
from aim.landing.inbox import InboxFile
from aim.landing.secret import read_secret
from aim.landing.workbooks import SheetReader
from aim.ledger import runs
from aim.orchestration import steps
from aim.reports.sending import EVERYTHING, send_due_mails
from aim.settings import Limits
from aim.warehouse.connect import Warehouse

REASON = "Šeima gyvena kitoje savivaldybėje."
NAME = f"atvejai_{CENTRE}_2018-10.csv"
HEADINGS = ["Pateiktis", "Eilutė", "Laukas", "Taisyklė", "Kas negerai", "Kaip taisyti", "Priežastis"]


def codes(count: int) -> list[str]:
    """Personal codes of so many invented children."""
    begun = (f"510030{day}980" for day in range(1, count + 1))
    return [next(code for digit in range(10) if is_personal_code(code := f"{one}{digit}")) for one in begun]


def faulty(sav: str = "99") -> bytes:
    """A file whose rows 8 and 9 are asked about, and whose row 10 names the municipality `sav`: 99 is none."""
    first, second, wrong, *others = codes(9)
    rows = [case(f"A-{number}", code) for number, code in enumerate(others)]
    asked = [case("B-1", first, sav="11"), case("B-2", second, sav="11"), case("B-3", wrong, sav=sav)]
    return text(*rows, *asked).encode()


class Loop:
    """A centre that sends files and lists, the day's job that takes them, and the letters that come of it."""

    def __init__(self, house: TestWarehouse, monkeypatch: pytest.MonkeyPatch) -> None:
        self.house = house
        self._monkeypatch = monkeypatch
        for name, value in (("HOME", house.settings.home), ("WAREHOUSE", house.url), ("SETTLE_SECONDS", "0")):
            monkeypatch.setenv(f"AIM_{name}", str(value))
        ensure_tables(house.connection)
        steps.ensure_tables_and_roles(Warehouse(house.url, house.url), house.settings)
        # Made once: it takes a second each day.
        monkeypatch.setattr(steps, "ensure_tables_and_roles", lambda *_: None)
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
    loop.send(NAME, faulty(), "2019-01-02")
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
    header, *lines = faulty(sav="33").decode().splitlines()
    loop.send(NAME, text(*reversed(lines), header=header).encode(), "2019-01-05")
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


LONG = "x" * 2001
BAD = [
    # row, rule, reason -> outcome
    ("8", "VIS-008", f"Vaiko kodas {codes(1)[0]}", "personal_code"),
    ("8", "VIS-008", LONG, "too_long"),
    ("9", "vis-008", REASON, "answered"),
    ("10", "VIS-007", REASON, "not_a_question"),
    ("2", "VIS-008", REASON, "not_asked"),
    ("400", "VIS-008", REASON, "not_asked"),
    ("9", "XYZ-001", REASON, "unknown_rule"),
    ("devinta", "VIS-008", REASON, "unclear"),
    ("9", "", REASON, "unclear"),
    ("8", "VIS-008", "  ", "blank"),
]


@pytest.fixture
def asked(warehouse: TestWarehouse, monkeypatch: pytest.MonkeyPatch) -> Loop:
    """A file with two questions (rows 8 and 9) and an error (row 10), taken and judged."""
    loop = Loop(warehouse, monkeypatch)
    loop.send(NAME, faulty(), "2019-01-02")
    loop.day("2019-01-02")
    return loop


def test_what_a_bad_list_says_is_told_line_by_line_and_the_good_lines_count(
    asked: Loop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    delivery = asked.one("select delivery_id from ops.deliveries")
    rows = [
        [str(delivery), row, "sav" if rule else "", rule, "kas nors kita", "", reason] for row, rule, reason, _ in BAD
    ]
    rows.append(["99", "9", "sav", "VIS-008", "", "", REASON])
    path = tmp_path / list_name("atvejai", CENTRE, "2018-10", delivery, "csv")
    # Columns in another order, one more, and no headings but our own.
    mixed = [[row[6], "x", *row[:6]] for row in [HEADINGS, *rows]]
    path.write_bytes(as_csv(mixed))
    aim = command_line(asked.house.settings, monkeypatch, capsys)
    status, out, _ = aim("reasons", "import", str(path), "--json")
    assert status == 0
    (told,) = json.loads(out)
    lines: dict[str, list[int]] = {"other_delivery": [len(BAD) + 2]}
    for line, (*_, outcome) in enumerate(BAD, 2):
        lines.setdefault(outcome, []).append(line)
    assert told["outcomes"] == {name: {"rows": len(found), "first": found} for name, found in lines.items()}
    assert (told["verdict"], told["findings"]) == ("taken", 1)
    assert asked.one("select string_agg(row_number || reason, '') from quality.reasons") == f"9{REASON}"
    # The same again is said to be there already, and nothing is doubled.
    status, out, _ = aim("reasons", "import", str(path))
    assert "1 finding was explained already" in out
    assert "2 reasons not taken: nothing was asked about those rows. Lines of the list: 6, 7." in out
    assert codes(1)[0] not in out
    assert asked.one("select count(*) from quality.reasons") == 1
    assert aim("reasons", "import", str(path.rename(tmp_path / "atsakymai.csv")))[0] == 2
    # The mail says the same, and no word of a reason.
    asked.day("2019-01-03")
    letter = asked.letter()
    assert "1 priežastis nepriimta: joje yra asmens kodas. Parašykite be jo. Sąrašo eilutės: 2." in words(letter)
    assert "VIS-008" in words(letter) and "kitoje savivaldybėje" not in words(letter)


def test_a_list_that_is_none_is_refused_with_its_reason_and_stops_nothing(asked: Loop) -> None:
    delivery = asked.one("select delivery_id from ops.deliveries")
    other = asked.one("select min(provider_code) from ops.obligations where provider_code <> %s", CENTRE)
    answer = [delivery, "8", "sav", "VIS-008", "", "", REASON]
    home = Path(asked.house.settings.home)
    secret = read_secret(asked.house.settings.secret_file)
    book = as_workbook(
        Path(asked.house.settings.home) / "a.xlsx", [HEADINGS, [delivery, "8", "", "VIS-008", "", "", REASON]]
    )
    files = {
        "unknown_delivery": (list_name("atvejai", other, "2018-10", delivery, "csv"), as_csv([HEADINGS, answer])),
        "no_reasons": (listed(delivery), as_csv([HEADINGS, [delivery, "8", "sav", "VIS-008", "", "", ""]])),
        "missing_column": (listed(delivery, "txt"), as_csv([HEADINGS[:6], [delivery, "8", "sav", "VIS-008", "", ""]])),
        "header_only": (listed(delivery, "tsv"), as_csv([HEADINGS])),
        "no_header": (listed(delivery, "ods"), as_workbook(home / "b.xlsx", [["Labas"]])),
        "locked": (listed(delivery, "xlsx"), locked(book, secret.copy_password(delivery + 1))),
        "unreadable_bytes": (listed(delivery, "xlsx.gz"), gzip.compress(b"\xd0\xcf\x11\xe0" + bytes(900))),
    }
    for name, content in files.values():
        asked.send(name, content, "2019-01-03")
    found = asked.day("2019-01-03")
    assert (found["land"]["answers_refused"], found["land"]["answers"], found["land"]["errored"]) == (len(files), 0, 0)
    assert set(found["land"]["reasons"]) == set(files)
    assert asked.one("select count(*) from quality.reasons") == 0
    assert asked.one("select count(*) from ops.deliveries") == 1
    # Whose list it would be is told so; his subject says it at once.
    assert asked.letter()["Subject"].startswith("[AIM] Alytaus r. SPC, 2018-10: grąžinto sąrašo priimti negalėjome")
    assert "užrakintas kitu slaptažodžiu" in words(asked.letter())


def test_an_annotated_copy_is_written_locked_and_comes_back_locked(
    asked: Loop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery = asked.one("select delivery_id from ops.deliveries")
    aim = command_line(asked.house.settings, monkeypatch, capsys)
    status, out, _ = aim("report", CENTRE, "2018-10", "--annotated", "--json")
    assert status == 0
    ((path, password),) = [(Path(one["path"]), one["password"]) for one in json.loads(out)["copies"]]
    assert (path.name, path.stat().st_mode & 0o777) == (listed(delivery, "xlsx"), 0o600)
    assert not [each for each in path.parent.iterdir() if b"PK\x03\x04" in each.read_bytes()[:4]]
    book = openpyxl.load_workbook(io.BytesIO(unlocked(path.read_bytes(), password)))
    rows, findings, _ = book.worksheets
    assert json.loads(out)["left_out"] == []
    assert [cell.value for cell in rows[10]][4:6] == ["B-3", codes(9)[2]]
    assert [rows.cell(line, 2).value for line in (2, 8, 9, 10)] == [None, 1, 1, 1]
    # A reason beside the row, and one on the list; saved by another program, under the same password.
    rows.cell(8, 4).value = REASON
    (line,) = [row[0].row for row in findings.iter_rows() if row[1].value == "9"]
    findings.cell(line, 7).value = f"Kitaip: {REASON}"
    saved = io.BytesIO()
    book.save(saved)
    asked.send(path.name, locked(saved.getvalue(), password), "2019-01-03")
    # Killed after it was taken and before it left the inbox: met again, it is known.
    with monkeypatch.context() as killed:
        killed.setattr(InboxFile, "remove", lambda _: pytest.fail("killed"))
        with pytest.raises(steps.FilesLeftError):
            asked.day("2019-01-03")
    assert asked.day("2019-01-03")["land"]["taken_before"] == 1
    given = asked.house.connection.execute("select row_number, reason from quality.reasons order by 1").fetchall()
    assert given == [(8, REASON), (9, f"Kitaip: {REASON}")]
    assert asked.one("select count(*) from ops.answers") == 1
    # Nothing is left to explain, and the list comes too late for a file that has been replaced or withdrawn.
    asked.send(NAME, faulty(sav="33"), "2019-01-04")
    asked.day("2019-01-04")
    asked.send(listed(delivery), as_csv([HEADINGS, [delivery, "8", "sav", "VIS-008", "", "", REASON]]), "2019-01-05")
    asked.day("2019-01-05")
    # With nothing open there is nothing to mark.
    assert "neither errors nor questions" in aim("report", CENTRE, "2018-10", "--annotated")[1]
    assert asked.one("select outcomes ->> 'superseded' from ops.answers where answer_id = 2") is not None
    assert "failą, kurį jau pakeitė" in words(asked.letter())
    assert aim("withdraw", str(delivery))[0] == 0
    asked.send(listed(delivery), as_csv([HEADINGS, [delivery, "8", "sav", "VIS-008", "", "", REASON]]), "2019-01-06")
    assert asked.day("2019-01-06")["land"]["reasons"] == {"gone": 1}
    told = words(asked.letter())
    assert "paaiškinimų jam nereikia" in told and "atsiųskite jį iš naujo" not in told


def unlocked(content: bytes, password: str) -> bytes:
    reader = SheetReader(Limits())
    with closing(reader):
        return reader.unlocked(content, password)


def listed(delivery: int, form: str = "csv") -> str:
    return list_name("atvejai", CENTRE, "2018-10", delivery, form)
