"""A pet that cannot reach the server reminds by itself: when it may, and when it must.

It may while its screen says that it is offline, inside the window of the schedule that it fetched,
on the wall clock that it was told of, and one interval after the last reminder at the soonest, as
far as its clock can be trusted.
When it has waited for so long, nothing else having been asked of it meanwhile, it must.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.invariants.schedules import Schedule

OWN = ("WATER_DROP", "Drink water", "Time to hydrate!")
"""What it shows then."""

_MS = timedelta(milliseconds=1)
_MINUTE_MS = 60_000
_SEEN_MS = 1_000
_LATE_MS = 150_000
"""It looks once a minute, and may wait for an answer meanwhile."""
_BELIEVED = 2
_LEARNT = 8
"""So many schedules a day are hardly ever learnt while a reminder is hidden."""


@dataclass(slots=True)
class Alone:
    """What the judge knows of one pet since it has power, for whenever it will be alone.

    Instants are milliseconds since the world ``began``. ``aheads_ms`` say by how much the wall
    clock that it was told of is ahead of the world's UTC, as the server's clock may be, too: the
    two newest ones, of which a pet may go by the older one for a moment, and what it was told since
    then in answers that may have been on their way for long. Those it need not believe.
    """

    began: datetime
    learnt: list[tuple[int, Schedule | None]] = field(default_factory=lambda: [(0, None)])
    """The newest schedules, and when it was first told of each."""
    aheads_ms: list[tuple[int, bool]] = field(default_factory=list)
    """And of each whether it had to be believed."""
    offline_from: int | None = None
    offline_to: int | None = None
    reminded_at: int | None = None
    quiet_from: int | None = None
    hidden_from: int | None = None
    drift_ppm: int = 0
    """By how many millionths its clock is too fast or too slow at most."""

    def learn(self, schedule: Schedule | None, at: int) -> None:
        """It fetched the schedule, or heard that there is none."""
        if schedule != self.learnt[-1][1]:
            self.learnt = [*self.learnt[-_LEARNT:], (at, schedule)]

    def hear_time(self, said: datetime, offset_min: object, at: int, *, is_fresh: bool) -> None:
        """Somebody told it the time; without an offset that is UTC."""
        offset = offset_min if isinstance(offset_min, int) else 0
        ahead_ms = (said - self.began) // _MS - at + offset * _MINUTE_MS
        self.aheads_ms.append((ahead_ms, is_fresh))
        believed = [place for place, (_, is_sure) in enumerate(self.aheads_ms) if is_sure]
        if len(believed) > _BELIEVED:
            del self.aheads_ms[: believed[-_BELIEVED]]

    @property
    def knows_time(self) -> bool:
        """Whether it must know the time by now."""
        return any(is_sure for _, is_sure in self.aheads_ms)

    def remind(self, at: int) -> None:
        """There is a reminder."""
        self.reminded_at = self.quiet_from = at

    def acknowledge(self, at: int) -> None:
        """Somebody has answered it."""
        self.quiet_from = at

    def say(self, at: int, *, is_offline: bool) -> None:
        """Its screen says whether it is offline."""
        if is_offline and (self.offline_from is None or self.offline_to is not None):
            self.offline_from, self.offline_to = at, None
        elif not is_offline and self.offline_to is None:
            self.offline_to = at

    def hide(self, at: int, *, is_hidden: bool) -> None:
        """A prompt hides a reminder, if there is one."""
        if not is_hidden:
            self.hidden_from = None
        elif self.hidden_from is None:
            self.hidden_from = at

    def minutes(self, at: int) -> list[int]:
        """What the wall clock may show: minutes of the day."""
        now = self.began + timedelta(milliseconds=at)
        walls = [now + timedelta(milliseconds=ahead) for ahead, _ in self.aheads_ms or [(0, False)]]
        return list(dict.fromkeys(wall.hour * 60 + wall.minute for wall in walls))

    def why_not(self, at: int) -> str:
        """Why it must not have reminded by itself just now, or behind a prompt that was shown until
        now; nothing if it may.
        """
        if self.offline_from is None:
            return "though it is not offline"
        since = at - _SEEN_MS if self.hidden_from is None else self.hidden_from
        since = max(since, self.offline_from)
        until = at if self.offline_to is None else min(at, self.offline_to)
        if until < since:
            return "though it is not offline"
        faults = [self._why_not_by(*each) for each in self._known(since, until)]
        if not faults or "" in faults:  # what it went by so long ago nobody remembers
            return ""
        return faults[-1]

    def _known(self, since: int, until: int) -> list[tuple[Schedule | None, int, int]]:
        """The schedules that it went by between these moments, and from when until when."""
        ends = [at for at, _ in self.learnt[1:]] + [until]
        return [
            (schedule, max(begin, since), min(end, until))
            for (begin, schedule), end in zip(self.learnt, ends, strict=True)
            if begin <= until and end >= since
        ]

    def _why_not_by(self, schedule: Schedule | None, since: int, until: int) -> str:
        if schedule is None or not schedule.enabled:
            return "though it knows of no schedule"
        if self.reminded_at is not None:
            interval_ms = self._interval_ms(schedule)
            since = max(since, self.reminded_at + interval_ms - self.drift_ms(interval_ms))
        if since > until:
            return f"too soon after the last reminder, at {self.reminded_at}"
        moments = (*range(since, until, _MINUTE_MS), until)
        if not any(self._is_open(schedule, moment, around=True) for moment in moments):
            return "outside the window"
        return ""

    def must_by(self, at: int) -> bool:
        """Whether it must have reminded by itself by now, if nothing has kept it from that."""
        (learnt_at, schedule), since = self.learnt[-1], self.offline_from
        if since is None or self.offline_to is not None or self.hidden_from is not None:
            return False
        if schedule is None or not schedule.enabled or not self.knows_time:
            return False
        quiet_from = since if self.quiet_from is None else self.quiet_from
        interval_ms = self._interval_ms(schedule)
        quiet_until = quiet_from + interval_ms + self.drift_ms(interval_ms)
        due = max(since, quiet_until, learnt_at)
        if at <= due + _LATE_MS:
            return False
        return all(self._is_open(schedule, at - wait) for wait in range(0, _LATE_MS, _MINUTE_MS))

    def drift_ms(self, span_ms: int) -> int:
        """By how much its clock may be wrong after so long."""
        return -(-span_ms * self.drift_ppm // 1_000_000)

    def _interval_ms(self, schedule: Schedule) -> int:
        return schedule.interval // timedelta(milliseconds=1)

    def _is_open(self, schedule: Schedule, at: int, *, around: bool = False) -> bool:
        """Whether the window is open for sure; ``around`` this minute, whether it may be."""
        near = (-1, 0, 1)
        held = [schedule.holds(minute + more) for minute in self.minutes(at) for more in near]
        return any(held) if around else all(held)
