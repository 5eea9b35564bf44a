"""A small warehouse whose deliveries are landed and judged by hand, for tests of what dbt makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from aim.clock import VILNIUS, Clock
from aim.contracts.calendar import Period
from aim.contracts.load import contracts
from aim.contracts.registry import COLUMNS, read_registry
from aim.ledger import deliveries, obligations, runs
from aim.settings import Settings
from aim.warehouse.connect import Warehouse
from aim.warehouse.staging_tables import ensure_partition, ensure_staging_table

Row = dict[str, Any]

CENTRES = {"902330018": "33", "902110014": "11", "902130019": "13"}
"""Case managers of the tests and their municipalities: 33 and 11 lie in one county, 13 in another."""
AGENCY = "913000016"
OTHERS = {
    "901330012": ("savivaldybe", "33"),
    "903110011": ("tbk", "11"),
    "904130010": ("ppt", "13"),
    "905330014": ("dienos_centras", "33"),
    "906110018": ("nvs", "11"),
    "907130017": ("vtas", "13"),
    "908000010": ("vvtait", ""),
    "909000014": ("nsa", ""),
    "910000018": ("ird", ""),
    "911000013": ("anta", ""),
    "912000017": ("hi", ""),
}
"""A provider of every other kind, with its municipality: what they owe has all lengths of period."""
HOMES = CENTRES | {code: sav for code, (_, sav) in OTHERS.items() if sav}
ITEMS = [*(f"1.{i}" for i in range(1, 11)), *(f"2.{i}" for i in range(1, 10)), *(f"3.{i}" for i in range(1, 10))]


def person(number: int, born: date | None, sex: str | None) -> Row:
    """The columns of a person as landing leaves them; born None: a code that does not tell."""
    return {
        "vaiko_id": UUID(int=number),
        "gimimo_menuo": born,
        "lytis": sex,
        "_temporary_code": born is None,
    }


def write_registry(path: Path, first_day: date = date(2018, 5, 1), agency_from: date = date(2018, 1, 1)) -> None:
    """A registry of the three centres, the population agency and a provider of every other kind."""
    lines = [",".join(COLUMNS)]
    lines += [f"{code},Centras {sav},spc,{sav},lt,{first_day}," for code, sav in CENTRES.items()]
    lines.append(f"{AGENCY},Agentūra,vda,,lt,{agency_from},")
    lines += [f"{code},Įstaiga {kind},{kind},{sav},lt,{agency_from}," for code, (kind, sav) in OTHERS.items()]
    path.write_text("\n".join(lines) + "\n", "utf-8")


class JudgedSlices:
    """Deliveries by the real ledger, rows put straight into staging; `rows_in` keeps what each delivery has in."""

    def __init__(self, connection: psycopg.Connection[Any], settings: Settings, url: str) -> None:
        self.connection = connection
        self.warehouse = Warehouse(url, url)
        self.settings = settings.model_copy(update={"registry": settings.home / "registry.csv"})
        settings.home.mkdir(parents=True, exist_ok=True)
        write_registry(self.settings.registry)
        self.rows_landed: dict[int, list[Row]] = {}
        self.rows_in: dict[int, list[Row]] = {}
        self._stamps = count()
        for contract in contracts().datasets.values():
            ensure_staging_table(connection, contract)
            for year in range(2016, 2020):
                ensure_partition(connection, contract, date(year, 1, 1))

    def deliver(
        self,
        dataset: str,
        period: str,
        rows: Sequence[Mapping[str, Any]],
        provider: str,
        out: Iterable[int] = (),
        duplicates: Iterable[int] = (),
        channel: str = "sftp",
        received_at: datetime | None = None,
        reject: bool = False,
    ) -> int:
        """A delivery, judged at once; out and duplicates are places in `rows`. Returns its id."""
        parsed, duplicates = Period.parse(period), set(duplicates)
        stamp = next(self._stamps)
        with self.connection.transaction():
            delivery_id = deliveries.next_delivery_id(self.connection)
            head = deliveries.Head(
                channel=channel,
                file_name=f"{dataset}_{provider}_{period}.csv",
                sha256=f"{stamp:064}",
                received_at=received_at or datetime(2019, 1, 2, 8, tzinfo=VILNIUS) + timedelta(seconds=stamp),
                provider_code=provider,
                dataset=dataset,
                period=parsed,
                municipality_code=HOMES.get(provider),
            )
            landed = [
                {
                    "delivery_id": delivery_id,
                    "row_number": place + 2,
                    "provider_code": provider,
                    "period": period,
                    "period_start": parsed.start,
                    "period_end": parsed.end,
                    "_duplicate": place in duplicates,
                    **row,
                }
                for place, row in enumerate(rows)
            ]
            self._copy(dataset, landed)
            deliveries.record_received(self.connection, delivery_id, head, len(rows), not rows, "archived")
            self.rows_landed[delivery_id] = landed
            self.judge(delivery_id, out, reject)
        return delivery_id

    def judge(self, delivery_id: int, out: Iterable[int] = (), reject: bool = False) -> None:
        """Judge a delivery (again): the rows at the places `out` are quarantined."""
        landed, out = self.rows_landed[delivery_id], set(out)
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute("delete from quality.row_issues where delivery_id = %s", (delivery_id,))
            cursor.executemany(
                "insert into quality.row_issues (delivery_id, row_number, rule_code, out)"
                " values (%s, %s, 'TST-001', true)",
                [(delivery_id, landed[place]["row_number"]) for place in out],
            )
            twice = sum(row["_duplicate"] for row in landed)
            deliveries.settle(
                self.connection,
                deliveries.Judged(
                    delivery_id,
                    deliveries.next_load_id(self.connection),
                    rows_quarantined=len(out),
                    rows_duplicate=twice,
                    has_findings=bool(out or twice),
                    reject_reason="file_rule" if reject else None,
                ),
            )
        self.rows_in[delivery_id] = [
            row for place, row in enumerate(landed) if place not in out and not row["_duplicate"]
        ]

    def pin(self, today: date) -> int:
        """Open a run on that day, refresh the obligations and pin what speaks; returns the run's id."""
        with self.connection.transaction():
            run_id = runs.open_run(self.connection, Clock.at(today))
            providers = read_registry(self.settings.registry)
            obligations.refresh(self.connection, contracts(), providers, Clock.at(today))
            runs.pin(self.connection, run_id, nights_kept=14, providers=providers)
        return run_id

    def speaking(self) -> list[Row]:
        """Every row that speaks, with `dataset` beside its own columns."""
        found = self.connection.execute("select delivery_id, dataset from ops.speaking_deliveries").fetchall()
        return [
            row | {"dataset": dataset} for delivery_id, dataset in found for row in self.rows_in.get(delivery_id, [])
        ]

    def _copy(self, dataset: str, rows: list[Row]) -> None:
        if not rows:
            return
        columns = list(rows[0])
        statement = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier("staging", dataset), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self.connection.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row([row[column] for column in columns])


def case_row(number: str, who: Row, sav: str, opened: date, closed: date | None = None, family: str = "S-1") -> Row:
    """A row of `atvejai`."""
    return {
        "atvejo_nr": number,
        **who,
        "seimos_nr": family,
        "sav": sav,
        "pranesimo_data": opened,
        "atidarymo_data": opened,
        "uzdarymo_data": closed,
        "uzdarymo_priezastis": "KITA" if closed else None,
    }


def answer_rows(number: str, case: str, day: date, levels: Mapping[str, str], stated: str | None = None) -> list[Row]:
    """The rows of an assessment: item -> level."""
    return [
        {
            "atvejo_nr": case,
            "vertinimo_nr": number,
            "vertinimo_data": day,
            "klausimo_nr": item,
            "lygis": level,
            "bendras_lygis": stated,
            "vertintojo_grupe": "SOCIALINIS",
        }
        for item, level in levels.items()
    ]


def population_rows(year: int, per_age: int = 100) -> list[Row]:
    """`gyventojai` of all municipalities that a year's file must hold, with numbers that differ by place and age."""
    codes = [line.split(",")[0] for line in _municipalities()]
    return [
        {
            "sav": code,
            "metai": year,
            "amzius": age,
            "viso": per_age + int(code) + age,
            "berniukai": (per_age + int(code)) // 2,
            "mergaites": per_age + int(code) + age - (per_age + int(code)) // 2,
        }
        for code in codes
        for age in range(18)
    ]


def pupil_rows(year: int) -> list[Row]:
    """`mokiniai` of all municipalities and ages."""
    return [
        {"sav": code, "metai": year, "amzius": age, "mokiniu_sk": year % 100 + int(code) + age}
        for code in (line.split(",")[0] for line in _municipalities())
        for age in range(6, 21)
    ]


def _municipalities() -> list[str]:
    folder = Path(__file__).parents[2] / "dbt_project" / "seeds" / "reference"
    return (folder / "municipalities.csv").read_text("utf-8").splitlines()[1:]
