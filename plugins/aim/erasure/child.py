"""Forget one child: its rows, what was found and said of them, its keys, and its rows in the archived originals.

File by file: the original without the child takes the place of the one that had it, and in one transaction its rows go
from the warehouse and the ledger points at the new file; then the former one is destroyed. The child's keys go last,
so that whoever runs the command again after a kill finds what is left. Originals of datasets that only know a case
come before those that say whose case it is, for the same reason.

Verdicts stay. Numbers follow at the next build, and at the next revision what is published; what was published before
stays as history, it names nobody. The mails hold no data of persons. Backups of database and archive are not reached,
nor is what Postgres keeps of its log of changes until it writes over it.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from pyrage import x25519

from aim.contracts.load import Contracts, contracts
from aim.contracts.reference import read_reference
from aim.contracts.registry import read_registry
from aim.erasure import landed_rows
from aim.erasure.archived import destroy_copies, destroy_doomed, read_original, tidy_up
from aim.erasure.landed_rows import Case
from aim.erasure.original import Label, without_child
from aim.erasure.readings import Readings
from aim.erasure.sought import Sought, read_sought
from aim.erasure.turn import ErasureError, alone
from aim.landing import archive
from aim.landing.gate import shown_name
from aim.landing.inbox import list_inbox
from aim.landing.secret import Secret, read_secret
from aim.landing.workbooks import SheetReader
from aim.ledger import erasures
from aim.ledger.erasures import Taken
from aim.settings import Settings
from aim.warehouse.connect import Warehouse

Progress = Callable[[int, int], None]
"""Told after each original: how many were looked at, of how many."""

_PATIENCE_SECONDS = 60
"""How long a table may be used by others before it is left for another time."""
_COUNTS = ("deliveries", "rows", "keys", "originals_changed", "originals_destroyed")


@dataclass(frozen=True)
class Forgotten:
    """What went, over all runs of the same erasure. in_inbox: files not taken yet that name the child, as shown."""

    counts: Mapping[str, int]
    in_inbox: tuple[str, ...]
    others_unfinished: int

    def summary(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            **{name: self.counts.get(name, 0) for name in _COUNTS},
            "in_inbox": list(self.in_inbox),
            "others_unfinished": self.others_unfinished,
        }


@dataclass
class _Work:
    """What one erasure goes by."""

    settings: Settings
    connection: psycopg.Connection[Any]
    secret: Secret
    declared: Contracts
    sought: Sought
    readings: Readings
    erasure_id: int
    children: Sequence[str]
    cases: set[Case]
    known: dict[int, set[int]] = field(repr=False)


def forget_child(
    warehouse: Warehouse, settings: Settings, given: str, progress: Progress = lambda done, of: None
) -> Forgotten:
    """Forget the child of that code, or provider and temporary number; see the module. Run again after a kill.

    Raises SoughtError where it names nobody, SettingsError, and ErasureError where a night is under way or a table was
    in use all the time: what was done stays done.
    """
    declared = contracts()
    secret = read_secret(settings.secret_file)
    with alone(warehouse) as connection, closing(SheetReader(settings.limits)) as sheets:
        sought = read_sought(given, _providers(connection, settings))
        tidy_up(connection, settings)
        destroy_copies(settings)
        digests = [secret.digest(version, each) for version in secret.hmac_keys for each in sought.subjects]
        first = secret.digest(secret.newest, sought.subjects[0])
        erasure_id = erasures.begin(connection, secret.newest, digests, first)
        children = landed_rows.children_known(connection, digests)
        cases = landed_rows.cases_of(connection, children)
        work = _Work(
            settings,
            connection,
            secret,
            declared,
            sought,
            Readings(read_reference(settings.reference), settings.limits, sheets),
            erasure_id,
            children,
            cases,
            landed_rows.rows_of(connection, declared, children, cases),
        )
        _forget_originals(work, progress)
        _forget_rest(work)
        tables, counts = erasures.state(connection, erasure_id)
        busy = landed_rows.write_anew(connection, tables, _PATIENCE_SECONDS)
        if busy:
            raise ErasureError(
                f"The child is gone, but {', '.join(busy)} could not be written anew while others use it: run the "
                "same command again when they are done."
            )
        erasures.finish(connection, erasure_id)
        landed_rows.write_anew(connection, ["ops.erasures"], _PATIENCE_SECONDS)
        return Forgotten(counts, _in_inbox(settings, work), len(erasures.unfinished(connection)))


def _providers(connection: psycopg.Connection[Any], settings: Settings) -> set[str]:
    """All that may have sent something, those no longer in the registry too."""
    sent = connection.execute("select distinct provider_code from ops.deliveries where provider_code is not null")
    return {*read_registry(settings.registry), *(row[0] for row in sent)}


def _forget_originals(work: _Work, progress: Progress) -> None:
    of_original: dict[str, list[Taken]] = defaultdict(list)
    without: list[Taken] = []
    for one in erasures.taken_files(work.connection):
        (of_original[one.archive_name] if one.archive_name else without).append(one)
    names = set(archive.names(work.settings.archive))
    order = sorted(names, key=lambda name: (_says_whose_case(of_original[name], work.declared), name))
    for done, name in enumerate(order, 1):
        _forget_original(work, name, of_original[name])
        progress(done, len(order))
    # Rows whose original is not there any more.
    gone = [one for name, of_one in of_original.items() if name not in names for one in of_one]
    for one in sorted(without + gone, key=lambda one: (_says_whose_case([one], work.declared), one.delivery_id)):
        if work.known.get(one.delivery_id):
            with work.connection.transaction():
                _take_rows(work, [one], work.known[one.delivery_id], 0)


def _says_whose_case(of_original: Sequence[Taken], declared: Contracts) -> bool:
    looked_at = {name for contract in declared.datasets.values() for name in contract.judged_after}
    return any(one.dataset in looked_at for one in of_original)


def _forget_original(work: _Work, name: str, of_original: Sequence[Taken]) -> None:
    known = {number for one in of_original for number in work.known.get(one.delivery_id, ())}
    content = read_original(work.settings, work.secret, name)
    erased = without_child(content, _label(work, of_original), work.sought, known, work.readings, work.settings.limits)
    if erased.is_same:
        return
    kept = None
    # One that no delivery points at is what a killed landing left: its file lies in the inbox still.
    if erased.content is not None and of_original:
        kept = archive.keep(work.settings.archive, _key_of(work, name), io.BytesIO(erased.content))
    sha256 = archive.hash_alone(io.BytesIO(content)).sha256
    with work.connection.transaction():
        _take_rows(work, of_original, known | erased.rows, erased.taken)
        erasures.note_erased_file(work.connection, work.secret.file_digest(sha256))
        erasures.original_went(work.connection, name, kept.name if kept else None, kept.sha256 if kept else None)
        erasures.note(
            work.connection,
            work.erasure_id,
            ("ops.deliveries", "ops.doomed_originals"),
            {"originals_changed" if kept else "originals_destroyed": 1},
        )
    destroy_doomed(work.connection, work.settings)


def _key_of(work: _Work, name: str) -> x25519.Identity:
    """The key that an original is under: where a change of keys has not come to it yet, what replaces it waits too."""
    opening = (each for each in work.secret.identities if archive.opens_with(work.settings.archive, each, name))
    return next(opening, work.secret.archive_identity)


def _label(work: _Work, of_original: Sequence[Taken]) -> Label:
    """The same bytes may have come under several names: the one whose dataset is known speaks."""
    for one in sorted(of_original, key=lambda one: (not one.has_rows, one.delivery_id)):
        if one.dataset is not None and one.provider_code is not None:
            contract = work.declared.layout(one.dataset, one.period_start)
            of_provider = (case for provider, case in work.cases if provider == one.provider_code)
            cases = frozenset(of_provider) if contract.territory == "case" else frozenset()
            return Label(one.provider_code, contract, cases)
    return Label(next((one.provider_code for one in of_original if one.provider_code), ""), None, frozenset())


def _take_rows(work: _Work, of_original: Sequence[Taken], numbers: set[int], taken: int) -> None:
    """Rows of the deliveries of one original; of a delivery whose rows are not landed, as many are counted as gone."""
    rows, tables, deliveries = 0, frozenset[str](), 0
    for one in of_original:
        went = 0
        if one.has_rows and one.dataset is not None and one.provider_code is not None:
            contract = work.declared.datasets[one.dataset]
            gone = landed_rows.take_away(work.connection, contract, one.delivery_id, one.provider_code, numbers)
            went, tables = gone.rows, tables | gone.tables
        elif max(len(numbers), taken):
            went = max(len(numbers), taken)
            erasures.rows_went(work.connection, one.delivery_id, went, out=0, duplicate=0)
        rows += went
        deliveries += bool(went)
    if deliveries:
        tables |= {"ops.deliveries"}
    erasures.note(work.connection, work.erasure_id, tables, {"rows": rows, "deliveries": deliveries})


def _forget_rest(work: _Work) -> None:
    """What was built of the child's rows, and at last what it was known by."""
    with work.connection.transaction():
        tables = landed_rows.take_away_built(work.connection, work.children, work.cases)
        keys = landed_rows.keys_of(work.connection, work.children)
        erasures.note(
            work.connection, work.erasure_id, tables | ({"identity.child_key"} if keys else set()), {"keys": keys}
        )


def _in_inbox(settings: Settings, work: _Work) -> tuple[str, ...]:
    """Files in the inbox that name the child, as far as they can be opened; they are their senders' still."""
    listing = list_inbox(settings.inbox, 0, datetime.now(UTC))
    names = []
    for file in (*listing.ready, *listing.ahead):
        try:
            with file.open() as opened:
                content = opened.read()
        except FileNotFoundError:
            continue
        label = Label("", None, frozenset())
        found = without_child(content, label, work.sought, (), work.readings, settings.limits)
        if not found.is_same and found.content is not None:
            names.append(shown_name(file.name))
    return tuple(sorted(names))
