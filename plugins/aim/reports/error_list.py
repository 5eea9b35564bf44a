"""Every finding as a list to work through: row and field of the provider's own file, rule, what to do; no value."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from aim.contracts import file_names
from aim.language import choose
from aim.reports.findings import Finding
from aim.reports.letter import Attachment
from aim.reports.speech import Speech

COLUMNS = ("delivery", "row", "field", "rule", "what", "fix", "reason")
"""Of the list, by the names its headings have in the catalogue."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def error_lists(speech: Speech, findings: Iterable[Finding]) -> tuple[Attachment, ...]:
    """A list a delivery, in the order of its file: CSV as Lithuanian spreadsheets open it (UTF-8 with BOM, semicolons).

    The last column is empty, for reasons.
    """
    by_delivery: dict[int, list[Finding]] = {}
    for one in findings:
        by_delivery.setdefault(one.delivery.delivery_id, []).append(one)
    return tuple(_list(speech, found) for found in by_delivery.values())


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def list_name(one: Finding, form: str = "csv") -> str:
    """What the list of a delivery is called."""
    delivery = one.delivery
    return file_names.list_name(
        str(delivery.dataset), str(delivery.provider_code), str(delivery.period), delivery.delivery_id, form
    )


def list_cells(speech: Speech, one: Finding, number: int) -> tuple[str, ...]:
    """A finding's line in the list; `number`: its row, 0 the file as a whole. The last cell is for the reason."""
    return (
        str(one.delivery.delivery_id),
        # The file as a whole has no number; a row of an earlier file is told with that file's name.
        " ".join(filter(None, (str(number) if number else "", f"({one.stood_in})" if one.stood_in else ""))),
        ", ".join(field.name for field in one.fields),
        one.rule.code,
        choose(one.rule.message.forms(speech.lang), speech.lang, 1).format(n=1),
        speech.text(one.rule.fix),
        "",
    )


def _list(speech: Speech, findings: list[Finding]) -> Attachment:
    lines = sorted(
        ((number, one) for one in findings for number in (one.rows or (0,))),
        key=lambda line: (line[0], line[1].rule.code),
    )
    text = StringIO()
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow([speech.say(f"list_{column}") for column in COLUMNS])
    for number, one in lines:
        table.writerow([safe_cell(cell) for cell in list_cells(speech, one, number)])
    return Attachment(list_name(findings[0]), "text/csv", text.getvalue().encode("utf-8-sig"))
