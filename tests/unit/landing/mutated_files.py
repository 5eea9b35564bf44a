"""Files that were sound once: valid specimens of several datasets in every form, then damaged by chance.

The same seed gives the same files. Every person in them is one of the canaries, so that a leak can be found.
"""

from __future__ import annotations

import gzip
import io
import random
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.unit.landing.reading import reference
from tests.unit.landing.written_sheets import ods, ods_cell, ods_row, parts, workbook, zipped

from aim.contracts.load import contracts
from aim.contracts.models import DatasetContract, FieldContract, FieldType

CODES = ("51003019808", "61207129837", "51105059805", "61309189837")
NAMES = ("Kanarius", "Papūgaitė", "Žąsinas")
CANARIES = (*CODES, *NAMES)

DATASETS = (
    "atvejai", "vertinimai", "gyventojai", "smurtas", "paslaugos", "uzimtumas", "nelankantys", "tbk_veikla",
    "nepilnameciu_veikos", "apklausa", "pagalbos_planai",
)  # fmt: skip
FORMS = ("csv", "csv", "csv", "txt", "tsv", "csv.gz", "csv.zip", "xlsx", "xlsx", "ods", "xlsx.zip", "ods.gz")
ROWS = 12
_CELLS = {
    FieldType.LEGAL_CODE: "190244763",
    FieldType.MUNICIPALITY: "11",
    FieldType.DATE: "2018-10-05",
    FieldType.MONTH: "2018-10",
    FieldType.INT: "3",
    FieldType.DECIMAL: "1 234,5",
    FieldType.BOOL: "taip",
}
_READ_PARTS = ("sheet1.xml", "Strings.xml", "content.xml", ".csv", ".xlsx", ".ods")
"""The parts that hold what is read; the rest is damaged now and then."""
_CODECS = ("utf-8", "utf-8-sig", "cp1257", "utf-16", "cp1252", "utf-16-le", "cp775")
_TROUBLE = (
    b"\x00", b"\xff\xfe", b'"', b'"""', b"\r", b"\n\n\n", b";;;;;;;;", b"\t", b"\xef\xbb\xbf", b"=cmd|' /C calc'!A0",
    b"'; drop table ops.deliveries; --", b"\xc3\x28", b"\xed\xa0\x80", b"9,4E+08", b"NaN", b"1e999", "Iš viso".encode(),
    "NĖRA DUOMENŲ".encode(), b"\\N", b"\\.", b"\n\\.\n", b"{}", b"\x1b[31m", b"%s%n", b"<!ENTITY a SYSTEM 'file:///'>",
)  # fmt: skip


@dataclass(frozen=True)
class Damaged:
    """One file. suffixes: as in its name, `csv.gz`."""

    contract: DatasetContract
    suffixes: str
    content: bytes


def mutated(count: int, seed: int) -> Iterator[Damaged]:
    """`count` files, every one damaged in one to three ways."""
    chance = random.Random(seed)
    declared = contracts().datasets
    tables = {name: _table(declared[name]) for name in DATASETS if name in declared}
    whole = {
        (name, form): _written(table, form, chance) for name, table in tables.items() for form in sorted(set(FORMS))
    }
    for _ in range(count):
        name, form = chance.choice(sorted(tables)), chance.choice(FORMS)
        content = whole[name, form]
        if chance.random() < 0.35:
            content = _written(_shuffled(tables[name], chance), form, chance)
        for _ in range(chance.randint(1, 3)):
            other = whole[chance.choice(sorted(tables)), chance.choice(FORMS)]
            content = _damaged(content, form, other, chance)
        if chance.random() < 0.05:
            form = chance.choice(FORMS)
        yield Damaged(declared[name], form, content)


def _table(contract: DatasetContract) -> list[list[str]]:
    names = [field.name for field in contract.fields]
    rows = [[_cell(field, row) for field in contract.fields] for row in range(ROWS)]
    return [[*names, "pastabos"], *([*cells, NAMES[row % len(NAMES)]] for row, cells in enumerate(rows))]


def _cell(field: FieldContract, row: int) -> str:
    if field.type is FieldType.PERSONAL_CODE:
        return CODES[row % len(CODES)]
    if field.type is FieldType.TEXT:
        return f"A-{row}"
    if field.type is FieldType.CODE:
        codes = sorted(reference().code_lists[str(field.code_list)])
        return codes[row % len(codes)]
    return _CELLS[field.type]


def _shuffled(table: list[list[str]], chance: random.Random) -> list[list[str]]:
    """Columns changed about, named twice, left out, or another's name over them; a title line above."""
    order = list(range(len(table[0])))
    chance.shuffle(order)
    if chance.random() < 0.3:
        order.pop()
    if chance.random() < 0.3:
        order.append(chance.choice(order))
    shuffled = [[row[column] for column in order] for row in table]
    if chance.random() < 0.4:
        chance.shuffle(shuffled[0])
    if chance.random() < 0.3:
        shuffled.insert(0, [f"Parengė {chance.choice(NAMES)}"] + [""] * (len(order) - 1))
    if chance.random() < 0.2:
        shuffled.append(["Iš viso"] + [""] * (len(order) - 1))
    return shuffled


def _written(table: list[list[str]], form: str, chance: random.Random) -> bytes:
    plain, _, packing = form.partition(".")
    if plain == "xlsx":
        content = workbook([[_of_a_sheet(cell, chance) for cell in row] for row in table])
    elif plain == "ods":
        content = ods(b"".join(ods_row(*map(ods_cell, row)) for row in table))
    else:
        separator = "\t" if plain == "tsv" else chance.choice(";,|")
        end = chance.choice(("\n", "\r\n"))
        lines = [separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in table]
        content = (end.join(lines) + end).encode(chance.choice(_CODECS[:4]))
    if packing == "gz":
        return gzip.compress(content, 1, mtime=0)
    return zipped({f"a.{plain}": content}) if packing == "zip" else content


def _of_a_sheet(cell: str, chance: random.Random) -> str | float:
    return float(cell) if cell.isdecimal() and chance.random() < 0.2 else cell


def _damaged(content: bytes, form: str, other: bytes, chance: random.Random) -> bytes:
    """The file damaged in one way; where it is packed, often within."""
    if content.startswith(b"PK") and chance.random() < 0.8:
        inside = _within(content, form, other, chance)
        if inside is not None:
            return inside
    if content.startswith(b"\x1f\x8b") and chance.random() < 0.7:
        try:
            return gzip.compress(_damaged(gzip.decompress(content), form.partition(".")[0], other, chance), 1, mtime=0)
        except (OSError, EOFError, zlib.error):
            return content
    way = chance.randrange(8)
    at = chance.randrange(len(content) + 1)
    if way == 0:
        return content[:at]
    if way == 1:
        changed = bytearray(content)
        for _ in range(chance.randint(1, 12)):
            if changed:
                changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        return bytes(changed)
    if way == 2:
        begin = chance.randrange(len(other) + 1)
        return content[:at] + other[begin : begin + chance.randint(1, 400)] + content[at:]
    if way == 3:
        return content[:at] + content[at + chance.randint(1, 40) :]
    if way == 4:
        return content[:at] + content[max(0, at - 60) : at] * chance.randint(1, 3) + content[at:]
    if way == 5:
        return content[:at] + chance.choice(_TROUBLE) + content[at:]
    if way == 6:
        text = content.decode(chance.choice(_CODECS), "replace")
        return text.encode(chance.choice(_CODECS), "replace")
    return content.replace(b";", chance.choice((b",", b"|", b"\t", b";;", b'";"')), chance.choice((-1, 3)))


def _within(content: bytes, form: str, other: bytes, chance: random.Random) -> bytes | None:
    """A part of the container damaged, renamed, doubled or left out; None where it cannot be opened any more."""
    try:
        held = parts(content)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return None
    if not held:
        return None
    # What is read: the sheet, its strings, its content. The rest now and then.
    read = [
        name for name in held if name.endswith(("sheet1.xml", "Strings.xml", "content.xml", ".csv", ".xlsx", ".ods"))
    ]
    name = chance.choice(read) if read and chance.random() < 0.8 else chance.choice(sorted(held))
    way = chance.random()
    if way < 0.8:
        held[name] = _damaged(held[name], form.partition(".")[0], other, chance)
    elif way < 0.87:
        held.pop(name)
    elif way < 0.94:
        held[chance.choice(("../../a.csv", "xl/worksheets/sheet2.xml", "a/b/c", "ė.csv", " "))] = held[name]
    else:
        return _with_a_wrong_size(held, name)
    return zipped(held)


def _with_a_wrong_size(held: dict[str, bytes], name: str) -> bytes:
    """The directory says another size than the part has."""
    written = io.BytesIO(zipped(held))
    packed = bytearray(written.getvalue())
    at = packed.rfind(name.encode()) - 46 + 24
    if at > 0:
        packed[at : at + 4] = (2**31).to_bytes(4, "little")
    return bytes(packed)
