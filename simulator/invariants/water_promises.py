"""Reminders come inside the window, never closer than the interval, and with the first poll that
may bring them; a repeated poll gets the reminder that its key got before.

The window is read off the wall clock of the user's zone to the minute, both ends included; an end
before the start runs over midnight; equal ends mean the whole day.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from petcore.ports.zones import Zones
from simulator.invariants import Judge, Objection, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.invariants.repeats import Repeats

_REMEMBERED = 64
"""Reminders of one user. A poll is not repeated after days."""


@dataclass(frozen=True, slots=True)
class _Schedule:
    """What one user wants."""

    zone: tzinfo
    start: int
    end: int
    interval: timedelta
    enabled: bool

    def is_open(self, instant: datetime) -> bool:
        """Whether the wall clock stands inside the window; with equal ends it always does."""
        wall = instant.astimezone(self.zone)
        minute = wall.hour * 60 + wall.minute
        is_between = min(self.start, self.end) <= minute <= max(self.start, self.end)
        if self.start < self.end:
            return is_between
        return not is_between or minute in (self.start, self.end)


@dataclass(slots=True)
class _Book:
    """What the judge has written down about one user; reminders by the key that got them."""

    schedule: _Schedule | None = None
    reminded_at: datetime | None = None
    reminders: dict[str, datetime] = field(default_factory=dict)

    def why_not(self, instant: datetime) -> str:
        """Why there must be no reminder at ``instant``; nothing if there must be one."""
        if self.schedule is None:
            return "without a schedule"
        if not self.schedule.enabled:
            return "though the schedule is switched off"
        if not self.schedule.is_open(instant):
            return "outside the window"
        if self.reminded_at is not None and instant - self.reminded_at < self.schedule.interval:
            return f"too soon after {self.reminded_at}"
        return ""

    def remind(self, instant: datetime, key: str | None) -> None:
        """Write down a reminder."""
        self.reminded_at = instant
        if key is not None:
            self.reminders[key] = instant
        if len(self.reminders) > _REMEMBERED:
            del self.reminders[next(iter(self.reminders))]


class WaterPromises(Judge):
    """The judge."""

    name = "water promises"

    def __init__(self, zones: Zones) -> None:
        super().__init__()
        self._zones = zones
        self._repeats = Repeats()
        self._books: dict[str, _Book] = {}

    @property
    def weighs(self) -> Weighs:
        """Every poll is a case."""
        return {
            "POST /api/water/schedule": self._write_down,
            "GET /api/water/poll": self._weigh_poll,
        }

    def _write_down(self, exchange: Exchange) -> None:
        if self._repeats.is_repeat(exchange):
            return
        wish = exchange.answer["schedule"]
        assert isinstance(wish, dict)
        self._books.setdefault(wish["user_id"], _Book()).schedule = _Schedule(
            zone=self._zones.zone(wish["timezone"]),
            start=_minute(wish["start_time"]),
            end=_minute(wish["end_time"]),
            interval=timedelta(minutes=wish["interval_min"]),
            enabled=wish["enabled"],
        )

    def _weigh_poll(self, exchange: Exchange) -> None:
        self.cases += 1
        user_id = str(exchange.asked["user_id"])
        book = self._books.setdefault(user_id, _Book())
        instant = exchange.instant("server_time_utc")
        reminds = exchange.answer["remind_now"] is True
        before = book.reminders.get(exchange.key) if exchange.key else None
        if before is not None:
            if not reminds or instant != before:
                self._object(exchange, f"did not repeat the reminder of {before} for {user_id}")
            return
        why_not = book.why_not(instant)
        if reminds and why_not:
            self._object(exchange, f"reminded {user_id} at {instant} {why_not}")
        elif not reminds and not why_not:
            self._object(exchange, f"did not remind {user_id} at {instant} although it was due")
        if reminds:
            book.remind(instant, exchange.key)

    def _object(self, exchange: Exchange, what: str) -> None:
        self.objections.append(Objection(exchange.at, f"poll {exchange.id}: the server {what}"))


def _minute(wall: str) -> int:
    hour, _, minute = wall.partition(":")
    return int(hour) * 60 + int(minute)
