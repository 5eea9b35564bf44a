"""Due days as a calendar file (RFC 5545) that a mail program opens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from aim.reports.letter import Attachment, DueDay

_LINE_BYTES = 75
NAME = "terminai.ics"


def calendar_file(days: Iterable[DueDay], *, title: str, domain: str, instant: datetime) -> Attachment | None:
    """One whole-day entry a due day and slice, with a reminder the day before; None without any.

    Sent again, an entry takes the place of the former one: its UID is that of the slice.
    """
    entries = {one.uid: one for one in days}
    if not entries:
        return None
    stamp = f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//AIM//mails//LT", "METHOD:PUBLISH"]
    for one in sorted(entries.values(), key=lambda one: (one.day, one.uid)):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.uid}@{domain}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{one.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(f'{title}: {one.what}')}",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_escaped(f'{title}: {one.what}')}",
            "TRIGGER:-P1D",
            "END:VALARM",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    text = "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))
    return Attachment(NAME, "text/calendar", text.encode())


def _escaped(text: str) -> str:
    for letter in "\\;,":
        text = text.replace(letter, f"\\{letter}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterable[str]:
    """The line in pieces of 75 bytes, none cut within a letter; all but the first begin with a space."""
    piece, size = "", 0
    for letter in line:
        length = len(letter.encode())
        if size + length > _LINE_BYTES:
            yield piece
            piece, size = " ", 1
        piece += letter
        size += length
    yield piece
