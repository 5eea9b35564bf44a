"""By which definition a number was made: the methodology card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from aim.explain.asked import QuestionError
from aim.language import say
from aim.warehouse import sql


@dataclass(frozen=True)
class Definition:
    """The card of an indicator's measure in one version; valid_to is the day from which on another version holds."""

    indicator_code: str
    measure: str
    definition_version: str
    name_lt: str
    name_en: str
    measure_lt: str
    measure_en: str
    numerator_lt: str
    numerator_en: str
    denominator_lt: str | None
    denominator_en: str | None
    unit: str
    unit_lt: str
    unit_en: str
    kind: str
    source_datasets: str
    denominator_datasets: str | None
    is_of_ledger: bool
    counts_persons: bool
    is_break: bool
    valid_from: date | None
    valid_to: date | None
    note_lt: str | None
    note_en: str | None
    parameters_lt: str | None
    parameters_en: str | None

    def said(self, word: str, lang: str) -> str | None:
        """A field that the card has in both languages: name, measure, numerator, denominator, note, parameters."""
        text: str | None = getattr(self, f"{word}_{lang}")
        return text


def definitions(connection: psycopg.Connection, code: str, lang: str) -> list[Definition]:
    """The cards of an indicator, main first, older versions first; QuestionError, with all codes, where it is none."""
    with connection.cursor(row_factory=class_row(Definition)) as cursor:
        found = cursor.execute(sql.load(__file__, "definitions.sql"), {"indicator": code}).fetchall()
    if not found:
        known = connection.execute(
            "select string_agg(indicator_code, ', ' order by \"order\") from reference.indicators"
        ).fetchone()
        raise QuestionError(say("explain.no_indicator", lang, code=code, known=known[0] if known else ""))
    return found


def labels_of_statuses(connection: psycopg.Connection) -> dict[str, dict[str, Any]]:
    """What A, B, E, P and M mean: code to label_lt and label_en."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            "select code, label_lt, label_en from reference.value_statuses where status = 'obs_status'"
        ).fetchall()
    return {row["code"]: row for row in rows}
