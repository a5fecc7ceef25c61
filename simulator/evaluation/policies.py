"""Rules that ask for a break, as plain functions over the minutes of a session.

The break rule is read anew from what the API document and the server's pages say of it, and is not
the server's own code: that both ask at the same minutes is a test. With it other scores are put to
the same use, so that only the scores differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulator.evaluation.record import Guess, Minute
from simulator.kernel.streams import Chance

FIXED_BPM = 85
"""Above which a pulse counts as stress for whoever knows nothing of the person. Our choice: what
the average adult has at a stress of 0.9 (65 at rest, and 22 more at full stress), well above the
rest of all but a few."""
_PULSE_MIN = 3
"""Over how many minutes the pulse is averaged for that."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When stress was high for long enough. Minutes, and scores of 0..1.

    Every minute that counts must have reached ``threshold`` for ``held``; those that are more than
    ``gap`` apart do not belong together; a confidence below ``confidence`` does not count. After a
    prompt it is ``quiet`` for the cool-down of 15 minutes and the one in which it is answered.
    """

    threshold: float = 0.75
    held: int = 10
    gap: int = 6
    confidence: float = 0.5
    quiet: int = 16


RULE = Rule()


@dataclass(frozen=True, slots=True)
class Scored:
    """What somebody says of the stress at the end of minute ``at``."""

    at: int
    stress: float | None
    confidence: float = 1.0


def prompts(scored: Sequence[Scored], rule: Rule = RULE) -> tuple[int, ...]:
    """At which minutes of a session somebody would be asked to take a break."""
    return tuple(_prompts(scored, rule))


def _prompts(scored: Sequence[Scored], rule: Rule) -> Iterator[int]:
    high: list[int] = []
    since = 0
    for minute in scored:
        if minute.stress is None or minute.confidence < rule.confidence or minute.at < since:
            continue
        is_apart = bool(high) and minute.at - high[-1] > rule.gap
        if minute.stress < rule.threshold or is_apart:
            high = []
        if minute.stress >= rule.threshold:
            high.append(minute.at)
        if high and high[-1] - high[0] >= rule.held:
            yield minute.at
            high, since = [], minute.at + rule.quiet


def by_server(minutes: Sequence[Minute]) -> list[Scored]:
    """The server's own scores."""
    return [_scored(minute.at, minute.said) for minute in minutes]


def by_edge(minutes: Sequence[Minute]) -> list[Scored]:
    """Those of the simulator's edge agent."""
    return [_scored(minute.at, minute.edge) for minute in minutes]


def by_truth(minutes: Sequence[Minute]) -> list[Scored]:
    """What nobody can know: how well the rule could do at best."""
    return [Scored(minute.at, minute.stress) for minute in minutes]


def by_pulse(minutes: Sequence[Minute], bpm: float = FIXED_BPM) -> list[Scored]:
    """1 above a fixed pulse, 0 below."""
    return [
        Scored(at, None if pulse is None else float(pulse > bpm))
        for at, pulse in smoothed_pulse(minutes)
    ]


def smoothed_pulse(minutes: Sequence[Minute]) -> list[tuple[int, float | None]]:
    """The mean pulse of the last minutes, in beats/min; None where there was none."""
    return [
        (minute.at, _mean_pulse(minutes[max(place - _PULSE_MIN + 1, 0) : place + 1]))
        for place, minute in enumerate(minutes)
    ]


def coin_rate(sessions: Sequence[tuple[Sequence[int], Sequence[int]]]) -> float:
    """How often in a minute a coin must say yes, to ask as often as somebody did. Each session:
    its minutes, and those at which that somebody asked.
    """
    free = sum(_is_free(at, asked) for minutes, asked in sessions for at in minutes)
    return sum(len(asked) for _, asked in sessions) / free if free else 0.0


def by_coin(minutes: Sequence[int], rate: float, chance: Chance) -> tuple[int, ...]:
    """Minutes at which a coin asks that keeps the same hold and the same quiet."""
    asked: list[int] = []
    for at in minutes:
        # Drawn always, so that no draw depends on the outcome of another.
        says_yes = chance.random() < rate
        if says_yes and _is_free(at, asked):
            asked.append(at)
    return tuple(asked)


def _is_free(at: int, asked: Sequence[int]) -> bool:
    """Whether the rule allows to ask then: held once from the beginning, or after the quiet."""
    since = [RULE.held + 1, *(one + RULE.quiet + RULE.held for one in asked if one < at)]
    return at >= max(since)


def _mean_pulse(last: Sequence[Minute]) -> float | None:
    """Of the last few, as far as they are not older."""
    late = [
        minute.pulse
        for minute in last
        if minute.pulse is not None and minute.at > last[-1].at - _PULSE_MIN
    ]
    return sum(late) / len(late) if late else None


def _scored(at: int, guess: Guess) -> Scored:
    return Scored(at, guess.stress if guess.is_kept else None, guess.confidence)
