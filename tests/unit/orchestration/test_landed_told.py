"""What a person at a terminal is told of files landed by hand."""

from __future__ import annotations

from collections import Counter
from io import StringIO

from rich.console import Console

from aim.landing.load import LandingResult
from aim.orchestration.landed_told import print_landed


def told(result: LandingResult, lang: str) -> list[str]:
    file = StringIO()
    print_landed(result.summary(), lang, Console(file=file, width=120))
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_what_was_taken_is_one_sentence() -> None:
    result = LandingResult(Counter(received=2), rows=1234)
    assert told(result, "en") == ["Taken: 2 files, 1,234 rows; the next night judges them."]
    assert told(result, "lt") == [
        "Paimti 2 failai, eilučių: 1\N{NO-BREAK SPACE}234; juos patikrins artimiausia naktis."
    ]


def test_every_other_end_is_said_with_its_reasons() -> None:
    verdicts = Counter(received=1, rejected=2, taken_before=1, answered=1, answer_refused=1)
    reasons = Counter(empty_file=1, bad_name=1, gone=1)
    lines = told(LandingResult(verdicts, reasons, rows=3, waiting=1, errored=1), "en")
    assert lines == [
        "Taken: 1 file, 3 rows; the next night judges it.",
        "Rejected: 2 files.",
        "Taken before: 1 file.",
        "Still being written and left for later: 1 file.",
        "Not taken through a fault of ours: 1 file; it stays where it lies, land it again.",
        "1 list of findings answered with reasons; lists refused: 1.",
        "Why: bad_name 1, empty_file 1, gone 1",
    ]


def test_where_nothing_was_taken_no_night_is_promised() -> None:
    lines = told(LandingResult(Counter(rejected=1), Counter(bad_name=1)), "lt")
    assert lines == ["Atmestas 1 failas.", "Priežastys: bad_name 1"]
