"""Which slices the sample's months owe, and when each of their files comes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from aim.contracts.calendar import Period, due_on, is_expected, periods_between, ready_on
from aim.contracts.load import Contracts
from aim.contracts.models import Grain, Obligation
from aim.contracts.registry import Provider
from aim.sample.window import Window


@dataclass(frozen=True)
class Owed:
    """One slice that a provider owes: from when it may come, and by when it is due (a working day)."""

    provider: Provider
    dataset: str
    period: Period
    ready: date
    due: date

    @property
    def key(self) -> tuple[str, str, str]:
        """Provider code, dataset, period."""
        return self.provider.code, self.dataset, self.period.text


def one_of_each(providers: Mapping[str, Provider], kind: str, window: Window) -> dict[str, str]:
    """Municipality code -> the first of its providers of the kind that is there in the window; "": a national one."""
    chosen: dict[str, str] = {}
    for code, provider in sorted(providers.items()):
        is_there = provider.valid_from <= window.end and (
            provider.valid_to is None or provider.valid_to >= window.start
        )
        if provider.kind == kind and is_there:
            chosen.setdefault(provider.municipality_code or "", code)
    return chosen


def owed(
    contracts: Contracts,
    providers: Mapping[str, Provider],
    window: Window,
    datasets: Collection[str],
    municipalities: Collection[str],
) -> list[Owed]:
    """What the first provider of each kind and municipality owes, dataset by dataset, periods in order.

    Months, quarters and half-years are those that end in the window; of the yearly ones those that fall due in its
    years, so that even three months have their denominators.
    """
    slices = []
    for kind in sorted(contracts.kinds):
        for place, code in one_of_each(providers, kind, window).items():
            if place and place not in municipalities:
                continue
            provider = providers[code]
            for duty in contracts.kinds[kind].delivers:
                if duty.dataset in datasets:
                    slices += _slices(contracts, provider, duty, window)
    rank = {dataset: number for number, dataset in enumerate(contracts.judging_order)}
    return sorted(slices, key=lambda one: (rank[one.dataset], one.period, one.provider.code))


def _slices(contracts: Contracts, provider: Provider, duty: Obligation, window: Window) -> list[Owed]:
    contract = contracts.datasets[duty.dataset]
    is_yearly = contract.period in (Grain.YEAR, Grain.SCHOOL_YEAR)
    first = date(window.start.year - 2, 1, 1) if is_yearly else window.start
    found = []
    for period in periods_between(first, window.end, contract.period):
        if not is_expected(duty, period, provider.valid_from, provider.valid_to):
            continue
        due = due_on(duty, period)
        if is_yearly:
            belongs = window.start.year <= due.year <= window.end.year
        else:
            belongs = window.start <= period.end <= window.end
        if belongs:
            found.append(Owed(provider, duty.dataset, period, ready_on(contract, period), due))
    return found
