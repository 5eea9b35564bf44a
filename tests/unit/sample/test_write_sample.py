"""The sample is the same for the same input, and its files say what its truth says."""

import json
import re
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from reading_back import code, day, number, rows, truth
from stdnum.lt import asmens

from aim.contracts.calendar import Period, due_on, ready_on
from aim.contracts.load import contracts
from aim.contracts.registry import read_registry
from aim.sample import SampleResult, write_sample
from aim.sample.defects import REFUSED_AS
from aim.sample.own_defects import OWN
from aim.sample.row_defects import common_defects
from aim.sample.window import SampleError
from aim.settings import Settings

Row = dict[str, str]
Landed = dict[str, list[tuple[dict[str, Any], dict[int, Row]]]]
"""Dataset -> what the truth says of each file, and its rows, in order of period and provider."""
PLACES = ("11", "75")
HONEST = {"VER-003", "SMU-003", "SMU-004", "VIS-015", "VIS-016"}
"""What real providers are asked about too: hardly answered assessments, violence without a case, small numbers."""


def files(folder: Path) -> dict[str, tuple[bytes, float]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> SampleResult:
    """Six months across July 2018, when the registers changed hands."""
    folder = tmp_path_factory.mktemp("sound")
    return write_sample(folder, "2018-04", "2018-09", 0.8, seed=7, municipalities=PLACES)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> SampleResult:
    folder = tmp_path_factory.mktemp("faulty")
    return write_sample(folder, "2017-07", "2018-12", 0.3, seed=1, faults=0.5, municipalities=PLACES)


def told(result: SampleResult) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(result.truth.read_text("utf-8"))
    return read


@pytest.fixture(scope="module")
def landed(sound: SampleResult) -> Landed:
    found: dict[str, list[tuple[dict[str, Any], dict[int, Row]]]] = defaultdict(list)
    for entry in told(sound)["files"]:
        path = sound.out / entry["file"]
        found[entry["dataset"]].append((entry, rows(path) if entry["rows"] else {}))
    return found


def bounds(entry: dict[str, Any]) -> tuple[date, date]:
    period = Period.parse(entry["period"])
    return period.start, period.end


def test_the_same_input_gives_the_same_bytes_and_stamps(tmp_path: Path) -> None:
    for name in ("once", "again"):
        write_sample(tmp_path / name, "2018-11", "2018-12", 0.05, seed=3, faults=0.5, municipalities=PLACES)
    assert files(tmp_path / "once") == files(tmp_path / "again")


def test_another_seed_gives_other_children(tmp_path: Path) -> None:
    for seed in (3, 4):
        write_sample(tmp_path / str(seed), "2018-12", "2018-12", 0.05, seed=seed, municipalities=PLACES[:1])
    assert files(tmp_path / "3") != files(tmp_path / "4")


def test_every_dataset_comes_from_every_kind_of_provider(sound: SampleResult) -> None:
    declared, providers = contracts(), read_registry(Settings.from_env({}).registry)
    came = {(providers[entry["provider"]].kind, entry["dataset"]) for entry in told(sound)["files"]}
    owed = {(kind.kind, duty.dataset) for kind in declared.kinds.values() for duty in kind.delivers}
    assert came == owed
    assert set(sound.rows) == set(declared.datasets)


def test_the_registers_change_hands_in_july(sound: SampleResult) -> None:
    providers = read_registry(Settings.from_env({}).registry)
    by_dataset: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for entry in told(sound)["files"]:
        by_dataset[entry["dataset"]][entry["period"]].add(providers[entry["provider"]].kind)
    for dataset in ("smurtas", "globa"):
        assert by_dataset[dataset] == {
            f"2018-{month:02}": {"vtas"} if month < 7 else {"vvtait"} for month in range(4, 10)
        }
    assert sorted(by_dataset["rizikos_seimos"]) == ["2018-04", "2018-05", "2018-06"]
    assert sorted(by_dataset["nelankantys"]) == ["2018-04", "2018-05", "2018-06", "2018-09"]
    assert sorted(by_dataset["tbk_veikla"]) == sorted(by_dataset["sup"]) == ["2018-K2", "2018-K3"]
    assert sorted(by_dataset["apklausa"]) == ["2018-P1"]
    assert sorted(by_dataset["nesimokantys"]) == ["2017-2018"]
    assert sorted(by_dataset["priklausomybes"]) == ["2017"]
    assert sorted(by_dataset["gyventojai"]) == sorted(by_dataset["mokiniai"]) == ["2018"]


def test_every_personal_code_is_well_formed_and_invented(
    landed: Landed,
) -> None:
    seen = set()
    for of_dataset in landed.values():
        for _, found in of_dataset:
            for row in found.values():
                if row.get("asmenskodas"):
                    seen.add(row["asmenskodas"])
                else:
                    assert "asmenskodas" not in row or row["laikinasnr"]
    assert len(seen) > 1_000
    assert all(asmens.is_valid(one) and int(one[7:10]) >= 980 for one in seen)


def test_the_registers_speak_of_the_same_children(
    landed: Landed,
) -> None:
    def children(dataset: str) -> set[str]:
        return {row["asmenskodas"] for _, found in landed[dataset] for row in found.values()}

    with_case = children("atvejai")
    for dataset in ("paslaugos", "uzimtumas", "neigalumas", "sup", "smurtas", "rizikos_seimos", "nelankantys", "globa"):
        assert with_case & children(dataset), dataset
    assert children("paslaugos") <= with_case


def test_the_files_hold_the_children_and_families_of_the_truth(sound: SampleResult, landed: Landed) -> None:
    """S01 v2 counted anew from the files alone: cases open on the month's last day."""
    children: dict[tuple[str, str], set[str]] = defaultdict(set)
    families: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for entry, found in landed["atvejai"]:
        _, last = bounds(entry)
        for row in found.values():
            opened, closed = day(row["atidarymodata"]), day(row["uzdarymodata"])
            assert opened is not None and opened <= last
            if closed is not None and closed <= last:
                continue
            child = row["asmenskodas"] or entry["provider"] + row["laikinasnr"]
            for territory in (row["sav"], "00"):
                children[entry["period"], territory].add(child)
                families[entry["period"], territory].add((entry["provider"], row["seimosnr"]))
    totals = told(sound)["totals"]["S01"]
    assert {total["territory_code"] for total in totals} == {*PLACES, "00"}
    for total in totals:
        key = (total["period"], total["territory_code"])
        assert len(children[key]) == total["total"], key
        assert sum(one[:1] in "1357" for one in children[key] if len(one) == 11) == total["male"], key
        assert len(families[key]) == total["families"], key


def test_a_sound_sample_is_asked_only_what_real_providers_are(sound: SampleResult) -> None:
    for entry in told(sound)["files"]:
        assert set(entry["findings"]) <= HONEST and not entry["former_findings"], entry["file"]
        assert entry["verdict"] == ("accepted_with_findings" if entry["findings"] else "accepted")
        assert not (entry["quarantined"] or entry["duplicate"] or entry["planted"] or entry["reason"])


def test_a_case_is_there_from_month_to_month_until_it_is_closed(
    landed: Landed,
) -> None:
    open_before: dict[str, set[str]] = {}
    for entry, found in landed["atvejai"]:
        first, last = bounds(entry)
        numbers = [row["atvejonr"] for row in found.values()]
        assert len(set(numbers)) == len(numbers) == entry["rows"]
        for row in found.values():
            reported, opened = day(row["pranesimodata"]), day(row["atidarymodata"])
            manager, closed = day(row["vadybininkopaskyrimodata"]), day(row["uzdarymodata"])
            assert reported is not None and opened is not None and reported <= opened <= last
            assert manager is None or opened <= manager <= last
            assert (closed is None) == (row["uzdarymopriezastis"] in ("", "-", "–", ":"))
            assert closed is None or (closed > opened and closed >= first)
        assert open_before.get(entry["provider"], set()) <= set(numbers)
        open_before[entry["provider"]] = {
            row["atvejonr"] for row in found.values() if (closed := day(row["uzdarymodata"])) is None or closed > last
        }


def test_the_stock_in_care_follows_from_what_came_and_went(
    landed: Landed,
) -> None:
    stock: dict[str, set[str]] = {}
    for entry, found in landed["globa"]:
        first, last = bounds(entry)
        spans = {row["globosnr"]: (day(row["nuo"]), day(row["iki"])) for row in found.values()}
        at_end = {episode for episode, (_, end) in spans.items() if end is None or end > last}
        if entry["provider"] in stock:
            begun = {episode for episode, (begin, _) in spans.items() if begin is not None and begin >= first}
            ended = {episode for episode, (_, end) in spans.items() if end is not None and first <= end <= last}
            assert at_end == (stock[entry["provider"]] | begun) - ended
        stock[entry["provider"]] = at_end
    assert sum(map(len, stock.values())) > 20


def test_the_flags_of_case_files_are_those_of_the_registers(
    landed: Landed,
) -> None:
    valid: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry, found in landed["neigalumas"]:
        _, last = bounds(entry)
        for row in found.values():
            begin, end = day(row["nuo"]), day(row["iki"])
            if begin is not None and begin <= last and (end is None or end > last):
                valid["neigalus", entry["period"]].add(row["asmenskodas"])
    asked = 0
    for entry, found in landed["atvejai"]:
        for row in found.values():
            flag = truth(row.get("neigalus", ""))
            if flag is not None:
                asked += 1
                assert flag == (row["asmenskodas"] in valid["neigalus", entry["period"]])
    assert asked > 50


def test_a_service_is_needed_before_it_is_delivered(
    landed: Landed,
) -> None:
    delivered = 0
    for _, found in landed["paslaugos"]:
        for row in found.values():
            amount = number(row["kiekis"])
            assert amount is not None and amount >= 0
            if amount:
                delivered += 1
                assert truth(row["poreikisnustatytas"]) and not truth(row["laukia"])
    assert delivered > 50


def test_most_children_of_a_confirmed_report_have_a_case_within_a_month(
    landed: Landed,
) -> None:
    opened: dict[str, list[date]] = defaultdict(list)
    for _, found in landed["atvejai"]:
        for row in found.values():
            begin = day(row["atidarymodata"])
            assert begin is not None
            opened[row["asmenskodas"]].append(begin)
    followed = []
    for _, found in landed["smurtas"]:
        for row in found.values():
            reported = day(row["pranesimodata"])
            assert reported is not None
            if code(row["patvirtinta"]) == "TAIP" and reported < date(2018, 8, 25):
                followed.append(any((begin - reported).days <= 30 for begin in opened[row["asmenskodas"]]))
    assert len(followed) > 10
    assert sum(followed) / len(followed) > 0.8


def test_the_whole_of_each_cell_is_the_sum_of_its_groups(
    landed: Landed,
) -> None:
    for _, found in landed["nepilnameciu_veikos"]:
        acts: Counter[tuple[str, ...]] = Counter()
        for row in found.values():
            cell = row["sav"], row["amzius"], code(row["lytis"]) or ""
            amount = int(number(row["veikusk"]) or 0)
            acts[cell] += amount if code(row["veikosgrupe"]) == "VISO" else -amount
        assert len(acts) == 60 * 8 * 2
        assert not any(acts.values())


def test_sound_files_come_when_they_may_and_before_they_are_due(sound: SampleResult) -> None:
    declared, providers = contracts(), read_registry(Settings.from_env({}).registry)
    for entry in told(sound)["files"]:
        received = datetime.fromisoformat(entry["received_at"])
        assert (sound.out / entry["file"]).stat().st_mtime == received.timestamp()
        period = Period.parse(entry["period"])
        duty = declared.obligation(providers[entry["provider"]].kind, entry["dataset"])
        assert duty is not None
        assert ready_on(declared.datasets[entry["dataset"]], period) <= received.date() <= due_on(duty, period)
        assert entry["obligation"] == "on_time"


def test_tables_of_counts_are_whole_and_real(
    landed: Landed,
) -> None:
    ((entry, found),) = landed["gyventojai"]
    counts = [int(row["viso"].replace("\u00a0", "")) for row in found.values()]
    assert (entry["period"], len(counts), sum(counts)) == ("2018", 60 * 18, 503_015)
    ((_, found),) = landed["mokiniai"]
    assert len({(row["sav"], row["amzius"]) for row in found.values()}) == 60 * 15
    assert 300_000 < sum(int(row["mokiniusk"].replace("\u00a0", "")) for row in found.values()) < 340_000


def test_every_kind_of_defect_is_planted(faulty: SampleResult) -> None:
    of_files = {*REFUSED_AS, "nil_return", "late", "missing", "sent_twice", "replaced", "incomplete_table"}
    of_rows = {defect.kind for dataset in contracts().datasets for defect in common_defects(dataset)}
    own = {defect.kind for defects in OWN.values() for defect in defects}
    assert of_files | of_rows | own <= set(faulty.planted)


def test_a_defect_is_found_by_its_own_rule_where_it_was_planted(faulty: SampleResult) -> None:
    """Rows spoiled one by one: the truth expects the rule's finding in each of them."""
    rule_of = {
        (dataset, defect.kind): defect.rule
        for dataset in contracts().datasets
        for defect in (*common_defects(dataset), *OWN.get(dataset, ()))
    }
    seen = set()
    by_rule_alone = ("ATV-003", "ATV-006", "ATV-007", "GLO-002", "GLO-003", "SMU-003", "SMU-004", "PAS-003", "VIS-015")
    for entry in told(faulty)["files"]:
        if entry["verdict"] not in ("accepted", "accepted_with_findings", "superseded"):
            continue
        for defect in entry["planted"]:
            rule = rule_of.get((entry["dataset"], defect["kind"]), "")
            # A superseded first part bears none of the defects of the whole; others wait for what never came.
            if not rule or rule in by_rule_alone or not defect["rows"] or entry["verdict"] == "superseded":
                continue
            if defect["kind"] in ("changed_by_half", "unknown_case"):
                continue
            found = set(entry["findings"].get(rule, ()))
            assert found & set(defect["rows"]), (entry["file"], defect, entry["findings"])
            seen.add(rule)
    assert len(seen) > 30


def test_a_planted_row_is_where_the_truth_says(faulty: SampleResult) -> None:
    """Row numbers are those of the provider's own file, titles and blank lines counted."""
    looked = Counter[str]()
    for entry in told(faulty)["files"]:
        if entry["verdict"] not in ("accepted", "accepted_with_findings"):
            continue
        found: dict[int, Row] | None = None
        for defect in entry["planted"]:
            if not defect["rows"]:
                continue
            found = rows(faulty.out / entry["file"]) if found is None else found
            assert len(found) == entry["rows"]
            at_fault = [found[one] for one in defect["rows"]]
            field = (defect["field"] or "").replace("_", "")
            looked[defect["kind"]] += 1
            match defect["kind"]:
                case "wrong_check_digit":
                    assert not any(asmens.is_valid(row["asmenskodas"]) for row in at_fault)
                case "grown_up":
                    assert all(row["asmenskodas"].startswith("380") for row in at_fault)
                case "impossible_date":
                    assert all("30" in row[field] and "2018" in row[field] for row in at_fault)
                case "missing_required":
                    assert all(row[field] in ("", "-", "–", ":") for row in at_fault)
                case "code_not_in_list":
                    assert all(row[field].upper() == "KAIMYNAS" for row in at_fault)
                case "damaged_number":
                    assert all(row[field] == "9,4E+08" for row in at_fault)
                case "surplus_cell":
                    assert all(row["*"] == "perteklius" for row in at_fault)
                case "repeated_row":
                    assert all(list(found.values()).count(row) >= 2 for row in at_fault)
                case "repeated_key":
                    keys = [one.replace("_", "") for one in defect["field"].split(",")]
                    times = [tuple(row[key] for key in keys) for row in at_fault]
                    assert all(times.count(key) >= 2 for key in times)
    assert len(looked) > 30


def test_files_that_must_be_refused_are_what_they_are_called(faulty: SampleResult) -> None:
    for entry in told(faulty)["files"]:
        kinds = {defect["kind"] for defect in entry["planted"]} & set(REFUSED_AS)
        if not kinds:
            assert entry["reason"] in (None, "too_many_quarantined", "file_rule")
            continue
        path = faulty.out / entry["file"]
        (kind,) = kinds
        assert (entry["verdict"], entry["reason"]) == ("rejected", REFUSED_AS[kind])
        named = path.name.startswith(f"{entry['dataset']}_{entry['provider']}_{entry['period']}.")
        assert named == (kind not in ("wrong_name", "unknown_provider"))
        if kind == "unreadable_bytes":
            with pytest.raises(UnicodeDecodeError):
                path.read_bytes().decode("cp1257")
        if kind == "mojibake":
            assert "duomenø" in path.read_text("utf-8")
        if kind == "header_only":
            assert rows(path) == {}
        if kind == "empty_file":
            assert not path.read_bytes()
        if kind == "too_early":
            ready = ready_on(contracts().datasets[entry["dataset"]], Period.parse(entry["period"]))
            assert datetime.fromisoformat(entry["received_at"]).date() < ready
        if kind == "missing_column":
            lost = next(defect["field"] for defect in entry["planted"] if defect["field"] and not defect["rows"])
            assert lost.replace("_", "") not in next(iter(rows(path).values()))


def test_the_truth_holds_no_personal_code(faulty: SampleResult) -> None:
    written = faulty.truth.read_text("utf-8")
    assert not re.search(r"(?<!\d)\d{11}(?!\d)", written)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"from_month": "2018-12", "to_month": "2018-07"}, "before the first"),
        ({"from_month": "2018", "to_month": "2018"}, "YYYY-MM"),
        ({"from_month": "2018-07", "to_month": "2018-07", "scale": 0}, "scale"),
        ({"from_month": "2018-07", "to_month": "2018-07", "faults": 5}, "rate"),
        ({"from_month": "2018-07", "to_month": "2018-07", "scale": 10}, "too few invented codes"),
        ({"from_month": "2018-07", "to_month": "2018-07", "datasets": ["orai"]}, "orai"),
        ({"from_month": "2018-07", "to_month": "2018-07", "municipalities": ["99"]}, "99"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_sentence(tmp_path: Path, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(SampleError, match=says):
        write_sample(tmp_path, **arguments)
