"""Persons planted where files go wrong, and the search for them in all that a night leaves outside the archive."""

from __future__ import annotations

import email
import io
import re
import zipfile
from collections.abc import Iterator
from email import policy
from pathlib import Path

import openpyxl
import psycopg
from psycopg import sql

CODE = "51003019808"
"""A child that is invented: the serial is one that is not given out."""
SPELT = ("510 0301 9808", "510-0301-9808", "5.1003019808E10")
NAME = ("Kanarijus", "Giesmininkas")
BORN = ("1987-06-05", "1987.06.05")
PLANTED = (CODE, *SPELT, *NAME, *BORN)
DATA = ("staging", "intermediate", "core")
"""Schemas that hold the rows themselves: a word stands there where a provider wrote it for a number of a case. Codes
stand nowhere.
"""
PERSON = f"{NAME[0]} {NAME[1]}"
_CENTRE, _PERIOD = "902110017", "2018-12"
_HEADER = "atvejo_nr;asmens_kodas;seimos_nr;sav;pranesimo_data;atidarymo_data;uzdarymo_data;uzdarymo_priezastis"
_LIST = "Pateiktis;Eilutė;Laukas;Taisyklė;Priežastis"
_NUMBER = re.compile(rb"(?<!\d)[1-69]\d{10}(?!\d)")


def plant(inbox: Path) -> int:
    """Files of one centre that go wrong in many ways, each with the person in it; how many."""
    slice_name = f"atvejai_{_CENTRE}_{_PERIOD}"
    folder = inbox / "email"
    folder.mkdir(parents=True, exist_ok=True)
    fine = f"K-1;{CODE};S-1;11;2018-12-03;2018-12-04;;"
    written: dict[str, bytes] = {
        # In the name of the file.
        f"{PERSON} {CODE}.csv": fine.encode(),
        f"vaikas {SPELT[0]} gim. {BORN[0]}.csv": fine.encode(),
        f"atvejai_{_CENTRE}_{_PERIOD}_{CODE}.csv": fine.encode(),
        # In the header: a column of that name, and rows where the header should be.
        f"{slice_name}.csv": f"{_HEADER};{PERSON};{CODE}\n{fine}x;{BORN[0]}\n".encode(),
        f"{slice_name}.txt": f"{fine}\n{fine}\n".encode(),
        # In cells of another kind, and in so many that the file is refused.
        f"{slice_name}.tsv": "\n".join(
            [
                _HEADER.replace(";", "\t"),
                f"{PERSON}\t{CODE}\t{CODE}\t{PERSON}\t{CODE}\t{PERSON}\t{BORN[1]}\t{PERSON} {BORN[0]}",
                f"{CODE}\t{PERSON}\t{SPELT[1]}\t11\t{BORN[0]}\t{SPELT[2]}\t\t",
            ]
        ).encode(),
        # In a note never closed, in bytes of no letter, in a file cut short, in letters spoilt.
        f"{slice_name}.csv.gz": f'{_HEADER}\nK-2;{CODE};11;"{PERSON} {BORN[0]}\n'.encode(),
        f"pagalbos_planai_{_CENTRE}_{_PERIOD}.csv": f"{PERSON};{CODE}\n".encode() + b"\x81\x8d\xff\x00",
        f"pagalbos_planai_{_CENTRE}_{_PERIOD}.xlsx": _workbook(PERSON)[:-200],
        f"vertinimai_{_CENTRE}_{_PERIOD}.csv": f"{_HEADER}\n{PERSON}Ä—{NAME[1]};{CODE}\n".encode(),
        # On a second sheet, in the name of one, in what a program says of who wrote it.
        f"{slice_name}.xlsx": _workbook(PERSON),
        f"{slice_name}.zip": _packed(f"{PERSON}.csv", f"{CODE}.csv"),
        # In a list of findings that comes back: in its name, in reasons, in a workbook cut short.
        f"klaidos_{slice_name}_1 {PERSON}.csv": f"{_LIST}\n1;2;{PERSON};VIS-008;{PERSON} {CODE}, {BORN[0]}\n".encode(),
        f"klaidos_{slice_name}_1.csv": f"{_LIST}\n{CODE};{CODE};;{CODE};{SPELT[0]}\n".encode(),
        f"klaidos_{slice_name}_1.xlsx": _workbook(PERSON)[:-200],
    }
    for name, content in written.items():
        (folder / name).write_bytes(content)
    return len(written)


def _workbook(person: str) -> bytes:
    book = openpyxl.Workbook()
    book.properties.creator = person
    assert book.active is not None
    book.active.title = f"{NAME[0]} {CODE}"
    book.active.append([*_HEADER.split(";"), person])
    book.active.append(["K-3", int(CODE), "S-1", 11, BORN[1], person, None, CODE, BORN[0]])
    book.create_sheet(NAME[1]).append([person, CODE, BORN[0]])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _packed(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, f"{_HEADER}\n")
    return held.getvalue()


def codes_in(inbox: Path) -> set[bytes]:
    """Every personal code that stands in a text file of the sample: the children it is about."""
    found: set[bytes] = set()
    for path in inbox.rglob("*.csv"):
        with path.open("rb") as file:
            found.update(_NUMBER.findall(file.read()))
    return found


def told_in(content: bytes, codes: set[bytes], *, is_data: bool = False) -> set[str]:
    """Which of the planted, and of `codes`, stand in `content`; of the planted the codes alone where it is data."""
    words = (CODE, *SPELT) if is_data else PLANTED
    planted = {word for word in words if word.encode() in content or word.encode("utf-16-le") in content}
    return planted | {code.decode() for code in codes & set(_NUMBER.findall(content))}


def told_in_files(home: Path, codes: set[bytes], apart: tuple[Path, ...], data: Path) -> dict[str, set[str]]:
    """The files under `home` that tell one, what is packed in a mail or a workbook unpacked; none under `apart`.

    `data`: the folder of Postgres, whose pages are data, its log apart.
    """
    found = {}
    for path in sorted(home.rglob("*")):
        if path.is_symlink() or not path.is_file() or any(path.is_relative_to(one) for one in apart):
            continue
        is_data = path.is_relative_to(data) and path.suffix != ".log"
        told = told_in(str(path.relative_to(home)).encode(), codes)
        for part in _parts(path):
            told |= told_in(part, codes, is_data=is_data)
        if told:
            found[str(path.relative_to(home))] = told
    return found


def _parts(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield content
    if path.suffix == ".eml":
        for part in email.message_from_bytes(content, policy=policy.default).walk():
            if not part.is_multipart():
                inner = part.get_payload(decode=True)
                assert isinstance(inner, bytes)
                yield inner
                yield from _unpacked(inner)
    yield from _unpacked(content)


def _unpacked(content: bytes) -> Iterator[bytes]:
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)


def told_in_tables(connection: psycopg.Connection[tuple[object, ...]], codes: set[bytes]) -> dict[str, set[str]]:
    """The tables of a database that tell one, every row read as text."""
    found = {}
    tables = connection.execute(
        "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
    ).fetchall()
    for schema, table in tables:
        rows = connection.execute(
            sql.SQL("select t::text from {} as t").format(sql.Identifier(str(schema), str(table)))
        ).fetchall()
        content = "\n".join(str(row[0]) for row in rows).encode()
        told = told_in(content, codes, is_data=str(schema) in DATA)
        if told:
            found[f"{schema}.{table}"] = told
    return found
