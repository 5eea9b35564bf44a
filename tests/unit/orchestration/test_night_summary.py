"""What a night's summary says of its release."""

from __future__ import annotations

import pytest

from aim.orchestration.night_summary import release_lines

RELEASE = {"attacked": 22, "cells": 4000, "cells_hidden": 501, "counted": 90000.0, "counted_hidden": 1125.0}


@pytest.mark.parametrize(
    ("lang", "shares", "groups"),
    [
        ("en", ("12.53 % of the numbers", "1.25 % of what they count"), "22 groups of indicators attacked"),
        ("lt", ("12,53 % skaičių", "1,25 % to, ką jie skaičiuoja"), "atakuotos 22 rodiklių grupės"),
    ],
)
def test_the_cost_of_hiding_is_told(lang: str, shares: tuple[str, str], groups: str) -> None:
    [(line, style)] = release_lines(RELEASE, lang)
    assert all(share in line for share in shares)
    assert line.endswith(groups)
    assert style is None


def test_what_was_held_back_is_told_loudly_and_no_share_of_nothing() -> None:
    nothing = RELEASE | {"cells": 0, "cells_hidden": 0, "counted": 0.0, "counted_hidden": 0.0, "attacked": 1}
    (cost, _), (held_back, style) = release_lines(nothing | {"held_back": ["pairs 2018", "S02 2019"]}, "en")
    assert "– of the numbers, – of what they count; 1 group of" in cost
    assert "pairs 2018, S02 2019" in held_back
    assert style == "bold red"


def test_a_night_that_released_nothing_says_nothing_of_it() -> None:
    assert list(release_lines({}, "lt")) == []
