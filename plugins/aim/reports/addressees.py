"""Who is written to about what: by role, provider, dataset and municipality."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aim.contracts.registry import Provider
from aim.ledger.contacts import Contact

PROVIDER, TBK, ADMINISTRATION, NATIONAL = "provider", "tbk", "administration", "national"


class AddressBook:
    """Working addresses, looked up without asking the database again."""

    def __init__(self, contacts: Sequence[Contact], providers: Mapping[str, Provider]) -> None:
        """contacts: those that can be written to."""
        self._providers = providers
        self._of_provider: dict[str, list[Contact]] = {}
        self._of_place: dict[tuple[str, str], set[str]] = {}
        self._national: set[str] = set()
        for one in contacts:
            self._of_provider.setdefault(one.provider_code, []).append(one)
            provider = providers.get(one.provider_code)
            if one.role == NATIONAL:
                self._national.add(one.address)
            elif provider is not None and provider.municipality_code is not None:
                self._of_place.setdefault((provider.municipality_code, one.role), set()).add(one.address)

    def senders(self, provider: Provider, datasets: Iterable[str]) -> list[str]:
        """Who delivers these datasets: the provider's own contacts; of a coordinator's office the coordinator."""
        roles = {PROVIDER, TBK} if provider.kind == TBK else {PROVIDER}
        return self._of(provider, datasets, roles)

    def readers(self, provider: Provider, datasets: Iterable[str]) -> list[str]:
        """Who reads the provider's report: those who deliver, and the coordinator named for this provider."""
        return self._of(provider, datasets, {PROVIDER, TBK})

    def holders(self, role: str, municipality: str | None) -> list[str]:
        """Who holds a role in a municipality; `national` is one for all."""
        if role == NATIONAL:
            return sorted(self._national)
        return sorted(self._of_place.get((municipality or "", role), set()))

    def asked_to_help(self, roles: Sequence[str], level: int, municipality: str | None) -> tuple[str | None, list[str]]:
        """The role of that level with those who hold it; where nobody does, the next one up, or else down."""
        for role in (*roles[level:], *reversed(roles[:level])):
            found = self.holders(role, municipality)
            if found:
                return role, found
        return None, []

    def _of(self, provider: Provider, datasets: Iterable[str], roles: set[str]) -> list[str]:
        asked = set(datasets)
        return sorted(
            {
                one.address
                for one in self._of_provider.get(provider.code, ())
                if one.role in roles and (one.dataset is None or not asked or one.dataset in asked)
            }
        )
