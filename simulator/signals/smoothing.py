"""What an edge remembers of one reading: for minutes, its smoothed value; for days, what is usual.

Times are in microseconds on the SDK's clock.
"""

from collections import deque

_MINUTE_US = 60_000_000

_NOTES_MAX = 600
"""Minutes that are remembered, about two days at the desk. Our choice."""
_NOTES_OF_ALL = 120
"""As many minutes count as much as what is usual among people at large. Our choice."""


class Smoothed:
    """A value that follows readings, slower than they come: an exponential average in time.

    Half-way towards a lasting change after 0.7 ``tau_s`` seconds. The first readings of a session
    count alike, so that it does not hang on the very first.
    """

    def __init__(self, tau_s: int) -> None:
        self._tau_us = tau_s * 1_000_000
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._count = 0
        self._at_us = 0
        self._value = 0.0

    @property
    def value(self) -> float | None:
        """The smoothed value, or None before the first reading."""
        return self._value if self._count else None

    def follow(self, reading: float, at_us: int) -> float:
        """The smoothed value with this reading; one older than the newest is too late."""
        passed_us = at_us - self._at_us
        if passed_us < 0:
            return self._value
        self._count += 1
        part = max(passed_us / (passed_us + self._tau_us), 1 / self._count)
        self._value += part * (reading - self._value)
        self._at_us = at_us
        return self._value


class Usual:
    """What is usual for one person: people at large, and more and more this one.

    It notes a value a minute and moves between sessions only: within one, like is compared with
    like, and a long hard hour does not become usual while it lasts.
    """

    def __init__(self, at_large: float, quantile: float) -> None:
        self._at_large = at_large
        self._quantile = quantile
        self._notes: deque[float] = deque(maxlen=_NOTES_MAX)
        self._next_us = 0
        self.value = at_large

    @property
    def familiarity(self) -> float:
        """0 for a stranger, towards 1 the longer the person is known."""
        return len(self._notes) / (len(self._notes) + _NOTES_OF_ALL)

    def note(self, value: float, at_us: int) -> None:
        """Remember ``value``, if the last one is a minute old."""
        if at_us >= self._next_us:
            self._notes.append(value)
            self._next_us = at_us + _MINUTE_US

    def settle(self) -> None:
        """Between sessions: think over what is usual."""
        if self._notes:
            own = sorted(self._notes)[int(self._quantile * (len(self._notes) - 1))]
            self.value = self._at_large + self.familiarity * (own - self._at_large)
