"""Explaining a number, together with the night on which the publisher may release it."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg

from aim.contracts.reference import read_reference
from aim.explain.definition import Definition
from aim.explain.explained import Explained, Question, explain
from aim.explain.number import PeriodName
from aim.publish.due import ComputedPeriod, may_be_released
from aim.settings import Settings


def explain_number(settings: Settings, connection: psycopg.Connection, question: Question) -> Explained:
    """Answer a question about a number; QuestionError where there is no such number."""
    reference = read_reference(settings.reference)

    def release_night(definition: Definition, period: PeriodName) -> date:
        computed = ComputedPeriod(
            indicator_code=definition.indicator_code,
            period_grain=period.grain,
            period_start=period.start,
            period_end=period.end,
            last_due_on=period.last_due_on,
        )
        grace = int(reference.parameter("release_grace_working_days", period.end))
        night = period.end
        while not may_be_released(computed, night, grace):
            night += timedelta(days=1)
        return night

    return explain(connection, question, reference, release_night, settings.lang)
