"""What a night did, in the numbers the command line prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from aim.clock import VILNIUS
from aim.language import NO_NUMBER, say, two_decimals
from aim.ledger import status
from aim.orchestration.stuck import stuck_of, words_of
from aim.settings import Settings
from aim.warehouse.connect import warehouse

STAGES = (
    "reference",
    "land",
    "check",
    "build_core",
    "build_indicators",
    "build_collection",
    "build_marts",
    "release",
    "report",
)
"""The stages in the order they run; the ledger keeps them without one."""
ROWS = ("rows_received", "rows_loaded", "rows_quarantined", "rows_duplicate")


def summarise(settings: Settings) -> dict[str, Any]:
    """The latest night: deliveries by verdict with their rows, values computed and released, mails, seconds a stage.

    And what is stuck or was skipped now.
    """
    with warehouse(settings) as house, house.connect() as connection:
        run = status.latest_run(connection)
        if run is None:
            return {}
        verdicts = [vars(count) for count in status.verdicts_of_night(connection, run["run_id"])]
        stuck = stuck_of(settings, connection, datetime.now(VILNIUS))
    return {
        "run_id": run["run_id"],
        "clock_date": run["clock_date"].isoformat(),
        "status": run["status"],
        "deliveries": verdicts,
        "rows": {name: sum(verdict[name] for verdict in verdicts) for name in ROWS},
        "stage_seconds": {name: run["stage_seconds"][name] for name in STAGES if name in run["stage_seconds"]},
        **run["summary"],
        "stuck": [one.as_dict() for one in stuck],
    }


def release_lines(release: Mapping[str, Any], lang: str) -> Iterator[tuple[str, str | None]]:
    """What hiding cost in a night's release (`release` of its summary), and loudly what was held back, with styles."""
    if release.get("attacked"):
        shares = {part: _share(release[f"{part}_hidden"], release[part], lang) for part in ("cells", "counted")}
        yield say("cli.hiding", lang, release["attacked"], **shares), None
    if release.get("held_back"):
        yield say("cli.held_back", lang, groups=", ".join(release["held_back"])), "bold red"


def _share(part: float, whole: float, lang: str) -> str:
    return f"{two_decimals(Decimal(100 * part / whole), lang)} %" if whole else NO_NUMBER


def print_summary(summary: dict[str, Any], settings: Settings, console: Console) -> None:
    """The summary as people read it."""
    lang = settings.lang
    console.print()
    console.print(
        say(
            "cli.night_title",
            lang,
            date=summary["clock_date"],
            run_id=summary["run_id"],
            status=summary["status"],
        ),
        style="bold",
    )
    table = Table(box=SIMPLE_HEAD)
    table.add_column(say("cli.verdict", lang), no_wrap=True)
    for heading in ("deliveries", *ROWS):
        table.add_column(say(f"cli.{heading}", lang), justify="right")
    for verdict in summary["deliveries"]:
        table.add_row(*(str(verdict[key]) for key in ("verdict", "deliveries", *ROWS)))
    table.add_section()
    total = sum(verdict["deliveries"] for verdict in summary["deliveries"])
    table.add_row(say("cli.total", lang), str(total), *(str(summary["rows"][name]) for name in ROWS))
    console.print(table)
    rows = {name.removeprefix("rows_"): count for name, count in summary["rows"].items()}
    console.print(say("cli.arithmetic", lang, **rows), soft_wrap=True)
    landed = {"answers": 0, "answers_refused": 0} | summary.get("land", {})
    if landed["answers"] or landed["answers_refused"]:
        told = say("cli.answers", lang, landed["answers"], refused=landed["answers_refused"])
        console.print(told, soft_wrap=True)
    console.print(
        say("cli.indicators", lang, computed=summary.get("build_indicators", {}).get("values", 0)), soft_wrap=True
    )
    released = {"new": 0, "changed": 0, "periods": 0, "hidden": 0} | summary.get("release", {})
    console.print(
        say("cli.released", lang, **{key: released[key] for key in ("new", "changed", "periods", "hidden")}),
        soft_wrap=True,
    )
    for line, style in release_lines(released, lang):
        console.print(line, style=style, soft_wrap=True)
    mails = {"sent": 0, "outbox": 0, "failed": 0, "no_contact": 0} | summary.get("report", {})
    console.print(
        say("cli.mails", lang, **{key: mails[key] for key in ("sent", "outbox", "failed", "no_contact")}),
        soft_wrap=True,
    )
    for key in ("held", "awaiting_approval", "bounced", "fault"):
        if mails.get(key):
            name = "mails_awaiting" if key == "awaiting_approval" else f"mails_{key}"
            # Said loudly: somebody is waiting for a mail that did not go.
            console.print(
                say(f"cli.{name}", lang, **{key: mails[key]}, outbox=settings.outbox), style="bold red", soft_wrap=True
            )
    stages = ", ".join(f"{name} {seconds}" for name, seconds in summary["stage_seconds"].items())
    console.print(say("cli.stages", lang, stages=stages), soft_wrap=True)
    for one in summary["stuck"]:
        console.print(
            say(f"stuck.{one['what']}", lang, one["count"], **words_of(one)), style="bold red", soft_wrap=True
        )
    console.print(say("cli.look", lang), style="bold", soft_wrap=True)
    console.print(say("cli.look_outbox", lang, outbox=settings.outbox), soft_wrap=True)
    console.print(say("cli.look_bi", lang), soft_wrap=True)
    console.print(say("cli.look_psql", lang), soft_wrap=True)
    console.print(say("cli.look_status", lang), soft_wrap=True)
    console.print(say("cli.look_explain", lang), soft_wrap=True)
    console.print(say("cli.look_web", lang), soft_wrap=True)
    console.print(say("cli.look_logs", lang, logs=settings.home / "logs"), soft_wrap=True)
