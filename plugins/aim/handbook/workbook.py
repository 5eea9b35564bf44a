"""An empty workbook that a provider fills in: what it may hold is picked from lists and said beside each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from aim.contracts.calendar import Period, due_on
from aim.contracts.file_names import file_name
from aim.contracts.models import TEMPORARY_NUMBER, DatasetContract, FieldContract, FieldType
from aim.contracts.registry import Provider
from aim.handbook.datasets_told import Code, code_list, list_of, sometimes_required_by
from aim.handbook.sources import Sources
from aim.handbook.words import Words

FORM = "xlsx"
BOOLEANS = ("taip", "ne")
"""How yes and no are written in a file, in this order; the same in both languages."""
BOOLEAN_LIST = "taip_ne"
EARLIEST_DATE = "earliest_date"
"""The parameter."""

_FIRST_ROW, _LAST_ROW = 1, 1_048_575
"""Rows of the sheet below its header, counted from 0."""
_LONGEST_TITLE, _LONGEST_MESSAGE = 32, 255
"""What a spreadsheet shows beside a cell."""
_DIGITS = {FieldType.PERSONAL_CODE: 11, FieldType.LEGAL_CODE: 9}
_DARK, _LIGHT, _WHITE = "#0B57D0", "#DCE6F7", "#FFFFFF"
_PAPER_A4 = 9
_WIDTHS = (32, 36, 20, 52, 26)
_WIDTH_OF_EXAMPLE = 20
"""Of the sheet of instructions: its table, and what the example needs beyond it."""
_SMALLEST, _GREATEST = -999_999_999, 999_999_999
_NUMBER_FORM = {FieldType.DATE: "yyyy-mm-dd", FieldType.INT: "0", FieldType.DECIMAL: "General"}
"""Of a column's cells; all others are text, so that 0012 stays 0012."""


@dataclass(frozen=True)
class Slice:
    """Whose file of which period it will be."""

    provider: Provider
    period: Period

    def file_name(self, dataset: str) -> str:
        """The name under which it can be sent."""
        return file_name(dataset, self.provider.code, self.period, FORM)


@dataclass(frozen=True)
class Column:
    """A column of the data sheet. rules: those that say when it must be filled, where that is not always."""

    name: str
    title: str
    what: str
    is_required: bool
    rules: tuple[str, ...]
    example: str
    field: FieldContract | None

    @property
    def said(self) -> str:
        """Title and what to write, as one saying."""
        return self.what if self.what.startswith(self.title) else f"{self.title}. {self.what}"


def write_workbook(path: Path, dataset: str, sources: Sources, words: Words, of: Slice | None = None) -> None:
    """Write the workbook of a dataset: data, instructions, codes; laid out as files of the period, or of the latest.

    Raises OSError where `path` cannot be written.
    """
    period = of.period if of is not None else sources.example_slice(dataset)[1]
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        _Workbook(book, sources.contracts.layout(dataset, period.start), sources, words, of).write()


class _Workbook:
    def __init__(self, book: Any, contract: DatasetContract, sources: Sources, words: Words, of: Slice | None) -> None:
        self._book = book
        self._contract = contract
        self._sources = sources
        self._words = words
        self._of = of
        self._columns = self._all_columns()
        self._data = words.say("sheet_data")
        self._instructions = words.say("sheet_instructions")
        self._lists = words.say("sheet_lists")

    def write(self) -> None:
        made = datetime.combine(self._sources.today, time())
        title = self._words.say("book_title", title=self._words.text(self._contract.title))
        self._book.set_properties({"title": title, "created": made})
        data, instructions, lists = (
            self._book.add_worksheet(name) for name in (self._data, self._instructions, self._lists)
        )
        self._write_data(data, self._write_lists(lists))
        self._write_instructions(instructions, title)
        data.activate()

    def _all_columns(self) -> list[Column]:
        rule_set = self._sources.rule_set(self._contract.dataset)
        specimen = rule_set.specimen if rule_set is not None else {}
        columns = [
            Column(
                name=field.name,
                title=self._words.text(field.title),
                what=self._words.field_type(field, self._contract).replace("`", ""),
                is_required=field.required,
                rules=sometimes_required_by(field, self._contract.dataset, self._sources),
                example=specimen.get(field.name, ""),
                field=field,
            )
            for field in self._contract.fields
        ]
        if self._contract.has_person:
            title, what = self._words.say("temporary_number"), self._words.say("temporary_number_type")
            columns.append(Column(TEMPORARY_NUMBER, title, what, is_required=False, rules=(), example="", field=None))
        return columns

    def _format(self, **properties: object) -> Format:
        return self._book.add_format({"valign": "top", **properties})

    # The data sheet.

    def _write_data(self, sheet: Worksheet, ranges: dict[str, str]) -> None:
        required = self._format(bold=True, num_format="@", bg_color=_DARK, font_color=_WHITE, border=1)
        optional = self._format(num_format="@", bg_color=_LIGHT, border=1)
        for place, column in enumerate(self._columns):
            form = _NUMBER_FORM.get(column.field.type, "@") if column.field is not None else "@"
            width = max(12, len(column.name) + 3)
            sheet.set_column(place, place, width, self._book.add_format({"num_format": form}))
            sheet.write_string(0, place, column.name, required if column.is_required else optional)
            sheet.data_validation(
                _FIRST_ROW, place, _LAST_ROW, place, self._validation(column, ranges, is_first=place == 0)
            )
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(_PAPER_A4)
        sheet.repeat_rows(0)

    def _validation(self, column: Column, ranges: dict[str, str], *, is_first: bool) -> dict[str, Any]:
        """What a cell of the column may hold and what is said beside it.

        Of the first column it warns only: that is where a nil return is written.
        """
        return {
            **self._allowed(column.field, ranges),
            "ignore_blank": True,
            "input_title": column.name[:_LONGEST_TITLE],
            "input_message": self._note(column)[:_LONGEST_MESSAGE],
            "error_title": column.name[:_LONGEST_TITLE],
            "error_message": self._words.say("book_stop", what=column.said)[:_LONGEST_MESSAGE],
            "error_type": "warning" if is_first else "stop",
        }

    def _allowed(self, field: FieldContract | None, ranges: dict[str, str]) -> dict[str, Any]:
        if field is None:
            return {"validate": "any"}
        name = _list_name(field)
        if name is not None:
            return {"validate": "list", "source": f"={ranges[name]}"}
        match field.type:
            case FieldType.DATE:
                earliest = date.fromisoformat(self._sources.reference.parameter_text(EARLIEST_DATE))
                return {"validate": "date", "criteria": ">=", "value": earliest}
            case FieldType.INT | FieldType.DECIMAL:
                least = _SMALLEST if field.minimum is None else field.minimum
                most = _GREATEST if field.maximum is None else field.maximum
                kind = "integer" if field.type is FieldType.INT else "decimal"
                return {"validate": kind, "criteria": "between", "minimum": least, "maximum": most}
            case FieldType.PERSONAL_CODE | FieldType.LEGAL_CODE:
                return {"validate": "length", "criteria": "==", "value": _DIGITS[field.type]}
            case FieldType.TEXT if field.length is not None:
                return {"validate": "length", "criteria": "<=", "value": field.length}
        return {"validate": "any"}

    def _note(self, column: Column) -> str:
        say = self._words.say
        is_picked = column.field is not None and _list_name(column.field) is not None
        parts = [f"{column.title}. {say('book_pick')}" if is_picked else f"{column.said}."]
        parts.append(f"{say('field_required')}: {self._required(column)}.")
        if column.example:
            parts.append(say("book_note_example", cell=column.example))
        return " ".join(parts)

    def _required(self, column: Column) -> str:
        """Whether a cell of the column must be filled, in words."""
        if column.rules:
            return f"{self._words.say('field_required_rules', len(column.rules))} {', '.join(column.rules)}"
        return self._words.say("yes" if column.is_required else "no")

    # The sheet of codes.

    def _write_lists(self, sheet: Worksheet) -> dict[str, str]:
        """Two columns a list, code and label; returns list name -> the range of its codes."""
        head = self._format(bold=True, bottom=1)
        text = self._format(num_format="@")
        ranges: dict[str, str] = {}
        column = 0
        for field in self._contract.fields:
            name = _list_name(field)
            if name is None or name in ranges:
                continue
            codes = self._codes(name)
            sheet.write_string(0, column, self._list_title(field), head)
            sheet.write_blank(0, column + 1, None, head)
            for row, code in enumerate(codes, 1):
                sheet.write_string(row, column, code.code, text)
                sheet.write_string(row, column + 1, code.label, text)
            sheet.set_column(column, column, max(12, *(len(code.code) + 2 for code in codes)))
            sheet.set_column(column + 1, column + 1, max(14, *(len(code.label) + 3 for code in codes)))
            ranges[name] = f"'{self._lists}'!{xl_range_abs(1, column, len(codes), column)}"
            column += 2
        sheet.freeze_panes(1, 0)
        # Else one slip of the hand there changes what every cell of the data may hold.
        sheet.protect("", {"format_columns": True})
        return ranges

    def _list_title(self, field: FieldContract) -> str:
        if field.type is FieldType.BOOL:
            return " / ".join(BOOLEANS)
        return self._words.text(field.title)

    def _codes(self, name: str) -> tuple[Code, ...]:
        if name != BOOLEAN_LIST:
            return code_list(name, "", self._sources, self._words).codes
        return tuple(Code(code, self._words.say(word)) for code, word in zip(BOOLEANS, ("yes", "no"), strict=True))

    # The sheet of instructions.

    def _write_instructions(self, sheet: Worksheet, title: str) -> None:
        heading, bold = self._format(bold=True, font_size=16), self._format(bold=True, font_size=12)
        wrapped = self._format(text_wrap=True)
        head = self._format(bold=True, bottom=1, text_wrap=True)
        name = self._format(bold=True)
        say = self._words.say
        for place, width in enumerate(_WIDTHS):
            sheet.set_column(place, place, width)
        sheet.set_column(len(_WIDTHS), max(len(_WIDTHS), len(self._columns)), _WIDTH_OF_EXAMPLE)
        sheet.write_string(0, 0, title, heading)
        if self._of is not None:
            told = say("book_for", provider=self._of.provider.name, period=self._of.period.text)
            sheet.write_string(1, 0, told, name)
        sheet.write_string(2, 0, self._words.grain(self._contract))
        sheet.write_string(4, 0, say("book_how_title"), bold)
        row = self._write_lines(sheet, 5, self._how_to()) + 1
        sheet.write_string(row, 0, say("book_fields_title"), bold)
        heads = ("book_field", "book_field_title", "field_required", "field_type", "book_example")
        for place, key in enumerate(heads):
            sheet.write_string(row + 1, place, say(key), head)
        for line, column in enumerate(self._columns, row + 2):
            sheet.write_string(line, 0, column.name, name)
            sheet.write_string(line, 1, column.title, wrapped)
            sheet.write_string(line, 2, self._required(column), wrapped)
            sheet.write_string(line, 3, self._what(column), wrapped)
            sheet.write_string(line, 4, column.example, wrapped)
        self._write_example(sheet, row + len(self._columns) + 3, bold)
        sheet.set_landscape()
        sheet.set_paper(_PAPER_A4)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)

    def _write_lines(self, sheet: Worksheet, row: int, lines: Sequence[str]) -> int:
        for line in lines:
            sheet.write_string(row, 0, line)
            row += 1
        return row

    def _how_to(self) -> list[str]:
        say = self._words.say
        lines = [say("book_how_rows", sheet=self._data), say("book_how_colours")]
        if any(_list_name(field) for field in self._contract.fields):
            lines.append(say("book_how_codes", sheet=self._lists))
        lines.append(say("book_how_nil"))
        if self._of is not None:
            owed = self._sources.contracts.obligation(self._of.provider.kind, self._contract.dataset)
            if owed is not None:
                due = self._words.day(due_on(owed, self._of.period))
                lines.append(say("book_how_name", file=self._of.file_name(self._contract.dataset), due=due))
        lines.append(say("book_how_help", contact=self._sources.reference.parameter_text("mail_contact")))
        return lines

    def _what(self, column: Column) -> str:
        """What to write, with the codes where they are few."""
        if column.field is None or column.field.type is not FieldType.CODE:
            return column.what
        codes = ", ".join(code.code for code in self._codes(str(column.field.code_list)))
        return f"{column.what}: {codes}"

    def _write_example(self, sheet: Worksheet, row: int, bold: Format) -> None:
        """The specimen as it would stand in the data, beyond the width of the instructions if need be."""
        sheet.write_string(row, 0, self._words.say("book_example_title"), bold)
        head, cell = self._format(bold=True, bg_color=_LIGHT, border=1), self._format(border=1, num_format="@")
        for place, column in enumerate(self._columns):
            sheet.write_string(row + 1, place, column.name, head)
            sheet.write_string(row + 2, place, column.example, cell)


def _list_name(field: FieldContract) -> str | None:
    """The list that a column's cells are picked from."""
    return BOOLEAN_LIST if field.type is FieldType.BOOL else list_of(field)
