"""What a person at the terminal, or a service manager, sends to end a command."""

from __future__ import annotations

import os
import signal

import pytest

from aim.orchestration.airflow_server import stopped_by_signals


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_either_signal_interrupts_and_is_whose_it_was_afterwards(signum: signal.Signals) -> None:
    former = signal.getsignal(signum)
    reached = []
    with stopped_by_signals() as stop:
        os.kill(os.getpid(), signum)
        signal.pause()
        reached.append("what comes after")
    assert stop.is_set()
    assert reached == []
    assert signal.getsignal(signum) is former
