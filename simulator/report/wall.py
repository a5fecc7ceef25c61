"""The clock on the wall of a world: from milliseconds of the trace to what a person would read.

Axes count the milliseconds since the world began, which is midnight at home; that never jumps.
Only the labels know that a day may have 23 or 25 hours, or that the student is elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from petcore.adapters.zones_tzdata import TzdataZones
from petcore.errors import PetcoreError

_MS = timedelta(milliseconds=1)
_DAY_MIN = 1440


@dataclass(frozen=True, slots=True)
class Tick:
    """A label of an axis: where (milliseconds since the world began), and what it says."""

    at: int
    label: str


@dataclass(frozen=True, slots=True)
class Wall:
    """Where home is, and when the world began there (in UTC)."""

    began: datetime
    home: tzinfo
    name: str
    """The IANA name of the zone at home."""

    def local(self, at: int) -> datetime:
        """What calendar and clock at home say at ``at``."""
        return (self.began + at * _MS).astimezone(self.home)

    def at(self, instant: datetime) -> int:
        """The milliseconds from the beginning of the world to ``instant``."""
        return (instant.astimezone(UTC) - self.began) // _MS

    def clock(self, at: int) -> str:
        """Hours and minutes at home, with the weekday from the second day on.

        Midnight is the end of a day here, 24:00, but for the first one.
        """
        local, before = self.local(at), self.local(max(0, at - 1))
        words = "24:00" if local.date() != before.date() else f"{local:%H:%M}"
        return words if before.date() == self.local(0).date() else f"{before:%a} {words}"

    def hours_ahead(self, other: tzinfo, at: int) -> float:
        """How many hours the clock in ``other`` is ahead of the one at home."""
        local = self.local(at)
        here, there = local.utcoffset(), local.astimezone(other).utcoffset()
        return ((there or timedelta()) - (here or timedelta())) / timedelta(hours=1)

    def ticks(self, until: int, every_min: int) -> tuple[Tick, ...]:
        """The round times of the clock at home from the beginning to ``until``."""
        return tuple(self._ticks(until, every_min))

    def midnights(self, until: int) -> tuple[int, ...]:
        """Where days begin, the first one included."""
        return tuple(tick.at for tick in self._ticks(until, _DAY_MIN))

    def _ticks(self, until: int, every_min: int) -> Iterator[Tick]:
        is_long = self.local(max(0, until - 1)).date() != self.local(0).date()
        for day in self._days(until):
            for minute in range(0, _DAY_MIN, every_min):
                wall = datetime.combine(day, time(minute // 60, minute % 60), self.home)
                at = self.at(wall)
                # A time that the clock jumps over in spring has no place on the axis.
                if 0 <= at <= until and self.local(at).time() == wall.time():
                    yield Tick(at, f"{wall:%a} {day.day}" if is_long and not minute else _hm(wall))

    def _days(self, until: int) -> Iterator[date]:
        day, last = self.local(0).date(), self.local(until).date()
        while day <= last:
            yield day
            day += timedelta(days=1)


def zone_called(name: object) -> tzinfo | None:
    """The zone of this IANA name; None if there is none."""
    try:
        return TzdataZones().zone(str(name))
    except PetcoreError:
        return None


def wall_at(day: str, zone: str) -> Wall:
    """The wall of a world that began on ``day`` (ISO) at midnight in ``zone``."""
    home = TzdataZones().zone(zone)
    midnight = datetime.combine(date.fromisoformat(day), time(), home)
    return Wall(midnight.astimezone(UTC), home, zone)


def _hm(wall: datetime) -> str:
    return f"{wall:%H:%M}"
