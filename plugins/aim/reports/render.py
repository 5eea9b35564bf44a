"""A report laid out: as an HTML page that is also the mail's, and as plain text of the same words in the same order."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import css_inline
from jinja2 import Environment
from markupsafe import Markup, escape

from aim.page_templates import templates_of
from aim.reports.letter import Letter

_DATE = re.compile(r"(?<!\d)\d{4}-(?:\d{2}(?:-\d{2})?|[KP]\d|\d{4})(?!\d)")
_BLANK_LINES = re.compile(r"\n{3,}")

TEXT_WIDTH = 40
"""Columns of the plain text: what a telephone shows without folding."""


@dataclass(frozen=True)
class Rendered:
    """A report ready to be written or mailed."""

    subject: str
    html: str
    text: str

    @property
    def sha256(self) -> str:
        """Of all its words: another hash is another version."""
        return sha256("\0".join((self.subject, self.text, self.html)).encode()).hexdigest()


def render(letter: Letter) -> Rendered:
    """Both parts of a letter."""
    html = _environment().get_template("letter.html.j2").render(letter=letter)
    text = _environment().get_template("letter.txt.j2").render(letter=letter)
    return Rendered(letter.subject, _inliner().inline(html), _BLANK_LINES.sub("\n\n", text).strip() + "\n")


def fold(text: str, indent: str = "", first: str | None = None) -> str:
    """`text` in lines of TEXT_WIDTH; words are never broken, so that names of files can be searched for."""
    return textwrap.fill(
        text,
        TEXT_WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def figure(label: str, count: str) -> str:
    """A label with its number at the right edge; on a line of its own where both do not fit on one."""
    gap = TEXT_WIDTH - len(label) - len(count)
    return f"{label}{' ' * gap}{count}" if gap > 0 else f"{fold(label)}\n{count:>{TEXT_WIDTH}}"


def whole_dates(text: str) -> Markup:
    """`text` escaped for HTML, its dates and months kept from being broken at a hyphen."""
    return Markup(_DATE.sub(r'<span class="whole">\g<0></span>', str(escape(text))))


@cache
def _environment() -> Environment:
    return templates_of("aim.reports", fold=fold, figure=figure, whole_dates=whole_dates)


@cache
def _inliner() -> css_inline.CSSInliner:
    # Mail programs drop style sheets; what only a style sheet can say (dark, narrow) stays in one.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
