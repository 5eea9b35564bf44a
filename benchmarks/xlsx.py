"""How fast is landing a spreadsheet, against calamine reading it alone, in one run?

    python benchmarks/xlsx.py [--rows 200000]

Prints seconds and the ratio, the best of three rounds, for item answers and for cases each of whose children has a code
of its own: file in the inbox to tokenised typed rows in a logged table, against the library giving
every cell to Python; the memory of the landing process and of the one that reads for it. Works in a folder of its own
with an embedded server of its own; both are removed afterwards.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter
from landing import ASSESSMENT_HEADER, CASE_HEADER, answers, personal_code

from aim.contracts.registry import read_registry
from aim.settings import Settings
from aim.warehouse import embedded
from aim.warehouse.connect import warehouse

ROUNDS = 3


def rows_of(dataset: str, rows: int) -> Iterator[list[str]]:
    """The header and the rows: item answers, or cases with a child of their own each."""
    chance = random.Random(1)
    if dataset == "vertinimai":
        yield ASSESSMENT_HEADER.strip().split(";")
        yield from (line.rstrip("\n").split(";") for line in answers(rows, chance))
        return
    yield CASE_HEADER.strip().split(";")
    for row in range(rows):
        day = f"2018-10-{chance.randint(1, 28):02}"
        yield [f"A-{row}", personal_code(chance), f"S-{row}", "11", day, day, day, "", ""]


def write_workbook(folder: Path, dataset: str, provider: str, rows: int) -> Path:
    """One delivery of `rows` rows, which came when it could."""
    path = folder / f"{dataset}_{provider}_2018-10.xlsx"
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    for row, cells in enumerate(rows_of(dataset, rows)):
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell)
    book.close()
    os.utime(path, (1_541_800_000, 1_541_800_000))
    return path


def in_a_process(*arguments: str, **environment: str) -> list[float]:
    """The numbers that this file prints when called so, in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments],
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(word) for word in done.stdout.split()]


def calamine_here(path: str) -> None:
    """Seconds that the library takes to give every cell."""
    from python_calamine import CalamineWorkbook

    begun = time.perf_counter()
    for _ in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows():
        pass
    print(time.perf_counter() - begun)


def land_here() -> None:
    """Seconds of landing, and the peak memory in MB of its process and of the one beside."""
    from aim.landing.load import land_inbox

    settings = Settings.from_env()
    with warehouse(settings) as house:
        begun = time.perf_counter()
        land_inbox(settings, house)
        seconds = time.perf_counter() - begun
    print(
        seconds, *(resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def main() -> None:
    """Generate, read, land; print the best of each."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=200_000)
    options.add_argument("--calamine", help=argparse.SUPPRESS)
    options.add_argument("--land-only", action="store_true", help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.calamine:
        calamine_here(asked.calamine)
        return
    if asked.land_only:
        land_here()
        return

    home = Path(tempfile.mkdtemp(prefix="aim-benchmark-"))
    home.chmod(0o711)
    settings = Settings.from_env({"AIM_HOME": str(home)})
    provider = next(code for code, known in read_registry(settings.registry).items() if known.kind == "spc")
    inbox = home / "inbox" / "sftp"
    inbox.mkdir(parents=True)
    try:
        with warehouse(settings):
            for dataset in ("vertinimai", "atvejai"):
                kept = write_workbook(home, dataset, provider, asked.rows)
                alone, ours = [], []
                for _ in range(ROUNDS):
                    alone += in_a_process("--calamine", str(kept))
                    shutil.copy2(kept, inbox)
                    ours.append(in_a_process("--land-only", AIM_HOME=str(home), AIM_SETTLE_SECONDS="0"))
                best = min(ours)
                print(
                    f"{dataset}, {asked.rows:,} rows: calamine alone {min(alone):.2f} s, landing {best[0]:.2f} s, "
                    f"ours / calamine = {best[0] / min(alone):.2f}, peak {best[1]:.0f} MB, beside {best[2]:.0f} MB"
                )
        embedded.remove(settings)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
