"""Where is everything, and what is refused?"""

from __future__ import annotations

from pathlib import Path

import pytest

from aim.settings import Limits, Settings, SettingsError


def test_everything_has_a_default_under_the_home(tmp_path: Path) -> None:
    settings = Settings.from_env({"AIM_HOME": str(tmp_path)})
    assert settings.inbox == str(tmp_path / "inbox")
    assert settings.outbox == tmp_path / "outbox"
    assert settings.secret_file == tmp_path / "secret.json"
    assert settings.archive == tmp_path / "archive"
    assert settings.warehouse_url is None and settings.smtp_url is None
    assert settings.registry.name == "providers.csv" and settings.registry.exists()


def test_three_variables_move_it_to_somebody_elses_servers(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {
            "AIM_HOME": str(tmp_path),
            "AIM_WAREHOUSE": "postgresql://somebody@db/aim",
            "AIM_SMTP": "smtps://mail:465",
            "AIM_INBOX": "s3://bucket/inbox",
        }
    )
    assert settings.warehouse_url == "postgresql://somebody@db/aim"
    assert settings.smtp_url == "smtps://mail:465"
    assert settings.inbox == "s3://bucket/inbox"


@pytest.mark.parametrize(("name", "value"), [("AIM_LANG", "ru"), ("AIM_SETTLE_SECONDS", "soon")])
def test_a_value_that_cannot_be_is_refused_in_one_sentence(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({"AIM_HOME": str(tmp_path), name: value})


def test_limits_are_settings(tmp_path: Path) -> None:
    settings = Settings.from_env({"AIM_HOME": str(tmp_path), "AIM_MAX_ROWS": "5", "AIM_MAX_SHEET_CELLS": ""})
    assert settings.limits == Limits(rows=5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIM_MAX_ROWS", "many"),
        ("AIM_MAX_COLUMNS", "0"),
        ("AIM_MAX_CELL_LENGTH", "10000000"),
        ("AIM_MAX_LINE_BYTES", "-1"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_in_one_sentence(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"^{name} must be"):
        Settings.from_env({"AIM_HOME": str(tmp_path), name: value})


def test_settings_are_shown_without_what_may_hold_a_password(tmp_path: Path) -> None:
    urls = {
        "AIM_INBOX": "sftp://aim:secret@host/",
        "AIM_WAREHOUSE": "postgresql://aim:secret@db/",
        "AIM_METADATA": "secret",
    }
    shown = repr(Settings.from_env({"AIM_HOME": str(tmp_path), "AIM_SMTP": "smtp://aim:secret@host:25"} | urls))
    assert "secret@" not in shown and "'secret'" not in shown


def test_mails_leave_the_house_only_where_it_is_said_so() -> None:
    assert not Settings.from_env({}).is_production
    assert Settings.from_env({"AIM_PRODUCTION": "1"}).is_production
    with pytest.raises(SettingsError, match="AIM_PRODUCTION is 1"):
        Settings.from_env({"AIM_PRODUCTION": "yes"})
    assert Settings.from_env({"AIM_MAIL_ALLOW": " Me@Here.lt, @there.lt ,"}).mail_allow == ("me@here.lt", "@there.lt")
