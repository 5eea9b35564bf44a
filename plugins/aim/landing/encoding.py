"""In which letters a text file is written, and whether they were spoilt before it came."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO

from aim.landing.limits import BATCH_BYTES
from aim.landing.rejection import RejectionError

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LITHUANIAN = "ąčęėįšųūžĄČĘĖĮŠŲŪŽ"


def _spoilt() -> re.Pattern[str]:
    """Letters that Lithuanian has not but a wrong code page makes of those it has."""
    baltic_as_western = {letter.encode("cp1257").decode("cp1252") for letter in _LITHUANIAN}
    utf8_as_one_byte = {
        letter.encode("utf-8").decode(page, "ignore") for letter in _LITHUANIAN for page in ("cp1257", "cp1252")
    }
    marks = baltic_as_western | {pair for pair in utf8_as_one_byte if len(pair) == 2}
    return re.compile("|".join(map(re.escape, sorted(marks))))


_SPOILT_LETTER = _spoilt()
_SPOILT_LEAD = b"\xc3"
"""In UTF-8 each of them holds a letter that begins with this byte; no Lithuanian letter does."""


def encoding_of(stream: IO[bytes]) -> str:
    """The codec of a whole text: utf-8-sig, utf-8, utf-16 (by its mark), else cp1257. Reads to the end.

    Raises RejectionError: empty_file.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    first = True
    clean = True
    codec = "utf-8"
    while block := stream.read(BATCH_BYTES):
        if first:
            if block.startswith(_UTF16_MARKS):
                return "utf-16"
            if block.startswith(codecs.BOM_UTF8):
                codec = "utf-8-sig"
            first = False
        if clean and block.isascii():
            continue
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            return "cp1257"
        clean = decoder.getstate()[0] == b""
    if first:
        raise RejectionError("empty_file")
    return codec if clean else "cp1257"


def utf8_blocks(stream: IO[bytes], codec: str) -> Iterator[bytes]:
    """The text again, as UTF-8 without mark, in blocks; RejectionError unreadable_bytes where the codec fails."""
    if codec in ("utf-8", "utf-8-sig"):
        first = True
        while block := stream.read(BATCH_BYTES):
            yield block.removeprefix(codecs.BOM_UTF8) if first else block
            first = False
        return
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        while block := stream.read(BATCH_BYTES):
            yield decoder.decode(block).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError:
        raise RejectionError("unreadable_bytes") from None


def refuse_spoilt(block: bytes) -> None:
    """Raises RejectionError mojibake, with the first spoilt letter of UTF-8 text; its word may be a person's name."""
    if _SPOILT_LEAD in block:
        refuse_spoilt_text(block.decode("utf-8", "ignore"))


def refuse_spoilt_text(text: str) -> None:
    """The same of a string."""
    match = _SPOILT_LETTER.search(text)
    if match is not None:
        raise RejectionError("mojibake", match[0])
