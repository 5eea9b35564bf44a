"""Every table of core says which of its rows a municipality reads: one that is silent would be read by none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from aim.settings import PROJECT_ROOT

MODELS = PROJECT_ROOT / "dbt_project" / "models"
FOLDERS = ("core", "collection")
"""What is made there goes to schema core unless it says otherwise."""
MACRO = (PROJECT_ROOT / "dbt_project" / "macros" / "row_security.sql").read_text("utf-8")
KINDS = {"everything", *re.findall(r"^        '(own_\w+)':", MACRO, re.MULTILINE)}
PERSONAL = {"child_id", "case_number", "family_number", "plan_number", "assessment_number"}


def tables_of_core() -> list[Path]:
    found = [path for folder in FOLDERS for path in (MODELS / folder).glob("*.sql")]
    found.append(MODELS / "indicators" / "indicator_current.sql")
    return sorted(path for path in found if "schema='intermediate'" not in path.read_text("utf-8"))


def declared(path: Path) -> dict[str, Any]:
    (model,) = yaml.safe_load(path.with_suffix(".yml").read_text("utf-8"))["models"]
    assert model["name"] == path.stem
    return dict(model)


@pytest.mark.parametrize("path", tables_of_core(), ids=lambda path: path.stem)
def test_a_table_of_core_says_what_a_municipality_reads(path: Path) -> None:
    model = declared(path)
    reads = model.get("config", {}).get("meta", {}).get("municipality_reads")
    assert reads in KINDS
    columns = {column["name"] for column in model["columns"]}
    if reads == "everything":
        assert path.stem.startswith("dim_")
        assert not columns & PERSONAL
        assert not columns & {"numerator", "value", "load_id"}


def test_no_folder_makes_tables_of_core_unseen_by_the_hook() -> None:
    project = yaml.safe_load((PROJECT_ROOT / "dbt_project" / "dbt_project.yml").read_text("utf-8"))
    folders = project["models"]["aim"]
    in_core = {name for name, config in folders.items() if "'+schema': 'core'" in str(config)}
    assert in_core == {*FOLDERS, "indicators"}
    assert all("{{ row_security() }}" in folders[name]["+post-hook"] for name in in_core)
    elsewhere = [
        path
        for path in MODELS.rglob("*.sql")
        if "schema='core'" in path.read_text("utf-8") and path.parent.name not in FOLDERS
    ]
    assert not elsewhere
