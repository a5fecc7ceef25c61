"""The server's clock in a simulated world."""

from datetime import UTC, datetime, timedelta

from simpy import Environment


class VirtualClock:
    """The ``Clock`` port over a SimPy environment whose time is in milliseconds."""

    def __init__(self, environment: Environment, began_at: datetime) -> None:
        self._environment = environment
        self._began_at = began_at.astimezone(UTC)

    def now(self) -> datetime:
        """The present instant in UTC."""
        return self._began_at + timedelta(milliseconds=self._environment.now)
