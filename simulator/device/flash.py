"""What outlasts the power of a board. A text takes the place of the old one at once or not at all,
as on the real host, so that the power may go at any moment.
"""

from collections.abc import Callable
from enum import Enum
from errno import ENOSPC


class Trip(Enum):
    """When the power goes while something is kept."""

    BEFORE = "before"
    AFTER = "after"


class PowerLost(BaseException):
    """The power is gone, in the middle of a step: nothing of the firmware may go on."""


class Flash:
    """``trips`` says of each time that something is kept whether the power goes meanwhile."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}
        self.is_full: Callable[[], bool] = lambda: False
        self.trips: Callable[[], Trip | None] = lambda: None

    def kept(self, name: str) -> str | None:
        """The text under this name."""
        return self._kept.get(name)

    def keep(self, name: str, value: str | None) -> None:
        """Keep a text, or forget it. Raises ``OSError`` when there is no room, as there always is
        for less; ``PowerLost`` when the power goes.
        """
        trip = self.trips()
        if trip is Trip.BEFORE:
            raise PowerLost
        if value is None:
            self._kept.pop(name, None)
        elif self.is_full():
            raise OSError(ENOSPC, "no space left")
        else:
            self._kept[name] = value
        if trip is Trip.AFTER:
            raise PowerLost
