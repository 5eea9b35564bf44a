"""How fast is landing, against `psql \\copy` of the same rows and against dlt, in one run?

    python benchmarks/landing.py [--rows 5000000] [--files 545] [--dlt-rows 200000]

Prints rows per second, the ratios, the peak memory of the landing process, and the time for a month's end of small
files. Works in a folder of its own with an embedded server of its own; both are removed afterwards.
"""

from __future__ import annotations

import argparse
import csv
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

from aim.contracts.registry import read_registry
from aim.settings import Settings
from aim.warehouse import embedded
from aim.warehouse.connect import warehouse

ITEMS = [f"{domain}.{item}" for domain, items in ((1, 10), (2, 9), (3, 9)) for item in range(1, items + 1)]
GROUPS = ("SOCIALINIS", "SVIETIMAS", "SVEIKATA", "POLICIJA", "KITA")
ASSESSMENT_HEADER = "atvejo_nr;vertinimo_nr;vertinimo_data;klausimo_nr;lygis;bendras_lygis;vertintojo_grupe\n"
CASE_HEADER = (
    "atvejo_nr;asmens_kodas;seimos_nr;sav;pranesimo_data;atidarymo_data;"
    "vadybininko_paskyrimo_data;uzdarymo_data;uzdarymo_priezastis\n"
)
SHAPE = "vertinimai_2018"


def personal_code(chance: random.Random) -> str:
    """An invented code: serial 980-999, right check digit."""
    digits = (
        f"5{chance.randint(1, 17):02}{chance.randint(1, 12):02}{chance.randint(1, 28):02}{chance.randint(980, 999)}"
    )
    for weights in ((1, 2, 3, 4, 5, 6, 7, 8, 9, 1), (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)):
        remainder = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if remainder < 10:
            return f"{digits}{remainder}"
    return f"{digits}0"


def answers(rows: int, chance: random.Random) -> Iterator[str]:
    """Item answers of assessments, 28 rows each, as lines of a file."""
    for assessment in range(-(-rows // len(ITEMS))):
        case, day = f"A-{chance.randint(1, 99_999):05}", f"2018-10-{chance.randint(1, 31):02}"
        overall = chance.choice("1234")
        for item in ITEMS[: rows - assessment * len(ITEMS)]:
            yield (
                f"{case};V-{assessment:07};{day};{item};{chance.choice('12349')};{overall};{chance.choice(GROUPS)}\n"
            )


def write_large(folder: Path, provider: str, rows: int) -> Path:
    """One delivery of `rows` rows."""
    path = folder / f"vertinimai_{provider}_2018-10.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(ASSESSMENT_HEADER)
        file.writelines(answers(rows, random.Random(1)))
    os.utime(path, (1_541_800_000, 1_541_800_000))
    return path


def write_small(folder: Path, providers: list[str], files: int) -> int:
    """A month's end: `files` deliveries of some 900 rows, children the same each month; returns the rows."""
    chance = random.Random(2)
    children = {provider: [personal_code(chance) for _ in range(900)] for provider in providers}
    slices = [
        (dataset, provider, month)
        for month in ("07", "08", "09", "10", "11", "12")
        for provider in providers
        for dataset in ("atvejai", "vertinimai")
    ][:files]
    rows = 0
    for number, (dataset, provider, month) in enumerate(slices):
        lines = (
            [
                f"A-{case};{code};S-{case};11;2018-{month}-02;2018-{month}-03;2018-{month}-04;;\n"
                for case, code in enumerate(children[provider])
            ]
            if dataset == "atvejai"
            else list(answers(900, chance))
        )
        path = folder / f"{dataset}_{provider}_2018-{month}.csv"
        header = CASE_HEADER if dataset == "atvejai" else ASSESSMENT_HEADER
        path.write_text(header + "".join(lines), "utf-8")
        os.utime(path, (1_547_000_000 + number, 1_547_000_000 + number))
        rows += len(lines)
    return rows


def land(home: Path) -> tuple[float, float]:
    """Seconds to land what lies in the inbox, and the peak memory of the landing process in MB."""
    done = subprocess.run(
        [sys.executable, __file__, "--land-only"],
        env=os.environ | {"AIM_HOME": str(home), "AIM_SETTLE_SECONDS": "0"},
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def land_here() -> None:
    """The landing of `land`, in a process of its own."""
    from aim.landing.load import land_inbox

    settings = Settings.from_env()
    with warehouse(settings) as house:
        begun = time.perf_counter()
        land_inbox(settings, house)
        seconds = time.perf_counter() - begun
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def psql(url: str, command: str) -> float:
    """Seconds that psql takes for one command."""
    begun = time.perf_counter()
    subprocess.run(
        [embedded.program("psql"), url, "-qX", "-v", "ON_ERROR_STOP=1", "-c", command], check=True, capture_output=True
    )
    return time.perf_counter() - begun


def copy_by_psql(url: str, typed: Path) -> float:
    """Seconds of `psql \\copy` of the landed rows into an empty logged table of the same shape, indexes included."""
    psql(url, f"\\copy staging.{SHAPE} to '{typed}' (format csv)")
    psql(url, f"create table staging.same_shape (like staging.{SHAPE} including all)")
    psql(url, "checkpoint")
    return psql(url, f"\\copy staging.same_shape from '{typed}' (format csv)")


def load_by_dlt(url: str, source: Path, rows: int, folder: Path) -> float:
    """Seconds that dlt takes for the first `rows` rows of the same file."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": str(folder)}
    import dlt

    def read() -> Iterator[list[dict[str, str]]]:
        with source.open(encoding="utf-8", newline="") as file:
            batch: list[dict[str, str]] = []
            for number, row in enumerate(csv.DictReader(file, delimiter=";")):
                if number == rows:
                    break
                batch.append(row)
                if len(batch) == 10_000:
                    yield batch
                    batch = []
            yield batch

    pipeline = dlt.pipeline(
        "landing_peer",
        destination=dlt.destinations.postgres(url),
        dataset_name="dlt_peer",
        pipelines_dir=str(folder),
        progress=None,
    )
    begun = time.perf_counter()
    pipeline.run(read(), table_name="vertinimai", loader_file_format="csv", write_disposition="replace")
    return time.perf_counter() - begun


def main() -> None:
    """Generate, land, copy, load; print one table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=5_000_000)
    options.add_argument("--files", type=int, default=545)
    options.add_argument("--dlt-rows", type=int, default=200_000)
    options.add_argument("--land-only", action="store_true", help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.land_only:
        land_here()
        return

    home = Path(tempfile.mkdtemp(prefix="aim-benchmark-"))
    home.chmod(0o711)
    settings = Settings.from_env({"AIM_HOME": str(home)})
    providers = [code for code, provider in read_registry(settings.registry).items() if provider.kind == "spc"]
    inbox = home / "inbox" / "sftp"
    inbox.mkdir(parents=True)
    try:
        with warehouse(settings) as house:
            kept = home / "large.csv"
            kept.hardlink_to(write_large(inbox, providers[0], asked.rows))
            seconds, megabytes = land(home)
            ours = asked.rows / seconds
            print(f"landing {asked.rows:,} rows      {seconds:7.1f} s {ours:10,.0f} rows/s  peak {megabytes:.0f} MB")
            copied = copy_by_psql(house.url, home / "typed.csv")
            peer = asked.rows / copied
            print(f"psql \\copy, same table     {copied:7.1f} s {peer:10,.0f} rows/s  ours / psql = {ours / peer:.2f}")
            loaded = load_by_dlt(house.url, kept, asked.dlt_rows, home / "dlt")
            slow = asked.dlt_rows / loaded
            print(f"dlt, {asked.dlt_rows:,} rows {loaded:14.1f} s {slow:10,.0f} rows/s  ours / dlt = {ours / slow:.1f}")
            rows = write_small(inbox, providers, asked.files)
            seconds, megabytes = land(home)
            print(
                f"{asked.files} small files, {rows:,} rows {seconds:6.1f} s "
                f"{seconds / asked.files * 1000:8.1f} ms a file  peak {megabytes:.0f} MB"
            )
        embedded.remove(settings)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
