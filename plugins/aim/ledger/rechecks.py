"""Deliveries judged before that are judged again under other rules: for good by an operator's word, or on trial."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg.rows import class_row

from aim.contracts.calendar import Period
from aim.contracts.load import Contracts
from aim.ledger.deliveries import LedgerError, await_judging
from aim.warehouse import sql


@dataclass(frozen=True)
class Span:
    """Which past deliveries: of a dataset, of periods that lie wholly between two days; None bounds nothing."""

    dataset: str | None = None
    first_day: date | None = None
    last_day: date | None = None

    @classmethod
    def between(cls, dataset: str | None, first_period: str | None, last_period: str | None) -> Span:
        """From one period to another, both inclusive, as files name them; LedgerError where one is no period."""
        try:
            return cls(
                dataset,
                Period.parse(first_period).start if first_period else None,
                Period.parse(last_period).end if last_period else None,
            )
        except ValueError:
            raise LedgerError("Write a period as 2018-10, 2018-K3, 2018-P2, 2018 or 2017-2018.") from None


@dataclass(frozen=True)
class PastDelivery:
    """A delivery that was judged; rows_received counts all its rows."""

    delivery_id: int
    provider_code: str
    dataset: str
    period: str
    verdict: str
    is_nil: bool
    rows_received: int


def past_deliveries(
    connection: psycopg.Connection,
    datasets: Collection[str],
    span: Span,
    *,
    with_rejected: bool,
    not_under: str | None = None,
) -> list[PastDelivery]:
    """The deliveries of these datasets that speak; those the rules rejected too where `with_rejected`.

    A rejected one is left out where one received later speaks for its slice: it was mended, and what mended it stays.
    `not_under`: only those last judged under another version of the declarations. By dataset, then by period.
    """
    if span.dataset is not None:
        datasets = [name for name in datasets if name == span.dataset]
    with connection.cursor(row_factory=class_row(PastDelivery)) as cursor:
        return cursor.execute(
            sql.load(__file__, "past_deliveries.sql"),
            {
                "datasets": list(datasets),
                "first_day": span.first_day,
                "last_day": span.last_day,
                "with_rejected": with_rejected,
                "not_under": not_under,
            },
        ).fetchall()


def mark_for_recheck(
    connection: psycopg.Connection, declared: Contracts, span: Span, *, everything: bool = False
) -> int:
    """Ask for past deliveries to be judged again by the rules in force; returns how many. Waits for a judging to end.

    Those that speak and those that the rules rejected, which may so be accepted after all: otherwise a rejected
    delivery stays so until it is sent again. Only those last judged under other declarations, unless `everything`: a
    parameter or a code list may have changed. LedgerError where there is no such dataset.
    """
    if span.dataset is not None and span.dataset not in declared.datasets:
        raise LedgerError(f"There is no dataset {span.dataset}.")
    await_judging(connection)
    past = past_deliveries(
        connection,
        declared.datasets.keys(),
        span,
        with_rejected=True,
        not_under=None if everything else declared.version,
    )
    connection.execute(
        sql.load(__file__, "mark_recheck.sql"),
        {"delivery_ids": [one.delivery_id for one in past], "version": declared.version},
    )
    return len(past)


def suppose_pending(connection: psycopg.Connection, delivery_ids: Sequence[int]) -> None:
    """On trial: let exactly these be the ones to judge and to compare. The caller rolls it back."""
    connection.execute(sql.load(__file__, "suppose_pending.sql"), {"delivery_ids": list(delivery_ids)})


def suppose_verdicts(connection: psycopg.Connection, accepted: Sequence[int], rejected: Sequence[int]) -> None:
    """On trial: let these speak, where nobody else does for the slice, and those not. The caller rolls it back.

    A delivery that speaks is not overtaken by one that was rejected, nor does a superseded one speak again: whoever
    looks at the slice sees one delivery of it, or none.
    """
    connection.execute(sql.load(__file__, "suppose_rejected.sql"), {"delivery_ids": list(rejected)})
    connection.execute(sql.load(__file__, "suppose_accepted.sql"), {"delivery_ids": list(accepted)})
