"""Pages laid out as HTML that needs nothing else: no network, no script, no file beside it."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment
from markupsafe import Markup, escape

from aim.handbook.words import Words
from aim.language import say
from aim.page_templates import templates_of

_CODE = re.compile(r"`([^`]+)`")
_WHOLE = re.compile(r"(?<![\w-])\d{4}-(?:\d{2}-\d{2}|\d{4}|\d{2}|[KP]\d)(?![\w-])|(?<![\w-])[A-Z]{3}-\d{3}(?![\w-])")
"""Dates, periods and codes of rules: not to be broken at their hyphens."""
_WITH_UNIT = re.compile(r"(?<=\d) (?=(?:d|m|mėn)\.|%)")


def marked(text: str) -> Markup:
    """`text` escaped, what stands between backticks as code, dates and numbers with their units unbroken."""
    parts = _CODE.split(str(escape(text)))
    return Markup("".join(f"<code>{part}</code>" if nth % 2 else _unbroken(part) for nth, part in enumerate(parts)))


def _unbroken(text: str) -> str:
    return _WHOLE.sub(r'<span class="whole">\g<0></span>', _WITH_UNIT.sub("\u00a0", text))


def sentence(text: str) -> str:
    """`text` with a full stop, unless an abbreviation has given it one."""
    return text if text.endswith(".") else f"{text}."


def page(template: str, words: Words, **values: object) -> str:
    """One page, its template beside `aim.<area>` of the words, else the handbook's of that name.

    The template says its sentences by `t(key)`, those of other areas by `said(key)`.
    """

    def t(key: str, n: int | None = None, **put_in: object) -> Markup:
        return marked(words.say(key, n, **put_in))

    def said(key: str, n: int | None = None, **put_in: object) -> Markup:
        return marked(say(key, words.lang, n, **put_in))

    return _environment(words.area).get_template(template).render(t=t, said=said, words=words, **values)


@cache
def _environment(area: str) -> Environment:
    packages = dict.fromkeys((f"aim.{area}", "aim.handbook"))
    return templates_of(*packages, marked=marked, sentence=sentence)
