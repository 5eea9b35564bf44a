"""What lies in the inbox, and since when: any fsspec URL, a folder per channel."""

from __future__ import annotations

import logging
import stat
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs

BY_HAND = "upload"
CHANNELS = ("api", "sftp", "email", BY_HAND)
_STILL_COMING = (".part", ".tmp")
_NOT_DELIVERIES = ("truth.json", "contacts.csv")
_STAMPS = ("mtime", "LastModified", "last_modified", "modified", "updated", "created")
"""What the file systems call the time a file was last written; the first that is there counts."""
_PATIENCE_SECONDS = 60
"""How long a server may keep us waiting."""

for _talkative in ("fsspec", "s3fs", "botocore", "aiobotocore", "paramiko"):
    # At DEBUG they tell the names of files, which may hold a personal code.
    logging.getLogger(_talkative).setLevel(logging.INFO)


_Entry = tuple[AbstractFileSystem, Mapping[str, Any], str]
"""A file system, what it says of one name in it, and the channel."""


class InboxError(RuntimeError):
    """The inbox cannot be reached; the text is one sentence without what the URL may hold of a password."""


@dataclass(frozen=True)
class InboxFile:
    """One file as it was when listed. received_at is the inbox's own time stamp (aware)."""

    name: str
    channel: str
    size: int
    received_at: datetime
    path: str = field(repr=False)
    filesystem: AbstractFileSystem = field(repr=False, compare=False)
    tag: str | None = field(default=None, repr=False)
    """What an object store gives each content: it tells two of one size and second apart."""

    def open(self) -> IO[bytes]:
        """The file's bytes from the beginning."""
        return cast(IO[bytes], self.filesystem.open(self.path, "rb"))

    def is_unchanged(self) -> bool:
        """Whether the file still lies there with the same size and time stamp."""
        self.filesystem.invalidate_cache()
        try:
            found = self.filesystem.info(self.path)
        except FileNotFoundError:
            return False
        return (
            int(found["size"]) == self.size
            and _is_one_moment(_stamp(found), self.received_at)
            and found.get("ETag") == self.tag
        )

    def remove(self) -> None:
        """Take the file out of the inbox, unless another has come in its place since or it is gone."""
        if self.is_unchanged():
            self.filesystem.rm_file(self.path)


@dataclass(frozen=True)
class Listing:
    """ready: files that stood still, oldest first. waiting: how many did not yet.

    ahead: files whose stamp lies in the future, oldest first; it does not tell whether they stand still.
    """

    ready: tuple[InboxFile, ...]
    waiting: int
    ahead: tuple[InboxFile, ...] = ()


def list_inbox(url: str, settle_seconds: int, now: datetime) -> Listing:
    """The deliveries in the inbox at `url`; those written within `settle_seconds` before `now` wait.

    An inbox that is not there is empty. Raises InboxError where the place itself cannot be reached.
    """
    found = [
        _file(filesystem, entry, channel)
        for filesystem, entry, channel in _entries(url)
        if _is_delivery(filesystem, entry)
    ]
    found.sort(key=lambda file: (file.received_at, file.path))
    ready = tuple(file for file in found if (now - file.received_at).total_seconds() >= settle_seconds)
    ahead = tuple(file for file in found if file.received_at > now)
    return Listing(ready, len(found) - len(ready) - len(ahead), ahead)


def lying_since(url: str) -> list[tuple[str, datetime]]:
    """Name of every file in the inbox at `url`, those still coming included, and since when it lies there (aware).

    Where the place tells when a file came (a folder of this machine), that counts and not the stamp it was sent with.
    Raises InboxError.
    """
    return [
        (PurePosixPath(entry["name"]).name, max(_stamp(entry), _came_at(filesystem, entry)))
        for filesystem, entry, _ in _entries(url)
        if _is_file(filesystem, entry)
    ]


def standing_still(files: Sequence[InboxFile], settle_seconds: int) -> list[InboxFile]:
    """Those of the files that are the same after `settle_seconds`; it takes that long where there are any."""
    if files:
        time.sleep(settle_seconds)
    return [file for file in files if file.is_unchanged()]


def file_by_hand(path: str, channel: str) -> InboxFile:
    """A file handed over at the command line, as if come by `channel`. FileNotFoundError where there is none."""
    filesystem, place = url_to_fs(path)
    return _file(filesystem, filesystem.info(place), channel)


def _entries(url: str) -> list[_Entry]:
    """Everything in the inbox and its folders, with the channel it came by. Raises InboxError."""
    try:
        # Not a remembered one: its connection may have died since, its listing be old.
        filesystem, root = url_to_fs(url, skip_instance_cache=True, **_connection_options(url))
        found = _entries_in(filesystem, root, BY_HAND)
        for channel in CHANNELS:
            found += _entries_in(filesystem, f"{root.rstrip('/')}/{channel}", channel)
    except Exception as error:
        # Its own words, or those of what it was caused by, may quote the URL.
        raise InboxError(
            f"The inbox ({url.split('://')[0] if '://' in url else 'a folder'}) cannot be reached, "
            f"{type(error).__name__}: check AIM_INBOX and what it needs to log in."
        ) from None
    return found


def _entries_in(filesystem: AbstractFileSystem, folder: str, channel: str) -> list[_Entry]:
    try:
        entries = filesystem.ls(folder, detail=True)
    except (FileNotFoundError, NotADirectoryError):
        return []
    # A folder without entries may be listed as the one thing in itself.
    return [(filesystem, entry, channel) for entry in entries if PurePosixPath(entry["name"]) != PurePosixPath(folder)]


def _connection_options(url: str) -> dict[str, Any]:
    """For SFTP: a server that says nothing does not hold the night, and one that is another is not given the password.

    Of a host in the user's known_hosts that shows another key; a host not in it is taken as it comes.
    """
    if not url.startswith(("sftp://", "ssh://")):
        return {}
    import paramiko  # type: ignore[import-untyped]  # it ships no types

    class KnownHosts(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # the same
        def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
            listed = Path("~/.ssh/known_hosts").expanduser()
            known = paramiko.HostKeys(str(listed)).lookup(hostname) if listed.exists() else None
            if known and known.get(key.get_name()) != key:
                raise paramiko.SSHException("the host shows another key than before")

    patience = ("timeout", "banner_timeout", "auth_timeout", "channel_timeout")
    return dict.fromkeys(patience, _PATIENCE_SECONDS) | {"host_key_policy": KnownHosts()}


def _is_pipe(filesystem: AbstractFileSystem, path: str) -> bool:
    """Whether what an SFTP server lists as a file is none: to open a pipe would wait for ever."""
    sftp = getattr(filesystem, "ftp", None)
    return sftp is not None and not stat.S_ISREG(sftp.lstat(path).st_mode or 0)


def _file(filesystem: AbstractFileSystem, entry: Mapping[str, Any], channel: str) -> InboxFile:
    return InboxFile(
        name=PurePosixPath(entry["name"]).name,
        channel=channel,
        size=int(entry["size"]),
        received_at=_stamp(entry),
        path=entry["name"],
        filesystem=filesystem,
        tag=entry.get("ETag"),
    )


def _is_delivery(filesystem: AbstractFileSystem, entry: Mapping[str, Any]) -> bool:
    return _is_file(filesystem, entry) and not str(entry["name"]).lower().endswith(_STILL_COMING)


def _is_file(filesystem: AbstractFileSystem, entry: Mapping[str, Any]) -> bool:
    """Whether it is a delivery, or will be one when it is whole."""
    name = PurePosixPath(entry["name"]).name
    return (
        entry["type"] == "file"
        and not entry.get("islink")
        and not (entry["size"] == 0 and _is_pipe(filesystem, entry["name"]))
        and not name.startswith(".")
        and name not in _NOT_DELIVERIES
    )


def _came_at(filesystem: AbstractFileSystem, entry: Mapping[str, Any]) -> datetime:
    """When a file of this machine came to lie where it does; elsewhere as good as its stamp."""
    if filesystem.protocol == ("file", "local"):
        return datetime.fromtimestamp(float(entry["created"]), UTC)
    return _stamp(entry)


def _stamp(entry: Mapping[str, Any]) -> datetime:
    stamp = next(entry[key] for key in _STAMPS if entry.get(key) is not None)
    if not isinstance(stamp, datetime):
        return datetime.fromtimestamp(float(stamp), UTC)
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def _is_one_moment(one: datetime, other: datetime) -> bool:
    """Whether two stamps are of one writing: an object store tells parts of a second in a listing, asked singly not."""
    if one.microsecond == 0 or other.microsecond == 0:
        return one.replace(microsecond=0) == other.replace(microsecond=0)
    return one == other
