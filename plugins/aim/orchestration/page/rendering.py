"""Pages filled in: HTML and its own style, no script, nothing from elsewhere."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache

from babel.dates import format_date
from jinja2 import Environment
from markupsafe import Markup

from aim.clock import VILNIUS
from aim.handbook.render import marked
from aim.language import count_text, say, two_decimals
from aim.orchestration.page.names import Names
from aim.page_templates import templates_of


def page(template: str, names: Names, *, here: str, up: str = "", **values: object) -> str:
    """One page. `here`: its own address below the language; `up`: the way from it to the page of the overview."""
    lang = names.lang

    def t(key: str, n: int | None = None, **put_in: object) -> Markup:
        return marked(names.say(key, n, **put_in))

    def said(key: str, n: int | None = None, **put_in: object) -> Markup:
        return marked(say(key, lang, n, **put_in))

    def plain(key: str, n: int | None = None, **put_in: object) -> str:
        """For an attribute, which takes no tags."""
        return say(key, lang, n, **put_in)

    def number(value: Decimal | int | None) -> str:
        return count_text(value, lang)

    def percent(part: Decimal | int | None, whole: Decimal | int | None) -> str:
        return number(None) if part is None or not whole else f"{two_decimals(Decimal(100 * part) / whole, lang)} %"

    def weekday(day: date) -> str:
        return format_date(day, "EEEE", lang)

    return (
        _environment()
        .get_template(template)
        .render(
            t=t,
            said=said,
            plain=plain,
            number=number,
            percent=percent,
            weekday=weekday,
            names=names,
            lang=lang,
            other_lang="en" if lang == "lt" else "lt",
            here=here,
            up=up,
            **values,
        )
    )


def moment(instant: datetime) -> str:
    """An instant to the minute, in Vilnius."""
    return f"{instant.astimezone(VILNIUS):%Y-%m-%d %H:%M}"


@cache
def _environment() -> Environment:
    return templates_of("aim.orchestration.page", "aim.handbook", marked=marked, moment=moment)
