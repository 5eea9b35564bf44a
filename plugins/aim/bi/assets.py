"""The declarations of bi/ as Superset imports them: database, datasets, charts and dashboards, YAML texts by path.

Every identity comes from a declared name, so what is imported again replaces what it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid5

import jinja2
import psycopg
import yaml

from aim.bi.declarations import Chart, Dataset, Declarations, Placed
from aim.bi.described import Column, Indicator, columns_of_query, columns_of_table
from aim.settings import SettingsError

DATABASE = "AIM"
READER = "aim_bi"
"""The role in the stored address; Superset's connection turns it into the role of who asks (bi/superset_config.py)."""
_OURS = UUID("6b1f5c0e-8a1d-5f5e-9a53-0d6c2f1c7a11")
_VERSION = "1.0.0"


def identity(kind: str, *names: str) -> str:
    """The UUID of what is declared under these names, the same for ever."""
    return str(uuid5(_OURS, "/".join((kind, *names))))


@dataclass(frozen=True)
class Source:
    """A dataset as it is in this warehouse."""

    name: str
    table: str
    declared: Dataset
    query: str | None
    columns: tuple[Column, ...]

    @property
    def uuid(self) -> str:
        """Its identity in Superset."""
        return identity("dataset", self.name)


@dataclass(frozen=True)
class Drawn:
    """A chart as it stands on one dashboard; `number` stands for it there until Superset gives it one of its own."""

    uuid: str
    number: int
    key: str
    title: str
    name: str
    source: Source
    chart: Chart
    params: dict[str, Any] = field(repr=False)


def read_sources(
    declared: Declarations, indicators: Iterable[Indicator], connection: psycopg.Connection[Any]
) -> dict[str, Source]:
    """Every dataset by its name, `indicator/S01` for one of each indicator; columns as the warehouse has them now.

    Raises SettingsError where a column is called nothing in bi/columns.yml.
    """
    found: dict[str, Source] = {}
    for name, dataset in declared.datasets.items():
        if dataset.each:
            for one in indicators:
                columns = columns_of_table(connection, dataset.schema_name, one.view)
                found[f"{name}/{one.code}"] = Source(f"{name}/{one.code}", one.view, dataset, None, tuple(columns))
        elif dataset.table:
            columns = columns_of_table(connection, dataset.schema_name, dataset.table)
            found[name] = Source(name, dataset.table, dataset, None, tuple(columns))
        else:
            query = _query(declared, name)
            found[name] = Source(name, dataset.title, dataset, query, tuple(columns_of_query(connection, query)))
    uncalled = {column.name for source in found.values() for column in source.columns} - declared.columns.keys()
    if uncalled:
        raise SettingsError(f"bi/columns.yml does not say how to call: {', '.join(sorted(uncalled))}.")
    return found


def draw(
    declared: Declarations,
    slug: str,
    placed: Placed,
    sources: Mapping[str, Source],
    indicators: Iterable[Indicator],
    first_number: int,
) -> list[Drawn]:
    """The charts that one place of a dashboard stands for: one, or one per indicator of its area."""
    chart = declared.charts[placed.chart]
    if chart.each is None:
        return [_drawn(declared, slug, placed, sources[chart.dataset], {}, first_number)]
    return [
        _drawn(
            declared,
            slug,
            placed,
            sources[f"{chart.dataset}/{one.code}"],
            {**vars(one), "time_format": one.time_format},
            first_number + place,
        )
        for place, one in enumerate(one for one in indicators if placed.area in (None, one.area))
    ]


def database_asset(address: str) -> dict[str, Any]:
    """The database as Superset keeps it: where it is, and neither a password nor anybody's role but the reader's."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": urlunsplit(parts._replace(scheme="postgresql+psycopg2", netloc=f"{READER}@{host}")),
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "impersonate_user": False,
        "is_managed_externally": True,
        "extra": {"allows_virtual_table_explore": True},
        "uuid": identity("database"),
        "version": _VERSION,
    }


def dataset_asset(declared: Declarations, source: Source, address: str) -> dict[str, Any]:
    """A dataset with its columns under their Lithuanian names and its metrics."""
    return {
        "table_name": source.table,
        # Superset's rights on a schema bear the database's own name too.
        "catalog": urlsplit(address).path.lstrip("/"),
        "schema": source.declared.schema_name,
        "sql": source.query,
        "uuid": source.uuid,
        "database_uuid": identity("database"),
        "version": _VERSION,
        "filter_select_enabled": True,
        "is_managed_externally": True,
        "columns": [
            {
                "column_name": column.name,
                "verbose_name": declared.columns[column.name],
                "description": column.comment,
                "type": column.type.upper(),
                "is_dttm": column.is_date,
                "is_active": True,
                "groupby": True,
                "filterable": True,
            }
            for column in source.columns
        ],
        "metrics": [
            {
                "metric_name": name,
                "verbose_name": metric.title,
                "description": metric.description,
                "expression": metric.sql,
                "d3format": metric.format,
            }
            for name, metric in declared.metrics.items()
            if name in source.declared.metrics
        ],
    }


def chart_asset(drawn: Drawn) -> dict[str, Any]:
    """A chart."""
    return {
        "slice_name": drawn.name,
        "description": drawn.chart.description or None,
        "viz_type": drawn.chart.viz,
        "params": drawn.params,
        "uuid": drawn.uuid,
        "dataset_uuid": drawn.source.uuid,
        "version": _VERSION,
        "is_managed_externally": True,
    }


def as_texts(assets: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, str]:
    """Assets by path as the YAML texts that Superset imports, with the file that says what they are."""
    head = {"version": _VERSION, "type": "assets", "timestamp": "2000-01-01T00:00:00+00:00"}
    return {
        path: yaml.safe_dump(dict(asset), allow_unicode=True, sort_keys=False)
        for path, asset in (("metadata.yaml", head), *assets)
    }


def conditions(wanted: Mapping[str, str]) -> list[dict[str, str]]:
    """`column = value` for each, in Superset's words."""
    return [
        {
            "clause": "WHERE",
            "expressionType": "SIMPLE",
            "subject": column,
            "operator": "==",
            "operatorId": "EQUALS",
            "comparator": value,
        }
        for column, value in wanted.items()
    ]


def _drawn(
    declared: Declarations, slug: str, placed: Placed, source: Source, values: Mapping[str, str], number: int
) -> Drawn:
    chart = declared.charts[placed.chart]
    title = chart.title.format(**values)
    filters = {column: wanted.format(**values) for column, wanted in {**chart.filters, **placed.filters}.items()}
    params: dict[str, Any] = {
        "viz_type": chart.viz,
        "row_limit": 10000,
        **{key: _put_in(value, values) for key, value in chart.params.items()},
        "adhoc_filters": conditions(filters),
    }
    if chart.viz == "mixed_timeseries":
        params["adhoc_filters_b"] = params["adhoc_filters"]
    if chart.viz in ("table", "handlebars"):
        params = {
            "query_mode": "raw",
            "show_cell_bars": False,
            "all_columns": list(chart.columns or (column.name for column in source.columns)),
            "order_by_cols": [json.dumps([column, how == "asc"]) for column, how in chart.order.items()],
            **params,
        }
    if chart.template:
        params["handlebarsTemplate"] = declared.text("templates", chart.template)
    return Drawn(
        uuid=identity("chart", slug, placed.chart, values.get("code", "")),
        number=number,
        key=placed.chart,
        title=title,
        name=f"{declared.dashboards[slug].title}: {title}",
        source=source,
        chart=chart,
        params=params,
    )


def _put_in(value: Any, values: Mapping[str, str]) -> Any:
    return value.format(**values) if isinstance(value, str) and "{" in value else value


def _query(declared: Declarations, name: str) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    return environment.from_string(declared.text("datasets", f"{name}.sql")).render(
        metric=lambda metric: declared.metrics[metric].sql, number=_number, counted=_counted
    )


def _number(expression: str, sign: bool = False) -> str:
    """SQL: a number with two decimals as Lithuanian writes it, 1 234,50."""
    picture = "FMS999G999G990D00" if sign else "FM999G999G990D00"
    return f"translate(to_char({expression}, '{picture}'), ',.-', chr(160) || ',−')"


def _counted(expression: str) -> str:
    """SQL: a count as Lithuanian writes it, 1 234; weighted ones have decimals, 10,5."""
    return f"translate(rtrim(to_char({expression}, 'FM999G999G990D99'), '.'), ',.', chr(160) || ',')"
