"""Figures of the prompts: was a break due when somebody was asked, and was somebody asked when a
break was due?
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import add

from simulator.evaluation import policies
from simulator.evaluation.episodes import Tally, tally
from simulator.evaluation.intervals import Figure, of_medians, of_ratios, of_sums, ratio
from simulator.evaluation.record import Life, Minute, Sitting
from simulator.kernel.streams import Streams

SERVER, STRANGERS = "the server", "the server, strangers only"
TRUTH, EDGE, COIN = "the truth itself", "the simulator's own edge", "a coin, as often as the server"

THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
PULSES_BPM = tuple(range(70, 101))
_TOSSES = 20
"""How often each session is tossed for."""

Scorer = Callable[[Sequence[Minute]], Sequence[policies.Scored]]


@dataclass(frozen=True, slots=True)
class Asking:
    """What one rule's prompts come to.

    ``delay`` is the median in minutes, ``wrongly`` the mean true stress (0..1) in the ten minutes
    before a wrong prompt; hours are those in front of the camera.
    """

    who: str
    precision: Figure
    recall: Figure
    f1: Figure
    delay: Figure
    per_hour: Figure
    wrong_per_calm_hour: Figure
    wrongly: Figure


@dataclass(frozen=True, slots=True)
class Point:
    """Precision and recall of a rule at one threshold."""

    at: float
    precision: Figure
    recall: Figure


def askings(lives: Sequence[Life]) -> Iterator[Asking]:
    """One row for each rule."""
    yield _asking(SERVER, [of_server(life.sittings) for life in lives])
    yield _asking(STRANGERS, [of_server(life.sittings[:1]) for life in lives])
    yield _asking(TRUTH, _tallies(lives, policies.by_truth))
    yield _asking(EDGE, _tallies(lives, policies.by_edge))
    fixed = policies.FIXED_BPM
    yield _asking(f"a pulse above {fixed}", _tallies(lives, policies.by_pulse))
    best = _best_pulse(lives)
    yield _asking(f"a pulse above {best}, best in hindsight", _tallies(lives, _by_pulse(best)))
    yield _asking(COIN, _coin_tallies(lives))


def lead(lives: Sequence[Life]) -> Figure:
    """By how much the server's F1 is above that of the best fixed pulse, on the same people."""
    pulses = _tallies(lives, _by_pulse(_best_pulse(lives)))
    both = [
        (*_counts(of_server(life.sittings)), *_counts(pulse))
        for life, pulse in zip(lives, pulses, strict=True)
    ]
    return of_sums(both, lambda sums: _f1(sums[:4]) - _f1(sums[4:]))


def server_points(lives: Sequence[Life]) -> Iterator[Point]:
    """The server's scores through the rule, at other thresholds of stress."""
    for threshold in THRESHOLDS:
        rule = policies.Rule(threshold=threshold)
        yield _point(threshold, _tallies(lives, policies.by_server, rule))


def pulse_points(lives: Sequence[Life]) -> Iterator[Point]:
    """The smoothed pulse through the rule, at fixed numbers of beats/min."""
    for bpm in PULSES_BPM:
        yield _point(bpm, _tallies(lives, _by_pulse(bpm)))


def of_server(sittings: Sequence[Sitting]) -> Tally:
    """The prompts that the server really queued."""
    return _sum(tally(one.minutes, [asked.at for asked in one.asked]) for one in sittings)


def _sum(tallies: Iterator[Tally] | Sequence[Tally]) -> Tally:
    return reduce(add, tallies, Tally())


def _tallies(
    lives: Sequence[Life], scorer: Scorer, rule: policies.Rule = policies.RULE
) -> list[Tally]:
    """One of each person, whose minutes are scored so."""
    return [
        _sum(
            tally(one.minutes, policies.prompts(scorer(one.minutes), rule)) for one in life.sittings
        )
        for life in lives
    ]


def _best_pulse(lives: Sequence[Life]) -> int:
    """The fixed pulse whose F1 is highest: nobody can know it before."""
    return max(PULSES_BPM, key=lambda bpm: _f1(_counts(_sum(_tallies(lives, _by_pulse(bpm))))))


def _by_pulse(bpm: float) -> Scorer:
    return partial(policies.by_pulse, bpm=bpm)


def _coin_tallies(lives: Sequence[Life]) -> list[Tally]:
    rate = policies.coin_rate(
        [
            ([minute.at for minute in one.minutes], [asked.at for asked in one.asked])
            for life in lives
            for one in life.sittings
        ]
    )
    return [_sum(_tossed(life, rate)) for life in lives]


def _tossed(life: Life, rate: float) -> Iterator[Tally]:
    chance = Streams(life.seed).stream("coin")
    for one in life.sittings * _TOSSES:
        asked = policies.by_coin([minute.at for minute in one.minutes], rate, chance)
        yield tally(one.minutes, asked)


def _asking(who: str, people: Sequence[Tally]) -> Asking:
    return Asking(
        who,
        precision=_precision(people),
        recall=_recall(people),
        f1=of_sums([_counts(one) for one in people], _f1),
        delay=of_medians([one.delays for one in people]),
        per_hour=of_ratios([(60 * one.prompts, one.minutes) for one in people]),
        wrong_per_calm_hour=of_ratios([(60 * one.wrong, one.calm_minutes) for one in people]),
        wrongly=of_ratios([(sum(one.wrongly), one.wrong) for one in people]),
    )


def _point(at: float, people: Sequence[Tally]) -> Point:
    return Point(at, _precision(people), _recall(people))


def _precision(people: Sequence[Tally]) -> Figure:
    return of_ratios([(one.right, one.prompts) for one in people])


def _recall(people: Sequence[Tally]) -> Figure:
    return of_ratios([(one.met, one.episodes) for one in people])


def _counts(one: Tally) -> tuple[float, float, float, float]:
    return one.right, one.prompts, one.met, one.episodes


def _f1(sums: Sequence[float]) -> float:
    """The harmonic mean of precision and recall; 0 if nobody was ever asked in time."""
    precision, recall = ratio(sums[:2]) or 0.0, ratio(sums[2:]) or 0.0
    return ratio((2 * precision * recall, precision + recall)) or 0.0
