"""The handbook: whole, in both languages, true to the contracts, and in need of nothing but itself."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.filling import read

from aim.clock import VILNIUS
from aim.contracts.calendar import is_working_day
from aim.contracts.layouts import LayoutDiff
from aim.contracts.load import COMMON, contracts
from aim.contracts.models import FieldContract, FieldType
from aim.handbook.datasets_told import CHANNELS, COMMAND, NIL, dataset_told
from aim.handbook.due_days import due_days
from aim.handbook.kinds_told import kinds_told, months_table
from aim.handbook.render import marked, sentence
from aim.handbook.site import LANGUAGES, write_handbook
from aim.handbook.sources import Sources
from aim.handbook.words import Words, in_alphabet
from aim.landing.cells import UNREADABLE, cell_reader
from aim.landing.gate import label
from aim.language import keys, say
from aim.settings import Settings

TODAY = date(2026, 11, 22)
SOURCES = Sources.read(Settings.from_env({}), TODAY)
DATASETS = sorted(contracts().datasets)
ALONE = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """A page as read: its text, anchors, links and what of it is not closed."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text = ""
        self.anchors: Counter[str] = Counter()
        self.links: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.unclosed: list[str] = []
        self.faults: list[str] = []
        self.feed(path.read_text("utf-8"))
        self.faults += self.unclosed

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        named = dict(attrs)
        if named.get("id"):
            self.anchors[str(named["id"])] += 1
        if tag == "a" and named.get("href"):
            self.links.append(str(named["href"]))
        if tag not in ALONE:
            self.unclosed.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.unclosed or self.unclosed.pop() != tag:
            self.faults.append(tag)

    @property
    def plain(self) -> str:
        """The text with every blank an ordinary one."""
        return self.text.replace("\u00a0", " ")

    def handle_data(self, data: str) -> None:
        if self.unclosed[-1:] != ["style"]:
            self.text += data


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    """The pages by their place under the folder: `lt/atvejai.html`."""
    folder = tmp_path_factory.mktemp("handbook")
    written = write_handbook(folder, SOURCES)
    assert written[0] == folder / "index.html"
    assert {path for path in folder.rglob("*") if path.is_file()} == set(written)
    return {str(path.relative_to(folder)): Page(path) for path in written if path.suffix == ".html"}


def of_lang(site: dict[str, Page], lang: str) -> dict[str, Page]:
    return {name.partition("/")[2]: page for name, page in site.items() if name.startswith(f"{lang}/")}


def test_every_page_is_well_formed_and_stands_alone(site: dict[str, Page]) -> None:
    for name, page in site.items():
        assert page.faults == [], name
        assert not {tag for tag in ("script", "link", "img", "iframe") if page.tags[tag]}, name
        assert not [value for _, _, value in page.attributes if "//" in value], name
        assert max(page.anchors.values()) == 1, name
        assert ("html", "lang", name[:2] if "/" in name else "lt") in page.attributes
        assert page.tags["h1"] == (1 if "/" in name else len(LANGUAGES)), name


def test_every_link_leads_somewhere(site: dict[str, Page]) -> None:
    workbooks = {f"{lang}/{dataset}.xlsx" for lang in LANGUAGES for dataset in DATASETS}
    for name, page in site.items():
        folder = Path(name).parent
        for link in page.links:
            target, _, anchor = link.partition("#")
            place = (Path("/") / folder / target).resolve().relative_to("/").as_posix() if target else name
            assert place in site or place in workbooks, (name, link)
            assert not anchor or anchor in site[place].anchors, (name, link)


def test_both_languages_have_the_same_pages_with_the_same_anchors(site: dict[str, Page]) -> None:
    lithuanian, english = of_lang(site, "lt"), of_lang(site, "en")
    assert lithuanian.keys() == english.keys()
    for name, page in lithuanian.items():
        assert page.anchors == english[name].anchors, name
        assert len(page.links) == len(english[name].links), name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_start_page_leads_to_every_kind_that_delivers_and_every_dataset(site: dict[str, Page], lang: str) -> None:
    links = set(of_lang(site, lang)["index.html"].links)
    assert {f"kind-{kind.kind}.html" for kind in contracts().kinds.values() if kind.delivers} <= links
    assert {f"{dataset}.html" for dataset in DATASETS} <= links


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_dataset_page_tells_each_field_code_and_rule(site: dict[str, Page], lang: str, dataset: str) -> None:
    page, contract = of_lang(site, lang)[f"{dataset}.html"], contracts().datasets[dataset]
    codes = of_lang(site, lang)["codes.html"]
    for field in contract.fields:
        assert f"field-{field.name}" in page.anchors
        assert (field.title.lt if lang == "lt" else field.title.en) in page.text
        assert all(alias in page.text for alias in field.aliases)
        legal = SOURCES.reference.code_lists[field.code_list] if field.code_list else ()
        assert all(code in page.text for code in legal) or f"codes.html#{field.code_list}" in page.links
        assert all(code in codes.text for code in legal)
    rules = contracts().rule_sets[dataset].rules if dataset in contracts().rule_sets else ()
    for rule in rules:
        assert rule.code in page.anchors
        for text in (rule.why, rule.fix):
            assert (text.lt if lang == "lt" else text.en).replace("`", "") in page.plain
    assert SOURCES.reference.parameter_text("mail_contact") in page.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_catalogue_names_every_rule_and_explains_the_common_ones(site: dict[str, Page], lang: str) -> None:
    page = of_lang(site, lang)["rules.html"]
    for name, rule_set in contracts().rule_sets.items():
        for rule in rule_set.rules:
            assert (f"#{rule.code}" if name == COMMON else f"{name}.html#{rule.code}") in page.links
            assert name != COMMON or rule.code in page.anchors


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_glossary_tells_every_reason_status_and_verdict(site: dict[str, Page], lang: str) -> None:
    text = of_lang(site, lang)["verdicts.html"].plain
    for key in keys("reason", lang):
        assert say(key, lang, detail="…") in text
    for status in ("on_time", "late", "confirmed_empty", "rejected", "not_received", "waived", "not_due"):
        assert say(f"report.status_{status}", lang) in text
    for verdict in ("accepted", "accepted_with_findings", "rejected", "superseded", "duplicate", "withdrawn"):
        assert say(f"handbook.verdict_{verdict}_means", lang) in text


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_file_name_shown_is_one_that_the_gate_takes(dataset: str) -> None:
    told = dataset_told(dataset, SOURCES, Words("en"))
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=VILNIUS)
    found = label(told.file_name, noon, contracts(), SOURCES.providers)
    assert found.refused is None and found.dataset == dataset
    assert "".join(f"_{part.part}" for part in told.name_parts[:3])[1:] + told.name_parts[3].part == told.file_name


@pytest.mark.parametrize("dataset", [name for name in DATASETS if name in contracts().rule_sets])
def test_the_example_and_the_nil_return_shown_are_read_as_told(dataset: str) -> None:
    contract = contracts().datasets[dataset]
    told = dataset_told(dataset, SOURCES, Words("lt"))
    reading, rows = read(told.example_file.encode(), "csv", contract, SOURCES.reference)
    assert reading.rows == 1 and rows["_unreadable"].to_list() == ["{}"]
    nil, _ = read(told.nil_file.encode(), "csv", contract, SOURCES.reference)
    assert nil.is_nil and NIL in told.nil_file


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("write_date", {"type": "date", "date_role": "event"}),
        ("write_month", {"type": "month"}),
        ("write_int", {"type": "int"}),
        ("write_decimal", {"type": "decimal"}),
        ("write_bool", {"type": "bool"}),
        ("write_sav", {"type": "sav"}),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_handbook_says_we_understand_we_understand(lang: str, key: str, field: dict[str, str]) -> None:
    contract = FieldContract.model_validate(
        {"name": "laukas", "english": "a_field", "title": {"lt": "Laukas", "en": "A field"}, **field}
    )
    written = re.findall(r"`([^`]+)`", say(f"handbook.{key}", lang))
    assert written and UNREADABLE not in [cell_reader(contract)(cell) for cell in written]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_type_can_be_told(lang: str) -> None:
    for one in FieldType:
        assert say(f"handbook.type_{one}", lang) and say(f"handbook.write_{one}", lang)


def test_due_days_are_working_days_and_say_from_where_they_were_moved() -> None:
    kind = contracts().kinds["spc"]
    days = due_days(SOURCES, kind, 2026)
    assert [day for day, _ in days][:3] == [date(2026, 1, 12), date(2026, 2, 10), date(2026, 3, 10)]
    assert len(days) == 12 and all(is_working_day(day) for day, _ in days)
    (first, *_) = days[0][1]
    assert first.is_moved and first.declared == date(2026, 1, 10) and first.period.text == "2025-12"
    assert not days[1][1][0].is_moved


def test_the_table_of_due_days_marks_moved_days_and_leaves_out_who_delivers_no_more() -> None:
    rows = {row.kind: row for row in months_table(2026, SOURCES, Words("lt"))}
    assert rows["spc"].cells == ("12*", "10", "10", "10", "11*", "10", "10", "10", "10", "12*", "10", "10")
    assert rows["vda"].cells[2] == "31" and rows["vda"].is_seldom
    assert "vtas" not in rows
    told = {kind.kind: kind for kind in kinds_told(SOURCES, Words("lt"))}
    assert told["vtas"].years == () and "2018-06-30" in told["vtas"].owed[0].bounds
    assert [kind.title for kind in told.values()] == sorted((kind.title for kind in told.values()), key=in_alphabet)


def test_july_and_august_are_not_asked_for() -> None:
    days = [day for _, those in due_days(SOURCES, contracts().kinds["nsa"], 2026) for day in those]
    assert {day.period.end.month for day in days if day.dataset == "nelankantys"} == {*range(1, 13)} - {7, 8}
    told = next(kind for kind in kinds_told(SOURCES, Words("lt")) if kind.kind == "nsa")
    assert any("liepa, rugpjūtis" in owed.cadence for owed in told.owed)


def test_the_next_due_day_is_not_past() -> None:
    for lang in LANGUAGES:
        for kind in kinds_told(SOURCES, Words(lang)):
            for owed in kind.owed:
                day = re.search(r"\d{4}-\d{2}-\d{2}", owed.next_due)
                assert day is None or TODAY <= date.fromisoformat(day[0]) <= TODAY + timedelta(days=400)


def test_a_page_says_how_the_files_of_other_years_differ() -> None:
    diff = LayoutDiff.model_validate(
        {
            "dataset": "atvejai",
            "valid_to": "2018-06-30",
            "fields": {
                "seimos_nr": {"aliases": ["seimos byla"], "required": False, "length": 20},
                "vadybininko_paskyrimo_data": {"absent": True},
                "uzdarymo_priezastis": {"codes": {"PABEIGTA": "TIKSLAI_PASIEKTI"}},
            },
        }
    )
    sources = replace(SOURCES, contracts=replace(contracts(), layouts={"atvejai.iki_2018": diff}))
    (layout,) = dataset_told("atvejai", sources, Words("lt")).other_layouts
    assert layout.periods == "Laikotarpių, prasidedančių ne vėliau kaip 2018-06-30, failuose:"
    told = " ".join(layout.differences)
    for said in (
        "tokio stulpelio nėra",
        "seimos byla",
        "iki 20 ženklų",
        "neprivaloma",
        "`PABEIGTA` = `TIKSLAI_PASIEKTI`",
    ):
        assert said in told


def test_only_channels_of_files_are_named() -> None:
    columns, rows = SOURCES.reference.table(CHANNELS)
    files = {row[columns.index("label_en")] for row in rows if row[columns.index("channel")] != COMMAND}
    told = dataset_told("atvejai", SOURCES, Words("en"))
    assert {*told.automatic.split(", "), *told.by_hand.split(", ")} == files


def test_words_are_laid_out_safely() -> None:
    assert marked("a <b> `x<y` 2018-10-31") == ('a &lt;b&gt; <code>x&lt;y</code> <span class="whole">2018-10-31</span>')
    assert marked("kovo 31 d.") == "kovo 31\u00a0d."
    assert (sentence("kovo 31 d."), sentence("the next month")) == ("kovo 31 d.", "the next month.")
    assert sorted(["Žemė", "Zarasai", "Šiauliai", "Sala"], key=in_alphabet) == ["Sala", "Šiauliai", "Zarasai", "Žemė"]


def test_one_language_alone_links_to_no_other(tmp_path: Path) -> None:
    written = write_handbook(tmp_path, SOURCES, ("lt",))
    assert written[0] == tmp_path / "lt" / "index.html"
    assert all(not link.startswith("..") for path in written if path.suffix == ".html" for link in Page(path).links)
