"""A clock that runs faster than the one it looks at. It agrees with it at one instant only."""

from datetime import datetime

from petcore.ports.clock import Clock


class ScaledClock:
    """The ``Clock`` of a server at which days pass in minutes: at ``began`` it shows what ``real``
    shows, from then on it runs ``scale`` times as fast. Those of several processes agree if they
    have ``began`` in common.
    """

    def __init__(self, real: Clock, scale: int, began: datetime) -> None:
        self._real = real
        self._scale = scale
        self._began = began

    def now(self) -> datetime:
        """The scaled instant: in UTC and in whole milliseconds, as those of ``real`` are."""
        return self._began + (self._real.now() - self._began) * self._scale
