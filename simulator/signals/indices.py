"""The published formula: from smoothed readings of a face to focus and stress. Pure.

    index = typical + sum(weight * slope * deviation) / sum(weight),  held within 0..1

over the terms of which there is a reading. The deviation is that from what is usual for this
person: a difference, or a part of the usual value where ``relative``. So the index rises or falls
with every reading alone, and never jumps.

The directions come from the literature; weights are our choice: the pulse weighs most as it comes
most often, blinking most in focus as it is counted and not estimated.
"""

from collections.abc import Mapping
from dataclasses import dataclass

TYPICAL_STRESS = 0.32
"""Stress in the calm quarter of somebody's time at the desk. Our choice."""
TYPICAL_FOCUS = 0.65
"""Focus in the middle of it. Our choice."""


@dataclass(frozen=True, slots=True)
class Term:
    """One reading's part in an index.

    ``usual`` is what is usual among people at large at the typical focus or stress, in the unit of
    the reading. What is usual for one person is the given ``quantile`` (0..1) of that person's
    readings: a low pulse is a calm one.
    """

    weight: float
    slope: float
    usual: float
    quantile: float
    relative: bool = False

    def shift(self, reading: float, usual: float) -> float:
        """How far this reading alone moves the index."""
        deviation = reading - usual
        return self.slope * (deviation / usual if self.relative else deviation)


STRESS = {
    # Up to the rise of the Trier test: Kirschbaum et al. 1993, Neuropsychobiology 28:76.
    "cardio.pulse_rate": Term(weight=0.45, slope=1 / 22, usual=72.0, quantile=0.25),
    # Falls under stress: Task Force 1996, Circulation 93:1043; Shaffer & Ginsberg 2017, Front.
    # Public Health 5:258. Half of the value at rest is gone at full stress: our choice.
    "cardio.hrv.rmssd": Term(weight=0.3, slope=-1.68, usual=35.3, quantile=0.75, relative=True),
    # Quickens under mental load: Grassmann et al. 2016, Neural Plasticity 5146809.
    "breathing.rate": Term(weight=0.25, slope=1 / 5, usual=16.1, quantile=0.25),
}
"""Name of the reading, and its part in stress. Beats/min, milliseconds, breaths/min."""

FOCUS = {
    # 4.5 a minute when reading, 17 at rest, 26 in conversation: Bentivoglio 1997, Mov. Disord.
    # 12:1028.
    "face.blinking": Term(weight=0.55, slope=-0.6, usual=12.2, quantile=0.5, relative=True),
    # Who talks does not read: our choice.
    "face.talking": Term(weight=0.1, slope=-0.5, usual=0.05, quantile=0.5),
    # Attention steadies breathing: Vlemincx et al. 2011, Psychophysiology 48:117.
    "breathing.sway": Term(weight=0.35, slope=-0.6, usual=1.1, quantile=0.5),
}
"""Name of the reading, and its part in focus. Blinks/min; the talking part of all looks; how many
breaths/min one breathing rate differs from the one before."""


def stress_index(readings: Mapping[str, float], usual: Mapping[str, float]) -> float | None:
    """Stress 0..1, or None if no reading says anything about it. Units: see ``STRESS``."""
    return _index(STRESS, TYPICAL_STRESS, readings, usual)


def focus_index(readings: Mapping[str, float], usual: Mapping[str, float]) -> float | None:
    """Focus 0..1, or None if no reading says anything about it. Units: see ``FOCUS``."""
    return _index(FOCUS, TYPICAL_FOCUS, readings, usual)


def _index(
    terms: Mapping[str, Term],
    typical: float,
    readings: Mapping[str, float],
    usual: Mapping[str, float],
) -> float | None:
    known = [name for name in terms if name in readings]
    weights = sum(terms[name].weight for name in known)
    if not weights:
        return None
    shifts = (terms[name].weight * terms[name].shift(readings[name], usual[name]) for name in known)
    return min(max(typical + sum(shifts) / weights, 0.0), 1.0)
