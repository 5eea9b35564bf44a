"""The inbox may be a folder on an SFTP server: listed, read and cleared like any other."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncssh
import pytest
from tests.conftest import TestWarehouse

from aim.contracts.registry import read_registry
from aim.landing.load import land_inbox
from aim.settings import PROJECT_ROOT

PLAIN = Path(__file__).parents[1] / "data" / "files" / "plain.csv"
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
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
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


def test_a_file_on_an_sftp_server_lands_and_is_removed(warehouse: TestWarehouse, sftp_url: str, tmp_path: Path) -> None:
    centre = next(
        code
        for code, provider in read_registry(
            PROJECT_ROOT / "dbt_project" / "seeds" / "registry" / "providers.csv"
        ).items()
        if provider.kind == "spc"
    )
    delivered = tmp_path / "sftp-root" / "inbox" / "sftp" / f"atvejai_{centre}_2018-10.csv"
    delivered.write_bytes(PLAIN.read_bytes())
    os.utime(delivered, (IN_TIME.timestamp(), IN_TIME.timestamp()))
    settings = warehouse.settings.model_copy(update={"inbox": sftp_url})
    assert land_inbox(settings, warehouse).summary()["received"] == 1
    assert not delivered.exists()
    channel, received_at = warehouse.connection.execute("select channel, received_at from ops.deliveries").fetchone()
    assert (channel, received_at) == ("sftp", IN_TIME)
