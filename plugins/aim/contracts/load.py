"""All declarations of `expectations/`, loaded once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

from aim.contracts.layouts import Layout, LayoutDiff, layout_of, layouts_of
from aim.contracts.models import DatasetContract, Obligation, ProviderKind, RuleSet, Scope, Strict
from aim.settings import PROJECT_ROOT

EXPECTATIONS = PROJECT_ROOT / "expectations"
COMMON = "_all"
_LAYOUT = ".diff.yml"

Declaration = TypeVar("Declaration", bound=Strict)


class ContractError(ValueError):
    """A declaration cannot be used; the text names the file and what is wrong in it."""


@dataclass(frozen=True)
class Comparison:
    """Slices of `dataset` are compared with those of `looked_at` from their first day to `days_after` their last."""

    dataset: str
    looked_at: str
    days_after: int


@dataclass(frozen=True)
class Contracts:
    """What `expectations/` declares, by name."""

    kinds: dict[str, ProviderKind]
    datasets: dict[str, DatasetContract]
    rule_sets: dict[str, RuleSet]
    version: str
    layouts: dict[str, LayoutDiff] = field(default_factory=dict)

    def layout(self, dataset: str, period_start: date) -> DatasetContract:
        """The dataset's contract as the files of the period that begins on that day have it."""
        return layout_of(self.datasets[dataset], self._diffs(dataset), period_start)

    def layouts_of(self, dataset: str) -> tuple[Layout, ...]:
        """Every layout the dataset has had, oldest first."""
        return layouts_of(self.datasets[dataset], self._diffs(dataset))

    def _diffs(self, dataset: str) -> list[LayoutDiff]:
        return [diff for diff in self.layouts.values() if diff.dataset == dataset]

    def obligation(self, kind: str, dataset: str) -> Obligation | None:
        """What a provider of `kind` owes of `dataset`, if anything."""
        declared = self.kinds.get(kind)
        if declared is None:
            return None
        return next((owed for owed in declared.delivers if owed.dataset == dataset), None)

    @cached_property
    def judging_order(self) -> tuple[str, ...]:
        """The datasets so that each comes after those its rules look at; ContractError on a circle."""
        graph = {name: contract.judged_after for name, contract in sorted(self.datasets.items())}
        try:
            return tuple(TopologicalSorter(graph).static_order())
        except CycleError as error:
            raise ContractError(f"judged_after goes round in a circle: {error.args[1]}") from error

    def looking_at(self, dataset: str) -> tuple[str, ...]:
        """The datasets to judge again when a slice of `dataset` comes or is replaced."""
        return tuple(name for name, contract in self.datasets.items() if dataset in contract.judged_after)

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """What is to be compared again when a slice of another provider's dataset comes or is replaced."""
        return tuple(
            Comparison(rule_set.dataset, rule.waits_for, rule.days_after)
            for rule_set in self.rule_sets.values()
            for rule in rule_set.rules
            if rule.scope is Scope.CROSS_PROVIDER and rule.waits_for is not None
        )


def _declarations(folder: Path, model: type[Declaration], suffix: str = ".yml") -> dict[str, Declaration]:
    found: dict[str, Declaration] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name.endswith(_LAYOUT) != (suffix == _LAYOUT):
            continue
        found[path.name.removesuffix(suffix)] = _declaration(path, model)
    return found


def _declaration(path: Path, model: type[Declaration]) -> Declaration:
    try:
        return model.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"{path.parent.name}/{path.name} cannot be read as UTF-8 text.") from error
    except (yaml.YAMLError, ValidationError) as error:
        raise ContractError(f"{path.parent.name}/{path.name}: {error}") from error


def load_contracts(folder: Path = EXPECTATIONS) -> Contracts:
    """The declarations under `folder`; ContractError names the file at fault. Cross-checks are aim.contracts.check."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*/*.yml")):
        digest.update(path.read_bytes())
    found = Contracts(
        kinds=_declarations(folder / "providers", ProviderKind),
        datasets=_declarations(folder / "datasets", DatasetContract),
        rule_sets=_declarations(folder / "rules", RuleSet),
        version=digest.hexdigest()[:12],
        layouts=_declarations(folder / "datasets", LayoutDiff, _LAYOUT),
    )
    for name, diff in found.layouts.items():
        try:
            _ = found.layouts_of(diff.dataset) if diff.dataset in found.datasets else ()
        except ValidationError as error:
            raise ContractError(f"datasets/{name}{_LAYOUT}: {error}") from error
    return found


def with_changed_rules(declared: Contracts, path: Path) -> Contracts:
    """The declarations with the rule set of a file, or those of every .yml file of a folder, in place of their own.

    ContractError where a file is no rule set, there is none, or two are of the same dataset.
    """
    files = sorted(path.glob("*.yml")) if path.is_dir() else [path]
    changed = [_declaration(file, RuleSet) for file in files]
    names = {rule_set.dataset for rule_set in changed}
    if not changed:
        raise ContractError(f"The folder {path.name} holds no rule file (.yml).")
    if len(names) < len(changed):
        raise ContractError(f"The folder {path.name} holds two rule files of one dataset.")
    return replace(declared, rule_sets=declared.rule_sets | {rule_set.dataset: rule_set for rule_set in changed})


@cache
def contracts() -> Contracts:
    """The project's own declarations, read once a process."""
    return load_contracts()
