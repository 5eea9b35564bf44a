from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aim.private_file import write_new


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
