"""Rows taken out of a spreadsheet: the parts of the file they stood in are cut, every other byte of them stays.

A row is emptied, not removed: the rows below keep their numbers, and formulas, formats and widths their places. Where
its cells are named from elsewhere too (shared texts, comments, the order of calculation) it goes from there as well.
What may hold a copy of it in a way we do not know (a pivot table's store, a chart's, a linked file's) makes the whole
workbook one that cannot be kept.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from posixpath import join, normpath
from xml.parsers import expat

from aim.erasure.faults import CannotEraseError
from aim.erasure.packed import ODS, with_members
from aim.landing.check_digits import starred

_KNOWN_PARTS = {
    "xlsx": re.compile(
        r"\[Content_Types\]\.xml|_rels/\.rels|docProps/.*|xl/workbook\.xml|xl/_rels/.*|xl/styles\.xml|xl/theme/.*"
        r"|xl/sharedStrings\.xml|xl/calcChain\.xml|xl/metadata\.xml|xl/worksheets/.*|xl/comments.*|xl/persons/.*"
        r"|xl/threadedComments/.*|xl/drawings/.*|xl/media/.*|xl/printerSettings/.*|xl/tables/.*"
    ),
    "ods": re.compile(
        r"mimetype|content\.xml|styles\.xml|meta\.xml|settings\.xml|manifest\.rdf|META-INF/.*|Thumbnails/.*"
        r"|Configurations2/.*|layout-cache|Pictures/.*"
    ),
}
"""What holds no copy of a sheet's rows, or one that is seen to here."""
_PICTURE_OF_THE_SHEET = re.compile(r"Thumbnails/.*|docProps/thumbnail\..*")
_KEPT_CHANGES = b"tracked-changes"
_DIGITS = 11
"""Of a personal code."""
_TAG = re.compile(rb"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_NAME = re.compile(rb"</?(?:([^\s:/>]+):)?")
_ROW_OF_CELL = re.compile(r"\$?[A-Z]+\$?([0-9]+)")
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError, KeyError)


@dataclass
class _Row:
    """A row of a sheet: its first number and the one after its last, where its cells stand, what they say."""

    number: int
    after: int
    start: int
    end: int = 0
    cells: list[str] = field(default_factory=list)
    texts: list[int] = field(default_factory=list)
    shares_a_formula: bool = False


@dataclass
class _Sheet:
    part: str
    xml: bytes
    rows: list[_Row]
    links: set[int] = field(default_factory=set)


def parts_of(workbook: bytes) -> Iterator[str]:
    """The XML of each part as text, and again without its tags: a cell's text may be cut in pieces by them.

    Raises CannotEraseError where the file is damaged.
    """
    for name, content in _read(workbook).items():
        if name.endswith((".xml", ".rels", ".rdf", ".vml")):
            text = content.decode("utf-8", "replace")
            yield text
            yield re.sub(r"<[^<>]*>", "", text)


def without_rows(
    workbook: bytes, form: str, sheet: int | None, rows: Collection[int], written: re.Pattern[str] | None
) -> tuple[bytes, int]:
    """The workbook without these rows of its sheet (from 0).

    Of other sheets every row goes that has the code in a cell of its own; elsewhere the code is starred out. Also gives
    how many rows went. Raises CannotEraseError.
    """
    parts = _read(workbook)
    known = _KNOWN_PARTS[form]
    if any(known.fullmatch(name) is None and not name.endswith("/") for name in parts):
        raise CannotEraseError
    try:
        changed, taken = (_ods if form == ODS else _xlsx)(parts, sheet, frozenset(rows), written)
        changed |= {name: b"" for name in parts if _PICTURE_OF_THE_SHEET.fullmatch(name)}
        if written is not None:
            changed |= _without_mentions(parts | changed, written)
        return with_members(
            workbook, {name: content for name, content in changed.items() if content != parts[name]}
        ), taken
    except (expat.ExpatError, UnicodeError, *_DAMAGED):
        raise CannotEraseError from None


def _read(workbook: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as container:
            return {member.filename: container.read(member) for member in container.infolist()}
    except _DAMAGED:
        raise CannotEraseError from None


def _without_mentions(parts: Mapping[str, bytes], written: re.Pattern[str]) -> dict[str, bytes]:
    changed = {}
    for name, content in parts.items():
        if name.endswith(".xml"):
            text = content.decode("utf-8")
            if written.search(text):
                changed[name] = starred(text, written).encode()
    return changed


def _xlsx(
    parts: Mapping[str, bytes], sheet: int | None, rows: frozenset[int], written: re.Pattern[str] | None
) -> tuple[dict[str, bytes], int]:
    shared, places = _shared_texts(parts.get("xl/sharedStrings.xml", b""))
    sheets = [_xlsx_sheet(part, parts[part], shared) for part in _xlsx_parts(parts)]
    gone = {each.part: _to_go(each, rows if place == sheet else None, written) for place, each in enumerate(sheets)}
    if sheet is not None and not rows <= {row.number for row in gone[sheets[sheet].part]}:
        raise CannotEraseError
    changed = {each.part: _emptied(each.xml, gone[each.part], b"") for each in sheets if gone[each.part]}
    for each in sheets:
        if any(row.shares_a_formula or row.number in each.links for row in gone[each.part]):
            raise CannotEraseError
    lost = {text for of_sheet in gone.values() for row in of_sheet for text in row.texts}
    for each in sheets:
        out = {id(row) for row in gone[each.part]}
        lost.difference_update(text for row in each.rows if id(row) not in out for text in row.texts)
    if lost:
        changed["xl/sharedStrings.xml"] = _emptied(
            parts["xl/sharedStrings.xml"], [places[text] for text in sorted(lost)], b"<%st/>"
        )
    numbers = {row.number for of_sheet in gone.values() for row in of_sheet}
    for each in sheets:
        of_rows = {row.number for row in gone[each.part]}
        for name in _comments_of(each.part, parts):
            changed[name] = _emptied(parts[name], _comments(parts[name], of_rows), b"<%stext/>")
    if "xl/calcChain.xml" in parts and numbers:
        changed["xl/calcChain.xml"] = _without_calculation(parts["xl/calcChain.xml"], numbers)
    return changed, sum(map(len, gone.values()))


def _ods(
    parts: Mapping[str, bytes], sheet: int | None, rows: frozenset[int], written: re.Pattern[str] | None
) -> tuple[dict[str, bytes], int]:
    xml = parts["content.xml"]
    if _KEPT_CHANGES in xml:
        raise CannotEraseError
    sheets = _ods_sheets(xml)
    gone = [_to_go(each, rows if place == sheet else None, written) for place, each in enumerate(sheets)]
    if sheet is not None and not rows <= {
        number for row in gone[sheet] for number in range(row.number, row.after) if number in rows
    }:
        raise CannotEraseError
    taken = sum(row.after - row.number for of_sheet in gone for row in of_sheet)
    every = sorted((row for of_sheet in gone for row in of_sheet), key=lambda row: row.start)
    return {"content.xml": _emptied(xml, every, b"<%stable-cell/>")}, taken


def _to_go(sheet: _Sheet, rows: frozenset[int] | None, written: re.Pattern[str] | None) -> list[_Row]:
    """Those named; of another sheet those with a cell that is the code and nothing else."""
    if rows is not None:
        return [row for row in sheet.rows if not rows.isdisjoint(range(row.number, row.after))]
    if written is None:
        return []
    return [row for row in sheet.rows if any(is_the_code(cell, written) for cell in row.cells)]


def is_the_code(cell: str, written: re.Pattern[str]) -> bool:
    """Whether a cell says the code and nothing else, as text or as the number a spreadsheet made of it."""
    cell = cell.strip()
    if written.fullmatch(cell):
        return True
    try:
        number = Decimal(cell.replace(",", "."))
    except InvalidOperation:
        return False
    # Its size first: 1E999999999 is a number too.
    if number.adjusted() + 1 != _DIGITS or number != number.to_integral_value():
        return False
    return written.fullmatch(str(int(number))) is not None


def _emptied(xml: bytes, elements: Collection[_Row], filling: bytes) -> bytes:
    """The XML with nothing but `filling` between the tags of these elements; %s is the prefix of their names."""
    pieces, at = [], 0
    for element in sorted(elements, key=lambda row: row.start):
        tag = _TAG.match(xml, element.start)
        if tag is None:
            raise CannotEraseError
        if element.end <= tag.start() or tag[0].endswith(b"/>"):
            continue
        name = _NAME.match(tag[0])
        prefix = name[1] + b":" if name is not None and name[1] else b""
        pieces += [xml[at : tag.end()], filling % prefix if b"%s" in filling else filling]
        at = element.end
    return b"".join([*pieces, xml[at:]])


def _without_calculation(chain: bytes, numbers: Collection[int]) -> bytes:
    rows = b"|".join(b"%d" % number for number in sorted(numbers))
    return re.sub(rb"<(?:\w+:)?c\b[^<>]*\br=\"[A-Z]+(?:" + rows + rb")\"[^<>]*/>", b"", chain)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _attributes(given: Mapping[str, str]) -> dict[str, str]:
    return {_local(name): value for name, value in given.items()}


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    # An entity of the file's own may stand for anything.
    parser.EntityDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    raise CannotEraseError


def _xlsx_parts(parts: Mapping[str, bytes]) -> list[str]:
    """The parts of the worksheets, in the order of the workbook's tabs."""
    targets: dict[str, str] = {}
    sheets: list[str] = []

    def relation(name: str, given: dict[str, str]) -> None:
        if _local(name) == "Relationship" and given["Type"].endswith("/worksheet"):
            target = given["Target"]
            targets[given["Id"]] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    def tab(name: str, given: dict[str, str]) -> None:
        if _local(name) == "sheet" and (part := targets.get(_attributes(given)["id"])):
            sheets.append(part)

    for part, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", tab)):
        parser = _parser()
        parser.StartElementHandler = handler
        parser.Parse(parts[part], True)
    return sheets


def _comments_of(sheet: str, parts: Mapping[str, bytes]) -> list[str]:
    """The parts that hold the comments on a sheet's cells."""
    folder, _, name = sheet.rpartition("/")
    relations = parts.get(f"{folder}/_rels/{name}.rels")
    found: list[str] = []

    def relation(name: str, given: dict[str, str]) -> None:
        if _local(name) == "Relationship" and given["Type"].rpartition("/")[2] in ("comments", "threadedComment"):
            found.append(normpath(join("/", folder, given["Target"])).lstrip("/"))

    if relations is not None:
        parser = _parser()
        parser.StartElementHandler = relation
        parser.Parse(relations, True)
    return found


def _shared_texts(xml: bytes) -> tuple[list[str], list[_Row]]:
    """Each shared text, and where it stands."""
    texts: list[str] = []
    places: list[_Row] = []
    if not xml:
        return texts, places
    parser = _parser()

    def begin(name: str, _: dict[str, str]) -> None:
        if _local(name) == "si":
            places.append(_Row(0, 0, parser.CurrentByteIndex))
            texts.append("")

    def end(name: str) -> None:
        if _local(name) == "si":
            places[-1].end = parser.CurrentByteIndex

    def letters(text: str) -> None:
        if texts:
            texts[-1] += text

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, letters
    parser.Parse(xml, True)
    return texts, places


def _comments(xml: bytes, numbers: Collection[int]) -> list[_Row]:
    """The comments on cells of these rows."""
    found: list[_Row] = []
    inside: list[bool] = []
    parser = _parser()

    def begin(name: str, given: dict[str, str]) -> None:
        if _local(name) in ("comment", "threadedComment"):
            inside.append(_row_of(given.get("ref", "")) in numbers)
            if inside[-1]:
                found.append(_Row(0, 0, parser.CurrentByteIndex))

    def end(name: str) -> None:
        if _local(name) in ("comment", "threadedComment") and inside.pop():
            found[-1].end = parser.CurrentByteIndex

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.Parse(xml, True)
    return found


def _row_of(cell: str) -> int:
    match = _ROW_OF_CELL.match(cell)
    return int(match[1]) if match else 0


def _rows_of(area: str) -> set[int]:
    """The rows of a cell or an area: B14, A2:C9."""
    first, _, last = area.partition(":")
    return set(range(_row_of(first), _row_of(last or first) + 1))


def _xlsx_sheet(part: str, xml: bytes, shared: list[str]) -> _Sheet:
    sheet = _Sheet(part, xml, [])
    parser = _parser()
    kind = text = ""
    row: _Row | None = None

    def begin(name: str, given: dict[str, str]) -> None:
        nonlocal row, kind, text
        local = _local(name)
        if local == "row":
            number = int(given.get("r") or (sheet.rows[-1].number + 1 if sheet.rows else 1))
            row = _Row(number, number + 1, parser.CurrentByteIndex)
            sheet.rows.append(row)
        elif local == "c":
            kind, text = given.get("t", "n"), ""
        elif local == "f" and row is not None:
            # The first of several cells that share a formula: theirs is read from it.
            row.shares_a_formula |= bool(_rows_of(given.get("ref", "")) - {row.number, 0})
            text = ""
        elif local == "hyperlink":
            sheet.links |= _rows_of(given.get("ref", ""))

    def end(name: str) -> None:
        nonlocal row, text
        local = _local(name)
        if row is None:
            return
        if local == "f":
            text = ""
        elif local == "c":
            if kind == "s" and text.strip():
                row.texts.append(int(text))
                text = shared[int(text)]
            row.cells.append(text)
        elif local == "row":
            row.end = parser.CurrentByteIndex
            row = None

    def letters(found: str) -> None:
        nonlocal text
        text += found

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, letters
    try:
        parser.Parse(xml, True)
    except IndexError:
        raise CannotEraseError from None
    return sheet


def _ods_sheets(xml: bytes) -> list[_Sheet]:
    sheets: list[_Sheet] = []
    parser = _parser()
    text = ""
    row: _Row | None = None

    def begin(name: str, given: dict[str, str]) -> None:
        nonlocal row, text
        local = _local(name)
        if local == "table" and row is None:
            sheets.append(_Sheet("content.xml", xml, []))
        elif local == "table-row" and row is None:
            rows = sheets[-1].rows
            number = rows[-1].after if rows else 1
            times = int(_attributes(given).get("number-rows-repeated", 1))
            row = _Row(number, number + times, parser.CurrentByteIndex)
            rows.append(row)
        elif local in ("table-cell", "covered-table-cell"):
            text = ""

    def end(name: str) -> None:
        nonlocal row
        local = _local(name)
        if row is None:
            return
        if local in ("table-cell", "covered-table-cell"):
            row.cells.append(text)
        elif local == "table-row":
            row.end = parser.CurrentByteIndex
            row = None

    def letters(found: str) -> None:
        nonlocal text
        text += found

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, letters
    try:
        parser.Parse(xml, True)
    except IndexError:
        raise CannotEraseError from None
    return sheets
