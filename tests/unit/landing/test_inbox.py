"""What counts as a delivery in the inbox, and when it is ready."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest

from aim.landing.inbox import file_by_hand, list_inbox

NOW = datetime(2018, 11, 10, 3, 0, tzinfo=UTC)


def put(folder: Path, name: str, age: float, content: bytes = b"x") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    stamp = (NOW - timedelta(seconds=age)).timestamp()
    os.utime(path, (stamp, stamp))
    return path


def test_files_of_each_channel_come_oldest_first(tmp_path: Path) -> None:
    put(tmp_path, "sftp/b.csv", 100)
    put(tmp_path, "api/c.csv", 300)
    put(tmp_path, "a.csv", 200)
    listing = list_inbox(str(tmp_path), 60, NOW)
    assert [(file.name, file.channel) for file in listing.ready] == [
        ("c.csv", "api"),
        ("a.csv", "upload"),
        ("b.csv", "sftp"),
    ]
    assert listing.ready[0].received_at == NOW - timedelta(seconds=300)


def test_what_is_no_delivery_is_left_alone(tmp_path: Path) -> None:
    for name in ("a.csv.part", "b.csv.TMP", "truth.json", "contacts.csv", ".hidden", "other/c.csv", "sftp/deep/d.csv"):
        put(tmp_path, name, 100)
    (tmp_path / "link.csv").symlink_to(put(tmp_path / "elsewhere", "e.csv", 100))
    (tmp_path / "sftp" / "broken.csv").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket.csv"))
    listing = list_inbox(str(tmp_path), 60, NOW)
    assert (listing.ready, listing.waiting) == ((), 0)


def test_files_still_being_written_wait(tmp_path: Path) -> None:
    put(tmp_path, "old.csv", 60)
    put(tmp_path, "young.csv", 59)
    listing = list_inbox(str(tmp_path), 60, NOW)
    assert [file.name for file in listing.ready] == ["old.csv"]
    assert listing.waiting == 1


def test_an_inbox_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert list_inbox(str(tmp_path / "none"), 0, NOW).ready == ()


def test_removal_takes_only_the_file_that_was_listed(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", 100)
    (file,) = list_inbox(str(tmp_path), 0, NOW).ready
    put(tmp_path, "a.csv", 50, b"newer")
    assert not file.is_unchanged()
    file.remove()
    assert path.exists()
    (file,) = list_inbox(str(tmp_path), 0, NOW).ready
    file.remove()
    assert not path.exists()
    file.remove()


def test_any_file_system_of_fsspec_serves() -> None:
    fsspec.filesystem("memory").pipe_file("/inbox/api/a.csv", b"abc")
    (file,) = list_inbox("memory://inbox", 0, datetime.now(UTC)).ready
    assert (file.name, file.channel, file.size) == ("a.csv", "api", 3)
    assert file.received_at.tzinfo is not None
    with file.open() as opened:
        assert opened.read() == b"abc"
    file.remove()
    assert list_inbox("memory://inbox", 0, datetime.now(UTC)).ready == ()


def test_a_file_handed_over_must_exist(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        file_by_hand(str(tmp_path / "none.csv"), "upload")
