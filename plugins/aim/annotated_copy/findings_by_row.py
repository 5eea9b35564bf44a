"""What was found in a delivery, row by row in the order of its file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg

from aim.contracts.load import Contracts
from aim.reports.findings import DeliveryTold, Finding, fields_found, providers_rules
from aim.warehouse import sql

_AT_A_TIME = 10_000
_names = count()


@dataclass(frozen=True)
class Found:
    """A finding about a row of the file (0: the file as a whole); is_out: the row was held back for it."""

    row_number: int
    finding: Finding
    is_out: bool

    @property
    def is_in_file(self) -> bool:
        """Whether the row stands in this file, and not in an earlier one that it is missing from."""
        return self.row_number > 0 and self.finding.stood_in is None


class FindingsByRow:
    """Reads the findings of a delivery as often as asked, a portion at a time; each kind of finding is made once."""

    def __init__(self, connection: psycopg.Connection[Any], contracts: Contracts, delivery: DeliveryTold) -> None:
        """`connection` is in a transaction."""
        self._connection = connection
        self._contracts = contracts
        self._delivery = delivery
        self._rules = providers_rules(contracts)
        self._made: dict[tuple[str, str, str | None], Finding] = {}

    def __iter__(self) -> Iterator[Found]:
        """In order of row, the file as a whole first."""
        with self._connection.cursor(f"findings_by_row_{next(_names)}") as cursor:
            cursor.itersize = _AT_A_TIME
            asked = {"delivery_id": self._delivery.delivery_id, "rule_codes": list(self._rules)}
            cursor.execute(sql.load(__file__, "findings_in_order.sql"), asked)
            for row_number, rule_code, field, is_out, stood_in in cursor:
                yield Found(int(row_number), self._finding(rule_code, field, stood_in), bool(is_out))

    def _finding(self, rule_code: str, field: str, stood_in: str | None) -> Finding:
        key = (rule_code, field, stood_in)
        if key not in self._made:
            rule = self._rules[rule_code]
            fields = fields_found(self._contracts, self._delivery.dataset, rule, field)
            self._made[key] = Finding(self._delivery, rule, fields, 1, (), stood_in)
        return self._made[key]
