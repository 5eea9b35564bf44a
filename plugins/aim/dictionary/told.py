"""What the pages of the dictionary say: the tables, the indicators with their methodology cards, the codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from aim.contracts.load import contracts
from aim.contracts.models import Text
from aim.contracts.reference import Reference
from aim.dictionary.published_tables import SCHEMA, PublishedTable, published_tables
from aim.settings import SettingsError
from aim.warehouse import sql

_EXAMPLES = Path(__file__).parent / "example_queries"
_EXAMPLE_OF_VIEWS = "indicator_view"
_CODE_OF_VIEW = re.compile(r"([sp]\d\d)_")


@dataclass(frozen=True)
class Code:
    """A code with its label, and within what it stands: a breakdown, a level of territories."""

    code: str
    belongs_to: str
    label: Text


@dataclass(frozen=True)
class Version:
    """One version of an indicator's definition: the cards of its measures, main first (columns of dim_indicator)."""

    cards: tuple[dict[str, Any], ...]

    @property
    def first(self) -> dict[str, Any]:
        """The card of the main measure, for what all measures share."""
        return self.cards[0]


@dataclass(frozen=True)
class Indicator:
    """An indicator: its view, versions from the oldest, grains, what it is broken down by, where that is published."""

    code: str
    name: Text
    area: str
    counts_persons: bool
    view: PublishedTable
    versions: tuple[Version, ...]
    grains: tuple[Text, ...]
    breakdowns: tuple[tuple[str, Text], ...]
    sources: tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class Dictionary:
    """All that is told, as it stands on a day. codes: by their list."""

    tables: tuple[PublishedTable, ...]
    indicators: tuple[Indicator, ...]
    codes: dict[str, tuple[Code, ...]]
    breakdowns: tuple[tuple[str, Text], ...]
    levels: tuple[tuple[str, Text], ...]
    grains: tuple[tuple[str, Text], ...]
    plan: tuple[tuple[Text, Text, bool], ...]
    parameters: dict[str, str]
    contact: str
    today: date

    def labelled(self, name: str, belongs_to: str | None = None) -> list[tuple[str, Text]]:
        """The codes of a list with their labels, in order; of one breakdown or level alone."""
        return [(one.code, one.label) for one in self.codes[name] if belongs_to in (None, one.belongs_to)]


def read_dictionary(connection: psycopg.Connection, reference: Reference, today: date) -> Dictionary:
    """From the published tables themselves and the reference files; SettingsError where nothing has been built yet."""
    tables = published_tables(connection)
    views = {match[1].upper(): table for name, table in tables.items() if (match := _CODE_OF_VIEW.match(name))}
    if not views:
        raise SettingsError("Nothing has been built yet: run `aim nightly`.")
    breakdowns = _labels(reference, "breakdowns", "breakdown")
    levels = _labels(reference, "territory_levels", "territory_level")
    grains = _labels(reference, "period_grains", "period_grain")
    indicators = []
    with connection.cursor(row_factory=dict_row) as cursor:
        cards = cursor.execute(sql.load(__file__, "cards.sql")).fetchall()
        codes = cursor.execute(sql.load(__file__, "codes.sql")).fetchall()
    for code, of_indicator in groupby(cards, key=lambda card: str(card["indicator_code"])):
        versions = tuple(
            Version(tuple(of_version))
            for _, of_version in groupby(of_indicator, key=lambda card: str(card["definition_version"]))
        )
        first = versions[-1].first
        indicators.append(
            Indicator(
                code=code,
                name=Text(lt=first["name_lt"], en=first["name_en"]),
                area=first["area"],
                counts_persons=first["counts_persons"],
                view=views[code],
                versions=versions,
                grains=tuple(grains[one] for one in _of(reference, "indicator_grains", code, "period_grain")),
                breakdowns=tuple(
                    (one, breakdowns[one]) for one in _of(reference, "indicator_breakdowns", code, "breakdown")
                ),
                sources=tuple(_sources(versions)),
            )
        )
    return Dictionary(
        tables=tuple(table for table in tables.values() if table not in views.values()),
        indicators=tuple(indicators),
        codes={
            name: tuple(
                Code(row["code"], row["belongs_to"], Text(lt=row["label_lt"], en=row["label_en"])) for row in rows
            )
            for name, rows in groupby(codes, key=lambda row: str(row["list"]))
        },
        breakdowns=tuple(breakdowns.items()),
        levels=tuple(levels.items()),
        grains=tuple(grains.items()),
        plan=tuple(_plan(reference, levels, grains)),
        parameters=reference.parameters(),
        contact=reference.parameter_text("mail_contact"),
        today=today,
    )


def example_query(table: PublishedTable) -> str:
    """A query to begin with: the table's own, that of all indicators' views, or simply its first rows."""
    own = _EXAMPLES / f"{table.name}.sql"
    if own.exists():
        return own.read_text("utf-8").strip()
    if _CODE_OF_VIEW.match(table.name):
        text = (_EXAMPLES / f"{_EXAMPLE_OF_VIEWS}.sql").read_text("utf-8")
        return text.replace("{view}", table.name).strip()
    order = f"\norder by {', '.join(table.key)}" if table.key else ""
    return f"select {', '.join(column.name for column in table.columns)}\nfrom {SCHEMA}.{table.name}{order}\nlimit 20"


def _labels(reference: Reference, name: str, code: str) -> dict[str, Text]:
    return {
        row[code]: Text(lt=row["label_lt"], en=row["label_en"])
        for row in sorted(_rows(reference, name), key=lambda row: int(row["order"]))
    }


def _rows(reference: Reference, name: str) -> list[dict[str, str]]:
    columns, rows = reference.table(name)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _of(reference: Reference, name: str, indicator: str, column: str) -> list[str]:
    return [row[column] for row in _rows(reference, name) if row["indicator_code"] == indicator]


def _sources(versions: Sequence[Version]) -> list[tuple[str, Text]]:
    """The datasets that any version counts from, with their titles; the ledger has no contract."""
    datasets = contracts().datasets
    named = dict.fromkeys(
        name
        for version in versions
        for card in version.cards
        for listed in (card["source_datasets"], card["denominator_datasets"])
        for name in (listed or "").split(", ")
        if name
    )
    return [(name, datasets[name].title if name in datasets else Text(lt="", en="")) for name in named]


def _plan(reference: Reference, levels: dict[str, Text], grains: dict[str, Text]) -> list[tuple[Text, Text, bool]]:
    """What the publication plan lets out, by level and length of period: all breakdowns, or totals alone."""
    wide: dict[tuple[str, str], bool] = {}
    for row in _rows(reference, "publication_plan"):
        key = (row["territory_level"], row["period_grain"])
        wide[key] = wide.get(key, False) or row["breakdown"] != "total"
    return [(levels[level], grains[grain], is_wide) for (level, grain), is_wide in wide.items()]
