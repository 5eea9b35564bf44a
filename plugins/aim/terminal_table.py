"""How rows are laid out at a terminal: columns in line, no frame, words as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

Column = Literal["left", "short", "right", "whole"]
"""left: text, folded where the terminal is narrow; short: text, then cut; whole: never either; right: numbers."""


_INDENT = (0, 0, 0, 2)
WIDE = 100
"""Columns of a terminal that has room for what one can do without."""


def is_wide(console: Console) -> bool:
    """Whether there is room for more than the needful."""
    return console.width >= WIDE


def print_table(console: Console, columns: Sequence[tuple[str, Column]], rows: Iterable[Sequence[str]]) -> None:
    """Headings and rows, set in a little. Nothing in a cell is taken for markup."""
    table = Table(box=None, padding=(0, 2 if is_wide(console) else 1, 0, 0), header_style="dim", pad_edge=False)
    for heading, kind in columns:
        table.add_column(
            Text(heading),
            justify="right" if kind == "right" else "left",
            no_wrap=kind in ("right", "whole"),
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(_cell(cell, kind) for cell, (_, kind) in zip(row, columns, strict=True)))
    console.print(Padding(table, _INDENT, expand=False))


def print_facts(console: Console, facts: Iterable[tuple[str, str]]) -> None:
    """Lines of a word and what it is, the second folded under itself."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for word, what in facts:
        table.add_row(Text(word), Text(what))
    console.print(Padding(table, _INDENT, expand=False))


def print_line(console: Console, text: str, style: str = "", *, indent: bool = True) -> None:
    """A sentence, folded under itself."""
    console.print(Padding(Text(text, style), _INDENT if indent else 0, expand=False))


def print_title(console: Console, text: str) -> None:
    """The heading of what follows, after an empty line."""
    console.print()
    console.print(Text(text, "bold"))


def _cell(text: str, kind: Column) -> Text:
    # The column may be made narrow, and its text is then cut: one that were not to be folded would stay wide.
    return Text(text, no_wrap=True, overflow="ellipsis") if kind == "short" else Text(text)
