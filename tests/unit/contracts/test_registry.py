"""Who the providers are, and which of their feeds are still being tried."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aim.contracts.load import contracts
from aim.contracts.registry import RegistryError, read_registry
from aim.ledger.obligations import expected_slices

HEADER = "teikejo_kodas,pavadinimas,rusis,sav_kodas,kalba,nuo,iki"
ROW = "902330018,Centras,spc,33,lt,2018-01-01,"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "registry.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(("state", "is_in_test"), [("", False), ("veikia", False), ("bandoma", True)])
def test_a_feed_is_in_test_where_its_row_says_so(tmp_path: Path, state: str, is_in_test: bool) -> None:
    providers = read_registry(written(tmp_path, f"{HEADER},busena", f"{ROW},{state}"))
    assert providers["902330018"].is_in_test is is_in_test
    owed = list(expected_slices(contracts(), providers, date(2018, 12, 1)))
    assert bool(owed) is not is_in_test


def test_a_registry_without_the_column_has_no_feed_in_test(tmp_path: Path) -> None:
    assert not read_registry(written(tmp_path, HEADER, ROW))["902330018"].is_in_test


def test_an_unknown_state_is_told_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="line 2: a cell is not as it should be"):
        read_registry(written(tmp_path, f"{HEADER},busena", f"{ROW},kazkada"))
