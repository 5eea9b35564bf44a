from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aim.private_file import destroy, replace, write_new


def test_it_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "secret"
    assert write_new(file, "ąč")
    assert file.read_text("utf-8") == "ąč"
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_first_one_counts_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    texts = [str(number) * 1000 for number in range(8)]
    with ThreadPoolExecutor(len(texts)) as pool:
        wrote = list(pool.map(lambda text: write_new(file, text), texts))
    assert wrote.count(True) == 1
    assert file.read_text("utf-8") == texts[wrote.index(True)]
    assert list(tmp_path.iterdir()) == [file]


def test_what_is_replaced_is_overwritten_where_it_lay(tmp_path: Path) -> None:
    file, blocks = tmp_path / "secret", tmp_path / "blocks"
    write_new(file, "former")
    blocks.hardlink_to(file)
    replace(file, "ąč")
    assert file.read_text("utf-8") == "ąč"
    assert file.stat().st_mode & 0o777 == 0o600
    assert blocks.read_bytes() == bytes(len("former"))
    assert sorted(tmp_path.iterdir()) == [blocks, file]


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "secret", tmp_path / "link"
    write_new(file, "former")
    link.symlink_to(file)
    replace(link, "new")
    assert link.is_symlink()
    assert file.read_text("utf-8") == "new"


def test_what_is_destroyed_is_overwritten_and_gone(tmp_path: Path) -> None:
    file, blocks = tmp_path / "original", tmp_path / "blocks"
    file.write_bytes(b"x" * 3_000_000)
    blocks.hardlink_to(file)
    destroy(file)
    assert not file.exists()
    assert blocks.read_bytes() == bytes(3_000_000)
    destroy(file)
