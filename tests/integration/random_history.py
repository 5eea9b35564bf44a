"""What providers sent over some months, at random: a list that can be landed in any order."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from judged_slices import AGENCY, CENTRES, OTHERS, JudgedSlices, Row, population_rows, pupil_rows
from random_cases import assessments, case_rows, cases_at_random, people_at_random, plan_measures
from random_rows import Life

from aim.clock import VILNIUS
from aim.contracts.calendar import Period, is_expected, periods_between
from aim.contracts.load import contracts
from aim.ledger import deliveries

FIRST_DAY = date(2018, 8, 1)
"""From which day providers owe: the registry of a test that lands this."""
LAST_DAY = date(2018, 12, 31)

Slice = tuple[str, str, str]
"""Dataset, period, provider."""


@dataclass(frozen=True)
class Sent:
    """A file and what its judging finds: rows quarantined, refused as a whole, withdrawn soon after."""

    dataset: str
    period: str
    provider: str
    rows: list[Row] = field(repr=False)
    received_at: datetime
    channel: str = "sftp"
    out: tuple[int, ...] = ()
    is_refused: bool = False
    is_withdrawn: bool = False

    @property
    def slice(self) -> Slice:
        """The slice it is for."""
        return self.dataset, self.period, self.provider

    def corrected(self, rows: list[Row], received_at: datetime) -> Sent:
        """The same slice again with other rows, sent by hand."""
        return replace(self, rows=rows, received_at=received_at, channel="upload")


def history(chance: random.Random, surely: Iterable[Slice]) -> list[Sent]:
    """Files of all kinds of provider in the order they were received, each at a moment of its own.

    Some slices are missing, refused, empty, sent again or withdrawn; those named `surely` come once and whole.
    """
    sure = set(surely)
    found = [one for made in _made(chance) for one in _sent_somehow(chance, made, made.slice in sure)]
    found.sort(key=lambda one: (one.received_at, one.slice))
    return [
        replace(one, received_at=one.received_at + timedelta(microseconds=place)) for place, one in enumerate(found)
    ]


def land(slices: JudgedSlices, sent: Iterable[Sent]) -> dict[Slice, int]:
    """Land and judge these in their order, withdraw the withdrawn; returns the last delivery of each slice."""
    landed = {}
    for one in sent:
        landed[one.slice] = slices.deliver(
            one.dataset,
            one.period,
            one.rows,
            one.provider,
            one.out,
            channel=one.channel,
            received_at=one.received_at,
            reject=one.is_refused,
        )
        if one.is_withdrawn:
            deliveries.withdraw(slices.connection, landed[one.slice])
    return landed


def _made(chance: random.Random) -> Iterator[Sent]:
    yield _of("gyventojai", Period.parse("2018"), AGENCY, population_rows(2018, per_age=88), date(2018, 8, 20))
    for year in (2017, 2018):
        yield _of("mokiniai", Period.parse(str(year)), "909000014", pupil_rows(year), date(2018, 11, 1))
    people = people_at_random(chance)
    for provider, home in CENTRES.items():
        cases = cases_at_random(chance, people, home)
        for period in periods_between(FIRST_DAY, LAST_DAY, contracts().datasets["atvejai"].period):
            yield _of("atvejai", period, provider, case_rows(chance, cases, period))
            yield _of("vertinimai", period, provider, assessments(chance, cases, period))
            yield _of("pagalbos_planai", period, provider, plan_measures(chance, cases, period))
    life = Life(chance, people)
    for provider, (kind, _) in OTHERS.items():
        for owed in contracts().kinds[kind].delivers:
            for period in periods_between(FIRST_DAY, LAST_DAY, contracts().datasets[owed.dataset].period):
                if owed.dataset != "mokiniai" and is_expected(owed, period, FIRST_DAY, LAST_DAY):
                    yield _of(owed.dataset, period, provider, life.rows(owed.dataset, provider, period))


def _of(dataset: str, period: Period, provider: str, rows: list[Row], day: date | None = None) -> Sent:
    moment = datetime.combine(day or period.end + timedelta(days=1), time(9, 30), VILNIUS)
    return Sent(dataset, period.text, provider, rows, moment)


def _sent_somehow(chance: random.Random, made: Sent, surely: bool) -> Iterator[Sent]:
    if surely:
        yield made
        return
    if chance.random() < 0.1:
        return
    first = replace(
        made,
        received_at=made.received_at + timedelta(days=chance.randint(0, 15)),
        channel=chance.choice(["sftp", "api", "email", "upload"]),
        out=tuple(place for place in range(len(made.rows)) if chance.random() < 0.03),
        is_refused=chance.random() < 0.1,
    )
    yield replace(first, is_withdrawn=not first.is_refused and chance.random() < 0.05)
    while chance.random() < 0.2:
        first = first.corrected(
            chance.choice([[], made.rows[::2], made.rows]), first.received_at + timedelta(days=chance.randint(1, 3))
        )
        yield replace(first, out=(), is_refused=False, is_withdrawn=chance.random() < 0.4)
