"""What goes on in a body on a picture: heart, breath and the small movements of a head.

Time goes on in steps as long as the caller makes them; what is drawn depends on the seed and on
those steps. Nothing here knows of pixels.
"""

import math
from dataclasses import dataclass, field

from numpy.random import PCG64, Generator

from simulator.face.vital import Vital

_TURN = 2 * math.pi
_STEP_MAX_S = 5.0
"""After a longer time than this without a look it does not matter what happened meanwhile."""

_DICROTIC, _DICROTIC_LATE = 0.28, 0.9
"""The second harmonic of a pulse wave: its part of the first, and its phase in radians. Our
choice, after the notch of a finger's pulse wave."""
_RSA = 0.025
"""By which part breathing in quickens the heart and breathing out slows it. Our choice."""
_HRV, _HRV_S = 0.01, 2.5
"""What else makes beats uneven: part of the rate, and for how many seconds. Our choice."""
_BREATH_UNEVEN, _BREATH_UNEVEN_S = 0.03, 8.0
_WALK, _WALK_S = 1.0, 6.0
_SWAY_HZ = (0.07, 0.19)
_DRIFT_HZ = (0.013, 0.031)
"""How often a head sways, and how often the light comes and goes. Our choice."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What can be seen at an instant: the pulse wave and the breath, each about -1..1; the head's
    place, where 1 is an ordinary movement; the light, about -1..1.
    """

    pulse: float
    breath: float
    aside: float
    down: float
    light: float


@dataclass(slots=True)
class _Wander:
    """Strays around 0 with standard deviation 1 and comes back within ``stays_s`` seconds."""

    stays_s: float
    value: float = 0.0

    def step(self, seconds: float, chance: Generator) -> float:
        kept = math.exp(-seconds / self.stays_s)
        self.value = kept * self.value + math.sqrt(1 - kept * kept) * chance.standard_normal()
        return self.value


@dataclass(slots=True)
class Rhythm:
    """One body, from when it is first looked at."""

    chance: Generator
    _beats: float = 0.0
    _breaths: float = 0.0
    _heart: _Wander = field(default_factory=lambda: _Wander(_HRV_S))
    _lungs: _Wander = field(default_factory=lambda: _Wander(_BREATH_UNEVEN_S))
    _aside: _Wander = field(default_factory=lambda: _Wander(_WALK_S))
    _down: _Wander = field(default_factory=lambda: _Wander(_WALK_S))
    _phases: tuple[float, ...] = ()
    _seconds: float = 0.0

    @classmethod
    def of(cls, seed: int) -> "Rhythm":
        """The body of a seed."""
        chance = Generator(PCG64(seed))
        phases = tuple(float(turn) for turn in chance.uniform(0, _TURN, 6))
        return cls(chance, _beats=phases[4] / _TURN, _breaths=phases[5] / _TURN, _phases=phases)

    def step(self, seconds: float, vital: Vital) -> Moment:
        """How it looks ``seconds`` later, if it was ``vital`` meanwhile."""
        lived = min(seconds, _STEP_MAX_S)
        self._seconds += seconds
        uneven = 1 + _BREATH_UNEVEN * self._lungs.step(lived, self.chance)
        self._breaths = (self._breaths + lived * uneven * vital.breaths_min / 60) % 1
        breath = math.sin(_TURN * self._breaths)
        uneven = 1 + _RSA * breath + _HRV * self._heart.step(lived, self.chance)
        self._beats = (self._beats + lived * uneven * vital.bpm / 60) % 1
        aside, down = (_WALK * one.step(lived, self.chance) for one in (self._aside, self._down))
        sways = [
            math.sin(_TURN * hz * self._seconds + phase)
            for hz, phase in zip((*_SWAY_HZ, *_DRIFT_HZ), self._phases, strict=False)
        ]
        return Moment(
            pulse=_wave(_TURN * self._beats),
            breath=breath,
            aside=vital.motion * (sways[0] + 0.5 * aside),
            down=vital.motion * (0.5 * sways[1] + 0.5 * down),
            light=0.6 * sways[2] + 0.4 * sways[3],
        )


def _wave(phase: float) -> float:
    return math.sin(phase) + _DICROTIC * math.sin(2 * phase + _DICROTIC_LATE)
