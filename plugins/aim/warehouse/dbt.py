"""How the warehouse's models are built: dbt, one call per layer, and what its tests found into quality.check_results.

The only module that knows dbt. Nothing of what Postgres says about a row leaves it: error texts may quote values,
so a fault is told by the name of the model or test, and dbt itself writes no log.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from aim.settings import PROJECT_ROOT, Settings, SettingsError
from aim.warehouse.connect import Warehouse
from aim.warehouse.sql import load

PROJECT = PROJECT_ROOT / "dbt_project"
REFERENCE_FILES = PROJECT / "seeds" / "reference"
_THREADS = 4
_RESULT_STATUS = {"pass": "passed", "success": "passed", "warn": "failed", "fail": "failed", "error": "errored"}
"""dbt's word for a node's outcome -> ours; what it skipped was not applicable."""


@dataclass(frozen=True)
class NodeResult:
    """Outcome of one model, seed or test: status passed, failed, errored or not_applicable."""

    name: str
    kind: str
    status: str
    failures: int
    seconds: float

    @property
    def is_test(self) -> bool:
        """Whether it is a promise tested, not a table made."""
        return self.kind in ("test", "unit_test")


@dataclass(frozen=True)
class BuildResult:
    """Outcome of one selection's build; seconds are wall time."""

    nodes: tuple[NodeResult, ...]
    seconds: float

    @property
    def broken(self) -> tuple[NodeResult, ...]:
        """What failed or errored, without what was skipped for it."""
        return tuple(node for node in self.nodes if node.status in ("failed", "errored"))

    def summary(self) -> dict[str, int]:
        """How many tables and views were made and how many promises were tested."""
        tests = sum(node.is_test for node in self.nodes)
        return {"made": len(self.nodes) - tests, "tested": tests}


class BuildFailedError(RuntimeError):
    """Something could not be built, or a test found that a promise is broken; names what, quotes no value."""


def seed(warehouse: Warehouse, settings: Settings, run_id: int, clock_date: date) -> BuildResult:
    """Bring the reference files and the registry into schema `reference`. Raises as `build` does."""
    return build(warehouse, settings, run_id, clock_date, "resource_type:seed")


def build(
    warehouse: Warehouse,
    settings: Settings,
    run_id: int,
    clock_date: date,
    select: str,
    full_refresh: bool = False,
) -> BuildResult:
    """Build what dbt's `select` names on exactly the slices pinned by the run, test it, record what the tests found.

    The layers, in order: tag:core, tag:indicators, tag:collection, tag:marts; the seeds come before them all.
    full_refresh makes the incremental facts anew. Raises BuildFailedError, after the results are written, and
    SettingsError where the reference folder lacks a file.
    """
    result = invoke(
        warehouse,
        settings,
        "build",
        "--select",
        select,
        "--exclude-resource-type",
        "unit_test",
        "--vars",
        json.dumps({"run_id": run_id, "clock_date": clock_date.isoformat()}),
        *(("--full-refresh",) if full_refresh else ()),
    )
    _record(warehouse, run_id, result.nodes)
    if result.broken:
        names = ", ".join(f"{node.name} ({node.status})" for node in result.broken)
        raise BuildFailedError(f"dbt built {select}, and this is not as it should be: {names}.")
    return result


def invoke(warehouse: Warehouse, settings: Settings, command: str, *arguments: str) -> BuildResult:
    """Run one dbt command on the project, and say what became of each node.

    Raises BuildFailedError where dbt could not even begin: the project does not parse, no connection.
    """
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    state = state_folder(settings)
    with _environment(_profile(warehouse) | _seed_folders(settings, state / "seeds")):
        # The project is read apart, without the run's variables: dbt reads every file anew where they are not those of
        # last time, else the changed ones alone. A statement gets what it says of the run when it is run.
        outcome = dbtRunner().invoke(_words("parse", state))
        if isinstance(outcome.result, Manifest):
            outcome = dbtRunner(manifest=outcome.result).invoke(_words(command, state, *arguments))
    results: Any = outcome.result
    if results is None or not hasattr(results, "results"):
        raise BuildFailedError(f"dbt {command} could not begin: {_first_line(outcome.exception)}")
    return BuildResult(tuple(_node_result(result) for result in results.results), float(results.elapsed_time))


def write_docs(warehouse: Warehouse, settings: Settings, file: Path) -> None:
    """Write dbt's own pages on the project, lineage and all, as one file that needs no network; no value is in it.

    Raises BuildFailedError where dbt could not.
    """
    from dbt.cli.main import dbtRunner

    state = state_folder(settings)
    with _environment(_profile(warehouse) | _seed_folders(settings, state / "seeds")):
        outcome = dbtRunner().invoke(_words("docs generate", state, "--static", keep_json=True))
    if not outcome.success:
        raise BuildFailedError(f"dbt docs could not be written: {_first_line(outcome.exception)}")
    shutil.copyfile(state / "target" / "static_index.html", file)


def state_folder(settings: Settings) -> Path:
    """Where dbt keeps what it has read of the project, and finds its seeds."""
    return settings.home / "dbt"


def _words(command: str, state: Path, *arguments: str, keep_json: bool = False) -> list[str]:
    """A dbt command that says nothing, and writes nothing unless its JSON is kept in the state folder."""
    return [
        "--quiet",
        "--no-print",
        "--no-use-colors",
        "--write-json" if keep_json else "--no-write-json",
        "--no-send-anonymous-usage-stats",
        "--log-level",
        "none",
        "--log-level-file",
        "none",
        "--log-path",
        str(state / "logs"),
        *command.split(),
        "--project-dir",
        str(PROJECT),
        "--profiles-dir",
        str(PROJECT),
        "--target-path",
        str(state / "target"),
        *arguments,
    ]


def _node_result(result: Any) -> NodeResult:
    return NodeResult(
        name=result.node.name,
        kind=str(result.node.resource_type),
        status=_RESULT_STATUS.get(str(result.status), "not_applicable"),
        failures=result.failures or 0,
        seconds=result.execution_time,
    )


def _first_line(exception: BaseException | None) -> str:
    # The lines after the first are Postgres' own words where the fault is one of the database.
    lines = str(exception).strip().splitlines()
    return f"{type(exception).__name__}: {lines[0]}" if lines else type(exception).__name__


def _record(warehouse: Warehouse, run_id: int, nodes: tuple[NodeResult, ...]) -> None:
    """Write what the tests promised and found; a model that errored is a promise broken too."""
    told = [node for node in nodes if node.is_test or node.status == "errored"]
    names = [node.name for node in told]
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(load(__file__, "dbt_results_forget.sql"), {"run_id": run_id, "names": names})
        cursor.executemany(
            load(__file__, "dbt_results_record.sql"),
            [
                {
                    "run_id": run_id,
                    "name": node.name,
                    "status": node.status,
                    "failed": node.failures,
                    "reason": "skipped" if node.status == "not_applicable" else None,
                }
                for node in told
            ],
        )


def _profile(warehouse: Warehouse) -> dict[str, str]:
    """The environment variables that profiles.yml reads. dbt hides those that begin with DBT_ENV_SECRET_."""
    address = conninfo_to_dict(warehouse.url)
    return {
        "AIM_DBT_HOST": str(address.get("host") or "localhost"),
        "AIM_DBT_PORT": str(address.get("port") or 5432),
        "AIM_DBT_USER": str(address.get("user") or ""),
        "DBT_ENV_SECRET_AIM_PASSWORD": str(address.get("password") or ""),
        "AIM_DBT_DATABASE": str(address.get("dbname") or ""),
        "AIM_DBT_SSLMODE": str(address.get("sslmode") or "prefer"),
        "AIM_DBT_THREADS": str(_THREADS),
    }


def _seed_folders(settings: Settings, folder: Path) -> dict[str, str]:
    """Lay the reference files and the registry where dbt finds them under the names of their seeds, nothing beside."""
    wanted = {("reference", path.name): settings.reference / path.name for path in REFERENCE_FILES.glob("*.csv")}
    wanted["registry", "providers.csv"] = settings.registry
    for (kind, name), source in wanted.items():
        target = folder / kind / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            content = source.read_bytes()
        except OSError as error:
            raise SettingsError(f"{source} cannot be read: set AIM_{kind.upper()} to files that are whole.") from error
        # Left alone where nothing changed: dbt then need not read it again.
        if not target.exists() or target.read_bytes() != content:
            target.write_bytes(content)
    for path in folder.glob("*/*"):
        if (path.parent.name, path.name) not in wanted:
            path.unlink()
    return {f"AIM_DBT_{kind.upper()}": str(folder / kind) for kind in ("reference", "registry")}


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    former = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in former.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
