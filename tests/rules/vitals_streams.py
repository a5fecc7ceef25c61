"""Readings of a session, drawn: what the tests of the estimator have in common."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from hypothesis import strategies as st

from petcore.rules.vitals import METRICS, Estimate, Reading, Vitals, begin, estimate, take

NOW_MS = 1_777_982_400_000
"""A whole minute."""

PULSE, RMSSD, RATE = "cardio.pulse_rate", "cardio.hrv.rmssd", "breathing.rate"
BLINKING, TALKING = "face.blinking", "face.talking"
MOTION, PRESENCE = "face.motion", "face.presence"
SWAY = "breathing.sway"

AT_REST = {
    PULSE: 72.0,
    RMSSD: 35.3,
    RATE: 16.0,
    BLINKING: 0.0,
    TALKING: 0.0,
    MOTION: 0.05,
    PRESENCE: 1.0,
}
"""A calm face, by the name of the reading."""


_NAMES = sorted(METRICS)


@dataclass(frozen=True, slots=True)
class Message:
    """Readings that were sent at ``now_ms``."""

    now_ms: int
    readings: tuple[Reading, ...]


def reading(
    name: str,
    value: float,
    at_ms: int = NOW_MS,
    confidence: float = 90.0,
    *,
    stable: bool = True,
) -> Reading:
    """One, sure unless it is said otherwise."""
    return Reading(name, value, stable, confidence, at_ms)


def calm(at_ms: int = NOW_MS) -> list[Reading]:
    """One of each of ``AT_REST``."""
    return [reading(name, value, at_ms) for name, value in AT_REST.items()]


def taken(
    readings: Iterable[Reading], now_ms: int = NOW_MS, before: Vitals | None = None
) -> Vitals:
    """What is remembered after ``readings``, none of which is refused."""
    after, refused = take(before or begin(), readings, now_ms)
    assert refused == ()
    return after


def played(messages: Sequence[Message], vitals: Vitals | None = None) -> list[Estimate]:
    """What is estimated after each message."""
    estimates: list[Estimate] = []
    vitals = vitals or begin()
    for message in messages:
        vitals, _ = take(vitals, message.readings, message.now_ms)
        estimates.append(estimate(vitals, message.now_ms))
    return estimates


def remembered(messages: Sequence[Message]) -> Vitals:
    """What is remembered after all messages."""
    vitals = begin()
    for message in messages:
        vitals, _ = take(vitals, message.readings, message.now_ms)
    return vitals


def every_minute(readings: Iterable[Reading]) -> list[Message]:
    """``readings`` as a phone sends them: those of each minute at its end, from ``NOW_MS`` on."""
    ordered = sorted(readings, key=lambda each: each.at_ms)
    ends = range(NOW_MS + 60_000, ordered[-1].at_ms + 60_001, 60_000) if ordered else range(0)
    return [
        Message(end, tuple(each for each in ordered if end - 60_000 <= each.at_ms < end))
        for end in ends
    ]


def _value(name: str, chance: Random) -> float:
    _, lowest, highest = METRICS[name]
    if name in {BLINKING, TALKING}:
        return float(chance.randrange(2))
    if name == RATE:  # in halves, so that any two differ by what can be doubled without rounding
        return chance.randrange(20, 45) / 2
    near = min(max(AT_REST[name] * chance.uniform(0.4, 1.8), lowest), highest)
    return chance.choice((near, near, near, near, lowest, highest))


def _reading(chance: Random, now_ms: int) -> Reading:
    """Of the last two minutes, often at the end of a span in which blinks are counted."""
    at_ms = now_ms - chance.randrange(120_000)
    return Reading(
        chance.choice(_NAMES),
        0.0,
        chance.random() < 0.85,
        chance.choice((chance.randint(0, 100), chance.randint(80, 100))),
        chance.choice((at_ms, at_ms, at_ms - at_ms % 10_000)),
    )


def _session(seed: int) -> list[Message]:
    """Some of its readings are late or stale; no two of a metric are of one instant."""
    chance = Random(f"session {seed}")
    messages: list[Message] = []
    known: set[tuple[str, int]] = set()
    now_ms, many = NOW_MS, chance.choice((2, 12, 40))
    for _ in range(chance.randint(1, 6)):
        now_ms += chance.choice((1_000, 30_000, 60_000, chance.randint(1, 300_000)))
        drawn = {
            (each.name, each.at_ms): replace(each, value=_value(each.name, chance))
            for each in (_reading(chance, now_ms) for _ in range(chance.randint(0, many)))
        }
        messages.append(
            Message(now_ms, tuple(each for key, each in drawn.items() if key not in known))
        )
        known |= drawn.keys()
    return messages


def sessions() -> st.SearchStrategy[list[Message]]:
    """Up to six messages, a second to some minutes apart. Each is made of one drawn number: drawn
    one by one, so many readings would take longer than all that is tested with them.
    """
    return st.integers(0, 2**32).map(_session)


_SAMPLE: dict[str, st.SearchStrategy[float]] = {
    PULSE: st.floats(40, 120),
    RMSSD: st.floats(5, 150),
    RATE: st.floats(8, 30),
    BLINKING: st.floats(0.5, 60),
    SWAY: st.floats(0, 8),
    TALKING: st.floats(0, 1),
    MOTION: st.floats(0.001, 2),
    PRESENCE: st.floats(0, 1),
}


def histories() -> st.SearchStrategy[list[dict[str, float]]]:
    """Earlier samples of somebody, of few kinds."""
    kinds = st.fixed_dictionaries({}, optional=_SAMPLE)
    return st.lists(kinds, max_size=3).map(lambda samples: samples * 60)


def changed(message: Message, readings: Iterable[Reading]) -> Message:
    """The message with others in their place."""
    return replace(message, readings=tuple(readings))
