"""The sample is the same for the same input, and its files say what its truth says."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from reading_back import day, rows
from stdnum.lt import asmens

from aim.sample import SampleResult, write_sample
from aim.sample.defects import FAULTS
from aim.sample.window import SampleError

SCALE = 0.05


def files(folder: Path) -> dict[str, tuple[bytes, float]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> SampleResult:
    return write_sample(tmp_path_factory.mktemp("sound"), "2018-09", "2018-11", SCALE, seed=7)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> SampleResult:
    return write_sample(tmp_path_factory.mktemp("faulty"), "2018-09", "2018-11", SCALE, seed=7, faults=0.3)


def truth(result: SampleResult) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(result.truth.read_text("utf-8"))
    return read


def landed(result: SampleResult, dataset: str) -> Iterator[tuple[dict[str, Any], dict[int, dict[str, str]]]]:
    for entry in truth(result)["files"]:
        if entry["dataset"] == dataset and entry["file"]:
            yield entry, rows(result.out / entry["file"])


def test_the_same_input_gives_the_same_bytes_and_stamps(faulty: SampleResult, tmp_path: Path) -> None:
    write_sample(tmp_path, "2018-09", "2018-11", SCALE, seed=7, faults=0.3)
    assert files(tmp_path) == files(faulty.out)


def test_another_seed_gives_other_children(sound: SampleResult, tmp_path: Path) -> None:
    write_sample(tmp_path, "2018-09", "2018-11", SCALE, seed=8)
    assert files(tmp_path) != files(sound.out)


def test_every_personal_code_is_well_formed_and_invented(sound: SampleResult) -> None:
    seen = set()
    for _, found in landed(sound, "atvejai"):
        for row in found.values():
            code = row["asmenskodas"]
            if code:
                seen.add(code)
            else:
                assert row["laikinasnr"]
    assert seen
    assert all(asmens.is_valid(code) and int(code[7:10]) >= 980 for code in seen)


def test_the_files_hold_the_children_and_families_of_the_truth(sound: SampleResult) -> None:
    """S01 v2 counted anew from the files alone: cases open on the month's last day."""
    children: dict[tuple[str, str], set[str]] = defaultdict(set)
    families: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for entry, found in landed(sound, "atvejai"):
        first = date.fromisoformat(entry["period"] + "-01")
        last = date(first.year, first.month + 1, 1) - date.resolution
        for row in found.values():
            opened, closed = day(row["atidarymodata"]), day(row["uzdarymodata"])
            assert opened is not None and opened <= last
            if closed is not None and closed <= last:
                continue
            child = row["asmenskodas"] or entry["provider"] + row["laikinasnr"]
            for territory in (row["sav"], "00"):
                children[entry["period"], territory].add(child)
                families[entry["period"], territory].add((entry["provider"], row["seimosnr"]))
    for total in truth(sound)["totals"]["S01"]:
        key = (total["period"], total["territory_code"])
        assert len(children[key]) == total["total"], key
        assert sum(code[:1] in "1357" for code in children[key] if len(code) == 11) == total["male"], key
        assert len(families[key]) == total["families"], key


def test_a_sound_sample_breaks_no_rule_of_cases(sound: SampleResult) -> None:
    open_before: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry, found in sorted(landed(sound, "atvejai"), key=lambda pair: pair[0]["period"]):
        first = date.fromisoformat(entry["period"] + "-01")
        last = date(first.year, first.month + 1, 1) - date.resolution
        numbers = [row["atvejonr"] for row in found.values()]
        assert len(set(numbers)) == len(numbers) == entry["rows"]
        open_children = []
        for row in found.values():
            reported, opened = day(row["pranesimodata"]), day(row["atidarymodata"])
            manager, closed = day(row["vadybininkopaskyrimodata"]), day(row["uzdarymodata"])
            assert reported is not None and opened is not None and reported <= opened <= last
            assert manager is None or opened <= manager <= last
            assert (closed is None) == (row["uzdarymopriezastis"] == "")
            assert closed is None or (closed > opened and closed >= first)
            if (closed is None or closed > last) and row["asmenskodas"]:
                open_children.append((row["sav"], row["asmenskodas"]))
        assert len(set(open_children)) == len(open_children)
        assert open_before[entry["provider"], "open"] <= set(numbers)
        open_before[entry["provider"], "open"] = {
            row["atvejonr"] for row in found.values() if (closed := day(row["uzdarymodata"])) is None or closed > last
        }


def test_a_sound_sample_breaks_no_rule_of_assessments(sound: SampleResult) -> None:
    known = {
        (entry["provider"], entry["period"]): {row["atvejonr"] for row in found.values()}
        for entry, found in landed(sound, "atvejai")
    }
    for entry, found in landed(sound, "vertinimai"):
        if not entry["rows"]:
            continue
        answers: dict[str, dict[str, str]] = defaultdict(dict)
        for row in found.values():
            assert row["atvejonr"] in known[entry["provider"], entry["period"]]
            made = day(row["vertinimodata"])
            assert made is not None and made.isoformat().startswith(entry["period"])
            answers[row["vertinimonr"]][row["klausimonr"]] = row["lygis"]
            stated = row["bendraslygis"]
            if stated in ("1", "2", "3", "4") and row["lygis"] != "9":
                assert row["lygis"] <= stated
        assert all(len(items) == 28 and len(set(items.values())) > 1 for items in answers.values())
        assert sum(list(items.values()).count("9") > 8 for items in answers.values()) == entry["hardly_answered"]


def test_sound_files_come_from_the_third_to_the_tenth(sound: SampleResult) -> None:
    for entry in truth(sound)["files"]:
        received = datetime.fromisoformat(entry["received_at"])
        assert (sound.out / entry["file"]).stat().st_mtime == received.timestamp()
        if entry["dataset"] != "gyventojai":
            assert 3 <= received.day <= 10
            assert received.strftime("%Y-%m") > entry["period"]
    assert all(entry["obligation"] == "on_time" for entry in truth(sound)["files"])


def test_the_population_is_the_real_one(sound: SampleResult) -> None:
    ((entry, found),) = landed(sound, "gyventojai")
    numbers = [int(row["viso"].replace("\u00a0", "")) for row in found.values()]
    assert (entry["period"], len(numbers), sum(numbers)) == ("2018", 60 * 18, 503_015)


def test_every_kind_of_defect_is_planted(faulty: SampleResult) -> None:
    assert set(faulty.planted) == {fault.kind for fault in FAULTS}


def test_a_planted_row_is_where_the_truth_says(faulty: SampleResult) -> None:
    """Row numbers are those of the provider's own file, titles and blank lines counted."""
    looked = set()
    for entry in truth(faulty)["files"]:
        for defect in entry["planted"]:
            if not defect["rows"]:
                continue
            looked.add(defect["kind"])
            found = rows(faulty.out / entry["file"])
            at_fault = [found[number] for number in defect["rows"]]
            match defect["kind"]:
                case "wrong_check_digit":
                    assert not any(asmens.is_valid(row["asmenskodas"]) for row in at_fault)
                case "impossible_date":
                    assert all("30" in row["atidarymodata"] for row in at_fault)
                case "missing_required":
                    assert all(row[defect["field"].replace("_", "")] == "" for row in at_fault)
                case "code_not_in_list":
                    assert all(row["vertintojogrupe"] == "KAIMYNAS" for row in at_fault)
                case "unknown_case":
                    assert len(at_fault) == 28 and {row["atvejonr"] for row in at_fault} == {"NERASTAS-1"}
                case "repeated_row":
                    assert all(list(found.values()).count(row) == 2 for row in at_fault)
                case "repeated_key":
                    keys = ["atvejonr"] if entry["dataset"] == "atvejai" else ["vertinimonr", "klausimonr"]
                    times = [tuple(row[key] for key in keys) for row in at_fault]
                    assert all(times.count(key) == 2 for key in times)
            assert len(found) == entry["rows"]
    assert looked == {fault.kind for fault in FAULTS if fault.plant}


def test_files_that_must_be_refused_are_what_they_are_called(faulty: SampleResult) -> None:
    for entry in truth(faulty)["files"]:
        if entry["verdict"] != "rejected":
            assert entry["reason"] is None
            continue
        path = faulty.out / entry["file"]
        kind = entry["planted"][0]["kind"]
        assert entry["reason"] == ("bad_name" if kind == "wrong_name" else kind)
        named = path.name.startswith(f"{entry['dataset']}_{entry['provider']}_{entry['period']}.")
        assert named == (kind not in ("wrong_name", "unknown_provider"))
        if kind == "unreadable_bytes":
            with pytest.raises(UnicodeDecodeError):
                path.read_bytes().decode("cp1257")
        if kind == "mojibake":
            assert "duomenø" in path.read_text("utf-8")
        if kind == "header_only":
            assert rows(path) == {}
        if kind == "too_early":
            assert entry["received_at"].startswith(entry["period"])
        if kind == "missing_column":
            found = next(iter(rows(path).values()))
            assert entry["planted"][0]["field"].replace("_", "") not in found


def test_the_truth_holds_no_personal_code(faulty: SampleResult) -> None:
    written = faulty.truth.read_text("utf-8")
    assert not re.search(r"\d{11}", written)


def test_half_a_year_of_the_whole_country_stays_under_two_thousand_files(tmp_path: Path) -> None:
    result = write_sample(tmp_path, "2018-07", "2018-12", scale=0.001, seed=1, faults=0.05)
    assert result.files <= 2_000
    assert len({entry["provider"] for entry in truth(result)["files"]}) == 61


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"from_month": "2018-12", "to_month": "2018-07"}, "before the first"),
        ({"from_month": "2018", "to_month": "2018"}, "YYYY-MM"),
        ({"from_month": "2018-07", "to_month": "2018-07", "scale": 0}, "scale"),
        ({"from_month": "2018-07", "to_month": "2018-07", "faults": 5}, "rate"),
        ({"from_month": "2018-07", "to_month": "2018-07", "scale": 100}, "too few invented codes"),
        ({"from_month": "2018-07", "to_month": "2018-07", "datasets": ["globa"]}, "globa"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_sentence(tmp_path: Path, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(SampleError, match=says):
        write_sample(tmp_path, **arguments)
