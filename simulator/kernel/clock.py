"""The clocks of a simulated world: its own, and the server's, which can be wrong."""

from datetime import UTC, datetime, timedelta

from simpy import Environment

from petcore.ports.clock import Clock

_MS = timedelta(milliseconds=1)


class VirtualClock:
    """The ``Clock`` port over a SimPy environment whose time is in milliseconds."""

    def __init__(self, environment: Environment, began_at: datetime) -> None:
        self._environment = environment
        self._began_at = began_at.astimezone(UTC)

    def now(self) -> datetime:
        """The present instant in UTC."""
        return self._began_at + int(self._environment.now) * _MS


class SettableClock:
    """Another clock, and what somebody has set it by."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._off = timedelta()

    def step(self, ms: int) -> int:
        """Set it by so many milliseconds, forward or back; how far it is off now."""
        self._off += timedelta(milliseconds=ms)
        return self._off // timedelta(milliseconds=1)

    def now(self) -> datetime:
        """What it says, in UTC."""
        return self._clock.now() + self._off
