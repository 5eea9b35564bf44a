"""Five thousand damaged files: each is rows or a reason, no row is lost, and no person is told of anywhere."""

from __future__ import annotations

import logging
from collections import Counter

import pytest
from tests.unit.landing.mutated_files import CANARIES, CODES, mutated
from tests.unit.landing.reading import KeysInMemory, read_bytes, reference

from aim.landing.canonical import Canonicaliser
from aim.landing.rejection import RejectionError
from aim.landing.workbooks import SheetReader
from aim.settings import Limits

FILES = 5_000
SHARES = 10
REASONS = {
    "empty_file", "unreadable_bytes", "mojibake", "broken_archive", "nothing_inside", "several_inside", "too_large",
    "no_header", "missing_column", "open_quote", "header_only",
}  # fmt: skip


@pytest.mark.parametrize("share", range(SHARES))
def test_damaged_files_are_rows_or_a_reason_and_tell_of_nobody(
    share: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    became: Counter[str] = Counter()
    said: list[str] = []
    sheets = SheetReader(Limits())
    try:
        with caplog.at_level(logging.DEBUG):
            for number, file in enumerate(mutated(FILES // SHARES, share)):
                place = f"file {number} of share {share}, {file.contract.dataset}.{file.suffixes}"
                try:
                    reading, rows = read_bytes(file.content, file.suffixes, file.contract, sheets=sheets)
                except RejectionError as refused:
                    assert refused.code in REASONS, place
                    became[refused.code] += 1
                    said += [str(refused), refused.detail or ""]
                    continue
                became["rows" if rows.height else "nil"] += 1
                assert (reading.rows, reading.is_nil) == (rows.height, rows.height == 0), place
                if not rows.height:
                    continue
                assert rows["row_number"].is_sorted() and rows["row_number"].is_unique().all(), place
                canonicaliser = Canonicaliser(file.contract, reference(), "302110011", KeysInMemory())
                stored = canonicaliser.canonical(rows)
                assert stored.height == rows.height, place
                held = stored.write_csv() + str(reading.notes)
                assert not [code for code in CODES if code in held], place
                assert "\x00" not in held, place
    finally:
        sheets.close()
    told = caplog.text + "".join(capfd.readouterr())
    assert not [canary for canary in CANARIES if canary in told]
    assert not [code for code in CODES if code in " ".join(said)]
    # Damage that always or never shows would prove nothing.
    assert became["rows"] > FILES // SHARES // 5 and len(became) > 6, became
