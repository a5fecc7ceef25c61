"""Pulse from the colour of a face: POS (Wang et al. 2017), told only when it is clear.

Blood absorbs green most, so each heartbeat changes the colour of skin by a few thousandths. Plain
green follows every nod and shadow as well; POS looks across what light does to all colours alike.
Of noise it still makes a rate: so nothing is told before the window is long enough, its peak stands
out of the noise, and two windows agree.

Here: colours in, a reading out. Not here: where colours come from (``sight_opencv_skin``).
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from petcore.adapters.sight_opencv_motion import GAP_MS
from petcore.adapters.sight_opencv_skin import Colour
from petcore.adapters.sight_opencv_trace import Gate, Numbers, Rates, Trace, peak
from petcore.ports.sight import Reading

WINDOW_MIN_S, WINDOW_MAX_MS = 15.0, 20_000
SNR_MIN_DB = 2.0
BPM_MIN, BPM_MAX = 42.0, 180.0

_LOOKED_HZ = (BPM_MIN / 60, BPM_MAX / 60)
_NOISE_HZ = (0.4, 4.0)
_RATES = (8.0, 30.0)
_RATE_MIN = 7.0
"""Frames a second: with fewer, a fast pulse looks like a slow one."""
_EVERY_MS = 1_000
_POS_S = 1.6
_FRESH_MS = 3_000
_GATE = Gate(SNR_MIN_DB, agree=5.0, sure=50.0, sure_per_db=5.0)
_NOTHING = 1e-12


class Pulse:
    """Measures that of one face."""

    def __init__(self) -> None:
        self._colours = Trace(WINDOW_MAX_MS, GAP_MS)
        self._rates = Rates("cardio.pulse_rate", _GATE)
        self._tried_ms = -math.inf
        self._told: Reading | None = None

    @property
    def span_s(self) -> float:
        """How long it has been watched, at most as long as a window."""
        return self._colours.span_s

    def bpm(self, at_ms: int) -> float | None:
        """What was told last, if it was told just now."""
        if self._told is None or at_ms - self._told.at_ms > _FRESH_MS:
            return None
        return self._told.value

    def begin(self) -> None:
        """Forget all: it is another face, or it was away."""
        self._colours.begin()
        self._rates.begin()
        self._told = None

    def take(self, at_ms: int, colour: Colour) -> None:
        """The colour of the face at an instant."""
        if not self._colours.add(at_ms, *colour):
            self._rates.begin()
            self._told = None

    def reading(self, at_ms: int) -> Reading | None:
        """The rate of now, at most once a second; None if it is not clear."""
        if at_ms - self._tried_ms < _EVERY_MS:
            return None
        if self._colours.span_s < WINDOW_MIN_S or self._colours.rate < _RATE_MIN:
            return None
        self._tried_ms = at_ms
        rate = min(max(round(self._colours.rate), _RATES[0]), _RATES[1])
        found = peak(pos(self._colours.even(rate), rate), rate, _LOOKED_HZ, _NOISE_HZ)
        if found is None or found.snr_db < SNR_MIN_DB:
            self._rates.begin()
            return None
        told = self._rates.confirmed(at_ms, found.hz * 60, found.snr_db)
        self._told = told or self._told
        return told


def pos(colours: Numbers, rate: float) -> Numbers:
    """The pulse wave in rows of red, green and blue, ``rate`` a second."""
    length = min(math.ceil(_POS_S * rate), colours.shape[1])
    windows = sliding_window_view(colours, length, axis=1)
    red, green, blue = windows / np.maximum(windows.mean(axis=2, keepdims=True), _NOTHING)
    across, along = green - blue, green + blue - 2 * red
    tuned = np.maximum(along.std(axis=1), _NOTHING)
    waves = across + (across.std(axis=1) / tuned)[:, np.newaxis] * along
    waves -= waves.mean(axis=1, keepdims=True)
    whole = np.zeros(colours.shape[1])
    for place in range(length):
        whole[place : place + len(waves)] += waves[:, place]
    return whole
