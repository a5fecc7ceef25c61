"""The story of one student, as values: what a trace says, before anybody thinks of colours.

Instants are milliseconds since the world began. ``look`` is a key of the table in ``looks.py``.
Where the facts come from stands in ``telling.py``; how they are drawn, in ``rows.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from simulator.report.wall import Wall

Scene = tuple[str, str, str | int, bool]
"""What a pet's screen shows: screen, title, detail, whether it is offline."""

ALONE = "by itself, while it was offline"
"""What the mark of a reminder says that the pet gave without the server."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What nobody in the world can see. Focus and stress are thousandths."""

    at: int
    focus: int
    stress: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A reading that reached the server, in thousandths; ``at`` is when it was captured."""

    at: int
    arrived_at: int
    focus: int
    stress: int
    confidence: int


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted."""

    start: int
    end: int
    look: str
    words: str = ""

    @property
    def ms(self) -> int:
        """How long it lasted."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at once. ``until`` is when a person reacted to it."""

    at: int
    look: str
    words: str = ""
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """How long the screen showed a scene. A count-down that only counts is one stay."""

    start: int
    end: int
    scene: Scene
    last_detail: str | int = ""
    """What the detail was in the end."""

    @property
    def ms(self) -> int:
        """How long it lasted."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """From ``at`` on the student lives by the clock of another zone."""

    at: int
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Story:
    """One student's days. All sequences are in the order of time."""

    seed: int
    title: str
    tale: str
    """The scenario's own words on what happens; may be empty."""
    who: str
    others: int
    """How many more students live in this world."""
    wall: Wall
    until: int
    elsewhere: Sequence[Elsewhere]
    truth: Sequence[Truth]
    posted: Sequence[Posted]
    activities: Sequence[Span]
    sessions: Sequence[Span]
    phases: Sequence[Span]
    """Of Pomodoros."""
    windows: Sequence[Span]
    """When the student wants to be reminded to drink."""
    reminders: Sequence[Mark]
    prompts: Sequence[Mark]
    wishes: Sequence[Mark]
    """What the student wanted of the pet: encouragement, another schedule."""
    scenes: Sequence[tuple[int, Scene]]
    """All that the screen showed, and from when on."""
    stays: Sequence[Stay]
    """The same without the minutes of count-downs."""
    outages: Sequence[Span]
    """Cuts of the network, and times without power."""
    mishaps: Sequence[Mark]
    """Messages of this student that were lost by chance, not by a cut, and reboots."""
    counts: Mapping[str, int]
    """How often each kind of event was, in the whole world."""
    talk: Sequence[Mark] = ()
    """What the student said to the pet."""

    @property
    def name(self) -> str:
        """The student's name, as at the beginning of a sentence."""
        return self.who[:1].upper() + self.who[1:]
