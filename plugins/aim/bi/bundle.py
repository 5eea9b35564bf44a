"""All that is declared in bi/, as one set of files that Superset imports."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from aim.bi.assets import as_texts, chart_asset, database_asset, dataset_asset, draw, read_sources
from aim.bi.declarations import read_declarations
from aim.bi.described import indicators
from aim.bi.layout import dashboard_asset
from aim.warehouse.connect import Warehouse


def make_bundle(folder: Path, warehouse: Warehouse) -> dict[str, str]:
    """YAML texts by path: the database, datasets as the warehouse has them now, charts and dashboards.

    The same of the same: nothing of the moment is in it. Raises SettingsError where a declaration in `folder` is
    wrong or the warehouse was never built.
    """
    declared = read_declarations(folder)
    with warehouse.connect() as connection:
        known = indicators(connection)
        sources = read_sources(declared, known, connection)
    assets: list[tuple[str, dict[str, Any]]] = [("databases/aim.yaml", database_asset(warehouse.url))]
    assets += [
        (f"datasets/{source.uuid}.yaml", dataset_asset(declared, source, warehouse.url)) for source in sources.values()
    ]
    numbers = count(1)
    for slug, dashboard in declared.dashboards.items():
        drawn = []
        for placed in dashboard.placed():
            charts = draw(declared, slug, placed, sources, known, next(numbers))
            # Each chart of a place has a number of its own.
            for _ in charts[1:]:
                next(numbers)
            drawn.append(charts)
            assets += [(f"charts/{chart.uuid}.yaml", chart_asset(chart)) for chart in charts]
        assets.append((f"dashboards/{slug}.yaml", dashboard_asset(declared, slug, drawn, sources)))
    return as_texts(assets)
