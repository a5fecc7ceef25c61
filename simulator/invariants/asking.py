"""What a pet asks for again and again, and when it is to do so, as its judge knows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.kernel.trace import Json

ROLES: Mapping[str, str] = {
    "/api/water/poll": "water",
    "/api/breaks/prompt/poll": "prompt",
    "/api/breaks/pomodoro/active": "pomodoro",
    "/api/breaks/pomodoro/status": "pomodoro",
    "/api/devices/pairing": "pairing",
    "/api/devices/pairing/collect": "pairing",
}
"""For what it asks where."""
PACED = ("water", "prompt", "pomodoro")
"""Of these the pace is judged."""


@dataclass(slots=True)
class Role:
    """What a pet asks for again and again: in ``period_ms`` of its own, if it has one.

    It is to ask again between ``least_ms`` and ``most_ms`` after ``heard_at``; None if nobody can
    know. ``tries`` in a row were in vain; None if nobody knows how many.
    """

    pet: "Asking"
    name: str
    period_ms: int
    is_bidden: bool
    under_way: object = None
    """The number of its newest request, as long as that is not answered."""
    answer: Json = field(default_factory=dict)
    """What the server has said to it."""
    asked_at: int = 0
    heard_at: int | None = None
    least_ms: int = 0
    most_ms: int = 0
    tries: int | None = 0
    ends_at: int | None = None
    """When the phase of a Pomodoro ends, by the last answer."""


@dataclass(slots=True)
class Asking:
    """One life of it."""

    who: str
    heard_at: int
    """When it heard something good, or got its power."""
    missed_at: int | None = None
    """When it first asked in vain since then."""
    renewed_at: int | None = None
    woken_at: int = -1
    """When the server last heard of a Pomodoro that was begun or ended."""
    says_offline: bool = False
    alone_since: int | None = None
    """Since when it has reason to say that it is offline: it asked three times in vain."""
    hung_at: int | None = None
    """Since when it waits for something that never comes to an end."""
    is_paired: bool = True
    roles: dict[str, Role] = field(default_factory=dict)
