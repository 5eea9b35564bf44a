"""A self-check told to a person: a table on a terminal, plain lines elsewhere. Row numbers and fields, no values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from aim.language import say
from aim.orchestration.self_check import FileChecked, FindingTold

ROWS_SHOWN = 20
"""Stretches of row numbers told of a finding; `--json` gives all."""


def print_checked(checked: Sequence[FileChecked], lang: str, console: Console) -> None:
    """Every file with its verdict, its rows and what was found."""
    for nth, one in enumerate(checked):
        if nth:
            console.print()
        title = say("cli.check_title", lang, file=one.file, verdict=say(f"cli.check_{one.verdict}", lang))
        console.print(title, style="bold", markup=False, soft_wrap=True)
        for line in _lines(one, lang):
            console.print(f"  {line}", markup=False, soft_wrap=True)
        if one.findings and console.is_terminal:
            console.print(_table(one.findings, lang))
        else:
            for finding in one.findings:
                for line in _plain(finding, lang):
                    console.print(line, markup=False, soft_wrap=True)


def stretches(rows: Sequence[int]) -> list[str]:
    """Row numbers in ascending order, neighbours together: 2, 5-9, 12."""
    found: list[list[int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    return [str(first) if first == last else f"{first}-{last}" for first, last in found]


def _lines(one: FileChecked, lang: str) -> Iterator[str]:
    if one.reason is not None:
        yield one.reason
    if one.is_nil:
        yield say("cli.check_nil", lang)
    else:
        yield say(
            "cli.arithmetic",
            lang,
            received=one.rows_received,
            loaded=one.rows_loaded,
            quarantined=one.rows_quarantined,
            duplicate=one.rows_duplicate,
        )
    if one.unknown_columns:
        yield say("cli.check_unknown_columns", lang, len(one.unknown_columns), names=", ".join(one.unknown_columns))
    if one.total_rows:
        yield say("cli.check_total_rows", lang, one.total_rows)
    for dataset, rules in one.waiting.items():
        yield say("cli.check_waiting", lang, dataset=dataset, rules=", ".join(rules))
    if one.at_fault:
        yield say("cli.check_at_fault", lang, rules=", ".join(one.at_fault))
    if not one.findings and one.verdict == "accepted":
        yield say("cli.check_nothing", lang)


def _rows(finding: FindingTold, lang: str) -> str:
    if not finding.rows:
        return say("cli.check_whole_file", lang)
    shown = stretches(finding.rows)
    rows = ", ".join(shown[:ROWS_SHOWN])
    if len(shown) > ROWS_SHOWN:
        rows = say("cli.check_more_rows", lang, rows=rows, number=len(finding.rows))
    if finding.stood_in is not None:
        rows = say("cli.check_stood_in", lang, rows=rows, file=finding.stood_in)
    return rows


def _what(finding: FindingTold, lang: str) -> Iterator[str]:
    yield finding.message
    yield say("cli.check_fix", lang, fix=finding.fix)
    if finding.answered:
        yield say("cli.check_answered", lang, len(finding.answered))


def _plain(finding: FindingTold, lang: str) -> Iterator[str]:
    severity = say(f"cli.check_severity_{finding.severity}", lang)
    where = " ".join(filter(None, (finding.rule, finding.field)))
    rows = f"{say('cli.check_rows' if len(finding.rows) > 1 else 'cli.check_row', lang)} " if finding.rows else ""
    yield f"  {severity} {where}: {rows}{_rows(finding, lang)}"
    for line in _what(finding, lang):
        yield f"    {line}"


def _table(findings: Sequence[FindingTold], lang: str) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for key in ("check_severity", "check_rows", "check_field", "check_rule", "check_what"):
        table.add_column(say(f"cli.{key}", lang).capitalize(), overflow="fold")
    for finding in findings:
        table.add_row(
            say(f"cli.check_severity_{finding.severity}", lang),
            _rows(finding, lang),
            finding.field,
            finding.rule,
            "\n".join(_what(finding, lang)),
        )
    return table
