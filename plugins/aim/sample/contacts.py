"""Who would be written to: invented people at addresses that lead nowhere."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from aim.contracts.registry import Provider
from aim.sample.chance import stream

FILE_NAME = "contacts.csv"
COLUMNS = ("provider_code", "email", "name", "role", "dataset", "substitute_email")

_FIRST_NAMES = ("Rasa", "Jonas", "Eglė", "Tomas", "Žydrė", "Paulius", "Ūla", "Mantas")
_LAST_NAMES = ("Pavyzdė", "Pavyzdys", "Bandomė", "Bandomys")
_WITHOUT_CONTACT = 0.02
_ASKED_TO_HELP = {"savivaldybe": "administration", "vvtait": "national"}
"""Kind of provider -> role that somebody there holds besides."""


def contacts(seed: int, providers: Iterable[Provider]) -> bytes:
    """The file that `aim contacts import` takes, UTF-8: one row per provider, a few left out.

    Besides, who is asked to help where nothing comes: each municipality's administration, and one person nationally.
    """
    text = StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for provider in providers:
        rng = stream(seed, "contact", provider.code)
        if rng.random() < _WITHOUT_CONTACT:
            continue
        first = int(rng.integers(len(_FIRST_NAMES)))
        last = _LAST_NAMES[int(rng.integers(2)) * 2 + first % 2]
        role = "tbk" if provider.kind == "tbk" else "provider"
        address = f"{provider.kind}.{provider.code}@example.invalid"
        substitute = f"pavaduoja.{provider.code}@example.invalid" if rng.random() < 0.5 else ""
        table.writerow((provider.code, address, f"{_FIRST_NAMES[first]} {last}", role, "", substitute))
        if provider.kind in _ASKED_TO_HELP:
            role = _ASKED_TO_HELP[provider.kind]
            table.writerow((provider.code, f"{role}.{provider.code}@example.invalid", "", role, "", ""))
    return text.getvalue().encode("utf-8")
