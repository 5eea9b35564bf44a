"""A report in words: right forms, one order in both parts, nothing of a person, readable on a telephone."""

from __future__ import annotations

import re

import pytest
from letters_told import (
    ASKED_ABOUT_THE_FILE,
    DUE,
    ENGLISH,
    FULL,
    GAPS,
    MISSING,
    NOBODY,
    REJECTED,
    SPC,
    delivery,
    report,
    section,
    speech,
    with_rows,
    words_of_html,
    words_of_text,
    written,
)

from aim.reports.due_days import Slice
from aim.reports.letter import Figures
from aim.reports.monthly import MonthlyReport
from aim.reports.render import TEXT_WIDTH
from aim.reports.speech import KINDS_SHORT


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        (report(), "priimta, taisyti nieko nereikia"),
        (with_rows(1), "priimta su pastabomis, 1 eilutę taisyti iki 2019-02-11"),
        (with_rows(2), "priimta su pastabomis, 2 eilutes taisyti iki 2019-02-11"),
        (with_rows(12), "priimta su pastabomis, 12 eilučių taisyti iki 2019-02-11"),
        (with_rows(21), "priimta su pastabomis, 21 eilutę taisyti iki 2019-02-11"),
        (with_rows(0, 3), "priimta su pastabomis, 3 eilutes patikslinti iki 2019-02-11"),
        (ASKED_ABOUT_THE_FILE, "priimta su pastabomis, atsakyti į 2 klausimus iki 2019-02-11"),
        (report(slices=(MISSING,)), "negautas 1 failas, pateikti iki 2019-02-11"),
        (report(slices=(MISSING,) * 2), "negauti 2 failai, pateikti iki 2019-02-11"),
        (report(slices=(REJECTED,)), "atmestas 1 failas, pateikti iki 2019-02-11"),
        (report(slices=(MISSING, REJECTED)), "negautas 1 failas, atmestas 1 failas, pateikti iki 2019-02-11"),
        (FULL, "negautas 1 failas, 12 eilučių taisyti iki 2019-02-11"),
        (report(earlier_gaps=GAPS), "priimta, bet trūksta 10 ankstesnių failų, pateikti iki 2019-02-11"),
        (NOBODY, "šį kartą pateikti nieko nereikėjo"),
        (report(slices=(Slice("atvejai", "2018-12", DUE, "not_due"),)), "dar laukiama failų"),
    ],
)
def test_the_subject_says_it_all(told: MonthlyReport, verdict: str) -> None:
    assert written(told).subject == f"[AIM] Alytaus r. SPC, 2018-12: {verdict}"


def test_the_subject_in_english() -> None:
    assert written(ENGLISH).subject == "[AIM] Alytaus r. SPC, 2018-12: 1 file missing, 12 rows to correct by 2019-02-11"


def test_a_provider_of_which_there_may_be_several_is_called_by_its_full_name() -> None:
    centre = SPC.model_copy(update={"kind": "dienos_centras", "name": "Vaikų dienos centras „Spindulys“"})
    assert speech().short_name(centre) == "Vaikų dienos centras „Spindulys“"
    for kind in KINDS_SHORT:
        for lang in ("lt", "en"):
            unit = SPC.model_copy(update={"kind": kind})
            assert speech(lang).short_name(unit).startswith("Alytaus r. ")


@pytest.mark.parametrize(
    "told", [report(), with_rows(12, 3), FULL, ASKED_ABOUT_THE_FILE, ENGLISH, NOBODY, report(slices=(REJECTED,))]
)
def test_both_parts_say_the_same_in_the_same_order(told: MonthlyReport) -> None:
    rendered = written(told)
    assert "".join(words_of_html(rendered.html)) == "".join(words_of_text(rendered.text))


@pytest.mark.parametrize("told", [FULL, ENGLISH])
def test_the_text_is_read_at_forty_columns(told: MonthlyReport) -> None:
    for line in written(told).text.splitlines():
        # A word longer than the line (a file's name) is left whole.
        assert len(line) <= TEXT_WIDTH or len(line.split()) == 1, line


def test_rows_are_told_with_their_number_in_the_file() -> None:
    text = written(FULL).text
    assert "Eilutės: 14, 37, 52 ir dar 9" in text
    assert "Eilutė: 88" in text
    assert "Eilutės: 2, 3 ir 4" in text
    assert "12 eilučių neužpildytas privalomas" in text


def test_what_was_answered_is_counted_and_a_missing_row_is_told_by_its_earlier_file() -> None:
    text = " ".join(written(ASKED_ABOUT_THE_FILE).text.split())
    assert "3 pastabos paaiškintos jūsų nurodytomis priežastimis" in text
    assert "Peržiūrėkite 2 klausimus dėl viso failo" in text
    assert "Eilutė: 7 Ankstesniame faile: atvejai_902330016_2018-11.csv" in text


def test_received_is_always_the_sum() -> None:
    figures = section(FULL).parts[0]
    assert isinstance(figures, Figures)
    received, loaded, quarantined, duplicate = (int(count) for _, count in figures.rows)
    assert received == loaded + quarantined + duplicate


def test_a_file_name_does_not_become_markup() -> None:
    told = report(deliveries=(delivery(file_name='<img src="x">&.csv'),))
    html = written(told).html
    assert "<img" not in html
    assert "&lt;img" in html


def test_nothing_is_loaded_from_elsewhere_and_styles_are_in_their_places() -> None:
    html = written(FULL).html
    assert not re.search(r"<img|<script|<link|https?://|url\(", html)
    assert html.count("<style") == 1
    assert "prefers-color-scheme: dark" in html
    assert 'style="' in html


@pytest.mark.parametrize("code", ["too_many_quarantined", "file_rule", "missing_column"])
def test_a_refusal_says_why(code: str) -> None:
    refused = delivery(verdict="rejected", reason_code=code, reason_detail="sav", rows_quarantined=412, rows_loaded=0)
    told = report(slices=(REJECTED,), deliveries=(refused,))
    words = " ".join(words_of_text(written(told).text))
    assert "Atmesta. Failas atvejai_902330016_2018-12.csv" in words
    assert "None" not in words


def test_both_languages_have_the_same_sentences() -> None:
    from aim.language import _catalogue

    keys = {lang: {key for key in _catalogue(lang) if key.startswith("report.")} for lang in ("lt", "en")}
    assert keys["lt"] == keys["en"]
