"""A home where one child stands in files of every form, and a search for every trace of it."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from tests.unit.landing.written_sheets import ods, ods_cell, ods_row, parts, workbook, zipped

from aim.clock import Clock
from aim.contracts.load import contracts
from aim.contracts.registry import read_registry
from aim.erasure.packed import unpack
from aim.landing import archive
from aim.landing.check_digits import ways_to_write
from aim.landing.load import LandingResult, land_inbox
from aim.landing.secret import read_secret
from aim.ledger import obligations, reasons, runs
from aim.quality.judging import judge_all
from aim.settings import Settings
from aim.warehouse import connect, dbt
from aim.warehouse.connect import Warehouse
from aim.warehouse.staging_tables import ensure_staging_tables

CODE, CASE, NAME = "51003019808", "BYLA-777", "Tomas"
"""The child's code, its case, its name in a column nobody asked for: none may be found again."""
OTHERS = ("61207129837", "51105059805", "61309189837")
CENTRE, SERVICES = "902330016", "901330013"
TODAY = date(2019, 1, 22)
FACTS = ("+fct_case", "+fct_assessment_answer", "+fct_plan_measure", "+fct_service_delivery")
"""What is built: of a child itself, of its cases, and of both."""
HEADER = "atvejo_nr;asmens_kodas;seimos_nr;sav;pranesimo_data;atidarymo_data;vardas"


def case(number: str, code: str, sav: str = "33", name: str = "Rūta", family: str = "") -> str:
    return ";".join([number, code, family or f"S-{number}", sav, "2018-10-01", "2018-10-02", name])


def others(count: int = 12) -> list[str]:
    return [case(f"A-{number}", OTHERS[number % 3]) for number in range(1, count + 1)]


def text(*lines: str, header: str = HEADER) -> str:
    return "\n".join([header, *lines, ""])


def answers(case_number: str, count: int = 3) -> list[str]:
    return [f"{case_number};V-{case_number};2018-10-10;1.{item};2;SOCIALINIS" for item in range(1, count + 1)]


ANSWERS = "atvejo_nr;vertinimo_nr;vertinimo_data;klausimo_nr;lygis;vertintojo_grupe"
MEASURES = "plano_nr;priemones_nr;atvejo_nr;sudarymo_data;priemone;terminas;busena"
SERVICE = ["asmens_kodas", "sav", "paslaugos_kodas", "poreikis_nustatytas", "kiekis", "vienetas", "laukia"]


def service(code: str, kind: str) -> list[str]:
    return [code, "33", kind, "taip", "2", "VAL", "ne"]


FIRST = text(case(CASE, CODE, name=NAME), case(CASE, CODE, name=NAME), *others())
QUARANTINED = text(case(CASE, CODE, sav="99", name=f"{NAME} Ąžuolas"), *others()).encode("cp1257")
FILES: list[tuple[str, bytes, str]] = [
    (f"atvejai_{CENTRE}_2018-10.csv", FIRST.encode(), "2018-11-05"),
    (
        f"atvejai_{CENTRE}_2018-10.xlsx",
        workbook([line.split(";") for line in [HEADER, case(CASE, CODE, sav="11", name=NAME), *others()]]),
        "2018-11-06",
    ),
    (f"atvejai_{CENTRE}_2018-11.csv", QUARANTINED, "2018-12-05"),
    (f"atvejai_{CENTRE}_2018-11.csv", QUARANTINED, "2018-12-06"),
    (
        f"vertinimai_{CENTRE}_2018-10.csv.gz",
        gzip.compress(text(*answers(CASE), *answers("A-1"), header=ANSWERS).encode(), mtime=7),
        "2018-11-05",
    ),
    (
        f"pagalbos_planai_{CENTRE}_2018-10.csv.zip",
        zipped(
            {
                "planai.csv": text(
                    f"P-1;1;{CASE};2018-10-05;Lankyti šeimą;2018-12-01;VYKDOMA",
                    f"P-2;1;A-1;2018-10-05;Kartu su broliu {CODE};2018-12-01;VYKDOMA",
                    header=MEASURES,
                ).encode()
            }
        ),
        "2018-11-05",
    ),
    (
        f"paslaugos_{SERVICES}_2018-10.ods",
        ods(
            b"".join(
                ods_row(*map(ods_cell, cells))
                for cells in [
                    SERVICE,
                    service(CODE, "KONSULTAVIMAS"),
                    service(OTHERS[0], "KONSULTAVIMAS"),
                    service(CODE, "MEDIACIJA"),
                    service(OTHERS[1], "MEDIACIJA"),
                ]
            )
        ),
        "2018-11-05",
    ),
    ("ataskaita.csv", text(case(CASE, CODE, name=NAME), *others(2)).encode("utf-16"), "2018-11-05"),
    ("atvejai_999999999_2018-10.csv", text(case(CASE, CODE, name=NAME), *others(2)).encode(), "2018-11-05"),
    (
        f"atvejai_{CENTRE}_2018-12.csv.gz",
        gzip.compress(text(case(CASE, CODE, name=NAME)).encode())[:-9],
        "2019-01-05",
    ),
    (f"uzimtumas_{CENTRE}_2018-12.csv", b"asmens_kodas\n", "2019-01-05"),
    (f"vertinimai_{CENTRE}_2018-11.csv", text(*answers("A-2"), header=ANSWERS).encode(), "2018-12-05"),
]


@dataclass
class Home:
    """A home and its warehouse."""

    settings: Settings
    warehouse: Warehouse
    connection: psycopg.Connection[Any]

    def deliver(self, name: str, content: bytes, day: str) -> Path:
        path = Path(self.settings.inbox) / "upload" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        stamp = datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=UTC).timestamp()
        os.utime(path, (stamp, stamp))
        return path

    def land(self) -> LandingResult:
        return land_inbox(self.settings, self.warehouse)

    def night(self, *models: str) -> int:
        """Judge what waits, pin, and build models; returns the run."""
        run_id = runs.open_run(self.connection, Clock.at(TODAY))
        judge_all(self.warehouse, self.settings, run_id)
        with self.connection.transaction():
            obligations.refresh(self.connection, contracts(), read_registry(self.settings.registry), Clock.at(TODAY))
            runs.pin(self.connection, run_id, 3)
        if models:
            dbt.build(self.warehouse, self.settings, run_id, TODAY, " ".join(models))
        runs.close_run(self.connection, run_id, "succeeded")
        return run_id

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, values or None).fetchall()  # type: ignore[call-overload]  # tests' own

    def originals(self) -> dict[str, bytes]:
        secret = read_secret(self.settings.secret_file)
        found = {}
        for name in archive.names(self.settings.archive):
            with archive.original(self.settings.archive, secret.identities, name) as opened:
                found[name] = opened.read()
        return found

    def ledger(self) -> list[tuple[Any, ...]]:
        """What the ledger says of every delivery, numbers of judgements left out."""
        return self.rows(
            "select file_name, received_at, period, verdict, reason_code, version, rows_received, rows_loaded,"
            " rows_quarantined, rows_duplicate, rows_erased, rows_erased_out, rows_erased_duplicate, original_erased,"
            " archive_name, sha256 from ops.deliveries order by delivery_id"
        )

    def staged(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every landed row, by dataset."""
        return {
            dataset: self.connection.execute(
                sql.SQL("select landed::text from {} as landed order by 1").format(sql.Identifier("staging", dataset))
            ).fetchall()
            for dataset in contracts().datasets
        }

    def tables(self, schemas: Sequence[str] | None = None) -> dict[str, list[str]]:
        """Every row of every table as text, statistics of the planner too."""
        tables = self.rows(
            "select table_schema, table_name from information_schema.tables"
            " where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')"
        )
        if schemas is None:
            tables.append(("pg_catalog", "pg_stats"))
        return {
            f"{schema}.{name}": [
                str(row[0])
                for row in self.connection.execute(
                    sql.SQL("select row_to_json(each)::text from {} as each").format(sql.Identifier(schema, name))
                )
            ]
            for schema, name in tables
            if schemas is None or schema in schemas
        }


def make(home: Home) -> None:
    """Land, judge and build; one of the child's rows is asked about and answered in words."""
    with home.connection.transaction():
        ensure_staging_tables(home.connection, contracts())
        runs.open_run(home.connection, Clock.at(TODAY))
    run_id = home.rows("select max(run_id) from ops.runs")[0][0]
    # One after another, as they came: two share a name.
    for name, content, day in FILES:
        home.deliver(name, content, day)
        home.land()
    judge_all(home.warehouse, home.settings, run_id)
    asked = home.rows(
        "select issue.delivery_id, issue.row_number from quality.row_issues as issue"
        " inner join ops.deliveries using (delivery_id)"
        " where rule_code = 'VIS-008' and verdict in ('accepted', 'accepted_with_findings')"
    )
    with home.connection.transaction():
        for delivery_id, row in asked:
            reasons.give(home.connection, delivery_id, "VIS-008", f"{NAME} gyvena pas senelius", row)
    home.night(*FACTS)


@contextmanager
def database(server: Any, name: str, template: str) -> Iterator[str]:
    """A database of that name made from another, dropped afterwards; gives its URL."""
    with connect.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield server.url(name)
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Home]:
    """The home in `folder` on the warehouse at `url`."""
    settings = Settings.from_env({"AIM_HOME": str(folder), "AIM_SETTLE_SECONDS": "0", "AIM_WAREHOUSE": url})
    with connect.connect(url, autocommit=True) as connection:
        yield Home(settings, Warehouse(url, url), connection)


def copied(folder: Path, to: Path) -> Path:
    """A copy of a home's files."""
    shutil.copytree(folder, to)
    return to


def known_by(home: Home) -> list[bytes]:
    """All that the child is known by in this warehouse: its keys and their digests."""
    secret = read_secret(home.settings.secret_file)
    digests = [secret.digest(version, CODE.encode()) for version in secret.hmac_keys]
    keys = home.rows("select vaiko_id::text from identity.child_key where code_hmac = any(%s)", digests)
    return [*digests, *(key.encode() for (key,) in keys)]


def assert_no_trace(home: Home, known: Iterable[bytes]) -> None:
    """Neither in any table, nor in the archive, nor in any other file of the home, nor in the server's own files."""
    words = [CODE, CASE, NAME, *(each.decode() if len(each) == 36 else each.hex() for each in known)]
    for table, rows in home.tables().items():
        for word in words:
            assert not any(word in row for row in rows), (table, word)
    for name, content in home.originals().items():
        for part in readable(content):
            assert CASE not in part and NAME not in part and not ways_to_write(CODE).search(part), name
    for path in home.settings.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(word.encode() in content for word in words), path
    raw = [CODE.encode(), CASE.encode(), *(each for each in known if len(each) == 32)]
    raw += [bytes.fromhex(each.decode().replace("-", "")) for each in known if len(each) == 36]
    for path in files_of_the_database(home):
        content = path.read_bytes()
        assert not any(word in content for word in raw), path


def readable(content: bytes) -> list[str]:
    inside = unpack(content, Settings.from_env({}).limits)
    if inside.form == "csv":
        codec = "utf-16" if inside.content[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1"
        return [inside.content.decode(codec)]
    return [part.decode("utf-8", "replace") for part in parts(inside.content).values()]


def files_of_the_database(home: Home) -> list[Path]:
    """The server's files of this database, once everything is written out.

    Without its copy of its own catalogue, which holds no rows and comes and goes while the server lives.
    """
    home.connection.execute("checkpoint")
    (folder,) = home.rows("show data_directory")[0]
    (number,) = home.rows("select oid from pg_database where datname = current_database()")[0]
    files = (path for path in (Path(folder) / "base" / str(number)).iterdir() if path.is_file())
    return sorted(path for path in files if path.name != "pg_internal.init")
