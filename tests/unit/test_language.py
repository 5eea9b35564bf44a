"""How are numbers and words put together in Lithuanian and English?"""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from aim.language import CATALOGUE, choose, plural_form

ROWS = {"one": "eilutė", "few": "eilutės", "other": "eilučių"}


@pytest.mark.parametrize(
    ("number", "word"),
    [(1, "eilutė"), (2, "eilutės"), (9, "eilutės"), (10, "eilučių"), (11, "eilučių"), (19, "eilučių"),
     (20, "eilučių"), (21, "eilutė"), (22, "eilutės"), (111, "eilučių"), (0, "eilučių")],
)  # fmt: skip
def test_a_lithuanian_number_takes_its_form(number: int, word: str) -> None:
    assert choose(ROWS, "lt", number) == word
    assert plural_form("en", 1) == "one" and plural_form("en", 21) == "other"


def _areas() -> list[str]:
    return sorted({path.name.split(".")[0] for path in CATALOGUE.glob("*.yml")})


def _entries(area: str, lang: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((CATALOGUE / f"{area}.{lang}.yml").read_text("utf-8"))
    return loaded


def _forms(entry: Any) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


@pytest.mark.parametrize("area", _areas())
def test_both_languages_say_the_same_things_with_the_same_values(area: str) -> None:
    lithuanian, english = _entries(area, "lt"), _entries(area, "en")
    assert set(lithuanian) == set(english)
    for key in lithuanian:
        names = [
            {name for form in _forms(entry) for name in re.findall(r"\{(\w+)", form)}
            for entry in (lithuanian[key], english[key])
        ]
        assert names[0] - {"n"} == names[1] - {"n"}, key


@pytest.mark.parametrize("area", _areas())
def test_plural_entries_have_every_form_of_their_language(area: str) -> None:
    for lang, forms in (("lt", {"one", "few", "other"}), ("en", {"one", "other"})):
        for key, entry in _entries(area, lang).items():
            assert isinstance(entry, str) or set(entry) == forms, (lang, key)
