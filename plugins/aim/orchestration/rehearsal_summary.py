"""What a rehearsal found, for people at a terminal."""

from __future__ import annotations

from collections import Counter

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from aim.language import say
from aim.quality.rehearsal import Rehearsal, Step

MOST_VERDICTS = 50
"""Deliveries named one by one; `--json` names all."""
_LEFT = ("rule", "what", "provider", "dataset", "period", "delivery", "now", "then")


def print_step(step: Step, lang: str, console: Console) -> None:
    """One line for each part of the work done."""
    console.print(
        say(
            "cli.rehearsing",
            lang,
            rules=say("cli.rehearsing_changed" if step.by_changed else "cli.rehearsing_in_force", lang),
            what=say("cli.rehearsing_compared" if step.compared else "cli.rehearsing_judged", lang),
            dataset=step.dataset,
            deliveries=step.deliveries,
            rows=step.rows,
            seconds=step.seconds,
        ),
        style="dim",
    )


def print_rehearsal(found: Rehearsal, lang: str, console: Console) -> None:
    """A line for each rule, one for each provider of it, and the deliveries whose verdict would change."""
    if not found.rules_changed:
        console.print(say("cli.rehearsed_same", lang))
        return
    console.print(say("cli.rehearsed", lang, n=found.deliveries, rows=found.rows, seconds=found.seconds), style="bold")
    for code, reason in found.errored.items():
        console.print(say("cli.rehearsed_errored", lang, rule=code, reason=reason), style="bold red")
    _rules(found, lang, console)
    console.print(say("cli.rehearsed_rows", lang, out=found.rows_newly_out, back=found.rows_newly_in))
    if found.rules:
        by_provider = _table(lang, "provider", "dataset", "rule", "newly_failing", "newly_passing", "deliveries")
        for one in sorted(found.rules, key=lambda one: (one.provider_code, one.dataset, one.rule_code)):
            by_provider.add_row(
                one.provider_code,
                one.dataset,
                one.rule_code,
                str(one.newly_failing),
                str(one.newly_passing),
                str(one.deliveries),
            )
        console.print(by_provider)
    _verdicts(found, lang, console)


def _table(lang: str, *keys: str) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for key in keys:
        table.add_column(say(f"cli.{key}", lang), justify="left" if key in _LEFT else "right")
    return table


def _rules(found: Rehearsal, lang: str, console: Console) -> None:
    table = _table(lang, "rule", "what", "newly_failing", "newly_passing", "providers", "deliveries")
    for code in sorted(found.rules_changed.keys() | {one.rule_code for one in found.rules}):
        of_rule = [one for one in found.rules if one.rule_code == code]
        table.add_row(
            code,
            say(f"cli.rule_{found.rules_changed.get(code, 'touched')}", lang),
            str(sum(one.newly_failing for one in of_rule)),
            str(sum(one.newly_passing for one in of_rule)),
            str(len({one.provider_code for one in of_rule})),
            str(sum(one.deliveries for one in of_rule)),
        )
    console.print(table)


def _verdicts(found: Rehearsal, lang: str, console: Console) -> None:
    console.print(say("cli.rehearsed_verdicts", lang, n=len(found.verdicts)))
    for (now, then), number in sorted(Counter((one.now, one.then) for one in found.verdicts).items()):
        console.print(f"  {now} → {then}: {number}")
    if found.verdicts:
        table = _table(lang, "delivery", "provider", "dataset", "period", "now", "then")
        # Those rejected, or no longer, before those that are merely asked about.
        gravest = sorted(found.verdicts, key=lambda one: "rejected" not in (one.now, one.then))
        for one in gravest[:MOST_VERDICTS]:
            table.add_row(str(one.delivery_id), one.provider_code, one.dataset, one.period, one.now, one.then)
        console.print(table)
    if len(found.verdicts) > MOST_VERDICTS:
        console.print(say("cli.rehearsed_more", lang, n=len(found.verdicts) - MOST_VERDICTS))
