"""What the number is, which measures stand beside it, and of which parts it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import psycopg
from psycopg.rows import class_row

from aim.contracts.calendar import Period
from aim.contracts.models import Grain
from aim.explain.asked import QuestionError
from aim.explain.territories import Territory
from aim.language import say
from aim.warehouse import sql

TOTAL = "total"


@dataclass(frozen=True)
class Value:
    """A value of the period: of a measure, a breakdown value and a territory. Numbers None: missing or unknown.

    slices_*: how many are expected and how many came, for the measure and territory.
    """

    measure: str
    measure_lt: str
    measure_en: str
    definition_version: str
    territory_code: str
    breakdown: str
    breakdown_lt: str
    breakdown_en: str
    breakdown_value: str
    value_lt: str
    value_en: str
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    unit: str
    unit_lt: str
    unit_en: str
    coverage_pct: Decimal | None
    obs_status: str
    slices_expected: int
    slices_accepted: int

    def said(self, word: str, lang: str) -> str:
        """A label that it has in both languages: measure, breakdown, value, unit."""
        text: str = getattr(self, f"{word}_{lang}")
        return text


@dataclass(frozen=True)
class PeriodName:
    """A period of an indicator, with its names; last_due_on: the last due day of what is counted, None: nothing."""

    period: str
    grain: str
    start: date
    end: date
    label_lt: str
    label_en: str
    last_due_on: date | None

    def label(self, lang: str) -> str:
        """December 2018, 2018 m. gruodis."""
        return self.label_lt if lang == "lt" else self.label_en


def is_built(connection: psycopg.Connection) -> bool:
    """Whether a night has built the indicators: before the first there is nothing to explain."""
    found = connection.execute("select to_regclass('core.indicator_current') is not null").fetchone()
    return bool(found and found[0]) and (
        connection.execute("select from core.indicator_current limit 1").fetchone() is not None
    )


def period_meant(
    connection: psycopg.Connection, code: str, measure: str, asked: Period | None, lang: str
) -> PeriodName:
    """The period asked for; None asked: the last one over of the measure's shortest grain.

    Raises QuestionError where the measure has no value of it, saying which it has.
    """
    with connection.cursor(row_factory=class_row(PeriodName)) as cursor:
        known = cursor.execute(sql.load(__file__, "periods.sql"), {"indicator": code, "measure": measure}).fetchall()
    if not known:
        raise QuestionError(say("explain.no_period_yet", lang, code=code, measure=measure))
    if asked is None:
        return known[-1]
    for one in known:
        if (one.grain, one.start) == (asked.grain, asked.start):
            return one
    spans = _spans(known)
    raise QuestionError(say("explain.not_this_period", lang, code=code, measure=measure, period=asked.text, has=spans))


def _spans(known: Sequence[PeriodName]) -> str:
    """The first and last period of each grain: 2017-07..2018-12, 2017..2018."""
    spans = []
    for grain in Grain:
        of_grain = [one for one in known if one.grain == grain]
        if of_grain:
            ends = dict.fromkeys((of_grain[0].period, of_grain[-1].period))
            spans.append("..".join(ends))
    return ", ".join(spans)


def values_of(connection: psycopg.Connection, code: str, period: PeriodName, territory: Territory) -> list[Value]:
    """All measures and breakdowns of the indicator in a period and territory, as the card orders them."""
    return _values(connection, code, period, [territory.code], None)


def values_within(
    connection: psycopg.Connection, code: str, measure: str, period: PeriodName, codes: Sequence[str]
) -> list[Value]:
    """The totals of a measure in the municipalities `codes`, the least covered first, of those the largest."""
    found = _values(connection, code, period, codes, measure)
    return sorted(found, key=lambda one: (_share(one.coverage_pct), -(one.numerator or 0), one.territory_code))


def _share(coverage_pct: Decimal | None) -> Decimal:
    """Where nothing is expected nothing is lacking: after those that all has come of."""
    return Decimal("Infinity") if coverage_pct is None else coverage_pct


def municipalities_of(connection: psycopg.Connection, territory: Territory) -> list[str]:
    """Codes of the municipalities that a county or the nation consists of; none of a municipality."""
    if territory.level == "municipality":
        return []
    rows = connection.execute(
        "select municipality_code from intermediate.int_territories where territory_code = %s order by 1",
        (territory.code,),
    )
    return [row[0] for row in rows]


def _values(
    connection: psycopg.Connection, code: str, period: PeriodName, codes: Sequence[str], totals_of: str | None
) -> list[Value]:
    asked = {
        "indicator": code,
        "grain": period.grain,
        "start": period.start,
        "territories": list(codes),
        "totals_of": totals_of,
    }
    with connection.cursor(row_factory=class_row(Value)) as cursor:
        return cursor.execute(sql.load(__file__, "values.sql"), asked).fetchall()
