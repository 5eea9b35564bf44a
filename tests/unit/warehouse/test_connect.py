"""Addresses are told without their passwords."""

from urllib.parse import unquote

import psycopg
import pytest

from aim.settings import SettingsError
from aim.warehouse import connect, keeper
from aim.warehouse.embedded import ServerAddress


def test_a_server_address_does_not_show_its_password() -> None:
    address = ServerAddress(5432, "s3cret/word")

    assert "s3cret" not in repr(address)
    assert address.url("aim") == "postgresql://aim:s3cret%2Fword@127.0.0.1:5432/aim"


def test_a_warehouse_does_not_show_its_addresses() -> None:
    shown = repr(connect.Warehouse("postgresql://u:s3cret@h/aim", "postgresql://u:s3cret@h/airflow"))

    assert "s3cret" not in shown


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3cret@host:55432/aim",
        "postgresql://u:s3cret%21@h/aim",
        "host=h password=s3cret",
        "postgresql://u:s3cret@h:x/aim",
    ],
)
def test_a_failed_connection_does_not_tell_the_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise psycopg.OperationalError(f"no luck with {url} or {unquote(url)}")

    monkeypatch.setattr(psycopg, "connect", fail)

    with pytest.raises(SettingsError) as raised:
        connect.connect(url)
    assert "s3cret" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_the_server_never_logs_errors_of_statements() -> None:
    settings = keeper.server_settings(24_000)

    assert settings["log_min_messages"] == "log"
    assert settings["listen_addresses"] == "127.0.0.1"
    assert settings["shared_buffers"] == "2000MB"
    assert keeper.server_settings(1_000)["shared_buffers"] == "83MB"
