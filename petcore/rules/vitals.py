"""From metrics of a face to focus and stress: the estimator, in the open. Pure.

What measures a face gives pulse, breathing, blinks and the like, and no focus and no stress. This
is the step between, published and named (``VERSION``):

    score = sum(weight * freshness * held(typical + slope * deviation)) / sum(weight * freshness)

over the terms of which there is a reading, each held within 0..1. The deviation is that of the
smoothed reading from what is usual for this person: a difference, or a part of the usual value. So
a score rises or falls with every reading alone, and no reading moves it further than by its weight.
What is unknown stays so: a score of which no reading speaks is None. No score is a diagnosis.

All instants are milliseconds of the sender's clock. The numbers stand in ``vitals_terms``, what is
remembered of readings in ``vitals_tracks``, of a session in ``vitals_memory``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum, isfinite
from operator import attrgetter

from petcore.rules.vitals_memory import (
    Usual,
    Vitals,
    begin,
    from_document,
    is_written_here,
    to_document,
)
from petcore.rules.vitals_terms import (
    FOCUS,
    METRICS,
    STRESS,
    TERMS,
    TYPICAL_FOCUS,
    TYPICAL_STRESS,
    VERSION,
    Term,
)
from petcore.rules.vitals_tracks import Reading, Track, blinks_per_min, sway

__all__ = [
    "AHEAD_MS",
    "FOCUS",
    "METRICS",
    "STALE_MS",
    "STRESS",
    "TERMS",
    "VERSION",
    "Estimate",
    "Reading",
    "Refused",
    "Term",
    "Usual",
    "Vitals",
    "begin",
    "estimate",
    "from_document",
    "is_written_here",
    "readings",
    "take",
    "to_document",
]

STALE_MS = 120_000
"""Readings older than this are refused. Who sends those of the last minute once a minute has as
long again for the way. No value lives longer than its term's ``gone_s``, which is no less."""
AHEAD_MS = 5_000
"""Readings from further ahead than this are refused: two clocks of one sender may differ a bit."""
_SET_BACK_MS = 300_000
"""If now is further back than this, then the sender's clock was set back: the session is measured
anew, or nothing would be taken until the clock came there again. Our choice."""

_STRANGER = 0.9
"""How much a reading says of a person of whom nothing is known yet, as a part of what it says of a
familiar one. Our choice."""

_ORDER = attrgetter("at_ms", "name", "value", "stable", "confidence")


@dataclass(frozen=True, slots=True, order=True)
class Refused:
    """A reading that was not taken, and why, in plain words that repeat nothing of it. The first
    word is one of implausible, stale, ahead, late and repeated.
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """Scores and confidences of 0..1 with three decimals. ``missing`` names the scores that are
    None, as no reading speaks of them; ``confidence`` is the lesser of the two.
    """

    focus_score: float | None
    stress_score: float | None
    confidence: float
    focus_confidence: float
    stress_confidence: float
    missing: tuple[str, ...]


def take(
    vitals: Vitals, readings: Iterable[Reading], now_ms: int
) -> tuple[Vitals, tuple[Refused, ...]]:
    """What is remembered after ``readings``, in any order, and those that were refused.

    A reading that is not sure moves no score and never raises confidence. Names that are unknown
    are passed over.
    """
    desk = _Desk(vitals, now_ms)
    refused: list[Refused] = []
    fit: list[Reading] = []
    for reading in readings:
        if reading.name in METRICS:
            reason = _unfit(reading, now_ms)
            refused.append(Refused(reading.name, reason)) if reason else fit.append(reading)
    for reading in sorted(fit, key=_ORDER):
        reason = desk.late(reading)
        refused.append(Refused(reading.name, reason)) if reason else desk.take(reading)
    return desk.vitals(), tuple(sorted(refused))


def estimate(vitals: Vitals, now_ms: int) -> Estimate:
    """The scores of that instant, and how sure they are."""
    focus, focus_confidence = _score(vitals, FOCUS, TYPICAL_FOCUS, now_ms)
    stress, stress_confidence = _score(vitals, STRESS, TYPICAL_STRESS, now_ms)
    scores = {"focus_score": focus, "stress_score": stress}
    return Estimate(
        focus_score=focus,
        stress_score=stress,
        confidence=min(focus_confidence, stress_confidence),
        focus_confidence=focus_confidence,
        stress_confidence=stress_confidence,
        missing=tuple(name for name, score in scores.items() if score is None),
    )


def readings(vitals: Vitals) -> dict[str, float]:
    """The smoothed readings that were known when readings were last taken, by the name of their
    term and in its unit, with four decimals: what goes into a sample, and becomes history.
    """
    return {
        name: round(track.value, 4)
        for name, track in vitals.tracks.items()
        if track.freshness(TERMS[name], vitals.now_ms)
    }


def _score(
    vitals: Vitals, terms: Mapping[str, Term], typical: float, now_ms: int
) -> tuple[float | None, float]:
    """The score, None without a reading, and its confidence.

    Readings add up to confidence as independent causes do, by a noisy-or (Pearl 1988, Probabilistic
    Reasoning in Intelligent Systems): what one leaves open another may close.
    """
    weights: list[float] = []
    shares: list[float] = []
    doubt = 1.0
    for name, term in terms.items():
        track, usual = vitals.tracks.get(name), vitals.usual[name]
        freshness = track.freshness(term, now_ms) if track else 0.0
        if track and freshness:
            weights.append(term.weight * freshness)
            shares.append(weights[-1] * term.alone(typical, track.value, usual.value))
            known = _STRANGER + (1 - _STRANGER) * usual.familiarity
            doubt *= 1 - term.reliability * track.quality * freshness * known
    score = round(fsum(shares) / fsum(weights), 3) if weights else None
    return score, round(1 - doubt, 3)


def _unfit(reading: Reading, now_ms: int) -> str | None:
    """Why a reading cannot be true or is none of now, or None if it can be taken."""
    unit, lowest, highest = METRICS[reading.name]
    if not isfinite(reading.value):
        return "implausible: no finite number"
    if not lowest <= reading.value <= highest:
        return f"implausible: outside of {lowest:g} to {highest:g} {unit}".rstrip()
    if not 0 <= reading.confidence <= 100:  # noqa: PLR2004  per cent
        return "implausible: a confidence outside of 0 to 100"
    if reading.at_ms < now_ms - STALE_MS:
        return f"stale: older than {STALE_MS // 1000} s"
    if reading.at_ms > now_ms + AHEAD_MS:
        return f"ahead: taken more than {AHEAD_MS // 1000} s after now"
    return None


class _Desk:
    """Where readings are worked into what is remembered; it lives as long as one ``take``."""

    def __init__(self, vitals: Vitals, now_ms: int) -> None:
        if vitals.tracks and vitals.now_ms > now_ms + _SET_BACK_MS:
            vitals = Vitals(vitals.usual)
        self._usual = vitals.usual
        self._now_ms = now_ms
        self._tracks = dict(vitals.tracks)
        self._lids = vitals.lids
        self._breath = vitals.breath

    def late(self, reading: Reading) -> str | None:
        """Why a reading comes too late, or None."""
        track = self._tracks.get(reading.name)
        if track is None or track.newest_ms is None or reading.at_ms > track.newest_ms:
            return None
        if reading.at_ms == track.newest_ms:
            return "repeated: one of that instant was taken before"
        return "late: a newer one was taken before"

    def take(self, reading: Reading) -> None:
        """Work in a reading that is newer than all of its metric."""
        name = reading.name
        track = self._tracks.get(name, Track()).judged(reading)
        if name == "breathing.rate":
            self._sway(reading)
        if not reading.is_sure:
            self._tracks[name] = track
        elif name == "face.blinking":
            self._lids, over = self._lids.look(reading.at_ms, is_shut=reading.value > 0)
            self._tracks[name] = blinks_per_min(track, over)
        else:
            passed_ms = reading.at_ms - track.at_ms
            weight = reading.confidence / 100
            self._tracks[name] = track.follow(
                TERMS[name], reading.value, weight, reading.at_ms, passed_ms
            )

    def vitals(self) -> Vitals:
        """What is remembered now."""
        return Vitals(self._usual, self._tracks, self._lids, self._breath, self._now_ms)

    def _sway(self, reading: Reading) -> None:
        """Breathing also tells how steady it is, and is as sure of that."""
        track = self._tracks.get("breathing.sway", Track()).judged(reading)
        if reading.is_sure:
            track, self._breath = sway(track, self._breath, reading)
        self._tracks["breathing.sway"] = track
