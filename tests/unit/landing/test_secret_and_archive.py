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
from aim.landing.secret import begin_new_keys, end_former_keys, new_secret, read_secret
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
    with archive.original(tmp_path / "archive", secret.identities, kept.name) as opened:
        assert opened.read() == content


def test_the_same_bytes_are_kept_once_and_no_draft_stays(tmp_path: Path) -> None:
    secret = read_secret(tmp_path / "secret.json")
    for _ in range(2):
        archive.keep(tmp_path / "archive", secret.archive_identity, io.BytesIO(b"same"))
    assert len([path for path in (tmp_path / "archive").rglob("*") if path.is_file()]) == 1


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    kept = archive.keep(tmp_path, read_secret(tmp_path / "one.json").archive_identity, io.BytesIO(b"original"))
    other = read_secret(tmp_path / "two.json")
    with pytest.raises(pyrage.DecryptError), archive.original(tmp_path, other.identities, kept.name):
        pass


def test_a_source_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    secret = read_secret(tmp_path / "secret.json")

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionError

    with pytest.raises(Exception):  # noqa: B017  # whatever pyrage makes of it
        archive.keep(tmp_path / "archive", secret.archive_identity, Failing())
    assert list((tmp_path / "archive").iterdir()) == []


def test_new_keys_come_beside_the_former_ones_and_then_stand_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret.json"
    first = read_secret(path)
    changing = begin_new_keys(path)
    assert changing.hmac_keys.keys() == {1, 2}
    assert changing.hmac_keys[1] == first.hmac_keys[1] != changing.hmac_keys[2]
    assert [str(each) for each in changing.former_identities] == [str(first.archive_identity)]
    # Begun twice it is the same change.
    assert begin_new_keys(path).hmac_keys == changing.hmac_keys
    ended = end_former_keys(path)
    assert (ended.hmac_keys, ended.is_changing) == ({2: changing.hmac_keys[2]}, False)
    assert str(ended.archive_identity) == str(changing.archive_identity) != str(first.archive_identity)
    assert first.hmac_keys[1].hex() not in path.read_text()
    # By it files that are gone are known: they cannot be known anew.
    assert ended.file_digest("ab") == first.file_digest("ab") == read_secret(path).file_digest("ab")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [child.name for child in tmp_path.iterdir()] == ["secret.json"]


def test_a_secret_made_before_there_was_a_key_of_files_knows_them_after_a_change(tmp_path: Path) -> None:
    path = tmp_path / "secret.json"
    read_secret(path)
    held = json.loads(path.read_text())
    path.write_text(json.dumps({name: held[name] for name in ("hmac_keys", "archive_identity")}))
    before = read_secret(path).file_digest("ab")
    begin_new_keys(path)
    assert end_former_keys(path).file_digest("ab") == before


def test_a_secret_that_cannot_be_replaced_stays_and_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.json"
    read_secret(path)
    held = path.read_bytes()

    def busy(*_: object) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(Path, "rename", busy)
    with pytest.raises(SettingsError, match="cannot be replaced"):
        begin_new_keys(path)
    assert path.read_bytes() == held
    assert [child.name for child in tmp_path.iterdir()] == ["secret.json"]


def test_an_original_goes_under_another_key_with_its_bytes_and_name(tmp_path: Path) -> None:
    one, two = read_secret(tmp_path / "one.json"), read_secret(tmp_path / "two.json")
    folder = tmp_path / "archive"
    for content in (b"", os.urandom(300_000)):
        kept = archive.keep(folder, one.archive_identity, io.BytesIO(content))
        assert archive.opens_with(folder, one.archive_identity, kept.name)
        assert not archive.opens_with(folder, two.archive_identity, kept.name)
        assert archive.encrypt_anew(folder, [one.archive_identity], two.archive_identity, kept.name) == content
        assert archive.opens_with(folder, two.archive_identity, kept.name)
        assert not archive.opens_with(folder, one.archive_identity, kept.name)
        with archive.original(folder, two.identities, kept.name) as opened:
            assert opened.read() == content
    assert len(archive.names(folder)) == 2
    assert list(folder.glob(".*")) == []


def test_an_original_that_is_unwanted_is_never_in_the_archive(tmp_path: Path) -> None:
    secret = read_secret(tmp_path / "secret.json")
    kept = archive.keep(tmp_path / "archive", secret.archive_identity, io.BytesIO(b"original"), lambda _: True)
    assert kept.name == ""
    assert kept.sha256 == archive.hash_alone(io.BytesIO(b"original")).sha256
    assert list((tmp_path / "archive").iterdir()) == []
