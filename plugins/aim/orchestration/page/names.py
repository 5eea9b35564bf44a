"""What things are called on the page: providers, places, datasets, rules, states, in one language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from aim.contracts.load import COMMON, Contracts, contracts
from aim.contracts.models import Rule, Text
from aim.contracts.reference import Reference, read_reference
from aim.contracts.registry import Provider, read_registry
from aim.handbook.words import in_alphabet
from aim.language import choose, say
from aim.settings import Settings

Lang = Literal["lt", "en"]
NATIONAL = "00"
"""Stands for the code of a municipality where a provider is of the whole country."""


@dataclass(frozen=True)
class Names:
    """Everything the declarations, the registry and the reference files call by name."""

    lang: Lang
    contracts: Contracts
    providers: dict[str, Provider]
    reference: Reference

    @classmethod
    def read(cls, settings: Settings, lang: Lang) -> Names:
        """As they stand now. Raises ContractError, RegistryError, ReferenceFileError."""
        return cls(lang, contracts(), read_registry(settings.registry), read_reference(settings.reference))

    def say(self, key: str, n: int | None = None, **values: object) -> str:
        """The page's sentence `key`."""
        return say(f"page.{key}", self.lang, n, **values)

    def text(self, text: Text) -> str:
        """What a declaration says in both languages."""
        return text.lt if self.lang == "lt" else text.en

    def provider(self, code: str) -> str:
        """A provider's name; its code where the registry knows it no longer."""
        known = self.providers.get(code)
        return code if known is None else known.name

    def kind(self, code: str) -> str:
        """What kind of provider it is; empty where that is not known."""
        known = self.providers.get(code)
        kind = None if known is None else self.contracts.kinds.get(known.kind)
        return "" if kind is None else self.text(kind.title)

    def municipality(self, code: str | None) -> str:
        """A municipality's name, or that it is the whole country."""
        return self.reference.municipality_names.get(code or NATIONAL) or self.say("national")

    def dataset(self, name: str) -> str:
        """A dataset's title; its name where nothing declares it any more."""
        known = self.contracts.datasets.get(name)
        return name if known is None else self.text(known.title)

    def field(self, dataset: str, name: str) -> str:
        """A field's title in a dataset; its name where the dataset has none such."""
        known = self.contracts.datasets.get(dataset)
        found = None if known is None else next((one for one in known.fields if one.name == name), None)
        return name if found is None else self.text(found.title)

    def state(self, status: str) -> str:
        """What became of a slice."""
        return say(f"status.state_{status}", self.lang)

    def verdict(self, verdict: str) -> str:
        """What became of a delivery."""
        return say(f"status.verdict_{verdict}", self.lang)

    def reason(self, code: str, detail: str | None) -> str:
        """Why a delivery was refused, and what to do."""
        return say(f"reason.{code}", self.lang, detail=detail or "")

    @cached_property
    def municipalities(self) -> list[tuple[str, str]]:
        """Codes and names in the order of the alphabet, the whole country first."""
        named = sorted(self.reference.municipality_names.items(), key=lambda one: in_alphabet(one[1]))
        return [(NATIONAL, self.say("national")), *named]

    @cached_property
    def datasets(self) -> list[tuple[str, str]]:
        """Names and titles in the order of the alphabet."""
        titled = ((name, self.dataset(name)) for name in self.contracts.datasets)
        return sorted(titled, key=lambda one: in_alphabet(one[1]))

    def rule(self, code: str) -> tuple[Rule, str | None] | None:
        """A rule and the dataset whose page of the handbook explains it (None: the catalogue's common part)."""
        return self._rules.get(code)

    @cached_property
    def _rules(self) -> dict[str, tuple[Rule, str | None]]:
        return {
            rule.code: (rule, None if rule_set.dataset == COMMON else rule_set.dataset)
            for rule_set in self.contracts.rule_sets.values()
            for rule in rule_set.rules
        }

    def message(self, code: str, count: int) -> str:
        """What a rule says of `count` rows; empty where nothing declares it any more."""
        found = self._rules.get(code)
        return "" if found is None else choose(found[0].message.forms(self.lang), self.lang, count).format(n=count)

    def explained_at(self, code: str) -> str | None:
        """Where the handbook explains a rule; None where nothing declares it any more."""
        found = self._rules.get(code)
        return None if found is None else f"handbook/{found[1] or 'rules'}.html#{code}"

    def in_order(self, codes: Iterable[str]) -> list[str]:
        """Codes of providers in the order of the alphabet of their names."""
        return sorted(codes, key=lambda code: (in_alphabet(self.provider(code)), code))
