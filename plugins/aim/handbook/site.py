"""The handbook as a folder of pages: `<out>/<language>/index.html` and all it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aim.contracts.file_names import PACKINGS, TEXT_FORMATS, WORKBOOK_FORMATS
from aim.contracts.load import COMMON
from aim.contracts.models import TEMPORARY_NUMBER
from aim.handbook.datasets_told import (
    MUNICIPALITIES,
    CodeList,
    DatasetTold,
    code_list,
    dataset_told,
    list_of,
    temporary_number,
)
from aim.handbook.kinds_told import DatasetLink, kinds_told, months_table, years_told
from aim.handbook.render import page
from aim.handbook.rules_told import RuleTold, told
from aim.handbook.sources import Sources
from aim.handbook.words import Words, in_alphabet
from aim.handbook.workbook import write_workbook
from aim.language import keys

LANGUAGES = ("lt", "en")
VERDICTS = ("accepted", "accepted_with_findings", "rejected", "duplicate", "superseded", "withdrawn", "received")
STATUSES = ("on_time", "late", "confirmed_empty", "not_due", "not_received", "rejected", "waived")


@dataclass(frozen=True)
class ListedRule:
    """A rule in the catalogue: in words, and where it is explained."""

    rule: RuleTold
    link: str
    dataset: DatasetLink | None


def write_handbook(
    out: Path, sources: Sources, languages: Sequence[str] = LANGUAGES, back: str | None = None
) -> list[Path]:
    """Write the pages and templates of each language under `out`; returns every file, the one to open first.

    back: where each page leads back to, where the handbook is part of something.
    Files of an earlier writing are replaced. Raises OSError where `out` cannot be written.
    """
    written: list[Path] = []
    for lang in languages:
        written += _Site(out / lang, sources, Words(lang), languages, back).write()
    if len(languages) > 1:
        choice = out / "index.html"
        told = page("choice.html.j2", Words(languages[0]), languages=[Words(one) for one in languages])
        choice.write_text(told, "utf-8")
        written.insert(0, choice)
    return written


class _Site:
    def __init__(
        self, folder: Path, sources: Sources, words: Words, languages: Sequence[str], back: str | None
    ) -> None:
        self._folder = folder
        self._sources = sources
        self._words = words
        self._back = back
        self._languages = [Words(one) for one in languages if one != words.lang]
        self._written: list[Path] = []

    def write(self) -> list[Path]:
        self._folder.mkdir(parents=True, exist_ok=True)
        sources, words = self._sources, self._words
        datasets = [dataset_told(name, sources, words) for name in sources.contracts.datasets]
        datasets.sort(key=lambda one: in_alphabet(one.title))
        kinds = kinds_told(sources, words)
        tables = [(year, months_table(year, sources, words)) for year in years_told(sources)]
        self._page("index", "start.html.j2", kinds=kinds, tables=tables, file=datasets[0].file_name)
        for kind in kinds:
            self._page(f"kind-{kind.kind}", "kind.html.j2", kind=kind)
        for dataset in datasets:
            self._page(dataset.name, "dataset.html.j2", dataset=dataset, values=self._values(dataset))
            self._template(dataset.name)
        common = self._common_rules()
        self._page("rules", "rules.html.j2", common=common, listed=self._listed(common, datasets))
        self._page("verdicts", "verdicts.html.j2", verdicts=VERDICTS, statuses=STATUSES, reasons=self._reasons())
        self._page("codes", "codes.html.j2", lists=self._lists())
        return self._written

    def _page(self, name: str, template: str, **values: object) -> None:
        path = self._folder / f"{name}.html"
        text = page(
            template,
            self._words,
            name=name,
            others=self._languages,
            back=self._back,
            contact=self._sources.reference.parameter_text("mail_contact"),
            today=self._sources.today,
            version=self._sources.contracts.version,
            **values,
        )
        path.write_text(text, "utf-8")
        self._written.append(path)

    def _template(self, dataset: str) -> None:
        path = self._folder / f"{dataset}.xlsx"
        write_workbook(path, dataset, self._sources, self._words)
        self._written.append(path)

    def _values(self, dataset: DatasetTold) -> dict[str, object]:
        return {
            "fields": (*dataset.fields, temporary_number(self._words)) if dataset.has_person else dataset.fields,
            "percent": self._sources.reference.parameter_text("max_quarantined_pct"),
            "temporary_number": TEMPORARY_NUMBER,
            "text_formats": ", ".join(TEXT_FORMATS),
            "workbook_formats": ", ".join(WORKBOOK_FORMATS),
            "packings": ", ".join(PACKINGS),
        }

    def _common_rules(self) -> list[RuleTold]:
        common = self._sources.rule_set(COMMON)
        return [told(rule, common, self._sources, self._words) for rule in common.rules] if common else []

    def _listed(self, common: list[RuleTold], datasets: list[DatasetTold]) -> list[ListedRule]:
        return [ListedRule(rule, f"#{rule.code}", None) for rule in common] + [
            ListedRule(rule, f"{dataset.name}.html#{rule.code}", DatasetLink(dataset.name, dataset.title))
            for dataset in datasets
            for rule in dataset.own_rules
        ]

    def _reasons(self) -> list[tuple[str, str]]:
        return [(key.partition(".")[2], key) for key in keys("reason", self._words.lang)]

    def _lists(self) -> list[CodeList]:
        """Every list that a field takes its cells from, with the datasets that use it; municipalities first."""
        titles: dict[str, str] = {}
        used: dict[str, dict[str, str]] = {}
        for contract in self._sources.contracts.datasets.values():
            for field in contract.fields:
                name = list_of(field)
                if name is None:
                    continue
                title = self._words.say("municipalities") if name == MUNICIPALITIES else self._words.text(field.title)
                titles.setdefault(name, title)
                used.setdefault(name, {})[contract.dataset] = self._words.text(contract.title)
        names = sorted(titles, key=lambda name: (name != MUNICIPALITIES, in_alphabet(titles[name])))
        return [
            replace(code_list(name, titles[name], self._sources, self._words), used_in=tuple(used[name].items()))
            for name in names
        ]
