"""The dictionary as a folder of pages: `<out>/<language>/index.html` and all it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aim.dictionary.told import Dictionary, example_query
from aim.handbook.render import page
from aim.handbook.words import Words
from aim.settings import Settings
from aim.warehouse import dbt
from aim.warehouse.connect import warehouse

AREA = "dictionary"
DBT_PAGE = "dbt.html"


def write_dbt_page(out: Path, settings: Settings) -> str:
    """Write dbt's own pages into `out` and give the name of their file. Raises dbt.BuildFailedError."""
    out.mkdir(parents=True, exist_ok=True)
    with warehouse(settings) as house:
        dbt.write_docs(house, settings, out / DBT_PAGE)
    return DBT_PAGE


def write_dictionary(out: Path, told: Dictionary, languages: Sequence[str], dbt_page: str | None = None) -> list[Path]:
    """Write the pages of each language under `out`; returns every file, the one to open first.

    dbt_page: name of dbt's own page in `out`, where it is written too. Files of an earlier writing are replaced.
    """
    written: list[Path] = []
    for lang in languages:
        folder = out / lang
        folder.mkdir(parents=True, exist_ok=True)
        words = Words(lang, AREA)
        others = [Words(one, AREA) for one in languages if one != lang]
        pages: list[tuple[str, str, dict[str, object]]] = [
            ("index", "dictionary.html.j2", {}),
            ("codes", "published_codes.html.j2", {}),
        ]
        pages += [
            (
                one.view.name,
                "indicator.html.j2",
                {"indicator": one, "table": one.view, "example": example_query(one.view)},
            )
            for one in told.indicators
        ]
        pages += [
            (table.name, "published_table.html.j2", {"table": table, "example": example_query(table)})
            for table in told.tables
        ]
        for name, template, values in pages:
            path = folder / f"{name}.html"
            text = page(
                template,
                words,
                name=name,
                others=others,
                told=told,
                dbt_page=dbt_page,
                contact=told.contact,
                today=told.today,
                **values,
            )
            path.write_text(text, "utf-8")
            written.append(path)
    if len(languages) > 1:
        choice = out / "index.html"
        both = [Words(one, AREA) for one in languages]
        choice.write_text(page("choice.html.j2", both[0], languages=both), "utf-8")
        written.insert(0, choice)
    return written
