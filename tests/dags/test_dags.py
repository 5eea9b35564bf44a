"""Is every DAG wiring, importable without the warehouse, and in the order it says?"""

from __future__ import annotations

import ast
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aim.settings import PROJECT_ROOT

DAG_FILES = sorted((PROJECT_ROOT / "dags").glob("*.py"))
HEAVY = {"great_expectations", "dbt", "pandas", "polars", "psycopg", "sqlalchemy", "aim"}

# Airflow reads its configuration at import, so the DAGs are looked at in a process of their own.
LOOK = """
import json, sys
from pathlib import Path
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder=sys.argv[1])
print(json.dumps({
    "errors": {Path(name).name: text for name, text in bag.import_errors.items()},
    "dags": {
        dag.dag_id: {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks}
        for dag in bag.dags.values()
    },
}))
"""


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, list[str]]]]:
    home = tmp_path_factory.mktemp("airflow")
    environment = os.environ | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
    }
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(PROJECT_ROOT / "dags")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, dict[str, dict[str, list[str]]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_dag_imports(bag: dict[str, dict[str, dict[str, list[str]]]]) -> None:
    assert bag["errors"] == {}
    assert "nightly" in bag["dags"]


def test_a_night_checks_before_it_builds_and_builds_before_it_releases(
    bag: dict[str, dict[str, dict[str, list[str]]]],
) -> None:
    wired = bag["dags"]["nightly"]

    def reaches(first: str, last: str) -> bool:
        return last in wired[first] or any(reaches(between, last) for between in wired[first])

    order = ["open_night", "land", "check", "build_core", "build_indicators", "build_marts", "release", "report"]
    assert all(reaches(one, other) for one, other in itertools.pairwise(order))
    assert reaches("load_reference", "check")
    assert wired["close_night"] == []


def test_a_recheck_marks_before_it_judges_and_builds_nothing(bag: dict[str, dict[str, dict[str, list[str]]]]) -> None:
    assert bag["dags"]["recheck_deliveries"] == {"mark": ["judge"], "judge": []}


def test_a_round_is_written_asked_about_and_only_then_sent(bag: dict[str, dict[str, dict[str, list[str]]]]) -> None:
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
        (alias.name if isinstance(node, ast.Import) else node.module or "").split(".")[0]
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not imported & HEAVY, "nothing heavy at a DAG file's top level"
    statements = sum(isinstance(node, ast.stmt) for node in ast.walk(tree))
    assert statements <= 80
