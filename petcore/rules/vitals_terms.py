"""The published numbers of the estimator: which readings speak of focus and stress, and how.

Tables and their words only; what is done with them stands in ``vitals`` and ``vitals_tracks``.
Whoever changes a number here changes ``VERSION`` as well: a test holds them together.

The directions come from the literature, as cited. All other numbers are our choice unless a source
is named: no paper gives a weight for a score that no paper defines.
"""

from dataclasses import dataclass
from math import inf
from typing import NamedTuple

VERSION = "petcore-vitals-1"
"""The name of the formula, its numbers included."""

TYPICAL_STRESS = 0.32
"""Stress in the calm quarter of somebody's time at the desk. Our choice."""
TYPICAL_FOCUS = 0.65
"""Focus in the middle of it. Our choice."""

SURE_FROM = 30
"""The least confidence (0..100) of a stable reading that moves a score. Our choice."""


@dataclass(frozen=True, slots=True)
class Term:
    """One reading's part in one score.

    ``weight`` is its part in the score, ``slope`` how much the score moves for a deviation of one
    ``unit``, or of the whole usual value where ``relative``: a score falls with the reading where
    it is below 0. ``usual`` is what is usual among people at large at the typical score; what is
    usual for one person is the given ``quantile`` (0..1) of that person's earlier readings.

    ``tau_s`` is how slowly the reading is followed: half-way towards a lasting change after 0.7 of
    these seconds. Once a few have come, one counts as no further than ``leap`` from the smoothed
    value. A value is good as new for ``fresh_s`` seconds and unknown after ``gone_s``.

    ``lowest`` and ``highest`` bound what a body or a face can do. ``reliability`` (0..1) is how
    much a perfect reading of this alone would say about the score.
    """

    unit: str
    weight: float
    slope: float
    usual: float
    quantile: float
    tau_s: int
    fresh_s: int
    gone_s: int
    lowest: float
    highest: float
    reliability: float
    source: str
    relative: bool = False
    leap: float = inf

    def alone(self, typical: float, reading: float, usual: float) -> float:
        """The score (0..1) if there were this reading only, of a person with that ``usual``."""
        deviation = reading / usual - 1 if self.relative else reading - usual
        return min(max(typical + self.slope * deviation, 0.0), 1.0)


STRESS = {
    "cardio.pulse_rate": Term(
        unit="beats/min",
        weight=0.45,
        slope=1 / 22,
        usual=72.0,
        quantile=0.25,
        tau_s=50,
        fresh_s=30,
        gone_s=120,
        lowest=30.0,
        highest=220.0,
        reliability=0.45,
        source="rises by 20 to 26 in the Trier test: Kirschbaum et al. 1993, Neuropsychobiology"
        " 28:76",
        leap=25.0,
    ),
    "cardio.hrv.rmssd": Term(
        unit="ms",
        weight=0.3,
        slope=-1.68,
        usual=35.3,
        quantile=0.75,
        tau_s=60,
        fresh_s=90,
        gone_s=240,
        lowest=2.0,
        highest=250.0,
        reliability=0.75,
        source="falls under stress: Task Force 1996, Circulation 93:1043; Kim et al. 2018,"
        " Psychiatry Investig. 15:235",
        relative=True,
        leap=25.0,
    ),
    "breathing.rate": Term(
        unit="breaths/min",
        weight=0.25,
        slope=1 / 5,
        usual=16.1,
        quantile=0.25,
        tau_s=75,
        fresh_s=45,
        gone_s=120,
        lowest=3.0,
        highest=60.0,
        reliability=0.55,
        source="quickens under mental load: Grassmann et al. 2016, Neural Plasticity 5146809",
        leap=8.0,
    ),
}
"""Name of the reading, and its part in stress."""

FOCUS = {
    "face.blinking": Term(
        unit="blinks/min",
        weight=0.36,
        slope=-0.6,
        usual=12.2,
        quantile=0.5,
        tau_s=300,
        fresh_s=60,
        gone_s=150,
        lowest=0.0,
        highest=120.0,
        reliability=0.75,
        source="4.5 reading, 17 at rest, 26 in conversation: Bentivoglio et al. 1997, Mov. Disord."
        " 12:1028; more while the mind wanders: Smilek, Carriere & Cheyne 2010, Psychol. Sci."
        " 21:786",
        relative=True,
    ),
    "breathing.sway": Term(
        unit="breaths/min",
        weight=0.24,
        slope=-0.6,
        usual=1.1,
        quantile=0.5,
        tau_s=360,
        fresh_s=45,
        gone_s=120,
        lowest=0.0,
        highest=57.0,
        reliability=0.55,
        source="attention steadies breathing: Vlemincx et al. 2011, Psychophysiology 48:117",
    ),
    "face.motion": Term(
        unit="widths of the face/s",
        weight=0.16,
        slope=-0.15,
        usual=0.06,
        quantile=0.5,
        tau_s=120,
        fresh_s=30,
        gone_s=120,
        lowest=0.0,
        highest=20.0,
        reliability=0.5,
        source="who fidgets wanders: Carriere, Seli & Smilek 2013, Can. J. Exp. Psychol. 67:19;"
        " Seli et al. 2014, J. Exp. Psychol. Learn. Mem. Cogn. 40:660",
        relative=True,
        leap=1.0,
    ),
    "face.presence": Term(
        unit="part of looks",
        weight=0.16,
        slope=0.7,
        usual=0.95,
        quantile=0.5,
        tau_s=60,
        fresh_s=30,
        gone_s=120,
        lowest=0.0,
        highest=1.0,
        reliability=0.45,
        source="who is engaged faces the work: Whitehill et al. 2014, IEEE Trans. Affect. Comput."
        " 5:86",
    ),
    "face.talking": Term(
        unit="part of looks",
        weight=0.08,
        slope=-0.5,
        usual=0.05,
        quantile=0.5,
        tau_s=360,
        fresh_s=30,
        gone_s=120,
        lowest=0.0,
        highest=1.0,
        reliability=0.4,
        source="who talks does not read: our choice",
    ),
}
"""Name of the reading, and its part in focus. ``breathing.sway`` is how far one breathing rate is
from the one before; ``face.blinking`` counts what the source only detects."""

TERMS = STRESS | FOCUS

DETECTED = frozenset({"face.blinking", "face.talking"})
"""What a source reports as seen (1) or not (0) at one moment."""


class Metric(NamedTuple):
    """What a value of a metric means, and the lowest and highest that can be true."""

    unit: str
    lowest: float
    highest: float


METRICS = {
    name: Metric("", 0.0, 1.0) if name in DETECTED else Metric(term.unit, term.lowest, term.highest)
    for name, term in TERMS.items()
    if name != "breathing.sway"
}
"""The readings that are taken. All others are passed over."""
