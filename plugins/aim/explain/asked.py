"""What is asked to be explained: which number the words on the command line mean."""

from __future__ import annotations

import re

from aim.contracts.calendar import Period
from aim.language import say

_INDICATOR = re.compile(r"(?P<code>[sp]\d{1,2})(?::(?P<measure>\w+))?", re.IGNORECASE)
MAIN = "main"


class QuestionError(ValueError):
    """What is asked for is not there or is written wrongly; the text is one sentence that says what to do."""


def indicator_and_measure(text: str, measure: str | None, lang: str) -> tuple[str, str]:
    """The code and measure meant by `s1`, `S01` or `S01:families`; `measure` is the option, said once only.

    Raises QuestionError where it is written in no such way.
    """
    match = _INDICATOR.fullmatch(text.strip())
    if match is None:
        raise QuestionError(say("explain.no_code", lang, text=text))
    named = match["measure"]
    if named is not None and measure is not None and named.lower() != measure.lower():
        raise QuestionError(say("explain.two_measures", lang, first=named, second=measure))
    area, number = match["code"][0].upper(), int(match["code"][1:])
    return f"{area}{number:02}", (measure or named or MAIN).lower()


def period_of(text: str, lang: str) -> Period:
    """The period written 2018-12, 2018-K4, 2018-P2 or 2018; QuestionError where it is written otherwise."""
    try:
        return Period.parse(text.strip().upper())
    except ValueError:
        raise QuestionError(say("explain.no_period", lang, text=text)) from None
