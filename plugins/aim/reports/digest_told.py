"""How a municipality's month is said to its coordinator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from aim.contracts.registry import Provider
from aim.language import NO_NUMBER, count_text, two_decimals
from aim.ledger.mails import Matter
from aim.reports.digest import Digest, Published
from aim.reports.letter import Entries, Entry, Figures, Lines, Part, Section
from aim.reports.score_told import whole
from aim.reports.speech import Speech

KIND = "municipality-digest"
AREAS = ("situation", "impact")


def digest_section(digest: Digest, providers: Mapping[str, Provider], speech: Speech, version: int = 1) -> Section:
    """The month in words: who is missing what comes first, since that is what the coordinator can mend."""
    say = speech.say
    to_do = tuple(_to_do(digest, providers, speech))
    who = say("digest_who", place=speech.municipality(digest.municipality))
    wanting = digest.wanting
    came = say("digest_came", len(digest.expected), accepted=digest.accepted)
    verdict = ", ".join([came, *([say("digest_late", len(wanting))] if wanting else [])])
    return Section(
        kind=KIND,
        who=who,
        name=speech.reference.municipality_names[digest.municipality],
        caption=say("digest_caption", month=speech.month(digest.period.start)),
        tone="act" if wanting else "look" if to_do else "good",
        subject=say("subject", provider=who, period=digest.period.text, verdict=verdict),
        verdict=say("digest_verdict", len(digest.expected), accepted=digest.accepted)
        if digest.expected
        else say("digest_nothing_expected"),
        to_do_title=say("to_do_now") if to_do else "",
        to_do=to_do or (say("nothing_to_do"),),
        parts=tuple(part for part in _parts(digest, providers, speech) if part is not None),
        matters=(Matter(KIND, digest.municipality, digest.period.text, version=version),),
        why=say("why_tbk"),
    )


def _to_do(digest: Digest, providers: Mapping[str, Provider], speech: Speech) -> Iterable[str]:
    for code, slices in digest.wanting.items():
        yield speech.say(
            "do_call", provider=_name(providers, code), slices="; ".join(speech.slice(one) for one in slices)
        )
    for code in digest.without_contact:
        yield speech.say("do_find_contact", provider=_name(providers, code))


def _parts(digest: Digest, providers: Mapping[str, Provider], speech: Speech) -> Iterable[Part | None]:
    say = speech.say
    columns, rows = speech.reference.table("indicators")
    indicators = [dict(zip(columns, row, strict=True)) for row in rows]
    if digest.wanting:
        yield Entries(
            say("digest_missing_title"),
            tuple(
                Entry(
                    _name(providers, code),
                    tuple(say(f"digest_{one.status}", slice=speech.slice(one), date=one.due_on) for one in slices),
                )
                for code, slices in digest.wanting.items()
            ),
        )
    for area in AREAS:
        yield Entries(
            say(f"digest_{area}"),
            tuple(
                Entry(
                    speech.indicator(row["indicator_code"]),
                    _value_lines(speech, digest.values.get(row["indicator_code"])),
                )
                for row in indicators
                if row["area"] == area
            ),
        )
    yield Lines(say("digest_reading_title"), (say("digest_reading"), say("digest_hidden_note")))
    if digest.scores:
        yield Figures(
            say("digest_scores_title"),
            tuple(
                (
                    _short(providers, one.provider_code, speech),
                    f"{whole(one.score)} {f'({one.letter})' if one.letter else ''}".strip(),
                )
                for one in digest.scores
            ),
            (say("digest_scores_note"),),
        )
    if digest.next_due:
        yield Lines(
            say("next_title"),
            tuple(say("digest_next", one.files, day=speech.day(one.due_on)) for one in digest.next_due),
        )


def _value_lines(speech: Speech, shown: Published | None) -> tuple[str, ...]:
    """Period and value, the change on the period before, the coverage; what is hidden is said to be."""
    say, lang = speech.say, speech.lang
    if shown is None:
        return (say("value_unpublished"),)
    if shown.conf_status != "F":
        value = say("value_hidden")
    elif shown.obs_status == "M":
        value = say("value_missing")
    elif shown.value is None:
        value = say("value_none")
    else:
        unit = _unit(speech, shown.unit)
        value = say(f"value_{shown.unit}", value=two_decimals(shown.value, lang), unit=unit)
        if shown.numerator is not None and shown.denominator is not None:
            value += " " + say(
                "value_counts",
                numerator=count_text(shown.numerator, lang),
                denominator=count_text(shown.denominator, lang),
            )
    lines = [say("value_line", period=shown.period, value=value)]
    if shown.change is not None:
        lines.append(say("value_change", change=_signed(shown.change, lang), period=shown.former_period))
    if shown.coverage_pct is not None:
        status = say("value_provisional") if shown.obs_status == "P" else ""
        lines.append(say("value_coverage", coverage=whole(shown.coverage_pct)) + status)
    return tuple(lines)


def _unit(speech: Speech, unit: str) -> str:
    labels = {code: (lt, en) for code, lt, en in speech.reference.table("units")[1]}
    return labels[unit][0 if speech.lang == "lt" else 1]


def _signed(change: Decimal, lang: str) -> str:
    """A change with its sign, a real minus; 0 as it is."""
    text = two_decimals(abs(change), lang)
    if text == NO_NUMBER or not any(letter in "123456789" for letter in text):
        return text
    return f"+{text}" if change > 0 else f"−{text}"


def _name(providers: Mapping[str, Provider], code: str) -> str:
    return providers[code].name if code in providers else code


def _short(providers: Mapping[str, Provider], code: str, speech: Speech) -> str:
    return speech.short_name(providers[code]) if code in providers else code
