"""What of a round may leave the house: what is small is hidden, what would give it away too, and then it is attacked.

Numbers that are attacked together (a group of indicators in one calendar year, former releases included) make one
system; each is protected on its own, and the attack is made on what is about to be published, read back from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import psycopg
from psycopg import sql as compose

from aim.ledger import releases
from aim.ledger.releases import Attacked
from aim.publish.attack import Breach, attack
from aim.publish.cells import CELL, seen, told_too, values_of_cells
from aim.publish.identities import Geography, identities
from aim.publish.pattern import Pattern, apart, pattern, together
from aim.publish.proof import method, questions
from aim.publish.side_by_side import Answer, side_by_side
from aim.publish.unknowns import Flags, Unknowns, hidden_as_told, hidden_at_first, unknowns
from aim.warehouse import sql


@dataclass(frozen=True)
class Group:
    """What is attacked together: the group's name and the calendar year of its periods."""

    attacked_with: str
    year: int


System = tuple[pl.DataFrame, Unknowns]
"""The values of a group (values_of_cells), and what binds them."""


@dataclass(frozen=True)
class _Reference:
    relations: pl.DataFrame
    geography: Geography


def method_now(connection: psycopg.Connection, threshold: float) -> str:
    """How it is hidden and attacked now (proof.method)."""
    found = connection.execute(sql.load(__file__, "reference_of_hiding.sql")).fetchone()
    return method(str(found), threshold)


def protect(connection: psycopg.Connection, threshold: float) -> list[Attacked]:
    """Make `protected_values` of the round's periods (periods_in_round), and attack it.

    What hangs together and was attacked before in vain is not attacked again where nothing that matters is another
    since (proof). A group with breaches is among those returned; whoever called takes its periods out of the round.
    """
    systems = round_systems(connection, threshold)
    groups = list(systems)
    connection.execute(sql.load(__file__, "hidden_cells.sql"))
    patterns = hide(systems, threshold)
    for group, found in patterns.items():
        _note_hidden(connection, _cells_hidden(systems[group][0], found.told.hidden))
    connection.execute("analyze pg_temp.hidden_cells")
    connection.execute(sql.load(__file__, "unnamed_measures.sql"))
    connection.execute("drop table if exists pg_temp.protected_values")
    connection.execute(sql.load(__file__, "publishable.sql"))
    connection.execute("analyze pg_temp.protected_values")
    told = _told(connection, systems)
    hidden = {group: hidden_as_told(values) for group, values in told.items()}
    asked = {group: questions(system, hidden[group], threshold) for group, (_, system) in systems.items()}
    proved = releases.proved(connection, [one.digest for group in groups for one in asked[group] if one.is_settled])

    def breaches(group: Group) -> list[Breach]:
        system = systems[group][1]
        open_still = np.zeros(system.size, dtype=bool)
        for one in asked[group]:
            open_still[one.values] = not (one.is_settled and one.digest in proved)
        return attack(
            replace(system, to_protect=system.to_protect & open_still),
            hidden[group],
            threshold,
            patterns[group].told.witnesses,
        )

    return [
        _attacked(
            group,
            told[group].with_columns(hidden=pl.Series(hidden[group])),
            systems[group][1],
            found.told,
            patterns[group].seconds + found.seconds,
            [one.digest for one in asked[group]],
        )
        for group, found in zip(groups, side_by_side(groups, breaches), strict=True)
    ]


def hide(systems: Mapping[Group, System], threshold: float) -> dict[Group, Answer[Pattern]]:
    """What is hidden of each group, and the seconds of work it took: what hangs together is looked into by itself."""
    first = {group: hidden_at_first(values) for group, (values, _) in systems.items()}
    parts = [(group, part) for group, (_, system) in systems.items() for part in apart(system, first[group])]
    # What takes longest is begun first.
    parts.sort(key=lambda one: one[1].system.to_protect.sum(), reverse=True)
    found: dict[Group, list[Answer[Pattern]]] = {group: [] for group in systems}
    for (group, _), answer in zip(parts, side_by_side(parts, lambda one: pattern(one[1], threshold)), strict=True):
        found[group].append(answer)
    return {
        group: Answer(together(first[group], [one.told for one in answers]), sum(one.seconds for one in answers))
        for group, answers in found.items()
    }


def round_systems(connection: psycopg.Connection, threshold: float) -> dict[Group, System]:
    """What the round's periods (periods_in_round) and all that was released beside them are attacked as, by group.

    Makes the temporary tables round_cells and former_cells.
    """
    _make_cells(connection, threshold)
    reference = _read_reference(connection)
    groups = [Group(*row) for row in connection.execute(sql.load(__file__, "groups_touched.sql"))]
    systems = {group: _system(connection, group, reference) for group in groups}
    # What takes longest is begun first.
    return dict(sorted(systems.items(), key=lambda one: one[1][1].to_protect.sum(), reverse=True))


def _make_cells(connection: psycopg.Connection, threshold: float) -> None:
    for cells, rows in (("round_cells", "rows_now.sql"), ("former_cells", "rows_former.sql")):
        connection.execute("drop table if exists pg_temp.rows_told")
        connection.execute(compose.SQL("drop table if exists pg_temp.{}").format(compose.Identifier(cells)))
        connection.execute(sql.load(__file__, rows))
        connection.execute("analyze pg_temp.rows_told")
        statement = sql.load(__file__, "cells.sql").format(cells=compose.Identifier(cells))
        with psycopg.ClientCursor(connection) as cursor:
            # A statement that makes a table takes no server-side parameters.
            cursor.execute(statement, {"threshold": threshold})
        connection.execute(compose.SQL("analyze pg_temp.{}").format(compose.Identifier(cells)))


def _read_reference(connection: psycopg.Connection) -> _Reference:
    def frame(name: str) -> pl.DataFrame:
        cursor = connection.execute(sql.load(__file__, name))
        assert cursor.description is not None
        return pl.DataFrame(cursor.fetchall(), schema=[column.name for column in cursor.description], orient="row")

    return _Reference(frame("relations.sql"), Geography(frame("places_above.sql"), frame("parts_of_breakdown.sql")))


def _system(connection: psycopg.Connection, group: Group, reference: _Reference) -> System:
    rows = connection.execute(
        sql.load(__file__, "cells_together.sql"), {"attacked_with": group.attacked_with, "attacked_year": group.year}
    ).fetchall()
    values = values_of_cells(seen(rows))
    cells = values.unique("cell_id", keep="first", maintain_order=True)
    return values, unknowns(
        values, identities(cells, reference.relations, reference.geography), reference.geography.above
    )


def _cells_hidden(values: pl.DataFrame, hidden: Flags) -> pl.DataFrame:
    """The keys of the cells that are hidden now."""
    last = values.with_columns(hidden=pl.Series(hidden)).group_by("cell_id", maintain_order=True).last()
    return last.filter("hidden", "is_planned").select(CELL)


def _told(connection: psycopg.Connection, systems: dict[Group, System]) -> dict[Group, pl.DataFrame]:
    """The values of each group, told or not as they are about to be published."""
    cells: dict[Group, list[tuple[str, ...]]] = {group: [] for group in systems}
    for attacked_with, year, *cell in connection.execute(sql.load(__file__, "told_cells.sql")):
        cells[Group(attacked_with, year)].append(tuple(cell))
    return {group: told_too(values, cells[group]) for group, (values, _) in systems.items()}


def _attacked(
    group: Group,
    values: pl.DataFrame,
    system: Unknowns,
    breaches: list[Breach],
    seconds: float,
    questions: list[str],
) -> Attacked:
    shown = values.filter(pl.col("is_planned") & ((pl.col("number") != 0) | pl.col("hidden")))
    counted = shown.filter(~pl.col("is_signed"))
    return Attacked(
        attacked_with=group.attacked_with,
        attacked_year=group.year,
        cells=shown.height,
        cells_to_protect=int(system.to_protect.sum()),
        cells_hidden=int(shown["hidden"].sum()),
        counted=float(counted["number"].sum()),
        counted_hidden=float(counted.filter("hidden")["number"].sum()),
        breaches=len(breaches),
        seconds=seconds,
        questions=tuple(questions),
    )


def _note_hidden(connection: psycopg.Connection, cells: pl.DataFrame) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy hidden_cells ({', '.join(CELL)}) from stdin") as copy:
        for row in cells.iter_rows():
            copy.write_row(row)
