"""The password on a workbook, as a spreadsheet program asks for it: ECMA-376 agile encryption (AES, SHA-512)."""

from __future__ import annotations

import io

from msoffcrypto.exceptions import DecryptionError  # type: ignore[import-untyped]  # it ships no types
from msoffcrypto.format.ooxml import OOXMLFile  # type: ignore[import-untyped]  # the same


class LockError(RuntimeError):
    """The workbook could not be locked; one sentence."""


def locked(workbook: bytes, password: str) -> bytes:
    """The workbook under the password; opened once to see that it is the same. Raises LockError."""
    written, opened = io.BytesIO(), io.BytesIO()
    OOXMLFile(io.BytesIO(workbook)).encrypt(password, written)
    try:
        again = OOXMLFile(io.BytesIO(written.getvalue()))
        again.load_key(password=password, verify_password=True)
        again.decrypt(opened, verify_integrity=True)
    except DecryptionError:
        raise LockError("The annotated copy could not be locked, so it was not written.") from None
    if opened.getvalue() != workbook:
        raise LockError("The annotated copy could not be locked, so it was not written.")
    return written.getvalue()
