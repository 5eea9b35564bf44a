"""What should come of everything sent: verdicts, findings and rows out, as the sample works them out for itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain

import polars as pl

from aim.clock import VILNIUS
from aim.contracts.calendar import Period
from aim.contracts.models import DatasetContract, FieldType
from aim.contracts.reference import Reference
from aim.sample.expected_history import Counts, has_jumped, is_outlier, shifted_fields
from aim.sample.expected_rows import CHILD, TEMPORARY, batch_of, judge_rows
from aim.sample.sent import DELIVERY, ROW, Sent

DAYS_TO_A_CASE = 30
GREATEST_CHANGE_PCT = 20
_FINDINGS = "accepted_with_findings"

# What is remembered of each dataset for the rules that compare.
_REMEMBERED = {
    "atvejai": ["atvejo_nr", "sav", "atidarymo_data", "uzdarymo_data", "neigalus", "spec_poreikiai", CHILD, TEMPORARY],
    "globa": ["globos_nr", "nuo", "iki"],
    "smurtas": ["sav", "pranesimo_data", "patvirtinta", "liudininkas", CHILD, TEMPORARY],
    "neigalumas": ["nuo", "iki", CHILD],
    "sup": ["sprendimo_data", "galioja_iki", CHILD],
    "paslaugos": ["paslaugos_kodas", "poreikis_nustatytas", "kiekis", CHILD],
    "gyventojai": ["sav", "viso"],
    "mokiniai": ["sav", "mokiniu_sk"],
}
_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    DELIVERY: pl.Int32,
    ROW: pl.Int64,
    **dict.fromkeys(["neigalus", "spec_poreikiai", "liudininkas", "poreikis_nustatytas", TEMPORARY], pl.Boolean),
    **dict.fromkeys(["atidarymo_data", "uzdarymo_data", "nuo", "iki", "pranesimo_data"], pl.Date),
    **dict.fromkeys(["sprendimo_data", "galioja_iki"], pl.Date),
    **dict.fromkeys(["viso", "mokiniu_sk"], pl.Int64),
    "kiekis": pl.Float64,
}
"""Of what is remembered; the rest is text. A column that no file has is of no type by itself."""
_NUMBER = {"atvejai": "atvejo_nr", "globa": "globos_nr"}


@dataclass
class Expected:
    """Takes what was sent, dataset by dataset in judging order; `compare` ends it and sets all verdicts."""

    reference: Reference
    sent: list[Sent] = field(default_factory=list)
    _kept: dict[str, list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))
    _numbers: dict[int, frozenset[str]] = field(default_factory=dict)
    _counts: dict[int, Counts] = field(default_factory=dict)
    _speaking: dict[tuple[str, str, str], Sent] = field(default_factory=dict)

    def take(self, contract: DatasetContract, period: Period, sent: Sequence[Sent]) -> None:
        """Work out the rules on rows and files for all files of a dataset and period."""
        self.sent += sent
        read = [one for one in sent if one.received is not None and one.refused is None and not one.is_nil]
        if read:
            batch = batch_of(contract, period, self.reference, read)
            if contract.dataset in ("vertinimai", "pagalbos_planai"):
                batch.cases_came = frozenset(
                    provider
                    for provider, dataset, text in self._speaking
                    if (dataset, text) == ("atvejai", period.text)
                )
                batch.known_cases = self._known_cases()
            kept = judge_rows(batch)
            self._settle(sent)
            self._remember(contract, batch.rows, kept)
        else:
            self._settle(sent)
        for one in sent:
            one.rows = one.rows.clear()

    def _known_cases(self) -> pl.DataFrame:
        return self._of("atvejai").select("provider_code", "atvejo_nr").drop_nulls().unique()

    def _settle(self, sent: Sequence[Sent]) -> None:
        in_order = sorted((one for one in sent if one.received is not None), key=lambda one: (one.received, one.number))
        for one in in_order:
            former = self._speaking.get(one.owed.key)
            one.reason = one.refused or one.reason
            if one.reason is not None:
                one.verdict, one.quarantined, one.duplicate = "rejected", one.rows_sent, 0
                continue
            if former is not None and one.same_as == former.number:
                one.verdict, one.findings, one.former_findings = "duplicate", {}, {}
                continue
            if former is not None:
                former.verdict = "superseded"
            one.verdict = _FINDINGS if one.findings or one.quarantined or one.duplicate else "accepted"
            self._speaking[one.owed.key] = one

    def _remember(self, contract: DatasetContract, rows: pl.DataFrame, kept: pl.DataFrame) -> None:
        dataset = contract.dataset
        speaking = [one.number for one in self._speaking.values() if one.owed.dataset == dataset]
        kept = kept.filter(pl.col(DELIVERY).is_in(speaking))
        if dataset in _REMEMBERED:
            self._kept[dataset].append(kept.select(_remembered(dataset)))
        if dataset in _NUMBER:
            here = rows.filter(pl.col(DELIVERY).is_in(speaking)).group_by(DELIVERY).agg(_NUMBER[dataset])
            self._numbers |= {number: frozenset(numbers) for number, numbers in here.iter_rows()}
        coded = [one.name for one in contract.fields if one.type is FieldType.CODE]
        counts: dict[int, dict[str, dict[str, int]]] = {}
        for name in coded:
            counted = kept.drop_nulls(name).group_by(DELIVERY, name).len()
            for number, code, length in counted.iter_rows():
                counts.setdefault(number, {}).setdefault(name, {})[str(code)] = length
        self._counts |= counts

    def _of(self, dataset: str) -> pl.DataFrame:
        """The remembered rows of all speaking slices, with their period's first and last day."""
        parts = self._kept[dataset]
        if len(parts) > 1:
            parts[:] = [pl.concat(parts)]
        speaking = [one for one in self._speaking.values() if one.owed.dataset == dataset]
        periods = pl.DataFrame(
            {
                DELIVERY: [one.number for one in speaking],
                "begins": [one.owed.period.start for one in speaking],
                "ends": [one.owed.period.end for one in speaking],
            },
            schema={DELIVERY: pl.Int32, "begins": pl.Date, "ends": pl.Date},
        )
        rows = (
            parts[0] if parts else pl.DataFrame().select(pl.lit(None).alias(name) for name in _columns(dataset)).clear()
        )
        return rows.select(_remembered(dataset)).join(periods, on=DELIVERY, maintain_order="left")

    def compare(self) -> None:
        """Work out the rules over time and across providers for all that speaks, and when each slice was first held."""
        by_number = {one.number: one for one in self._speaking.values()}
        for code, found in chain(self._cases(), self._care(), self._violence(), self._services(), self._tables()):
            for number, rows in found.group_by(DELIVERY).agg(ROW).iter_rows():
                by_number[number].findings[code] = sorted(rows)
        self._histories()
        for one in self._speaking.values():
            if one.findings or one.former_findings:
                one.verdict = _FINDINGS
        self._obligations()

    def _before(self, one: Sent) -> Sent | None:
        provider, dataset, _ = one.owed.key
        return self._speaking.get((provider, dataset, one.owed.period.previous().text))

    def _cases(self) -> Iterator[tuple[str, pl.DataFrame]]:
        cases = self._of("atvejai")
        self._continuity("ATV-003", "atvejai", cases, "uzdarymo_data")
        for code, flag, register, begun, ended in (
            ("ATV-006", "neigalus", "neigalumas", "nuo", "iki"),
            ("ATV-007", "spec_poreikiai", "sup", "sprendimo_data", "galioja_iki"),
        ):
            told = cases.filter(pl.col(flag).is_not_null() & pl.col(CHILD).is_not_null() & ~pl.col(TEMPORARY))
            here = [one for one in self._speaking.values() if one.owed.dataset == register]
            days = sorted(told["ends"].unique())
            there = {(one.owed.provider.municipality_code, day) for one in here for day in days
                     if one.owed.period.start <= day <= one.owed.period.end}  # fmt: skip
            places = told.select("sav", "ends").unique()
            asked = [(None, day) in there or (sav, day) in there for sav, day in places.iter_rows()]
            told = told.join(places.filter(pl.Series(asked, dtype=pl.Boolean)), on=["sav", "ends"])
            decisions = self._of(register)
            valid = (
                pl.concat(
                    decisions.filter(
                        (pl.col("begins") <= day)
                        & (pl.col("ends") >= day)
                        & (pl.col(begun) <= day)
                        & (pl.col(ended).is_null() | (pl.col(ended) > day))
                    ).select(CHILD, ends=pl.lit(day))
                    for day in days
                ).unique()
                if days
                else decisions.select(CHILD, "ends")
            )
            told = told.join(valid.with_columns(decided=True), on=[CHILD, "ends"], how="left")
            yield code, told.filter(pl.col(flag) != pl.col("decided").fill_null(False))

    def _continuity(self, code: str, dataset: str, rows: pl.DataFrame, ended: str) -> None:
        by_delivery = {int(key[0]): part for key, part in rows.partition_by(DELIVERY, as_dict=True).items()}
        for one in list(self._speaking.values()):
            former = self._before(one) if one.owed.dataset == dataset else None
            if former is None or former.number not in by_delivery:
                continue
            still_open = by_delivery[former.number].filter(
                pl.col(ended).is_null() | (pl.col(ended) > one.owed.period.end)
            )
            here = self._numbers.get(one.number, frozenset())
            gone = [row for row, number in still_open.select(ROW, _NUMBER[dataset]).iter_rows() if number not in here]
            if gone:
                one.former_findings[code] = sorted(gone)

    def _care(self) -> Iterator[tuple[str, pl.DataFrame]]:
        episodes = self._of("globa")
        self._continuity("GLO-002", "globa", episodes, "iki")
        by_delivery = {int(key[0]): part for key, part in episodes.partition_by(DELIVERY, as_dict=True).items()}
        empty = episodes.clear()
        broken = []
        for one in self._speaking.values():
            former = self._before(one) if one.owed.dataset == "globa" else None
            if former is None or one.is_nil:
                continue
            now, then = by_delivery.get(one.number, empty), by_delivery.get(former.number, empty)
            start, end = one.owed.period.start, one.owed.period.end
            left = then.filter(~pl.col("globos_nr").is_in(now["globos_nr"].implode()))
            came = len(now.filter(pl.col("nuo") >= start))
            went = len(now.filter(pl.col("iki").is_between(start, end)))
            went += len(left.filter((pl.col("iki") >= start) & (pl.col("iki") <= end)))
            if _open_at(now, end) != _open_at(then, former.owed.period.end) + came - went:
                broken.append(one.number)
        yield "GLO-003", _whole(broken)

    def _violence(self) -> Iterator[tuple[str, pl.DataFrame]]:
        reports = self._of("smurtas").filter(
            (pl.col("patvirtinta") == "TAIP")
            & ~pl.col("liudininkas")
            & pl.col(CHILD).is_not_null()
            & ~pl.col(TEMPORARY)
        )
        by_then = pl.col("pranesimo_data") + timedelta(days=DAYS_TO_A_CASE)
        files = [one.owed for one in self._speaking.values() if one.owed.dataset == "atvejai"]
        came = pl.DataFrame(
            {
                "sav": [one.provider.municipality_code for one in files],
                "from": [one.period.start for one in files],
                "to": [one.period.end for one in files],
            },
            schema={"sav": pl.String, "from": pl.Date, "to": pl.Date},
        )
        of_place = reports.join(came, on="sav").filter(by_then.is_between(pl.col("from"), pl.col("to")))
        of_time = reports.join(came.select("from", "to").unique(), how="cross").filter(
            (pl.col("from") <= pl.col("ends") + timedelta(days=DAYS_TO_A_CASE)) & (pl.col("to") >= pl.col("begins"))
        )
        asked = reports.join(of_place, on=[DELIVERY, ROW], how="semi").join(of_time, on=[DELIVERY, ROW], how="semi")
        cases = self._of("atvejai").select(CHILD, "atidarymo_data", "uzdarymo_data", case_ends="ends")
        met = asked.join(cases, on=CHILD).filter(
            (pl.col("case_ends") >= pl.col("pranesimo_data"))
            & (pl.col("atidarymo_data") <= by_then)
            & (
                (pl.col("atidarymo_data") >= pl.col("pranesimo_data"))
                | pl.col("uzdarymo_data").is_null()
                | (pl.col("uzdarymo_data") > pl.col("pranesimo_data"))
            )
        )
        yield "SMU-004", asked.join(met, on=[DELIVERY, ROW], how="anti")

    def _services(self) -> Iterator[tuple[str, pl.DataFrame]]:
        services = self._of("paslaugos")
        key = ["provider_code", CHILD, "paslaugos_kodas"]
        first = services.filter("poreikis_nustatytas").group_by(key).agg(established=pl.min("begins"))
        compared = [
            one.number
            for one in self._speaking.values()
            if one.owed.dataset == "paslaugos" and self._before(one) is not None
        ]
        delivered = services.filter(
            pl.col(DELIVERY).is_in(compared) & (pl.col("kiekis") > 0) & pl.col(CHILD).is_not_null()
        ).join(first, on=key, how="left")
        yield "PAS-003", delivered.filter(pl.col("established").is_null() | (pl.col("established") > pl.col("begins")))

    def _tables(self) -> Iterator[tuple[str, pl.DataFrame]]:
        for code, dataset, counted in (("GYV-003", "gyventojai", "viso"), ("MOK-002", "mokiniai", "mokiniu_sk")):
            sums = self._of(dataset).group_by(DELIVERY, "sav").agg(pl.min(ROW), pl.sum(counted).alias("sum"))
            of_delivery = {int(key[0]): part for key, part in sums.partition_by(DELIVERY, as_dict=True).items()}
            for one in self._speaking.values():
                former = self._before(one) if one.owed.dataset == dataset else None
                if former is None or one.number not in of_delivery or former.number not in of_delivery:
                    continue
                both = of_delivery[one.number].join(of_delivery[former.number], on="sav", suffix="_before")
                change = (pl.col("sum").cast(pl.Int64) - pl.col("sum_before").cast(pl.Int64)).abs()
                yield (
                    code,
                    both.filter(
                        (pl.col("sum_before") > 0) & (change * 100 > pl.col("sum_before") * GREATEST_CHANGE_PCT)
                    ),
                )

    def _histories(self) -> None:
        series: dict[tuple[str, str], list[Sent]] = defaultdict(list)
        for one in sorted(self._speaking.values(), key=lambda one: one.owed.period):
            series[one.owed.provider.code, one.owed.dataset].append(one)
        for (_, dataset), slices in series.items():
            rows = [one.rows_sent for one in slices]
            counts = [self._counts.get(one.number, {}) for one in slices]
            rates = [_confirmed(one) for one in counts] if dataset == "smurtas" else []
            for place, one in enumerate(slices):
                if one.is_nil:
                    continue
                if is_outlier(rows[:place], rows[place]):
                    one.findings["VIS-015"] = [0]
                if shifted_fields(counts[:place], counts[place]):
                    one.findings["VIS-016"] = [0]
                if rates:
                    now, before = rates[place], [rate for rate in rates[:place] if rate is not None]
                    if now is not None and has_jumped(before, now):
                        one.findings["SMU-003"] = [0]

    def _obligations(self) -> None:
        slices: dict[tuple[str, str, str], list[Sent]] = defaultdict(list)
        for one in self.sent:
            slices[one.owed.key].append(one)
        for sent in slices.values():
            status = _status(sent)
            for one in sent:
                one.obligation = status


def _columns(dataset: str) -> list[str]:
    return [DELIVERY, ROW, "provider_code", *_REMEMBERED[dataset]]


def _remembered(dataset: str) -> list[pl.Expr]:
    return [pl.col(name).cast(_TYPES.get(name, pl.String)) for name in _columns(dataset)]


def _whole(numbers: Sequence[int]) -> pl.DataFrame:
    return pl.DataFrame({DELIVERY: numbers, ROW: [0] * len(numbers)}, schema={DELIVERY: pl.Int32, ROW: pl.Int64})


def _open_at(episodes: pl.DataFrame, day: date) -> int:
    return len(episodes.filter(pl.col("iki").is_null() | (pl.col("iki") > day)))


def _confirmed(counts: Counts) -> float | None:
    found = counts.get("patvirtinta", {})
    total = sum(found.values())
    return found.get("TAIP", 0) / total if total else None


def _status(sent: Sequence[Sent]) -> str:
    held = [
        one.received
        for one in sent
        if one.received is not None and one.verdict in ("accepted", _FINDINGS, "superseded")
    ]
    if held:
        return "on_time" if min(held).astimezone(VILNIUS).date() <= sent[0].owed.due else "late"
    known = [one for one in sent if one.verdict == "rejected" and one.reason not in ("bad_name", "unknown_provider")]
    return "rejected" if known else "not_received"
