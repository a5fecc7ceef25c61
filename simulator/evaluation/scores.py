"""Figures of the scores: do they follow the truth, are they there, is their confidence worth
anything?
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from simulator.evaluation.agreement import bias, mean_error, pearson, spearman
from simulator.evaluation.intervals import NOTHING, Figure, mean, of_means, of_ratios
from simulator.evaluation.policies import RULE, smoothed_pulse
from simulator.evaluation.record import Life, Minute, Sitting
from simulator.kernel.streams import Streams

STRANGER, KNOWN = "the server, of a stranger", "the server, of a known person"
EDGE, PULSE = "the simulator's own edge", "the smoothed pulse alone"
CONSTANT, SHUFFLED = "one constant, best in hindsight", "the server's scores, shuffled"
WHATS = ("stress", "focus")

_DIM = 0.55
"""Below which light a room is called dark."""
_PARTS = 3

Pairs = tuple[list[float], list[float]]
"""What was said, and what was true then."""
Said = Callable[[Sequence[Minute]], Pairs]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well ``who`` says ``what``, stress or focus: in each session, then the mean over people.
    ``error`` is the mean absolute one.
    """

    what: str
    who: str
    pearson: Figure
    spearman: Figure
    error: Figure
    bias: Figure


@dataclass(frozen=True, slots=True)
class Coverage:
    """In which share of ``whose`` minutes there is a score of focus and of stress, and in which the
    break rule counts it; and the mean confidence.
    """

    whose: str
    focus: Figure
    stress: Figure
    counted: Figure
    confidence: Figure


@dataclass(frozen=True, slots=True)
class Trust:
    """The mean absolute error of those scores whose confidence lies from ``least`` to ``most``."""

    what: str
    least: float
    most: float
    error: Figure


def agreements(lives: Sequence[Life]) -> Iterator[Agreement]:
    """One row for each who says something of stress, then of focus."""
    for what in WHATS:
        known = [_known(life) for life in lives]
        yield _agreement(what, STRANGER, [_strangers(life) for life in lives], _by("said", what))
        yield _agreement(what, KNOWN, known, _by("said", what))
        yield _agreement(what, EDGE, known, _by("edge", what))
        if what == "stress":
            yield _agreement(what, PULSE, known, _pulse)
        yield _agreement(what, CONSTANT, known, _same(what, _middle(known, what)))
        yield _agreement(what, SHUFFLED, known, partial(_shuffled, what=what))


def coverages(lives: Sequence[Life]) -> Iterator[Coverage]:
    """One row for each group of minutes."""
    dark = [life for life in lives if life.light < _DIM]
    bright = [life for life in lives if life.light >= _DIM]
    yield _coverage("all", [life.sittings for life in lives])
    yield _coverage("strangers", [_strangers(life) for life in lives])
    yield _coverage("known people", [_known(life) for life in lives])
    yield _coverage("in dark rooms", [life.sittings for life in dark])
    yield _coverage("in bright rooms", [life.sittings for life in bright])


def trusts(lives: Sequence[Life]) -> Iterator[Trust]:
    """Three rows, from unsure to sure, for stress and then for focus."""
    for what in WHATS:
        people = [list(_errors(life, what)) for life in lives]
        confidences = [confidence for person in people for confidence, _ in person]
        if not confidences:
            continue
        edges = np.quantile(confidences, np.linspace(0, 1, _PARTS + 1)).tolist()
        for number, (least, most) in enumerate(pairwise(edges), start=1):
            # Each value belongs to one part, the highest to the last.
            end = most if number < _PARTS else np.inf
            sums = [_sum_within(person, least, end) for person in people]
            yield Trust(what, round(least, 3), round(most, 3), of_ratios(sums))


def minutes_of(sittings: Sequence[Sitting]) -> list[Minute]:
    """All their minutes."""
    return [minute for sitting in sittings for minute in sitting.minutes]


def _strangers(life: Life) -> Sequence[Sitting]:
    return [sitting for sitting in life.sittings if sitting.is_of_stranger]


def _known(life: Life) -> Sequence[Sitting]:
    """All but the first session; of a person who came once, that one."""
    return [one for one in life.sittings if not one.is_of_stranger] or life.sittings


def _agreement(what: str, who: str, people: Sequence[Sequence[Sitting]], said: Said) -> Agreement:
    pairs = [[said(sitting.minutes) for sitting in sittings] for sittings in people]

    def of(measure: Callable[[Sequence[float], Sequence[float]], float | None]) -> Figure:
        return of_means([mean([measure(*one) for one in person]) for person in pairs])

    is_score = who != PULSE
    error, much = (of(mean_error), of(bias)) if is_score else (NOTHING, NOTHING)
    return Agreement(what, who, of(pearson), of(spearman), error, much)


def _by(whose: str, what: str) -> Said:
    def said(minutes: Sequence[Minute]) -> Pairs:
        scores = [getattr(getattr(minute, whose), what) for minute in minutes]
        return _apart(scores, minutes, what)

    return said


def _same(what: str, always: float) -> Said:
    return lambda minutes: _apart([always] * len(minutes), minutes, what)


def _middle(people: Sequence[Sequence[Sitting]], what: str) -> float:
    """The constant with the least absolute error."""
    return float(np.median([getattr(m, what) for sittings in people for m in minutes_of(sittings)]))


def _pulse(minutes: Sequence[Minute]) -> Pairs:
    return _apart([bpm for _, bpm in smoothed_pulse(minutes)], minutes, "stress")


def _shuffled(minutes: Sequence[Minute], what: str) -> Pairs:
    """At minutes that have nothing to do with them."""
    scores, true = _by("said", what)(minutes)
    Streams(len(scores)).stream("coin").shuffle(scores)
    return scores, true


def _apart(scores: Sequence[float | None], minutes: Sequence[Minute], what: str) -> Pairs:
    """Without the minutes of which nothing is said."""
    known = [
        (score, float(getattr(minute, what)))
        for score, minute in zip(scores, minutes, strict=True)
        if score is not None
    ]
    return [score for score, _ in known], [true for _, true in known]


def _coverage(whose: str, people: Sequence[Sequence[Sitting]]) -> Coverage:
    def of(value: Callable[[Minute], float]) -> Figure:
        return of_means([mean([value(m) for m in minutes_of(sittings)]) for sittings in people])

    return Coverage(
        whose,
        focus=of(lambda minute: minute.said.focus is not None),
        stress=of(lambda minute: minute.said.stress is not None),
        counted=of(
            lambda minute: (
                minute.said.stress is not None and minute.said.confidence >= RULE.confidence
            )
        ),
        confidence=of(lambda minute: minute.said.confidence),
    )


def _errors(life: Life, what: str) -> Iterator[tuple[float, float]]:
    """Confidence and error of each minute that has a score."""
    for minute in minutes_of(life.sittings):
        score: float | None = getattr(minute.said, what)
        if score is not None:
            yield minute.said.confidence, abs(score - float(getattr(minute, what)))


def _sum_within(
    person: Sequence[tuple[float, float]], least: float, end: float
) -> tuple[float, float]:
    errors = [error for confidence, error in person if least <= confidence < end]
    return sum(errors), len(errors)
