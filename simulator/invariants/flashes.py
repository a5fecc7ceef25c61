"""Whose flash was full when, and what may be gone with the power for it.

A pet keeps what was pressed before it goes on, but one whose flash is full goes on all the same:
better a press that a loss of power may take than none. It keeps it as soon as there is room.
"""

from collections import defaultdict

from simulator.kernel.trace import Event, number, words

_KEPT_MS = 80_000
"""How soon after there is room: a pet that delivers in vain pauses for a minute at most, and waits
for an answer meanwhile."""


class Flashes:
    """Those of all pets."""

    def __init__(self) -> None:
        self._full: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def befall(self, event: Event) -> None:
        """A fault befalls somebody, perhaps this one."""
        if event["fault"] == "full flash":
            at = number(event, "at")
            self._full[words(event, "who")].append((at, at + number(event, "ms")))

    def heal(self, at: int) -> None:
        """From now on there is room everywhere."""
        for spans in self._full.values():
            spans[:] = [(since, min(until, at)) for since, until in spans]

    def is_full(self, who: str, at: int) -> bool:
        """Whether nothing can be kept."""
        return any(since <= at < until for since, until in self._full.get(who, ()))

    def is_in_doubt(self, who: str, pressed_at: int, dark_at: int) -> bool:
        """Whether what was pressed then may be forgotten if the power goes at ``dark_at``."""
        return any(
            since <= pressed_at <= until and dark_at <= until + _KEPT_MS
            for since, until in self._full.get(who, ())
        )
