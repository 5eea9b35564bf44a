"""Which number do the words on the command line mean?"""

from __future__ import annotations

from datetime import date

import pytest

from aim.contracts.models import Grain
from aim.explain.asked import QuestionError, indicator_and_measure, period_of
from aim.explain.published import next_revision
from aim.explain.territories import Territory, find

LITHUANIA = Territory("00", "nation", "Lietuva", "Lithuania", None)
KNOWN = [
    LITHUANIA,
    Territory("A6", "county", "Šiaulių apskritis", "Šiauliai County", None),
    Territory("A10", "county", "Vilniaus apskritis", "Vilnius County", None),
    Territory("13", "municipality", "Vilniaus m. sav.", "Vilnius City Municipality", "Vilniaus miesto savivaldybė"),
    Territory("41", "municipality", "Vilniaus r. sav.", "Vilnius District Municipality", "Vilniaus rajono savivaldybė"),
    Territory("91", "municipality", "Šiaulių r. sav.", "Šiauliai District Municipality", "Šiaulių rajono savivaldybė"),
]


@pytest.mark.parametrize(
    ("text", "measure", "meant"),
    [
        ("S01", None, ("S01", "main")),
        ("p11", None, ("P11", "main")),
        ("s1", None, ("S01", "main")),
        ("s01:Families", None, ("S01", "families")),
        ("S01", "families", ("S01", "families")),
        ("S01:families", "FAMILIES", ("S01", "families")),
    ],
)
def test_an_indicator_and_its_measure(text: str, measure: str | None, meant: tuple[str, str]) -> None:
    assert indicator_and_measure(text, measure, "en") == meant


@pytest.mark.parametrize("text", ["", "01", "Q01", "S001", "S01:", "S01-families", "S01; drop table"])
def test_what_is_no_indicator_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match="is no indicator: write S01"):
        indicator_and_measure(text, None, "en")


def test_two_measures_are_one_too_many() -> None:
    with pytest.raises(QuestionError, match="events and main: name one"):
        indicator_and_measure("S02:events", "main", "en")


@pytest.mark.parametrize(
    ("text", "grain", "start"),
    [
        ("2018-12", Grain.MONTH, date(2018, 12, 1)),
        ("2018-k4", Grain.QUARTER, date(2018, 10, 1)),
        (" 2018-P2", Grain.HALF_YEAR, date(2018, 7, 1)),
        ("2018", Grain.YEAR, date(2018, 1, 1)),
    ],
)
def test_a_period(text: str, grain: Grain, start: date) -> None:
    assert (period_of(text, "lt").grain, period_of(text, "lt").start) == (grain, start)


@pytest.mark.parametrize("text", ["2018-13", "2018-K5", "gruodis", "2017-2019"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match="nėra laikotarpis: rašykite 2018-12"):
        period_of(text, "lt")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "00"),
        ("00", "00"),
        ("lietuva", "00"),
        ("a6", "A6"),
        ("13", "13"),
        ("Vilniaus m. sav.", "13"),
        ("vilniaus  M", "13"),
        ("Vilnius City", "13"),
        ("Vilniaus rajono", "41"),
        ("siauliu r", "91"),
        ("ŠIAULIŲ RAJONO SAVIVALDYBĖ", "91"),
        ("šiauliai county", "A6"),
    ],
)
def test_a_territory_by_code_or_name(text: str | None, code: str) -> None:
    assert find(KNOWN, text, "en").code == code


@pytest.mark.parametrize("text", ["Ryga", "14", "", " ", "sav"])
def test_what_is_no_territory_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match="There is no territory"):
        find(KNOWN, text, "en")


def test_a_name_of_several_says_which() -> None:
    with pytest.raises(QuestionError) as caught:
        find(KNOWN, "Vilniaus", "lt")
    assert str(caught.value) == (
        "Vilniaus gali būti Vilniaus apskritis (A10), Vilniaus m. sav. (13), Vilniaus r. sav. (41):"
        " rašykite ilgesnį pavadinimą arba kodą."
    )


@pytest.mark.parametrize(
    ("today", "was_held", "night"),
    [
        (date(2019, 1, 10), False, date(2019, 1, 20)),
        (date(2019, 1, 22), False, date(2019, 1, 22)),
        (date(2019, 1, 22), True, date(2019, 2, 20)),
        (date(2018, 12, 31), True, date(2019, 1, 20)),
    ],
)
def test_the_next_revision_is_of_this_month_or_the_next(today: date, was_held: bool, night: date) -> None:
    assert next_revision(today, 20, was_held=was_held) == night


def test_a_month_too_short_for_its_revision_day_has_it_on_its_last() -> None:
    assert next_revision(date(2019, 1, 31), 31, was_held=True) == date(2019, 2, 28)
