"""Rows at random of what others than case managers deliver, for tests of what dbt makes of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from aim.contracts.calendar import Period

Row = dict[str, Any]

PLACES = ["33", "11", "13"]
SERVICES = ["INFORMAVIMAS", "KONSULTAVIMAS", "MEDIACIJA", "ATOKVEPIS"]
FIRST = date(2017, 10, 1)


class Life:
    """Records that go on from slice to slice, of the people given; a slice leaves some out and changes some."""

    def __init__(self, chance: random.Random, people: list[Row]) -> None:
        self.chance = chance
        self.people = people
        self.spans: dict[tuple[str, str], list[Row]] = {}

    def rows(self, dataset: str, provider: str, period: Period) -> list[Row]:
        """The rows of one slice, keys unique within it."""
        make: Callable[[str, Period], list[Row]] = getattr(self, dataset)
        return make(provider, period)

    def going_on(self, dataset: str, provider: str, period: Period, many: int) -> list[Row]:
        """Spans of persons that overlap the period: number, who, sav, begun, ended."""
        known = self.spans.setdefault(
            (dataset, provider),
            [
                {
                    "number": f"{self.chance.choice('Gg')}-{number}",
                    "who": self.chance.choice(self.people),
                    "sav": self.chance.choice(PLACES),
                    "begun": FIRST + timedelta(days=self.chance.randint(0, 420)),
                    "lasts": self.chance.choice([None, 30, 120, 200]),
                }
                for number in range(many)
            ],
        )
        found = []
        for span in known:
            ended = span["begun"] + timedelta(days=span["lasts"]) if span["lasts"] else None
            if ended and self.chance.random() < 0.2:
                ended = self.chance.choice([None, period.end])
            if ended and ended < span["begun"]:
                ended = None
            if span["begun"] > period.end or (ended and ended < period.start) or self.chance.random() < 0.1:
                continue
            sav = self.chance.choice(PLACES) if self.chance.random() < 0.1 else span["sav"]
            found.append(span | {"ended": ended, "sav": sav})
        return found

    def some(self, most: int) -> list[Row]:
        return self.chance.sample(self.people, self.chance.randint(0, most))

    def day(self, period: Period, before: int = 0) -> date:
        return period.start + timedelta(days=self.chance.randint(-before, (period.end - period.start).days))

    def rizikos_seimos(self, provider: str, period: Period) -> list[Row]:
        return [
            {
                "seimos_nr": f"S-{int(one['number'][2:]) % 7}",
                **one["who"],
                "sav": one["sav"],
                "irasyta": one["begun"],
                "isbraukta": one["ended"],
                "priezastis": "KITA",
            }
            for one in self.going_on("rizikos_seimos", provider, period, 25)
        ]

    def smurtas(self, provider: str, period: Period) -> list[Row]:
        rows = []
        for number in self.chance.sample(range(40), 14):
            happened, sav = self.day(period, before=60), self.chance.choice(PLACES)
            for who in self.some(3):
                rows += [
                    {
                        "pranesimo_nr": f"M-{number}",
                        **who,
                        "smurto_rusis": kind,
                        "sav": sav,
                        "ivykio_data": happened,
                        "pranesimo_data": max(happened, period.start),
                        "patvirtinta": self.chance.choice(["TAIP", "TAIP", "NE", "TIRIAMA"]),
                        "liudininkas": self.chance.random() < 0.3,
                        "smurtautojas": "TEVAI",
                    }
                    for kind in self.chance.sample(["FIZINIS", "PSICHOLOGINIS"], self.chance.randint(1, 2))
                ]
        return rows

    def globa(self, provider: str, period: Period) -> list[Row]:
        return [
            {
                "globos_nr": one["number"],
                **one["who"],
                "sav": one["sav"],
                "globos_rusis": "LAIKINOJI",
                "vieta": self.chance.choice(["SEIMA", "SEIMYNA", "INSTITUCIJA", "BUDINTIS"]),
                "pagrindas": self.chance.choice(["NETEKO", "APRIBOTA", "TEVU_PRASYMU", "KITA"]),
                "nuo": one["begun"],
                "iki": one["ended"],
            }
            for one in self.going_on("globa", provider, period, 60)
        ]

    def socialines_rizikos_vaikai(self, provider: str, period: Period) -> list[Row]:
        rows = {
            (one["who"]["vaiko_id"], one["begun"]): {
                **one["who"],
                "sav": one["sav"],
                "statusas_nuo": one["begun"],
                "statusas_iki": one["ended"],
                "priezastis": self.chance.choice(["VALKATAVIMAS", "ELGESYS", "KITA"]),
            }
            for one in self.going_on("socialines_rizikos_vaikai", provider, period, 60)
        }
        return list(rows.values())

    def paslaugos(self, provider: str, period: Period) -> list[Row]:
        return [
            {
                **who,
                "sav": self.chance.choice(PLACES),
                "paslaugos_kodas": service,
                "poreikis_nustatytas": self.chance.random() < 0.6,
                "kiekis": self.chance.choice([0, 0, 1, 2.5]),
                "vienetas": "VAL",
                "laukia": False,
            }
            for who in self.some(20)
            for service in self.chance.sample(SERVICES, self.chance.randint(1, 3))
        ]

    def nelankantys(self, provider: str, period: Period) -> list[Row]:
        return [
            {
                **who,
                "mokyklos_kodas": "190244763",
                "sav": self.chance.choice(PLACES),
                "menuo": period.start,
                "pamoku_is_viso": 100,
                "praleista": 60,
                "be_priezasties": self.chance.choice([50, 51, 60]),
            }
            for who in self.some(30)
        ]

    def nesimokantys(self, provider: str, period: Period) -> list[Row]:
        return [
            {
                **who,
                "sav": self.chance.choice(PLACES),
                "mokslo_metai": period.text,
                "priezastis": self.chance.choice(["ISVYKO", "KITA"]),
            }
            for who in self.some(40)
        ]

    def sup(self, provider: str, period: Period) -> list[Row]:
        rows = {
            (one["who"]["vaiko_id"], one["begun"]): {
                **one["who"],
                "sav": one["sav"],
                "sprendimo_data": one["begun"],
                "lygis": "1",
                "sutrikimo_grupe": "A",
                "galioja_iki": one["ended"],
            }
            for one in self.going_on("sup", provider, period, 40)
        }
        return list(rows.values())

    def neigalumas(self, provider: str, period: Period) -> list[Row]:
        rows = {
            (one["who"]["vaiko_id"], one["begun"]): {
                **one["who"],
                "sav": one["sav"],
                "lygis": "SUNKUS",
                "nuo": one["begun"],
                "iki": one["ended"],
            }
            for one in self.going_on("neigalumas", provider, period, 40)
        }
        return list(rows.values())

    def nepilnameciu_veikos(self, provider: str, period: Period) -> list[Row]:
        return [
            {
                "sav": sav,
                "amzius": age,
                "lytis": sex,
                "veikos_grupe": group,
                "veiku_sk": self.chance.randint(0, 4),
                "asmenu_sk": self.chance.randint(0, 3),
            }
            for sav in PLACES
            for age in range(10, 18)
            for sex in "VM"
            for group in ("VISO", "VAGYSTE")
        ]

    def priklausomybes(self, provider: str, period: Period) -> list[Row]:
        return [
            {
                "sav": sav,
                "amziaus_grupe": band,
                "lytis": sex,
                "asmenu_sk": self.chance.randint(0, 4),
                "naujai": self.chance.randint(0, 1),
            }
            for sav in PLACES
            for band in ("0-3", "4-6", "7-9", "10-14", "15-17")
            for sex in "VM"
        ]

    def uzimtumas(self, provider: str, period: Period) -> list[Row]:
        return [
            {
                **who,
                "sav": self.chance.choice(PLACES),
                "istaigos_kodas": "190244763",
                "programa": "SPORTAS",
                "menuo": period.start,
                "planuota": 10,
                "lanke": self.chance.choice([6, 7, 8]),
            }
            for who in self.some(50)
        ]

    def tbk_veikla(self, provider: str, period: Period) -> list[Row]:
        rows: list[Row] = []
        for number in self.chance.sample(range(20), 8):
            due = self.day(period, before=40)
            rows.append(
                {
                    "iraso_nr": f"U-{number}",
                    "tipas": "UZKLAUSA",
                    "data": due - timedelta(days=20),
                    "institucijos_kodas": "190244763",
                    "terminas": due,
                    "atsakymo_data": self.chance.choice([None, due, due + timedelta(days=1)]),
                }
            )
        rows += [
            {
                "iraso_nr": f"P-{number}",
                "tipas": "POSEDIS",
                "data": self.day(period, before=60),
                "kviesta": 3,
                "dalyvavo": self.chance.choice([2, 3, 4]),
            }
            for number in self.chance.sample(range(12), 4)
        ]
        columns = {column: None for row in rows for column in row}
        return [columns | row for row in rows]

    def apklausa(self, provider: str, period: Period) -> list[Row]:
        return [
            {
                "lapo_nr": f"L-{sheet}",
                "respondentas": self.chance.choice(["VAIKAS", "TEVAI"]),
                "klausimo_nr": question,
                "balas": self.chance.choice("123459"),
            }
            for sheet in range(5)
            for question in self.chance.sample(range(1, 11), 6)
        ]
