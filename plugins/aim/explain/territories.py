"""Which territory is meant by a code or a name."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from aim.explain.asked import QuestionError
from aim.language import say
from aim.warehouse import sql


@dataclass(frozen=True)
class Territory:
    """A municipality, a county or the nation; `name_long` is a municipality's full Lithuanian name."""

    code: str
    level: str
    name_lt: str
    name_en: str
    name_long: str | None

    def name(self, lang: str) -> str:
        """What it is called."""
        return self.name_lt if lang == "lt" else self.name_en

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it is called by."""
        return tuple(name for name in (self.name_lt, self.name_en, self.name_long) if name)


def territories(connection: psycopg.Connection) -> list[Territory]:
    """All of them, the nation first, then counties and municipalities by code."""
    with connection.cursor(row_factory=class_row(Territory)) as cursor:
        return cursor.execute(sql.load(__file__, "territories.sql")).fetchall()


def find(known: Sequence[Territory], text: str | None, lang: str) -> Territory:
    """The territory meant by a code, a name or the beginning of one, whatever its letters; None: the nation.

    Raises QuestionError where none or more than one is meant.
    """
    if text is None:
        return next(one for one in known if one.level == "nation")
    asked = _folded(text)
    exact = [one for one in known if asked == one.code.casefold() or asked in map(_folded, one.names)]
    meant = exact or [one for one in known if asked and any(_folded(name).startswith(asked) for name in one.names)]
    if not meant:
        raise QuestionError(say("explain.no_territory", lang, text=text))
    if len(meant) > 1:
        which = ", ".join(f"{one.name(lang)} ({one.code})" for one in meant)
        raise QuestionError(say("explain.which_territory", lang, text=text, which=which))
    return meant[0]


def _folded(text: str) -> str:
    """Without case, diacritics and superfluous blanks: Šiaulių r. and siauliu R. are the same."""
    letters = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
