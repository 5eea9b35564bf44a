"""What a letter is made of: sections, each a verdict with what to do and then its parts, in the order they are read.

Both templates lay out all of it. Every text here is said already, in the language of the letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, ClassVar, Literal

from aim.ledger.mails import Matter

Tone = Literal["good", "look", "act"]
"""Nothing to do; something to look at; something is missing, refused or late."""
TONES: tuple[Tone, ...] = ("good", "look", "act")


@dataclass(frozen=True)
class Lines:
    """A heading with sentences under it."""

    shape: ClassVar[str] = "lines"
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A thing named, with sentences about it."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Entries:
    """Things under one heading, with notes before them."""

    shape: ClassVar[str] = "entries"
    title: str
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """One error or question: a sentence, then label and text of each further line."""

    sentence: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Deck:
    """Errors or questions under one heading, with notes before them and one after."""

    shape: ClassVar[str] = "deck"
    title: str
    notes: tuple[str, ...]
    cards: tuple[Card, ...]
    rest: str = ""


@dataclass(frozen=True)
class Figures:
    """Labels with a number each, and notes after them. headline: a number told large before them, with its word."""

    shape: ClassVar[str] = "figures"
    title: str
    rows: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()
    headline: str = ""


Part = Lines | Entries | Deck | Figures


@dataclass(frozen=True)
class DueDay:
    """A due day for the calendar: what is due, in words. uid: the same for the same slice in every letter."""

    day: date
    uid: str
    what: str


@dataclass(frozen=True)
class Attachment:
    """A file beside the words."""

    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Section:
    """One kind of message about one provider (or municipality).

    who: whom it is about, as short as a subject needs it. verdict: as it stands in the subject, in small letters.
    told: matter -> counts that the next letter compares with.
    """

    kind: str
    who: str
    name: str
    caption: str
    tone: Tone
    subject: str
    verdict: str
    to_do_title: str
    to_do: tuple[str, ...]
    parts: tuple[Part, ...]
    matters: tuple[Matter, ...]
    why: str
    due_days: tuple[DueDay, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    told: Mapping[Matter, dict[str, Any]] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Hash of its facts, without what it says of the last letter: told by hand, it goes again only with others.

        Nor does it hold the names of its lists: their numbers are the ledger's, and a night killed has others.
        """
        facts = [part for part in self.parts if isinstance(part, Entries | Deck)]
        words = repr((self.subject, self.to_do_title, self.to_do, facts))
        for one in self.attachments:
            words = words.replace(one.file_name, "")
        return sha256(words.encode()).hexdigest()


@dataclass(frozen=True)
class Letter:
    """All that one person is told in one night. overview: one line a section, where there are several."""

    lang: str
    subject: str
    greeting: str
    overview: tuple[str, ...]
    sections: tuple[Section, ...]
    closing: tuple[str, ...]
    calendar: Attachment | None = None

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The calendar first, each file once."""
        every = [
            *([self.calendar] if self.calendar else []),
            *(one for told in self.sections for one in told.attachments),
        ]
        return tuple({one.file_name: one for one in every}.values())
