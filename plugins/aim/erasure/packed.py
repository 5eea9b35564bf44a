"""What an original is by its bytes, whatever its name says: a text or a workbook, packed or not; and packed again."""

from __future__ import annotations

import copy
import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from aim.erasure.faults import CannotEraseError
from aim.landing.packing import unpacked
from aim.landing.rejection import RejectionError
from aim.settings import Limits

TEXT, XLSX, ODS = "csv", "xlsx", "ods"
_MOST_LAYERS = 3
_GZIP, _ZIP, _OLD_OFFICE = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_HAS_A_NAME = 8
"""Flag of a gzip header."""

Pack = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Unpacked:
    """content: the text or workbook inside; form: csv (any text), xlsx or ods; pack: makes an original of it again."""

    content: bytes
    form: str
    pack: Pack


def unpack(original: bytes, limits: Limits) -> Unpacked:
    """Look inside. Raises CannotEraseError where it is damaged, locked, too large, or holds several files."""
    content = original
    layers: list[Pack] = []
    for _ in range(_MOST_LAYERS):
        if content.startswith(_GZIP):
            layers.append(_packed_by_gzip(content))
            content = _inside(content, "gz", limits)
        elif content.startswith(_ZIP):
            form = _form_of_zip(content)
            if form is not None:
                return Unpacked(content, form, _through(layers))
            layers.append(_packed_by_zip(content))
            content = _inside(content, "zip", limits)
        elif content.startswith(_OLD_OFFICE):
            raise CannotEraseError
        else:
            return Unpacked(content, TEXT, _through(layers))
    raise CannotEraseError


def _through(layers: list[Pack]) -> Pack:
    def pack(content: bytes) -> bytes:
        for layer in reversed(layers):
            content = layer(content)
        return content

    return pack


def _inside(content: bytes, packing: str, limits: Limits) -> bytes:
    try:
        with unpacked(lambda: io.BytesIO(content), packing, limits.unpacked_bytes, limits.expansion) as stream:
            return stream.read()
    except RejectionError:
        raise CannotEraseError from None


def _form_of_zip(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as container:
            members = set(container.namelist())
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError):
        raise CannotEraseError from None
    if "[Content_Types].xml" in members and any(name.startswith("xl/") for name in members):
        return XLSX
    return ODS if "content.xml" in members else None


def _packed_by_gzip(original: bytes) -> Pack:
    flags, stamp = original[3], int.from_bytes(original[4:8], "little")
    name = original[10 : original.find(b"\x00", 10)].decode("latin-1") if flags == _HAS_A_NAME else ""

    def pack(content: bytes) -> bytes:
        written = io.BytesIO()
        with gzip.GzipFile(name, "wb", fileobj=written, mtime=stamp) as packing:
            packing.write(content)
        return written.getvalue()

    return pack


def _packed_by_zip(original: bytes) -> Pack:
    with zipfile.ZipFile(io.BytesIO(original)) as container:
        files = [member.filename for member in container.infolist() if not member.is_dir()]
    # What else may lie there is what landing passes over: folders, and what a Mac adds.
    inside = next((name for name in files if "__MACOSX/" not in name and ".DS_Store" not in name), None)
    if inside is None:
        raise CannotEraseError
    return lambda content: with_members(original, {inside: content})


def with_members(container: bytes, changed: dict[str, bytes]) -> bytes:
    """A zip with other contents in some of its members; order, names, dates and kinds of packing stay."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as former, zipfile.ZipFile(written, "w") as packing:
        packing.comment = former.comment
        for member in former.infolist():
            content = changed[member.filename] if member.filename in changed else former.read(member)
            packing.writestr(copy.copy(member), content)
    return written.getvalue()
