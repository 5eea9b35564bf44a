"""From the inbox into staging: each file is archived, then its rows and its ledger entry are one transaction."""

from __future__ import annotations

import logging
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Protocol

import polars as pl
import psycopg
from psycopg import sql as compose
from psycopg.copy import QueuedLibpqWriter

from aim.contracts.load import Contracts, contracts
from aim.contracts.models import DatasetContract
from aim.contracts.reference import read_reference
from aim.contracts.registry import read_registry
from aim.landing import answers, archive, gate
from aim.landing.canonical import Canonicaliser
from aim.landing.header import kept_names
from aim.landing.identity import ChildKeys, PassingChildKeys
from aim.landing.inbox import BY_HAND, InboxFile, file_by_hand, list_inbox, standing_still
from aim.landing.readers import WORKBOOKS, Reading, read_file
from aim.landing.rejection import RejectionError
from aim.landing.secret import passing_secret, read_secret
from aim.landing.workbooks import SheetReader
from aim.ledger import answers as answers_ledger
from aim.ledger import retentions
from aim.ledger.deliveries import (
    Head,
    next_delivery_id,
    note_left_inbox,
    record_received,
    record_rejected,
    was_taken,
)
from aim.ledger.erasures import erased_files
from aim.settings import Settings
from aim.warehouse.staging_tables import ensure_partition, ensure_staging_table

_ONE_AT_A_TIME = 7_246_018_316
"""Key of the advisory lock that a landing holds; any number nobody else uses."""

RECEIVED = "received"
REJECTED = "rejected"
TAKEN_BEFORE = "taken_before"
CHANGING = "changing"
ANSWERED = "answered"
ANSWER_REFUSED = "answer_refused"

ERASED_BEFORE = "erased_before"
PAST_RETENTION = "past_retention"
_COUNTABLE = frozenset(
    {
        "unknown_provider",
        "not_expected",
        "too_early",
        "missing_column",
        "mojibake",
        ERASED_BEFORE,
        PAST_RETENTION,
    }
)
"""Reasons for which a file of a known dataset is refused although its rows can be counted."""

_PACKAGE = Path(__file__).parents[1]

_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Told after each file: how many are done, of how many."""


class LandingError(RuntimeError):
    """Our own failure, not a provider's: the files it met lie in the inbox still."""

    def __init__(self, text: str, result: LandingResult) -> None:
        """`text`: one sentence without values. `result`: what was done all the same."""
        super().__init__(text)
        self.result = result


class WarehouseLostError(LandingError):
    """The warehouse went away: nothing more can be landed now."""


class Connects(Protocol):
    """A warehouse that gives connections."""

    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        """A new connection with psycopg's options."""


@dataclass(frozen=True)
class Landed:
    """What became of one file: `received`, `rejected` (with reason_code), `taken_before` (met again after a kill),
    `changing` (overwritten while being read: left for later); of a list of findings that came back `answered` or
    `answer_refused` (with reason_code), and answer_id."""

    verdict: str
    delivery_id: int | None = None
    rows: int = 0
    reason_code: str | None = None
    reason_detail: str | None = None
    answer_id: int | None = None


@dataclass
class LandingResult:
    """What a landing did. rows: of the files received. waiting: files still coming in. errored: files left behind by a
    fault of our own.
    """

    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    waiting: int = 0
    errored: int = 0

    def summary(self) -> dict[str, Any]:
        """The same as plain counts: files by verdict and reason, rows received; lists that came back apart."""
        return {
            "received": self.verdicts[RECEIVED],
            "rejected": self.verdicts[REJECTED],
            "taken_before": self.verdicts[TAKEN_BEFORE],
            "waiting": self.waiting,
            "errored": self.errored,
            "rows": self.rows,
            "answers": self.verdicts[ANSWERED],
            "answers_refused": self.verdicts[ANSWER_REFUSED],
            "reasons": dict(sorted(self.reasons.items())),
        }

    def add(self, landed: Landed) -> None:
        """Count one file."""
        if landed.verdict == CHANGING:
            self.waiting += 1
            return
        self.verdicts[landed.verdict] += 1
        if landed.verdict == RECEIVED:
            self.rows += landed.rows
        if landed.reason_code is not None:
            self.reasons[landed.reason_code] += 1


def land_inbox(settings: Settings, warehouse: Connects, progress: Progress | None = None) -> LandingResult:
    """Land all that stands still in the inbox, oldest first. One landing at a time; a second waits for it.

    A refused file is a result, not a failure. Raises LandingError after the last file where one met a fault of our
    own, or WarehouseLostError at once where the warehouse is lost; InboxError where the inbox cannot be reached;
    SettingsError, RegistryError, ReferenceFileError where set up wrongly.
    """
    with _landing(settings, warehouse) as landing:
        # Listed under the lock: what another landing has just taken is gone.
        listing = list_inbox(settings.inbox, settings.settle_seconds, datetime.now(UTC))
        still = standing_still(listing.ahead, settings.settle_seconds)
        waiting = listing.waiting + len(listing.ahead) - len(still)
        return landing.land_all((*listing.ready, *still), LandingResult(waiting=waiting), progress)


def land_files(settings: Settings, warehouse: Connects, paths: Iterable[Path], channel: str = BY_HAND) -> LandingResult:
    """Land files handed over by hand; they stay where they lie. Handed over again unchanged, one is received now.

    Raises FileNotFoundError and the errors of `land_inbox`.
    """
    files = [file_by_hand(str(path.absolute()), channel) for path in paths]
    with _landing(settings, warehouse) as landing:
        return landing.land_all(files, LandingResult(), by_hand=True)


def land_answers(settings: Settings, warehouse: Connects, paths: Iterable[Path], channel: str = BY_HAND) -> list[int]:
    """Take lists of findings that came back, handed over by hand, where they stay; their answers' ids, in order.

    Raises FileNotFoundError, and LandingError where a file is no list, is being written to or meets a fault of ours.
    """
    files = [file_by_hand(str(path.absolute()), channel) for path in paths]
    with _landing(settings, warehouse) as landing:
        taken = [landing.land_or_fail(file).answer_id for file in files if gate.list_label(file.name) is not None]
    return [answer_id for answer_id in taken if answer_id is not None]


def land_passing(
    settings: Settings, connection: psycopg.Connection[Any], children: psycopg.Connection[Any], paths: Iterable[Path]
) -> list[Landed]:
    """Land files in the caller's transaction, which is to be rolled back; what became of each, in order.

    Neither archive nor secret nor children's keys are written. `children`: a connection in autocommit mode for looking
    keys up meanwhile. Raises FileNotFoundError, and LandingError where a file meets a fault of our own.
    """
    files = [file_by_hand(str(path.absolute()), BY_HAND) for path in paths]
    with closing(SheetReader(settings.limits)) as sheets:
        landing = _Landing(settings, connection, children, sheets, passing=True)
        return [landing.land_or_fail(file) for file in files]


def land_alone(connection: psycopg.Connection[Any]) -> None:
    """Wait until nobody else lands; holds as long as the connection, so that a killed process lets go."""
    connection.execute("select pg_advisory_lock(%s)", [_ONE_AT_A_TIME])


@contextmanager
def _landing(settings: Settings, warehouse: Connects) -> Iterator[_Landing]:
    with (
        warehouse.connect(autocommit=True) as connection,
        warehouse.connect(autocommit=True) as identities,
    ):
        land_alone(connection)
        with closing(SheetReader(settings.limits)) as sheets:
            yield _Landing(settings, connection, identities, sheets)


class _Landing:
    """One landing's means: connections, secret, and what is known of providers and datasets."""

    def __init__(
        self,
        settings: Settings,
        connection: psycopg.Connection[Any],
        identities: psycopg.Connection[Any],
        sheets: SheetReader,
        passing: bool = False,
    ) -> None:
        """`passing`: nothing is kept but what `connection` writes in its transaction."""
        self._settings = settings
        self._connection = connection
        is_unknown = passing and not settings.secret_file.exists()
        self._secret = passing_secret() if is_unknown else read_secret(settings.secret_file)
        self._children = (PassingChildKeys if passing else ChildKeys)(identities, self._secret)
        self._passing = passing
        self._identities = identities
        self._sheets = sheets
        self._contracts: Contracts = contracts()
        self._providers = read_registry(settings.registry)
        self._reference = read_reference(settings.reference)
        self._ready_partitions: set[tuple[str, int]] = set()
        self._erased = erased_files(connection)
        self._held_from = retentions.in_force(connection)
        self._kept_for_good = retentions.kept_for_good(self._reference)

    def land_all(
        self,
        files: Sequence[InboxFile],
        result: LandingResult,
        progress: Progress | None = None,
        by_hand: bool = False,
    ) -> LandingResult:
        """Each file by itself: one that fails stops no other. Raises LandingError, as `land_inbox` says."""
        for done, file in enumerate(files, 1):
            try:
                result.add(self.land(file, by_hand))
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:
                # Also a panic of the readers' Rust, which is no Exception. Texts of Polars, Postgres and the
                # readers may quote a cell: only where it happened is said.
                _log.error("Landing %s failed: %s", gate.shown_name(file.name), _where(error))
                result.errored += 1
                if self._connection.closed or self._identities.closed:
                    raise WarehouseLostError("The warehouse was lost while landing: run again.", result) from None
            if progress is not None:
                progress(done, len(files))
        if result.errored:
            raise LandingError(
                f"{result.errored} files could not be landed through a fault of our own and lie there still: "
                "the log says where it happened.",
                result,
            )
        return result

    def land(self, file: InboxFile, by_hand: bool) -> Landed:
        """Take one file: archive, gate, read, load; out of the inbox after the commit, unless given by hand."""
        returned = None if self._passing else gate.list_label(file.name)
        if returned is not None:
            return self._take_answer(file, returned, by_hand)
        # A stamp that lies ahead brings no file nearer to its ready day.
        seen_at = min(file.received_at, datetime.now(UTC))
        label = self._labelled(file, seen_at)
        if label.format in WORKBOOKS and label.refused is None:
            self._sheets.start()
        try:
            with file.open() as original:
                kept = self._keep(original, label)
        except FileNotFoundError:
            if by_hand or file.is_unchanged():
                raise
            # Taken back by who sent it.
            return Landed(CHANGING)
        head = Head(
            channel=file.channel,
            file_name=gate.shown_name(file.name, to_its_sender=self._passing),
            sha256=self._known_as(kept.sha256, label),
            received_at=file.received_at,
            provider_code=label.provider_code,
            dataset=label.dataset,
            period=label.period,
            municipality_code=label.municipality_code,
        )
        if not by_hand and was_taken(self._connection, head, lies_there=True):
            self._take_away(file, head)
            return Landed(TAKEN_BEFORE)
        if by_hand and was_taken(self._connection, head):
            head = Head(**{**head.__dict__, "received_at": datetime.now(UTC)})
        try:
            if label.refused is not None:
                raise label.refused
            if self._was_erased(kept.sha256):
                raise RejectionError(ERASED_BEFORE)
            if file.size > self._settings.limits.file_bytes:
                raise RejectionError("too_large", "bytes")
            landed = self._load(file, label, head, kept.name)
        except RejectionError as refused:
            rows = self._rows_of_refused(file, label, refused.code)
            with self._connection.transaction():
                delivery_id = record_rejected(
                    self._connection, head, refused.code, refused.detail, rows=rows, archive_name=kept.name or None
                )
            landed = Landed(REJECTED, delivery_id, rows, refused.code, refused.detail)
        except _ChangedMeanwhileError:
            return Landed(CHANGING)
        if by_hand:
            note_left_inbox(self._connection, head)
        else:
            self._take_away(file, head)
        return landed

    def land_or_fail(self, file: InboxFile) -> Landed:
        """The same for a file by hand. Raises LandingError where it meets a fault of our own or is being written."""
        try:
            landed = self.land(file, by_hand=True)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            # As in `land_all`: a panic too, and none of its words.
            _log.error("Reading %s failed: %s", gate.shown_name(file.name), _where(error))
            raise LandingError(
                "A file could not be read through a fault of our own: the log says where.", LandingResult()
            ) from None
        if landed.verdict == CHANGING:
            raise LandingError("A file is being written to: try again when it is whole.", LandingResult())
        return landed

    def _take_answer(self, file: InboxFile, label: gate.ListLabel, by_hand: bool) -> Landed:
        """Take a list of findings that came back; out of the inbox after the commit, unless given by hand."""
        try:
            head = answers.head_of(file, label, self._secret)
        except FileNotFoundError:
            if by_hand or file.is_unchanged():
                raise
            return Landed(CHANGING)
        is_known = not by_hand and answers_ledger.was_taken(self._connection, head)
        taken = None
        if not is_known:
            means = answers.Means(self._connection, self._secret, self._reference, self._settings.limits, self._sheets)
            taken = answers.take(means, file, label, head)
            if taken is None:
                return Landed(CHANGING)
        if not by_hand:
            file.remove()
        answers_ledger.note_left_inbox(self._connection, head)
        if taken is None:
            return Landed(TAKEN_BEFORE)
        verdict = ANSWERED if taken.reason_code is None else ANSWER_REFUSED
        return Landed(verdict, reason_code=taken.reason_code, answer_id=taken.answer_id)

    def _labelled(self, file: InboxFile, seen_at: datetime) -> gate.Label:
        """What the file's name says, and what retention says of the period it is of."""
        label = gate.label(file.name, seen_at, self._contracts, self._providers)
        if (
            label.refused is None
            and self._held_from is not None
            and label.period is not None
            and label.period.end < self._held_from
            and label.dataset not in self._kept_for_good
        ):
            return replace(label, refused=RejectionError(PAST_RETENTION, self._held_from.isoformat()))
        return label

    def _keep(self, original: IO[bytes], label: gate.Label) -> archive.Archived:
        if self._passing:
            return archive.hash_alone(original)
        return archive.keep(
            self._settings.archive,
            self._secret.archive_identity,
            original,
            lambda sha256: _is_past(label) or self._was_erased(sha256),
        )

    def _was_erased(self, sha256: str) -> bool:
        """Whether this very file was here, and rows of it were erased since."""
        return bool(self._erased) and self._secret.file_digest(sha256) in self._erased

    def _known_as(self, sha256: str, label: gate.Label) -> str:
        """A file that is not kept is not known by its plain hash either."""
        is_kept = not (_is_past(label) or self._was_erased(sha256))
        return sha256 if is_kept else self._secret.file_digest(sha256).hex()

    def _take_away(self, file: InboxFile, head: Head) -> None:
        file.remove()
        note_left_inbox(self._connection, head)

    def _load(self, file: InboxFile, label: gate.Label, head: Head, archive_name: str) -> Landed:
        assert label.dataset is not None and label.period is not None and label.provider_code is not None
        self._make_room(self._contracts.datasets[label.dataset], label.period.start.year)
        contract = self._contracts.layout(label.dataset, label.period.start)
        canonicaliser = Canonicaliser(
            contract, self._reference, label.provider_code, self._children, self._settings.limits
        )
        with ExitStack() as stack:
            reading = self._reading(stack, file, label, contract)
            with self._connection.transaction():
                delivery_id = next_delivery_id(self._connection)
                same_in_all_rows = {
                    "delivery_id": delivery_id,
                    "provider_code": label.provider_code,
                    "period": label.period.text,
                    "period_start": label.period.start,
                    "period_end": label.period.end,
                }
                partition = f"{contract.dataset}_{label.period.start.year}"
                self._copy(partition, canonicaliser, reading.batches, same_in_all_rows)
                notes = self._notes_of(reading)
                record_received(self._connection, delivery_id, head, reading.rows, reading.is_nil, archive_name, notes)
                if not file.is_unchanged():
                    raise _ChangedMeanwhileError
        return Landed(RECEIVED, delivery_id, reading.rows)

    def _notes_of(self, reading: Reading) -> dict[str, Any]:
        """What reading noticed; who asks about a file of his own is told its columns by name."""
        unknown = reading.notes.get("unknown_columns")
        if unknown is None or self._passing:
            return reading.notes
        return reading.notes | {"unknown_columns": kept_names(unknown, self._contracts.datasets.values())}

    def _rows_of_refused(self, file: InboxFile, label: gate.Label, reason_code: str) -> int:
        """How many rows the refused file has, which all count as quarantined; 0 where that cannot be told."""
        if label.dataset is None or label.period is None or reason_code not in _COUNTABLE:
            return 0
        if file.size > self._settings.limits.file_bytes:
            return 0
        contract = self._contracts.layout(label.dataset, label.period.start)
        try:
            with ExitStack() as stack:
                reading = self._reading(stack, file, label, contract, forgiving=True)
                for _ in reading.batches:
                    pass
        except RejectionError:
            return 0
        return reading.rows

    def _reading(
        self, stack: ExitStack, file: InboxFile, label: gate.Label, contract: DatasetContract, forgiving: bool = False
    ) -> Reading:
        return read_file(
            stack,
            file.open,
            label.format,
            label.packing,
            contract,
            self._reference,
            self._settings.limits,
            self._sheets,
            forgiving,
        )

    def _make_room(self, contract: DatasetContract, year: int) -> None:
        """Table and partition, made or widened only where they lack something: a build may be reading the table."""
        if (contract.dataset, year) in self._ready_partitions:
            return
        present = {
            name
            for (name,) in self._connection.execute(
                "select attname from pg_attribute where attrelid = to_regclass(%s) and attnum > 0",
                [f"staging.{contract.dataset}_{year}"],
            )
        }
        if not present >= contract.staging_columns().keys():
            with self._connection.transaction():
                ensure_staging_table(self._connection, contract)
                ensure_partition(self._connection, contract, date(year, 1, 1))
        self._ready_partitions.add((contract.dataset, year))

    def _copy(
        self,
        partition: str,
        canonicaliser: Canonicaliser,
        batches: Iterator[pl.DataFrame],
        same_in_all_rows: dict[str, Any],
    ) -> None:
        columns = [*canonicaliser.columns, *same_in_all_rows]
        statement = compose.SQL("copy {} ({}) from stdin (format csv)").format(
            compose.Identifier("staging", partition), compose.SQL(", ").join(map(compose.Identifier, columns))
        )
        constants = [pl.lit(value).alias(name) for name, value in same_in_all_rows.items()]
        cursor = self._connection.cursor()
        # A thread of its own sends, so that the server takes one batch while the next is read.
        with cursor.copy(statement, writer=QueuedLibpqWriter(cursor)) as copying:
            for batch in batches:
                block = BytesIO()
                canonicaliser.canonical(batch).with_columns(constants).write_csv(block, include_header=False)
                copying.write(block.getbuffer())


def _is_past(label: gate.Label) -> bool:
    return label.refused is not None and label.refused.code == PAST_RETENTION


class _ChangedMeanwhileError(Exception):
    """The file was overwritten while it was read: what was read is nobody's delivery."""


def _where(error: BaseException) -> str:
    """Type of the error and the lines of ours it came through, without a word of its text."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _PACKAGE in Path(frame.filename).parents]
    lines = (f"{Path(frame.filename).stem}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {' < '.join(lines)}"
