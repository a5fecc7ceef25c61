"""What makes a board's milliseconds: a counter that begins anywhere and wraps, a little too fast or
too slow.
"""

TICKS_PERIOD = 2**30
"""Where a real board's milliseconds wrap (MicroPython on the ESP32: 12.4 days)."""

_HALF = TICKS_PERIOD // 2
_MILLION = 1_000_000


class Crystal:
    """Counts from ``first`` since ``began`` (milliseconds of the world), ``ppm`` millionths too
    fast.
    """

    def __init__(self, first: int, began: int, ppm: int) -> None:
        self._offset = first - self._counted(began, ppm)
        self._ppm = ppm

    def ticks(self, now: int) -> int:
        """What the counter says at ``now``, in milliseconds of the world."""
        # A pet asks all the time, and most crystals are right.
        counted = self._counted(now, self._ppm) if self._ppm else now
        return (self._offset + counted) % TICKS_PERIOD

    def real_ms(self, ms: int) -> int:
        """How long it takes until it has counted so many. Rounded up, as hosts do."""
        return -(-ms * _MILLION // (_MILLION + self._ppm)) if self._ppm else ms

    @staticmethod
    def _counted(now: int, ppm: int) -> int:
        return now + now * ppm // _MILLION


def ticks_diff(later: int, earlier: int) -> int:
    """How many milliseconds ``later`` is after ``earlier``, over a wrap, too."""
    return (later - earlier + _HALF) % TICKS_PERIOD - _HALF
