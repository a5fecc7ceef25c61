"""What is known of the pictures of a camera so far.

Here: values, and the clock of the readings. Not here: where pictures come from (``broadcast``). No
picture is kept but the newest, and of readings those of the last minutes.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from petcore.ports.clock import Clock
from petcore.ports.sight import Caption, Seen
from petcore.rules import vitals
from petcore.rules.instant import to_ms
from petcore.rules.vitals import Estimate, Reading, Vitals

RECENT_MS = vitals.STALE_MS
"""So long readings are remembered, one of each metric a second: older ones nobody takes."""
NEWEST_MS = 60_000
"""So long a reading stands for what is so now."""

_EVERY_MS = 1_000


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture that was looked at, ``number`` from 1 of the ``broadcast`` of that number, and what
    is known with it.

    ``captured_at`` is when it came. ``at_ms`` is when it was taken by a clock that never steps, by
    which all readings here go. ``newest`` has the newest reading of each metric by its name, if it
    is younger than ``NEWEST_MS``; ``recent`` those of the last ``RECENT_MS``, one of each metric a
    second, in the order in which they came; ``read`` is how many of these there were ever.
    """

    broadcast: int
    number: int
    seen: Seen
    captured_at: datetime
    at_ms: int
    newest: Mapping[str, Reading]
    recent: tuple[Reading, ...]
    read: int

    def since(self, read: int) -> tuple[Reading, ...]:
        """Of the recent readings those that came after the first ``read`` of all."""
        return self.recent[max(0, len(self.recent) - (self.read - read)) :]

    def on_wall_ms(self, at_ms: int) -> int:
        """What the clock on the wall showed at ``at_ms`` of the clock of the readings."""
        return to_ms(self.captured_at) - self.at_ms + at_ms


@dataclass(frozen=True, slots=True)
class Moment:
    """When a frame was taken: ``frame_ms`` by its own clock, ``at_ms`` by one that never steps, and
    by the wall.
    """

    frame_ms: int
    at_ms: int
    captured_at: datetime


class Course:
    """Takes down what is read from the frames of one ``broadcast``, one after the other."""

    def __init__(self, clock: Clock, broadcast: int) -> None:
        self._clock = clock
        self._broadcast = broadcast
        self._number = 0
        self._read = 0
        self._at_ms = 0
        self._offset_ms = 0
        self._newest: dict[str, Reading] = {}
        self._kept: dict[str, int] = {}
        self._recent: deque[Reading] = deque()
        self._told: tuple[Reading, ...] = ()
        self._vitals = vitals.begin()
        self.caption = Caption()
        """What can be said of the person before the camera, whoever it is."""

    def arrive(self, frame_ms: int) -> Moment:
        """A frame has come. Where its clock steps back, as that of a recording does that begins
        anew, time goes on all the same.
        """
        if frame_ms + self._offset_ms < self._at_ms:
            self._offset_ms = self._at_ms + 1 - frame_ms
        self._at_ms = frame_ms + self._offset_ms
        return Moment(frame_ms, self._at_ms, self._clock.now())

    def take(self, moment: Moment, seen: Seen) -> Shot:
        """What was seen in it."""
        self._number += 1
        readings = [_at(moment, reading) for reading in seen.readings]
        self._newest |= {reading.name: reading for reading in readings}
        if kept := [reading for reading in readings if self._is_due(reading)]:
            self._remember(kept, moment.at_ms)
        return Shot(
            broadcast=self._broadcast,
            number=self._number,
            seen=seen,
            captured_at=moment.captured_at,
            at_ms=moment.at_ms,
            newest={
                name: reading
                for name, reading in self._newest.items()
                if reading.at_ms > moment.at_ms - NEWEST_MS
            },
            recent=self._told,
            read=self._read,
        )

    def _is_due(self, reading: Reading) -> bool:
        last_ms = self._kept.get(reading.name)
        return last_ms is None or reading.at_ms >= last_ms + _EVERY_MS

    def _remember(self, kept: Iterable[Reading], now_ms: int) -> None:
        for reading in kept:
            self._kept[reading.name] = reading.at_ms
            self._recent.append(reading)
            self._read += 1
        while self._recent and self._recent[0].at_ms <= now_ms - RECENT_MS:
            self._recent.popleft()
        self._told = tuple(self._recent)
        self._vitals, estimate = judged(self._vitals, kept, now_ms)
        self.caption = Caption(estimate.focus_score, estimate.stress_score, estimate.confidence)


def judged(known: Vitals, new: Iterable[Reading], now_ms: int) -> tuple[Vitals, Estimate]:
    """What is known with ``new`` readings, and the scores of now."""
    known, _ = vitals.take(known, new, now_ms)
    return known, vitals.estimate(known, now_ms)


def _at(moment: Moment, reading: Reading) -> Reading:
    """The reading in the clock that never steps. None is younger than its frame."""
    age_ms = max(moment.frame_ms - reading.at_ms, 0)
    return replace(reading, at_ms=moment.at_ms - age_ms)
