"""How a sentence is said in Lithuanian or English, plural forms included."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from babel.numbers import format_decimal

NO_NUMBER = "–"
"""What stands where there is no number: never 0."""
CATALOGUE = Path(__file__).parent / "messages"


@cache
def _catalogue(lang: str) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for area in sorted(CATALOGUE.glob(f"*.{lang}.yml")):
        entries |= yaml.safe_load(area.read_text("utf-8"))
    return entries


def plural_form(lang: str, number: int) -> str:
    """CLDR's name of the form that `number` takes: lt has one (1 eilutė), few (2 eilutės), other (10 eilučių)."""
    return str(Locale.parse(lang).plural_form(number))


def choose(forms: str | Mapping[str, str], lang: str, number: int | None) -> str:
    """The form of a message for `number`; a plain string has one form only."""
    if isinstance(forms, str):
        return forms
    wanted = plural_form(lang, number) if number is not None else "other"
    return forms.get(wanted, forms["other"])


def keys(area: str, lang: str) -> tuple[str, ...]:
    """Every key of an area of the catalogue, in the order they stand there: `reason.bad_name` and so on."""
    return tuple(key for key in _catalogue(lang) if key.startswith(f"{area}."))


def say(key: str, lang: str, /, n: int | None = None, **values: object) -> str:
    """The catalogue's sentence `key` in `lang`, with `values` put in; `n` picks the plural form and is a value too.

    Raises KeyError for a key that the catalogue does not hold.
    """
    return choose(_catalogue(lang)[key], lang, n).format(n=n, **values)


def two_decimals(value: Decimal | None, lang: str) -> str:
    """A value as it is published, rounded half up: 1,234.50 or 1 234,50; a dash where there is none."""
    return _number(value, "#,##0.00", lang)


def count_text(value: Decimal | int | None, lang: str) -> str:
    """A count, with up to two decimals where it has some: 1,234 or 10.5; a dash where there is none."""
    return _number(value, "#,##0.##", lang)


def _number(value: Decimal | int | None, pattern: str, lang: str) -> str:
    if value is None:
        return NO_NUMBER
    return str(format_decimal(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP), pattern, locale=lang))
