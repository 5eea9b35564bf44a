"""How the collection stands: what is expected, what came, what lies unjudged, who is silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from aim.clock import VILNIUS
from aim.contracts.calendar import Period
from aim.contracts.reference import read_reference
from aim.contracts.registry import Provider, read_registry
from aim.language import say
from aim.ledger import status as ledger
from aim.ledger.answers import CameBack, came_back
from aim.orchestration.stuck import Stuck, stuck_of
from aim.settings import Settings

_LISTS_TOLD = 60


class StatusError(ValueError):
    """What is asked about is not known or written wrongly; the text is one sentence that says what to do."""


@dataclass(frozen=True)
class Status:
    """The state of the collection, or of one provider or one period of it, by the clock of the last night.

    run None: no night has run yet, and all else is empty. slices: of the provider or period asked about. answers: lists
    of findings that came back, the latest. stuck: at the real time of day.
    """

    provider: str | None
    period: str | None
    window: int
    run: dict[str, Any] | None
    counts: list[ledger.ObligationCount]
    slices: list[ledger.SliceStatus]
    datasets: list[ledger.DatasetStatus]
    reporting: ledger.Reporting
    unjudged: list[ledger.Unjudged]
    silences: list[ledger.Silence]
    incidents: list[ledger.Incident]
    without_contact: list[str]
    answers: list[CameBack]
    providers: dict[str, Provider]
    municipalities: dict[str, str]
    stuck: list[Stuck]

    @property
    def faults(self) -> int:
        """Things that are ours to mend: open incidents, and what is stuck or was skipped."""
        return len(self.incidents) + len(self.stuck)

    @property
    def silent_providers(self) -> int:
        """Providers silent now, of whichever dataset."""
        return len({one.provider_code for one in self.silences})

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "run": self.run,
            "provider": None if self.provider is None else self._provider(self.provider),
            "period": self.period,
            "reporting": vars(self.reporting)
            | {"window": None if self.period else self.window, "reporting_rate": self.rate(self.reporting.accepted)}
            | {"timeliness": self.rate(self.reporting.on_time)},
            "datasets": [one.as_dict() for one in self.datasets],
            "unjudged": [vars(one) for one in self.unjudged],
            "incidents": [vars(one) for one in self.incidents],
            "stuck": [one.as_dict() for one in self.stuck],
            "silences": [one.as_dict() | {"provider_name": self.name(one.provider_code)} for one in self.silences],
            "without_contact": self.without_contact,
            "answers": [one.as_dict() for one in self.answers],
            "counts": [vars(one) for one in self.counts],
            "slices": [one.as_dict() for one in self.slices],
        }

    def name(self, provider_code: str) -> str | None:
        """A provider's name; None where the registry knows it no longer."""
        known = self.providers.get(provider_code)
        return None if known is None else known.name

    def rate(self, part: int) -> float | None:
        """Percent of the slices past due; None where there are none."""
        return 100 * part / self.reporting.expected if self.reporting.expected else None

    def _provider(self, code: str) -> dict[str, Any]:
        known = self.providers.get(code)
        return {"code": code} if known is None else known.model_dump(mode="json")


def status_of(settings: Settings, connection: psycopg.Connection, provider: str | None, period: str | None) -> Status:
    """The state of all, of a provider, of a period, or of both. StatusError where there is no such one."""
    providers = read_registry(settings.registry)
    _refuse_unknown(settings, connection, provider, period, providers)
    reference = read_reference(settings.reference)
    window = int(reference.parameter("continuity_periods"))
    run = ledger.latest_run(connection)
    stuck = stuck_of(settings, connection, datetime.now(VILNIUS))
    if run is None:
        nothing = ledger.Reporting(0, 0, 0)
        names = reference.municipality_names
        return Status(provider, period, window, None, [], [], [], nothing, [], [], [], [], [], providers, names, stuck)
    today = run["clock_date"]
    return Status(
        provider=provider,
        period=period,
        window=window,
        run=run,
        counts=ledger.obligation_counts(connection, provider, period),
        slices=ledger.slices(connection, provider, period) if provider or period else [],
        datasets=ledger.dataset_statuses(connection, today, provider, period),
        reporting=ledger.reporting(connection, today, window, provider, period),
        unjudged=ledger.unjudged(connection, provider, period),
        silences=ledger.silences(connection, today, provider),
        incidents=ledger.incidents(connection),
        without_contact=ledger.without_contact(connection, provider),
        answers=came_back(connection, CameBack, provider=provider, period=period, most=_LISTS_TOLD),
        providers=providers,
        municipalities=reference.municipality_names,
        stuck=stuck,
    )


def _refuse_unknown(
    settings: Settings,
    connection: psycopg.Connection,
    provider: str | None,
    period: str | None,
    providers: dict[str, Provider],
) -> None:
    if provider is not None and provider not in providers and not ledger.slices(connection, provider):
        raise StatusError(say("status.no_provider", settings.lang, provider=provider))
    if period is not None:
        try:
            Period.parse(period)
        except ValueError:
            raise StatusError(say("status.no_period", settings.lang, period=period)) from None
