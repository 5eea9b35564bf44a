"""What a file's own rows should come to: the rules on rows, sections and files, worked out by the sample for itself.

Nothing here reads the rules' SQL: the two are written apart from one another so that each can prove the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from aim.contracts.calendar import Period, add_working_days
from aim.contracts.models import DatasetContract, DateRole, FieldType
from aim.contracts.reference import Reference
from aim.sample.children import birth_of
from aim.sample.personal_codes import with_check_digit
from aim.sample.sent import DELIVERY, ROW, Sent

CHILD, BORN, TEMPORARY = "_child", "_born", "_temporary"
MOST_QUARANTINED_PCT = 20
EARLIEST = date(1990, 1, 1)
CHILD_AGES, PUPIL_AGES = range(18), range(6, 21)


@dataclass
class Batch:
    """The rows of all files of one dataset and period, and what may be known beside them.

    rows: without duplicates once they are marked. cases_came, known_cases: of the speaking case files, provider_code
    (and atvejo_nr).
    """

    contract: DatasetContract
    period: Period
    reference: Reference
    sent: Sequence[Sent]
    rows: pl.DataFrame
    marked: frozenset[str]
    cases_came: frozenset[str] = frozenset()
    known_cases: pl.DataFrame = field(default_factory=pl.DataFrame)

    def unreadable(self, name: str) -> pl.Expr:
        """Whether the field's cell cannot be read."""
        return pl.col(f"_unreadable_{name}") if name in self.marked else pl.lit(False)


def batch_of(contract: DatasetContract, period: Period, reference: Reference, sent: Sequence[Sent]) -> Batch:
    """The rows of the files together, each with its child: a name of the person, null where none can be told."""
    marked = {name for one in sent for name in one.unreadable} | ({"*"} if any(one.surplus for one in sent) else set())
    parts = []
    for one in sent:
        marks = {
            f"_unreadable_{name}": pl.col(ROW).is_in(
                list(one.surplus if name == "*" else one.unreadable.get(name, frozenset()))
            )
            for name in marked
        }
        parts.append(
            one.rows.with_columns(
                pl.lit(one.number, dtype=pl.Int32).alias(DELIVERY),
                pl.lit(one.owed.provider.code).alias("provider_code"),
                pl.lit(one.owed.provider.municipality_code, dtype=pl.String).alias("_own"),
                **marks,
            )
        )
    rows = pl.concat(parts, how="diagonal_relaxed")
    for declared in contract.fields:
        if declared.name not in rows.columns:
            rows = rows.with_columns(pl.lit(None).alias(declared.name))
    if contract.has_person:
        rows = _with_persons(rows)
        marked |= {"asmens_kodas"}
    return Batch(contract, period, reference, sent, rows, frozenset(marked))


def _with_persons(rows: pl.DataFrame) -> pl.DataFrame:
    if "laikinas_nr" not in rows.columns:
        rows = rows.with_columns(laikinas_nr=pl.lit(None, dtype=pl.String))
    codes = rows["asmens_kodas"].unique().drop_nulls()
    looks_right = codes.filter(codes.str.contains(r"^[1-69]\d{10}$"))
    number = looks_right.cast(pl.Int64).to_numpy()
    right = looks_right.filter(pl.Series(with_check_digit(number // 10) == number))
    known = pl.DataFrame({"asmens_kodas": right}, schema={"asmens_kodas": pl.String}).with_columns(
        _dated=~pl.col("asmens_kodas").str.starts_with("9"),
    )
    known = known.with_columns(
        pl.when("_dated").then(birth_of(pl.col("asmens_kodas"))).dt.month_start().alias(BORN)
    ).filter(~pl.col("_dated") | pl.col(BORN).is_not_null())
    rows = rows.join(known, on="asmens_kodas", how="left", maintain_order="left")
    child = (
        pl.when(pl.col("_dated"))
        .then("asmens_kodas")
        .when(~pl.col("_dated"))
        .then(pl.format("{}|{}", "provider_code", "asmens_kodas"))
        .when(pl.col("asmens_kodas").is_null() & pl.col("laikinas_nr").is_not_null())
        .then(pl.format("{}|L|{}", "provider_code", "laikinas_nr"))
    )
    return rows.with_columns(
        child.alias(CHILD),
        (~pl.col("_dated").fill_null(False)).alias(TEMPORARY),
        _unreadable_asmens_kodas=pl.col("asmens_kodas").is_not_null() & pl.col("_dated").is_null(),
    )


def _filled(declared: str, batch: Batch) -> pl.Expr:
    return pl.col(CHILD if declared == "asmens_kodas" and batch.contract.has_person else declared).is_not_null()


def common_rules(batch: Batch) -> Iterator[tuple[str, pl.Expr, bool]]:
    """Rule code, rows that break it, whether that takes them out: the rules all datasets share."""
    contract, period, lists = batch.contract, batch.period, batch.reference.code_lists
    for declared in contract.fields:
        name, cell = declared.name, pl.col(declared.name)
        unreadable = batch.unreadable(name)
        if declared.required:
            yield "VIS-001", ~_filled(name, batch) & ~unreadable, True
        if declared.type is FieldType.PERSONAL_CODE:
            yield "VIS-005", unreadable, True
            oldest = pl.col(BORN).dt.offset_by(f"{contract.max_age + 1}y")
            yield "VIS-006", (pl.col(BORN) > period.end) | (oldest < period.start), False
            continue
        if name in batch.marked:
            yield "VIS-002", unreadable, True
        match declared.type:
            case FieldType.CODE:
                yield "VIS-003", ~cell.cast(pl.String).is_in(list(lists[str(declared.code_list)])), True
            case FieldType.MUNICIPALITY:
                yield "VIS-007", ~cell.is_in(list(batch.reference.municipalities)), True
                yield "VIS-008", cell != pl.col("_own"), False
            case FieldType.DATE:
                if declared.date_role in (DateRole.START, DateRole.EVENT):
                    yield "VIS-009", cell > period.end, True
                yield "VIS-010", cell < EARLIEST, True
            case FieldType.TEXT if declared.length is not None:
                yield "VIS-013", cell.str.len_chars() > declared.length, True
        if declared.not_before is not None:
            yield "VIS-011", cell < pl.col(declared.not_before), True
        if declared.minimum is not None:
            yield "VIS-012", cell < declared.minimum, True
        if declared.maximum is not None:
            yield "VIS-012", cell > declared.maximum, True
    if "*" in batch.marked:
        yield "VIS-014", batch.unreadable("*"), True


def own_rules(batch: Batch) -> Iterator[tuple[str, pl.Expr, bool]]:
    """The same of a dataset's own rules that look at nothing but the row."""
    match batch.contract.dataset:
        case "gyventojai":
            yield "GYV-002", pl.col("viso") != pl.col("berniukai") + pl.col("mergaites"), True
        case "atvejai":
            yield "ATV-001", pl.col("pranesimo_data") > pl.col("atidarymo_data"), True
            readable = ~batch.unreadable("uzdarymo_data") & ~batch.unreadable("uzdarymo_priezastis")
            closed, says_why = pl.col("uzdarymo_data").is_not_null(), pl.col("uzdarymo_priezastis").is_not_null()
            yield "ATV-002", readable & (closed != says_why), True
            opened = batch.rows["atidarymo_data"].unique().drop_nulls().to_list()
            next_day = {day: add_working_days(day, 1) for day in opened}
            by_then = pl.col("atidarymo_data").replace_strict(next_day, default=None, return_dtype=pl.Date)
            yield "ATV-005", pl.col("vadybininko_paskyrimo_data") > by_then, False
        case "pagalbos_planai":
            has_day = pl.col("ivykdymo_data").is_not_null()
            is_done = pl.col("busena").is_in(["IVYKDYTA", "IS_DALIES"])
            known = pl.col("busena").is_in(list(batch.reference.code_lists["plan_measure_state"]))
            yield "PLA-002", known & ~batch.unreadable("ivykdymo_data") & (is_done != has_day), True
            yield "PLA-003", (pl.col("busena") == "SUPLANUOTA") & (pl.col("terminas") < batch.period.end), False
            yield "PLA-004", pl.col("ivykdymo_data") < pl.col("sudarymo_data"), False
        case "paslaugos":
            yield "PAS-001", pl.col("kiekis") < 0, True
            yield "PAS-002", pl.col("laukia") & (pl.col("kiekis") > 0), False
        case "smurtas":
            yield "SMU-001", pl.col("pranesimo_data") < pl.col("ivykio_data"), True
        case "nelankantys":
            missed = pl.col("praleista")
            known = (
                missed.is_not_null() & pl.col("be_priezasties").is_not_null() & pl.col("pamoku_is_viso").is_not_null()
            )
            yield "NEL-001", known & ((pl.col("be_priezasties") > missed) | (missed > pl.col("pamoku_is_viso"))), True
            yield "NEL-002", pl.col("menuo") != batch.period.start, True
        case "nesimokantys":
            yield "NES-001", pl.col("mokslo_metai") != batch.period.text, True
        case "uzimtumas":
            yield "UZI-001", pl.col("lanke") > pl.col("planuota"), False
            yield "UZI-002", pl.col("menuo") != batch.period.start, True
        case "tbk_veikla":
            of_request = ~batch.unreadable("institucijos_kodas") & ~batch.unreadable("terminas")
            lacks = pl.col("institucijos_kodas").is_null() | pl.col("terminas").is_null()
            yield "TBK-001", (pl.col("tipas") == "UZKLAUSA") & of_request & lacks, True
            of_meeting = ~batch.unreadable("kviesta") & ~batch.unreadable("dalyvavo")
            lacks = pl.col("kviesta").is_null() | pl.col("dalyvavo").is_null()
            yield "TBK-002", (pl.col("tipas") == "POSEDIS") & of_meeting & lacks, True
            yield "TBK-003", pl.col("dalyvavo") > pl.col("kviesta"), False
            yield "TBK-004", pl.col("atsakymo_data") < pl.col("data"), False


def section_rules(batch: Batch) -> Iterator[tuple[str, pl.DataFrame, bool]]:
    """Rule code, the rows that break it (delivery and row), whether that takes them out: rules on several rows."""
    rows = batch.rows
    match batch.contract.dataset:
        case "atvejai":
            is_open = pl.col("uzdarymo_data").is_null() | (pl.col("uzdarymo_data") > batch.period.end)
            children = rows.filter(is_open & pl.col(CHILD).is_not_null())
            yield "ATV-004", children.filter(pl.len().over(DELIVERY, CHILD, "sav") > 1), False
        case "vertinimai":
            yield from _assessments(batch)
        case "pagalbos_planai":
            yield "PLA-001", _unknown_case(batch), True
        case "globa":
            yield "GLO-001", _overlapping(batch), True
        case "smurtas":
            events = rows.drop_nulls([CHILD, "ivykio_data", "smurto_rusis", "pranesimo_nr"])
            reports = pl.col("pranesimo_nr").n_unique().over(DELIVERY, CHILD, "ivykio_data", "smurto_rusis")
            yield "SMU-002", events.filter(reports > 1), False
        case "nepilnameciu_veikos":
            yield from _offences(batch)


def _unknown_case(batch: Batch) -> pl.DataFrame:
    named = batch.rows.filter(pl.col("atvejo_nr").is_not_null() & pl.col("provider_code").is_in(list(batch.cases_came)))
    return named.join(batch.known_cases, on=["provider_code", "atvejo_nr"], how="anti")


def _assessments(batch: Batch) -> Iterator[tuple[str, pl.DataFrame, bool]]:
    yield "VER-001", _unknown_case(batch), True
    lists = batch.reference.code_lists
    items = len(lists["instrument_items"])
    rows = batch.rows.filter(pl.col("vertinimo_nr").is_not_null()).with_columns(
        lygis=pl.col("lygis").cast(pl.String), bendras_lygis=pl.col("bendras_lygis").cast(pl.String)
    )
    key = [DELIVERY, "vertinimo_nr", "klausimo_nr"]
    stays = (
        pl.col("klausimo_nr").is_in(list(lists["instrument_items"]))
        & pl.col("lygis").is_in(list(lists["item_level"]))
        & (pl.len().over(key) == 1)
    ).fill_null(False)
    answer = pl.when(stays & (pl.col("lygis") != "9"))
    stated = pl.when(pl.col("bendras_lygis").is_in(list(lists["risk_level"]))).then("bendras_lygis")
    together = (
        rows.with_columns(stays=stays, stated=stated)
        .group_by(DELIVERY, "vertinimo_nr")
        .agg(
            pl.col(ROW).min(),
            pl.col("stated").drop_nulls().n_unique().alias("levels_stated"),
            pl.col("stated").max(),
            answer.then("lygis").max().alias("highest"),
            answer.then("klausimo_nr").drop_nulls().n_unique().alias("answered"),
            pl.when("stays").then("klausimo_nr").drop_nulls().n_unique().alias("items"),
            pl.when("stays").then("lygis").drop_nulls().n_unique().alias("different"),
        )
    )
    too_low = pl.col("highest").is_not_null() & (pl.col("stated") < pl.col("highest"))
    yield "VER-002", together.filter(pl.col("stated").is_not_null() & ((pl.col("levels_stated") != 1) | too_low)), False
    yield "VER-003", together.filter((items - pl.col("answered")) * 100 > items * 30), False
    yield "VER-004", together.filter((pl.col("items") == items) & (pl.col("different") <= 1)), False


def _overlapping(batch: Batch) -> pl.DataFrame:
    rows = batch.rows.drop_nulls([CHILD, "nuo"]).filter(~batch.unreadable("iki"))
    rows = rows.select(DELIVERY, ROW, CHILD, "globos_nr", "nuo", pl.col("iki").fill_null(date.max))
    rows = rows.filter(pl.len().over(DELIVERY, CHILD) > 1)
    pairs = rows.join(rows, on=[DELIVERY, CHILD], suffix="_other").filter(
        (pl.col("globos_nr") != pl.col("globos_nr_other"))
        & (pl.max_horizontal("nuo", "nuo_other") < pl.min_horizontal("iki", "iki_other"))
    )
    return pairs.select(DELIVERY, ROW).unique()


def _offences(batch: Batch) -> Iterator[tuple[str, pl.DataFrame, bool]]:
    cell = [DELIVERY, "sav", "amzius", "lytis"]
    is_total = pl.col("veikos_grupe") == "VISO"
    groups = (
        batch.rows.filter(~is_total)
        .group_by(cell)
        .agg(acts=pl.sum("veiku_sk"), persons=pl.sum("asmenu_sk"), greatest=pl.max("asmenu_sk"))
    )
    totals = batch.rows.filter(is_total).join(groups, on=cell, how="left")
    sums = {name: pl.col(name).fill_null(0) for name in ("acts", "persons", "greatest")}
    yield "NEP-001", totals.filter(pl.col("veiku_sk") != sums["acts"]), True
    outside = (pl.col("asmenu_sk") > sums["persons"]) | (pl.col("asmenu_sk") < sums["greatest"])
    yield "NEP-002", totals.filter(outside), True
    whole = batch.rows.drop_nulls(cell).filter(~is_total)
    yield "NEP-003", whole.join(batch.rows.filter(is_total), on=cell, how="anti"), True


def judge_rows(batch: Batch) -> pl.DataFrame:
    """Every file's findings, quarantined, duplicate and reason of rejection are set; the rows of all that stay."""
    by_number = {one.number: one for one in batch.sent}
    repeated = _mark_repeated(batch)
    duplicates = repeated.filter("_duplicate")
    for number, rows in duplicates.group_by(DELIVERY).len().iter_rows():
        by_number[number].duplicate = rows
    batch.rows = batch.rows.join(duplicates, on=[DELIVERY, ROW], how="anti", maintain_order="left")
    out = [_note(by_number, "VIS-004", repeated.filter(~pl.col("_duplicate")), True)]

    rules = [*common_rules(batch), *own_rules(batch)]
    broken = batch.rows.select(
        where.fill_null(False).any().alias(str(place)) for place, (_, where, _) in enumerate(rules)
    )
    for place, (code, where, takes_out) in enumerate(rules):
        if broken[str(place)][0]:
            out.append(_note(by_number, code, batch.rows.filter(where.fill_null(False)), takes_out))
    for code, found, takes_out in section_rules(batch):
        out.append(_note(by_number, code, found, takes_out))

    gone = pl.concat(out).unique()
    for number, rows in gone.group_by(DELIVERY).len().iter_rows():
        by_number[number].quarantined = rows
    for one in batch.sent:
        _refuse(one, batch)
    refused = [one.number for one in batch.sent if one.reason is not None]
    return batch.rows.join(gone, on=[DELIVERY, ROW], how="anti", maintain_order="left").filter(
        ~pl.col(DELIVERY).is_in(refused)
    )


def _note(by_number: Mapping[int, Sent], code: str, found: pl.DataFrame, takes_out: bool) -> pl.DataFrame:
    found = found.select(DELIVERY, ROW)
    for number, rows in found.group_by(DELIVERY).agg(ROW).iter_rows():
        known = by_number[number].findings
        known[code] = sorted({*known.get(code, ()), *rows})
    return found if takes_out else found.clear()


def _mark_repeated(batch: Batch) -> pl.DataFrame:
    """The rows whose key stands there again: `_duplicate` where the whole row does, but for the first such."""
    has_person = batch.contract.has_person

    def column(name: str) -> str:
        return CHILD if name == "asmens_kodas" and has_person else name

    key = [DELIVERY, *(column(one.name) for one in batch.contract.key)]
    content = [column(one.name) for one in batch.contract.fields]
    suspects = batch.rows.drop_nulls(key).filter(pl.len().over(key) > 1)
    some_unreadable = pl.any_horizontal(pl.lit(False), *(batch.unreadable(name) for name in batch.marked))
    place = pl.int_range(pl.len()).over([DELIVERY, *content])
    suspects = suspects.with_columns(_duplicate=~some_unreadable & (place > 0))
    different = (~pl.col("_duplicate")).sum().over(key)
    return suspects.filter("_duplicate" if len(suspects) == 0 else (pl.col("_duplicate") | (different > 1))).select(
        DELIVERY, ROW, "_duplicate"
    )


def _refuse(one: Sent, batch: Batch) -> None:
    table = {"gyventojai": ("GYV-001", CHILD_AGES), "mokiniai": ("MOK-001", PUPIL_AGES)}.get(batch.contract.dataset)
    if table is not None:
        code, ages = table
        cells = batch.rows.filter(
            (pl.col(DELIVERY) == one.number)
            & (pl.col("metai") == batch.period.start.year)
            & pl.col("amzius").is_in(list(ages))
            & pl.col("sav").is_in(list(batch.reference.municipalities))
        )
        if cells.select("sav", "amzius").n_unique() != len(batch.reference.municipalities) * len(ages):
            one.findings[code] = [0]
            one.reason = "file_rule"
            return
    if one.quarantined * 100 > MOST_QUARANTINED_PCT * one.rows_sent:
        one.reason = "too_many_quarantined"
