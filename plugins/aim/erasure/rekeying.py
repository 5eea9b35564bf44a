"""A new secret without losing a link: new keys are taken into use, everything is brought under them, the former go.

Every original is locked with the archive's new key, and the personal codes in it make their children known under the
new HMAC key; `vaiko_id`s stay, so no fact changes. Children whose originals are gone become known as they reappear.
When nobody is left who is known by a former key alone, or when it is said that those may be lost, the former keys are
destroyed. Killed anywhere and run again it goes on where it was: the secret file says that a change is under way, and
each original which key opens it.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg import sql as compose

from aim.contracts.load import contracts
from aim.contracts.models import DatasetContract
from aim.contracts.reference import Reference, read_reference
from aim.erasure import landed_rows
from aim.erasure.archived import read_original, tidy_up
from aim.erasure.faults import CannotEraseError
from aim.erasure.packed import unpack
from aim.erasure.turn import ErasureError, alone
from aim.landing import archive
from aim.landing.canonical import Canonicaliser
from aim.landing.identity import CarriedChildKeys
from aim.landing.readers import read_file
from aim.landing.rejection import RejectionError
from aim.landing.secret import begin_new_keys, end_former_keys, read_secret
from aim.landing.workbooks import SheetReader
from aim.ledger import erasures
from aim.ledger.erasures import Taken
from aim.settings import Settings
from aim.warehouse import sql
from aim.warehouse.connect import Warehouse

Progress = Callable[[int, int], None]
"""Told after each original: how many were looked at, of how many."""

_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Rekeyed:
    """How far it is. version: of the key in use. originals: locked anew in this run. children: known under it.

    left: children known by a former key alone, the last of whom was in a slice that ended on `left_seen`; while there
    are any, the former keys stay, unless that was said to be no matter: then `lost` of them.
    """

    version: int
    originals: int
    children: int
    left: int
    left_seen: date | None
    lost: int
    is_finished: bool

    def summary(self) -> dict[str, Any]:
        """The same as plain values."""
        return vars(self) | {"left_seen": self.left_seen.isoformat() if self.left_seen else None}


def rekey(
    warehouse: Warehouse, settings: Settings, finish: bool = False, progress: Progress = lambda done, of: None
) -> Rekeyed:
    """Take a new secret into use, or go on with it; see the module. `finish`: destroy the former keys whoever is left.

    Raises SettingsError where the secret file cannot be replaced, and ErasureError where a night is under way or an
    original cannot be opened.
    """
    with (
        alone(warehouse) as connection,
        warehouse.connect(autocommit=True) as identities,
        closing(SheetReader(settings.limits)) as sheets,
    ):
        before = read_secret(settings.secret_file)
        if finish and not before.is_changing:
            return Rekeyed(before.newest, 0, _known(connection, before.newest), 0, None, 0, True)
        if erasures.unfinished(connection):
            raise ErasureError(
                "A child is being forgotten and was not to the end: run `aim forget --child` again with the same code, "
                "then this."
            )
        tidy_up(connection, settings)
        secret = begin_new_keys(settings.secret_file)
        children = CarriedChildKeys(identities, secret)
        reference = read_reference(settings.reference)
        of_original: dict[str, list[Taken]] = defaultdict(list)
        for one in erasures.taken_files(connection):
            if one.archive_name is not None and one.has_rows:
                of_original[one.archive_name].append(one)
        names = archive.names(settings.archive)
        locked = 0
        for done, name in enumerate(names, 1):
            if not archive.opens_with(settings.archive, secret.archive_identity, name):
                content = read_original(settings, secret, name)
                # The same bytes may have come from several providers, each with numbers of its own.
                for taken in of_original[name]:
                    _carry_over(content, taken, children, reference, settings, sheets)
                # Last: what opens with the new key has been seen to.
                archive.encrypt_anew(settings.archive, secret.former_identities, secret.archive_identity, name)
                locked += 1
            progress(done, len(names))
        left, left_seen = _left(connection, secret.newest)
        if left and not finish:
            return Rekeyed(secret.newest, locked, _known(connection, secret.newest), left, left_seen, 0, False)
        with connection.transaction():
            connection.execute("delete from identity.child_key where key_version <> %s", (secret.newest,))
        busy = landed_rows.write_anew(connection, ["identity.child_key"], _PATIENCE_SECONDS)
        if busy:
            raise ErasureError("identity.child_key could not be written anew while others use it: run this again.")
        end_former_keys(settings.secret_file)
        return Rekeyed(secret.newest, locked, _known(connection, secret.newest), 0, left_seen, left, True)


def _carry_over(
    content: bytes,
    taken: Taken,
    children: CarriedChildKeys,
    reference: Reference,
    settings: Settings,
    sheets: SheetReader,
) -> None:
    """Make the children of an original known under the newest key. One that cannot be read names nobody we know."""
    assert taken.dataset is not None and taken.provider_code is not None
    contract: DatasetContract = contracts().layout(taken.dataset, taken.period_start)
    if not contract.has_person:
        return
    reader = Canonicaliser(contract, reference, taken.provider_code, children, settings.limits)
    try:
        inside = unpack(content, settings.limits)
        with ExitStack() as stack:
            reading = read_file(
                stack,
                lambda: io.BytesIO(inside.content),
                inside.form,
                None,
                contract,
                reference,
                settings.limits,
                sheets,
                forgiving=True,
            )
            for batch in reading.batches:
                reader.people(batch)
    except (RejectionError, CannotEraseError):
        return


def _known(connection: psycopg.Connection[Any], version: int) -> int:
    found = connection.execute(
        "select count(distinct vaiko_id) from identity.child_key where key_version = %s", (version,)
    ).fetchone()
    return int(found[0]) if found else 0


def _left(connection: psycopg.Connection[Any], version: int) -> tuple[int, date | None]:
    """Children with landed rows who are known by former keys alone, and the last day of the last slice with one."""
    landed = compose.SQL(" union all ").join(
        compose.SQL("select vaiko_id, period_end from {}").format(compose.Identifier("staging", contract.dataset))
        for contract in contracts().datasets.values()
        if contract.has_person
    )
    found = connection.execute(
        sql.load(__file__, "children_left.sql").format(landed=landed), {"version": version}
    ).fetchone()
    assert found is not None
    return int(found[0]), found[1]
