"""docker-compose.yml: a compose file by its own schema, made of commands and secrets that exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.core import TyperGroup

from aim.cli import app
from aim.settings import PROJECT_ROOT

COMPOSE = PROJECT_ROOT / "docker-compose.yml"
ENTRYPOINT = PROJECT_ROOT / "docker" / "entrypoint"
MOUNTED_AT = "/run/secrets/"
USAGE_ERROR = typer.BadParameter.__base__ or typer.BadParameter
"""What the command line raises for every wrong word."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return read


def ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: service for name, service in compose["services"].items() if service["image"] == "aim:local"}


def test_it_is_a_compose_file() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_service_of_ours_calls_what_the_command_line_knows(compose: dict[str, Any]) -> None:
    assert {"prepare", "api-server", "scheduler", "dag-processor"} <= ours(compose).keys()
    for service in ours(compose).values():
        # By `docker/entrypoint`, or by an entrypoint of its own that calls it with the first words.
        entrypoint = service.get("entrypoint", ["/srv/aim/docker/entrypoint"])
        assert entrypoint[0] == "/srv/aim/docker/entrypoint"
        program, *words = [*entrypoint[1:], *service["command"]]
        assert program == "aim"
        assert understood(words), words


def test_words_that_the_command_line_does_not_know_would_be_seen() -> None:
    assert understood(["airflow", "scheduler"])
    assert not understood(["airflow", "schedule"])
    assert not understood(["airflow", "scheduler", "--no-such-option"])


def test_what_a_service_waits_for_is_there(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for other, how in service.get("depends_on", {}).items():
            assert how["condition"] != "service_healthy" or "healthcheck" in compose["services"][other]


def test_no_secret_stands_in_the_file(compose: dict[str, Any]) -> None:
    assert not re.search(r"://[^/\s]*@", COMPOSE.read_text("utf-8")), "an address with a user in it"
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|KEY|WAREHOUSE|METADATA|_CONN", name):
                assert value.startswith(MOUNTED_AT), name


def test_the_files_of_secrets_go_neither_into_git_nor_into_the_image(compose: dict[str, Any]) -> None:
    assert {str(Path(secret["file"]).parent) for secret in compose["secrets"].values()} == {"docker/secrets"}
    assert "docker/secrets/" in (PROJECT_ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert "docker/secrets" in (PROJECT_ROOT / ".dockerignore").read_text("utf-8").splitlines()


def test_every_mounted_secret_is_read_and_every_one_read_is_mounted(compose: dict[str, Any], tmp_path: Path) -> None:
    for service in compose["services"].values():
        mounted = set(service.get("secrets", []))
        pointed_at = {
            value.removeprefix(MOUNTED_AT)
            for value in service.get("environment", {}).values()
            if value.startswith(MOUNTED_AT)
        }
        assert pointed_at <= mounted <= compose["secrets"].keys()
        if service in ours(compose).values():
            folder = tmp_path / "secrets"
            folder.mkdir(exist_ok=True)
            for name in mounted - pointed_at:
                (folder / name).write_text(f"content of {name}\n", "utf-8")
            seen = enter(folder, "env").stdout.splitlines()
            told = {line for line in seen if "=content of " in line}
            assert told == {"AIM_WAREHOUSE=content of warehouse_url", "AIM_METADATA=content of metadata_url"}
            assert len(told) == len(mounted - pointed_at)
        else:
            assert pointed_at == mounted
    assert {name for service in compose["services"].values() for name in service.get("secrets", [])} == set(
        compose["secrets"]
    )


def test_the_entrypoint_becomes_the_command_also_without_secrets(tmp_path: Path) -> None:
    entered = enter(tmp_path, "sh", "-c", "echo ${AIM_WAREHOUSE-unset}; exit 3")
    assert (entered.stdout, entered.returncode) == ("unset\n", 3)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_secret_that_may_not_be_read_is_said_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "warehouse_url").touch(mode=0o000)
    entered = enter(tmp_path, "env")
    assert entered.returncode == 2
    assert "warehouse_url" in entered.stderr


def understood(words: list[str]) -> bool:
    """Whether the command line takes the words; nothing is run."""
    command = typer.main.get_command(app)
    try:
        while isinstance(command, TyperGroup) and words[0] in command.commands:
            command, words = command.commands[words[0]], words[1:]
        command.make_context("aim", words)
    except typer.Exit as left:
        # --help.
        return left.exit_code == 0
    except USAGE_ERROR:
        return False
    return not isinstance(command, TyperGroup)


def enter(secrets: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ENTRYPOINT), *command],
        env={"PATH": os.environ["PATH"], "AIM_SECRETS": str(secrets)},
        capture_output=True,
        text=True,
        check=False,
    )
