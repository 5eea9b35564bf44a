"""What readers are given of a built warehouse: dictionary, exported files, dashboards, dbt's own pages."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
from command_line import Aim
from judged_slices import JudgedSlices
from psycopg import sql

from aim.contracts.reference import read_reference
from aim.dictionary.export import write_export
from aim.dictionary.reader import READER
from aim.dictionary.site import write_dictionary
from aim.dictionary.told import example_query, read_dictionary
from aim.publish.roles import ensure_roles, url_of
from aim.settings import SettingsError
from aim.warehouse import dbt

BEFORE_REVISION = date(2019, 1, 31)
REVISED = ("2019-02-20 20:00:00+00", "2019-01-20 20:00:00+00")
TALL = "12.34567890123456789012"
"""More digits than a floating point number has."""
FORMS = {
    "string": "[text]",
    "integer": r"-?\d+",
    "number": r"-?\d+(\.\d+)?",
    "boolean": "true|false",
    "date": r"\d{4}-\d\d-\d\d",
    "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",
}


def publish_some(connection: psycopg.Connection[Any]) -> None:
    """Published values of every sort: free, hidden, missing, one that was another before."""
    now, then = REVISED
    row = (
        "insert into marts.indicator_values values ('S04', 'main', 'v1', 'month', '2018-12-01', '2018-12-31',"
        " %(level)s, %(code)s, 'total', 'total', %(n)s, %(d)s, %(value)s, 'per_1000', %(coverage)s, %(obs)s, 1,"
        " %(since)s, %(until)s, %(conf)s)"
    )
    shown = {"obs": "A", "conf": "F", "coverage": 100, "until": None, "since": now}
    for values in (
        {"level": "nation", "code": "00", "n": 7000, "d": 500_000, "value": TALL} | shown,
        {"level": "nation", "code": "00", "n": 6999, "d": 500_000, "value": 13} | shown | {"since": then, "until": now},
        {"level": "municipality", "code": "11", "n": 0, "d": 40_000, "value": 0} | shown,
        {"level": "municipality", "code": "23", "n": None, "d": None, "value": None} | shown | {"conf": "C"},
        {"level": "municipality", "code": "13", "n": None, "d": None, "value": None}
        | shown
        | {"obs": "M", "coverage": 0},
    ):
        connection.execute(row, values)


@contextmanager
def reader(slices: JudgedSlices) -> Iterator[psycopg.Connection]:
    ensure_roles(slices.warehouse, slices.settings)
    with psycopg.connect(url_of(slices.settings, READER)) as connection:
        yield connection


def exported_files_hold_what_is_published(slices: JudgedSlices, folder: Path) -> None:
    publish_some(slices.connection)
    slices.connection.execute("set time zone 'UTC'")
    reference = read_reference(slices.settings.reference)
    out = folder / "export"
    # What a killed export left.
    (folder / ".export.draft").mkdir()
    (folder / ".export.draft" / "half.csv").write_text("half")
    with reader(slices) as connection:
        write_export(connection, reference, out)
        first = {path.name: path.read_bytes() for path in out.iterdir()}
        write_export(connection, reference, out)
        assert {path.name: path.read_bytes() for path in out.iterdir()} == first
        with pytest.raises(SettingsError, match="holds something else"):
            write_export(connection, reference, folder)
    assert [path.name for path in folder.iterdir()] == ["export"]
    package = json.loads(first["datapackage.json"])
    resources = {resource["path"]: resource for resource in package["resources"]}
    assert set(resources) | {"datapackage.json"} == set(first)
    assert {Path(path).stem for path in resources} == {
        name
        for (name,) in slices.connection.execute(
            "select relname from pg_class where relnamespace = 'marts'::regnamespace"
            " and (relkind = 'r' or relname = 'mart_status')"
        )
    }
    read: dict[str, list[dict[str, str | None]]] = {}
    for path, resource in resources.items():
        content = first[path]
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert {"description", "description_lt"} <= resource.keys()
        assert all(one["description"] and one["description_lt"] for one in resource["schema"]["fields"])
        if path.endswith(".csv"):
            assert resource["bytes"] == len(content)
            read[resource["name"]] = rows_by_descriptor(content, resource)
            is_the_databases(slices, resource["name"], read[resource["name"]])
            is_the_same_in_parquet(out / path, read[resource["name"]])
    keys_hold(read, {one["name"]: one["schema"] for one in resources.values() if one["name"] in read})
    values = {(row["territory_code"], row["conf_status"]): row for row in read["indicator_values"]}
    assert values["00", "F"]["value"] == TALL and len(values) == 4
    assert values["23", "C"]["numerator"] is None and values["11", "F"]["numerator"] == "0"

    with reader(slices) as connection:
        write_export(connection, reference, out, ("csv",), as_published=BEFORE_REVISION)
    with (out / "indicator_values.csv").open(encoding="utf-8", newline="") as file:
        assert [row["numerator"] for row in csv.DictReader(file)] == ["6999"]
    assert not list(out.glob("*.parquet"))


def rows_by_descriptor(content: bytes, resource: Mapping[str, Any]) -> list[dict[str, str | None]]:
    """The rows of a CSV file read as its descriptor says and no otherwise; a missing value is None."""
    schema, dialect = resource["schema"], resource["dialect"]
    end = dialect["lineTerminator"].encode()
    assert content.count(b"\n") == content.count(end) and content.endswith(end)
    lines = csv.reader(
        content.decode(resource["encoding"]).splitlines(keepends=True),
        delimiter=dialect["delimiter"],
        quotechar=dialect["quoteChar"],
        strict=True,
    )
    names = next(lines)
    assert names == [field["name"] for field in schema["fields"]]
    rows = [
        {name: None if cell in schema["missingValues"] else cell for name, cell in zip(names, line, strict=True)}
        for line in lines
    ]
    assert len(rows) == resource["rows"]
    for field in schema["fields"]:
        cells = {row[field["name"]] for row in rows}
        limits = field.get("constraints", {})
        assert not (limits.get("required") and None in cells), field
        assert cells - {None} <= set(limits.get("enum", cells)), field
        if field["type"] != "string":
            assert all(re.fullmatch(FORMS[field["type"]], cell) for cell in cells if cell is not None), field
    return rows


def is_the_databases(slices: JudgedSlices, table: str, rows: list[dict[str, str | None]]) -> None:
    """To the digit: both as Postgres writes them."""
    of_now = sql.SQL(" where known_to is null" if table == "indicator_values" else "")
    said = slices.connection.execute(
        sql.SQL("select to_jsonb(said)::text from marts.{} as said{}").format(sql.Identifier(table), of_now)
    ).fetchall()
    ours = sorted(json.dumps(row, sort_keys=True) for row in rows)
    theirs = []
    for (text,) in said:
        row = json.loads(text, parse_float=str, parse_int=str)
        told = {name: as_in_files(name, value) for name, value in row.items()}
        theirs.append(json.dumps(told, sort_keys=True))
    assert ours == sorted(theirs), table


def as_in_files(name: str, value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and (name.endswith("_at") or name.startswith("known_")):
        utc = re.fullmatch(r"(.{19})(\.\d+)?\+00:00", value)
        assert utc, value
        return f"{utc[1]}.{(utc[2] or '.')[1:]:0<6}Z"
    return None if value is None else str(value)


def is_the_same_in_parquet(path: Path, rows: list[dict[str, str | None]]) -> None:
    frame = pl.read_parquet(path.with_suffix(".parquet"))
    assert frame.height == len(rows)
    for name, kind in frame.schema.items():
        cells = [row[name] for row in rows]
        if isinstance(kind, pl.Decimal):
            scale = kind.scale
            wanted = [None if cell is None else scaled(cell, scale) for cell in cells]
            found = [None if cell is None else scaled(f"{cell:f}", scale) for cell in frame[name]]
        elif kind == pl.Boolean:
            wanted, found = cells, [None if cell is None else str(cell).lower() for cell in frame[name]]
        elif isinstance(kind, pl.Datetime):
            assert kind.time_zone == "UTC"
            wanted = cells
            found = [None if cell is None else f"{cell:%Y-%m-%dT%H:%M:%S.%fZ}" for cell in frame[name]]
        else:
            wanted, found = cells, [None if cell is None else str(cell) for cell in frame[name]]
        assert found == wanted, (path, name)


def scaled(text: str, scale: int) -> int:
    """A decimal as a whole number of its last place."""
    whole, _, rest = text.partition(".")
    return int(whole + rest.ljust(scale, "0"))


def keys_hold(read: Mapping[str, list[dict[str, str | None]]], schemas: Mapping[str, Any]) -> None:
    """Primary keys tell rows apart, foreign ones lead somewhere."""
    foreign = 0
    for name, schema in schemas.items():
        rows = read[name]
        if key := schema.get("primaryKey"):
            assert len({tuple(row[one] for one in key) for row in rows}) == len(rows), name
        for link in schema.get("foreignKeys", []):
            foreign += 1
            there = {
                tuple(row[one] for one in link["reference"]["fields"]) for row in read[link["reference"]["resource"]]
            }
            here = {tuple(row[one] for one in link["fields"]) for row in rows}
            assert {one for one in here if None not in one} <= there, (name, link)
    assert foreign >= 6
    led_to = {link["reference"]["resource"] for link in schemas["indicator_values"]["foreignKeys"]}
    assert led_to >= {"dim_indicator", "dim_period", "dim_territory", "dim_breakdown"}
    assert all("primaryKey" in schema for name, schema in schemas.items() if name != "mart_status")


class Page(HTMLParser):
    """Links, anchors and tags of a page, and its text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.loads: list[str] = []
        self.text = ""
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if "id" in named:
            self.anchors.add(named["id"])
        if tag == "a":
            self.links.append(named["href"])
        elif "src" in named or "href" in named:
            self.loads.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def the_dictionary_tells_all_that_is_published(slices: JudgedSlices, folder: Path) -> None:
    with reader(slices) as connection:
        told = read_dictionary(connection, read_reference(slices.settings.reference), date(2019, 1, 22))
        pages = {path: Page(path) for path in write_dictionary(folder, told, ("lt", "en"), "dbt.html")}
        connection.rollback()
        queried = {table.name: table for table in (*told.tables, *(one.view for one in told.indicators))}
        for table in queried.values():
            columns = connection.execute(example_query(table).encode()).description
            assert columns, table.name
    (folder / "dbt.html").write_text("")
    columns = slices.connection.execute(
        "select table_name, column_name from information_schema.columns where table_schema = 'marts'"
    ).fetchall()
    assert {name for name, _ in columns} == set(queried)
    for lang in ("lt", "en"):
        for name, column in columns:
            assert f"column-{column}" in pages[folder / lang / f"{name}.html"].anchors
        for indicator in told.indicators:
            text = pages[folder / lang / f"{indicator.view.name}.html"].text
            for version in indicator.versions:
                for card in version.cards:
                    assert card[f"numerator_{lang}"] in text.replace("\u00a0", " ")
    for path, page in pages.items():
        assert not page.loads, "a page needs nothing beside it"
        for link in page.links:
            target, _, anchor = link.partition("#")
            there = (path.parent / target).resolve() if target else path
            assert there.exists(), (path, link)
            assert not anchor or anchor in pages[there].anchors, (path, link)


def the_commands_write_the_same(slices: JudgedSlices, aim: Aim, folder: Path) -> None:
    """`aim dictionary` and `aim export`, as the reader of `marts`; dbt's own page lies beside the dictionary's."""
    ensure_roles(slices.warehouse, slices.settings)
    status, _, error = aim("dictionary", "--out", str(folder / "pages"), "--lang", "lt", "--dbt")
    assert (status, error) == (0, "")
    assert 'href="../dbt.html"' in (folder / "pages" / "lt" / "index.html").read_text("utf-8")
    dashboards_read_what_is_there(slices, (folder / "pages" / "dbt.html").read_text("utf-8"))
    status, out, error = aim("export", "--out", str(folder / "files"), "--format", "csv", "--json")
    assert (status, error) == (0, "")
    assert json.loads(out)["files"]["dim_territory.csv"] == 71
    for words in (("--format", "xls"), ("--date", "2019"), ("--out", str(folder))):
        status, out, error = aim("export", *words)
        assert (status, out) == (2, "") and len(error.splitlines()) == 1


def dashboards_read_what_is_there(slices: JudgedSlices, page: str) -> None:
    """dbt's own page needs nothing beside it, and what it knows of the dashboards is true of the database."""
    assert "situacija" in page and not re.search(r"<(script|link|img)[^>]+(src|href)=.?https?:", page)
    manifest = json.loads((dbt.state_folder(slices.settings) / "target" / "manifest.json").read_text("utf-8"))
    exposures = [one["depends_on"]["nodes"] for one in manifest["exposures"].values()]
    read = {
        (manifest["nodes"][node]["schema"], manifest["nodes"][node]["alias"]) for nodes in exposures for node in nodes
    }
    assert len(exposures) == 5 and len(read) > 30
    for schema, relation in read:
        assert slices.connection.execute("select to_regclass(%s)", (f"{schema}.{relation}",)).fetchone() != (None,)
