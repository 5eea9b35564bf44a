"""What a session of writing letters looks things up in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from aim.clock import Clock
from aim.contracts.calendar import Period
from aim.contracts.load import Contracts, contracts
from aim.contracts.reference import Reference, read_reference
from aim.contracts.registry import Provider, read_registry
from aim.ledger import contacts
from aim.reports.addressees import AddressBook
from aim.reports.monthly import MonthlyReport, monthly_report
from aim.reports.speech import Speech
from aim.settings import Settings


@dataclass(frozen=True)
class Desk:
    """Connection, declarations, registry, addresses; reports asked for twice are read once."""

    connection: psycopg.Connection[Any]
    contracts: Contracts
    reference: Reference
    providers: Mapping[str, Provider]
    book: AddressBook
    clock: Clock
    settings: Settings
    _speeches: dict[str, Speech] = field(default_factory=dict)
    _reports: dict[tuple[str, str], MonthlyReport] = field(default_factory=dict)

    def speech(self, lang: str) -> Speech:
        """How things are said in `lt` or `en`."""
        if lang not in self._speeches:
            self._speeches[lang] = Speech(lang, self.contracts, self.reference)
        return self._speeches[lang]

    def report(self, provider_code: str, period: Period) -> MonthlyReport:
        """A provider's month."""
        key = (provider_code, period.text)
        if key not in self._reports:
            self._reports[key] = monthly_report(
                self.connection, self.contracts, self.reference, self.providers[provider_code], period, self.clock
            )
        return self._reports[key]


def open_desk(connection: psycopg.Connection[Any], settings: Settings, clock: Clock) -> Desk:
    """A desk on the ledger as it stands; raises RegistryError, ReferenceFileError, ContractError."""
    providers = read_registry(settings.registry)
    return Desk(
        connection=connection,
        contracts=contracts(),
        reference=read_reference(settings.reference),
        providers=providers,
        book=AddressBook(contacts.reachable(connection), providers),
        clock=clock,
        settings=settings,
    )
