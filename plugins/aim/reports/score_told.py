"""How a provider's score is said: the letter, the counts behind each part, the medians, where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from aim.language import NO_NUMBER, count_text
from aim.reports.letter import Figures
from aim.reports.score import MonthCame, Score, ScorePart
from aim.reports.speech import Speech

_BARS = "▁▂▃▄▅▆▇█"


def score_figures(speech: Speech, score: Score, before: Decimal | None) -> Figures:
    """Score and letter, six parts with their counts, medians, the months behind it as bars and numbers."""
    labels = {part: (lt, en) for part, _, lt, en in speech.reference.table("score_parts")[1]}
    rows = tuple(
        (
            _labelled(speech, labels[one.part][0 if speech.lang == "lt" else 1], one),
            speech.say("score_value", value=whole(one.value)),
        )
        for one in score.parts
    )
    notes = []
    medians = [
        speech.say(key, value=whole(median))
        for key, median in (
            ("score_municipality", score.municipality_median),
            ("score_nation", score.national_median),
        )
        if median is not None
    ]
    if before is not None:
        notes.append(speech.say(_trend_key(score.score, before), before=whole(before)))
    if medians:
        notes.append(speech.say("score_medians", medians=", ".join(medians)))
    if any(one.expected for one in score.trend):
        notes.append(speech.say("score_trend", bars=bars(score.trend), numbers=_numbers(speech, score.trend)))
    letter = speech.say("score_letter", letter=score.letter) if score.letter else speech.say("score_no_letter")
    return Figures(
        speech.say("score_title"), rows, tuple(notes), speech.say("score", score=whole(score.score), letter=letter)
    )


def _labelled(speech: Speech, label: str, one: ScorePart) -> str:
    """The part's name, with the counts behind it where they are known."""
    if one.reached is None or one.possible is None:
        return label
    return speech.say(
        "score_part",
        part=label,
        reached=count_text(one.reached, speech.lang),
        possible=count_text(one.possible, speech.lang),
    )


def is_better(score: Score | None, before: Decimal | None) -> bool:
    """Whether the score, as it is shown, has risen since it was last told."""
    return score is not None and before is not None and _rounded(score.score) > _rounded(before)


def whole(value: Decimal | None) -> str:
    """A score as it is shown: a whole number, half up; a dash where there is none."""
    return NO_NUMBER if value is None else str(_rounded(value))


def bars(trend: Sequence[MonthCame]) -> str:
    """A bar a month: the share of the expected that was accepted; a dot where nothing was expected."""
    highest = len(_BARS) - 1
    return "".join(
        _BARS[min(highest, highest * one.accepted // one.expected)] if one.expected else "·" for one in trend
    )


def _numbers(speech: Speech, trend: Sequence[MonthCame]) -> str:
    """The first and the last month in numbers, between which the bars stand."""
    first, last = trend[0], trend[-1]
    return speech.say(
        "score_months",
        first=f"{first.month_start:%Y-%m}",
        first_accepted=first.accepted,
        first_expected=first.expected,
        last=f"{last.month_start:%Y-%m}",
        last_accepted=last.accepted,
        last_expected=last.expected,
    )


def _trend_key(score: Decimal, before: Decimal) -> str:
    now, then = _rounded(score), _rounded(before)
    return "score_better" if now > then else "score_worse" if now < then else "score_same"


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
