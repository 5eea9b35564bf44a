"""Every kind of letter in words: subject, forms of number, both languages, both parts alike; and several as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from letters_told import (
    CONTRACTS,
    REFERENCE,
    SPC,
    both_say_the_same,
    delivery,
    finding,
    findings,
    letter,
    report,
    section,
    speech,
    with_rows,
)

from aim.clock import VILNIUS, Clock
from aim.contracts.calendar import Period
from aim.contracts.registry import Provider
from aim.reports.answers import Answer, AnswersTold
from aim.reports.answers_told import answers_section
from aim.reports.calendar_file import calendar_file
from aim.reports.changes import Changes, compare
from aim.reports.contact_lost import Lost, lost_section
from aim.reports.deadlines import Deadline, Owed
from aim.reports.deadlines_told import Addressed, escalation_section, reminder_section
from aim.reports.digest import Digest, DueCount, OwedSlice, ProviderScore, Published
from aim.reports.digest_told import digest_section
from aim.reports.due_days import SliceName, Upcoming
from aim.reports.effects import indicators_from
from aim.reports.findings import DeliveryTold, Mending
from aim.reports.letter import DueDay, Section
from aim.reports.receipts import Receipt
from aim.reports.receipts_told import receipt_section
from aim.reports.render import render
from aim.reports.score import MonthCame, Score, ScorePart
from aim.reports.score_told import bars, score_figures

VTAS = SPC.model_copy(update={"code": "908330014", "kind": "vtas", "name": "Alytaus rajono vaiko teisių skyrius"})
PROVIDERS = {one.code: one for one in (SPC, VTAS)}
TODAY = Clock(date(2019, 2, 1), datetime(2019, 2, 1, 8, tzinfo=VILNIUS))
UPCOMING = Upcoming(date(2019, 2, 11), (SliceName("atvejai", "2019-01", date(2019, 2, 11)),))


def receipt(*deliveries: DeliveryTold, provider: Provider = SPC, **found: object) -> Section:
    told = Receipt(provider, deliveries, findings(**found), UPCOMING, ("S01", "S09"), Changes(31, 7, 5))
    return receipt_section(told, speech(provider.language))


def answer(outcomes: dict[str, tuple[int, ...]], **changes: object) -> Answer:
    """A list that came back; outcome -> lines of it."""
    told = {name: {"rows": len(lines), "first": list(lines[:5])} for name, lines in outcomes.items()}
    plain = Answer(
        1, SPC.code, "atvejai", "2018-12", 1, "klaidos_atvejai_902330016_2018-12_1.csv",
        datetime(2019, 1, 30, 9, tzinfo=VILNIUS), "taken", None, 0, 0, told,
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields of the test's choosing


def answered(*answers: Answer, provider: Provider = SPC, **found: object) -> Section:
    told = AnswersTold(
        provider, answers, (delivery(),), findings(**found), UPCOMING, Changes(0, 3, 0, 2), {"atvejai 2018-12": {}}
    )
    return answers_section(told, speech(provider.language))


def owed(dataset: str, due: date, status: str = "not_received", provider: Provider = SPC) -> Owed:
    return Owed(provider.code, dataset, "2018-12", due, status, "33")


def reminder(*slices: Owed, step: int = 10, today: Clock = TODAY) -> Section:
    told = [Addressed(Deadline(one, step, None), is_owner=True) for one in slices]
    return reminder_section(told, PROVIDERS, speech(), today)


def escalation(*slices: Owed, owner: bool = False, copy: bool = False, role: str | None = "tbk") -> Section:
    told = [Addressed(Deadline(one, 3, 0), role, owner, copy) for one in slices]
    return escalation_section(told, PROVIDERS, speech(), TODAY)


def published(**changes: object) -> Published:
    plain = Published(
        "S01", "month", date(2018, 12, 1), date(2018, 12, 31), Decimal(46), Decimal(3229), Decimal("14.2459"),
        "per_1000", Decimal(100), "A", "F", Decimal("13.9"), date(2018, 11, 1), True,
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields of the test's choosing


DIGEST = Digest(
    municipality="33",
    period=Period.parse("2018-12"),
    values={
        "S01": published(),
        "S05": published(indicator_code="S05", numerator=None, value=None, conf_status="C"),
        "S09": published(
            indicator_code="S09", unit="percent", value=Decimal("35.5556"), obs_status="P", coverage_pct=Decimal("66.7")
        ),
        "P01": published(indicator_code="P01", value=None, numerator=Decimal(0), denominator=Decimal(0)),
        "P05": published(indicator_code="P05", value=None, numerator=None, obs_status="M", coverage_pct=Decimal(0)),
    },
    slices=(
        OwedSlice(SPC.code, "atvejai", "2018-12", date(2019, 1, 10), "on_time"),
        OwedSlice(SPC.code, "vertinimai", "2018-12", date(2019, 1, 10), "not_received"),
        OwedSlice(VTAS.code, "globa", "2018-12", date(2019, 1, 10), "rejected"),
        OwedSlice(VTAS.code, "smurtas", "2018-12", date(2019, 1, 10), "waived"),
    ),
    scores=(ProviderScore(SPC.code, Decimal("91.2"), "B"), ProviderScore(VTAS.code, None, None)),
    next_due=(DueCount(date(2019, 2, 11), 21),),
    without_contact=(VTAS.code,),
)
ALL = {
    "receipt": receipt(delivery(), mending=(Mending(delivery(), 12, 0),), errors=(finding(12, 14, 37, 52),)),
    "receipt in English": receipt(
        delivery(verdict="rejected", reason_code="missing_column", reason_detail="sav"),
        provider=SPC.model_copy(update={"language": "en"}),
    ),
    "answer": answered(
        answer({"answered": (2, 3), "blank": (4,), "not_asked": tuple(range(5, 12)), "personal_code": (12,)}),
        mending=(Mending(delivery(), 0, 3),),
        queries=(finding(3, code="ATV-004", field="asmens_kodas"),),
    ),
    "answer in English": answered(
        answer({}, verdict="refused", reason_code="open_quote"),
        answer({"answered": (2,)}, elsewhere=1),
        provider=SPC.model_copy(update={"language": "en"}),
    ),
    "reminder": reminder(
        owed("atvejai", date(2019, 2, 11), "not_due"), owed("globa", date(2019, 2, 11), "rejected", VTAS)
    ),
    "escalation": escalation(owed("atvejai", date(2019, 1, 29)), owed("globa", date(2019, 1, 29), "rejected", VTAS)),
    "digest": digest_section(DIGEST, PROVIDERS, speech()),
    "lost contact": lost_section([Lost(SPC.code, datetime(2019, 1, 30, tzinfo=VILNIUS), False)], PROVIDERS, speech()),
}


@pytest.mark.parametrize("kind", ALL)
def test_page_and_text_are_alike_and_readable(kind: str) -> None:
    lang = "en" if "English" in kind else "lt"
    rendered = render(letter(ALL[kind], lang=lang))
    assert both_say_the_same(rendered)
    assert "None" not in rendered.text
    assert rendered.subject.startswith("[AIM] ")


def test_several_sections_are_one_letter_with_an_overview() -> None:
    told = letter(*ALL.values())
    rendered = render(told)
    assert both_say_the_same(rendered)
    assert len(told.overview) == len(ALL)
    assert [one.kind for one in told.sections][:2] == ["escalation", "reminder"]
    # The most pressing speaks in the subject, the others are counted.
    assert rendered.subject == "[AIM] 2 teikėjai: trūksta 2 failų, vėluoja 3 dienas; ir dar 7 žinutės"
    assert rendered.text.count("Klausimai?") == 1


@pytest.mark.parametrize(
    ("told", "subject"),
    [
        (receipt(delivery()), "2018-12: priimta, taisyti nieko nereikia"),
        (receipt(delivery(is_nil=True)), "2018-12: patvirtinta, kad duomenų nėra, taisyti nieko nereikia"),
        (
            receipt(delivery(verdict="accepted_with_findings"), mending=(Mending(delivery(), 21, 0),)),
            "2018-12: priimta su pastabomis, 21 eilutę taisyti iki 2019-02-11",
        ),
        (
            receipt(delivery(verdict="rejected", reason_code="header_only")),
            "2018-12: failas atmestas, pateikti iš naujo iki 2019-02-11",
        ),
        (receipt(delivery(verdict="duplicate")), "2018-12: toks failas jau gautas, taisyti nieko nereikia"),
        (
            receipt(delivery(), delivery("vertinimai", period="2018-11")),
            ": gauti 2 failai, visi priimti, taisyti nieko nereikia",
        ),
    ],
)
def test_a_receipt_says_its_verdict_in_the_subject(told: Section, subject: str) -> None:
    assert told.subject.endswith(subject)
    assert told.subject.startswith("[AIM] Alytaus r. SPC")


def test_a_receipt_adds_up_and_tells_what_has_changed_and_what_suffers() -> None:
    text = " ".join(render(letter(ALL["receipt"])).text.split())
    assert "Gauta 412 = įkelta 412 + sulaikyta dėl klaidų 0 + pasikartojo 0" in text
    assert "Nuo praėjusio laiško: pataisyta 31, paaiškinta 0, dar liko 7, atsirado naujų 5." in text
    assert "Tai 2 rodikliai: - S01 Vaikai, augantys rizikos šeimose" in text
    assert "14, 37, 52 ir dar 9" in text


@pytest.mark.parametrize(
    ("told", "subject", "verdict"),
    [
        (
            answered(answer({"answered": (2,), "answered_before": (3,)})),
            "2 priežastys priimtos, klausimų nebeturime",
            "Ačiū: priėmėme 2 jūsų nurodytas priežastis. Daugiau dėl šių eilučių neklausime.",
        ),
        (
            answered(answer({"answered": (2,), "not_asked": (3,)})),
            "1 priežastis priimta, kitas pataisyti ir atsiųsti iš naujo",
            "Ačiū: priėmėme 1 jūsų nurodytą priežastį. Kitų priimti negalėjome.",
        ),
        (ALL["answer"], "2 priežastys priimtos, 3 eilutes patikslinti iki 2019-02-11", None),
        (
            answered(answer({}, verdict="refused", reason_code="no_reasons")),
            "grąžinto sąrašo priimti negalėjome",
            "Jūsų priežasčių priimti negalėjome.",
        ),
    ],
)
def test_an_answer_is_acknowledged_with_what_was_taken_of_it(told: Section, subject: str, verdict: str | None) -> None:
    assert told.subject == f"[AIM] Alytaus r. SPC, 2018-12: {subject}"
    assert verdict is None or told.verdict == verdict
    assert (told.tone == "good") == ("nebeturime" in subject)


def test_of_what_was_not_taken_the_lines_of_the_list_are_named() -> None:
    text = " ".join(render(letter(ALL["answer"])).text.split())
    assert "2 priežastys priimtos. 1 eilutė be priežasties." in text
    assert "7 priežastys nepriimtos: dėl tų eilučių nieko neklausėme. Sąrašo eilutės: 5, 6, 7, 8, 9 ir kitos." in text
    assert "joje yra asmens kodas. Parašykite be jo. Sąrašo eilutės: 12." in text
    assert "pataisyta 0, paaiškinta 2, dar liko 3, atsirado naujų 0." in text
    assert "cannot be read" in render(letter(ALL["answer in English"], lang="en")).text


@pytest.mark.parametrize(
    ("step", "today", "subject"),
    [
        (10, date(2019, 2, 1), "pateikti 1 failą iki 2019-02-11, liko 10 dienų"),
        (3, date(2019, 2, 8), "pateikti 1 failą iki 2019-02-11, liko 3 dienos"),
        (3, date(2019, 2, 10), "pateikti 1 failą iki 2019-02-11, liko 1 diena"),
        (0, date(2019, 2, 11), "šiandien paskutinė diena pateikti 1 failą"),
    ],
)
def test_a_reminder_counts_the_days(step: int, today: date, subject: str) -> None:
    told = reminder(owed("atvejai", date(2019, 2, 11), "not_due"), step=step, today=Clock(today, TODAY.instant))
    assert told.subject == f"[AIM] Alytaus r. SPC: {subject}"
    assert told.tone == ("act" if step == 0 else "look")
    assert [one.day for one in told.due_days] == [date(2019, 2, 11)]


def test_an_escalation_asks_those_who_can_help_and_only_informs_those_in_copy() -> None:
    late = owed("atvejai", date(2019, 1, 29))
    asked, copied, owner = escalation(late), escalation(late, copy=True), escalation(late, owner=True)
    assert asked.to_do == ("Paklauskite, kada pateiks ir ko trūksta: Alytaus rajono socialinių paslaugų centras.",)
    assert copied.to_do == ("Jums nieko daryti nereikia: laiškas skirtas tam, kas gali padėti.",)
    assert owner.to_do == ("Pateikite negautą failą: Atvejai, 2018-12.",)
    assert (asked.tone, copied.tone, owner.tone) == ("act", "look", "act")
    assert "koordinatoriui" in render(letter(owner)).text


def test_a_digest_shows_what_is_hidden_as_hidden_and_null_never_as_zero() -> None:
    told = ALL["digest"]
    assert told.subject == "[AIM] Alytaus r. sav., 2018-12: gauta 1 iš 3 failų, vėluoja 2 teikėjai"
    text = " ".join(render(letter(told)).text.split())
    assert "S01 Vaikai, augantys rizikos šeimose 2018-12: 1 000 vaikų tenka 14,25 (46 iš 3 229)." in text
    assert "Pokytis nuo 2018-11: +0,35." in text
    assert "S05 Socialinės rizikos vaikai 2018-12: slepiama." in text
    assert "35,56 % (46 iš 3 229). Pokytis nuo 2018-11: +21,66. Aprėptis 67 %. Skaičius neišsamus." in text
    assert "P01 Rizikos lygio gerėjimas 2018-12: nėra iš ko skaičiuoti." in text
    assert "2018-12: duomenų negauta. Aprėptis 0 %." in text
    assert "S02 Vaikai, patyrę smurtą Dar nepaskelbta." in text
    names = [speech().indicator(row[0]) for row in REFERENCE.table("indicators")[1]]
    assert len(names) == 22
    assert all(" ".join(name.split()) in text for name in names)
    assert told.to_do == (
        "Susisiekite (Alytaus rajono socialinių paslaugų centras) dėl nepateiktų failų: Vertinimai, 2018-12.",
        "Susisiekite (Alytaus rajono vaiko teisių skyrius) dėl nepateiktų failų: Vaikų globa, 2018-12.",
        "Sužinokite, kam rašyti, ir praneškite mums: Alytaus rajono vaiko teisių skyrius.",
    )


def test_the_score_is_told_with_the_counts_behind_it_and_where_it_comes_from() -> None:
    months = tuple(MonthCame(date(2018, month, 1), 2, came) for month, came in ((10, 0), (11, 1), (12, 2)))
    score = Score(
        Decimal("90.5"),
        "B",
        (ScorePart("reporting_rate", Decimal("83.33"), 10, 12), ScorePart("consistency", None, 0, 0)),
        Decimal("90"), Decimal("88.4"), months,
    )  # fmt: skip
    told = score_figures(speech(), score, Decimal("87.2"))
    assert told.headline == "91 iš 100 (B)"
    assert told.rows == (("Pateikimas: 10 iš 12", "83 %"), ("Suderinamumas: 0 iš 0", "– %"))
    assert told.notes[0] == "Praėjusį kartą buvo 87: pagerėjo."
    assert told.notes[1] == "Palyginimui: savivaldybės teikėjų mediana 90, visų Lietuvos teikėjų mediana 88."
    assert bars(months) == "▁▄█"
    better = section(report(score=score, score_told=Decimal("87.2")))
    assert better.verdict.endswith("Geriau nei praėjusį kartą – ačiū!")


def test_what_was_told_is_compared_finding_by_finding() -> None:
    told = {"atvejai 2018-12": {"VIS-001 sav": 3, "VIS-005 asmens_kodas": 2}}
    now = {"atvejai 2018-12": {"VIS-001 sav": 1, "ATV-001": 4}, "vertinimai 2018-12": {"VER-001": 1}}
    assert compare(told, now) == Changes(fixed=4, still=1, new=5)
    assert compare({}, now) is None


def test_what_got_a_reason_is_explained_and_not_fixed() -> None:
    told = {"atvejai 2018-12": {"VIS-008 sav": 5}, "atvejai 2018-12 answered": {"VIS-008 sav": 2}}
    # Two of five explained, one gone by itself; the two of before were told already.
    now = {"atvejai 2018-12": {"VIS-008 sav": 2}, "atvejai 2018-12 answered": {"VIS-008 sav": 4, "ATV-004": 1}}
    assert compare(told, now) == Changes(fixed=1, still=2, new=0, explained=2)
    assert compare(told, told) == Changes(fixed=0, still=5, new=0)


def test_the_indicators_that_count_a_dataset() -> None:
    assert indicators_from(REFERENCE, ["globa"]) == ("S04",)
    assert indicators_from(REFERENCE, ["atvejai"])[:2] == ("S01", "S09")
    assert indicators_from(REFERENCE, []) == ()


def test_the_calendar_file_is_one_entry_a_slice_of_lines_short_enough() -> None:
    days = [
        DueDay(date(2019, 2, 11), "902330016.atvejai.2019-01", "Atvejai, „ilgas“; " * 12),
        DueDay(date(2019, 2, 11), "902330016.atvejai.2019-01", "Atvejai"),
    ]
    file = calendar_file(days[:1] + days[:1], title="AIM", domain="example.invalid", instant=TODAY.instant)
    assert file is not None
    lines = file.content.decode().split("\r\n")
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
    assert lines.count("BEGIN:VEVENT") == 1
    assert "DTSTART;VALUE=DATE:20190211" in lines
    assert max(len(line.encode()) for line in lines) <= 75
    unfolded = file.content.decode().replace("\r\n ", "")
    assert "SUMMARY:AIM: Atvejai\\, „ilgas“\\; Atvejai" in unfolded
    assert calendar_file([], title="AIM", domain="example.invalid", instant=TODAY.instant) is None


def test_a_plain_month_asks_for_nothing() -> None:
    assert section(report()).tone == "good"
    assert section(with_rows(2)).tone == "look"
    assert CONTRACTS.version in render(letter(section(report()))).text
