"""A number explained: its parts, definition and coverage, the deliveries behind it, what changed since published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg

from aim.contracts.reference import Reference
from aim.explain import behind, definition, number, published
from aim.explain.asked import QuestionError, indicator_and_measure, period_of
from aim.explain.behind import DatasetCount, Slice
from aim.explain.definition import Definition
from aim.explain.number import TOTAL, PeriodName, Value
from aim.explain.published import Change, Saying
from aim.explain.territories import Territory, find, territories
from aim.language import say
from aim.ledger import releases, status

ReleaseNight = Callable[[Definition, PeriodName], date]
"""The first night on which a period of an indicator may be released: the publisher knows."""


@dataclass(frozen=True)
class Question:
    """What was asked on the command line, as written; None: the default of each. breakdown: show this one alone."""

    indicator: str
    measure: str | None = None
    territory: str | None = None
    period: str | None = None
    breakdown: str | None = None


@dataclass(frozen=True)
class Explained:
    """Everything about one number. Numbers are unsuppressed: for operators, not for publication.

    run_id, clock_date: the night that computed it. first_release: the night it may first be published on, None where
    it was published already; next_revision: the night on which a change of it is published. changes: of slices behind
    it; changed_elsewhere: how many other slices of the same datasets changed, whose rows may count here too.
    """

    run_id: int
    clock_date: date
    definition: Definition
    status_labels: dict[str, dict[str, Any]]
    territory: Territory
    period: PeriodName
    value: Value
    measures: list[Value]
    breakdowns: list[Value]
    within: list[Value]
    territory_names: dict[str, Territory]
    slices: list[Slice]
    history: list[Saying]
    first_release: date | None
    next_revision: date | None
    changes: list[Change]
    changed_elsewhere: int

    @property
    def published(self) -> Saying | None:
        """What stands published now; None also where it was published and then ended."""
        return next((one for one in self.history if one.known_to is None), None)

    @property
    def is_changed(self) -> bool:
        """Whether the number, its parts, coverage or status is other than what stands published."""
        said, now = self.published, self.value
        return said is None or (said.numerator, said.denominator, said.value, said.coverage_pct, said.obs_status) != (
            now.numerator,
            now.denominator,
            now.value,
            now.coverage_pct,
            now.obs_status,
        )

    @property
    def missing(self) -> list[Slice]:
        """Slices that the coverage lacks."""
        return [one for one in self.slices if one.role == "numerator" and one.is_missing]

    @property
    def counts(self) -> list[DatasetCount]:
        """The slices behind it by dataset."""
        return behind.counts(self.slices)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON: numbers unrounded, days and instants in ISO form."""
        said = self.published
        card = asdict(self.definition)
        return {
            "indicator_code": card.pop("indicator_code"),
            "measure": card.pop("measure"),
            "unsuppressed": True,
            "period": _plain(asdict(self.period)),
            "territory": asdict(self.territory),
            "computed": {"run_id": self.run_id, "clock_date": self.clock_date.isoformat()},
            **_value(self.value),
            "status_lt": self.status_labels[self.value.obs_status]["label_lt"],
            "status_en": self.status_labels[self.value.obs_status]["label_en"],
            "definition": _plain(card),
            "measures": [{"measure": one.measure, **_value(one)} for one in self.measures],
            "breakdowns": [
                {"breakdown": one.breakdown, "breakdown_value": one.breakdown_value, **_value(one)}
                for one in self.breakdowns
            ],
            "territories": [
                {
                    "territory_code": one.territory_code,
                    "name_lt": self.territory_names[one.territory_code].name_lt,
                    "name_en": self.territory_names[one.territory_code].name_en,
                    **_value(one),
                }
                for one in self.within
            ],
            "datasets": [asdict(one) for one in self.counts],
            "missing": [_plain(asdict(one)) for one in self.missing],
            "slices": [_plain(asdict(one)) for one in self.slices],
            "published": None if said is None else _plain(asdict(said)),
            "history": [_plain(asdict(one)) for one in self.history],
            "changed": said is not None and self.is_changed,
            "difference": None if said is None else _difference(self.value, said),
            "first_release": _plain_one(self.first_release),
            "next_revision": _plain_one(self.next_revision),
            "changes": [_plain(asdict(one)) for one in self.changes],
            "changed_elsewhere": self.changed_elsewhere,
        }


def explain(
    connection: psycopg.Connection, question: Question, reference: Reference, release_night: ReleaseNight, lang: str
) -> Explained:
    """Answer a question from what the last build left; QuestionError where there is no such number."""
    code, measure = indicator_and_measure(question.indicator, question.measure, lang)
    asked = None if question.period is None else period_of(question.period, lang)
    run = status.run_that_finished(connection, "build_indicators")
    if run is None or not number.is_built(connection):
        raise QuestionError(say("explain.no_night", lang))
    cards = definition.definitions(connection, code, lang)
    _refuse_other_measures(cards, measure, lang)
    known = territories(connection)
    territory = find(known, question.territory, lang)
    period = number.period_meant(connection, code, measure, asked, lang)
    values = number.values_of(connection, code, period, territory)
    value = next(one for one in values if (one.measure, one.breakdown) == (measure, TOTAL))
    card = next(one for one in cards if (one.measure, one.definition_version) == (measure, value.definition_version))
    slices = behind.slices_behind(connection, card, period, territory)
    history = published.history(connection, card, period, territory)
    changes, elsewhere = _changes(connection, card, slices, history, run["run_id"])
    revision = None
    if history:
        revision = published.next_revision(
            run["clock_date"],
            int(reference.parameter("revision_day", run["clock_date"])),
            was_held=releases.revision_was_held(connection, run["clock_date"]),
        )
    return Explained(
        run_id=run["run_id"],
        clock_date=run["clock_date"],
        definition=card,
        status_labels=definition.labels_of_statuses(connection),
        territory=territory,
        period=period,
        value=value,
        measures=[one for one in values if one.measure != measure and one.breakdown == TOTAL],
        breakdowns=_breakdowns(values, measure, question.breakdown, lang),
        within=number.values_within(connection, code, measure, period, number.municipalities_of(connection, territory)),
        territory_names={one.code: one for one in known},
        slices=slices,
        history=history,
        first_release=None if history else release_night(card, period),
        next_revision=revision,
        changes=changes,
        changed_elsewhere=elsewhere,
    )


def _refuse_other_measures(cards: list[Definition], measure: str, lang: str) -> None:
    measures = list(dict.fromkeys(card.measure for card in cards))
    if measure not in measures:
        code = cards[0].indicator_code
        raise QuestionError(say("explain.no_measure", lang, code=code, measure=measure, known=", ".join(measures)))


def _breakdowns(values: list[Value], measure: str, asked: str | None, lang: str) -> list[Value]:
    found = [one for one in values if one.measure == measure and one.breakdown != TOTAL]
    if asked is None:
        return found
    known = list(dict.fromkeys(one.breakdown for one in found))
    if asked.lower() not in known:
        key = "explain.no_breakdown" if known else "explain.no_breakdowns"
        raise QuestionError(say(key, lang, breakdown=asked, known=", ".join(known)))
    return [one for one in found if one.breakdown == asked.lower()]


def _changes(
    connection: psycopg.Connection, card: Definition, slices: list[Slice], history: list[Saying], run_now: int
) -> tuple[list[Change], int]:
    if not history:
        return [], 0
    run_then = published.last_compared_run(connection, history[-1])
    datasets = sorted({one.dataset for one in slices})
    found = published.changes(connection, run_then, run_now, datasets)
    own, elsewhere = published.split(found, {(one.provider_code, one.dataset, one.period) for one in slices})
    # What the ledger says of a slice concerns that slice alone.
    return own, 0 if card.is_of_ledger else elsewhere


def _value(one: Value) -> dict[str, Any]:
    return _plain(
        {
            "value": one.value,
            "unit": one.unit,
            "numerator": one.numerator,
            "denominator": one.denominator,
            "obs_status": one.obs_status,
            "coverage_pct": one.coverage_pct,
            "slices_expected": one.slices_expected,
            "slices_accepted": one.slices_accepted,
        }
    )


def _difference(now: Value, said: Saying) -> dict[str, Any]:
    return {
        name: None
        if getattr(now, name) is None or getattr(said, name) is None
        else _plain_one(getattr(now, name) - getattr(said, name))
        for name in ("value", "numerator", "denominator", "coverage_pct")
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain_one(value) for name, value in values.items()}


def _plain_one(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
