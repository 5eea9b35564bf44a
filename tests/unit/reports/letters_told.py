"""Reports and letters to be told, for tests of their words, and what both parts of a rendered one say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser

from aim.clock import VILNIUS
from aim.contracts.calendar import Period
from aim.contracts.load import contracts
from aim.contracts.models import Rule
from aim.contracts.reference import read_reference
from aim.contracts.registry import Provider
from aim.reports.due_days import Slice, SliceName, Upcoming
from aim.reports.findings import DeliveryTold, Finding, Findings, Mending
from aim.reports.letter import Letter, Section
from aim.reports.letters import letter_of
from aim.reports.monthly import MonthlyReport
from aim.reports.monthly_told import monthly_section
from aim.reports.render import TEXT_WIDTH, Rendered, render
from aim.reports.speech import Speech
from aim.settings import Settings

REFERENCE = read_reference(Settings.from_env({}).reference)
CONTRACTS = contracts()
SPC = Provider(
    code="902330016",
    name="Alytaus rajono socialinių paslaugų centras",
    kind="spc",
    municipality_code="33",
    language="lt",
    valid_from=date(2017, 7, 1),
    valid_to=None,
)
DUE = date(2019, 1, 10)


def rule(code: str) -> Rule:
    return next(one for rules in CONTRACTS.rule_sets.values() for one in rules.rules if one.code == code)


def delivery(dataset: str = "atvejai", **changes: object) -> DeliveryTold:
    told = DeliveryTold(
        delivery_id=1,
        provider_code="902330016",
        dataset=dataset,
        period="2018-12",
        file_name=f"{dataset}_902330016_2018-12.csv",
        received_at=datetime(2019, 1, 9, 14, 5, tzinfo=VILNIUS),
        verdict="accepted",
        reason_code=None,
        reason_detail=None,
        is_nil=False,
        rows_received=412,
        rows_loaded=412,
        rows_quarantined=0,
        rows_duplicate=0,
        unknown_columns=0,
        total_rows=0,
    )
    return replace(told, **changes)  # type: ignore[arg-type]  # the fields of the test's choosing


def finding(count: int, *first: int, code: str = "VIS-001", field: str = "seimos_nr") -> Finding:
    fields = (CONTRACTS.datasets["atvejai"].field(field),)
    return Finding(delivery(), rule(code), fields, count, first or tuple(range(2, 2 + min(count, 3))))


def findings(**changes: object) -> Findings:
    plain = Findings(mending=(), errors=(), more_errors=0, queries=(), checks_at_fault=0)
    found = replace(plain, **changes)  # type: ignore[arg-type]  # the fields of the test's choosing
    return replace(found, every=(*found.errors, *found.queries))


def report(**changes: object) -> MonthlyReport:
    """A month in which all is well, but for `changes`; those of Findings go there."""
    found = {name: changes.pop(name) for name in Findings.__dataclass_fields__ if name in changes}
    plain = MonthlyReport(
        provider=SPC,
        period=Period.parse("2018-12"),
        slices=(Slice("atvejai", "2018-12", DUE, "on_time"),),
        deliveries=(delivery(),),
        findings=findings(**found),
        earlier_gaps=(),
        upcoming=Upcoming(date(2019, 2, 11), (SliceName("atvejai", "2019-01", date(2019, 2, 11)),)),
        rules_version="0123456789ab",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields of the test's choosing


def with_rows(to_fix: int, to_explain: int = 0) -> MonthlyReport:
    return report(mending=(Mending(delivery(), to_fix, to_explain),), errors=(finding(to_fix),) if to_fix else ())


def speech(lang: str = "lt") -> Speech:
    return Speech(lang, CONTRACTS, REFERENCE)


def section(told: MonthlyReport) -> Section:
    return monthly_section(told, speech(told.provider.language))


def letter(*sections: Section, lang: str = "lt") -> Letter:
    return letter_of(sections, speech(lang), date(2019, 1, 11), datetime(2019, 1, 11, 2, tzinfo=VILNIUS), 7)


def written(told: MonthlyReport) -> Rendered:
    return render(letter(section(told), lang=told.provider.language))


MISSING = Slice("vertinimai", "2018-12", DUE, "not_received")
REJECTED = Slice("atvejai", "2018-12", DUE, "rejected")
GAPS = tuple(SliceName("atvejai", f"2018-{month:02}", date(2018, month + 1, 12)) for month in range(1, 11))
FULL = report(
    slices=(Slice("atvejai", "2018-12", DUE, "late"), MISSING),
    deliveries=(
        delivery(
            verdict="accepted_with_findings", rows_received=412, rows_loaded=398, rows_quarantined=12,
            rows_duplicate=2, unknown_columns=2, total_rows=1,
        ),
    ),
    mending=(Mending(delivery(), 12, 3),),
    errors=(finding(12, 14, 37, 52), finding(1, 88, code="ATV-001", field="atidarymo_data")),
    more_errors=2,
    queries=(finding(3, code="ATV-004", field="asmens_kodas"),),
    checks_at_fault=1,
    earlier_gaps=GAPS,
)  # fmt: skip
ASKED_ABOUT_THE_FILE = report(
    deliveries=(delivery(answered=3),),
    mending=(Mending(delivery(), 0, 0, 2),),
    queries=(
        replace(finding(1, code="VIS-015"), fields=(), rows=()),
        replace(finding(1, 7, code="ATV-003", field="atvejo_nr"), stood_in="atvejai_902330016_2018-11.csv"),
    ),
)
ENGLISH = replace(FULL, provider=SPC.model_copy(update={"language": "en"}))
NOBODY = report(slices=(Slice("atvejai", "2018-12", DUE, "waived"),), deliveries=())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._body = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._body = self._body or tag == "body"

    def handle_data(self, data: str) -> None:
        if self._body:
            self.words += data.split()


def words_of_html(html: str) -> list[str]:
    parser = _Words()
    parser.feed(html)
    return parser.words


def words_of_text(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if not re.fullmatch(r"[-=]+", line.strip())]
    return " ".join(re.sub(r"^\s*- ", "", line) for line in lines).split()


def both_say_the_same(rendered: Rendered) -> bool:
    """Whether page and text have the same words in the same order, and no line of the text is too long."""
    same = "".join(words_of_html(rendered.html)) == "".join(words_of_text(rendered.text))
    # A word longer than the line (a file's name) is left whole.
    return same and all(len(line) <= TEXT_WIDTH or len(line.split()) == 1 for line in rendered.text.splitlines())
