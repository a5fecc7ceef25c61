"""Whether anybody is there: how much of the last seconds a look at the picture found a face.

A look counts until the next one, since nobody is looked for more often than somebody.
"""

from collections import deque

from petcore.ports.sight import Reading

SPAN_MS = 10_000

_UNTIL_MS = 1_000
"""What a look says is over after this."""
_TOLD_MS = 3_000
_STABLE = 0.5
_LOOKS_MAX = 2_048


class Presence:
    """Of one camera."""

    def __init__(self) -> None:
        self._looks: deque[tuple[int, int, bool]] = deque(maxlen=_LOOKS_MAX)
        self._looked_ms: int | None = None
        self._told_ms: int | None = None

    def look(self, at_ms: int, *, is_found: bool) -> None:
        """One, and what it found: that also holds of the time since the look before."""
        since_ms = at_ms if self._looked_ms is None else self._looked_ms
        self._looks.append((at_ms, min(at_ms - since_ms, _UNTIL_MS), is_found))
        self._looked_ms = at_ms
        while at_ms - self._looks[0][0] > SPAN_MS:
            self._looks.popleft()

    def reading(self, at_ms: int) -> Reading | None:
        """The part, every few seconds."""
        if self._told_ms is None:
            self._told_ms = at_ms
        if at_ms - self._told_ms < _TOLD_MS:
            return None
        whole = sum(lasted for _, lasted, _ in self._looks)
        if not whole:
            return None
        self._told_ms = at_ms
        found = sum(lasted for _, lasted, is_found in self._looks if is_found)
        sure = min(1.0, whole / (SPAN_MS - _UNTIL_MS))
        return Reading(
            "face.presence",
            found / whole,
            stable=sure >= _STABLE,
            confidence=100 * sure,
            at_ms=at_ms,
        )
