"""What Great Expectations says: how many rows break each expectation of a suite.

It is shown a table of booleans, one column for each rule, so that no value of a person can reach it; its results are
read for counts alone, and its own words (which quote SQL) go nowhere.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import psycopg

from aim.quality.judged_tables import SCHEMA

# Read by Great Expectations when it is imported: nothing is reported to its makers.
os.environ["GX_ANALYTICS_ENABLED"] = "False"

import great_expectations
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)

COUNTS_ONLY: dict[str, Any] = {"result_format": "BASIC", "partial_unexpected_count": 0}
"""Counts and no values. For each expectation it still sends a query for the values, with LIMIT 0."""

_BARE_CONTEXT = DataContextConfig(
    store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
    progress_bars=ProgressBarsConfig(globally=False),
    analytics_enabled=False,
)


@dataclass(frozen=True)
class Counted:
    """What one expectation found. rows: looked at; missing: the rule did not apply; unexpected: it is broken."""

    rows: int
    missing: int
    unexpected: int


class Validator:
    """One ephemeral context over a warehouse; `connect` gives a new connection to it, by psycopg's options."""

    def __init__(self, connect: Callable[..., psycopg.Connection[Any]]) -> None:
        """Make the context; nothing of it is ever on disk."""
        # Its log lines quote SQL and the database's words.
        logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
        context = great_expectations.get_context(mode="ephemeral", project_config=_BARE_CONTEXT)
        # The address is made up and unused: with `creator` the true one and its password stay out of its configuration.
        self._warehouse = context.data_sources.add_postgres(
            "warehouse",
            connection_string="postgresql+psycopg://aim@warehouse/aim",
            # Its stub does not know what its model takes: options of SQLAlchemy's engine.
            kwargs={"creator": partial(connect, options=f"-c search_path={SCHEMA}")},  # type: ignore[call-arg]
        )

    def results(self, table: str, suite: dict[str, Any], columns: Collection[str]) -> dict[str, Any]:
        """Its own result, as JSON, of the suite's expectations about `columns` on a table of outcomes."""
        asset = self._warehouse.add_table_asset(table, table_name=table)
        try:
            batch = asset.add_batch_definition_whole_table("whole").get_batch()
            asked = great_expectations.ExpectationSuite(
                name=suite["name"],
                expectations=[one for one in suite["expectations"] if one["kwargs"]["column"] in columns],
                meta=dict(suite["meta"]),
            )
            result = batch.validate(asked, result_format=COUNTS_ONLY)
            return cast(dict[str, Any], result.to_json_dict())  # type: ignore[no-untyped-call]  # theirs
        finally:
            self._warehouse.delete_asset(table)

    def count(self, table: str, suite: dict[str, Any], columns: Collection[str]) -> dict[str, Counted | None]:
        """What each expectation about `columns` found, by column; None where it crashed."""
        found: dict[str, Counted | None] = dict.fromkeys(columns)
        for one in self.results(table, suite, columns)["results"]:
            result = one["result"]
            unexpected = result.get("unexpected_count")
            if result.get("element_count") == 0:
                # Of an empty table it leaves that open.
                unexpected = 0
            if unexpected is not None:
                found[one["expectation_config"]["kwargs"]["column"]] = Counted(
                    result["element_count"], result["missing_count"], unexpected
                )
        return found

    def close(self) -> None:
        """Close its connections: it keeps one pool for looking at tables and one for counting."""
        self._warehouse.get_engine().dispose()
        self._warehouse.get_execution_engine().close()
