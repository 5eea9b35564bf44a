"""All registers of the invented nation together, and what each provider would write of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import polars as pl

from aim.contracts.calendar import Period
from aim.contracts.reference import Reference
from aim.contracts.registry import Provider
from aim.sample import population, slices
from aim.sample.activities import activity_rows, draw_activities
from aim.sample.aggregates import addiction_rows, offence_rows
from aim.sample.assessments import Assessments, draw_assessments
from aim.sample.care import care_rows, draw_care
from aim.sample.cases import draw_cases
from aim.sample.chance import stream
from aim.sample.children import draw_children
from aim.sample.cooperation import cooperation_rows, draw_cooperation, survey_rows
from aim.sample.decisions import (
    disability_rows,
    draw_disability,
    draw_special_needs,
    special_needs_rows,
)
from aim.sample.owed import one_of_each
from aim.sample.plans import draw_plans, plan_rows
from aim.sample.risk_families import draw_risk_families, risk_family_rows
from aim.sample.school import absence_rows, draw_absences, out_of_school_rows, pupil_rows
from aim.sample.services import draw_services, service_rows
from aim.sample.social_risk import draw_social_risk, social_risk_rows
from aim.sample.violence import draw_violence, violence_rows
from aim.sample.window import Window

_TELLS_FLAGS = 0.6
_TELLS_NO_END = 0.3


@dataclass
class World:
    """The registers, drawn when they are first asked for; each by its own stream, so that none changes another."""

    seed: int
    window: Window
    scale: float
    reference: Reference
    providers: Mapping[str, Provider]
    municipalities: Sequence[str]
    _kinds: dict[str, dict[str, str]] = field(default_factory=dict)

    def of_kind(self, kind: str) -> dict[str, str]:
        """Municipality -> legal code of the sample's provider of the kind, of the municipalities asked for."""
        if kind not in self._kinds:
            chosen = one_of_each(self.providers, kind, self.window)
            self._kinds[kind] = {place: code for place, code in chosen.items() if place in self.municipalities}
        return self._kinds[kind]

    @cached_property
    def every_case(self) -> pl.DataFrame:
        """The cases of the whole country: no municipality's children depend on which others are written."""
        return draw_cases(self.seed, self.window, self.scale, one_of_each(self.providers, "spc", self.window))

    @cached_property
    def cases(self) -> pl.DataFrame:
        """The cases of the municipalities asked for, `case` being the place in it."""
        return self.every_case.filter(pl.col("municipality_code").is_in(list(self.municipalities))).with_columns(
            case=pl.int_range(pl.len(), dtype=pl.UInt32)
        )

    @cached_property
    def assessments(self) -> Assessments:
        """The assessments of those cases."""
        return draw_assessments(self.seed, self.window, self.cases, len(self.reference.code_lists["instrument_items"]))

    @cached_property
    def children(self) -> pl.DataFrame:
        """The children whom the registers know, of the whole country."""
        return draw_children(self.seed, self.window, self.scale, self.every_case)

    @cached_property
    def disability(self) -> pl.DataFrame:
        """The disability decisions."""
        return draw_disability(self.seed, self.window, self.scale, self.children)

    @cached_property
    def special_needs(self) -> pl.DataFrame:
        """The special-needs decisions."""
        return draw_special_needs(self.seed, self.window, self.scale, self.children)

    @cached_property
    def care(self) -> pl.DataFrame:
        """The guardianship episodes."""
        return draw_care(self.seed, self.window, self.scale, self.children)

    @cached_property
    def violence(self) -> pl.DataFrame:
        """The reports of violence."""
        return draw_violence(self.seed, self.window, self.scale, self.children, self.every_case)

    @cached_property
    def social_risk(self) -> pl.DataFrame:
        """The statuses of social risk."""
        return draw_social_risk(self.seed, self.window, self.scale, self.children)

    @cached_property
    def risk_families(self) -> pl.DataFrame:
        """The register of risk families."""
        return draw_risk_families(self.seed, self.window, self.scale, self.children, self.every_case)

    @cached_property
    def services(self) -> pl.DataFrame:
        """The services needed and delivered."""
        return draw_services(self.seed, self.window, self.cases, self.reference.code_lists["service_catalogue"])

    @cached_property
    def plans(self) -> pl.DataFrame:
        """The measures of help plans."""
        return draw_plans(self.seed, self.window, self.cases, self.reference.code_lists["service_catalogue"])

    @cached_property
    def absences(self) -> pl.DataFrame:
        """The times of missing school."""
        return draw_absences(self.seed, self.window, self.scale, self.children)

    @cached_property
    def cooperation(self) -> pl.DataFrame:
        """The coordinators' requests and meetings."""
        return draw_cooperation(self.seed, self.window, self.scale, self.of_kind("tbk"))

    @cached_property
    def _memberships(self) -> dict[str, pl.DataFrame]:
        return {
            kind: draw_activities(self.seed, self.window, self.scale, self.children, kind)
            for kind in ("dienos_centras", "nvs")
        }

    @cached_property
    def tellers_of_flags(self) -> dict[str, tuple[bool, bool]]:
        """Centres whose case files tell who is disabled, and who has special needs."""
        told = {}
        for code in self.of_kind("spc").values():
            draw = stream(self.seed, "flags", code).random(2)
            told[code] = bool(draw[0] < _TELLS_FLAGS), bool(draw[1] < _TELLS_FLAGS)
        return told

    def rows(self, dataset: str, period: Period, known_on: Mapping[str, date]) -> pl.DataFrame:
        """What the providers in `known_on` say of the slice, each as it knew things on that day: provider_code and
        the dataset's fields, typed, each provider's rows in file order.
        """
        known = pl.DataFrame(
            {"provider_code": list(known_on), "known_on": list(known_on.values())},
            schema={"provider_code": pl.String, "known_on": pl.Date},
        )
        rows = self._rows(dataset, period, known)
        return rows.filter(pl.col("provider_code").is_in(list(known_on)))

    def _rows(self, dataset: str, period: Period, known: pl.DataFrame) -> pl.DataFrame:
        single = known["provider_code"][0]
        lists = self.reference.code_lists
        match dataset:
            case "gyventojai":
                return slices.population_rows(period.start.year).with_columns(provider_code=pl.lit(single))
            case "mokiniai":
                return pupil_rows(period.start.year, single)
            case "nepilnameciu_veikos":
                return offence_rows(self.seed, self.scale, period, single)
            case "priklausomybes":
                return addiction_rows(self.seed, self.scale, period, single, lists["age_band"])
            case "atvejai":
                flags = slices.Flags(self.disability, self.special_needs, self.tellers_of_flags)
                return slices.case_rows(slices.listed_cases(self.cases, period), period, known, flags)
            case "vertinimai":
                made = slices.assessed_in(self.assessments, period)
                return slices.answer_rows(made, self.assessments, lists["instrument_items"])
            case "pagalbos_planai":
                return plan_rows(self.plans, period, known)
            case "paslaugos":
                return service_rows(self.seed, self.services, period, known, self.of_kind("savivaldybe"))
            case "socialines_rizikos_vaikai":
                return social_risk_rows(self.social_risk, period, known, self.of_kind("savivaldybe"))
            case "rizikos_seimos":
                return risk_family_rows(self.risk_families, period, known, self.of_kind("vtas"))
            case "globa":
                return care_rows(self._here(self.care), period, known, self.of_kind("vtas"), self._national(single))
            case "smurtas":
                return violence_rows(self._here(self.violence), period, self.of_kind("vtas"), self._national(single))
            case "neigalumas":
                return disability_rows(self._here(self.disability), period, single)
            case "sup":
                quiet = [
                    code
                    for code in self.of_kind("ppt").values()
                    if stream(self.seed, "ends", code).random() < _TELLS_NO_END
                ]
                return special_needs_rows(self.special_needs, period, self.of_kind("ppt"), quiet)
            case "nelankantys":
                return absence_rows(self.seed, self.absences, period, single, self.municipalities)
            case "nesimokantys":
                return out_of_school_rows(self.seed, self.scale, self.children, period, single, self.municipalities)
            case "uzimtumas":
                return pl.concat(
                    activity_rows(self.seed, memberships, period, self.of_kind(kind))
                    for kind, memberships in self._memberships.items()
                )
            case "tbk_veikla":
                return cooperation_rows(self.cooperation, period, known)
            case "apklausa":
                return survey_rows(self.seed, self.scale, period, self.of_kind("tbk"))
        raise LookupError(dataset)

    def _here(self, register: pl.DataFrame) -> pl.DataFrame:
        return register.filter(pl.col("municipality_code").is_in(list(self.municipalities)))

    def _national(self, code: str) -> str | None:
        return code if self.providers[code].municipality_code is None else None


def every_municipality() -> list[str]:
    """The codes of all municipalities, in order."""
    return sorted(population.children(population.years()[0])["municipality_code"].unique())
