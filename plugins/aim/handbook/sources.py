"""All that the handbook is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aim.contracts.calendar import Period, is_expected, ready_on
from aim.contracts.load import Contracts, contracts
from aim.contracts.models import Grain, Obligation, ProviderKind, RuleSet
from aim.contracts.reference import Reference, read_reference
from aim.contracts.registry import Provider, read_registry
from aim.settings import Settings

_LONGEST_SEARCH = 240
"""Periods looked back at for one that was delivered: twenty years of months."""


@dataclass(frozen=True)
class Sources:
    """Declarations, reference files and registry, as they stand on the day `today`."""

    contracts: Contracts
    reference: Reference
    providers: dict[str, Provider]
    today: date

    @classmethod
    def read(cls, settings: Settings, today: date) -> Sources:
        """From the places the settings name; raises ContractError, ReferenceFileError, RegistryError."""
        return cls(contracts(), read_reference(settings.reference), read_registry(settings.registry), today)

    def deliverers(self, dataset: str) -> list[tuple[ProviderKind, Obligation]]:
        """The kinds that owe the dataset, those still expected to deliver it first."""
        found = [
            (kind, owed) for kind in self.contracts.kinds.values() for owed in kind.delivers if owed.dataset == dataset
        ]
        return sorted(found, key=lambda one: one[1].valid_to is not None)

    def of_kind(self, kind: str) -> list[Provider]:
        """The registry's providers of a kind."""
        return [provider for provider in self.providers.values() if provider.kind == kind]

    def is_owed(self, kind: ProviderKind, owed: Obligation, period: Period) -> bool:
        """Whether any provider of the kind owes the slice."""
        return self._first_owing(kind, owed, period) is not None

    def example_slice(self, dataset: str) -> tuple[Provider | None, Period]:
        """A provider and the latest period that it can deliver by today; None where the registry has no such one."""
        contract = self.contracts.datasets[dataset]
        latest = Period.holding(self.today, contract.period)
        for deliverer in self.deliverers(dataset):
            period = latest
            for _ in range(_LONGEST_SEARCH):
                provider = self._first_owing(*deliverer, period)
                if provider is not None and ready_on(contract, period) <= self.today:
                    return provider, period
                period = period.previous()
        return None, latest

    def specimen_slice(self, dataset: str) -> tuple[Provider | None, Period]:
        """The same of the period that the specimen of the dataset's rules is of, where there is one."""
        rule_set = self.rule_set(dataset)
        if rule_set is None or rule_set.period is None:
            return self.example_slice(dataset)
        period = Period.parse(rule_set.period)
        owing = (self._first_owing(*deliverer, period) for deliverer in self.deliverers(dataset))
        return next(filter(None, owing), None), period

    def _first_owing(self, kind: ProviderKind, owed: Obligation, period: Period) -> Provider | None:
        owing = (one for one in self.of_kind(kind.kind) if is_expected(owed, period, one.valid_from, one.valid_to))
        return next(owing, None)

    def rule_set(self, dataset: str) -> RuleSet | None:
        """The dataset's own rules with their specimen, if declared."""
        return self.contracts.rule_sets.get(dataset)

    def grain(self, dataset: str) -> Grain:
        """How long the dataset's periods are."""
        return self.contracts.datasets[dataset].period
