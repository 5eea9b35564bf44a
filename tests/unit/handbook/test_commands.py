"""`aim contracts docs` and `aim contracts template`: what they write, where, and what they refuse."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from aim.cli import UsageError, app
from aim.handbook.sources import Sources
from aim.language import say
from aim.settings import Settings

CENTRE = next(
    code for code, one in Sources.read(Settings.from_env({}), date(2026, 11, 22)).providers.items() if one.kind == "spc"
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, with its own home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIM_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AIM_LANG", raising=False)
    return tmp_path


def aim(*words: str) -> Result:
    return CliRunner().invoke(app, ["contracts", *words])


def paths(result: Result) -> list[str]:
    told: dict[str, Any] = json.loads(result.stdout)
    return list(told["paths"])


def test_the_handbook_is_written_where_it_is_told_and_says_what_to_open(here: Path) -> None:
    result = aim("docs", "--out", "vadovas", "--lang", "lt", "--date", "2026-11-22", "--json")
    assert result.exit_code == 0, result.output
    written = paths(result)
    assert written[0] == str(Path("vadovas") / "lt" / "index.html")
    assert all(Path(path).is_file() for path in written)
    assert "2026-12-10" in Path(written[0]).read_text("utf-8")
    again = aim("docs", "--lang", "lt")
    assert str(here / "home" / "handbook" / "lt" / "index.html") in again.stdout.replace("\n", "")


@pytest.mark.usefixtures("here")
def test_a_template_of_a_slice_is_named_as_it_can_be_sent_and_speaks_the_providers_language() -> None:
    result = aim("template", "atvejai", "--provider", CENTRE, "--period", "2018-10", "--json")
    assert paths(result) == [f"atvejai_{CENTRE}_2018-10.xlsx"]
    book = openpyxl.load_workbook(f"atvejai_{CENTRE}_2018-10.xlsx")
    assert book.sheetnames[0] == say("handbook.sheet_data", "lt")


def test_a_template_of_a_dataset_alone_goes_by_the_language_of_the_terminal(here: Path) -> None:
    assert paths(aim("template", "gyventojai", "--json")) == ["gyventojai.xlsx"]
    assert openpyxl.load_workbook("gyventojai.xlsx").sheetnames[0] == say("handbook.sheet_data", "en")
    result = aim("template", "gyventojai", "--lang", "lt", "--out", str(here / "kitas.xlsx"))
    assert "kitas.xlsx" in result.stdout
    assert openpyxl.load_workbook("kitas.xlsx").sheetnames[0] == say("handbook.sheet_data", "lt")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["docs", "--lang", "de"], "lt, en or both"),
        (["template", "atostogos"], "no dataset atostogos"),
        (["template", "atvejai", "--lang", "de"], "lt or en"),
        (["template", "atvejai", "--provider", CENTRE], "--period"),
        (["template", "atvejai", "--provider", "999999999", "--period", "2018-10"], "no provider"),
        (["template", "gyventojai", "--provider", CENTRE, "--period", "2018"], "does not deliver"),
        (["template", "atvejai", "--provider", CENTRE, "--period", "2018"], "Nothing is expected"),
        (["template", "atvejai", "--out", "nera/atvejai.xlsx"], "no folder"),
    ],
)
def test_a_wrong_call_is_told_what_to_do(words: list[str], says: str) -> None:
    result = aim(*words)
    assert isinstance(result.exception, UsageError)
    assert says in str(result.exception)
