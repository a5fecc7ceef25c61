"""Breathing from what it does to a head: it rises and falls, and its skin grows paler and darker.

Both are slow and small, among everything else that heads and lights do slowly: a head that sways is
no breath, nor is a cloud. So the window is long, head and skin must have the same rhythm, and two
windows must agree; of whoever does not sit still nothing is told. What is looked at is by how much
they changed from one moment to the next, where wandering has no rhythm of its own.
"""

import math

import numpy as np

from petcore.adapters.sight_opencv_motion import GAP_MS, Step
from petcore.adapters.sight_opencv_skin import Colour
from petcore.adapters.sight_opencv_trace import Gate, Peak, Rates, Trace, peak
from petcore.ports.sight import Reading

WINDOW_MIN_S, WINDOW_MAX_MS = 30.0, 40_000
SNR_MIN_DB = 0.0
PER_MINUTE_MIN, PER_MINUTE_MAX = 6.0, 30.0

_LOOKED_HZ = (PER_MINUTE_MIN / 60, PER_MINUTE_MAX / 60)
_NOISE_HZ = (0.05, 0.8)
_RATE = 4.0
_EVERY_MS = 2_000
_AGREE = 1.5
"""Breaths a minute between two windows, or between head and skin."""
_GATE = Gate(SNR_MIN_DB, _AGREE, sure=40.0, sure_per_db=6.0)


class Breathing:
    """Measures that of one face."""

    def __init__(self) -> None:
        self._height = 0.0
        self._heights = Trace(WINDOW_MAX_MS, GAP_MS)
        self._skins = Trace(WINDOW_MAX_MS, GAP_MS)
        self._rates = Rates("breathing.rate", _GATE)
        self._tried_ms = -math.inf

    def begin(self) -> None:
        """Forget all: it is another face, or it was away."""
        self._heights.begin()
        self._skins.begin()
        self._rates.begin()

    def moved(self, step: Step) -> None:
        """The head did."""
        self._height += step.down
        self._heights.add(step.at_ms, self._height)

    def take(self, at_ms: int, colour: Colour) -> None:
        """Its colour at an instant; of that, how much blood there is, whatever the light."""
        red, green, _ = colour
        self._skins.add(at_ms, math.log(max(green, 1.0) / max(red, 1.0)))

    def reading(self, at_ms: int) -> Reading | None:
        """The rate of now, at most every other second; None if it is not clear."""
        if at_ms - self._tried_ms < _EVERY_MS:
            return None
        self._tried_ms = at_ms
        head, skin = _clear(self._heights), _clear(self._skins)
        if head is None or skin is None or abs(head.hz - skin.hz) * 60 > _AGREE:
            self._rates.begin()
            return None
        snr_db = min(head.snr_db, skin.snr_db)
        return self._rates.confirmed(at_ms, 30 * (head.hz + skin.hz), snr_db)


def _clear(trace: Trace) -> Peak | None:
    """Its rhythm, if that is clear."""
    if trace.span_s < WINDOW_MIN_S or trace.rate < _RATE:
        return None
    changes = np.diff(trace.even(_RATE)[0])
    found = peak(changes, _RATE, _LOOKED_HZ, _NOISE_HZ)
    return None if found is None or found.snr_db < SNR_MIN_DB else found
