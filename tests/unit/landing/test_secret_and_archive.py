"""The secret is made once and kept close; the archive gives back what it was given, to its key alone."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest

from aim.landing import archive
from aim.landing.secret import new_secret, read_secret
from aim.settings import SettingsError


def test_the_secret_is_made_on_the_first_run_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret.json"
    first = read_secret(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_secret(path).hmac_keys == first.hmac_keys
    assert [child.name for child in path.parent.iterdir()] == ["secret.json"]


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.json"
    read_secret(path)
    for mode in (0o644, 0o640, 0o604):
        path.chmod(mode)
        with pytest.raises(SettingsError, match="chmod 600"):
            read_secret(path)


def test_a_damaged_secret_is_refused_without_quoting_it(tmp_path: Path) -> None:
    path = tmp_path / "secret.json"
    read_secret(path)
    held = json.loads(path.read_text())
    for damage in ("{", json.dumps(held | {"hmac_keys": {}}), json.dumps(held | {"archive_identity": "AGE-SECRET-x"})):
        path.write_text(damage)
        with pytest.raises(SettingsError, match="damaged") as refused:
            read_secret(path)
        assert refused.value.__cause__ is None
        assert held["hmac_keys"]["1"] not in str(refused.value)


def test_two_commands_at_once_make_one_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret.json"
    command = (
        "import sys; from pathlib import Path; from aim.landing.secret import new_secret, read_secret; "
        "print(read_secret(Path(sys.argv[1])).hmac_keys[1].hex())"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", command, str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    keys = {process.communicate()[0].strip() for process in running}
    assert keys == {read_secret(path).hmac_keys[1].hex()}


def test_a_secret_that_is_there_is_never_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "secret.json"
    new_secret(path)
    before = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    read_secret(path)
    with pytest.raises(SettingsError, match="already"):
        new_secret(path)
    assert path.read_bytes() == before


def test_the_secret_does_not_show_itself(tmp_path: Path) -> None:
    secret = read_secret(tmp_path / "secret.json")
    assert secret.hmac_keys[1].hex() not in repr(secret)


def test_an_original_comes_back_as_it_was(tmp_path: Path) -> None:
    secret = read_secret(tmp_path / "secret.json")
    content = os.urandom(300_000)
    kept = archive.keep(tmp_path / "archive", secret.archive_identity, io.BytesIO(content))
    assert kept.sha256 in kept.name
    assert content[:1000] not in (tmp_path / "archive" / kept.name).read_bytes()
    with archive.original(tmp_path / "archive", secret.archive_identity, kept.name) as opened:
        assert opened.read() == content


def test_the_same_bytes_are_kept_once_and_no_draft_stays(tmp_path: Path) -> None:
    secret = read_secret(tmp_path / "secret.json")
    for _ in range(2):
        archive.keep(tmp_path / "archive", secret.archive_identity, io.BytesIO(b"same"))
    assert len([path for path in (tmp_path / "archive").rglob("*") if path.is_file()]) == 1


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    kept = archive.keep(tmp_path, read_secret(tmp_path / "one.json").archive_identity, io.BytesIO(b"original"))
    other = read_secret(tmp_path / "two.json")
    with pytest.raises(pyrage.DecryptError), archive.original(tmp_path, other.archive_identity, kept.name):
        pass


def test_a_source_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    secret = read_secret(tmp_path / "secret.json")

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionError

    with pytest.raises(Exception):  # noqa: B017  # whatever pyrage makes of it
        archive.keep(tmp_path / "archive", secret.archive_identity, Failing())
    assert list((tmp_path / "archive").iterdir()) == []
