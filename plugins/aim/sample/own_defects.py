"""Defects in rows that only one dataset can have: one for each of its own rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import polars as pl

from aim.sample.row_defects import (
    NO_SUCH_CASE,
    Defect,
    Ground,
    Planted,
    Planter,
    few,
    filled,
    in_cells,
)


def _cell(name: str, value: object, condition: pl.Expr | None = None) -> Planter:
    """A value put where the condition holds (default: where the cell is filled)."""

    def plant(rng: np.random.Generator, ground: Ground) -> Planted | None:
        return in_cells(rng, ground, name, filled(name) if condition is None else condition, value)

    return plant


def _moved(name: str, source: str, days: int, condition: pl.Expr | None = None) -> Planter:
    """A date put so many days after another one of its row."""

    def plant(rng: np.random.Generator, ground: Ground) -> Planted | None:
        able = filled(source) if condition is None else condition & filled(source)
        rows = few(rng, ground, ground.where(able))
        if not rows:
            return None
        dates = ground.rows[source]
        ground.put(name, {row: dates[row] + timedelta(days=days) for row in rows})
        return Planted(rows, name)

    return plant


def _raised(name: str, source: str, by: int, condition: pl.Expr | None = None) -> Planter:
    """A number put above another one of its row."""

    def plant(rng: np.random.Generator, ground: Ground) -> Planted | None:
        able = filled(source) if condition is None else condition & filled(source)
        rows = few(rng, ground, ground.where(able))
        if not rows:
            return None
        numbers = ground.rows[source]
        ground.put(name, {row: numbers[row] + by for row in rows})
        return Planted(rows, name)

    return plant


def _dropped(number: str, ended: str) -> Planter:
    """Rows of something still open that were there a period ago are left out."""

    def plant(rng: np.random.Generator, ground: Ground) -> Planted | None:
        if ground.former is None or ground.used:
            return None
        known = ground.former[number].implode()
        is_open = pl.col(ended).is_null() | (pl.col(ended) > ground.period.end)
        rows = few(rng, ground, ground.where(pl.col(number).is_in(known) & is_open))
        if not rows:
            return None
        ground.rows = ground.rows.with_row_index("_place").filter(~pl.col("_place").is_in(rows)).drop("_place")
        return Planted([], number)

    return plant


def _second_case(rng: np.random.Generator, ground: Ground) -> Planted | None:
    is_open = pl.col("uzdarymo_data").is_null() & pl.col("asmens_kodas").is_not_null()
    rows = few(rng, ground, ground.where(is_open), most=1)
    if not rows:
        return None
    again = ground.rows[rows].with_columns(atvejo_nr=pl.format("{}-2", pl.col("atvejo_nr").str.slice(0, 20)))
    return Planted([*rows, *ground.append(again)], "asmens_kodas")


def _wrong_flag(name: str) -> Planter:
    def plant(rng: np.random.Generator, ground: Ground) -> Planted | None:
        rows = few(rng, ground, ground.where(filled(name) & filled("asmens_kodas")))
        if not rows:
            return None
        flags = ground.rows[name]
        ground.put(name, {row: not flags[row] for row in rows})
        return Planted(rows, name)

    return plant


def _one_assessment(rng: np.random.Generator, ground: Ground) -> list[int]:
    numbers = ground.rows["vertinimo_nr"].unique(maintain_order=True).to_list()
    if len(numbers) < 8 or ground.used:
        return []
    chosen = numbers[int(rng.integers(len(numbers)))]
    return ground.where(pl.col("vertinimo_nr") == chosen)


def _unknown_case(rng: np.random.Generator, ground: Ground) -> Planted | None:
    rows = _one_assessment(rng, ground)
    ground.put("atvejo_nr", dict.fromkeys(rows, NO_SUCH_CASE))
    return Planted(rows, "atvejo_nr") if rows else None


def _all_alike(rng: np.random.Generator, ground: Ground) -> Planted | None:
    rows = _one_assessment(rng, ground)
    ground.put("lygis", dict.fromkeys(rows, "2"))
    ground.put("bendras_lygis", dict.fromkeys(rows, "2"))
    return Planted(rows[:1], "lygis") if rows else None


def _hardly_answered(rng: np.random.Generator, ground: Ground) -> Planted | None:
    rows = _one_assessment(rng, ground)
    ground.put("lygis", dict.fromkeys(rows[::2], "9"))
    return Planted(rows[:1], "lygis") if rows else None


def _stated_too_low(rng: np.random.Generator, ground: Ground) -> Planted | None:
    rows = _one_assessment(rng, ground)
    ground.put("bendras_lygis", dict.fromkeys(rows, "1"))
    ground.put("lygis", dict.fromkeys(rows[3:4], "4"))
    return Planted(rows[:1], "bendras_lygis") if rows else None


def _still_planned(rng: np.random.Generator, ground: Ground) -> Planted | None:
    overdue = (pl.col("busena") == "VYKDOMA") & (pl.col("terminas") < ground.period.end)
    return in_cells(rng, ground, "busena", overdue, "SUPLANUOTA")


def _overlapping(rng: np.random.Generator, ground: Ground) -> Planted | None:
    able = filled("asmens_kodas") & pl.col("iki").is_null() & (pl.col("nuo") < ground.period.start)
    rows = few(rng, ground, ground.where(able), most=1)
    if not rows:
        return None
    again = ground.rows[rows].with_columns(
        globos_nr=pl.format("{}-B", "globos_nr"), nuo=pl.lit(ground.period.start + timedelta(days=3))
    )
    return Planted([*rows, *ground.append(again)], "asmens_kodas")


def _backdated(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """An episode begun long ago that was never told of: the stock does not follow from the one before."""
    begun = ground.where(pl.col("nuo") >= ground.period.start)
    if ground.former is None or not begun:
        return None
    rows = begun[:1]
    ground.put("nuo", dict.fromkeys(rows, ground.period.start - timedelta(days=70)))
    return Planted(rows, "nuo")


def _same_event(rng: np.random.Generator, ground: Ground) -> Planted | None:
    rows = few(rng, ground, ground.where(filled("asmens_kodas")), most=1)
    if not rows:
        return None
    again = ground.rows[rows].with_columns(pranesimo_nr=pl.format("{}-B", "pranesimo_nr"))
    return Planted([*rows, *ground.append(again)], "pranesimo_nr")


def _all_confirmed(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """Every report found true."""
    if ground.earlier < 8 or ground.used:
        return None
    ground.rows = ground.rows.with_columns(patvirtinta=pl.lit("TAIP"))
    return Planted([], "patvirtinta")


def _confirmed_after_all(rng: np.random.Generator, ground: Ground) -> Planted | None:
    """A report found untrue written down as true: as a rule the child has no case."""
    rows = few(rng, ground, ground.where(pl.col("patvirtinta") == "NE"))
    ground.put("patvirtinta", dict.fromkeys(rows, "TAIP"))
    ground.put("liudininkas", dict.fromkeys(rows, False))
    return Planted(rows, "patvirtinta") if rows else None


def _without_need(rng: np.random.Generator, ground: Ground) -> Planted | None:
    if ground.former is None:
        return None
    known = ground.former.select("asmens_kodas", "paslaugos_kodas").unique().with_columns(known=True)
    is_new = ground.rows.join(known, on=["asmens_kodas", "paslaugos_kodas"], how="left", maintain_order="left")["known"]
    rows = [row for row in ground.where(pl.col("kiekis") > 0) if is_new[row] is None]
    rows = few(rng, ground, rows)
    ground.put("poreikis_nustatytas", dict.fromkeys(rows, False))
    return Planted(rows, "poreikis_nustatytas") if rows else None


def _half_as_many_again(counts: Sequence[str]) -> Planter:
    """Half as many again in one municipality as were there."""

    def plant(rng: np.random.Generator, ground: Ground) -> Planted | None:
        if ground.earlier < 1:
            return None
        places = ground.rows["sav"].unique(maintain_order=True)
        place = places[int(rng.integers(len(places)))]
        rows = ground.where(pl.col("sav") == place)
        for name in counts:
            numbers = ground.rows[name]
            ground.put(name, {row: numbers[row] * 3 // 2 for row in rows})
        if "viso" in ground.rows.columns:
            boys, girls = ground.rows["berniukai"], ground.rows["mergaites"]
            ground.put("viso", {row: boys[row] + girls[row] for row in rows})
        return Planted(rows[:1], counts[0])

    return plant


def _without_total(rng: np.random.Generator, ground: Ground) -> Planted | None:
    groups = ground.where(pl.col("veikos_grupe") != "VISO")
    if not groups:
        return None
    cell = ground.rows.select("sav", "amzius", "lytis").row(groups[int(rng.integers(len(groups)))])
    of_cell = (pl.col("sav") == cell[0]) & (pl.col("amzius") == cell[1]) & (pl.col("lytis") == cell[2])
    total = ground.where(of_cell & (pl.col("veikos_grupe") == "VISO"))
    if not total or ground.used:
        return None
    ground.rows = ground.rows.with_row_index("_place").filter(~pl.col("_place").is_in(total)).drop("_place")
    return Planted(ground.where(of_cell), "veikos_grupe")


_REQUEST, _MEETING = pl.col("tipas") == "UZKLAUSA", pl.col("tipas") == "POSEDIS"
_DONE = pl.col("busena").is_in(["IVYKDYTA", "IS_DALIES"]) & pl.col("ivykdymo_data").is_not_null()

OWN: dict[str, tuple[Defect, ...]] = {
    "gyventojai": (
        Defect("parts_do_not_add_up", "GYV-002", _raised("viso", "viso", 3)),
        Defect("changed_by_half", "GYV-003", _half_as_many_again(("berniukai", "mergaites")), stays=True),
    ),
    "mokiniai": (Defect("changed_by_half", "MOK-002", _half_as_many_again(("mokiniu_sk",)), stays=True),),
    "atvejai": (
        Defect("opened_before_report", "ATV-001", _moved("pranesimo_data", "atidarymo_data", 4)),
        Defect("closed_without_reason", "ATV-002", _cell("uzdarymo_priezastis", None)),
        Defect("dropped_case", "ATV-003", _dropped("atvejo_nr", "uzdarymo_data")),
        Defect("second_case", "ATV-004", _second_case),
        Defect("late_manager", "ATV-005", _moved("vadybininko_paskyrimo_data", "atidarymo_data", 12)),
        Defect("wrong_disability_flag", "ATV-006", _wrong_flag("neigalus")),
        Defect("wrong_needs_flag", "ATV-007", _wrong_flag("spec_poreikiai")),
    ),
    "vertinimai": (
        Defect("unknown_case", "VER-001", _unknown_case, 28 * 8),
        Defect("stated_too_low", "VER-002", _stated_too_low, 28 * 8),
        Defect("hardly_answered", "VER-003", _hardly_answered, 28 * 8),
        Defect("all_alike", "VER-004", _all_alike, 28 * 8),
    ),
    "pagalbos_planai": (
        Defect("unknown_case", "PLA-001", _cell("atvejo_nr", NO_SUCH_CASE)),
        Defect("done_without_day", "PLA-002", _cell("ivykdymo_data", None, _DONE)),
        Defect("still_planned", "PLA-003", _still_planned),
        Defect("done_before_plan", "PLA-004", _moved("ivykdymo_data", "sudarymo_data", -9, _DONE)),
    ),
    "paslaugos": (
        Defect("negative_amount", "PAS-001", _cell("kiekis", -2.0)),
        Defect("waits_and_gets", "PAS-002", _cell("laukia", True, pl.col("kiekis") > 0)),
        Defect("without_need", "PAS-003", _without_need, 6),
    ),
    "smurtas": (
        Defect("report_before_event", "SMU-001", _moved("pranesimo_data", "ivykio_data", -6), 4),
        Defect("same_event_twice", "SMU-002", _same_event, 4),
        Defect("all_confirmed", "SMU-003", _all_confirmed, 4),
        Defect("confirmed_after_all", "SMU-004", _confirmed_after_all, 4),
    ),
    "globa": (
        Defect("overlapping", "GLO-001", _overlapping),
        Defect("dropped_episode", "GLO-002", _dropped("globos_nr", "iki")),
        Defect("backdated_episode", "GLO-003", _backdated, 4),
    ),
    "nelankantys": (
        Defect("missed_more_than_taught", "NEL-001", _raised("praleista", "pamoku_is_viso", 2)),
        Defect("other_month", "NEL-002", _moved("menuo", "menuo", -1)),
    ),
    "nesimokantys": (Defect("other_year", "NES-001", _cell("mokslo_metai", "2010-2011")),),
    "nepilnameciu_veikos": (
        Defect("without_total", "NEP-003", _without_total),
        Defect("acts_do_not_add_up", "NEP-001", _raised("veiku_sk", "veiku_sk", 2, pl.col("veikos_grupe") == "VISO")),
        Defect("too_many_persons", "NEP-002", _raised("asmenu_sk", "asmenu_sk", 50, pl.col("veikos_grupe") == "VISO")),
    ),
    "uzimtumas": (
        Defect("attended_more_than_planned", "UZI-001", _raised("lanke", "planuota", 3)),
        Defect("other_month", "UZI-002", _moved("menuo", "menuo", -1)),
    ),
    "tbk_veikla": (
        Defect("request_without_term", "TBK-001", _cell("terminas", None, _REQUEST), 4),
        Defect("meeting_without_guests", "TBK-002", _cell("kviesta", None, _MEETING), 4),
        Defect("more_came_than_asked", "TBK-003", _raised("dalyvavo", "kviesta", 2, _MEETING), 4),
        Defect("answer_before_request", "TBK-004", _moved("atsakymo_data", "data", -3, _REQUEST), 4),
    ),
}
"""Dataset -> its own kinds."""
