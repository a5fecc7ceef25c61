"""What is remembered of each reading in a session: its smoothed value, and how sure that is.

A higher reading never makes a lower track, whatever comes before and after it. So what is promised
of one reading holds for a whole session.

Not here: the scores that come of the tracks (``vitals``), their numbers (``vitals_terms``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from petcore.rules.vitals_terms import FOCUS, SURE_FROM, Term

_YOUNG = 2.0
"""Below this sum of weights (about as many readings) none is held back: the very first may have
been the odd one. Our choice."""

_MINUTE_MS = 60_000
_CELL_MS = 20_000
"""Blinks are counted in spans of this length on the sender's clock, so that where a span ends does
not hang on what was seen."""
_CELL_SEEN_MS = _CELL_MS // 2
"""A span in which the face was in sight for less than this says nothing."""
_BLINK_MS = 500
"""Shut eyes count again after this: a blink takes 0.1 to 0.4 s (Stern, Walrath & Goldstein 1984,
Psychophysiology 21:22) and is seen in many pictures. Eyes that stay shut count as many blinks: who
dozes is not attentive. Our choice."""
_SIGHT_MS = 30_000
"""Between two looks further apart the face was out of sight."""
_BREATHS_MS = 8_000
"""Breathing is compared with what it was so long before at least, since sources report the same
breaths more than once. Our choice."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one metric. ``name`` is its path in the SDK's message, ``cardio.pulse_rate``
    say; ``stable`` and ``confidence`` (0..100) are what its source thinks of it; ``at_ms`` is when
    it was taken, in milliseconds of the clock of its source.
    """

    name: str
    value: float
    stable: bool
    confidence: float
    at_ms: int

    @property
    def is_sure(self) -> bool:
        """Whether it may move a score."""
        return self.stable and self.confidence >= SURE_FROM

    @property
    def quality(self) -> float:
        """How good it is, 0..1: what the source thinks, and half of that if it is not stable."""
        return self.confidence / (100 if self.stable else 200)


class Track(NamedTuple):
    """One reading, followed.

    ``value`` is smoothed; ``mass`` is the sum of the weights of what went into it, 0 if nothing
    did. ``at_ms`` is the instant it stands for, ``quality`` (0..1) what the newest readings are
    worth. ``newest_ms`` is when the newest of the metric was taken, sure or not.
    """

    value: float = 0.0
    mass: float = 0.0
    at_ms: int = 0
    quality: float = 0.0
    newest_ms: int | None = None

    def freshness(self, term: Term, now_ms: int) -> float:
        """1 as long as it is as good as new, falling to 0, when it is unknown."""
        age_s = (now_ms - self.at_ms) / 1000
        if not self.mass or age_s >= term.gone_s:
            return 0.0
        return (
            1.0 if age_s <= term.fresh_s else (term.gone_s - age_s) / (term.gone_s - term.fresh_s)
        )

    def follow(
        self, term: Term, value: float, weight: float, at_ms: int, passed_ms: int
    ) -> "Track":
        """With a reading of ``value`` that counts by ``weight`` (0..1) for ``passed_ms``.

        An exponential average in time; the first readings count alike. One that is far off counts
        as one that is less far off (Huber 1964, Ann. Math. Stat. 35:73). A value whose time is
        over is forgotten, and this one is the first.
        """
        if not self.freshness(term, at_ms):
            return Track(value, weight, at_ms, self.quality, self.newest_ms)
        if self.mass >= _YOUNG:
            value = min(max(value, self.value - term.leap), self.value + term.leap)
        mass, lasted = self.mass + weight, weight * passed_ms
        part = max(lasted / (lasted + 1000 * term.tau_s), weight / mass)
        smoothed = (1 - part) * self.value + part * value
        return Track(smoothed, mass, at_ms, self.quality, self.newest_ms)

    def judged(self, reading: Reading) -> "Track":
        """With what a reading of this metric says about how sure it is.

        A sure one speaks for itself. An unsure one never makes surer, but tells that the source
        begins to doubt.
        """
        quality = reading.quality if reading.is_sure else min(self.quality, reading.quality)
        return Track(self.value, self.mass, self.at_ms, quality, reading.at_ms)


class Span(NamedTuple):
    """A span of time that is over: when it ended, for how many milliseconds of it the eyes were in
    sight, and how often they blinked.
    """

    end_ms: int
    seen_ms: int
    blinks: int


class Lids(NamedTuple):
    """The eyes since the present span of time began.

    ``look_ms`` is when they were last seen; they were in sight for ``seen_ms`` of the span, and
    blinked ``blinks`` times, the last time at ``blink_ms``.
    """

    look_ms: int | None = None
    seen_ms: int = 0
    blinks: int = 0
    blink_ms: int = 0

    def look(self, at_ms: int, *, is_shut: bool) -> tuple["Lids", tuple[Span, ...]]:
        """After a look, and the spans that are over by then."""
        (seen_ms, blinks, blink_ms), over = self._passed(at_ms)
        if is_shut and (not blinks or at_ms - blink_ms >= _BLINK_MS):
            return Lids(at_ms, seen_ms, blinks + 1, at_ms), over
        return Lids(at_ms, seen_ms, blinks, blink_ms), over

    def _passed(self, at_ms: int) -> tuple[tuple[int, int, int], tuple[Span, ...]]:
        """What is known of the present span at ``at_ms``, and the spans that are over: each got its
        own part of the time since the last look.
        """
        look_ms, seen_ms, blinks, blink_ms = self
        if look_ms is None:
            return (0, 0, 0), ()
        end_ms = look_ms - look_ms % _CELL_MS + _CELL_MS
        if at_ms - look_ms > _SIGHT_MS:
            return (0, 0, 0), (Span(end_ms, seen_ms, blinks),)
        if at_ms < end_ms:
            return (seen_ms + at_ms - look_ms, blinks, blink_ms), ()
        first = Span(end_ms, seen_ms + end_ms - look_ms, blinks)
        begin_ms = at_ms - at_ms % _CELL_MS
        ends = range(end_ms + _CELL_MS, begin_ms + 1, _CELL_MS)
        return (at_ms - begin_ms, 0, 0), (first, *(Span(end, _CELL_MS, 0) for end in ends))


def blinks_per_min(track: Track, over: Iterable[Span]) -> Track:
    """With the spans in which the eyes were long enough in sight."""
    for end_ms, seen_ms, blinks in over:
        if seen_ms >= _CELL_SEEN_MS:
            per_min, weight = blinks * _MINUTE_MS / seen_ms, seen_ms / _CELL_MS
            track = track.follow(FOCUS["face.blinking"], per_min, weight, end_ms, _CELL_MS)
    return track


class Breath(NamedTuple):
    """The breathing rate to compare the next with: ``rate`` at ``at_ms``. Since ``since_ms`` the
    breathing was never out of sight; ``newest_ms`` is when it was last measured.
    """

    rate: float
    at_ms: int
    since_ms: int
    newest_ms: int


def sway(track: Track, breath: Breath | None, reading: Reading) -> tuple[Track, Breath]:
    """With a sure breathing rate.

    A comparison stands for as long as the breathing stays in sight, so that a reading which was
    too soon to be compared does not make the sway look older than one that is not there.
    """
    rate, at_ms = reading.value, reading.at_ms
    if breath is None or at_ms - breath.newest_ms > _SIGHT_MS:
        return track, Breath(rate, at_ms, at_ms, at_ms)
    before, before_ms, since_ms, _ = breath
    if at_ms - before_ms < _BREATHS_MS:
        is_compared = before_ms > since_ms
        track = track._replace(at_ms=at_ms) if is_compared else track
        return track, Breath(before, before_ms, since_ms, at_ms)
    term, weight = FOCUS["breathing.sway"], reading.confidence / 100
    track = track.follow(term, abs(rate - before), weight, at_ms, at_ms - before_ms)
    return track, Breath(rate, at_ms, since_ms, at_ms)
