"""What was seen of a device: all that it asked, what its screen showed, what was pressed.

Belongs here: facts and the moments they happened at, in milliseconds of the device. Does not: what
they mean (``promises``). Headers are kept under their names in small letters.
"""

import asyncio
from dataclasses import dataclass, field
from typing import TypeVar

from simulator.kernel.trace import Json

FINE = "fine"
LOST = "lost"
HUNG_UP = "hung up"
SILENT = "silent"
CLOSED = "closed"
NONSENSE = "nonsense"
REFUSING = "refusing"
"""How the server treats who asks; what it answered in a nonsense is told after a colon."""

WATER_POLL = "GET /api/water/poll"
WATER_ACK = "POST /api/water/ack"
PROMPT_POLL = "GET /api/breaks/prompt/poll"
PROMPT_ACK = "POST /api/breaks/prompt/ack"
ACTIVE = "GET /api/breaks/pomodoro/active"
STATUS = "GET /api/breaks/pomodoro/status"
START = "POST /api/breaks/pomodoro/start"
STOP = "POST /api/breaks/pomodoro/stop"
SCHEDULE = "GET /api/water/schedule"
ENCOURAGEMENT = "POST /api/encouragement/message"
PAIRING = "POST /api/devices/pairing"
COLLECT = "POST /api/devices/pairing/collect"

POLLS = {WATER_POLL: "water", PROMPT_POLL: "prompt", ACTIVE: "pomodoro", STATUS: "pomodoro"}
"""The operations that are polled, and the name of the poll that each belongs to."""

FACTS_MAX = 100_000
"""What is noted of one kind: ten times what a hasty device does in the longest story."""

_GOOD = range(200, 300)
_Fact = TypeVar("_Fact")


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``end_ms`` is when it was answered or its connection ended; ``status`` is 0 if
    nothing was answered, and ``answer`` what would have been. ``asked`` is the query of a GET, the
    body of all else; ``fault`` says what is wrong with its bytes.
    """

    at_ms: int
    end_ms: int
    act: str
    operation: str
    asked: Json
    headers: Json
    treatment: str
    status: int = 0
    answer: Json = field(default_factory=dict)
    fault: str = ""

    @property
    def key(self) -> str | None:
        """Its idempotency key."""
        key = self.headers.get("idempotency-key")
        return key if isinstance(key, str) else None

    @property
    def is_good(self) -> bool:
        """Whether it was answered, and as the server meant to."""
        return self.treatment == FINE and self.status in _GOOD

    @property
    def poll(self) -> str:
        """The name of the poll that it is; "" if it is none."""
        return POLLS.get(self.operation, "")


@dataclass(frozen=True, slots=True)
class Screen:
    """A scene that the device began to show: name, title, detail, whether it is marked offline."""

    at_ms: int
    name: str
    title: str
    detail: object
    offline: bool


@dataclass(frozen=True, slots=True)
class Press:
    """``kind`` is short or long (the first button), or second."""

    at_ms: int
    act: str
    kind: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time with a name: an act, or a way in which the server treats who asks."""

    name: str
    from_ms: int
    to_ms: int

    def holds(self, at_ms: int) -> bool:
        """Whether a moment lies in it."""
        return self.from_ms <= at_ms < self.to_ms


@dataclass
class Record:
    """All of it, in the order in which it happened. ``has_eyes``: every scene is seen;
    ``has_hands``: what was to be pressed was pressed. ``said`` is what a person answered, by the
    name of the question. ``scale`` is that of the clock.
    """

    scale: int = 1
    has_eyes: bool = False
    has_hands: bool = False
    requests: list[Request] = field(default_factory=list)
    screens: list[Screen] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)
    said: dict[str, bool] = field(default_factory=dict)
    acts: list[Span] = field(default_factory=list)
    treatments: list[Span] = field(default_factory=list)
    logs: list[tuple[int, str]] = field(default_factory=list)
    tones: list[tuple[int, int, int]] = field(default_factory=list)
    lags: list[tuple[int, int]] = field(default_factory=list)
    """When this machine was slow, and by how many milliseconds of the real world."""
    ended: str = ""
    """Why the story was broken off, such as that the program of the device ended; "" if it was not.
    """
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever something was noted."""

    def note(self, facts: list[_Fact], fact: _Fact) -> None:
        """Note in one of the lists above what has just happened. Too much of it ends the story."""
        if len(facts) < FACTS_MAX:
            facts.append(fact)
        elif not self.ended:
            self.ended = f"the device did one thing more than {FACTS_MAX:,} times"
        self.news.set()

    def during(self, act: str, *operations: str) -> list[Request]:
        """What was asked in an act, in the order of asking; only these operations, if any."""
        return [request for request in self.of(*operations) if request.act == act]

    def of(self, *operations: str) -> list[Request]:
        """What was asked all the time, in the order of asking; only these operations, if any."""
        found = [
            request
            for request in self.requests
            if not operations or request.operation in operations
        ]
        return sorted(found, key=lambda request: request.at_ms)

    def polls(self) -> dict[str, list[Request]]:
        """All polls in the order of asking, by the name of the poll; none that was never asked."""
        found: dict[str, list[Request]] = {}
        for request in self.of(*POLLS):
            found.setdefault(request.poll, []).append(request)
        return found

    def span(self, act: str) -> Span | None:
        """When an act was played; None if it was not."""
        return next((span for span in self.acts if span.name == act), None)

    def screen_at(self, at_ms: int) -> Screen | None:
        """What the screen showed at a moment."""
        before = [screen for screen in self.screens if screen.at_ms <= at_ms]
        return before[-1] if before else None
