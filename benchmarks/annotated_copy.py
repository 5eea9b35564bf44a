"""How fast is an annotated copy, and what does it take of memory? Against XlsxWriter writing the same cells alone.

    python benchmarks/annotated_copy.py [--rows 100000] [--faulty 0.1]

Prints seconds, the greatest memory of the process in MB and the size of the locked workbook, for a file of cases read
from the encrypted archive, of whose rows a share has an error and a question; each in a process of its own.
"""

from __future__ import annotations

import argparse
import io
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter
from xlsx import rows_of

from aim.annotated_copy.findings_by_row import Found
from aim.annotated_copy.lock import locked
from aim.annotated_copy.own_rows import own_file
from aim.annotated_copy.workbook import Copied, workbook
from aim.contracts.load import contracts
from aim.handbook.sources import Sources
from aim.landing import archive
from aim.landing.secret import read_secret
from aim.reports.findings import DeliveryTold, Finding, providers_rules
from aim.reports.speech import Speech
from aim.settings import Settings


class Findings:
    """An error and a question in every so many rows."""

    def __init__(self, delivery: DeliveryTold, rows: int, faulty: float) -> None:
        """`faulty`: the share of the rows."""
        rules, fields = providers_rules(contracts()), contracts().datasets["atvejai"]
        self._rows = range(2, rows + 2, round(1 / faulty))
        self._error = Finding(delivery, rules["VIS-001"], (fields.field("seimos_nr"),), 1, ())
        self._question = Finding(delivery, rules["VIS-008"], (fields.field("sav"),), 1, ())

    def __iter__(self) -> Iterator[Found]:
        """In order of row."""
        for row in self._rows:
            yield Found(row, self._error, is_out=True)
            yield Found(row, self._question, is_out=False)


def copy(folder: Path, rows: int, faulty: float) -> None:
    """Make the copy here."""
    settings = Settings.from_env({"AIM_HOME": str(folder)})
    secret = read_secret(settings.secret_file)
    file = "\n".join(";".join(row) for row in rows_of("atvejai", rows)).encode()
    kept = archive.keep(settings.archive, secret.archive_identity, io.BytesIO(file))
    del file
    moment = datetime(2018, 11, 5, tzinfo=UTC)
    delivery = DeliveryTold(
        1, "902330016", "atvejai", "2018-10", "atvejai_902330016_2018-10.csv", moment, "accepted_with_findings",
        None, None, False, rows, rows, 0, 0, 0, 0,
    )  # fmt: skip
    sources = Sources.read(settings, date(2018, 11, 5))
    copied = Copied(
        delivery,
        contracts().datasets["atvejai"],
        Speech("lt", contracts(), sources.reference),
        sources,
    )
    begun = time.perf_counter()
    with own_file(settings, secret, kept.name, ("csv", None), copied.contract) as own:
        made = workbook(copied, own, Findings(delivery, rows, faulty))
    tell(begun, len(locked(made, secret.copy_password(1))))


def plain(rows: int) -> None:
    """The library alone, with the same cells."""
    begun = time.perf_counter()
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, cells in enumerate(rows_of("atvejai", rows)):
            for place, cell in enumerate(cells):
                if cell:
                    sheet.write_string(line, place, cell)
    tell(begun, len(written.getvalue()))


def tell(begun: float, size: int) -> None:
    """Seconds, MB of memory, MB of the file."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{time.perf_counter() - begun:.1f} s, {memory:.0f} MB of memory, {size / 1024**2:.1f} MB written")


def main() -> None:
    """Each in a process of its own."""
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--rows", type=int, default=100_000)
    given.add_argument("--faulty", type=float, default=0.1)
    given.add_argument("--only", choices=("copy", "plain"))
    asked = given.parse_args()
    if asked.only == "plain":
        plain(asked.rows)
    elif asked.only == "copy":
        with tempfile.TemporaryDirectory() as folder:
            copy(Path(folder), asked.rows, asked.faulty)
    else:
        for name in ("plain", "copy"):
            print(f"{name}: ", end="", flush=True)
            subprocess.run([sys.executable, __file__, *sys.argv[1:], "--only", name], check=True)


if __name__ == "__main__":
    main()
