"""dbt's exposures name what the dashboards read: as bi/ declares them, table by table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from aim.settings import PROJECT_ROOT

BI = PROJECT_ROOT / "bi"
MODELS = PROJECT_ROOT / "dbt_project" / "models"
AREAS = {"situation": "s", "impact": "p"}
READ = re.compile(r"(?:from|join)\s+((?:marts|core)\.\w+)")


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def test_every_dashboard_is_an_exposure_and_names_what_it_reads() -> None:
    exposures = {
        one["name"]: {named(ref) for ref in one["depends_on"]} for one in loaded(MODELS / "exposures.yml")["exposures"]
    }
    dashboards = {path.stem.replace("-", "_"): read_by(loaded(path)) for path in (BI / "dashboards").glob("*.yml")}
    assert exposures == dashboards


def named(ref: str) -> str:
    """The relation behind `ref('model')`."""
    model = ref.removeprefix("ref('").removesuffix("')")
    [path] = MODELS.rglob(f"{model}.sql")
    alias = re.search(r"alias='(\w+)'", path.read_text("utf-8"))
    return f"{'marts' if 'marts' in path.parts else 'core'}.{alias[1] if alias else model}"


def read_by(part: Any) -> set[str]:
    """The relations behind all charts and filters of a dashboard, or of a part of it."""
    if isinstance(part, list):
        return set().union(*map(read_by, part))
    if not isinstance(part, dict):
        return set()
    read = set().union(*map(read_by, part.values()))
    if "chart" in part:
        area = part.get("area") or part.get("filters", {}).get("area")
        read |= relations(loaded(BI / "charts.yml")[part["chart"]]["dataset"], area)
    return read | relations(part["dataset"]) if "dataset" in part else read


def relations(name: str, area: str | None = None) -> set[str]:
    dataset = loaded(BI / "datasets.yml")[name]
    if dataset.get("each") == "indicator":
        begins = AREAS.get(area or "", "[sp]")
        return {f"marts.{path.stem}" for path in MODELS.rglob("*.sql") if re.match(rf"{begins}\d\d_", path.stem)}
    if "table" in dataset:
        return {f"{dataset['schema']}.{dataset['table']}"}
    return set(READ.findall((BI / "datasets" / f"{name}.sql").read_text("utf-8")))
