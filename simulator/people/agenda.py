"""A timetable as the days of a student: what comes next, by the clock on the wall.

A day begins with ``wake``; a time before that belongs to the night after it. Each entry of the
timetable is for once a date, even if a journey makes the date begin a second time; one that has a
date of its own is for that date alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from simulator.people.habits import Away, Commute, Exam, Study, Timetable, Trip
from simulator.people.walltime import WallClock

Item = Study | Exam | Away | Commute | Trip

_MINUTE_MS = 60_000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the timetable wants from when until when, in milliseconds since the world began."""

    item: Item
    at: int
    until: int


class Agenda:
    """Knows the present day and what of it is done."""

    def __init__(self, timetable: Timetable, clock: WallClock) -> None:
        self._clock = clock
        self._wake, self._bed = timetable.wake, timetable.bed
        items: list[Item] = [*timetable.study, *timetable.exam]
        items += [*timetable.away, *timetable.commute, *timetable.trip]
        self._items = sorted(
            items, key=lambda item: (self._is_in_the_night(item.start), item.start)
        )
        self._done: set[tuple[date, int]] = set()
        self.turn_the_page()

    def turn_the_page(self) -> None:
        """Look at the day that it is at this place now."""
        local = self._clock.local
        self._day = local.date() - _DAY * self._is_in_the_night(local.time())

    def when(self, wall: time) -> int:
        """When the clock shows ``wall`` on this day or in the night after it."""
        return self._clock.at(self._date_of(wall), wall)

    def next_wake(self, earliest: int) -> int:
        """When to get up, not before ``earliest``."""
        return self._clock.next(self._wake, earliest)

    @property
    def bed(self) -> int:
        """When this day ends."""
        return self.when(self._bed)

    def entries(self) -> Iterator[Entry]:
        """All of this day, in their order."""
        for item in self._items:
            if item.date in (None, self._date_of(item.start)):
                at = self.when(item.start)
                yield Entry(item, at, at + item.minutes * _MINUTE_MS)

    def take(self, now: int) -> Entry | None:
        """What comes next and is not over; from now on it counts as done."""
        for number, entry in enumerate(self.entries()):
            place = (self._day, number)
            if entry.until > now and place not in self._done and not self._is_here(entry.item):
                self._done.add(place)
                return entry
        return None

    def departure(self, earliest: int, latest: int) -> int | None:
        """When a journey begins between the two, if one does."""
        for number, entry in enumerate(self.entries()):
            is_journey = isinstance(entry.item, Trip) and not self._is_here(entry.item)
            is_to_come = (self._day, number) not in self._done and earliest < entry.at < latest
            if is_journey and is_to_come:
                return entry.at
        return None

    def _is_here(self, item: Item) -> bool:
        """Whether it is a journey to where the student already is."""
        return isinstance(item, Trip) and item.to == self._clock.zone

    def _date_of(self, wall: time) -> date:
        """The date when the clock shows ``wall`` on this day or in the night after it."""
        return self._day + _DAY * self._is_in_the_night(wall)

    def _is_in_the_night(self, wall: time) -> bool:
        return wall < self._wake
