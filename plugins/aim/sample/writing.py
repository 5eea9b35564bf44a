"""Writing the sample: provider files into an inbox, and beside them the truth and the contacts."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from aim.contracts.calendar import Period
from aim.contracts.load import Contracts, contracts
from aim.contracts.models import DatasetContract, FieldType
from aim.contracts.reference import Reference, read_reference
from aim.contracts.registry import read_registry
from aim.sample import slices
from aim.sample.arrivals import arrival, channel_of, other_channel
from aim.sample.chance import stream
from aim.sample.contacts import FILE_NAME as CONTACTS_NAME
from aim.sample.contacts import contacts as contacts_of
from aim.sample.defects import REFUSED_AS, Plan, broken_form, plan, spoiled_bytes
from aim.sample.expected import Expected
from aim.sample.forms import POPULATION_FORMS, Form, as_text, draw_forms, in_words, lay_out
from aim.sample.owed import Owed, owed
from aim.sample.row_defects import Ground
from aim.sample.sent import ROW, Sent
from aim.sample.truth import FILE_NAME as TRUTH_NAME
from aim.sample.truth import entry, totals
from aim.sample.window import SampleError, Window
from aim.sample.world import World, every_municipality
from aim.settings import Settings

_MOST_CELLS_OF_A_WORKBOOK = 3_000
"""A longer slice is exported as text: a spreadsheet of it takes a person, and this sample, too long."""
_STRANGER = "999000009"
"""A legal code with a right check digit that no registry of the sample holds."""
_TABLES = ("gyventojai", "mokiniai")
_FIRST_PART = 0.8


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
    """The folder being written."""

    out: Path
    files: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    size_bytes: int = 0
    last_received: datetime | None = None

    def put(self, channel: str, name: str, data: bytes, received: datetime) -> str:
        """Write one file as if it had come then; its name within the inbox."""
        path = self.out / channel / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        _stamp(path, received)
        self.files += 1
        self.size_bytes += len(data)
        if self.last_received is None or received > self.last_received:
            self.last_received = received
        return f"{channel}/{name}"


@dataclass
class _Desk:
    """What every file is written with."""

    seed: int
    inbox: _Inbox
    reference: Reference
    declared: Contracts
    planned: Plan
    forms: Mapping[str, Form]
    written: int = 0
    earlier: Counter[tuple[str, str]] = field(default_factory=Counter)
    former: dict[tuple[str, str], pl.DataFrame] = field(default_factory=dict)

    def number(self) -> int:
        """The next file's."""
        self.written += 1
        return self.written


def write_sample(
    out: Path | str,
    from_month: str,
    to_month: str,
    scale: float = 1.0,
    seed: int = 1,
    faults: float = 0.0,
    datasets: Collection[str] | None = None,
    settings: Settings | None = None,
    municipalities: Collection[str] | None = None,
    chosen: Callable[[Owed], bool] | None = None,
) -> SampleResult:
    """Write the provider files of the months from..to (`2018-07`) into the local inbox folder `out`.

    Files lie as `<out>/<channel>/<dataset>_<code>_<period>.<ext>`, stamped as if they had come then; the same input
    gives the same bytes and stamps. `truth.json` (what was planted, what should be found, the model's own totals; no
    personal codes) and `contacts.csv` lie at the root of `out` and are no deliveries. scale 1.0 is near the published
    volumes; faults is the share of the files with a defect, 0 leaves all sound and punctual. datasets, municipalities:
    only those (default: all); national files tell of these municipalities' children, tables of counts stay whole.
    chosen: of what the months owe, only these slices (default: all), of the same children. settings (default: of the
    environment) name the registry and the reference files. SampleError for a sample that cannot be.
    """
    window = Window.between(from_month, to_month)
    settings = settings or Settings.from_env()
    declared = contracts()
    wanted = set(declared.datasets) if datasets is None else set(datasets)
    places = every_municipality() if municipalities is None else sorted(municipalities)
    _refuse_nonsense(out, scale, faults, wanted - set(declared.datasets), set(places) - set(every_municipality()))
    providers = read_registry(settings.registry)
    reference = read_reference(settings.reference)

    inbox = _Inbox(Path(out))
    inbox.out.mkdir(parents=True, exist_ok=True)
    to_write = [one for one in owed(declared, providers, window, wanted, places) if chosen is None or chosen(one)]
    if not to_write:
        raise SampleError("The registry expects nothing of these datasets in these months.")
    world = World(seed, window, scale, reference, providers, places)
    codes = sorted({one.provider.code for one in to_write})
    local = frozenset(code for code in codes if providers[code].municipality_code is not None)
    desk = _Desk(seed, inbox, reference, declared, plan(seed, faults, to_write), draw_forms(seed, codes, local))
    expected = Expected(reference)
    for (dataset, period), group in groupby(to_write, key=lambda one: (one.dataset, one.period)):
        expected.take(declared.datasets[dataset], period, _write_period(desk, world, list(group)))
    expected.compare()

    cases = world.cases if "atvejai" in wanted else world.every_case.clear()
    last_received = inbox.last_received
    if last_received is None:
        raise SampleError("No file is left to write: lower the rate of faults.")
    truth = {
        "from": window.first.text,
        "to": window.last.text,
        "scale": scale,
        "seed": seed,
        "faults": faults,
        "files": [entry(one) for one in expected.sent],
        "totals": totals(cases, world.assessments, window.months, places) if len(cases) else {},
    }
    truth_path, contacts_path = inbox.out / TRUTH_NAME, inbox.out / CONTACTS_NAME
    truth_path.write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    contacts_path.write_bytes(contacts_of(seed, providers.values()))
    for path in (truth_path, contacts_path):
        _stamp(path, last_received)
    return SampleResult(
        out=inbox.out,
        truth=truth_path,
        contacts=contacts_path,
        files=inbox.files,
        size_bytes=inbox.size_bytes,
        children=cases["child"].n_unique(),
        cases=len(cases),
        rows=dict(inbox.rows),
        planted=dict(desk.planned.taken),
        last_received=last_received,
    )


def _stamp(path: Path, received: datetime) -> None:
    seconds = int(received.timestamp())
    os.utime(path, (seconds, seconds))


def _refuse_nonsense(
    out: Path | str, scale: float, faults: float, strange_datasets: Collection[str], strange_places: Collection[str]
) -> None:
    if "://" in str(out):
        raise SampleError("A sample is written into a local folder: give a path.")
    if scale <= 0:
        raise SampleError("The scale must be above 0.")
    if not 0 <= faults <= 1:
        raise SampleError("The rate of faults is a share: give a number from 0 to 1.")
    if strange_datasets:
        raise SampleError(f"The sample does not know the dataset {min(strange_datasets)}.")
    if strange_places:
        raise SampleError(f"The sample does not know the municipality {min(strange_places)}.")


def _write_period(desk: _Desk, world: World, group: Sequence[Owed]) -> list[Sent]:
    """The files of all providers that owe the dataset and period."""
    came = {one.provider.code: arrival(desk.seed, one, desk.planned.kind_of(one)) for one in group}
    known_on: dict[str, date] = {code: moment.date() for code, moment in came.items()}
    rows = world.rows(group[0].dataset, group[0].period, known_on)
    parts = rows.partition_by("provider_code", as_dict=True, maintain_order=True, include_key=False)
    empty = rows.clear().drop("provider_code")
    sent: list[Sent] = []
    for one in group:
        part = _columns_told(parts.get((one.provider.code,), empty))
        sent += _write_slice(desk, one, came[one.provider.code], part)
        desk.earlier[one.provider.code, one.dataset] += 1
        if desk.planned.queues:
            desk.former[one.provider.code, one.dataset] = part
    return sent


def _columns_told(rows: pl.DataFrame) -> pl.DataFrame:
    """Without the columns that a provider with nothing to say in them does not have at all."""
    unused = [name for name in ("laikinas_nr", "neigalus", "spec_poreikiai") if name in rows.columns]
    return rows.drop(name for name in unused if not rows[name].count())


def _form_of(desk: _Desk, one: Owed, rows: pl.DataFrame) -> Form:
    if one.dataset in _TABLES:
        return POPULATION_FORMS[one.period.start.year % len(POPULATION_FORMS) - 1]
    form = desk.forms[one.provider.code]
    return as_text(form) if rows.height * rows.width > _MOST_CELLS_OF_A_WORKBOOK else form


def _write_slice(desk: _Desk, one: Owed, received: datetime, rows: pl.DataFrame) -> list[Sent]:
    """One slice's file, or files, with its defects if it has some."""
    kind = desk.planned.kind_of(one)
    form = broken_form(kind, _form_of(desk, one, rows))
    ground = _ground(desk, one, form, rows)
    planted = _plant(desk, one, ground, stays=False)
    if not len(rows) and kind not in ("missing", "late", "wrong_name", "unknown_provider", "too_early", "empty_file"):
        # What a nil return says can only be late or not come at all.
        kind = ""
    if kind:
        desk.planned.taken[kind] += 1
        planted.append(
            {"kind": kind, "field": _lost_column(desk, one) if kind == "missing_column" else None, "rows": []}
        )
    nil = kind == "nil_return" or not len(ground.rows)

    def sent(told: Ground, when: datetime | None, *, is_nil: bool = False) -> Sent:
        return Sent(
            number=desk.number(),
            owed=one,
            file=None,
            received=when,
            rows=told.rows.with_columns(pl.Series(ROW, form.row_numbers(len(told.rows)))),
            unreadable={
                name: frozenset(form.row_number(index) for index in cells) for name, cells in told.cells.items()
            },
            surplus=frozenset(form.row_number(index) for index in told.surplus),
            refused=REFUSED_AS.get(kind),
            is_nil=is_nil,
            rows_sent=0 if is_nil or when is None or kind in ("header_only", "empty_file") else len(told.rows),
            planted=planted,
        )

    if kind == "missing":
        return [sent(ground, None)]
    channel = channel_of(desk.seed, one.provider)
    rng = stream(desk.seed, "again", *one.key)
    name = _name_of(kind, one, form)
    files = []
    before = _earlier_versions(desk, one, kind, ground, rows)
    gap = timedelta(hours=int(rng.integers(5, 40)) / max(len(before), 1))
    for place, version in enumerate(before):
        moment = received - gap * (len(before) - place)
        file = sent(version, moment)
        file.file = desk.inbox.put(channel, name, _bytes(desk, one, form, version, ""), moment)
        files.append(file)
        channel = other_channel(channel)
    if one.dataset in _TABLES:
        ground = _ground(desk, one, form, rows)
        planted = _plant(desk, one, ground, stays=True)
    last = sent(ground, received, is_nil=nil)
    data = spoiled_bytes(kind, _bytes(desk, one, form, ground, kind, nil=nil))
    last.file = desk.inbox.put(channel, name, data, received)
    desk.inbox.rows[one.dataset] += last.rows_sent
    files.append(last)
    if kind == "sent_twice":
        after = received + timedelta(hours=int(rng.integers(5, 40)))
        again = replace(
            last, number=desk.number(), received=after, same_as=last.number, findings={}, former_findings={}
        )
        again.file = desk.inbox.put(other_channel(channel), name, data, after)
        files.append(again)
    return files


def _ground(desk: _Desk, one: Owed, form: Form, rows: pl.DataFrame) -> Ground:
    key = one.provider.code, one.dataset
    return Ground(
        contract=desk.declared.datasets[one.dataset],
        period=one.period,
        reference=desk.reference,
        form=form,
        rows=rows,
        own_municipality=one.provider.municipality_code,
        earlier=desk.earlier[key],
        former=desk.former.get(key),
    )


def _plant(desk: _Desk, one: Owed, ground: Ground, *, stays: bool) -> list[dict[str, Any]]:
    """Plant what the slice is to bear, those kinds first that have waited longest; what was planted, for the truth.

    stays: only kinds that a table sent again still has, or only the others.
    """
    queue = desk.planned.queues.get(one.dataset)
    wanted = desk.planned.spoiled.get(one.key, 0)
    found: list[dict[str, Any]] = []
    if not queue or not wanted or not len(ground.rows):
        return found
    rng = stream(desk.seed, "fault", *one.key)
    for defect in list(queue):
        if defect.stays != stays or len(ground.rows) < defect.least_rows or len(ground.used) * 12 > len(ground.rows):
            continue
        planted = defect.plant(rng, ground)
        if planted is None:
            continue
        queue.remove(defect)
        queue.append(defect)
        ground.used |= set(planted.rows)
        desk.planned.taken[defect.kind] += 1
        rows = [ground.form.row_number(index) for index in planted.rows]
        found.append({"kind": defect.kind, "field": planted.field, "rows": rows})
        if len(found) == wanted:
            break
    return found


def _earlier_versions(desk: _Desk, one: Owed, kind: str, ground: Ground, rows: pl.DataFrame) -> list[Ground]:
    """What was sent before the file that counts: a part of it; of a table one with gaps, and one with defects in it."""
    versions = []
    if kind == "incomplete_table":
        versions.append(_ground(desk, one, ground.form, rows.filter(pl.col("sav") != rows["sav"][0])))
    if one.dataset in _TABLES and ground.used:
        versions.append(ground)
    if kind == "replaced" and len(rows) > 1:
        versions.append(_ground(desk, one, ground.form, rows[: int(len(rows) * _FIRST_PART)]))
    return versions


def _bytes(desk: _Desk, one: Owed, form: Form, ground: Ground, kind: str, *, nil: bool = False) -> bytes:
    contract = ground.contract
    words = in_words(ground.rows, form, contract)
    for name, texts in ground.cells.items():
        cells = words[name].to_list()
        for row, text in texts.items():
            cells[row] = text
        words = words.with_columns(pl.Series(name, cells, dtype=pl.String))
    if kind == "missing_column":
        words = words.drop(_lost_column(desk, one))
    if kind == "header_only":
        words = words.clear()
    sums = None
    if one.dataset == "gyventojai" and form.with_total:
        sums = in_words(ground.rows.select(pl.col(slices.TOTALS).sum()), form, contract).to_dicts()[0]
    return lay_out(
        words, form, one.provider.name, one.period, nil=nil, totals=sums, surplus=sorted(ground.surplus),
        numeric=[each.name for each in contract.fields if each.type in (FieldType.INT, FieldType.DECIMAL)],
    )  # fmt: skip


def _lost_column(desk: _Desk, one: Owed) -> str:
    """The last required column: the one that `missing_column` leaves out."""
    contract: DatasetContract = desk.declared.datasets[one.dataset]
    return [each.name for each in contract.fields if each.required][-1]


def _name_of(kind: str, one: Owed, form: Form) -> str:
    period: Period = one.period
    code, dataset = one.provider.code, one.dataset
    if kind == "wrong_name":
        return f"{dataset} {period.text} {code}.{form.extension}"
    if kind == "unknown_provider":
        return f"{dataset}_{_STRANGER}_{period.text}.{form.extension}"
    return f"{dataset}_{code}_{period.text}.{form.extension}"
