"""A drink-water schedule as the API document has it, for the judges who hold somebody to one.

The window is read off the wall clock to the minute, both ends included; an end before the start
runs over midnight; equal ends mean the whole day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from petcore.errors import BadInput
from petcore.ports.zones import Zones
from simulator.kernel.trace import Json

_DAY_MIN = 24 * 60
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """What one user wants. ``start`` and ``end`` are minutes of the day."""

    zone: tzinfo
    start: int
    end: int
    interval: timedelta
    enabled: bool

    def is_open(self, instant: datetime) -> bool:
        """Whether the wall clock in the user's zone stands inside the window."""
        wall = instant.astimezone(self.zone)
        return self.holds(wall.hour * 60 + wall.minute)

    def holds(self, minute: int) -> bool:
        """Whether the window is open when a wall clock shows this minute."""
        minute %= _DAY_MIN
        is_between = min(self.start, self.end) <= minute <= max(self.start, self.end)
        if self.start < self.end:
            return is_between
        return not is_between or minute in (self.start, self.end)

    def ahead_min(self, instant: datetime) -> int:
        """By how many whole minutes the wall clock is ahead of one that shows UTC."""
        ahead = instant.astimezone(self.zone).utcoffset()
        assert ahead is not None
        return ahead // _MINUTE


def schedule_of(said: Json, zones: Zones) -> Schedule:
    """The schedule in the words of the API document."""
    return Schedule(
        zone=zones.zone(str(said["timezone"])),
        start=_minute(str(said["start_time"])),
        end=_minute(str(said["end_time"])),
        interval=timedelta(minutes=int(str(said["interval_min"]))),
        enabled=said["enabled"] is True,
    )


_USUAL: Json = {
    "timezone": "UTC",
    "start_time": "09:00",
    "end_time": "22:00",
    "interval_min": 60,
    "enabled": True,
}
"""What the API document takes where nothing is said."""


def wished(asked: Json, zones: Zones) -> Schedule | None:
    """The schedule that somebody asks for; None if it says nothing that could be one."""
    try:
        return schedule_of({**_USUAL, **asked}, zones)
    except (ValueError, BadInput):
        return None


def _minute(wall: str) -> int:
    hour, _, minute = wall.partition(":")
    return int(hour) * 60 + int(minute)
