"""Focus and stress over a study session, as an edge agent would post them."""

from dataclasses import dataclass
from math import sin, tau
from random import Random

_WAVE_MIN = 90
_NOISE = 0.06


@dataclass(frozen=True, slots=True)
class Mood:
    """How a session feels: its middle focus and stress (0..1), and when pressure is on.

    From ``pressure_min`` minutes into the session, for ``pressure_len_min`` minutes, stress is up.
    """

    focus: float
    stress: float
    pressure_min: int = 0
    pressure_len_min: int = 0
    pressure: float = 0.5


@dataclass(frozen=True, slots=True)
class Scores:
    """One reading, each score 0..1 with three decimals."""

    focus: float
    stress: float
    confidence: float


def scores(mood: Mood, minute: int, chance: Random) -> Scores:
    """The reading at ``minute`` of a session that feels like ``mood``."""
    wave = 0.12 * sin(tau * minute / _WAVE_MIN)
    is_pressed = mood.pressure_min <= minute < mood.pressure_min + mood.pressure_len_min
    pressure = mood.pressure if is_pressed else 0.0
    return Scores(
        focus=_score(mood.focus + wave - pressure / 3 + chance.uniform(-_NOISE, _NOISE)),
        stress=_score(mood.stress - wave / 2 + pressure + chance.uniform(-_NOISE, _NOISE)),
        confidence=_score(chance.uniform(0.75, 1.0)),
    )


def _score(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 3)
