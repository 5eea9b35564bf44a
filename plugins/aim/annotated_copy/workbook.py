"""The annotated copy as a workbook: the provider's rows in their order, the list of findings, the code lists.

Made in memory alone. Every cell of the provider's is text, so that 0012 stays 0012 and nothing is taken for a formula;
each row of the sheet bears the number that it has in the provider's file. Colour says nothing that words beside it do
not.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from aim.annotated_copy.findings_by_row import Found
from aim.annotated_copy.own_rows import OwnFile
from aim.contracts.models import DatasetContract
from aim.handbook.datasets_told import code_list, list_of
from aim.handbook.sources import Sources
from aim.handbook.words import Words
from aim.language import choose, say
from aim.reports.error_list import COLUMNS, list_cells
from aim.reports.findings import DeliveryTold
from aim.reports.speech import Speech

MOST_CELLS = 1_500_000
"""Of the provider's rows: of a larger file only the rows in which something was found are copied."""
MOST_ROWS = 1_048_576
"""Of a sheet."""
MOST_LISTED = 100_000
"""Findings on the list."""
MOST_NOTES = 5_000
"""Notes on cells: with more of them a spreadsheet program takes minutes. Each row says the same in its own cell."""
_LONGEST_CELL = 32_767
_LEADING = ("row", "errors", "fix", "reason")
_REASON = _LEADING.index("reason")
_WIDTHS = (9, 13, 45, 30)
"""Of our columns: frozen, they leave half a laptop's screen to the provider's."""
_LIST_WIDTHS = (12, 10, 24, 12, 50, 50, 40)
_CODE_WIDTHS = (32, 20, 60)
_OWN_WIDTH = 14
_FILTER_MARK = 3
"""What the mark of the filter covers of a heading."""
_RED, _YELLOW, _GREY, _DARK, _WHITE = "#F4C7C3", "#FFF2CC", "#F1F3F4", "#0B57D0", "#FFFFFF"
_NOTE = {"x_scale": 2, "y_scale": 1.5}


@dataclass(frozen=True)
class Copied:
    """What is copied: the delivery as it is told, its contract, and the words of its provider's language."""

    delivery: DeliveryTold
    contract: DatasetContract
    speech: Speech
    sources: Sources

    def say(self, key: str, n: int | None = None, **values: object) -> str:
        """The sentence `copy.<key>`."""
        return say(f"copy.{key}", self.speech.lang, n, **values)


def workbook(copied: Copied, own: OwnFile, findings: Iterable[Found]) -> bytes:
    """The workbook. `findings`: in order of row, gone through twice; of one kind they share one Finding.

    Raises RejectionError where the file cannot be read to its end.
    """
    written = io.BytesIO()
    # In memory: what it writes on its way would lie on the disk in clear.
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_urls": False}) as book:
        _Workbook(book, copied, own, findings).write()
    return written.getvalue()


class _Workbook:
    def __init__(self, book: Any, copied: Copied, own: OwnFile, findings: Iterable[Found]) -> None:
        self._copied = copied
        self._own = own
        self._findings = findings
        self._say = copied.say
        self._speech = copied.speech
        width = len(own.header.fields) + len(_LEADING)
        received = own.header.row + copied.delivery.rows_received
        # Twice as many lines as rows: blank lines and rows of several lines have their numbers too.
        self._is_whole = received * width <= MOST_CELLS and 2 * received <= MOST_ROWS
        self._most_rows = min(MOST_ROWS, MOST_CELLS // width)
        self._places = {name: place for place, name in enumerate(own.header.fields, len(_LEADING)) if name}
        self._notes_left = MOST_NOTES
        self._names = {name: self._say(f"sheet_{name}") for name in ("rows", "list", "codes")}
        self._sheets: dict[str, Worksheet] = {name: book.add_worksheet(self._names[name]) for name in self._names}
        text = {"num_format": "@", "valign": "top"}
        self._text: Format = book.add_format(text)
        self._number: Format = book.add_format({"valign": "top", "font_color": "#5F6368"})
        self._heading: Format = book.add_format({**text, "bold": True, "bg_color": _GREY, "border": 1})
        self._ours: Format = book.add_format(
            {**text, "bold": True, "bg_color": _DARK, "font_color": _WHITE, "border": 1}
        )
        self._wrapped: Format = book.add_format({**text, "text_wrap": True})
        self._red: Format = book.add_format({**text, "bg_color": _RED, "border": 1})
        self._yellow: Format = book.add_format({**text, "bg_color": _YELLOW, "border": 1})
        self._red_wrapped: Format = book.add_format({**text, "bg_color": _RED, "border": 1, "text_wrap": True})
        self._yellow_wrapped: Format = book.add_format({**text, "bg_color": _YELLOW, "border": 1, "text_wrap": True})
        self._bold: Format = book.add_format({"bold": True, "font_size": 13})

    def write(self) -> None:
        self._write_rows(self._sheets["rows"])
        self._write_list(self._sheets["list"])
        self._write_codes(self._sheets["codes"])
        self._sheets["rows"].activate()

    # The provider's rows.

    def _write_rows(self, sheet: Worksheet) -> None:
        header = self._own.header
        top = header.row - 1 if self._is_whole else 0
        last = len(_LEADING) + len(header.cells) - 1
        for place, width in enumerate(_WIDTHS):
            sheet.set_column(place, place, width, self._wrapped)
        for place, name in enumerate(_LEADING):
            sheet.write_string(top, place, self._say(name), self._ours)
        sheet.write_comment(top, _REASON, self._say("how_reason"), _NOTE)
        for place, cell in enumerate(header.cells, len(_LEADING)):
            sheet.set_column(place, place, max(_OWN_WIDTH, min(len(cell), 40) + _FILTER_MARK), self._text)
            sheet.write_string(top, place, cell[:_LONGEST_CELL], self._heading)
        line = top
        for number, cells, found in self._rows():
            line = number - 1 if self._is_whole else line + 1
            if line >= (MOST_ROWS if self._is_whole else self._most_rows):
                break
            self._write_row(sheet, line, number, cells, found)
        sheet.freeze_panes(top + 1, len(_LEADING))
        sheet.autofilter(top, 0, line, last)

    def _rows(self) -> Iterator[tuple[int, Sequence[str | None], list[Found]]]:
        """Number, cells and findings of each row that is copied."""
        by_row = groupby((one for one in self._findings if one.is_in_file), key=lambda one: one.row_number)
        next_row, next_found = _next(by_row)
        for number, cells in self._own.rows:
            while next_row is not None and next_row < number:
                next_row, next_found = _next(by_row)
            found = next_found if next_row == number else []
            if found or self._is_whole:
                yield number, cells, found

    def _write_row(
        self, sheet: Worksheet, line: int, number: int, cells: Sequence[str | None], found: list[Found]
    ) -> None:
        sheet.write_number(line, 0, number, self._number)
        marked: dict[int, list[Found]] = {}
        for one in found:
            for field in one.finding.fields:
                marked.setdefault(self._places.get(field.name, 0), []).append(one)
        for place, cell in enumerate(cells, len(_LEADING)):
            form = self._form(marked[place]) if place in marked else self._text
            if cell:
                sheet.write_string(line, place, cell[:_LONGEST_CELL], form)
            elif place in marked:
                sheet.write_blank(line, place, None, form)
        if not found:
            return
        form = self._form(found)
        sheet.write_number(line, 1, len(found), form)
        told = "\n".join(self._told(one) for one in found)[:_LONGEST_CELL]
        sheet.write_string(line, 2, told, self._red_wrapped if form is self._red else self._yellow_wrapped)
        for place, ones in sorted(marked.items()):
            if place and self._notes_left:
                self._notes_left -= 1
                sheet.write_comment(line, place, "\n".join(self._note(one) for one in ones), _NOTE)

    def _form(self, found: Iterable[Found]) -> Format:
        return self._red if any(one.is_out for one in found) else self._yellow

    def _told(self, one: Found) -> str:
        return self._sentence(one, self._speech.text(one.finding.rule.fix))

    def _note(self, one: Found) -> str:
        finding = one.finding
        what = choose(finding.rule.message.forms(self._speech.lang), self._speech.lang, 1).format(n=1)
        return self._sentence(one, f"{what} {self._speech.text(finding.rule.fix)}")

    def _sentence(self, one: Found, text: str) -> str:
        key = "error" if one.is_out else "question"
        fields = ", ".join(field.name for field in one.finding.fields)
        if not fields:
            return self._say(f"{key}_of_row", rule=one.finding.rule.code, text=text)
        return self._say(key, rule=one.finding.rule.code, field=fields, text=text)

    # The list.

    def _write_list(self, sheet: Worksheet) -> None:
        delivery = self._copied.delivery
        title = self._speech.title(str(delivery.dataset))
        sheet.write_string(
            0, 0, self._say("how_title", title=title, period=delivery.period, file=delivery.file_name), self._bold
        )
        how = [self._say("how_errors"), self._say("how_answer", sheet=self._names["rows"])]
        if not self._is_whole:
            how.append(self._say("how_partial", sheet=self._names["rows"], most=self._most_rows))
        for line, sentence in enumerate(how, 1):
            sheet.write_string(line, 0, sentence)
        top = len(how) + 2
        for place, (column, width) in enumerate(zip(COLUMNS, _LIST_WIDTHS, strict=True)):
            sheet.set_column(place, place, width, self._wrapped)
            sheet.write_string(top, place, self._speech.say(f"list_{column}"), self._ours)
        listed = left_out = 0
        made: dict[int, tuple[str, ...]] = {}
        for one in self._findings:
            if listed == MOST_LISTED:
                left_out += 1
                continue
            listed += 1
            self._write_listed(sheet, top + listed, one, made)
        if left_out:
            sheet.write_string(top + listed + 1, 0, self._say("more", left_out))
        sheet.freeze_panes(top + 1, 0)
        sheet.autofilter(top, 0, max(top + listed, top + 1), len(COLUMNS) - 1)

    def _write_listed(self, sheet: Worksheet, line: int, one: Found, made: dict[int, tuple[str, ...]]) -> None:
        # One object a kind, so its identity is enough: a rule is slow to compare.
        kind = id(one.finding)
        if kind not in made:
            made[kind] = list_cells(self._speech, one.finding, 0)
        delivery, place, *rest = made[kind]
        row = " ".join(filter(None, (str(one.row_number) if one.row_number else "", place)))
        for column, cell in enumerate((delivery, row, *rest)):
            form = self._form([one]) if column in (1, 2) else self._wrapped
            if cell:
                sheet.write_string(line, column, cell, form)

    # The codes.

    def _write_codes(self, sheet: Worksheet) -> None:
        words = Words(self._speech.lang)
        for place, (heading, width) in enumerate(zip(("code_field", "code", "code_label"), _CODE_WIDTHS, strict=True)):
            sheet.set_column(place, place, width, self._text)
            sheet.write_string(0, place, self._say(heading), self._ours)
        line = 0
        for field in self._copied.contract.fields:
            name = list_of(field)
            if name is None:
                continue
            for code in code_list(name, "", self._copied.sources, words).codes:
                line += 1
                for place, cell in enumerate((field.name, code.code, code.label)):
                    sheet.write_string(line, place, cell, self._text)
        sheet.freeze_panes(1, 0)


def _next(by_row: Iterator[tuple[int, Iterator[Found]]]) -> tuple[int | None, list[Found]]:
    row, found = next(by_row, (None, iter(())))
    return row, list(found)
