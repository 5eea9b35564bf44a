"""Writing the sample: provider files into an inbox, and beside them the truth and the contacts."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from aim.contracts.calendar import Period
from aim.contracts.reference import read_reference
from aim.contracts.registry import Provider, read_registry
from aim.sample import defects, population, slices
from aim.sample.arrivals import channel_of, monthly_arrival, other_channel, population_arrival
from aim.sample.assessments import MAX_UNANSWERED, UNKNOWN, Assessments, draw_assessments
from aim.sample.cases import draw_cases
from aim.sample.chance import stream
from aim.sample.contacts import FILE_NAME as CONTACTS_NAME
from aim.sample.contacts import contacts
from aim.sample.defects import ANSWERS, CASES, SOUND, Fault, SliceKey
from aim.sample.forms import POPULATION_FORMS, Form, draw_forms, in_words, lay_out
from aim.sample.truth import FILE_NAME as TRUTH_NAME
from aim.sample.truth import totals
from aim.sample.window import SampleError, Window
from aim.settings import Settings

POPULATION = "gyventojai"
DATASETS = (POPULATION, CASES, ANSWERS)
"""What the sample can write."""

_MOST_CASES_OF_A_WORKBOOK = 250
_STRANGER = "999000009"
"""A legal code with a right check digit that no registry of the sample holds."""


@dataclass(frozen=True)
class SampleResult:
    """What was written. rows: of each dataset; planted: defects by kind; last_received: when the last file came."""

    out: Path
    truth: Path
    contacts: Path
    files: int
    size_bytes: int
    children: int
    cases: int
    rows: Mapping[str, int]
    planted: Mapping[str, int]
    last_received: datetime


@dataclass
class _Inbox:
    """The folder being written, and the account of it."""

    out: Path
    files: list[dict[str, Any]] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    size_bytes: int = 0
    last_received: datetime | None = None

    def put(self, channel: str, name: str, data: bytes, received: datetime) -> str:
        """Write one file as if it had come then; its name within the inbox."""
        path = self.out / channel / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        _stamp(path, received)
        self.size_bytes += len(data)
        if self.last_received is None or received > self.last_received:
            self.last_received = received
        return f"{channel}/{name}"

    def note(self, key: SliceKey, file: str | None, received: datetime | None, **facts: object) -> None:
        """One entry of the truth."""
        provider, dataset, period = key
        self.files.append(
            {
                "file": file,
                "provider": provider,
                "dataset": dataset,
                "period": period,
                "received_at": received.isoformat() if received else None,
                **facts,
            }
        )


@dataclass(frozen=True)
class _Slice:
    """One slice ready to be written: its rows, and which of them may be spoiled."""

    key: SliceKey
    provider: Provider
    period: Period
    rows: pl.DataFrame
    assessed: Sequence[bool] = ()
    hardly_answered: int = 0


def write_sample(
    out: Path | str,
    from_month: str,
    to_month: str,
    scale: float = 1.0,
    seed: int = 1,
    faults: float = 0.0,
    datasets: Sequence[str] = DATASETS,
    settings: Settings | None = None,
) -> SampleResult:
    """Write the provider files of the months from..to (`2018-07`) into the local inbox folder `out`.

    Files lie as `<out>/<channel>/<dataset>_<code>_<period>.<ext>`, stamped as if they had come then; the same input
    gives the same bytes and stamps. `truth.json` (what was planted, the model's own totals; no personal codes) and
    `contacts.csv` lie at the root of `out` and are no deliveries. scale 1.0 is near the published volumes;
    faults is the share of the monthly files with a defect, 0 leaves all sound and punctual. settings (default: of the
    environment) name the registry and the reference files. SampleError for a sample that cannot be.
    """
    window = Window.between(from_month, to_month)
    _refuse_nonsense(out, scale, faults, datasets)
    settings = settings or Settings.from_env()
    providers = read_registry(settings.registry)
    items = read_reference(settings.reference).code_lists["instrument_items"]

    inbox = _Inbox(Path(out))
    inbox.out.mkdir(parents=True, exist_ok=True)
    if POPULATION in datasets:
        _write_population(inbox, seed, window, providers)

    centres = _one_for_each_municipality(providers, "spc", window)
    cases = draw_cases(seed, window, scale, centres)
    assessments = draw_assessments(seed, window, cases, len(items))
    load = cases.group_by("provider_code").len()
    large = set(load.filter(pl.col("len") > _MOST_CASES_OF_A_WORKBOOK)["provider_code"])
    small = frozenset(centres.values()) - large
    forms = draw_forms(seed, sorted(centres.values()), small)
    planned = defects.plan(seed, faults, _row_counts(window, cases, assessments, len(items), datasets))
    owing = [providers[code] for code in sorted(centres.values())]
    for due in _slices(seed, window, cases, assessments, items, owing, datasets, planned):
        _write_slice(inbox, seed, due, forms[due.provider.code], planned.get(due.key, SOUND))

    if inbox.last_received is None:
        raise SampleError("The registry expects nothing of these datasets in these months.")
    truth = {
        "from": window.first.text,
        "to": window.last.text,
        "scale": scale,
        "seed": seed,
        "faults": faults,
        "files": inbox.files,
        "totals": totals(cases, assessments, window.months, sorted(centres)) if CASES in datasets else {},
    }
    truth_path, contacts_path = inbox.out / TRUTH_NAME, inbox.out / CONTACTS_NAME
    truth_path.write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    contacts_path.write_bytes(contacts(seed, providers.values()))
    for path in (truth_path, contacts_path):
        _stamp(path, inbox.last_received)
    return SampleResult(
        out=inbox.out,
        truth=truth_path,
        contacts=contacts_path,
        files=sum(entry["file"] is not None for entry in inbox.files),
        size_bytes=inbox.size_bytes,
        children=cases["child"].n_unique(),
        cases=len(cases),
        rows=dict(inbox.rows),
        planted=dict(Counter(fault.kind for fault in planned.values())),
        last_received=inbox.last_received,
    )


def _stamp(path: Path, received: datetime) -> None:
    seconds = int(received.timestamp())
    os.utime(path, (seconds, seconds))


def _refuse_nonsense(out: Path | str, scale: float, faults: float, datasets: Sequence[str]) -> None:
    if "://" in str(out):
        raise SampleError("A sample is written into a local folder: give a path.")
    if scale <= 0:
        raise SampleError("The scale must be above 0.")
    if not 0 <= faults <= 1:
        raise SampleError("The rate of faults is a share: give a number from 0 to 1.")
    strange = [dataset for dataset in datasets if dataset not in DATASETS]
    if strange:
        raise SampleError(f"The sample does not know the dataset {strange[0]}: choose from {', '.join(DATASETS)}.")


def _delivers(provider: Provider, kind: str, period: Period) -> bool:
    return (
        provider.kind == kind
        and provider.valid_from <= period.end
        and (provider.valid_to is None or period.end <= provider.valid_to)
    )


def _one_for_each_municipality(providers: Mapping[str, Provider], kind: str, window: Window) -> dict[str, str]:
    """Municipality code -> the first of its providers of that kind that delivers in the window."""
    chosen: dict[str, str] = {}
    for code, provider in sorted(providers.items()):
        if provider.municipality_code and any(_delivers(provider, kind, month) for month in window.months):
            chosen.setdefault(provider.municipality_code, code)
    return chosen


def _write_population(inbox: _Inbox, seed: int, window: Window, providers: Mapping[str, Provider]) -> None:
    """The real totals of each year of the window for which they are held, from the national agency."""
    for year in population.years():
        period = Period.parse(str(year))
        if not window.start.year <= year <= window.end.year:
            continue
        for code, provider in sorted(providers.items()):
            if not _delivers(provider, "vda", period):
                continue
            form = POPULATION_FORMS[year % len(POPULATION_FORMS) - 1]
            rows = slices.population_rows(year)
            sums = in_words(rows.select(pl.col(slices.TOTALS).sum()), form).to_dicts()[0]
            data = lay_out(in_words(rows, form), form, provider.name, period, totals=sums)
            received = population_arrival(seed, code, year)
            file = inbox.put("api", f"{POPULATION}_{code}_{year}.{form.extension}", data, received)
            inbox.rows[POPULATION] += len(rows)
            inbox.note(
                (code, POPULATION, str(year)), file, received, rows=len(rows), quarantined=0, duplicate=0,
                verdict="accepted", reason=None, obligation="on_time", planted=[], hardly_answered=0,
            )  # fmt: skip


def _row_counts(
    window: Window, cases: pl.DataFrame, assessments: Assessments, items: int, datasets: Sequence[str]
) -> dict[SliceKey, int]:
    """The slices of cases and assessments that have rows, and how many."""
    counts: dict[SliceKey, int] = {}
    for month in window.months:
        for dataset, frame, times in (
            (CASES, slices.listed_cases(cases, month), 1),
            (ANSWERS, slices.assessed_in(assessments, month), items),
        ):
            if dataset in datasets:
                for code, length in frame.group_by("provider_code").len().iter_rows():
                    counts[code, dataset, month.text] = length * times
    return counts


def _slices(
    seed: int,
    window: Window,
    cases: pl.DataFrame,
    assessments: Assessments,
    items: Sequence[str],
    centres: Sequence[Provider],
    datasets: Sequence[str],
    planned: Mapping[SliceKey, Fault],
) -> Iterator[_Slice]:
    """Every slice that the centres owe in the window, month by month; one without rows comes too, as a nil return."""
    hardly = (assessments.levels == UNKNOWN).sum(axis=1) > MAX_UNANSWERED
    for month in window.months:
        listed = _by_provider(slices.listed_cases(cases, month))
        made = _by_provider(slices.assessed_in(assessments, month))
        for provider in centres:
            code = provider.code
            if not _delivers(provider, "spc", month):
                continue
            its_cases, its_assessments = listed.get(code), made.get(code)
            if CASES in datasets:
                key = (code, CASES, month.text)
                its_cases = cases.clear() if its_cases is None else its_cases
                known_on = monthly_arrival(seed, code, CASES, month, kind=planned.get(key, SOUND).kind).date()
                assessed = [] if its_assessments is None else its_assessments["case"].to_list()
                rows = slices.case_rows(its_cases, month, known_on)
                yield _Slice(key, provider, month, rows, its_cases["case"].is_in(assessed).to_list())
            if ANSWERS in datasets:
                key = (code, ANSWERS, month.text)
                if its_assessments is None:
                    its_assessments = slices.assessed_in(assessments, month).clear()
                rows = slices.answer_rows(its_assessments, assessments, items)
                incomplete = int(hardly[its_assessments["answers"].to_numpy()].sum())
                yield _Slice(key, provider, month, rows, hardly_answered=incomplete)


def _by_provider(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    parts = frame.partition_by("provider_code", as_dict=True, maintain_order=True)
    return {str(key[0]): part for key, part in parts.items()}


def _write_slice(inbox: _Inbox, seed: int, due: _Slice, usual_form: Form, fault: Fault) -> None:
    """One slice's file, or files, with its defect if it has one."""
    code, dataset, _ = due.key
    received = monthly_arrival(seed, code, dataset, due.period, kind=fault.kind)
    form = defects.broken_form(fault.kind, usual_form)
    words = in_words(due.rows, form)
    rng = stream(seed, "fault", *due.key)
    planted = defects.Planted(words, (), None)
    if fault.plant is not None:
        spare = defects.sound_rows(dataset, words, due.assessed)
        if spare:
            planted = fault.plant(rng, defects.Ground(dataset, words, form, spare))
        else:
            fault = SOUND
    verdict = fault.verdict
    if due.hardly_answered and verdict == "accepted" and fault.kind != "nil_return":
        verdict = "accepted_with_findings"
    facts: dict[str, Any] = {
        "rows": len(planted.words),
        "quarantined": planted.quarantined,
        "duplicate": planted.duplicate,
        "verdict": verdict,
        "reason": fault.reason,
        "obligation": fault.obligation,
        "planted": [] if fault is SOUND else [_defect(fault, planted, form, dataset)],
        "hardly_answered": due.hardly_answered,
    }
    if fault.kind == "missing":
        inbox.note(due.key, None, None, **facts | {"rows": 0})
        return
    nil = fault.kind == "nil_return" or not len(due.rows)
    if nil or fault.kind == "header_only":
        facts |= {"rows": 0, "hardly_answered": 0}
    elif fault.verdict == "rejected":
        facts |= {"quarantined": facts["rows"]}
    data = _file_of(fault, planted.words, form, due, nil=nil)
    channel = channel_of(seed, code)
    name = _name_of(fault, due.key, form)
    if fault.kind == "replaced":
        first = lay_out(words[: len(words) * 4 // 5], form, due.provider.name, due.period)
        earlier = received - timedelta(hours=int(rng.integers(5, 40)))
        file = inbox.put(channel, name, first, earlier)
        inbox.note(due.key, file, earlier, **facts | {"rows": len(words) * 4 // 5, "verdict": "superseded"})
        channel = other_channel(channel)
    file = inbox.put(channel, name, data, received)
    inbox.rows[dataset] += facts["rows"]
    inbox.note(due.key, file, received, **facts)
    if fault.kind == "sent_twice":
        again = received + timedelta(hours=int(rng.integers(5, 40)))
        file = inbox.put(other_channel(channel), name, data, again)
        inbox.note(due.key, file, again, **facts | {"verdict": "duplicate"})


def _defect(fault: Fault, planted: defects.Planted, form: Form, dataset: str) -> dict[str, Any]:
    missing_column = defects.REQUIRED_COLUMN[dataset] if fault.kind == "missing_column" else None
    return {
        "kind": fault.kind,
        "field": missing_column or planted.field,
        "rows": [form.row_number(index) for index in planted.indices],
    }


def _file_of(fault: Fault, words: pl.DataFrame, form: Form, due: _Slice, *, nil: bool) -> bytes:
    if fault.kind == "missing_column":
        words = words.drop(defects.REQUIRED_COLUMN[due.key[1]])
    if fault.kind == "header_only":
        words = words.clear()
    data = lay_out(words, form, due.provider.name, due.period, nil=nil)
    if fault.kind == "unreadable_bytes":
        return defects.with_undefined_bytes(data)
    if fault.kind == "mojibake":
        return defects.with_mojibake(data)
    return data


def _name_of(fault: Fault, key: SliceKey, form: Form) -> str:
    code, dataset, period = key
    if fault.kind == "wrong_name":
        return f"{dataset} {period} {code}.{form.extension}"
    if fault.kind == "unknown_provider":
        return f"{dataset}_{_STRANGER}_{period}.{form.extension}"
    return f"{dataset}_{code}_{period}.{form.extension}"
