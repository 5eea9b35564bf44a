"""A dataset as a clerk reads of it: how to name, send and write its file, and what is checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aim.contracts.calendar import Period
from aim.contracts.file_names import FORMATS, PACKINGS, file_name
from aim.contracts.load import COMMON
from aim.contracts.models import TEMPORARY_NUMBER, DatasetContract, FieldContract, FieldType, Grain, Severity
from aim.contracts.registry import Provider
from aim.contracts.rule_sql import fields_spoken_of
from aim.handbook.due_days import next_due_day
from aim.handbook.rules_told import RuleTold, SmallTable, small_table, told
from aim.handbook.sources import Sources
from aim.handbook.words import Words

LONGEST_LIST_IN_TABLE = 8
"""Codes shown beside a field; a longer list has its own place on the page of lists."""
MUNICIPALITIES = "municipalities"
NO_PROVIDER = "000000000"
"""Stands for a provider's code where the registry has none that delivers the dataset."""
NIL = "NĖRA DUOMENŲ"
"""What the first cell of a nil return says."""
CHANNELS = "channels"
"""The reference file of the channels by which a file may come."""
COMMAND = "command"
"""The one channel by which no file comes: the operator's command line."""


@dataclass(frozen=True)
class Code:
    """A code and what it stands for."""

    code: str
    label: str


@dataclass(frozen=True)
class CodeList:
    """A list under its name in the reference files; title: the field's, used_in: titles of the datasets."""

    name: str
    title: str
    codes: tuple[Code, ...]
    used_in: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FieldTold:
    """A column.

    rules: codes of the dataset's own errors that speak of it, where it is not required at all times. other_codes: as
    files may write a code, and the code it stands for.
    """

    name: str
    title: str
    type: str
    is_key: bool
    is_required: bool
    rules: tuple[str, ...]
    aliases: tuple[str, ...]
    codes: tuple[Code, ...]
    list_name: str
    other_codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class OtherLayout:
    """How the files of some other periods differ from those of today, in words."""

    periods: str
    differences: tuple[str, ...]


@dataclass(frozen=True)
class Deliverer:
    """A kind that delivers the dataset, and when."""

    kind: str
    title: str
    bounds: str
    cadence: str
    due: str
    next_due: str


@dataclass(frozen=True)
class NamePart:
    """A part of a file's name and what it means."""

    part: str
    meaning: str


@dataclass(frozen=True)
class DatasetTold:
    """All that its page says of a dataset, in order."""

    name: str
    title: str
    grain: str
    deliverers: tuple[Deliverer, ...]
    ready: str
    file_name: str
    name_parts: tuple[NamePart, ...]
    automatic: str
    by_hand: str
    fields: tuple[FieldTold, ...]
    has_person: bool
    person_title: str
    types: tuple[str, ...]
    example: SmallTable
    example_file: str
    grid: str
    nil_file: str
    own_rules: tuple[RuleTold, ...]
    common_rules: tuple[RuleTold, ...]
    other_layouts: tuple[OtherLayout, ...]


def dataset_told(dataset: str, sources: Sources, words: Words) -> DatasetTold:
    """The page of a dataset in words, its files as those of the latest period are laid out."""
    _, period = sources.example_slice(dataset)
    return _Telling(sources.contracts.layout(dataset, period.start), sources, words).dataset()


def code_list(name: str, title: str, sources: Sources, words: Words) -> CodeList:
    """A list of the reference files with its labels; MUNICIPALITIES is one too."""
    reference = sources.reference
    if name == MUNICIPALITIES:
        return CodeList(name, title, tuple(Code(*one) for one in reference.municipality_names.items()))
    labels = [(code, reference.labels[name, code]) for code in reference.code_lists[name]]
    return CodeList(name, title, tuple(Code(code, lt if words.lang == "lt" else en) for code, (lt, en) in labels))


def list_of(field: FieldContract) -> str | None:
    """The list that the field's cells are taken from, if any."""
    return MUNICIPALITIES if field.type is FieldType.MUNICIPALITY else field.code_list


def sometimes_required_by(field: FieldContract, dataset: str, sources: Sources) -> tuple[str, ...]:
    """The dataset's own errors that speak of an optional field: they say when it must be filled or empty."""
    rule_set = sources.rule_set(dataset)
    if field.required or rule_set is None:
        return ()
    return tuple(rule.code for rule in rule_set.rules if field.name in rule.fields and rule.severity is Severity.ERROR)


def channels(sources: Sources, words: Words, *, automatic: bool) -> str:
    """The labels of the channels that are automatic, or that are not."""
    columns, rows = sources.reference.table(CHANNELS)
    label, kind = columns.index(f"label_{words.lang}"), columns.index("is_automatic")
    name = columns.index("channel")
    return ", ".join(row[label] for row in rows if (row[kind] == "true") is automatic and row[name] != COMMAND)


@dataclass(frozen=True)
class _Telling:
    contract: DatasetContract
    sources: Sources
    words: Words

    def dataset(self) -> DatasetTold:
        contract, words = self.contract, self.words
        provider, period = self.sources.example_slice(contract.dataset)
        code, name = self._named(provider, period)
        _, name_of_specimen = self._named(*self.sources.specimen_slice(contract.dataset))
        parts = [
            NamePart(contract.dataset, words.say("name_dataset")),
            NamePart(code, words.say("name_provider", provider=words.provider(provider))),
            NamePart(period.text, words.say(f"name_period_{contract.period}")),
            NamePart(
                f".{FORMATS[0]}",
                words.say("name_format", formats=_listed(FORMATS, "`{}`"), packings=_listed(PACKINGS, "`.{}`")),
            ),
        ]
        person = next((field for field in contract.fields if field.type is FieldType.PERSONAL_CODE), None)
        specimen = self._specimen()
        columns = [field.name for field in contract.fields]
        return DatasetTold(
            name=contract.dataset,
            title=words.text(contract.title),
            grain=words.grain(contract),
            deliverers=tuple(self._deliverers()),
            ready=words.ready(contract),
            file_name=name,
            name_parts=tuple(parts),
            automatic=channels(self.sources, words, automatic=True),
            by_hand=channels(self.sources, words, automatic=False),
            fields=tuple(self._field(field) for field in contract.fields),
            has_person=person is not None,
            person_title=words.text(person.title) if person is not None else "",
            types=tuple(dict.fromkeys(field.type.value for field in contract.fields)),
            example=small_table(name_of_specimen, columns, specimen, words),
            example_file=_as_file(columns, [[row.get(column, "") for column in columns] for row in specimen]),
            grid=self._grid(),
            nil_file=_as_file(columns, [[NIL, *[""] * (len(columns) - 1)]]),
            own_rules=tuple(self._own_rules()),
            common_rules=tuple(self._common_rules()),
            other_layouts=tuple(self._other_layouts()),
        )

    def _named(self, provider: Provider | None, period: Period) -> tuple[str, str]:
        """A provider's code, and the name of its file."""
        code = provider.code if provider is not None else NO_PROVIDER
        return code, file_name(self.contract.dataset, code, period, FORMATS[0])

    def _deliverers(self) -> list[Deliverer]:
        grain: Grain = self.contract.period
        return [
            Deliverer(
                kind=kind.kind,
                title=self.words.text(kind.title),
                bounds=self.words.bounds(owed),
                cadence=self.words.cadence(owed, grain),
                due=self.words.due(owed, grain),
                next_due=self.words.next_due(next_due_day(self.sources, kind, owed)),
            )
            for kind, owed in self.sources.deliverers(self.contract.dataset)
        ]

    def _field(self, field: FieldContract) -> FieldTold:
        name = list_of(field)
        codes = code_list(name, "", self.sources, self.words).codes if name is not None else ()
        is_short = len(codes) <= LONGEST_LIST_IN_TABLE
        return FieldTold(
            name=field.name,
            title=self.words.text(field.title),
            type=self.words.field_type(field, self.contract),
            is_key=field.key,
            is_required=field.required,
            rules=sometimes_required_by(field, self.contract.dataset, self.sources),
            aliases=field.aliases,
            codes=codes if is_short else (),
            list_name="" if is_short or name is None else name,
            other_codes=tuple(field.codes.items()),
        )

    def _other_layouts(self) -> Iterator[OtherLayout]:
        for layout in self.sources.contracts.layouts_of(self.contract.dataset):
            differences = tuple(differences_told(layout.contract, self.contract, self.words))
            if differences:
                yield OtherLayout(self.words.layout_periods(layout.first, layout.end), differences)

    def _specimen(self) -> list[dict[str, str]]:
        rule_set = self.sources.rule_set(self.contract.dataset)
        return [rule_set.specimen] if rule_set is not None and rule_set.specimen else []

    def _grid(self) -> str:
        rule_set = self.sources.rule_set(self.contract.dataset)
        names = rule_set.grid if rule_set is not None else {}
        return ", ".join(self.words.text(self.contract.field(name).title) for name in names)

    def _own_rules(self) -> list[RuleTold]:
        rule_set = self.sources.rule_set(self.contract.dataset)
        return [told(rule, rule_set, self.sources, self.words) for rule in rule_set.rules] if rule_set else []

    def _common_rules(self) -> list[RuleTold]:
        common = self.sources.rule_set(COMMON)
        if common is None:
            return []
        return [
            told(rule, common, self.sources, self.words, self.contract.dataset)
            for rule in common.rules
            if fields_spoken_of(rule, self.contract)
        ]


def differences_told(layout: DatasetContract, today: DatasetContract, words: Words) -> Iterator[str]:
    """What is other in the files of a layout than in those of today, a sentence for each difference."""
    there = {field.name: field for field in layout.fields}
    for field in today.fields:
        if field.name not in there:
            yield words.say("layout_absent", title=words.text(field.title), name=field.name)
    now = {field.name: field for field in today.fields}
    for name, field in there.items():
        title, kind = words.text(field.title), words.field_type(field, layout)
        if name not in now:
            yield words.say("layout_present", title=title, name=name, what=kind)
            continue
        if kind != words.field_type(now[name], today):
            yield words.say("layout_what", title=title, name=name, what=kind)
        if field.required != now[name].required:
            yield words.say("layout_required" if field.required else "layout_optional", title=title, name=name)
        if headings := [f"`{alias}`" for alias in field.aliases if alias not in now[name].aliases]:
            yield words.say("layout_headings", title=title, name=name, headings=", ".join(headings))
        if codes := [f"`{theirs}` = `{ours}`" for theirs, ours in field.codes.items() if theirs not in now[name].codes]:
            yield words.say("layout_codes", title=title, name=name, codes=", ".join(codes))


def _listed(words: Sequence[str], form: str) -> str:
    return ", ".join(form.format(word) for word in words)


def _as_file(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(";".join(cells) for cells in (columns, *rows))


def temporary_number(words: Words) -> FieldTold:
    """The optional column of a dataset with persons that no contract declares."""
    return FieldTold(
        name=TEMPORARY_NUMBER,
        title=words.say("temporary_number"),
        type=words.say("temporary_number_type"),
        is_key=False,
        is_required=False,
        rules=(),
        aliases=(),
        codes=(),
        list_name="",
    )
