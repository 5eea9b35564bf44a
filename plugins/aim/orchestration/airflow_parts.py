"""Airflow part by part, each in a process or container of its own that something else starts and watches.

The parts share Airflow's database (AIM_METADATA), the warehouse (AIM_WAREHOUSE) and the folder AIM_HOME, where
whichever comes first makes the secrets that all of them need. `aim up` and `aim nightly` do not run beside them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from aim.orchestration.airflow_server import (
    AirflowError,
    component,
    environment,
    expect_scheduled_runs,
    hold_as_part,
    password_file,
)
from aim.orchestration.processes import MARK
from aim.orchestration.steps import ensure_tables_and_roles
from aim.settings import Settings, SettingsError
from aim.warehouse import connect


def prepare(settings: Settings) -> Path:
    """Bring warehouse and Airflow's database up to date, DAGs read; the file of the administrator's password.

    Safe to repeat. Raises SettingsError, AirflowError, migrate.MigrationError.
    """
    env = _environment(settings)
    hold_as_part(settings.home)
    with connect.warehouse(settings) as house:
        ensure_tables_and_roles(house, settings)
        expect_scheduled_runs(house, settings)
    with connect.metadata(settings):
        for arguments in (["db", "migrate"], ["dags", "reserialize"]):
            ended = subprocess.run(_command(arguments), env=env, cwd=settings.home, check=False)
            if ended.returncode != 0:
                raise AirflowError(f"airflow {' '.join(arguments)} failed: its words stand above.")
    return password_file(settings.home)


def become(name: str, settings: Settings, *, host: str = "127.0.0.1", port: int = 8080) -> NoReturn:
    """Turn this process into a component of Airflow: api-server (on `host`, `port`), scheduler or dag-processor.

    Raises SettingsError.
    """
    env = _environment(settings, host=host, port=port)
    hold_as_part(settings.home)
    # Python puts the working folder on its path: not one with folders named as packages are.
    os.chdir(settings.home)
    os.execve(sys.executable, _command(component(name, host, port)), env)


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "airflow", *arguments]


def _environment(settings: Settings, *, host: str = "127.0.0.1", port: int = 8080) -> dict[str, str]:
    if settings.warehouse_url is None or settings.metadata_url is None:
        raise SettingsError("Parts of Airflow share their databases: set AIM_WAREHOUSE and AIM_METADATA.")
    for folder in (settings.home / "airflow", settings.home / "logs" / "airflow"):
        folder.mkdir(parents=True, exist_ok=True)
    dags = settings.project_root / "dags"
    env = environment(settings, metadata_url=settings.metadata_url, dags=dags, web=True, host=host, port=port)
    # Who starts and watches this part also ends it.
    del env[MARK]
    return env | {name: value for name, value in os.environ.items() if name.startswith("AIRFLOW__")}
