"""Airflow part by part: what a part becomes. A whole night of the parts together: docker/README.md, by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aim.orchestration import airflow_server
from aim.orchestration.processes import MARK
from aim.settings import PROJECT_ROOT, Settings, SettingsError

ADDRESSES = {
    "AIM_WAREHOUSE": "postgresql://aim:one@warehouse:5432/aim",
    "AIM_METADATA": "postgresql://airflow:two@metadata:5432/airflow",
}
# Stands where Airflow's package stands: says what it was started with and lives until told to end.
AIRFLOW = """
import json, os, sys
print(json.dumps({"words": sys.argv[1:], "env": dict(os.environ), "folder": os.getcwd()}), flush=True)
sys.stdin.read()
"""
Starts = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def start(tmp_path: Path, home: Path) -> Iterator[Starts]:
    (tmp_path / "airflow.py").write_text(AIRFLOW, "utf-8")
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str, **environ: str) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", "from aim.cli import main; main()", "airflow", *words],
                env={"AIM_HOME": str(home), "PYTHONPATH": str(tmp_path), **environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield begin
    for part in started:
        part.communicate(timeout=30)


def said_by(part: subprocess.Popen[str]) -> dict[str, Any]:
    assert part.stdout is not None
    said: dict[str, Any] = json.loads(part.stdout.readline())
    return said


def test_a_part_becomes_its_component(start: Starts, home: Path) -> None:
    part = start("api-server", "--host", "0.0.0.0", "--port", "8081", **ADDRESSES)
    said = said_by(part)
    env = said["env"]
    assert said["words"] == airflow_server.component("api-server", "0.0.0.0", 8081)
    assert Path(said["folder"]) == home
    assert env["AIM_WAREHOUSE"] == ADDRESSES["AIM_WAREHOUSE"]
    assert env["AIM_SCHEDULED"] == "1"
    assert env["AIRFLOW__CORE__DAGS_FOLDER"] == str(PROJECT_ROOT / "dags")
    assert env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].endswith("airflow:two@metadata:5432/airflow")
    # What `aim up` ends by this mark is not its own here.
    assert MARK not in env


def test_what_the_environment_says_of_airflow_already_wins(start: Starts) -> None:
    url = "http://api-server:8080/execution/"
    said = said_by(start("scheduler", **ADDRESSES, AIRFLOW__CORE__EXECUTION_API_SERVER_URL=url))
    assert said["env"]["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == url


def test_parts_that_start_at_once_have_the_same_secrets(start: Starts, home: Path) -> None:
    names = ("scheduler", "dag-processor", "api-server")
    parts = [start(name, **ADDRESSES) for name in names]
    told = [said_by(part)["env"] for part in parts]
    for name in ("AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY"):
        assert len({env[name] for env in told}) == 1
    assert airflow_server.password_file(home).stat().st_mode & 0o777 == 0o600


def test_no_other_airflow_runs_beside_parts(start: Starts, home: Path) -> None:
    part = start("scheduler", **ADDRESSES)
    said_by(part)
    settings = Settings.from_env({"AIM_HOME": str(home)})
    with pytest.raises(SettingsError, match="part by part"):
        airflow_server.refuse_beside_parts(settings.home)
    part.communicate(timeout=30)
    airflow_server.refuse_beside_parts(settings.home)


@pytest.mark.parametrize("missing", ADDRESSES)
def test_a_part_alone_with_a_database_of_its_own_is_wrong_usage(start: Starts, missing: str) -> None:
    part = start("dag-processor", **{name: url for name, url in ADDRESSES.items() if name != missing})
    _, words = part.communicate(timeout=30)
    assert part.returncode == 2
    assert words == "Parts of Airflow share their databases: set AIM_WAREHOUSE and AIM_METADATA.\n"
