"""What one person is going to do: who it is, how good the camera is, when it sits down and how hard
that will be. All drawn from one seed; nothing is lived here.

All numbers are our choice. They are made to be neither easy nor hopeless: every other hard part is
not hard enough to ask for a break, rooms are dark or bright, people turn away and walk out.
"""

from dataclasses import dataclass

from simulator.kernel.streams import Chance, Streams
from simulator.signals.chance import between
from simulator.signals.person import Camera, Person

SITTINGS = 4
"""Study sessions of one person: one a day, the first as a stranger to the server."""

_START_MIN = (9 * 60, 19 * 60)
"""Between which minutes of the day a session begins."""
_MINUTES = (80, 130)
_PRESSURE = (0.05, 0.4)
_HARD_PARTS = (0, 1, 1, 2)
"""How many hard parts a session has, each as likely."""
_HARD_MINUTES, _HARD_PRESSURE = (8, 45), (0.6, 1.0)
_WALKS = (0, 0, 1, 2)
"""How often somebody walks out of a session, the same way."""
_WALK_MINUTES = (3, 12)
_LIGHT = (0.3, 0.95)
_GAP, _GAP_S = (20, 150), (10, 300)
"""Thousandths of all minutes in which the face turns away, and for how many seconds."""


@dataclass(frozen=True, slots=True)
class Part:
    """From which minute of a session until before which."""

    begin: int
    end: int

    def holds(self, minute: int) -> bool:
        """Whether the minute is in it."""
        return self.begin <= minute < self.end


@dataclass(frozen=True, slots=True)
class Planned:
    """One study session. ``start`` is the minute of its day; parts count from there. Pressure is
    0..1; where two hard parts meet the harder one is felt.
    """

    day: int
    start: int
    minutes: int
    pressure: float
    hard: tuple[tuple[Part, float], ...]
    walks: tuple[Part, ...]

    def pressure_at(self, minute: int) -> float:
        """How hard it is at that minute."""
        return max((hard for part, hard in self.hard if part.holds(minute)), default=self.pressure)

    def is_away(self, minute: int) -> bool:
        """Whether the chair is empty then."""
        return any(part.holds(minute) for part in self.walks)


@dataclass(frozen=True, slots=True)
class Plan:
    """One person's days."""

    person: Person
    camera: Camera
    sittings: tuple[Planned, ...]


def plan(streams: Streams, sittings: int) -> Plan:
    """Draw one."""
    chance = streams.stream("plan")
    camera = Camera(light=round(_from(chance, _LIGHT), 2), gap=between(chance, *_GAP), gap_s=_GAP_S)
    return Plan(
        person=Person().sibling(2, streams.stream("person")),
        camera=camera,
        sittings=tuple(_sitting(chance, day) for day in range(sittings)),
    )


def _sitting(chance: Chance, day: int) -> Planned:
    minutes = between(chance, *_MINUTES)
    hard = tuple(
        (_part(chance, minutes, _HARD_MINUTES), round(_from(chance, _HARD_PRESSURE), 2))
        for _ in range(chance.choice(_HARD_PARTS))
    )
    walks = tuple(_part(chance, minutes, _WALK_MINUTES) for _ in range(chance.choice(_WALKS)))
    start, pressure = between(chance, *_START_MIN), round(_from(chance, _PRESSURE), 2)
    return Planned(day, start, minutes, pressure, hard, walks)


def _part(chance: Chance, minutes: int, long: tuple[int, int]) -> Part:
    """Somewhere in the session, but not in its first minutes: nobody walks out of the door yet."""
    length = between(chance, *long)
    begin = between(chance, 5, minutes - length)
    return Part(begin, begin + length)


def _from(chance: Chance, span: tuple[float, float]) -> float:
    return span[0] + (span[1] - span[0]) * chance.random()
