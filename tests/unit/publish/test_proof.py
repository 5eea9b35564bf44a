"""What was proved of one question says nothing of another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_tables import THRESHOLD, table

from aim.publish import proof

SHOWN = table({"one": 2.0, "other": 3.0, "third": 40.0, "all": 45.0}, {"all": [["one", "other", "third"]]})
SYSTEM = SHOWN.system
HIDDEN = SYSTEM.to_protect


def asked(**changed: Any) -> str:
    return proof.question(replace(SYSTEM, **changed), HIDDEN, THRESHOLD)


def test_the_same_question_is_the_same_whatever_may_still_be_hidden() -> None:
    anew = SYSTEM.binding.tocsc().tocsr()
    assert asked(may_hide=~SYSTEM.may_hide, binding=anew, cost=SYSTEM.cost + 1.0) == asked()


@pytest.mark.parametrize(
    "changed",
    [
        {"number": SYSTEM.number + 1.0},
        {"least": SYSTEM.least - 1.0},
        {"owner": SYSTEM.owner + 1},
        {"to_protect": ~SYSTEM.to_protect},
        {"step": SYSTEM.step * 2.0},
        {"binding": SYSTEM.binding * 2.0},
        {"binding": SYSTEM.binding[:0]},
        {"row_least": SYSTEM.row_least - 1.0},
        {"row_is_equal": ~SYSTEM.row_is_equal},
        {"row_kind": SYSTEM.row_kind + 1},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_an_attack_depends_on_makes_another_question(changed: dict[str, Any]) -> None:
    assert asked(**changed) != asked()


def test_so_does_what_is_hidden_the_threshold_and_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = np.ones(SYSTEM.size, dtype=bool)
    told = {asked(), proof.question(SYSTEM, everything, THRESHOLD), proof.question(SYSTEM, HIDDEN, THRESHOLD + 1)}
    monkeypatch.setattr(proof, "_program", lambda: b"another")
    assert len(told | {asked()}) == 4
