"""A warehouse that no night has filled says what to do, instead of nothing or a fault."""

from __future__ import annotations

import json

import pytest
from command_line import command_line
from tests.conftest import TestWarehouse


def test_commands_that_tell_say_what_to_do_first(
    warehouse: TestWarehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    aim = command_line(warehouse.settings, monkeypatch, capsys)
    code, out, err = aim("status")
    assert (code, err) == (0, "")
    assert " ".join(out.split()).startswith("No night has run yet: put files into the inbox and run `aim nightly`")
    code, out, err = aim("status", "--json")
    answer = json.loads(out)
    assert (code, answer["run"], answer["counts"], answer["slices"]) == (0, None, [], [])
    sentence = "No night has built the indicators yet: put files into the inbox and run `aim nightly`.\n"
    assert aim("explain", "S01") == (2, "", sentence)
    assert aim("explain", "S01", "--json") == (2, "", sentence)
