"""Is this an identifiable file of a known contract? Judged by its name, the registry and the calendar alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from aim.clock import VILNIUS
from aim.contracts.calendar import Period, is_expected, ready_on
from aim.contracts.file_names import FORMATS, LIST_PREFIX, PACKINGS
from aim.contracts.load import Contracts, contracts
from aim.contracts.models import DatasetContract
from aim.contracts.registry import Provider
from aim.landing.check_digits import without_personal_codes
from aim.landing.limits import MAX_FILE_NAME_LENGTH
from aim.landing.rejection import RejectionError

_PERIOD_LETTERS = "kp"
_SLICE = rf"(?P<dataset>[a-z][a-z_]*)_(?P<provider>[0-9]{{9}})_(?P<period>[0-9{_PERIOD_LETTERS}-]+)"
_ENDING = rf"\.(?P<format>{'|'.join(FORMATS)})(?:\.(?P<packing>{'|'.join(PACKINGS)}))?"
_NAME = re.compile(_SLICE + _ENDING, re.IGNORECASE)
_LIST_NAME = re.compile(
    rf"(?P<list>{LIST_PREFIX}_{_SLICE}_(?P<delivery>[0-9]{{1,9}}))(?P<added>[^0-9.][^.]*)?{_ENDING}", re.IGNORECASE
)
"""What programs and people add to a name (` (1)`, ` - Copy`, `_atsakymai`) does not matter."""
_LONG_NUMBER = re.compile(r"[0-9]{10,}")
_DATE = re.compile(r"(?<![0-9])(?:[0-9]{4}([-. _]?)[0-9]{2}\1[0-9]{2}|[0-9]{2}([-. _])[0-9]{2}\2[0-9]{4})(?![0-9])")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Label:
    """What a file's name says, as far as it could be understood. packing None: not packed."""

    dataset: str | None = None
    provider_code: str | None = None
    period: Period | None = None
    municipality_code: str | None = None
    format: str = ""
    packing: str | None = None
    refused: RejectionError | None = None


@dataclass(frozen=True)
class ListLabel:
    """What the name of a returned list of findings says."""

    dataset: str
    provider_code: str
    period: str
    delivery_id: int
    format: str
    packing: str | None
    shown: str
    """As it may be stored and logged: what was added to the name is starred out."""


def shown_name(file_name: str, *, to_its_sender: bool = False) -> str:
    """The name as it may be stored and logged: a number as long as a personal code, or a code written apart, starred
    out; `?` for bytes of no letter, line ends and other letters that cannot be printed; cut where it is endless.

    Of a name that is not as it should be, dates are starred out too, and all words but those of such names: they may
    be a person's. A sender who asks about his own file is told it (`to_its_sender`).
    """
    returned = list_label(file_name)
    if returned is not None:
        return returned.shown
    printable = "".join(letter if letter.isprintable() else "?" for letter in file_name)
    masked = _LONG_NUMBER.sub(_starred, without_personal_codes(printable))
    if _NAME.fullmatch(file_name) is None and not to_its_sender:
        known = {
            *FORMATS,
            *PACKINGS,
            *_PERIOD_LETTERS,
            *(word for name in contracts().datasets for word in name.split("_")),
        }
        masked = _WORD.sub(lambda word: word[0] if word[0].lower() in known else _starred(word), masked)
        masked = _DATE.sub(_starred, masked)
    return masked if len(masked) <= MAX_FILE_NAME_LENGTH else masked[: MAX_FILE_NAME_LENGTH - 1] + "…"


def _starred(found: re.Match[str]) -> str:
    return "*" * len(found[0])


def form_of(file_name: str) -> tuple[str, str | None] | None:
    """Format and packing of a delivery's file by its name; None where the name is no delivery's."""
    match = _NAME.fullmatch(file_name)
    if match is None:
        return None
    return match["format"].lower(), match["packing"].lower() if match["packing"] else None


def list_label(file_name: str) -> ListLabel | None:
    """What the file is where it is a list of findings that came back; None where its name is no such list's."""
    match = _LIST_NAME.fullmatch(file_name)
    if match is None or match["dataset"].lower() not in contracts().datasets:
        return None
    try:
        period = Period.parse(match["period"].upper())
    except ValueError:
        return None
    ending = file_name[match.end("list") + len(match["added"] or "") :]
    return ListLabel(
        dataset=match["dataset"].lower(),
        provider_code=match["provider"],
        period=period.text,
        delivery_id=int(match["delivery"]),
        format=match["format"].lower(),
        packing=match["packing"].lower() if match["packing"] else None,
        shown=match["list"].lower() + "*" * len(match["added"] or "") + ending.lower(),
    )


def label(file_name: str, received_at: datetime, contracts: Contracts, providers: dict[str, Provider]) -> Label:
    """What the file claims to be, and in `refused` why it is not taken: bad_name, unknown_dataset,
    unknown_provider, not_expected, too_early. received_at must be aware; the day is Vilnius's.
    """
    match = _NAME.fullmatch(file_name)
    if match is None:
        return Label(refused=RejectionError("bad_name"))
    name = match["dataset"].lower()
    form, packing = match["format"].lower(), match["packing"].lower() if match["packing"] else None
    try:
        period = Period.parse(match["period"].upper())
    except ValueError:
        return Label(refused=RejectionError("bad_name"))
    provider = providers.get(match["provider"])
    contract = contracts.datasets.get(name)
    known = Label(
        dataset=name if contract else None,
        provider_code=match["provider"],
        period=period,
        municipality_code=provider.municipality_code if provider else None,
        format=form,
        packing=packing,
    )
    refused = _refusal(contract, name, provider, period, received_at, contracts)
    return Label(**{**known.__dict__, "refused": refused})


def _refusal(
    contract: DatasetContract | None,
    name: str,
    provider: Provider | None,
    period: Period,
    received_at: datetime,
    contracts: Contracts,
) -> RejectionError | None:
    if contract is None:
        return RejectionError("unknown_dataset", name)
    if provider is None:
        return RejectionError("unknown_provider")
    owed = contracts.obligation(provider.kind, name)
    if (
        owed is None
        or period.grain is not contract.period
        or not is_expected(owed, period, provider.valid_from, provider.valid_to)
    ):
        return RejectionError("not_expected")
    ready = ready_on(contract, period)
    if received_at.astimezone(VILNIUS).date() < ready:
        return RejectionError("too_early", ready.isoformat())
    return None
