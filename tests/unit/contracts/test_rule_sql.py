"""A declared rule as SQL: what it is repeated for, what is put into it, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from aim.contracts.load import contracts
from aim.contracts.models import ForEach, Rule
from aim.contracts.reference import Reference, read_reference
from aim.contracts.rule_sql import (
    RuleColumn,
    RuleSqlError,
    fields_spoken_of,
    from_reference,
    lookups_of,
    rule_columns,
    rules_of,
)
from aim.settings import Settings


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference(Settings.from_env({}).reference)


def column(dataset: str, name: str) -> RuleColumn:
    return next(column for column in rule_columns(contracts(), dataset) if column.name == name)


def rule(code: str) -> Rule:
    return next(rule for rules in contracts().rule_sets.values() for rule in rules.rules if rule.code == code)


def test_a_rule_that_does_not_apply_is_null_and_one_that_cannot_be_told_is_broken(reference: Reference) -> None:
    condition = column("atvejai", "VIS-010.pranesimo_data").condition(reference)
    assert condition == (
        "case when (landed.pranesimo_data is not null)"
        " then coalesce((landed.pranesimo_data >= date '1990-01-01'), false) end"
    )


def test_a_personal_code_is_read_from_the_childs_key() -> None:
    assert column("atvejai", "VIS-001.asmens_kodas").holds == "landed.vaiko_id is not null"


def test_codes_come_from_the_reference_files(reference: Reference) -> None:
    coded = column("vertinimai", "VIS-003.bendras_lygis")
    assert coded.holds == "landed.bendras_lygis in ({codes.risk_level})"
    assert "in ('1', '2', '3', '4')" in coded.condition(reference)


def test_a_bound_not_given_is_as_far_as_the_type_goes() -> None:
    assert column("gyventojai", "VIS-012.viso").holds == "landed.viso between 0 and 2147483647"


def test_a_rule_waits_by_not_applying() -> None:
    assert column("vertinimai", "VER-001.atvejo_nr").applies.startswith(
        "(not ('atvejai' = any(delivery.waits_for))) and "
    )


def test_a_rule_applies_in_the_days_it_is_valid_alone() -> None:
    dated = rule("ATV-001").model_copy(update={"valid_from": date(2018, 7, 1), "valid_to": date(2019, 12, 31)})
    own = contracts().rule_sets["atvejai"].model_copy(update={"rules": (dated,)})
    declared = type(contracts())(
        contracts().kinds, contracts().datasets, contracts().rule_sets | {"atvejai": own}, "test"
    )
    applies = next(one for one in rule_columns(declared, "atvejai") if one.rule.code == "ATV-001").applies
    assert "delivery.period_end >= date '2018-07-01'" in applies
    assert "delivery.period_end <= date '2019-12-31'" in applies


def test_common_rules_are_repeated_for_the_fields_they_speak_of() -> None:
    cases = contracts().datasets["atvejai"]

    def names(for_each: ForEach) -> list[str]:
        asked = rule("VIS-001").model_copy(update={"for_each": for_each})
        return [field.name if field else "" for field in fields_spoken_of(asked, cases)]

    dates = ["pranesimo_data", "atidarymo_data", "vadybininko_paskyrimo_data", "uzdarymo_data"]
    assert names(ForEach.DATE) == dates
    assert names(ForEach.START_DATE) == dates[:3]
    assert names(ForEach.END_DATE) == dates[3:]
    assert names(ForEach.CODED) == ["uzdarymo_priezastis"]
    assert names(ForEach.MUNICIPALITY) == ["sav"]
    assert names(ForEach.PERSONAL_CODE) == ["asmens_kodas"]
    assert "asmens_kodas" not in names(ForEach.TYPED)
    assert names(ForEach.KEY) == names(ForEach.ROW) == [""]
    assert names(ForEach.RANGED) == []


def test_a_dataset_has_the_common_rules_that_find_a_field_in_it() -> None:
    codes = [rule.code for rule in rules_of(contracts(), "gyventojai")]
    assert "VIS-012" in codes and "GYV-001" in codes
    assert not {"VIS-005", "VIS-009", "ATV-001"} & set(codes)


def test_every_column_has_a_name_of_its_own_that_postgres_keeps_whole() -> None:
    for dataset in contracts().datasets:
        names = [column.name for column in rule_columns(contracts(), dataset)]
        assert len(set(names)) == len(names)
        assert max(len(name.encode()) for name in names) <= 63


def test_only_an_error_in_a_row_takes_it_out() -> None:
    assert column("atvejai", "ATV-001").takes_row_out
    assert not column("atvejai", "VIS-008.sav").takes_row_out
    assert not column("gyventojai", "GYV-001").takes_row_out


@pytest.mark.parametrize(
    "text", ["{nobody}", "{param.nobody}", "{codes.nobody}", "{batch}", "{param.}"], ids=lambda text: text.strip("{}")
)
def test_a_placeholder_that_stands_for_nothing_is_refused(reference: Reference, text: str) -> None:
    with pytest.raises(RuleSqlError):
        from_reference(text + " is null", reference) if text != "{param.}" else from_reference("{param}", reference)


def test_a_placeholder_of_another_kind_of_field_is_refused() -> None:
    spoilt = rule("VIS-001").model_copy(update={"holds": "{codes}"})
    common = contracts().rule_sets["_all"].model_copy(update={"rules": (spoilt,)})
    declared = type(contracts())(contracts().kinds, contracts().datasets, {"_all": common}, "test")
    with pytest.raises(RuleSqlError, match="codes"):
        rule_columns(declared, "atvejai")


def test_a_parameter_is_pasted_only_if_it_is_a_plain_value(reference: Reference) -> None:
    spoilt = replace(reference, _parameters={"child_max_age": ((date(1990, 1, 1), "17; drop schema ops"),)})
    with pytest.raises(RuleSqlError, match="no plain number"):
        from_reference("{param.child_max_age}", spoilt)


def test_quotes_in_codes_are_doubled(reference: Reference) -> None:
    quoted = replace(reference, code_lists={"list": ("o'clock",)})
    assert from_reference("x in ({codes.list})", quoted) == "x in ('o''clock')"


def test_lookups_are_the_common_ones_and_the_datasets_own() -> None:
    common = contracts().rule_sets["_all"].lookups.keys()
    assert lookups_of(contracts(), "vertinimai").keys() == common | {"known_case", "assessment"}


def test_a_reference_file_is_a_relation_of_texts_empty_where_it_has_a_header_only(
    reference: Reference, tmp_path: Path
) -> None:
    (tmp_path / "victims.csv").write_text("year,note\n2018,o'clock\n", "utf-8")
    (tmp_path / "none.csv").write_text("year,note\n", "utf-8")
    (tmp_path / "odd.csv").write_text("year;note\n", "utf-8")
    there = replace(reference, _folder=tmp_path)
    assert from_reference("from {table.victims} as v", there) == (
        "from (select * from (values ('2018', 'o''clock')) as victims (year, note)) as v"
    )
    assert from_reference("{table.none}", there) == (
        "(select * from (select null::text, null::text where false) as none (year, note))"
    )
    for name in ("odd", "not_there"):
        with pytest.raises(RuleSqlError, match=name):
            from_reference(f"{{table.{name}}}", there)


def test_public_holidays_are_dates_for_sql(reference: Reference) -> None:
    days = from_reference("{holidays}", reference)
    assert "'2018-12-25'" in days and "'2018-11-02'" not in days and "'2020-11-02'" in days
