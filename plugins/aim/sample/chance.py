"""Where chance comes from: one stream of random numbers per name, so that adding a draw here changes nothing there."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def stream(seed: int, *names: str) -> np.random.Generator:
    """The generator of `names` under `seed`: the same for the same words, on every machine."""
    return np.random.default_rng([seed, *(crc32(name.encode()) for name in names)])
