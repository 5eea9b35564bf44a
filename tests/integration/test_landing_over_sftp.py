"""The inbox may be a folder on an SFTP server: listed, read and cleared like any other."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncssh
import pytest
from tests.conftest import TestWarehouse

from aim.contracts.registry import read_registry
from aim.landing.inbox import InboxError, InboxFile, list_inbox
from aim.landing.load import land_inbox
from aim.settings import PROJECT_ROOT

PLAIN = Path(__file__).parents[1] / "data" / "files" / "plain.csv"
HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")
IN_TIME = datetime(2018, 11, 9, 8, 0, tzinfo=UTC)


class _AnyoneWithThePassword(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("aim", "inbox-password")


@pytest.fixture
def sftp_url(tmp_path: Path) -> Iterator[str]:
    """An SFTP server on loopback whose root is a folder of the test."""
    root = tmp_path / "sftp-root"
    (root / "inbox" / "sftp").mkdir(parents=True)
    started, port, stop = threading.Event(), [0], asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=_AnyoneWithThePassword,
            server_host_keys=[HOST_KEY],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(root).encode()),
        ) as server:
            port[0] = server.get_port()
            started.set()
            await stop.wait()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()], daemon=True)
    thread.start()
    assert started.wait(20)
    yield f"sftp://aim:inbox-password@127.0.0.1:{port[0]}/inbox"
    loop.call_soon_threadsafe(stop.set)
    thread.join(20)
    loop.close()


CENTRE = next(
    code
    for code, provider in read_registry(PROJECT_ROOT / "dbt_project" / "seeds" / "registry" / "providers.csv").items()
    if provider.kind == "spc"
)


def deliver(folder: Path, name: str = f"atvejai_{CENTRE}_2018-10.csv") -> Path:
    delivered = folder / "inbox" / "sftp" / name
    delivered.write_bytes(PLAIN.read_bytes())
    os.utime(delivered, (IN_TIME.timestamp(), IN_TIME.timestamp()))
    return delivered


def test_a_file_on_an_sftp_server_lands_and_is_removed(warehouse: TestWarehouse, sftp_url: str, tmp_path: Path) -> None:
    delivered = deliver(tmp_path / "sftp-root")
    settings = warehouse.settings.model_copy(update={"inbox": sftp_url})
    assert land_inbox(settings, warehouse).summary()["received"] == 1
    assert not delivered.exists()
    channel, received_at = warehouse.connection.execute("select channel, received_at from ops.deliveries").fetchone()
    assert (channel, received_at) == ("sftp", IN_TIME)


def test_what_is_no_whole_file_stays_and_a_pipe_holds_nobody(
    warehouse: TestWarehouse, sftp_url: str, tmp_path: Path
) -> None:
    root = tmp_path / "sftp-root"
    folder = root / "inbox" / "sftp"
    deliver(root, f"atvejai_{CENTRE}_2018-10.csv.part")
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()
    (folder / "link.csv").symlink_to(deliver(root, ".hidden.csv"))
    settings = warehouse.settings.model_copy(update={"inbox": sftp_url, "settle_seconds": 60})
    young = deliver(root, "young.csv")
    os.utime(young)
    result = land_inbox(settings, warehouse)
    assert (result.summary()["received"], result.summary()["rejected"], result.waiting) == (0, 0, 1)
    assert len(list(folder.iterdir())) == 6


@pytest.mark.parametrize(
    "name",
    [
        "a 'quoted' \"name\".csv",
        "b'; drop table ops.runs; --.csv",
        "c\nd\x1b[31m.csv",
        "e?f#g*h[1].csv",
        "ė" * 125 + ".csv",
    ],
)
def test_any_name_is_a_name(warehouse: TestWarehouse, sftp_url: str, tmp_path: Path, name: str) -> None:
    delivered = deliver(tmp_path / "sftp-root", name)
    settings = warehouse.settings.model_copy(update={"inbox": sftp_url})
    assert land_inbox(settings, warehouse).reasons == {"bad_name": 1}
    assert not delivered.exists()


def test_a_kill_between_commit_and_removal_doubles_nothing(
    warehouse: TestWarehouse, sftp_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivered = deliver(tmp_path / "sftp-root")
    settings = warehouse.settings.model_copy(update={"inbox": sftp_url})

    def die(_: InboxFile) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(InboxFile, "remove", die)
        land_inbox(settings, warehouse)
    assert delivered.exists()
    assert land_inbox(settings, warehouse).summary()["taken_before"] == 1
    assert not delivered.exists()
    assert warehouse.connection.execute("select count(*) from ops.deliveries").fetchone() == (1,)


def test_a_server_that_lets_nobody_in_says_so_and_no_password_is_logged(
    warehouse: TestWarehouse,
    sftp_url: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    deliver(tmp_path / "sftp-root")
    right = warehouse.settings.model_copy(update={"inbox": sftp_url})
    wrong = right.model_copy(update={"inbox": sftp_url.replace("inbox-password", "other-password")})
    with caplog.at_level(logging.DEBUG):
        land_inbox(right, warehouse)
        with pytest.raises(InboxError) as failed:
            land_inbox(wrong, warehouse)
    assert "AIM_INBOX" in str(failed.value)
    said = caplog.text + str(failed.value) + repr(right) + repr(wrong) + "".join(capfd.readouterr())
    assert "-password" not in said
    assert "51003019808" not in said


@pytest.mark.parametrize(("key", "lets_in"), [(HOST_KEY, True), (asyncssh.generate_private_key("ssh-ed25519"), False)])
def test_a_server_with_another_key_than_the_known_one_is_given_no_password(
    sftp_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: asyncssh.SSHKey, lets_in: bool
) -> None:
    deliver(tmp_path / "sftp-root")
    port = sftp_url.split(":")[-1].partition("/")[0]
    known = tmp_path / ".ssh" / "known_hosts"
    known.parent.mkdir()
    known.write_text(f"[127.0.0.1]:{port} {key.export_public_key().decode()}")
    monkeypatch.setenv("HOME", str(tmp_path))
    if lets_in:
        assert len(list_inbox(sftp_url, 0, datetime.now(UTC)).ready) == 1
        return
    with pytest.raises(InboxError, match="SSHException"):
        list_inbox(sftp_url, 0, datetime.now(UTC))
