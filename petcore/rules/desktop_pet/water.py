"""Water: when the pet says that it is time to drink (document section "Water").

A reminder is due when the schedule is enabled, the local wall clock stands inside the window and
the interval has passed since the last reminder. The window is read from the wall clock of the
user's zone minute by minute, both ends included, so a change of the clocks needs no case of its
own: what the clock on the wall shows is what counts.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from petcore.rules.desktop_pet import POLL_MAX, next_poll

_MINUTE = timedelta(minutes=1)
_NONE = timedelta(0)


class Reason(StrEnum):
    """Why a poll is, or is not, answered with a reminder."""

    DUE = "due"
    NOT_DUE = "not_due"
    OUTSIDE_WINDOW = "outside_window"
    DISABLED = "disabled"
    NO_SCHEDULE = "no_schedule"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When to remind: wall-clock ``start`` to ``end`` in ``zone``, every ``interval``.

    ``start`` later than ``end`` wraps over midnight; equal ends mean the whole day.
    """

    zone: tzinfo
    start: time
    end: time
    interval: timedelta
    enabled: bool
    last_triggered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a poll at some instant finds, and how long until a later one could find otherwise."""

    reason: Reason
    next_poll: timedelta

    @property
    def is_due(self) -> bool:
        """Whether to remind now."""
        return self.reason is Reason.DUE


def in_window(schedule: Schedule, now: datetime) -> bool:
    """Whether the wall clock in the schedule's zone stands inside the window at ``now``."""
    wall = now.astimezone(schedule.zone).time().replace(second=0, microsecond=0)
    start, end = schedule.start, schedule.end
    if start == end:
        return True
    if start < end:
        return start <= wall <= end
    return wall >= start or wall <= end


def wait(schedule: Schedule, now: datetime) -> timedelta:
    """How long until the interval has passed since the last reminder; zero or less is now.

    A last reminder that lies more than an interval in the future was stamped by a clock that has
    been put right since; it holds nothing back.
    """
    last = schedule.last_triggered_at
    if last is None or last - now > schedule.interval:
        return timedelta(0)
    return last + schedule.interval - now


def poll(schedule: Schedule | None, now: datetime) -> Verdict:
    """The verdict on a poll at ``now``."""
    if schedule is None:
        return Verdict(Reason.NO_SCHEDULE, POLL_MAX)
    if not schedule.enabled:
        return Verdict(Reason.DISABLED, POLL_MAX)
    if not in_window(schedule, now):
        return Verdict(Reason.OUTSIDE_WINDOW, next_poll(_until_open(schedule, now)))
    remaining = wait(schedule, now)
    if remaining > timedelta(0):
        return Verdict(Reason.NOT_DUE, next_poll(remaining))
    return Verdict(Reason.DUE, next_poll(schedule.interval))


def next_reminder(schedule: Schedule | None, now: datetime) -> timedelta | None:
    """How long until a poll would remind, zero if it would at ``now``; None if none ever would."""
    if schedule is None or not schedule.enabled:
        return None
    at = now + max(wait(schedule, now), _NONE)
    # Every window opens within a day; where the clocks skip it, on the day after.
    while not in_window(schedule, at):
        at = at.replace(second=0, microsecond=0) + _MINUTE
    return at - now


def utc_offset_min(schedule: Schedule | None, now: datetime) -> int | None:
    """How many minutes the wall clock in the schedule's zone is ahead of UTC at ``now``, begun ones
    before it not counted: offsets of old had seconds. None without a schedule.
    """
    if schedule is None:
        return None
    # Of a zone of one's own there is always an offset; the types do not know.
    return (now.astimezone(schedule.zone).utcoffset() or _NONE) // _MINUTE


def _until_open(schedule: Schedule, now: datetime) -> timedelta:
    """How long the window stays shut, looking no further than a poll may be away.

    Wall clocks reach a new minute, and jump, on whole minutes only, so those are asked.
    """
    minute = now.replace(second=0, microsecond=0) + _MINUTE
    while minute - now < POLL_MAX and not in_window(schedule, minute):
        minute += _MINUTE
    return minute - now
