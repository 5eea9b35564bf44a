"""Was this very question asked before, and answered? What was proved safe once is not proved again each month."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from aim.publish.unknowns import Flags, Unknowns


def question(system: Unknowns, hidden: Flags, threshold: float) -> str:
    """What an attack on `hidden` depends on, as a digest (hexadecimal SHA-256).

    The numbers and what binds them, who knows which, what is hidden, the threshold, and the program that attacks:
    another program proves anew. Not what may still be hidden: an answer stands only where that is nothing, and the
    attack that gave it could but have found more where something was.
    """
    binding = system.binding.tocsr().sorted_indices()
    found = hashlib.sha256(_program())
    for part in (
        np.array([threshold]),
        system.number,
        system.least,
        system.owner,
        system.to_protect,
        system.step,
        binding.indptr,
        binding.indices,
        binding.data,
        system.row_least,
        system.row_is_equal,
        system.row_kind,
        hidden,
    ):
        whole = np.ascontiguousarray(part)
        found.update(f"{whole.dtype} {whole.shape}".encode())
        found.update(whole.tobytes())
    return found.hexdigest()


@cache
def _program() -> bytes:
    """A digest of everything here that attacks."""
    found = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        found.update(file.read_bytes())
    return found.digest()
