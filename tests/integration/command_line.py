"""The command line as its caller meets it: exit status, standard output, standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from aim import cli
from aim.settings import Settings

Aim = Callable[..., tuple[int, str, str]]


def command_line(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Aim:
    """`aim` on the warehouse of `settings`, in this process: call it with the words of the command."""
    environment = {"HOME": settings.home, "REGISTRY": settings.registry, "LANG": "en"}
    for name, value in (environment | dict.fromkeys(("WAREHOUSE", "METADATA"), settings.warehouse_url)).items():
        monkeypatch.setenv(f"AIM_{name}", str(value))

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["aim", *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        return int(left.value.code or 0), *capsys.readouterr()

    return run
