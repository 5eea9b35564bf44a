"""How pages and letters are filled in: HTML escapes what is put in, and a value that is not there is an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape


def templates_of(package: str, *others: str, **filters: Callable[..., Any]) -> Environment:
    """The templates beside a package (`aim.reports`), with filters of its own; those of `others` may be included."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(one) for one in (package, *others)]),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= filters
    return environment
