"""A dashboard in Superset's words: where its charts stand, and the filters at its side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aim.bi.assets import Drawn, Source, conditions, identity
from aim.bi.declarations import Dashboard, Declarations, Filter

_ROOT, _GRID, _HEADER = "ROOT_ID", "GRID_ID", "HEADER_ID"
_WHOLE_WIDTH = 12


def dashboard_asset(
    declared: Declarations, slug: str, drawn: Sequence[Sequence[Drawn]], sources: Mapping[str, Source]
) -> dict[str, Any]:
    """A dashboard; `drawn` holds the charts of each of its places, in order."""
    dashboard = declared.dashboards[slug]
    return {
        "dashboard_title": dashboard.title,
        "description": dashboard.description,
        "slug": slug,
        "uuid": identity("dashboard", slug),
        "version": "1.0.0",
        "published": True,
        "is_managed_externally": True,
        "css": declared.text("templates", "dashboard.css"),
        "position": _position(declared, dashboard, drawn),
        "metadata": {
            "cross_filters_enabled": False,
            "filter_bar_orientation": "HORIZONTAL",
            "refresh_frequency": 0,
            "chart_configuration": {},
            "native_filter_configuration": [
                _filter(slug, one, [chart for charts in drawn for chart in charts], sources)
                for one in dashboard.filters
            ],
        },
    }


def _position(declared: Declarations, dashboard: Dashboard, drawn: Sequence[Sequence[Drawn]]) -> dict[str, Any]:
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        _ROOT: {"type": "ROOT", "id": _ROOT, "children": [_GRID]},
        _HEADER: {"type": "HEADER", "id": _HEADER, "meta": {"text": dashboard.title}},
    }
    rows: list[str] = []
    places = iter(drawn)
    for section in dashboard.sections:
        number = len(rows)
        if section.title:
            rows.append(f"HEADER-{number}")
            position[rows[-1]] = {
                "type": "HEADER",
                "id": rows[-1],
                "children": [],
                "parents": [_ROOT, _GRID],
                "meta": {"text": section.title, "headerSize": "MEDIUM_HEADER", "background": "BACKGROUND_TRANSPARENT"},
            }
        if section.text:
            text = {"code": declared.text("templates", section.text), "height": section.height, "width": _WHOLE_WIDTH}
            rows.append(_add_row(position, len(rows), [("MARKDOWN", f"MARKDOWN-{number}", text)]))
        for members in _broken(
            [(placed.width, placed.height, chart) for placed in section.row for chart in next(places)]
        ):
            rows.append(_add_row(position, len(rows), [_chart(*member) for member in members]))
    position[_GRID] = {"type": "GRID", "id": _GRID, "children": rows, "parents": [_ROOT]}
    return position


def _broken(members: Sequence[tuple[int, int, Drawn]]) -> Iterator[list[tuple[int, int, Drawn]]]:
    """Rows no wider than the page."""
    row: list[tuple[int, int, Drawn]] = []
    for member in members:
        if sum(width for width, _, _ in row) + member[0] > _WHOLE_WIDTH:
            yield row
            row = []
        row.append(member)
    if row:
        yield row


def _chart(width: int, height: int, drawn: Drawn) -> tuple[str, str, dict[str, Any]]:
    meta = {
        "uuid": drawn.uuid,
        "chartId": drawn.number,
        "sliceName": drawn.name,
        "sliceNameOverride": drawn.title,
        "width": width,
        "height": height,
    }
    return "CHART", f"CHART-{drawn.uuid}", meta


def _add_row(position: dict[str, Any], number: int, members: Sequence[tuple[str, str, dict[str, Any]]]) -> str:
    row = f"ROW-{number}"
    position[row] = {
        "type": "ROW",
        "id": row,
        "children": [name for _, name, _ in members],
        "parents": [_ROOT, _GRID],
        "meta": {"background": "BACKGROUND_TRANSPARENT"},
    }
    for kind, name, meta in members:
        position[name] = {"type": kind, "id": name, "children": [], "parents": [_ROOT, _GRID, row], "meta": meta}
    return row


def _filter(slug: str, one: Filter, charts: Sequence[Drawn], sources: Mapping[str, Source]) -> dict[str, Any]:
    return {
        "id": _filter_id(slug, one.title),
        "name": one.title,
        "description": "",
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "targets": [{"datasetUuid": sources[one.dataset].uuid, "column": {"name": one.column}}],
        "adhoc_filters": conditions(one.where),
        # Its first value is put in force at once, not offered to be.
        "requiredFirst": not one.optional,
        "cascadeParentIds": [_filter_id(slug, title) for title in one.after],
        "sortMetric": one.sort_by,
        "scope": {
            "rootPath": [_ROOT],
            "excluded": [chart.number for chart in charts if one.charts and chart.key not in one.charts],
        },
        "controlValues": {
            "defaultToFirstItem": not one.optional,
            "enableEmptyFilter": not one.optional,
            "multiSelect": False,
            "searchAllOptions": False,
            "inverseSelection": False,
            "sortAscending": not one.newest_first,
        },
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
    }


def _filter_id(slug: str, title: str) -> str:
    return f"NATIVE_FILTER-{identity('filter', slug, title)}"
