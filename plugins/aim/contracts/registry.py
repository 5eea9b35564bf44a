"""Who the providers are."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from aim.contracts.models import Strict

COLUMNS = ("teikejo_kodas", "pavadinimas", "rusis", "sav_kodas", "kalba", "nuo", "iki")
STATUS = "busena"
"""A column that may be left out, as it is where every provider is in service."""
_IS_IN_TEST = {"": False, "veikia": False, "bandoma": True}


class RegistryError(ValueError):
    """The registry file cannot be used; the text names file, line and what to mend."""


class Provider(Strict):
    """One provider. municipality_code None: national. valid_to inclusive, None: still delivers.

    is_in_test: its feed is being tried. What it sends is judged and answered, nothing is expected of it, and nothing of
    it counts.
    """

    code: str
    name: str
    kind: str
    municipality_code: str | None
    language: Literal["lt", "en"]
    valid_from: date
    valid_to: date | None
    is_in_test: bool = False


def read_registry(path: Path) -> dict[str, Provider]:
    """The providers of a registry file by legal code; RegistryError names the line at fault."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise RegistryError(f"The registry {path} cannot be read: set AIM_REGISTRY to a file.") from error
    reader = csv.DictReader(lines)
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise RegistryError(f"The registry {path} lacks the column {missing[0]}: add it.")
    providers: dict[str, Provider] = {}
    for row in reader:
        try:
            provider = Provider(
                code=row["teikejo_kodas"],
                name=row["pavadinimas"],
                kind=row["rusis"],
                municipality_code=row["sav_kodas"] or None,
                language="en" if row["kalba"] == "en" else "lt",
                valid_from=date.fromisoformat(row["nuo"]),
                valid_to=date.fromisoformat(row["iki"]) if row["iki"] else None,
                is_in_test=_IS_IN_TEST[row.get(STATUS) or ""],
            )
        except (ValidationError, ValueError, KeyError) as error:
            raise RegistryError(
                f"The registry {path}, line {reader.line_num}: a cell is not as it should be."
            ) from error
        if provider.code in providers:
            raise RegistryError(f"The registry {path}, line {reader.line_num}: {provider.code} stands there twice.")
        providers[provider.code] = provider
    return providers
