"""The port of time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time. Nobody else in petcore asks the machine for it."""

    def now(self) -> datetime:
        """The present instant: aware, in UTC, truncated to whole milliseconds."""
        ...
