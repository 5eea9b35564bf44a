"""Whose traces are to go: a personal code, or a provider's own number of a child that has none yet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from aim.landing.check_digits import is_personal_code, ways_to_write
from aim.landing.identity import is_temporary, of_code, of_number

_OF_A_PROVIDER = re.compile(r"(?P<provider>[0-9]{9})[\s:;,]+(?P<number>\S(?:.*\S)?)")


class SoughtError(ValueError):
    """What was given names nobody; the text says what to give and quotes nothing."""


@dataclass(frozen=True)
class Sought:
    """A child as it stands in providers' files. It never shows itself.

    subjects: what its digests are taken of. written: finds its code in a text, None where it has but a number, which
    may be as short as "7" and is looked for in its own column alone. provider_code: None where every file is searched.
    """

    subjects: tuple[bytes, ...] = field(repr=False)
    written: re.Pattern[str] | None = field(repr=False)
    provider_code: str | None = field(repr=False)


def read_sought(text: str, provider_codes: Iterable[str]) -> Sought:
    """Understand what was typed: eleven digits, or a provider's code and its temporary number with a space between.

    A code beginning with 9 is another child at each provider: all of `provider_codes` are searched for it.
    Raises SoughtError.
    """
    given = text.strip()
    # A personal code too may have been written in the column of temporary numbers.
    by_number = tuple(of_number(provider, given) for provider in sorted(provider_codes))
    if is_personal_code(given):
        return Sought((of_code(given), *by_number), ways_to_write(given), None)
    if is_temporary(given):
        return Sought(by_number, ways_to_write(given), None)
    match = _OF_A_PROVIDER.fullmatch(given)
    if match is None:
        raise SoughtError(
            "Give a personal code (11 digits, its check digit right) on standard input, or a provider's legal code and "
            "the child's temporary number with a space between."
        )
    number = match["number"]
    return Sought(
        (of_number(match["provider"], number),),
        ways_to_write(number) if is_temporary(number) else None,
        match["provider"],
    )
