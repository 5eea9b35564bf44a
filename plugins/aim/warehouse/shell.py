"""A shell on the warehouse."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from aim.settings import Settings, SettingsError
from aim.warehouse.connect import warehouse


def open_shell(settings: Settings, address_of: Callable[[], str] | None = None) -> int:
    """Run `psql` on the warehouse and give its exit status; SettingsError where there is no psql.

    As its owner, unless `address_of` gives another address, asked for once the warehouse is there.
    """
    program = shutil.which("psql")
    if program is None:
        raise SettingsError("There is no psql here: install the Postgres client, or connect to the address `aim url`.")
    with warehouse(settings) as house:
        parts = urlsplit(house.url if address_of is None else address_of())
        # The password goes by environment: a command line is read by everybody on the machine.
        environment = os.environ | {"PGPASSWORD": unquote(parts.password or "")}
        address = parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@")).geturl()
        return subprocess.call([program, address], env=environment)
