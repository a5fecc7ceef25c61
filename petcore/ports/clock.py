"""The port of time."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

Pause = Callable[[float], Awaitable[None]]
"""Lets so many seconds pass."""


class Clock(Protocol):
    """Tells the time. Nobody else in petcore asks the machine for it."""

    def now(self) -> datetime:
        """The present instant: aware, in UTC, truncated to whole milliseconds."""
        ...
