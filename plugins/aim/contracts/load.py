"""All declarations of `expectations/`, loaded once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

from aim.contracts.models import DatasetContract, Obligation, ProviderKind, RuleSet, Strict
from aim.settings import PROJECT_ROOT

EXPECTATIONS = PROJECT_ROOT / "expectations"
COMMON = "_all"

Declaration = TypeVar("Declaration", bound=Strict)


class ContractError(ValueError):
    """A declaration cannot be used; the text names the file and what is wrong in it."""


@dataclass(frozen=True)
class Contracts:
    """What `expectations/` declares, by name."""

    kinds: dict[str, ProviderKind]
    datasets: dict[str, DatasetContract]
    rule_sets: dict[str, RuleSet]
    version: str

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

    def looks_back(self, dataset: str) -> bool:
        """Whether a slice of `dataset` is to be judged again when that of the period before comes or is replaced."""
        rule_set = self.rule_sets.get(dataset)
        return rule_set is not None and any(rule.waits_for == dataset for rule in rule_set.rules)


def _declarations(folder: Path, model: type[Declaration]) -> dict[str, Declaration]:
    found: dict[str, Declaration] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            found[path.stem] = model.model_validate(yaml.safe_load(path.read_text("utf-8")))
        except (yaml.YAMLError, ValidationError) as error:
            raise ContractError(f"{path.parent.name}/{path.name}: {error}") from error
    return found


def load_contracts(folder: Path = EXPECTATIONS) -> Contracts:
    """The declarations under `folder`; ContractError names the file at fault. Cross-checks are aim.contracts.check."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*/*.yml")):
        digest.update(path.read_bytes())
    return Contracts(
        kinds=_declarations(folder / "providers", ProviderKind),
        datasets=_declarations(folder / "datasets", DatasetContract),
        rule_sets=_declarations(folder / "rules", RuleSet),
        version=digest.hexdigest()[:12],
    )


@cache
def contracts() -> Contracts:
    """The project's own declarations, read once a process."""
    return load_contracts()
