"""What became of files landed by hand, for people at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from aim.language import count_text, say
from aim.terminal_table import print_line


def print_landed(counted: Mapping[str, Any], lang: str, console: Console) -> None:
    """A line of each end that files came to, and why some were refused; `counted` as LandingResult.summary."""
    if counted["received"]:
        rows = count_text(counted["rows"], lang)
        print_line(console, say("cli.landed", lang, counted["received"], rows=rows), indent=False)
    for end in ("rejected", "taken_before", "waiting", "errored"):
        if counted[end]:
            style = "bold red" if end == "errored" else ""
            print_line(console, say(f"cli.landed_{end}", lang, counted[end]), style, indent=False)
    if counted["answers"] or counted["answers_refused"]:
        refused = counted["answers_refused"]
        print_line(console, say("cli.answers", lang, counted["answers"], refused=refused), indent=False)
    if counted["reasons"]:
        reasons = ", ".join(f"{code} {number}" for code, number in counted["reasons"].items())
        print_line(console, say("cli.landed_reasons", lang, reasons=reasons), indent=False)
