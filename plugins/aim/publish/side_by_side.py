"""What has nothing to do with one another is asked side by side: as many at a time as there are processors."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")


@dataclass(frozen=True)
class Answer(Generic[Told]):
    """What was told, and the seconds it took."""

    told: Told
    seconds: float


def side_by_side(asked: Sequence[Asked], ask: Callable[[Asked], Told]) -> list[Answer[Told]]:
    """The answers, in the order of `asked`; what takes longest should come first. (The solver lets others work.)"""

    def timed(one: Asked) -> Answer[Told]:
        begun = time.monotonic()
        told = ask(one)
        return Answer(told, time.monotonic() - begun)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(timed, asked))
