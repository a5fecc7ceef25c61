"""Numbers at uneven instants, as cameras have them: kept for a while, and made even.

Also how clear a rhythm in even numbers is, and whether one window bears out another. Here: windows
and spectra. Not here: what the numbers are, and which rhythms a body can have.
"""

import math
from collections import deque
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from petcore.ports.sight import Reading

Numbers = NDArray[np.float64]

_SOONEST_MS = 10
"""What comes sooner after another adds nothing but work."""
_SPECTRUM = 4_096
"""Points at least: with zeros after the numbers, a peak is found between their own frequencies."""
_NOTHING = 1e-18
_STABLE, _KEPT = 3, 5
"""Windows."""


class Trace:
    """The last ``span_ms`` of numbers, as many as ``columns`` at a time; after a gap of more than
    ``gap_ms`` it begins anew.
    """

    def __init__(self, span_ms: int, gap_ms: int) -> None:
        self._span_ms = span_ms
        self._gap_ms = gap_ms
        self._rows: deque[tuple[float, ...]] = deque(maxlen=span_ms // _SOONEST_MS + 1)

    @property
    def span_s(self) -> float:
        """From the first to the last, in seconds."""
        return (self._rows[-1][0] - self._rows[0][0]) / 1_000 if self._rows else 0.0

    @property
    def rate(self) -> float:
        """How many there are a second, on average."""
        return (len(self._rows) - 1) / self.span_s if len(self._rows) > 1 else 0.0

    def begin(self) -> None:
        """Forget all."""
        self._rows.clear()

    def add(self, at_ms: int, *numbers: float) -> bool:
        """Those of an instant after the last. False says that it began anew."""
        since_ms = at_ms - self._rows[-1][0] if self._rows else _SOONEST_MS
        if since_ms < _SOONEST_MS:
            return True
        goes_on = since_ms <= self._gap_ms
        if not goes_on:
            self.begin()
        self._rows.append((at_ms, *numbers))
        while at_ms - self._rows[0][0] > self._span_ms:
            self._rows.popleft()
        return goes_on

    def even(self, rate: float) -> Numbers:
        """A row for each number, ``rate`` a second."""
        table = np.array(self._rows, np.float64)
        seconds = (table[:, 0] - table[0, 0]) / 1_000
        instants = np.arange(math.floor(seconds[-1] * rate) + 1) / rate
        return np.stack([np.interp(instants, seconds, each) for each in table[:, 1:].T])


@dataclass(frozen=True, slots=True)
class Gate:
    """When a rhythm is told. Its window stands out by ``snr_min_db``, and differs by at most
    ``agree`` a minute from the one before. Just so it is ``sure`` (0..100), and by ``sure_per_db``
    more for what it stands out more.
    """

    snr_min_db: float
    agree: float
    sure: float
    sure_per_db: float


class Rates:
    """Those of the last windows, a minute; what is told of them is a reading called ``name``."""

    def __init__(self, name: str, gate: Gate) -> None:
        self._name = name
        self._gate = gate
        self._rates: deque[float] = deque(maxlen=_KEPT)

    def begin(self) -> None:
        """Forget all."""
        self._rates.clear()

    def confirmed(self, at_ms: int, rate: float, snr_db: float) -> Reading | None:
        """It, if the window before says nearly the same."""
        gate = self._gate
        before = self._rates[-1] if self._rates else None
        self._rates.append(rate)
        if before is None or abs(rate - before) > gate.agree:
            return None
        away = max(abs(each - median(self._rates)) for each in self._rates)
        return Reading(
            self._name,
            rate,
            stable=len(self._rates) >= _STABLE and away <= gate.agree,
            confidence=min(100.0, gate.sure + gate.sure_per_db * (snr_db - gate.snr_min_db)),
            at_ms=at_ms,
        )


@dataclass(frozen=True, slots=True)
class Peak:
    """The clearest rhythm: how often a second, and how far it stands out of all else, in dB."""

    hz: float
    snr_db: float


def peak(
    even: Numbers, rate: float, looked: tuple[float, float], noise: tuple[float, float]
) -> Peak | None:
    """That of ``noise`` (Hz), with its first harmonic, against the rest of it. None if there is
    none, or if it lies outside of ``looked``: then what is within belongs to something else.
    """
    size = max(_SPECTRUM, 1 << (len(even) - 1).bit_length())
    power = np.abs(np.fft.rfft((even - even.mean()) * np.hanning(len(even)), size)) ** 2
    hz = np.fft.rfftfreq(size, 1 / rate)
    near = (hz >= noise[0]) & (hz <= noise[1])
    at = int(np.argmax(np.where(near, power, 0)))
    if power[at] <= _NOTHING or not looked[0] <= hz[at] <= looked[1]:
        return None
    width = 2 * rate / len(even)  # that of a pure tone in this window, to each side
    its = np.minimum(np.abs(hz - hz[at]), np.abs(hz - 2 * hz[at])) < width
    signal, rest = float(power[near & its].sum()), float(power[near & ~its].sum())
    return Peak(float(hz[at]), 10 * math.log10((signal + _NOTHING) / (rest + _NOTHING)))
