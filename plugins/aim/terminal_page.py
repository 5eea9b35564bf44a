"""What is told a person at a terminal from one section of the messages, line by line and in tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console

from aim.language import say
from aim.terminal_table import Column, is_wide, print_line, print_table, print_title


class TerminalPage:
    """A console that is told in one language what `section` of the messages has words for."""

    def __init__(self, section: str, lang: str, console: Console) -> None:
        """Nothing is said yet."""
        self._section = section
        self._lang = lang
        self._console = console
        self._is_wide = is_wide(console)

    def _say(self, key: str, /, n: int | None = None, **values: object) -> str:
        return say(f"{self._section}.{key}", self._lang, n, **values)

    def _line(self, text: str, style: str = "", *, indent: bool = True) -> None:
        print_line(self._console, text, style, indent=indent)

    def _title(self, text: str) -> None:
        print_title(self._console, text)

    def _more(self, rest: int) -> None:
        """How many rows are not shown, where there are some."""
        if rest > 0:
            self._line(self._say("more", rest), "dim")

    def _table(self, columns: Sequence[tuple[str, Column]], rows: Iterable[Sequence[str]]) -> None:
        """A table; its columns are told by key, "" being a column without a heading."""
        headings = [(self._say(heading) if heading else "", kind) for heading, kind in columns]
        print_table(self._console, headings, rows)
