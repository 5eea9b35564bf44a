"""Personal codes in, opaque keys out: the one place that sees a code, and it writes none.

A child's `vaiko_id` is drawn at random at first sight and found again in `identity.child_key` through an HMAC-SHA-256
of the code under the newest key of the secret file. A plain hash would not do: there are only 13 million codes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import polars as pl
import psycopg

from aim.landing.check_digits import understood
from aim.landing.limits import REMEMBERED_CELLS
from aim.landing.secret import Secret
from aim.warehouse import sql

CODE = "code"
NUMBER = "number"
SOUGHT = "sought"
"""In the place of a `vaiko_id`: one of those looked for."""
_DIGEST_BYTES = 32
_FOREIGN_TO_THE_REGISTER = r"^9[0-9]{10}$"
"""Codes beginning with 9 follow no rule of date or sex."""


class ChildKeys:
    """Finds and gives `vaiko_id`s.

    Each lookup is committed at once: keys of a delivery that is then refused stay, known to no row.
    """

    def __init__(self, connection: psycopg.Connection[Any], secret: Secret) -> None:
        """`connection` must be in autocommit mode and used for nothing else meanwhile."""
        self._connection = connection
        self._secret = secret
        self._remembered: dict[bytes, str] = {}

    def of(self, subjects: Sequence[bytes]) -> list[str]:
        """The vaiko_id (text) of each subject, in order; new ones are made known, safe with other loaders at work."""
        version = self._secret.newest
        digests = self._digests(version, subjects)
        if len(self._remembered) > REMEMBERED_CELLS:
            self._remembered.clear()
        # In order of the digest, so that two loaders at once wait for each other instead of locking each other out.
        wanted = sorted(
            (digest, subject)
            for digest, subject in zip(digests, subjects, strict=True)
            if digest not in self._remembered
        )
        if wanted:
            self._carry_over(wanted)
            self._remember(version, [digest for digest, _ in wanted])
        return [self._remembered[digest] for digest in digests]

    def _remember(self, version: int, digests: list[bytes]) -> None:
        while digests:
            # Once, or again where another loader was first with some of them.
            self._remembered |= self._known(version, digests)
            digests = [digest for digest in digests if digest not in self._remembered]

    def _digests(self, version: int, subjects: Iterable[bytes]) -> list[bytes]:
        return [self._secret.digest(version, subject) for subject in subjects]

    def _known(self, version: int, digests: Sequence[bytes]) -> dict[bytes, str]:
        rows = self._connection.execute(
            sql.load(__file__, "give_children_keys.sql"),
            {"version": version, "hmacs": b"".join(digests), "count": len(digests), "bytes": _DIGEST_BYTES},
        ).fetchall()
        return {digests[place]: child for place, child in rows}

    def _carry_over(self, wanted: Sequence[tuple[bytes, bytes]]) -> None:
        """Children known under an older key become known under the newest. wanted: (newest digest, subject)."""
        version = self._secret.newest
        for older in sorted(self._secret.hmac_keys.keys() - {version}, reverse=True):
            self._connection.execute(
                sql.load(__file__, "carry_over_children.sql"),
                {
                    "version": version,
                    "hmacs": b"".join(digest for digest, _ in wanted),
                    "former_version": older,
                    "former_hmacs": b"".join(self._digests(older, (subject for _, subject in wanted))),
                    "count": len(wanted),
                    "bytes": _DIGEST_BYTES,
                },
            )


class CarriedChildKeys(ChildKeys):
    """Makes children known under the newest key who are known under an older one, and nobody else.

    It tells no `vaiko_id`: what `of` gives is empty.
    """

    def of(self, subjects: Sequence[bytes]) -> list[str]:
        """Carry these over; an empty text for each."""
        if len(self._remembered) > REMEMBERED_CELLS:
            self._remembered.clear()
        digests = self._digests(self._secret.newest, subjects)
        wanted = sorted(
            (digest, subject)
            for digest, subject in zip(digests, subjects, strict=True)
            if digest not in self._remembered
        )
        if wanted:
            self._carry_over(wanted)
            self._remembered |= {digest: "" for digest, _ in wanted}
        return [""] * len(subjects)


class SoughtKeys(ChildKeys):
    """Tells some subjects from all others, without a warehouse: `SOUGHT` for each of them, else an empty text."""

    def __init__(self, sought: Collection[bytes]) -> None:
        """`sought`: subjects, see `of_code` and `of_number`."""
        self._sought = frozenset(sought)

    def of(self, subjects: Sequence[bytes]) -> list[str]:
        """Which of these are sought, in order."""
        return [SOUGHT if subject in self._sought else "" for subject in subjects]


class PassingChildKeys(ChildKeys):
    """Finds `vaiko_id`s and writes none: a child not known yet has one for as long as this object lives."""

    def of(self, subjects: Sequence[bytes]) -> list[str]:
        """The vaiko_id (text) of each subject, in order."""
        digests = self._digests(self._secret.newest, subjects)
        asked = zip(digests, subjects, strict=True)
        left = {digest: subject for digest, subject in asked if digest not in self._remembered}
        for version in sorted(self._secret.hmac_keys, reverse=True):
            found = self._found(version, left)
            self._remembered |= found
            left = {digest: subject for digest, subject in left.items() if digest not in found}
        self._remembered |= {digest: str(uuid4()) for digest in left}
        return [self._remembered[digest] for digest in digests]

    def _found(self, version: int, wanted: Mapping[bytes, bytes]) -> dict[bytes, str]:
        """Those known under a version of the secret, by their digest under the newest."""
        if not wanted:
            return {}
        digests = list(wanted)
        asked = {
            "version": version,
            "hmacs": b"".join(self._digests(version, wanted.values())),
            "count": len(digests),
            "bytes": _DIGEST_BYTES,
        }
        rows = self._connection.execute(sql.load(__file__, "find_children_keys.sql"), asked).fetchall()
        return {digests[place]: child for place, child in rows}


def of_code(code: str) -> bytes:
    """What the digest of a child known by its personal code is taken of."""
    return code.encode()


def of_number(provider_code: str, number: str) -> bytes:
    """The same of a child whom one provider knows by a temporary number, or a code beginning with 9."""
    return f"{provider_code}:{number}".encode()


def is_temporary(code: str) -> bool:
    """Whether a code is of those beginning with 9, known to one provider alone."""
    return re.fullmatch(_FOREIGN_TO_THE_REGISTER, code) is not None


def tokens(codes: pl.Series, numbers: pl.Series | None, provider_code: str, children: ChildKeys) -> pl.DataFrame:
    """What the personal codes of a batch become, row by row.

    codes and numbers (`laikinas_nr`): trimmed text, null where missing. Columns of the result: vaiko_id, gimimo_menuo,
    lytis (V, M), _temporary_code, and is_unreadable: a code is there but impossible. A code beginning with 9, or none
    and a number, gives a token of this provider's alone, of no known birth or sex.
    """
    rows = pl.DataFrame({CODE: codes}).with_columns(
        (numbers if numbers is not None else pl.lit(None, pl.String)).alias(NUMBER)
    )
    # A number beside a code says nothing; left in, it would only make more different pairs.
    rows = rows.with_columns(pl.when(pl.col(CODE).is_null()).then(NUMBER).alias(NUMBER))
    subjects = rows.unique().filter(pl.col(CODE).is_not_null() | pl.col(NUMBER).is_not_null())
    subjects = subjects.with_columns(understood(subjects[CODE].fill_null(""))).with_columns(
        temporary=pl.when(pl.col(CODE).str.contains(_FOREIGN_TO_THE_REGISTER)).then(CODE).otherwise(NUMBER)
    )
    subjects = subjects.with_columns(
        _temporary_code=pl.col("temporary").is_not_null(),
        is_unreadable=~pl.col("is_valid") & pl.col("temporary").is_null(),
    )
    tokenised = subjects.filter(~pl.col("is_unreadable"))
    messages = [
        of_number(provider_code, temporary) if temporary is not None else of_code(code)
        for code, temporary in tokenised.select(CODE, "temporary").iter_rows()
    ]
    keys = tokenised.select(
        CODE, NUMBER, vaiko_id=pl.Series(children.of(messages) if messages else [], dtype=pl.String)
    )
    known = subjects.join(keys, on=[CODE, NUMBER], how="left", nulls_equal=True)
    return rows.join(known, on=[CODE, NUMBER], how="left", nulls_equal=True, maintain_order="left").select(
        "vaiko_id",
        "gimimo_menuo",
        "lytis",
        pl.col("_temporary_code", "is_unreadable").fill_null(False),
    )
