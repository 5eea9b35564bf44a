"""Why a row cannot be taken out of an original."""

from __future__ import annotations


class CannotEraseError(Exception):
    """The original is damaged, locked, or built so that taking the row out would spoil the rest: it goes as a whole."""
