"""What nobody in the world can see: how focused and how stressed a person really is.

The body lives on a grid of whole minutes since the world began. The step from one minute to the
next depends on what the person did at its beginning and on two draws, so who looks more often
changes nothing; between two minutes the truth lies on the straight line.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from random import Random

from simulator.signals.chance import bell
from simulator.signals.person import Person

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS


class Activity(StrEnum):
    """What a person does."""

    ASLEEP = "asleep"
    AWAKE = "awake"
    STUDYING = "studying"
    ON_BREAK = "on_break"
    AWAY = "away"
    COMMUTING = "commuting"
    IN_EXAM = "in_exam"
    TRAVELLING = "travelling"


@dataclass(frozen=True, slots=True)
class Truth:
    """Both 0..1."""

    focus: float
    stress: float


@dataclass(frozen=True, slots=True)
class _Doing:
    """What an activity does to a person. All numbers are our choice."""

    attends: float
    """The part of the possible focus that it asks for."""
    strains: float
    """Stress beyond the baseline."""
    feels: float
    """The part of pressure and exams that is felt."""
    rests_min: float
    """In how many minutes half of the fatigue is gone; 0 if it tires. That short breaks bring
    attention back: Ariga & Lleras 2011 (Cognition 118:439)."""


_DOINGS = {
    Activity.ASLEEP: _Doing(attends=0.05, strains=-0.15, feels=0.0, rests_min=40),
    Activity.AWAKE: _Doing(attends=0.65, strains=0.0, feels=0.8, rests_min=30),
    Activity.STUDYING: _Doing(attends=1.0, strains=0.0, feels=1.0, rests_min=0),
    Activity.ON_BREAK: _Doing(attends=0.55, strains=-0.05, feels=0.2, rests_min=10),
    Activity.AWAY: _Doing(attends=0.8, strains=0.03, feels=0.8, rests_min=120),
    Activity.COMMUTING: _Doing(attends=0.55, strains=0.08, feels=0.8, rests_min=60),
    Activity.IN_EXAM: _Doing(attends=1.1, strains=0.05, feels=1.0, rests_min=0),
    Activity.TRAVELLING: _Doing(attends=0.5, strains=0.12, feels=0.5, rests_min=120),
}

_ALERTNESS = (
    *(-0.14, -0.19, -0.24, -0.28, -0.30, -0.28, -0.20, -0.12),  # night: worst before dawn
    *(-0.05, 0.0, 0.03, 0.04, 0.02, -0.05, -0.09, -0.06),  # best before noon, low after lunch
    *(-0.01, 0.02, 0.03, 0.02, 0.0, -0.03, -0.06, -0.10),  # a second, flatter summit
)
"""What each hour of the body clock adds to focus, from midnight on. The shape is that of Schmidt et
al. 2007 (Cogn. Neuropsychol. 24:755) with the dip of Monk 2005 (Clin. Sports Med. 24:e15); the
numbers are our choice. The clock stays at home on a journey: Waterhouse et al. 2007 (Lancet
369:1117)."""

_SHADOW = ((-360, 0.0), (-180, 0.15), (-60, 0.4), (-15, 0.7), (0, 1.0))
"""Minutes before an exam, and which part of its weight is felt already. That stress rises before
the task itself: Kirschbaum et al. 1993; the numbers are our choice."""

_PRESSURE_STRESS = 0.75
"""How much stress full pressure adds. Our choice."""
_RELIEF_MIN, _RELIEF = 60, 0.1
"""For how many minutes after an exam stress is lower, and by how much at a weight of 1. Our choice,
after the fast recovery and undershoot of heart rate in Kirschbaum 1993."""
_OVERLOAD, _OVERLOAD_COST = 0.6, 0.3
"""Above which stress focus suffers, and how much of it. Yerkes & Dodson 1908; numbers: our
choice."""
_RISE_MIN, _SETTLE_MIN = 1.6, 3.0
"""Half-lives in minutes of rising stress and of focus. Our choice: the heart answers a stressor
within the first minutes (Kirschbaum 1993), and nobody is immersed at once."""
_FATIGUE_MAX = 0.3
"""How much focus fatigue can cost. Our choice."""
_RESTLESS = 0.015
"""Standard deviation of what each minute adds to both. Our choice."""


@dataclass(frozen=True, slots=True)
class _Exam:
    from_min: float
    until_min: float
    weight: float

    def load(self, minute: int) -> float:
        if self.from_min <= minute < self.until_min:
            return self.weight
        return self.weight * _shadow(minute - self.from_min) if minute < self.from_min else 0.0

    def relief(self, minute: int) -> float:
        over_min = minute - self.until_min
        return _RELIEF * self.weight * (1 - over_min / _RELIEF_MIN) * (0 <= over_min < _RELIEF_MIN)


class Body:
    """One person's focus and stress. Instants are whole milliseconds since the world began, at
    midnight on the body clock, with the person asleep; they never go backwards.
    """

    def __init__(self, person: Person, chance: Random) -> None:
        self._person = person
        self._chance = chance
        self._exams: list[_Exam] = []
        self._activity = Activity.ASLEEP
        self._pressure = 0.0
        self._fatigue = 0.0
        self._seen_ms = 0
        self._minute = 0
        self._here = Truth(0.05, max(person.stress_baseline - 0.15, 0.0))
        self._next: Truth | None = None

    def expect(self, at_ms: int, until_ms: int, weight: float) -> None:
        """From now on know of an exam; ``weight`` (0..1) is how much it matters."""
        self._exams.append(_Exam(at_ms / _MINUTE_MS, until_ms / _MINUTE_MS, weight))

    def turn_to(self, activity: Activity, at_ms: int, pressure: float = 0.0) -> None:
        """Do something else, felt from the next full minute on; ``pressure`` is 0..1.

        Raises ``ValueError`` for an instant before one that was already spoken of.
        """
        self._live_until(at_ms)
        self._activity, self._pressure = activity, pressure

    def truth(self, at_ms: int) -> Truth:
        """How it is at this instant. Raises ``ValueError`` if that lies before one already seen."""
        self._live_until(at_ms)
        if self._next is None:
            return self._here
        part = (at_ms - self._minute * _MINUTE_MS) / _MINUTE_MS
        return Truth(
            self._here.focus + part * (self._next.focus - self._here.focus),
            self._here.stress + part * (self._next.stress - self._here.stress),
        )

    def _live_until(self, at_ms: int) -> None:
        if at_ms < self._seen_ms:
            raise ValueError(f"{at_ms} ms is before {self._seen_ms} ms, which is over")
        self._seen_ms = at_ms
        while at_ms > self._minute * _MINUTE_MS:
            # The step is taken as soon as its minute has begun: what comes later cannot change it.
            if self._next is None:
                self._next = self._step()
            if at_ms < (self._minute + 1) * _MINUTE_MS:
                return
            self._here, self._next = self._next, None
            self._minute += 1

    def _step(self) -> Truth:
        """How it will be a minute after ``_here``."""
        doing = _DOINGS[self._activity]
        self._fatigue = self._tired(doing)
        stress, focus = self._strain(doing), self._attention(doing)
        rising = stress > self._here.stress
        half_life = _RISE_MIN if rising else self._person.recovery_half_life_min
        return Truth(
            focus=self._moved(self._here.focus, focus, _SETTLE_MIN),
            stress=self._moved(self._here.stress, stress, half_life),
        )

    def _moved(self, value: float, target: float, half_life_min: float) -> float:
        noisy = value + _share(half_life_min) * (target - value) + _RESTLESS * bell(self._chance)
        return _unit(noisy)

    def _strain(self, doing: _Doing) -> float:
        """Where stress tends to."""
        exam = relief = 0.0
        for one in self._exams:
            exam = max(exam, one.load(self._minute))
            relief = max(relief, one.relief(self._minute))
        load = doing.feels * (1 - (1 - self._pressure) * (1 - exam))
        person = self._person
        rise = _PRESSURE_STRESS * person.reactivity * load
        return _unit(person.stress_baseline + doing.strains + rise - relief)

    def _attention(self, doing: _Doing) -> float:
        """Where focus tends to."""
        hour = self._minute / 60 - self._person.chronotype_shift_h
        overload = _OVERLOAD_COST * max(self._here.stress - _OVERLOAD, 0.0)
        possible = self._person.focus_baseline + _alertness(hour) - self._fatigue - overload
        return _unit(doing.attends * possible)

    def _tired(self, doing: _Doing) -> float:
        if doing.rests_min:
            return self._fatigue * (1 - _share(doing.rests_min))
        return min(self._fatigue + self._person.fatigue_per_hour / 60, _FATIGUE_MAX)


def _share(half_life_min: float) -> float:
    """The part of a distance that a minute takes away: near 1 - 0.5 ** (1 / half_life_min)."""
    speed = 0.6931 / half_life_min
    return speed / (1 + speed)


def _alertness(hour: float) -> float:
    before = int(hour // 1)
    part = hour - before
    return (1 - part) * _ALERTNESS[before % 24] + part * _ALERTNESS[(before + 1) % 24]


def _shadow(minutes: float) -> float:
    """The part of an exam's weight that is felt ``minutes`` (below 0) from its beginning."""
    for (left, low), (right, high) in pairwise(_SHADOW):
        if left <= minutes < right:
            return low + (high - low) * (minutes - left) / (right - left)
    return 0.0


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)
