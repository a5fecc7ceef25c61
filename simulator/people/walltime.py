"""The clock on the wall of the place where a student is, and when it will show what."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.kernel.stage import Stage

_MS = timedelta(milliseconds=1)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


class WallClock:
    """Tells a stage's time, milliseconds since the world began, from the time of a place."""

    def __init__(self, stage: Stage, zone: str) -> None:
        self._stage = stage
        self._began_at = stage.clock.now() - stage.now * _MS
        self.move_to(zone)

    def move_to(self, zone: str) -> None:
        """Hang in the time zone of this IANA name from now on."""
        self.zone = zone
        self._zone = TzdataZones().zone(zone)

    @property
    def local(self) -> datetime:
        """What the clock shows, and the date."""
        return self._stage.clock.now().astimezone(self._zone)

    def at(self, day: date, wall: time) -> int:
        """When the clock shows ``wall`` on ``day``."""
        return (instant(day, wall, self._zone) - self._began_at) // _MS

    def next(self, wall: time, earliest: int) -> int:
        """When the clock next shows ``wall``, not before ``earliest``."""
        day = (self._began_at + earliest * _MS).astimezone(self._zone).date()
        while (then := self.at(day, wall)) < earliest:
            day += _DAY
        return then

    async def sleep_until(self, then: int) -> None:
        """Let time pass until ``then``; not at all if that is over."""
        await self._stage.sleep(max(0, then - self._stage.now))


def instant(day: date, wall: time, zone: tzinfo) -> datetime:
    """When clocks of ``zone`` show ``wall`` on ``day``, in UTC.

    Of a time that comes twice the first; for one that is skipped the moment after the gap.
    """
    shown = datetime.combine(day, wall, zone)
    then = shown.astimezone(UTC)
    if then.astimezone(zone).replace(tzinfo=None) == shown.replace(tzinfo=None):
        return then
    return _end_of_gap(shown.replace(fold=1).astimezone(UTC), then, zone)


def _end_of_gap(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """When the clocks of ``zone`` were set, between two instants."""
    offset = after.astimezone(zone).utcoffset()
    seconds = bisect_left(
        range((after - before) // _SECOND),
        True,
        key=lambda second: (before + second * _SECOND).astimezone(zone).utcoffset() == offset,
    )
    return before + seconds * _SECOND
