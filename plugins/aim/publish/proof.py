"""Was this very question asked before, and answered? What was proved safe once is not proved again each month."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from aim.publish.unknowns import Flags, Integers, Unknowns


@dataclass(frozen=True)
class Question:
    """What is asked of hidden numbers that hang together: whether anybody can work one of them out.

    values: these numbers. digest: of all that the answer depends on (hexadecimal SHA-256). is_settled: nothing beside
    them may still be hidden. Where something may, more is a breach: what was proved with less says nothing of that.
    """

    values: Integers
    digest: str
    is_settled: bool


def questions(system: Unknowns, hidden: Flags, threshold: float) -> list[Question]:
    """What an attack on `hidden` asks, one question for each part in which something had to be hidden.

    A digest is of the numbers and what binds them, of the sums that do not hold or are of a kind with one that does
    not, of who knows which number, of what had to be hidden, of the threshold and of the program that attacks: another
    program proves anew. Not of what may still be hidden: an attack that found nothing could but have found more there.
    """
    part = system.parts(hidden)
    asked = part[hidden & system.to_protect]
    binding = system.binding.tocsr()
    missed = np.where(system.row_is_broken, system.row_missed, 0.0)
    in_doubt = system.row_is_in_doubt
    found = []
    for one in np.unique(asked).tolist():
        values = np.flatnonzero(part == one)
        rows = np.unique(system.columns[:, values].indices)
        beside = binding[rows]
        bound = beside[:, values].sorted_indices()
        digest = _digest(
            np.array([threshold]),
            *(of[values] for of in (system.number, system.least, system.owner, system.to_protect, system.step)),
            *(bound.indptr, bound.indices, bound.data),
            *(of[rows] for of in (system.row_least, system.row_is_equal, missed, in_doubt)),
        )
        found.append(Question(values, digest, is_settled=not system.may_hide[beside.indices].any()))
    return found


def method(reference: str, threshold: float) -> str:
    """How the house hides and attacks, as a digest: its program and statements, the reference files, the threshold."""
    found = hashlib.sha256(_program())
    found.update(f"{threshold} {reference}".encode())
    return found.hexdigest()


def _digest(*parts: npt.NDArray[Any]) -> str:
    found = hashlib.sha256(_program())
    for part in parts:
        found.update(f"{part.dtype} {part.shape}".encode())
        found.update(np.ascontiguousarray(part).tobytes())
    return found.hexdigest()


@cache
def _program() -> bytes:
    """A digest of everything here that hides, attacks and publishes."""
    found = hashlib.sha256()
    here = Path(__file__).parent
    for file in sorted([*here.glob("*.py"), *here.glob("*.sql")]):
        found.update(file.read_bytes())
    return found.digest()
