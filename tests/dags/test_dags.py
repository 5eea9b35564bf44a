"""Is every DAG wiring, importable without the warehouse, and in the order it says?"""

from __future__ import annotations

import ast
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aim.orchestration.nightly import LAST_TASK
from aim.orchestration.schedules import SCHEDULES, SWITCH
from aim.settings import PROJECT_ROOT

DAG_FILES = sorted((PROJECT_ROOT / "dags").glob("*.py"))
HEAVY = {"great_expectations", "dbt", "pandas", "polars", "psycopg", "sqlalchemy", "aim"}
LIGHT = "aim.orchestration.schedules"
"""What a DAG file may have of `aim` when it is read: standard library only, as a test below holds."""

# Airflow reads its configuration at import, so the DAGs are looked at in a process of their own.
LOOK = """
import json, sys
from pathlib import Path
from airflow.plugins_manager import get_plugin_info
plugins = [plugin["name"] for plugin in get_plugin_info()]
loaded = [name for name in sys.modules if name.startswith("aim.")]
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder=sys.argv[1])
print(json.dumps({
    "plugins": {name: loaded for name in plugins},
    "errors": {Path(name).name: text for name, text in bag.import_errors.items()},
    "schedules": {dag.dag_id: dag.schedule for dag in bag.dags.values()},
    "dags": {
        dag.dag_id: {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks}
        for dag in bag.dags.values()
    },
}))
"""


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("airflow")
    environment = os.environ | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT_ROOT / "plugins"),
        # Whatever runs by itself is given its schedule.
        SWITCH: "1",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
    }
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(PROJECT_ROOT / "dags")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_dag_imports(bag: dict[str, Any]) -> None:
    assert bag["errors"] == {}
    assert "nightly" in bag["dags"]


def test_a_night_checks_before_it_builds_and_builds_before_it_releases(
    bag: dict[str, Any],
) -> None:
    wired = bag["dags"]["nightly"]

    def reaches(first: str, last: str) -> bool:
        return last in wired[first] or any(reaches(between, last) for between in wired[first])

    order = ["open_night", "land", "check", "build_core", "build_indicators", "build_marts", "release", "report"]
    assert all(reaches(one, other) for one, other in itertools.pairwise(order))
    assert reaches("load_reference", "check")
    assert [task for task, following in wired.items() if following == []] == [LAST_TASK]


def test_a_recheck_marks_before_it_judges_and_builds_nothing(bag: dict[str, Any]) -> None:
    assert bag["dags"]["recheck_deliveries"] == {"mark": ["judge"], "judge": []}


def test_what_runs_by_itself_is_what_is_missed_when_it_does_not(bag: dict[str, Any]) -> None:
    assert {name: cron for name, cron in bag["schedules"].items() if cron} == {
        name: schedule.cron for name, schedule in SCHEDULES.items()
    }


def test_files_are_landed_between_nights_and_nothing_is_built(bag: dict[str, Any]) -> None:
    assert bag["dags"]["land_deliveries"] == {"land_and_judge": []}


def test_the_plugin_of_the_page_loads_no_more_than_its_door(bag: dict[str, Any]) -> None:
    loaded = {name for name in bag["plugins"]["aim_page"] if not name.startswith("aim.orchestration.page")}
    assert loaded == {"aim.orchestration"}
    assert "aim.orchestration.page.app" not in bag["plugins"]["aim_page"]


def test_a_round_is_written_asked_about_and_only_then_sent(bag: dict[str, Any]) -> None:
    wired = bag["dags"]["send_quality_reports"]
    assert wired["write"] == ["anything_waits"]
    assert wired["anything_waits"] == ["let_go"]
    assert wired["let_go"] == ["send"]
    assert bag["dags"]["watch_deadlines"] == {"remind_and_escalate": []}


@pytest.mark.parametrize("path", DAG_FILES, ids=lambda path: path.name)
def test_a_dag_file_is_a_table_of_contents(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    docstring = ast.get_docstring(tree)
    assert docstring is not None and "When" in docstring and "fails" in docstring
    imported = {
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not {name.split(".")[0] for name in imported - {LIGHT}} & HEAVY, "nothing heavy at a DAG file's top level"
    statements = sum(isinstance(node, ast.stmt) for node in ast.walk(tree))
    assert statements <= 80
