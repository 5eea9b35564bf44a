"""How long does a whole night take, stage by stage, through Airflow?

    python benchmarks/night.py [--scale 1.0] [--months 6] [--again]

Writes a sample into a home of its own, runs `aim nightly` on it and prints the seconds of each stage, of Airflow's
start and stop, and the rows; `--again` runs a second night on an empty inbox. The home is removed afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from aim.contracts.calendar import Period
from aim.settings import Settings
from aim.warehouse import embedded

LAST = Period.parse("2018-12")
CLOCK = "2019-01-22"


def aim(environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    """A command's `--json` result; its own complaint where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "aim", *arguments, "--json"], env=environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def night(environment: dict[str, str]) -> None:
    """Run one night and print where its time went."""
    begun = time.monotonic()
    told = aim(environment, "nightly", "--date", CLOCK)
    whole = time.monotonic() - begun
    stages = told["stage_seconds"]
    deliveries = sum(verdict["deliveries"] for verdict in told["deliveries"])
    print(f"deliveries {deliveries}, rows received {told['rows']['rows_received']}")
    for name, seconds in stages.items():
        print(f"  {name:18} {seconds:7.1f} s")
    print(f"  {'all stages':18} {sum(stages.values()):7.1f} s")
    between = whole - sum(stages.values())
    print(f"  {'whole command':18} {whole:7.1f} s   (Airflow's start, hand-over and stop {between:.1f} s)")


def main() -> None:
    """Measure, print, clean up."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--months", type=int, default=6)
    options.add_argument("--again", action="store_true")
    chosen = options.parse_args()
    first = LAST
    for _ in range(chosen.months - 1):
        first = first.previous()
    home = Path(tempfile.mkdtemp(prefix="aim-night-"))
    home.chmod(0o711)
    environment = os.environ | {"AIM_HOME": str(home), "AIM_SETTLE_SECONDS": "0"}
    try:
        aim(environment, "sample", "--from", first.text, "--to", LAST.text, "--scale", str(chosen.scale))
        aim(environment, "contacts", "import", str(home / "inbox" / "contacts.csv"))
        night(environment)
        if chosen.again:
            night(environment)
    finally:
        embedded.remove(Settings.from_env(environment))
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
